"""How much of what is sent is delivered in good time, and whether that is less than usual.

A message is judged `SETTLED` after it was handed to the carrier: delivered by then, or not. So the rate of now and the
rate of last week mean the same, and a carrier that fails, one that delivers late and one whose receipts do not come all
show at once; an EXPIRED would come a day later. What is usual is the middle one of a channel's hours in the days before
(of those with `ENOUGH` messages, as in an incident report), mixed as the campaign uses the channels; what is within a
day's ups and downs lies between the fences of Tukey, which an outage among those hours does not move.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from campaignkit.domain.pace import ENOUGH

SETTLED = timedelta(minutes=5)
BEFORE = timedelta(days=7)  # what is usual is looked for in
SLICE = timedelta(minutes=2.5)
SLICES = 24  # an hour
LATEST = (4, 8, 16, SLICES)  # slices that make the rate of now: the fewest that hold `FIRM` messages
FIRM = 50
SMOOTH = 6  # slices at most of which a point of the curve is drawn
TELLING = 5  # messages without which a slice alone says nothing
FEWEST_HOURS = 8  # of fewer nothing can be called usual
FENCE = 1.5  # times the middle half's width, beyond it
FALL = 0.05  # less is within what a day brings
SIGMAS = 2.5  # and so is what chance brings among so few messages


@dataclass(frozen=True, slots=True)
class Share:
    """Messages that were sent, and how many of them were delivered in good time."""

    sent: int = 0
    delivered: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.sent + other.sent, self.delivered + other.delivered)

    @property
    def rate(self) -> float | None:
        """Return the share that was delivered, None of nothing."""
        return self.delivered / self.sent if self.sent else None


@dataclass(frozen=True, slots=True)
class Usual:
    """The middle one of the rates of a channel's hours, and the fences between which they come and go."""

    low: float
    middle: float
    high: float


def together(shares: Iterable[Share]) -> Share:
    """Return the sum."""
    return sum(shares, Share())


def usual(hours: Iterable[Share]) -> Usual | None:
    """Return what is usual of some hours; None of too few, each with enough messages."""
    rates = sorted(hour.delivered / hour.sent for hour in hours if hour.sent >= ENOUGH)
    if len(rates) < FEWEST_HOURS:
        return None
    quarter, middle, three = (rates[math.ceil(part * len(rates)) - 1] for part in (0.25, 0.5, 0.75))
    reach = FENCE * (three - quarter)
    return Usual(max(0.0, quarter - reach), middle, min(1.0, three + reach))


def mixed(sent: Mapping[str, int], channels: Mapping[str, Usual]) -> Usual | None:
    """Return what is usual of a campaign that sent so much by each channel; None if of most nothing is known."""
    known = {channel: count for channel, count in sent.items() if channel in channels}
    whole = sum(known.values())
    if not whole or 2 * whole < sum(sent.values()):
        return None

    def of(part: str) -> float:
        return (
            sum(count * float(getattr(channels[channel], part)) for channel, count in known.items()) / whole
        )

    return Usual(of("low"), of("middle"), of("high"))


def latest(curve: Sequence[Share]) -> Share:
    """Return what was sent last of a curve of slices: as little of it as a rate can be told by."""
    return next(
        (part for count in LATEST if (part := together(curve[-count:])).sent >= FIRM), together(curve)
    )


def smoothed(curve: Sequence[Share]) -> tuple[float | None, ...]:
    """Return a rate for each slice, of as few slices before it as say something; None where nothing does."""
    rates = []
    for place in range(1, len(curve) + 1):
        spans = (together(curve[max(0, place - count) : place]) for count in range(1, SMOOTH + 1))
        part = next(
            (span for span in spans if span.sent >= FIRM), together(curve[max(0, place - SMOOTH) : place])
        )
        rates.append(part.rate if part.sent >= TELLING and curve[place - 1].sent else None)
    return tuple(rates)


def is_low(share: Share, known: Usual | None) -> bool:
    """Tell whether a rate is under what is usual by more than a day or chance brings."""
    if known is None or share.sent < ENOUGH or share.rate is None:
        return False
    chance = SIGMAS * math.sqrt(known.middle * (1 - known.middle) / share.sent)
    return share.rate < min(known.low, known.middle - max(FALL, chance))


def low_since(curve: Sequence[Share], known: Usual) -> int:
    """Return the slice since which a curve that is low now has been nearer to that than to what is usual."""
    now = latest(curve).rate
    between = (known.middle + (now if now is not None else known.low)) / 2
    since = len(curve) - 1
    for place in range(len(curve) - 1, -1, -1):
        rate = curve[place].rate
        if rate is None or curve[place].sent < TELLING:
            continue
        if rate >= between:
            break
        since = place
    return since
