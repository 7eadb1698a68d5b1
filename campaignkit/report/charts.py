"""Charts as SVG written by hand: every byte follows from the values, no font is measured, no library's version shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from campaignkit.report.words import Spelling

_LEFT, _RIGHT, _TOP, _BOTTOM = 38.0, 590.0, 12.0, 138.0
_STEPS = (
    10,
    30,
    60,
    120,
    180,
    360,
    720,
    1440,
    2880,
    10_080,
    43_200,
)  # minutes between the marks of the time axis
_MOST_MARKS = 8
_MARK = 6.4  # how wide a bold letter of 11 pixels is, at most and on the average


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The points of one series: the moment that its bucket begins, and a share of one."""

    name: str
    points: Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """A chart of shares over time. `band` is what is usual, `mark` a span to shade with its label.

    `alarm` says that something was found on the hot channel; without it the line is no warning.
    """

    hot: Line
    others: Line
    begins: datetime
    ends: datetime
    bucket: timedelta
    alarm: bool = False
    band: tuple[float, float] | None = None
    mark: tuple[datetime, datetime, str] | None = None

    def svg(self, spelling: Spelling, label: str) -> str:
        """Return the drawing; *label* says in words what it shows."""
        parts = [f'<svg viewBox="0 0 700 160" role="img" aria-label="{escape(label)}">']
        for share in (0, 50, 100):
            y = _y(share / 100)
            parts.append(
                f'<line x1="{_n(_LEFT)}" x2="{_n(_RIGHT)}" y1="{_n(y)}" y2="{_n(y)}" class="gr"/>'
                f'<text x="32" y="{_n(y + 3.5)}" text-anchor="end">{share}%</text>'
            )
        if self.band:
            low, high = self.band
            parts.append(
                f'<rect x="{_n(_LEFT)}" width="{_n(_RIGHT - _LEFT)}" y="{_n(_y(high))}"'
                f' height="{_n(max(_y(low) - _y(high), 1.5))}" class="band"/>'
            )
        if self.mark:
            parts.append(self._shaded(*self.mark, spelling))
        parts += [self._drawn(self.others, "l2"), self._drawn(self.hot, "l1" if self.alarm else "l3")]
        parts += [*self._axis(spelling), *self._names()]
        return "".join([*parts, "</svg>"])

    def _x(self, moment: datetime) -> float:
        share = (moment - self.begins) / (self.ends - self.begins)
        return _LEFT + (_RIGHT - _LEFT) * min(max(share, 0.0), 1.0)

    def _shaded(self, first: datetime, last: datetime, words: str, spelling: Spelling) -> str:
        """Shade a span; its label stands in it, or beside it where it is too narrow, and the lowest point is named."""
        x1, x2 = self._x(first), self._x(last)
        wide = len(words) * _MARK
        if x2 - x1 >= wide + 8:
            x, anchor = (x1 + x2) / 2, "middle"
        elif x2 + wide + 8 <= _RIGHT:
            x, anchor = x2 + 8, "start"
        else:
            x, anchor = x1 - 8, "end"
        shaded = (
            f'<rect x="{_n(x1)}" width="{_n(max(x2 - x1, 2))}" y="2" height="136" class="win"/>'
            f'<text x="{_n(x)}" y="80" text-anchor="{anchor}" class="k">{escape(words)}</text>'
        )
        inside = [point for point in self.hot.points if first <= point[0] + self.bucket / 2 <= last]
        if inside and (lowest := min(inside, key=lambda point: point[1]))[1] < 0.4:
            said = spelling.spell(lowest[1], "percent")
            shaded += f'<text x="{_n((x1 + x2) / 2)}" y="{_n(_y(lowest[1]) - 12)}" text-anchor="middle" class="k">{said}</text>'
        return shaded

    def _drawn(self, line: Line, style: str) -> str:
        """Draw a line; where a bucket is empty it is interrupted, and a point alone is a dot."""
        runs: list[list[tuple[datetime, float]]] = []
        for point in line.points:
            if runs and point[0] - runs[-1][-1][0] <= self.bucket:
                runs[-1].append(point)
            else:
                runs.append([point])
        drawn = []
        for run in runs:
            places = [(self._x(moment + self.bucket / 2), _y(share)) for moment, share in run]
            if len(places) == 1:
                ((x, y),) = places
                drawn.append(f'<circle class="{style}" cx="{_n(x)}" cy="{_n(y)}" r="3"/>')
            else:
                spelt = " ".join(f"{_n(x)},{_n(y)}" for x, y in places)
                drawn.append(f'<polyline class="{style}" fill="none" points="{spelt}"/>')
        return "".join(drawn)

    def _axis(self, spelling: Spelling) -> list[str]:
        minutes = (self.ends - self.begins) / timedelta(minutes=1)
        step = next((size for size in _STEPS if minutes / size <= _MOST_MARKS), _STEPS[-1])
        local = spelling.local(self.begins)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        marks: list[str] = []
        for number in range(2000):
            moment = midnight + timedelta(minutes=step * number)
            if moment > self.ends or len(marks) > _MOST_MARKS + 1:
                break
            if moment < self.begins:
                continue
            x, words = self._x(moment), spelling.spell(moment.isoformat(), "clock" if step < 1440 else "date")
            marks.append(
                f'<line x1="{_n(x)}" x2="{_n(x)}" y1="138" y2="142" class="ax"/>'
                f'<text x="{_n(x)}" y="153" text-anchor="middle">{escape(words)}</text>'
            )
        return marks

    def _names(self) -> list[str]:
        """Write each line's name at its end, apart from the other's."""
        ends = {
            line.name: _y(line.points[-1][1]) if line.points else None for line in (self.hot, self.others)
        }
        hot, others = ends[self.hot.name], ends.get(self.others.name)
        if hot is not None and others is not None and abs(hot - others) < 18:
            middle = min(max((hot + others) / 2, 18), 126)
            hot, others = (middle + 9, middle - 9) if hot >= others else (middle - 9, middle + 9)
        return [
            f'<text x="596" y="{_n(y + 4)}" class="{style}">{escape(_short(name))}</text>'
            for y, name, style in (
                (others, self.others.name, "c2"),
                (hot, self.hot.name, "c1" if self.alarm else "k"),
            )
            if y is not None
        ]


def _short(name: str) -> str:
    return name if len(name) <= 18 else name[:17] + "…"


def _y(share: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * min(max(share, 0.0), 1.0)


def _n(value: float) -> str:
    """Return a coordinate with one decimal, in one spelling."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")
