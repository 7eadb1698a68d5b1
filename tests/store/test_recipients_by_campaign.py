"""Every question about recipients fixes the campaign: by that a cluster finds the one machine that knows (facts/scale.md)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from campaignkit.services.check import variants
from campaignkit.store.probe import OPTIONAL_COLUMNS, OPTIONAL_RELATIONS
from campaignkit.store.statements import Compiler, Variant, load, names

PER_RECIPIENT = {"core.recipients", "core.recipient_numbers"}
# Sums over a whole scope, which no campaign can be fixed for: they may be slow, and nothing else may be like them.
ACROSS = {
    "board/usual": "what is usual on a channel, over all campaigns of a scope; asked once an hour",
    "snapshot/baseline": "the same for a report",
}


def unfixed(sql: str) -> list[str]:
    """Return the per-recipient tables of *sql*, by alias, for which no condition fixes the campaign."""
    tree = sqlglot.parse_one(sql, read="postgres")
    found = []
    for table in tree.find_all(exp.Table):
        if f"{table.db}.{table.name}" in PER_RECIPIENT:
            alias = table.alias or table.name
            scope = table.find_ancestor(exp.Select, exp.Update, exp.Delete, exp.Insert)
            if scope is None or alias not in fixed(scope):
                found.append(alias)
    return found


def fixed(scope: exp.Expression) -> set[str]:
    """Return the aliases whose campaign a SELECT fixes: by a value, or by another alias that is fixed."""
    known: set[str] = set()
    links: list[set[str]] = []
    for condition in conditions(scope):
        sides = [condition.this, *(condition.args.get(key) for key in ("expression", "low", "high"))]
        named = {side.table for side in sides if isinstance(side, exp.Column) and side.name == "campaign_id"}
        others = [side for side in sides if side is not None and not isinstance(side, exp.Column)]
        if (
            isinstance(condition, exp.EQ | exp.Between)
            and others
            and not any(side.find(exp.Column) for side in others)
        ):
            known |= named
        elif isinstance(condition, exp.EQ) and len(named) == 2:
            links.append(named)
    for _ in links:
        for link in links:
            if link & known:
                known |= link
    return known


def conditions(scope: exp.Expression) -> Iterator[exp.Expression]:
    """Yield what must hold of every row that the scope reads."""
    where = scope.args.get("where")
    ons = [join.args.get("on") for join in scope.args.get("joins") or ()]
    for tree in filter(None, [where and where.this, *ons]):
        parts = [tree]
        while parts:
            part = parts.pop().unnest()
            if isinstance(part, exp.And):
                parts += [part.left, part.right]
            else:
                yield part


ABOUT = [name for name in names() if any(relation in load(name).text for relation in PER_RECIPIENT)]


@pytest.mark.parametrize("name", [name for name in ABOUT if name not in ACROSS])
@pytest.mark.parametrize(
    "missing", [frozenset(), frozenset((*OPTIONAL_RELATIONS, *OPTIONAL_COLUMNS))], ids=["", "bare"]
)
def test_a_statement_about_recipients_fixes_the_campaign_in_every_form(
    name: str, missing: frozenset[str], cache: Path
) -> None:
    compiler = Compiler("postgres", missing=missing, cache=cache)
    for form in (*variants(name), Variant(filters=frozenset(load(name).filters))):
        sql = compiler(name, form).sql.replace("%(", ":").replace(")s", "")
        assert unfixed(sql) == [], f"{name} {form}"


def test_the_exceptions_are_those_that_are_named_and_each_is_one() -> None:
    assert set(ACROSS) <= set(ABOUT)
    for name in ACROSS:
        assert unfixed(load(name).text), f"{name} is no exception any more"


@pytest.mark.parametrize(
    ("sql", "free"),
    [
        ("select 1 from core.recipients r where r.campaign_id = :id::bigint", []),
        ("select 1 from core.recipients r where r.campaign_id = any(:ids::bigint[]) and r.stage = 'New'", []),
        ("select 1 from core.recipients r where r.campaign_id between :a::bigint and :b::bigint", []),
        ("select 1 from core.recipients r", ["r"]),
        ("select 1 from core.recipients r where r.campaign_id = :id::bigint or r.stage = 'New'", ["r"]),
        ("select 1 from core.recipients r where r.recipient_id = :id::bigint", ["r"]),
        ("select 1 from core.recipients r where r.campaign_id > :id::bigint", ["r"]),
        ("select 1 from core.campaigns c join core.recipients r on r.campaign_id = c.campaign_id where c.workspace_id = :w", ["r"]),
        ("select 1 from core.campaigns c join core.recipients r on r.campaign_id = c.campaign_id where c.campaign_id = :id", []),
        (
            "select 1 from core.recipients r left join core.recipient_numbers n on n.campaign_id = r.campaign_id where r.campaign_id = :id::bigint",
            [],
        ),
        ("select (select count(*) from core.recipients r where r.campaign_id = c.campaign_id) from core.campaigns c", ["r"]),
        ("select 1 from (select 1 from core.recipients r where r.campaign_id = :id) x join core.recipients s on true", ["s"]),
    ],
)  # fmt: skip
def test_the_walk_sees_what_is_fixed_and_what_is_not(sql: str, free: list[str]) -> None:
    assert unfixed(sql) == free
