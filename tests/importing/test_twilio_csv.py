"""The bundled adapter for the message log of Twilio's console: what each status means, and what must not be lost."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import campaignkit
from campaignkit.domain.delivery import Stage, Verdict
from campaignkit.domain.errors import InvalidInput
from campaignkit.importing.adapter import load
from tests.importing import twilio
from tests.importing.twilio import COLUMNS, START, course, message, sid, stamp, text, write
from tests.importing.world import bring, content, dump, rows

NUMBER = "447700900123"


def imported(into: Path, *sources: Path, **options: Any) -> Any:
    return bring(into, *sources, adapter="twilio-csv", **options)


def one(tmp_path: Path, **columns: str) -> dict[str, Any]:
    """Import a single row and return the recipient that it became, with its sender."""
    into = tmp_path / "x.duckdb"
    imported(into, write(tmp_path / "log.csv", [message(**columns)]))  # type: ignore[arg-type]
    (row,) = rows(
        into, "select r.*, c.saddr from core.recipients r join core.campaigns c using (campaign_id)"
    )
    return row


# ── what a status means ──────────────────────────────────────────────────────


MEANINGS = [  # status, stage, SMPP code, SMS result, verdict
    ("accepted", "New", None, "unknown", "not_submitted"),
    ("scheduled", "New", None, "unknown", "not_submitted"),
    ("queued", "New", None, "unknown", "not_submitted"),
    ("sending", "Sending", None, "unknown", "awaiting"),
    ("sent", "Delivered", None, "unknown", "awaiting"),
    ("delivered", "Delivered", "delivered", "delivered", "delivered"),
    ("read", "Delivered", "read", "delivered", "delivered"),
    ("undelivered", "Delivered", "undelivered", "failed", "carrier_failed"),
    ("partially_delivered", "Delivered", "partially_delivered", "unknown", "unknown"),
    ("failed", "Failed", None, "unknown", "failed_at_submission"),
    ("canceled", "Failed", None, "unknown", "failed_at_submission"),
    ("Delivered", "Delivered", "Delivered", "delivered", "delivered"),  # somebody's capitals
    ("QUEUED", "New", None, "unknown", "not_submitted"),
    ("teleported", "Delivered", "teleported", "unknown", "unknown"),  # a status that Twilio may add
]


@pytest.mark.parametrize("error", ["", "30003", "30036", "39999"])
def test_each_status_has_one_verdict_whatever_the_error_code(tmp_path: Path, error: str) -> None:
    exported = [
        message(n, meaning[0], From=meaning[0], ErrorCode=error) for n, meaning in enumerate(MEANINGS)
    ]
    imported(tmp_path / "x.duckdb", write(tmp_path / "log.csv", exported))
    found = rows(
        tmp_path / "x.duckdb", "select saddr, r.* from core.recipients r join core.campaigns c using (campaign_id)"
    )  # fmt: skip
    assert {(row["saddr"], row["stage"], row["smpp_code"], row["sms_result"]) for row in found} == {
        meaning[:4] for meaning in MEANINGS
    }
    assert all(row["err"] == (error or None) and row["created_at"] == START for row in found)
    assert all(row["sent_at"] == (START if row["stage"] == "Delivered" else None) for row in found)
    kit = campaignkit.open(tmp_path / "x.duckdb", now=START + timedelta(hours=1))
    verdicts = {
        row.saddr: {part: n for part, n in kit.campaigns.show(row.external_id).verdicts.items() if n}
        for row in kit.campaigns.page().rows
    }
    assert verdicts == {status: {Verdict(verdict): 1} for status, *_, verdict in MEANINGS}


def test_the_tables_of_the_adapter_fit_the_toolkit_s() -> None:
    adapter = load("twilio-csv")
    header, *statuses = adapter.tables["statuses"]
    assert header == ["status", "stage", "is_receipt", "error"]
    assert {stage for _, stage, _, _ in statuses} == set(Stage)
    receipts = {status.upper() for status, _, is_receipt, _ in statuses if is_receipt == "yes"}
    assert receipts == adapter.stat_aliases.keys()
    errors = [code for code, _ in adapter.tables["errors"][1:]]
    assert errors == sorted(set(errors), key=int)


@pytest.mark.parametrize(
    ("status", "written", "err", "error"),
    [
        ("undelivered", "30003", "30003", "the handset cannot be reached (30003)"),
        ("undelivered", "39999", "39999", "error 39999, which is not listed"),
        ("undelivered", "", None, "not delivered"),
        ("failed", "21610", "21610", "the recipient has opted out (21610)"),
        ("failed", "30002.0", "30002", "the account was suspended (30002)"),  # was a float in between
        ("failed", "0", None, "could not be sent"),
        ("canceled", "", None, "canceled before it was sent"),
        ("delivered", "", None, None),
        ("delivered", "0", None, None),
    ],
)
def test_an_error_code_is_kept_and_put_into_words(
    tmp_path: Path, status: str, written: str, err: str | None, error: str | None
) -> None:
    row = one(tmp_path, status=status, ErrorCode=written)
    assert (row["err"], row["error"]) == (err, error)


@pytest.mark.parametrize(
    "columns",
    [
        {"Direction": "inbound", "Status": "received"},
        {"Direction": "inbound", "Status": "receiving"},
        {"Direction": "inbound", "Status": "delivered"},
        {"Direction": "", "Status": "received"},
        {"Direction": "Inbound", "Status": "received", "SentDate": "3/2/2026 8:00"},
    ],
)
def test_what_phones_sent_is_no_campaign_traffic(tmp_path: Path, columns: dict[str, str]) -> None:
    report = imported(tmp_path / "x.duckdb", write(tmp_path / "log.csv", [message(1), message(2) | columns]))
    assert (report.read, report.recipients, report.unmapped) == (2, 1, {"inbound": 1})


@pytest.mark.parametrize("direction", ["outbound-api", "outbound-call", "outbound-reply", ""])
def test_what_was_sent_to_phones_is(tmp_path: Path, direction: str) -> None:
    assert one(tmp_path, Direction=direction)["sms_result"] == "delivered"


# ── senders, numbers, moments ────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "saddr"),
    [
        ("ACME Shop", "ACME Shop"), ("+15005550006", "+15005550006"), ("72345", "72345"), ("", ""),
        ("whatsapp:+15005550006", "whatsapp:+15005550006"), ("MG" + "a1" * 16, "MG" + "a1" * 16),
        ("15005550006", "+15005550006"), ("15005550006.0", "+15005550006"), ('="+15005550006"', "+15005550006"),
        ("'+15005550006", "+15005550006"), ("O'Neill", "O'Neill"), ("  ACME ", "ACME"), ("Café", "Café"),
    ],
)  # fmt: skip
def test_a_sender_is_what_twilio_wrote(tmp_path: Path, written: str, saddr: str) -> None:
    assert one(tmp_path, From=written)["saddr"] == saddr


@pytest.mark.parametrize(
    ("written", "digits", "tail"),
    [
        ("+447700900123", NUMBER, "0123"), ("447700900123", NUMBER, "0123"), ("447700900123.0", NUMBER, "0123"),
        ('="+447700900123"', NUMBER, "0123"), ("'+447700900123", NUMBER, "0123"), ("'447700900123", NUMBER, "0123"),
        ("+44 7700 900123", NUMBER, "0123"), ("whatsapp:+447700900123", NUMBER, "0123"), ("rcs:+447700900123", NUMBER, "0123"),
        ("4.47701E+11", None, ""), ("4,47701E+11", None, ""), ("1E+11", None, ""), ("", None, ""), ("client:anna", None, ""),
        ("72345", None, "45"), ("+44770****123", None, "123"),
    ],
)  # fmt: skip
def test_a_number_is_read_however_a_spreadsheet_left_it(
    tmp_path: Path, written: str, digits: str | None, tail: str
) -> None:
    source = write(tmp_path / "log.csv", [message(1), message(2, To=written)])
    report = imported(tmp_path / "x.duckdb", source, keep_numbers=True)
    assert (report.recipients, report.number_invalid) == (2, digits is None)
    assert any("rounded by a spreadsheet" in warning for warning in report.warnings) == ("E+" in written)
    found = rows(tmp_path / "x.duckdb", "select ctn_tail from core.recipients order by recipient_id")
    assert found[1]["ctn_tail"] == tail
    kept = rows(
        tmp_path / "x.duckdb.numbers.duckdb", "select ctn from core.recipient_numbers where recipient_id = 2"
    )
    assert kept == ([{"ctn": f"+{digits}"}] if digits else [])


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02T08:00:00Z", "2026-03-02T08:00:00.000Z", "2026-03-02T10:00:00+02:00", "2026-03-02 08:00:00 UTC",
        "2026-03-02 08:00:00", "2026-03-02 08:00:00+00", "Mon, 02 Mar 2026 08:00:00 +0000", "Mon, 2 Mar 2026 08:00:00 GMT",
        "02 Mar 2026 03:00:00 -0500",
    ],
)  # fmt: skip
def test_a_moment_is_read_in_the_forms_that_occur(tmp_path: Path, written: str) -> None:
    assert one(tmp_path, SentDate=written)["sent_at"] == START


@pytest.mark.parametrize(
    "written",
    [
        "3/2/2026 8:00",
        "02.03.2026 08:00",
        "46083.3333",
        "2026-03-02",
        "now",
        "infinity",
        "########",
        "2026-02-30T08:00:00Z",
        "0000-03-02T08:00:00Z",
        "9999-12-31T23:59:59Z",
    ],
)
def test_a_moment_that_could_be_two_is_none_and_counted(tmp_path: Path, written: str) -> None:
    source = write(tmp_path / "log.csv", [message(1), message(2, SentDate=written)])
    report = imported(tmp_path / "x.duckdb", source)
    assert (report.read, report.recipients, report.unmapped) == (2, 1, {"date_unreadable": 1})


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"Status": "+447700900123"}, "status_unreadable"),
        ({"Status": "Hello, your code is 5"}, "status_unreadable"),
        ({"Status": ""}, "without_status"),
        ({"Sid": "+447700900123"}, "sid_unreadable"),
        ({"Sid": "447700900123"}, "sid_unreadable"),
        ({"Sid": ""}, "recipient_without_key"),
    ],
)
def test_a_row_whose_columns_have_slipped_is_counted(
    tmp_path: Path, columns: dict[str, str], reason: str
) -> None:
    report = imported(tmp_path / "x.duckdb", write(tmp_path / "log.csv", [message(1), message(2) | columns]))
    assert (report.read, report.recipients, report.unmapped) == (2, 1, {reason: 1})


@pytest.mark.parametrize(
    "column", ["ErrorCode", "AccountSid", "NumSegments", "Status", "Sid", "SentDate", "Direction"]
)
def test_a_number_in_another_column_goes_nowhere(tmp_path: Path, column: str) -> None:
    source = write(tmp_path / "log.csv", [message(1), message(2) | {column: "+447700900123"}])
    imported(tmp_path / "x.duckdb", source)
    assert not any("7700900123" in line for line in dump(tmp_path / "x.duckdb"))


def test_an_export_whose_dates_are_all_mangled_says_so(tmp_path: Path) -> None:
    source = write(tmp_path / "log.csv", [message(1, SentDate="3/2/2026 8:00"), message(2, SentDate="")])
    with pytest.raises(
        InvalidInput, match=r"a message or a receipt \(date_unreadable: 1\)|recipient_without_time"
    ):
        imported(tmp_path / "x.duckdb", write(tmp_path / "a.csv", [message(1, SentDate="3/2/2026 8:00")]))
    assert imported(tmp_path / "x.duckdb", source).unmapped == {
        "date_unreadable": 1,
        "recipient_without_time": 1,
    }


@pytest.mark.parametrize(
    ("written", "parts"),
    [("1", 1), ("3", 3), ("0", 0), ("2.0", 2), ("", 1), ("-1", 1), ("many", 1), ("99999", 1)],
)
def test_segments_are_parts(tmp_path: Path, written: str, parts: int) -> None:
    assert one(tmp_path, NumSegments=written)["parts"] == parts


def test_a_sender_and_a_local_day_are_a_campaign(tmp_path: Path) -> None:
    late, early = START.replace(hour=23, minute=59), START.replace(day=3, hour=0)
    source = write(tmp_path / "log.csv", [
        message(1, SentDate=stamp(late)), message(2, SentDate=stamp(early)), message(3, "queued", SentDate=stamp(early)),
        message(4, From="Other"),
    ])  # fmt: skip
    report = imported(tmp_path / "x.duckdb", source, workspace="retail")
    assert (report.campaigns, report.recipients) == (3, 4)
    found = rows(
        tmp_path / "x.duckdb",
        "select saddr, status, moderation, mode, total, workspace_id from core.campaigns order by campaign_id",
    )
    assert [tuple(row.values()) for row in found] == [
        ("Other", "Done", "Approved", None, 1, "retail"),
        ("ACME", "Done", "Approved", None, 1, "retail"),
        ("ACME", "Sending", "Approved", None, 2, "retail"),
    ]  # fmt: skip


def test_a_message_whose_campaign_is_over_keeps_it_over(tmp_path: Path) -> None:
    source = write(tmp_path / "log.csv", [message(1, "canceled"), message(2, "failed"), message(3, "sent")])
    imported(tmp_path / "x.duckdb", source)
    assert rows(tmp_path / "x.duckdb", "select status from core.campaigns") == [{"status": "Done"}]


def test_what_a_message_said_is_nowhere(tmp_path: Path) -> None:
    source = write(
        tmp_path / "log.csv",
        [message(1, Body="PLANTEDWORD"), message(2, Body="PLANTEDWORD", Direction="inbound")],
    )
    copies = []

    def look(step: str, _share: float) -> None:
        copies.extend(
            path for path in tmp_path.rglob("*") if path.is_file() and b"PLANTEDWORD" in path.read_bytes()
        )

    imported(tmp_path / "x.duckdb", source, keep_numbers=True, progress=look)
    assert set(copies) == {source}


# ── newer exports, other orders ──────────────────────────────────────────────


def test_a_newer_export_moves_messages_on_and_changes_nothing_else(tmp_path: Path) -> None:
    into = tmp_path / "x.duckdb"
    old = write(tmp_path / "old.csv", [message(1, "sent"), message(2, "delivered"), message(3, "queued")])
    new = write(
        tmp_path / "new.csv",
        [
            message(1, "undelivered", ErrorCode="30005"),
            message(2, "delivered"),
            message(3, "failed", ErrorCode="30001"),
            message(4),
        ],
    )
    imported(into, old)
    before = {line for line in dump(into) if sid(2) in line}
    first = imported(into, new)
    assert {line for line in dump(into) if sid(2) in line} == before
    query = "select k.recipient_key, stage, smpp_code, err, error from core.recipients join kit.import_keys k using (campaign_id, recipient_id) order by recipient_id"
    assert [tuple(row.values()) for row in rows(into, query)] == [
        (sid(1), "Delivered", "undelivered", "30005", "the handset is unknown (30005)"),
        (sid(2), "Delivered", "delivered", None, None),
        (sid(3), "Failed", None, "30001", "the queue is full (30001)"),
        (sid(4), "Delivered", "delivered", None, None),
    ]  # fmt: skip
    after = dump(into)
    assert imported(into, new) == first
    imported(into, old)  # an older export, after the newer one
    assert dump(into) == after


STATES = ("accepted", "queued", "sent", "partially_delivered", "undelivered", "delivered", "read", "failed")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_exports_is_irrelevant_and_repeating_one_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    number = st.integers(1, 4)
    row = st.builds(
        lambda number, status, sender, minutes: message(
            number, status, From=sender, SentDate=stamp(START + timedelta(minutes=minutes)),
            ErrorCode={"undelivered": "30003", "failed": "30001"}.get(status, ""),
        ),
        number, st.sampled_from(STATES), st.sampled_from(["", "ACME", "+15005550006"]), st.sampled_from([0, 0, 0, 970]),
    )  # fmt: skip
    exports = data.draw(st.lists(st.lists(row, min_size=1, max_size=5), min_size=2, max_size=3))
    paths = [write(folder / f"{number}.csv", export) for number, export in enumerate(exports)]
    contents = []
    for number, order in enumerate(itertools.islice(itertools.permutations(paths), 4)):
        into = folder / f"{number}.duckdb"
        for path in order:
            report = imported(into, path)
            assert report.read == report.recipients + sum(report.unmapped.values())
        contents.append(content(into))
        before = dump(into)
        imported(into, order[0])
        assert dump(into) == before
    imported(folder / "together.duckdb", *paths)
    contents.append(content(folder / "together.duckdb"))
    assert all(other == contents[0] for other in contents[1:])


def test_every_row_of_a_generated_export_is_in_one_count(tmp_path: Path) -> None:
    expected = twilio.large_export(tmp_path / "log.csv", 3000)
    report = imported(tmp_path / "x.duckdb", tmp_path / "log.csv")
    assert report.as_json() == {
        "read": expected.read, "campaigns": len(expected.campaigns), "recipients": expected.recipients, "receipts": 0,
        "unmapped": dict(sorted(expected.unmapped.items())), "number_invalid": 0,
    }  # fmt: skip
    for column, counts in (("stage", expected.stages), ("smpp_code", expected.codes)):
        found = rows(
            tmp_path / "x.duckdb", f"select {column} as value, count(*) as n from core.recipients group by 1"
        )
        assert {row["value"]: row["n"] for row in found} == dict(counts)


def test_the_exports_of_several_days_overlap(tmp_path: Path) -> None:
    stages = [list(course(message(number, "undelivered", ErrorCode="30003"))) for number in range(1, 6)]
    days = [write(tmp_path / f"{day}.csv", [stage[day] for stage in stages]) for day in range(3)]
    report = imported(tmp_path / "x.duckdb", *days)
    assert (report.read, report.recipients, sum(report.unmapped.values())) == (15, 5, 10)
    assert rows(tmp_path / "x.duckdb", "select distinct smpp_code, err from core.recipients") == [
        {"smpp_code": "undelivered", "err": "30003"}
    ]


def test_an_export_without_the_newer_columns_is_read(tmp_path: Path) -> None:
    older = [column for column in COLUMNS if column != "ErrorCode"]
    source = tmp_path / "log.csv"
    source.write_text(text([message(1, "undelivered")], older), encoding="utf-8")
    report = imported(tmp_path / "x.duckdb", source)
    assert report.recipients == 1
    assert report.warnings == (f"{source} has no column ErrorCode: it is read as empty",)


def test_moments_are_utc_unless_they_say_otherwise(tmp_path: Path) -> None:
    assert one(tmp_path, SentDate="2026-03-02 08:00:00")["created_at"] == datetime(2026, 3, 2, 8, tzinfo=UTC)
