"""What a dashboard's notebook shows: the browser, or one calm sentence where there is none to show."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs

import ipywidgets

import campaignkit
from campaignkit.domain.errors import CampaignKitError
from campaignkit.settings import from_environment
from campaignkit.ui.browser import CampaignBrowser

log = logging.getLogger(__name__)


def dashboard() -> ipywidgets.DOMWidget:
    """Return the campaigns of the database that the environment names, read-only and as a viewer.

    `?campaign=<uuid>` in the address opens that one (R19).
    """
    asked = parse_qs(from_environment().query).get("campaign", [])
    try:
        return CampaignBrowser(campaignkit.open(role="viewer"), campaign=asked[-1] if asked else None)
    except CampaignKitError as error:
        log.exception("the dashboard has nothing to show")
        return ipywidgets.Label(f"There is nothing to show: {error}")
