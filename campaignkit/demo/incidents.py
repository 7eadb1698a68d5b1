"""What went wrong in the world of the sample: some days before its now, at fixed places, for everybody it reached.

The seven causes are those of the specification's incident table (docs/sample-incidents.md tells how to find each).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from campaignkit.demo.schedule import Span, Window
from campaignkit.demo.world import ESMES, WORKSPACES, Workspace


class Incident(StrEnum):
    """A cause. A bad sender id shows in two ways."""

    OUTAGE = "carrier outage"
    BACKLOG = "receipt backlog"
    ID_MISMATCH = "message ids that do not match"
    THROTTLING = "throttling"
    BAD_SENDER = "sender id refused by every centre"
    BARRED_SENDER = "sender id rejected by one carrier"
    SHORT_WINDOW = "window too short"
    BAD_LIST = "list file that cannot be parsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """The campaign to look at: begun `days` before the sample's now, at the local time `at`, sending for `lasts`.

    A burst that is not held up takes less. Without a sender of its own it has one of its workspace's.
    """

    name: str
    workspace_id: str
    days: int
    at: time
    lasts: timedelta
    sender: str | None = None
    window: Window | None = None

    @property
    def workspace(self) -> Workspace:
        """Return whose campaign it is."""
        return next(each for each in WORKSPACES if each.workspace_id == self.workspace_id)

    def starts(self, now: datetime) -> datetime:
        """Return when it was to begin. Days are counted by UTC, so that none of one zone falls on another's."""
        day = now.astimezone(UTC).date() - timedelta(days=self.days)
        return datetime.combine(day, self.at, ZoneInfo(self.workspace.time_zone)).astimezone(UTC)


_HOUR = timedelta(hours=1)

EXHIBITS: Mapping[Incident, Exhibit] = {
    Incident.OUTAGE: Exhibit(
        name="Season preview", workspace_id="retail", days=7, at=time(10), lasts=6 * _HOUR
    ),
    Incident.BACKLOG: Exhibit(
        name="Annual statement", workspace_id="bank", days=9, at=time(12), lasts=4 * _HOUR
    ),
    Incident.ID_MISMATCH: Exhibit(
        name="Patient portal", workspace_id="care", days=5, at=time(11), lasts=3 * _HOUR
    ),
    Incident.THROTTLING: Exhibit(
        name="Opening hours", workspace_id="care", days=10, at=time(10), lasts=2.5 * _HOUR
    ),
    Incident.BAD_SENDER: Exhibit(
        name="Outlet opening", workspace_id="retail", days=6, at=time(14), lasts=3 * _HOUR, sender="ACME Outlet"
    ),
    Incident.BARRED_SENDER: Exhibit(
        name="Mobile app invitation", workspace_id="bank", days=12, at=time(13), lasts=3 * _HOUR, sender="ACME App"
    ),
    Incident.SHORT_WINDOW: Exhibit(
        name="Garden catalogue", workspace_id="retail", days=18, at=time(18), lasts=98 * _HOUR,
        window=Window(time(18), time(20)),
    ),
    Incident.BAD_LIST: Exhibit(
        name="Gift card reminder", workspace_id="retail", days=1, at=time(10), lasts=_HOUR
    ),
}  # fmt: skip
BAD_LINE = "line 4212: '1.23E+11' is no phone number (was the list saved by a spreadsheet?)"
THROTTLED_ON = "citycell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What befalls messages that are submitted on one bind in `span`, of one sender or of all.

    Shares of one: `refused` of all are turned down with `command_status`; of those accepted, `retried` needed several
    attempts; `stuck` never get a final receipt, `lost` end as `stat`, `late` are delivered soon after `over_at`; the
    rest fare as ever. Where receipts are `unmatched`, none finds its message.
    """

    esme: str
    span: Span
    sender: str | None = None
    refused: float = 0.0
    command_status: str | None = None
    refusal: str | None = None
    retried: float = 0.0
    stuck: float = 0.0
    lost: float = 0.0
    stat: str | None = None
    late: float = 0.0
    over_at: datetime | None = None
    unmatched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Receipts of one bind that would have come in `span` come right after it, in order, within four minutes."""

    esme: str
    span: Span


def troubles(now: datetime) -> Sequence[Trouble]:
    """Return all of them, as seen from *now*. No message meets two."""
    return (
        *_outage(EXHIBITS[Incident.OUTAGE].starts(now) + 2 * _HOUR),
        _mismatch(now),
        Trouble(
            esme=THROTTLED_ON,
            span=_while_sending(Incident.THROTTLING, now),
            refused=0.12,
            command_status="ESME_RTHROTTLED",
            refusal="retries used up (3), over the allowed rate (ESME_RTHROTTLED)",
            retried=0.6,
        ),
        *(_unregistered(esme.esme, now) for esme in ESMES),
        Trouble(
            esme="baltcom",
            span=_while_sending(Incident.BARRED_SENDER, now),
            sender=EXHIBITS[Incident.BARRED_SENDER].sender,
            lost=0.995,
            stat="REJECTD",
        ),
    )


def backlogs(now: datetime) -> Sequence[Backlog]:
    """Return when receipts were held up: for an hour in the middle of the exhibit."""
    begins = EXHIBITS[Incident.BACKLOG].starts(now) + 2 * _HOUR
    return (Backlog(esme="baltcom", span=Span(begins, begins + _HOUR)),)


def _outage(begins: datetime) -> tuple[Trouble, Trouble]:
    """Return an outage of 70 minutes; when it is back it delivers half of what came in the last ten."""
    back, over = begins + _HOUR, begins + _HOUR + timedelta(minutes=10)
    down = Trouble(
        esme="nordtel-1", span=Span(begins, back),
        stuck=0.12, lost=0.8, stat="EXPIRED", late=0.03, over_at=over,
    )  # fmt: skip
    coming_back = Trouble(
        esme="nordtel-1", span=Span(back, over),
        stuck=0.2, lost=0.25, stat="EXPIRED", late=0.5, over_at=over,
    )  # fmt: skip
    return down, coming_back


def _mismatch(now: datetime) -> Trouble:
    """Return a whole day, by UTC, on which a centre answers with decimal ids and reports with hexadecimal ones."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    day = Span(midnight - timedelta(days=EXHIBITS[Incident.ID_MISMATCH].days), midnight - timedelta(days=4))
    return Trouble(esme="nordtel-2", span=day, unmatched=True)


def _unregistered(esme: str, now: datetime) -> Trouble:
    return Trouble(
        esme=esme,
        span=_while_sending(Incident.BAD_SENDER, now),
        sender=EXHIBITS[Incident.BAD_SENDER].sender,
        refused=1.0,
        command_status="ESME_RINVSRCADR",
        refusal="invalid source address (ESME_RINVSRCADR)",
    )


def _while_sending(incident: Incident, now: datetime) -> Span:
    exhibit = EXHIBITS[incident]
    begins = exhibit.starts(now)
    return Span(begins, begins + exhibit.lasts + _HOUR)  # building the list comes first
