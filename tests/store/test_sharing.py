"""Several processes on one file: nobody meets a lock, nothing is lost, and the dead hold nobody up."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from campaignkit.domain.errors import StoreBusy, StoreError
from campaignkit.store import duckdb as store_module
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.migrate import init
from tests import world
from tests.store import polling
from tests.world import ago

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path, cache: Path) -> DuckStore:
    """Return a store whose campaign 1 counts the transactions."""
    made = world.make(tmp_path / "world.duckdb", cache=cache)
    with made.writing() as session:
        world.workspace(session, "retail")
        for number in range(1, 61):
            world.campaign(session, number, delivery_errors=0, created_at=ago(minutes=number))
    return made


class Process:
    """A child that works on the store; `say` starts it."""

    def __init__(self, role: str, store: DuckStore, cache: Path) -> None:
        self.role = role
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.store.polling", role, str(store.path), str(cache)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, text: str) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(f"{text}\n")
        self.child.stdin.flush()

    def hear(self) -> str:
        assert self.child.stdout is not None
        heard = self.child.stdout.readline().strip()
        assert heard, f"{self.role} ended without a word, status {self.child.poll()}"
        return heard

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.communicate()


@contextmanager
def processes(roles: list[str], store: DuckStore, cache: Path) -> Iterator[list[Process]]:
    """Start children of these roles, each ready to work, and end them all at the end."""
    started = [Process(role, store, cache) for role in roles]
    try:
        for process in started:
            assert process.hear() == "ready"
        yield started
    finally:
        for process in started:
            process.close()


def together(store: DuckStore, cache: Path, *, reads: str, writes: str) -> list[dict[str, Any]]:
    """Let 8 polling and 2 writing processes work at once; return what each says about it."""
    with processes(["reader"] * 8 + ["writer"] * 2, store, cache) as everybody:
        for process in everybody:
            process.say(reads if process.role == "reader" else writes)
        return [json.loads(process.hear()) for process in everybody]


def figures(reports: list[dict[str, Any]], role: str) -> str:
    took = sorted(ms for report in reports if report["role"] == role for ms in report["ms"])
    p95 = statistics.quantiles(took, n=20)[-1]
    return f"{role}s: {len(took)} rounds, p50 {statistics.median(took):.0f}, p95 {p95:.0f}, max {took[-1]:.0f} ms"


def counted(store: DuckStore) -> tuple[int, int]:
    with store.reading() as session:
        return polling.counted(session)


# How much each does; the minute of load, with its figures, is run on request.
LOADS = [("30", "20"), *([("60s", "60s")] if os.environ.get("CAMPAIGNKIT_TEST_LONG") else [])]


@pytest.mark.parametrize(("reads", "writes"), LOADS)
def test_eight_polling_and_two_writing_processes_lose_nothing_and_starve_nobody(
    store: DuckStore, cache: Path, reads: str, writes: str
) -> None:
    reports = together(store, cache, reads=reads, writes=writes)
    print(f"\n{figures(reports, 'reader')}\n{figures(reports, 'writer')}")
    assert [report["errors"] for report in reports] == [[]] * len(reports)
    commits = sum(len(report["ms"]) for report in reports if report["role"] == "writer")
    assert counted(store) == (commits, commits)
    latest_start = max(report["began"] for report in reports)
    assert all(report["ended"] > latest_start for report in reports), "they did not work at the same time"
    for report in reports:
        assert report["ms"], "somebody never had a turn"
        assert max(report["ms"]) < 30_000, "somebody starved"


def test_a_writer_killed_inside_its_transaction_leaves_nothing_and_holds_nobody_up(
    store: DuckStore, cache: Path
) -> None:
    polling.write(store, "before")
    with processes(["stopper", "reader", "writer"], store, cache) as (stopper, reader, writer):
        stopper.say("")
        assert stopper.hear() == "inside"
        reader.say("3")  # these wait at the gate
        writer.say("3")
        stopper.kill()
        assert json.loads(reader.hear())["errors"] == []
        assert json.loads(writer.hear())["errors"] == []
    assert counted(store) == (4, 4)


def test_a_writer_killed_between_its_transactions_keeps_every_one_that_it_finished(
    store: DuckStore, cache: Path
) -> None:
    finished = 0
    for turn in range(4):
        with processes(["chatty"], store, cache) as (writer,):
            writer.say("1000")
            for _ in range(3 + 2 * turn):
                assert writer.hear().startswith("committed")
                finished += 1
            writer.kill()  # wherever it is by now
        counter, audited = counted(store)
        assert counter == audited >= finished
        finished = counter
    with store.reading() as session:
        found = session.connection.execute("select actor from kit.audit_events order by audit_id").fetchall()
    assert len(found) == finished
    init(store)  # and it can still be written as a whole
    polling.write(store, "after")
    assert counted(store) == (finished + 1, finished + 1)


HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reading")
connection.execute("select 1").fetchall()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def foreign_program(path: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    """Hold the file as a program does that knows nothing of the gate."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        try:
            yield child
        finally:
            child.communicate()


