"""Recipients, errors and audit of one campaign, and sources that do not provide them."""

from __future__ import annotations

import pytest

from campaignkit import Kit, RecipientFilter
from campaignkit.domain.errors import InvalidInput
from tests import world
from tests.services.conftest import Build, reopened
from tests.world import NOW, ago

ONE = "00000001"


def recipients(session: world.Session) -> None:
    world.workspace(session, "retail")
    world.campaign(session, 1)
    rows = [
        {"stage": "New"},
        {"stage": "Failed", "command_status": "ESME_RINVSRCADR", "error": "bad sender id"},
        {"smpp_code": "DELIVRD", "sms_result": "delivered", "dlr_at": NOW, "esme": "a"},
        {"smpp_code": "UNDELIV", "sms_result": "failed", "dlr_at": NOW, "esme": "a"},
        {"smpp_code": "UNDELIV", "sms_result": "failed", "dlr_at": NOW, "esme": "b"},
        {"smpp_code": "EXPIRED", "sms_result": "failed", "dlr_at": NOW, "esme": "b"},
        {"smpp_code": "XYZ-9", "sms_result": "unknown", "dlr_at": NOW, "esme": "b"},
        {"sent_at": ago(minutes=1)},
    ]
    for number, row in enumerate(rows, start=1):
        world.recipient(session, 1, number, **row)


@pytest.fixture
def kit(build: Build) -> Kit:
    return build(recipients)


def found(kit: Kit, **filter: object) -> list[int]:
    return [row.recipient_id for row in kit.recipients.page(ONE, RecipientFilter(**filter)).rows]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"stages": {"Failed"}}, [2]),
        ({"sms_results": {"failed"}}, [4, 5, 6]),
        ({"stages": {"Delivered"}, "sms_results": {"failed", "delivered"}}, [3, 4, 5, 6]),
        ({"smpp_codes": {"UNDELIV"}}, [1, 2, 4, 5, 8]),
        ({"smpp_codes": {"UNDELIV"}, "null_smpp": False}, [4, 5]),
        ({"null_smpp": False}, [3, 4, 5, 6, 7]),
        ({"sms_results": {"unknown"}, "null_smpp": False}, [7]),
        ({"smpp_codes": {"XYZ-9", "EXPIRED"}, "null_smpp": False}, [6, 7]),
    ],
)
def test_recipient_filters_and_the_null_switch_in_every_combination(
    kit: Kit, filter: dict[str, object], expected: list[int]
) -> None:
    assert found(kit, **filter) == expected


def test_recipients_that_were_not_sent_come_last_in_both_directions(kit: Kit) -> None:
    for descending in (True, False):
        page = kit.recipients.page(ONE, sort="sent", descending=descending)
        assert {row.recipient_id for row in page.rows[-2:]} == {1, 2}
        walked, after = [], None
        for _ in page.rows:
            step = kit.recipients.page(ONE, sort="sent", descending=descending, limit=1, after=after)
            walked, after = [*walked, *step.rows], step.next
        assert tuple(walked) == page.rows, (
            "a page begins and ends anywhere among those that were not sent too"
        )
        assert after is None
    newest = kit.recipients.page(ONE, sort="sent", descending=True).rows[0]
    assert newest.recipient_id == 8


def test_a_recipient_is_a_mask_and_a_tail_and_delivered_is_when_the_final_receipt_came(kit: Kit) -> None:
    rows = {row.recipient_id: row for row in kit.recipients.page(ONE).rows}
    assert {row.recipient for row in rows.values()} == {"****0123"}
    assert rows[3].delivered_at == rows[4].delivered_at == NOW
    assert rows[7].delivered_at is None, "an unlisted code decides nothing"
    assert "ctn_hash" not in kit.recipients.page(ONE).frame.columns


