"""A copy of some campaigns as a DuckDB file, from either engine: the same answers, nothing that leads to a number, whole or not there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

import campaignkit
from campaignkit import CampaignFilter, Kit, cli
from campaignkit.domain.errors import InvalidInput, StoreUnreadable
from campaignkit.services import copies
from tests import world
from tests.services.conftest import Build, every_status, owned, reopened
from tests.services.exporting import NUMBERS, keep_numbers
from tests.world import NOW, ago

FULL = "+37061234567"
HASH = "v1:" + "ab" * 32
KINDS = {
    "delivered": {"smpp_code": "DELIVRD", "sms_result": "delivered", "dlr_at": ago(minutes=30)},
    "failed": {
        "smpp_code": "UNDELIV",
        "sms_result": "failed",
        "err": "001",
        "dlr_at": ago(minutes=20),
        "esme": "a,b",
    },
    "odd": {"stage": "New", "filter": "", "smsid": 'a "quoted"\nline', "error": "\\N", "esme": "NULL"},
}


def sent(session: world.Session) -> None:
    """Campaigns of every status, two of them with recipients, whose ids are numbers and whose rows lie in no order."""
    every_status(session)
    for campaign_id in (4, 6):
        for number in (9, 2, 7, 4, 1, 8, 3, 6, 5):
            world.recipient(
                session, campaign_id, 37061234560 + number, ctn_hash=HASH, ctn_tail=f"{number:04}", created_at=ago(hours=3),
                **[*KINDS.values()][number % 3],
            )  # fmt: skip
    world.recipient(
        session, 6, 37061234570, error=f"no route to {FULL}, ask bob@example.com", filter="stop 37061234567"
    )
    world.execute(
        session,
        "update core.campaigns set total = 10, author_name = 'Bob, bob@example.com', author_email = 'bob@example.com',"
        f" name = 'for {FULL}', saddr = '{FULL}' where campaign_id = 6",
    )
    world.insert(
        session,
        "core.state_events",
        event_id=1,
        campaign_id=6,
        phase="Done",
        reason=f"asked by {FULL}",
        occurred_at=NOW,
    )
    world.insert(session, "core.job_errors", job_error_id=1, campaign_id=6, phase="Building", code="FILE_PARSE",
                 message=f"line 3: {FULL}", occurred_at=NOW)  # fmt: skip
    world.insert(session, "core.audit_events", audit_id=1, workspace_id="bank", campaign_id=6, action="note",
                 actor="eve@example.com", note=f"tell {FULL}", occurred_at=NOW)  # fmt: skip
    world.insert(session, "kit.audit_events", workspace_id="bank", campaign_id=6, action="note", actor="eve@example.com",
                 note="tell eve@example.com", occurred_at=NOW)  # fmt: skip


@pytest.fixture
def kit(build: Build) -> Kit:
    return build(sent, role="operator")


def opened(path: Path, **viewer: Any) -> Kit:
    return campaignkit.open(path, **{"workspace": "master", "now": NOW, "actor": "ann"} | viewer)


def everything(path: Path) -> str:
    """Return all that stands in the file, as text."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
        return "\n".join(repr(connection.execute(f"from {name}").fetchall()) for (name,) in tables)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.endswith((".gate", ".lock"))}


def test_a_copy_of_the_scope_gives_the_same_answers(kit: Kit, tmp_path: Path) -> None:
    made = kit.snapshot(tmp_path / "copy.duckdb")
    assert (made.campaigns, made.recipients, made.workspaces, made.as_of) == (11, 19, ("bank", "retail"), NOW)
    copy = opened(tmp_path / "copy.duckdb")
    assert cli.main(["check", "--db", str(tmp_path / "copy.duckdb")]) == 0
    assert copy.campaigns.kpis() == kit.campaigns.kpis()
    for view in ("campaigns", "queue", "archive"):
        asked = CampaignFilter(view=view)  # type: ignore[arg-type]
        rows, theirs = (
            [
                (row.external_id, row.status, row.sent, row.delivered, row.errors)
                for row in one.campaigns.page(asked).rows
            ]
            for one in (kit, copy)
        )
        assert rows == theirs
    for id in ("00000004", "00000006"):
        assert copy.recipients.counts(id) == kit.recipients.counts(id)
        assert copy.campaigns.activity(id) == kit.campaigns.activity(id)
        pages = [one.recipients.page(id).rows for one in (kit, copy)]
        assert [row.recipient_id for row in pages[1]] == list(range(1, len(pages[1]) + 1)), (
            "in the order of the source"
        )
        for theirs, ours in zip(*pages, strict=True):
            same = (
                "recipient",
                "stage",
                "esme",
                "smpp_code",
                "sms_result",
                "smsid",
                "created_at",
                "sent_at",
                "delivered_at",
            )
            assert [getattr(theirs, name) for name in same] == [getattr(ours, name) for name in same]
    with owned(copy).reading() as session:
        assert session.query("select count(*), sum(recipients) from kit.counted") == [(11, 19)], (
            "counted, and right"
        )


def test_nothing_in_a_copy_leads_to_a_number_or_names_a_person_in_full(kit: Kit, tmp_path: Path) -> None:
    keep_numbers(owned(kit))
    seeing = reopened(kit, role="operator", clear_numbers=True)
    seeing.snapshot(tmp_path / "copy.duckdb")
    text = everything(tmp_path / "copy.duckdb")
    assert "37061" not in text and "ab" * 8 not in text
    assert "bob@" not in text and "eve@" not in text and "b…@example.com" in text
    assert not any(number in text for number in NUMBERS.values())
    assert files(tmp_path) & {"copy.duckdb.numbers.duckdb"} == set()
    with pytest.raises(campaignkit.domain.errors.CampaignKitError, match="there are no full numbers"):
        opened(tmp_path / "copy.duckdb", clear_numbers=True)


