"""The Overview tab: delivery progress, daily activity, state history (R46–R51)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from campaignkit.kit import Kit
from campaignkit.services.answers import Shown
from campaignkit.services.look import Look
from campaignkit.ui import values
from campaignkit.ui.values import Message, Value


class Overview:
    """It has nothing to choose."""

    WISHES: ClassVar[Mapping[str, Callable[[Overview, Message], None]]] = {}

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    def value(self, look: Look, shown: Shown) -> Value:
        """Return what the tab shows of a campaign."""
        campaigns = self._kit.campaigns
        return values.overview(shown, campaigns.activity(look), campaigns.history(look), campaigns.pace(look))
