"""The list of campaigns and the detail of one, as one widget for JupyterLab and Voila.

The kernel holds the only state (filter, order, place in the list, open campaign) and answers every wish with one
assignment to one trait. The traits are written, never read back: a browser can set them to anything. Every
message is untrusted input and is parsed again here.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import anywidget
import traitlets

from campaignkit.domain.errors import CampaignKitError, InvalidInput, StoreError
from campaignkit.domain.filters import CHIP_LABEL, CampaignFilter, CampaignSort, parse_enum
from campaignkit.kit import Kit
from campaignkit.ui import front_end, values

log = logging.getLogger(__name__)

Message = Mapping[str, Any]  # as a browser sent it: any keys, any values


class CampaignBrowser(anywidget.AnyWidget):
    """Shows the campaigns of *kit*: tiles, filters, chips, table, and one campaign's Overview.

    *filter* is what the list begins with, *campaign* the id of the one that is open at first. `filter` and
    `campaign_id` say what is on the screen now.
    """

    _esm = front_end.script()
    _css = front_end.style()

    listing = traitlets.Dict().tag(sync=True)
    detail = traitlets.Any().tag(sync=True)  # a dict, or None while the list is shown
    notice = traitlets.Any().tag(sync=True)  # a dict, or None

    def __init__(
        self, kit: Kit, filter: CampaignFilter = CampaignFilter(), *, campaign: str | None = None
    ) -> None:
        super().__init__()
        self._kit = kit
        self._filter = filter
        self._sort, self._descending = CampaignSort.CREATED, True
        self._cursors: list[str | None] = [None]  # where each page down to this one begins
        self._next: str | None = None
        self._rows_before = [0]  # how many rows lie above each of these pages
        self._rows_shown = 0
        self._open: str | None = None
        self._serial = 0
        self._as_of: str | None = None
        self.on_msg(self._receive)
        self._answer(self._show_list)
        if campaign is not None:
            self._answer(lambda: self._show_detail(campaign))

    @property
    def filter(self) -> CampaignFilter:
        """Return what the list is filtered by now."""
        return self._filter

    @property
    def campaign_id(self) -> str | None:
        """Return the `external_id` of the open campaign, or None while the list is shown."""
        return self._open

    def _receive(self, _widget: object, message: object, _buffers: object) -> None:
        """Do what a message from the browser wishes, or say why not."""
        self._answer(lambda: self._dispatch(message))

    def _dispatch(self, message: object) -> None:
        event = message.get("event") if isinstance(message, Mapping) else None
        if not isinstance(message, Mapping) or not isinstance(event, str) or event not in self._wishes:
            raise InvalidInput("the page sent a message that means nothing: reload it")
        self._wishes[event](self, message)

    def _answer(self, do: Callable[[], None]) -> None:
        """Run *do*; what it cannot do becomes one calm sentence, and what was on the screen stays."""
        try:
            do()
        except StoreError as error:
            self._say("error", f"{error}.{self._last_good()}", error)
        except CampaignKitError as error:
            self._say("info", str(error))
        except Exception as error:  # noqa: BLE001 - the last door before the page: it gets a reference, the log the rest
            self._say("error", f"This could not be answered.{self._last_good()}", error)
        else:
            self.notice = None

    def _last_good(self) -> str:
        return " What you see is from before." if self._as_of else ""

    def _say(self, kind: str, text: str, error: Exception | None = None) -> None:
        reference = secrets.token_hex(3).upper() if error else None
        if error:
            log.error("reference %s", reference, exc_info=error)
        self._serial += 1
        self.notice = {"kind": kind, "text": text, "reference": reference, "serial": self._serial}

    # ── wishes ──────────────────────────────────────────────────────────────

    def _set_filter(self, message: Message) -> None:
        field = message.get("field")
        if not isinstance(field, str) or field not in CHIP_LABEL:
            raise InvalidInput("there is no such filter")
        changed: dict[str, Any] = {field: message.get("value")}
        self._filter_by(replace(self._filter, **changed))

    def _drop(self, message: Message) -> None:
        field = message.get("field")
        self._filter_by(self._filter.without(field if isinstance(field, str) else ""))

    def _clear(self, _message: Message) -> None:
        self._filter_by(self._filter.cleared())

    def _filter_by(self, wanted: CampaignFilter) -> None:
        before, self._filter = self._filter, wanted
        try:
            self._from_the_top()
        except CampaignKitError:
            self._filter = before  # the chips must not promise what the rows do not show
            raise

    def _sort_by(self, message: Message) -> None:
        wanted = parse_enum(CampaignSort, message.get("key"), what="sort")
        again = wanted is self._sort
        self._descending = not self._descending if again else wanted is not CampaignSort.SENDER
        self._sort = wanted
        self._from_the_top()

    def _turn(self, message: Message) -> None:
        match message.get("to"):
            case "next" if self._next is not None:
                rows = self._rows_before[-1] + self._rows_shown
                self._cursors.append(self._next)
                self._rows_before.append(rows)
            case "previous" if len(self._cursors) > 1:
                self._cursors.pop()
                self._rows_before.pop()
            case "next" | "previous":
                pass  # a click that crossed with the answer to another
            case _:
                raise InvalidInput("there is no such page")
        self._show_list()

    def _open_campaign(self, message: Message) -> None:
        campaign_id = message.get("id")
        if not isinstance(campaign_id, str):
            raise InvalidInput("there is no such campaign")
        self._show_detail(campaign_id)

    def _back(self, _message: Message) -> None:
        self._open = None
        self.detail = None
        self._show_list()

    def _refresh(self, _message: Message) -> None:
        if self._open:
            self._show_detail(self._open)
        else:
            self._show_list()

    # ── answers ─────────────────────────────────────────────────────────────

    def _from_the_top(self) -> None:
        self._cursors, self._rows_before = [None], [0]
        self._show_list()

    def _show_list(self) -> None:
        campaigns, now = self._kit.campaigns, self._kit.clock()
        page = campaigns.page(
            self._filter, sort=self._sort, descending=self._descending, after=self._cursors[-1]
        )
        filtered = bool(self._filter.active)
        self._next = page.next
        self._listing(
            values.listing(
                self._kit,
                page,
                kpis=campaigns.kpis(),
                filter=self._filter,
                sort=self._sort,
                descending=self._descending,
                first=self._rows_before[-1] + 1,
                unfiltered=campaigns.count(self._filter.cleared()) if filtered else page.total,
                dropping=campaigns.dropping(self._filter) if filtered and not page.rows else {},
                now=now,
            )
        )

    def _listing(self, value: values.Value) -> None:
        self._serial += 1
        self._as_of = value["as_of"]
        self._rows_shown = len(value["rows"])
        self.listing = value | {"serial": self._serial}

    def _show_detail(self, campaign_id: str) -> None:
        campaigns, now = self._kit.campaigns, self._kit.clock()
        shown = campaigns.show(campaign_id)
        self._open = shown.campaign.external_id
        value = values.detail(
            self._kit, shown, campaigns.activity(self._open), campaigns.history(self._open), now=now
        )
        self._serial += 1
        self.detail = value | {"serial": self._serial}

    _wishes: ClassVar[Mapping[str, Callable[[CampaignBrowser, Message], None]]] = {
        "filter": _set_filter,
        "drop": _drop,
        "clear": _clear,
        "sort": _sort_by,
        "page": _turn,
        "open": _open_campaign,
        "back": _back,
        "refresh": _refresh,
    }
