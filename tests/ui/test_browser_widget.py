"""The widget's kernel side, driven without a browser: each wish and each thing a hostile page may send."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import campaignkit
from campaignkit import CampaignFilter, Kit
from campaignkit.domain.errors import InvalidInput, StoreError
from campaignkit.domain.lists import CampaignList
from campaignkit.ui import CampaignBrowser, dashboard, foreseen, front_end
from campaignkit.ui.dashboard import Sentence
from campaignkit.ui.listing import WISHES, Listing
from tests import world
from tests.domain.strategies import LISTS, TEXTS
from tests.services.conftest import Build, every_status
from tests.world import NOW, ago

lists_in_scope = st.builds(
    lambda asked, some: replace(asked, filter=replace(asked.filter, workspaces=some)),
    LISTS,
    st.frozensets(st.sampled_from(["bank", "retail"])),
)


NUMBERS = ("facets", "total", "unfiltered", "dropping")  # around the rows of the list


def send(browser: CampaignBrowser, **message: object) -> None:
    """Deliver a message as the page would."""
    browser._handle_custom_msg(message, [])


def shown(browser: CampaignBrowser) -> list[str]:
    return [row["external_id"][7] for row in browser.listing["rows"]]


@pytest.fixture
def browser(kit: Kit) -> CampaignBrowser:
    return CampaignBrowser(kit)


@pytest.fixture
def many(build: Build) -> CampaignBrowser:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        for number in range(1, 121):
            world.campaign(session, number, saddr=f"S{number % 3}", created_at=ago(minutes=number))

    return CampaignBrowser(build(fill))


def test_the_first_answer_is_the_whole_list_and_fits_json(browser: CampaignBrowser) -> None:
    listing = browser.listing
    assert json.loads(json.dumps(listing)) == listing
    assert shown(browser) == list("123456789")
    scope = browser.scope
    assert (scope["title"], scope["master"], scope["zone"]) == ("Master: bank, retail", True, "UTC")
    assert [option["value"] for option in scope["options"]["workspaces"]] == ["bank", "retail"]
    tiles = browser.tiles
    assert tiles["kpis"]["total"] == 11 == tiles["listed"] + tiles["queued"] + tiles["archived"]
    assert (listing["total"], listing["first"], listing["last"]) == (9, 1, 9)
    assert listing["as_of"] == "2026-11-23T12:00:00.000Z"
    assert browser.notice is None and browser.detail is None


def test_a_filter_is_one_value_that_chips_and_rows_are_read_from(browser: CampaignBrowser) -> None:
    send(browser, event="filter", field="statuses", value=["Failed", "Done"])
    assert browser.filter == CampaignFilter(statuses={"Done", "Failed"})  # type: ignore[arg-type]
    assert browser.listing["chips"] == [{"field": "statuses", "text": "Status: Done, Failed"}]
    assert shown(browser) == ["6", "8"]
    send(browser, event="filter", field="search", value="bank")
    assert shown(browser) == ["6", "8"]
    send(browser, event="drop", field="statuses")
    assert shown(browser) == ["2", "4", "6", "8"]
    assert browser.tiles["listed"] == 9
    send(browser, event="clear")
    assert browser.filter == CampaignFilter()
    assert shown(browser) == list("123456789")


def test_an_empty_list_says_what_each_chip_hides(browser: CampaignBrowser) -> None:
    send(browser, event="filter", field="search", value="shop")
    send(browser, event="filter", field="workspaces", value=["bank"])
    assert browser.listing["rows"] == []
    assert browser.listing["dropping"] == [
        {"field": "workspaces", "text": "Without Workspace", "count": 5},
        {"field": "search", "text": "Without Search", "count": 4},
    ]


def test_a_head_sorts_and_a_second_click_turns_the_order(browser: CampaignBrowser) -> None:
    send(browser, event="sort", key="created")
    assert browser.listing["sort"] == {"key": "created", "descending": False}
    assert shown(browser) == list("987654321")
    send(browser, event="sort", key="sender")
    assert browser.listing["sort"] == {"key": "sender", "descending": False}
    assert shown(browser)[0] in "2468"
    send(browser, event="sort", key="sender")
    assert browser.listing["sort"]["descending"] is True


def test_pages_lead_to_the_end_and_back(many: CampaignBrowser) -> None:
    def place() -> tuple[int, int, bool, bool]:
        now = many.listing
        return now["first"], now["last"], now["has_previous"], now["has_next"]

    assert place() == (1, 50, False, True)
    first = [row["external_id"] for row in many.listing["rows"]]
    send(many, event="page", to="next")
    send(many, event="page", to="next")
    assert place() == (101, 120, True, False)
    send(many, event="page", to="next")
    assert place() == (101, 120, True, False), "a click past the end changes nothing"
    send(many, event="page", to="previous")
    assert place() == (51, 100, True, True)
    send(many, event="page", to="previous")
    assert [row["external_id"] for row in many.listing["rows"]] == first


def test_a_campaign_opens_and_back_keeps_filter_and_page(many: CampaignBrowser) -> None:
    send(many, event="filter", field="search", value="s")
    send(many, event="page", to="next")
    before = many.listing["rows"]
    send(many, event="open", id=before[3]["external_id"])
    assert many.detail["campaign"]["external_id"] == before[3]["external_id"] == many.campaign_id
    assert json.loads(json.dumps(many.detail)) == many.detail
    send(many, event="back")
    assert (many.detail, many.campaign_id) == (None, None)
    assert many.listing["rows"] == before
    assert (many.listing["first"], many.filter.search) == (51, "s")


def test_the_overview_adds_up(build: Build) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        for number in range(1, 5):
            world.recipient(session, 4, number, stage="New" if number == 1 else "Delivered")

    browser = CampaignBrowser(build(fill))
    send(browser, event="open", id="00000004")
    detail = browser.detail
    assert sum(detail["panel"]["verdicts"].values()) == 4 == detail["campaign"]["total"]
    assert (detail["campaign"]["sent"], detail["panel"]["verdicts"]["not_submitted"]) == (3, 1)
    assert sum(day["sent"] for day in detail["panel"]["activity"]["rows"]) == 3
    assert detail["not_provided"] == ["counter"]


def test_refresh_asks_again_for_what_is_shown(build: Build) -> None:
    kit = build(every_status)
    browser = CampaignBrowser(kit)
    store = world.DuckStore(kit._store.path, writable=True)
    with store.writing() as session:
        world.campaign(session, 12, created_at=ago(minutes=1))
    send(browser, event="refresh", ask="view-1")
    assert len(browser.listing["rows"]) == 10 and browser.answered == "view-1"
    assert browser.tiles["kpis"]["total"] == 12
    send(browser, event="open", id="0000000c")
    with store.writing() as session:
        world.recipient(session, 12, 1)
    send(browser, event="refresh")
    assert browser.detail["campaign"]["sent"] == 1


def test_rows_are_sent_before_the_numbers_around_them(browser: CampaignBrowser) -> None:
    sent: list[Any] = []
    browser.send_state = lambda key: sent.append((key, browser.listing))  # type: ignore[method-assign, assignment]
    before = browser.listing
    send(browser, event="filter", field="statuses", value=["Failed", "Done"])
    (key, early), (_, whole) = sent
    assert (key, early["whole"], whole["whole"]) == ("listing", False, True)
    assert {**early, "whole": True} == {**browser.listing, **{key: before[key] for key in NUMBERS}}
    send(browser, event="refresh")
    send(browser, event="filter", field="search", value="nothing")
    assert len(sent) == 2 + 1 + 1, (
        "a refresh is one answer, and so is an empty page, which says what would help"
    )


def test_what_fails_after_the_rows_were_sent_puts_the_list_back(browser: CampaignBrowser) -> None:
    before, place = browser.listing, browser._list.place
    with mock.patch.object(browser._kit.campaigns, "_tally", side_effect=StoreError("the server is gone")):
        send(browser, event="filter", field="statuses", value=["Done"])
    assert browser.notice is not None and browser.notice["kind"] == "error"
    assert (browser.listing, browser._list.place) == (before, place)


def sessions_of(browser: CampaignBrowser) -> mock.Mock:
    """Watch how often the database is looked at."""
    store = browser._kit._store
    store.reading = mock.Mock(wraps=store.reading)  # type: ignore[method-assign]
    return store.reading


def state(browser: CampaignBrowser) -> tuple[Any, ...]:
    return (
        browser.listing,
        browser.detail,
        browser.notice,
        browser.answered,
        browser._list.place,
        browser.campaign_id,
    )


WAYS: list[dict[str, Any]] = [
    {"event": "filter", "field": "statuses", "value": ["Failed", "Done"]},
    {"event": "sort", "key": "sender"},
    {"event": "view", "view": "archive"},
    {"event": "open", "id": "00000004"},
]


@pytest.mark.parametrize("wish", WAYS, ids=lambda wish: wish["event"])
def test_what_a_press_announces_is_ready_for_its_release(
    kit: Kit, browser: CampaignBrowser, wish: dict[str, Any]
) -> None:
    before, looked = state(browser), sessions_of(browser)
    send(browser, event="expect", wish=wish)
    assert state(browser) == before, "a press shows nothing"
    assert looked.call_count == 1
    send(browser, **wish, ask="view-1")
    assert (looked.call_count, browser.answered) == (1, "view-1")
    other = CampaignBrowser(kit)
    send(other, **wish, ask="view-1")
    assert state(browser) == state(other)
    for one in (browser, other):
        send(one, event="tab", tab="recipients") if one.campaign_id else send(
            one, event="sort", key="created"
        )
    assert state(browser) == state(other), "what follows is what would have followed"


def test_a_tab_that_a_press_announces_is_ready_and_goes_on_from_where_it_is(build: Build) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        for number in range(1, 121):
            world.recipient(session, 4, number)

    kit = build(fill)
    browser, other = CampaignBrowser(kit), CampaignBrowser(kit)
    for one in (browser, other):
        send(one, event="open", id="00000004")
    before = browser.detail
    send(browser, event="expect", wish={"event": "tab", "tab": "recipients"})
    assert browser.detail == before and browser._detail.tab == "overview"
    looked = sessions_of(browser)
    send(browser, event="tab", tab="recipients")
    assert looked.call_count == 0
    send(other, event="tab", tab="recipients")
    for one in (browser, other):
        send(one, event="recipients-page", to="next")
    assert browser.detail == other.detail
    assert browser.detail["panel"]["first"] == 51


@pytest.mark.parametrize(
    "between", [{"event": "refresh"}, {"event": "filter", "field": "search", "value": "s"}, {}]
)
def test_what_was_announced_is_asked_anew_once_anything_else_came_between(
    browser: CampaignBrowser, between: dict[str, Any]
) -> None:
    for wish in WAYS:
        send(browser, event="expect", wish=wish)
        send(browser, **between)
        assert browser._ready.take(wish) is None


def test_what_was_announced_long_ago_is_asked_anew(browser: CampaignBrowser) -> None:
    wish = {"event": "sort", "key": "sender"}
    send(browser, event="expect", wish=wish)
    looked = sessions_of(browser)
    with mock.patch.object(foreseen, "MOMENT", 0.0):
        send(browser, **wish)
    assert looked.call_count == 1


@pytest.mark.parametrize(
    "wish",
    [{}, {"event": "expect"}, {"event": "open", "id": "%"}, {"event": ["sort"]}, {"event": "tab", "tab": "errors"},
     {"event": "recipients-page", "to": "next"}, {"event": "export-create"}, {"event": "start", "id": "00000001"},
     {"event": "sort", "key": "saddr; drop table"}, {"event": "filter", "field": "workspaces", "value": ["else"]},
     {"event": "archive-all", "query": "", "count": 9}, {"event": "refresh"}],
    ids=repr,
)  # fmt: skip
def test_an_announcement_that_means_nothing_does_nothing(
    browser: CampaignBrowser, wish: object, caplog: pytest.LogCaptureFixture
) -> None:
    before = browser.listing, browser.detail, browser.notice, browser._list.place
    send(browser, event="expect", wish=wish)
    assert (browser.listing, browser.detail, browser.notice, browser._list.place) == before
    assert not caplog.records


HOSTILE: list[Any] = [
    None, "start", 7, [], {}, {"event": None}, {"event": "expect"}, {"event": "expect", "wish": "filter"}, {"event": "start", "id": "00000001"}, {"event": ["filter"]},
    {"event": "filter"}, {"event": "filter", "field": "view", "value": "archive"},
    {"event": "filter", "field": "statuses", "value": "Done"}, {"event": "filter", "field": "statuses", "value": 1},
    {"event": "filter", "field": "statuses", "value": ["x' or 1=1 --"]},
    {"event": "filter", "field": "statuses", "value": [[1]]},
    {"event": "filter", "field": "search", "value": {"a": 1}}, {"event": "filter", "field": "search", "value": "\0"},
    {"event": "filter", "field": "search", "value": "\ud800"}, {"event": "filter", "field": "period", "value": "9d"},
    {"event": "filter", "field": ["period"], "value": "24h"},
    {"event": "filter", "field": "workspaces", "value": ["else"]},
    {"event": "filter", "field": "__class__", "value": "x"}, {"event": "drop"}, {"event": "drop", "field": "view"},
    {"event": "sort", "key": "saddr; drop table"}, {"event": "sort", "key": None}, {"event": "page"},
    {"event": "page", "to": 3}, {"event": "open"}, {"event": "open", "id": 5}, {"event": "open", "id": "%"},
    {"event": "open", "id": "<img src=x onerror=alert(1)>"}, {"event": "open", "id": "0000"},
]  # fmt: skip


@pytest.mark.parametrize("message", HOSTILE, ids=repr)
def test_a_message_that_means_nothing_is_a_sentence_and_changes_nothing(
    browser: CampaignBrowser, message: object, caplog: pytest.LogCaptureFixture
) -> None:
    before = browser.listing, browser.detail, browser.filter
    browser._receive(browser, message, [])
    assert browser.notice is not None and browser.notice["kind"] == "info", browser.notice
    assert (browser.listing, browser.detail, browser.filter) == before
    assert not caplog.records, "nothing to log: nothing failed"
    send(browser, event="refresh")
    assert browser.notice is None


WORDS = [
    *"event field value key to id ask query wish expect".split(),
    *WISHES,
    "open",
    "back",
    "refresh",
    "go",
    "statuses",
    "search",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | TEXTS
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
MESSAGES = JSON | st.builds(
    lambda event, rest: {**(rest if isinstance(rest, dict) else {}), "event": event},
    st.sampled_from([*WISHES, "open", "back", "refresh", "go"]),
    JSON,
)
MESSAGES |= st.builds(lambda wish: {"event": "expect", "wish": wish}, MESSAGES)


@given(messages=st.lists(MESSAGES, max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_page_sends_is_answered_and_the_rows_fit_what_the_list_says(
    kit: Kit, messages: list[Any]
) -> None:
    browser = CampaignBrowser(kit)
    for message in messages:
        before = browser.listing, browser.tiles, browser._list.place
        browser._receive(browser, message, [])
        assert browser.notice is None or browser.notice["kind"] == "info", browser.notice
        if browser.notice is not None and browser.notice["text"] and browser.listing == before[0]:
            assert browser._list.place == before[2]
        asked = browser._list.place.asked
        assert browser.listing["spelt"]["query"] == asked.to_query()
        assert browser.listing["total"] == kit.campaigns.count(asked.filter)
    send(browser, event="go", query="")
    assert (shown(browser), browser.detail) == (list("123456789"), None)


def test_a_message_as_deep_and_long_as_it_likes_is_refused(browser: CampaignBrowser) -> None:
    deep: Any = "end"
    for _ in range(900):
        deep = [deep]
    for value in (deep, {"a": deep}, "x" * 5_000_000, ["Done"] * 200_000 + ["x"]):
        for message in (value, {"event": value}, {"event": "filter", "field": "statuses", "value": value},
                        {"event": "open", "id": value}, {"event": "go", "query": value}, {"event": "drop", "field": value}):  # fmt: skip
            browser._receive(browser, message, [])
            assert browser.notice is not None and browser.notice["kind"] == "info"
            assert len(browser.notice["text"]) < 300
    assert shown(browser) == list("123456789")
    assert browser.answered is None


def test_what_the_page_writes_into_traits_is_never_read_back(browser: CampaignBrowser) -> None:
    browser.set_trait("listing", {"rows": "forged", "serial": -1})
    browser.set_trait("detail", {"campaign": {"external_id": "00000001"}})
    send(browser, event="page", to="next")
    send(browser, event="refresh")
    assert shown(browser) == list("123456789")


def test_a_page_whose_rows_have_left_shows_the_one_before(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        for number in range(1, 52):
            world.campaign(session, number, created_at=ago(minutes=number))

    kit = build(fill)
    listing = Listing(kit)
    listing.value()
    assert listing.wish("page", {"to": "next"})["first"] == 51
    with world.DuckStore(kit._store.path, writable=True).writing() as session:
        world.insert(session, "kit.archived", campaign_id=51, archived_at=NOW, archived_by="ann")
    value = listing.value()
    assert (value["first"], value["last"], value["has_previous"], value["has_next"]) == (1, 50, False, False)


def test_a_database_that_vanishes_leaves_the_last_good_list_and_a_reference(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    kit = build(every_status)
    browser = CampaignBrowser(kit)
    path = kit._store.path
    path.rename(path.with_suffix(".gone"))
    with caplog.at_level(logging.ERROR):
        send(browser, event="refresh")
    notice = browser.notice
    assert notice["kind"] == "error" and "does not exist" in notice["text"]
    assert notice["reference"] in caplog.text
    assert shown(browser) == list("123456789")
    path.with_suffix(".gone").rename(path)
    send(browser, event="refresh")
    assert browser.notice is None


def test_a_member_of_nothing_is_told_whom_to_ask(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        world.insert(session, "kit.members", login="ben", workspace_id="bank", role="viewer")
        world.insert(session, "kit.members", login="cat", workspace_id="gone", role="viewer")

    monkeypatch.setenv("CAMPAIGNKIT_DB", str(build(fill, actor="ben")._store.path))
    monkeypatch.setenv("CAMPAIGNKIT_AS", "cat")
    shown = dashboard()
    assert isinstance(shown, Sentence)
    assert "cat is no member of any workspace here" in shown.text


def test_a_dashboard_is_a_viewer_s_whatever_the_environment_says(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGNKIT_DB", str(build(every_status)._store.path))
    monkeypatch.setenv("CAMPAIGNKIT_WORKSPACE", "master")
    monkeypatch.setenv("CAMPAIGNKIT_ROLE", "moderator")
    found = dashboard()
    assert isinstance(found, CampaignBrowser)
    assert set(found._kit.viewer.roles.values()) == {campaignkit.Role.VIEWER}


def test_the_front_end_puts_no_data_into_markup_and_asks_no_other_machine() -> None:
    script, style = front_end.script() + front_end.script("sentence"), front_end.style()
    for risky in ("innerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert risky not in script
    for text in (script, style):
        addresses = [word for word in text.replace("http://www.w3.org/2000/svg", "").split() if "://" in word]
        assert addresses == []


def test_clocks_that_stand_still_give_the_same_value(build: Build) -> None:
    kit = build(every_status)
    first, second = CampaignBrowser(kit), CampaignBrowser(kit)
    assert first.listing == second.listing
    assert kit.clock() == NOW


@pytest.mark.parametrize(
    ("query", "opened", "said"),
    [
        ("campaign=00000006-0000-0000-0000-000000000000", "00000006-0000-0000-0000-000000000000", None),
        ("theme=dark", None, None),
        ("campaign=%3Cimg+src%3Dx%3E", None, "nothing here goes by that name"),
        ("campaign=ffffffff-0000-0000-0000-000000000000", None, "nothing here goes by that name"),
        ("campaign=ab", None, "at least 4 characters"),
        ("campaign=", None, None),
        ("status=Done,Failed", None, "status 'Done,Failed' is unknown"),
        ("in=elsewhere", None, "there is no workspace 'elsewhere' in this scope"),
        ("q=%00", None, "NUL character"),
        ("sort=saddr%3B+drop+table", None, "sort 'saddr; drop table' is unknown"),
        ("q=" + "x" * 9000, None, "too long"),
        ("&&=;%%%", None, None),
    ],
)
def test_an_address_opens_what_it_spells_or_says_why_not(
    build: Build, monkeypatch: pytest.MonkeyPatch, query: str, opened: str | None, said: str | None
) -> None:
    monkeypatch.setenv("CAMPAIGNKIT_DB", str(build(every_status)._store.path))
    monkeypatch.setenv("CAMPAIGNKIT_WORKSPACE", "master")
    monkeypatch.setenv("QUERY_STRING", query)
    browser = dashboard()
    assert isinstance(browser, CampaignBrowser)
    assert browser.campaign_id == opened
    assert (browser.notice or {}).get("text", "").count(said or "nothing") == (1 if said else 0)
    assert len(browser.listing["rows"]) == 9
    assert browser.filter == CampaignFilter()


@given(asked=lists_in_scope)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_an_address_spells_is_what_the_chips_and_the_code_say(kit: Kit, asked: CampaignList) -> None:
    """Address → filter → chips and code → filter → address."""
    browser = CampaignBrowser(kit, address=asked.to_query())
    assert browser._list.place.asked == asked
    listing = browser.listing
    assert listing["caption"] == asked.caption()
    assert CampaignList.from_query(listing["spelt"]["query"]) == asked
    assert [chip["field"] for chip in listing["chips"]] == list(asked.filter.active)
    for chip in listing["chips"]:
        send(browser, event="drop", field=chip["field"])
    assert browser.filter == asked.filter.cleared()


@pytest.mark.parametrize("refresh", [0, 0.5, -1, 7200, True, "5", float("nan")])
def test_a_pace_that_means_nothing_is_refused(kit: Kit, refresh: Any) -> None:
    with pytest.raises(InvalidInput, match="refresh takes seconds"):
        CampaignBrowser(kit, refresh=refresh)
