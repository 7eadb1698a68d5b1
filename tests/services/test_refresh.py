"""What was counted and what is counted now are the same numbers, whatever happens to the rows and whenever."""

from __future__ import annotations

import errno
import itertools
import threading
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import campaignkit
from campaignkit import Kit, RecipientFilter, SmsResult
from campaignkit.domain.errors import NotAllowed, StoreBusy, StoreError
from campaignkit.report.snapshot import take
from campaignkit.report.wanted import Wanted
from campaignkit.services.refresh import (
    BREATH,
    CAMPAIGNS,
    RECIPIENTS,
    SETTLED,
    Progress,
    Refreshed,
    bundles,
    refresh,
    watch,
)
from campaignkit.store import postgres
from campaignkit.store.duckdb import DuckStore, Session
from campaignkit.store.probe import COUNTS
from campaignkit.store.statements import Variant
from tests import world
from tests.services.conftest import ON_A_FILE, Build, owned, recorded, reopened
from tests.world import NOW, ago

TABLES = tuple(sorted(name.removeprefix("kit.") for name in COUNTS))
STAGES = ("New", "Sending", "Delivered", "Failed")
CODES = (None, "DELIVRD", "UNDELIV", "ENROUTE", "UNKNOWN", "MK:0001")
FILTERS = (
    RecipientFilter(),
    RecipientFilter(sms_results={SmsResult.FAILED}),
    RecipientFilter(smpp_codes={"UNDELIV"}),
    RecipientFilter(smpp_codes={"NOPE"}, null_smpp=False),
    RecipientFilter(esmes={"b"}),
)


class Clock:
    """Now, which a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def fill(session: Session) -> None:
    """Three campaigns: one with messages, one that has none yet, one in another workspace's zone."""
    world.workspace(session, "retail", "Europe/Vilnius")
    world.workspace(session, "bank", "Asia/Kathmandu")
    world.campaign(session, 1, "retail", status="Sending", delivery_errors=1)
    world.campaign(session, 2, "retail", status="Pending")
    world.campaign(session, 3, "bank")
    for number, (campaign_id, code) in enumerate(itertools.product((1, 3), CODES)):
        message(
            session, campaign_id, number, stage="Delivered", code=code, esme="b", sent=ago(hours=20 * number)
        )


def message(
    session: Session,
    campaign_id: int,
    number: int,
    *,
    stage: str,
    code: str | None,
    esme: str | None,
    sent: datetime,
) -> None:
    world.recipient(
        session,
        campaign_id,
        number,
        stage=stage,
        smpp_code=code,
        sms_result={"DELIVRD": "delivered", "UNDELIV": "failed"}.get(code or "", "unknown"),
        esme=esme,
        sent_at=sent if stage == "Delivered" else None,
        filter="stop list" if stage == "New" and number % 2 else None,
    )


def everything(kit: Kit) -> dict[str, Any]:
    """Return each number of each screen: tiles, list, detail with badge, activity, errors, recipients."""
    rows = kit.campaigns.page().rows
    return {
        "tiles": kit.campaigns.kpis(),
        "list": [(row.external_id, row.sent, row.delivered, row.errors, row.total) for row in rows],
        **{
            row.external_id: (
                {**asdict(kit.campaigns.show(row.external_id)), "campaign": None},
                kit.campaigns.activity(row.external_id),
                kit.errors.of(row.external_id),
                [kit.recipients.counts(row.external_id, filter) for filter in FILTERS],
                [kit.recipients.page(row.external_id, filter).total for filter in FILTERS],
            )
            for row in rows
        },
    }


def without_counts(kit: Kit) -> dict[str, Any]:
    """Return the same by a kit for which nothing was ever counted, on a copy of the rows."""
    store = owned(kit)
    with store.writing() as session:
        session.script("create schema aside")
        for name in TABLES:
            session.script(f"create table aside.{name} as select * from kit.{name}; delete from kit.{name}")
    found = everything(kit)
    with store.writing() as session:
        for name in TABLES:
            session.script(f"insert into kit.{name} select * from aside.{name}")
        session.script("drop schema aside cascade")
    return found


