"""What a list shows, as one value: which rows and in which order. Its place in the list, a cursor, is not part of it.

Address, notebook code, command line and caption all come from this value, and the first three lead back to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode

from campaignkit.domain.errors import InvalidInput, NotFound
from campaignkit.domain.filters import (
    CampaignFilter,
    CampaignSort,
    RecipientFilter,
    RecipientSort,
    expect,
    id_range,
    parse_enum,
)
from campaignkit.domain.spelling import call, literal, queried, sentence, shell


class Direction(StrEnum):
    """The way an order runs."""

    ASC = "asc"
    DESC = "desc"


def natural(sort: CampaignSort | RecipientSort) -> bool:
    """Tell whether an order runs downwards unless told otherwise: campaigns by time do, newest first (R20)."""
    return sort in (CampaignSort.CREATED, CampaignSort.START)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignList:
    """Campaigns: which, and in which order (R20). `descending` is the sort's own direction unless given.

    Raises `InvalidInput` for a value that does not exist.
    """

    filter: CampaignFilter = CampaignFilter()
    sort: CampaignSort = CampaignSort.CREATED
    descending: bool = None  # type: ignore[assignment]  # a boolean once it is made

    def __post_init__(self) -> None:
        _settle(self, CampaignFilter, CampaignSort)

    def sorted_by(self, sort: object) -> Self:
        """Return this list after a click on a head: another order, or the same the other way round (R20)."""
        wanted = parse_enum(CampaignSort, sort, what="sort")
        return replace(
            self, sort=wanted, descending=not self.descending if wanted is self.sort else natural(wanted)
        )

    def to_query(self) -> str:
        """Return a URL query string; the list at its defaults is the empty string."""
        return _joined(self.filter.to_query(), _order_query(self, CAMPAIGN_KEYS))

    @classmethod
    def from_query(cls, query: str) -> Self:
        """Return the list that a URL query string spells; keys that are not ours are left alone."""
        return cls(filter=CampaignFilter.from_query(query), **_order_from(queried(query), CAMPAIGN_KEYS))

    def to_code(self) -> str:
        """Return a notebook cell that shows this list; it needs `import campaignkit` and the analyst's `kit`."""
        given = [self.filter.to_code()] if self.filter.chosen() else []
        return call("kit.campaigns.page", given + _order_code(self), ".frame")

    def to_arguments(self) -> list[str]:
        """Return what follows `campaignkit campaigns` on a command line."""
        return self.filter.to_arguments() + _order_arguments(self)

    def to_command(self) -> str:
        """Return the command line, quoted for a shell."""
        return shell(["campaignkit", "campaigns", *self.to_arguments()])

    def caption(self) -> str:
        """Return the list in words, for a caption, a page's title or a report."""
        return sentence([self.filter.caption(), *_order_words(self)])


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientList:
    """The recipients of one campaign: which, and in which order. `campaign` is its ID or a prefix of it.

    Raises `NotFound` for what cannot be an ID, `InvalidInput` for another value that does not exist.
    Its keys in an address are others than those of a `CampaignList`, so that one address can carry both.
    """

    campaign: str
    filter: RecipientFilter = RecipientFilter()
    sort: RecipientSort = RecipientSort.ID
    descending: bool = None  # type: ignore[assignment]  # a boolean once it is made

    def __post_init__(self) -> None:
        if not isinstance(self.campaign, str) or id_range(self.campaign.strip()) is None:
            raise NotFound(
                f"no campaign has an ID like {literal(self.campaign)[:60]}: an ID is a UUID or the beginning of one"
            )
        object.__setattr__(self, "campaign", self.campaign.strip().lstrip("-"))
        _settle(self, RecipientFilter, RecipientSort)

    def to_query(self) -> str:
        """Return a URL query string."""
        named = urlencode({"campaign": self.campaign})
        return _joined(named, self.filter.to_query(), _order_query(self, RECIPIENT_KEYS))

    @classmethod
    def from_query(cls, query: str) -> Self:
        """Return the list that a URL query string spells; keys that are not ours are left alone."""
        given = queried(query)
        return cls(
            campaign=given.get("campaign", [""])[-1],
            filter=RecipientFilter.from_query(query),
            **_order_from(given, RECIPIENT_KEYS),
        )

    def to_code(self) -> str:
        """Return a notebook cell that shows this list; it needs `import campaignkit` and the analyst's `kit`."""
        chosen = [self.filter.to_code()] if self.filter.chosen() else []
        given = [literal(self.campaign), *chosen, *_order_code(self)]
        return call("kit.recipients.page", given, ".frame")

    def to_arguments(self) -> list[str]:
        """Return what follows `campaignkit recipients` on a command line."""
        return [self.campaign, *self.filter.to_arguments(), *_order_arguments(self)]

    def to_command(self) -> str:
        """Return the command line, quoted for a shell."""
        return shell(["campaignkit", "recipients", *self.to_arguments()])

    def caption(self) -> str:
        """Return the list in words, for a caption, a page's title or a report."""
        return sentence([self.filter.caption(), *_order_words(self)])


