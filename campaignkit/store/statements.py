"""Load, check and compile the files of `sql/`.

A statement is one file in PostgreSQL's dialect, runnable as it is. Comments declare what may be added:

    --? since: c.created_at >= :since::timestamptz        an optional filter, joined by AND
    --^ start: c.start_at::timestamptz?, c.external_id::uuid
                                                          an allowed sort: key, then tie-break, each with its
                                                          type; `?` marks a key that may be null (nulls come last)

From a sort follow ORDER BY and the keyset condition that begins a later page, so that a page at any depth
costs what the first costs. Compiling takes sqlglot some milliseconds and the import of sqlglot a quarter of
a second, so the compiled text is cached in the user's cache folder, keyed by the text it was made from.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from campaignkit.assets import asset

if TYPE_CHECKING:
    from sqlglot import exp

Dialect = Literal["duckdb", "postgres"]
CACHE_FORMAT = "9"  # raise it whenever this module would compile the same file to another text

# Folders of sql/ that hold no questions: DDL, DuckDB's own SQL over files and over a report's snapshot, the stand-in's
# work on tables of its own, what PostgreSQL alone has.
NOT_STATEMENTS = frozenset(
    {"schema", "checks", "adapters", "adopt", "import", "demo", "report", "simulate", "postgres", "scale"}
)


class StatementError(Exception):
    """A file in sql/ is not what this module expects: a fault of the package, not of its user."""


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of a declared sort."""

    sql: str
    type: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A file of sql/, taken apart but not yet compiled."""

    name: str
    text: str
    filters: dict[str, str]
    sorts: dict[str, tuple[SortKey, SortKey]]

    @property
    def reads(self) -> bool:
        """Tell whether it is a question; the others change something, and only a writing session can plan them."""
        return bool(_QUESTION.search(self.text))


@dataclass(frozen=True, slots=True)
class Variant:
    """Which form of a statement is wanted; finite, and without a word that a user typed."""

    filters: frozenset[str] = frozenset()
    sort: str | None = None
    descending: bool = False
    # of a nullable key: "filled" is "value" without the nulls at its end, which "nulls" are
    after: Literal["value", "null", "filled", "nulls"] | None = None
    limited: bool = False
    counted: bool = False  # only how many rows there are
    unsorted: bool = False  # without the ORDER BY that stands in the file
    few: bool = False  # that match: they are found first, and ordered then, instead of looked for in order
    missing: frozenset[str] = frozenset()  # relations to do without, besides those that are not there


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL for one engine, and the names of the parameters it takes."""

    sql: str
    parameters: frozenset[str]


_DECLARATION = re.compile(r"^--([?^])\s*(\w+):\s*(.+)$", re.MULTILINE)
_QUESTION = re.compile(r"\A(?:\s*--.*\n)*\s*(?:select|with)\b")
_SORT_KEY = re.compile(r"^\s*(.+)::(\w+)(\??)\s*$")


def names() -> Iterator[str]:
    """Yield the name of every statement: its path below sql/ without the ending."""
    root = asset("sql")
    for path in sorted(root.rglob("*.sql")):
        parts = path.relative_to(root).parts
        if parts[0] not in NOT_STATEMENTS:
            yield "/".join(parts).removesuffix(".sql")


@functools.cache
def load(name: str) -> Statement:
    """Return the statement called *name*; raises `StatementError` if it is malformed or not there."""
    try:
        text = asset("sql", *f"{name}.sql".split("/")).read_text(encoding="utf-8")
    except OSError as error:
        raise StatementError(f"there is no statement {name}") from error
    filters: dict[str, str] = {}
    sorts: dict[str, tuple[SortKey, SortKey]] = {}
    for kind, key, body in _DECLARATION.findall(text):
        if kind == "?":
            filters[key] = body.strip()
        else:
            sorts[key] = _sort(name, body)
    return Statement(name, text, filters, sorts)


def _sort(name: str, body: str) -> tuple[SortKey, SortKey]:
    keys = []
    for part in body.split(","):
        match = _SORT_KEY.match(part)
        if not match:
            raise StatementError(f"{name}: a sort key reads 'expression::type', not {part.strip()!r}")
        keys.append(SortKey(match[1].strip(), match[2], bool(match[3])))
    if len(keys) != 2 or keys[1].nullable:
        raise StatementError(f"{name}: a sort is one key and one tie-break that is never null")
    return keys[0], keys[1]


