"""The receipt states as this database reads them: the toolkit's table, and what its adapters brought along."""

from __future__ import annotations

from campaignkit.codes import stat_table
from campaignkit.domain.delivery import StatTable
from campaignkit.store.base import Session


def stats(session: Session) -> StatTable:
    """Return the table by which codes of this database are judged; an adapter's own spelling wins."""
    table = stat_table()
    own = {row["alias"]: row["stat"] for row in session.rows("codes/aliases", {})}
    return StatTable(table.states, {**table.aliases, **own}) if own else table
