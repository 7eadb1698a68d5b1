"""How values are spelt in a report: one function a format, the same in prose, in tables and on charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaignkit.domain.errors import InvalidInput

NOTHING = "–"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True)
class Spelling:
    """What spelling a moment depends on: the report's zone, and the day that goes without saying, if its window has one."""

    zone: str
    day: date | None = None

    def local(self, value: str | datetime) -> datetime:
        """Return a moment in the zone of the report."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(ZoneInfo(self.zone))

    def spell(self, value: Any, format: str) -> str:
        """Return *value* in words; nothing is '–'. Raises `InvalidInput` for a format that does not exist or fit."""
        if format not in FORMATS:
            raise InvalidInput(f"there is no format {format!r}: choose from {', '.join(FORMATS)}")
        if value is None:
            return NOTHING
        try:
            return FORMATS[format](self, value)
        except (TypeError, ValueError, OverflowError) as error:
            raise InvalidInput(f"{value!r} cannot be written as {format}") from error


def _count(_: Spelling, value: Any) -> str:
    return f"{int(value):,}"


def _number(_: Spelling, value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{float(value):,.1f}".removesuffix(".0")


def _percent(_: Spelling, value: Any) -> str:
    """Spell a share of one; what is not all is never 100 %, what is not nothing never 0 %."""
    share = float(value)
    text = f"{100 * share:.1f}"
    if text == "100.0" and share < 1:
        text = "99.9"
    if text == "0.0" and share > 0:
        text = "0.1"
    return f"{'100' if text == '100.0' else '0' if text == '0.0' else text}%"


def _duration(_: Spelling, value: Any) -> str:
    """Spell seconds, to the second up to an hour."""
    seconds = round(float(value))
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    if minutes >= 10 or (minutes and not seconds % 60):
        return f"{minutes} min {seconds % 60:02} s" if seconds % 60 else f"{minutes} min"
    return f"{minutes} min {seconds % 60:02} s" if minutes else f"{seconds} s"


def _span(_: Spelling, value: Any) -> str:
    """Spell seconds as one says it."""
    seconds = round(float(value))
    if seconds < 90:
        return f"{seconds} seconds" if seconds != 1 else "1 second"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{round(minutes / 1440)} days"
    return f"{hours} h {rest:02} min" if rest else f"{hours} hours"


def _clock(spelling: Spelling, value: Any) -> str:
    """Spell a moment to the minute, with its day unless that goes without saying."""
    local = spelling.local(value)
    return f"{local:%H:%M}" if spelling.day == local.date() else f"{_day(local)} {local:%H:%M}"


def _seconds(spelling: Spelling, value: Any) -> str:
    local = spelling.local(value)
    return f"{local:%H:%M:%S}" if spelling.day == local.date() else f"{_day(local)} {local:%H:%M:%S}"


def _moment(spelling: Spelling, value: Any) -> str:
    local = spelling.local(value)
    return f"{_day(local)} {local.year}, {local:%H:%M}"


def _date(_: Spelling, value: Any) -> str:
    return _day(date.fromisoformat(str(value)[:10]))


def _day(value: date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]}"


def _words(_: Spelling, value: Any) -> str:
    return str(value).replace("_", " ")


FORMATS: Mapping[str, Callable[[Spelling, Any], str]] = {
    "count": _count,
    "number": _number,
    "percent": _percent,
    "duration": _duration,
    "span": _span,
    "clock": _clock,
    "seconds": _seconds,
    "moment": _moment,
    "date": _date,
    "words": _words,
    "text": lambda _, value: str(value),
}
NUMERIC = frozenset({"count", "number", "percent", "duration", "span"})
