"""What an action takes, durable with its audit row, beside a bare committed UPDATE in the same kind of session."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

import campaignkit
from campaignkit import CampaignFilter, Status
from tools.bench.figures import Figure, in_turns

TARGET = 3
DONE = CampaignFilter(statuses=frozenset({Status.DONE}))


def figures(data: Path, *, now: datetime) -> Iterator[Figure]:  # noqa: ARG001 - a row set to what it is costs nothing
    """Yield one figure, measured on a copy: other pieces find the data as it was made."""
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-", dir=data.parent) as folder:
        copy = shutil.copy(data, Path(folder) / "sample.duckdb")
        kit = campaignkit.open(copy, workspace="master", role="operator", actor="bench")
        one = kit.campaigns.page(DONE, limit=1).rows[0]
        verbs = kit.campaigns.archive, kit.campaigns.restore
        bare = duckdb.connect()
        took, limit = in_turns(
            lambda number: verbs[number % 2](one.external_id),
            lambda _: update(bare, copy, one.campaign_id),
        )
        bare.close()
    yield Figure(
        name="action with audit row", took=took, limit_name="bare UPDATE", limit=limit, target=TARGET
    )


def update(connection: duckdb.DuckDBPyConnection, path: Path, campaign_id: int) -> None:
    """Change one row for good: attach the file, commit, detach."""
    connection.execute(f"attach '{path}' as ops")
    connection.begin()
    connection.execute(
        "update ops.core.campaigns set updated_at = $now where campaign_id = $campaign_id",
        {"now": datetime.now(UTC), "campaign_id": campaign_id},
    ).fetchall()
    connection.commit()
    connection.execute("detach ops")
