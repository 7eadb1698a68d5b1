"""A database with a driven clock: nothing here sleeps, and every step happens when a test says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaignkit.demo.stand_in import Simulator, Tick
from campaignkit.store.duckdb import DuckStore
from tests import world
from tests.world import NOW

SOURCE = 1  # the campaign whose list is used again


class Driver:
    """A stand-in for Core and the clock that it reads."""

    def __init__(self, store: DuckStore, *, speed: float = 1.0, now: datetime = NOW, **most: int) -> None:
        self.store, self.now = store, now
        self.simulator = Simulator(store, speed=speed, **most)
        self.simulator.begin(now, own_data=True)

    def ticks(self, count: int = 1, seconds: float = 1.0) -> list[Tick]:
        """Let *count* steps happen, *seconds* apart."""
        done = []
        for _ in range(count):
            self.now += timedelta(seconds=seconds)
            done.append(self.simulator.tick(self.now))
        return done

    def until(self, sql: str, *, most: int = 200, seconds: float = 2.0) -> None:
        """Let steps happen until *sql* is true."""
        for _ in range(most):
            if self.one(sql):
                return
            self.ticks(seconds=seconds)
        raise AssertionError(f"never became true: {sql}")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with self.store.reading() as session:
            return session.connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        ((value,),) = self.ask(sql)
        return value

    def do(self, sql: str) -> None:
        """Let somebody else write."""
        with self.store.writing() as session:
            session.connection.execute(sql).complete()

    def status(self, campaign_id: int) -> str:
        found: str = self.one(f"select status from core.campaigns where campaign_id = {campaign_id}")
        return found


def people(session: world.Session, campaign_id: int, count: int, **columns: Any) -> None:
    """Insert recipients with hashes of their own, by the engine."""
    given = {
        "stage": "'New'",
        "sent_at": "null",
        "smpp_code": "null",
        "sms_result": "'unknown'",
        "esme": "null",
    }
    given |= columns
    session.connection.execute(
        f"insert into core.recipients by name select {campaign_id} as campaign_id, n as recipient_id,"
        f" 'v1:' || sha256(n::varchar) as ctn_hash, lpad((n % 10000)::varchar, 4, '0') as ctn_tail, 1 as parts,"
        f" timestamptz '{NOW}' - interval '1 day' as created_at,"
        + ", ".join(f"{value} as {name}" for name, value in given.items())
        + f" from range(1, {count} + 1) t(n)"
    ).complete()


Build = Callable[..., Driver]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a place for compiled statements, which take longer to compile than to run."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def store(tmp_path: Path, cache: Path) -> DuckStore:
    """Return a workspace in UTC with one list of 300 people, all reached long ago."""
    made = world.make(tmp_path / "w.duckdb", cache=cache)
    with made.writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, SOURCE, total=300)
        people(
            session, SOURCE, 300, stage="'Delivered'", smpp_code="'DELIVRD'", sms_result="'delivered'",
            sent_at=f"timestamptz '{NOW}' - interval '5 days'",
        )  # fmt: skip
    return made


@pytest.fixture
def drive(store: DuckStore) -> Build:
    """Return a function that adds campaign 2 with a list of its own, Pending unless told otherwise, and drives it."""

    def build(*, listed: int = 200, speed: float = 1.0, fate: str = "healthy", **columns: Any) -> Driver:
        with store.writing() as session:
            world.campaign(session, 2, **{"status": "Pending", "total": None} | columns)
            if listed:
                people(session, 2, listed)
        driver = Driver(store, speed=speed)
        driver.do(f"update sim.campaigns set fate = '{fate}', rate = 100, turn = 0.5 where campaign_id = 2")
        return driver

    return build
