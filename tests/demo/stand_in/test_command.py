"""`campaignkit simulate` as a process: one sentence, one object, and nothing lost when it is killed."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campaignkit import demo
from campaignkit.demo.served import fill
from campaignkit.demo.stand_in import Simulator, Tick, loop
from campaignkit.domain.errors import StoreBusy, StoreUnreadable
from campaignkit.services.check import check
from campaignkit.store.base import Store
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.postgres import PostgresStore
from tests import world
from tests.demo.stand_in.conftest import ON_A_FILE, Driver, one_server
from tests.postgres import PREPARED

_NUMBERS = itertools.count(1)
COMMAND = [sys.executable, "-m", "campaignkit"]


@pytest.fixture
def made(engine: str, tmp_path: Path, cache: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return a sample as its stand-in for Core opens it, made a moment ago."""
    asked: dict[str, Any] = {
        "campaigns": 20, "recipients": 12_000, "seed": 3, "now": datetime.now(UTC).replace(microsecond=0), "cache": cache,
    }  # fmt: skip
    if engine == "duckdb":
        path = tmp_path / "sample.duckdb"
        demo.create(path, **asked)
        yield DuckStore(path, writable=True, cache=cache).open()
        return
    server = one_server(request)
    name = server.create(f"simulated{next(_NUMBERS)}", template=PREPARED)
    filled = PostgresStore(server.url(name), writable=True, cache=cache, numbers=True)
    fill(filled, **asked)
    yield filled
    server.drop(name)


@pytest.fixture
def sample(made: Store) -> Path:
    """Return the file of a sample."""
    assert isinstance(made, DuckStore)
    return made.path


@contextmanager
def simulate(*arguments: object, **environment: str) -> Iterator[subprocess.Popen[str]]:
    command = [*COMMAND, *map(str, arguments)]
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until_it_submits(store: Store, process: subprocess.Popen[str]) -> None:
    """Return when messages have answers to come; bounded by the timeout of the test."""
    while True:
        with store.reading() as session:
            if session.query(
                "select 1 from information_schema.tables where table_schema = 'sim' and table_name = 'answers'"
            ):
                break
        assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.02)
    while True:
        with store.reading() as session:
            if session.query("select 1 from sim.answers limit 1"):
                return
        assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.02)  # leaves the processor to the other one


def until_it_writes(path: Path, process: subprocess.Popen[str], times: int = 3) -> None:
    """Return when the file has changed some times; bounded by the timeout of the test."""
    for _ in range(times):
        before = path.stat().st_mtime_ns
        while path.stat().st_mtime_ns == before:
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.005)  # leaves the processor to the other one


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_what_it_did(made: Store, told: signal.Signals) -> None:
    with simulate("simulate", made.address, "--speed", "60", "--json") as process:
        until_it_submits(made, process)
        process.send_signal(told)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    found = json.loads(out)
    assert found.keys() == {
        "speed", "seconds", "ticks", "moves", "submitted", "answers", "receipts", "sending", "outstanding",
    }  # fmt: skip
    assert found["speed"] == 60 and found["outstanding"] > 0


def test_told_to_end_before_its_first_step_it_still_says_what_is_outstanding(made: Store) -> None:
    stop = threading.Event()
    stop.set()
    done = loop.run(made, speed=60, stop=stop, tell=lambda _: None, warn=lambda _: None)
    assert done.ticks == 1 and done.outstanding > 0


