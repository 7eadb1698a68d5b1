"""What a dashboard's notebook shows: the browser, or one calm sentence where there is none to show."""

from __future__ import annotations

import logging

import ipywidgets

import campaignkit
from campaignkit.domain.errors import CampaignKitError
from campaignkit.ui.browser import CampaignBrowser

log = logging.getLogger(__name__)


def dashboard() -> ipywidgets.DOMWidget:
    """Return the campaigns of the database that the environment names, read-only and as a viewer."""
    try:
        return CampaignBrowser(campaignkit.open(role="viewer"))
    except CampaignKitError as error:
        log.exception("the dashboard has nothing to show")
        return ipywidgets.Label(f"There is nothing to show: {error}")
