"""What a store promises, whichever engine is below: sessions that answer the statements of `sql/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from campaignkit.store.probe import Probe
from campaignkit.store.statements import Dialect, Variant

Row = dict[str, Any]
PLAIN = Variant()  # a statement as it stands in its file


class Session(Protocol):
    """Statements on one consistent state of the database; only valid inside its `with` block."""

    def rows(self, name: str, parameters: Mapping[str, object], variant: Variant = PLAIN) -> list[Row]:
        """Return the rows of statement *name* as dictionaries; moments are aware, in UTC."""

    def row(self, name: str, parameters: Mapping[str, object], variant: Variant = PLAIN) -> Row:
        """Return the only row of statement *name*."""

    def run(self, name: str, parameters: Mapping[str, object]) -> int:
        """Execute statement *name* and return the number of rows it changed."""

    def explain(self, name: str, variant: Variant) -> None:
        """Let the engine plan statement *name* without running it; raises what the engine raises."""

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
    def name(self) -> str:
        """Return what messages call the database: a path, or a URL without its password."""

    def open(self) -> Store:
        """Look at what the database holds and fit the statements to it; raises `StoreError` if it is not ours."""

    def reading(self) -> AbstractContextManager[Session]:
        """Return a session that sees one state of the database and cannot change it."""

    def writing(self) -> AbstractContextManager[Session]:
        """Return a session that is one transaction: committed at the end of the block, or not at all."""

    def transactions(self) -> AbstractContextManager[Transactions]:
        """Return what makes one writing session after the other, for less than each would cost alone.

        Nobody else has a turn meanwhile: whoever has much to do leaves the block now and then.
        """
