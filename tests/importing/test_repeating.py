"""Imports that are repeated, continued, or take up what an earlier one left open."""

from __future__ import annotations

import gzip
import itertools
import os
from datetime import timedelta
from pathlib import Path

import pytest

import campaignkit
from campaignkit.services.refresh import refresh
from campaignkit.store.duckdb import DuckStore
from tests.importing.jasmin import START, at, large_log, receipt, refused, sent, write
from tests.importing.world import NOW, bring, content, dump, rows


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "messages.log"
    large_log(path, 1500)
    return path


def test_a_repeated_import_says_the_same_and_changes_nothing(tmp_path: Path, log: Path) -> None:
    first = bring(tmp_path / "x.duckdb", log)
    before = dump(tmp_path / "x.duckdb")
    assert bring(tmp_path / "x.duckdb", log) == first
    assert dump(tmp_path / "x.duckdb") == before


def test_rotated_files_give_the_same_in_any_order_together_or_one_by_one(tmp_path: Path, log: Path) -> None:
    lines = log.read_text(encoding="utf-8").splitlines()
    cuts = [0, 700, 1500, len(lines)]
    parts = [write(tmp_path / f"{a}.log", lines[a:b]) for a, b in itertools.pairwise(cuts)]
    bring(tmp_path / "whole.duckdb", log)
    whole = content(tmp_path / "whole.duckdb")
    for number, order in enumerate([(0, 1, 2), (2, 1, 0), (1, 2, 0)]):
        apart = tmp_path / f"apart-{number}.duckdb"
        reports = [bring(apart, parts[part]) for part in order]
        assert content(apart) == whole
        assert sum(report.read for report in reports) == len(lines)
        before = dump(apart)
        bring(apart, *parts)
        assert dump(apart) == before
    bring(tmp_path / "together.duckdb", *reversed(parts))
    assert content(tmp_path / "together.duckdb") == whole


@pytest.mark.parametrize("receipt_first", [False, True])
def test_a_receipt_and_its_message_may_come_in_two_imports(tmp_path: Path, receipt_first: bool) -> None:
    message = write(tmp_path / "message.log", [at(START, sent("a", "5f878c79"))])
    answer = write(tmp_path / "answer.log", [at(START + timedelta(days=1), receipt("1602718841", "UNDELIV"))])
    into = tmp_path / "x.duckdb"
    first, second = (answer, message) if receipt_first else (message, answer)
    bring(into, first)
    report = bring(into, second)
    assert (report.campaigns, report.unmapped) == (1, {})
    assert rows(into, "select smpp_code, sms_result, stage from core.recipients") == [
        {"smpp_code": "UNDELIV", "sms_result": "failed", "stage": "Delivered"}
    ]
    assert bring(into, answer).receipts == 1  # once its message is known, its line is a receipt


def test_a_later_attempt_moves_the_stage_forward_and_never_back(tmp_path: Path) -> None:
    into = tmp_path / "x.duckdb"
    minute = timedelta(minutes=1)
    retried = write(tmp_path / "1.log", [at(START, refused("a", retry=True))])
    accepted = write(tmp_path / "2.log", [at(START + minute, sent("a", "1"))])
    stray = write(tmp_path / "3.log", [at(START + 2 * minute, refused("a", "ESME_RSYSERR", retry=False))])
    stages = []
    for log in (retried, accepted, stray, retried):
        bring(into, log)
        (row,) = rows(into, "select stage, created_at, sent_at from core.recipients")
        stages.append(row["stage"])
    assert stages == ["Sending", "Delivered", "Delivered", "Delivered"]
    assert (row["created_at"], row["sent_at"]) == (START, START + minute)
    assert rows(into, "select status, total from core.campaigns") == [{"status": "Done", "total": 1}]


def test_an_earlier_line_takes_its_recipient_to_the_day_where_it_began(tmp_path: Path) -> None:
    midnight = START.replace(hour=0) + timedelta(days=1)
    evening = write(tmp_path / "1.log", [at(midnight - timedelta(seconds=20), refused("a", retry=True))])
    night = write(
        tmp_path / "2.log", [at(midnight + timedelta(seconds=10), sent("a", "1")), at(midnight, receipt("1"))]
    )
    into = tmp_path / "x.duckdb"
    bring(into, night, keep_numbers=True)
    bring(into, evening)
    assert rows(into, "select created_at::date::varchar as day, total from core.campaigns") == [
        {"day": "2026-03-02", "total": 1}
    ]
    (row,) = rows(into, "select campaign_id, recipient_id, smpp_code from core.recipients")
    assert row["smpp_code"] == "DELIVRD"
    numbers = rows(tmp_path / "x.duckdb.numbers.duckdb", "select * from core.recipient_numbers")
    assert numbers == [
        {"campaign_id": row["campaign_id"], "recipient_id": row["recipient_id"], "ctn": "+447700900123"}
    ]


