"""A kit over the small hand-made world, on both engines: what holds on a file holds on a server."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import campaignkit
from campaignkit import Kit
from campaignkit.kit import database
from campaignkit.store.base import PLAIN, Row, Store
from campaignkit.store.duckdb import Session as OnDuckDB
from campaignkit.store.statements import Variant
from tests import postgres as servers
from tests import world
from tests.postgres import PREPARED, SUPERUSER
from tests.world import NOW, ago

Build = Callable[..., Kit]
ON_A_FILE = pytest.mark.parametrize("engine", ["duckdb"], indirect=True)  # what a server does not have
GROUPS = ("campaignkit_moderator", "campaignkit_pii")
_NUMBERS = itertools.count(1)


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def build(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Build]:
    """Return a function that fills a new database and opens it as the given viewer."""
    with {"duckdb": _files, "postgres": _databases}[engine](tmp_path, request) as empty:

        def make(fill: Callable[[Any], None], **viewer: object) -> Kit:
            store = empty()
            with store.writing() as session:
                fill(session)
            given = {"workspace": "master", "now": NOW, "actor": "ann"} | viewer
            return campaignkit.open(place(store, str(given["actor"])), **given)  # type: ignore[arg-type]

        yield make


@contextlib.contextmanager
def _files(folder: Path, request: object) -> Iterator[Callable[[], Store]]:
    yield lambda: world.make(folder / "world.duckdb")


@contextlib.contextmanager
def _databases(folder: object, request: pytest.FixtureRequest) -> Iterator[Callable[[], Store]]:
    server, made = request.getfixturevalue("prepared"), []

    def empty() -> Store:
        made.append(server.create(f"world{next(_NUMBERS)}", template=PREPARED))
        return database(server.url(made[-1]), writable=True).open()

    yield empty
    for name in made:
        server.drop(name)


def place(store: Store, actor: str) -> str:
    """Return where *actor* opens the store's database: on a server, as the login of that name."""
    if store.dialect == "duckdb":
        return store.address
    return servers.as_login(store.address, actor, *GROUPS)


@contextlib.contextmanager
def recorded() -> Iterator[list[tuple[str, Variant]]]:
    """Yield which statements are asked on a file, in which form, as they are."""
    asked: list[tuple[str, Variant]] = []
    rows = OnDuckDB.rows

    def record(self: OnDuckDB, name: str, parameters: Any, variant: Variant = PLAIN) -> list[Row]:
        asked.append((name, variant))
        return rows(self, name, parameters, variant)

    with mock.patch.object(OnDuckDB, "rows", record):
        yield asked


def reopened(kit: Kit, actor: str = "ann", **viewer: object) -> Kit:
    """Return another kit on the same database."""
    given = {"workspace": "master", "actor": actor, "now": NOW} | viewer
    return campaignkit.open(place(kit._store, actor), **given)  # type: ignore[arg-type]


def owned(kit: Kit) -> Store:
    """Return the same database as its owner has it, for what Core and others do to it."""
    store = kit._store
    url = place(store, SUPERUSER) if store.dialect == "postgres" else store.address
    return database(url, writable=True).open()


def session_of(kit: Kit) -> Any:
    """Return the class of the sessions of the kit's store."""
    with kit._store.reading() as session:
        return type(session)


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
