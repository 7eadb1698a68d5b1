"""The embedded store: one DuckDB file, shared politely between processes.

A process keeps one in-memory DuckDB instance and attaches the file for the length of a session only (about
2 ms), because a connection that stayed open would shut every writer out. Sessions pass the gate (`gate.py`).
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import duckdb

from campaignkit.domain.errors import StoreBusy, StoreError, StoreMissing, StoreUnreadable
from campaignkit.store import gate
from campaignkit.store.probe import Probe, probe
from campaignkit.store.statements import Compiler, Variant

Row = dict[str, Any]
CATALOG = "ops"
BUSY_SECONDS = 10.0  # how long a program that ignores the gate may keep us waiting

_SETTINGS = {
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
}
_HELD_BY = re.compile(r"Conflicting lock is held in (.+?) \(PID (\d+)\)")


class Session:
    """Statements on one consistent state of the database; only valid inside its `with` block."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, compiler: Compiler) -> None:
        self.connection, self._compiler = connection, compiler

    def rows(self, name: str, parameters: Mapping[str, object], variant: Variant = Variant()) -> list[Row]:
        """Return the rows of statement *name* as dictionaries; moments are aware, in UTC."""
        compiled = self._compiler(name, variant)
        given = {key: parameters[key] for key in compiled.parameters}
        result = self.connection.execute(compiled.sql, given)
        columns = [column[0] for column in result.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

    def row(self, name: str, parameters: Mapping[str, object], variant: Variant = Variant()) -> Row:
        """Return the only row of statement *name*."""
        (row,) = self.rows(name, parameters, variant)
        return row

    def run(self, name: str, parameters: Mapping[str, object]) -> int:
        """Execute statement *name* and return the number of rows it changed."""
        compiled = self._compiler(name, Variant())
        given = {key: parameters[key] for key in compiled.parameters}
        changed = self.connection.execute(compiled.sql, given).rowcount
        self.connection.complete()
        return changed

    def explain(self, name: str, variant: Variant) -> None:
        """Let the engine plan statement *name* without running it; raises what the engine raises."""
        compiled = self._compiler(name, variant)
        self.connection.execute(f"explain {compiled.sql}", dict.fromkeys(compiled.parameters)).fetchall()


class DuckStore:
    """A DuckDB file. `writable=False` refuses every writing session, whatever the file's permissions say."""

    dialect: Literal["duckdb"] = "duckdb"

    def __init__(self, path: Path, *, writable: bool = False, cache: Path | None = None) -> None:
        self.path, self.writable, self._cache = path, writable, cache
        self._thread_lock = threading.RLock()
        self._connection = duckdb.connect(config=_SETTINGS)
        for setting in ("set timezone = 'UTC'", f"set temp_directory = {_literal(str(path) + '.tmp')}"):
            self._connection.execute(setting).complete()
        self._compiler = Compiler(self.dialect, missing=frozenset(), cache=cache)
        self.probe = Probe()

    def __repr__(self) -> str:
        return f"DuckStore({str(self.path)!r})"

    def open(self) -> DuckStore:
        """Look at what the file holds and fit the statements to it; raises `StoreError` if it is not ours."""
        with self.reading() as session:
            found = probe(session.connection, self.path)
        self.probe = found
        self._compiler = Compiler(self.dialect, missing=found.missing, cache=self._cache)
        return self

    def reading(self) -> contextlib.AbstractContextManager[Session]:
        """Return a session that sees one state of the file and cannot change it."""
        return self._session(write=False)

    def writing(self) -> contextlib.AbstractContextManager[Session]:
        """Return a session that is one transaction: committed at the end of the block, or not at all."""
        if not self.writable:
            raise StoreError(f"{self.path.name} was opened read-only: open it with a role that may act")
        return self._session(write=True)

    @contextlib.contextmanager
    def _session(self, *, write: bool) -> Iterator[Session]:
        with self._thread_lock, contextlib.ExitStack() as closing:
            self._check_there(write=write)
            closing.enter_context(gate.passed(self.path, write=write))
            self._attach(write=write)
            closing.callback(self._detach)
            if not write:
                yield Session(self._connection, self._compiler)
                return
            self._connection.begin()
            try:
                yield Session(self._connection, self._compiler)
                self._connection.complete()
                self._connection.commit()
            except BaseException as error:
                self._roll_back()
                raise _readable(self.path, error) from error

    def _check_there(self, *, write: bool) -> None:
        if self.path.is_dir():
            raise StoreUnreadable(f"{self.path} is a folder: name the DuckDB file in it")
        if not self.path.exists() and not write:
            raise StoreMissing(
                f"{self.path} does not exist: make it with `campaignkit demo`, `import` or `init`, or name another with --db"
            )

    def _attach(self, *, write: bool) -> None:
        statement = f"attach {_literal(str(self.path))} as {CATALOG}{'' if write else ' (read_only)'}"
        give_up = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._connection.execute(statement).complete()
                break
            except duckdb.Error as error:
                if not _HELD_BY.search(str(error)) or time.monotonic() > give_up:
                    raise _readable(self.path, error) from error
            time.sleep(0.05)
        self._connection.execute(f"use {CATALOG}").complete()

    def _detach(self) -> None:
        self._connection.complete()
        self._connection.execute("use memory").complete()
        self._connection.execute(f"detach {CATALOG}").complete()

    def _roll_back(self) -> None:
        self._connection.complete()
        with contextlib.suppress(duckdb.Error):  # the engine has rolled back itself after a fatal error
            self._connection.rollback()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _readable(path: Path, error: BaseException) -> BaseException:
    """Return *error*, or the sentence that says what DuckDB means by it."""
    if not isinstance(error, duckdb.Error):
        return error
    text = str(error)
    held = _HELD_BY.search(text)
    if held:
        return StoreBusy(
            f"{path} is held by another program ({Path(held[1]).name}, process {held[2]}) that does not share it: close that program"
        )
    for sign, sentence in _SENTENCES.items():
        if sign in text:
            return StoreUnreadable(f"{path} {sentence}")
    if isinstance(error, duckdb.IOException | duckdb.SerializationException | duckdb.FatalException):
        return StoreUnreadable(f"{path} cannot be read or written: {_first_line(text)}")
    return error


_SENTENCES = {
    "Permission denied": "may not be opened by this account: ask for the right to read it",
    "not a valid DuckDB database file": "is not a DuckDB database: name a file made by campaignkit",
    "Trying to read a database file with version": "was written by a newer DuckDB: upgrade campaignkit",
    "No space left on device": "could not be written, the disk is full: free some space; nothing was changed",
    "Could not write": "could not be written, the disk is full or limited: free some space; nothing was changed",
}


def _first_line(text: str) -> str:
    return text.splitlines()[0].removeprefix("IO Error: ")