# ── the order, which both lists spell alike ──────────────────────────────────

List = CampaignList | RecipientList
CAMPAIGN_KEYS = ("sort", "dir")
RECIPIENT_KEYS = ("recipients_sort", "recipients_dir")
IN_WORDS: Mapping[StrEnum, tuple[str, str]] = {  # upwards, downwards
    CampaignSort.CREATED: ("oldest first", "newest first"),
    CampaignSort.START: ("earliest start first", "latest start first"),
    CampaignSort.SENDER: ("by sender", "by sender, backwards"),
    RecipientSort.ID: ("in the list's order", "in the list's order, backwards"),
    RecipientSort.SENT: ("first sent first", "last sent first"),
}


def _settle(
    asked: List,
    filter: type[CampaignFilter] | type[RecipientFilter],
    kind: type[CampaignSort] | type[RecipientSort],
) -> None:
    expect(filter, asked.filter, what="filter")
    sort = parse_enum(kind, asked.sort, what="sort")
    object.__setattr__(asked, "sort", sort)
    if asked.descending is None:
        object.__setattr__(asked, "descending", natural(sort))
    elif not isinstance(asked.descending, bool):
        raise InvalidInput("descending is either true or false")


def _order(asked: List) -> tuple[StrEnum | None, Direction | None]:
    """Return the sort and the direction, each None if it goes without saying."""
    default = next(iter(type(asked.sort)))
    direction = Direction.DESC if asked.descending else Direction.ASC
    return (
        asked.sort if asked.sort is not default else None,
        direction if asked.descending is not natural(asked.sort) else None,
    )


def _order_query(asked: List, keys: tuple[str, str]) -> str:
    return urlencode([(key, value) for key, value in zip(keys, _order(asked), strict=True) if value])


def _joined(*parts: str) -> str:
    return "&".join(part for part in parts if part)


def _order_from(given: Mapping[str, list[str]], keys: tuple[str, str]) -> dict[str, Any]:
    sort, direction = (given[key][-1] if key in given else None for key in keys)
    found: dict[str, Any] = {} if sort is None else {"sort": sort}
    if direction is not None:
        found["descending"] = parse_enum(Direction, direction, what="direction") is Direction.DESC
    return found


def _order_code(asked: List) -> list[str]:
    sort, direction = _order(asked)
    given = [f"sort={literal(sort)}"] if sort else []
    return [*given, f"descending={asked.descending}"] if direction else given


def _order_arguments(asked: List) -> list[str]:
    sort, direction = _order(asked)
    return [*(["--sort", sort.value] if sort else []), *([f"--{direction}"] if direction else [])]


def _order_words(asked: List) -> list[str]:
    return [IN_WORDS[asked.sort][asked.descending]] if any(_order(asked)) else []
