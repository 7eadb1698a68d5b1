"""Create or upgrade the schema; safe to repeat."""

from __future__ import annotations

from campaignkit.assets import asset
from campaignkit.store.duckdb import CATALOG, DuckStore, Session
from campaignkit.store.probe import SCHEMA_VERSION, probe

CORE, CORE_OPTIONAL, KIT, IMPORT = "001_core", "002_core_optional", "003_kit", "004_import"


def init(store: DuckStore) -> None:
    """Make the file if it is missing, and what it lacks; a database that has core.* already gets kit.* alone.

    There core.* may be views, and an optional relation that its source does not provide must stay missing: an
    empty one would read as "none" (contract.sql).
    """
    with store.writing() as session:
        create(session, *((KIT,) if _has_core(session) else (CORE, CORE_OPTIONAL, KIT)))
        probe(session.connection, store.path)


def _has_core(session: Session) -> bool:
    found = session.connection.execute(
        "select 1 from information_schema.tables where table_catalog = $catalog and table_schema = 'core'",
        {"catalog": CATALOG},
    ).fetchall()
    return bool(found)


def create(session: Session, *parts: str) -> None:
    """Run parts of sql/schema inside the session's transaction and note the schema's version."""
    for part in parts:
        session.connection.execute(
            asset("sql", "schema", f"{part}.sql").read_text(encoding="utf-8")
        ).complete()
    if KIT in parts:
        session.connection.execute(
            "insert into kit.schema_version select $version where not exists (select 1 from kit.schema_version)",
            {"version": SCHEMA_VERSION},
        ).complete()
