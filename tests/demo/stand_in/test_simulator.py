"""From approved to Done: every recipient through its stages, every receipt folded, and what people decide stands."""

from __future__ import annotations

import dataclasses
from datetime import time, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import pytest

from campaignkit.codes import stat_table
from campaignkit.demo.stand_in import simulator
from campaignkit.demo.stand_in.life import Move
from campaignkit.domain.errors import NotAllowed, StoreUnreadable
from campaignkit.domain.lifecycle import Event, Status, is_known_step
from campaignkit.kit import database
from campaignkit.services.check import check
from campaignkit.store.base import Store
from campaignkit.store.duckdb import DuckStore
from tests import world
from tests.demo.stand_in.conftest import ON_A_FILE, SAMPLE, Build, Copies, Driver, Empty, people
from tests.world import NOW

OF_2 = "from core.recipients where campaign_id = 2"


def history(driver: Driver, campaign_id: int = 2) -> list[str]:
    found = driver.ask(
        f"select phase from core.state_events where campaign_id = {campaign_id} order by event_id"
    )
    return [phase for (phase,) in found]


def statuses(driver: Driver, campaign_id: int = 2) -> list[str]:
    return [phase for phase in history(driver, campaign_id) if "." not in phase]


def test_from_pending_to_done(drive: Build) -> None:
    driver = drive()
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")
    assert history(driver) == ["Building", "Building.parse", "Building.stop-list", "Sending", "Done"]
    (row,) = driver.ask("select total, moderation, updated_at from core.campaigns where campaign_id = 2")
    assert row == (200, "Approved", driver.now)
    assert driver.ask("select action, actor, note from core.audit_events where campaign_id = 2") == [
        ("completed", "core", "all messages processed")
    ]
    assert driver.one(f"select count(*) {OF_2} and stage in ('Delivered', 'Failed')") >= 190
    assert driver.one(f"select count(*) {OF_2} and stage = 'New' and filter is null") == 0
    assert driver.one("select count(*) from sim.receipts") > 0, "Done does not wait for receipts"


def test_every_recipient_passes_through_its_stages(drive: Build) -> None:
    driver = drive(listed=60)
    seen: dict[int, list[str]] = {}
    for _ in range(40):
        driver.ticks(seconds=0.3)
        for recipient_id, stage in driver.ask(f"select recipient_id, stage {OF_2}"):
            stages = seen.setdefault(recipient_id, [])
            if not stages or stages[-1] != stage:
                stages.append(stage)
    ways = {tuple(stages) for stages in seen.values()}
    assert ("New", "Sending", "Delivered") in ways
    assert ways <= {
        ("New",),
        ("New", "Sending"),
        ("New", "Sending", "Delivered"),
        ("New", "Sending", "Failed"),
    }


def test_what_the_centre_accepts_has_a_moment_an_id_a_bind_and_esme_rok(drive: Build) -> None:
    driver = drive(listed=3000, speed=60)
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")
    accepted = f"{OF_2} and stage = 'Delivered'"
    assert driver.one(
        f"select bool_and(sent_at is not null and smsid is not null and command_status = 'ESME_ROK') {accepted}"
    )
    assert driver.one(
        f"select bool_and(sent_at > timestamptz '{NOW}' and sent_at <= timestamptz '{driver.now}') {accepted}"
    )
    assert driver.one(f"select bool_and(dlr_at >= sent_at) {accepted} and dlr_at is not null")
    assert driver.one(f"select count(distinct esme) {accepted}") == 5
    assert driver.one(f"select count(*) = count(distinct esme || smsid) {accepted}")
    assert driver.one(f"select bool_and(filter = 'route: intl-fallback') {accepted} and esme = 'agg-intl'")
    failed = f"{OF_2} and stage = 'Failed'"
    assert driver.one(f"select count(*) {failed}") > 5
    assert driver.one(
        f"select bool_and(sent_at is null and smsid is null and smpp_code is null and error like '%(ESME_R%)') {failed}"
    )
    assert check(driver.store).violations == ()


