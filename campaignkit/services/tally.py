"""The numbers around the list: how many match, how many each value would show, how many one filter costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from campaignkit.domain.filters import CampaignFilter
from campaignkit.domain.lifecycle import Mode, Status
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
        chosen = [(field, column, getattr(filter, field)) for field, column in COLUMN.items()]
        narrowed = [(field, column, values) for field, column, values in chosen if values]
        self._rows = [(row, _failed(row, narrowed)) for row in found]

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
        groups = [(frozenset({group}), column, counts[group]) for group, column in COLUMN.items()]
        for row, failed in self._rows:
            for group, column, values in groups:
                if failed <= group and row[column] in values:  # a mode may be null: no value to choose
                    values[row[column]] += row["campaigns"]
        return Facets(**counts)

    def _without(self, fields: frozenset[str]) -> int:
        return sum(row["campaigns"] for row, failed in self._rows if failed <= fields)


def split(kept: Iterable[Row], column: str) -> Iterator[Row]:
    """Yield rows of campaigns/facets_found: what of each row of *kept* has passed *column*, and what has not."""
    for row in kept:
        for passes, campaigns in ((True, row["passed"]), (False, row["campaigns"] - row["passed"])):
            if campaigns:
                yield row | {column: passes, "campaigns": campaigns}


def split_twice(period: Iterable[Row], search: Iterable[Row], both: Iterable[Row]) -> Iterator[Row]:
    """Yield such rows of the same campaigns, kept by *period* and by *search*, of which *both* pass the two."""
    found = {_values(row): row["passed"] for row in search}
    passed = {_values(row): row["campaigns"] for row in both}
    for row in split(period, "in_period"):
        here = passed.get(_values(row), 0)
        also = here if row["in_period"] else found[_values(row)] - here
        yield from split([row | {"passed": also}], "found")


def _values(row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in COLUMN.values())


def _failed(row: Row, narrowed: Iterable[tuple[str, str, frozenset[Any]]]) -> frozenset[str]:
    failed = [field for field, column, values in narrowed if row[column] not in values]
    failed += [field for field, column in PASSED.items() if not row.get(column, True)]
    return frozenset(failed)
