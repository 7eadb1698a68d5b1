"""Shorthand for import tests: run one, look at what is in the file, dump it in a form that can be compared."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from campaignkit.importing import Report, run

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = "a key of thirty-two bytes at least"


def bring(into: Path, *sources: Path, adapter: str | Path = "jasmin-log", **options: Any) -> Report:
    """Import *sources* as the tests usually do: no workspace, a fixed clock, a key for the hashes."""
    given = {"workspace": None, "ctn_key": KEY, "now": NOW} | options
    return run(str(adapter), list(sources), into, **given)


def rows(path: Path, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        result = connection.execute(query)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def dump(path: Path) -> list[str]:
    """Return everything that the file holds, in an order of its own: equal dumps mean equal content."""
    return [line for name in _tables(path) for line in [name, *_lines(path, f"select * from {name}")]]


def content(path: Path) -> dict[str, list[str]]:
    """Return what the file says of campaigns and messages, without the ids that follow from the order of arrival."""
    return {name: _lines(path, query) for name, query in _CONTENT.items()}


_CONTENT = {
    "workspaces": "select * from core.workspaces",
    "campaigns": "select * exclude (campaign_id) from core.campaigns",
    "recipients": """
        select c.external_id, k.adapter, k.recipient_key, k.attempted_at, r.* exclude (campaign_id, recipient_id)
        from core.recipients r
        join core.campaigns c using (campaign_id)
        join kit.import_keys k using (campaign_id, recipient_id)""",
    "receipts": """
        select k.recipient_key as message, c.external_id, r.* exclude (line, campaign_id, recipient_id)
        from kit.receipts r
        left join core.campaigns c using (campaign_id)
        left join kit.import_keys k using (campaign_id, recipient_id)""",
    "counts": """
        select (select count(*) from core.recipients), (select count(*) from kit.import_keys),
               (select count(*) from kit.receipts)""",
}


def _tables(path: Path) -> list[str]:
    found = rows(
        path, "select table_schema || '.' || table_name as name from information_schema.tables order by 1"
    )
    return [row["name"] for row in found]


def _lines(path: Path, query: str) -> list[str]:
    return sorted(str(list(row.values())) for row in rows(path, query))
