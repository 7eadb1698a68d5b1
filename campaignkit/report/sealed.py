"""The snapshot of a report as a database that can do nothing but answer: no file, no network, no setting, no writing.

SQL of a report is a stranger's: it is run here alone, one SELECT at a time, with a limit of time and memory.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as daytime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import duckdb

from campaignkit.domain.errors import InvalidInput

T = TypeVar("T")
_PARAMETER = re.compile(r"\$\w+")

SECONDS = 30.0  # that one question may take
ALL_SECONDS = 600.0  # and all of a report's together
GRACE = 2.0  # that one which was told to stop may still take; some of DuckDB's functions never listen
MOST_ROWS = 2_000  # of an answer: a report holds aggregates
MOST_MARKS = 2_000_000  # in its texts
MOST_LOADED = 5_000_000  # rows of a file of the snapshot: a small file may claim any number

TABLES = (
    "campaigns", "recipients", "state_events", "job_errors", "audit", "baseline", "earlier",
)  # fmt: skip

_BOUNDED = (
    "set threads = 1",  # sums of floats and rows without an order come out the same every time
    "set timezone = 'UTC'",
    "set memory_limit = '2GB'",
    "set temp_directory = ''",
    "set python_enable_replacements = false",  # a table's name must not find a variable of this process
)
_LOCKED = (
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
        self._left, self._stuck = ALL_SECONDS, False
        self.columns: dict[str, list[list[str]]] = {}
        self.counts: dict[str, int] = {}
        for setting in _BOUNDED:
            self._connection.execute(setting).complete()
        for name in TABLES:
            path = folder / f"{name}.parquet"
            if path.exists():
                try:
                    self._timed(lambda name=name, path=path: self._load(name, path))  # type: ignore[misc]
                except InvalidInput as error:
                    raise InvalidInput(f"snapshot/{path.name} cannot be read: {error}") from error
        for setting in _LOCKED:
            self._connection.execute(setting).complete()

    def _load(self, name: str, path: Path) -> None:
        claimed = self._connection.execute("select num_rows from parquet_file_metadata(?)", [str(path)])
        if claimed.fetchall()[0][0] > MOST_LOADED:
            raise InvalidInput("it has more rows than any report")
        self._connection.execute(f"create table {name} as from read_parquet(?)", [str(path)]).complete()
        described = self._connection.execute(f"describe {name}").fetchall()
        self.columns[name] = [[row[0], row[1]] for row in described]
        ((self.counts[name],),) = self._connection.table(name).count("*").fetchall()

    def close(self) -> None:
        """Forget the snapshot."""
        if not self._stuck:  # whoever closes waits for what runs
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

    def campaign_ids(self) -> list[int]:
        """Return the database's keys of the campaigns of the scope."""
        return sorted(row[0] for row in self._connection.table("campaigns").project("campaign_id").fetchall())

    def reads(self, sql: str) -> bool:
        """Tell whether a question that can be answered reads a table of the snapshot at all."""
        try:
            return bool(self._connection.get_table_names(_PARAMETER.sub("null", sql)))
        except duckdb.Error:  # with null in a parameter's place it is none any more
            return True

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
        columns, found = self._timed(lambda: self._fetched(sql, given))
        if len(found) > MOST_ROWS:
            raise InvalidInput(f"it yields more than {MOST_ROWS:,} rows: a report holds aggregates")
        return Answer(columns, tuple(tuple(plain(value) for value in row) for row in found))

    def _fetched(
        self, sql: str, given: Mapping[str, object]
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Return columns and rows, a row more than an answer may have at most."""
        result = self._connection.execute(sql, dict(given)) if given else self._connection.execute(sql)
        columns = tuple(column[0] for column in result.description or ())
        found: list[tuple[Any, ...]] = []
        marks = 0
        while len(found) <= MOST_ROWS and (row := result.fetchone()) is not None:
            found.append(row)
            marks += sum(len(value) if isinstance(value, str | bytes | list) else 8 for value in row)
            if marks > MOST_MARKS:
                raise InvalidInput(f"it yields more than {MOST_MARKS:,} marks: a report holds aggregates")
        self._connection.execute("select 1").fetchall()  # lets go of what was not fetched
        return columns, found

    def _timed(self, work: Callable[[], T]) -> T:
        """Return what *work* returns; raises `InvalidInput`, with a sentence, if it fails or takes too long.

        It runs in a thread of its own, because not all that DuckDB does can be interrupted: what does not listen is
        left to itself, and nothing is asked any more.
        """
        if self._stuck:
            raise InvalidInput("a question before it could not be stopped")
        done: list[T] = []
        failed: list[Exception] = []

        def run() -> None:
            try:
                done.append(work())
            except Exception as error:  # noqa: BLE001 - it is answered in the thread that asked
                failed.append(error)

        began = time.monotonic()
        worker = threading.Thread(target=run, daemon=True)
        worker.start()
        limit = min(SECONDS, self._left)
        worker.join(limit)
        if worker.is_alive():
            self._connection.interrupt()
            worker.join(GRACE)
            self._stuck = worker.is_alive()
            every = "" if limit == SECONDS else f"with all before it more than {ALL_SECONDS:.0f} seconds"
            raise InvalidInput(f"it takes {every or f'more than {SECONDS:.0f} seconds'}")
        self._left = max(self._left - (time.monotonic() - began), 0.0)
        match failed:
            case [InvalidInput() as error]:
                raise error
            case [duckdb.Error() | RuntimeError() | OverflowError() | ValueError() | TypeError() as error]:
                raise InvalidInput(_first_line(error)) from error
            case [error]:
                raise error
        return done[0]


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
        case date() | daytime():
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
