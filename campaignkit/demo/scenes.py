"""What campaigns of the sample do: a cast that is always there, and a crowd drawn around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import TypeVar

from campaignkit.demo.incidents import EXHIBITS, Incident
from campaignkit.domain.lifecycle import Mode, Status

Choice = TypeVar("Choice")


class Ending(StrEnum):
    """How far a campaign has come, or how it ended; each is told by a function of `endings.py`."""

    QUEUED = "waits for a moderator"
    APPROVED = "approved, waits for Start"
    REJECTED = "rejected by the moderator"
    WITHDRAWN = "cancelled by its author before anybody judged it"
    WAITING = "waits for its start time"
    CALLED_OFF = "cancelled before its start time"
    MISSED = "started by hand after its end"
    BUILDING = "the list is being built"
    UNPARSED = "the list file cannot be read"
    EMPTY = "the list file has no usable line"
    UNBOUND = "no bind to a carrier came up"
    SENDING = "under way"
    PAUSED_BY_WINDOW = "outside its daily window"
    PAUSED_BY_HAND = "paused by a person"
    STOPPED = "cancelled while sending"
    STOPPED_PAUSED = "cancelled while paused"
    EXHAUSTED = "gave up after retries"
    RAN_OUT = "its end came before its list did"
    RAN_OUT_PAUSED = "its end came while it was paused"
    DONE = "complete"


STATUS: Mapping[Ending, Status] = {
    Ending.QUEUED: Status.NEW,
    Ending.APPROVED: Status.NEW,
    Ending.REJECTED: Status.CANCELLED,
    Ending.WITHDRAWN: Status.CANCELLED,
    Ending.WAITING: Status.PENDING,
    Ending.CALLED_OFF: Status.CANCELLED,
    Ending.MISSED: Status.EXPIRED,
    Ending.BUILDING: Status.BUILDING,
    Ending.UNPARSED: Status.FAILED,
    Ending.EMPTY: Status.FAILED,
    Ending.UNBOUND: Status.FAILED,
    Ending.SENDING: Status.SENDING,
    Ending.PAUSED_BY_WINDOW: Status.PAUSED,
    Ending.PAUSED_BY_HAND: Status.PAUSED,
    Ending.STOPPED: Status.CANCELLED,
    Ending.STOPPED_PAUSED: Status.CANCELLED,
    Ending.EXHAUSTED: Status.FAILED,
    Ending.RAN_OUT: Status.EXPIRED,
    Ending.RAN_OUT_PAUSED: Status.EXPIRED,
    Ending.DONE: Status.DONE,
}

LISTLESS = frozenset(
    {Ending.WAITING, Ending.CALLED_OFF, Ending.MISSED, Ending.BUILDING, Ending.UNPARSED, Ending.EMPTY}
)
UNSTARTED = frozenset({Ending.QUEUED, Ending.APPROVED, Ending.REJECTED, Ending.WITHDRAWN})


class Trait(StrEnum):
    """Something particular about one campaign. Traits only add to a scene; one without any is an ordinary one."""

    OVERSENT = "more was sent than the total says"
    CONTRADICTORY = "a few rows contradict themselves"
    STOP_LIST = "a stop list excludes an eighth"
    INTERRUPTED = "paused and resumed by a person"
    REBUILT = "Core goes from Paused to Building"
    REOPENED = "Core goes from Done to Sending"
    STEPPED_BACK = "Core goes from Building back to Pending, which is tolerated"
    DRAINED = "Core reports a phase that no life-cycle has"
    OLD_LIST = "numbers that no other list has, four times as many of them unknown"
    OPEN_ENDED = "a trigger without an end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One campaign's part. `size` is its place among all sizes, 0 smallest to 1 biggest; `days` its age.

    `incident` is what it is there to show; what befell all of a carrier's messages may show in others as well.
    """

    ending: Ending
    mode: Mode
    size: float
    days: float
    archived: bool = False
    traits: frozenset[Trait] = field(default_factory=frozenset)
    incident: Incident | None = None

    @property
    def status(self) -> Status:
        """Return the status that the ending leaves behind."""
        return STATUS[self.ending]

    @property
    def has_list(self) -> bool:
        """Tell whether there are recipients: those of a trigger come one by one after its start."""
        return self.ending not in LISTLESS and not (self.mode is Mode.TRIGGER and self.ending in UNSTARTED)


