"""Investigate SMS campaigns: what happened, to whom, since when, and why.

    kit = campaignkit.open("sample.duckdb", workspace="retail")
    kit.campaigns.kpis()
    kit.campaigns.page(CampaignFilter(statuses={Status.FAILED})).frame

Everything else is reached from the `Kit` that `open` returns.
"""

from campaignkit.domain.access import Role
from campaignkit.domain.delivery import SmsResult, Stage, Verdict
from campaignkit.domain.errors import CampaignKitError
from campaignkit.domain.filters import CampaignFilter, Period, RecipientFilter
from campaignkit.domain.lifecycle import Mode, Moderation, Status
from campaignkit.kit import Kit, open

__all__ = [
    "CampaignFilter",
    "CampaignKitError",
    "Kit",
    "Mode",
    "Moderation",
    "Period",
    "RecipientFilter",
    "Role",
    "SmsResult",
    "Stage",
    "Status",
    "Verdict",
    "open",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import `campaignkit.ui` when it is first asked for: commands have no use for widgets."""
    if name == "ui":
        import importlib

        return importlib.import_module("campaignkit.ui")
    raise AttributeError(f"module 'campaignkit' has no attribute {name!r}")
