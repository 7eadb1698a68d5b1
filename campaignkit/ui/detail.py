"""One campaign: which is open, and what its page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from campaignkit.domain.errors import InvalidInput
from campaignkit.kit import Kit
from campaignkit.ui import values
from campaignkit.ui.values import Message, Value


class Detail:
    """The open campaign of *kit*, or none; every answer is the whole value that its page shows."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.campaign_id: str | None = None

    def wish(self, event: str, message: Message) -> Value | None:
        """Do one of `WISHES` and return the page then; raises `CampaignKitError` and stays as it was."""
        return WISHES[event](self, message)

    def value(self) -> Value | None:
        """Ask again for what is shown; None if no campaign is open."""
        return self.open(self.campaign_id) if self.campaign_id else None

    def open(self, campaign_id: str) -> Value:
        """Return the page of that campaign, open from now on."""
        campaigns, now = self._kit.campaigns, self._kit.clock()
        shown = campaigns.show(campaign_id)
        found = shown.campaign.external_id
        value = values.detail(self._kit, shown, campaigns.activity(found), campaigns.history(found), now=now)
        self.campaign_id = found
        return value

    def close(self) -> None:
        """Have no campaign open."""
        self.campaign_id = None


def _open(detail: Detail, message: Message) -> Value | None:
    campaign_id = message.get("id")
    if not isinstance(campaign_id, str):
        raise InvalidInput("there is no such campaign")
    return detail.open(campaign_id)


WISHES: Mapping[str, Callable[[Detail, Message], Value | None]] = {
    "open": _open,
}
