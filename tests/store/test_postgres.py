"""The server's store: sessions, claims, exports, and what becomes of a connection that is lost."""

from __future__ import annotations

import contextlib
import itertools
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from campaignkit.domain.errors import InvalidInput, StoreBusy, StoreError
from campaignkit.kit import database
from campaignkit.store import copying, postgres
from campaignkit.store.postgres import PostgresStore, Session
from campaignkit.store.statements import Variant
from tests import world
from tests.postgres import PREPARED, Server, as_login

ROOT = Path(__file__).parents[2]
_NUMBERS = itertools.count(1)


@pytest.fixture
def url(prepared: Server) -> Iterator[str]:
    """Return the address of a database of the test's own, as its owner opens it."""
    name = prepared.create(f"store{next(_NUMBERS)}", template=PREPARED)
    yield prepared.url(name)
    prepared.drop(name)


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    found = database(url, writable=True).open()
    assert isinstance(found, PostgresStore)
    yield found
    found.close()


def test_opening_a_server_imports_no_other_engine(url: str) -> None:
    code = (
        "import sys, campaignkit; assert 'psycopg' not in sys.modules\n"
        f"campaignkit.open({url!r}, workspace='master').campaigns.page()\n"
        "print('psycopg' in sys.modules, 'duckdb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_a_session_uses_a_kept_connection_and_sees_one_state(store: PostgresStore) -> None:
    with store.reading() as session:
        (first,) = session.query("select pg_backend_pid()")
        assert session.query("select count(*) from core.workspaces") == [(0,)]
        with store.writing() as other:
            world.workspace(other, "retail")
        assert session.query("select count(*) from core.workspaces") == [(0,)], "its own state"
    with store.reading() as session:
        assert session.query("select count(*) from core.workspaces") == [(1,)]
        (second,) = session.query("select pg_backend_pid()")
        with store.reading() as inside:
            assert inside.query("select pg_backend_pid()") != [second]
    assert len(store._pool._idle) == 2 and first[0] in {one.info.backend_pid for one in store._pool._idle}


SENT = datetime.fromisoformat("2026-11-20T10:00:00+00:00")
FRACTIONS = (0, 1, 10, 100, 1_000, 10_000, 100_000, 120_000, 999_999)


@pytest.fixture
def list_of_nine(store: PostgresStore) -> PostgresStore:
    """Return the store with a campaign of nine recipients, sent at moments of as many digits as there can be."""
    with store.writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        for number, fraction in enumerate(FRACTIONS):
            sent = SENT + timedelta(microseconds=fraction)
            world.recipient(session, 1, number, sent_at=sent, stage="Delivered", sms_result="delivered")
    return store


def exported(session: Session, to: Path, progress: Callable[[float], None]) -> list[str]:
    rows = session.copy(
        "exports/csv", {"campaign_id": 1}, Variant(), to=to, header=True, expected=9, progress=progress
    )
    lines = to.read_text().splitlines()
    assert len(lines) == rows + 1
    return lines


@pytest.mark.parametrize("rows", [1, 2, 3, 9, 10])
def test_an_export_in_pieces_is_of_one_state_whatever_becomes_of_the_rows_between_two(
    list_of_nine: PostgresStore, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PIECE_ROWS", rows)
    told: list[float] = []

    def change(share: float) -> None:
        told.append(share)
        with list_of_nine.writing() as other:
            other.script("delete from core.recipients where recipient_id in (0, 8)")
            other.script("update core.recipients set error = 'changed'")
            world.recipient(other, 1, 100 + len(told))

    with list_of_nine.reading() as session:
        lines = exported(session, tmp_path / "rows.csv", change)
    assert len(told) == 9 // rows + 1 and told == sorted(told) and told[-1] == 1
    sent_at = [line.split(",")[8] for line in lines]
    spelt = [(SENT + timedelta(microseconds=one)).isoformat(timespec="microseconds") for one in FRACTIONS]
    assert sent_at == ["sent_at", *spelt], "in order, whole, and each moment with six digits"
    assert not any("changed" in line for line in lines)


def at_work(store: PostgresStore) -> int:
    """Return how many other connections are in a transaction."""
    with store.reading() as session:
        ((found,),) = session.query(
            "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null"
            " and pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
        return int(found)


@pytest.mark.parametrize("held", [1, 1 << 20])
def test_a_long_export_comes_over_two_connections_that_see_what_the_session_saw_before(
    list_of_nine: PostgresStore, held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PIECE_ROWS", 2)
    monkeypatch.setattr(copying, "MOST_HELD", held)
    several: list[int] = []
    with list_of_nine.reading() as session:
        assert session.query("select count(*) from core.recipients") == [(9,)]
        with list_of_nine.writing() as other:
            other.script(
                "update core.recipients set error = 'changed'; delete from core.recipients where recipient_id > 5"
            )
        lines = exported(session, tmp_path / "rows.csv", lambda _: several.append(at_work(list_of_nine)))
    assert len(lines) == 10 and not any("changed" in line for line in lines)
    assert several == [2] * 5
    with list_of_nine.reading() as session:
        assert at_work(list_of_nine) == 1, "the other one is let go"
        assert len(exported(session, tmp_path / "rows.csv", lambda _: None)) == 7


def test_an_export_comes_over_one_connection_where_there_is_no_other_to_be_had(
    list_of_nine: PostgresStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PIECE_ROWS", 2)
    with list_of_nine.reading() as session, list_of_nine.reading():

        def full() -> None:
            raise psycopg.OperationalError("connection failed: sorry, too many clients already")

        monkeypatch.setattr(list_of_nine._pool, "connect", full)
        assert len(exported(session, tmp_path / "rows.csv", lambda _: None)) == 10


def test_what_a_server_refuses_in_mid_export_is_a_sentence_and_the_next_one_is_whole(
    list_of_nine: PostgresStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PIECE_ROWS", 2)
    faulty = b"select 1 / (extract(microseconds from sent_at)::int - 100000) from (%s) as rows"
    monkeypatch.setattr(postgres, "spelt", lambda _columns: faulty)
    with pytest.raises(StoreError, match="a value that cannot be read"), list_of_nine.reading() as session:
        exported(session, tmp_path / "rows.csv", lambda _: None)
    monkeypatch.undo()
    with list_of_nine.reading() as session:
        assert len(exported(session, tmp_path / "rows.csv", lambda _: None)) == 10


def test_an_export_that_is_told_to_stop_does_so_after_the_piece_at_hand(
    list_of_nine: PostgresStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PIECE_ROWS", 2)

    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), list_of_nine.reading() as session:
        exported(session, tmp_path / "rows.csv", stop)
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 3
    with list_of_nine.reading() as session:
        assert len(exported(session, tmp_path / "rows.csv", lambda _: None)) == 10


def test_a_statement_is_planned_once_but_a_page_of_recipients_for_its_campaign(
    prepared: Server, list_of_nine: PostgresStore
) -> None:
    page = Variant(sort="id", limited=True)
    usual, of_pages = "force_generic_plan", "auto"
    if prepared.workers:
        usual = of_pages = "force_custom_plan"  # as sql/scale/citus.sql has set it

    def mode(session: Session) -> str:
        ((found,),) = session.query("select current_setting('plan_cache_mode')")
        return str(found)

    with list_of_nine.reading() as session:
        session.rows("campaigns/parts", {"campaign_id": 1, "receipts_since": SENT})
        assert mode(session) == usual
        session.rows("recipients/page", {"campaign_id": 1, "limit": 3}, page)
        assert mode(session) == of_pages
    with list_of_nine.reading() as session:
        assert mode(session) == usual, "on the same connection"
    store = database(f"{list_of_nine.address}&options=-c%20plan_cache_mode%3Dforce_custom_plan").open()
    with store.reading() as session:
        assert mode(session) == "force_custom_plan", "what the site has set stays"
        session.rows("recipients/page", {"campaign_id": 1, "limit": 3}, page)
        assert mode(session) == "force_custom_plan"


def test_a_reading_session_cannot_write_and_a_failed_one_keeps_nothing(store: PostgresStore) -> None:
    with pytest.raises(StoreError, match="takes no changes"), store.reading() as session:
        world.workspace(session, "retail")
    with pytest.raises(StoreError, match="refuses the change"), store.writing() as session:
        [world.workspace(session, "retail") for _ in range(2)]
    with store.reading() as session:
        assert session.query("select count(*) from core.workspaces") == [(0,)]


def test_a_failure_that_nobody_heeds_is_not_taken_for_done(store: PostgresStore) -> None:
    writing = store.writing()
    session = writing.__enter__()
    world.workspace(session, "retail")
    with contextlib.suppress(psycopg.Error):
        session.script("select 1/0")
    with pytest.raises(RuntimeError, match="nobody heeded"):
        writing.__exit__(None, None, None)
    with store.reading() as session:
        assert session.query("select count(*) from core.workspaces") == [(0,)]


def test_a_claim_outlives_the_site_s_limit_for_a_connection_that_does_nothing(
    store: PostgresStore, url: str
) -> None:
    with store.writing() as session:
        (name,) = session.query("select current_database()")
        session.script(f'alter database "{name[0]}" set idle_session_timeout = 50')
    with store.claim("job"), psycopg.connect(url, autocommit=True) as another:
        select.select([another.fileno()], [], [], 30)  # the server closes it
        with pytest.raises(psycopg.OperationalError, match="idle-session timeout"):
            another.execute("select 1")
        assert store.claimed("job") == ""


def test_a_claim_is_held_by_one_and_ends_with_its_process(store: PostgresStore, url: str) -> None:
    assert store.claimed("job") is None
    with store.claim("job") as note, store.claim("another"):
        note("0.5000")
        for other in (url, as_login(url, "vic", "campaignkit_viewer")):  # whoever holds it
            assert database(other).open().claimed("job") == "0.5000"
        with pytest.raises(StoreBusy, match="job is being worked on"), database(url).open().claim("job"):
            pass
    assert store.claimed("job") is None
    code = (
        f"import sys; from campaignkit.kit import database\nwith database({url!r}).claim('job') as note:\n"
        "    note('1'); print('held', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None and child.stdout.readline() == "held\n"
    assert store.claimed("job") == "1"
    child.kill()
    child.communicate()
    give_up = time.monotonic() + 10
    while store.claimed("job") is not None:
        assert time.monotonic() < give_up, "the server notices that its client has gone"


def test_neither_name_nor_repr_has_a_password_and_half_a_password_is_no_host() -> None:
    for url in (
        "postgresql://ann:s3cret@db.example:5433/center?sslmode=require",
        "postgresql://ann@db.example:5433/center?password=s3cret&sslpassword=s3cret",
    ):
        store = PostgresStore(url)
        assert store.name == "postgresql://ann@db.example:5433/center"
        shown = f"{store!r} {store._address!r} {vars(store._address)!r} {vars(store)!r}"
        assert "s3cret" not in shown and store.address == url
    for wrong in (
        "postgresql://ann:s3@cret@db.example/center",
        "postgresql://ann:s3/cret@db.example/center",
        "postgresql://db.example/center?pasword=s3cret",
    ):
        with pytest.raises(InvalidInput) as refused:
            PostgresStore(wrong)
        assert "cret" not in f"{refused.value} {refused.value.__cause__}"