def _scene(
    ending: Ending, mode: Mode, *traits: Trait, size: float = 0.6, days: float = 0, archived: bool = False
) -> Scene:
    return Scene(ending=ending, mode=mode, size=size, days=days, archived=archived, traits=frozenset(traits))


def _exhibit(incident: Incident, mode: Mode, *, size: float = 0.6, ending: Ending = Ending.DONE) -> Scene:
    return Scene(ending=ending, mode=mode, size=size, days=EXHIBITS[incident].days, incident=incident)


# In the order in which they are given up when fewer campaigns are asked for: the first nine have nine statuses.
CAST = (
    _scene(Ending.SENDING, Mode.ON_DEMAND, size=0.98),
    _scene(Ending.APPROVED, Mode.ON_DEMAND, size=0.75),
    _exhibit(Incident.OUTAGE, Mode.SPREAD, size=0.98),
    _scene(Ending.PAUSED_BY_WINDOW, Mode.SPREAD, size=0.9),
    _exhibit(Incident.BAD_LIST, Mode.ON_DEMAND, ending=Ending.UNPARSED),
    _scene(Ending.WAITING, Mode.ON_TIME),
    _exhibit(Incident.SHORT_WINDOW, Mode.SPREAD, size=0.93, ending=Ending.RAN_OUT),
    _scene(Ending.REJECTED, Mode.ON_DEMAND, days=2.5),
    _scene(Ending.BUILDING, Mode.ON_DEMAND),
    _scene(Ending.SENDING, Mode.TRIGGER, Trait.OPEN_ENDED, size=0.92, days=16),
    _exhibit(Incident.ID_MISMATCH, Mode.ON_TIME, size=0.96),
    _exhibit(Incident.BACKLOG, Mode.SPREAD, size=0.98),
    _exhibit(Incident.BAD_SENDER, Mode.ON_DEMAND, size=0.9),
    _exhibit(Incident.THROTTLING, Mode.ON_DEMAND, size=0.97),
    _exhibit(Incident.BARRED_SENDER, Mode.ON_DEMAND, size=0.94),
    _scene(Ending.QUEUED, Mode.ON_DEMAND, size=0.7, days=0.01),
    _scene(Ending.DONE, Mode.ON_TIME, size=0.99, days=8),
    _scene(Ending.RAN_OUT, Mode.SPREAD, size=0.9, days=12),
    _scene(Ending.DONE, Mode.ON_TIME, Trait.OVERSENT, size=0.96, days=6),
    _scene(Ending.DONE, Mode.ON_DEMAND, Trait.CONTRADICTORY, size=0.8, days=20),
    _scene(Ending.DONE, Mode.ON_DEMAND, Trait.STOP_LIST, size=0.88, days=4),
    _scene(Ending.SENDING, Mode.SPREAD, size=0.94),
    _scene(Ending.STOPPED, Mode.SPREAD, size=0.85, days=10),
    _scene(Ending.EXHAUSTED, Mode.ON_DEMAND, size=0.78, days=3),
    _scene(Ending.DONE, Mode.TRIGGER, size=0.87, days=30),
    _scene(Ending.DONE, Mode.ON_DEMAND, Trait.OLD_LIST, size=0.9, days=13),
    _scene(Ending.DONE, Mode.SPREAD, Trait.REBUILT, size=0.86, days=15),
    _scene(Ending.DONE, Mode.ON_DEMAND, size=0.6, days=0.4, archived=True),
    _scene(Ending.EMPTY, Mode.ON_TIME, days=5),
    _scene(Ending.UNBOUND, Mode.ON_TIME, size=0.65, days=9),
    _scene(Ending.RAN_OUT_PAUSED, Mode.SPREAD, size=0.72, days=18),
    _scene(Ending.MISSED, Mode.SPREAD, days=7),
    _scene(Ending.CALLED_OFF, Mode.ON_TIME, days=6),
    _scene(Ending.WITHDRAWN, Mode.ON_DEMAND, size=0.5, days=1.6),
    _scene(Ending.STOPPED_PAUSED, Mode.SPREAD, size=0.7, days=14),
    _scene(Ending.PAUSED_BY_HAND, Mode.ON_TIME, size=0.82),
    _scene(Ending.SENDING, Mode.ON_TIME, size=0.9),
    _scene(Ending.WAITING, Mode.TRIGGER),
    _scene(Ending.WAITING, Mode.SPREAD),
    _scene(Ending.SENDING, Mode.TRIGGER, size=0.8, days=5),
    _scene(Ending.BUILDING, Mode.SPREAD),
    _scene(Ending.QUEUED, Mode.TRIGGER, days=0.5),
    _scene(Ending.DONE, Mode.ON_DEMAND, Trait.INTERRUPTED, size=0.84, days=2),
    _scene(Ending.DONE, Mode.ON_TIME, Trait.REOPENED, size=0.77, days=25),
    _scene(Ending.DONE, Mode.ON_TIME, Trait.STEPPED_BACK, size=0.6, days=11),
    _scene(Ending.APPROVED, Mode.SPREAD, size=0.55, days=1),
    _scene(Ending.UNPARSED, Mode.ON_TIME, days=40, archived=True),
    _scene(Ending.RAN_OUT, Mode.SPREAD, size=0.58, days=35, archived=True),
    _scene(Ending.REJECTED, Mode.SPREAD, size=0.4, days=33, archived=True),
    _scene(Ending.APPROVED, Mode.ON_DEMAND, size=0.3, days=45, archived=True),
    _scene(Ending.DONE, Mode.ON_TIME, Trait.DRAINED, size=0.74, days=28),
)

