"""The daily sending window: local times of a zone; `closes` before `opens` crosses midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_opening(now: datetime, *, zone: str, opens: time | None, closes: time | None) -> datetime | None:
    """Return when the window opens next, in UTC; None while it is open or where there is none (R27)."""
    if opens is None or closes is None or opens == closes:
        return None
    local = now.astimezone(ZoneInfo(zone))
    if _is_open(local.time(), opens, closes):
        return None
    day = local.date() + timedelta(days=local.time() >= opens)
    return datetime.combine(day, opens, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _is_open(at: time, opens: time, closes: time) -> bool:
    if opens < closes:
        return opens <= at < closes
    return at >= opens or at < closes
