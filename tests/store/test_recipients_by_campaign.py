"""What keeps a cluster possible (docs/scaling.md): every question about recipients fixes the campaign, by which a cluster finds
the one machine that knows, and nothing is asked, written or declared in a way that a cluster refuses or takes seconds for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from campaignkit.assets import asset
from campaignkit.services.check import variants
from campaignkit.store.probe import OPTIONAL_COLUMNS, OPTIONAL_RELATIONS
from campaignkit.store.statements import NOT_STATEMENTS, Compiler, Variant, load, names

PER_RECIPIENT = {"core.recipients", "core.recipient_numbers"}
# Sums over a whole scope, which no campaign can be fixed for: they may be slow, and nothing else may be like them.
ACROSS = {
    "board/usual": "what is usual on a channel, over all campaigns of a scope; asked once an hour",
    "snapshot/baseline": "the same for a report",
}


# Folders of sql/ whose files the walk does not see, each with its reason.
UNSEEN = {
    "adapters": "DuckDB's own SQL over files, or views over a source that is no cluster of ours",
    "adopt": "DDL and questions about a stranger's schema, before there is one of ours",
    "checks": "counts over all rows, asked by hand with `campaignkit check`, and run on a cluster",
    "demo": "DuckDB alone",
    "import": "DuckDB alone",
    "postgres": "DDL, grants and locks; what it declares is looked at below",
    "report": "DuckDB alone, over a report's snapshot",
    "scale": "what distributes",
    "schema": "DDL, looked at below",
    "simulate": "it joins by campaign with the stand-in's own tables, and looks over all rows once, when it takes over",
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


# ── what else a cluster refuses, or takes seconds for ────────────────────────

# What ON CONFLICT may say: whatever looks at neither a clock nor dice. `timestamptz + interval` looks at the zone.
STABLE = (
    exp.CurrentTimestamp,
    exp.CurrentDate,
    exp.CurrentTime,
    exp.Rand,
    exp.Interval,
    exp.Anonymous,
    exp.Select,
    exp.Uuid,
)


def per_recipient(table: object) -> bool:
    return isinstance(table, exp.Table) and f"{table.db}.{table.name}" in PER_RECIPIENT


def broken(sql: str) -> set[str]:
    """Return which rules a statement breaks."""
    tree = sqlglot.parse_one(sql, read="postgres")
    found = {
        "lateral"
        for lateral in tree.find_all(exp.Lateral)
        if any(map(per_recipient, lateral.find_all(exp.Table)))
    }
    for conflict in tree.find_all(exp.OnConflict):
        if any(conflict.find_all(*STABLE)):
            found.add("a clock or dice in ON CONFLICT")
    for scope in traverse_scope(tree):
        found |= broken_in(scope)
    return found


def broken_in(scope: Scope) -> set[str]:
    """Return which rules the SELECT of a scope breaks about the relations that it puts side by side."""
    select = scope.expression
    if not isinstance(select, exp.Select):
        return set()
    joins = select.args.get("joins") or ()
    beside = [source for source in (select.args.get("from_"), *joins) if source]
    tables = [source.this for source in beside]
    if not any(map(per_recipient, tables)):
        return set()
    found = set()
    if scope.is_correlated_subquery:
        found.add("a correlated subquery")
    for table in tables:
        query = scope.sources.get(table.alias_or_name) if isinstance(table, exp.Expression) else None
        if isinstance(query, Scope) and query.expression.args.get("limit"):
            found.add("a cut query is joined")
    for place, join in enumerate(joins, start=1):
        outer = per_recipient(join.this) and not all(map(per_recipient, tables[:place]))
        if join.side in {"LEFT", "FULL"} and outer:
            found.add("an outer join from what stays local")
    return found


@pytest.mark.parametrize("name", list(names()))
def test_no_statement_says_what_a_cluster_refuses(name: str, cache: Path) -> None:
    compiler = Compiler("postgres", missing=frozenset(), cache=cache)
    for form in (*variants(name), Variant(filters=frozenset(load(name).filters))):
        sql = compiler(name, form).sql.replace("%(", ":").replace(")s", "")
        assert broken(sql) == set(), f"{name} {form}"


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("with p as (select c.campaign_id from core.campaigns c limit 50) select 1 from p join core.recipients r on r.campaign_id = p.campaign_id", "a cut query is joined"),
        ("select 1 from (select c.campaign_id from core.campaigns c limit 50) p join core.recipients r on r.campaign_id = p.campaign_id", "a cut query is joined"),
        ("select (select count(*) from core.recipients r where r.campaign_id = c.campaign_id) from core.campaigns c", "a correlated subquery"),
        ("select 1 from core.campaigns c where exists (select 1 from core.recipients r where r.campaign_id = c.campaign_id)", "a correlated subquery"),
        ("select 1 from core.campaigns c cross join lateral (select 1 from core.recipients r where r.campaign_id = c.campaign_id) x", "lateral"),
        ("select 1 from kit.counted k left join core.recipients r on r.campaign_id = k.campaign_id", "an outer join from what stays local"),
        ("insert into kit.counted as k (campaign_id) values (1) on conflict (campaign_id) do update set updated_at = now()", "a clock or dice in ON CONFLICT"),
        ("insert into kit.counted (campaign_id) values (1) on conflict (campaign_id) do update set updated_at = excluded.updated_at + interval '1 hour'", "a clock or dice in ON CONFLICT"),
        ("insert into kit.counted (campaign_id) values (1) on conflict (campaign_id) do update set sent = random()", "a clock or dice in ON CONFLICT"),
    ],
)  # fmt: skip
def test_the_walk_sees_what_a_cluster_refuses(sql: str, rule: str) -> None:
    assert rule in broken(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from core.recipients p left join core.recipient_numbers n on n.campaign_id = p.campaign_id where p.campaign_id = 1",
        "select 1 from core.recipients r join core.campaigns c on c.campaign_id = r.campaign_id",
        "select max(p.recipient_id) from (select r.recipient_id from core.recipients r where r.campaign_id = 1 limit 9) p",
        "insert into kit.counted (campaign_id) values (1) on conflict (campaign_id) do update set sent = excluded.sent + 1",
        "select exists (select 1 from core.recipients r where r.campaign_id = 1)",
    ],
)
def test_the_walk_lets_pass_what_a_cluster_does(sql: str) -> None:
    assert broken(sql) == set()


def test_a_folder_that_the_walk_does_not_see_has_its_reason() -> None:
    assert set(UNSEEN) == NOT_STATEMENTS


# ── what is declared ─────────────────────────────────────────────────────────


def declared() -> str:
    """Return the DDL that makes a database, without its comments."""
    files = [path for part in ("schema", "postgres") for path in sorted(asset("sql", part).glob("*.sql"))]
    return "".join(re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8")) + ";" for path in files)


def test_what_is_distributed_is_what_holds_recipients_and_nothing_else() -> None:
    text = asset("sql", "scale", "citus.sql").read_text(encoding="utf-8")
    assert set(re.findall(r"'(core\.\w+|kit\.\w+)'", text)) == PER_RECIPIENT
    assert text.count("create_distributed_table(") == len(PER_RECIPIENT)


def test_keys_of_recipients_begin_with_the_campaign_and_no_reference_or_trigger_touches_them() -> None:
    statements = [" ".join(statement.split()) for statement in declared().split(";")]
    about = [text for text in statements if any(relation in text for relation in PER_RECIPIENT)]
    for text in about:
        for columns in re.findall(r"(?:primary key|unique) \(([^)]*)\)", text):
            assert columns.startswith("campaign_id"), text
        assert not re.search(r"create (or replace )?trigger", text), text
    tables = [text for text in statements if text.startswith("create table")]
    references = [text for text in tables if " references " in text]
    assert not any(relation in text for text in references for relation in PER_RECIPIENT)
    assert len([text for text in about if "primary key (campaign_id, recipient_id)" in text]) == len(
        PER_RECIPIENT
    )
    indexes = re.findall(r"create index concurrently \w+ on core\.recipients \((\w+)", declared())
    assert indexes and set(indexes) == {"campaign_id"}