_CROWD_MODES = {Mode.ON_DEMAND: 40, Mode.ON_TIME: 32, Mode.SPREAD: 19, Mode.TRIGGER: 9}
_CROWD_ENDINGS = {  # per thousand; what a mode cannot do becomes Done
    Ending.DONE: 800,
    Ending.RAN_OUT: 90,
    Ending.UNPARSED: 22,
    Ending.EXHAUSTED: 14,
    Ending.UNBOUND: 6,
    Ending.REJECTED: 28,
    Ending.STOPPED: 14,
    Ending.CALLED_OFF: 8,
    Ending.WAITING: 10,
    Ending.QUEUED: 8,
}
_MODES_OF: Mapping[Ending, frozenset[Mode]] = {
    Ending.RAN_OUT: frozenset({Mode.SPREAD}),
    Ending.STOPPED: frozenset({Mode.ON_DEMAND, Mode.ON_TIME, Mode.SPREAD}),
    Ending.CALLED_OFF: frozenset({Mode.ON_TIME, Mode.SPREAD, Mode.TRIGGER}),
    Ending.WAITING: frozenset({Mode.ON_TIME, Mode.SPREAD, Mode.TRIGGER}),
    Ending.EXHAUSTED: frozenset({Mode.ON_DEMAND, Mode.ON_TIME}),
    Ending.UNBOUND: frozenset({Mode.ON_DEMAND, Mode.ON_TIME, Mode.SPREAD}),
}
OLDEST_DAYS = 88
ARCHIVED_AFTER_DAYS = 30


def scenes(count: int, rng: Random) -> list[Scene]:
    """Return *count* scenes: the cast as far as it goes, then the crowd."""
    return [*CAST[:count], *_crowd(count - len(CAST), rng)]


def _crowd(count: int, rng: Random) -> Iterator[Scene]:
    # Each place among the sizes is taken once: a plain draw would make the sum depend on one lucky campaign.
    sizes = [(place + 0.5) / max(count, 1) for place in range(count)]
    rng.shuffle(sizes)
    for size in sizes:
        mode = _drawn(_CROWD_MODES, rng)
        ending = _drawn(_CROWD_ENDINGS, rng)
        if mode not in _MODES_OF.get(ending, frozenset(Mode)):
            ending = Ending.DONE
        days = 0.2 + OLDEST_DAYS * rng.random() ** 1.7  # denser lately
        young = ending in (Ending.QUEUED, Ending.WAITING)
        yield Scene(
            ending=ending,
            mode=mode,
            size=size,
            days=2 * rng.random() if young else days,
            archived=not young and days > ARCHIVED_AFTER_DAYS and rng.random() < 0.3,
        )


def _drawn(weights: Mapping[Choice, int], rng: Random) -> Choice:
    return rng.choices(list(weights), weights=list(weights.values()))[0]