def test_the_database_may_come_from_the_environment_and_words_are_said(made: Store) -> None:
    with simulate("simulate", "--speed", "max", CAMPAIGNKIT_DB=made.address) as process:
        until_it_submits(made, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.startswith(f"{made.name}: ") and "receipts folded" in out


def test_killed_at_any_moment_it_goes_on_with_nobody_lost_and_nobody_met_twice(made: Store) -> None:
    store = made
    with store.writing() as session:
        session.script(
            "update core.campaigns set status = 'Pending', moderation = 'Approved', window_from = null, window_to = null"
            " where status = 'New' and mode = 'OnDemand' and campaign_id not in (select campaign_id from kit.archived)"
        )
        listed = session.query("select count(*) from core.recipients")
    for times in (1, 3, 5):
        with simulate("simulate", store.address, "--speed", "300") as process:
            until_it_submits(store, process)
            time.sleep(0.117 * times)  # somewhere in the middle of what follows
            process.kill()
            process.wait()
    driver = Driver(store, now=datetime.now(UTC), speed=2000)
    outstanding = driver.ask("select campaign_id, recipient_id from sim.receipts where rank = 3")
    assert len(outstanding) > 20
    driver.ticks(30, seconds=5)
    assert driver.one("select count(*) from core.recipients") >= listed[0][0]
    assert (
        driver.ask("select 1 from core.recipients group by campaign_id, recipient_id having count(*) > 1")
        == []
    )
    assert check(store).violations == ()
    stuck = "select count(*) from core.recipients where stage = 'Sending' and campaign_id not in (select campaign_id from sim.answers)"
    assert driver.one(stuck) == 0
    wanted = " or ".join(f"(campaign_id = {one} and recipient_id = {two})" for one, two in outstanding)
    late = driver.one(f"select count(*) from core.recipients where ({wanted}) and sms_result = 'unknown'")
    still = driver.one(f"select count(*) from sim.receipts where rank = 3 and ({wanted})")
    assert late == still < len(outstanding) / 10
    done = (
        "select c.campaign_id from core.campaigns c join core.recipients r on r.campaign_id = c.campaign_id"
    )
    assert driver.ask(f"{done} where c.status = 'Done' and c.updated_at > now() - interval '1 day' and c.mode = 'OnDemand'"
                      " and r.stage in ('New', 'Sending') and r.filter is null") == []  # fmt: skip


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "inf", "fast", "1e7", ""])
def test_what_is_no_speed_is_wrong_usage(speed: str) -> None:
    done = subprocess.run(
        [*COMMAND, "simulate", "x", f"--speed={speed}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "is no speed: give a number from 0.001 to 1000000, or max" in done.stderr


def sentence(*arguments: object) -> str:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    return line


def test_a_database_of_ones_own_is_refused_in_a_sentence_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "mine.duckdb"
    world.make(path)
    before = path.read_bytes()
    assert "was not made by `campaignkit demo`" in sentence("simulate", path, "--json")
    assert path.read_bytes() == before
    assert "does not exist" in sentence("simulate", tmp_path / "nix.duckdb")
    with simulate("simulate", path, "--on-my-own-data") as process:
        until_it_writes(path, process, 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


@ON_A_FILE
def test_a_file_that_vanishes_ends_it_in_a_sentence(sample: Path) -> None:
    with simulate("simulate", sample, "--speed", "300") as process:
        until_it_writes(sample, process, 1)
        sample.rename(sample.with_name("elsewhere"))
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith(f"campaignkit: {sample} ") and len(err.splitlines()) == 1


@ON_A_FILE
def test_while_somebody_else_holds_the_gate_it_waits_and_then_goes_on(sample: Path) -> None:
    with simulate("simulate", sample, "--speed", "60") as process:
        until_it_writes(sample, process, 2)
        with (
            sample.with_name(sample.name + ".gate").open() as gate,
            sample.with_name(sample.name + ".lock").open() as lock,
        ):
            for handle in (gate, lock):
                fcntl.flock(handle, fcntl.LOCK_EX)
            before = sample.stat().st_mtime_ns
            time.sleep(0.3)
            assert sample.stat().st_mtime_ns == before and process.poll() is None
        until_it_writes(sample, process, 2)


def test_of_two_at_once_the_second_is_told_of_the_first(made: Store) -> None:
    with simulate("simulate", made.address) as process:
        until_it_submits(made, process)
        assert sentence("simulate", made.address) == (
            f"campaignkit: another `campaignkit simulate` works on {made.name}: let one of them run"
        )
        process.kill()
        process.wait()
    with simulate("simulate", made.address, "--json") as process:
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, "who was killed holds nothing"


def test_it_waits_for_a_database_that_is_held_and_ends_when_it_cannot_be_written(
    made: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(
        [StoreBusy("held"), StoreBusy("held"), Tick(submitted=3), StoreUnreadable("the disk is full")]
    )

    def tick(_self: Simulator, _now: datetime) -> Tick:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Simulator, "tick", tick)
    monkeypatch.setattr(loop, "INTERVAL", 0)
    told: list[loop.Summary] = []
    warned: list[str] = []
    with pytest.raises(StoreUnreadable, match="the disk is full"):
        loop.run(made, speed=1, stop=threading.Event(), tell=told.append, warn=warned.append)
    assert [so_far.submitted for so_far in told] == [3]
    assert warned == ["held; waiting for it"]
