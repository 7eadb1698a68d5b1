"""The live board: what is sending now, how fast, until when, and whether it arrives as it usually does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from campaignkit.domain.access import Viewer
from campaignkit.domain.lifecycle import LIVE, Mode, Status
from campaignkit.domain.pace import ENOUGH, JUST_NOW, LATELY, Pace, Sent, Window, pace, still_since
from campaignkit.domain.rates import (
    BEFORE,
    SETTLED,
    SLICE,
    SLICES,
    Share,
    Usual,
    is_low,
    latest,
    low_since,
    mixed,
    together,
    usual,
)
from campaignkit.domain.windows import next_opening
from campaignkit.services.answers import in_contract, mask_numbers
from campaignkit.services.campaigns import COUNTED, Campaigns
from campaignkit.store.base import Row, Session, Store

KNOWN_FOR = timedelta(hours=1)  # how long what is usual is not looked up again
MOST = 60  # campaigns in words; the rest is counted
NOTHING: Row = {**dict.fromkeys(COUNTED, 0), "first": None, "last": None, "sent": 0, "recipients": None}


class Trouble(StrEnum):
    """What is wrong with a campaign, worst first."""

    STALLED = "stalled"  # no message for too long, inside its window
    LOW_DELIVERY = "low delivery"  # less arrives than usual
    TOO_SLOW = "too slow"  # at its rate it is not through when it ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A campaign that is sending.

    `delivered` is what its last messages came to, `curve` the same by slices of 2.5 min, oldest first, up to five
    minutes ago. `low_since` and `low_on`: since when and on which channels less than usual arrives; the channels are
    empty where it is all of them. `reason` is what Core wrote last about a campaign that stands still.
    """

    external_id: str
    workspace_id: str
    name: str | None
    saddr: str
    mode: Mode | None
    sent: int
    waiting: int
    total: int | None
    start_at: datetime | None
    end_at: datetime | None
    window_open: bool
    pace: Pace
    delivered: Share
    usual: Usual | None
    curve: tuple[Share, ...]
    troubles: tuple[Trouble, ...]
    low_since: datetime | None
    low_on: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many campaigns wait, and when the next of them goes on."""

    campaigns: int
    next: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board at one moment.

    `lines` are in the order of their troubles, then of what they have sent, `MOST` of them; `sending` counts all.
    `per_hour` adds up their rates, `delivered` the last hour's messages.
    """

    as_of: datetime
    sending: int
    per_hour: int
    delivered: Share
    lines: tuple[Line, ...]
    troubled: Mapping[Trouble, int]
    paused: Waiting
    pending: Waiting
    building: int


