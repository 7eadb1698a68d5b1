"""The server enforces the roles: hand-written SQL under each login, whatever Python would have thought (interface.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

import campaignkit
from campaignkit.domain.access import Role
from campaignkit.domain.errors import InvalidInput, NotAllowed
from campaignkit.kit import Kit, database
from campaignkit.services.actions import ActingCampaigns
from tests import world
from tests.postgres import PREPARED, Server
from tests.world import NOW

LOGINS = {
    "nobody": (),
    "vic": ("campaignkit_viewer",),
    "pia": ("campaignkit_viewer", "campaignkit_pii"),
    "opal": ("campaignkit_operator",),
    "mona": ("campaignkit_moderator",),
}
WITHOUT_PII = ("nobody", "vic", "opal", "mona")
NUMBER = "+447946000901"


@pytest.fixture(scope="module")
def server(prepared: Server) -> Iterator[Server]:
    """Return a server with a database `roles`, in which everything has a row, and a login of each kind."""
    prepared.create("roles", template=PREPARED)
    for name, groups in LOGINS.items():
        prepared.login(name, *groups)
    store = database(prepared.url("roles"), writable=True).open()
    with store.writing() as session:
        world.workspace(session, "retail")
        for number in (1, 2):
            world.campaign(session, number, status="New", moderation="Pending" if number == 1 else "Approved")
            world.recipient(session, number, 1, ctn_hash="v1:00")
            world.insert(session, "core.recipient_numbers", campaign_id=number, recipient_id=1, ctn=NUMBER)
        world.insert(
            session, "kit.audit_events", workspace_id="retail", campaign_id=1, action="note", actor="mona", occurred_at=NOW
        )  # fmt: skip
        world.insert(session, "kit.archived", campaign_id=2, archived_at=NOW, archived_by="mona")
        session.script(
            "insert into kit.members values ('postgres', '*', 'moderator'); delete from kit.members"
        )
        session.script("create function public.leak(anything anyelement) returns boolean language plpgsql cost 0.0001"
                       " as $$ begin raise notice '%', anything; return true; end $$")  # fmt: skip
        session.script("analyze core.recipient_numbers; analyze core.recipients")
    yield prepared
    prepared.drop("roles")


@contextmanager
def connected(server: Server, login: str) -> Iterator[tuple[psycopg.Connection[Any], list[str]]]:
    """Yield a connection of *login*, with whatever the server says beside its answers."""
    told: list[str] = []
    with psycopg.connect(server.url("roles", login), autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
        yield connection, told


def carry_out(connection: psycopg.Connection[Any], sql: str) -> None:
    for part in [sql] if "$$" in sql else sql.split("; "):
        if part.startswith("copy"):
            with connection.cursor().copy(part.encode()) as copy:
                list(copy)
        else:
            connection.execute(part.encode())


READS = [
    "select ctn from core.recipient_numbers",
    "select * from core.recipient_numbers",
    "select count(*) from core.recipient_numbers",
    "select n from core.recipient_numbers n",
    "select 1 from core.recipient_numbers where ctn like '+44%'",
    "select 1 from core.recipient_numbers n where public.leak(n)",
    "copy core.recipient_numbers to stdout",
    "copy (select ctn from core.recipient_numbers) to stdout",
    "explain analyze select ctn from core.recipient_numbers",
    "with x as (select ctn from core.recipient_numbers) select * from x",
    "create temp table mine as select * from core.recipient_numbers",
    "create temp table mine (like core.recipient_numbers including all); insert into mine table core.recipient_numbers",
    "declare c cursor with hold for table core.recipient_numbers",
    "prepare p as select ctn from core.recipient_numbers; execute p",
    "do $$ begin perform ctn from core.recipient_numbers; end $$",
    "do $$ begin execute 'select ctn from core.recipient_numbers'; end $$",
    "select query_to_xml('select ctn from core.recipient_numbers', true, false, '')",
    "select r.recipient_id from core.recipients r join core.recipient_numbers n using (campaign_id, recipient_id)",
    "select ctn_hash from core.recipients",
    "select * from core.recipients",
    "select r from core.recipients r",
    "select to_jsonb(r) from core.recipients r",
    "select 1 from core.recipients order by ctn_hash",
    "copy core.recipients to stdout",
    "select stavalues1 from pg_statistic",
    "set role campaignkit_pii",
    "set role {owner}",
    "grant campaignkit_pii to current_user",
    "grant select on core.recipient_numbers to current_user",
    "alter table core.recipient_numbers owner to current_user",
    "select pg_read_file('PG_VERSION')",
    "copy (select 1) to program 'true'",
]  # fmt: skip


@pytest.mark.parametrize("sql", READS)
@pytest.mark.parametrize("login", WITHOUT_PII)
def test_without_the_pii_role_no_query_reads_a_number(server: Server, login: str, sql: str) -> None:
    with connected(server, login) as (connection, told):
        with pytest.raises(InsufficientPrivilege) as refused:
            carry_out(connection, sql.replace("{owner}", server.owner))
        assert NUMBER not in f"{refused.value}{told}"


@pytest.mark.parametrize("login", WITHOUT_PII)
def test_the_server_s_statistics_tell_no_number_either(server: Server, login: str) -> None:
    with connected(server, login) as (connection, _):
        found = connection.execute(
            "select most_common_vals::text, histogram_bounds::text from pg_stats where attname in ('ctn', 'ctn_hash')"
        ).fetchall()
        assert found == []
    with connected(server, "pia") as (connection, _):
        assert connection.execute("select ctn from core.recipient_numbers").fetchall() == [(NUMBER,)] * 2


WRITES = [
    "update core.campaigns set status = status",
    "update core.campaigns set updated_at = now() where false",
    "update core.campaigns set moderation = 'Approved'",
    "insert into core.workspaces values ('x', 'x', 'UTC')",
    "update core.recipients set stage = 'New'",
    "delete from core.recipients",
    "truncate core.recipients",
    "delete from core.campaigns",
    "insert into core.recipient_numbers values (3, 1, '1')",
    "select 1 from core.campaigns for update",
    "select 1 from core.campaigns for share",
    "begin; lock table core.campaigns in exclusive mode",
    "with gone as (delete from kit.archived returning *) select * from gone",
    "merge into kit.archived a using core.campaigns c on a.campaign_id = c.campaign_id when matched then delete",
    "insert into kit.archived values (1, now(), 'x')",
    "insert into kit.members values ('vic', '*', 'moderator')",
    "update kit.exports set status = 'Done'",
    "delete from kit.counted",
    "insert into kit.counted_parts select * from kit.counted_parts",
    "update kit.audit_events set note = ''",
    "delete from kit.audit_events",
    "truncate kit.audit_events",
    "update kit.schema_version set version = 9",
    "create table kit.mine (n int)",
    "create table core.mine (n int)",
    "create view kit.mine as select 1",
    "create schema mine",
    "drop table kit.archived",
    "alter table core.campaigns add column mine int",
    "create index on core.campaigns (name)",
    "create policy mine on kit.audit_events using (true)",
    "alter table kit.audit_events disable row level security",
    "create trigger mine before update on core.campaigns for each row execute function suppress_redundant_updates_trigger()",
    "select setval('kit.audit_ids', 1)",
    "grant campaignkit_moderator to current_user",
    "set role campaignkit_operator",
    "create role mine",
]
SIGNED = "insert into kit.audit_events (workspace_id, action, actor, occurred_at) values ('retail', 'x', {who}, now())"
AUDITS = [SIGNED.format(who="session_user"), "select nextval('kit.audit_ids')"]


@pytest.mark.parametrize("sql", [*WRITES, *AUDITS])
def test_a_viewer_cannot_write_by_any_query(server: Server, sql: str) -> None:
    with connected(server, "vic") as (connection, _), pytest.raises(InsufficientPrivilege):
        carry_out(connection, sql)


@pytest.mark.parametrize("sql", WRITES)
def test_the_pii_role_writes_its_looks_into_the_audit_trail_and_nothing_else(
    server: Server, sql: str
) -> None:
    with connected(server, "pia") as (connection, _), pytest.raises(InsufficientPrivilege):
        carry_out(connection, sql)


MAY = {
    "update core.campaigns set status = status, updated_at = now() where campaign_id = 1": {"opal", "mona"},
    "update core.campaigns set moderation = moderation where campaign_id = 1": {"mona"},
    "update core.campaigns set saddr = 'x' where campaign_id = 1": set(),
    "update core.campaigns set campaign_id = 7 where campaign_id = 1": set(),
    "delete from core.campaigns where campaign_id = 1": set(),
    "update core.recipients set stage = 'New'": set(),
    "update core.workspaces set name = 'x'": set(),
    "insert into core.state_events values (1, 1, 'x', null, now())": set(),
    "insert into kit.members values ('opal', '*', 'moderator')": set(),
    "insert into kit.archived values (1, now(), session_user)": {"opal", "mona"},
    "update kit.archived set archived_by = 'x'": set(),
    SIGNED.format(who="session_user"): {"opal", "mona", "pia"},
    SIGNED.format(who="current_user"): {"opal", "mona", "pia"},
    SIGNED.format(who="'somebody'"): set(),
    "update kit.audit_events set actor = session_user": set(),
    "delete from kit.audit_events": set(),
}


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("sql", MAY)
def test_each_role_writes_what_its_verbs_need_and_signs_with_its_own_name(
    server: Server, login: str, sql: str
) -> None:
    with connected(server, login) as (connection, _), connection.transaction(force_rollback=True):
        if login in MAY[sql]:
            connection.execute(sql.encode())
        else:
            with pytest.raises(InsufficientPrivilege):
                connection.execute(sql.encode())


# ── the toolkit under those logins ───────────────────────────────────────────


def opened(server: Server, login: str, **viewer: Any) -> Kit:
    return campaignkit.open(
        server.url("roles", login), **{"workspace": "master", "now": NOW, "role": "moderator"} | viewer
    )


@pytest.mark.parametrize(
    ("login", "granted"), [("vic", "viewer"), ("opal", "operator"), ("mona", "moderator")]
)
def test_a_role_that_is_asked_for_is_lowered_to_what_the_server_grants(
    server: Server, login: str, granted: str
) -> None:
    kit = opened(server, login)
    assert kit.viewer.login == login and kit.viewer.roles == {"retail": granted}
    assert opened(server, login, role="viewer").viewer.roles == {"retail": "viewer"}
    assert kit.acts is (granted != "viewer")
    assert kit.campaigns.page().total + kit.campaigns.archivable() >= 0 if kit.acts else True
    assert kit.recipients.page("00000001").rows[0].recipient == "****0123"


def test_what_the_login_may_not_do_fails_at_the_server_whatever_python_thinks(server: Server) -> None:
    kit = opened(server, "opal")
    moderator = {"retail": Role.MODERATOR}
    for login, verb in (("vic", "approve"), ("vic", "note"), ("opal", "approve")):
        kit = opened(server, login)
        kit._store.writable = True
        viewer = type(kit.viewer)(login=login, roles=moderator)
        acting = ActingCampaigns(kit._store, viewer, {"retail": "UTC"}, kit.clock)
        with pytest.raises(NotAllowed, match=r"the server refuses this to the login \(permission denied"):
            getattr(acting, verb)("00000001", "because")
    forged = ActingCampaigns(
        kit._store, type(kit.viewer)(login="mona", roles=moderator), {"retail": "UTC"}, kit.clock
    )
    with pytest.raises(NotAllowed, match="row-level security"):
        forged.note("00000001", "not mine")
    assert [row.action for row in opened(server, "vic").audit.of("00000001").rows] == ["note"]


def test_nobody_acts_under_another_name_and_a_dashboard_may_look_for_somebody(server: Server) -> None:
    with pytest.raises(NotAllowed, match="whoever acts is the login, here opal: leave out the name eve"):
        opened(server, "opal", actor="eve")
    assert opened(server, "opal", actor="opal").viewer.login == "opal"
    assert opened(server, "vic", actor="eve", role="viewer").viewer.login == "eve"


def test_full_numbers_take_the_role_and_are_signed_by_the_login(server: Server) -> None:
    for login in ("vic", "opal", "mona"):
        with pytest.raises(
            NotAllowed, match=rf"{login} may not read full numbers .*grant campaignkit_pii to {login}"
        ):
            opened(server, login, clear_numbers=True)
    kit = opened(server, "pia", clear_numbers=True)
    assert kit.recipients.page("00000002").rows[0].recipient == NUMBER
    assert kit.viewer.roles == {"retail": "viewer"}
    (row,) = kit.audit.of("00000002").rows
    assert (row.action, row.actor) == ("pii_revealed", "pia")


def test_a_login_that_may_connect_and_nothing_else_is_told_whom_to_ask(server: Server) -> None:
    with pytest.raises(
        NotAllowed, match="nobody may not read core.workspaces in .*grant campaignkit_viewer to nobody"
    ):
        opened(server, "nobody")
    with pytest.raises(InvalidInput, match="there is no role"):
        opened(server, "vic", role="root")


@pytest.fixture
def earlier(prepared: Server) -> Iterator[str]:
    """Return a login that was made before its database had other nodes, if it gets any."""
    with prepared.connect() as alone:
        alone.execute("set citus.enable_ddl_propagation to off")  # anywhere else a setting that nobody reads
        alone.execute(f"create role earlier login password '{prepared.secret}'".encode())
        alone.execute("grant campaignkit_operator to earlier")
    yield "earlier"
    for node in prepared.nodes():
        with node.connect() as connection:
            connection.execute("drop role if exists earlier")


def test_a_login_of_the_time_before_the_cluster_reads_what_lies_on_its_nodes(
    prepared: Server, earlier: str
) -> None:
    name = prepared.create("grown", template=PREPARED)
    with database(prepared.url(name), writable=True).open().writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        world.recipient(session, 1, 1)
    kit = campaignkit.open(prepared.url(name, earlier), workspace="master", role="operator")
    assert kit.recipients.page("00000001").rows[0].recipient == "****0123"
    assert kit.campaigns.archive("00000001").archived
    prepared.drop(name)
