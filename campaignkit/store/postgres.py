"""The server's store: a PostgreSQL database, 15 or later, whose GRANTs decide what a login may do.

A reading session is one REPEATABLE READ snapshot that can change nothing; a writing one is a READ COMMITTED
transaction, because an action waits for whoever is faster and then has to see what they did. What is large is COPY's.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from psycopg.sql import SQL

from campaignkit.assets import asset
from campaignkit.domain.access import Role
from campaignkit.domain.errors import NotAllowed, OutcomeUnknown, StoreBusy, StoreError, StoreMissing
from campaignkit.store import base, copying, statements
from campaignkit.store.address import Address
from campaignkit.store.base import PLAIN, Row, Share, Transactions
from campaignkit.store.copying import Line
from campaignkit.store.pool import Connection, Pool
from campaignkit.store.probe import REQUIRED, Probe, probe
from campaignkit.store.sqlstates import sentences
from campaignkit.store.statements import Compiler, Dialect, Variant

READ = b"begin isolation level repeatable read read only"
WRITE = b"begin isolation level read committed read write"
CLAIMS = 0x636B6974  # 'ckit': the first half of the advisory locks that claims take
NUMBERS = "core.recipient_numbers"
RECIPIENTS = "core.recipients"
NO_COUNTS = ", which does not say what changed: no counts are kept"  # on core.campaigns, see keeps_counts
BUSY_SECONDS = 60.0
BLOCK_BYTES = 1 << 17
MOST_APART = 50_000  # rows that triggers have added and nobody has put together, to add up at each look
PIECE_ROWS = 20_000  # of an export: how often it says how far it is, too


class Session:
    """Statements on one consistent state of the database; only valid inside its `with` block."""

    indexed = True

    def __init__(
        self,
        connection: Connection,
        compiler: Compiler,
        *,
        tallied: bool = False,
        beside: Callable[[str], contextlib.AbstractContextManager[Session]] | None = None,
    ) -> None:
        self.connection, self._compiler, self._tallied, self._beside = connection, compiler, tallied, beside
        self._plans_each = False

    def rows(self, name: str, parameters: Mapping[str, object], variant: Variant = PLAIN) -> list[Row]:
        """Return the rows of statement *name* as dictionaries; moments are aware, in UTC."""
        sql, given = self.filled(name, parameters, variant)
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql, given).fetchall()

    def row(self, name: str, parameters: Mapping[str, object], variant: Variant = PLAIN) -> Row:
        """Return the only row of statement *name*."""
        (row,) = self.rows(name, parameters, variant)
        return row

    def run(self, name: str, parameters: Mapping[str, object]) -> int:
        """Execute statement *name* and return the number of rows it changed."""
        return self.connection.execute(*self.filled(name, parameters, PLAIN)).rowcount

    def sums(self, name: str, parameters: Mapping[str, object]) -> list[Row] | None:
        """Return the rows of *name*, a question about sums that triggers keep (sql/postgres/tally.sql), if they do.

        None also where nobody has put them together (`refresh`) for so long that the rows themselves are faster.
        """
        if not self._tallied:
            return None
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(_file(name), {**parameters, "most": MOST_APART}).fetchall() or None

    def copy(
        self,
        name: str,
        parameters: Mapping[str, object],
        variant: Variant,
        *,
        to: Path,
        header: bool,
        expected: int,
        progress: Share,
    ) -> int:
        """Let the engine write the rows of statement *name* into the file *to* as CSV, and return how many they are.

        They come in pieces, from two connections at once that see this session's state, each from where the one before
        ended.
        """
        copied = 0

        def tell(rows: int) -> None:
            nonlocal copied
            copied += rows
            progress(min(copied / max(expected, 1), 1.0))

        export = _Export(name, parameters, variant, header=header)
        with self._several(expected) as sessions, to.open("wb", buffering=BLOCK_BYTES) as file:
            lines = {Line(session.connection): session for session in sessions}
            return copying.copied(
                [*lines], lambda line: export.begin(line, lines[line]), write=file.write, tell=tell
            )

    @contextlib.contextmanager
    def _several(self, rows: int) -> Iterator[list[Session]]:
        """Yield this session and, for many *rows*, another one that sees the same, if the server has one for us."""
        self.be_patient()
        sessions = [self]
        with contextlib.ExitStack() as closing:
            if self._beside and rows > PIECE_ROWS:
                for (state,) in self.query(_file("export_snapshot").decode()):
                    with contextlib.suppress(psycopg.Error):  # one alone does it as well
                        sessions.append(closing.enter_context(self._beside(state)))
            yield sessions

    def parquet(self, name: str, parameters: Mapping[str, object], path: Path) -> None:
        """Write the rows of statement *name*, in its order, into a new Parquet file: same rows, same bytes.

        They come as COPY's text, and DuckDB makes the file of it, as it does of its own rows.
        """
        text = path.with_name(f"{path.name}.csv")
        try:
            _as_parquet(self.file(name, parameters, text), path)
        finally:
            text.unlink(missing_ok=True)

    def file(
        self,
        name: str,
        parameters: Mapping[str, object],
        path: Path,
        variant: Variant = PLAIN,
    ) -> str:
        """Write the rows of statement *name* into the new file *path*, and return what DuckDB reads them from."""
        self.be_patient()
        sql, given = self.filled(name, parameters, variant)
        columns = {column: _TYPES[kind] for column, kind in self.columns(sql, given)}
        statements = [sql]

        def begin(line: Line) -> bool:
            if statements:
                line.begin(statements.pop(), given, how="format csv")
                return True
            return False

        with path.open("xb", buffering=BLOCK_BYTES) as file:
            copying.copied([Line(self.connection)], begin, write=file.write)
        return _reading(path, columns)

    def take(self, relation: str, columns: Sequence[str], text: Path) -> None:
        """Append the rows of *text*, CSV as DuckDB's session gives it, to *relation*."""
        copy = f"copy {relation} ({', '.join(columns)}) from stdin (format csv)"
        with text.open("rb") as file, self.connection.cursor() as cursor, cursor.copy(copy.encode()) as rows:
            while piece := file.read(BLOCK_BYTES):
                rows.write(piece)

    def explain(self, name: str, variant: Variant) -> None:
        """Let the engine plan statement *name* without running it; raises what the engine raises."""
        compiled = self._compiler(name, variant)
        self.connection.execute(f"explain {compiled.sql}".encode(), dict.fromkeys(compiled.parameters))

    def in_order(self, campaign_id: int) -> bool:  # noqa: ARG002 - of no campaign
        """Return False: a server promises no order, and sorting by an index costs it nothing."""
        return False

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what *sql*, a query that both engines know and that takes no parameters, yields."""
        self.be_patient()
        return self.connection.execute(sql.encode()).fetchall()

    def script(self, sql: str) -> None:
        """Execute the statements of *sql*, text of a file in `sql/`, one after the other."""
        self.be_patient()
        self.connection.execute(sql.encode())

    def filled(
        self, name: str, parameters: Mapping[str, object], variant: Variant
    ) -> tuple[bytes, dict[str, object]]:
        """Return statement *name* as the server takes it, and those of the *parameters* that are in it."""
        compiled = self._compiler(name, variant)
        page = RECIPIENTS in compiled.sql and " LIMIT " in compiled.sql
        if not self._plans_each and (page or variant.few):
            self.connection.execute(_file("plan_each"))
            self._plans_each = True
        return compiled.sql.encode(), {key: parameters[key] for key in compiled.parameters}

    def described(self, sql: str) -> list[tuple[str, str]]:
        """Return what *sql*, a query of a site's own without parameters, yields: names, and PostgreSQL's types."""
        query = b"select * from (" + sql.encode() + b"\n) as rows limit 0"
        found = self.connection.execute(query).description or ()
        kinds = dict(self.query("select oid::bigint, format_type(oid, null) from pg_type"))
        return [(column.name, kinds[column.type_code]) for column in found]

    def columns(self, sql: bytes, given: Mapping[str, object]) -> list[tuple[str, int]]:
        """Return what *sql* yields: names, and types by PostgreSQL's numbers."""
        described = self.connection.execute(
            b"select * from (" + sql + b") as rows limit 0", given
        ).description
        return [(column.name, column.type_code) for column in described or ()]

    def be_patient(self) -> None:
        """Let what follows in this session take as long as it takes, unless the site has set a limit of its own."""
        self.connection.execute(_file("patient"))


