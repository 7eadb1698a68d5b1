"""What a dashboard's notebook shows: the browser, or one calm sentence where there is none to show."""

from __future__ import annotations

import logging

import anywidget
import traitlets

import campaignkit
from campaignkit.domain.errors import CampaignKitError
from campaignkit.settings import from_environment
from campaignkit.ui import front_end
from campaignkit.ui.browser import CampaignBrowser

log = logging.getLogger(__name__)


class Sentence(anywidget.AnyWidget):
    """A page that has nothing but a sentence to show: why there is no more."""

    _esm = front_end.script("sentence")
    _css = front_end.style("tokens", "ck")

    text = traitlets.Unicode().tag(sync=True)


def dashboard() -> anywidget.AnyWidget:
    """Return the campaigns of the database that the environment names, read-only and as a viewer.

    The page's address says what is shown and follows it: filter, order, and `?campaign=<uuid>` opens that one (R19).
    """
    try:
        return CampaignBrowser(campaignkit.open(role="viewer"), address=from_environment().query)
    except CampaignKitError as error:
        log.exception("the dashboard has nothing to show")
        return Sentence(text=f"There is nothing to show: {error}")
