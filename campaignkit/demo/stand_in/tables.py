"""The sample's world as the stand-in's tables: binds, outcomes with their waits, spellings, failures, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, groupby
from typing import NamedTuple

from campaignkit.codes import stat_table
from campaignkit.demo import world
from campaignkit.domain.delivery import CodeClass
from campaignkit.store.base import Session

RANK = {CodeClass.INTERMEDIATE: 1, CodeClass.UNDECIDED: 2, CodeClass.FINAL: 3}  # what beats what in folding
_UNLISTED = RANK[CodeClass.UNDECIDED]


class Outcome(NamedTuple):
    """A share of the accepted messages: the stat of their deciding receipt, and how long it is waited for.

    `typical` and `spread` are the median in seconds and the sigma of a lognormal wait, the mean of an exponential
    one, or the least and the length of an even one.
    """

    share: float
    stat: str | None
    wait: str
    typical: float = 0
    spread: float = 0


_HOUR = 3600.0
# A healthy campaign's, less the dead numbers, which are dealt by number.
FRESH = (
    Outcome(0.017, "UNDELIV", "lognormal", 60, 1.5),
    Outcome(0.018, "EXPIRED", "validity"),
    Outcome(0.0045, "REJECTD", "lognormal", 5, 0.8),
    Outcome(0.001, "DELETED", "even", 600, 7200),
    Outcome(0.003, "UNKNOWN", "validity"),
    Outcome(0.005, "ACCEPTD", "lognormal", 5, 0.8),
    Outcome(0.012, None, "even"),
    Outcome(0.799, "DELIVRD", "lognormal", 6, 1.0),
    Outcome(0.0935, "DELIVRD", "lognormal", 240, 1.2),
    Outcome(1.0, "DELIVRD", "exponential", 6 * _HOUR),  # the rest: the phone is off
)
# Of what has been waited for in vain for ten minutes: who was quick is not among them any more.
WAITING = (
    Outcome(0.02, "UNDELIV", "lognormal", 900, 1.2),
    Outcome(0.24, "EXPIRED", "validity"),
    Outcome(0.04, "UNKNOWN", "validity"),
    Outcome(0.16, None, "even"),
    Outcome(0.12, "DELIVRD", "lognormal", 600, 1.0),
    Outcome(1.0, "DELIVRD", "exponential", 6 * _HOUR),
)
_BOUNCES_ALWAYS = world.GONE_SHARE + world.BARRED_SHARE  # of the reasons to bounce: facts about the number
_DEAD = Outcome(1.0, "UNDELIV", "lognormal", 5, 0.8)
_STRAINED = 2.0  # an upper end beyond any draw, which a bind with little strain stretches past 1


def fill(session: Session) -> None:
    """Write the tables anew, inside the session's transaction."""
    for name, rows in (
        ("esmes", world.lanes()),
        ("outcomes", _outcomes()),
        ("codes", _codes()),
        ("spellings", _spellings()),
        ("failures", _failures()),
        ("refusals", _refusals()),
    ):
        session.run(f"simulate/world/no_{name}", {})
        session.run(f"simulate/world/{name}", columns(rows))


def columns(rows: Iterable[Mapping[str, object]]) -> dict[str, list[object]]:
    """Return *rows* as one list a column."""
    found: dict[str, list[object]] = {}
    for row in rows:
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    return found


def _outcomes() -> Iterator[dict[str, object]]:
    for age, outcomes in (("fresh", FRESH), ("waiting", WAITING)):
        yield _outcome(age, _DEAD, low=-1.0, high=0.0, errs=(0.0, _BOUNCES_ALWAYS))
        ends = [*accumulate(outcome.share for outcome in outcomes[:-1]), _STRAINED]
        for outcome, low, high in zip(outcomes, [0.0, *ends], ends, strict=False):
            errs = (_BOUNCES_ALWAYS, 1.0) if outcome.stat == "UNDELIV" else (0.0, 1.0)
            yield _outcome(age, outcome, low=low, high=high, errs=errs)


def _outcome(
    age: str, outcome: Outcome, *, low: float, high: float, errs: tuple[float, float]
) -> dict[str, object]:
    return {
        "age": age,
        "stat": outcome.stat,
        "low": low,
        "high": high,
        "wait": outcome.wait,
        "typical": float(outcome.typical),
        "spread": float(outcome.spread),
        "err_low": errs[0],
        "err_high": errs[1],
    }


def _codes() -> Iterator[dict[str, object]]:
    table = stat_table()
    for code in (*table.states, *table.aliases):
        yield {"code": code, "rank": rank(code)}


def rank(code: str) -> int:
    """Return what *code* is worth in folding: 3 decides, 2 may be corrected, 1 is on its way."""
    table = stat_table()
    stat = table.stat(code)
    return RANK[table.states[stat][0]] if stat else _UNLISTED


def _spellings() -> Iterator[dict[str, object]]:
    for row in world.receipt_words():
        yield row | {"rank": rank(str(row["smpp_code"]))}


def _failures() -> Iterator[dict[str, object]]:
    yield from _ranges(world.failures(), "esme", "stat", "err", "error")


def _refusals() -> Iterator[dict[str, object]]:
    for row in _ranges(world.refusals(), "command_status", "error"):
        yield row | {"retries": 3 if "retries used up" in str(row["error"]) else 0}


def _ranges(rows: Iterable[Mapping[str, object]], *names: str) -> Iterator[dict[str, object]]:
    """Yield rows that differ in their per cent alone as one, from `low` to below `high`."""
    for _, same in groupby(rows, key=lambda row: [row[name] for name in names]):
        first, *rest = same
        last = rest[-1] if rest else first
        low, high = int(str(first["per_cent"])), int(str(last["per_cent"])) + 1
        yield {name: first[name] for name in names} | {"low": low, "high": high}
