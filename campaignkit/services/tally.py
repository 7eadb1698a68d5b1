"""The numbers around the list: how many match, how many each value would show, how many one filter costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from campaignkit.domain.filters import CampaignFilter, View
from campaignkit.domain.lifecycle import Mode, Moderation, Status
from campaignkit.store.base import Row

COLUMN = {"statuses": "status", "modes": "mode", "workspaces": "workspace_id"}  # of a choice among values
PASSED = {"period": "in_period", "search": "found"}  # what campaigns/facets_found decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """How many campaigns each value of a filter group would show, all values present (R33, R34, R69).

    A group is counted with the other groups' choices and without its own, so that
    `facets(f).statuses[v] == page(replace(f, statuses={v})).total`.
    """

    statuses: Mapping[Status, int]
    modes: Mapping[Mode, int]
    workspaces: Mapping[str, int]


class Tally:
    """The rows of campaigns/facets or facets_found, and which fields of a filter each of them does not pass."""

    def __init__(self, found: Iterable[Row], filter: CampaignFilter) -> None:
        self._rows = [(row, frozenset(_failed(row, filter))) for row in found]

    @property
    def total(self) -> int:
        """Return how many campaigns match."""
        return self._without(frozenset())

    @property
    def unfiltered(self) -> int:
        """Return how many there are in the view."""
        return sum(row["campaigns"] for row, _ in self._rows)

    def dropping(self, fields: Iterable[str]) -> dict[str, int]:
        """Return, for each of *fields*, how many would match without it (R39)."""
        return {field: self._without(frozenset({field})) for field in fields}

    def facets(self, workspaces: Iterable[str]) -> Facets:
        """Return the counts at the values; *workspaces* are all that could be chosen."""
        counts: dict[str, dict[Any, int]] = {
            "statuses": dict.fromkeys(Status, 0),
            "modes": dict.fromkeys(Mode, 0),
            "workspaces": dict.fromkeys(workspaces, 0),
        }
        for row, failed in self._rows:
            for group, column in COLUMN.items():
                if (
                    failed <= {group} and row[column] in counts[group]
                ):  # a mode may be null: no value to choose
                    counts[group][row[column]] += row["campaigns"]
        return Facets(**counts)

    def _without(self, fields: frozenset[str]) -> int:
        return sum(row["campaigns"] for row, failed in self._rows if failed <= fields)


def view_of(row: Row) -> View:
    """Return the view that shows the campaigns of *row*: the SQL of campaigns/facets in Python."""
    if row["archived"]:
        return View.ARCHIVE
    queued = row["status"] == Status.NEW and row["moderation"] == Moderation.PENDING
    return View.QUEUE if queued else View.CAMPAIGNS


def left_over(whole: Iterable[Row], found: Iterable[Row], passed: Collection[str]) -> Iterator[Row]:
    """Yield what *found*, rows of campaigns/facets_found, leave of *whole*: what none of *passed* lets through."""
    left: Counter[tuple[Any, ...]] = Counter()
    for sign, rows in ((1, whole), (-1, found)):
        for row in rows:
            left[tuple(row[column] for column in COLUMN.values())] += sign * row["campaigns"]
    flags = {column: field not in passed for field, column in PASSED.items()}
    for values, campaigns in left.items():
        if campaigns:
            yield dict(zip(COLUMN.values(), values, strict=True)) | flags | {"campaigns": campaigns}


def _failed(row: Row, filter: CampaignFilter) -> Iterator[str]:
    for field, column in COLUMN.items():
        chosen = getattr(filter, field)
        if chosen and row[column] not in chosen:
            yield field
    for field, column in PASSED.items():
        if not row.get(column, True):
            yield field
