"""Create or upgrade the schema; safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable

from campaignkit.assets import asset
from campaignkit.store.base import Session, Store
from campaignkit.store.probe import COLUMNS, SCHEMA_VERSION, probe

CORE, CORE_OPTIONAL, KIT, IMPORT, SIMULATE, COUNTS = (
    "001_core",
    "002_core_optional",
    "003_kit",
    "004_import",
    "005_simulate",
    "007_counts",
)


def init(store: Store) -> None:
    """Make the database's schema, or what it lacks; a database that has core.* already gets kit.* alone.

    There core.* may be views, and an optional relation that its source does not provide must stay missing: an
    empty one would read as "none" (contract.sql).
    """
    with store.upgrading() as session:
        has_core = any(relation.startswith("core.") for relation, *_ in session.query(COLUMNS))
        if not has_core:
            create(session, CORE, CORE_OPTIONAL)
        complete(session, store, new=not has_core)


def complete(session: Session, store: Store, *, new: bool) -> None:
    """Make what core.* needs beside it; it was made just now (*new*) or is a source's."""
    create(session, KIT, *([COUNTS] if store.keeps_counts(session) else []))
    probe(session, store.name)
    store.furnish(session, new=new)


def note_unfilled(session: Session, names: Iterable[str]) -> None:
    """Note which columns of the contract hold nothing because their source has nothing for them, and no others."""
    session.script(asset("sql", "adopt", "not_provided.sql").read_text(encoding="utf-8"))
    session.script("delete from kit.not_provided")
    for name in sorted(names):
        session.script(f"insert into kit.not_provided values ('{name}')")  # noqa: S608 - a name of the contract's


def create(session: Session, *parts: str) -> None:
    """Run parts of sql/schema inside the session's transaction and note the schema's version."""
    for part in parts:
        session.script(asset("sql", "schema", f"{part}.sql").read_text(encoding="utf-8"))
    if KIT in parts:
        session.script(
            f"insert into kit.schema_version select {SCHEMA_VERSION}"  # noqa: S608 - a number of ours
            " where not exists (select 1 from kit.schema_version)"
        )
