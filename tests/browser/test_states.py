"""How the list looks in each of its states, and what a reader of the screen is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from campaignkit import Kit
from campaignkit.ui import CampaignBrowser
from tests import world
from tests.browser.screen import Screen
from tests.browser.stage import Stage
from tests.services.conftest import Build, build, every_status, kit

__all__ = ["build", "kit"]

Opened = tuple[Stage, Screen]
NOTHING_YET = """() => {
  gone();
  document.getElementById("stage").replaceChildren();
  told({ listing: {}, tiles: {}, detail: null, notice: null, answered: null });
  return show();
}"""


@pytest.fixture
def open_stage(new_page: Any) -> Callable[..., Opened]:
    def opened(kit: Kit, width: int = 1300, **options: Any) -> Opened:
        page: Page = new_page(viewport={"width": width, "height": 900}, **options)
        page.clock.install()
        stage = Stage(page, CampaignBrowser(kit))
        return stage, stage.open()

    return opened


def places(screen: Screen, *selectors: str) -> list[Any]:
    return [screen.root.locator(selector).first.bounding_box() for selector in selectors]


def test_the_first_load_is_grey_bars_in_the_places_of_what_comes(kit: Kit, open_stage: Any) -> None:
    stage, screen = open_stage(kit)
    steady = (".kpis", "fieldset[data-group=search]", "thead", ".scroll.tall")
    there = places(screen, *steady)
    stage.page.evaluate(NOTHING_YET)
    stage.page.clock.run_for(150)
    expect(screen.root.locator(".skel").first).to_be_hidden()
    stage.page.clock.run_for(100)
    expect(screen.root.locator(".kpis .skel").first).to_be_visible()
    expect(screen.root.locator("tbody.ghost tr").first).to_be_visible()
    assert places(screen, *steady[:3]) == there[:3]
    stage.tell()
    expect(screen.root.locator("tbody.real tr")).to_have_count(9)
    expect(screen.root.locator("tbody.ghost tr").first).to_be_hidden()
    assert places(screen, *steady) == there


def test_a_new_workspace_says_when_campaigns_will_appear(build: Build, open_stage: Any) -> None:
    _, screen = open_stage(build(lambda session: world.workspace(session, "retail"), workspace="retail"))
    expect(screen.root.get_by_role("heading", name="No campaigns yet")).to_be_visible()
    expect(screen.root.get_by_text("They appear here once a moderator approves them.")).to_be_visible()
    expect(screen.root.get_by_role("button", name="Clear all filters")).to_have_count(0)


def test_an_empty_result_offers_only_the_chips_that_hide_something(kit: Kit, open_stage: Any) -> None:
    _, screen = open_stage(kit)
    screen.root.get_by_role("checkbox", name="Trigger").check()
    screen.root.get_by_role("checkbox", name="Expired").check()
    screen.root.get_by_role("radio", name="Last hour").check()
    expect(screen.root.locator(".chip")).to_have_count(3)
    expect(screen.root.get_by_text("Clear them to see the whole list.")).to_be_visible()
    screen.root.get_by_role("radio", name="All time").check()
    empty = screen.root.locator(".empty")
    expect(empty.get_by_role("button", name=re.compile("^Without"))).to_have_text(
        ["Without Status2", "Without Mode1"]
    )


def test_what_the_source_does_not_tell_is_said_and_never_zero_or_blank(build: Build, open_stage: Any) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, mode=None, total=None, status="Sending")

    _, screen = open_stage(build(fill))
    mode = screen.root.locator("tbody.real td[data-c=mode]")
    expect(mode).to_have_text("not provided")
    expect(mode.locator("[title='not provided by this source']")).to_have_count(1)
    expect(screen.root.locator("fieldset[data-group=modes]")).to_contain_text("not provided by this source")
    expect(screen.root.locator("tbody.real td[data-c=progress]")).to_have_text("total unknown")


def test_a_cell_that_cannot_be_opened_is_no_button_and_says_why(build: Build, open_stage: Any) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, status="Done")
        cells = [("UNDELIV", None), ("UNDELIV", ""), (None, "alfa"), ("UNDELIV", "alfa")]
        for number, (code, esme) in enumerate(cells):
            world.recipient(session, 1, number, sms_result="failed", smpp_code=code, esme=esme)

    stage, screen = open_stage(build(fill))
    stage.browser._receive(stage.browser, {"event": "open", "id": "00000001"}, [])
    stage.browser._receive(stage.browser, {"event": "tab", "tab": "errors"}, [])
    stage.tell()
    heatmap = screen.root.get_by_role("table", name="Failed messages by SMPP code and channel")
    (one,) = heatmap.get_by_role("button").all()
    expect(one).to_have_accessible_name(re.compile("^UNDELIV on alfa: 1,"))
    expect(heatmap.get_by_title("These rows name no channel")).to_have_count(2)
    expect(heatmap.get_by_title("These rows name no code")).to_have_count(1)
    expect(heatmap.get_by_role("columnheader", name="no channel")).to_have_count(2)


def test_an_export_that_is_being_written_says_how_far_it_is_in_percent_alone(
    build: Build, open_stage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(tmp_path / "exports"))
    kit = build(every_status, role="operator")
    stage, screen = open_stage(kit)
    kit.exports.request("00000006")
    stage.browser._receive(stage.browser, {"event": "open", "id": "00000006"}, [])
    stage.browser._receive(stage.browser, {"event": "tab", "tab": "export"}, [])
    value = stage.browser.detail
    rows = [row | {"status": "Running", "progress": 0.427} for row in value["panel"]["rows"]]
    stage.browser.detail = value | {"panel": value["panel"] | {"rows": rows}}
    stage.silent = True  # or the next answer is that it is Queued
    stage.tell()
    bar = screen.root.get_by_role("progressbar")
    expect(bar).to_have_text("42%")
    expect(bar).to_have_attribute("aria-valuenow", "42")


def test_every_part_has_the_role_and_the_name_that_readers_hear(kit: Kit, open_stage: Any) -> None:
    _, screen = open_stage(kit)
    root = screen.root
    expect(root.get_by_role("checkbox", name="Done, 1", exact=True)).to_be_visible()
    root.get_by_role("checkbox", name="Done, 1", exact=True).check()
    expect(root.get_by_role("form", name="Filters")).to_be_visible()
    expect(root.get_by_role("group", name="Active filters")).to_be_visible()
    for button in ("Edit filter Status", "Remove filter Status", "Clear all filters"):
        expect(root.get_by_role("button", name=button)).to_be_visible()
    table = root.get_by_role("table", name="Campaigns")
    expect(table).to_have_attribute("aria-description", "Done")
    expect(table).to_have_attribute("aria-busy", "false")
    expect(root.get_by_role("button", name="More actions for 00000006")).to_have_attribute(
        "aria-haspopup", "menu"
    )
    tiles = root.locator(".kpi")
    for number in range(5):
        tile = tiles.nth(number)
        tile.focus()
        tip = root.locator(f"[id='{tile.get_attribute('aria-describedby')}']")
        expect(tip).to_be_visible()
        expect(tip).to_have_attribute("role", "tooltip")
        screen.page.keyboard.press("Escape")
        expect(tip).to_be_hidden()
        expect(tile).to_be_focused()
    root.get_by_role("button", name="Edit filter Status").click()
    expect(root.get_by_role("checkbox", name="Done, 1", exact=True)).to_be_focused()


@pytest.mark.parametrize("width", [390, 900, 1280, 1920])
def test_nothing_scrolls_sideways_and_every_row_keeps_its_menu(kit: Kit, open_stage: Any, width: int) -> None:
    _, screen = open_stage(kit, width)
    expect(screen.root.locator("tbody.real tr")).to_have_count(9)
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    button = screen.root.get_by_role("button", name="More actions for 00000001")
    button.click()
    menu = screen.root.get_by_role("menu")
    box = menu.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width


def test_reduced_motion_keeps_the_ring_and_drops_the_breathing(kit: Kit, open_stage: Any) -> None:
    _, screen = open_stage(kit, reduced_motion="reduce")
    live = screen.root.locator(".ck-badge[data-live]").first
    assert live.evaluate("node => getComputedStyle(node).boxShadow") != "none"
    assert screen.root.evaluate("node => node.getAnimations({ subtree: true }).length") == 0
