"""The list of campaigns and the detail of one, as one widget for JupyterLab and Voila.

The kernel holds the only state (`Listing`, `Detail`); every answer to a wish is one update of the
traits that it changes. Every message is parsed again by the part that it is for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

import traitlets

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import CampaignFilter
from campaignkit.domain.lifecycle import LIVE, Status
from campaignkit.domain.lists import CAMPAIGN_KEYS, CampaignList
from campaignkit.domain.spelling import queried
from campaignkit.kit import Kit
from campaignkit.ui import front_end, values
from campaignkit.ui.answering import REFRESH_SECONDS, Answering, checked
from campaignkit.ui.audit import Audit
from campaignkit.ui.detail import Detail
from campaignkit.ui.foreseen import Foreseen
from campaignkit.ui.listing import WISHES, Listing, Place
from campaignkit.ui.values import Message, Value

CALM = 6  # times as long while something is only live
LONGEST_QUERY = 8_000  # characters; what servers and browsers take for an address
CAMPAIGN_KEY = "campaign"  # of an address, beside those of a list (R19)
ADDRESS_KEYS = [
    *(spelling.key for spelling in CampaignFilter.SPELLING.values()),
    *CAMPAIGN_KEYS,
    CAMPAIGN_KEY,
]


class CampaignBrowser(Answering):
    """Shows the campaigns of *kit*: tiles, filters, chips, table, and one campaign with its tabs.

    *filter* is what the list begins with, *campaign* the id of the one that is open at first; *address* is the query
    of the page's own address instead, which then follows what is shown (a dashboard's does). *alone*: there is no list,
    only that campaign. While something is sending, the page asks again every *refresh* seconds, six times as long while
    something is only live; with None it asks when told to. `filter` and `campaign_id` say what is on the screen now.
    """

    _esm = front_end.script()
    _css = front_end.style()

    scope = traitlets.Dict().tag(sync=True)  # what never changes: its names, and what the filters offer
    tiles = traitlets.Dict().tag(sync=True)
    listing = traitlets.Dict().tag(sync=True)
    detail = traitlets.Any().tag(sync=True)  # a dict, or None while the list is shown

    def __init__(
        self,
        kit: Kit,
        filter: CampaignFilter = CampaignFilter(),
        *,
        campaign: str | None = None,
        address: str | None = None,
        alone: bool = False,
        refresh: float | None = REFRESH_SECONDS,
    ) -> None:
        super().__init__(kit, viewer=address is not None)
        self._list = Listing(kit, filter)
        self._detail = Detail(kit)
        self._ready: Foreseen[Any] = Foreseen()
        self._refresh_seconds = checked(refresh)
        self._wishes = {
            **dict.fromkeys(self._detail.events, self._ask_detail),
            "refresh": self._refresh,
            "audit-export": self._take_audit,
            "reveal": self._reveal,
        }
        if not alone:
            ways = {"back": self._back, "go": self._follow}
            self._wishes = {**self._wishes, **dict.fromkeys(WISHES, self._ask_list), **ways}
        if kit.acts:
            self._wishes = {**self._wishes, **self._acts()}
        self.scope = values.scope(kit) | {
            "options": values.options(kit),
            "addressed": ADDRESS_KEYS if address is not None else None,
            "refresh": self._refresh_seconds,
            "alone": alone,
        }
        self.on_msg(self._receive)
        if alone and campaign is not None:
            self._answer(lambda: self._show_detail(self._detail.open(campaign)))
        else:
            self._answer(lambda: self._begin(address, campaign))

    @property
    def filter(self) -> CampaignFilter:
        """Return what the list is filtered by now."""
        return self._list.place.asked.filter

    @property
    def campaign_id(self) -> str | None:
        """Return the `external_id` of the open campaign, or None while the list is shown."""
        return self._detail.campaign_id

    # ── wishes and answers ──────────────────────────────────────────────────

    def _begin(self, address: str | None, campaign: str | None) -> None:
        """Show what is asked for at first, and the list as it is where that means nothing."""
        try:
            if address is not None:
                self._go(address)
                return
            self._show_scope()
            if campaign is not None:
                self._show_detail(self._detail.open(campaign))
        except InvalidInput:
            if self._as_of is None:
                self._list.place = Place()
                self._show_scope()
            raise

    def _follow(self, _event: str, message: Message) -> None:
        query = message.get("query")
        if not isinstance(query, str):
            raise InvalidInput("there is no such address")
        self._go(query)

    def _go(self, query: str) -> None:
        """Show what an address spells (R19); a list that is shown already keeps its page."""
        if len(query) > LONGEST_QUERY:
            raise InvalidInput("the address is too long to mean anything: open the dashboard without it")
        asked, place = CampaignList.from_query(query), self._list.place
        shown = self._list.go(place if place.asked == asked else Place(asked=asked))
        self._close()
        self._show_scope(shown)
        campaign = queried(query).get(CAMPAIGN_KEY, [""])[-1]
        if campaign:
            self._show_detail(self._detail.open(campaign))

    def _ask_list(self, event: str, message: Message) -> None:
        before, ready = self.listing, self._ready.take(message)
        try:
            self._show_list(
                self._list.show(ready) if ready else self._list.wish(event, message, self._show_rows)
            )
        except Exception:
            self.listing = before
            raise

    def _show_rows(self, value: Value) -> None:
        self.listing = value
        self.send_state("listing")  # now, while the numbers around the rows are being counted

    def _ask_detail(self, event: str, message: Message) -> None:
        before, ready = self.detail, self._ready.take(message)
        try:
            self._show_detail(self._detail.show(ready) if ready else self._look(event, message))
        except Exception:
            self.detail = before
            raise

    def _look(self, event: str, message: Message) -> Value | None:
        campaign_id = message.get("id")
        if event == "open" and isinstance(campaign_id, str):
            self._show_detail(self._detail.first(campaign_id))
            self.send_state("detail")  # now, while the rest is being counted
        return self._detail.wish(event, message)

    # ── what a press announces ──────────────────────────────────────────────

    def _foresee(self, message: Message) -> None:
        event = message.get("event")
        if isinstance(event, str) and (part := self._part(event)):
            with contextlib.suppress(Exception):  # the wish itself says what cannot be done
                self._ready.keep(message, part.foresee(event, message))

    def _part(self, event: str) -> Listing | Detail | None:
        """Return what is looked at by *event* now, if it is one that looks."""
        if self._wishes.get(event) == self._ask_list and self.campaign_id is None:
            return self._list
        return self._detail if self._wishes.get(event) == self._ask_detail else None

    def _dispatch(self, message: object) -> str | None:
        try:
            return super()._dispatch(message)
        finally:
            self._ready.drop()

    def _acts(self) -> Mapping[str, Callable[[str, Message], str | None]]:
        """Return the wishes of a kit that may act; the code for them is imported here alone (R45)."""
        from campaignkit.ui.acting import Acting
        from campaignkit.ui.exports import Taking

        acting, taking = Acting(self._kit), Taking(self._kit)

        def act(_event: str, message: Message) -> str:
            try:
                return acting.act(message)
            finally:
                self._refresh("refresh", message)  # whoever was too late sees what it has become

        def count(_event: str, _message: Message) -> None:
            self.send(acting.question(self.filter))

        def archive(_event: str, message: Message) -> str:
            try:
                return acting.archive_all(self.filter, message, self._tell_progress)
            finally:
                self._refresh("refresh", message)

        def take(_event: str, message: Message) -> None:
            said, piece = taking.piece(message)
            self.send(said, buffers=[piece])

        return {"act": act, "archive-count": count, "archive-all": archive, "download": take}

    def _take_audit(self, _event: str, _message: Message) -> None:
        """Hand the page the audit trail of the open campaign as a file."""
        id = self.campaign_id
        if id is None:
            return
        text = self._detail.part(Audit).file(id)
        self.send({"kind": "file", "name": f"{id[:8]}-audit.csv", "text": text})

    def _reveal(self, _event: str, message: Message) -> None:
        """Hand the page one full number, with the grant and after the audit trail knows; it becomes no state."""
        recipient = message.get("recipient")
        if self.campaign_id is None or isinstance(recipient, bool) or not isinstance(recipient, int):
            raise InvalidInput("there is no such recipient")
        number = self._kit.recipients.reveal(self.campaign_id, recipient)
        self.send({"kind": "number", "recipient": recipient, "number": number})

    def _tell_progress(self, done: int, of: int) -> None:
        self.send({"kind": "progress", "done": done, "of": of})

    def _back(self, _event: str, _message: Message) -> None:
        self._close()
        self._show_scope()

    def _refresh(self, _event: str, _message: Message) -> None:
        if self.campaign_id:
            self._show_detail(self._detail.value())
        else:
            self._show_scope()

    def _close(self) -> None:
        self._detail.close()
        self.detail = None

    def _show_scope(self, value: Value | None = None) -> None:
        """Show the list together with the figures that no filter changes."""
        self._show_list(value or self._list.value())
        tiles = self._list.tiles()
        self.tiles = tiles
        self.pace = self._pace([status for status, count in tiles["statuses"].items() if count])

    def _show_list(self, value: Value) -> None:
        self.listing = value
        self._as_of = self._kit.clock()

    def _show_detail(self, value: Value | None) -> None:
        self.detail = value
        if value is not None:
            self._as_of = self._kit.clock()
            paces = (self._pace([value["campaign"]["status"]]), (value["panel"] or {}).get("ask_again"))
            self.pace = min((pace for pace in paces if pace and self._refresh_seconds), default=None)

    def _pace(self, statuses: Collection[str]) -> float | None:
        """Return in how many seconds campaigns of these statuses are asked for again (R51)."""
        if self._refresh_seconds is None or not LIVE.intersection(statuses):
            return None
        return self._refresh_seconds * (1 if Status.SENDING in statuses else CALM)
