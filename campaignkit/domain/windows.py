"""The daily sending window: local times of a zone; `closes` before `opens` crosses midnight.

Each day's window is computed in local time and compared in UTC, so a clock change makes it shorter or longer. A
local time that the change leaves out, or brings twice, is read as in RFC 5545 §3.3.5: with the offset before the
change, or as the first of the two.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


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


def _window(day: date, zone: str, opens: time, closes: time) -> tuple[datetime, datetime]:
    last = day + timedelta(days=closes < opens)
    start, end = (
        datetime.combine(on, at, tzinfo=ZoneInfo(zone)) for on, at in ((day, opens), (last, closes))
    )
    return start.astimezone(UTC), end.astimezone(UTC)
