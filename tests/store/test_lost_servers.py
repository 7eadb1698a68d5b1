"""What can go wrong with a server: each is one sentence that names the thing and the way out, and nothing is lost."""

from __future__ import annotations

import itertools
import socket
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

import campaignkit
from campaignkit import CampaignFilter, Kit, cli
from campaignkit.domain.errors import (
    CampaignKitError,
    InvalidInput,
    NotAllowed,
    OutcomeUnknown,
    StoreBusy,
    StoreError,
    StoreMissing,
    StoreUnreachable,
    StoreUnreadable,
)
from campaignkit.kit import database
from campaignkit.services import copies
from campaignkit.store.postgres import PostgresStore
from tests import world
from tests.postgres import PREPARED, Server
from tests.proxy import cutting
from tests.world import NOW

GROUPS = ("campaignkit_moderator", "campaignkit_pii")
ONE = "00000001"
_NUMBERS = itertools.count(1)


@pytest.fixture
def name(prepared: Server) -> Iterator[str]:
    """Return a database of the test's own, with two new campaigns of which the first is approved."""
    made = prepared.create(f"lost{next(_NUMBERS)}", template=PREPARED)
    prepared.login("ann", *GROUPS)
    with database(prepared.url(made), writable=True).open().writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1, status="New", auto_start=False)
        world.campaign(session, 2, status="New", moderation="Pending")
        world.recipient(session, 1, 1)
    yield made
    prepared.drop(made)


@pytest.fixture
def owner(prepared: Server, name: str) -> Iterator[psycopg.Connection[Any]]:
    with prepared.connect(name) as connection:
        yield connection


def opened(url: str, **viewer: Any) -> Kit:
    return campaignkit.open(url, **{"workspace": "master", "role": "moderator", "now": NOW} | viewer)


@pytest.fixture
def kit(prepared: Server, name: str) -> Kit:
    return opened(prepared.url(name, "ann"))


def sentence(act: Callable[[], object], kind: type[CampaignKitError]) -> str:
    with pytest.raises(kind) as refused:
        act()
    assert type(refused.value) is kind, refused.value
    said = str(refused.value)
    assert "\n" not in said and said[-1] != "." and ": " in said
    return said


# ── before there is a connection ─────────────────────────────────────────────


def test_a_server_that_is_not_there_is_said_at_start(tmp_path: Path) -> None:
    for url in (
        "postgresql://ann@127.0.0.1:1/x",
        f"postgresql://ann@/x?host={tmp_path}",
        "postgresql://ann@nowhere.invalid/x",
    ):
        said = sentence(lambda url=url: opened(url), StoreUnreachable)  # type: ignore[misc]
        assert "does not answer" in said and "is the server running" in said


def test_tls_is_asked_for_as_the_address_says_and_its_absence_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard: list[bytes] = []

        def refuse() -> None:
            client, _ = listener.accept()
            with client:
                heard.append(client.recv(8))
                client.sendall(b"N")
                client.recv(1)

        refusing = threading.Thread(target=refuse, daemon=True)
        refusing.start()
        port = listener.getsockname()[1]
        url = f"postgresql://ann@127.0.0.1:{port}/x?sslmode=require&gssencmode=disable"
        said = sentence(lambda: opened(url), StoreUnreachable)
        refusing.join(20)
    assert heard == [bytes.fromhex("0000000804d2162f")], "SSLRequest, and nothing in the clear after it"
    assert "do not agree on TLS" in said and "does not support SSL" in said


def test_what_the_server_does_not_know_is_named(prepared: Server, name: str, tmp_path: Path) -> None:
    if prepared.asks:  # such a server does not tell which logins it has
        sentence(lambda: opened(prepared.url(name, "zoe")), StoreUnreadable)
    else:
        said = sentence(lambda: opened(prepared.url(name, "zoe")), StoreMissing)
        assert 'role "zoe" does not exist' in said
    none = prepared.called("no_such")
    said = sentence(lambda: opened(prepared.url(none, "ann")), StoreMissing)
    assert f'database "{none}" does not exist' in said and "create it, then run `campaignkit init`" in said
    assert "no service file defines" in sentence(
        lambda: opened("postgresql:///?service=no_such"), InvalidInput
    )