def test_throttled_messages_are_tried_again(drive: Build) -> None:
    driver = drive(listed=2000)
    driver.until(
        f"select count(*) > 0 {OF_2} and stage = 'Sending' and error = 'retry 1 of 3 after ESME_RTHROTTLED'"
    )
    retried = driver.one(f"select min(recipient_id) {OF_2} and error = 'retry 1 of 3 after ESME_RTHROTTLED'")
    driver.until(f"select stage <> 'Sending' {OF_2} and recipient_id = {retried}")
    ((stage, status, error),) = driver.ask(
        f"select stage, command_status, error {OF_2} and recipient_id = {retried}"
    )
    assert (stage, status) == ("Delivered", "ESME_ROK")
    assert error.startswith("accepted at retry ") and error.endswith(" of 3, after ESME_RTHROTTLED")


def test_the_outcome_is_that_of_a_healthy_campaign(drive: Build) -> None:
    driver = drive(listed=20_000, speed=3600)
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")
    driver.ticks(60, seconds=5)  # twelve days of receipts
    share = "select count(*) filter (where {}) * 100.0 / count(*) " + OF_2
    assert 90 <= driver.one(share.format("smpp_code = 'DELIVRD'")) <= 95
    assert 2.5 <= driver.one(share.format("smpp_code = 'UNDELIV'")) <= 5
    assert 1.2 <= driver.one(share.format("smpp_code = 'EXPIRED'")) <= 3
    assert 0.2 <= driver.one(share.format("smpp_code in ('REJECTD', 'DND_REJECTED')")) <= 1
    assert 0.3 <= driver.one(share.format("stage = 'Failed'")) <= 1.2
    assert 0.5 <= driver.one(share.format("stage = 'Delivered' and smpp_code is null")) <= 2
    assert driver.one("select count(*) from sim.answers") == 0
    assert driver.one("select count(*) from sim.receipts") <= 20
    for code, result in driver.ask(f"select distinct smpp_code, sms_result {OF_2} and smpp_code is not null"):
        assert stat_table().result(code) == result


def test_waits_are_those_of_the_field_and_speed_divides_them(drive: Build) -> None:
    driver = drive(listed=1000)
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2", seconds=3)
    driver.ticks(20, seconds=3)
    median = f"select percentile_cont(0.5) within group (order by extract(epoch from dlr_at - sent_at)) {OF_2} and smpp_code = 'DELIVRD'"
    assert 4 <= driver.one(median) <= 9


def test_a_dead_number_bounces_each_time(drive: Build) -> None:
    driver = drive(listed=2000, speed=600)
    with driver.store.writing() as session:
        world.campaign(session, 3, status="Pending")
        people(session, 3, 2000)
    driver.until(
        "select bool_and(status in ('Done', 'Failed')) from core.campaigns where campaign_id in (2, 3)"
    )
    driver.do("update sim.campaigns set fate = 'healthy'")
    driver.ticks(20, seconds=5)
    both = driver.ask(
        "select a.smpp_code, b.smpp_code from core.recipients a join core.recipients b on b.ctn_hash = a.ctn_hash"
        " where a.campaign_id = 2 and b.campaign_id = 3 and a.error in ('unknown subscriber', 'no SMS service')"
        " and b.stage = 'Delivered'"
    )
    assert len(both) > 20
    assert {second for _, second in both} == {"UNDELIV"}


def test_core_makes_the_list_of_a_campaign_that_has_none(drive: Build) -> None:
    driver = drive(listed=0)
    driver.until("select status = 'Sending' from core.campaigns where campaign_id = 2")
    assert driver.one(f"select count(*) {OF_2}") == 300
    assert driver.one("select total from core.campaigns where campaign_id = 2") == 300
    hashes = "select distinct ctn_hash from core.recipients where campaign_id = {}"
    assert driver.ask(f"{hashes.format(2)} except {hashes.format(1)}") == []
    assert driver.one(f"select bool_and(created_at > timestamptz '{NOW}') {OF_2}")


def test_while_it_is_pending_and_building_the_total_is_not_known(drive: Build) -> None:
    driver = drive(status="Pending", total=200)
    driver.until("select status = 'Building' from core.campaigns where campaign_id = 2")
    assert driver.one("select total from core.campaigns where campaign_id = 2") is None


def test_the_stop_list_excludes_and_names_itself(drive: Build) -> None:
    driver = drive(listed=4000)
    driver.do(
        "update sim.campaigns set excluded = 0.125, stop_list = 'stop list: opt-out' where campaign_id = 2"
    )
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2", most=900)
    excluded = driver.one(f"select count(*) {OF_2} and stage = 'New' and filter = 'stop list: opt-out'")
    assert 400 < excluded < 600
    (reason,) = driver.ask("select reason from core.state_events where campaign_id = 2 and phase = 'Sending'")
    assert reason == (f"list ready: {4000 - excluded:,} recipients, {excluded:,} excluded",)


