"""When messages go out: daily windows in local time, the profile of a day, and how many fall into each hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from campaignkit.demo.sizes import deal

# Per cent of a day's messages in each local hour from 9 on; a night hour counts as one.
_PROFILE = dict(enumerate((7, 10, 11, 8, 6, 7, 8, 8, 9, 10, 9, 6), start=9))
_NIGHT = 1
_WEEKEND = 0.6
_HOUR = timedelta(hours=1)


class Span(NamedTuple):
    """A stretch of time, in UTC."""

    starts: datetime
    ends: datetime

    @property
    def seconds(self) -> float:
        """Return its length."""
        return (self.ends - self.starts).total_seconds()


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of a day in which a campaign may send, in local time; `closes` before `opens` crosses midnight."""

    opens: time
    closes: time


def lasting(seconds: float) -> timedelta:
    """Return a length of time in whole milliseconds, the grain of every moment in the sample."""
    return timedelta(milliseconds=round(1000 * seconds))


OFFICE = Window(time(9), time(21))
EVENING = Window(time(20), time(2))


def open_spans(whole: Span, zone: str, window: Window | None) -> list[Span]:
    """Return the parts of *whole* in which the window is open, in order; without a window that is all of it."""
    if whole.starts >= whole.ends:
        return []
    if window is None:
        return [whole]
    local = ZoneInfo(zone)
    day = whole.starts.astimezone(local).date() - timedelta(days=1)
    last = whole.ends.astimezone(local).date()
    spans = []
    while day <= last:
        opened = _of_day(day, window, local)
        cut = Span(max(opened.starts, whole.starts), min(opened.ends, whole.ends))
        if cut.starts < cut.ends:
            spans.append(cut)
        day += timedelta(days=1)
    return spans


def _of_day(day: date, window: Window, local: ZoneInfo) -> Span:
    # Local times are turned into UTC one by one, so a clock change makes the day's window shorter or longer.
    closing_day = day + timedelta(days=window.closes <= window.opens)
    return Span(
        datetime.combine(day, window.opens, local).astimezone(UTC),
        datetime.combine(closing_day, window.closes, local).astimezone(UTC),
    )


def first_seconds(spans: Iterable[Span], seconds: float) -> list[Span]:
    """Return the beginning of *spans* that together last *seconds*, or all of them if they are shorter."""
    found: list[Span] = []
    for span in spans:
        if seconds <= 0:
            break
        end = min(span.ends, span.starts + timedelta(seconds=seconds))
        found.append(Span(span.starts, end))
        seconds -= span.seconds
    return found


def without(spans: Iterable[Span], pause: Span) -> list[Span]:
    """Return *spans* less *pause*."""
    parts = (
        part
        for span in spans
        for part in (
            Span(span.starts, min(span.ends, pause.starts)),
            Span(max(span.starts, pause.ends), span.ends),
        )
    )
    return [part for part in parts if part.starts < part.ends]


def seconds_of(spans: Iterable[Span]) -> float:
    """Return how long *spans* last together."""
    return sum(span.seconds for span in spans)


def hours(spans: Iterable[Span], zone: str) -> Iterator[tuple[Span, float]]:
    """Cut *spans* at the full hours and yield each piece with its weight by the profile of a local day."""
    local = ZoneInfo(zone)
    for span in spans:
        at = span.starts
        while at < span.ends:
            full = at.replace(minute=0, second=0, microsecond=0) + _HOUR
            piece = Span(at, min(full, span.ends))
            yield piece, piece.seconds * _busy(at.astimezone(local))
            at = piece.ends


def _busy(local: datetime) -> float:
    return _PROFILE.get(local.hour, _NIGHT) * (_WEEKEND if local.isoweekday() > 5 else 1)


def weight_of(spans: Iterable[Span], zone: str) -> float:
    """Return how much of a campaign that follows the profile goes out in *spans*, in relative terms."""
    return sum(weight for _, weight in hours(spans, zone))


def share_out(count: int, pieces: Sequence[tuple[Span, float]]) -> list[tuple[Span, int]]:
    """Deal *count* messages to *pieces* by weight; pieces that get none are left out."""
    if count == 0:
        return []
    counts = deal(count, [weight for _, weight in pieces])
    return [(span, number) for (span, _), number in zip(pieces, counts, strict=True) if number]


def quarter_hour(moment: datetime) -> datetime:
    """Return the last full quarter of an hour: people schedule by the clock on the wall."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
