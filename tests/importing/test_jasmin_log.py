"""The bundled adapter for Jasmin's log: real lines, all the forms that its versions wrote, and what it must not swallow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.importing.jasmin import PRIVATE, SENT, START, at, inbound, receipt, refused, sent, write
from tests.importing.world import bring, rows

REAL = Path(__file__).parents[3] / "shared" / "data" / "jasmin_messages_log.txt"

needs_the_real_log = pytest.mark.skipif(
    not REAL.exists(), reason="the real log lines are not here: shared/ does not lie beside the checkout"
)


@needs_the_real_log
def test_the_real_lines_are_all_accounted_for(tmp_path: Path) -> None:
    report = bring(tmp_path / "x.duckdb", REAL)
    assert report.as_json() == {
        "read": 12,
        "campaigns": 5,
        "recipients": 5,
        "receipts": 3,
        "unmapped": {"receipt_without_message": 2, "retry": 2},
        "number_invalid": 3,
    }


@needs_the_real_log
@pytest.mark.parametrize(
    ("sender", "facts"),
    [
        # a masked number keeps its trailing digits
        ("SHKSHA", {"smpp_code": "DELIVRD", "err": "001", "sms_result": "delivered", "ctn_tail": "539", "ctn_hash": None}),
        # Jasmin #625: the receipt spells the id in capitals
        ("somesource", {"smpp_code": "DELIVRD", "err": "000", "ctn_tail": "4567", "dlr_at": "2017-10-12 06:52:55"}),
        # two attempts were throttled, the third, on another bind, went through; no receipt was asked for
        ("8810", {"stage": "Delivered", "esme": "RingRingNotif_02", "smpp_code": None, "sms_result": "unknown",
                  "created_at": "2019-12-05 09:52:11", "sent_at": "2019-12-05 09:53:12", "ctn_tail": ""}),
        ("New Mask", {"stage": "Delivered", "smpp_code": None, "ctn_tail": "3456"}),
        # Jasmin #1050: 5f878c79 in the response is 1602718841 in the receipt, which came as an inbound message
        ("AfroMSG", {"smsid": "5f878c79", "smpp_code": "DELIVRD", "dlr_at": "2022-04-15 20:08:45", "esme": "WESEND3"}),
    ],
)  # fmt: skip
def test_each_real_message_finds_its_receipts(tmp_path: Path, sender: str, facts: dict[str, Any]) -> None:
    bring(tmp_path / "x.duckdb", REAL)
    (row,) = rows(
        tmp_path / "x.duckdb",
        f"select r.* from core.recipients r join core.campaigns using (campaign_id) where saddr = '{sender}'",
    )
    found = {key: str(value)[:19] if isinstance(value, datetime) else value for key, value in row.items()}
    assert {key: found[key] for key in facts} == facts


@needs_the_real_log
def test_receipts_without_their_message_wait_for_it(tmp_path: Path) -> None:
    bring(tmp_path / "x.duckdb", REAL)
    waiting = rows(
        tmp_path / "x.duckdb", "select smsid, stat from kit.receipts where campaign_id is null order by line"
    )
    assert waiting == [
        {
            "smsid": "1216080510463401720",
            "stat": "FAILED",
        },  # an inbound message to Jasmin, which knows no FAILED
        {"smsid": "9FD15CB2", "stat": "DELIVRD"},
    ]


def test_a_sender_and_a_day_are_a_campaign(tmp_path: Path) -> None:
    day, night = datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC), datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    log = write(tmp_path / "m.log", [
        at(day, sent("a", "1")), at(day, sent("b", "2", sender="b'Other'")), at(night, sent("c", "3")), at(night, refused("d", retry=True)),
    ])  # fmt: skip
    report = bring(tmp_path / "x.duckdb", log, workspace="retail")
    assert (report.campaigns, report.recipients) == (3, 4)
    found = rows(tmp_path / "x.duckdb", "select * from core.campaigns order by campaign_id")
    assert [(row["saddr"], row["status"], row["total"]) for row in found] == [
        ("ACME", "Done", 1), ("Other", "Done", 1), ("ACME", "Sending", 2),
    ]  # fmt: skip
    first = found[0]
    assert {key: first[key] for key in ("mode", "moderation", "auto_start", "name", "author_name", "delivery_errors")} == {
        "mode": None, "moderation": "Approved", "auto_start": True, "name": None, "author_name": None, "delivery_errors": None,
    }  # fmt: skip
    assert (first["workspace_id"], first["created_at"], first["updated_at"]) == ("retail", day, day)
    assert first["external_id"].version == 5
    assert rows(tmp_path / "x.duckdb", "select * from core.workspaces") == [
        {"workspace_id": "retail", "name": "retail", "time_zone": "UTC"}
    ]


@pytest.mark.parametrize(
    ("lines", "facts"),
    [
        ([sent("a", "1")], {"stage": "Delivered", "command_status": "ESME_ROK", "sent_at": START, "error": None}),
        ([refused("a", "ESME_RINVDSTADR", retry=False)],
         {"stage": "Failed", "command_status": "ESME_RINVDSTADR", "sent_at": None, "smsid": None,
          "error": "submission refused: ESME_RINVDSTADR"}),
        ([refused("a", retry=True)], {"stage": "Sending", "command_status": "ESME_RTHROTTLED", "sent_at": None}),
        ([refused("a", retry=True), sent("a", "1")], {"stage": "Delivered", "command_status": "ESME_ROK", "error": None}),
        ([refused("a", retry=True), refused("a", "ESME_RSYSERR", retry=False)],
         {"stage": "Failed", "command_status": "ESME_RSYSERR"}),
    ],
)  # fmt: skip
def test_the_stage_is_what_the_furthest_attempt_says(
    tmp_path: Path, lines: list[str], facts: dict[str, Any]
) -> None:
    report = bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", [at(START, line) for line in lines]))
    assert report.as_json()["unmapped"] == ({"retry": 1} if len(lines) > 1 else {})
    (row,) = rows(tmp_path / "x.duckdb", "select * from core.recipients")
    assert {key: row[key] for key in facts} == facts
    assert (row["smpp_code"], row["sms_result"]) == (None, "unknown")  # a command_status is no receipt


@pytest.mark.parametrize(
    "sender", ["A] [to:1", "[ACME]", "it's", "ACME Shop", "a]b", "+447700900000", "8810"]
)
@pytest.mark.parametrize("quoted", [True, False], ids=["python 3", "python 2"])
def test_a_sender_survives_whatever_it_is_made_of(tmp_path: Path, sender: str, quoted: bool) -> None:
    written = repr(sender.encode()) if quoted else sender
    log = write(tmp_path / "m.log", [at(START, sent("a", "1", sender=written, to="447700900123"))])
    bring(tmp_path / "x.duckdb", log)
    assert rows(tmp_path / "x.duckdb", "select saddr from core.campaigns") == [{"saddr": sender}]
    assert rows(tmp_path / "x.duckdb", "select ctn_tail from core.recipients") == [{"ctn_tail": "0123"}]


@pytest.mark.parametrize(
    "line",
    [
        # 2014: no [dlr:], no [retry:], contents as they are
        "SMS-MT [cid:c] [queue-msgid:a] [smpp-msgid:7] [status:ESME_ROK] [prio:1] [validity:None] [from:X] [to:1] [content:Hi]",
        "SMS-MT [cid:c] [queue-msgid:a] [status:ERROR/ESME_RSYSERR] [prio:1] [dlr:NO] [validity:none] [from:X] [to:1] [content:Hi]",
        SENT % ("c", "a", "b'7'", "CommandStatus.ESME_ROK", 0, "x", "none", "b'X'", "b'1'", PRIVATE % 3, "0x3000,0x3001"),
        SENT % ("c", "a", "7", "CommandStatus.ESME_ROK", 0, "x", "none", "X", "1", "b'] [to:2] [content:'", "0x3000:b'] [x'"),
    ],
)  # fmt: skip
def test_each_version_s_lines_are_read(tmp_path: Path, line: str) -> None:
    report = bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", [at(START, line)]))
    assert (report.recipients, report.unmapped) == (1, {})
    assert rows(tmp_path / "x.duckdb", "select saddr, esme from core.campaigns, core.recipients") == [
        {"saddr": "X", "esme": "c"}
    ]


def test_milliseconds_in_the_date_format_do_no_harm(tmp_path: Path) -> None:
    line = at(START, sent("a", "1")).replace(" INFO", ",123 INFO")
    assert bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", [line])).recipients == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (at(START, "Published DeliverSmContent"), "other_log_line"),
        (at(START, "SMS-MTX [cid:a]"), "other_log_line"),
        ("Traceback (most recent call last):", "not_a_log_line"),
        ("", "not_a_log_line"),
        ("2026-02-30 10:00:00 INFO     11 " + sent("z", "9"), "not_a_log_line"),
        (at(START, sent("z", "9"))[:200], "truncated"),
        (at(START, receipt("9"))[:100], "truncated"),
        (at(START, inbound("b'Hello'"))[:100], "truncated"),
        (at(START, inbound("b'STOP please, id:5'")), "inbound"),
        (at(START, inbound(PRIVATE % 70)), "inbound"),
        (at(START, "SMS-MO [cid:rx] [i-status:8] [from:1] [to:2] [content:'x'] [tlvs:none]"), "inbound"),
        (at(START, inbound("b'id:9 submit date:2603020800 done date:2603020801 err:000'")), "receipt_without_stat"),
        (at(START, inbound("b'submit date:2603020800 stat:DELIVRD err:000'")), "receipt_without_id"),
        (at(START, receipt("")), "receipt_without_id"),
        (at(START, receipt("9", stat="")), "receipt_without_stat"),
        (at(START, receipt("9")), "receipt_without_message"),
        (at(START, sent("z", "9")).replace("2026-", "0000-", 1), "recipient_without_time"),
        (at(START, sent("z", "9")).replace("2026-", "9999-", 1), "recipient_without_time"),
        (at(START, receipt("1")).replace("2026-", "0000-", 1), "receipt_without_time"),
    ],
)  # fmt: skip
def test_a_line_that_maps_onto_nothing_has_its_reason(tmp_path: Path, line: str, reason: str) -> None:
    log = write(tmp_path / "m.log", [at(START, sent("a", "1")), line])
    report = bring(tmp_path / "x.duckdb", log)
    assert (report.read, report.recipients, report.unmapped) == (2, 1, {reason: 1})


def test_the_last_line_may_lack_its_end(tmp_path: Path) -> None:
    (log := tmp_path / "m.log").write_text(f"{at(START, sent('a', '1'))}\n{at(START, sent('b', '2'))[:150]}")
    report = bring(tmp_path / "x.duckdb", log)
    assert (report.read, report.recipients, report.unmapped) == (2, 1, {"truncated": 1})


def test_an_inbound_receipt_may_hold_escapes(tmp_path: Path) -> None:
    text = r"b'id:7 sub:001 dlvrd:001 submit date:2603020800 done date:2603020801 stat:UNDELIV err:00B\x00'"
    log = write(tmp_path / "m.log", [at(START, sent("a", "7")), at(START, inbound(text))])
    bring(tmp_path / "x.duckdb", log)
    assert rows(tmp_path / "x.duckdb", "select smpp_code, err, sms_result from core.recipients") == [
        {"smpp_code": "UNDELIV", "err": "00B", "sms_result": "failed"}
    ]


def test_what_a_message_said_is_nowhere_in_the_file(tmp_path: Path) -> None:
    lines = [at(START, sent("a", "1", content="b'PLANTEDWORD'")), at(START, inbound("b'PLANTEDWORD'"))]
    bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", lines))
    assert b"PLANTEDWORD" not in (tmp_path / "x.duckdb").read_bytes()