# --- ends other than Done


def test_a_list_that_cannot_be_parsed_fails_with_a_job_error(drive: Build) -> None:
    driver = drive(listed=0, fate="unparsed")
    driver.until("select status = 'Failed' from core.campaigns where campaign_id = 2")
    ((phase, code, message),) = driver.ask("select phase, code, message from core.job_errors")
    assert (phase, code) == ("Building.parse", "FILE_PARSE") and message.startswith("line ")
    assert driver.ask(f"select 1 {OF_2}") == []
    assert driver.one("select total from core.campaigns where campaign_id = 2") is None
    assert driver.ask("select action, actor from core.audit_events") == [("failed", "core")]


def test_without_any_bind_it_fails_with_its_whole_list_left(drive: Build) -> None:
    driver = drive(fate="unbound")
    driver.until("select status = 'Failed' from core.campaigns where campaign_id = 2")
    assert driver.one("select count(*) from core.job_errors where code = 'BIND_FAILED'") == 5
    assert driver.one(f"select count(*) {OF_2} and stage = 'New'") == 200


def test_when_the_centre_refuses_everything_it_gives_up(drive: Build) -> None:
    driver = drive(fate="exhausted", listed=3000)
    driver.until("select status = 'Failed' from core.campaigns where campaign_id = 2")
    assert driver.ask("select code from core.job_errors") == [("RETRY_EXHAUSTED",)]
    driver.ticks(10, seconds=4)
    assert (
        driver.one(f"select count(*) {OF_2} and stage = 'Failed' and command_status = 'ESME_RSYSERR'") > 100
    )
    assert driver.one(f"select count(*) {OF_2} and stage = 'Sending'") == 0
    assert driver.one(f"select count(*) {OF_2} and stage = 'New'") > 100


def test_a_lost_bind_is_told_once_and_nothing_ends(drive: Build) -> None:
    driver = drive(fate="rebound")
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")
    assert driver.ask("select code from core.job_errors") == [("BIND_FAILED",)]


def test_it_expires_with_its_list_unfinished(drive: Build) -> None:
    driver = drive(mode="Spread", start_at=NOW, end_at=NOW + timedelta(seconds=30), listed=2000)
    driver.do("update sim.campaigns set rate = 20 where campaign_id = 2")
    driver.until("select status = 'Expired' from core.campaigns where campaign_id = 2")
    assert driver.now - NOW <= timedelta(seconds=32)
    assert driver.one(f"select count(*) {OF_2} and stage = 'New'") > 100
    assert driver.ask("select action from core.audit_events") == [("expired",)]


def test_a_spread_that_is_fast_enough_is_done_at_about_its_end(drive: Build) -> None:
    driver = drive(mode="Spread", start_at=NOW, end_at=NOW + timedelta(seconds=100), listed=500)
    driver.until("select status <> 'Pending' from core.campaigns where campaign_id = 2")
    driver.until("select status not in ('Building', 'Sending') from core.campaigns where campaign_id = 2")
    assert timedelta(seconds=60) < driver.now - NOW <= timedelta(seconds=102)
    assert driver.one(f"select count(*) {OF_2} and stage = 'New' and filter is null") <= 25


def test_outside_its_window_it_is_paused_and_goes_on_when_it_opens(drive: Build) -> None:
    shut, opens = (NOW + timedelta(seconds=20)).time(), (NOW + timedelta(seconds=60)).time()
    driver = drive(window_from=opens, window_to=shut, listed=3000)
    driver.until("select status = 'Paused' from core.campaigns where campaign_id = 2")
    driver.ticks(5)
    before = driver.one(f"select count(*) {OF_2} and stage = 'New'")
    driver.ticks(5, seconds=2)
    assert driver.one(f"select count(*) {OF_2} and stage = 'New'") == before > 0
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")
    assert statuses(driver) == ["Building", "Sending", "Paused", "Sending", "Done"]
    assert driver.ask("select action, note from core.audit_events order by audit_id") == [
        ("paused", "outside the daily window, until 23 Nov 12:01"),
        ("resumed", "window opened"),
        ("completed", "all messages processed"),
    ]


