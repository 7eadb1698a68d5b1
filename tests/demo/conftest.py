"""One sample that the tests look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from campaignkit import demo

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> demo.Summary:
    """Return a sample with 60 campaigns and 40,000 recipients."""
    path = tmp_path_factory.mktemp("demo") / "sample.duckdb"
    return demo.create(path, campaigns=60, recipients=40_000, seed=1, now=NOW)


@pytest.fixture(scope="session")
def query(sample: demo.Summary) -> Iterator[Query]:
    """Return a function that asks the sample; `:now` stands for the moment it was made for."""
    with duckdb.connect(str(sample.path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'").complete()

        def ask(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql.replace(":now", f"timestamptz '{NOW.isoformat()}'")).fetchall()

        yield ask
