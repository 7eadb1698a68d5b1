"""Create or upgrade the schema; safe to repeat."""

from __future__ import annotations

from campaignkit.assets import asset
from campaignkit.store.duckdb import DuckStore, Session
from campaignkit.store.probe import SCHEMA_VERSION, probe

CORE, CORE_OPTIONAL, KIT, IMPORT = "001_core", "002_core_optional", "003_kit", "004_import"


def init(store: DuckStore) -> None:
    """Make the file if it is missing, and every relation that it lacks; what is there stays as it is."""
    with store.writing() as session:
        create(session, CORE, CORE_OPTIONAL, KIT)
        probe(session.connection, store.path)


def create(session: Session, *parts: str) -> None:
    """Run parts of sql/schema inside the session's transaction and note the schema's version."""
    for part in parts:
        session.connection.execute(asset("sql", "schema", f"{part}.sql").read_text(encoding="utf-8")).complete()
    if KIT in parts:
        session.connection.execute(
            "insert into kit.schema_version select $version where not exists (select 1 from kit.schema_version)",
            {"version": SCHEMA_VERSION},
        ).complete()
