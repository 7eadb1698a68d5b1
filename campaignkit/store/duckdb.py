"""The embedded store: one DuckDB file, shared politely between processes.

A process keeps one in-memory DuckDB instance and attaches the file for the length of a session only (about
2 ms), because a connection that stayed open would shut every writer out. Sessions pass the gate (`gate.py`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from campaignkit.assets import asset
from campaignkit.domain.access import Role
from campaignkit.domain.errors import StoreBusy, StoreError, StoreMissing, StoreUnreadable
from campaignkit.store import base, claims, gate, statements
from campaignkit.store.base import PLAIN, Row, Share
from campaignkit.store.probe import Probe, probe
from campaignkit.store.statements import Compiler, Dialect, Variant

CATALOG = "ops"
BUSY_SECONDS = 10.0  # how long a program that ignores the gate may keep us waiting
NUMBERS = "core.recipient_numbers"
APART_MEMORY = "512MiB"  # of what works apart; beyond it DuckDB works from the disk
TICK_SECONDS = 0.2

_SETTINGS: dict[str, Any] = {
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    # up to so many rows of a page: which ones is decided by what they are sorted and filtered by, then the rest is read
    "late_materialization_max_rows": "1000",
}
_HELD_BY = re.compile(r"Conflicting lock is held in (.+?) \(PID (\d+)\)")


# lag() over () goes by the rows as they lie
_IN_ORDER = """
select coalesce(bool_and(later), true) from (
  select recipient_id > lag(recipient_id) over () as later from core.recipients where campaign_id = $campaign_id
)
"""


class Session:
    """Statements on one consistent state of the database; only valid inside its `with` block."""

    indexed = False

    def __init__(self, connection: duckdb.DuckDBPyConnection, compiler: Compiler) -> None:
        self.connection, self._compiler = connection, compiler

    def rows(self, name: str, parameters: Mapping[str, object], variant: Variant = PLAIN) -> list[Row]:
        """Return the rows of statement *name* as dictionaries; moments are aware, in UTC."""
        compiled = self._compiler(name, variant)
        given = {key: parameters[key] for key in compiled.parameters}
        result = self.connection.execute(compiled.sql, given)
        columns = [column[0] for column in result.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

    def row(self, name: str, parameters: Mapping[str, object], variant: Variant = PLAIN) -> Row:
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

    def be_patient(self) -> None:
        """Do nothing: a file has no limit."""

    def sums(self, name: str, parameters: Mapping[str, object]) -> list[Row] | None:  # noqa: ARG002 - of nothing
        """Return None: what is added up here is told by its fingerprint, in milliseconds."""
        return None

    def copy(
        self,
        name: str,
        parameters: Mapping[str, object],
        variant: Variant,
        *,
        to: Path,
        header: bool,
        expected: int,  # noqa: ARG002 - DuckDB knows itself how far it is
        progress: Share,
    ) -> int:
        """Let the engine write the rows of statement *name* into the file *to* as CSV, and return how many they are."""
        compiled = self._compiler(name, variant)
        given = {key: parameters[key] for key in compiled.parameters}
        # a null is an empty field, an empty text a quoted one, as PostgreSQL has it too
        how = (
            f"format csv, header {header}, delimiter ',', quote '\"', escape '\"', nullstr '', use_tmp_file false,"
            " timestampformat '%Y-%m-%dT%H:%M:%S.%f+00:00'"  # as an expression it took three times as long
        )
        with _ticking(self.connection, progress), _file_errors(to):
            ((rows,),) = self.connection.execute(
                f"copy ({compiled.sql}) to {_literal(str(to))} ({how})", given
            ).fetchall()
        return int(rows)

    def parquet(
        self, name: str, parameters: Mapping[str, object], path: Path, variant: Variant = PLAIN
    ) -> None:
        """Write the rows of statement *name*, in its order, into a new Parquet file: same rows, same bytes.

        Raises `OSError` if the file cannot take them.
        """
        compiled = self._compiler(name, variant)
        given = {key: parameters[key] for key in compiled.parameters}
        copy = f"copy ({compiled.sql}) to {_literal(str(path))} (format parquet, compression zstd)"
        self.connection.execute("set threads = 1").complete()  # or row groups end where a thread happens to
        try:
            with _file_errors(path):
                self.connection.execute(copy, given).complete()
        finally:
            self.connection.execute("reset threads").complete()

    def file(
        self,
        name: str,
        parameters: Mapping[str, object],
        path: Path,
        variant: Variant = PLAIN,
    ) -> str:
        """Write the rows of statement *name* into the new file *path*, and return what DuckDB reads them from."""
        self.parquet(name, parameters, path, variant)
        return f"read_parquet({_literal(str(path))})"

    def give(self, relation: str, text: Path, *, without: str = "") -> list[str]:
        """Write every row of *relation*, as they lie, into the file *text* as CSV a server reads; return the columns.

        The column *without* is left out.
        """
        columns = sorted(self._columns(relation) - {without})
        rows = f"select {', '.join(columns)} from {relation}"  # noqa: S608 - names of ours
        with _file_errors(text):
            self.connection.execute(
                f"copy ({rows}) to {_literal(str(text))} (format csv, header false, nullstr '')"
            ).complete()
        return columns

    def take(self, relation: str, rows: str, *, before: int = 0) -> None:
        """Append *rows*, what `file` has returned, to *relation*, as they come; recipients are counted anew.

        *before* is how many came before of a campaign that comes in pieces. Raises `OSError` where the disk is full,
        and `StoreUnreadable` for rows that break the contract.
        """
        given: dict[str, object] = {}
        try:
            with _file_errors(Path(relation)):
                self.connection.execute(f"create or replace temp view arrived as from {rows}").complete()
                if relation == "core.recipients":
                    append = asset("sql", "import", "arrived.sql").read_text(encoding="utf-8")
                    given = {"before": before}
                else:  # a column that the source lacks arrives as null, and is not there either
                    columns = ", ".join(sorted(self._columns("arrived") & self._columns(relation)))
                    append = f"insert into {relation} by name select {columns} from arrived"  # noqa: S608 - names of ours
                self.connection.execute(append, given).complete()
        except (
            duckdb.ConstraintException,
            duckdb.ConversionException,
            duckdb.InvalidInputException,
        ) as error:
            raise StoreUnreadable(
                f"{relation} holds what the data contract forbids: `campaignkit check` on the source finds it"
            ) from error

    @contextlib.contextmanager
    def beside(self) -> Iterator[Session]:
        """Return a session on the same file that is a transaction of its own, for a thread of its own."""
        with contextlib.closing(self.connection.cursor()) as connection:
            connection.execute(f"use {CATALOG}").complete()
            connection.begin()
            yield Session(connection, self._compiler)
            connection.commit()

    def _columns(self, relation: str) -> set[str]:
        return {str(name) for name, *_ in self.connection.execute(f"describe {relation}").fetchall()}

    def explain(self, name: str, variant: Variant) -> None:
        """Let the engine plan statement *name* without running it; raises what the engine raises."""
        compiled = self._compiler(name, variant)
        self.connection.execute(f"explain {compiled.sql}", dict.fromkeys(compiled.parameters)).fetchall()

    def in_order(self, campaign_id: int) -> bool:
        """Tell whether the recipients of a campaign come in their order by themselves, so that none need be sorted.

        They do where they were written in it, because a scan keeps the order of the rows; looking takes a hundredth of
        the time that sorting takes.
        """
        ((ordered,),) = self.connection.execute(_IN_ORDER, {"campaign_id": campaign_id}).fetchall()
        return bool(ordered)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what *sql*, a query that both engines know and that takes no parameters, yields."""
        return self.connection.execute(sql).fetchall()

    def script(self, sql: str) -> None:
        """Execute the statements of *sql*, text of a file in `sql/`, one after the other."""
        self.connection.execute(sql).complete()


