"""What several receipts add up to, and that nothing about the order in which they come matters."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importing.jasmin import START, at, receipt, refused, sent, write
from tests.importing.world import bring, content, rows

FINAL = (
    "DELIVRD",
    "UNDELIV",
    "EXPIRED",
    "DELETED",
    "REJECTD",
    "SKIPPED",
    "FAILED",
)  # FAILED: an alias of UNDELIV
UNDECIDED = ("UNKNOWN", "VENDORX")
INTERMEDIATE = ("ENROUTE", "ACCEPTD", "SCHEDLD", "BUFFRED")


def deciding(stats: Sequence[str]) -> str:
    """Return the stat that decides, by the rule as it is written; *stats* in the order of our clock."""
    for group in (FINAL, UNDECIDED, INTERMEDIATE):
        found = [stat for stat in stats if stat in group]
        if found:
            return found[-1]
    raise AssertionError(stats)


def test_every_pair_of_states_folds_by_the_rule(tmp_path: Path) -> None:
    pairs = list(itertools.product(FINAL + UNDECIDED + INTERMEDIATE, repeat=2))
    lines = []
    for number, (first, second) in enumerate(pairs):
        smsid = f"{number:03}z"
        lines += [
            at(START, sent(f"key-{number}", smsid)),
            at(START + timedelta(seconds=9), receipt(smsid, second, err="2")),  # the later one stands first
            at(START + timedelta(seconds=5), receipt(smsid, first, err="1")),
        ]
    bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", lines))
    found = rows(
        tmp_path / "x.duckdb",
        "select smsid, smpp_code, sms_result, err, dlr_at from core.recipients order by smsid",
    )
    results = {
        "DELIVRD": "delivered",
        **dict.fromkeys(("UNDELIV", "EXPIRED", "DELETED", "REJECTD", "FAILED"), "failed"),
    }
    for row, (first, second) in zip(found, pairs, strict=True):
        winner = deciding((first, second))
        err = "2" if winner == second else "1"
        came = START + timedelta(seconds=9 if err == "2" else 5)
        assert (row["smpp_code"], row["sms_result"], row["err"], row["dlr_at"]) == (
            winner, results.get(winner, "unknown"), err, came,
        ), (first, second)  # fmt: skip


def test_at_equal_times_the_later_line_decides(tmp_path: Path) -> None:
    lines = [
        at(START, sent("a", "1")),
        *(at(START, receipt("1", stat)) for stat in ("UNDELIV", "DELIVRD", "EXPIRED")),
    ]
    bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", lines))
    assert rows(tmp_path / "x.duckdb", "select smpp_code from core.recipients") == [{"smpp_code": "EXPIRED"}]


def test_a_stat_is_looked_up_in_any_case_and_kept_as_it_came(tmp_path: Path) -> None:
    lines = [at(START, sent("a", "1")), at(START, receipt("1", "Delivrd"))]
    bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", lines))
    assert rows(tmp_path / "x.duckdb", "select smpp_code, sms_result from core.recipients") == [
        {"smpp_code": "Delivrd", "sms_result": "delivered"}
    ]


def test_a_receipt_belongs_to_the_message_sent_last_before_it(tmp_path: Path) -> None:
    day = timedelta(days=1)
    lines = [
        at(START, sent("monday", "77")),
        at(START + day, sent("tuesday", "77")),  # the centre uses the id again
        at(START + day / 2, receipt("77", "UNDELIV")),
        at(
            START + day - timedelta(minutes=2), receipt("77", "ENROUTE")
        ),  # overtook its response by two minutes
        at(START + day * 2, receipt("77", "DELIVRD")),
    ]
    report = bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", lines))
    assert report.receipts == 3
    found = rows(
        tmp_path / "x.duckdb",
        """select k.recipient_key, smpp_code, list(stat order by received_at) as stats
        from core.recipients join kit.import_keys k using (campaign_id, recipient_id)
        join kit.receipts using (campaign_id, recipient_id)
        group by all order by 1""",
    )
    assert found == [
        {"recipient_key": "monday", "smpp_code": "UNDELIV", "stats": ["UNDELIV"]},
        {"recipient_key": "tuesday", "smpp_code": "DELIVRD", "stats": ["ENROUTE", "DELIVRD"]},
    ]


def test_a_receipt_from_before_any_message_of_that_id_is_nobody_s(tmp_path: Path) -> None:
    lines = [at(START, receipt("77")), at(START + timedelta(minutes=6), sent("a", "77"))]
    report = bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", lines))
    assert report.unmapped == {"receipt_without_message": 1}


@pytest.mark.parametrize(
    ("in_response", "in_receipt", "same"),
    [
        ("ABC", "abc", True),
        ("007", "7", True),
        ("0", "000", True),
        ("5f878c79", "1602718841", True),
        ("1602718841", "5F878C79", True),
        ("12345678901234567890", "ab54a98ceb1f0ad2", True),
        ("abc", "abd", False),
        ("10", "16", True),  # hexadecimal 10, for want of a message with the id 16
    ],
)
def test_an_id_is_the_same_in_case_zeros_and_base(
    tmp_path: Path, in_response: str, in_receipt: str, same: bool
) -> None:
    lines = [at(START, sent("a", in_response)), at(START, receipt(in_receipt))]
    assert bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", lines)).receipts == int(same)


def test_the_other_base_is_tried_only_where_the_id_as_it_stands_has_no_message(tmp_path: Path) -> None:
    lines = [at(START, sent("hex", "10")), at(START, sent("dec", "16")), at(START, receipt("16"))]
    bring(tmp_path / "x.duckdb", write(tmp_path / "m.log", lines))
    assert rows(tmp_path / "x.duckdb", "select smsid from core.recipients where smpp_code is not null") == [
        {"smsid": "16"}
    ]


KEYS = ("a", "b", "c")


@st.composite
def logs(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Return lines with their times: attempts at a few messages over two midnights, and receipts, all at distinct times."""
    seconds = draw(st.lists(st.integers(0, 2 * 86400), min_size=4, max_size=14, unique=True))
    lines: list[tuple[int, str]] = []
    for second in seconds:
        key = draw(st.sampled_from(KEYS))
        kind = draw(st.sampled_from(("retry", "failed", "sent", "receipt", "receipt", "other_spelling")))
        smsid = f"1{key}"
        lines.append((second, {
            "retry": refused(key, retry=True),
            "failed": refused(key, "ESME_RINVDSTADR", retry=False),
            "sent": sent(key, smsid),
            "receipt": receipt(smsid, draw(st.sampled_from(FINAL + UNDECIDED + INTERMEDIATE))),
            "other_spelling": receipt(str(int(smsid, 16)), "DELIVRD"),
        }[kind]))  # fmt: skip
    return lines


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(log=logs(), data=st.data())
def test_any_order_of_lines_files_and_imports_gives_the_same_content(
    tmp_path_factory: pytest.TempPathFactory, log: list[tuple[int, str]], data: st.DataObject
) -> None:
    tmp_path = tmp_path_factory.mktemp("order")
    written = [at(START + timedelta(seconds=second), line) for second, line in sorted(log)]
    shuffled = data.draw(st.permutations(written))
    cut = data.draw(st.integers(1, len(written) - 1))
    parts = [
        write(tmp_path / f"{name}.log", part) for name, part in (("1", shuffled[:cut]), ("2", shuffled[cut:]))
    ]
    bring(tmp_path / "whole.duckdb", write(tmp_path / "whole.log", written))
    bring(tmp_path / "together.duckdb", *parts)
    for part in parts:
        report = bring(tmp_path / "apart.duckdb", part)
        assert report.read == report.recipients + report.receipts + sum(report.unmapped.values())
    whole = content(tmp_path / "whole.duckdb")
    assert content(tmp_path / "together.duckdb") == whole
    assert content(tmp_path / "apart.duckdb") == whole
