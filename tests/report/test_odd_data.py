"""Data that is hostile, thin or partly missing makes a report all the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

import campaignkit
from campaignkit.kit import Kit
from campaignkit.report.document import answered
from campaignkit.report.page import page
from campaignkit.report.pen import Making
from campaignkit.report.sealed import Sealed
from campaignkit.report.snapshot import take
from campaignkit.report.wanted import Wanted
from campaignkit.report.writing import Report
from campaignkit.store.duckdb import Session
from tests import world
from tests.world import NOW, ago

Printed = Callable[..., str]
EVIL = "<script>alert(1)</script>{impact.rate}\"'&\n\u202e"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "world.duckdb"


def opened(path: Path, fill: Callable[[Session], Any], drop: tuple[str, ...] = ()) -> Kit:
    with world.make(path).writing() as session:
        world.workspace(session, "retail", "Europe/Vilnius")
        fill(session)
        for relation in drop:
            session.connection.execute(f"drop table {relation}").complete()
    return campaignkit.open(path, workspace="master", now=NOW)


@pytest.fixture
def printed(tmp_path: Path) -> Printed:
    """Return a function that prints the whole page of a report without a notebook."""

    def make(kit: Kit, **wanted: Any) -> str:
        place = tmp_path / "snapshot"
        facts = take(kit, Wanted(**wanted), place)
        sealed = Sealed(place)
        report = Report(sealed, facts)
        for show in (
            report.head,
            report.summary,
            report.impact,
            report.changes,
            report.timeline,
            report.evidence,
            report.method,
        ):
            show()
        report.lessons(well=["It was found."])
        report.actions([("Watch {impact.messages}", "detect", "S. Okafor", "OPS-1")])
        read = answered(report.document, sealed, facts)
        made = Making(
            versions={},
            notebook="0" * 64,
            snapshot="0" * 64,
            files={},
            counts=sealed.counts,
            columns=sealed.columns,
        )
        found = page(read, made)
        sealed.close()
        return found

    return make


def test_texts_of_the_data_are_shown_as_text(path: Path, printed: Printed) -> None:
    def fill(session: Session) -> None:
        id = 1
        world.campaign(session, id, name=EVIL, saddr=EVIL, status="Failed")
        for number in range(1, 40):
            world.recipient(
                session,
                id,
                number,
                esme=EVIL,
                smpp_code="REJECTD",
                sms_result="failed",
                filter=EVIL,
                dlr_at=NOW,
            )
        world.insert(session, "core.job_errors", job_error_id=1, campaign_id=id, phase="Building", code="FILE_PARSE",
                     message=EVIL, occurred_at=ago(hours=2))  # fmt: skip
        world.insert(session, "core.audit_events", audit_id=1, workspace_id="retail", campaign_id=id, action=EVIL,
                     actor="eve@example.com", note="tell bob@example.com or 37061234567, +370 (612) 345-67 until 2026-11-17 18:00", occurred_at=ago(hours=1))  # fmt: skip

    text = printed(opened(path, fill), filter="status=Failed")
    assert "<script" not in text and "&lt;script&gt;" in text
    assert "eve@" not in text and "bob@" not in text and "37061234567" not in text
    assert "e…@example.com" in text and "tell …@example.com or ****, **** until 2026-11-17 18:00" in text


def test_a_campaign_of_which_there_is_nothing_yet(path: Path, printed: Printed) -> None:
    text = printed(
        opened(path, lambda session: world.campaign(session, 1, status="New", mode=None)), filter="status=New"
    )
    assert "Nothing out of the ordinary" in text and "nothing was sent" in text
    assert "of the scope’s campaigns were under way as of " in text


def test_a_source_without_the_optional_relations(path: Path, printed: Printed) -> None:
    def fill(session: Session) -> None:
        world.campaign(session, 1)
        for number in range(1, 31):
            world.recipient(
                session,
                1,
                number,
                esme=None,
                smpp_code="DELIVRD",
                sms_result="delivered",
                dlr_at=ago(minutes=59),
            )

    drop = ("core.state_events", "core.job_errors", "core.audit_events")
    text = printed(opened(path, fill, drop), filter="status=Done")
    assert "Not provided by this source: state_events, job_errors, audit." in text
    assert ">30<" in text and "(none)" in text


def test_a_sender_that_is_a_number_keeps_its_last_digits_alone(path: Path, printed: Printed) -> None:
    def fill(session: Session) -> None:
        world.campaign(session, 1, saddr="+37061234567")
        world.recipient(session, 1, 1, esme="a")

    text = printed(opened(path, fill), filter="status=Done")
    assert "****4567" in text and "3706123" not in text


def test_a_window_takes_what_was_sent_in_it_and_what_never_was(path: Path, printed: Printed) -> None:
    def fill(session: Session) -> None:
        world.campaign(session, 1)
        for number, hours in enumerate((3, 2, 1), 1):
            world.recipient(session, 1, number, esme="a", sent_at=ago(hours=hours), created_at=ago(hours=5))
        world.recipient(session, 1, 9, stage="New", created_at=ago(hours=5))

    asked = {
        "window_from": ago(hours=2.5).isoformat(),
        "window_to": ago(hours=1).isoformat(),
        "filter": "status=Done",
    }
    kit = opened(path, fill)
    assert '<tr class="total"><th scope="row">all</th><td class="num">2</td>' in printed(kit, **asked)


def test_a_list_that_was_submitted_twice_is_found_where_numbers_can_be_told_apart(
    path: Path, printed: Printed
) -> None:
    def fill(session: Session) -> None:
        for id, minutes in ((1, 30), (2, 27)):
            world.campaign(session, id, saddr="ACME")
            for number in range(1, 31):
                hash = f"v1:{number:064x}" if number > 1 else None
                world.recipient(session, id, number, esme="a", ctn_hash=hash, smpp_code="DELIVRD", sms_result="delivered",
                                sent_at=ago(minutes=minutes), dlr_at=ago(minutes=minutes - 1))  # fmt: skip

    text = re.sub("<sup[^>]*>c[0-9]+</sup>|<[^>]*>", "", printed(opened(path, fill), filter="status=Done"))
    assert "Messages of ACME were submitted twice" in text
    found = text[text.index("Summary") :][:400]
    assert "29 of the 60 messages of the sender ACME (48.3%)" in found, found
    assert "half of them 3 minutes after it" in found, found


def test_ids_that_are_numbers_stay_out_of_the_snapshot(path: Path, tmp_path: Path, printed: Printed) -> None:
    def fill(session: Session) -> None:
        world.campaign(session, 1)
        for number in range(3):
            world.recipient(session, 1, 37061234567 + number, ctn_hash="v1:" + "e" * 64, ctn_tail="4567")

    printed(opened(path, fill), filter="status=Done")
    rows = duckdb.sql(f"from read_parquet('{tmp_path}/snapshot/recipients.parquet')").fetchall()
    assert [row[1:3] for row in rows] == [(1, 1), (2, 1), (3, 1)]
    assert "37061234" not in str(rows) and "4567" not in str(rows) and "eeee" not in str(rows)
