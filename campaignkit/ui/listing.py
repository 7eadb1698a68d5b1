"""The list: which campaigns, in which order, from which row on. A wish turns one such place into the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import CHIP_LABEL, CampaignFilter, View, parse_enum
from campaignkit.domain.lists import CampaignList
from campaignkit.kit import Kit
from campaignkit.services.campaigns import PAGE_ROWS
from campaignkit.ui import values
from campaignkit.ui.values import Message, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the list shows: `cursors` begin each page down to this one, `next` begins the one after it."""

    asked: CampaignList = CampaignList()
    cursors: tuple[str | None, ...] = (None,)
    next: str | None = None

    @property
    def rows_before(self) -> int:
        """Return how many rows lie above this page."""
        return PAGE_ROWS * (len(self.cursors) - 1)

    def filtered(self, filter: CampaignFilter) -> Place:
        """Return the first page of the list with that filter."""
        return Place(asked=replace(self.asked, filter=filter))

    def previous(self) -> Place:
        """Return the page before this one; the first is its own."""
        return replace(self, cursors=self.cursors[:-1] or self.cursors)


class Listing:
    """The list of *kit*'s campaigns at one place; every answer is the whole value that the page shows."""

    def __init__(self, kit: Kit, filter: CampaignFilter = CampaignFilter()) -> None:
        self._kit = kit
        self.place = Place(asked=CampaignList(filter=filter))

    def wish(self, event: str, message: Message) -> Value:
        """Do one of `WISHES` and return the list then; raises `CampaignKitError` and stays where it was."""
        return self.go(WISHES[event](self.place, message))

    def value(self) -> Value:
        """Ask again for what is shown."""
        return self.go(self.place)

    def tiles(self) -> Value:
        """Return the figures of the whole scope, which no filter changes."""
        return values.tiles(self._kit)

    def go(self, place: Place) -> Value:
        """Return the list at *place*, or at the last page before it that has rows, and stand there from now on."""
        asked, now = place.asked, self._kit.clock()
        listed = self._kit.campaigns.listing(asked, after=place.cursors[-1])
        if not listed.page.rows and len(place.cursors) > 1:
            return self.go(place.previous())  # what stood here has left the list meanwhile
        value = values.listing(self._kit, listed, asked=asked, first=place.rows_before + 1, now=now)
        # only now: what is shown and where the list stands never part ways
        self.place = replace(place, next=listed.page.next)
        return value


def _set_filter(place: Place, message: Message) -> Place:
    field = message.get("field")
    if not isinstance(field, str) or field not in CHIP_LABEL:
        raise InvalidInput("there is no such filter")
    changed: dict[str, Any] = {field: message.get("value")}
    return place.filtered(replace(place.asked.filter, **changed))


def _drop(place: Place, message: Message) -> Place:
    field = message.get("field")
    return place.filtered(place.asked.filter.without(field if isinstance(field, str) else ""))


def _clear(place: Place, _message: Message) -> Place:
    return place.filtered(place.asked.filter.cleared())


def _view(place: Place, message: Message) -> Place:
    view = parse_enum(View, message.get("view"), what="view")
    # a status that was chosen in one list hardly occurs in another; the rest still narrows what is looked for
    return place.filtered(replace(place.asked.filter, view=view, statuses=frozenset()))


def _sort_by(place: Place, message: Message) -> Place:
    return Place(asked=place.asked.sorted_by(message.get("key")))


def _turn(place: Place, message: Message) -> Place:
    match message.get("to"):
        case "next" if place.next is not None:
            return replace(place, cursors=(*place.cursors, place.next))
        case "previous":
            return place.previous()
        case "first":
            return Place(asked=place.asked)
        case "next":
            return place  # a click that crossed with the answer to another
    raise InvalidInput("there is no such page")


WISHES: Mapping[str, Callable[[Place, Message], Place]] = {
    "filter": _set_filter,
    "drop": _drop,
    "clear": _clear,
    "sort": _sort_by,
    "page": _turn,
    "view": _view,
}