def test_what_a_person_has_paused_stays_paused(store: Store) -> None:
    with store.writing() as session:
        world.campaign(session, 2, status="Paused", total=50)
        people(session, 2, 50)
        for number, actor in enumerate(("core", "A. Person"), start=1):
            world.insert(
                session, "core.audit_events", audit_id=number, workspace_id="retail", campaign_id=2, action="paused",
                actor=actor, occurred_at=NOW,
            )  # fmt: skip
    driver = Driver(store)
    driver.ticks(30)
    assert driver.status(2) == "Paused"


def test_a_trigger_grows_with_each_event_and_its_total_with_it(drive: Build) -> None:
    driver = drive(mode="Trigger", start_at=NOW, end_at=NOW + timedelta(seconds=90), listed=0)
    driver.do("update sim.campaigns set rate = 7 where campaign_id = 2")
    driver.until("select status = 'Sending' from core.campaigns where campaign_id = 2")
    totals = []
    for _ in range(20):
        driver.ticks(seconds=3)
        totals.append(driver.one("select total from core.campaigns where campaign_id = 2"))
        assert driver.one(f"select count(*) {OF_2}") == totals[-1]
    assert totals == sorted(totals)
    assert 320 < totals[-1] <= 420, "past the 300 people of the source: some are met again"
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")
    assert driver.one(f"select bool_and(sent_at > created_at) {OF_2} and stage = 'Delivered'")


def test_at_any_speed_one_step_is_bounded(drive: Build) -> None:
    driver = drive(listed=6000, speed=1e6)
    with driver.store.writing() as session:
        world.campaign(session, 3, mode="Trigger", status="Sending", start_at=NOW, total=0)
    driver.until("select status = 'Sending' from core.campaigns where campaign_id = 2")
    for _ in range(4):
        (tick,) = driver.ticks()
        assert tick.submitted <= simulator.SUBMITS and tick.receipts <= simulator.RECEIPTS + 10
    assert driver.one("select count(*) from core.recipients where campaign_id = 3") <= 8 * simulator.EVENTS


# --- people


def test_what_is_cancelled_stays_cancelled_and_its_receipts_still_come(drive: Build) -> None:
    driver = drive(listed=3000)
    driver.until(f"select count(*) > 500 {OF_2} and stage = 'Delivered'")
    driver.do("update core.campaigns set status = 'Cancelled' where campaign_id = 2")
    left = driver.one(f"select count(*) {OF_2} and stage = 'New'")
    waiting = driver.one(f"select count(*) {OF_2} and stage = 'Sending' and error like 'retry%'")
    driver.ticks(15, seconds=4)
    assert driver.status(2) == "Cancelled"
    assert statuses(driver) == ["Building", "Sending"]
    assert driver.one(f"select count(*) {OF_2} and stage = 'New'") == left > 0
    assert driver.one(f"select count(*) {OF_2} and stage = 'Sending'") == 0
    given_up = driver.one(f"select count(*) {OF_2} and stage = 'Failed' and error like 'not tried again%'")
    assert given_up >= waiting > 0
    assert driver.one(f"select count(*) {OF_2} and stage = 'Failed' and smpp_code is not null") == 0
    assert driver.one(f"select count(*) {OF_2} and smpp_code = 'DELIVRD'") > 400


def test_what_is_archived_keeps_status_and_mark(drive: Build) -> None:
    driver = drive(listed=50)
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")
    driver.do(f"insert into kit.archived values (2, timestamptz '{driver.now}', 'ann')")
    driver.ticks(15, seconds=4)
    assert driver.status(2) == "Done"
    assert driver.one("select count(*) from kit.archived") == 1
    assert driver.one(f"select count(*) {OF_2} and smpp_code = 'DELIVRD'") > 30


def test_what_is_archived_is_never_moved_on_even_if_it_is_live(drive: Build) -> None:
    driver = drive()
    driver.do(f"insert into kit.archived values (2, timestamptz '{NOW}', 'ann')")
    driver.ticks(10)
    assert driver.status(2) == "Pending"