def test_a_login_that_may_not_even_connect_is_told_so(
    prepared: Server, name: str, owner: psycopg.Connection[Any]
) -> None:
    owner.execute(f"revoke connect on database {name} from public".encode())
    said = sentence(lambda: opened(prepared.url(name, "ann")), NotAllowed)
    assert "may not connect" in said and "grant connect on database" in said


@pytest.fixture
def guarded(prepared: Server) -> Iterator[Server]:
    """Return the server as it asks one login for a password; a named one does, or is not told to."""
    prepared.login("locked", *GROUPS)
    if prepared.folder is None:
        if not prepared.asks:
            pytest.skip("passwords are not tested: the server that is named asks nobody for one")
        yield prepared
        return
    rules = prepared.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    with prepared.connect() as connection:
        rules.write_text(f"local all locked scram-sha-256\n{before}")
        connection.execute("select pg_reload_conf()")
        yield prepared
        rules.write_text(before)
        connection.execute("select pg_reload_conf()")


def test_a_wrong_password_is_a_sentence_and_the_right_one_comes_from_the_usual_places(
    guarded: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    url, secret = guarded.url(name, "locked"), guarded.secret
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    assert "asks for a password" in sentence(lambda: opened(url), StoreUnreadable)
    wrong = f"{url}&password={secret}{secret}"
    with pytest.raises(StoreUnreadable, match="does not take this password") as refused:
        opened(wrong)
    assert secret not in "".join(traceback.format_exception(refused.value))
    assert cli.main(["kpis", "--db", wrong]) == 1
    assert secret not in "".join(capsys.readouterr())

    kit = opened(url.replace("locked@", f"locked:{quote(secret)}@"))
    assert secret not in f"{kit!r} {vars(kit)!r} {vars(kit._store)!r} {kit._store.name}"
    monkeypatch.setenv("PGPASSWORD", secret)
    assert opened(url).campaigns.page().total == 1
    monkeypatch.delenv("PGPASSWORD")
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"*:*:{name}:locked:{secret}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    assert opened(url).campaigns.page().total == 1
    monkeypatch.delenv("PGPASSFILE")
    services = tmp_path / "services"
    known = conninfo_to_dict(url) | {"password": secret}
    services.write_text("\n".join(["[centre]", *(f"{key}={value}" for key, value in known.items())]))
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    by_service = opened("postgresql:///?service=centre")
    assert by_service.campaigns.page().total == 1
    assert by_service._store.name == "postgresql:///?service=centre"


# ── a connection that is lost ────────────────────────────────────────────────


def cut(owner: psycopg.Connection[Any], login: str = "ann") -> int:
    """End what *login* has open, as a restart of the server does; return how many those were."""
    return owner.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where usename = %s and datname = current_database()",
        [login],
    ).rowcount


def test_after_a_restart_the_next_question_connects_anew(kit: Kit, owner: psycopg.Connection[Any]) -> None:
    assert kit.campaigns.page().total == 1
    assert cut(owner) >= 1
    assert kit.campaigns.page().total == 1
    assert cut(owner) >= 1
    assert kit.campaigns.start(ONE).status == "Pending", "nothing had been asked of the lost connection"


def test_a_server_that_dies_in_mid_query_is_a_sentence(kit: Kit, owner: psycopg.Connection[Any]) -> None:
    heard: list[str] = []

    def ask() -> None:
        with kit._store.reading() as session:
            session.query("select pg_sleep(30)")

    asking = threading.Thread(target=lambda: heard.append(sentence(ask, StoreUnreachable)))
    asking.start()
    give_up = time.monotonic() + 20
    while not owner.execute(
        "select 1 from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'"
    ).fetchone():
        assert time.monotonic() < give_up
    cut(owner)
    asking.join(20)
    assert "was lost, nothing was changed: try again" in heard[0]
    assert kit.campaigns.page().total == 1


