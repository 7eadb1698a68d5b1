"""The list: which campaigns, in which order, from which row on. A wish turns one such place into the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import CHIP_LABEL, CampaignFilter, View, parse_enum
from campaignkit.domain.lists import CampaignList
from campaignkit.kit import Kit
from campaignkit.services.answers import Campaign
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the page shows at `place`: `value`, of which `numbers` are those around the rows."""

    place: Place
    value: Value
    numbers: Value


class Listing:
    """The list of *kit*'s campaigns at one place; every answer is the whole value that the page shows."""

    def __init__(self, kit: Kit, filter: CampaignFilter = CampaignFilter()) -> None:
        self._kit = kit
        self._numbers: Value | None = None  # around the rows that were shown last
        self.place = Place(asked=CampaignList(filter=filter))

    def wish(self, event: str, message: Message, early: Callable[[Value], object] | None = None) -> Value:
        """Do one of `WISHES` and return the list then; raises `CampaignKitError` and stays where it was.

        *early* is told the rows while the numbers around them are being counted: a value that is not `whole`, which has
        the numbers of the list before.
        """
        return self.show(self._answer(WISHES[event](self.place, message), early))

    def foresee(self, event: str, message: Message) -> Answer:
        """Return what one of `WISHES` will show; stays where it is."""
        return self._answer(WISHES[event](self.place, message))

    def show(self, answer: Answer) -> Value:
        """Return the list that `foresee` returned, and stand there from now on."""
        # only now: what is shown and where the list stands never part ways
        self._numbers, self.place = answer.numbers, answer.place
        return answer.value

    def value(self) -> Value:
        """Ask again for what is shown."""
        return self.go(self.place)

    def tiles(self) -> Value:
        """Return the figures of the whole scope, which no filter changes."""
        return values.tiles(self._kit)

    def go(self, place: Place) -> Value:
        """Return the list at *place*, or at the last page before it that has rows, and stand there from now on."""
        return self.show(self._answer(place))

    def _answer(self, place: Place, early: Callable[[Value], object] | None = None) -> Answer:
        now, known = self._kit.clock(), self._numbers

        def rows(found: Sequence[Campaign], more: bool) -> Value:
            first = place.rows_before + 1
            return values.rows(self._kit, found, asked=place.asked, first=first, more=more, now=now)

        def tell(found: Sequence[Campaign], more: bool) -> None:
            if early and known:
                early({**known, **rows(found, more), "whole": False})

        listed = self._kit.campaigns.listing(place.asked, after=place.cursors[-1], early=tell)
        page, numbers = listed.page, values.numbers(listed)
        if not page.rows and len(place.cursors) > 1:
            return self._answer(place.previous(), early)  # what stood here has left the list meanwhile
        value = {**rows(page.rows, page.next is not None), **numbers, "whole": True}
        return Answer(place=replace(place, next=page.next), value=value, numbers=numbers)


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
