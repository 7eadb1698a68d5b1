"""A database with a driven clock: nothing here sleeps, and every step happens when a test says so."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaignkit import demo
from campaignkit.demo.served import fill
from campaignkit.demo.stand_in import Simulator, Tick
from campaignkit.store.base import Store
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.postgres import PostgresStore
from tests import world
from tests.postgres import PREPARED, Server
from tests.world import NOW

SOURCE = 1  # the campaign whose list is used again
ON_A_FILE = pytest.mark.parametrize("engine", ["duckdb"], indirect=True)  # what a server does not have
ON_A_SERVER = pytest.mark.parametrize("engine", ["postgres"], indirect=True)
SAMPLE = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # when the sample was made
_NUMBERS = itertools.count(1)


class Driver:
    """A stand-in for Core and the clock that it reads."""

    def __init__(self, store: Store, *, speed: float = 1.0, now: datetime = NOW, **most: int) -> None:
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
            return session.query(sql)

    def one(self, sql: str) -> Any:
        ((value,),) = self.ask(sql)
        return value

    def do(self, sql: str) -> None:
        """Let somebody else write."""
        with self.store.writing() as session:
            session.script(sql)

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
    given |= {
        "campaign_id": campaign_id,
        "recipient_id": "n",
        "ctn_hash": "'v1:' || md5(n::varchar)",
        "ctn_tail": "lpad((n % 10000)::varchar, 4, '0')",
        "parts": 1,
        "created_at": f"timestamptz '{NOW}' - interval '1 day'",
    }
    given |= columns
    session.script(
        f"insert into core.recipients ({', '.join(given)}) select {', '.join(map(str, given.values()))}"
        f" from generate_series(1, {count}) t(n)"
    )


Build = Callable[..., Driver]
Empty = Callable[[], Store]
Copies = Callable[[], Store]


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a place for compiled statements, which take longer to compile than to run."""
    return tmp_path_factory.mktemp("cache")


def one_server(request: pytest.FixtureRequest) -> Server:
    """Return the server; what is distributed over several is not for the stand-in (test_server.py)."""
    server: Server = request.getfixturevalue("prepared")
    if server.workers:
        pytest.skip("the stand-in for Core is not tested on a cluster: it refuses one")
    return server


@pytest.fixture(scope="session")
def empty(
    engine: str, cache: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Empty]:
    """Return a function that makes a database with the whole schema and nothing in it, as Core has it."""
    if engine == "duckdb":
        yield lambda: world.make(tmp_path_factory.mktemp("world") / "w.duckdb", cache=cache)
        return
    server = one_server(request)
    made: list[str] = []

    def new() -> Store:
        made.append(server.create(f"stand_in{next(_NUMBERS)}", template=PREPARED))
        return PostgresStore(server.url(made[-1]), writable=True, cache=cache, numbers=True).open()

    yield new
    for name in made:
        server.drop(name)


@pytest.fixture(scope="session")
def samples(
    engine: str, cache: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Copies]:
    """Return a function that makes a copy of one sample."""
    asked: dict[str, Any] = {"campaigns": 45, "recipients": 9000, "seed": 3, "now": SAMPLE, "cache": cache}
    if engine == "duckdb":
        folder = tmp_path_factory.mktemp("samples")
        sample = Path(demo.create(folder / "sample.duckdb", **asked).path)

        def copy() -> Store:
            path = folder / f"{next(_NUMBERS)}.duckdb"
            path.write_bytes(sample.read_bytes())
            return DuckStore(path, writable=True, cache=cache).open()

        yield copy
        return
    server = one_server(request)
    made = [server.create("stand_in_sample", template=PREPARED)]
    filled = PostgresStore(server.url(made[0]), writable=True, cache=cache)
    fill(filled, **asked)
    filled.close()

    def like_it() -> Store:
        made.append(server.create(f"stand_in{next(_NUMBERS)}", template=made[0]))
        return PostgresStore(server.url(made[-1]), writable=True, cache=cache, numbers=True).open()

    yield like_it
    for name in made:
        server.drop(name)


@pytest.fixture
def store(empty: Empty) -> Store:
    """Return a workspace in UTC with one list of 300 people, all reached long ago."""
    made = empty()
    with made.writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, SOURCE, total=300)
        people(
            session, SOURCE, 300, stage="'Delivered'", smpp_code="'DELIVRD'", sms_result="'delivered'",
            sent_at=f"timestamptz '{NOW}' - interval '5 days'",
        )  # fmt: skip
    return made


@pytest.fixture
def drive(store: Store) -> Build:
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
