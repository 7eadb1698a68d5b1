"""What the four clicks that are measured ask the kernel: the same of the product and of its rivals."""

from __future__ import annotations

from functools import cached_property

import polars as pl

from campaignkit import CampaignFilter, Kit, Status

MOMENTS = ["start_at", "end_at", "created_at", "delivered_at", "sent_at"]
CAMPAIGNS = "external_id workspace_id status mode sent total saddr start_at end_at created_at author".split()
RECIPIENTS = "recipient stage esme filter delivered_at smpp_code smsid created_at sent_at error".split()
DONE = CampaignFilter(statuses={Status.DONE})


class Questions:
    """What the clicks ask *kit*, as frames of the columns that the product shows."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._first = kit.campaigns.page()

    @cached_property
    def campaign(self) -> str:
        """Return the id of the largest of the first campaigns of the list: it is opened."""
        return max(self._first.rows, key=lambda campaign: campaign.sent or 0).external_id

    def ask(self, action: str, there: bool) -> pl.DataFrame:
        """Return the rows that stand after the click."""
        return {"filter": self.filter, "sort": self.sort, "page": self.page, "tab": self.tab}[action](there)

    def filter(self, there: bool) -> pl.DataFrame:
        """Done only, or all."""
        return _shown(self._kit.campaigns.page(DONE if there else CampaignFilter()).frame, CAMPAIGNS)

    def sort(self, there: bool) -> pl.DataFrame:
        """By sender, or the newest first."""
        return _shown(self._kit.campaigns.page(sort="sender" if there else "created").frame, CAMPAIGNS)

    def page(self, there: bool) -> pl.DataFrame:
        """Return the second page, or the first."""
        return _shown(self._kit.campaigns.page(after=self._first.next if there else None).frame, CAMPAIGNS)

    def tab(self, there: bool) -> pl.DataFrame:
        """Return the recipients of a campaign, or the same upside down, which is to be told from them."""
        found = _shown(self._kit.recipients.page(self.campaign).frame, RECIPIENTS)
        return found if there else found.reverse()


def _shown(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Return the columns of the screen, ids short and moments as text, as they are read there."""
    moments = [name for name in MOMENTS if name in columns]
    shown = frame.select(columns).with_columns(pl.col(moments).dt.strftime("%b %d, %H:%M"))
    return shown.with_columns(pl.col("external_id").str.head(8)) if "external_id" in columns else shown