@functools.cache
def check() -> None:
    """Raise `StatementError` unless every statement and every declaration in it can be used.

    A statement reads relations of the contract alone, and casts each parameter, because a null has no type of
    its own.
    """
    for name in names():
        statement = load(name)
        _check_tree(name, _parse(statement.text))
        for condition in statement.filters.values():
            _check_tree(name, _parse(f"select 1 where {condition}"))
        compile_statement(name, Variant(filters=frozenset(statement.filters)), "postgres")
        for sort in statement.sorts:
            compile_statement(name, Variant(sort=sort, after="value"), "postgres")


def _check_tree(name: str, tree: exp.Expr) -> None:
    from sqlglot import exp

    for table in tree.find_all(exp.Table):
        if f"{table.db}.{table.name}" not in contract_tables():
            raise StatementError(f"{name} reads {table.sql()}, which is no relation of the contract")
    for placeholder in tree.find_all(exp.Placeholder):
        if not isinstance(placeholder.parent, exp.Cast):
            raise StatementError(f"{name} takes :{placeholder.name} without a cast")


def check_once(cache: Path | None) -> None:
    """Check all statements, unless the cache knows that this very text has passed before."""
    digest = hashlib.sha256(CACHE_FORMAT.encode())
    for name in names():
        digest.update(load(name).text.encode())
    passed = cache / "sql" / f"checked-{digest.hexdigest()}" if cache else None
    if passed and _read(passed):
        return
    check()
    if passed:
        _write(passed, Compiled("passed", frozenset()))


class Compiler:
    """Compiles statements for one engine and one set of missing relations, with a cache on disk."""

    def __init__(self, dialect: Dialect, *, missing: frozenset[str], cache: Path | None) -> None:
        self.dialect, self.missing, self.cache = dialect, missing, cache
        self._known: dict[tuple[str, Variant], Compiled] = {}

    def __call__(self, name: str, variant: Variant) -> Compiled:
        """Return *name* compiled in *variant*; the text comes from the cache if it can."""
        key = name, variant
        if key not in self._known:
            self._known[key] = self._from_disk(name, variant)
        return self._known[key]

    def _from_disk(self, name: str, variant: Variant) -> Compiled:
        text = load(name).text
        relevant = frozenset(name for name in self.missing if _mentions(text, name))
        variant = replace(variant, missing=variant.missing | relevant)
        path = self._path(text, variant)
        found = path and _read(path)
        if not found:
            found = compile_statement(name, variant, self.dialect)
            if path:
                _write(path, found)
        return found

    def _path(self, text: str, variant: Variant) -> Path | None:
        if self.cache is None:
            return None
        form = {
            key: sorted(value) if isinstance(value, frozenset) else value
            for key, value in asdict(variant).items()
        }
        wanted = json.dumps([CACHE_FORMAT, self.dialect, text, form], sort_keys=True)
        return self.cache / "sql" / hashlib.sha256(wanted.encode()).hexdigest()


def _mentions(text: str, missing: str) -> bool:
    """Tell whether a statement reads the *missing* relation or column at all."""
    schema, relation, *column = missing.split(".")
    return f"{schema}.{relation}" in text and all(name in text for name in column)


def _read(path: Path) -> Compiled | None:
    try:
        parameters, sql = path.read_text(encoding="utf-8").split("\n", 1)
    except (OSError, ValueError):
        return None
    return Compiled(sql, frozenset(parameters.split())) if sql else None


