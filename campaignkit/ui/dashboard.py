"""What a dashboard's notebook shows: its widget, or one calm sentence where there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import anywidget
import traitlets

import campaignkit
from campaignkit import Kit
from campaignkit.domain.errors import Ambiguous, CampaignKitError, InvalidInput, NotFound
from campaignkit.domain.filters import View
from campaignkit.domain.spelling import queried
from campaignkit.settings import from_environment
from campaignkit.ui import front_end, trouble
from campaignkit.ui.board import LiveBoard
from campaignkit.ui.browser import CAMPAIGN_KEY, LONGEST_QUERY, CampaignBrowser

NO_CAMPAIGN = (
    "This address leads to no campaign that you may see: check it, or look for the campaign in the list."
)
NONE_CHOSEN = "No campaign is chosen: look for it in the list."
SEVERAL = (
    "This address fits several campaigns: it needs more of the ID, or look for the campaign in the list."
)
LIST = {"words": "All campaigns", "dashboard": "operations", "query": {}}


class Sentence(anywidget.AnyWidget):
    """A page that has nothing but a sentence to show: why there is no more, and where to go on."""

    _esm = front_end.script("dom", "address", "sentence")
    _css = front_end.style("tokens", "ck")

    title = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    reference = traitlets.Unicode().tag(sync=True)
    link = traitlets.Dict().tag(sync=True)  # words, and the dashboard that they lead to with its query


class Refused(Exception):
    """There is nothing to show; the sentence says why, and the link where there is more."""

    def __init__(self, sentence: str, link: Mapping[str, object]) -> None:
        super().__init__(sentence)
        self.link = dict(link)


def dashboard(name: str = "operations") -> anywidget.AnyWidget:
    """Return what the dashboard *name* shows of the database that the environment names, read-only and as a viewer.

    `operations`: the page's address says what is shown and follows it: filter, order, and `?campaign=<uuid>` opens that
    one (R19). `campaign`: the tabs of the one that `?campaign=<uuid>` names. `board`: what is sending now, for a wall.
    """
    show, title = DASHBOARDS[name]
    try:
        return show(campaignkit.open(role="viewer"), from_environment().query)
    except Refused as refusal:
        return Sentence(title=title, text=str(refusal), reference=trouble.noted(refusal), link=refusal.link)
    except CampaignKitError as error:
        text = f"There is nothing to show: {trouble.told(error, viewer=True)}."
        return Sentence(title=title, text=text, reference=trouble.noted(error))


def _operations(kit: Kit, query: str) -> anywidget.AnyWidget:
    return CampaignBrowser(kit, address=query)


def _campaign(kit: Kit, query: str) -> anywidget.AnyWidget:
    given = queried(query[:LONGEST_QUERY]).get(CAMPAIGN_KEY, [""])[-1].strip()
    if not given:
        raise Refused(NONE_CHOSEN, LIST)
    try:
        found = kit.campaigns.outline(given)
    except (NotFound, InvalidInput) as error:
        raise Refused(NO_CAMPAIGN, LIST) from error
    except Ambiguous as error:
        raise Refused(SEVERAL, LIST) from error
    if found.archived:  # R43
        there = {"view": View.ARCHIVE.value, CAMPAIGN_KEY: found.external_id}
        raise Refused(
            f"Campaign {found.external_id[:8]} was put into the archive.",
            {"words": "Open it there", "dashboard": "operations", "query": there},
        )
    return CampaignBrowser(kit, campaign=found.external_id, address=query, alone=True)


def _board(kit: Kit, query: str) -> anywidget.AnyWidget:
    return LiveBoard(kit, address=query)


DASHBOARDS: Mapping[str, tuple[Callable[[Kit, str], anywidget.AnyWidget], str]] = {
    "operations": (_operations, "Campaigns"),
    "campaign": (_campaign, "Campaign"),
    "board": (_board, "Live board"),
}
