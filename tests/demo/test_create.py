"""Making a sample: repeatable, and whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from campaignkit import demo
from campaignkit.demo import write
from campaignkit.domain.errors import InvalidInput
from campaignkit.store import duckdb as store
from tests.demo.conftest import NOW, Query

TABLES = (
    "core.workspaces",
    "core.campaigns",
    "core.recipients",
    "core.state_events",
    "core.job_errors",
    "core.audit_events",
    "kit.audit_events",
    "kit.archived",
    "kit.schema_version",
    "kit.members",
)


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table in an order of its own."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'").complete()
        return {table: connection.execute(f"from {table} order by all").fetchall() for table in TABLES}


def test_the_same_arguments_give_the_same_rows_on_any_number_of_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for threads in ("1", "4"):
        monkeypatch.setitem(store._SETTINGS, "threads", threads)
        path = tmp_path / f"{threads}.duckdb"
        demo.create(path, campaigns=45, recipients=6000, seed=7, now=NOW)
        found.append(content(path))
    assert found[0] == found[1]


def test_cutting_the_work_into_other_pieces_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo.create(tmp_path / "whole", campaigns=45, recipients=3000, seed=7, now=NOW)
    monkeypatch.setattr(write, "CHUNK", 400)
    demo.create(tmp_path / "pieces", campaigns=45, recipients=3000, seed=7, now=NOW)
    assert content(tmp_path / "whole") == content(tmp_path / "pieces")


def test_another_seed_gives_other_recipients(tmp_path: Path) -> None:
    for seed in (1, 2):
        demo.create(tmp_path / str(seed), campaigns=9, recipients=300, seed=seed, now=NOW)
    first, second = (content(tmp_path / str(seed)) for seed in (1, 2))
    hashes = [{row[2] for row in found["core.recipients"]} for found in (first, second)]
    assert not hashes[0] & hashes[1]


def test_now_may_be_told_in_any_zone(tmp_path: Path) -> None:
    for name, now in (("utc", NOW), ("local", datetime.fromisoformat("2026-11-23T14:00:00+02:00"))):
        demo.create(tmp_path / name, campaigns=9, recipients=300, now=now)
    assert content(tmp_path / "utc") == content(tmp_path / "local")


def test_recipients_lie_in_order(query: Query) -> None:
    rows = query("select campaign_id, recipient_id from core.recipients order by rowid")
    assert rows == sorted(rows)


def test_the_summary_says_what_was_made(sample: demo.Summary, query: Query) -> None:
    (counts,) = query(
        "select (select count(*) from core.campaigns), (select count(*) from core.recipients),"
        " (select count(*) from core.workspaces)"
    )
    assert (sample.campaigns, sample.recipients, sample.workspaces) == counts == (60, 40_000, 3)
    assert sample.as_json() == {
        "path": str(sample.path),
        "campaigns": 60,
        "recipients": 40_000,
        "workspaces": 3,
        "now": "2026-11-23T12:00:00+00:00",
        "seed": 1,
    }


def test_progress_is_told_and_rises(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    demo.create(
        tmp_path / "sample", campaigns=9, recipients=300, now=NOW, progress=lambda *step: told.append(step)
    )
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert all(step and 0 <= done <= 1 for step, done in told)


# --- bad input


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"campaigns": 0}, "a sample of 0 campaigns is empty"),
        ({"campaigns": -3}, "a sample of -3 campaigns is empty"),
        ({"campaigns": 12, "recipients": 0}, "12 campaigns need at least 96 recipients, not 0"),
        ({"campaigns": 12, "recipients": -1}, "12 campaigns need at least 96 recipients, not -1"),
        ({"campaigns": 12, "recipients": 95}, "12 campaigns need at least 96 recipients, not 95"),
        ({"recipients": 10**9}, "1,000,000,000 recipients are too many"),
        ({"now": datetime(2026, 11, 23, 12)}, "2026-11-23T12:00:00 has no zone"),  # noqa: DTZ001
        ({"now": datetime(1, 1, 1, tzinfo=UTC)}, "too far away"),
        ({"now": datetime(9999, 12, 31, tzinfo=UTC)}, "too far away"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(
    tmp_path: Path, numbers: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        demo.create(tmp_path / "sample", **({"campaigns": 12, "recipients": 300, "now": NOW} | numbers))  # type: ignore[arg-type]
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(("campaigns", "recipients"), [(1, 8), (12, 96), (12, 300), (250, 2000)])
def test_the_smallest_samples_hold_as_well(tmp_path: Path, campaigns: int, recipients: int) -> None:
    made = demo.create(tmp_path / "sample", campaigns=campaigns, recipients=recipients, now=NOW)
    assert (made.campaigns, made.recipients) == (campaigns, recipients)
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]


def make(path: Path) -> None:
    demo.create(path, campaigns=9, recipients=300, now=NOW)


@pytest.mark.parametrize("taken", ["file", "folder", "dangling link"])
def test_what_is_there_is_left_alone(tmp_path: Path, taken: str) -> None:
    path = tmp_path / "sample"
    match taken:
        case "file":
            path.write_text("mine")
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to(tmp_path / "gone")
    with pytest.raises(InvalidInput, match="sample exists already: choose another name or remove it"):
        make(path)
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]
    assert taken != "file" or path.read_text() == "mine"


def test_a_log_of_another_database_is_not_replayed_into_it(tmp_path: Path) -> None:
    (tmp_path / "sample.wal").write_bytes(b"left over")
    with pytest.raises(InvalidInput, match=r"sample\.wal is left over from another database"):
        make(tmp_path / "sample")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"the folder .*/nowhere does not exist"):
        make(tmp_path / "nowhere" / "sample")


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match=r"the folder .*/file does not exist"):
        make(tmp_path / "file" / "sample")


def test_a_name_that_no_file_system_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="File name too long"):
        make(tmp_path / ("x" * 300))


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("tempfile.mkdtemp", refuse)  # as root, no folder refuses by itself
    with pytest.raises(
        InvalidInput, match=r"sample cannot be made \(Permission denied\): choose another place"
    ):
        make(tmp_path / "sample")


def test_somebody_who_was_faster_keeps_the_name(tmp_path: Path) -> None:
    path = tmp_path / "sample"

    def meanwhile(step: str, done: float) -> None:
        path.write_text("theirs")

    with pytest.raises(InvalidInput, match="exists already"):
        demo.create(path, campaigns=9, recipients=300, now=NOW, progress=meanwhile)
    assert path.read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]


# --- whole or not at all


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_leaves_nothing_behind(tmp_path: Path, error: type[BaseException]) -> None:
    def interrupt(step: str, done: float) -> None:
        if step == "recipients":
            assert [path.name for path in tmp_path.iterdir()] != []
            raise error

    with pytest.raises(error):
        demo.create(tmp_path / "sample", campaigns=9, recipients=300, now=NOW, progress=interrupt)
    assert [*tmp_path.iterdir()] == []


_FULL_DISK = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from campaignkit import demo
from campaignkit.domain.errors import StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    demo.create(Path(sys.argv[1]), campaigns=60, recipients=40_000, now=datetime(2026, 11, 23, 12, tzinfo=UTC))
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("part", [0.01, 0.6, 0.9, 0.99])
def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(
    sample: demo.Summary, tmp_path: Path, part: float
) -> None:
    """The later it fills up, the later the step that fails: a statement, the commit, the closing of the file."""
    path, limit = tmp_path / "sample", int(part * sample.path.stat().st_size)
    command = [sys.executable, "-c", _FULL_DISK, str(path), str(limit)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.stdout.startswith(f"{path} could not be written, the disk is full"), ran.stderr
    assert [*tmp_path.iterdir()] == []


def test_ctrl_c_in_the_middle_of_a_statement_leaves_nothing_behind(tmp_path: Path) -> None:
    code = _BIG.format(path=str(tmp_path / "sample"))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "recipients\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGINT or "KeyboardInterrupt" in errors
    assert [*tmp_path.iterdir()] == []


_BIG = """
from datetime import UTC, datetime
from pathlib import Path
from campaignkit import demo
def tell(step, done):
    if step == "recipients":
        print(step, flush=True)
demo.create(Path({path!r}), recipients=3_000_000, now=datetime(2026, 11, 23, tzinfo=UTC), progress=tell)
"""
