"""What each spelling of a receipt's state is worth and decides, for the SQL that folds receipts."""

from __future__ import annotations

from campaignkit.codes import stat_table
from campaignkit.domain.delivery import CodeClass, SmsResult
from campaignkit.importing.adapter import Adapter

RANKS = {CodeClass.INTERMEDIATE: 1, CodeClass.UNDECIDED: 2, CodeClass.FINAL: 3}  # see sql/import/fold.sql


def spellings(adapter: Adapter) -> list[tuple[str, int, int, SmsResult]]:
    """Return code, rank, place and result of every spelling, the adapter's own on top.

    Of states that are worth the same, one that the adapter lists later is further.
    """
    table = stat_table()
    known = {**dict.fromkeys(table.states), **table.aliases, **adapter.stat_aliases}
    worth = {code: table.states[stat or code] for code, stat in sorted(known.items())}
    places = {alias: place for place, alias in enumerate(adapter.stat_aliases, start=1)}
    return [
        (code, RANKS[code_class], places.get(code, 0), result) for code, (code_class, result) in worth.items()
    ]
