"""The life of a campaign: nine statuses, one transition table, and what follows from them (R22–R30, R40–R44).

Two axes: `Status` is Core's; `Moderation` says what a moderator decided. `New` + `Pending` moderation is in
the queue, `New` + `Approved` is in the list and waits for Start (R2, R28).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from campaignkit.domain.errors import TransitionNotAllowed


class Status(StrEnum):
    """Where a campaign is in its life, in the contract's spelling."""

    NEW = "New"
    PENDING = "Pending"
    BUILDING = "Building"
    SENDING = "Sending"
    PAUSED = "Paused"
    DONE = "Done"
    CANCELLED = "Cancelled"
    FAILED = "Failed"
    EXPIRED = "Expired"


class Moderation(StrEnum):
    """What a moderator has decided."""

    PENDING = "Pending"
    APPROVED = "Approved"
    REJECTED = "Rejected"


class Mode(StrEnum):
    """How a campaign is paced."""

    ON_DEMAND = "OnDemand"
    ON_TIME = "OnTime"
    SPREAD = "Spread"
    TRIGGER = "Trigger"


class Event(StrEnum):
    """What may happen to a campaign; the first six are people's, the rest are Core's."""

    START = "start"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    ARCHIVE = "archive"
    RESTORE = "restore"
    BUILD = "build"
    SEND = "send"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    FAIL = "fail"
    EXPIRE = "expire"


ACTIONS = (Event.START, Event.APPROVE, Event.REJECT, Event.CANCEL, Event.ARCHIVE, Event.RESTORE)
AUDITED: Mapping[Event, str] = {  # the audit trail's words for them (R67)
    Event.START: "started",
    Event.APPROVE: "approved",
    Event.REJECT: "rejected",
    Event.CANCEL: "cancelled",
    Event.ARCHIVE: "archived",
    Event.RESTORE: "restored",
}

MEANING: Mapping[Status, str] = {  # the guide's own sentences, shown as tooltips (R22)
    Status.NEW: "Just created; waiting for moderator approval",
    Status.BUILDING: "Core is assembling the recipient list",
    Status.PENDING: "Waiting for the scheduled start time",
    Status.SENDING: "Actively dispatching messages",
    Status.PAUSED: "Paused (e.g. outside the daily sending window)",
    Status.DONE: "All messages processed — campaign complete",
    Status.CANCELLED: "Rejected by a moderator or manually cancelled",
    Status.FAILED: "Ended due to a system error",
    Status.EXPIRED: "The time window passed before completion",
}

LIVE = frozenset({Status.BUILDING, Status.PENDING, Status.SENDING, Status.PAUSED})
TERMINAL = frozenset({Status.DONE, Status.CANCELLED, Status.FAILED, Status.EXPIRED})
ARCHIVABLE = frozenset(Status) - LIVE


class CancelReason(StrEnum):
    """Why a campaign is Cancelled (R24, R26)."""

    REJECTED = "rejected"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class State:
    """What the rules look at: both axes, the archive mark, and whether approval starts the campaign."""

    status: Status
    moderation: Moderation
    archived: bool = False
    auto_start: bool = True

    @property
    def cancel_reason(self) -> CancelReason | None:
        """Return why it is Cancelled, or None if it is not: only a moderator's no leaves moderation Rejected."""
        if self.status is not Status.CANCELLED:
            return None
        return CancelReason.REJECTED if self.moderation is Moderation.REJECTED else CancelReason.MANUAL