def by_hand(kit: Kit) -> dict[int, tuple[int, int, int]]:
    """Return what each campaign sent, delivered and lost, added up row by row."""
    with kit._store.reading() as session:
        rows = session.query("select campaign_id, sent_at is not null, sms_result from core.recipients")
        campaigns = session.query("select campaign_id from core.campaigns")
    found = dict.fromkeys((campaign_id for (campaign_id,) in campaigns), (0, 0, 0))
    for campaign_id, sent, result in rows:
        a, b, c = found[campaign_id]
        found[campaign_id] = a + sent, b + (result == "delivered"), c + (result == "failed")
    return found


def agree(kit: Kit) -> None:
    """Assert that every number is what the rows say."""
    assert everything(kit) == without_counts(kit)
    hand = by_hand(kit)
    rows = kit.campaigns.page().rows
    assert {row.campaign_id: (row.sent, row.delivered, row.errors) for row in rows} == hand
    assert kit.campaigns.kpis().sms_sent == sum(delivered for _, delivered, _ in hand.values())


@ON_A_FILE
def test_of_what_changed_since_the_tiles_look_at_that_alone(build: Build) -> None:
    kit = build(fill, role="operator")
    kit.refresh()
    store = owned(kit)
    with recorded() as asked:
        tiles_agree(kit)
    assert not {"counts/newer", "counts/delivered"} & names(asked), "all is counted"
    with store.writing() as session:
        message(session, 3, 100, stage="Delivered", code="DELIVRD", esme="b", sent=NOW)
        world.execute(
            session, "update core.campaigns set updated_at = $now where campaign_id = 3", {"now": NOW}
        )
        world.campaign(session, 4, "bank", status="Sending", updated_at=NOW)
        message(session, 4, 1, stage="Delivered", code="DELIVRD", esme="b", sent=NOW)
        world.execute(session, "update core.campaigns set status = 'Done', updated_at = $now where campaign_id = 1", {"now": NOW})  # fmt: skip
    with recorded() as asked:
        tiles_agree(kit)
    assert "counts/newer" in names(asked) and "counts/delivered" not in names(asked)
    with store.writing() as session:  # by a clock that was set back
        message(session, 2, 100, stage="Delivered", code="DELIVRD", esme="b", sent=NOW)
        world.execute(session, "update core.campaigns set updated_at = $then where campaign_id = 2", {"then": ago(days=9)})  # fmt: skip
    with recorded() as asked:
        tiles_agree(kit)
    assert "counts/delivered" in names(asked)


@pytest.mark.parametrize("moment", [NOW, ago(days=9)], ids=["later", "earlier"])
def test_campaigns_that_change_in_one_moment_do_not_hide_each_other(build: Build, moment: datetime) -> None:
    def pair(session: Session) -> None:
        world.workspace(session, "retail")
        for campaign_id in (1, 2):
            world.campaign(session, campaign_id, status="Sending", created_at=ago(days=1))
            message(session, campaign_id, 1, stage="Delivered", code="DELIVRD", esme="b", sent=ago(hours=1))

    kit = build(pair, role="operator")
    kit.refresh()
    with owned(kit).writing() as session:
        for campaign_id in (1, 2):
            message(session, campaign_id, 2, stage="Delivered", code="DELIVRD", esme="b", sent=NOW)
        world.execute(session, "update core.campaigns set updated_at = $moment", {"moment": moment})
    assert kit.campaigns.kpis().sms_sent == 4


def tiles_agree(kit: Kit) -> None:
    assert kit.campaigns.kpis().sms_sent == sum(delivered for _, delivered, _ in by_hand(kit).values())


def names(asked: list[tuple[str, Variant]]) -> set[str]:
    return {name for name, _ in asked}


# ── foreign SQL under every screen ───────────────────────────────────────────