Transactions = Callable[[], contextlib.AbstractContextManager[Session]]


class DuckStore:
    """A DuckDB file. `writable=False` refuses every writing session, whatever the file's permissions say."""

    dialect: Dialect = "duckdb"
    login: str | None = None  # a file knows nobody
    granted = Role.MODERATOR

    def __init__(
        self, path: Path, *, writable: bool = False, cache: Path | None = None, numbers: bool = False
    ) -> None:
        self.path, self.writable, self._cache = path, writable, cache
        # a notebook may change its folder, and DuckDB takes a relative 'md:x' for an address
        self._file = path.absolute()
        self._numbers = numbers_file(self._file) if numbers else None
        self._hidden = frozenset() if numbers else frozenset({NUMBERS})
        self._thread_lock = threading.RLock()
        self._in_session = False
        self._connection = duckdb.connect(config=_SETTINGS)
        for setting in ("set timezone = 'UTC'", f"set temp_directory = {_literal(f'{self._file}.tmp')}"):
            self._connection.execute(setting).complete()
        self._compiler = Compiler(self.dialect, missing=self._hidden, cache=cache)
        self.probe = Probe()

    def __repr__(self) -> str:
        return f"DuckStore({str(self.path)!r})"

    @property
    def name(self) -> str:
        """Return what messages call the database."""
        return str(self.path)

    @property
    def address(self) -> str:
        """Return the absolute path."""
        return str(self._file)

    def open(self) -> DuckStore:
        """Look at what the file holds and fit the statements to it; raises `StoreError` if it is not ours."""
        statements.check_once(self._cache)
        if self._numbers is not None:
            self._check_numbers(self._numbers)
        with self.reading() as session:
            found = probe(session, self.name)
        self.probe = found
        self._compiler = Compiler(self.dialect, missing=found.missing | self._hidden, cache=self._cache)
        return self

    def put_together(self) -> None:
        """Do nothing: nothing is kept by itself."""

    @contextlib.contextmanager
    def apart(self, scratch: Path, *, numbers: bool) -> Iterator[DuckStore]:
        """Return the same file, read by a DuckDB of its own whose memory is bounded and that works in *scratch*.

        A session of it shuts writers out for as long as it lasts, and with a writer in the queue new readers too:
        it is for one long statement on one state of the data, such as an export (about a second for two million
        recipients), and nothing else. Without *numbers* it knows of no full ones, whatever this store does.
        """
        other = DuckStore(self._file, cache=self._cache, numbers=numbers and self._numbers is not None)
        other.path, other.probe = self.path, self.probe
        missing = self.probe.missing | other._hidden
        other._compiler = Compiler(self.dialect, missing=missing, cache=self._cache)
        for setting in (
            f"set temp_directory = {_literal(str(scratch))}",
            f"set memory_limit = '{APART_MEMORY}'",
            "set enable_progress_bar = true",  # or DuckDB does not know how far it is
            "set enable_progress_bar_print = false",
        ):
            other._connection.execute(setting).complete()
        try:
            yield other
        finally:
            other._connection.close()

    def claim(self, name: str) -> contextlib.AbstractContextManager[Callable[[str], None]]:
        """Hold *name* while this process lives, alone; takes a short note for others."""
        return claims.held(self._file, name)

    def claimed(self, name: str) -> str | None:
        """Return what the holder of *name* noted, or None if no living process holds it."""
        return claims.note_of(self._file, name)

    def forget(self, name: str) -> None:
        """Remove what a holder of *name* that was killed has left."""
        claims.forget(self._file, name)

    def check_whole(self, *, name: Path) -> None:
        """Raise `StoreError`, which calls the file *name*, unless all that was committed stands in the file itself.

        Otherwise a part is still in the log beside it, which DuckDB keeps without a word where the disk is full: the
        store reads it, but whoever moves the file alone would lose it.
        """
        if self._file.with_name(f"{self._file.name}.wal").exists():
            raise StoreUnreadable(
                f"{name} could not be written, the disk is full or limited: free some space; nothing was changed"
            )

    def reading(self) -> contextlib.AbstractContextManager[Session]:
        """Return a session that sees one state of the file and cannot change it."""
        return self._reading()

    def anew(self, session: base.Session) -> contextlib.AbstractContextManager[base.Session]:
        """Return the session itself: nobody can change a file that is being read."""
        return contextlib.nullcontext(session)

    def writing(self) -> contextlib.AbstractContextManager[Session]:
        """Return a session that is one transaction: committed at the end of the block, or not at all."""
        return self._writing(self.transactions())

    def upgrading(self) -> contextlib.AbstractContextManager[Session]:
        """Return a writing session; each is alone."""
        return self.writing()

    def furnish(self, session: base.Session, *, new: bool) -> None:
        """Do nothing: a file has neither roles nor use for more keys."""

    def keeps_counts(self, session: base.Session) -> bool:  # noqa: ARG002 - of no source
        """Return True: nothing is adopted in a file."""
        return True

    def transactions(self) -> contextlib.AbstractContextManager[Transactions]:
        """Return what makes one writing session after the other, for less than each would cost alone.

        The file is held meanwhile: whoever has much to do leaves the block now and then.
        """
        if not self.writable:
            raise StoreError(f"{self.path.name} was opened read-only: open it with a role that may act")
        return self._transactions()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._attached(write=False), _fitting(self.path):
            yield Session(self._connection, self._compiler)

    @contextlib.contextmanager
    def _writing(self, turn: contextlib.AbstractContextManager[Transactions]) -> Iterator[Session]:
        with turn as transaction, transaction() as session:
            yield session

    @contextlib.contextmanager
    def _transactions(self) -> Iterator[Transactions]:
        with self._attached(write=True):
            yield self._transaction

    @contextlib.contextmanager
    def _attached(self, *, write: bool) -> Iterator[None]:
        with self._thread_lock, self._alone(), _sentences(self.path), contextlib.ExitStack() as closing:
            self._check_there(write=write)
            closing.enter_context(gate.passed(self._file, write=write))
            self._attach(write=write)
            closing.callback(self._detach)
            yield

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuse a session inside a session of the same thread: the inner one would wait for the outer for ever."""
        if self._in_session:
            raise RuntimeError("a session of this store is open already: use that one")
        self._in_session = True
        try:
            yield
        finally:
            self._in_session = False

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Session]:
        self._connection.begin()
        try:
            yield Session(self._connection, self._compiler)
            self._connection.complete()
            self._connection.commit()
        except BaseException:
            self._connection.complete()
            with contextlib.suppress(duckdb.Error):  # after a fatal error the engine has rolled back itself
                self._connection.rollback()
            raise

    def _check_there(self, *, write: bool) -> None:
        """Refuse what can never be a database of ours, before a sidecar is laid beside it."""
        try:
            mode = self._file.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            if not write:
                raise StoreMissing(
                    f"{self.path} does not exist: make it with `campaignkit demo`, `import` or `init`,"
                    " or name another with --db"
                ) from None
            if not self._file.parent.is_dir():
                raise StoreMissing(f"{self.path.parent} is no folder: make it first") from None
            return
        except PermissionError as error:
            raise StoreUnreadable(f"{self.path} {_SENTENCES['Permission denied']}") from error
        except (OSError, ValueError) as error:  # too long, or with a NUL in it
            raise StoreUnreadable(f"{str(self.path)!r} cannot be the name of a file") from error
        if stat.S_ISDIR(mode):
            raise StoreUnreadable(f"{self.path} is a folder: name the DuckDB file in it")
        if not stat.S_ISREG(mode):
            raise StoreUnreadable(f"{self.path} {_SENTENCES['not a valid DuckDB database file']}")

    def _attach(self, *, write: bool) -> None:
        how = "type duckdb" if write else "type duckdb, read_only"
        statement = f"attach {_literal(str(self._file))} as {CATALOG} ({how})"
        give_up = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._connection.execute(statement).complete()
                break
            except duckdb.Error as error:
                if not _HELD_BY.search(str(error)) or time.monotonic() > give_up:
                    raise
            time.sleep(0.05)
        self._connection.execute(f"use {CATALOG}").complete()
        if self._numbers is not None:
            self._attach_numbers(self._numbers)

    def _check_numbers(self, numbers: Path) -> None:
        """Refuse to open for full numbers where there are none, or where no audit row could say who saw them (R57)."""
        without = "leave out clear_numbers (--clear-numbers)"
        if self._file.exists() and not numbers.exists():
            place = numbers_file(self.path)
            raise StoreMissing(
                f"{place} is not there, so there are no full numbers: {without}, or import with --keep-numbers"
            )
        if self._file.exists() and not os.access(self._file, os.W_OK):
            raise StoreUnreadable(
                f"{self.path} may not be written by this account, and each look at full numbers is audited in it:"
                f" {without}"
            )

    def _attach_numbers(self, numbers: Path) -> None:
        """Let `core.recipient_numbers` be found in the file of clear numbers, whose name starts no other search."""
        try:
            self._connection.execute(
                f"attach {_literal(str(numbers))} as numbers (type duckdb, read_only)"
            ).complete()
        except duckdb.Error as error:
            self._detach()
            raise StoreUnreadable(
                f"{numbers_file(self.path)} cannot be read ({_first_line(str(error).splitlines()[0])}):"
                " leave out clear_numbers (--clear-numbers)"
            ) from error
        self._connection.execute(f"set search_path = '{CATALOG}.main,{CATALOG}.core,numbers.core'").complete()

    def _detach(self) -> None:
        self._connection.complete()
        self._connection.execute("use memory").complete()
        if self._numbers is not None:
            self._connection.execute("detach database if exists numbers").complete()
        try:
            self._connection.execute(f"detach {CATALOG}").complete()
        except duckdb.Error as error:
            # What was committed stands in the write-ahead log; only folding it into the file failed (a full disk).
            if "Detached database" not in str(error):
                raise


def numbers_file(path: Path) -> Path:
    """Return where the clear numbers of the database *path* are."""
    return path.with_name(f"{path.name}.numbers.duckdb")


@contextlib.contextmanager
def _ticking(connection: duckdb.DuckDBPyConnection, progress: Share) -> Iterator[None]:
    """Tell *progress*, from a thread of its own, how far the statement of this block is."""
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(TICK_SECONDS):
            progress(min(max(connection.query_progress() / 100, 0.0), 1.0))

    teller = threading.Thread(target=tell, name="progress", daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


@contextlib.contextmanager
def _file_errors(to: Path) -> Iterator[None]:
    """Turn what DuckDB raises about the file *to* into the `OSError` behind it; the rest passes through."""
    try:
        yield
    except duckdb.Error as error:
        for sign, number in _ERRNO.items():
            if sign in str(error):
                raise OSError(number, os.strerror(number), str(to)) from error
        raise


_ERRNO = {
    os.strerror(number): number
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EIO)
} | {"Could not write": errno.ENOSPC, "max_temp_directory_size": errno.ENOSPC}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextlib.contextmanager
def _fitting(path: Path) -> Iterator[None]:
    """Say that the file does not fit, where a statement that fits what `open` found does not."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise StoreUnreadable(
            f"{path} does not keep the data contract ({_first_line(str(error))}): if it was replaced, open it again"
        ) from error


