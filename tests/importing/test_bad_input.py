"""Whatever is wrong with a source or a target: one sentence, nothing written, nothing left behind."""

from __future__ import annotations

import contextlib
import gzip
import os
import resource
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from campaignkit.assets import CHECKOUT
from campaignkit.domain.errors import CampaignKitError, InvalidInput, StoreError, StoreUnreadable
from tests.importing import twilio
from tests.importing.jasmin import START, at, large_log, sent, write
from tests.importing.world import bring, dump

NUMBER = "447700900123"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good.log", [at(START, sent("a", "1"))])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(folder: Path, *sources: Path, into: str = "x.duckdb") -> str:
    """Return the sentence with which an import is refused, having made sure that it left nothing."""
    before = files(folder)
    with pytest.raises(CampaignKitError) as error:
        bring(folder / into, *sources)
    assert files(folder) == before
    assert "\n" not in str(error.value)
    assert NUMBER not in str(error.value)
    return str(error.value)


def test_a_source_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty.log").touch()
    sentences = {
        "missing.log": "does not exist",
        "folder": "is a folder",
        "pipe": "is not a file",
        "empty.log": "is empty",
    }
    for name, sentence in sentences.items():
        assert sentence in refused(tmp_path, tmp_path / name)
        assert str(tmp_path / name) in refused(tmp_path, tmp_path / name)


def test_an_empty_file_among_others_is_only_mentioned(tmp_path: Path, good: Path) -> None:
    (tmp_path / "empty.log").touch()
    report = bring(tmp_path / "x.duckdb", tmp_path / "empty.log", good)
    assert (report.read, report.warnings) == (1, (f"{tmp_path / 'empty.log'} is empty",))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x7fELF\0\0\0" + bytes(range(256)) * 20, "is not a text file"),
        ("2026-03-02 08:00:00 INFO".encode("utf-16"), "is not a text file"),
        (b"\x1f\x8b" + b"nonsense" * 9, "does not unpack as gzip"),
        (gzip.compress(b"2026-03-02 08:00:00 INFO 11 x\n" * 99)[:60], "does not unpack as gzip"),
        (gzip.compress(b"\0" * 99), "is not a text file"),
        (f"Mar  2 08:00:00 host postfix[9]: to={NUMBER}, status=sent\n".encode() * 5, "does not look like what adapter jasmin-log reads"),
        (b"2026-03-02 08:00:00 INFO     11 Starting up\n", "does not look like what adapter jasmin-log reads"),
        (b"\n\n", "does not look like what adapter jasmin-log reads"),
        (NUMBER.encode() * 500_000, "does not fit the source: Invalid Input Error: CSV Error on Line: 1: Maximum line size"),
    ],
    ids=["binary", "utf-16", "not gzip", "cut gzip", "zeros", "another log", "no messages", "blank", "endless line"],
)  # fmt: skip
def test_a_file_that_is_no_such_log_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    (source := tmp_path / "m.log").write_bytes(data)
    assert sentence in refused(tmp_path, source)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, good: Path) -> None:
    good.chmod(0)
    tmp_path.chmod(0o777)
    said = in_child(tmp_path, "bring(Path('x.duckdb'), Path('good.log'))", as_nobody=True)
    assert "InvalidInput: good.log cannot be read: Permission denied" in said
    assert files(tmp_path) == ["good.log"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, good: Path) -> None:
    assert "is a folder" in refused(tmp_path, good, into=".")
    assert "does not exist: make that folder first" in refused(tmp_path, good, into="nowhere/x.duckdb")
    tmp_path.chmod(0o755)
    (tmp_path / "closed").mkdir(mode=0o555)
    said = in_child(tmp_path, "bring(Path('closed/x.duckdb'), Path('good.log'))", as_nobody=True)
    assert "InvalidInput: closed cannot be written to (Permission denied)" in said


def test_a_target_that_no_import_can_fill_is_named(tmp_path: Path, good: Path) -> None:
    with pytest.raises(InvalidInput, match="fills a DuckDB file, not a server"):
        bring(Path("postgresql://localhost/campaigns"), good)
    with pytest.raises(InvalidInput, match=r"\\udcff.* is not UTF-8: choose another name"):
        bring(tmp_path / os.fsdecode(b"x\xff.duckdb"), good)


@pytest.mark.parametrize("adapter", ["jasmin-log", "twilio-csv"])
def test_a_source_may_have_a_name_that_is_not_utf_8(tmp_path: Path, good: Path, adapter: str) -> None:
    source = tmp_path / os.fsdecode(b"log\xff.log")
    if adapter == "jasmin-log":
        good.rename(source)
        os.utime(source, (0, 0))  # at rest, so that it would be read where it is
    else:
        twilio.write(source, [twilio.message()])
    assert bring(tmp_path / "x.duckdb", source, adapter=adapter).recipients == 1


@pytest.mark.parametrize("kind", ["text", "empty", "another database"])
def test_a_file_that_is_not_ours_stays_as_it_is(tmp_path: Path, good: Path, kind: str) -> None:
    into = tmp_path / "x.duckdb"
    if kind == "another database":
        with duckdb.connect(str(into)) as connection:
            connection.execute("create table mine as select 1 as one")
    else:
        into.write_text("mine" if kind == "text" else "")
    before = into.read_bytes()
    with pytest.raises(StoreUnreadable):
        bring(into, good)
    assert into.read_bytes() == before
    assert files(tmp_path) == ["good.log", "x.duckdb"]