def _write(path: Path, compiled: Compiled) -> None:
    """Keep *compiled*; a cache that cannot be written only costs time, so failure is no error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(" ".join(sorted(compiled.parameters)) + "\n" + compiled.sql)
            Path(temporary).replace(path)  # whole or not at all: several commands may start at once
        except OSError:
            Path(temporary).unlink()


def compile_statement(name: str, variant: Variant, dialect: Dialect) -> Compiled:
    """Return *name* in *dialect*, without the cache; raises `StatementError` for what is not declared."""
    from sqlglot import exp

    statement = load(name)
    query = _parse(statement.text)
    for relation in variant.missing:
        _replace_missing(query, relation)
    if isinstance(query, exp.Query):
        if variant.unsorted:
            for order in list(query.find_all(exp.Order)):
                order.pop()
        query = _with_filters(statement, query, variant)
        query = _with_place(statement, query, variant)
        if variant.few:
            query = exp.select("*").from_(
                query.offset(0).subquery("found")
            )  # a fence: nothing is ordered below it
        query = _with_order(statement, query, variant)
        if variant.limited:
            query = query.limit(exp.Placeholder(this="limit"))
        if variant.counted:
            query = exp.select("count(*) as matching").from_(query.subquery("matched"))
    parameters = frozenset(placeholder.name for placeholder in query.find_all(exp.Placeholder))
    if dialect == "duckdb":
        query = query.transform(_utc_without_calendar).transform(_hashed)
        if variant.limited or variant.counted:
            query = query.transform(_listed)
    sql = query.sql(dialect=dialect, comments=False)
    if dialect == "postgres":  # psycopg's placeholders are %(name)s, so the operator is written twice
        sql = re.sub(r"%(?!\()", "%%", sql)
    return Compiled(sql, parameters)


def _utc_without_calendar(node: exp.Expr) -> exp.Expr:
    """Spell `x at time zone 'UTC'` as arithmetic: through DuckDB's calendars it takes most of an export's time."""
    from sqlglot import exp

    if isinstance(node, exp.AtTimeZone) and node.args["zone"].name == "UTC":
        return exp.func("make_timestamp", exp.func("epoch_us", node.this), dialect="duckdb")
    return node


def _hashed(node: exp.Expr) -> exp.Expr:
    """Spell `hash_record_extended(row(…), 0)` as DuckDB does; its value is another, and compared with its own alone.

    DuckDB's hash of two values is an XOR of theirs, so that what is equal in two rows would cancel out where rows are
    XORed: a hash of the hash mixes them.
    """
    from sqlglot import exp

    if isinstance(node, exp.Anonymous) and node.name.lower() == "hash_record_extended":
        combined = exp.Anonymous(this="hash", expressions=node.expressions[0].expressions)
        return exp.Anonymous(this="hash", expressions=[combined])
    return node


def _listed(node: exp.Expr) -> exp.Expr:
    """Spell `x = any(:texts)` as a condition on each row: DuckDB makes a join of it, below which it reads all rows.

    Below a sort with a limit it reads no more than it needs. Of ids a join is better: there may be many.
    """
    from sqlglot import exp

    if not (isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any)):
        return node
    texts = node.expression.this.unnest()
    if not isinstance(texts, exp.Cast) or texts.to.sql("postgres") != "VARCHAR[]":
        return node
    return exp.Anonymous(this="list_contains", expressions=[texts, node.this])


def _parse(text: str) -> exp.Expr:
    import sqlglot

    return sqlglot.parse_one(text, read="postgres")


def _with_filters(statement: Statement, query: exp.Query, variant: Variant) -> exp.Query:
    unknown = variant.filters - statement.filters.keys()
    if unknown:
        raise StatementError(f"{statement.name} declares no filter {', '.join(sorted(unknown))}")
    for name in sorted(variant.filters):
        condition = f"({statement.filters[name]})"
        _reader(query, condition).where(condition, dialect="postgres", copy=False)
    return query


def _reader(query: exp.Query, condition: str) -> exp.Query:
    """Return the SELECT that reads what *condition* is about: the outermost one that has its tables."""
    from sqlglot import exp

    wanted = {column.table for column in _parse(f"select 1 where {condition}").find_all(exp.Column)}
    for select in query.find_all(exp.Select):
        tables = [select.find(exp.From), *select.args.get("joins", ())]
        if wanted <= {table.this.alias_or_name for table in tables if table}:
            return select
    return query


def _with_place(statement: Statement, query: exp.Query, variant: Variant) -> exp.Query:
    if variant.sort is None:
        return query
    if variant.sort not in statement.sorts:
        raise StatementError(f"{statement.name} declares no sort {variant.sort}")
    if variant.after:
        query = query.where(_later(statement.sorts[variant.sort], variant), dialect="postgres")
    return query


def _with_order(statement: Statement, query: exp.Query, variant: Variant) -> exp.Query:
    if variant.sort is None:
        return query
    keys = statement.sorts[variant.sort]
    direction = "desc" if variant.descending else "asc"
    # `desc nulls last` on a column that is never null would keep PostgreSQL from using its index.
    order = [
        f"{_found(key) if variant.few else key.sql} {direction}"
        f"{' nulls last' if key.nullable else _natural_nulls(variant)}"
        for key in dict.fromkeys(keys)  # a key that no two rows share is its own tie-break
    ]
    return query.order_by(*order, dialect="postgres")


def _found(key: SortKey) -> str:
    """Return *key* of the rows that the query shows, whose columns bear the names that the key reads them by."""
    from sqlglot import exp

    def shown(node: exp.Expr) -> exp.Expr:
        return exp.cast(exp.column(node.name, "found"), key.type) if isinstance(node, exp.Column) else node

    return _parse(key.sql).transform(shown).sql("postgres")


def _natural_nulls(variant: Variant) -> str:
    return " nulls first" if variant.descending else " nulls last"


def _later(keys: tuple[SortKey, SortKey], variant: Variant) -> str:
    """Return the condition for rows that come after the cursor's."""
    key, tie = keys
    compare = "<" if variant.descending else ">"
    key_value, tie_value = f":after_key::{key.type}", f":after_tie::{tie.type}"
    if variant.after == "null":
        return f"{key.sql} is null and {tie.sql} {compare} {tie_value}"
    if variant.after == "nulls":
        return f"{key.sql} is null"
    if key == tie:
        return f"{key.sql} {compare} {key_value}"
    if variant.after == "filled" or not key.nullable:
        # the first condition is in the second, but by it alone DuckDB leaves out what it need not read
        return f"{key.sql} {compare}= {key_value} and ({key.sql}, {tie.sql}) {compare} ({key_value}, {tie_value})"
    same = f"{key.sql} = {key_value} and {tie.sql} {compare} {tie_value}"
    return f"({key.sql} {compare} {key_value} or ({same}) or {key.sql} is null)"


