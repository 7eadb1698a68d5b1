"""What may stand where a database should be: each is one sentence of the right kind, and never a traceback."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import duckdb
import pytest

import campaignkit
from campaignkit import Kit
from campaignkit.domain.errors import StoreBusy, StoreError, StoreMissing, StoreUnreadable
from campaignkit.services.check import check
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.migrate import init
from tests import world

ROOT = Path(__file__).parents[2]
BLOCK = 262_144
HEADER = 4096


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """Return a sound database; tests work on copies."""
    store = world.make(tmp_path_factory.mktemp("good") / "good.duckdb", cache=cache)
    with store.writing() as session:
        world.workspace(session, "retail")
        for number in range(1, 100):
            world.campaign(session, number)
            world.recipient(session, number, 1)
    return store.path


def ask(path: Path) -> int:
    return campaignkit.open(path, workspace="master", actor="ann").campaigns.page().total


def refused(path: Path, kind: type[StoreError], *words: str) -> None:
    """Ask the database at *path*, and be refused in one sentence that names it."""
    with pytest.raises(StoreError) as found:
        ask(path)
    check_sentence(found.value, path, kind, *words)


def check_sentence(error: StoreError, path: Path, kind: type[StoreError], *words: str) -> None:
    assert type(error) is kind, repr(error)
    sentence = str(error)
    assert str(path) in sentence
    assert "\n" not in sentence
    assert ":" in sentence.replace(str(path), ""), f"no way out: {sentence}"
    for word in words:
        assert word in sentence


def checksum(block: bytes) -> int:
    """Return what DuckDB writes in front of a header block."""
    total = 5381
    for (word,) in struct.iter_unpack("<Q", block):
        total ^= word * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    return total


def with_storage_version(good: Path, version: int) -> bytes:
    """Return the database as a DuckDB of another age would have written its head."""
    raw = bytearray(good.read_bytes())
    assert raw[8:12] == b"DUCK"
    assert struct.unpack_from("<Q", raw)[0] == checksum(bytes(raw[8:HEADER])), "the head is checked as it was"
    struct.pack_into("<Q", raw, 12, version)
    struct.pack_into("<Q", raw, 0, checksum(bytes(raw[8:HEADER])))
    return bytes(raw)


# what stands in the file -> words of the sentence
CONTENTS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "nothing": (lambda _: b"", "is not a DuckDB database"),
    "a text": (lambda _: b"campaign,recipient\n" * 500, "is not a DuckDB database"),
    "a short text": (lambda _: b"hello", "is not a DuckDB database"),
    "random bytes": (lambda _: Random(1).randbytes(50_000), "is not a DuckDB database"),
    "a SQLite database": (lambda _: b"SQLite format 3\0" + bytes(8_000), "is not a DuckDB database"),
    "one byte": (lambda good: good.read_bytes()[:1], "is not a DuckDB database"),
    "half a head": (lambda good: good.read_bytes()[:2_000], "is damaged"),
    "a head without a body": (lambda good: good.read_bytes()[: 3 * HEADER], "is damaged"),
    "half a database": (lambda good: good.read_bytes()[: good.stat().st_size // 2], "is damaged"),
    "a head overwritten": (
        lambda good: good.read_bytes()[:12] + b"\xff" * 4 + good.read_bytes()[16:],
        "is damaged",
    ),
    "a body overwritten": (
        lambda good: good.read_bytes()[: 3 * HEADER] + bytes(good.stat().st_size - 3 * HEADER),
        "",
    ),
    "a newer DuckDB's": (
        lambda good: with_storage_version(good, 100_000),
        "written by a newer DuckDB: upgrade",
    ),
    "a very old DuckDB's": (lambda good: with_storage_version(good, 3), "written by a DuckDB too old"),
}


@pytest.mark.parametrize("blocks", range(8))
@pytest.mark.parametrize("beyond", [0, 1, BLOCK - 1])
def test_a_database_that_was_cut_off_is_damaged_or_has_lost_nothing(
    good: Path, tmp_path: Path, blocks: int, beyond: int
) -> None:
    """Where only space that holds nothing is missing, DuckDB reads all the rest."""
    path = tmp_path / "db.duckdb"
    path.write_bytes(good.read_bytes()[: 3 * HEADER + blocks * BLOCK + beyond])
    try:
        found = ask(path)
    except StoreError as error:
        check_sentence(error, path, StoreUnreadable, "is damaged")
    else:
        assert found == 99 and blocks > 1


@pytest.mark.parametrize(("make", "words"), CONTENTS.values(), ids=CONTENTS)
def test_what_is_no_sound_database_is_named_as_what_it_is(
    good: Path, tmp_path: Path, make: Callable[[Path], bytes], words: str
) -> None:
    path = tmp_path / "db.duckdb"
    path.write_bytes(make(good))
    refused(path, StoreUnreadable, words)
    if "damaged" in words:
        return  # init reads little of a file that is there, and may not meet the damage
    before = path.read_bytes()
    with pytest.raises(StoreUnreadable):
        init(DuckStore(path, writable=True))
    assert path.read_bytes() == before, "and it is left as it was"


def test_a_missing_file_is_missing_and_is_not_made_by_asking(tmp_path: Path, good: Path) -> None:
    refused(tmp_path / "nothing.duckdb", StoreMissing, "does not exist", "campaignkit demo", "--db")
    refused(tmp_path / "no" / "folder.duckdb", StoreMissing, "does not exist")
    refused(good / "below_a_file.duckdb", StoreMissing, "does not exist")
    assert list(tmp_path.iterdir()) == [], "not even a sidecar"


def test_nothing_can_be_made_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="is no folder: make it first"):
        init(DuckStore(tmp_path / "no" / "folder.duckdb", writable=True))


def test_a_folder_a_device_and_a_pipe_are_no_databases(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    refused(folder, StoreUnreadable, "is a folder: name the DuckDB file in it")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # whoever opens it would wait for ever
    refused(pipe, StoreUnreadable, "is not a DuckDB database")
    refused(Path("/dev/null"), StoreUnreadable, "is not a DuckDB database")
    assert not Path("/dev/null.gate").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "pipe"], "no sidecar beside them"


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    for attempt in (ask, lambda path: init(DuckStore(path, writable=True))):
        with pytest.raises(StoreUnreadable, match="cannot be the name of a file"):
            attempt(tmp_path / name)


@pytest.mark.parametrize(
    "name", ["it's.duckdb", 'a "b" c.duckdb', "md:x", "sqlite:x.db", "ü 日本.duckdb", "$x;--"]
)
def test_a_strange_name_is_still_a_name(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Some names look like addresses to DuckDB, which would look for an extension."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(good, name)
    assert ask(Path(name)) == 99


def test_a_relative_name_means_the_same_file_after_a_change_of_folder(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(good, "db.duckdb")
    kit = campaignkit.open("db.duckdb", workspace="master", actor="ann")
    monkeypatch.chdir("/")
    assert kit.campaigns.page().total == 99


# ── databases that are sound, but not ours ───────────────────────────────────


def test_a_foreign_database_is_told_from_ours_and_can_be_made_ours(tmp_path: Path) -> None:
    path = tmp_path / "foreign.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table campaigns (id int)")
        connection.execute("insert into campaigns values (7)")
    refused(path, StoreUnreadable, "is no campaignkit database", "core.workspaces", "run `campaignkit init`")
    init(DuckStore(path, writable=True))
    assert ask(path) == 0
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("select * from campaigns").fetchall() == [(7,)]


def test_a_database_of_a_newer_campaignkit_is_refused_and_left_alone(good: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(good, tmp_path / "newer.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update kit.schema_version set version = 7")
        connection.execute("drop table kit.members")
    refused(path, StoreUnreadable, "newer campaignkit", "schema 7", "upgrade campaignkit")
    with pytest.raises(StoreUnreadable, match="newer campaignkit"):
        init(DuckStore(path, writable=True))
    with duckdb.connect(str(path)) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'kit'"
        ).fetchall()
    assert ("members",) not in tables, "what init had begun was rolled back"


@pytest.mark.parametrize(
    ("damage", "lacking"),
    [
        ("drop table kit.archived", "kit.archived: run `campaignkit init`"),
        ("drop table core.recipients", "core.recipients: its source has to provide that"),
        ("alter table core.recipients drop column esme", "core.recipients.esme: its source"),
        ("drop schema kit cascade", "run `campaignkit init`"),
    ],
)
def test_a_database_that_lacks_something_needed_says_what(
    good: Path, tmp_path: Path, damage: str, lacking: str
) -> None:
    path = Path(shutil.copy(good, tmp_path / "less.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute(damage)
    refused(path, StoreUnreadable, lacking)
    if "init" not in lacking:
        return
    init(DuckStore(path, writable=True))
    assert ask(path) == 99


# ── files that change under an open kit ──────────────────────────────────────


def test_a_file_that_goes_and_comes_back_is_asked_anew_each_time(good: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(good, tmp_path / "db.duckdb"))
    kit = campaignkit.open(path, workspace="master", actor="ann")

    def refuses(kind: type[StoreError], *words: str) -> None:
        with pytest.raises(StoreError) as found:
            kit.campaigns.page()
        check_sentence(found.value, path, kind, *words)

    path.unlink()
    refuses(StoreMissing, "does not exist")
    path.write_text("something else entirely")
    refuses(StoreUnreadable, "is not a DuckDB database")
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t (a int)")
    refuses(StoreUnreadable, "does not keep the data contract", "open it again")
    shutil.copy(good, path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    refuses(StoreUnreadable, "is damaged")
    shutil.copy(good, path)
    assert kit.campaigns.page().total == 99


ONE = "00000001-0000-0000-0000-000000000000"
QUESTIONS: dict[str, Callable[[Kit], object]] = {
    "tiles": lambda kit: kit.campaigns.kpis(),
    "list": lambda kit: kit.campaigns.listing(),
    "page": lambda kit: kit.campaigns.page(),
    "counts": lambda kit: kit.campaigns.facets(),
    "one": lambda kit: kit.campaigns.show(ONE),
    "days": lambda kit: kit.campaigns.activity(ONE),
    "history": lambda kit: kit.campaigns.history(ONE),
    "recipients": lambda kit: kit.recipients.page(ONE),
    "errors": lambda kit: kit.errors.of(ONE),
    "audit": lambda kit: kit.audit.of(ONE),
}


def held(path: Path) -> Iterator[None]:
    """Let a program that knows nothing of us hold the file."""
    code = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "held\n"
        yield
        program.communicate(timeout=60)


def gone(path: Path) -> Iterator[None]:
    path.unlink()
    yield


def folder_gone(path: Path) -> Iterator[None]:
    path.parent.rename(path.parent.with_name("elsewhere"))
    yield
    path.parent.with_name("elsewhere").rename(path.parent)


def a_folder(path: Path) -> Iterator[None]:
    path.unlink()
    path.mkdir()
    yield
    path.rmdir()


def a_pipe(path: Path) -> Iterator[None]:
    path.unlink()
    os.mkfifo(path)
    yield
    path.unlink()


def emptied(path: Path) -> Iterator[None]:
    path.write_bytes(b"")
    yield


def cut_short(path: Path) -> Iterator[None]:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    yield


def scrambled(path: Path) -> Iterator[None]:
    raw = bytearray(path.read_bytes())
    for at in range(3 * HEADER + 100, len(raw), HEADER):
        raw[at] ^= 0xFF
    path.write_bytes(raw)
    yield


def anothers(path: Path) -> Iterator[None]:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table campaigns (id int)")
    yield


DISASTERS: dict[str, tuple[Callable[[Path], Iterator[None]], type[StoreError], str]] = {
    "gone": (gone, StoreMissing, "does not exist"),
    "its folder gone": (folder_gone, StoreMissing, "does not exist"),
    "held by a foreign program": (held, StoreBusy, "is held by another program"),
    "replaced by a folder": (a_folder, StoreUnreadable, "is a folder"),
    "replaced by a pipe": (a_pipe, StoreUnreadable, "is not a DuckDB database"),
    "replaced by another database": (anothers, StoreUnreadable, "does not keep the data contract"),
    "emptied": (emptied, StoreUnreadable, "is not a DuckDB database"),
    "cut short": (cut_short, StoreUnreadable, "is damaged"),
    "scrambled": (scrambled, StoreUnreadable, "is damaged"),
}


@pytest.mark.parametrize(("happens", "kind", "words"), DISASTERS.values(), ids=DISASTERS)
def test_every_question_names_what_happened_to_the_file_and_is_answered_once_it_is_back(
    good: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    happens: Callable[[Path], Iterator[None]],
    kind: type[StoreError],
    words: str,
) -> None:
    monkeypatch.setattr("campaignkit.store.duckdb.BUSY_SECONDS", 0.0)
    folder = tmp_path / "data"
    folder.mkdir()
    path = Path(shutil.copy(good, folder / "db.duckdb"))
    kit = campaignkit.open(path, workspace="master", actor="ann")
    before = {name: ask(kit) for name, ask in QUESTIONS.items()}
    with contextmanager(happens)(path):
        for ask in QUESTIONS.values():
            with pytest.raises(StoreError) as found:
                ask(kit)
            check_sentence(found.value, path, kind, words)
    shutil.copy(good, path)
    assert {name: ask(kit) for name, ask in QUESTIONS.items()} == before


# ── rights ───────────────────────────────────────────────────────────────────

AS_NOBODY = """
import os, sys
from pathlib import Path
import campaignkit
from campaignkit.domain.errors import StoreError
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.migrate import init
good, path, what = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def ask(path):
    kit = campaignkit.open(path, workspace="master", actor="ann")
    return kit.campaigns.page().total

