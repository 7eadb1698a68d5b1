"""What the stand-in needs of a server, and what it is to those who use the server beside it."""

from __future__ import annotations

import psycopg
import pytest

from campaignkit.demo.stand_in import Simulator, check_may_write, server
from campaignkit.demo.stand_in.life import Campaign, Move
from campaignkit.domain.errors import NotAllowed, StoreBusy
from campaignkit.kit import database
from campaignkit.store.base import Session, Store
from campaignkit.store.postgres import PostgresStore
from tests.demo.stand_in.conftest import SOURCE, Build, Driver, people
from tests.postgres import PREPARED, Server
from tests.world import NOW, campaign

LOGIN = "stan"
GRANTS = (
    "grant usage on schema core, kit to stan",
    "grant select, insert, update on all tables in schema core to stan",
    "grant select on all tables in schema kit to stan",
)


@pytest.fixture(scope="session", params=["postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def database_of(store: Store) -> str:
    """Return what the server calls a database."""
    with store.reading() as session:
        ((name,),) = session.query("select current_database()")
    return str(name)


@pytest.fixture
def stan(store: Store, prepared: Server) -> str:
    """Return the address for a login that owns nothing and may do what Core does."""
    prepared.login(LOGIN)
    name = database_of(store)
    with store.writing() as session:
        for grant in (*GRANTS, f"grant create on database {name} to stan"):
            session.script(grant)
    return prepared.url(name, LOGIN)


def test_whoever_may_do_what_core_does_can_stand_in_for_it(stan: str, store: Store) -> None:
    with store.writing() as session:
        campaign(session, 2, status="Pending")
        people(session, 2, 50)
    driver = Driver(database(stan, writable=True, numbers=True).open())
    driver.do("update sim.campaigns set fate = 'healthy'")
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")


@pytest.mark.parametrize(
    ("revoke", "said"),
    [
        ("insert on core.recipients", "add to core.recipients"),
        ("select on core.recipients", "read all of core.recipients"),
        ("update on core.campaigns", "change core.campaigns"),
        ("insert on core.audit_events", "add to core.audit_events"),
        ("insert on core.recipient_numbers", "add to core.recipient_numbers"),
        ("create on database {name}", "make the schema sim"),
    ],
)
def test_a_login_that_may_not_do_what_core_does_is_told_what_it_lacks(
    stan: str, store: Store, revoke: str, said: str
) -> None:
    name = database_of(store)
    with store.writing() as session:
        session.script(f"revoke {revoke.format(name=name)} from stan")
        session.script("grant select (campaign_id, recipient_id) on core.recipients to stan")
        if revoke.startswith("select"):
            session.script("grant campaignkit_viewer to stan")
    try:
        with pytest.raises(NotAllowed, match=f"stan may not {said} in .*docs/postgresql.md"):
            check_may_write(database(stan, writable=True).open(), own_data=True)
    finally:
        with store.writing() as session:
            session.script("revoke campaignkit_viewer from stan")


def test_what_another_login_has_begun_is_not_gone_on_with(stan: str, drive: Build) -> None:
    drive()
    with pytest.raises(NotAllowed, match="stan may not change sim"):
        Simulator(database(stan, writable=True).open()).begin(NOW, own_data=True)


def test_who_decides_about_a_campaign_under_way_waits_for_the_step(
    drive: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, moved = drive(), Simulator._move
    seen: list[str] = []

    def move(simulator: Simulator, session: Session, campaign: Campaign, move: Move, given: object) -> None:
        with psycopg.connect(driver.store.address, options="-c lock_timeout=50ms") as somebody:
            try:
                somebody.execute("update core.campaigns set status = 'Cancelled' where campaign_id = 2")
            except psycopg.errors.LockNotAvailable:
                seen.append(move.event or move.phase)
        moved(simulator, session, campaign, move, given)  # type: ignore[arg-type]

    monkeypatch.setattr(Simulator, "_move", move)
    driver.until("select status = 'Sending' from core.campaigns where campaign_id = 2")
    assert len(seen) == 4 and driver.status(2) == "Sending"


def test_who_holds_a_campaign_for_long_is_waited_for_in_a_sentence(drive: Build) -> None:
    driver = drive()
    with psycopg.connect(driver.store.address) as somebody:
        somebody.execute("update core.campaigns set status = 'Cancelled' where campaign_id = 2")
        with pytest.raises(StoreBusy, match="held by somebody else"):
            driver.ticks(3, seconds=5)
        somebody.commit()
    driver.ticks(3)
    assert driver.status(2) == "Cancelled"


def test_a_step_needs_nothing_of_the_connection_that_the_one_before_had(drive: Build) -> None:
    driver = drive()
    driver.until("select status = 'Sending' from core.campaigns where campaign_id = 2")
    driver.ask(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")
    left = "select count(*) from pg_class where relpersistence = 't' and relname in ('batch', 'drawn') and reltuples > 0"
    assert driver.one(left) == 0


def numbered(driver: Driver) -> tuple[int, int]:
    """Return how many people of the second campaign there are, and for how many the number is that of the source."""
    ((people, same),) = driver.ask(
        "select count(*), count(*) filter (where n.ctn = m.ctn) from core.recipients r"
        " left join core.recipient_numbers n on n.campaign_id = r.campaign_id and n.recipient_id = r.recipient_id"
        f" join core.recipients s on s.campaign_id = {SOURCE} and s.ctn_hash = r.ctn_hash"
        " left join core.recipient_numbers m on m.campaign_id = s.campaign_id and m.recipient_id = s.recipient_id"
        " where r.campaign_id = 2"
    )
    return people, same


def number(store: Store, *, but: str) -> None:
    """Give the people of the source full numbers, some *but*."""
    with store.writing() as session:
        session.script(
            "insert into core.recipient_numbers select campaign_id, recipient_id, '+1555' || lpad(recipient_id::varchar, 7, '0')"
            f" from core.recipients where campaign_id = {SOURCE} and not ({but})"
        )


def test_a_list_that_core_makes_has_the_full_numbers_of_its_people(store: Store, drive: Build) -> None:
    number(store, but="recipient_id % 10 = 0")
    driver = drive(listed=0)
    driver.until("select status = 'Sending' from core.campaigns where campaign_id = 2")
    assert numbered(driver) == (300, 270)
    assert driver.one("select count(*) from core.recipient_numbers where campaign_id = 2") == 270


def test_so_have_the_people_of_a_triggers_events(store: Store, drive: Build) -> None:
    number(store, but="recipient_id = 3")
    driver = drive(mode="Trigger", listed=0)
    driver.do("update sim.campaigns set rate = 7 where campaign_id = 2")
    driver.until("select count(*) > 350 from core.recipients where campaign_id = 2")
    people, same = numbered(driver)
    assert people - 2 <= same < people


def test_what_is_distributed_over_a_cluster_is_refused(
    prepared: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = prepared.create("spread", template=PREPARED)
    store = PostgresStore(prepared.url(name), writable=True).open()
    if not prepared.workers:  # a stand-in for the cluster's catalog
        with store.writing() as session:
            session.script(
                "create table kit.pg_dist_partition as select 'core.recipients'::regclass as logicalrelid"
            )
        monkeypatch.setattr(
            server, "_IS_A_CLUSTER", "select set_config('search_path', 'kit', true) is not null"
        )
    with pytest.raises(
        NotAllowed, match="core.recipients is distributed over a cluster in .*: name a sample"
    ):
        check_may_write(store, own_data=True)
    prepared.drop(name)
