"""A page of rows, and the keyset paging that all lists share (R21)."""

from __future__ import annotations

import functools
import types
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, get_args, get_origin, get_type_hints

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import Cursor, short
from campaignkit.store.statements import Variant

if TYPE_CHECKING:
    import polars as pl

Row = TypeVar("Row")
NO_CURSOR = "this is no cursor: take the 'next' of an earlier page, or leave it out"
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
        tuple: pl.List(pl.String()),
    }
    hints = get_type_hints(kind)
    return {field.name: dtypes.get(_bare(hints[field.name]), pl.String()) for field in fields(kind)}


def _bare(hint: Any) -> type:
    if isinstance(hint, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    return get_origin(hint) or hint  # type: ignore[no-any-return]


def check_limit(limit: object) -> int:
    """Return *limit* if a page can have that many rows, or raise `InvalidInput`."""
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST_ROWS:
        raise InvalidInput(f"a page has from 1 to {MOST_ROWS:,} rows, not {short(limit)}")
    return limit


def order_name(sort: str, *, descending: bool) -> str:
    """Return the name of an order, which its cursors carry."""
    return f"{sort} {'desc' if descending else 'asc'}"


def later(
    variant: Variant, cursor: Cursor | None, *, key: type[Any], tie: type[Any], nullable: bool = False
) -> tuple[Variant, dict[str, object]]:
    """Return *variant* and the parameters that begin a page after *cursor*; raises `InvalidInput` for a forgery.

    *key* and *tie* are the types of the order's two columns; only a *nullable* key may be missing.
    """
    if cursor is None:
        return variant, {}
    if cursor.key is None and not nullable:
        raise InvalidInput(NO_CURSOR)
    value = None if cursor.key is None else _parse(key, cursor.key)
    after = replace(variant, after="null" if value is None else "value")
    return after, {"after_key": value, "after_tie": _parse(tie, cursor.tie)}


def _parse(kind: type[Any], text: str) -> object:
    try:
        if kind is datetime:
            moment = datetime.fromisoformat(text)
            return moment.astimezone(UTC) if moment.tzinfo else _refuse()
        value = kind(text)
    except (ValueError, OverflowError):
        return _refuse()
    return value if not isinstance(value, int) or -(2**63) <= value < 2**63 else _refuse()


def _refuse() -> NoReturn:
    raise InvalidInput(NO_CURSOR)
