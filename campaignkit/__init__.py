"""Investigate SMS campaigns: what happened, to whom, since when, and why.

    kit = campaignkit.open("sample.duckdb", workspace="retail")
    kit.campaigns.kpis()
    kit.campaigns.page(CampaignFilter(statuses={Status.FAILED})).frame
    campaignkit.ui.CampaignBrowser(kit)

Everything else is reached from the `Kit` that `open` returns.
"""

TYPE_CHECKING = (
    False  # what type checkers take for true; importing it from typing would cost more than all the rest
)
if TYPE_CHECKING:
    from campaignkit import ui
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
    "ui",
]
__version__ = "0.1.0"

# Where each name is at home. It is imported when it is first asked for: a command starts without what it does not
# use, and `--help` without a database.
_HOMES = {
    "access": ("Role",),
    "delivery": ("SmsResult", "Stage", "Verdict"),
    "errors": ("CampaignKitError",),
    "filters": ("CampaignFilter", "Period", "RecipientFilter"),
    "lifecycle": ("Mode", "Moderation", "Status"),
}
_HOME = {name: f"campaignkit.domain.{home}" for home, names in _HOMES.items() for name in names}
_HOME |= {"Kit": "campaignkit.kit", "open": "campaignkit.kit"}


def __getattr__(name: str) -> object:
    """Import a public name from its home."""
    import importlib

    if name == "ui":
        return importlib.import_module("campaignkit.ui")
    if name not in _HOME:
        raise AttributeError(f"module 'campaignkit' has no attribute {name!r}")
    found: object = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
