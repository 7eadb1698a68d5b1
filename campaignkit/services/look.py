"""A look at one campaign: what several questions about it need is asked once, and all answers are of one state."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from campaignkit.domain.delivery import RECEIPTS_MAY_COME, StatTable
from campaignkit.services import counts
from campaignkit.services.stats import stats
from campaignkit.store.base import Row, Session


@dataclass(kw_only=True)
class Look:
    """A campaign, a row of campaigns/page, as `session` sees it at the moment `now`; `Campaigns.look` yields it.

    Whether it is archived the row does not say: `archived` asks.

    `afterwards` does what has to wait until the session is closed: DuckDB has no writing one beside it.
    """

    session: Session
    campaign: Row
    now: datetime
    afterwards: ExitStack

    @cached_property
    def archived(self) -> bool:
        """Return whether it is in the archive."""
        return bool(self.session.rows("campaigns/archived", {"campaign_id": self.campaign["campaign_id"]}))

    @cached_property
    def parts(self) -> list[Row]:
        """Return the rows of campaigns/parts: counted now, unless what was kept tells all of it."""
        kept = self._kept_parts
        if kept is not None and not any(part["divided"] for part in kept):
            return kept
        return counts.parts(self.session, self.campaign, receipts_since=self.now - RECEIPTS_MAY_COME)

    @property
    def known_parts(self) -> list[Row] | None:
        """Return such rows if none need be counted for them, else None; of receipts to come they may not tell."""
        return self.parts if "parts" in self.__dict__ else self._kept_parts

    @cached_property
    def _kept_parts(self) -> list[Row] | None:
        return counts.kept_parts(self.session, self.campaign, receipts_since=self.now - RECEIPTS_MAY_COME)

    @cached_property
    def stats(self) -> StatTable:
        """Return the table by which this database's codes are judged."""
        return stats(self.session)
