"""A sample on a server is the sample of a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaignkit import demo
from campaignkit.demo.served import RELATIONS, fill
from campaignkit.domain.errors import InvalidInput
from campaignkit.services.check import check
from campaignkit.store.base import Store
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.postgres import PostgresStore, Session
from tests.demo.conftest import NOW
from tests.postgres import Server

ASKED: dict[str, Any] = {"campaigns": 45, "recipients": 3000, "seed": 7, "now": NOW}


@pytest.fixture
def empty(prepared: Server) -> Iterator[PostgresStore]:
    """Return a database with nothing in it, not even a schema."""
    name = prepared.create("sampled")
    yield PostgresStore(prepared.url(name), writable=True)
    prepared.drop(name)


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of what a sample is made of."""
    with store.reading() as session:
        return {
            name: sorted(session.query(f"select {columns(session, name)} from {name}"), key=str)
            for name in RELATIONS
        }


def columns(session: Any, relation: str) -> str:
    schema, table = relation.split(".")
    found = session.query(
        "select column_name from information_schema.columns"
        f" where table_schema = '{schema}' and table_name = '{table}' order by column_name"
    )
    return ", ".join(name for (name,) in found)


def test_it_is_the_sample_that_a_file_would_be(empty: PostgresStore, tmp_path: Path) -> None:
    steps: list[float] = []
    made = fill(empty, **ASKED, progress=lambda _, done: steps.append(done))
    assert (made.path, made.campaigns, made.recipients) == (empty.name, 45, 3000)
    assert steps == sorted(steps) and 0 <= steps[0] <= steps[-1] <= 1
    demo.create(tmp_path / "sample", **ASKED)
    assert content(empty) == content(DuckStore(tmp_path / "sample"))
    assert check(empty).violations == ()
    with empty.writing() as session:
        session.script(
            "insert into kit.audit_events (workspace_id, action, actor, occurred_at) values ('x', 'note', 'ann', now())"
        )


def test_a_database_that_has_campaigns_is_left_as_it_is(empty: PostgresStore) -> None:
    fill(empty, **ASKED)
    before = content(empty)
    with pytest.raises(InvalidInput, match="has campaigns already: name an empty database"):
        fill(empty, **ASKED)
    assert content(empty) == before


def test_what_is_interrupted_leaves_no_row(empty: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    take = Session.take

    def interrupted(session: Session, relation: str, *given: Any) -> None:
        if relation == "core.job_errors":
            raise KeyboardInterrupt
        take(session, relation, *given)

    monkeypatch.setattr(Session, "take", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fill(empty, **ASKED)
    monkeypatch.undo()
    with empty.reading() as session:
        assert session.query("select 1 from core.campaigns union all select 1 from core.recipients") == []
    fill(empty, **ASKED)


def test_numbers_that_make_no_sense_are_refused_as_for_a_file(empty: PostgresStore) -> None:
    with pytest.raises(InvalidInput, match="a sample of 0 campaigns is empty"):
        fill(empty, **ASKED | {"campaigns": 0})