ask(good)  # so that everything is imported: the account may not be able to read it
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    print("done", ask(path) if what == "read" else init(DuckStore(path, writable=True)))
except StoreError as error:
    print(type(error).__name__, error)
"""


def as_ordinary_user(good: Path, path: Path, what: str) -> str:
    """Return what happens to somebody who is not root; root would be let in everywhere."""
    command = [sys.executable, "-W", "error", "-c", AS_NOBODY, str(good), str(path), what]
    environ = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def open_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that other accounts can reach."""
    folder = tmp_path_factory.mktemp("open")
    for place in (folder, *folder.parents):
        if (
            place.stat().st_mode & 0o055 != 0o055
        ):  # pytest's own: its base and the user's, and xdist's between
            place.chmod(0o755)
    return folder


def test_a_file_that_may_not_be_read_says_so(good: Path, open_folder: Path) -> None:
    path = Path(shutil.copy(good, open_folder / "closed.duckdb"))
    path.chmod(0)
    for what in ("read", "init"):
        assert as_ordinary_user(good, path, what) == (
            f"StoreUnreadable {path} may not be opened by this account: ask for the right to read it"
        )


CLOSED_MEANWHILE = """
import os, sys
import campaignkit
from campaignkit.domain.errors import StoreError
path = sys.argv[1]
kit = campaignkit.open(path, workspace="master", actor="ann")
kit.campaigns.page()
if os.geteuid() == 0:
    os.chown(path, 65534, 65534)
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
for mode in (0o600, 0, 0o600):
    os.chmod(path, mode)
    try:
        print(kit.campaigns.page().total)
    except StoreError as error:
        print(type(error).__name__, error)
"""


