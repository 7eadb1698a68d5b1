"""The gate: readers together, a writer alone, and a writer that waits is not overtaken."""

from __future__ import annotations

import fcntl
import threading
import time
from pathlib import Path

import pytest

from campaignkit.store import gate
from campaignkit.store.duckdb import DuckStore
from tests import world


def free(path: Path, suffix: str, how: int) -> bool:
    """Tell whether somebody who comes now would get a sidecar's lock at once."""
    with path.with_name(path.name + suffix).open() as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Writer(threading.Thread):
    """Passes the gate to write, in a thread of its own; locks belong to handles, so threads exclude each other too."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.inside, self.leave = threading.Event(), threading.Event()

    def run(self) -> None:
        with gate.passed(self._path, write=True):
            self.inside.set()
            self.leave.wait(30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "world.duckdb"


def test_readers_pass_together_and_leave_the_gate_open(path: Path) -> None:
    with gate.passed(path, write=False), gate.passed(path, write=False):
        assert free(path, ".gate", fcntl.LOCK_EX), "a writer can queue up"
        assert free(path, ".lock", fcntl.LOCK_SH), "another reader can come in"
        assert not free(path, ".lock", fcntl.LOCK_EX), "and a writer cannot"
    assert free(path, ".lock", fcntl.LOCK_EX)


def test_a_writer_is_alone(path: Path) -> None:
    with gate.passed(path, write=True):
        assert not free(path, ".gate", fcntl.LOCK_SH)
        assert not free(path, ".lock", fcntl.LOCK_SH)
    assert free(path, ".gate", fcntl.LOCK_EX)
    assert free(path, ".lock", fcntl.LOCK_EX)


def test_a_waiting_writer_stops_new_readers_and_gets_its_turn(path: Path) -> None:
    writer = Writer(path)
    with gate.passed(path, write=False):
        writer.start()
        until = time.monotonic() + 30
        while free(path, ".gate", fcntl.LOCK_SH):
            assert time.monotonic() < until, "the writer does not hold the gate while it waits"
        assert not writer.inside.is_set()
    assert writer.inside.wait(30), "the reader has left, so it is the writer's turn"
    writer.leave.set()
    writer.join()
    assert free(path, ".gate", fcntl.LOCK_EX)


def test_the_gate_opens_again_after_a_fault(path: Path) -> None:
    with pytest.raises(ValueError, match="fault"), gate.passed(path, write=True):
        raise ValueError("fault")
    assert free(path, ".gate", fcntl.LOCK_EX)
    assert free(path, ".lock", fcntl.LOCK_EX)


def test_every_session_of_a_store_passes_it(path: Path) -> None:
    store = world.make(path)
    with store.reading():
        assert not free(path, ".lock", fcntl.LOCK_EX)
    with store.writing():
        assert not free(path, ".lock", fcntl.LOCK_SH)
    assert free(path, ".lock", fcntl.LOCK_EX)


def test_where_no_sidecar_can_be_made_there_is_nothing_to_wait_for(tmp_path: Path) -> None:
    with gate.passed(tmp_path / "no" / "folder.duckdb", write=False):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_store_lays_its_sidecars_beside_the_file(path: Path) -> None:
    DuckStore(path, writable=True)
    assert not path.with_name("world.duckdb.gate").exists(), "nothing happens before the first session"
    world.make(path)
    assert sorted(found.name for found in path.parent.iterdir()) == [
        "world.duckdb",
        "world.duckdb.gate",
        "world.duckdb.lock",
    ]
