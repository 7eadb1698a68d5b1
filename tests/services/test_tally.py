"""What PostgreSQL's triggers add up is what is there, whatever is changed, by whom, and whenever it is put together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import campaignkit
from campaignkit import CampaignFilter, Kit
from campaignkit.domain.filters import View
from campaignkit.kit import database
from campaignkit.store import postgres
from campaignkit.store.migrate import init
from campaignkit.store.postgres import PostgresStore
from tests import world
from tests.postgres import PREPARED, Server, as_login
from tests.services.conftest import GROUPS
from tests.world import NOW, ago

DATABASE = "tally"
OTHERS = 9  # the campaign of another connection, whose transaction is open for a while
FILTERS = (
    CampaignFilter(),
    CampaignFilter(view=View.QUEUE),
    CampaignFilter(view=View.ARCHIVE),
    CampaignFilter(statuses={"Done"}, workspaces={"retail"}),  # type: ignore[arg-type]
    CampaignFilter(period="24h", statuses={"New"}),  # type: ignore[arg-type]
    CampaignFilter(search="ac", modes={"OnTime"}),  # type: ignore[arg-type]
    CampaignFilter(period="24h", search="bank"),  # type: ignore[arg-type]
    CampaignFilter(view=View.QUEUE, period="7d"),  # type: ignore[arg-type]
    CampaignFilter(period="7d", view=View.ARCHIVE, search="C4"),  # type: ignore[arg-type]
    CampaignFilter(period="1h"),  # type: ignore[arg-type]
    CampaignFilter(view=View.QUEUE, search="c"),  # in a sender, and a digit that ids begin with
    CampaignFilter(search="c4ca"),
    CampaignFilter(search="no such"),
)
INSERT = (
    "insert into core.campaigns (campaign_id, external_id, workspace_id, status, moderation, mode, saddr, created_at, updated_at)"
    " values (%(id)s, md5(%(id)s::text)::uuid, %(where)s::varchar, 'New', 'Pending', %(mode)s, 'ACME ' || %(where)s::varchar,"
    " %(now)s - (%(id)s - 1) * interval '25 hours', %(now)s) on conflict do nothing"
)
MUCH = (
    "insert into kit.tally select 'bank', 'Done', 'Approved', null, false, 1 - 2 * (n % 2), '2026-11-01', 'ACME bank'"
    " from generate_series(1, 102) n"
)
BUMP = (  # in one zone: beside distributed rows a cluster takes no arithmetic that a setting decides
    "update core.campaigns set updated_at = (updated_at at time zone 'UTC' + %(by)s * interval '1 second') at time zone 'UTC'"
    " where campaign_id = %(id)s"
)
CHANGES = {
    "insert": INSERT,
    "delete": "delete from core.campaigns where campaign_id = %(id)s",
    "approve": "update core.campaigns set moderation = 'Approved' where campaign_id = %(id)s",
    "done": "update core.campaigns set status = 'Done', updated_at = updated_at + interval '1 minute' where campaign_id = %(id)s",
    "move": "update core.campaigns set workspace_id = %(where)s where campaign_id = %(id)s",
    "renumber": "update core.campaigns set campaign_id = campaign_id + 20 where campaign_id = %(id)s",
    "rename": "update core.campaigns set saddr = 'Bank ' || campaign_id where campaign_id = %(id)s",
    "date back": "update core.campaigns set created_at = created_at - interval '3 days' where campaign_id = %(id)s",
    "touch": BUMP,
    "archive": "insert into kit.archived values (%(id)s, now(), 'ann') on conflict do nothing",
    "restore": "delete from kit.archived where campaign_id = %(id)s",
    "receipt": (
        "with come as (insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, sms_result, created_at)"
        " select %(id)s, coalesce(max(recipient_id), 0) + 1, '0123', 'Delivered', 'delivered', now() from core.recipients"
        f" where campaign_id = %(id)s returning 1) {BUMP}"
    ),
    "forget": "delete from kit.counted where campaign_id = %(id)s",
    "empty": "truncate core.campaigns",
    "empty archive": "truncate kit.archived",
    "empty counts": "truncate kit.counted",
}
STEPS = st.one_of(
    st.tuples(
        st.sampled_from([*CHANGES]),
        st.integers(1, 3),
        st.sampled_from(("retail", "bank")),
        st.sampled_from((None, "OnTime")),
    ),
    st.tuples(
        st.sampled_from(
            ("refresh", "put together", "all anew", "others", "commit", "roll back", "fail", "replica")
        )
    ),
)


@pytest.fixture(scope="module")
def there(prepared: Server) -> Iterator[tuple[Server, Kit, Kit]]:
    """Return a server, and two kits on one database of it: of the second one nothing is kept by triggers."""
    url = prepared.url(prepared.create(DATABASE, template=PREPARED))
    with database(url, writable=True).open().writing() as session:
        for name in ("retail", "bank"):
            world.workspace(session, name)
    kits = [
        campaignkit.open(as_login(url, "ann", *GROUPS), workspace="master", role="operator", now=NOW)
        for _ in range(2)
    ]
    for kit, tallied in zip(kits, (True, False), strict=True):
        assert isinstance(kit._store, PostgresStore) and kit._store._tallied
        kit._store._tallied = tallied
    yield prepared, *kits
    for kit in kits:
        kit._store.close()  # type: ignore[attr-defined]
    prepared.drop(DATABASE)


def numbers(kit: Kit) -> Any:
    """Return all that is added up over campaigns, and the pages for which that is looked at."""
    return kit.campaigns.kpis(), [
        (
            kit.campaigns.count(asked),
            kit.campaigns.facets(asked),
            kit.campaigns.dropping(asked),
            kit.campaigns.page(asked),
        )
        for asked in FILTERS
    ]


KEPT = ("tiles", "tallied", "tallied_by_period", "tallied_by_search", "senders")
ONE, RECEIPT = ("insert", 1, "retail", None), ("receipt", 1, "", None)


@example(steps=[ONE, RECEIPT, ("touch", 1, "", None), ("refresh",), ("move", 1, "bank", None)])
@example(steps=[ONE, ("insert", 2, "bank", "OnTime"), ("refresh",), ("fail",), ("replica",), ("all anew",)])
@example(
    steps=[
        ONE,
        RECEIPT,
        ("refresh",),
        ("touch", 1, "", None),
        ("put together",),
        ("forget", 1, "", None),
    ]
)
@example(
    steps=[ONE, RECEIPT, ("refresh",), RECEIPT, ("put together",), ("move", 1, "bank", None), ("refresh",)]
)
@example(
    steps=[ONE, ("put together",), ("rename", 1, "", None), ("date back", 1, "", None), ("put together",)]
)
@example(steps=[ONE, ("put together",), ("archive", 1, "", None), ("empty archive", 1, "", None), ONE])
@example(
    steps=[
        ONE,
        ("insert", 2, "bank", None),
        ("archive", 2, "", None),
        ("put together",),
        ("empty", 1, "", None),
    ]
)
@example(steps=[("others",), ("put together",), ONE, ("commit",), ("put together",), ("rename", 9, "", None)])
@example(steps=[("others",), ("refresh",), ("put together",), ("commit",), ("refresh",)])
@example(steps=[ONE, ("archive", 1, "", None), ("renumber", 1, "", None), ("empty archive", 1, "", None)])
@example(steps=[ONE, ("archive", 1, "", None), ("delete", 1, "", None), ONE, ("restore", 1, "", None)])
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=14))
def test_whatever_changes_the_sums_are_those_of_the_rows(
    there: tuple[Server, Kit, Kit], steps: list[tuple[Any, ...]]
) -> None:
    server, kit, by_rows = there
    with server.connect(DATABASE) as owner, server.connect(DATABASE) as other:
        owner.execute("truncate core.campaigns, core.recipients, kit.archived")
        owner.execute("truncate kit.counted, kit.counted_parts, kit.counted_quarters, kit.counted_totals")
        for what, *more in steps:
            if what in CHANGES:
                id, where, mode = more
                given_ = {"id": id, "where": where, "mode": mode, "now": ago(hours=2), "by": 1}
                if (
                    not what.startswith("empty")
                    or other.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
                ):
                    owner.execute(
                        CHANGES[what].encode(), given_
                    )  # TRUNCATE would wait for the other for ever
            else:
                OTHERWISE[what](kit, owner, other)
            assert numbers(kit) == numbers(by_rows)
        if other.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            other.execute("commit")
        kit.refresh()
        assert numbers(kit) == numbers(by_rows)


def test_sums_at_the_end_of_many_pages_are_written_anew_once_there_is_place(
    there: tuple[Server, Kit, Kit],
) -> None:
    server, kit, _ = there
    sums = "select xmin::text, * from kit.tally"
    with server.connect(DATABASE) as owner:
        owner.execute(INSERT.encode(), {"id": 1, "where": "retail", "mode": None, "now": ago(hours=2)})
        owner.execute(MUCH.replace("102", "20000").encode())
        kit._store.put_together()
        kit._store.put_together()
        assert size_of(owner) > 100, "nothing has made place yet"
        owner.execute("vacuum kit.tally")
        kit._store.put_together()
        owner.execute("vacuum kit.tally")
        assert size_of(owner) < 8
        before = owner.execute(sums.encode()).fetchall()
        kit._store.put_together()
        assert owner.execute(sums.encode()).fetchall() == before


def size_of(owner: psycopg.Connection[Any]) -> int:
    """Return on how many pages the sums stand."""
    ((pages,),) = owner.execute("select pg_relation_size('kit.tally') / 8192").fetchall()
    return int(pages)


def _others(_kit: Kit, _owner: Any, other: psycopg.Connection[Any]) -> None:
    if other.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        other.execute("begin")
    given_ = {"id": OTHERS, "where": "bank", "mode": "OnTime", "now": ago(hours=30), "by": 7}
    for what in ("insert", "touch", "done", "archive"):
        other.execute(CHANGES[what].encode(), given_)


def _end(how: str) -> Any:
    def end(_kit: Kit, _owner: Any, other: psycopg.Connection[Any]) -> None:
        if other.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            other.execute(how.encode())

    return end


def _put_together(kit: Kit, owner: psycopg.Connection[Any], _other: Any) -> None:
    """Put together, for which there has to be much: here what comes and goes."""
    owner.execute(MUCH)
    kit._store.put_together()
    with owner.execute("select count(*) from kit.tally where day is not null") as left:
        assert left.fetchone() == (0,)


def _fail(_kit: Kit, owner: psycopg.Connection[Any], _other: Any) -> None:
    """Let a statement fail that has changed rows already."""
    with contextlib.suppress(psycopg.errors.CheckViolation):
        owner.execute(
            "update core.campaigns set status = case when campaign_id = 1 then 'Done' else 'No such' end"
        )


def _replica(_kit: Kit, owner: psycopg.Connection[Any], _other: Any) -> None:
    """Change rows as replication does, which leaves ordinary triggers out."""
    owner.execute("set session_replication_role = replica")
    owner.execute("update core.campaigns set status = 'Paused', updated_at = now() where campaign_id = 2")
    owner.execute("reset session_replication_role")


OTHERWISE = {
    "refresh": lambda kit, *_: kit.refresh(),
    "put together": _put_together,
    "all anew": lambda kit, *_: kit.refresh(everything=True),
    "others": _others,
    "commit": _end("commit"),
    "roll back": _end("rollback"),
    "fail": _fail,
    "replica": _replica,
}


@pytest.mark.parametrize("order", [("archive", "done"), ("done", "archive")])
def test_two_who_change_the_same_campaign_at_once_are_both_counted(
    there: tuple[Server, Kit, Kit], order: tuple[str, str]
) -> None:
    server, kit, by_rows = there
    first, second = order
    with server.connect(DATABASE) as one, server.connect(DATABASE) as two:
        one.execute("truncate core.campaigns, kit.archived")
        one.execute(INSERT, given_ := {"id": 1, "where": "bank", "mode": None, "now": ago(hours=2)})
        one.execute("begin")
        one.execute(CHANGES[first].encode(), given_)
        two.execute("set lock_timeout = 200")
        with contextlib.suppress(psycopg.errors.LockNotAvailable):
            two.execute(CHANGES[second].encode(), given_)
        one.execute("commit")
        two.execute(CHANGES[second].encode(), given_)
    assert numbers(kit) == numbers(by_rows)


def test_sums_that_nobody_puts_together_any_more_are_not_added_up_for_ever(
    there: tuple[Server, Kit, Kit], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, kit, by_rows = there
    with server.connect(DATABASE) as owner:
        owner.execute("truncate core.campaigns, kit.archived")
        owner.execute(INSERT, {"id": 1, "where": "bank", "mode": None, "now": ago(hours=2)})

    def added() -> list[bool]:
        with kit._store.reading() as session:
            asked = {
                "scope": ["bank"],
                "view": "queue",
                "search": "a",
                "few": 9,
                "id_low": None,
                "id_high": None,
            }
            asked |= {
                "since": ago(days=9),
                "now": NOW,
                "first": NOW,
                "last": NOW,
                "first_day": NOW,
                "last_day": NOW,
            }
            return [session.sums(name, asked) is not None for name in KEPT]

    assert added() == [True] * len(KEPT)
    monkeypatch.setattr(postgres, "MOST_APART", 0)
    assert added() == [False] * len(KEPT)
    assert numbers(kit) == numbers(by_rows)


def test_core_s_own_login_writes_through_the_triggers_without_a_right_in_kit(
    there: tuple[Server, Kit, Kit],
) -> None:
    server, kit, by_rows = there
    with server.connect(DATABASE) as owner:
        server.login("core_app")
        owner.execute("grant usage on schema core to core_app")
        owner.execute("grant select, insert, update, delete on core.campaigns to core_app")
        with psycopg.connect(server.url(DATABASE, "core_app"), autocommit=True) as core:
            for what in ("insert", "done", "delete", "insert"):
                core.execute(
                    CHANGES[what].encode(), {"id": 7, "where": "bank", "mode": None, "now": ago(hours=3)}
                )
                assert numbers(kit) == numbers(by_rows)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                core.execute("insert into kit.tally values ('bank', 'Done', 'Approved', null, false, 7)")


def test_init_adds_up_anew_what_was_changed_with_triggers_disabled(there: tuple[Server, Kit, Kit]) -> None:
    server, kit, by_rows = there
    with server.connect(DATABASE) as owner:
        owner.execute("alter table core.campaigns disable trigger all")
        owner.execute(
            CHANGES["insert"].encode(), {"id": 8, "where": "bank", "mode": None, "now": ago(hours=3)}
        )
    slow = campaignkit.open(kit._store.address, workspace="master", now=NOW)
    assert numbers(slow) == numbers(by_rows), "whoever opens it meanwhile, looks at the rows"
    slow._store.close()  # type: ignore[attr-defined]
    init(database(server.url(DATABASE), writable=True))
    assert numbers(kit) == numbers(by_rows)


def test_init_brings_sums_of_an_earlier_version_up_to_date(there: tuple[Server, Kit, Kit]) -> None:
    server, kit, by_rows = there
    with server.connect(DATABASE) as owner:
        owner.execute("truncate core.campaigns, kit.archived")
        owner.execute("drop table kit.tally_days, kit.tally_senders, kit.senders")
        owner.execute("alter table kit.tally drop column day, drop column saddr")
        owner.execute("alter table core.campaigns disable trigger all")  # that version's would fit its table
        for id in range(1, 4):
            owner.execute(INSERT, {"id": id, "where": "bank", "mode": None, "now": ago(hours=3)})
        owner.execute("alter table core.campaigns enable always trigger campaignkit_tally")
    early = campaignkit.open(kit._store.address, workspace="master", now=NOW)
    assert numbers(early) == numbers(by_rows), "until then the rows are looked at"
    early._store.close()  # type: ignore[attr-defined]
    for _ in range(2):
        init(database(server.url(DATABASE), writable=True))
        assert numbers(kit) == numbers(by_rows)
    with server.connect(DATABASE) as owner:
        for what in ("rename", "done", "archive"):
            owner.execute(CHANGES[what].encode(), {"id": 2})
            assert numbers(kit) == numbers(by_rows)


def test_core_goes_on_without_kit(prepared: Server) -> None:
    name = prepared.create("no_kit", template=PREPARED)
    with prepared.connect(name) as owner:
        owner.execute("insert into core.workspaces values ('bank', 'Bank', 'UTC')")
        owner.execute("drop schema kit cascade")
        owner.execute(CHANGES["insert"].encode(), {"id": 1, "where": "bank", "mode": None, "now": NOW})
    prepared.drop(name)