def test_a_file_that_is_closed_to_us_under_an_open_kit_says_so_until_it_is_opened_again(
    good: Path, open_folder: Path
) -> None:
    path = Path(shutil.copy(good, open_folder / "shared.duckdb"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CLOSED_MEANWHILE, str(path)],
        check=False, cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "99",
        f"StoreUnreadable {path} may not be opened by this account: ask for the right to read it",
        "99",
    ], done.stderr


def test_a_file_in_a_closed_folder_says_so(good: Path, open_folder: Path) -> None:
    folder = open_folder / "closed"
    folder.mkdir()
    path = Path(shutil.copy(good, folder / "db.duckdb"))
    folder.chmod(0)
    try:
        assert "may not be opened by this account" in as_ordinary_user(good, path, "read")
    finally:
        folder.chmod(0o700)


def test_an_account_that_may_only_read_can_read_and_cannot_write(good: Path, open_folder: Path) -> None:
    """A dashboard's account: no right to write the file or anything beside it, and no sidecar there yet."""
    folder = open_folder / "served"
    folder.mkdir()
    path = Path(shutil.copy(good, folder / "db.duckdb"))
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        assert as_ordinary_user(good, path, "read") == "done 99"
        assert as_ordinary_user(good, path, "init").startswith("StoreUnreadable")
    finally:
        folder.chmod(0o755)