class _Export:
    """The pieces of an export, in order, each from where the one before ends."""

    def __init__(
        self, name: str, parameters: Mapping[str, object], variant: Variant, *, header: bool
    ) -> None:
        self._name, self._parameters, self._variant, self._header = name, parameters, variant, header
        self._filters, self._bounds, self._over = variant.filters, dict[str, object](), False
        self._spelt = b""

    def begin(self, line: Line, session: Session) -> bool:
        """Begin the next piece on *line*, which is that of *session*, and say whether there was one."""
        if self._over:
            return False
        filters, bounds = self._next(session)
        variant = replace(self._variant, filters=filters)
        sql, given = session.filled(self._name, {**self._parameters, **bounds}, variant)
        self._spelt = self._spelt or spelt(session.columns(sql, given))
        line.begin(self._spelt % sql, given, how=f"format csv, header {self._header}")
        self._header = False
        return True

    def _next(self, session: Session) -> tuple[frozenset[str], dict[str, object]]:
        """Return by which filters and parameters the next piece is had."""
        filters, bounds = self._filters, self._bounds
        asked = {**self._parameters, **bounds, "rows": PIECE_ROWS - 1}
        found = session.rows("exports/piece", asked, Variant(filters=filters))
        if not found:
            self._over = True
            return filters, bounds
        self._filters, self._bounds = self._variant.filters | {"after"}, {"after_id": found[0]["upto_id"]}
        return filters | {"upto"}, bounds | found[0]


