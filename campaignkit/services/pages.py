"""A page of rows, and the keyset paging that all lists share (R21)."""

from __future__ import annotations

import functools
import types
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import Cursor
from campaignkit.store.statements import Variant

if TYPE_CHECKING:
    import polars as pl

Row = TypeVar("Row")
MOST_ROWS = 100_000  # of one page: what fits a notebook, and bounds the memory of a command


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows of a list: `rows` in order, `total` that match, and `next`, the cursor of the page after."""

    rows: tuple[Row, ...]
    total: int
    next: str | None
    kind: type[Row]

    @property
    def frame(self) -> pl.DataFrame:
        """Return the rows as a frame; its columns have the same types whatever the rows hold."""
        return frame(self.rows, self.kind)


def frame(rows: Sequence[Any], kind: type[Any]) -> pl.DataFrame:
    """Return *rows*, values of the dataclass *kind*, as a frame with one column a field."""
    import polars as pl  # here, because a command that prints a page has no use for it

    schema = _schema(kind)  # type: ignore[arg-type]  # a class can be hashed, which Any does not promise
    return pl.DataFrame([asdict(row) for row in rows], schema=schema, orient="row")


@functools.cache
def _schema(kind: type[Any]) -> dict[str, Any]:
    import polars as pl

    dtypes: dict[type, Any] = {
        bool: pl.Boolean(),
        int: pl.Int64(),
        datetime: pl.Datetime("us", "UTC"),
        time: pl.Time(),
    }
    hints = get_type_hints(kind)
    return {field.name: dtypes.get(_bare(hints[field.name]), pl.String()) for field in fields(kind)}


def _bare(hint: Any) -> type:
    if isinstance(hint, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    return hint  # type: ignore[no-any-return]


def check_limit(limit: object) -> int:
    """Return *limit* if a page can have that many rows, or raise `InvalidInput`."""
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST_ROWS:
        raise InvalidInput(f"a page has from 1 to {MOST_ROWS:,} rows, not {limit!r}")
    return limit


def order_name(sort: str, *, descending: bool) -> str:
    """Return the name of an order, which its cursors carry."""
    return f"{sort} {'desc' if descending else 'asc'}"


def later(
    variant: Variant, cursor: Cursor | None, *, by_time: bool, tie: type[UUID] | type[int]
) -> tuple[Variant, dict[str, object]]:
    """Return *variant* and the parameters that begin a page after *cursor*; raises `InvalidInput` for a forgery."""
    if cursor is None:
        return variant, {}
    key: object = _utc(cursor) if by_time else cursor.key
    if tie is int and variant.sort == "id":
        key = _tie(cursor.key or "", int)
    after = Variant(
        filters=variant.filters,
        sort=variant.sort,
        descending=variant.descending,
        after="null" if key is None else "value",
        limited=variant.limited,
    )
    return after, {"after_key": key, "after_tie": _tie(cursor.tie, tie)}


def _utc(cursor: Cursor) -> datetime | None:
    moment = cursor.moment()
    try:
        return moment and moment.astimezone(UTC)
    except OverflowError:
        raise InvalidInput("this is no cursor: its time is out of range") from None


def _tie(text: str, kind: type[UUID] | type[int]) -> object:
    try:
        found = kind(text)
    except ValueError:
        raise InvalidInput("this is no cursor: take the 'next' of an earlier page, or leave it out") from None
    if isinstance(found, int) and not -(2**63) <= found < 2**63:
        raise InvalidInput("this is no cursor: its number is out of range")
    return found