@pytest.mark.parametrize("after", ["", "nonsense", "W10", "e30", "x" * 10_000, "\0"])
def test_a_cursor_made_up_by_hand_is_refused(kit: Kit, after: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        kit.recipients.page(ONE, after=after)


def test_errors_group_what_the_carrier_refused_and_keep_refused_submissions_apart(kit: Kit) -> None:
    errors = kit.errors.of(ONE)
    assert [(row.smpp_code, row.esme, row.count, row.error_class) for row in errors.messages] == [
        ("EXPIRED", "b", 1, "temporary"),
        ("UNDELIV", "a", 1, "permanent"),
        ("UNDELIV", "b", 1, "permanent"),
    ]
    assert errors.refused == 1, "Stage = Failed without a code is in neither sub-tab (R60)"


def test_the_audit_trail_is_one_list_newest_first(build: Build) -> None:
    def fill(session: world.Session) -> None:
        recipients(session)
        for number, (action, minutes) in enumerate([("created", 50), ("approved", 40), ("painted", 10)]):
            world.insert(
                session, "core.audit_events",
                audit_id=number, workspace_id="retail", campaign_id=1, action=action, actor="core",
                occurred_at=ago(minutes=minutes),
            )  # fmt: skip
        world.insert(
            session, "kit.audit_events",
            workspace_id="retail", campaign_id=1, action="started", actor="ann@example.com", note="now",
            occurred_at=ago(minutes=20),
        )  # fmt: skip

    trail = build(fill).audit.of(ONE)
    assert [row.action for row in trail.rows] == ["painted", "started", "approved", "created"]
    assert (trail.rows[1].actor, trail.rows[1].note) == ("a…@example.com", "now")


def test_what_a_source_does_not_provide_is_named_and_never_zero(build: Build) -> None:
    def fill(session: world.Session) -> None:
        recipients(session)
        for relation in ("state_events", "job_errors", "audit_events"):
            world.execute(session, f"drop table core.{relation}")
        world.execute(session, "update core.campaigns set mode = null")

    kit = build(fill)
    shown = kit.campaigns.show(ONE)
    assert shown.badge.job_errors is None
    assert set(shown.not_provided) == {"mode", "job_errors", "counter"}
    assert kit.campaigns.history(ONE).not_provided == ("state_events",)
    assert kit.errors.of(ONE).not_provided == ("job_errors",)
    assert kit.audit.of(ONE).not_provided == ("audit_events",)


def test_peak_memory_does_not_depend_on_how_many_rows_match(build: Build) -> None:
    """A page of a large campaign may not pull its rows into Python."""
    import tracemalloc

    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        world.execute(
            session,
            "insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, sms_result, created_at, sent_at)"
            " select 1, n, '0123', 'Delivered', 'unknown', $now::timestamptz, $now::timestamptz from generate_series(0, 299999) r(n)",
            {"now": NOW},
        )

    kit = build(fill)
    kit.recipients.page(ONE)
    tracemalloc.start()
    page = kit.recipients.page(ONE, RecipientFilter(sms_results={"unknown"}), sort="sent", descending=True)  # type: ignore[arg-type]
    kit.campaigns.show(ONE), kit.campaigns.activity(ONE), kit.campaigns.kpis()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert page.total == 300_000
    assert peak < 2_000_000


def test_the_kit_s_repr_names_the_database_and_the_scope(kit: Kit) -> None:
    assert repr(kit).startswith(f"Kit('{kit._store.name}', workspace='master'")
    assert repr(reopened(kit, workspace=None)).endswith("workspace='retail')")


def test_a_spelling_that_an_adapter_brought_along_is_judged_as_the_import_judged_it(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        world.recipient(session, 1, 1, smpp_code="Blocked", sms_result="failed", esme="a")
        world.insert(session, "kit.stat_aliases", adapter="shop", alias="BLOCKED", stat="REJECTD")

    kit = build(fill)
    verdicts = {name: count for name, count in kit.campaigns.show(ONE).verdicts.items() if count}
    assert verdicts == {"carrier_failed": 1}
    (row,) = kit.errors.of(ONE).messages
    assert (row.smpp_code, row.error_class) == ("Blocked", "permanent")
