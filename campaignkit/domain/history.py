"""A state history read against the lifecycle: how long each phase lasted, and which steps are not in the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaignkit.domain.lifecycle import Status, is_known_step


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A row of the state history (R50). `seconds` is None for the phase that has not ended.

    `phase` is a status, or a step inside one ('Building.parse'). `anomaly` says why the row does not fit the
    lifecycle, or is None; anomalies are shown as Core wrote them, never hidden (R23).
    """

    phase: str
    reason: str | None
    occurred_at: datetime
    seconds: int | None
    anomaly: str | None


@dataclass(frozen=True, slots=True)
class Entered:
    """That a phase was entered: what Core wrote, or what a person did through the toolkit (`by_hand`)."""

    phase: str
    reason: str | None
    occurred_at: datetime
    by_hand: bool = False


def told_once(events: Iterable[Entered]) -> list[tuple[str, str | None, datetime]]:
    """Return *events*, given oldest first, with each change once; it began when the first of the two says so.

    A person's step is written by the toolkit at once, and often by Core as well when it takes note of it. Two
    neighbours that enter the same phase, one of them by hand, are that one change; their reasons are joined.
    """
    found: list[Entered] = []
    for event in events:
        earlier = found[-1] if found else None
        if earlier and earlier.phase == event.phase and earlier.by_hand is not event.by_hand:
            ours, cores = sorted((earlier, event), key=lambda one: not one.by_hand)
            reasons = dict.fromkeys(reason for reason in (ours.reason, cores.reason) if reason)
            # what follows is compared with Core's part: a second word of Core's about the same phase is its own event
            found[-1] = Entered(event.phase, "; ".join(reasons) or None, earlier.occurred_at)
            continue
        found.append(event)
    return [(event.phase, event.reason, event.occurred_at) for event in found]


def steps(events: Sequence[tuple[str, str | None, datetime]]) -> list[Step]:
    """Return (phase, reason, moment) events, given oldest first, as steps in the same order."""
    found = []
    earlier: Status | None = None
    for place, (phase, reason, moment) in enumerate(events):
        status = _status(phase)
        until = events[place + 1][2] if place + 1 < len(events) else None
        found.append(
            Step(
                phase=phase,
                reason=reason,
                occurred_at=moment,
                seconds=int((until - moment).total_seconds()) if until else None,
                anomaly=_anomaly(earlier, status, phase),
            )
        )
        earlier = status or earlier
    return found


def duration(seconds: int) -> str:
    """Return a length of time in its two largest units: '3 d 4 h', '2 h 05 min', '7 min 30 s', '4 s'."""
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest % 60:02} s" if minutes else f"{rest} s"


def _status(phase: str) -> Status | None:
    try:
        return Status(phase.split(".", 1)[0])
    except ValueError:
        return None


def _anomaly(earlier: Status | None, status: Status | None, phase: str) -> str | None:
    if status is None:
        return f"{phase} is not a phase of the life-cycle"
    if earlier is not None and not is_known_step(earlier, status):
        return f"{earlier} → {status} is not a step of the life-cycle"
    return None
