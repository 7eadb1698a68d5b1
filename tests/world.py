"""A small hand-made world for tests: every row is chosen, so every expected number can be counted by eye."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from campaignkit.store.duckdb import DuckStore
from campaignkit.store.duckdb import Session as OnDuckDB
from campaignkit.store.migrate import init
from campaignkit.store.postgres import Session as OnPostgres

Session = OnDuckDB | OnPostgres

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def ago(**span: float) -> datetime:
    """Return a moment before `NOW`."""
    return NOW - timedelta(**span)


def make(path: Path, *, cache: Path | None = None) -> DuckStore:
    """Return a new, empty, writable store with the whole schema."""
    store = DuckStore(path, writable=True, cache=cache)
    init(store)
    return store.open()


def insert(session: Session, relation: str, **columns: Any) -> None:
    """Insert one row."""
    names = ", ".join(columns)
    marks = ", ".join(f"${name}" for name in columns)
    execute(session, f"insert into {relation} ({names}) values ({marks})", columns)


def execute(session: Session, sql: str, parameters: dict[str, Any] | None = None) -> None:
    """Execute SQL that both engines know, its parameters written as $name."""
    if isinstance(session, OnDuckDB):
        session.connection.execute(sql, parameters).complete()
    else:
        sql = re.sub(r"\$(\w+)", r"%(\1)s", sql.replace("%", "%%") if parameters is not None else sql)
        session.connection.execute(sql.encode(), parameters)


def workspace(session: Session, workspace_id: str, zone: str = "UTC") -> None:
    insert(session, "core.workspaces", workspace_id=workspace_id, name=workspace_id.title(), time_zone=zone)


def campaign(session: Session, campaign_id: int, workspace_id: str = "retail", **columns: Any) -> UUID:
    """Insert a campaign; what is not given is plain: Done, approved, OnDemand. Return its external_id."""
    external_id: UUID = columns.pop("external_id", UUID(int=campaign_id << 96))
    created: datetime = columns.get("created_at", NOW - timedelta(minutes=campaign_id))
    insert(
        session,
        "core.campaigns",
        **{
            "campaign_id": campaign_id,
            "external_id": external_id,
            "workspace_id": workspace_id,
            "status": "Done",
            "moderation": "Approved",
            "mode": "OnDemand",
            "saddr": "ACME",
            "created_at": created,
            "updated_at": created,
        }
        | columns,
    )
    return external_id


def recipient(session: Session, campaign_id: int, recipient_id: int, **columns: Any) -> None:
    """Insert a recipient; what is not given is plain: handed to the SMSC an hour ago, no receipt yet."""
    stage = columns.get("stage", "Delivered")
    insert(
        session,
        "core.recipients",
        **{
            "campaign_id": campaign_id,
            "recipient_id": recipient_id,
            "ctn_tail": "0123",
            "stage": stage,
            "sms_result": "unknown",
            "created_at": ago(hours=2),
            "sent_at": ago(hours=1) if stage == "Delivered" else None,
        }
        | columns,
    )
