"""The code tables, as data: implementations disagree about them, so they are configuration and not code.

`message_states.csv`: the states of SMPP 3.4 §5.2.28 and 5.0 with the stat of appendix B, what each is worth
and decides. `stat_aliases.csv`: vendors' spellings. `command_status.csv`: SMPP 3.4 §5.1.3.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campaignkit.domain.delivery import CodeClass, SmsResult, StatTable

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says in plain words, and whether trying again can help."""

    error_class: str  # permanent, temporary, system, or unknown
    text: str


UNLISTED = Meaning("unknown", "a code of the carrier's own that no table lists")


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@functools.cache
def stat_table() -> StatTable:
    """Return the receipt states and their aliases."""
    states = {
        row["stat"]: (CodeClass(row["class"]), SmsResult(row["sms_result"]))
        for row in _rows("message_states.csv")
    }
    return StatTable(states, {row["alias"]: row["stat"] for row in _rows("stat_aliases.csv")})


@functools.cache
def _meanings() -> Mapping[str, Meaning]:
    return {
        row["stat"]: Meaning(row["error_class"] or "unknown", row["meaning"])
        for row in _rows("message_states.csv")
    }


def meaning(code: str | None, table: StatTable) -> Meaning:
    """Return what a SMPP code means; the spellings that *table* lists mean what their stat means."""
    stat = table.stat(code) if code else None
    return _meanings()[stat] if stat else UNLISTED
