"""The widgets: each shows a value and reports a wish; it is handed a `Kit` and holds a filter, nothing else."""

from campaignkit.ui.board import LiveBoard
from campaignkit.ui.browser import CampaignBrowser
from campaignkit.ui.dashboard import dashboard

__all__ = ["CampaignBrowser", "LiveBoard", "dashboard"]
