"""What is told about one campaign: its moments, its state history, its audit trail and when its messages went out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from campaignkit.demo import schedule
from campaignkit.demo.scenes import Scene, Trait
from campaignkit.demo.schedule import Span, Window
from campaignkit.demo.world import Person, Workspace
from campaignkit.domain.lifecycle import Mode, Moderation, Status
from campaignkit.domain.windows import next_opening

CORE = "core"
# Filled in once the recipients are there and can be counted.
LIST_READY = "list ready: {listed:,} recipients, {excluded:,} excluded"
_NOTES = ("text and sender checked", "ok", "opt-out line is there, ok", "second version, ok now", None)


class Step(StrEnum):
    """What was done with a batch of recipients."""

    SUBMITTED = "submitted"
    SUBMITTING = "submitting"
    REFUSED = "refused"  # the centre answers with an error until the retries are used up
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Batch:
    """Recipients `first` to `last`, both included, submitted evenly over a stretch of time; waiting ones have none."""

    first: int
    last: int
    step: Step
    span: Span | None


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the state history (`subject`: the phase), the audit trail (the action) or the job errors (the code)."""

    subject: str
    at: datetime
    actor: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a campaign before its story is told."""

    scene: Scene
    size: int
    workspace: Workspace
    author: Person
    operator: Person  # presses the buttons: the author, unless that is a program
    sender: str
    name: str
    auto_start: bool
    window: Window | None
    rate: float  # messages a second when nothing holds it back
    rng: Random = field(repr=False)
    now: datetime

    @property
    def zone(self) -> str:
        """Return the zone of the campaign's windows and days."""
        return self.workspace.time_zone

    @property
    def scheduled(self) -> bool:
        """Tell whether it waits for a start time."""
        return self.scene.mode is not Mode.ON_DEMAND

    @property
    def is_burst(self) -> bool:
        """Tell whether it goes out as fast as the binds take it."""
        return self.scene.mode in (Mode.ON_DEMAND, Mode.ON_TIME)

    def lasting(self, low: float, high: float) -> timedelta:
        """Return a drawn length of between *low* and *high* seconds."""
        return schedule.lasting(self.rng.uniform(low, high))

    def wall_clock(self, moment: datetime) -> str:
        """Return *moment* as Core's reasons print it."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return f"{local.day} {local:%b %H:%M}"


@dataclass(slots=True)
class Story:
    """Grows move by move. Each move happens at `at` and may set it forward; nothing is told after the draft's now."""

    draft: Draft
    at: datetime
    created_at: datetime = field(init=False)
    status: Status = field(init=False)
    moderation: Moderation = Moderation.PENDING
    start_at: datetime | None = None
    end_at: datetime | None = None
    built: Span | None = None
    total_known: bool = True
    history: list[Told] = field(default_factory=list)
    audit: list[Told] = field(default_factory=list)
    job_errors: list[Told] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let the author write the campaign and hand it in."""
        author = self.draft.author
        who = author.signature
        self.created_at = self.at
        self.enter(Status.NEW, f"submitted by {author.in_prose}")
        self.log("created", who)
        self.pass_time(2, 90)
        self.log("submitted", who)

    def pass_time(self, low: float, high: float) -> None:
        """Let between *low* and *high* seconds go by."""
        self.at += self.draft.lasting(low, high)

    def enter(self, status: Status, reason: str | None) -> None:
        """Take on *status* and write it into the history."""
        self.status = status
        self.step(status, reason)

    def step(self, phase: str, reason: str | None) -> None:
        """Write a phase into the history that is not (or not simply) a status."""
        self.history.append(Told(phase, self.at, CORE, reason))

    def log(self, action: str, actor: str = CORE, note: str | None = None) -> None:
        """Write into the audit trail."""
        self.audit.append(Told(action, self.at, actor, note))

    def job_error(self, phase: str, code: str, message: str) -> None:
        """Write a job error; its phase stands where an audit entry has its actor."""
        self.job_errors.append(Told(code, self.at, phase, message))

    def approve(self) -> None:
        """Let the moderator say yes; with auto-start the campaign becomes Pending at once (R28)."""
        self.moderation = Moderation.APPROVED
        note = self.draft.rng.choice(_NOTES)
        self.log("approved", self.draft.workspace.moderator.signature, note)
        if self.draft.auto_start:
            self._wait("approved")

    def start(self) -> None:
        """Let somebody press Start (R40)."""
        operator = self.draft.operator
        self.log("started", operator.signature)
        self._wait(f"started by {operator.in_prose}")

    def _wait(self, why: str) -> None:
        waits = "waits for the scheduled start" if self.draft.scheduled else "starts at once"
        self.enter(Status.PENDING, f"{why}; {waits}")
        self.total_known = False

    def build(self) -> None:
        """Begin to assemble the list."""
        self.enter(Status.BUILDING, "start time reached" if self.draft.scheduled else "started")
        self.total_known = False
        if Trait.STEPPED_BACK in self.draft.scene.traits:
            self.pass_time(2, 4)
            self.enter(Status.PENDING, "list source is busy; waits for it")
            self.pass_time(20, 40)
            self.enter(Status.BUILDING, "list source answers")

    def list_ready(self) -> None:
        """Finish the list and begin to send."""
        begun = self.at
        size = self.draft.size
        if size >= 500:
            self.pass_time(1, 2)
            self.step("Building.parse", None)
            self.at += schedule.lasting(size / 20_000)
            self.step("Building.stop-list", None)
        self.at += schedule.lasting(2 + size / 5_000)
        self.built, self.total_known = Span(begun, self.at), True
        trigger = self.draft.scene.mode is Mode.TRIGGER
        self.enter(Status.SENDING, "open for events" if trigger else LIST_READY)

    def follow(self, spans: Sequence[Span], by_hand: Span | None = None) -> None:
        """Walk through *spans* of sending, with a pause in each gap; `at` is then the end of the last one."""
        for before, after in pairwise(spans):
            self.at = before.ends
            if by_hand is not None and by_hand.starts == self.at:
                self.pause_by_hand()
                self._resume(after.starts, by_hand=True)
            else:
                self.pause_by_window()
                self._rebuild(after)
                self._resume(after.starts, by_hand=False)
        if spans:
            self.at = spans[-1].ends

    def pause_by_window(self) -> None:
        """Stop for the night, saying until when (R27)."""
        reason = "outside the daily window"
        opens = self._opens()
        if opens is not None:
            reason += f", until {self.draft.wall_clock(opens)}"
        self.enter(Status.PAUSED, reason)
        self.log("paused", CORE, reason)

    def pause_by_hand(self) -> None:
        """Stop because somebody wants to look at it first."""
        operator = self.draft.operator
        self.enter(Status.PAUSED, f"paused by {operator.in_prose}: price in the text to be checked")
        self.log("paused", operator.signature, "price in the text to be checked")

    def _opens(self) -> datetime | None:
        window = self.draft.window
        if window is None:
            return None
        return next_opening(self.at, zone=self.draft.zone, opens=window.opens, closes=window.closes)

    def _resume(self, at: datetime, *, by_hand: bool) -> None:
        self.at = at
        operator = self.draft.operator
        self.log("resumed", operator.signature if by_hand else CORE)
        self.enter(Status.SENDING, f"resumed by {operator.in_prose}" if by_hand else "window opened")

    def _rebuild(self, after: Span) -> None:
        """Once, if the scene says so, let Core build the list anew while it is paused: an anomaly (R23)."""
        done = any(event.text == _REBUILT for event in self.history)
        if Trait.REBUILT in self.draft.scene.traits and not done:
            self.at = after.starts - timedelta(minutes=8)
            self.enter(Status.BUILDING, _REBUILT)

    def submit(
        self,
        pieces: Sequence[tuple[Span, float]],
        count: int,
        *,
        refused: tuple[Span, int] | None = None,
        submitting: tuple[Span, int] | None = None,
    ) -> None:
        """Deal the list: *count* over the weighted *pieces*, then the refused and the ones just being submitted.

        What is left over waits.
        """
        steps = [(Step.SUBMITTED, *piece) for piece in schedule.share_out(count, pieces)]
        steps += [(Step.REFUSED, *refused)] if refused else []
        steps += [(Step.SUBMITTING, *submitting)] if submitting else []
        first = 1
        for step, span, number in steps:
            self.batches.append(Batch(first, first + number - 1, step, span))
            first += number
        if first <= self.draft.size:
            self.batches.append(Batch(first, self.draft.size, Step.WAITING, None))

    def end(self, status: Status, action: str, reason: str, *, actor: str = CORE) -> None:
        """End it."""
        self.enter(status, reason)
        self.log(action, actor, reason)


_REBUILT = "stop list changed, list rebuilt"
