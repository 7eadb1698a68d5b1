"""Kannel's sqlbox on a real server: its own tables, adopted, and what every part of the toolkit says of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import campaignkit
from campaignkit import cli
from campaignkit.assets import asset
from campaignkit.domain.errors import CampaignKitError
from campaignkit.importing.adopt import Adopted, adopt
from campaignkit.kit import Kit, database
from campaignkit.store.postgres import PostgresStore
from tests.importing import kannel
from tests.importing.kannel import ACCEPTED, ALL, BUFFERED, DELIVERED, FAILED, REFUSED, Sqlbox, receipt
from tests.postgres import Server

NINE = 1_772_442_000  # 2026-03-02 09:00 UTC, in seconds since 1970
ANN, BOB, CAT = "+447946000900", "+447946000901", "+447946000902"


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    """Return where a database is that nobody has prepared."""
    name = postgres.create("sqlbox")
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def box(postgres: Server, url: str) -> Iterator[Sqlbox]:
    """Return the sqlbox that fills it."""
    with postgres.connect("sqlbox") as connection:
        yield Sqlbox(connection)


def adopted(url: str, adapter: str = "kannel-sqlbox", *, workspace: str | None = None) -> Adopted:
    store = database(url, writable=True)
    assert isinstance(store, PostgresStore)
    try:
        return adopt(adapter, store, workspace=workspace)
    finally:
        store.close()


def kit(url: str, **more: Any) -> Kit:
    return campaignkit.open(url, workspace="master", **more)


def messages(url: str) -> list[tuple[Any, ...]]:
    """Return every message as stage, code, result, error."""
    found = kit(url)
    return [
        (row.recipient, row.stage, row.smpp_code, row.sms_result, row.error)
        for campaign in found.campaigns.page(sort="sender").rows
        for row in found.recipients.page(campaign.external_id).rows
    ]


def test_a_day_of_a_sender_is_a_campaign_and_a_report_is_no_message(url: str, box: Sqlbox) -> None:
    list(kannel.day(box, NINE))
    box.message(ANN, sender="OTHER", time=NINE)
    box.message(ANN, time=NINE + 86400)
    box.inbound(ANN, time=NINE)
    box.connection.execute("insert into sent_sms (momt, msgdata) values ('XX', 'whatever'), (null, null)")
    made = adopted(url)
    assert made.unmapped == {"inbound": 1, "other_momt": 2}, "the CHECK on momt refuses nothing"
    rows = kit(url).campaigns.page(sort="created").rows
    assert sorted(
        (row.saddr, row.status, row.total, row.sent, row.delivered, row.errors) for row in rows
    ) == [
        ("ACME", "Done", 1, 1, 0, 0),
        ("ACME", "Done", 3, 3, 1, 1),
        ("OTHER", "Done", 1, 1, 0, 0),
    ]
    assert {(row.workspace_id, row.mode, row.moderation) for row in rows} == {
        ("kannel-sqlbox", None, "Approved")
    }


def test_what_a_report_says_is_in_its_mask_and_its_text(url: str, box: Sqlbox) -> None:
    list(kannel.day(box, NINE))
    box.message("+447946000903", time=NINE, dlr_mask=ALL, dlr_url="r")
    box.report(
        "+447946000903", REFUSED, time=NINE, text="NACK/0x0000000b/Invalid Destination Address", dlr_url="r"
    )
    box.message("+447946000904", time=NINE, dlr_mask=ALL, dlr_url="s")  # Kannel has it, the centre not yet
    box.message("+447946000905", time=NINE)  # nobody asked
    box.queue(sender="ACME", receiver="+447946000906", time=NINE)
    box.message("+447946000907", time=NINE, dlr_mask=3, dlr_url="t")
    box.report("+447946000907", FAILED, time=NINE + 9, dlr_url="t")
    adopted(url)
    assert messages(url) == [
        ("****0900", "Delivered", "DELIVRD", "delivered", None),
        ("****0901", "Delivered", "UNDELIV", "failed", None),
        ("****0902", "Delivered", "ENROUTE", "unknown", None),
        ("****0903", "Failed", None, "unknown", "submission refused: Invalid Destination Address"),
        ("****0904", "Sending", None, "unknown", None),
        ("****0905", "Delivered", None, "unknown", None),
        ("****0907", "Delivered", "UNDELIV", "failed", None),
        ("****0906", "New", None, "unknown", None),
    ]
    (campaign,) = kit(url).campaigns.page().rows
    assert campaign.status == "Sending", "something waits"
    assert sum(kit(url).campaigns.show(campaign.external_id).verdicts.values()) == 8
    codes = "select command_status, count(*) from core.recipients group by 1 order by 1"
    assert box.connection.execute(codes).fetchall() == [
        ("ESME_RINVDSTADR", 1),
        ("ESME_ROK", 3),
        (None, 4),
    ]
    errs = "select err, smsid from core.recipients where smpp_code = 'UNDELIV' order by recipient_id"
    assert box.connection.execute(errs).fetchall() == [("00B", "a2"), (None, None)]


def test_a_message_that_was_put_into_the_queue_without_a_time_gets_one_from_around_it(
    url: str, box: Sqlbox
) -> None:
    box.message(ANN, dlr_mask=ALL, dlr_url="1")
    box.report(ANN, ACCEPTED, time=NINE, text="ACK/", dlr_url="1")
    box.message(BOB, dlr_mask=ALL, dlr_url="2")
    box.message(CAT, time=NINE * 1000)  # milliseconds are no seconds
    box.queue(sender="ACME", receiver=ANN)
    adopted(url)
    when = "select distinct extract(epoch from created_at)::bigint from core.recipients"
    assert box.connection.execute(when).fetchall() == [(NINE,)]
    assert [row.total for row in kit(url).campaigns.page().rows] == [4]


def test_a_log_without_any_time_is_said_to_have_none(url: str, box: Sqlbox) -> None:
    box.message(ANN)
    assert adopted(url).unmapped == {"message_without_time": 1}
    assert kit(url).campaigns.page().rows == ()
    assert cli.main(["check", "--db", url]) == 0


def test_a_report_is_about_the_last_message_before_it_with_the_same_three(url: str, box: Sqlbox) -> None:
    for hour in range(3):  # one template for all messages, the same number three times
        box.message(ANN, time=NINE + 3600 * hour, dlr_mask=3, dlr_url="http://x/?to=%p&type=%d")
        if hour < 2:
            mask, stat = (DELIVERED, "DELIVRD") if hour else (FAILED, "EXPIRED")
            box.report(
                ANN, mask, time=NINE + 3600 * hour + 60, text=receipt(stat), dlr_url="http://x/?to=%p&type=%d"
            )
    box.message(ANN, sender="OTHER", time=NINE, dlr_mask=3, dlr_url="http://x/?to=%p&type=%d")
    adopted(url)
    assert [(code, result) for _, _, code, result, _ in messages(url)] == [
        ("EXPIRED", "failed"), ("DELIVRD", "delivered"), (None, "unknown"), (None, "unknown"),
    ]  # fmt: skip


def test_a_report_that_overtook_its_message_is_still_about_it_and_one_of_nobody_s_is_counted(
    url: str, box: Sqlbox
) -> None:
    box.report(ANN, ACCEPTED, time=NINE, text="ACK/", dlr_url="7")
    box.message(ANN, time=NINE, dlr_mask=ALL, dlr_url="7")
    box.report(BOB, DELIVERED, time=NINE, text=receipt("DELIVRD"), dlr_url="8")
    assert adopted(url).unmapped == {"report_without_message": 1}
    assert [row[1] for row in messages(url)] == ["Delivered"]


def test_several_reports_add_up_as_receipts_do_everywhere(url: str, box: Sqlbox) -> None:
    box.message(ANN, time=NINE, dlr_mask=ALL, dlr_url="1")
    box.report(ANN, DELIVERED, time=NINE + 9, text=receipt("DELIVRD"), dlr_url="1")
    box.report(ANN, BUFFERED, time=NINE + 10, text=receipt("ACCEPTD"), dlr_url="1")  # came late
    box.report(ANN, DELIVERED, time=NINE + 11, text=receipt("WHATEVER"), dlr_url="1")
    box.message(BOB, time=NINE, dlr_mask=ALL, dlr_url="2")
    box.report(BOB, FAILED, time=NINE + 9, text=receipt("FAILED"), dlr_url="2")  # a vendor's word
    adopted(url)
    assert [row[2:4] for row in messages(url)] == [("DELIVRD", "delivered"), ("FAILED", "failed")]


def test_what_happens_afterwards_is_seen_without_adopting_again(url: str, box: Sqlbox) -> None:
    box.message(ANN, time=NINE, dlr_mask=ALL, dlr_url="1")
    adopted(url)
    assert kit(url).campaigns.kpis().sms_sent == 0
    box.report(ANN, DELIVERED, time=NINE, text=receipt("DELIVRD"), dlr_url="1")
    box.queue(sender="NEW", receiver=BOB)
    assert kit(url).campaigns.kpis().sms_sent == 1
    assert kit(url).campaigns.kpis().active == 1


def test_what_sqlbox_cannot_tell_is_named_and_null(
    url: str, box: Sqlbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list(kannel.day(box, NINE))
    adopted(url)
    capsys.readouterr()

    def asked(*command: str, at: str = url) -> dict[str, Any]:
        assert cli.main(["--json", *command, "--db", at]) == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    kpis = asked("kpis")
    assert {name for name, value in kpis.items() if value is None} == set(kpis["not_provided"])
    assert kpis["not_provided"] == ["errors", "new", "cancelled", "expired"]
    listed = asked("campaigns")
    assert set(listed["not_provided"]) == {"name", "mode", "start_at", "end_at", "author", "window"}
    id = listed["rows"][0]["external_id"]
    shown = asked("show", id)
    assert set(shown["not_provided"]) == {*listed["not_provided"], "job_errors", "counter"}
    assert shown["badge"] == {"job_errors": None, "counter": None, "failed_rows": 1, "badge": 1}
    assert asked("history", id) == {"rows": [], "not_provided": ["state_events"]}
    assert asked("errors", id)["not_provided"] == ["job_errors"]
    assert asked("audit", id)["not_provided"] == ["audit_events"]
    assert asked("recipients", id)["not_provided"] == ["filter"]
    copy = str(tmp_path / "copy.duckdb")
    assert (
        cli.main(["snapshot", "--into", copy, "--workspace", "master", "--role", "operator", "--db", url])
        == 0
    )
    capsys.readouterr()
    assert asked("kpis", at=copy) == kpis, "nor can a copy"
    assert cli.main(["kpis", "--db", url]) == 0
    assert "Errors (failed campaigns)        not provided by this source" in capsys.readouterr().out


def test_hostile_texts_stay_texts(url: str, box: Sqlbox) -> None:
    box.message("'; drop table x; --", sender="<b>%s</b>", time=NINE, dlr_url="%(a)s {b} :zone", dlr_mask=ALL)
    box.report(
        "'; drop table x; --", DELIVERED, time=NINE, sender="<b>%s</b>", dlr_url="%(a)s {b} :zone",
        text="stat:%s'--\\ err:<i>",
    )  # fmt: skip
    box.message("", sender=None, time=NINE)
    adopted(url)
    assert {row.saddr for row in kit(url).campaigns.page().rows} == {"", "<b>%s</b>"}
    assert cli.main(["check", "--db", url]) == 0


def test_the_command_says_what_it_made_and_check_is_part_of_it(
    url: str, box: Sqlbox, capsys: pytest.CaptureFixture[str]
) -> None:
    list(kannel.day(box, NINE))
    box.inbound(ANN, time=NINE)
    assert cli.main(["--json", "adopt", "kannel-sqlbox", "--db", url]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["views"] == [
        "core.campaigns",
        "core.recipient_numbers",
        "core.recipients",
        "core.workspaces",
    ]
    assert (answer["unmapped"], answer["counts"], answer["violations"]) == ({"inbound": 1}, False, [])
    assert {
        answer["relations"][f"core.{name}"] for name in ("state_events", "job_errors", "audit_events")
    } == {"missing"}
    assert cli.main(["adopt", "kannel-sqlbox", "--db", url]) == 0
    said = capsys.readouterr().out
    assert "every rule holds" in said and "1 rows not used: inbound" in said


def test_who_may_read_the_toolkit_reads_the_views_and_neither_the_numbers_nor_the_source(
    postgres: Server, url: str, box: Sqlbox
) -> None:
    list(kannel.day(box, NINE))
    adopted(url)
    theirs = postgres.url("sqlbox", postgres.login("vic", "campaignkit_viewer"))
    pii = postgres.url("sqlbox", postgres.login("pia_adopts", "campaignkit_operator", "campaignkit_pii"))
    (campaign,) = kit(theirs).campaigns.page().rows
    assert campaign.total == 3
    with psycopg.connect(theirs, autocommit=True) as connection:
        for closed in ("sent_sms", "core.recipient_numbers"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select * from {closed}".encode())
    clear = kit(pii, role="operator", clear_numbers=True)
    assert [row.recipient for row in clear.recipients.page(campaign.external_id).rows] == [ANN, BOB, CAT]


@pytest.fixture
def copied(tmp_path: Any) -> Callable[..., str]:
    """Return what copies the bundled folder and changes its files."""

    def copy(**changes: Callable[[str], str]) -> str:
        for path in asset("sql", "adapters", "kannel-sqlbox").iterdir():
            change = changes.get(path.stem, str)
            (tmp_path / path.name).write_text(change(path.read_text()))
        return str(tmp_path)

    return copy


def test_a_copy_of_the_folder_has_another_zone_and_other_tables(
    url: str, box: Sqlbox, copied: Callable[..., str]
) -> None:
    box.connection.execute("alter table sent_sms rename to log; alter table send_sms rename to queue")
    box.connection.execute(
        "insert into log (momt, sender, receiver, time) values ('MT', 'A', '1', 1772407800)"
    )
    folder = copied(
        adapter=lambda text: text.replace('"UTC"', '"Asia/Jakarta"').replace("kannel-sqlbox", "mine"),
        lines=lambda text: text.replace("from sent_sms", "from log").replace("from send_sms", "from queue"),
    )
    assert adopted(url, folder, workspace="shop").adapter == "mine"
    found = kit(url)
    (campaign,) = found.campaigns.page().rows
    assert (campaign.workspace_id, found.campaigns.activity(campaign.external_id).zone) == (
        "shop",
        "Asia/Jakarta",
    )
    assert str(found.campaigns.activity(campaign.external_id).rows[0].day) == "2026-03-02", (
        "it is past midnight there"
    )


def test_without_the_tables_a_sentence_says_which(url: str) -> None:
    with pytest.raises(CampaignKitError, match=r'relation "sent_sms" does not exist; .* search_path'):
        adopted(url)
