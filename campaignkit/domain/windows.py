"""The daily sending window: local times of a zone; `closes` before `opens` crosses midnight.

Each day's window is computed in local time and compared in UTC, so a clock change makes it shorter or longer. A
local time that the change leaves out, or brings twice, is read as in RFC 5545 §3.3.5: with the offset before the
change, or as the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FAR = 400  # days: nothing is foretold beyond


def next_opening(now: datetime, *, zone: str, opens: time | None, closes: time | None) -> datetime | None:
    """Return when the window opens next, in UTC; None while it is open or where there is none (R27)."""
    if opens is None or closes is None or opens == closes:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    days = (today + timedelta(days=n) for n in (-1, 0, 1, 2))  # yesterday's may last past midnight
    windows = [_window(day, zone, opens, closes) for day in days]
    if any(start <= now < end for start, end in windows):
        return None
    return min(start for start, end in windows if now < start < end)


def open_time(
    now: datetime, until: datetime, *, zone: str, opens: time | None, closes: time | None
) -> timedelta:
    """Return for how long the window is open between *now* and *until*; no longer than `FAR` days are looked at."""
    spans = _open_spans(now, zone, opens, closes)
    return sum((min(end, until) - start for start, end in spans if start < until), timedelta())


def after_open(
    now: datetime, lasting: timedelta, *, zone: str, opens: time | None, closes: time | None
) -> datetime | None:
    """Return when the window will have been open for *lasting* from *now* on, in UTC; None beyond `FAR` days."""
    if not lasting:
        return now
    left = lasting
    for start, end in _open_spans(now, zone, opens, closes):
        if left <= end - start:
            return start + left
        left -= end - start
    return None


def _open_spans(
    now: datetime, zone: str, opens: time | None, closes: time | None
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches in which the window is open, the first of them cut at *now*."""
    if opens is None or closes is None or opens == closes:
        yield now, now + timedelta(days=FAR)
        return
    today = now.astimezone(ZoneInfo(zone)).date()
    for days in range(-1, FAR):
        start, end = _window(today + timedelta(days=days), zone, opens, closes)
        if end > max(start, now):
            yield max(start, now), end


def _window(day: date, zone: str, opens: time, closes: time) -> tuple[datetime, datetime]:
    last = day + timedelta(days=closes < opens)
    start, end = (
        datetime.combine(on, at, tzinfo=ZoneInfo(zone)) for on, at in ((day, opens), (last, closes))
    )
    return start.astimezone(UTC), end.astimezone(UTC)
