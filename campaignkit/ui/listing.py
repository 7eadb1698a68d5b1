"""The list: which campaigns, in which order, from which row on. A wish turns one such place into the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import CHIP_LABEL, CampaignFilter, CampaignSort, parse_enum
from campaignkit.kit import Kit
from campaignkit.services.campaigns import PAGE_ROWS
from campaignkit.ui import values
from campaignkit.ui.values import Message, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the list shows: `cursors` begin each page down to this one, `next` begins the one after it."""

    filter: CampaignFilter = CampaignFilter()
    sort: CampaignSort = CampaignSort.CREATED
    descending: bool = True
    cursors: tuple[str | None, ...] = (None,)
    next: str | None = None

    @property
    def rows_before(self) -> int:
        """Return how many rows lie above this page."""
        return PAGE_ROWS * (len(self.cursors) - 1)

    def top(self, **changed: Any) -> Place:
        """Return the first page of the list with *changed* fields."""
        return replace(self, cursors=(None,), next=None, **changed)


class Listing:
    """The list of *kit*'s campaigns at one place; every answer is the whole value that the page shows."""

    def __init__(self, kit: Kit, filter: CampaignFilter = CampaignFilter()) -> None:
        self._kit = kit
        self.place = Place(filter=filter)

    def wish(self, event: str, message: Message) -> Value:
        """Do one of `WISHES` and return the list then; raises `CampaignKitError` and stays where it was."""
        return self._go(WISHES[event](self.place, message))

    def value(self) -> Value:
        """Ask again for what is shown."""
        return self._go(self.place)

    def _go(self, place: Place) -> Value:
        campaigns, now = self._kit.campaigns, self._kit.clock()
        page = campaigns.page(
            place.filter, sort=place.sort, descending=place.descending, after=place.cursors[-1]
        )
        filtered = bool(place.filter.active)
        value = values.listing(
            self._kit,
            page,
            kpis=campaigns.kpis(),
            filter=place.filter,
            sort=place.sort,
            descending=place.descending,
            first=place.rows_before + 1,
            unfiltered=campaigns.count(place.filter.cleared()) if filtered else page.total,
            dropping=campaigns.dropping(place.filter) if filtered and not page.rows else {},
            now=now,
        )
        # only now: what is shown and where the list stands never part ways
        self.place = replace(place, next=page.next)
        return value


def _set_filter(place: Place, message: Message) -> Place:
    field = message.get("field")
    if not isinstance(field, str) or field not in CHIP_LABEL:
        raise InvalidInput("there is no such filter")
    changed: dict[str, Any] = {field: message.get("value")}
    return place.top(filter=replace(place.filter, **changed))


def _drop(place: Place, message: Message) -> Place:
    field = message.get("field")
    return place.top(filter=place.filter.without(field if isinstance(field, str) else ""))


def _clear(place: Place, _message: Message) -> Place:
    return place.top(filter=place.filter.cleared())


def _sort_by(place: Place, message: Message) -> Place:
    wanted = parse_enum(CampaignSort, message.get("key"), what="sort")
    again = wanted is place.sort
    return place.top(
        sort=wanted, descending=not place.descending if again else wanted is not CampaignSort.SENDER
    )


def _turn(place: Place, message: Message) -> Place:
    match message.get("to"):
        case "next" if place.next is not None:
            return replace(place, cursors=(*place.cursors, place.next))
        case "previous" if len(place.cursors) > 1:
            return replace(place, cursors=place.cursors[:-1])
        case "next" | "previous":
            return place  # a click that crossed with the answer to another
    raise InvalidInput("there is no such page")


WISHES: Mapping[str, Callable[[Place, Message], Place]] = {
    "filter": _set_filter,
    "drop": _drop,
    "clear": _clear,
    "sort": _sort_by,
    "page": _turn,
}