# The whole lifecycle. Reading this table is reading the rule; nothing else decides.
TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    (Status.NEW, Event.START): Status.PENDING,  # R40: only once approved, see `after`
    (Status.NEW, Event.APPROVE): Status.PENDING,  # R28: stays New when auto-start is off
    (Status.NEW, Event.REJECT): Status.CANCELLED,  # R24
    **{(status, Event.CANCEL): Status.CANCELLED for status in (Status.NEW, *sorted(LIVE))},  # R26
    (Status.PENDING, Event.BUILD): Status.BUILDING,
    (Status.PENDING, Event.SEND): Status.SENDING,  # R23: tolerated
    (Status.BUILDING, Event.SEND): Status.SENDING,
    (Status.SENDING, Event.PAUSE): Status.PAUSED,
    (Status.PAUSED, Event.RESUME): Status.SENDING,
    (Status.SENDING, Event.FINISH): Status.DONE,
    **{
        (status, Event.FAIL): Status.FAILED for status in (Status.PENDING, Status.BUILDING, Status.SENDING)
    },  # R25
    **{(status, Event.EXPIRE): Status.EXPIRED for status in sorted(LIVE)},  # R25
    **{(status, Event.ARCHIVE): status for status in sorted(ARCHIVABLE)},  # R41, R43: the status stays
    # R44: also what Core has moved on meanwhile, or it could never come back into the list
    **{(status, Event.RESTORE): status for status in Status},
}

# R23: Core may also step back to waiting; seen in the field, harmless, not an anomaly.
TOLERATED = frozenset({(Status.BUILDING, Status.PENDING)})
EDGES = (
    frozenset((source, target) for (source, _), target in TRANSITIONS.items() if source is not target)
    | TOLERATED
)


def after(state: State, event: Event) -> State:
    """Return the state that *event* leads to, or raise `TransitionNotAllowed` saying why not."""
    refusal = why_not(state, event)
    if refusal:
        raise TransitionNotAllowed(refusal)
    status = TRANSITIONS[state.status, event]
    match event:
        case Event.APPROVE:
            status = status if state.auto_start else Status.NEW
            return State(status, Moderation.APPROVED, state.archived, state.auto_start)
        case Event.REJECT:
            return State(status, Moderation.REJECTED, state.archived, state.auto_start)
        case Event.ARCHIVE | Event.RESTORE:
            return State(status, state.moderation, event is Event.ARCHIVE, state.auto_start)
    return State(status, state.moderation, state.archived, state.auto_start)


def before(state: State, event: Event, status: Status) -> State:
    """Return what *state* was before a person's *event* led to it from *status*: `after`, backwards."""
    decides = event in (Event.APPROVE, Event.REJECT)
    marks = event in (Event.ARCHIVE, Event.RESTORE)
    return State(
        status,
        Moderation.PENDING if decides else state.moderation,
        event is Event.RESTORE if marks else state.archived,
        state.auto_start,
    )


def overtaken_by(state: State, event: Event, steps: Sequence[tuple[Event, Status, Status]]) -> int | None:
    """Return which of people's *steps* made *event* impossible for a campaign that is in *state* now, or None.

    A step is what was done, and the status before and after it; the newest comes first.
    """
    for place, (step, source, target) in enumerate(steps):
        reached = replace(state, status=target)
        state = before(reached, step, source)
        if why_not(state, event) is None and why_not(reached, event) is not None:
            return place
    return None


def why_not(state: State, event: Event) -> str | None:
    """Return None if the lifecycle allows *event* in *state*, else the reason as a sentence."""
    if state.archived and event is not Event.RESTORE:
        return f"cannot {event} an archived campaign: restore it first"
    if event is Event.RESTORE and not state.archived:
        return "cannot restore a campaign that is not archived"
    if (state.status, event) not in TRANSITIONS:
        return f"cannot {event} a campaign that is {state.status}"
    if event is Event.START and state.moderation is not Moderation.APPROVED:
        return (
            f"cannot start a campaign whose moderation is {state.moderation}: a moderator approves it first"
        )
    if event in (Event.APPROVE, Event.REJECT) and state.moderation is not Moderation.PENDING:
        return f"cannot {event} a campaign whose moderation is {state.moderation}"
    return None


def is_known_step(earlier: Status, later: Status) -> bool:
    """Tell whether a state history may go from *earlier* to *later*; anything else is an anomaly (R23)."""
    return earlier is later or (earlier, later) in EDGES
