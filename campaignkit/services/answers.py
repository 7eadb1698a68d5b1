"""What the questions about campaigns are answered with: frozen values, and how a row becomes one."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, overload

from campaignkit.domain.access import Viewer
from campaignkit.domain.delivery import Verdict
from campaignkit.domain.errors import StoreUnreadable
from campaignkit.domain.filters import E
from campaignkit.domain.history import Step
from campaignkit.domain.lifecycle import Mode, Moderation, State, Status
from campaignkit.domain.places import Place, actions
from campaignkit.services.pages import Page
from campaignkit.services.tally import Facets
from campaignkit.store.base import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A row of the list. `sent` counts what the SMSC accepted, `delivered` what reached the handset.

    `total` is the campaign's own, else the recipients known so far, else None. `author` is a name, or an
    e-mail address, masked without the grant to see numbers (R18). `actions` is what the viewer may do to it now,
    where the row came from: a list offers less than the campaign's own page (`domain.places`). Where the source has no
    delivery reports, `delivered` and `errors` are None.
    """

    campaign_id: int
    external_id: str
    workspace_id: str
    status: Status
    moderation: Moderation
    mode: Mode | None
    sent: int
    total: int | None
    delivered: int | None
    errors: int | None
    saddr: str
    start_at: datetime | None
    end_at: datetime | None
    created_at: datetime
    author: str | None
    name: str | None
    auto_start: bool
    archived: bool
    window_from: time | None
    window_to: time | None
    delivery_errors: int | None
    updated_at: datetime
    paused_reason: str | None = None
    actions: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """Return what the lifecycle's rules look at."""
        return State(self.status, self.moderation, self.archived, self.auto_start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpis:
    """The tiles (R3–R7): campaigns ever created, and messages delivered to the handset, never filtered.

    total = active + completed + errors + cancelled + expired + new, always. What the source does not provide is None.
    """

    total: int
    active: int
    completed: int
    errors: int | None
    sms_sent: int | None
    new: int | None
    cancelled: int | None
    expired: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of the list and the numbers around it, all of one state of the database.

    `unfiltered` is how many the view holds; `dropping` has, for each active field of the filter, how many would
    match without it (R39).
    """

    page: Page[Campaign]
    facets: Facets
    unfiltered: int
    dropping: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """The number on the Errors tab and its parts (R60); a part that the source does not provide is None."""

    job_errors: int | None
    counter: int | None
    failed_rows: int | None
    badge: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One campaign: its row with what the viewer may do, its recipients by verdict (they add up), and the badge."""

    campaign: Campaign
    verdicts: Mapping[Verdict, int]
    badge: Badge
    not_provided: tuple[str, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        """Return what the viewer may do to it now."""
        return self.campaign.actions


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one day sent, by sent time, and what became of it so far, if the source says so."""

    day: date
    sent: int
    delivered: int | None
    failed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Every day from the first message to the last in `zone`, zeros too (R49)."""

    zone: str
    rows: tuple[Day, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The state history, newest first (R50); empty and named in `not_provided` where the source has none."""

    rows: tuple[Step, ...]
    not_provided: tuple[str, ...] = ()


def in_contract(kind: type[E], value: object, what: str) -> E:
    """Return the member of *kind* that the database's *value* spells; raises `StoreUnreadable` if there is none."""
    try:
        return _members(kind)[value]  # type: ignore[return-value]  # what was asked for
    except (KeyError, TypeError):
        raise StoreUnreadable(
            f"the data has a {what} {str(value)[:40]!r}, which the data contract does not know:"
            " `campaignkit check` counts such rows"
        ) from None


@functools.cache  # an enum's own call takes ten times as long, and each row of a list makes three
def _members(kind: type[StrEnum]) -> Mapping[object, StrEnum]:
    return {member.value: member for member in kind}


def state_of(row: Row) -> State:
    """Return what the lifecycle's rules look at in a row of campaigns/page."""
    return State(
        in_contract(Status, row["status"], "status"),
        in_contract(Moderation, row["moderation"], "moderation"),
        row["archived"],
        row["auto_start"],
    )


def campaign_of(row: Row, progress: Mapping[str, int | None], viewer: Viewer, place: Place) -> Campaign:
    """Return a row of campaigns/page with what campaigns/progress counted for it."""
    state, mode, total = state_of(row), row["mode"], row["total"]
    return Campaign(
        status=state.status,
        moderation=state.moderation,
        mode=None if mode is None else in_contract(Mode, mode, "mode"),
        author=row["author_name"] or mask_email(row["author_email"], clear=viewer.clear_numbers),
        total=progress.get("recipients") if total is None else total,
        sent=progress.get("sent", 0) or 0,
        delivered=progress.get("delivered", 0),
        errors=progress.get("errors", 0),
        actions=tuple(event.value for event in actions(viewer, row["workspace_id"], state, place)),
        **{name: row[name] for name in AS_THEY_ARE},
    )


AS_THEY_ARE = (
    "campaign_id",
    "external_id",
    "workspace_id",
    "saddr",
    "start_at",
    "end_at",
    "created_at",
    "name",
    "auto_start",
    "archived",
    "window_from",
    "window_to",
    "delivery_errors",
    "updated_at",
)


@overload
def mask_email(address: str, *, clear: bool) -> str: ...
@overload
def mask_email(address: None, *, clear: bool) -> None: ...
def mask_email(address: str | None, *, clear: bool) -> str | None:
    """Return an e-mail address as its first letter and domain, 'k…@example.com', unless it may be seen."""
    if address is None or clear:
        return address
    name, at, domain = address.partition("@")
    return f"{name[:1]}…{at}{domain}"


# as sql/exports/csv.sql and sql/snapshot have it, in a spelling that both engines read as Python does; but for an id or
# a digest, which may have as many digits in a row
_NUMBER = re.compile(
    r"(?P<id>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{32,}\b)"
    r"|[+][ (]?[0-9]([ ().-]{0,2}[0-9]){7,14}|[0-9]{9,15}"
)


@overload
def mask_numbers(text: str) -> str: ...
@overload
def mask_numbers(text: None) -> None: ...
def mask_numbers(text: str | None) -> str | None:
    """Return a free text without the phone numbers in it, for everybody: a number's place is its own column (R57)."""
    return _NUMBER.sub(lambda found: found["id"] or "****", text) if text else text


def mask_actor(name: str, *, clear: bool) -> str:
    """Return who did something: who is known by an e-mail address alone is masked as an author is (R18, R68)."""
    return mask_email(name, clear=clear) if "@" in name else name


def as_json(campaign: Campaign) -> dict[str, Any]:
    """Return the row as the command line prints it: the documented names, in their order."""
    row = asdict(campaign)
    return {name: row[name] for name in ROW_NAMES}


ROW_NAMES = (
    "external_id",
    "workspace_id",
    "status",
    "moderation",
    "mode",
    "sent",
    "total",
    "delivered",
    "errors",
    "saddr",
    "start_at",
    "end_at",
    "created_at",
    "author",
)