class PostgresStore:
    """A PostgreSQL database. `writable=False` refuses every writing session, whatever the server would permit.

    `login` is who the server says we are, `granted` the role that its GRANTs amount to.
    """

    dialect: Dialect = "postgres"

    def __init__(
        self, url: str, *, writable: bool = False, cache: Path | None = None, numbers: bool = False
    ) -> None:
        self._address = Address(url)
        self.name, self.writable, self._cache, self._numbers = self._address.name, writable, cache, numbers
        self._pool = Pool(self._address)
        self._hidden = frozenset() if numbers else frozenset({NUMBERS})
        self._compiler = Compiler(self.dialect, missing=self._hidden, cache=cache)
        self.probe, self._tallied = Probe(), False
        self.login: str | None = None
        self.granted = Role.VIEWER

    def __repr__(self) -> str:
        return f"PostgresStore({self.name!r})"

    @property
    def address(self) -> str:
        """Return what another process opens the same database by: the URL as it was given, its password included."""
        return self._address.whole()

    def open(self) -> PostgresStore:
        """Look at what the database holds and what the login may do with it; raises `StoreError` or `NotAllowed`."""
        statements.check_once(self._cache)
        with self.reading() as session:
            ((login, numbers, has_numbers, operator, moderator, tallied, hidden),) = session.query(
                _file("rights").decode()
            )
            self._check_readable(login, hidden)
            found = probe(session, self.name)
        if self._numbers and not numbers:
            self._refuse_numbers(login, there=has_numbers)
        self.login, self.probe = login, found
        self._tallied = tallied and found.provides("kit.counted")
        self.granted = (
            Role.MODERATOR if operator and moderator else Role.OPERATOR if operator else Role.VIEWER
        )
        self._compiler = self._compiler_for_what_is_there()
        return self

    def close(self) -> None:
        """Let go of the connections that are kept for the next session."""
        self._pool.close()

    def put_together(self) -> None:
        """Make few rows of what the triggers have added to those sums since."""
        if self._tallied:
            with self.writing() as session:
                session.script(_file("put_together").decode())

    @contextlib.contextmanager
    def apart(self, scratch: Path, *, numbers: bool) -> Iterator[PostgresStore]:  # noqa: ARG002 - nothing spills here
        """Return the same database: a server answers many at once, and has its own place for what does not fit."""
        other = PostgresStore(self.address, cache=self._cache, numbers=numbers and self._numbers)
        other.probe, other.login, other.granted = self.probe, self.login, self.granted
        other._compiler = other._compiler_for_what_is_there()
        with contextlib.closing(other):
            yield other

    @contextlib.contextmanager
    def claim(self, name: str) -> Iterator[Callable[[str], None]]:
        """Hold *name* while this process lives, alone; takes a short note for others.

        A claim is an advisory lock of a connection of its own, whose application name carries the note: both are gone
        with the connection, however it ends.
        """
        lock = _lock_of(name)
        with contextlib.ExitStack() as closing:
            with sentences(self.name):
                connection = closing.enter_context(contextlib.closing(self._pool.connect()))
                taken = connection.execute(_file("claim"), lock).fetchone()
                if not (taken and taken[0]):
                    raise StoreBusy(f"{name} is being worked on by another program: wait for it")

            def note(text: str) -> None:
                with contextlib.suppress(psycopg.Error):  # how far it is, is worth no failure
                    connection.execute(_file("note"), {"text": f"{name} {text}"[:63]})

            note("")
            try:
                yield note
            finally:
                with contextlib.suppress(psycopg.Error):  # now, and not when the server gets to it
                    connection.execute(_file("release"), lock)

    def claimed(self, name: str) -> str | None:
        """Return what the holder of *name* noted, or None if no living process holds it."""
        lock = _lock_of(name)
        with self.reading() as session:
            found = session.connection.execute(
                _file("claimed"), {**lock, "key": lock["key"] % 2**32}
            ).fetchall()
        return next((text[len(name) :].strip() for (text,) in found if text.startswith(name)), None)

    def forget(self, name: str) -> None:
        """Do nothing: a holder that was killed has left nothing."""

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Return a session that sees one state of the database and cannot change it."""
        with sentences(self.name), self._reading() as session:
            yield session

    @contextlib.contextmanager
    def _reading(self, state: str | None = None) -> Iterator[Session]:
        """Return a session that sees the *state* of another one, else one of its own."""
        with self._pool.transaction(READ) as connection:
            try:
                if state is not None:
                    connection.execute(SQL("set transaction snapshot {}").format(state))
                yield Session(connection, self._compiler, tallied=self._tallied, beside=self._reading)
            finally:
                _undo(connection)

    def anew(self, session: base.Session) -> contextlib.AbstractContextManager[base.Session]:  # noqa: ARG002 - on a file it is that
        """Return a session of its own."""
        return self.reading()

    def writing(self) -> contextlib.AbstractContextManager[Session]:
        """Return a session that is one transaction: committed at the end of the block, or not at all.

        Raises `OutcomeUnknown` if the server is lost while it confirms.
        """
        self._check_writable()
        return self._transaction()

    def transactions(self) -> contextlib.AbstractContextManager[Transactions]:
        """Return what makes one writing session after the other; everybody else's go on meanwhile."""
        self._check_writable()
        return contextlib.nullcontext(self._transaction)

    @contextlib.contextmanager
    def upgrading(self) -> Iterator[Session]:
        """Return a writing session that creates or upgrades the schema while nobody else does; then build indexes.

        Those are built beside running writers, so outside of the transaction, and only on tables of the login's own.
        """
        self._check_writable()
        with sentences(self.name), contextlib.closing(self._pool.connect()) as alone:
            _wait_for(alone, self.name)
            try:
                with self._transaction() as session:
                    yield session
            except NotAllowed as error:
                raise NotAllowed(
                    f"{error}; preparing a database takes its owner, who owns core.* too, and, once for each server,"
                    " the right to create roles"
                ) from error
            alone.execute("set statement_timeout = 0")
            for statement in _wanted_indexes(alone):
                alone.execute(statement.encode())

    def furnish(self, session: base.Session, *, new: bool) -> None:
        """Make the key of recipients and a place for numbers, where core.* is *new*; group roles, and what they may."""
        parts = ["roles", "grants"]
        if new:
            session.script(asset("sql", "schema", "006_numbers.sql").read_text(encoding="utf-8"))
            parts.insert(0, "key")
        if session.query(_file("own_campaigns").decode()):
            parts.append("tally")
        for part in parts:
            session.script(_file(part).decode())

    def keeps_counts(self, session: base.Session) -> bool:
        """Tell whether what is counted may be kept: not over a source that does not say what has changed since."""
        found = session.query(_file("adopted").decode())
        return not any(relation == "campaigns" and note.endswith(NO_COUNTS) for relation, _, note, _ in found)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Session]:
        with sentences(self.name), self._pool.transaction(WRITE) as connection:
            try:
                yield Session(connection, self._compiler, tallied=self._tallied)
            except BaseException:
                _undo(connection)
                raise
            self._commit(connection)

    def _commit(self, connection: Connection) -> None:
        if connection.info.transaction_status is TransactionStatus.INERROR:
            _undo(connection)
            raise RuntimeError("a statement of this transaction has failed, and nobody heeded it")
        try:
            connection.execute("commit")
        except psycopg.OperationalError as error:
            if not connection.closed:
                _undo(connection)
                raise
            raise OutcomeUnknown(
                f"the connection to {self.name} was lost while it confirmed the change, which may be done or not: look"
                " at the campaign and its audit trail (`campaignkit audit ID`) before you repeat it"
            ) from error

    def _check_writable(self) -> None:
        if not self.writable:
            raise StoreError(f"{self.name} was opened read-only: open it with a role that may act")

    def _compiler_for_what_is_there(self) -> Compiler:
        return Compiler(self.dialect, missing=self.probe.missing | self._hidden, cache=self._cache)

    def _check_readable(self, login: str, hidden: list[str]) -> None:
        """Refuse a login that may not read what is there, before it is taken for missing."""
        closed = [name for name in REQUIRED if name in hidden]
        if closed:
            raise NotAllowed(
                f"{login} may not read {closed[0]} in {self.name}: ask for `grant campaignkit_viewer to {login}`"
                " (docs/postgresql.md)"
            )

    def _refuse_numbers(self, login: str, *, there: bool) -> None:
        without = "leave out clear_numbers (--clear-numbers)"
        if there:
            raise NotAllowed(
                f"{login} may not read full numbers in {self.name}: {without}, or ask for"
                f" `grant campaignkit_pii to {login}`"
            )
        raise StoreMissing(f"{self.name} has no {NUMBERS}, so there are no full numbers: {without}")