def test_who_was_faster_than_core_is_not_overruled(drive: Build) -> None:
    driver = drive()
    driver.until("select status = 'Building' from core.campaigns where campaign_id = 2")
    with driver.store.reading() as session:
        (judged,) = [
            simulator._campaign(row) for row in session.rows("simulate/live", {}) if row["campaign_id"] == 2
        ]
    driver.do("update core.campaigns set status = 'Cancelled' where campaign_id = 2")
    given = {"now": driver.now, "moment": 0.0}
    with driver.store.writing() as session:
        driver.simulator._move(session, judged, Move(event=Event.SEND, reason="x", audited="resumed"), given)
    assert driver.status(2) == "Cancelled"
    assert statuses(driver) == ["Building"]
    assert driver.ask("select 1 from core.audit_events") == []


def test_a_campaign_that_waits_for_people_is_left_alone(drive: Build) -> None:
    driver = drive(status="New", moderation="Pending")
    assert all(dataclasses.replace(tick, outstanding=0) == simulator.Tick() for tick in driver.ticks(20))
    driver.do("update core.campaigns set status = 'Pending', moderation = 'Approved' where campaign_id = 2")
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")


# --- Core's own counter


def test_cores_counter_lags_and_catches_up(drive: Build) -> None:
    driver = drive(listed=3000)
    counter = "select coalesce(max(delivery_errors), 0) from core.campaigns where campaign_id = 2"
    failed = f"select count(*) {OF_2} and sms_result = 'failed'"
    behind = []
    for _ in range(20):
        driver.ticks(seconds=3)
        behind.append(driver.one(failed) - driver.one(counter))
    assert min(behind) >= 0 and max(behind) > 10
    driver.do("delete from sim.receipts")
    driver.ticks(15, seconds=5)
    assert driver.one(counter) == driver.one(failed) > 0


