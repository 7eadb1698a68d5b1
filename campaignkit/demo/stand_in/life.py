"""What happens to a campaign next: pure, from what stands in the database and the clocks alone.

Two clocks: `wall` is the one on the wall, which start times, ends and daily windows follow; `moment` counts the
seconds of the stand-in's own, which runs as fast as it is told to, and only while the stand-in runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from campaignkit.demo import schedule
from campaignkit.demo.schedule import Span, Window
from campaignkit.demo.world import ESMES
from campaignkit.domain.lifecycle import TERMINAL, Event, Mode, Status
from campaignkit.domain.windows import next_opening


class Fate(StrEnum):
    """What Core meets with a campaign on its way."""

    HEALTHY = "healthy"
    REBOUND = "rebound"  # a bind is lost for some seconds
    UNPARSED = "unparsed"  # the list file cannot be read
    UNBOUND = "unbound"  # no bind to any carrier comes up
    EXHAUSTED = "exhausted"  # the centre refuses everything until the retries are used up


class Work(StrEnum):
    """What a move does to the recipients."""

    MAKE_LIST = "make the list"
    CLOSE_LIST = "take out the stop list and count"
    OPEN = "open for events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign as Core sees it."""

    campaign_id: int
    external_id: UUID
    workspace_id: str
    time_zone: str
    status: Status
    mode: Mode
    start_at: datetime | None
    end_at: datetime | None
    window_from: time | None
    window_to: time | None
    total: int | None
    fate: Fate
    turn: float
    rate: float
    size: int
    by_hand: bool
    step: int
    due: float
    submitted: int
    to_send: int
    paid_until: float
    in_hand: int

    @property
    def processed(self) -> bool:
        """Tell whether every message of the list has had its answer."""
        return self.to_send == 0 and self.in_hand == 0

    @property
    def turned(self) -> bool:
        """Tell whether so much of the list has gone out that its fate comes."""
        return self.submitted >= self.turn * (self.submitted + self.to_send)

    def over(self, wall: datetime) -> bool:
        """Tell whether its end has passed; only Spread and Trigger have one (R16)."""
        return self.mode in (Mode.SPREAD, Mode.TRIGGER) and self.end_at is not None and self.end_at <= wall

    def opens(self, wall: datetime) -> datetime | None:
        """Return when its daily window opens next; None while it is open."""
        return next_opening(wall, zone=self.time_zone, opens=self.window_from, closes=self.window_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """A workflow error to write down."""

    phase: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The next thing that happens: an event of the lifecycle, or a step inside the status.

    `step` and `seconds`: how far it is then, and how long nothing more happens on the stand-in's clock.
    """

    event: Event | None = None
    phase: str | None = None
    reason: str | None = None
    audited: str | None = None
    errors: tuple[JobError, ...] = ()
    step: int = 0
    seconds: float = 0
    work: Work | None = None


def next_move(campaign: Campaign, wall: datetime, moment: float) -> Move | None:
    """Return what happens to *campaign* now, if anything."""
    if campaign.status in TERMINAL or campaign.status not in _NEXT:
        return None
    return _NEXT[campaign.status](campaign, wall, moment)


def _pending(campaign: Campaign, wall: datetime, moment: float) -> Move | None:
    if campaign.over(wall):
        return _expire(f"its end, {_clock(campaign, campaign.end_at)}, had passed before it began")
    begun = campaign.start_at is None or campaign.start_at <= wall
    if begun and campaign.due <= moment:
        reason = "started" if campaign.start_at is None else "start time reached"
        return Move(event=Event.BUILD, reason=reason, seconds=1.5)
    return None


def _building(campaign: Campaign, _wall: datetime, moment: float) -> Move | None:
    if campaign.due > moment:
        return None
    # Some lists were handed in with the campaign, and those of a trigger come one by one.
    makes_list = campaign.mode is not Mode.TRIGGER and not campaign.to_send and not campaign.submitted
    unreadable = makes_list and campaign.fate is Fate.UNPARSED
    if campaign.step == 0:
        work = Work.MAKE_LIST if makes_list and not unreadable else None
        return Move(phase="Building.parse", step=1, seconds=1 + campaign.size / 20_000, work=work)
    if unreadable:
        line = 2 + campaign.size // 3
        message = f"line {line}: expected 3 fields separated by ',', found 1 (is it separated by ';'?)"
        error = JobError(phase="Building.parse", code="FILE_PARSE", message=message)
        return _fail("the list file cannot be parsed", error)
    if campaign.step == 1:
        return Move(
            phase="Building.stop-list", step=2, seconds=1 + campaign.size / 5_000, work=Work.CLOSE_LIST
        )
    if campaign.mode is Mode.TRIGGER:
        return Move(event=Event.SEND, reason="open for events", work=Work.OPEN)
    if not campaign.total:
        error = JobError(phase="Building.parse", code="LIST_EMPTY", message="the list has no usable line")
        return _fail("the list is empty", error)
    excluded = campaign.total - campaign.to_send - campaign.submitted
    reason = f"list ready: {campaign.total - excluded:,} recipients, {excluded:,} excluded"
    return Move(event=Event.SEND, reason=reason)


def _sending(campaign: Campaign, wall: datetime, moment: float) -> Move | None:
    over, trigger = campaign.over(wall), campaign.mode is Mode.TRIGGER
    if campaign.processed and (over or not trigger):
        return Move(event=Event.FINISH, reason="all messages processed", audited="completed")
    if over and not trigger:  # a trigger meets no more events then, and finishes what it has
        return _expire("its end was reached before the list was finished")
    fated = _FATES[campaign.fate](campaign, moment) if campaign.fate in _FATES else None
    if fated:
        return fated
    opens = campaign.opens(wall)
    if opens is not None:
        reason = f"outside the daily window, until {_clock(campaign, opens)}"
        return Move(event=Event.PAUSE, reason=reason, audited="paused", step=campaign.step)
    return None


def _paused(campaign: Campaign, wall: datetime, _moment: float) -> Move | None:
    if campaign.over(wall):
        return _expire("its end was reached before the list was finished")
    if campaign.by_hand or campaign.opens(wall) is not None:
        return None
    return Move(event=Event.RESUME, reason="window opened", audited="resumed", step=campaign.step)


_NEXT: Mapping[Status, Callable[[Campaign, datetime, float], Move | None]] = {
    Status.PENDING: _pending,
    Status.BUILDING: _building,
    Status.SENDING: _sending,
    Status.PAUSED: _paused,
}


def _rebound(campaign: Campaign, _moment: float) -> Move | None:
    if campaign.step or not campaign.turned:
        return None
    esme = ESMES[campaign.campaign_id % len(ESMES)].esme
    message = f"{esme}: connection lost, bound again at the second attempt"
    return Move(step=1, errors=(JobError(phase="Sending", code="BIND_FAILED", message=message),))


def _unbound(campaign: Campaign, moment: float) -> Move | None:
    if campaign.due > moment:
        return None
    if campaign.step < len(ESMES):
        message = f"{ESMES[campaign.step].esme}: bind refused (ESME_RINVPASWD), 5 attempts"
        error = JobError(phase="Sending", code="BIND_FAILED", message=message)
        return Move(step=campaign.step + 1, seconds=20, errors=(error,))
    return _fail("no bind to any carrier")


def _exhausted(campaign: Campaign, moment: float) -> Move | None:
    if campaign.step == 0:
        return Move(step=1, seconds=60) if campaign.turned else None
    if campaign.due > moment:
        return None
    message = "3 retries used up for every message of the last minute (ESME_RSYSERR)"
    error = JobError(phase="Sending", code="RETRY_EXHAUSTED", message=message)
    return _fail("retries used up, the centre does not accept messages", error)


_FATES: Mapping[Fate, Callable[[Campaign, float], Move | None]] = {
    Fate.REBOUND: _rebound,
    Fate.UNBOUND: _unbound,
    Fate.EXHAUSTED: _exhausted,
}


def _fail(reason: str, *errors: JobError) -> Move:
    return Move(event=Event.FAIL, reason=reason, audited="failed", errors=errors)


def _expire(reason: str) -> Move:
    return Move(event=Event.EXPIRE, reason=reason, audited="expired")


def _clock(campaign: Campaign, at: datetime | None) -> str:
    assert at is not None  # noqa: S101 - asked of ends that have passed and windows that will open
    local = at.astimezone(ZoneInfo(campaign.time_zone))
    return f"{local.day} {local:%b %H:%M}"


class Quota(NamedTuple):
    """How many messages or events, and up to which moment the rate has been used then."""

    number: int
    paid_until: float


def quota(campaign: Campaign, wall: datetime, moment: float, *, most: int) -> Quota | None:
    """Return how many of its list it may submit now: by its rate, at most *most*; None for none."""
    if campaign.status is not Status.SENDING or campaign.to_send == 0 or campaign.fate is Fate.UNBOUND:
        return None
    if campaign.mode is Mode.TRIGGER:  # its rate is that of the events
        return Quota(min(campaign.to_send, most), campaign.paid_until)
    return _by_rate(campaign, moment, pace(campaign, wall), min(campaign.to_send, most))


def events(campaign: Campaign, wall: datetime, moment: float, *, most: int) -> Quota | None:
    """Return how many events a trigger has met since it was last looked at; None for none."""
    if campaign.status is not Status.SENDING or campaign.mode is not Mode.TRIGGER or campaign.over(wall):
        return None
    return _by_rate(campaign, moment, campaign.rate, most)


def _by_rate(campaign: Campaign, moment: float, rate: float, most: int) -> Quota | None:
    number = int((moment - campaign.paid_until) * rate)
    if number < 1:
        return None
    if number >= most:
        return Quota(most, moment)  # what it could not use is not saved up
    return Quota(number, campaign.paid_until + number / rate)


def pace(campaign: Campaign, wall: datetime) -> float:
    """Return how many messages a second it sends: as many as it can, or spread over the open time that is left."""
    if campaign.fate is Fate.EXHAUSTED and campaign.step:
        return campaign.rate / 10
    if campaign.mode is not Mode.SPREAD or campaign.end_at is None:
        return campaign.rate
    window = None
    if campaign.window_from is not None and campaign.window_to is not None:
        window = Window(campaign.window_from, campaign.window_to)
    left = schedule.seconds_of(schedule.open_spans(Span(wall, campaign.end_at), campaign.time_zone, window))
    return min(campaign.rate, campaign.to_send / left) if left else campaign.rate
