"""Each incident of the sample stands on the first page of its report, and an ordinary campaign raises no alarm."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from campaignkit.codes import stat_table
from campaignkit.demo.incidents import EXHIBITS
from campaignkit.domain.delivery import RECEIPTS_MAY_COME, SmsResult, Stage, verdict
from campaignkit.kit import Kit
from campaignkit.report.document import Part
from campaignkit.report.writing import Report
from tests.report.conftest import NOW, Named, Written


def said(report: Report, parts: list[Part]) -> str:
    read = report._read()
    return "".join(part if isinstance(part, str) else read.text(part["claim"]) for part in parts)


def title(report: Report) -> str:
    report.head()
    return said(report, report.document.blocks[-1]["heading"]["parts"])


def first_page(report: Report) -> str:
    report.summary()
    return " ".join(said(report, each["parts"]) for each in report.document.blocks[-1]["findings"])


CAUSES = {
    "Season preview": ("nordtel-1 stopped delivering for 70 minutes", ["From 12:00 to 13:09", "expired"]),
    "Outlet opening": ("Every centre refuses the sender ACME Outlet", ["526 of 526 messages (100%)", "5 of the 5 channels"]),
    "Mobile app invitation": ("baltcom rejects the sender ACME App", ["264", "99.2%"]),
    "Annual statement": ("Receipts of baltcom were held up", ["from 14:00 to 15:00", "arrived"]),
    "Patient portal": ("Receipts of nordtel-2 do not find their messages", ["304 of the 304", "decimal, 10", "hexadecimal, 8"]),
    "Garden catalogue": ("The daily window of Garden catalogue was too short", ["515 of 938", "18:00 to 20:00", "8 were left"]),
    "Gift card reminder": ("The list of Gift card reminder could not be read", ["line 4212", "1.23E+11"]),
    "Opening hours": ("citycell took less than it was given", ["ESME_RTHROTTLED", "12.3%", "2 h 29 min"]),
}  # fmt: skip


def test_every_incident_of_the_sample_is_looked_for() -> None:
    assert set(CAUSES) == {exhibit.name for exhibit in EXHIBITS.values()}


@pytest.mark.parametrize("name", CAUSES)
def test_the_cause_stands_on_the_first_page(name: str, named: Named, written: Written) -> None:
    expected, evidence = CAUSES[name]
    id = named(name)
    report = written(campaigns=[id])
    assert title(report) == expected.format(id=id[:8])
    text = first_page(report)
    for piece in evidence:
        assert piece in text, text


def test_an_ordinary_campaign_raises_no_alarm(kit: Kit, db: Path, tmp_path: Path, written: Written) -> None:
    """Campaigns that no incident can have touched: not on its channel at its time, none of its senders, no bad list."""
    with duckdb.connect(str(db), read_only=True) as connection:
        ids = connection.execute(
            """
            select c.external_id::varchar
            from core.campaigns c
            left join core.recipients r on r.campaign_id = c.campaign_id
            where not list_contains(?, c.name) and not exists (
              from core.job_errors j where j.campaign_id = c.campaign_id)
            group by all
            having coalesce(min(r.sent_at) > '2026-11-18T23:59Z' or max(r.sent_at) < '2026-11-04', true)
            """,
            [list(CAUSES)],
        ).fetchall()
    assert len(ids) >= 12
    for (id,) in ids:
        report = written(campaigns=[id])
        assert title(report) == "Nothing out of the ordinary", first_page(report)


def test_the_verdicts_of_the_snapshot_are_those_of_the_domain(named: Named, written: Written) -> None:
    report = written(filter="period=30d")
    table = stat_table()
    connection = report.sealed._connection
    connection.execute(
        "select stage, sms_result, smpp_code, filter, sent_at, verdict, count(*) from recipients group by all"
    )
    seen: Counter[str] = Counter()
    for stage, result, code, filtered, sent_at, found, count in connection.fetchall():
        expected = verdict(
            stage=Stage(stage),
            sms_result=SmsResult(result),
            kind=table.kind(code),
            filtered=filtered is not None,
            receipts_may_come=sent_at is not None and sent_at > NOW - RECEIPTS_MAY_COME,
        )
        assert found == expected, (stage, result, code)
        seen[found] += count
    assert len(seen) >= 6
    rows = {row["verdict"]: row["messages"] for row in report.ask("truth")}
    assert {name: count for name, count in rows.items() if name != "all" and count} == seen
    assert rows["all"] == seen.total()
