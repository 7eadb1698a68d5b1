"""What a store promises, whichever engine is below: sessions that answer the statements of `sql/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from campaignkit.domain.access import Role
from campaignkit.store.probe import Probe
from campaignkit.store.statements import Dialect, Variant

Row = dict[str, Any]
PLAIN = Variant()  # a statement as it stands in its file
Share = Callable[[float], None]  # is told how much is done, 0 to 1


class Session(Protocol):
    """Statements on one consistent state of the database; only valid inside its `with` block."""

    indexed: bool  # few rows among many are found without reading the others

    def rows(self, name: str, parameters: Mapping[str, object], variant: Variant = PLAIN) -> list[Row]:
        """Return the rows of statement *name* as dictionaries; moments are aware, in UTC."""

    def row(self, name: str, parameters: Mapping[str, object], variant: Variant = PLAIN) -> Row:
        """Return the only row of statement *name*."""

    def run(self, name: str, parameters: Mapping[str, object]) -> int:
        """Execute statement *name* and return the number of rows it changed."""

    def be_patient(self) -> None:
        """Let what follows in this session take as long as it takes: it is long work, and not somebody who waits."""

    def sums(self, name: str, parameters: Mapping[str, object]) -> list[Row] | None:
        """Return the rows of *name*, a question about sums that this engine keeps by itself; None: it keeps none."""

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

        How far it is, *progress* is told as a share of the *expected* rows. UTF-8, LF, RFC 4180; a null is an empty
        field, an empty text a quoted one, a timestamp without zone is taken for UTC and written with it
        (2026-11-20T10:00:00.000000+00:00). Raises `OSError` for a disk that is full and whatever else keeps the file
        from being written.
        """

    def parquet(self, name: str, parameters: Mapping[str, object], path: Path) -> None:
        """Write the rows of statement *name*, in its order, into a new Parquet file: same rows, same bytes."""

    def file(
        self,
        name: str,
        parameters: Mapping[str, object],
        path: Path,
        variant: Variant = PLAIN,
    ) -> str:
        """Write the rows of statement *name* into the new file *path*, and return what DuckDB reads them from."""

    def explain(self, name: str, variant: Variant) -> None:
        """Let the engine plan statement *name* without running it; raises what the engine raises."""

    def in_order(self, campaign_id: int) -> bool:
        """Tell whether the recipients of a campaign come in their order by themselves, so that none need be sorted."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what *sql*, a query that both engines know and that takes no parameters, yields."""

    def script(self, sql: str) -> None:
        """Execute the statements of *sql*, text of a file in `sql/`, one after the other."""


Transactions = Callable[[], AbstractContextManager[Session]]


class Store(Protocol):
    """A database. `writable=False` refuses every writing session, whatever the database would permit."""

    dialect: Dialect
    writable: bool
    probe: Probe

    @property
    def login(self) -> str | None:
        """Return who the server says is asking, or None where nobody checks."""

    @property
    def granted(self) -> Role:
        """Return the most that the database lets that login do."""

    @property
    def name(self) -> str:
        """Return what messages call the database: a path, or a URL without its password."""

    @property
    def address(self) -> str:
        """Return what another process opens the same database by; it may hold a password."""

    def open(self) -> Store:
        """Look at what the database holds and fit the statements to it; raises `StoreError` if it is not ours."""

    def reading(self) -> AbstractContextManager[Session]:
        """Return a session that sees one state of the database and cannot change it."""

    def anew(self, session: Session) -> AbstractContextManager[Session]:
        """Return a session that sees what is true now, from within *session*, whose state may be an older one."""

    def writing(self) -> AbstractContextManager[Session]:
        """Return a session that is one transaction: committed at the end of the block, or not at all."""

    def upgrading(self) -> AbstractContextManager[Session]:
        """Return a writing session that creates or upgrades the schema while nobody else does."""

    def furnish(self, session: Session, *, new: bool) -> None:
        """Add what this engine needs beyond the tables, which were all made just now (*new*) or are a source's."""

    def keeps_counts(self, session: Session) -> bool:
        """Tell whether what is counted may be kept: not over a source that does not say what has changed since."""

    def transactions(self) -> AbstractContextManager[Transactions]:
        """Return what makes one writing session after the other, for less than each would cost alone.

        Nobody else has a turn meanwhile: whoever has much to do leaves the block now and then.
        """

    def put_together(self) -> None:
        """Make few rows of the sums that this engine keeps by itself (`Session.sums`), if it does."""

    def apart(self, scratch: Path, *, numbers: bool) -> AbstractContextManager[Store]:
        """Return the same database, to read at length without keeping this store's other questions waiting.

        What does not fit its memory, which does not grow with the rows, lies in the private folder *scratch*.
        Full numbers it reads only if *numbers* says so and this store may.
        """

    def claim(self, name: str) -> AbstractContextManager[Callable[[str], None]]:
        """Hold *name* while this process lives, alone; takes a short note for others.

        Raises `StoreBusy` if somebody else holds it.
        """

    def claimed(self, name: str) -> str | None:
        """Return what the holder of *name* noted, or None if no living process holds it."""

    def forget(self, name: str) -> None:
        """Remove what a holder of *name* that was killed has left."""
