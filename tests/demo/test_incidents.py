"""Each incident of docs/sample-incidents.md is found by the question that stands there, and nothing else is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from campaignkit import demo
from campaignkit.demo.incidents import BAD_LINE, EXHIBITS, Incident, backlogs, troubles
from campaignkit.demo.plan import plan
from campaignkit.demo.world import ESMES, WORKSPACES
from campaignkit.services.check import check
from campaignkit.store.duckdb import DuckStore
from tests.demo.conftest import NOW
from tests.demo.test_plan import MOMENTS

GUIDE = (Path(__file__).parents[2] / "docs" / "sample-incidents.md").read_text(encoding="utf-8")
TEN_MINUTES = timedelta(minutes=10)
Row = dict[str, Any]


class Sample:
    """One sample, asked with the guide's own words."""

    def __init__(self, made: demo.Summary, connection: duckdb.DuckDBPyConnection) -> None:
        self.made, self.connection = made, connection

    def ask(self, sql: str, *values: object) -> list[Row]:
        rows = self.connection.execute(sql, values)
        names = [column[0] for column in rows.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]

    def answers(self, incident: str, question: int = 0) -> list[Row]:
        (section,) = re.findall(rf"^## {incident}\n(.+?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
        return self.ask(re.findall(r"```sql\n(.+?)```", section, re.DOTALL)[question])

    def campaign(self, incident: Incident) -> Row:
        (found,) = self.ask("from core.campaigns where name = ?", EXHIBITS[incident].name)
        return found


# The smallest that the guide promises, the one that the other tests look at, and one like the default.
SIZES = {
    "smallest": {"campaigns": 15, "recipients": 20_000, "seed": 1},
    "another seed": {"campaigns": 15, "recipients": 20_000, "seed": 2},
    "small": {"campaigns": 60, "recipients": 40_000, "seed": 3},
    "usual": {"campaigns": 250, "recipients": 300_000, "seed": 1},
}


@pytest.fixture(scope="module", params=SIZES.values(), ids=SIZES.keys())
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    made = demo.create(tmp_path_factory.mktemp("incidents") / "sample.duckdb", now=NOW, **request.param)
    with duckdb.connect(str(made.path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'").complete()
        yield Sample(made, connection)


def test_no_rule_of_the_contract_is_broken(sample: Sample) -> None:
    assert check(DuckStore(sample.made.path).open()).violations == ()


def test_no_status_shows_it(sample: Sample) -> None:
    statuses = {incident: sample.campaign(incident)["status"] for incident in Incident}
    assert statuses == dict.fromkeys(Incident, "Done") | {
        Incident.SHORT_WINDOW: "Expired",
        Incident.BAD_LIST: "Failed",
    }
    if sample.made.campaigns >= 60:
        for status in statuses.values():
            ((others,),) = sample.connection.execute(
                "select count(*) from core.campaigns where status = ? and not list_contains(?, name)",
                [status, [exhibit.name for exhibit in EXHIBITS.values()]],
            ).fetchall()
            assert others >= 3


def test_the_guides_python_asks_in_utc_for_a_campaign_by_its_name(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "sample.duckdb").symlink_to(sample.made.path)
    (code,) = re.findall(r"```python\n(.+?)```", GUIDE, re.DOTALL)
    checks = (
        "\nassert ask(\"select status from core.campaigns where name = 'Season preview'\").fetchall() == [('Done',)]"
        "\nassert ask(\"select current_setting('timezone')\").fetchall() == [('UTC',)]"
    )
    command = [sys.executable, "-W", "error", "-c", code + checks]
    environment = os.environ | {"TZ": "Europe/Vilnius"}
    ran = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr


# --- carrier outage

DOWN = datetime(2026, 11, 16, 10, tzinfo=UTC)  # seven days ago, noon in Vilnius


def test_an_outage_shows_in_what_expired_by_esme_and_time(sample: Sample) -> None:
    found = sample.answers("Carrier outage")
    assert [row["sent_from"] for row in found] == [DOWN + n * TEN_MINUTES for n in range(6)]
    assert {row["esme"] for row in found} == {"nordtel-1"}
    sent = sum(row["sent"] for row in found)
    assert sum(row["sent"] * row["delivered"] for row in found) < 10 * sent
    assert sum(row["sent"] * row["no_final_receipt"] for row in found) > 5 * sent
    day = timedelta(hours=24)
    assert all(day <= row["expired_after"] < day + timedelta(seconds=1) for row in found)


def around(sample: Sample, column: str, moment: datetime, minutes: int, esme: str) -> Row:
    """Return how messages of *esme* fared whose *column* lies in the *minutes* from *moment* on."""
    (found,) = sample.ask(
        f"""
        select count(*) as messages, coalesce(avg((smpp_code is not distinct from 'DELIVRD')::int), 0) as delivered,
               avg((smpp_code is null)::int) as no_receipt,
               median(epoch(dlr_at - sent_at)) filter (where smpp_code = 'DELIVRD') as seconds
        from core.recipients where {column} >= ? and {column} < ? and esme = ?
        """,
        moment, moment + timedelta(minutes=minutes), esme,
    )  # fmt: skip
    return found


def test_an_outage_has_a_healthy_before_and_after_and_recovers_in_part(sample: Sample) -> None:
    before = around(sample, "sent_at", DOWN - 6 * TEN_MINUTES, 60, "nordtel-1")
    during = around(sample, "sent_at", DOWN, 60, "nordtel-1")
    back = around(sample, "sent_at", DOWN + 6 * TEN_MINUTES, 10, "nordtel-1")
    after = around(sample, "sent_at", DOWN + 7 * TEN_MINUTES, 60, "nordtel-1")
    assert before["delivered"] > 0.85
    assert after["delivered"] > 0.85
    assert 0.8 < during["messages"] / before["messages"] < 1.25
    assert 0.3 < back["delivered"] < 0.75
    assert back["seconds"] > 120
    received = around(sample, "dlr_at", DOWN + TEN_MINUTES, 50, "nordtel-1")
    assert received["messages"] * received["delivered"] < 0.15 * during["messages"]


def test_an_outage_hits_whoever_sends_on_that_carrier_and_nobody_else(sample: Sample) -> None:
    (others,) = sample.ask(
        "select count(*) as messages, avg((smpp_code is not distinct from 'DELIVRD')::int) as delivered"
        " from core.recipients where esme = 'nordtel-1' and sent_at >= ? and sent_at < ? and campaign_id <> ?",
        DOWN, DOWN + 6 * TEN_MINUTES, sample.campaign(Incident.OUTAGE)["campaign_id"],
    )  # fmt: skip
    assert others["messages"] > 0
    assert others["delivered"] < 0.3 or others["messages"] < 10
    if sample.made.campaigns == 250:
        assert others["messages"] > 50
    for esme in ESMES:
        if esme.esme != "nordtel-1":
            assert around(sample, "sent_at", DOWN, 60, esme.esme)["delivered"] > 0.8


def test_nobody_announces_an_outage(sample: Sample) -> None:
    shown = sample.campaign(Incident.OUTAGE)["campaign_id"]
    assert sample.ask("from core.job_errors where campaign_id = ?", shown) == []
    phases = sample.ask("select phase from core.state_events where campaign_id = ? order by event_id", shown)
    assert phases[-1] == {"phase": "Done"}
    assert {"phase": "Paused"} not in phases


# --- bad sender id


def test_a_bad_sender_shows_by_sender_and_esme(sample: Sample) -> None:
    found = sample.answers("Bad sender id")
    everywhere = [row for row in found if row["saddr"] == "ACME Outlet"]
    assert {row["esme"] for row in everywhere} == {esme.esme for esme in ESMES}
    assert {row["refused_for_sender"] for row in everywhere} == {100}
    (barred,) = [row for row in found if row["saddr"] != "ACME Outlet"]
    assert (barred["saddr"], barred["esme"]) == ("ACME App", "baltcom")
    assert barred["rejected"] > 95


def test_a_refused_sender_leaves_nothing_but_refusals_from_the_first_message_on(sample: Sample) -> None:
    rows = sample.ask(
        "select distinct stage, smpp_code, sent_at, command_status, sms_result from core.recipients"
        " where campaign_id = ? and stage <> 'New'",
        sample.campaign(Incident.BAD_SENDER)["campaign_id"],
    )
    assert [tuple(row.values()) for row in rows] == [("Failed", None, None, "ESME_RINVSRCADR", "unknown")]


def test_no_other_sender_is_refused_for_its_name(sample: Sample) -> None:
    rows = sample.ask(
        "select distinct c.saddr from core.recipients r join core.campaigns c using (campaign_id)"
        " where r.command_status = 'ESME_RINVSRCADR'"
    )
    assert rows == [{"saddr": "ACME Outlet"}]


def test_a_barred_sender_is_delivered_by_the_other_carriers(sample: Sample) -> None:
    rows = sample.ask(
        "select avg((smpp_code is not distinct from 'DELIVRD')::int) as delivered from core.recipients"
        " where campaign_id = ? and stage = 'Delivered' and esme <> 'baltcom'",
        sample.campaign(Incident.BARRED_SENDER)["campaign_id"],
    )
    assert rows[0]["delivered"] > 0.85


# --- receipt backlog

HELD_UP = datetime(2026, 11, 14, 14, tzinfo=UTC)  # nine days ago, 14:00 in London


def test_a_backlog_shows_in_how_long_receipts_took(sample: Sample) -> None:
    found = sample.answers("Receipt backlog")
    assert {row["esme"] for row in found} == {"baltcom"}
    assert [row["sent_from"] for row in found] == [HELD_UP + n * TEN_MINUTES for n in range(6)]
    medians = [row["median_seconds"] for row in found]
    assert medians == sorted(medians, reverse=True)
    assert medians[0] > 50 * 60
    assert medians[-1] < 15 * 60
    opened = HELD_UP + timedelta(hours=1)
    assert all(row["first_receipt"] >= opened for row in found)
    assert all(row["most_receipts"] < opened + timedelta(minutes=5) for row in found)


def test_a_backlog_has_a_quick_before_and_after(sample: Sample) -> None:
    for begins in (HELD_UP - timedelta(hours=1), HELD_UP + timedelta(hours=1)):
        assert around(sample, "sent_at", begins, 60, "baltcom")["seconds"] < 20
    assert around(sample, "dlr_at", HELD_UP, 60, "baltcom")["messages"] == 0
    assert around(sample, "sent_at", HELD_UP, 60, "nordtel-1")["seconds"] < 20


# --- id mismatch


def test_an_id_mismatch_shows_in_the_share_without_a_receipt(sample: Sample) -> None:
    (found,) = sample.answers("Id mismatch")
    assert (found["esme"], str(found["day"]), found["no_receipt"]) == ("nordtel-2", "2026-11-18", 100)
    assert re.fullmatch(r"\d{10}", found["an_id"])
    assert found["campaigns"] > 1


def test_an_id_mismatch_has_an_ordinary_before_and_after(sample: Sample) -> None:
    day = datetime(2026, 11, 18, tzinfo=UTC)
    for begins, days in ((day - timedelta(days=10), 10), (day + timedelta(days=1), 5)):
        found = around(sample, "sent_at", begins, days * 24 * 60, "nordtel-2")
        assert found["messages"] > 10
        assert found["no_receipt"] < 0.1


# --- window too short


def test_a_short_window_shows_in_what_is_needed_against_what_is_open(sample: Sample) -> None:
    (found,) = sample.answers("Window too short")
    assert (found["name"], found["status"], found["pauses"], found["hours_open"]) == (
        "Garden catalogue", "Expired", 4, 8,
    )  # fmt: skip
    assert found["hours_needed"] > 16
    assert found["left_over"] > 0.4 * sample.campaign(Incident.SHORT_WINDOW)["total"]


# --- list file


def test_a_bad_list_shows_in_the_job_errors(sample: Sample) -> None:
    found = {row["name"]: row for row in sample.answers("List file that cannot be parsed")}
    shown = found["Gift card reminder"]
    assert (shown["phase"], shown["message"], shown["total"]) == ("Building.parse", BAD_LINE, None)
    assert all(row["status"] == "Failed" and not row["total"] for row in found.values())
    assert all(re.search(r"line \d+|no usable line", row["message"]) for row in found.values())
    rows = sample.ask("select name from core.campaigns where status = 'Failed'")
    if sample.made.campaigns >= 60:
        assert {row["name"] for row in rows} > found.keys()


# --- throttling


def test_throttling_shows_by_campaign_and_esme(sample: Sample) -> None:
    found, *others = sample.answers("Throttling")
    assert (found["name"], found["esme"], found["status"]) == ("Opening hours", "citycell", "Done")
    assert 6 < found["given_up"] < 20
    assert found["retried"] > 40
    assert found["minutes"] > 130
    span = next(trouble.span for trouble in troubles(NOW) if trouble.retried)
    at_the_time = sample.ask(
        "select distinct c.name, r.esme from core.recipients r join core.campaigns c using (campaign_id)"
        " where r.esme = 'citycell' and r.sent_at between ? and ?",
        *span,
    )
    assert all({"name": row["name"], "esme": row["esme"]} in at_the_time for row in others)


def test_throttling_goes_on_minute_by_minute_while_others_are_done_soon(sample: Sample) -> None:
    minutes = sample.answers("Throttling", question=1)
    assert sum(row["retried"] for row in minutes) > 0.4 * sum(row["accepted"] for row in minutes)
    shown = sample.campaign(Incident.THROTTLING)["campaign_id"]
    (others,) = sample.ask(
        "select max(sent_at) - min(sent_at) as lasted from core.recipients where campaign_id = ? and esme <> 'citycell'",
        shown,
    )
    assert others["lasted"] < timedelta(minutes=16)
    errors = sample.ask("select distinct code, phase from core.job_errors where campaign_id = ?", shown)
    assert errors == [{"code": "RETRY_EXHAUSTED", "phase": "Sending"}]


# --- the world in which they happen


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_everything_happened_long_enough_ago_for_receipts_to_be_in(now: datetime) -> None:
    receipts_in = now - timedelta(hours=72)
    assert all(trouble.span.ends <= receipts_in for trouble in troubles(now))
    assert all(backlog.span.ends <= receipts_in for backlog in backlogs(now))


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_exhibits_are_sending_when_it_happens(now: datetime) -> None:
    by_incident = {
        Incident.OUTAGE: troubles(now)[0].span,
        Incident.BACKLOG: backlogs(now)[0].span,
        Incident.ID_MISMATCH: next(trouble.span for trouble in troubles(now) if trouble.unmatched),
        Incident.THROTTLING: next(trouble.span for trouble in troubles(now) if trouble.retried),
    }
    found = {
        c.draft.scene.incident: c.story
        for c in plan(campaigns=15, recipients=20_000, seed=1, now=now).campaigns
    }
    for incident, span in by_incident.items():
        (batch,) = [batch.span for batch in found[incident].batches if batch.span]
        if incident in (Incident.OUTAGE, Incident.BACKLOG):
            hour = timedelta(minutes=55)
            assert batch.starts + hour < span.starts
            assert span.ends + hour < batch.ends
        else:
            assert span.starts < batch.starts
            assert batch.ends < span.ends


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_no_message_meets_two_troubles(now: datetime) -> None:
    for esme in ESMES:
        spans = sorted(trouble.span for trouble in troubles(now) if trouble.esme == esme.esme)
        assert all(before.ends <= after.starts for before, after in pairwise(spans))


def test_the_guide_names_every_exhibit_and_its_senders_are_nobody_elses() -> None:
    usual = {sender for workspace in WORKSPACES for sender in workspace.senders}
    for exhibit in EXHIBITS.values():
        assert exhibit.name in GUIDE
        assert exhibit.sender not in usual
        assert exhibit.sender is None or len(exhibit.sender) <= 11
