"""What is measured: times of a thing and of its limit, taken in turns, and the ratio that is aimed at."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

WARM = 5  # rounds that are thrown away
ROUNDS = 60
WORSE = 1.3  # times a recorded ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Median and 95th percentile, in milliseconds."""

    median: float
    p95: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Times:
        """Return the two of some measurements."""
        ascending = sorted(milliseconds)
        return cls(median=median(ascending), p95=ascending[int(len(ascending) * 0.95)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A thing, its limit, and how many times the limit it may take (None: shown, not judged)."""

    name: str
    took: Times
    limit_name: str
    limit: Times
    target: float | None = None

    @property
    def key(self) -> str:
        """Return what the record calls it."""
        return f"{self.name} / {self.limit_name}"

    @property
    def ratios(self) -> tuple[float, float]:
        """Return the ratios of the medians and of the 95th percentiles."""
        return self.took.median / self.limit.median, self.took.p95 / self.limit.p95

    @property
    def reached(self) -> bool | None:
        """Tell whether both ratios are within the target."""
        return None if self.target is None else max(self.ratios) <= self.target


def in_turns(
    thing: Callable[[int], object],
    limit: Callable[[int], object],
    *,
    warm: int = WARM,
    rounds: int = ROUNDS,
    between: Callable[[], object] = lambda: None,
) -> tuple[Times, Times]:
    """Return the times of both, called in turns with the number of the round: what disturbs one disturbs the other.

    *between* is called after each of them, on nobody's time.
    """
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(warm + rounds):
        for times, do in zip(took, (thing, limit), strict=True):
            began = time.perf_counter()
            do(number)
            times.append((time.perf_counter() - began) * 1000)
            between()
    return Times.of(took[0][warm:]), Times.of(took[1][warm:])


def worse(figures: Sequence[Figure], recorded: Mapping[str, float]) -> list[str]:
    """Return a sentence for each figure whose ratio of the medians is a good deal worse than the recorded one."""
    return [
        f"WORSE: {figure.key} is {figure.ratios[0]:.2f}, recorded is {recorded[figure.key]:.2f}"
        for figure in figures
        if figure.key in recorded and figure.ratios[0] > WORSE * recorded[figure.key]
    ]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines of text."""
    head = ("", "median", "p95 ms", "limit", "median", "p95 ms", "ratio", "p95", "target", "")
    rows = [head, *map(_cells, figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    words = (0, 3, 9)  # these columns are text, the rest are numbers
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at in words else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    times = [f"{value:.1f}" for value in (figure.took.median, figure.took.p95)]
    limits = [f"{value:.1f}" for value in (figure.limit.median, figure.limit.p95)]
    ratios = [f"{value:.2f}" for value in figure.ratios]
    target = f"≤ {figure.target:g}" if figure.target is not None else ""
    verdict = {None: "", True: "reached", False: "MISSED"}[figure.reached]
    return (figure.name, *times, figure.limit_name, *limits, *ratios, target, verdict)
