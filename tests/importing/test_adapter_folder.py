"""A folder of one's own: relations over CSV files, settings, and clear words about whatever is wrong in it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaignkit.assets import asset
from campaignkit.codes import stat_table
from campaignkit.domain.delivery import CodeClass
from campaignkit.domain.errors import InvalidInput
from campaignkit.importing.adapter import load
from tests.importing.jasmin import START, at, receipt, refused, sent, write
from tests.importing.world import bring, dump, rows

CSV = "from read_csv(:source, all_varchar = true)"
SHOP = {
    "adapter.toml": 'name = "shop"\nzone = "Europe/Berlin"\ncountry = "DE"\n',
    "campaigns.sql": f"""
        select campaign as campaign_key, any_value(sender) as saddr, 'Approved' as moderation, 'OnDemand' as mode,
          any_value(campaign) as name, 'retail' as workspace_id, count(*) as total
        {CSV} group by campaign""",
    "recipients.sql": f"""
        select campaign as campaign_key, id as recipient_key, msisdn as ctn, sent as sent_at, 'smsc1' as esme,
          status as smpp_code, status_at as dlr_at, stop_list as filter, created as created_at
        {CSV}""",
    "job_errors.sql": f"""
        select distinct campaign as campaign_key, 'Building' as phase, 'FILE_PARSE' as code, 'line 7: bad number' as message,
          timestamp '2026-03-02 08:59:00' as occurred_at
        {CSV} where campaign = 'spring'""",
}
ROWS = """\
id,campaign,sender,msisdn,created,sent,status,status_at,stop_list
1,spring,ACME,0170 1234567,2026-03-02 09:00:00,2026-03-02 09:00:01,DELIVRD,2026-03-02 09:00:07,
2,spring,ACME,+49 170 1234568,2026-03-02 09:00:00,2026-03-02 09:00:02,UNDELIV,2026-03-02 09:00:30,
3,spring,ACME,01701234569,2026-03-02 09:00:00,2026-03-02 09:00:03,,,
4,spring,ACME,unknown,2026-03-02 09:00:00,,,,opted out
1,autumn,ACME,0170 1234567,2026-09-02 09:00:00,2026-09-02 09:00:01,,,
"""


def folder(path: Path, files: Mapping[str, str]) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def source(path: Path, text: str = ROWS) -> Path:
    (path / "shop.csv").write_text(text, encoding="utf-8")
    return path / "shop.csv"


def test_a_folder_over_a_csv_brings_campaigns_messages_and_errors(tmp_path: Path) -> None:
    report = bring(tmp_path / "x.duckdb", source(tmp_path), adapter=folder(tmp_path / "shop", SHOP))
    assert report.as_json() == {
        "read": 5, "campaigns": 2, "recipients": 5, "receipts": 0, "unmapped": {}, "number_invalid": 1,
    }  # fmt: skip
    found = rows(
        tmp_path / "x.duckdb",
        "select name, workspace_id, status, mode, moderation, total, created_at, updated_at from core.campaigns order by campaign_id",
    )
    assert found == [
        {"name": "spring", "workspace_id": "retail", "status": "Sending", "mode": "OnDemand", "moderation": "Approved", "total": 4,
         "created_at": datetime(2026, 3, 2, 8, tzinfo=UTC), "updated_at": datetime(2026, 3, 2, 8, 0, 30, tzinfo=UTC)},
        {"name": "autumn", "workspace_id": "retail", "status": "Done", "mode": "OnDemand", "moderation": "Approved", "total": 1,
         "created_at": datetime(2026, 9, 2, 7, tzinfo=UTC), "updated_at": datetime(2026, 9, 2, 7, 0, 1, tzinfo=UTC)},
    ]  # fmt: skip
    assert rows(
        tmp_path / "x.duckdb",
        "select stage, smpp_code, sms_result, filter, ctn_tail from core.recipients order by all",
    ) == [
        {
            "stage": "Delivered",
            "smpp_code": "DELIVRD",
            "sms_result": "delivered",
            "filter": None,
            "ctn_tail": "4567",
        },
        {
            "stage": "Delivered",
            "smpp_code": "UNDELIV",
            "sms_result": "failed",
            "filter": None,
            "ctn_tail": "4568",
        },
        {
            "stage": "Delivered",
            "smpp_code": None,
            "sms_result": "unknown",
            "filter": None,
            "ctn_tail": "4567",
        },
        {
            "stage": "Delivered",
            "smpp_code": None,
            "sms_result": "unknown",
            "filter": None,
            "ctn_tail": "4569",
        },
        {"stage": "New", "smpp_code": None, "sms_result": "unknown", "filter": "opted out", "ctn_tail": ""},
    ]
    assert (
        len(
            rows(
                tmp_path / "x.duckdb", "select distinct ctn_hash from core.recipients where ctn_tail = '4567'"
            )
        )
        == 1
    )
    assert rows(tmp_path / "x.duckdb", "select job_error_id, code, message from core.job_errors") == [
        {"job_error_id": 1, "code": "FILE_PARSE", "message": "line 7: bad number"}
    ]
    query = "select table_name from information_schema.tables where table_schema = 'core'"
    tables = {row["table_name"] for row in rows(tmp_path / "x.duckdb", query)}
    assert "job_errors" in tables
    assert not tables & {"state_events", "audit_events"}  # not provided, so never shown as empty


def test_a_folder_s_import_can_be_repeated_and_brought_up_to_date(tmp_path: Path) -> None:
    into, shop = tmp_path / "x.duckdb", folder(tmp_path / "shop", SHOP)
    first = bring(into, source(tmp_path), adapter=shop)
    before = dump(into)
    assert bring(into, source(tmp_path), adapter=shop) == first
    assert dump(into) == before
    later = (
        ROWS.replace("09:00:03,,,", "09:00:03,DELIVRD,2026-03-02 09:05:00,")
        + "5,spring,ACME,01701234570,2026-03-02 10:00:00,,,,\n"
    )
    bring(into, source(tmp_path, later), adapter=shop)
    assert rows(
        into, "select recipient_id, stage, smpp_code from core.recipients where campaign_id = 1 order by 1"
    ) == [
        {"recipient_id": 1, "stage": "Delivered", "smpp_code": "DELIVRD"},
        {"recipient_id": 2, "stage": "Delivered", "smpp_code": "UNDELIV"},
        {"recipient_id": 3, "stage": "Delivered", "smpp_code": "DELIVRD"},
        {"recipient_id": 4, "stage": "New", "smpp_code": None},
        {"recipient_id": 5, "stage": "New", "smpp_code": None},
    ]
    assert rows(into, "select total from core.campaigns where name = 'spring'") == [{"total": 5}]


def test_all_the_relations_may_be_given(tmp_path: Path) -> None:
    files = SHOP | {
        "workspaces.sql": f"select distinct 'retail' as workspace_id, 'Retail' as name, 'Europe/Berlin' as time_zone {CSV}",
        "state_events.sql": f"select distinct campaign as campaign_key, 'Sending' as phase, timestamp '2026-03-02 09:00:00' as occurred_at {CSV}",
        "audit_events.sql": f"select distinct campaign as campaign_key, 'created' as action, 'eva' as actor, timestamp '2026-03-01 09:00:00' as occurred_at {CSV}",
        "receipts.sql": f"select campaign as campaign_key, id as recipient_key, 'ENROUTE' as stat, status_at as received_at {CSV} where status <> ''",
        "unmapped.sql": f"select 'unsent' as reason, id as line {CSV} where sent is null",
    }
    into, shop = tmp_path / "x.duckdb", folder(tmp_path / "shop", files)
    for _ in range(2):
        report = bring(into, source(tmp_path), adapter=shop)
        assert (report.read, report.recipients, report.receipts, report.unmapped) == (8, 5, 2, {"unsent": 1})
        assert rows(into, "from core.workspaces") == [
            {"workspace_id": "retail", "name": "Retail", "time_zone": "Europe/Berlin"}
        ]
        assert rows(into, "select event_id, phase, reason from core.state_events order by 1") == [
            {"event_id": 1, "phase": "Sending", "reason": None}, {"event_id": 2, "phase": "Sending", "reason": None},
        ]  # fmt: skip
        assert rows(into, "select count(*) as n, any_value(workspace_id) as w from core.audit_events") == [
            {"n": 2, "w": "retail"}
        ]
        assert rows(into, "select smpp_code from core.recipients where smpp_code is not null order by 1") == [
            {"smpp_code": "DELIVRD"}, {"smpp_code": "UNDELIV"},
        ]  # fmt: skip


def test_messages_and_events_of_unknown_campaigns_are_counted(tmp_path: Path) -> None:
    files = SHOP | {"campaigns.sql": f"{SHOP['campaigns.sql']} having campaign = 'autumn'"}
    report = bring(tmp_path / "x.duckdb", source(tmp_path), adapter=folder(tmp_path / "shop", files))
    assert (report.read, report.recipients, report.unmapped) == (5, 1, {"recipient_without_campaign": 4})
    assert report.warnings == (
        "1 events of adapter shop name a campaign that is not there: they are left out",
    )
    again = bring(tmp_path / "x.duckdb", source(tmp_path), adapter=folder(tmp_path / "shop", SHOP))
    assert (again.recipients, again.warnings) == (5, ())


def test_receipts_find_their_message_by_its_esme_and_id(tmp_path: Path) -> None:
    files = {
        "adapter.toml": 'name = "two"\n',
        "recipients.sql": f"select id as recipient_key, 'X' as saddr, esme, smsid, timestamp '2026-03-02 09:00:00' as sent_at {CSV}",
        "receipts.sql": f"select esme, smsid, stat, timestamp '2026-03-02 09:01:00' as received_at {CSV} where stat <> ''",
    }
    text = "id,esme,smsid,stat\na,east,7,UNDELIV\nb,west,7,DELIVRD\n"
    bring(tmp_path / "x.duckdb", source(tmp_path, text), adapter=folder(tmp_path / "two", files))
    assert rows(tmp_path / "x.duckdb", "select esme, smpp_code from core.recipients order by 1") == [
        {"esme": "east", "smpp_code": "UNDELIV"}, {"esme": "west", "smpp_code": "DELIVRD"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "matched"),
    [
        ("", {"case", "zeros"}),
        ('smsid = "text"', {"case", "zeros"}),
        ('smsid = "exact"', set()),
        ('smsid = "auto"', {"case", "zeros", "response hex", "response decimal"}),
        ('smsid = "hex-dec"', {"response hex"}),
        ('smsid = "dec-hex"', {"case", "zeros", "response decimal"}),
        ('[smsid]\neast = "hex-dec"\nwest = "exact"', {"response hex"}),
        ('[smsid]\nwest = "auto"', {"case", "zeros"}),
    ],
)
def test_the_adapter_says_how_ids_are_read(tmp_path: Path, setting: str, matched: set[str]) -> None:
    spellings = {
        "case": ("AbZ", "aBz"), "zeros": ("0xyz", "00xyz"), "response hex": ("5f878c79", "1602718841"),
        "response decimal": ("1602718842", "5F878C7A"),
    }  # fmt: skip
    if "hex-dec" in setting:  # there `AbZ` is no number and stays a text, but `00xyz` is tried as one
        matched = matched | {"case", "zeros"}
    files = {
        "adapter.toml": f'name = "ids"\n{setting}\n',
        "recipients.sql": f"select id as recipient_key, 'X' as saddr, 'east' as esme, sent as smsid, timestamp '2026-03-02 09:00:00' as sent_at {CSV}",
        "receipts.sql": f"select got as smsid, 'DELIVRD' as stat, timestamp '2026-03-02 09:01:00' as received_at {CSV}",
    }
    text = "id,sent,got\n" + "".join(f"{name},{sent},{got}\n" for name, (sent, got) in spellings.items())
    bring(tmp_path / "x.duckdb", source(tmp_path, text), adapter=folder(tmp_path / "ids", files))
    found = rows(
        tmp_path / "x.duckdb",
        "select k.recipient_key from core.recipients join kit.import_keys k using (campaign_id, recipient_id) where smpp_code is not null",
    )
    assert {row["recipient_key"] for row in found} == matched


def test_an_exact_id_matches_itself(tmp_path: Path) -> None:
    files = {
        "adapter.toml": 'name = "ids"\nsmsid = "exact"\n',
        "recipients.sql": f"select id as recipient_key, 'X' as saddr, id as smsid, timestamp '2026-03-02 09:00:00' as sent_at {CSV}",
        "receipts.sql": f"select id as smsid, 'DELIVRD' as stat, timestamp '2026-03-02 09:01:00' as received_at {CSV}",
    }
    report = bring(
        tmp_path / "x.duckdb", source(tmp_path, "id\n0A\n0a\n"), adapter=folder(tmp_path / "ids", files)
    )
    assert report.receipts == 2
    assert len(rows(tmp_path / "x.duckdb", "from core.recipients where smpp_code is not null")) == 2


def test_a_stat_table_of_one_s_own_decides_and_may_change_its_mind(tmp_path: Path) -> None:
    files = {
        "adapter.toml": 'name = "own"\nstat_table = "stats.csv"\n',
        "stats.csv": "alias,stat\nblocked by us,REJECTD\nunknown,UNDELIV\n",
        "recipients.sql": f"select id as recipient_key, 'X' as saddr, stat as smpp_code, timestamp '2026-03-02 09:00:00' as sent_at {CSV}",
    }
    into, text = tmp_path / "x.duckdb", "id,stat\na,Blocked by us\nb,UNKNOWN\nc,DELIVRD\nd,whatever\n"
    query = "select smpp_code, sms_result from core.recipients order by 1"
    bring(into, source(tmp_path, text), adapter=folder(tmp_path / "own", files))
    assert {row["smpp_code"]: row["sms_result"] for row in rows(into, query)} == {
        "Blocked by us": "failed", "UNKNOWN": "failed", "DELIVRD": "delivered", "whatever": "unknown",
    }  # fmt: skip
    assert rows(into, "select alias, stat from kit.stat_aliases order by 1") == [
        {"alias": "BLOCKED BY US", "stat": "REJECTD"}, {"alias": "UNKNOWN", "stat": "UNDELIV"},
    ]  # fmt: skip
    files["stats.csv"] = "alias,stat\nwhatever,EXPIRED\n"
    bring(into, source(tmp_path, "id,stat\ne,DELIVRD\n"), adapter=folder(tmp_path / "own", files))
    assert {row["smpp_code"]: row["sms_result"] for row in rows(into, query)} == {
        "Blocked by us": "unknown", "UNKNOWN": "unknown", "DELIVRD": "delivered", "whatever": "failed",
    }  # fmt: skip


def test_every_state_of_the_toolkit_s_table_decides_as_the_table_says(tmp_path: Path) -> None:
    table = stat_table()
    codes = sorted({*table.states, *table.aliases})
    files = {
        "adapter.toml": 'name = "all"\n',
        "recipients.sql": f"select id as recipient_key, 'X' as saddr, id as smpp_code, timestamp '2026-03-02 09:00:00' as sent_at {CSV}",
    }
    bring(
        tmp_path / "x.duckdb",
        source(tmp_path, "id\n" + "\n".join(codes)),
        adapter=folder(tmp_path / "all", files),
    )
    found = rows(tmp_path / "x.duckdb", "select smpp_code, sms_result from core.recipients")
    assert {row["smpp_code"]: row["sms_result"] for row in found} == {
        code: table.result(code).value for code in codes
    }
    assert {code_class for code_class, _ in table.states.values()} == set(CodeClass)


@pytest.mark.parametrize(
    ("columns", "stage"),
    [
        ("null::timestamptz as sent_at", "New"),
        ("timestamp '2026-03-02 09:00:00' as sent_at", "Delivered"),
        ("'ESME_RSYSERR' as command_status", "Failed"),
        ("'ESME_ROK' as command_status", "Delivered"),
        ("'DELIVRD' as smpp_code", "Sending"),
        (
            "'New' as stage, 'DELIVRD' as smpp_code",
            "New",
        ),  # the source says so: a contradiction, shown and not mended
    ],
)
def test_a_stage_that_is_not_yielded_follows_from_what_is(tmp_path: Path, columns: str, stage: str) -> None:
    files = {
        "adapter.toml": 'name = "s"\n',
        "recipients.sql": f"select id as recipient_key, 'X' as saddr, timestamp '2026-03-02 08:00:00' as created_at, {columns} {CSV}",
    }
    bring(tmp_path / "x.duckdb", source(tmp_path, "id\na\n"), adapter=folder(tmp_path / "s", files))
    assert rows(tmp_path / "x.duckdb", "select stage from core.recipients") == [{"stage": stage}]


def test_a_receipt_makes_more_of_a_message_that_seemed_new(tmp_path: Path) -> None:
    files = {
        "adapter.toml": 'name = "s"\n',
        "recipients.sql": f"select id as recipient_key, 'X' as saddr, timestamp '2026-03-02 08:00:00' as created_at {CSV}",
        "receipts.sql": f"select id as recipient_key, 'DELIVRD' as stat, timestamp '2026-03-02 09:00:00' as received_at {CSV}",
    }
    into = tmp_path / "x.duckdb"
    for _ in range(2):
        bring(into, source(tmp_path, "id\na\n"), adapter=folder(tmp_path / "s", files))
        assert rows(into, "select stage, sms_result from core.recipients") == [
            {"stage": "Sending", "sms_result": "delivered"}
        ]


def test_a_campaign_may_move_to_another_workspace(tmp_path: Path) -> None:
    files = SHOP | {"campaigns.sql": SHOP["campaigns.sql"].replace(", 'retail' as workspace_id", "")}
    into, shop = tmp_path / "x.duckdb", folder(tmp_path / "shop", files)
    for workspace in ("one", "two"):
        bring(into, source(tmp_path), adapter=shop, workspace=workspace)
        assert rows(into, "select distinct workspace_id from core.campaigns") == [{"workspace_id": workspace}]


def test_a_campaign_without_any_moment_is_refused(tmp_path: Path) -> None:
    files = {
        "adapter.toml": 'name = "c"\n',
        "campaigns.sql": f"select id as campaign_key, 'X' as saddr {CSV}",
    }
    with pytest.raises(InvalidInput, match="what the contract allows: .*campaigns.created_at"):
        bring(tmp_path / "x.duckdb", source(tmp_path, "id\na\n"), adapter=folder(tmp_path / "c", files))


def test_moments_without_a_zone_are_in_the_adapter_s(tmp_path: Path) -> None:
    files = {
        "adapter.toml": 'name = "z"\nzone = "Asia/Kolkata"\n',
        "recipients.sql": f"select id as recipient_key, 'X' as saddr, t::timestamp as created_at, t || '+00' as sent_at {CSV}",
    }
    bring(
        tmp_path / "x.duckdb",
        source(tmp_path, "id,t\na,2026-03-02 00:30:00\n"),
        adapter=folder(tmp_path / "z", files),
    )
    (row,) = rows(
        tmp_path / "x.duckdb",
        "select r.created_at, sent_at, time_zone from core.recipients r, core.workspaces",
    )
    assert (row["created_at"], row["sent_at"]) == (
        datetime(2026, 3, 1, 19, tzinfo=UTC),
        datetime(2026, 3, 2, 0, 30, tzinfo=UTC),
    )
    assert row["time_zone"] == "Asia/Kolkata"


def test_a_source_s_own_result_that_its_codes_do_not_decide_is_mentioned(tmp_path: Path) -> None:
    files = {
        "adapter.toml": 'name = "r"\n',
        "recipients.sql": f"select id as recipient_key, 'X' as saddr, timestamp '2026-03-02 08:00:00' as sent_at, stat as smpp_code, result as sms_result {CSV}",
    }
    report = bring(
        tmp_path / "x.duckdb",
        source(tmp_path, "id,stat,result\na,DELIVRD,delivered\nb,UNDELIV,delivered\n"),
        adapter=folder(tmp_path / "r", files),
    )
    assert report.warnings == (
        "1 rows of recipients.sql of adapter r yield another sms_result than their receipts decide: the receipts count",
    )


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"adapter.toml": None}, "is no adapter, it has no adapter.toml"),
        ({"adapter.toml": "name = shop"}, "adapter.toml is not TOML"),
        ({"adapter.toml": 'zone = "UTC"'}, 'must say name = "…"'),
        ({"adapter.toml": 'name = "a b"'}, "use letters, digits"),
        ({"adapter.toml": "name = 5"}, "name in .* must be text"),
        ({"adapter.toml": 'name = "a"\nzones = "UTC"'}, "knows no setting zones: there are name, reads, columns, zone"),
        ({"adapter.toml": 'name = "a"\nzone = "Berlin"'}, "zone in .* is 'Berlin'"),
        ({"adapter.toml": 'name = "a"\nzone = "../../etc/passwd"'}, "zone in .* name one of the IANA zones"),
        ({"adapter.toml": 'name = "a"\ncountry = "Germany"'}, "country in .* is 'Germany'"),
        ({"adapter.toml": 'name = "a"\nsmsid = "hex"'}, "smsid in .* is 'hex'"),
        ({"adapter.toml": 'name = "a"\nsmsid = 5'}, "smsid in .* is 5"),
        ({"adapter.toml": 'name = "a"\nstat_table = "none.csv"'}, "none.csv, the stat_table of .*, cannot be read"),
        ({"adapter.toml": 'name = "a"\nstat_table = "s.csv"', "s.csv": "a,b\n1,2\n"}, "the columns alias and stat"),
        ({"adapter.toml": 'name = "a"\nstat_table = "s.csv"', "s.csv": "alias,stat\nX,DELIVERED\n"}, "gives X the stat DELIVERED, which is none of"),
        ({"adapter.toml": 'name = "a"\nreads = "postgresql"'}, "reads PostgreSQL, which is not imported: `campaignkit adopt`"),
        ({"recipients.sql": None, "campaigns.sql": None}, "has neither recipients.sql nor campaigns.sql"),
        ({"recipient.sql": "select 1"}, "recipient.sql is no part of an adapter"),
        ({"campaigns.sql": None}, "job_errors.sql of adapter shop needs a campaigns.sql"),
        ({"recipients.sql": "selec 1"}, "recipients.sql of adapter shop is not valid: Parser Error"),
        ({"recipients.sql": f"select nope as recipient_key {CSV}"}, 'recipients.sql of adapter shop is not valid: Binder Error: Referenced column "nope"'),
        ({"recipients.sql": "drop table x"}, "must be one SELECT and nothing else"),
        ({"recipients.sql": "select 1; select 2"}, "must be one SELECT and nothing else"),
        ({"recipients.sql": f"select id as recipient_key {CSV}"}, "recipients.sql of adapter shop must yield campaign_key"),
        ({"recipients.sql": f"select id as recipient_key, id as campaign_key, id as esmee {CSV}"}, "yields a column esmee that is not known: did you mean esme"),
        ({"recipients.sql": f"select id as recipient_key, id as campaign_key, id as recipient_id {CSV}"}, "yields recipient_id, which the import makes itself from recipient_key"),
        ({"campaigns.sql": f"select id as campaign_key, 'X' as saddr, 'Ready' as status {CSV}"}, "campaigns.sql of adapter shop yields a value that the contract does not allow: CHECK"),
        ({"campaigns.sql": f"select id as campaign_key, null as saddr {CSV}"}, "does not allow: NOT NULL constraint failed: campaigns.saddr"),
        ({"recipients.sql": f"select id as recipient_key, campaign as campaign_key, msisdn as sent_at {CSV}"}, "recipients.sql of adapter shop does not fit the source: Conversion Error"),
        ({"campaigns.sql": f"select id as campaign_key, 'X' as saddr, timestamptz '0000-01-01 00:00:00+00' as created_at {CSV}"}, "campaigns.sql of adapter shop yields a value that the contract does not allow: CHECK"),
        ({"job_errors.sql": f"select id as campaign_key, 'x' as phase, 'x' as code, 'x' as message, timestamptz 'infinity' as occurred_at {CSV}"}, "job_errors.sql of adapter shop yields a value that the contract does not allow: CHECK"),
        ({"unmapped.sql": f"select id as line {CSV}"}, "unmapped.sql of adapter shop must yield reason"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_folder_is_said_in_one_sentence(
    tmp_path: Path, files: dict[str, str | None], sentence: str
) -> None:
    shop = folder(tmp_path / "shop", SHOP | {name: text for name, text in files.items() if text is not None})
    for name in (name for name, text in files.items() if text is None):
        (shop / name).unlink()
    data = source(tmp_path)
    with pytest.raises(InvalidInput, match=sentence) as error:
        bring(tmp_path / "x.duckdb", data, adapter=shop)
    assert "\n" not in str(error.value)
    assert "1234567" not in str(error.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop", "shop.csv"]


def test_an_adapter_over_lines_accounts_for_every_line(tmp_path: Path) -> None:
    files = {path.name: path.read_text() for path in asset("sql", "adapters", "jasmin-log").iterdir()}
    log = write(tmp_path / "m.log", [at(START, sent("a", "1")), at(START, receipt("1")), "nonsense"])
    del files["unmapped.sql"]
    with pytest.raises(InvalidInput, match="adapter jasmin-log accounts for 2 lines of 3"):
        bring(tmp_path / "x.duckdb", log, adapter=folder(tmp_path / "a", files))
    files["unmapped.sql"] = "select kind as reason from lines where kind <> 'receipt'"
    with pytest.raises(InvalidInput, match="adapter jasmin-log accounts for 4 lines of 3"):
        bring(tmp_path / "x.duckdb", log, adapter=folder(tmp_path / "a", files))


def test_a_copied_adapter_in_another_zone_counts_other_days(tmp_path: Path) -> None:
    files = {path.name: path.read_text() for path in asset("sql", "adapters", "jasmin-log").iterdir()}
    files["adapter.toml"] = files["adapter.toml"].replace('"UTC"', '"Asia/Tokyo"')
    log = write(tmp_path / "m.log", [at(START, refused("a", retry=False))])
    bring(tmp_path / "x.duckdb", log, adapter=folder(tmp_path / "a", files))
    (row,) = rows(tmp_path / "x.duckdb", "select created_at, status from core.campaigns")
    assert (row["created_at"], row["status"]) == (datetime(2026, 3, 1, 23, tzinfo=UTC), "Done")


def test_an_adapter_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(
        InvalidInput,
        match=r"there is no adapter jasmine: name a folder, or one that is bundled \(.*jasmin-log",
    ):
        load("jasmine")


@pytest.mark.parametrize(
    "name", sorted(path.name for path in asset("sql", "adapters").iterdir() if path.is_dir())
)
def test_every_bundled_adapter_loads_or_says_why_not(name: str) -> None:
    settings = tomllib.loads(asset("sql", "adapters", name, "adapter.toml").read_text())
    if settings.get("reads") == "postgresql":
        with pytest.raises(InvalidInput, match="adopt"):
            load(name)
    else:
        assert load(name).name == name
