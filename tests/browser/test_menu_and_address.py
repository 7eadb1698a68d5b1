"""The row menu, the address of a dashboard, and a list that is copied as code, command or link."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from campaignkit import CampaignFilter, Kit
from campaignkit.cli.commands import campaign_list
from campaignkit.cli.parser import parse
from campaignkit.domain.lists import CampaignList
from campaignkit.ui import CampaignBrowser
from tests import world
from tests.browser.screen import Screen
from tests.browser.stage import ADDRESS, Stage
from tests.services.conftest import build, kit

__all__ = ["build", "kit"]

Opened = tuple[Stage, Screen]
FOURTH = "00000004-0000-0000-0000-000000000000"


@pytest.fixture
def open_stage(new_page: Any) -> Callable[..., Opened]:
    def opened(kit: Kit, *, query: str | None = None, **options: Any) -> Opened:
        page: Page = new_page(
            viewport={"width": 1300, "height": 700}, permissions=["clipboard-read", "clipboard-write"]
        )
        stage = Stage(page, CampaignBrowser(kit, address=query, **options))
        screen = stage.open(f"?{query}" if query else "")
        page.locator(".ck tbody.real tr").first.wait_for()
        return stage, screen

    return opened


def row(screen: Screen, number: int) -> Locator:
    return screen.root.locator("tbody.real tr").nth(number)


def copied(screen: Screen) -> str:
    return str(screen.page.evaluate("navigator.clipboard.readText()"))


def address(screen: Screen) -> dict[str, list[str]]:
    return parse_qs(urlsplit(screen.page.url).query)


# ── the menu ────────────────────────────────────────────────────────────────


def test_the_keyboard_opens_a_row_s_menu_walks_it_and_comes_back(kit: Kit, open_stage: Any) -> None:
    stage, screen = open_stage(kit)
    keyboard = screen.page.keyboard
    row(screen, 3).focus()
    keyboard.press("Shift+F10")
    button = screen.root.get_by_role("button", name="More actions for 00000004")
    expect(button).to_have_attribute("aria-expanded", "true")
    items = screen.root.get_by_role("menu", name="More actions for 00000004").get_by_role("menuitem")
    assert items.all_inner_texts() == ["Open", "Copy ID"], "a notebook has no address to open or hand out"
    expect(items.first).to_be_focused()
    keyboard.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    keyboard.press("ArrowDown")
    expect(items.first).to_be_focused()
    keyboard.press("ArrowUp")
    expect(items.nth(1)).to_be_focused()
    keyboard.press("Escape")
    expect(items).to_have_count(0)
    expect(button).to_be_focused()
    expect(button).not_to_have_attribute("aria-expanded", "true")
    keyboard.press("Enter")
    keyboard.press("End")
    keyboard.press("Enter")
    expect(button).to_be_focused()
    assert copied(screen) == FOURTH
    assert stage.wishes == []


def test_the_mouse_opens_and_closes_the_menu_which_no_scroll_box_clips(kit: Kit, open_stage: Any) -> None:
    _, screen = open_stage(kit)
    button = screen.root.get_by_role("button", name="More actions for 00000009")
    button.click()
    menu = screen.root.get_by_role("menu")
    expect(menu.get_by_role("menuitem")).to_have_count(2)
    assert menu.evaluate("node => node.matches(':popover-open')")
    button.click()
    expect(menu).to_have_count(0)
    button.click()
    menu.get_by_role("menuitem", name="Open").click()
    expect(screen.root.get_by_role("heading", level=1)).to_contain_text("00000009")


def test_a_refresh_leaves_an_open_menu_where_it_is(kit: Kit, open_stage: Any) -> None:
    stage, screen = open_stage(kit)
    row(screen, 3).focus()
    screen.page.keyboard.press("Shift+F10")
    screen.page.keyboard.press("ArrowDown")
    item = screen.root.get_by_role("menuitem", name="Copy ID")
    before = item.bounding_box()
    store = world.DuckStore(kit._store.path, writable=True)  # type: ignore[attr-defined]
    with store.writing() as session:
        world.campaign(session, 99, created_at=world.NOW)
        world.recipient(session, 4, 1)
    stage.browser._receive(stage.browser, {"event": "refresh"}, [])
    stage.tell()
    expect(item).to_be_focused()
    expect(screen.root.get_by_role("button", name="More actions for 00000004")).to_have_attribute(
        "aria-expanded", "true"
    )
    after = item.bounding_box()
    assert before and after and after["x"] == before["x"]


# ── the address ─────────────────────────────────────────────────────────────


def test_the_address_follows_the_list_and_a_notebook_s_does_not_move(kit: Kit, open_stage: Any) -> None:
    _, screen = open_stage(kit, query="theme=dark")
    screen.root.get_by_role("checkbox", name="Failed").check()
    expect(screen.root.locator(".chip")).to_have_count(1)
    screen.root.get_by_role("columnheader", name="Sender").get_by_role("button").click()
    expect(screen.root.get_by_role("columnheader", name="Sender")).to_have_attribute("aria-sort", "ascending")
    assert address(screen) == {"theme": ["dark"], "status": ["Failed"], "sort": ["sender"]}
    expect(screen.page).to_have_title("Campaigns: Failed, by sender")
    assert screen.page.evaluate("history.length") == 2, (
        "filters replace the address: Back leaves the dashboard"
    )
    _, screen = open_stage(kit)
    screen.root.get_by_role("checkbox", name="Failed").check()
    expect(screen.root.locator(".chip")).to_have_count(1)
    assert screen.page.url == ADDRESS


def test_a_link_opens_what_its_sender_saw(kit: Kit, open_stage: Any) -> None:
    _, sender = open_stage(kit, query="theme=dark")
    sender.root.get_by_role("checkbox", name="Done").check()
    sender.root.get_by_role("checkbox", name="Sending").check()
    expect(sender.root.locator("tbody.real tr")).to_have_count(2)
    sender.root.get_by_role("button", name="Copy as").click()
    sender.root.get_by_role("menuitem", name="Link").click()
    link = urlsplit(copied(sender))
    assert f"{link.scheme}://{link.netloc}{link.path}" == ADDRESS and "theme" not in link.query
    _, reader = open_stage(kit, query=link.query)
    expect(reader.root.get_by_text("Status: Sending, Done")).to_be_visible()
    expect(reader.root.get_by_role("checkbox", name="Done")).to_be_checked()
    expect(reader.root.locator("tbody.real tr")).to_have_count(2)


def test_back_and_forward_walk_between_the_list_and_its_campaigns(kit: Kit, open_stage: Any) -> None:
    _, screen = open_stage(kit, query="status=Sending&status=Done")
    title = screen.root.get_by_role("heading", level=1)
    row(screen, 0).click()
    expect(title).to_contain_text("00000004")
    assert address(screen) == {"status": ["Sending", "Done"], "campaign": [FOURTH]}
    screen.page.go_back()
    expect(screen.root.locator("tbody.real tr")).to_have_count(2)
    expect(title).to_have_text("Campaigns")
    screen.page.go_forward()
    expect(title).to_contain_text("00000004")
    screen.page.keyboard.press("Escape")
    expect(title).to_have_text("Campaigns")
    assert address(screen) == {"status": ["Sending", "Done"]}


def test_a_campaign_s_link_opens_that_campaign_alone(kit: Kit, open_stage: Any) -> None:
    _, screen = open_stage(kit, query="status=Sending&theme=dark")
    screen.root.get_by_role("button", name="More actions for 00000004").click()
    items = screen.root.get_by_role("menuitem")
    assert items.all_inner_texts() == ["Open", "Open in new tab", "Copy ID", "Copy link"]
    items.nth(3).click()
    assert copied(screen) == f"{ADDRESS}?campaign={FOURTH}"
    assert "campaign=" in str(screen.root.get_by_role("link", name="00000004").get_attribute("href"))


# ── copy as ─────────────────────────────────────────────────────────────────


def test_the_copied_cell_runs_and_the_copied_command_asks_the_same(kit: Kit, open_stage: Any) -> None:
    _, screen = open_stage(kit)
    screen.root.get_by_role("checkbox", name="Failed").check()
    screen.root.get_by_role("searchbox").fill("bank")
    expect(screen.root.locator(".chip")).to_have_count(2)
    wanted = CampaignFilter(statuses={"Failed"}, search="bank")  # type: ignore[arg-type]
    screen.root.get_by_role("button", name="Copy as").click()
    screen.root.get_by_role("menuitem", name="Python cell").click()
    *setup, last = copied(screen).split("\n\n")
    names: dict[str, Any] = {"kit": kit}
    exec("\n".join(setup), names)
    assert eval(last, names)["external_id"].to_list() == [
        r.external_id for r in kit.campaigns.page(wanted).rows
    ]
    screen.root.get_by_role("button", name="Copy as").click()
    screen.root.get_by_role("menuitem", name="Command line").click()
    program, *words = shlex.split(copied(screen))
    assert (program, campaign_list(parse(words))) == ("campaignkit", CampaignList(filter=wanted))