def test_a_server_that_dies_in_mid_action_has_changed_nothing(
    kit: Kit, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with kit._store.reading() as session:
        kind = type(session)
    run = kind.run

    def dying(session: Any, name: str, parameters: dict[str, Any]) -> int:
        if name == "actions/audit":
            cut(owner)
        changed: int = run(session, name, parameters)
        return changed

    monkeypatch.setattr(kind, "run", dying)
    said = sentence(lambda: kit.campaigns.start(ONE), StoreUnreachable)
    assert "nothing was changed" in said
    monkeypatch.undo()
    assert kit.campaigns.find(ONE).status == "New" and kit.audit.of(ONE).rows == ()
    assert kit.campaigns.start(ONE).status == "Pending"


@pytest.mark.parametrize("commit_arrives", [True, False], ids=["done", "not done"])
def test_a_confirmation_that_is_lost_says_that_the_outcome_is_unknown_and_how_to_find_out(
    prepared: Server, name: str, kit: Kit, commit_arrives: bool
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="ckcut") as folder,
        cutting(Path(folder), prepared, commit_arrives=commit_arrives) as place,
    ):
        behind = opened(prepared.behind(place).url(name, "ann"))
        said = sentence(lambda: behind.campaigns.start(ONE), OutcomeUnknown)
        assert "may be done or not" in said and "`campaignkit audit ID`" in said
    give_up = time.monotonic() + 10
    expected = ("Pending", 1) if commit_arrives else ("New", 0)
    while (kit.campaigns.find(ONE).status, len(kit.audit.of(ONE).rows)) != expected:
        assert time.monotonic() < give_up
    assert isinstance(OutcomeUnknown("x"), StoreError), "whoever catches the one, catches the other"


def test_a_server_that_dies_in_mid_export_leaves_nothing_half(
    kit: Kit, owner: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(tmp_path / "kept"))
    kit = opened(kit._store.address)
    owner.execute(
        "insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, sms_result, created_at, error)"
        " select 1, n, '0123', 'New', 'unknown', now(), repeat('x', 300)"  # more than a socket takes at once
        " from generate_series(10, 60000) n"
    )
    with pytest.raises(CampaignKitError, match="the connection to .* was lost") as refused:
        kit.exports.make(
            ONE, out=tmp_path / "a.csv", progress=lambda share: cut(owner) if share > 0 else None
        )
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.glob("*a.csv*")] == []
    assert [path.name for path in (tmp_path / "kept").iterdir()] == []
    (seen,) = kit.exports.of(ONE)
    assert seen.status == "Failed" and seen.error and "was lost" in seen.error
    assert kit.exports.make(ONE, out=tmp_path / "a.csv").rows_written == 59_992