# ── init ─────────────────────────────────────────────────────────────────────


def test_init_can_be_repeated_and_keeps_every_row(good: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(good, tmp_path / "db.duckdb"))
    store = DuckStore(path, writable=True)
    for _ in range(3):
        init(store)
    assert ask(path) == 99
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("select * from kit.schema_version").fetchall() == [(1,)]


VIEWS = """
create schema source;
create table source.campaigns as from good.core.campaigns;
create table source.recipients as from good.core.recipients;
create schema core;
create view core.workspaces as select 'retail' as workspace_id, 'Retail' as name, 'UTC' as time_zone;
create view core.campaigns as select * exclude (delivery_errors) from source.campaigns;
create view core.recipients as select * exclude (ctn_hash) from source.recipients;
"""


def test_init_on_views_of_ones_own_adds_the_toolkits_part_alone(
    good: Path, tmp_path: Path, cache: Path
) -> None:
    path = tmp_path / "own.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{good}' as good (read_only)")
        connection.execute(VIEWS)
    refused(path, StoreUnreadable, "kit.audit_events: run `campaignkit init`")
    for _ in range(2):
        init(DuckStore(path, writable=True))
    assert ask(path) == 99
    store = DuckStore(path, cache=cache).open()
    missing = {name for name, kind in check(store).relations.items() if kind == "missing"}
    assert {"core.state_events", "core.job_errors", "core.audit_events"} <= missing, (
        "an empty table would say that nothing happened; the source only does not tell"
    )
    assert not store.probe.provides("core.campaigns.delivery_errors")
    assert check(store).relations["core.campaigns"] == "view"


def test_several_inits_at_once_make_one_database(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "new.duckdb"
    code = (
        "import sys; from pathlib import Path; from campaignkit.store.duckdb import DuckStore\n"
        "from campaignkit.store.migrate import init; store = DuckStore(Path(sys.argv[1]), writable=True)\n"
        "print('ready', flush=True); sys.stdin.readline(); init(store)"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        _, complaints = child.communicate(timeout=60)
        assert child.returncode == 0, complaints
    store = DuckStore(path, cache=cache).open()
    with store.reading() as session:
        assert session.connection.execute("select version from kit.schema_version").fetchall() == [(1,)]
    assert check(store).violations == ()


def test_a_file_whose_log_was_not_folded_in_is_not_whole(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "world.duckdb"
    store = world.make(path, cache=cache)
    store.check_whole(name=path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute("insert into core.workspaces values ('late', 'Late', 'UTC')")
    with pytest.raises(StoreUnreadable, match=r"^sample\.duckdb could not be written, the disk is full"):
        store.check_whole(name=Path("sample.duckdb"))
    with store.writing() as session:
        assert "late" in {row["workspace_id"] for row in session.rows("workspaces/all", {})}, (
            "nothing is lost"
        )
    store.check_whole(name=path)