def _replace_missing(query: exp.Expr, relation: str) -> None:
    """Let a relation or column that the source does not provide read as empty or null, typed by the contract."""
    from sqlglot import exp

    schema, table, *column = relation.split(".")
    for node in list(query.find_all(exp.Table)):
        is_read = isinstance(node.parent, exp.From | exp.Join)  # what a statement changes stays a table
        if not is_read or (node.db, node.name) != (schema, table):
            continue
        alias = node.alias or table
        if not column and _is_left_joined(node):
            _leave_out(node, alias, column_types(f"{schema}.{table}"))
            continue
        if column:
            _read_as_null(node, alias, {column[0]: column_types(f"{schema}.{table}")[column[0]]})
            continue
        nulls = (f"null::{kind} as {name}" for name, kind in column_types(f"{schema}.{table}").items())
        inner = f"select {', '.join(nulls)} where false"
        subquery = _parse(inner).subquery(alias)  # type: ignore[attr-defined]
        if node.args.get("joins"):
            subquery.set("joins", node.args["joins"])
        node.replace(subquery)


def _is_left_joined(node: exp.Expr) -> bool:
    return node.parent is not None and node.parent.args.get("side") == "LEFT"


def _leave_out(node: exp.Expr, alias: str, types: Mapping[str, str]) -> None:
    """Take a left join with nothing out of its SELECT: joined with an empty relation, rows would lose their order."""
    from sqlglot import exp

    _read_as_null(node, alias, types)
    if isinstance(node.parent, exp.Join):
        node.parent.pop()


def _read_as_null(node: exp.Expr, alias: str, types: Mapping[str, str]) -> None:
    """Write a null of its type for each column of *types*, wherever the SELECT around *node* names it."""
    from sqlglot import exp

    select = node.find_ancestor(exp.Select)
    if select is None:
        raise StatementError(f"{node.sql()} is read outside of a SELECT")
    for name in list(select.find_all(exp.Column)):
        if name.table == alias and name.name in types:
            null = exp.cast(exp.null(), types[name.name])
            is_shown = name.parent is select and name.arg_key == "expressions"
            name.replace(exp.alias_(null, name.name) if is_shown else null)


@functools.cache
def contract_tables() -> dict[str, exp.Schema]:
    """Return the tables that sql/schema creates, each with its definition, in order."""
    import sqlglot
    from sqlglot import exp

    return {
        f"{tree.this.this.db}.{tree.this.this.name}": tree.this
        for path in sorted(asset("sql", "schema").glob("*.sql"))
        for tree in sqlglot.parse(path.read_text(encoding="utf-8"), read="postgres")
        if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema)
    }


def column_types(relation: str) -> dict[str, str]:
    """Return the columns of a relation of the contract with their types."""
    from sqlglot import exp

    columns = contract_tables()[relation].find_all(exp.ColumnDef)
    return {column.name: column.args["kind"].sql("postgres") for column in columns}