def test_a_server_that_dies_in_mid_snapshot_leaves_nothing_and_one_that_changes_is_copied_as_it_was(
    prepared: Server, name: str, kit: Kit, owner: psycopg.Connection[Any], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(copies, "PIECE", 10_000)
    owner.execute(
        "insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, sms_result, created_at, error)"
        " select c, n, '0123', 'New', 'unknown', now(), repeat('x', 300)"
        " from generate_series(10, 30000) n, unnest(array[1, 2]) c"
    )

    def cutting_off(step: str, share: float) -> None:
        if step == "recipients" and share > 0:
            cut(owner)

    owner.execute("update core.campaigns set total = 30000")
    with pytest.raises(StoreUnreachable, match="the connection to .* was lost") as refused:
        kit.snapshot(tmp_path / "copy.duckdb", progress=cutting_off)
    assert "\n" not in str(refused.value) and list(tmp_path.iterdir()) == []

    def changing(step: str, share: float) -> None:
        if step == "recipients" and share > 0:
            owner.execute(
                "delete from core.recipients where recipient_id > 10; delete from core.campaigns where campaign_id = 2"
            )

    made = kit.snapshot(tmp_path / "copy.duckdb", progress=changing)
    assert (made.campaigns, made.recipients) == (2, 2 * 29_991 + 1), "as it was when it began"
    assert kit.recipients.page(ONE).total == 2


def test_a_node_behind_the_server_that_does_not_answer_is_named(prepared: Server, name: str) -> None:
    store = database(prepared.url(name)).open()
    node = (
        "connection to the remote node ann@10.0.0.7:5432 failed with the following error: connection to server at"
        ' "10.0.0.7", port 5432 failed: Connection refused'
    )

    def ask() -> None:  # what a cluster's coordinator says of a worker that is down
        with store.reading() as session:
            session.script(
                f"do $$ begin raise exception e'{node}\\n\\tIs the server running?' using errcode = '08006'; end $$"
            )

    assert f"does not reach a server behind it ({node})" in sentence(ask, StoreUnreachable)
    with store.reading() as session:
        assert session.query("select 1") == [(1,)], "the server itself is there"


def test_what_takes_longer_than_the_site_allows_is_a_sentence(prepared: Server, name: str) -> None:
    store = database(f"{prepared.url(name)}&options=-c%20statement_timeout%3D800ms").open()

    def ask() -> None:
        with store.reading() as session:
            session.query("select pg_sleep(10)")

    assert "longer to answer than its statement_timeout" in sentence(ask, StoreBusy)


# ── what is there is not what it should be ───────────────────────────────────


def test_an_empty_database_is_told_the_way(prepared: Server) -> None:
    name = prepared.create("bare")
    said = sentence(lambda: opened(prepared.url(name)), StoreUnreadable)
    assert "it has no core.workspaces: run `campaignkit init` on it, or name another" in said
    prepared.drop(name)


def test_half_of_the_contract_names_what_is_missing(prepared: Server) -> None:
    name = prepared.create("half")
    with prepared.connect(name) as connection:
        connection.execute("create schema core; create table core.workspaces (workspace_id text, name text)")
    for ask in (
        lambda: opened(prepared.url(name)),
        lambda: PostgresStore(prepared.url(name), writable=True).open(),
    ):
        assert "has no core.workspaces.time_zone: its source has to provide that" in sentence(
            ask, StoreUnreadable
        )
    prepared.drop(name)


def test_a_relation_that_the_login_may_not_read_is_named_and_an_optional_one_is_not_provided(
    prepared: Server, name: str, owner: psycopg.Connection[Any]
) -> None:
    owner.execute("revoke select on core.job_errors from campaignkit_viewer")
    assert opened(prepared.url(name, "ann")).errors.of(ONE).not_provided == ("job_errors",)
    owner.execute("revoke all on kit.members from campaignkit_viewer")
    said = sentence(lambda: opened(prepared.url(name, "ann")), NotAllowed)
    assert "ann may not read kit.members" in said and "grant campaignkit_viewer to ann" in said


def test_a_column_of_another_type_is_the_contract_s_sentence(
    prepared: Server, name: str, owner: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    owner.execute("alter table core.campaigns alter column created_at type text using created_at::text")
    kit = opened(prepared.url(name, "ann"))
    asked = CampaignFilter(period="24h")  # type: ignore[arg-type]
    said = sentence(lambda: kit.campaigns.page(asked), StoreUnreadable)
    assert "does not keep the data contract" in said
    assert cli.main(["check", "--db", prepared.url(name)]) == 1
    assert "created_at_type  core.campaigns     1" in capsys.readouterr().out


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "10000-01-01 00:00:00Z", "0044-03-15 BC"])
def test_a_moment_beyond_the_calendar_is_a_sentence_and_check_finds_it(
    prepared: Server, name: str, owner: psycopg.Connection[Any], moment: str, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    owner.execute("update core.recipients set dlr_at = %s, sms_result = 'delivered'", [moment])
    kit = opened(prepared.url(name, "ann"))
    said = sentence(lambda: kit.recipients.page(ONE), StoreUnreadable)
    assert "a value that cannot be read" in said and "`campaignkit check` finds it" in said
    assert cli.main(["check", "--db", prepared.url(name)]) == 1
    assert "recipient_beyond_calendar  core.recipients" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["'; drop table core.campaigns; --", "%", "%(scope)s", "%s", "$1", "{}", "\\", "a" * 5000, "\u202e", "' or 1=1"]
)  # fmt: skip
def test_a_hostile_search_is_only_a_search(kit: Kit, text: str) -> None:
    assert kit.campaigns.page(CampaignFilter(search=text)).total == 0
    assert kit.campaigns.page().total == 1


def test_half_a_character_and_a_nul_are_refused_before_they_are_asked_for(kit: Kit) -> None:
    for text in ("a\0b", "a\ud800"):
        assert "holds" in sentence(
            lambda text=text: kit.campaigns.page(CampaignFilter(search=text)), InvalidInput
        )  # type: ignore[misc]