def test_when_nothing_is_due_nothing_is_written(drive: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = drive(listed=20)
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")
    driver.do("delete from sim.receipts")
    driver.ticks(15, seconds=5)
    monkeypatch.setattr(driver.store, "writing", None)
    driver.ticks(10)


# --- going on


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of Core's and the stand-in's."""
    with store.reading() as session:
        tables = session.query(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_schema in ('core', 'sim') and table_type = 'BASE TABLE' order by 1"
        )
        return {name: sorted(session.query(f"select * from {name}"), key=str) for (name,) in tables}


@pytest.fixture
def copied(samples: Copies) -> Build:
    def copy(**more: Any) -> Driver:
        return Driver(samples(), now=SAMPLE, **more)

    return copy


def test_the_same_seed_and_clock_give_the_same_rows_however_often_it_is_resumed(copied: Build) -> None:
    whole, resumed = copied(speed=20), copied(speed=20)
    whole.ticks(25)
    for _ in range(25):
        resumed.ticks()
        resumed = Driver(resumed.store, now=resumed.now, speed=20)
    assert content(whole.store) == content(resumed.store)


def test_what_the_demo_left_live_goes_on(copied: Build) -> None:
    driver = copied(speed=200)
    live = "select campaign_id from core.campaigns where status in ('Building', 'Sending', 'Paused')"
    before = {campaign_id for (campaign_id,) in driver.ask(live)}
    recipients = driver.one("select count(*) from core.recipients")
    waiting = (
        "from core.recipients where stage = 'Delivered' and (smpp_code is null or smpp_code = 'ENROUTE')"
    )
    awaited = driver.ask(
        f"select campaign_id, recipient_id {waiting} and sent_at > timestamptz '{SAMPLE}' - interval '10 minutes'"
    )
    in_hand = driver.ask("select campaign_id, recipient_id from core.recipients where stage = 'Sending'")
    assert len(awaited) > 50 and len(in_hand) > 10
    driver.ticks(40)
    moved = {
        campaign_id
        for (campaign_id,) in driver.ask(
            "select distinct campaign_id from core.state_events where event_id >"
            f" (select count(*) from core.state_events where occurred_at <= timestamptz '{SAMPLE}')"
        )
    }
    assert moved & before
    assert driver.one("select count(*) from core.recipients") >= recipients
    where = " or ".join(f"(campaign_id = {one} and recipient_id = {two})" for one, two in awaited)
    assert driver.one(
        f"select count(*) from core.recipients where ({where}) and sms_result <> 'unknown'"
    ) > 0.8 * len(awaited)
    where = " or ".join(f"(campaign_id = {one} and recipient_id = {two})" for one, two in in_hand)
    assert driver.one(f"select count(*) from core.recipients where ({where}) and stage = 'Sending'") == 0


def test_no_step_in_a_sample_is_an_anomaly_and_no_rule_breaks(copied: Build) -> None:
    driver = copied(speed=600)
    driver.do(
        "update core.campaigns set status = 'Pending', moderation = 'Approved' where status = 'New'"
        " and campaign_id not in (select campaign_id from kit.archived)"
    )
    driver.do(
        f"update core.campaigns set start_at = timestamptz '{SAMPLE}' where status = 'Pending' and start_at is not null"
    )
    before = dict(driver.ask("select campaign_id, status from core.campaigns"))
    driver.ticks(40, seconds=5)
    events = driver.ask(
        f"select campaign_id, phase from core.state_events where occurred_at > timestamptz '{SAMPLE}' order by event_id"
    )
    steps = {one: [Status(before[one])] for one in before}
    for campaign_id, phase in events:
        if "." not in phase:
            steps[campaign_id].append(Status(phase))
    assert sum(len(way) - 1 for way in steps.values()) > 20
    for way in steps.values():
        assert all(one is not two and is_known_step(one, two) for one, two in pairwise(way))
    now = dict(driver.ask("select campaign_id, status from core.campaigns"))
    assert now == {campaign_id: way[-1].value for campaign_id, way in steps.items()}
    assert check(driver.store).violations == ()
    assert driver.one(
        "select bool_and(occurred_at is not null and actor = 'core') from core.audit_events"
        f" where occurred_at > timestamptz '{SAMPLE}'"
    )
    doubled = "select campaign_id, recipient_id from core.recipients group by campaign_id, recipient_id having count(*) > 1"
    assert driver.ask(doubled) == []


def test_a_machine_that_slept_does_not_send_all_it_missed(drive: Build) -> None:
    driver = drive(listed=5000)
    driver.until("select status = 'Sending' from core.campaigns where campaign_id = 2")
    (tick,) = driver.ticks(seconds=8 * 3600)
    assert tick.submitted <= 100 * simulator.LONGEST


def test_a_clock_that_is_set_back_does_no_harm(drive: Build) -> None:
    driver = drive()
    driver.until("select status = 'Sending' from core.campaigns where campaign_id = 2")
    driver.ticks(seconds=-3600)
    driver.until("select status = 'Done' from core.campaigns where campaign_id = 2")


# --- whose data


def test_a_database_that_the_demo_did_not_make_is_refused(store: Store) -> None:
    before = content(store)
    with pytest.raises(NotAllowed, match="was not made by `campaignkit demo`.*--on-my-own-data"):
        simulator.Simulator(store).begin(NOW)
    assert content(store) == before


def test_a_sample_needs_no_consent(copied: Build) -> None:
    driver = copied()
    simulator.Simulator(driver.store).begin(SAMPLE)


def test_views_are_refused(empty: Empty) -> None:
    made = empty()
    with made.writing() as session:
        session.script(
            "alter table core.job_errors rename to errors; create view core.job_errors as select * from core.errors"
        )
    with pytest.raises(NotAllowed, match="keeps no table core.job_errors"):
        simulator.Simulator(database(made.address, writable=True).open()).begin(NOW, own_data=True)


def test_of_two_at_once_the_slower_one_ends(drive: Build) -> None:
    first = drive()
    second = Driver(first.store)
    first.ticks(5)
    with pytest.raises(StoreUnreadable, match="another `campaignkit simulate` works on it"):
        second.ticks(5)


@ON_A_FILE
def test_a_file_that_was_replaced_is_left_alone(drive: Build) -> None:
    driver = drive()
    assert isinstance(driver.store, DuckStore)
    driver.ticks(5)
    driver.store.path.unlink()
    with duckdb.connect(str(driver.store.path)) as other:
        other.execute("create table mine (x integer)")
    with pytest.raises(StoreUnreadable, match="if it was replaced"):
        driver.ticks()


def test_at_night_the_window_of_another_zone_counts(store: Store) -> None:
    with store.writing() as session:
        session.script("update core.workspaces set time_zone = 'Asia/Tokyo'")
        world.campaign(session, 2, status="Sending", total=50, window_from=time(9), window_to=time(21))
        people(session, 2, 50)
    driver = Driver(store)  # 21:00 in Tokyo
    driver.ticks()
    assert driver.status(2) == "Paused"
    assert (
        driver.one("select reason from core.state_events") == "outside the daily window, until 24 Nov 09:00"
    )