FOREIGN = {
    "receipts come in": "update core.recipients set smpp_code = 'UNDELIV', sms_result = 'failed' where smpp_code is null",
    "rows come in": (
        "insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, esme, filter, smpp_code, sms_result,"
        " created_at, sent_at) select campaign_id, recipient_id + 100, ctn_tail, stage, esme, filter, smpp_code, sms_result,"
        " created_at, sent_at from core.recipients"
    ),
    "rows go": "delete from core.recipients where smpp_code = 'DELIVRD'",
    "all rows go": "delete from core.recipients where campaign_id = 1",
    "times move": (  # in one zone, where 37 hours are 37 hours: a cluster takes no arithmetic that a setting decides
        "update core.recipients set sent_at = (sent_at at time zone 'UTC' + interval '37 hours') at time zone 'UTC'"
        " where sent_at is not null"
    ),
    "a bind is renamed": "update core.recipients set esme = 'z'",
    "stages change": "update core.recipients set stage = 'Failed', sent_at = null, smpp_code = null, sms_result = 'unknown'",
    "a zone changes": "update core.workspaces set time_zone = 'America/New_York' where workspace_id = 'retail'",
}


@pytest.mark.parametrize("change", FOREIGN)
def test_foreign_changes_are_on_every_screen_on_both_sides_of_a_refresh(build: Build, change: str) -> None:
    kit = build(fill, role="operator")
    before = everything(kit)
    assert kit.refresh() == Refreshed(counted=3, left=0)
    assert everything(kit) == before
    with owned(kit).writing() as session:
        session.script(FOREIGN[change])
        session.script("update core.campaigns set updated_at = updated_at + interval '1 second'")
    agree(kit)
    kit.refresh()
    agree(kit)
    assert check_counts(kit._store) == []


def test_an_export_and_a_report_have_the_rows_that_the_screens_count_on_both_sides_of_a_refresh(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(tmp_path / "kept"))
    kit = build(fill, role="operator")
    kit.refresh()
    one = kit.campaigns.page().rows[0].external_id
    for refreshed in (False, True):
        with owned(kit).writing() as session:
            session.script(FOREIGN["rows come in"].replace("100", str(100 + 100 * refreshed)))
            session.script("update core.campaigns set updated_at = updated_at + interval '1 second'")
        if refreshed:
            kit.refresh()
        for filter in FILTERS:
            done = kit.exports.run_one(kit.exports.request(one, filter).export_id)
            assert done.rows_written == kit.recipients.page(one, filter).total
        take(kit, Wanted(campaigns=(one,)), tmp_path / f"report-{refreshed}")
        sealed = pl.read_parquet(tmp_path / f"report-{refreshed}" / "recipients.parquet")
        shown = kit.campaigns.show(one)
        assert len(sealed) == sum(shown.verdicts.values())
        assert len(sealed.filter(pl.col("sms_result") == "failed")) == shown.badge.failed_rows
        assert sealed["sent_at"].count() == sum(day.sent for day in kit.campaigns.activity(one).rows)


# ── whatever happens, in whatever order ──────────────────────────────────────

numbers = st.integers(0, 30)
changes = st.one_of(
    st.tuples(st.just("refresh")),
    st.tuples(st.just("wait"), st.sampled_from((0.3, 0.9, 3.0, 3600.0))),
    st.tuples(
        st.just("add"), st.integers(1, 3), numbers, st.sampled_from(STAGES), st.sampled_from(CODES),
        st.sampled_from((None, "a", "b")), st.integers(0, 90),
    ),
    st.tuples(st.just("receipt"), st.integers(1, 3), numbers, st.sampled_from(CODES)),
    st.tuples(st.just("remove"), st.integers(1, 3), numbers),
    st.tuples(st.just("back"), st.integers(1, 3)),
)  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kit, Clock]:
    """Return a kit whose clock a test moves; its database is emptied between two examples."""
    path = tmp_path_factory.mktemp("refresh") / "world.duckdb"
    store = world.make(path)
    with store.writing() as session:
        fill(session)
    clock = Clock()
    opened = campaignkit.open(path, workspace="master", role="operator", now=NOW, actor="ann")
    zones = {
        "retail": {"name": "Retail", "time_zone": "Europe/Vilnius"},
        "bank": {"name": "Bank", "time_zone": "UTC"},
    }
    return Kit(opened._store, opened.viewer, zones, clock), clock


