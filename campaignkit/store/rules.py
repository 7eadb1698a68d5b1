"""The contract's constraints as counting queries, read from sql/schema; and the rules of sql/checks."""

# ruff: noqa: S608 - every name in these queries is the contract's
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from campaignkit.assets import asset
from campaignkit.store.statements import column_types, contract_tables


@dataclass(frozen=True, slots=True)
class Rule:
    """`sql` counts the rows of `relation` that break the rule; it reads `columns` of it."""

    name: str
    relation: str
    columns: frozenset[str]
    sql: str


# The toolkit's own files leave these keys out, to load faster; a source may not.
KEYS = {"core.recipients": ("campaign_id", "recipient_id")}
ORPHANS = ("core.recipients", "core.state_events", "core.job_errors")


def rules() -> Iterator[Rule]:
    """Yield every rule, in the order of the schema."""
    from sqlglot import exp

    for relation, schema in contract_tables().items():
        if not relation.startswith("core."):
            continue
        for column in schema.find_all(exp.ColumnDef):
            for constraint in column.constraints:
                yield from _of_column(relation, column.name, constraint.kind)
        if relation in KEYS:
            yield _duplicates(relation, KEYS[relation])
        if relation in ORPHANS:
            yield _orphans(relation, "campaign_id", "core.campaigns", "campaign_id")
    for path in sorted(asset("sql", "checks").glob("*.sql")):
        first, text = path.read_text(encoding="utf-8").split("\n", 1)
        yield Rule(path.stem, first.removeprefix("-- on ").strip(), frozenset(), text)


# Types that do for each other; what else a column may be of, it is not the contract's.
FAMILIES: Mapping[str, str] = {
    **dict.fromkeys(("varchar", "character varying", "text"), "text"),
    **dict.fromkeys(("smallint", "integer", "int", "bigint"), "whole number"),
    **dict.fromkeys(("timestamptz", "timestamp with time zone"), "moment"),
    **dict.fromkeys(("time", "time without time zone"), "time"),
}
TYPES = """
select table_schema || '.' || table_name, column_name, data_type
from information_schema.columns
where table_catalog = current_database() and table_schema = 'core'
order by 1, ordinal_position
"""


def wrong_types(found: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """Yield relation and column of what *found*, the rows of `TYPES`, has in another type than the contract."""
    for relation, column, kind in found:
        if relation not in contract_tables():
            continue
        wanted = column_types(relation).get(column)
        if wanted is not None and _family(wanted) != _family(kind):
            yield relation, column


def _family(kind: str) -> str:
    return FAMILIES.get(kind.lower(), kind.lower())


def _of_column(relation: str, column: str, kind: object) -> Iterator[Rule]:
    from sqlglot import exp

    if isinstance(kind, exp.NotNullColumnConstraint):
        yield _not_null(relation, column)
    if isinstance(kind, exp.CheckColumnConstraint):
        condition = kind.this.sql("postgres")
        yield _counting(f"{column}_check", relation, column, f"not ({condition})")
    if isinstance(kind, exp.PrimaryKeyColumnConstraint | exp.UniqueColumnConstraint):
        if isinstance(kind, exp.PrimaryKeyColumnConstraint):
            yield _not_null(relation, column)
        yield _duplicates(relation, (column,))
    if isinstance(kind, exp.Reference):
        target = kind.find(exp.Table)
        if target is not None:
            yield _orphans(relation, column, f"{target.db}.{target.name}", column)


def _counting(name: str, relation: str, column: str, broken: str) -> Rule:
    return Rule(name, relation, frozenset({column}), f"select count(*) from {relation} where {broken}")


def _not_null(relation: str, column: str) -> Rule:
    return _counting(f"{column}_not_null", relation, column, f"{column} is null")


def _duplicates(relation: str, key: tuple[str, ...]) -> Rule:
    columns = ", ".join(key)
    filled = " and ".join(f"{column} is not null" for column in key)
    sql = (
        f"select coalesce(sum(surplus), 0)::bigint from"
        f" (select count(*) - 1 as surplus from {relation} where {filled} group by {columns} having count(*) > 1) as d"
    )
    return Rule(f"{'_'.join(key)}_unique", relation, frozenset(key), sql)


def _orphans(relation: str, column: str, target: str, key: str) -> Rule:
    # a cluster joins what is distributed with what is not, and answers no `not exists` about them
    sql = (
        f"select count(*) from {relation} as child left join {target} as parent on parent.{key} = child.{column}"
        f" where child.{column} is not null and parent.{key} is null"
    )
    return Rule(f"{column}_known", relation, frozenset({column}), sql)