def test_a_database_that_provides_views_is_refused(tmp_path: Path, good: Path) -> None:
    into = tmp_path / "x.duckdb"
    bring(into, good)
    with duckdb.connect(str(into)) as connection:
        connection.execute("create view core.job_errors as select 1 as job_error_id")
    with pytest.raises(StoreUnreadable, match=r"core\.job_errors as a view"):
        bring(into, good)


def test_the_view_over_all_workspaces_is_no_workspace(tmp_path: Path, good: Path) -> None:
    with pytest.raises(InvalidInput, match="master is the view over all workspaces"):
        bring(tmp_path / "x.duckdb", good, workspace="master")


def test_lines_from_the_future_make_the_zone_suspect(tmp_path: Path, good: Path) -> None:
    assert bring(tmp_path / "x.duckdb", good, now=START).warnings == ()
    (warning,) = bring(tmp_path / "x.duckdb", good, now=START.replace(hour=2)).warnings
    assert "is UTC, the zone of adapter jasmin-log, right?" in warning


# ── ended from outside ───────────────────────────────────────────────────────


def in_child(folder: Path, code: str, *, as_nobody: bool = False, **popen: object) -> str:
    """Run *code* in a process of its own, in *folder*; return what it said on standard error."""
    child = start(folder, code, as_nobody=as_nobody, **popen)
    return child.communicate(timeout=120)[1]


def start(folder: Path, code: str, *, as_nobody: bool = False, **popen: object) -> subprocess.Popen[str]:
    lower = "import os; os.setuid(65534)\n" if as_nobody and os.getuid() == 0 else ""
    script = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); sys.dont_write_bytecode = True\n"
        "from pathlib import Path\nfrom tests.importing.world import bring\n" + lower + textwrap.dedent(code)
    )
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **popen,
    )  # type: ignore[call-overload,no-any-return]


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "larger.log"
    large_log(path, 30_000)
    return path


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.parametrize("step", ["reading receipts", "matching receipts", "writing"])
@pytest.mark.parametrize("existing", [False, True], ids=["new", "existing"])
def test_an_import_that_is_interrupted_leaves_everything_as_it_was(
    tmp_path: Path, good: Path, larger: Path, ending: signal.Signals, step: str, existing: bool
) -> None:
    into = tmp_path / "x.duckdb"
    if existing:
        bring(into, good)
    before = (dump(into) if existing else None, files(tmp_path))
    said = in_child(
        tmp_path,
        f"""
        import os, threading
        def progress(step, share):
            if step == {step!r}:
                threading.Timer(0.05, os.kill, (os.getpid(), {int(ending)})).start()
        bring(Path("x.duckdb"), Path({str(larger)!r}), progress=progress, keep_numbers=True)
        """,
    )
    assert ("KeyboardInterrupt" in said) == (ending == signal.SIGINT)
    assert "INTERRUPT" not in said
    assert (dump(into) if existing else None, files(tmp_path)) == before


def test_an_import_that_was_killed_is_cleaned_up_by_the_next(
    tmp_path: Path, good: Path, larger: Path
) -> None:
    child = start(
        tmp_path,
        f"""
        def progress(step, share):
            if step == "writing":
                print("now", flush=True)
        bring(Path("x.duckdb"), Path({str(larger)!r}), progress=progress)
        """,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "now\n"
    child.kill()
    child.communicate()
    assert not (tmp_path / "x.duckdb").exists()
    assert any(".importing-" in name for name in files(tmp_path))
    bring(tmp_path / "x.duckdb", good)
    assert files(tmp_path) == ["good.log", "x.duckdb", "x.duckdb.gate", "x.duckdb.lock"]


def test_two_imports_into_one_new_file_do_not_overwrite_each_other(tmp_path: Path, good: Path) -> None:
    def faster(step: str, _share: float) -> None:
        if step == "writing":
            bring(tmp_path / "x.duckdb", good)

    with pytest.raises(StoreError, match="was made by another program meanwhile: run this import again"):
        bring(tmp_path / "x.duckdb", good, progress=faster)
    assert bring(tmp_path / "x.duckdb", good).recipients == 1


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk of *size*; skip where that is not allowed."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a full disk is not tried: this account may not mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("existing", [False, True], ids=["new", "existing"])
def test_a_full_disk_stops_the_import_and_changes_nothing(
    tmp_path: Path, good: Path, larger: Path, existing: bool
) -> None:
    with small_disk(tmp_path / "disk", "4m") as disk:
        into = disk / "x.duckdb"
        if existing:
            bring(into, good)
        before = (dump(into) if existing else None, files(disk))
        said = in_child(disk, f"bring(Path('x.duckdb'), Path({str(larger)!r}), keep_numbers=True)")
        assert "campaignkit.domain.errors.Store" in said.splitlines()[-1]
        assert "x.duckdb" in said.splitlines()[-1]
        assert "nothing was changed" in said.splitlines()[-1]
        assert (dump(into) if existing else None) == before[0]
        if (
            existing
        ):  # DuckDB may lack the room to tidy up its own log of what it did not commit; the next writer does
            bring(into, good)
        assert (dump(into) if existing else None, files(disk)) == before


def test_a_limit_on_the_size_of_files_stops_the_import_likewise(tmp_path: Path, larger: Path) -> None:
    limit = 3 << 20
    said = in_child(
        tmp_path,
        f"bring(Path('x.duckdb'), Path({str(larger)!r}), keep_numbers=True)",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert "campaignkit.domain.errors.Store" in said.splitlines()[-1], said
    assert files(tmp_path) == []