def spelt(columns: Sequence[tuple[str, int]]) -> bytes:
    """Return a query in which the one that yields *columns* has a place, and moments are spelt as ISO 8601 has them.

    `offset 0` keeps the server from making the text of a moment anew wherever it is named.
    """
    moments = [column for column, kind in columns if kind == _TIMESTAMP]
    shown = ", ".join(_MOMENT.format(name) if name in moments else f'"{name}"' for name, _ in columns)
    read = ", ".join(["*", *(f'"{name}"::text as "{name}_text"' for name in moments)])
    return b"select %s from (select %s from (%%s) as rows offset 0) as spelt" % (
        shown.encode(),
        read.encode(),
    )


def _undo(connection: Connection) -> None:
    """End the transaction without keeping anything; a connection that is lost has done so itself."""
    with contextlib.suppress(psycopg.OperationalError, psycopg.InterfaceError):
        connection.execute("rollback")


def _wait_for(connection: Connection, name: str) -> None:
    """Be the only one who prepares this database, as long as the connection lives."""
    give_up = time.monotonic() + BUSY_SECONDS
    while connection.execute(_file("lock")).fetchone() != (True,):
        if time.monotonic() > give_up:
            raise StoreBusy(f"{name} is being prepared by another `campaignkit init`: wait for it")
        time.sleep(0.05)