ONE, TWO = (("add", 1, number, "Delivered", "DELIVRD", "a", 1) for number in (1, 2))


@example(steps=[ONE, ("refresh",), TWO])  # both changes bear the same time
@example(steps=[ONE, ("wait", 3.0), ("refresh",), TWO, ("back", 1), ("refresh",)])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(changes, min_size=1, max_size=12))
def test_whatever_changes_and_whenever_it_is_counted_the_numbers_are_those_of_the_rows(
    shared: tuple[Kit, Clock], steps: list[tuple[Any, ...]]
) -> None:
    """Core's clock shows whole seconds here, so several changes may bear one time."""
    kit, clock = shared
    store = kit._store
    clock.now = NOW
    with store.writing() as session:
        session.script("delete from core.recipients; delete from kit.counted; delete from kit.counted_totals")
        session.script("update core.campaigns set updated_at = '2026-11-23 11:00:00Z'")
    for step in steps:
        if step[0] == "refresh":
            kit.refresh()
        elif step[0] == "wait":
            clock.now += timedelta(seconds=step[1])
        else:
            with store.writing() as session:
                happen(session, clock.now, *step)
        clock.now += timedelta(milliseconds=100)
    agree(kit)
    assert {found.rule for found in check_counts(store)} == set()


def happen(session: Session, now: datetime, what: str, campaign_id: int, *more: Any) -> None:
    """Do what foreign SQL does, and move `updated_at` as the contract asks."""
    moment = now.replace(microsecond=0)
    if what == "add":
        number, stage, code, esme, hours = more
        message(session, campaign_id, number, stage=stage, code=code, esme=esme, sent=ago(hours=hours))
    elif what == "receipt":
        session.connection.execute(
            "update core.recipients set smpp_code = $code, sms_result = 'failed' where campaign_id = $c and recipient_id = $n",
            {"code": more[1], "c": campaign_id, "n": more[0]},
        ).complete()
    elif what == "remove":
        session.connection.execute(
            "delete from core.recipients where campaign_id = $c and recipient_id >= $n",
            {"c": campaign_id, "n": more[0]},
        ).complete()
    else:  # a clock that was set back
        session.script("delete from core.recipients")
        moment -= timedelta(minutes=10)
        session.connection.execute("update core.campaigns set updated_at = $at", {"at": moment}).complete()
        return
    session.connection.execute(
        "update core.campaigns set updated_at = $at where campaign_id = $c", {"at": moment, "c": campaign_id}
    ).complete()


def check_counts(store: DuckStore) -> list[Any]:
    from campaignkit.services.check import _violations

    with store.reading() as session:
        return [
            found
            for found in _violations(session, store.probe, frozenset())
            if found.relation.startswith("kit.")
        ]


# ── refresh itself ───────────────────────────────────────────────────────────


def test_only_what_changed_is_counted_again(build: Build) -> None:
    kit = build(fill, role="operator")
    assert kit.refresh() == Refreshed(counted=3, left=0)
    assert kit.refresh() == Refreshed(counted=0, left=0)
    with owned(kit).writing() as session:
        session.script(
            "update core.campaigns set updated_at = updated_at - interval '1 day' where campaign_id = 2"
        )
    told: list[tuple[int, int]] = []
    assert kit.refresh(progress=lambda *far: told.append(far)) == Refreshed(counted=1, left=0)
    assert told == [(0, 1)]
    assert kit.refresh(everything=True) == Refreshed(counted=3, left=0)


