"""The tiles, the list and one campaign, on the real engine with the real SQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from unittest import mock
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaignkit import CampaignFilter, Kit, Mode, Period, Status, Verdict
from campaignkit.domain.errors import (
    Ambiguous,
    InvalidInput,
    NotAllowed,
    NotFound,
    StoreError,
    StoreUnreadable,
)
from campaignkit.domain.filters import CampaignSort, Cursor, View
from campaignkit.domain.lists import CampaignList
from campaignkit.services import campaigns
from campaignkit.services.answers import Campaign, in_contract
from tests import world
from tests.services.conftest import ON_A_FILE, Build, every_status, owned, recorded, reopened
from tests.world import NOW, ago

TIE = "00000001-0000-0000-0000-000000000000"


def ids(kit: Kit, **filter: object) -> list[int]:
    return [row.campaign_id for row in kit.campaigns.page(CampaignFilter(**filter)).rows]  # type: ignore[arg-type]


def test_the_tiles_count_everything_ever_created_and_add_up(kit: Kit) -> None:
    kpis = kit.campaigns.kpis()
    assert kpis.total == 11, "archived and queued campaigns were created too (R3)"
    assert (kpis.active, kpis.completed, kpis.errors, kpis.new) == (4, 2, 1, 2)
    assert kpis.total == sum(
        (kpis.active, kpis.completed, kpis.errors, kpis.cancelled, kpis.expired, kpis.new)
    )


def test_sms_sent_counts_messages_on_handsets_not_parts_and_not_submissions(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        for number, (result, code) in enumerate(
            [("delivered", "DELIVRD"), ("delivered", "DELIVRD"), ("failed", "UNDELIV"), ("unknown", None)]
        ):
            world.recipient(session, 1, number, sms_result=result, smpp_code=code, parts=3)

    kit = build(fill)
    assert kit.campaigns.kpis().sms_sent == 2
    (row,) = kit.campaigns.page().rows
    assert (row.sent, row.delivered, row.errors, row.total) == (4, 2, 1, 4)


@pytest.mark.parametrize("last", [3, 907])
def test_each_row_has_its_own_progress_whether_its_neighbours_are_on_the_page_or_not(
    build: Build, last: int
) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        for number, status in ((1, "Done"), (2, "Failed"), (last, "Done")):
            world.campaign(session, number, status=status, created_at=ago(minutes=number))
            for recipient in range(number % 10):
                world.recipient(session, number, recipient, sms_result="delivered", smpp_code="DELIVRD")

    rows = build(fill).campaigns.page(CampaignFilter(statuses={"Done"})).rows  # type: ignore[arg-type]
    assert [(row.campaign_id, row.sent, row.delivered) for row in rows] == [
        (1, 1, 1),
        (last, last % 10, last % 10),
    ]


def test_the_list_hides_the_queue_and_the_archive_and_each_has_its_own_view(kit: Kit) -> None:
    assert ids(kit) == [1, 2, 3, 4, 5, 6, 7, 8, 9], "newest first"
    assert ids(kit, view="queue") == [10]
    assert ids(kit, view="archive") == [11]


@pytest.mark.parametrize("status", list(Status))
def test_each_status_filter_finds_its_campaign(kit: Kit, status: Status) -> None:
    (row,) = kit.campaigns.page(CampaignFilter(statuses={status})).rows  # type: ignore[arg-type]
    assert row.status is status


def test_filters_are_and_between_groups_and_or_inside_one(kit: Kit) -> None:
    assert ids(kit, statuses={"Done", "Failed"}) == [6, 8]
    assert ids(kit, statuses={"Done", "Failed"}, modes={Mode.SPREAD}) == [6]
    assert ids(kit, workspaces={"bank"}) == [2, 4, 6, 8]
    assert ids(kit, workspaces={"bank"}, search="shop") == []


@pytest.mark.parametrize(
    ("period", "expected"),
    [("1h", []), ("24h", [1, 2, 3]), ("7d", list(range(1, 10))), ("all", list(range(1, 10)))],
)
def test_the_period_reaches_back_from_the_clock_that_is_passed_in(
    kit: Kit, period: str, expected: list[int]
) -> None:
    assert ids(kit, period=period) == expected


def test_the_period_includes_its_beginning_and_excludes_now(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        for number, created in enumerate([ago(hours=1), ago(hours=1, microseconds=1), NOW], start=1):
            world.campaign(session, number, created_at=created)

    assert ids(build(fill), period="1h") == [1]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("SHOP", [1, 3, 5, 7, 9]),
        ("acme b", [2, 4, 6, 8]),
        ("00000003", [3]),
        ("0000-0004", [4]),
        ("00000005-0000-0000-0000-000000000000", [5]),
        ("%", []),
        ("_", []),
        ("'; drop table core.campaigns; --", []),
        ("\\", []),
        ("😀", []),
        ("x" * 10_000, []),
    ],
)
def test_search_takes_an_id_or_a_part_of_the_sender_and_every_character_literally(
    kit: Kit, search: str, expected: list[int]
) -> None:
    assert ids(kit, search=search) == expected


def test_a_sender_that_looks_like_hexadecimal_is_found_as_a_sender_too(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, saddr="CAFE 50%_off")
        world.campaign(session, 2, external_id=world.UUID("cafe0000-0000-4000-8000-000000000000"))

    kit = build(fill)
    assert ids(kit, search="cafe") == [1, 2]
    assert ids(kit, search="50%_") == [1]


def test_search_with_a_nul_is_refused_in_a_sentence() -> None:
    with pytest.raises(InvalidInput, match="NUL"):
        CampaignFilter(search="a\0b")


def test_a_workspace_outside_the_scope_is_refused_by_name(kit: Kit) -> None:
    with pytest.raises(InvalidInput, match="'nowhere'.*bank, retail"):
        kit.campaigns.page(CampaignFilter(workspaces={"nowhere"}))  # type: ignore[arg-type]


def test_dropping_says_what_each_filter_costs(kit: Kit) -> None:
    filter = CampaignFilter(statuses={"Done"}, modes={"Trigger"}, search="bank")  # type: ignore[arg-type]
    assert kit.campaigns.count(filter) == 0
    assert kit.campaigns.dropping(filter) == {"statuses": 0, "modes": 1, "search": 0}


FILTERS = st.builds(
    CampaignFilter,
    period=st.sampled_from(list(Period)),
    statuses=st.frozensets(st.sampled_from(list(Status)), max_size=4),
    modes=st.frozensets(st.sampled_from(list(Mode)), max_size=3),
    search=st.sampled_from(["", "shop", "bank", "0000", "acme", "%"]),
    workspaces=st.frozensets(st.sampled_from(["retail", "bank"])),
    view=st.sampled_from(list(View)),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(asked=FILTERS)
@example(asked=CampaignFilter())
@example(asked=CampaignFilter(statuses={"Done"}, modes={"Trigger"}))  # type: ignore[arg-type]
def test_the_count_at_a_value_is_what_choosing_it_alone_would_show(kit: Kit, asked: CampaignFilter) -> None:
    found = kit.campaigns.facets(asked)
    assert (list(found.statuses), list(found.modes)) == (list(Status), list(Mode)), "zeros too"
    assert list(found.workspaces) == ["bank", "retail"]
    for group in ("statuses", "modes", "workspaces"):
        for value, count in getattr(found, group).items():
            assert count == kit.campaigns.count(replace(asked, **{group: {value}})), (group, value)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(asked=FILTERS, sort=st.sampled_from(list(CampaignSort)))
@example(asked=CampaignFilter(statuses={"Done"}, search="nothing"), sort=CampaignSort.SENDER)  # type: ignore[arg-type]
def test_a_listing_says_in_one_go_what_single_questions_say(
    kit: Kit, asked: CampaignFilter, sort: CampaignSort
) -> None:
    found = kit.campaigns.listing(CampaignList(filter=asked, sort=sort), limit=3)
    assert found.page == kit.campaigns.page(asked, sort=sort, limit=3)
    assert found.facets == kit.campaigns.facets(asked)
    assert found.unfiltered == kit.campaigns.count(asked.cleared())
    assert found.dropping == {field: kit.campaigns.count(asked.without(field)) for field in asked.active}
    assert kit.campaigns.dropping(asked) == found.dropping


def test_a_listing_turns_pages(kit: Kit) -> None:
    first = kit.campaigns.listing(limit=4)
    second = kit.campaigns.listing(limit=4, after=first.page.next)
    assert [row.campaign_id for row in (*first.page.rows, *second.page.rows)] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert second.page.total == first.page.total == 9
    with pytest.raises(InvalidInput, match="another order"):
        kit.campaigns.listing(CampaignList(sort="sender"), after=first.page.next)  # type: ignore[arg-type]


def test_a_listing_tells_its_rows_before_the_numbers_around_them(build: Build) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        ((paused,),) = session.query("select campaign_id from core.campaigns where status = 'Paused'")
        world.insert(session, "core.state_events", event_id=1, campaign_id=paused, phase="Paused",
                     reason="window closed", occurred_at=ago(hours=1))  # fmt: skip

    kit = build(fill)
    asked = CampaignList(filter=CampaignFilter(workspaces={"bank", "retail"}))  # type: ignore[arg-type]
    told: list[tuple[tuple[Campaign, ...], bool]] = []
    with mock.patch.object(kit.campaigns, "_tally", side_effect=StoreError("the server is gone")):
        with pytest.raises(StoreError):
            kit.campaigns.listing(asked, limit=8, early=lambda *page: told.append(page))
        ((early, more),) = told
    listed = kit.campaigns.listing(asked, limit=8, early=lambda *page: told.append(page))
    assert told == [(early, True)] * 2 and more
    assert early == tuple(replace(row, paused_reason=None) for row in listed.page.rows)
    assert [row.paused_reason for row in listed.page.rows if row.status is Status.PAUSED] == ["window closed"]


def test_a_listing_tells_nothing_early_of_a_page_without_rows(kit: Kit) -> None:
    told: list[object] = []
    kit.campaigns.listing(
        CampaignList(filter=CampaignFilter(search="nothing")), early=lambda *page: told.append(page)
    )
    assert told == []


def test_the_counts_stay_inside_the_scope(build: Build) -> None:
    kit = build(every_status, workspace="bank")
    found = kit.campaigns.facets()
    assert found.workspaces == {"bank": 4}
    assert sum(found.statuses.values()) == 4
    with pytest.raises(InvalidInput, match="no workspace 'retail'"):
        kit.campaigns.facets(CampaignFilter(workspaces={"retail"}))  # type: ignore[arg-type]


def test_a_campaign_whose_mode_is_not_told_counts_in_every_group_but_mode(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, mode=None)

    kit = build(fill)
    found = kit.campaigns.facets()
    assert (found.statuses[Status.DONE], sum(found.modes.values()), found.workspaces) == (1, 0, {"retail": 1})
    assert kit.campaigns.facets(CampaignFilter(modes={"Spread"})).statuses[Status.DONE] == 0  # type: ignore[arg-type]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    size=st.integers(1, 12),
    sort=st.sampled_from(["created", "start", "sender"]),
    descending=st.booleans(),
    statuses=st.sets(st.sampled_from(list(Status))),
)
def test_walking_the_pages_meets_every_match_once_whatever_their_size(
    kit: Kit, size: int, sort: str, descending: bool, statuses: set[Status]
) -> None:
    filter = CampaignFilter(statuses=statuses)  # type: ignore[arg-type]
    whole = kit.campaigns.page(filter, sort=sort, descending=descending, limit=100)
    walked, after = [], None
    while True:
        page = kit.campaigns.page(filter, sort=sort, descending=descending, limit=size, after=after)
        walked += page.rows
        assert page.total == whole.total == len(whole.rows)
        if page.next is None:
            break
        after = page.next
    assert walked == list(whole.rows)


NEWEST = [
    *(60 * 24 * 400 + 7 * number for number in range(60)),  # minutes ago: many, long ago
    *(60 * 24 * number for number in range(2, 30)),  # one a day
    *(number // 3 for number in range(30)),  # three a minute, and in one moment
    -5,  # by a clock that is ahead
]


@pytest.fixture
def crowd(build: Build) -> Kit:
    """Return a kit over campaigns that came at very different rates, as they were written, but for a few."""

    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        for number, minutes in enumerate([*NEWEST, 500_000, 3], start=1):
            start = None if number % 7 == 0 else ago(minutes=minutes - 60 * (number % 5))
            status = "Failed" if number % 9 == 0 else "Done"
            world.campaign(session, number, created_at=ago(minutes=minutes), start_at=start, status=status)
        session.run("actions/archive", {"campaign_id": 100, "now": NOW, "actor": "ann", "reason": None})

    return build(fill)


@pytest.mark.parametrize("sort", ["created", "start"])
@pytest.mark.parametrize("size", [1, 5, 25])
@pytest.mark.parametrize("statuses", [set(), {Status.FAILED}, {Status.EXPIRED}])
def test_newest_first_no_page_lacks_anybody_however_dense_the_campaigns_are(
    crowd: Kit, sort: str, size: int, statuses: set[Status]
) -> None:
    filter = CampaignFilter(statuses=statuses)  # type: ignore[arg-type]
    whole = crowd.campaigns.page(filter, sort=sort, descending=False, limit=1000).rows
    walked, after = [], None
    while True:
        page = crowd.campaigns.page(filter, sort=sort, descending=True, limit=size, after=after)
        walked += page.rows
        if (after := page.next) is None:
            break
    column = {"created": "created_at", "start": "start_at"}[sort]
    with_key = [row for row in whole if getattr(row, column) is not None]
    without = [row for row in whole if getattr(row, column) is None]
    assert walked == with_key[::-1] + without[::-1]


@ON_A_FILE
def test_newest_first_few_campaigns_are_put_in_order(crowd: Kit) -> None:
    with recorded() as asked:
        assert len(crowd.campaigns.page(limit=3).rows) == 3
    (page,) = [variant for name, variant in asked if name == "campaigns/page" and variant.limited]
    assert "created_lately" in page.filters
    crowd.campaigns.listing()  # shows that there are few anyway
    with recorded() as asked:
        crowd.campaigns.listing(limit=3)
    assert "campaigns/lately" not in {name for name, _ in asked}


def test_a_page_of_many_tells_what_was_counted_and_what_was_not(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "FEW", 1)  # so many would be found one by one

    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        for campaign_id in (1, 2, 3):
            world.campaign(session, campaign_id)
            world.recipient(session, campaign_id, 1, sms_result="delivered", smpp_code="DELIVRD")

    kit = build(fill, role="operator")
    kit.refresh()
    with owned(kit).writing() as session:
        world.recipient(session, 2, 2, sms_result="failed", smpp_code="UNDELIV")
        world.execute(
            session, "update core.campaigns set updated_at = $now where campaign_id = 2", {"now": NOW}
        )
        world.execute(session, "delete from kit.counted where campaign_id = 3")
    rows = sorted(kit.campaigns.page().rows, key=lambda row: row.campaign_id)
    assert [(row.sent, row.delivered, row.errors) for row in rows] == [(1, 1, 0), (2, 1, 1), (1, 1, 0)]


def test_a_cursor_from_the_beginning_of_the_calendar_ends_the_list(kit: Kit) -> None:
    forged = str(Cursor("created desc", "0001-01-01T00:00:00+00:00", TIE))
    assert kit.campaigns.page(after=forged).rows == ()


@pytest.mark.parametrize("limit", [0, -1, 1_000_001, True, "50"])
def test_a_page_of_no_possible_size_is_refused(kit: Kit, limit: object) -> None:
    with pytest.raises(InvalidInput, match="rows"):
        kit.campaigns.page(limit=limit)  # type: ignore[arg-type]


def test_a_cursor_of_another_order_is_refused(kit: Kit) -> None:
    cursor = kit.campaigns.page(limit=1).next
    with pytest.raises(InvalidInput, match="another order"):
        kit.campaigns.page(limit=1, sort="sender", after=cursor)


def test_the_frame_has_the_same_types_with_rows_and_without(kit: Kit) -> None:
    full = kit.campaigns.page().frame
    empty = kit.campaigns.page(CampaignFilter(search="nothing like it")).frame
    assert full.schema == empty.schema
    assert full.schema["created_at"] == pl.Datetime("us", "UTC")
    assert full.schema["sent"] == pl.Int64
    assert (full.height, empty.height) == (9, 0)


def test_an_id_is_found_by_any_unambiguous_prefix_in_any_view(kit: Kit) -> None:
    assert kit.campaigns.find("00000006").campaign_id == 6
    assert kit.campaigns.find(" 0000000A-0000 ").campaign_id == 10, "queued"
    assert kit.campaigns.find("0000000b").archived
    with pytest.raises(Ambiguous, match="fits several campaigns .*00000001-0000"):
        kit.campaigns.find("0000")
    with pytest.raises(NotFound, match="begins with 'ffff'"):
        kit.campaigns.find("ffff")
    with pytest.raises(InvalidInput, match="at least 4"):
        kit.campaigns.find("000")
    for nonsense in ("", "%", "____", "zzzz", "x" * 10_000, "é" * 8):
        with pytest.raises(NotFound, match="no campaign has an ID"):
            kit.campaigns.find(nonsense)


def test_one_workspace_sees_nothing_of_another(build: Build) -> None:
    kit = build(every_status, workspace="bank")
    assert ids(kit) == [2, 4, 6, 8]
    assert kit.campaigns.kpis().total == 4
    with pytest.raises(NotFound):
        kit.campaigns.find("00000001")


def test_members_limit_workspaces_and_roles(build: Build) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        world.insert(session, "kit.members", login="ann", workspace_id="bank", role="operator")
        world.insert(session, "kit.members", login="root", workspace_id="*", role="moderator")

    kit = build(fill, role="moderator")
    assert kit.viewer.workspaces == ("bank",)
    assert kit.campaigns.show("00000006").actions == ("archive",), "an operator, whatever was asked for"
    assert reopened(kit, "root").viewer.workspaces == ("bank", "retail")
    with pytest.raises(NotAllowed, match="eve is no member"):
        reopened(kit, "eve")
    with pytest.raises(NotFound, match="no workspace 'retail' for ann"):
        reopened(kit, workspace="retail")


def test_without_a_workspace_the_only_one_is_taken_and_several_are_listed(build: Build) -> None:
    kit = build(every_status)
    with pytest.raises(InvalidInput, match="bank, retail, or master"):
        reopened(kit, workspace=None)


@pytest.mark.parametrize(
    ("role", "id", "actions"),
    [
        ("viewer", "00000001", ()),
        ("operator", "00000001", ("start", "cancel", "archive")),
        ("operator", "0000000a", ("cancel", "archive")),
        ("moderator", "0000000a", ("approve", "reject", "cancel", "archive")),
        ("operator", "00000004", ("cancel",)),
        ("operator", "00000008", ("archive",)),
        ("operator", "0000000b", ("restore",)),
    ],
)
def test_show_says_what_the_viewer_may_do_now(
    build: Build, role: str, id: str, actions: tuple[str, ...]
) -> None:
    assert build(every_status, role=role).campaigns.show(id).actions == actions


def test_the_verdicts_add_up_and_the_badge_takes_the_larger_count(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, delivery_errors=7)
        rows = [
            {"stage": "New"},
            {"stage": "New", "filter": "stop list"},
            {"stage": "Sending"},
            {"smpp_code": "DELIVRD", "sms_result": "delivered"},
            {"smpp_code": "FAILED", "sms_result": "failed"},  # a vendor's spelling of UNDELIV
            {"stage": "Failed", "command_status": "ESME_RINVSRCADR"},
            {"sent_at": ago(hours=73)},
            {"sent_at": ago(hours=71)},
            {"smpp_code": "UNDELIV", "sms_result": "delivered"},
        ]
        for number, row in enumerate(rows):
            world.recipient(session, 1, number, **row)
        for number in (1, 2):
            world.insert(
                session, "core.job_errors",
                job_error_id=number, campaign_id=1, phase="Building", code="FILE_PARSE",
                message="line 3", occurred_at=NOW,
            )  # fmt: skip

    shown = build(fill).campaigns.show("00000001")
    assert dict(shown.verdicts) == {
        Verdict.NOT_SUBMITTED: 1,
        Verdict.EXCLUDED: 1,
        Verdict.AWAITING: 2,
        Verdict.DELIVERED: 1,
        Verdict.CARRIER_FAILED: 1,
        Verdict.FAILED_AT_SUBMISSION: 1,
        Verdict.UNKNOWN: 1,
        Verdict.CONTRADICTION: 1,
    }
    assert sum(shown.verdicts.values()) == 9
    badge = shown.badge
    assert (badge.job_errors, badge.counter, badge.failed_rows, badge.badge) == (2, 7, 1, 9)
    assert shown.not_provided == ()


def test_days_are_the_workspace_s_own_and_days_without_messages_are_zero(build: Build) -> None:
    zone = ZoneInfo("Europe/Vilnius")

    def fill(session: world.Session) -> None:
        world.workspace(session, "retail", "Europe/Vilnius")
        world.campaign(session, 1)
        for number, (day, hour) in enumerate([(18, 23), (19, 0), (21, 12), (21, 13)]):
            world.recipient(
                session, 1, number,
                sent_at=datetime(2026, 11, day, hour, 30, tzinfo=zone), sms_result="delivered", smpp_code="DELIVRD",
            )  # fmt: skip

    activity = build(fill).campaigns.activity("00000001")
    assert activity.zone == "Europe/Vilnius"
    assert [(row.day, row.sent, row.delivered, row.failed) for row in activity.rows] == [
        (date(2026, 11, 18), 1, 1, 0),
        (date(2026, 11, 19), 1, 1, 0),
        (date(2026, 11, 20), 0, 0, 0),
        (date(2026, 11, 21), 2, 2, 0),
    ]


def test_the_history_has_durations_the_toolkit_s_own_steps_and_marks_what_does_not_fit(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, status="Sending")
        events = [
            ("New", 60),
            ("Building", 40),
            ("Building.parse", 35),
            ("Sending", 30),
            ("Paused", 20),
            ("Building", 15),
            ("Asleep", 10),
        ]
        for number, (phase, minutes) in enumerate(events):
            world.insert(
                session, "core.state_events",
                event_id=number, campaign_id=1, phase=phase, reason=None, occurred_at=ago(minutes=minutes),
            )  # fmt: skip
        world.insert(
            session, "kit.audit_events",
            workspace_id="retail", campaign_id=1, action="started", actor="ann", note="go",
            status_before="New", status_after="Pending", occurred_at=ago(minutes=50),
        )  # fmt: skip

    history = build(fill).campaigns.history("00000001")
    assert [(row.phase, row.seconds) for row in history.rows] == [
        ("Asleep", None), ("Building", 300), ("Paused", 300), ("Sending", 600),
        ("Building.parse", 300), ("Building", 300), ("Pending", 600), ("New", 600),
    ]  # fmt: skip
    assert [row.anomaly for row in history.rows if row.anomaly] == [
        "Asleep is not a phase of the life-cycle",
        "Paused → Building is not a step of the life-cycle",
    ]


def test_an_author_s_e_mail_is_masked_and_a_name_wins(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, author_email="keller@example.com")
        world.campaign(session, 2, author_name="M. Keller", author_email="keller@example.com")

    assert [row.author for row in build(fill).campaigns.page().rows] == ["k…@example.com", "M. Keller"]


def test_a_paused_campaign_says_why_and_until_when(build: Build) -> None:
    from campaignkit.ui import values

    def fill(session: world.Session) -> None:
        world.workspace(session, "retail", "Europe/Vilnius")
        world.campaign(session, 1, status="Paused", window_from=time(9), window_to=time(12))
        world.insert(
            session, "core.state_events",
            event_id=1, campaign_id=1, phase="Paused", reason="outside the daily window", occurred_at=ago(hours=1),
        )  # fmt: skip

    kit = build(fill)
    (row,) = kit.campaigns.page().rows
    assert row.paused_reason == "outside the daily window"
    shown = values.row(kit, row, now=NOW)  # 14:00 in Vilnius
    assert shown["paused_until"] == "2026-11-24T07:00:00.000Z"


FAR = "9999-12-31T23:59:59-14:00"  # out of range once it is UTC


@pytest.mark.parametrize(
    ("sort", "key", "tie"),
    [
        *(("created", key, TIE) for key in (None, "", "soon", "2026-11-23T12:00", "1e9", "9" * 5000, FAR)),
        ("start", "soon", TIE),
        ("sender", None, TIE),
        *(("created", "2026-11-23T12:00:00Z", tie) for tie in ("", "7", "not a uuid", "f" * 5000)),
    ],
)
def test_a_forged_cursor_is_refused_whatever_it_holds(kit: Kit, sort: str, key: str | None, tie: str) -> None:
    forged = str(Cursor(f"{sort} {'asc' if sort == 'sender' else 'desc'}", key, tie))
    with pytest.raises(InvalidInput, match="this is no cursor"):
        kit.campaigns.page(sort=sort, after=forged)


def test_a_cursor_without_a_start_leads_on_among_those_without(kit: Kit) -> None:
    page = kit.campaigns.page(sort="start", limit=4)
    assert all(row.start_at is None for row in page.rows)
    assert len(kit.campaigns.page(sort="start", after=page.next).rows) == 5


@pytest.mark.parametrize(
    ("relation", "column"),
    [
        ("campaigns", "status"),
        ("campaigns", "moderation"),
        ("campaigns", "mode"),
        ("recipients", "stage"),
        ("recipients", "sms_result"),
    ],
)
def test_a_word_that_the_contract_does_not_know_is_named_and_check_is_the_way_out(
    build: Build, relation: str, column: str
) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        world.recipient(session, 6, 1)
        if isinstance(session, world.OnDuckDB):  # which lets go of no rule
            session.script(
                f"create table core.other as select * replace ('Asleep' as {column}) from core.{relation};"
                f"drop table core.{relation}; alter table core.other rename to {relation}"
            )
        else:
            session.script(f"alter table core.{relation} drop constraint {relation}_{column}_check")
            session.script(f"update core.{relation} set {column} = 'Asleep'")

    kit = build(fill)
    asked = {"campaigns": kit.campaigns.page, "recipients": lambda: kit.recipients.page("00000006")}[relation]
    with pytest.raises(
        StoreUnreadable, match="'Asleep', which the data contract does not know.*campaignkit check"
    ):
        asked()


@pytest.mark.parametrize("value", ["Lost", "done", ["Done"], None, 3], ids=repr)
def test_whatever_a_source_has_for_a_status_is_refused_in_a_sentence(value: object) -> None:
    with pytest.raises(StoreUnreadable, match="which the data contract does not know"):
        in_contract(Status, value, "status")
