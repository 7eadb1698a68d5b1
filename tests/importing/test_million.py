"""A million lines, as Jasmin and as Twilio write them, with every number known beforehand."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import duckdb

from tests.importing.jasmin import large_log
from tests.importing.twilio import large_export
from tests.importing.world import bring, rows

MESSAGES = 535_000


def test_a_million_lines_add_up_to_the_last_one(tmp_path: Path) -> None:
    expected = large_log(tmp_path / "m.log", MESSAGES)
    assert expected.read > 1_000_000
    begun = time.monotonic()
    report = bring(tmp_path / "x.duckdb", tmp_path / "m.log", keep_numbers=True)
    print(f"{report.read} lines in {time.monotonic() - begun:.1f} s", file=sys.stderr)
    assert report.as_json() == {
        "read": expected.read,
        "campaigns": len(expected.campaigns),
        "recipients": expected.recipients,
        "receipts": expected.receipts,
        "unmapped": dict(sorted(expected.unmapped.items())),
        "number_invalid": 0,
    }
    into = tmp_path / "x.duckdb"
    stages = rows(into, "select stage, count(*) as n from core.recipients group by stage")
    assert {row["stage"]: row["n"] for row in stages} == expected.stages
    codes = rows(into, "select smpp_code, count(*) as n from core.recipients group by smpp_code")
    assert {row["smpp_code"]: row["n"] for row in codes} == expected.codes
    assert rows(into, "select sum(total) as n, count(*) as c from core.campaigns") == [
        {"n": expected.recipients, "c": len(expected.campaigns)}
    ]
    assert rows(tmp_path / "x.duckdb.numbers.duckdb", "select count(*) as n from core.recipient_numbers") == [
        {"n": expected.recipients}
    ]
    unordered = """
        select count(*) as n from (
            select (campaign_id, recipient_id) < lag((campaign_id, recipient_id)) over (order by rowid) as back from core.recipients
        ) where back"""
    assert rows(into, unordered) == [{"n": 0}]
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB", file=sys.stderr)


def test_a_million_rows_of_a_csv_add_up_to_the_last_one(tmp_path: Path) -> None:
    source, into = tmp_path / "log.csv", tmp_path / "x.duckdb"
    expected = large_export(source, 1_000_000)
    assert source.stat().st_size > 200_000_000
    begun = time.monotonic()
    with duckdb.connect() as connection:
        connection.execute(
            "create temp table bare as from read_csv($source, all_varchar = true)", {"source": str(source)}
        )
    bare = time.monotonic() - begun
    begun = time.monotonic()
    report = bring(into, source, adapter="twilio-csv")
    taken = time.monotonic() - begun
    print(
        f"{report.read} rows in {taken:.1f} s, {taken / bare:.1f} times a bare read_csv of {bare:.1f} s",
        file=sys.stderr,
    )
    assert report.as_json() == {
        "read": expected.read,
        "campaigns": len(expected.campaigns),
        "recipients": expected.recipients,
        "receipts": 0,
        "unmapped": dict(sorted(expected.unmapped.items())),
        "number_invalid": 0,
    }
    for column, counts in (("stage", expected.stages), ("smpp_code", expected.codes)):
        found = rows(into, f"select {column} as value, count(*) as n from core.recipients group by 1")
        assert {row["value"]: row["n"] for row in found} == dict(counts)