def test_a_campaign_that_somebody_cancelled_stays_cancelled(tmp_path: Path) -> None:
    import duckdb

    into, log = tmp_path / "x.duckdb", write(tmp_path / "1.log", [at(START, refused("a", retry=True))])
    bring(into, log)
    with duckdb.connect(str(into)) as connection:
        connection.execute("update core.campaigns set status = 'Cancelled'")
    bring(into, log)
    assert rows(into, "select status from core.campaigns") == [{"status": "Cancelled"}]


def test_files_that_overlap_count_each_message_once(tmp_path: Path) -> None:
    lines = [at(START, sent("a", "1")), at(START, receipt("1")), at(START, sent("b", "2"))]
    logs = [write(tmp_path / "1.log", lines[:2]), write(tmp_path / "2.log", lines[:2] + lines[2:])]
    report = bring(tmp_path / "x.duckdb", *logs)
    assert (report.read, report.recipients, report.receipts, report.unmapped) == (5, 2, 2, {"repeated": 1})


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    log = write(tmp_path / "1.log", [at(START, sent("a", "1"))])
    assert bring(tmp_path / "x.duckdb", log, tmp_path / "." / "1.log").read == 1


@pytest.mark.parametrize("seconds_old", [0, 3600], ids=["being written", "at rest"])
@pytest.mark.parametrize(
    "form", ["plain", "gzip", "carriage returns", "byte order mark", "damaged", "control", "pattern"]
)
def test_the_same_lines_are_read_in_any_wrapping(tmp_path: Path, form: str, seconds_old: int) -> None:
    name = "m[1]*.log" if form == "pattern" else "m.log"
    text = "".join(f"{at(START, line)}\n" for line in (sent("a", "1"), sent("b", "2"), receipt("1"))).encode()
    data = {
        "gzip": gzip.compress(text),
        "carriage returns": text.replace(b"\n", b"\r\n"),
        "byte order mark": b"\xef\xbb\xbf" + text,
        "damaged": text.replace(b"Hello", b"H\xe9llo", 1),
        "control": text.replace(b"Hello", b"H\x01ll\ro", 1),
    }.get(form, text)
    (log := tmp_path / name).write_bytes(data)
    moment = log.stat().st_mtime - seconds_old
    os.utime(log, (moment, moment))
    report = bring(tmp_path / "x.duckdb", log)
    assert (report.read, report.recipients, report.receipts) == (3, 2, 1)
    assert len(report.warnings) == (form in ("damaged", "control"))
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("x.")) == [
        "x.duckdb", "x.duckdb.gate", "x.duckdb.lock",
    ]  # fmt: skip


def test_a_log_that_grows_meanwhile_is_read_up_to_where_it_was(tmp_path: Path) -> None:
    log = write(tmp_path / "m.log", [at(START, sent("a", "1"))])

    def grow(_step: str, _share: float) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(at(START, sent("b", "2")) + "\n")

    assert bring(tmp_path / "x.duckdb", log, progress=grow).read == 1


def test_older_rows_void_what_was_counted_though_the_last_change_stays_when_it_was(tmp_path: Path) -> None:
    into = tmp_path / "x.duckdb"
    late, early = START + timedelta(minutes=10), START
    bring(into, write(tmp_path / "late.log", [at(late, sent("b", "2"))]))
    store = DuckStore(into, writable=True).open()
    assert refresh(store, now=NOW).counted == 1
    before = rows(into, "select updated_at from core.campaigns")
    bring(into, write(tmp_path / "early.log", [at(early, sent("a", "1"))]))
    assert rows(into, "select updated_at from core.campaigns") == before
    assert rows(into, "select count(*) as counted from kit.counted") == [{"counted": 0}]
    kit = campaignkit.open(into, workspace="master", now=NOW)
    assert [row.sent for row in kit.campaigns.page().rows] == [2]
    assert rows(into, "from kit.counted_totals") == []