class Boards:
    """Answers what the board shows now, as one viewer may see it. It remembers for an hour what is usual."""

    def __init__(
        self, store: Store, viewer: Viewer, campaigns: Campaigns, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._viewer, self._campaigns, self._clock = store, viewer, campaigns, clock
        self._channels: Mapping[str, Usual] = {}
        self._known_until: datetime | None = None

    def now(self) -> Board:
        """Return the board, all of it from one state of the database."""
        now = self._clock()
        scope = {"scope": list(self._viewer.workspaces), "statuses": sorted(LIVE)}
        with self._store.reading() as session:
            live = session.rows("board/live", scope)
            sending = [row for row in live if row["status"] == Status.SENDING]
            lines = self._lines(session, sending, now) if sending else []
        lines.sort(key=_urgency)
        return Board(
            as_of=now,
            sending=len(lines),
            per_hour=sum(line.pace.rate or 0 for line in lines),
            delivered=together(share for line in lines for share in line.curve),
            lines=tuple(lines[:MOST]),
            troubled={trouble: sum(trouble in line.troubles for line in lines) for trouble in Trouble},
            paused=_waiting(live, Status.PAUSED, lambda row: self._opening(row, now), now),
            pending=_waiting(live, Status.PENDING, lambda row: row["start_at"], now),
            building=sum(row["status"] == Status.BUILDING for row in live),
        )

    def _lines(self, session: Session, sending: list[Row], now: datetime) -> list[Line]:
        ids: dict[str, object] = {"campaign_ids": [row["campaign_id"] for row in sending]}
        moments = {"since": now - LATELY, "just_since": now - JUST_NOW}
        counted = {row["campaign_id"]: row for row in session.rows("campaigns/pace", ids | moments)}
        rows = [row | counted.get(row["campaign_id"], NOTHING) for row in sending]
        paces = {row["campaign_id"]: self._pace(row, now) for row in rows}
        reasons = self._reasons(session, [id for id, found in paces.items() if found.still_since], now)
        lately, channels = self._lately(session, ids, now), self._usual(session, now)
        lines = []
        for row in rows:
            id = row["campaign_id"]
            known = row | {"pace": paces[id], "reason": reasons.get(id), "open": not self._opening(row, now)}
            lines.append(_line(known, lately.get(id, {}), channels, now))
        return lines

    def _pace(self, row: Row, now: datetime) -> Pace:
        window = self._window(row)
        if row["last"] is None:  # nothing went out yet: it should have since it came to send
            return Pace(still_since=still_since(row["updated_at"], row["waiting"], now, window))
        sent = Sent(**{key: row[key] for key in COUNTED})
        found = pace(status=Status.SENDING, sent=sent, window=window, end_at=row["end_at"], now=now)
        # at the rate of a moment ago it would have an end; what stands still has none
        return replace(found, rate=0, expected_end=None, spare=None) if found.still_since else found

    def _window(self, row: Row) -> Window:
        zone = self._campaigns.zone(row["workspace_id"])
        return Window(zone=zone, opens=row["window_from"], closes=row["window_to"])

    def _opening(self, row: Row, now: datetime) -> datetime | None:
        return next_opening(now, **self._window(row))

    def _reasons(self, session: Session, ids: list[int], now: datetime) -> dict[int, str]:
        if not ids or not self._store.probe.provides("core.job_errors"):
            return {}
        asked = {"campaign_ids": ids, "since": now - LATELY}
        found = session.rows("board/reasons", asked)
        return {row["campaign_id"]: f"{row['code']}: {row['message']}" for row in found}

    def _lately(
        self, session: Session, ids: Mapping[str, object], now: datetime
    ) -> dict[int, dict[str, list[Share]]]:
        """Return, of each campaign, what each channel sent in each slice up to now; "" where none is named."""
        asked = {
            "now": now,
            "since": now - SETTLED - SLICES * SLICE,
            "slice": SLICE.total_seconds(),
            "settled": SETTLED.total_seconds(),
        }
        slices = SLICES + SETTLED // SLICE
        found: dict[int, dict[str, list[Share]]] = {}
        for row in session.rows("board/lately", {**ids, **asked}):
            channels = found.setdefault(row["campaign_id"], {})
            curve = channels.setdefault(row["esme"] or "", [Share()] * slices)
            curve[min(row["slice"], slices - 1)] += Share(row["sent"], row["delivered"])
        return found

    def _usual(self, session: Session, now: datetime) -> Mapping[str, Usual]:
        if self._known_until is None or now >= self._known_until:
            until = now - SETTLED - LATELY
            asked = {
                "scope": list(self._viewer.workspaces),
                "since": until - BEFORE,
                "until": until,
                "settled": SETTLED.total_seconds(),
                "enough": ENOUGH,
            }
            hours: dict[str, list[Share]] = {}
            for row in session.rows("board/usual", asked):
                hours.setdefault(row["esme"], []).append(Share(row["sent"], row["delivered"]))
            known = {channel: usual(shares) for channel, shares in hours.items()}
            self._channels = {channel: found for channel, found in known.items() if found}
            self._known_until = now + KNOWN_FOR
        return self._channels


def _line(
    row: Row, lately: Mapping[str, Sequence[Share]], channels: Mapping[str, Usual], now: datetime
) -> Line:
    curves = {channel: slices[:SLICES] for channel, slices in lately.items()}
    curve = tuple(together(slices) for slices in zip(*curves.values(), strict=True))
    known = mixed({channel: together(slices).sent for channel, slices in lately.items()}, channels)
    delivered, pace = latest(curve), row["pace"]
    low = is_low(delivered, known)
    low_on = [channel for channel in sorted(curves) if is_low(latest(curves[channel]), channels.get(channel))]
    troubles = {
        Trouble.STALLED: pace.still_since is not None,
        Trouble.LOW_DELIVERY: low,
        Trouble.TOO_SLOW: pace.spare is not None and pace.spare < timedelta(),
    }
    return Line(
        external_id=row["external_id"],
        workspace_id=row["workspace_id"],
        name=row["name"],
        saddr=row["saddr"],
        mode=in_contract(Mode, row["mode"], "mode") if row["mode"] is not None else None,
        sent=row["sent"],
        waiting=row["waiting"],
        total=row["total"] if row["total"] is not None else row["recipients"],
        start_at=row["start_at"],
        end_at=row["end_at"],
        window_open=row["open"],
        pace=pace,
        delivered=delivered,
        usual=known,
        curve=curve,
        troubles=tuple(trouble for trouble, found in troubles.items() if found),
        low_since=now - SETTLED - (SLICES - low_since(curve, known)) * SLICE if low and known else None,
        low_on=tuple(low_on) if low and len(low_on) < len(curves) else (),
        reason=mask_numbers(row["reason"]),
    )


def _urgency(line: Line) -> tuple[int, int, str]:
    worst = list(Trouble).index(line.troubles[0]) if line.troubles else len(Trouble)
    return worst, -line.sent, line.external_id


def _waiting(
    live: Iterable[Row], status: Status, next_of: Callable[[Row], datetime | None], now: datetime
) -> Waiting:
    rows = [row for row in live if row["status"] == status]
    moments = [moment for row in rows if (moment := next_of(row)) is not None and moment >= now]
    return Waiting(campaigns=len(rows), next=min(moments, default=None))


def as_json(board: Board) -> dict[str, Any]:
    """Return the board as the command line prints it."""
    return {
        "as_of": board.as_of,
        "sending": board.sending,
        "messages_per_second": round(board.per_hour / 3600, 2),
        "delivery_rate": _rounded(board.delivered.rate),
        **{name.replace(" ", "_"): count for name, count in board.troubled.items()},
        "paused": {"campaigns": board.paused.campaigns, "next": board.paused.next},
        "pending": {"campaigns": board.pending.campaigns, "next": board.pending.next},
        "building": board.building,
        "rows": [_line_json(line) for line in board.lines],
    }


def _line_json(line: Line) -> dict[str, Any]:
    known = line.usual
    return {
        "external_id": line.external_id,
        "workspace_id": line.workspace_id,
        "saddr": line.saddr,
        "name": line.name,
        "mode": line.mode,
        "sent": line.sent,
        "waiting": line.waiting,
        "total": line.total,
        "end_at": line.end_at,
        "per_hour": line.pace.rate,
        "per_hour_needed": line.pace.needed,
        "expected_end": line.pace.expected_end,
        "still_since": line.pace.still_since,
        "delivery_rate": _rounded(line.delivered.rate),
        "usual_rate": _rounded(known.middle) if known else None,
        "usual_low": _rounded(known.low) if known else None,
        "troubles": list(line.troubles),
        "low_since": line.low_since,
        "low_on": list(line.low_on),
        "reason": line.reason,
    }


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 4)
