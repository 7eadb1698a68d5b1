"""Runs the statements of `sql/import` on one connection, and can be interrupted at any moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb

from campaignkit.assets import asset

Values = Mapping[str, object]


class Engine:
    """One connection, inside one transaction. Statements take from `values` the parameters that they name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, worker: ThreadPoolExecutor) -> None:
        self._connection, self._worker = connection, worker

    def execute(self, sql: str, values: Values | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of one statement."""
        return self._run(sql, values or {})[1]

    def row(self, name: str, values: Values) -> dict[str, Any]:
        """Return the only row of sql/import/*name*.sql."""
        (row,) = self.rows(name, values)
        return row

    def rows(self, name: str, values: Values | None = None) -> list[dict[str, Any]]:
        """Return the rows of sql/import/*name*.sql, which is one statement."""
        (statement,) = self.statements(_script(name))
        columns, rows = self._run(statement.query, _named(statement, values))
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def script(self, name: str, values: Values | None = None) -> None:
        """Run the statements of sql/import/*name*.sql, one after the other."""
        for statement in self.statements(_script(name)):
            self._run(statement.query, _named(statement, values))

    def script_text(self, name: str) -> str:
        """Return the text of sql/import/*name*.sql."""
        return _script(name)

    def statements(self, sql: str) -> list[duckdb.Statement]:
        """Return the statements of *sql*; raises what DuckDB's parser raises."""
        return self._connection.extract_statements(sql)

    def memory_mib(self) -> int:
        """Return how much memory DuckDB allows itself: most of what this machine or container has."""
        ((limit,),) = self.execute("select current_setting('memory_limit')")
        amount, unit = limit.split()
        return int(float(amount) * 1024.0 ** (("KiB", "MiB", "GiB", "TiB").index(unit) - 1))

    def columns(self, sql: str, values: Values) -> tuple[str, ...]:
        """Return the names of the columns that a SELECT yields, without running it."""
        return tuple(name for name, *_ in self.execute(f"describe {sql}", values))

    def set_variable(self, name: str, value: object) -> None:
        """Give `getvariable(name)` its value."""
        self.execute(f"set variable {name} = $value", {"value": value})

    def fill(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Insert *rows* into a staging table; each column travels as one list."""
        if rows:
            columns = {f"c{number}": list(column) for number, column in enumerate(zip(*rows, strict=True))}
            unnested = ", ".join(f"unnest(${name})" for name in columns)
            self.execute(f"insert into {table} select {unnested}", columns)

    def _run(self, sql: str, values: Values) -> tuple[list[str], list[tuple[Any, ...]]]:
        # DuckDB looks at Python's signals between its tasks only, so it works elsewhere while this thread listens.
        task = self._worker.submit(self._fetch, sql, values)
        try:
            return task.result()
        except BaseException:
            while not task.done():
                self._connection.interrupt()
                with contextlib.suppress(BaseException):
                    task.result(timeout=0.05)
            raise

    def _fetch(self, sql: str, values: Values) -> tuple[list[str], list[tuple[Any, ...]]]:
        result = self._connection.execute(sql, dict(values))
        columns = [column[0] for column in result.description or ()]
        rows = result.fetchall() if columns else []
        self._connection.complete()
        return columns, rows


@contextlib.contextmanager
def engine(connection: duckdb.DuckDBPyConnection) -> Iterator[Engine]:
    """Hold an `Engine` on *connection*."""
    with ThreadPoolExecutor(1, thread_name_prefix="import") as worker:
        yield Engine(connection, worker)


def _named(statement: duckdb.Statement, values: Values | None) -> Values:
    return {name: (values or {})[name] for name in statement.named_parameters}


def _script(name: str) -> str:
    return asset("sql", "import", f"{name}.sql").read_text(encoding="utf-8")
