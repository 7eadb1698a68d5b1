"""Run an adapter's SELECTs into the staging tables, and say clearly what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb

from campaignkit.domain.errors import InvalidInput
from campaignkit.importing.adapter import Adapter, check_columns
from campaignkit.importing.engine import Engine, Values

REQUIRED = {
    "workspaces": {"workspace_id"},
    "campaigns": {"campaign_key", "saddr"},
    "recipients": {"recipient_key"},
    "receipts": {"stat", "received_at"},
    "state_events": {"campaign_key", "phase", "occurred_at"},
    "job_errors": {"campaign_key", "phase", "code", "message", "occurred_at"},
    "audit_events": {"action", "actor", "occurred_at"},
    "unmapped": {"reason"},
}
DERIVED = {
    "campaign_id": "campaign_key",
    "external_id": "campaign_key",
    "recipient_id": "recipient_key",
}

_INTO = {
    "lines": "create temp table lines as\n{sql}",
    "unmapped": "insert into unmapped\nselect reason, count(*) from (\n{sql}\n) group by reason",
}
_INTO_STAGING = "insert into yielded_{select} by name\n{sql}"

_PARAMETER = re.compile(r"(?<![:\w]):(source|zone)\b")  # and not the cast in `x::source`
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_DIGITS = re.compile(r"\d{3,}")
_CSV_REASON = re.compile(
    r"^(Maximum line size of \d+ bytes exceeded|Error when converting column \"[^\"\n]+\""
    r"|Expected Number of Columns: \d+ Found: \d+|Invalid unicode)",
    re.MULTILINE,
)


def stage(run: Engine, adapter: Adapter, select: str, values: Values) -> frozenset[str]:
    """Run one of the adapter's SELECTs into its staging table; return the names of the columns that it yields.

    *values* are what `:source` and `:zone` stand for. What lines.sql yields becomes readable as `lines`.
    """
    try:
        sql, given = _single_select(run, adapter, select, values)
        columns = run.columns(sql, given)
        if select != "lines":
            _check_columns(run, adapter, select, columns)
        run.execute(_INTO.get(select, _INTO_STAGING).format(select=select, sql=sql), given)
    except duckdb.Error as error:
        raise _sentence(adapter, select, error) from error
    return frozenset(columns)


def own_table(run: Engine, adapter: Adapter, name: str, rows: Sequence[Sequence[str]]) -> None:
    """Make a table of the adapter's own data, header first, that its SELECTs may read; every cell is text."""
    columns = ", ".join(f'"{column.replace(chr(34), chr(34) * 2)}" varchar' for column in rows[0])
    try:
        run.execute(f'create temp table "{name}" ({columns})')
    except duckdb.CatalogException as error:
        raise InvalidInput(
            f"{name}.csv of adapter {adapter.name} cannot be a table: {str(error).splitlines()[0]}; rename it"
        ) from error
    run.fill(f'"{name}"', [tuple(cell or None for cell in row) for row in rows[1:]])


def _single_select(run: Engine, adapter: Adapter, select: str, values: Values) -> tuple[str, Values]:
    statements = run.statements(_PARAMETER.sub(r"$\1", adapter.selects[select]))
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise InvalidInput(f"{adapter.where(select)} must be one SELECT and nothing else")
    foreign = statements[0].named_parameters - values.keys()
    if foreign:
        raise InvalidInput(
            f"{adapter.where(select)} has a parameter {min(foreign)}: there are :source and :zone"
        )
    given = {name: values[name] for name in statements[0].named_parameters}
    return statements[0].query.rstrip().removesuffix(";"), given


def _check_columns(run: Engine, adapter: Adapter, select: str, columns: tuple[str, ...]) -> None:
    known = {"reason", "line"} if select == "unmapped" else set(run.columns(f"from yielded_{select}", {}))
    required = set(REQUIRED[select])
    if "campaigns" not in adapter.selects:
        known.discard("campaign_key")
        required |= {"saddr"} if select == "recipients" else set()
    elif select == "recipients":
        known.discard("saddr")
        required.add("campaign_key")
    where = adapter.where(select)
    for column in columns:
        if column in DERIVED and column not in known:
            raise InvalidInput(
                f"{where} yields {column}, which the import makes itself from {DERIVED[column]}"
            )
    check_columns(adapter, select, columns, known=known, required=required)


def _sentence(adapter: Adapter, select: str, error: duckdb.Error) -> Exception:
    """Return what the adapter's author needs to know, without a word of the source: its lines hold numbers."""
    first = str(error).splitlines()[0]
    where = adapter.where(select)
    if isinstance(error, duckdb.ParserException | duckdb.BinderException | duckdb.CatalogException):
        return InvalidInput(f"{where} is not valid: {first}")
    if isinstance(error, duckdb.ConstraintException):
        return InvalidInput(
            f"{where} yields a value that the contract does not allow: {_of_constraint(first)}"
        )
    if isinstance(error, duckdb.DataError | duckdb.InvalidInputException):
        return InvalidInput(f"{where} does not fit the source: {_of_data(str(error))}")
    return error


def _of_data(message: str) -> str:
    """Return DuckDB's first line without values, and the reason of a CSV error, which stands behind the line itself."""
    first = _DIGITS.sub("…", _QUOTED.sub("…", message.splitlines()[0]))
    reason = _CSV_REASON.search(message)
    return f"{first}: {reason[0]}" if reason else first


def _of_constraint(message: str) -> str:
    return message.replace("yielded_", "").removeprefix("Constraint Error: ")
