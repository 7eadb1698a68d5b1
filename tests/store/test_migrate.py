"""`campaignkit init` on PostgreSQL: from nothing, from what is there, again, twice at once, and not on what is newer."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import campaignkit
from campaignkit import cli
from campaignkit.assets import asset
from campaignkit.domain.errors import NotAllowed, Stale, StoreUnreadable
from campaignkit.kit import database
from campaignkit.store.migrate import init
from campaignkit.store.probe import SCHEMA_VERSION
from tests import world
from tests.postgres import PREPARED, Server
from tests.store.engines import schema
from tests.world import NOW

_NUMBERS = itertools.count(1)
WANTED = asset("sql", "postgres", "indexes.sql").read_text(encoding="utf-8").count("create index")
INDEXES = (
    "select indexrelid::regclass::text, indisvalid from pg_index join pg_class c on c.oid = indrelid"
    " join pg_namespace n on n.oid = c.relnamespace where nspname in ('core', 'kit') order by 1"
)
SHAPE = (
    "select table_schema, table_name, column_name, data_type from information_schema.columns"
    " where table_schema in ('core', 'kit') order by 1, 2, 3"
)
RIGHTS = (
    "select grantee, table_schema, table_name, column_name, privilege_type from information_schema.column_privileges"
    " where grantee like 'campaignkit%' order by 1, 2, 3, 4, 5"
)


@pytest.fixture
def made(prepared: Server) -> Iterator[Callable[..., str]]:
    """Return a function that makes a database and returns its name."""
    names: list[str] = []

    def make(template: str | None = None) -> str:
        names.append(prepared.create(f"migrated{next(_NUMBERS)}", template=template))
        return names[-1]

    yield make
    for name in names:
        prepared.drop(name)


def asked(server: Server, name: str, *queries: str) -> list[Any]:
    with server.connect(name) as connection:
        return [connection.execute(query.encode()).fetchall() for query in queries]


def prepare(url: str) -> None:
    init(database(url, writable=True))


def test_what_was_made_stays_as_it_is_when_it_is_made_again(
    prepared: Server, made: Callable[..., str]
) -> None:
    name = made(PREPARED)
    with database(prepared.url(name), writable=True).open().writing() as session:
        world.workspace(session, "retail")
        world.insert(session, "kit.members", login="ann", workspace_id="*", role="viewer")
    before = asked(prepared, name, INDEXES, SHAPE, RIGHTS)
    assert ("core.recipients_pkey", True) in before[0] and all(valid for _, valid in before[0])
    assert cli.main(["init", "--db", prepared.url(name)]) == 0
    assert asked(prepared, name, INDEXES, SHAPE, RIGHTS) == before
    assert asked(prepared, name, "select login from kit.members", "select version from kit.schema_version") == [
        [("ann",)], [(SCHEMA_VERSION,)],
    ]  # fmt: skip


@pytest.mark.parametrize("there", [False, True], ids=["from nothing", "on core.*"])
def test_several_that_start_at_once_make_it_once(
    prepared: Server, made: Callable[..., str], there: bool
) -> None:
    name = made()
    if there:
        with prepared.connect(name) as connection:
            for statement in [text for text in schema() if "core" in text]:
                connection.execute(statement.encode())
    failed: list[BaseException] = []

    def one() -> None:
        try:
            prepare(prepared.url(name))
        except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to
            failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    (versions, indexes) = asked(prepared, name, "select count(*) from kit.schema_version", INDEXES)
    assert versions == [(1,)] and all(valid for _, valid in indexes)
    assert len([index for index, _ in indexes if "campaignkit_" in index]) == WANTED


OLDER = [
    "kit.exports",
    "kit.stat_aliases",
    "kit.counted, kit.counted_parts, kit.counted_quarters, kit.counted_totals",
    "kit.archived",
]


@pytest.mark.parametrize("lacking", OLDER)
def test_a_database_from_before_a_relation_is_brought_forward_and_keeps_what_it_has(
    prepared: Server, made: Callable[..., str], lacking: str
) -> None:
    name = made(PREPARED)
    whole = asked(prepared, name, INDEXES, SHAPE, RIGHTS)
    with database(prepared.url(name), writable=True).open().writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        session.script(f"drop table {lacking}")
    prepare(prepared.url(name))
    assert asked(prepared, name, INDEXES, SHAPE, RIGHTS) == whole
    assert campaignkit.open(prepared.url(name), workspace="master").campaigns.page().total == 1


def test_a_newer_database_is_refused_and_nothing_is_changed(
    prepared: Server, made: Callable[..., str]
) -> None:
    name = made(PREPARED)
    with prepared.connect(name) as connection:
        connection.execute(f"update kit.schema_version set version = {SCHEMA_VERSION + 1}".encode())
        connection.execute("drop table kit.stat_aliases")
    before = asked(prepared, name, SHAPE)
    with pytest.raises(StoreUnreadable, match=r"was made by a newer campaignkit .*: upgrade campaignkit$"):
        prepare(prepared.url(name))
    assert asked(prepared, name, SHAPE) == before


def test_tables_of_core_keep_their_owner_and_an_index_that_covers_the_same_is_not_built_twice(
    prepared: Server, made: Callable[..., str]
) -> None:
    name = made()
    prepared.login("core_owner")
    with prepared.connect(name) as connection:
        for statement in [text for text in schema() if "core" in text and "numbers" not in text]:
            connection.execute(statement.encode())
        connection.execute("alter table core.recipients add primary key (campaign_id, recipient_id)")
        connection.execute("create index theirs on core.campaigns (created_at, external_id)")
        connection.execute("alter table core.campaigns owner to core_owner")
    prepare(prepared.url(name))
    indexes = [index for index, _ in asked(prepared, name, INDEXES)[0]]
    assert "core.theirs" in indexes and "core.campaignkit_created" not in indexes
    assert "core.campaignkit_outcomes" in indexes and "core.campaignkit_sender" in indexes
    owners = "select tableowner from pg_tables where schemaname = 'core' and tablename = 'campaigns'"
    (owner, numbers) = asked(prepared, name, owners, "select to_regclass('core.recipient_numbers')")
    assert owner == [("core_owner",)] and numbers == [(None,)], "what a source has not, it is not given"


def test_an_index_that_was_not_finished_is_built_anew(prepared: Server, made: Callable[..., str]) -> None:
    name = made(PREPARED)
    with prepared.connect(name) as connection:
        connection.execute(
            "update pg_index set indisvalid = false where indexrelid = 'core.campaignkit_sender'::regclass"
        )
    prepare(prepared.url(name))
    assert dict(asked(prepared, name, INDEXES)[0])["core.campaignkit_sender"] is True


def test_an_index_of_an_earlier_form_is_replaced(prepared: Server, made: Callable[..., str]) -> None:
    name = made(PREPARED)
    found = "select pg_get_indexdef('core.campaignkit_outcomes'::regclass)"
    before = asked(prepared, name, found)
    with prepared.connect(name) as connection:
        connection.execute("drop index core.campaignkit_outcomes")
        connection.execute("create index campaignkit_outcomes on core.recipients (campaign_id, sms_result)")
    prepare(prepared.url(name))
    assert asked(prepared, name, found) == before


@pytest.fixture
def viewed(prepared: Server, made: Callable[..., str]) -> str:
    """Return a database whose core.* are views over tables of another schema."""
    name = made()
    with prepared.connect(name) as connection:
        for statement in schema():
            if "core" in statement and "recipient_numbers" not in statement:
                connection.execute(statement.encode())
        connection.execute("alter schema core rename to theirs; create schema core")
        for table in ("workspaces", "campaigns", "recipients", "state_events"):
            connection.execute(f"create view core.{table} as select * from theirs.{table}".encode())
    prepare(prepared.url(name))
    prepared.login("ann", "campaignkit_moderator", "campaignkit_pii")
    with database(prepared.url(name), writable=True).open().writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1, status="New", auto_start=False)
        world.recipient(session, 1, 1)
    return name


def test_core_may_be_views_and_what_they_lack_is_not_provided(prepared: Server, viewed: str) -> None:
    kit = campaignkit.open(prepared.url(viewed, "ann"), workspace="master", role="operator", now=NOW)
    assert kit._store.probe.relations["core.campaigns"] == "view"
    assert kit.recipients.page("00000001").rows[0].recipient == "****0123"
    assert set(kit.campaigns.show("00000001").not_provided) >= {"job_errors"}
    assert kit.campaigns.start("00000001").status == "Pending", "a simple view takes the change"
    assert cli.main(["check", "--db", prepared.url(viewed)]) == 0


def test_views_that_take_no_change_refuse_what_would_be_one_and_offer_the_rest(
    prepared: Server, viewed: str
) -> None:
    with prepared.connect(viewed) as connection:
        connection.execute("create or replace view core.campaigns as select distinct * from theirs.campaigns")
    kit = campaignkit.open(prepared.url(viewed, "ann"), workspace="master", role="operator", now=NOW)
    assert kit.campaigns.show("00000001").actions == ("archive",)
    for act in (kit.campaigns.start, kit.campaigns.cancel):
        with pytest.raises(
            NotAllowed, match=r"not provided by this source: its campaigns take no such change"
        ):
            act("00000001")
    assert kit.audit.of("00000001").rows == ()
    assert kit.campaigns.archive("00000001").archived, "the mark is the toolkit's own"
    assert kit.campaigns.show("00000001").actions == ("restore",)
    with pytest.raises(Stale, match="You archived this campaign"):
        kit.campaigns.archive("00000001")


def test_a_change_that_a_trigger_takes_away_is_not_taken_for_somebody_else_s(
    prepared: Server, viewed: str
) -> None:
    with prepared.connect(viewed) as connection:
        connection.execute("create or replace view core.campaigns as select distinct * from theirs.campaigns")
        connection.execute(
            "create function theirs.no() returns trigger language plpgsql as $$ begin return null; end $$;"
            "create trigger t instead of update on core.campaigns for each row execute function theirs.no()"
        )
    kit = campaignkit.open(prepared.url(viewed, "ann"), workspace="master", role="operator", now=NOW)
    with pytest.raises(NotAllowed, match="did not take the change, it is New as before. Nothing was changed"):
        kit.campaigns.start("00000001")
    assert kit.audit.of("00000001").rows == ()


def test_the_owner_of_a_database_prepares_it_without_being_a_superuser(
    prepared: Server, made: Callable[..., str]
) -> None:
    name = made()
    prepared.login("boss")
    prepared.login("olga", "campaignkit_operator")
    if prepared.workers:
        pytest.skip(
            "the owner prepares no database of a cluster: Citus has its superusers alone make roles known to nodes"
        )
    prepared.give(name, "boss")
    prepare(prepared.url(name, "boss"))
    prepare(prepared.url(name, "boss"))
    with database(prepared.url(name, "boss"), writable=True).open().writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1)
    kit = campaignkit.open(prepared.url(name, "olga"), workspace="master", role="operator")
    assert kit.campaigns.archive("00000001").archived
    assert len([index for index, _ in asked(prepared, name, INDEXES)[0] if "campaignkit_" in index]) == WANTED


def test_who_may_not_prepare_a_database_is_told_who_may(
    prepared: Server, made: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    prepared.login("vic", "campaignkit_viewer")
    for name in (made(), made(PREPARED)):
        with pytest.raises(NotAllowed, match="preparing a database takes its owner, who owns core"):
            prepare(prepared.url(name, "vic"))
        assert cli.main(["init", "--db", prepared.url(name, "vic")]) == 1
        assert capsys.readouterr().err.count("\n") == 1