def test_a_copy_is_of_what_was_chosen_and_the_audit_trail_knows(kit: Kit, tmp_path: Path) -> None:
    made = kit.snapshot(tmp_path / "one.duckdb", "00000006")
    assert (made.campaigns, made.recipients, made.workspaces, made.unaudited) == (1, 10, ("bank",), "")
    assert [row.external_id for row in opened(tmp_path / "one.duckdb").campaigns.page().rows] == [
        kit.campaigns.find("00000006").external_id
    ]
    newest = kit.audit.of("00000006").rows[0]
    assert (newest.action, newest.actor, newest.note) == (
        "snapshot_taken",
        "ann",
        "1 campaigns, 10 recipients, numbers masked",
    )
    assert kit.audit.of("00000004").rows == ()
    made = kit.snapshot(
        tmp_path / "filter.duckdb", filter=CampaignFilter(statuses=frozenset({"Sending", "Done"}))
    )  # type: ignore[arg-type]
    assert (made.campaigns, made.recipients) == (2, 19)
    kit.snapshot(tmp_path / "all.duckdb")
    with owned(kit).reading() as session:
        whole = "select workspace_id, campaign_id from kit.audit_events where campaign_id is null order by 1"
        assert session.query(whole) == [("bank", None), ("retail", None)]
    bank = reopened(kit, workspace="bank")
    made = bank.snapshot(tmp_path / "bank.duckdb")
    assert made.workspaces == ("bank",) and "takes the role operator" in made.unaudited
    assert set(opened(tmp_path / "bank.duckdb").workspaces) == {"bank"}


@pytest.mark.parametrize("size", [1, 4, 9, 10, 1000])
def test_a_long_campaign_comes_in_pieces_and_is_the_same(
    kit: Kit, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "PIECE", size)
    kit.snapshot(tmp_path / "copy.duckdb")
    copy = opened(tmp_path / "copy.duckdb")
    assert [row.recipient for row in copy.recipients.page("00000006").rows] == [
        row.recipient for row in kit.recipients.page("00000006").rows
    ]
    with owned(copy).reading() as session:
        assert session.query("select recipient_id from core.recipients where campaign_id = 6") == [
            (number,) for number in range(1, 11)
        ]


def test_what_the_source_does_not_provide_the_copy_does_not_either(kit: Kit, tmp_path: Path) -> None:
    with owned(kit).writing() as session:
        session.script("drop table core.job_errors; drop table core.state_events")
    kit = reopened(kit, role="operator")
    kit.snapshot(tmp_path / "copy.duckdb")
    copy = opened(tmp_path / "copy.duckdb")
    assert copy.campaigns.history("00000006").not_provided and copy.errors.of("00000006").not_provided
    asked = [set(one.campaigns.show("00000006").not_provided) for one in (kit, copy)]
    assert asked[0] == asked[1] >= {"job_errors"}


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(kit: Kit, tmp_path: Path) -> None:
    out = tmp_path / "copy.duckdb"
    kit.snapshot(out, "00000006")
    with pytest.raises(InvalidInput, match="is there already: name another file with --into, or say --force"):
        kit.snapshot(out)
    assert opened(out).campaigns.count() == 1
    out.with_name("copy.duckdb.wal").write_text("what a killed writer has left")
    kit.snapshot(out, force=True)
    assert opened(out).campaigns.count() == 9
    numbers = tmp_path / "other.duckdb.numbers.duckdb"
    numbers.touch()
    for place, sentence in (
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "x.duckdb", "is no folder: make it first"),
        (tmp_path / "other.duckdb", "holds full numbers of another database"),
        (tmp_path / ("x" * 300), "cannot be written"),
    ):
        with pytest.raises(InvalidInput, match=sentence):
            kit.snapshot(place, force=True)
    if kit._store.dialect == "duckdb":
        with pytest.raises(InvalidInput, match="is what would be copied"):
            kit.snapshot(kit._store.address, force=True)
    with pytest.raises(InvalidInput, match="no campaign matches"):
        kit.snapshot(tmp_path / "none.duckdb", filter=CampaignFilter(search="nobody"))
    with pytest.raises(InvalidInput, match="leave one of them out"):
        kit.snapshot(tmp_path / "none.duckdb", "00000006", filter=CampaignFilter())


@pytest.mark.parametrize("how", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_copy_that_is_interrupted_leaves_nothing(kit: Kit, tmp_path: Path, how: Any) -> None:
    before = files(tmp_path)

    def interrupt(step: str, _share: float) -> None:
        if step == "recipients":
            raise how

    with pytest.raises((KeyboardInterrupt, campaignkit.domain.errors.StoreError)) as ended:
        kit.snapshot(tmp_path / "copy.duckdb", progress=interrupt)
    assert files(tmp_path) == before
    assert how is KeyboardInterrupt or re.search(
        r"No space left on device.*: free some space", str(ended.value)
    )


def test_rows_that_break_the_contract_are_a_sentence(kit: Kit, tmp_path: Path) -> None:
    with owned(kit).writing() as session:
        if kit._store.dialect == "duckdb":
            session.script(
                "create table loose as from core.recipients; drop table core.recipients;"
                "create table core.recipients as from loose; update core.recipients set stage = 'Lost' where campaign_id = 6"
            )
        else:
            session.script(
                "alter table core.recipients drop constraint recipients_stage_check;"
                "update core.recipients set stage = 'Lost' where campaign_id = 6"
            )
    with pytest.raises(
        StoreUnreadable, match="core.recipients holds what the data contract forbids: `campaignkit check`"
    ):
        reopened(kit).snapshot(tmp_path / "copy.duckdb")
    assert "copy.duckdb" not in files(tmp_path)
