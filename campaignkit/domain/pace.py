"""How fast a campaign sends, whether it stands still, and when it will be through."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypedDict

from campaignkit.domain.lifecycle import Status
from campaignkit.domain.windows import after_open, next_opening, open_time

LATELY = timedelta(hours=1)  # what "now" means for a rate
JUST_NOW = timedelta(minutes=10)  # and where that is enough to measure by
ENOUGH = 20  # messages
STILL = timedelta(minutes=10)  # Sending without a message for so long, inside its window, is an incident
SHORTEST = timedelta(minutes=1)  # of a campaign that has just begun, no rate can be told


class Window(TypedDict):
    """The daily sending window of a campaign, in local times of `zone`; without both times it is always open."""

    zone: str
    opens: time | None
    closes: time | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was counted: messages sent within `LATELY` and `JUST_NOW`, the first and the last one, how many wait."""

    lately: int = 0
    just_now: int = 0
    first: datetime | None = None
    last: datetime | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Messages per hour now, and as needed to be through before the end; None where it cannot be told.

    `expected_end` is when the rest is through at the rate of now, with the window's pauses; `spare` is how much earlier
    than the scheduled end that is, negative if later. `still_since` is set while a campaign that should send does not.
    """

    rate: int | None = None
    needed: int | None = None
    expected_end: datetime | None = None
    spare: timedelta | None = None
    still_since: datetime | None = None


def pace(*, status: Status, sent: Sent, window: Window, end_at: datetime | None, now: datetime) -> Pace:
    """Return the pace of a campaign; there is none to tell unless it is Sending."""
    if status is not Status.SENDING or sent.first is None or sent.last is None:
        return Pace()
    span, count = (JUST_NOW, sent.just_now) if sent.just_now >= ENOUGH else (LATELY, sent.lately)
    spent = open_time(max(sent.first, now - span), now, **window)
    rate = round(count / (spent / timedelta(hours=1))) if spent >= SHORTEST else None
    expected = None
    if rate and sent.waiting:
        expected = after_open(now, timedelta(hours=sent.waiting / rate), **window)
    return Pace(
        rate=rate,
        needed=_needed(sent.waiting, now, end_at, window),
        expected_end=expected,
        spare=end_at - expected if end_at and expected else None,
        still_since=still_since(sent.last, sent.waiting, now, window),
    )


def _needed(waiting: int, now: datetime, end_at: datetime | None, window: Window) -> int | None:
    if end_at is None or end_at <= now or not waiting:
        return None
    left = open_time(now, end_at, **window)
    return math.ceil(waiting * timedelta(hours=1) / max(left, SHORTEST)) if left else None


def still_since(last: datetime, waiting: int, now: datetime, window: Window) -> datetime | None:
    """Return *last*, when a message went out or should have, if others should have followed it for too long."""
    if not waiting or next_opening(now, **window) is not None:
        return None
    return last if open_time(last, now, **window) >= STILL else None
