"""The list of campaigns and the detail of one, as one widget for JupyterLab and Voila.

The kernel holds the only state (`listing.Listing`, `detail.Detail`) and answers every wish with one assignment to one
trait. The traits are written, never read back: a browser can set them to anything. Every message is untrusted input
and is parsed again by the part that it is for.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping

import anywidget
import traitlets

from campaignkit.domain.errors import CampaignKitError, InvalidInput, StoreError
from campaignkit.domain.filters import CampaignFilter
from campaignkit.kit import Kit
from campaignkit.ui import detail, front_end, listing
from campaignkit.ui.values import Message, Value

log = logging.getLogger(__name__)


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
        self._list = listing.Listing(kit, filter)
        self._detail = detail.Detail(kit)
        self._serial = 0
        self._known = False  # whether anything was ever shown
        self._wishes: Mapping[str, Callable[[str, Message], None]] = {
            **dict.fromkeys(listing.WISHES, self._ask_list),
            **dict.fromkeys(detail.EVENTS, self._ask_detail),
            "back": self._back,
            "refresh": self._refresh,
        }
        self.on_msg(self._receive)
        self._answer(self._show_list)
        if campaign is not None:
            self._answer(lambda: self._show_detail(self._detail.open(campaign)))

    @property
    def filter(self) -> CampaignFilter:
        """Return what the list is filtered by now."""
        return self._list.place.filter

    @property
    def campaign_id(self) -> str | None:
        """Return the `external_id` of the open campaign, or None while the list is shown."""
        return self._detail.campaign_id

    def _receive(self, _widget: object, message: object, _buffers: object) -> None:
        """Do what a message from the browser wishes, or say why not."""
        self._answer(lambda: self._dispatch(message))

    def _dispatch(self, message: object) -> None:
        event = message.get("event") if isinstance(message, Mapping) else None
        if not isinstance(message, Mapping) or not isinstance(event, str) or event not in self._wishes:
            raise InvalidInput("the page sent a message that means nothing: reload it")
        self._wishes[event](event, message)

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
        return " What you see is from before." if self._known else ""

    def _say(self, kind: str, text: str, error: Exception | None = None) -> None:
        reference = secrets.token_hex(3).upper() if error else None
        if error:
            log.error("reference %s", reference, exc_info=error)
        self.notice = self._numbered({"kind": kind, "text": text, "reference": reference})

    # ── wishes and answers ──────────────────────────────────────────────────

    def _ask_list(self, event: str, message: Message) -> None:
        self._show_list(self._list.wish(event, message))

    def _ask_detail(self, event: str, message: Message) -> None:
        before, campaign_id = self.detail, message.get("id")
        try:
            if event == "open" and isinstance(campaign_id, str):
                self._show_detail(self._detail.first(campaign_id))
            self._show_detail(self._detail.wish(event, message))
        except Exception:
            self.detail = before
            raise

    def _back(self, _event: str, _message: Message) -> None:
        self._detail.close()
        self.detail = None
        self._show_list()

    def _refresh(self, _event: str, _message: Message) -> None:
        if self.campaign_id:
            self._show_detail(self._detail.value())
        else:
            self._show_list()

    def _show_list(self, value: Value | None = None) -> None:
        self.listing = self._numbered(value or self._list.value())
        self._known = True

    def _show_detail(self, value: Value | None) -> None:
        self.detail = value and self._numbered(value)

    def _numbered(self, value: Value) -> Value:
        """Return *value* with a number of its own: the same answer twice is still told to the page."""
        self._serial += 1
        return value | {"serial": self._serial}