@contextlib.contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """Turn what DuckDB raises about the file into the sentence that says what it means; the rest passes through."""
    try:
        yield
    except duckdb.Error as error:
        sentence = _sentence(path, error)
        if sentence is None:
            raise
        raise sentence from error
    except RuntimeError as error:  # Ctrl-C while the engine works reaches us as this
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from error
        raise


def _sentence(path: Path, error: duckdb.Error) -> StoreError | None:
    text = str(error)
    held = _HELD_BY.search(text)
    if held:
        program = f"{Path(held[1]).name}, process {held[2]}"
        return StoreBusy(
            f"{path} is held by another program ({program}) that does not share it: close that program"
        )
    for sign, sentence in _SENTENCES.items():
        if sign in text:
            return StoreUnreadable(f"{path} {sentence}")
    if isinstance(error, duckdb.IOException | duckdb.SerializationException | duckdb.FatalException):
        return StoreUnreadable(f"{path} cannot be read or written: {_first_line(text)}")
    return None


_SENTENCES = {
    "Permission denied": "may not be opened by this account: ask for the right to read it",
    "not a valid DuckDB database file": "is not a DuckDB database: name a file made by campaignkit",
    "created with a newer version of DuckDB": "was written by a newer DuckDB: upgrade campaignkit",
    "Trying to read a database file with": "was written by a DuckDB too old to be read: make it anew",
    "Corrupt database file": "is damaged: take a copy of it from before",
    "Could not read enough bytes": "is damaged, it ends too early: copy it again, or take one from before",
    "No space left on device": "could not be written, the disk is full: free some space; nothing was changed",
    "Could not write": "could not be written, the disk is full or limited: free some space; nothing was changed",
}


def _first_line(text: str) -> str:
    return text.splitlines()[0].removeprefix("IO Error: ").rstrip(".!")
