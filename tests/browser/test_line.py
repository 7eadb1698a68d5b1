"""The line to the kernel: who asks when, what is said when nobody answers, and what a refresh leaves alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from playwright.sync_api import Page, expect

from campaignkit import CampaignFilter, Kit
from campaignkit.ui import CampaignBrowser
from tests import world
from tests.browser.screen import Screen
from tests.browser.stage import Stage
from tests.services.conftest import Build, build, every_status
from tests.world import NOW, ago

__all__ = ["build"]

Opened = tuple[Stage, Screen]
SECOND = "00000002-0000-0000-0000-000000000000"
Open = Callable[..., Opened]


@pytest.fixture
def open_stage(new_page: Any) -> Open:
    def opened(kit: Kit, *, query: str = "", **options: Any) -> Opened:
        page: Page = new_page(viewport={"width": 1300, "height": 900})
        page.clock.install(time=NOW)
        page.clock.pause_at(
            NOW + timedelta(seconds=1)
        )  # only a test lets time pass, however slow the machine
        stage = Stage(page, CampaignBrowser(kit, **options))
        screen = stage.open(query)
        page.locator(".ck tbody.real tr").first.wait_for()
        return stage, screen

    return opened


@pytest.fixture
def sending(build: Build, open_stage: Open) -> Opened:
    """Nine campaigns, one a status, so one is sending."""
    return open_stage(build(every_status))


def wait(stage: Stage, seconds: float) -> None:
    """Let so much time pass for the page."""
    stage.page.clock.run_for(round(seconds * 1000))


def hide(stage: Stage, hidden: bool = True) -> None:
    stage.page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


def add(stage: Stage, number: int, **fields: object) -> str:
    """Let a campaign be created; return its id."""
    store = world.DuckStore(stage.browser._kit._store.path, writable=True)
    with store.writing() as session:
        return str(world.campaign(session, number, **fields))


def only_status(status: str) -> Callable[[world.Session], None]:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, status=status)

    return fill


def test_what_is_sending_is_asked_for_every_five_seconds(sending: Opened) -> None:
    stage, screen = sending
    expect(screen.root.get_by_role("switch", name="Refresh every 5 s")).to_be_checked()
    wait(stage, 4.5)
    assert stage.events() == []
    wait(stage, 1)
    assert stage.events() == ["refresh"]
    wait(stage, 5.2)
    assert stage.events() == ["refresh"] * 2


@pytest.mark.parametrize(
    ("status", "seconds"), [("Sending", 5), ("Paused", 30), ("Pending", 30), ("Done", None)]
)
def test_the_pace_is_that_of_the_liveliest_campaign(
    build: Build, open_stage: Open, status: str, seconds: int | None
) -> None:
    stage, screen = open_stage(build(only_status(status)))
    wait(stage, (seconds or 120) - 0.5)
    assert stage.events() == []
    if seconds is None:
        expect(screen.root.get_by_text("Nothing is live")).to_be_visible()
        return
    expect(screen.root.get_by_role("switch", name=f"Refresh every {seconds} s")).to_be_visible()
    wait(stage, 1)
    assert stage.events() == ["refresh"]


def test_a_notebook_may_switch_the_asking_off_or_change_its_pace(build: Build, open_stage: Open) -> None:
    kit = build(every_status)
    stage, screen = open_stage(kit, refresh=None)
    expect(screen.root.get_by_role("switch")).to_have_count(0)
    wait(stage, 120)
    assert stage.events() == []
    stage, _ = open_stage(kit, refresh=2)
    wait(stage, 2.5)
    assert stage.events() == ["refresh"]


def test_nobody_looks_nobody_asks_and_who_comes_back_is_answered_at_once(sending: Opened) -> None:
    stage, screen = sending
    hide(stage)
    wait(stage, 300)
    assert stage.events() == []
    hide(stage, False)
    expect(screen.root.locator(".asof").first).to_be_visible()
    assert stage.events() == ["refresh"]


def test_a_page_that_is_gone_asks_no_more(sending: Opened) -> None:
    stage, screen = sending
    stage.page.evaluate("gone()")
    wait(stage, 60)
    assert stage.events() == []
    stage.page.evaluate("show()")
    screen.root.nth(1).wait_for(state="attached")
    stage.page.evaluate("document.getElementById('stage').remove()")
    wait(stage, 60)
    assert stage.events() == []


def test_the_switch_stops_the_asking_and_starts_it_at_once(sending: Opened) -> None:
    stage, screen = sending
    switch = screen.root.get_by_role("switch")
    switch.focus()
    stage.page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    wait(stage, 60)
    assert stage.events() == []
    screen.root.get_by_role("button", name="Refresh", exact=True).click()
    assert stage.events() == ["refresh"]
    expect(switch).not_to_be_checked()
    switch.click()
    assert stage.events() == ["refresh"] * 2


def test_no_question_is_asked_while_another_waits(sending: Opened) -> None:
    stage, _ = sending
    stage.silent = True
    wait(stage, 11)
    assert stage.events() == ["refresh"]
    stage.speak()
    wait(stage, 5.2)
    assert stage.events() == ["refresh"] * 2


def test_a_question_that_is_not_answered_makes_the_list_stale_until_one_is(sending: Opened) -> None:
    stage, screen = sending
    stage.silent = True
    wait(stage, 5.1)
    wait(stage, 13)
    line = screen.root.get_by_role("status").filter(has_text="Connection lost at 12:00:00.")
    expect(line).to_contain_text("What you see is from then. Trying again in ")
    expect(screen.root.locator(".asof").first).to_have_css("font-weight", "600")
    expect(screen.root.locator("tbody.real tr")).to_have_count(9)
    stage.kept.clear()
    wait(stage, 5)
    assert stage.events() == ["refresh"] * 2, "it tried again by itself"
    stage.speak()
    expect(line).to_have_count(0)
    wait(stage, 5.2)
    assert stage.events() == ["refresh"] * 3, "and goes on as before"


def test_tries_become_rarer_and_never_pile_up(sending: Opened) -> None:
    stage, _ = sending
    stage.silent = True
    wait(stage, 5.1)
    for _ in range(300):
        wait(stage, 1)
    assert 6 <= len(stage.events()) <= 10


def test_a_cut_connection_is_said_at_once_and_mended_on_demand(sending: Opened) -> None:
    stage, screen = sending
    stage.page.evaluate("kernel.connectionStatus = 'connecting'; window.dispatchEvent(new Event('offline'))")
    line = screen.root.get_by_role("status").filter(has_text="Connection lost at 12:00:00.")
    expect(line).to_be_visible()
    assert stage.events() == []
    screen.root.get_by_role("button", name="Try now").first.click()
    assert stage.page.evaluate("reconnects") == 1
    stage.page.evaluate("kernel.connectionStatus = 'connected'; window.dispatchEvent(new Event('online'))")
    expect(line).to_have_count(0)
    assert stage.events() == ["refresh"]


@pytest.mark.parametrize(
    ("address", "said"),
    [(None, "The kernel has ended."), ("", "This dashboard's session has ended. Reload.")],
)
def test_a_kernel_that_has_ended_is_said_with_the_way_out(
    build: Build, open_stage: Open, address: str | None, said: str
) -> None:
    stage, screen = open_stage(build(every_status), address=address)
    stage.page.evaluate("kernel.status = 'dead'")
    wait(stage, 6)
    expect(screen.root.get_by_role("status").filter(has_text=said)).to_be_visible()
    expect(screen.root.get_by_role("button", name="Reload")).to_have_count(0 if address is None else 1)
    wait(stage, 60)
    assert stage.events() == []


def test_a_busy_kernel_is_waited_for_and_not_asked_twice(sending: Opened) -> None:
    stage, screen = sending
    stage.silent = True
    stage.page.evaluate("kernel.status = 'busy'")
    wait(stage, 60)
    line = screen.root.get_by_role("status").filter(has_text="The kernel is busy with something else.")
    expect(line).to_be_visible()
    assert stage.events() == ["refresh"]
    stage.speak()
    expect(line).to_have_count(0)


def test_an_error_is_asked_about_again_until_it_is_over(build: Build, open_stage: Open) -> None:
    stage, screen = open_stage(build(only_status("Done")))
    path = stage.browser._kit._store.path
    path.rename(path.with_suffix(".gone"))
    screen.root.get_by_role("button", name="Refresh", exact=True).click()
    alert = screen.root.get_by_role("alert")
    expect(alert).to_contain_text(
        re.compile(r"does not exist: .* What you see is from 12:00:00\. Reference [0-9A-F]{6}\.")
    )
    expect(screen.root.locator("tbody.real tr")).to_have_count(1)
    path.with_suffix(".gone").rename(path)
    wait(stage, 5)
    expect(alert).to_have_count(0)


def test_a_refresh_leaves_the_order_under_the_pointer_and_brings_its_figures(sending: Opened) -> None:
    stage, screen = sending
    rows = screen.root.locator("tbody.real tr")
    before = rows.evaluate_all("rows => rows.map(row => row.dataset.id)")
    rows.nth(4).hover()
    arrived = add(stage, 99, created_at=NOW - timedelta(seconds=1))
    store = world.DuckStore(stage.browser._kit._store.path, writable=True)
    with store.writing() as session:
        world.recipient(session, 4, 1)
    wait(stage, 5.2)
    assert stage.events() == ["refresh"]
    expect(screen.root.locator(f"tr[data-id='{before[3]}'] [data-c=progress]")).to_contain_text("1")
    assert rows.evaluate_all("rows => rows.map(row => row.dataset.id)") == before
    expect(screen.root.get_by_text("Rows come and go once the pointer leaves them")).to_be_visible()
    stage.page.mouse.move(5, 5)
    expect(rows).to_have_count(10)
    expect(rows.first).to_have_attribute("data-id", arrived)


def test_a_refresh_keeps_the_text_that_is_being_typed(sending: Opened) -> None:
    stage, screen = sending
    stage.silent = True
    wait(stage, 4.9)
    search = screen.root.get_by_role("searchbox")
    search.press_sequentially("half a wor")
    stage.speak()
    wait(stage, 0.2)
    assert "refresh" in stage.events()
    expect(search).to_have_value("half a wor")
    expect(search).to_be_focused()


def test_archiving_is_about_what_was_typed_and_about_nothing_that_comes_after_the_question(
    build: Build, open_stage: Open
) -> None:
    stage, screen = open_stage(build(every_status, role="operator"), filter=CampaignFilter(period="30d"))  # type: ignore[arg-type]
    screen.root.get_by_role("searchbox").fill("Bank")  # and no time passes
    screen.root.get_by_role("button", name="Archive these…").click()
    question = screen.root.get_by_role("dialog")
    expect(question).to_contain_text("sender with Bank.")
    stage.browser._kit.campaigns.archive("00000006")
    question.get_by_role("button", name="Archive 2").click()
    changed = "the list has changed meanwhile: 1 of its campaigns can be archived now"
    expect(screen.root.get_by_role("status").filter(has_text=changed)).to_be_visible()
    assert stage.events() == ["filter", "archive-count", "archive-all"]


def test_a_refresh_keeps_focus_scroll_and_running_animations(build: Build, open_stage: Open) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        for number in range(1, 41):
            world.campaign(session, number, status="Sending", created_at=ago(minutes=number))

    stage, screen = open_stage(build(fill))
    held = screen.root.locator("tbody.real tr").nth(30)
    held.focus()
    box = screen.root.locator(".scroll.tall")
    before = box.evaluate("box => box.scrollTop")
    assert before > 0
    badge = held.locator(".ck-badge")
    badge.evaluate(
        "node => { window.badge = node; window.started = node.getAnimations({ subtree: true })[0].startTime; }"
    )
    add(stage, 99, status="Sending")
    wait(stage, 5.2)
    expect(screen.root.locator("tbody.real tr")).to_have_count(41)
    assert screen.root.locator("tr:focus .ck-badge").evaluate("node => node === window.badge")
    assert badge.page.evaluate("badge.getAnimations({ subtree: true })[0].startTime === started")
    assert abs(box.evaluate("box => box.scrollTop") - before) <= 40


def test_an_awaited_page_of_rows_takes_the_room_of_the_one_before(build: Build, open_stage: Open) -> None:
    stage, screen = open_stage(build(every_status))
    box = screen.root.locator(".scroll.tall")
    before = box.bounding_box()
    stage.silent = True
    screen.root.get_by_role("columnheader", name="Sender").get_by_role("button").click()
    wait(stage, 0.1)
    expect(screen.root.locator("tbody.real")).to_be_visible()
    wait(stage, 0.2)
    expect(screen.root.locator("tbody.real")).to_be_hidden()
    assert box.bounding_box() == before
    expect(screen.root.get_by_role("table")).to_have_attribute("aria-busy", "true")
    stage.speak()
    expect(screen.root.locator("tbody.real")).to_be_visible()
    assert box.bounding_box() == before


def test_a_press_announces_what_its_release_wishes_for_and_shows_nothing(sending: Opened) -> None:
    stage, screen = sending
    mouse, option = stage.page.mouse, screen.root.get_by_text("Done", exact=True).first
    option.hover()
    mouse.down()
    expect(screen.root.locator("tbody.real tr")).to_have_count(9)
    wish = {"event": "filter", "field": "statuses", "value": ["Done"]}
    assert stage.wishes == [{"event": "expect", "wish": wish}]
    mouse.up()
    expect(screen.root.locator(".chip")).to_have_count(1)
    expect(screen.root.locator("tbody.real tr")).to_have_count(1)
    assert stage.wishes[1] == wish | {"ask": stage.wishes[1]["ask"]}
    mouse.down()
    expect(option).to_be_visible()  # the page has answered, so what it wished is here
    assert stage.wishes[-1]["wish"] == wish | {"value": []}
    mouse.move(5, 5)
    mouse.up()
    expect(screen.root.locator("tbody.real tr")).to_have_count(1)
    assert len(stage.wishes) == 3, "whoever lets go elsewhere has not clicked"


@pytest.mark.parametrize(
    ("control", "wish"),
    [
        ("[data-do=sort][data-key=sender]", {"event": "sort", "key": "sender"}),
        ("[data-do=view][data-view=archive]", {"event": "view", "view": "archive"}),
        ("[data-field=period][value='24h']", {"event": "filter", "field": "period", "value": "24h"}),
        ("[data-field=period][value=all]", None),
        ("[data-do=page][data-to=next]", None),
        ("tbody.real tr:nth-child(2) [data-do=open]", {"event": "open", "id": SECOND}),
        ("tbody.real tr:nth-child(2) td:last-child", {"event": "open", "id": SECOND}),
        ("tbody.real tr:nth-child(2) [data-do=menu]", None),
        ("tbody.real tr:nth-child(2) .copy", None),
        ("[data-do=refresh]", None),
    ],
)
def test_a_press_on_what_only_looks_is_announced(
    sending: Opened, control: str, wish: dict[str, str] | None
) -> None:
    stage, screen = sending
    found = screen.root.locator(control).first
    target = found.locator("xpath=ancestor::label") if control.startswith("[data-field") else found
    target.dispatch_event("pointerdown", {"button": 0, "pointerType": "mouse", "bubbles": True})
    assert stage.wishes == ([{"event": "expect", "wish": wish}] if wish else [])


def test_a_press_on_another_tab_is_announced(sending: Opened) -> None:
    stage, screen = sending
    screen.root.locator("tbody.real tr").first.click()
    tabs = screen.root.get_by_role("tab")
    expect(tabs).to_have_count(5)
    stage.wishes.clear()
    for number in (0, 4):
        tabs.nth(number).dispatch_event("pointerdown", {"button": 0, "pointerType": "mouse", "bubbles": True})
    assert stage.wishes == [{"event": "expect", "wish": {"event": "tab", "tab": "audit"}}]
    tabs.nth(4).click()
    expect(screen.root.get_by_text("Nobody has done anything to this campaign.")).to_be_visible()


def test_nothing_is_announced_by_a_touch_or_while_an_answer_is_awaited(sending: Opened) -> None:
    stage, screen = sending
    head = screen.root.locator("[data-do=sort][data-key=sender]")
    head.dispatch_event("pointerdown", {"button": 0, "pointerType": "touch", "bubbles": True})
    head.dispatch_event("pointerdown", {"button": 2, "pointerType": "mouse", "bubbles": True})
    assert stage.events() == []
    stage.silent = True
    screen.root.get_by_role("button", name="Refresh").first.click()
    head.dispatch_event("pointerdown", {"button": 0, "pointerType": "mouse", "bubbles": True})
    assert stage.events() == ["refresh"]


def test_rows_stand_before_the_numbers_around_them_and_those_of_the_list_before_stay_till_then(
    sending: Opened,
) -> None:
    stage, screen = sending
    rows, around = screen.root.locator("tbody.real tr"), screen.root.locator(".cnt, .foot b, .n")
    campaigns, before, seen = stage.browser._kit.campaigns, around.all_text_contents(), []
    tally = campaigns._tally

    def watched(*asked: Any) -> Any:
        seen.append((rows.count(), around.all_text_contents() == before))
        return tally(*asked)

    with mock.patch.object(campaigns, "_tally", watched):
        screen.root.get_by_role("checkbox", name="Done").dispatch_event("click")  # without a press before it
        expect(screen.root.locator(".chip")).to_have_count(1)
    assert seen == [(1, True)]
    assert around.all_text_contents() != before
