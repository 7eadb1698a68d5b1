"""One campaign: which is open, which of its tabs, and what its page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, ClassVar, Protocol, TypeVar

from campaignkit.domain.delivery import Verdict
from campaignkit.domain.errors import InvalidInput
from campaignkit.kit import Kit
from campaignkit.services.answers import Shown
from campaignkit.services.look import Look
from campaignkit.ui import values
from campaignkit.ui.audit import Audit
from campaignkit.ui.errors import Errors
from campaignkit.ui.overview import Overview
from campaignkit.ui.recipients import REFUSED, Recipients
from campaignkit.ui.values import Message, Value

T = TypeVar("T")
NAMES = ("overview", "recipients", "errors", "export", "audit")
NO_EXPORTS = (
    "This page is read-only: exports are made in JupyterLab or with `campaignkit export`, by an operator."
)


class Tab(Protocol):
    """What a tab remembers of one campaign, and what it shows; a wish changes the first and returns nothing.

    All of the first are attributes whose values do not change, so that a wish whose answer fails is undone.
    """

    WISHES: ClassVar[Mapping[str, Callable[[Any, Message], None]]]

    def value(self, look: Look, shown: Shown, /) -> Value:
        """Return what the tab shows of a campaign."""


State = tuple[
    str | None, str, dict[str, Tab], list[dict[str, Any]]
]  # of a Detail: what its attributes and its tabs are
Ready = tuple[Value | None, State]


class NoExports:
    """The Export tab of a kit that only reads: a sentence (R45)."""

    WISHES: ClassVar[Mapping[str, Callable[[NoExports, Message], None]]] = {}

    def value(self, _look: Look, _shown: Shown) -> Value:
        """Return what the tab says."""
        return {"refusal": NO_EXPORTS, "rows": None}


def tabs_of(kit: Kit) -> dict[str, Tab]:
    """Return the tabs of one campaign as they are at first."""
    recipients = Recipients(kit)
    return {
        "overview": Overview(kit),
        "recipients": recipients,
        "errors": Errors(kit),
        "export": _exports(kit, recipients) if kit.acts else NoExports(),
        "audit": Audit(kit),
    }


def _exports(kit: Kit, recipients: Recipients) -> Tab:
    from campaignkit.ui.exports import Exports

    return Exports(kit, lambda: recipients.filter)


class Detail:
    """The open campaign of *kit*, or none; every answer is the whole value that its page shows."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.events = frozenset(WISHES).union(*(tab.WISHES for tab in tabs_of(kit).values()))
        self.campaign_id: str | None = None
        self._tabs: dict[str, Tab] = {}
        self.tab = "overview"

    def wish(self, event: str, message: Message) -> Value | None:
        """Do one of `WISHES` and return the page then; raises `CampaignKitError` and stays as it was."""
        if self.campaign_id is None and event != "open":
            return None  # a click that crossed with the way back to the list
        before = self._state()
        try:
            return self._grant(event, message)
        except Exception:
            self._restore(before)
            raise

    def foresee(self, event: str, message: Message) -> Ready:
        """Return what one of `WISHES`, which all only look, will show; stays as it is."""
        if event not in WISHES or (self.campaign_id is None) != (event == "open"):
            raise InvalidInput("this is nothing to look at")
        before = self._state()
        try:
            return WISHES[event](self, message), self._state()
        finally:
            self._restore(before)

    def show(self, ready: Ready) -> Value | None:
        """Return the page that `foresee` returned, and show it from now on."""
        value, state = ready
        self._restore(state)
        return value

    def _state(self) -> State:
        return self.campaign_id, self.tab, self._tabs, [dict(vars(tab)) for tab in self._tabs.values()]

    def _restore(self, state: State) -> None:
        self.campaign_id, self.tab, self._tabs, known = state
        for tab, state_of_tab in zip(self._tabs.values(), known, strict=True):
            vars(tab).update(state_of_tab)

    def _grant(self, event: str, message: Message) -> Value | None:
        if event in WISHES:
            return WISHES[event](self, message)
        for tab in self._tabs.values():
            if event in tab.WISHES:
                tab.WISHES[event](tab, message)
                return self.value()
        raise InvalidInput("the page sent a message that means nothing: reload it")

    def value(self) -> Value | None:
        """Ask again for what is shown; None if no campaign is open."""
        return self._page(self.campaign_id, self.tab) if self.campaign_id else None

    def first(self, campaign_id: str) -> Value:
        """Return the head of that campaign's page, which costs the same for every size; what is counted follows."""
        campaign = self._kit.campaigns.outline(campaign_id)
        return values.head(self._kit, campaign, now=self._kit.clock()) | {
            "tab": "overview",
            "tabs": list(NAMES),
            "panel": None,
        }

    def open(self, campaign_id: str) -> Value:
        """Return the page of that campaign, open from now on with all its tabs as they are at first."""
        before, self._tabs = self._tabs, tabs_of(self._kit)
        try:
            value = self._page(campaign_id, "overview")
        except Exception:
            self._tabs = before
            raise
        self.campaign_id, self.tab = value["campaign"]["external_id"], "overview"
        return value

    def show_tab(self, name: str) -> Value:
        """Return the page with another of its tabs open."""
        if name not in self._tabs or self.campaign_id is None:
            raise InvalidInput("there is no such tab")
        value = self._page(self.campaign_id, name)
        self.tab = name
        return value

    def show_refused(self) -> Value:
        """Return the page with the recipients that were never accepted by the carrier."""
        self.part(Recipients).narrow(REFUSED)
        return self.show_tab("recipients")

    def part(self, kind: type[T]) -> T:
        """Return the tab of that kind; raises `InvalidInput` if no campaign is open or it has none."""
        for tab in self._tabs.values():
            if isinstance(tab, kind):
                return tab
        raise InvalidInput("there is no such tab")

    def close(self) -> None:
        """Have no campaign open."""
        self.campaign_id, self._tabs, self.tab = None, {}, "overview"

    def _page(self, campaign_id: str, tab: str) -> Value:
        with self._kit.campaigns.look(campaign_id) as look:
            shown = self._kit.campaigns.show(look)
            panel = self._tabs[tab].value(look, shown)
        return values.head(self._kit, shown.campaign, now=look.now) | {
            "tab": tab,
            "tabs": list(NAMES),
            "badge": asdict(shown.badge),
            "waiting": shown.verdicts[Verdict.NOT_SUBMITTED],
            "not_provided": sorted({*shown.not_provided, *panel.pop("missing", ())}),
            "panel": panel,
        }


def _open(detail: Detail, message: Message) -> Value | None:
    campaign_id = message.get("id")
    if not isinstance(campaign_id, str):
        raise InvalidInput("there is no such campaign")
    return detail.open(campaign_id)


def _tab(detail: Detail, message: Message) -> Value | None:
    return detail.show_tab(str(message.get("tab")))


def _refused(detail: Detail, _message: Message) -> Value | None:
    return detail.show_refused()


WISHES: Mapping[str, Callable[[Detail, Message], Value | None]] = {
    "open": _open,
    "tab": _tab,
    "errors-refused": _refused,
}
