"""How many recipients each campaign has: a few big lists, many small ones, and an exact sum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from statistics import NormalDist

SMALLEST = 8  # enough that a campaign under way has messages on every side of now
_SPREAD = 3.0  # sigma of the lognormal: the median list has a few per cent of the mean
_BIGGEST = 2.2  # in sigmas; without a ceiling one campaign would hold half of all recipients


def weight(place: float) -> float:
    """Return the size, relative to the median, of the list at *place* (0 smallest, 1 biggest)."""
    sigmas = NormalDist().inv_cdf(min(max(place, 0.001), 0.999))
    return math.exp(_SPREAD * min(sigmas, _BIGGEST))


def sizes(weights: Sequence[float], total: int) -> list[int]:
    """Deal *total* recipients by *weights*; everybody has at least `SMALLEST`, and nothing is left over."""
    return [SMALLEST + share for share in deal(total - SMALLEST * len(weights), weights)]


def deal(count: int, weights: Sequence[float]) -> list[int]:
    """Deal *count* things by *weights*: whole numbers that add up to it exactly."""
    whole = math.fsum(weights)
    marks = [round(count * sofar / whole) for sofar in accumulate(weights)]
    marks[-1] = count  # whatever the sum of the fractions says
    return [mark - before for before, mark in zip([0, *marks], marks, strict=False)]


def prime_from(least: int) -> int:
    """Return the smallest prime that is not below *least*."""
    number = max(least, 2)
    while any(number % divisor == 0 for divisor in range(2, math.isqrt(number) + 1)):
        number += 1
    return number
