"""A kit over the small hand-made world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import campaignkit
from campaignkit import Kit
from tests import world
from tests.world import NOW, ago

Build = Callable[..., Kit]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return a function that fills a new database and opens it as the given viewer."""

    def make(fill: Callable[[world.Session], None], **viewer: object) -> Kit:
        path = tmp_path / "world.duckdb"
        store = world.make(path)
        with store.writing() as session:
            fill(session)
        return campaignkit.open(path, **{"workspace": "master", "now": NOW, "actor": "ann"} | viewer)  # type: ignore[arg-type]

    return make


def every_status(session: world.Session) -> None:
    """Two workspaces; one campaign of each status, plus one in the queue and one in the archive."""
    world.workspace(session, "retail", "Europe/Vilnius")
    world.workspace(session, "bank", "UTC")
    statuses = ["New", "Pending", "Building", "Sending", "Paused", "Done", "Cancelled", "Failed", "Expired"]
    for number, status in enumerate(statuses, start=1):
        world.campaign(
            session,
            number,
            "retail" if number % 2 else "bank",
            status=status,
            saddr=f"ACME {'Shop' if number % 2 else 'Bank'}",
            mode="Spread" if status == "Expired" else ["OnDemand", "OnTime", "Spread", "Trigger"][number % 4],
            created_at=ago(hours=7 * number),
        )
    world.campaign(session, 10, status="New", moderation="Pending", created_at=ago(minutes=5))
    world.campaign(session, 11, status="Done", created_at=ago(days=40))
    world.insert(session, "kit.archived", campaign_id=11, archived_at=NOW, archived_by="ann")


@pytest.fixture
def kit(build: Build) -> Kit:
    """Return the Master scope over one campaign of each status."""
    return build(every_status)
