"""The live board on a wall, on a laptop, on a phone and on paper."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from campaignkit.ui import LiveBoard
from tests import world
from tests.browser.stage import Stage
from tests.services.conftest import Build, build
from tests.services.test_board import fill, messages

__all__ = ["build"]

SMALLEST = """() => Math.min(...[...document.querySelectorAll(".ck.board *")]
  .filter(node => node.getClientRects().length && !node.closest(".sr")
    && [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
  .map(node => parseFloat(getComputedStyle(node).fontSize)))"""
WITHIN = "document.documentElement.scrollWidth <= innerWidth"


def crowd(session: world.Session) -> None:
    """The four of the service's tests, and six more."""
    fill(session)
    for number in range(20, 26):
        world.campaign(
            session, number, status="Sending", saddr=f"Crowd {number}", updated_at=world.NOW, total=99
        )
        messages(session, number, 30, since=60)


def shown(build: Build, page: Page, what: Any = fill, **options: Any) -> Stage:
    stage = Stage(page, LiveBoard(build(what), **{"address": ""} | options))
    stage.open()
    page.locator(".ck.board .camp, .ck.board .none").first.wait_for()
    return stage


def test_the_worst_stands_first_in_words_and_the_sums_stand_above(build: Build, page: Page) -> None:
    shown(build, page)
    lines = page.locator(".camp")
    expect(lines.locator("h2")).to_have_text(["Stalled", "Low", "Slow", "Well"])
    expect(lines.nth(0).locator(".why")).to_have_text(
        "StalledNo message for 12 min, although 50 wait. BIND_FAILED: bind refused 5 min ago"
    )
    expect(lines.nth(1).locator(".why")).to_have_text(
        re.compile(r"^Low delivery\d\d points under what is usual since 11:2\d, on beta only\.$")
    )
    expect(lines.nth(2).locator(".why")).to_have_text(
        re.compile(r"^Too slowAt this rate it is through 1\d:\d\d, ")
    )
    expect(lines.nth(3).locator(".why")).to_have_count(0)
    expect(lines.nth(3).locator(".end b")).to_have_text("12:10")
    expect(page.locator("header dl")).to_have_text(
        re.compile("campaigns4.*stalled1.*low1.*delivered, last hour")
    )
    expect(page.locator("footer")).to_contain_text("1 paused, next opens Tue 07:00")
    expect(page.locator("footer")).to_contain_text("Data as of 12:00:00 · UTC")
    expect(page).to_have_title("1 stalled, 1 low delivery, 1 too slow · Live board")
    expect(page.get_by_role("img").nth(1)).to_have_attribute(
        "aria-label", re.compile(r"\d\d% now, usually 90%")
    )


@pytest.mark.parametrize("width", [1280, 1920, 3840])
def test_on_a_wall_nothing_is_smaller_than_four_metres_allow_and_five_rows_fit(
    build: Build, new_page: Any, width: int
) -> None:
    page: Page = new_page(viewport={"width": width, "height": width * 9 // 16})
    shown(build, page, crowd)
    assert page.evaluate(SMALLEST) >= width * 26 / 1920 - 0.01
    assert page.locator(".camp:visible").count() == 5
    assert page.evaluate(WITHIN) and page.evaluate(
        "document.querySelector('.board').scrollHeight <= innerHeight"
    ), "nobody scrolls a wall"
    page.get_by_role("button", name="and 5 more").click()
    assert page.locator(".camp:visible").count() == 10


@pytest.mark.parametrize("width", [390, 900])
def test_on_a_narrow_page_each_campaign_is_a_card_and_all_are_there(
    build: Build, new_page: Any, width: int
) -> None:
    page: Page = new_page(viewport={"width": width, "height": 800})
    shown(build, page, crowd)
    assert page.evaluate(WITHIN)
    assert page.evaluate(SMALLEST) >= 12
    assert page.locator(".camp:visible").count() == 10


def test_on_paper_all_campaigns_are_there_and_no_controls(build: Build, new_page: Any) -> None:
    page: Page = new_page(viewport={"width": 1280, "height": 720})
    shown(build, page, crowd)
    page.emulate_media(media="print")
    assert page.locator(".camp:visible").count() == 10
    assert page.locator("footer button:visible").count() == 0


def test_it_asks_again_by_itself_until_it_is_switched_off_and_says_that_it_is(
    build: Build, page: Page
) -> None:
    stage = shown(build, page, refresh=1)
    switch = page.get_by_role("switch", name="Refresh every 1 s")
    expect(switch).to_have_attribute("aria-checked", "true")
    while not stage.wishes:
        page.wait_for_timeout(50)
    assert stage.wishes[0]["event"] == "refresh" and stage.wishes[0]["quiet"] is True
    switch.click()
    expect(page.get_by_role("switch", name="Refresh is off")).to_have_attribute("aria-checked", "false")
    assert "off" in str(page.locator(".asof").get_attribute("class"))


def test_what_is_old_is_never_shown_as_if_it_were_new(build: Build, page: Page) -> None:
    stage = shown(build, page)
    path = stage.browser._kit._store.path
    gone = path.rename(path.with_suffix(".gone"))
    page.locator(".ck").focus()
    page.keyboard.press("r")
    expect(page.get_by_role("alert")).to_contain_text(
        "The database is not there. What you see is from 12:00:00."
    )
    expect(page.locator(".ck.board.old .asof")).to_be_visible()
    assert page.locator(".camp").count() == 4
    gone.rename(path)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".ck.board.old")).to_have_count(0)


def test_a_board_on_which_nothing_is_sending_says_so_and_what_comes_next(build: Build, page: Page) -> None:
    def idle(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, status="Pending", start_at=world.NOW + timedelta(hours=1))

    shown(build, page, idle)
    expect(page.locator(".none")).to_have_text("Nothing is sending now.")
    expect(page.locator("footer")).to_contain_text("1 pending, next starts 13:00")


def test_a_campaign_on_the_wall_leads_to_its_page_and_the_board_fills_the_screen(
    build: Build, page: Page
) -> None:
    shown(build, page)
    link = page.get_by_role("link", name="Stalled")
    expect(link).to_have_attribute("href", "campaign.ipynb?campaign=00000002-0000-0000-0000-000000000000")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement === document.documentElement")
    expect(page.get_by_role("button", name="Full screen")).to_be_hidden()
    page.keyboard.press("f")
    page.wait_for_function("!document.fullscreenElement")


def test_in_a_notebook_the_board_is_part_of_the_page(build: Build, page: Page) -> None:
    shown(build, page, address=None)
    assert page.locator(".ck.board").evaluate("node => getComputedStyle(node).position") == "static"
    assert page.locator(".camp a").count() == 0