def test_a_foreign_program_that_holds_the_file_is_named_in_bounded_time(
    store: DuckStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.2)
    with foreign_program(store.path, "writing") as child:
        for attempt in (store.reading, store.writing):
            start = time.monotonic()
            with pytest.raises(StoreBusy) as refused, attempt():
                pass
            assert time.monotonic() - start < 5
            sentence = str(refused.value)
            assert str(store.path) in sentence
            assert f"process {child.pid}" in sentence
            assert "close that program" in sentence
            assert "\n" not in sentence
    assert counted(store) == (0, 0)


def test_a_foreign_reader_lets_readers_in_and_writers_not(
    store: DuckStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.2)
    with foreign_program(store.path, "reading"):
        assert counted(store) == (0, 0)
        with pytest.raises(StoreBusy), store.writing():
            pass
    polling.write(store, "afterwards")
    assert counted(store) == (1, 1)


def test_a_foreign_program_that_ends_in_time_is_waited_for(store: DuckStore) -> None:
    with foreign_program(store.path, "writing") as child:
        threading.Timer(0.3, child.kill).start()
        assert counted(store) == (0, 0)


def test_threads_of_one_process_share_a_store(store: DuckStore) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                polling.write(store, "thread")
                polling.poll(store)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert counted(store) == (20, 20)


def test_a_transaction_that_fails_changes_nothing_and_the_next_one_works(store: DuckStore) -> None:
    def fail(with_what: BaseException) -> None:
        with store.writing() as session:
            polling.audit(session, "never committed")
            raise with_what

    for reason in (KeyError("halfway"), KeyboardInterrupt()):
        with pytest.raises(type(reason)) as raised:
            fail(reason)
        assert raised.value is reason
    assert counted(store) == (0, 0)
    polling.write(store, "after")
    assert counted(store) == (1, 1)


def test_a_read_only_store_refuses_to_write_and_a_reading_session_cannot(store: DuckStore) -> None:
    reader = DuckStore(store.path).open()
    with pytest.raises(
        StoreError, match=r"world\.duckdb was opened read-only: open it with a role that may act"
    ):
        reader.writing()
    with pytest.raises(Exception, match="read-only"), store.reading() as session:
        polling.audit(session, "through the back door")
    assert counted(store) == (0, 0)


def test_a_reading_session_sees_one_state_throughout(store: DuckStore, cache: Path) -> None:
    with processes(["writer"], store, cache) as (writer,):
        with store.reading() as session:
            writer.say("1")  # it waits for this session to end
            states = {polling.counted(session) for _ in range(20)}
        assert states == {(0, 0)}
        assert json.loads(writer.hear())["errors"] == []
    assert counted(store) == (1, 1)