def _wanted_indexes(connection: Connection) -> Iterator[str]:
    """Yield what builds the indexes that are missing; another one of such a name, or one not finished, goes first."""
    rows = connection.execute(_file("indexed")).fetchall()
    ours = {relation for relation, *_ in rows}
    covered = {(relation, columns) for relation, _, valid, columns in rows if valid}
    for line in _file("indexes").decode().splitlines():
        found = _INDEX.match(line)
        if not found or found["relation"] not in ours or (found["relation"], found["columns"]) in covered:
            continue
        name = f"{found['relation'].split('.')[0]}.{found['name']}"
        if any(index == name for _, index, _, _ in rows):
            yield f"drop index concurrently {name}"
        yield line


_INDEX = re.compile(r"create index concurrently (?P<name>\w+) on (?P<relation>\w+\.\w+) (?P<columns>\(.+\))$")


def _lock_of(name: str) -> dict[str, int]:
    """Return the pair of numbers that PostgreSQL locks for *name*."""
    digest = hashlib.sha256(name.encode()).digest()
    return {"family": CLAIMS, "key": int.from_bytes(digest[:4], "big", signed=True)}


@functools.cache
def _file(name: str) -> bytes:
    return asset("sql", "postgres", f"{name}.sql").read_bytes()


_TIMESTAMP = 1114
# By its length the server's own text lacks so many digits of a second; those first that clocks count in.
_LACKING = {26: "", 23: "000", 19: ".000000", 22: "0000", 21: "00000", 25: "0", 24: "00"}
_FILLED = " ".join(f"when {length} then '{lacking}+00:00'" for length, lacking in _LACKING.items())
_MOMENT = f"""
case when "{{0}}" >= timestamp '0001-01-01' and "{{0}}" < timestamp '10000-01-01'
  then replace("{{0}}_text", ' ', 'T') || case octet_length("{{0}}_text") {_FILLED} end
  else to_char("{{0}}", 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') end as "{{0}}\""""
_TYPES = {  # of PostgreSQL, by number: what DuckDB calls it
    16: "boolean", 20: "bigint", 21: "smallint", 23: "integer", 25: "varchar", 700: "real", 701: "double",
    1043: "varchar", 1082: "date", 1083: "time", 1114: "timestamp", 1184: "timestamptz", 2950: "uuid",
}  # fmt: skip


def _reading(text: Path, columns: Mapping[str, str]) -> str:
    """Return what DuckDB reads the CSV *text* by, in which an empty text is quoted and a null is not."""
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    how = (
        "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        f"allow_quoted_nulls = false, max_line_size = {1 << 24}, parallel = false, columns = {{{types}}}"
    )
    return f"read_csv({_literal(text)}, {how})"


def _as_parquet(rows: str, path: Path) -> None:
    """Write what DuckDB reads *rows* by into a Parquet file."""
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'").complete()
        connection.execute(
            f"copy (select * from {rows}) to {_literal(path)} (format parquet, compression zstd)"  # noqa: S608 - two files of ours
        ).complete()


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
