"""The snapshot of a report as a database that can do nothing but answer: no file, no network, no setting, no writing.

SQL of a report is a stranger's: it is run here alone, one SELECT at a time, with a limit of time and memory.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from campaignkit.domain.errors import InvalidInput

SECONDS = 30.0  # that one question may take
MOST_ROWS = 2_000  # of an answer: a report holds aggregates

TABLES = (
    "campaigns", "recipients", "state_events", "job_errors", "audit", "baseline", "earlier",
)  # fmt: skip

_LOCKED = (
    "set threads = 1",  # sums of floats and rows without an order come out the same every time
    "set timezone = 'UTC'",
    "set memory_limit = '2GB'",
    "set temp_directory = ''",
    "set enable_external_access = false",
    "set autoload_known_extensions = false",
    "set autoinstall_known_extensions = false",
    "set allow_community_extensions = false",
    "set lock_configuration = true",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question yields: rows of plain JSON values, and their digest."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def sha256(self) -> str:
        """Return the digest of columns and rows, written canonically."""
        return digest([self.columns, self.rows])

    def column(self, name: str) -> list[Any]:
        """Return the values of one column."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Sealed:
    """A snapshot in memory, behind a closed door; raises `InvalidInput` for a file that is no Parquet of ours."""

    def __init__(self, folder: Path) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("set timezone = 'UTC'").complete()
        self.columns: dict[str, list[list[str]]] = {}
        self.counts: dict[str, int] = {}
        for name in TABLES:
            path = folder / f"{name}.parquet"
            if not path.exists():
                continue
            try:
                self._connection.execute(
                    f"create table {name} as from read_parquet(?)", [str(path)]
                ).complete()
            except duckdb.Error as error:
                raise InvalidInput(f"snapshot/{path.name} cannot be read: {_first_line(error)}") from error
            described = self._connection.execute(f"describe {name}").fetchall()
            self.columns[name] = [[row[0], row[1]] for row in described]
            ((self.counts[name],),) = self._connection.table(name).count("*").fetchall()
        for setting in _LOCKED:
            self._connection.execute(setting).complete()

    def close(self) -> None:
        """Forget the snapshot."""
        self._connection.close()

    def texts(self) -> list[tuple[str, str, str]]:
        """Return every text that stands in the snapshot, once a column: table, column, text."""
        found = []
        for table, columns in self.columns.items():
            for column, kind in columns:
                if kind == "VARCHAR":
                    name = '"' + column.replace('"', '""') + '"'
                    asked = f"select distinct {name} from {table} where {name} is not null order by 1"  # noqa: S608 - a name of ours
                    rows = self._connection.execute(asked).fetchall()
                    found += [(table, column, row[0]) for row in rows]
        return found

    def ask(self, sql: str, parameters: Mapping[str, object]) -> Answer:
        """Return the answer to one SELECT; raises `InvalidInput`, with a sentence, for anything else.

        *parameters* may hold more names than the text uses.
        """
        try:
            statements = duckdb.extract_statements(sql)
        except duckdb.Error as error:
            raise InvalidInput(_first_line(error)) from error
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise InvalidInput("it is not one SELECT")
        needed = statements[0].named_parameters
        missing = sorted(needed - parameters.keys())
        if missing:
            raise InvalidInput(f"nothing is given for ${missing[0]}")
        return self._run(sql, {name: parameters[name] for name in needed})

    def _run(self, sql: str, given: Mapping[str, object]) -> Answer:
        out_of_time = threading.Event()

        def stop() -> None:
            out_of_time.set()
            self._connection.interrupt()

        alarm = threading.Timer(SECONDS, stop)
        alarm.daemon = True
        alarm.start()
        try:
            result = self._connection.execute(sql, dict(given)) if given else self._connection.execute(sql)
            columns = tuple(column[0] for column in result.description or ())
            found = result.fetchmany(MOST_ROWS + 1)
            self._connection.execute("select 1").fetchall()  # lets go of what was not fetched
        except (duckdb.Error, RuntimeError) as error:
            if out_of_time.is_set():
                raise InvalidInput(f"it takes more than {SECONDS:.0f} seconds") from error
            raise InvalidInput(_first_line(error)) from error
        finally:
            alarm.cancel()
        if len(found) > MOST_ROWS:
            raise InvalidInput(f"it yields more than {MOST_ROWS:,} rows: a report holds aggregates")
        return Answer(columns, tuple(tuple(plain(value) for value in row) for row in found))


def plain(value: Any) -> Any:
    """Return *value* as JSON has it, in one spelling whatever the machine; moments in UTC, spans in seconds."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return float(value)
        case datetime():
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case UUID():
            return str(value)
        case list() | tuple():
            return [plain(item) for item in value]
    return str(value)


def canonical(value: Any) -> str:
    """Return *value* as JSON in one spelling: keys sorted, no space, no escapes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """Return the SHA-256 of *value*'s canonical JSON."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def snapshot_digest(files: Mapping[str, str]) -> str:
    """Return the one digest of a snapshot: that of its files' names and digests."""
    return digest({name: sha for name, sha in files.items() if name.startswith("snapshot/")})


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".!") if str(error) else type(error).__name__


Rows = Sequence[Mapping[str, Any]]