def test_what_changed_a_moment_ago_is_left_for_the_next_time(build: Build) -> None:
    kit = build(fill, role="operator")
    with owned(kit).writing() as session:
        moments = {1: NOW - SETTLED, 2: NOW, 3: NOW + timedelta(days=1)}
        for campaign_id, moment in moments.items():
            world.execute(
                session,
                "update core.campaigns set updated_at = $at where campaign_id = $c",
                {"at": moment, "c": campaign_id},
            )
    assert kit.refresh() == Refreshed(counted=0, left=3)
    agree(kit)
    assert refresh(kit._store, now=NOW + timedelta(seconds=3)) == Refreshed(counted=2, left=1)
    agree(kit)


def test_a_time_without_end_is_in_no_day_and_stops_nothing(build: Build) -> None:
    kit = build(fill, role="operator")
    with owned(kit).writing() as session:
        session.script("update core.recipients set sent_at = 'infinity' where smpp_code = 'UNKNOWN'")
    ids = [row.external_id for row in kit.campaigns.page().rows]
    counted_now = [(kit.campaigns.activity(one), kit.campaigns.show(one).verdicts) for one in ids]
    assert kit.refresh() == Refreshed(counted=3, left=0)
    assert [(kit.campaigns.activity(one), kit.campaigns.show(one).verdicts) for one in ids] == counted_now


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)  # a file has no limit
def test_counting_takes_as_long_as_it_takes(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []

    def run(self: Any, *given: Any) -> int:
        limits.append(self.connection.execute("show statement_timeout").fetchone())
        return counted(self, *given)

    counted = postgres.Session.run
    monkeypatch.setattr(postgres.Session, "run", run)
    build(fill, role="operator").refresh()
    assert set(limits) == {("0",)}


def test_whoever_may_only_look_may_not_refresh(build: Build) -> None:
    kit = build(fill)
    with pytest.raises(NotAllowed, match="refresh needs the role operator"):
        kit.refresh()


def test_two_do_not_refresh_at_once(build: Build) -> None:
    kit = build(fill, role="operator")
    with kit._store.claim("refresh"), pytest.raises(StoreBusy, match="refresh"):
        kit.refresh()


def test_whatever_prevents_counting_is_said_once_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaignkit.services.refresh.INTERVAL", 0)
    full = OSError(errno.ENOSPC, "No space left on device", "x.duckdb")
    answers = iter([full, full, NotAllowed("no longer yours"), Refreshed(counted=2, left=0), full])
    stop, warned = threading.Event(), []

    def once(_heed: Progress) -> Refreshed:
        answer = next(answers, None)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            stop.set()
        return answer or Refreshed(counted=1, left=0)

    assert watch(once, stop=stop, warn=warned.append) == 3
    again = "; counting again when it can be done"
    no_space = f"x.duckdb: No space left on device{again}"
    assert warned == [no_space, f"no longer yours{again}", no_space]


def test_a_database_from_before_there_were_counts_says_what_to_do_and_answers_all_the_same(
    build: Build, tmp_path: Path
) -> None:
    kit = build(fill, role="operator")
    whole = everything(kit)
    kit.refresh()
    with owned(kit).writing() as session:
        session.script("drop table kit.counted_parts")  # one of them alone would say that there is nothing
    old = reopened(kit, role="operator")
    assert everything(old) == whole
    with pytest.raises(StoreError, match=r"kit\.counted to keep counts in: run `campaignkit init`"):
        old.refresh()


def test_campaigns_are_counted_in_bundles_that_keep_a_transaction_short() -> None:
    def cut(*sizes: int) -> list[int]:
        rows = [{"campaign_id": number, "size": size} for number, size in enumerate(sizes)]
        found = list(bundles(rows))
        assert [campaign_id for bundle in found for campaign_id in bundle] == list(range(len(sizes)))
        return [len(bundle) for bundle in found]

    assert cut() == []
    assert cut(1, RECIPIENTS * 7, 1) == [1, 1, 1]
    assert cut(RECIPIENTS - 1, 1, 1) == [2, 1]
    assert cut(*[0] * (CAMPAIGNS + 1)) == [CAMPAIGNS, 1]
    assert BREATH > 0
