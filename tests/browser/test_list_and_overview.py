"""Every interaction of the list and the Overview, in Chromium against JupyterLab and against Voila.

What the page shows is compared with what the package answers for the same database.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

import campaignkit
from campaignkit import CampaignFilter, Kit
from tests import world
from tests.browser.screen import Screen

HOSTILE = UUID("feed0000-0000-4000-8000-00000000beef")
PAYLOAD = '<img src=x onerror="window.stolen=1">'
WIDE = {"width": 1720, "height": 1000}  # in JupyterLab the cell is narrower than the window


@pytest.fixture(scope="module", autouse=True)
def hostile(sample: Path) -> str:
    """Put a campaign into the sample that is markup wherever a text can stand; return its id."""
    store = world.DuckStore(sample, writable=True)
    with store.writing() as session:
        owner = session.rows("workspaces/all", {})[0]["workspace_id"]
        world.campaign(
            session, 10**9, owner,
            external_id=HOSTILE, saddr=PAYLOAD, name=PAYLOAD, author_name=PAYLOAD,
            created_at=datetime.now(UTC) - timedelta(days=400),
        )  # fmt: skip
        world.recipient(session, 10**9, 1, error=PAYLOAD, esme=PAYLOAD, smpp_code=PAYLOAD)
        world.insert(
            session, "core.state_events",
            event_id=10**9, campaign_id=10**9, phase=PAYLOAD, reason=PAYLOAD, occurred_at=datetime.now(UTC),
        )  # fmt: skip
    return str(HOSTILE)


@pytest.fixture
def kit(sample: Path) -> Kit:
    """Return what the package answers for the same database."""
    return campaignkit.open(sample, workspace="master")


@pytest.fixture(params=["lab", "voila"])
def screen(request: pytest.FixtureRequest, new_page: Any) -> Screen:
    """Return the list in JupyterLab and in Voila."""
    page = new_page(viewport=WIDE)
    if request.param == "lab":
        request.getfixturevalue("lab").open(page, "01_campaigns.ipynb", until=".ck tbody.real tr")
    else:
        request.getfixturevalue("voila").open(page, until=".ck tbody.real tr")
    return Screen.of(page)


def row_ids(screen: Screen) -> list[str]:
    return screen.root.locator("tbody.real tr").evaluate_all("rows => rows.map(row => row.dataset.id)")  # type: ignore[no-any-return]


def expect_rows(screen: Screen, ids: list[str]) -> None:
    """Wait until the table shows exactly these campaigns in this order."""
    rows = screen.root.locator("tbody.real tr")
    expect(rows).to_have_count(len(ids))
    for place in {0, len(ids) // 2, len(ids) - 1} & set(range(len(ids))):
        expect(rows.nth(place)).to_have_attribute("data-id", ids[place])
    assert row_ids(screen) == ids


def ids_of(kit: Kit, filter: CampaignFilter = CampaignFilter(), **order: object) -> list[str]:
    return [row.external_id for row in kit.campaigns.page(filter, **order).rows]  # type: ignore[arg-type]


def head(screen: Screen, name: str) -> Locator:
    return screen.root.get_by_role("columnheader", name=name)


def test_the_tiles_and_the_first_page_are_what_the_package_answers(screen: Screen, kit: Kit) -> None:
    kpis = kit.campaigns.kpis()
    for name, number in (
        ("Total campaigns", kpis.total),
        ("Active", kpis.active),
        ("Completed", kpis.completed),
        ("Errors", kpis.errors),
        ("SMS Sent", kpis.sms_sent),
    ):
        tile = screen.root.locator(".kpi").filter(
            has=screen.page.locator("dt", has_text=re.compile(f"^{name}$"))
        )
        expect(tile.locator(".v")).to_have_text(f"{number:,}")
    expect_rows(screen, ids_of(kit))
    expect(screen.root.get_by_role("table", name="Campaigns")).to_have_attribute("aria-busy", "false")


def test_the_total_tile_breaks_down_on_focus_and_adds_up(screen: Screen, kit: Kit) -> None:
    tile = screen.root.locator(".kpi").first
    tile.focus()
    tip = tile.get_by_role("tooltip")
    expect(tip).to_be_visible()
    numbers = [int(text.replace(",", "")) for text in tip.locator("td:last-child").all_inner_texts()]
    assert sum(numbers[:-1]) == numbers[-1] == kit.campaigns.kpis().total


def test_a_status_filters_at_once_and_its_chip_takes_it_back(screen: Screen, kit: Kit) -> None:
    screen.root.get_by_role("checkbox", name="Failed").check()
    expect_rows(screen, ids_of(kit, CampaignFilter(statuses={"Failed"})))  # type: ignore[arg-type]
    screen.root.get_by_role("checkbox", name="Expired").check()
    both = CampaignFilter(statuses={"Failed", "Expired"})  # type: ignore[arg-type]
    expect_rows(screen, ids_of(kit, both))
    expect(screen.root.get_by_text("Status: Failed, Expired")).to_be_visible()
    expect(screen.root.locator(".cnt")).to_contain_text(f"{kit.campaigns.count(both)} campaigns match")
    screen.root.get_by_role("button", name="Remove filter Status").click()
    expect_rows(screen, ids_of(kit))
    expect(screen.root.get_by_role("checkbox", name="Failed")).not_to_be_checked()


def test_period_mode_and_workspace_narrow_and_clear_all_widens(screen: Screen, kit: Kit) -> None:
    screen.root.get_by_role("radio", name="Last 30 days").check()
    screen.root.get_by_role("checkbox", name="OnDemand").check()
    workspace = kit.viewer.workspaces[0]
    screen.root.locator(f"input[data-field=workspaces][value='{workspace}']").check()
    wanted = CampaignFilter(period="30d", modes={"OnDemand"}, workspaces={workspace})  # type: ignore[arg-type]
    expect(screen.root.locator(".chip")).to_have_count(3)
    expect(screen.root.locator(".cnt")).to_contain_text(f"{kit.campaigns.count(wanted)} campaign")
    screen.root.get_by_role("button", name="Clear all filters").first.click()
    expect(screen.root.locator(".chip")).to_have_count(0)
    expect_rows(screen, ids_of(kit))


def test_search_filters_while_typing_and_never_takes_the_caret(screen: Screen, kit: Kit) -> None:
    search = screen.root.get_by_role("searchbox")
    screen.root.locator("tbody.real tr").first.focus()
    screen.page.keyboard.press("/")
    expect(search).to_be_focused()
    search.press_sequentially("acme", delay=20)
    expect_rows(screen, ids_of(kit, CampaignFilter(search="acme")))
    expect(search).to_be_focused()
    expect(search).to_have_value("acme")
    search.press_sequentially("zz")
    expect(screen.root.get_by_role("heading", name="No campaigns match these filters")).to_be_visible()
    screen.root.locator(".empty").get_by_role("button", name=re.compile("^Without Search")).click()
    expect_rows(screen, ids_of(kit))
    expect(search).to_have_value("")


def test_an_id_prefix_finds_its_campaign(screen: Screen, kit: Kit) -> None:
    wanted = ids_of(kit)[7]
    screen.root.get_by_role("searchbox").fill(wanted[:13].upper())
    expect_rows(screen, [wanted])


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("Sender", "ascending", "descending"),
        ("Start", "descending", "ascending"),
        ("Created", "ascending", "descending"),  # newest first is how the list begins
    ],
)
def test_three_heads_sort_by_mouse_and_by_keyboard(
    screen: Screen, kit: Kit, column: str, first: str, second: str
) -> None:
    button = head(screen, column).get_by_role("button")
    button.click()
    expect(head(screen, column)).to_have_attribute("aria-sort", first)
    expect_rows(screen, ids_of(kit, sort=column.lower(), descending=first == "descending"))
    button.focus()
    screen.page.keyboard.press("Enter")
    expect(head(screen, column)).to_have_attribute("aria-sort", second)
    expect_rows(screen, ids_of(kit, sort=column.lower(), descending=second == "descending"))
    expect(button).to_be_focused()


def test_only_three_heads_sort(screen: Screen) -> None:
    assert screen.root.locator("th[aria-sort]").all_inner_texts() == ["Sender", "Start", "Created"]


def test_pages_lead_on_and_back(screen: Screen, kit: Kit) -> None:
    foot = screen.root.get_by_role("navigation", name="Pages")
    first = kit.campaigns.page()
    second = kit.campaigns.page(after=first.next)
    foot.get_by_role("button", name="Next").click()
    expect_rows(screen, [row.external_id for row in second.rows])
    expect(foot).to_contain_text(f"51–{50 + len(second.rows)} of {first.total}")
    foot.get_by_role("button", name="Previous").click()
    expect_rows(screen, [row.external_id for row in first.rows])


def test_a_row_opens_the_overview_and_back_keeps_filter_page_and_focus(screen: Screen, kit: Kit) -> None:
    screen.root.get_by_role("searchbox").fill("a")
    wanted = CampaignFilter(search="a")
    first = kit.campaigns.page(wanted)
    expect(screen.root.get_by_text("Search: a")).to_be_visible()
    second = kit.campaigns.page(wanted, after=first.next)
    screen.root.get_by_role("button", name="Next").click()
    expect_rows(screen, [row.external_id for row in second.rows])
    chosen = second.rows[2]
    screen.root.locator(f"tr[data-id='{chosen.external_id}'] td[data-c=sender]").click()
    expect(screen.root.get_by_role("heading", level=1)).to_contain_text(chosen.external_id[:8])
    screen.root.get_by_role("navigation", name="Breadcrumb").get_by_text("Campaigns").click()
    expect_rows(screen, [row.external_id for row in second.rows])
    expect(screen.root.get_by_text("Search: a")).to_be_visible()
    expect(screen.root.locator(f"tr[data-id='{chosen.external_id}']")).to_be_focused()


def test_the_keyboard_alone_reaches_a_campaign_and_comes_back(screen: Screen, kit: Kit) -> None:
    ids = ids_of(kit)
    rows = screen.root.locator("tbody.real tr")
    rows.first.focus()
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    assert rows.evaluate_all("rows => rows.filter(row => row.tabIndex === 0).length") == 1, "one tab stop"
    screen.page.keyboard.press("Enter")
    expect(screen.root.get_by_role("heading", level=1)).to_contain_text(ids[2][:8])
    screen.page.keyboard.press("Escape")
    expect(rows.nth(2)).to_be_focused()


def test_the_overview_s_parts_add_up_to_the_package_s_verdicts(screen: Screen, kit: Kit) -> None:
    largest = max(
        kit.campaigns.page(CampaignFilter(statuses={"Done", "Sending"})).rows, key=lambda row: row.sent
    )  # type: ignore[arg-type]
    shown = kit.campaigns.show(largest.external_id)
    screen.root.get_by_role("searchbox").fill(largest.external_id)
    screen.root.locator(f"tr[data-id='{largest.external_id}']").click()
    legend = screen.root.locator("table.leg")
    expect(legend).to_be_visible()
    numbers = [int(text.replace(",", "")) for text in legend.locator("td:nth-child(2)").all_inner_texts()]
    assert sum(numbers[:-1]) == numbers[-1] == sum(shown.verdicts.values())
    expect(screen.root.get_by_text("Messages sent per day")).to_be_visible()
    screen.root.get_by_role("button", name="Show as table").click()
    days = kit.campaigns.activity(largest.external_id).rows
    table = screen.root.locator("section", has=screen.page.get_by_text("Messages sent per day")).locator(
        "table tbody tr"
    )
    expect(table).to_have_count(len(days))
    history = kit.campaigns.history(largest.external_id).rows
    expect(screen.root.locator("table.hist tbody tr")).to_have_count(len(history))


def test_a_refresh_brings_what_is_new_and_keeps_the_focus(screen: Screen, kit: Kit, sample: Path) -> None:
    rows = screen.root.locator("tbody.real tr")
    held = rows.nth(3).get_attribute("data-id")
    rows.nth(3).focus()
    arrived = str(arrive(sample, kit.viewer.workspaces[0]))
    screen.page.keyboard.press("r")
    expect(rows.first).to_have_attribute("data-id", arrived)
    expect(screen.root.locator(f"tr[data-id='{held}']")).to_be_focused()
    expect_rows(screen, ids_of(kit))


def arrive(sample: Path, workspace: str) -> UUID:
    """Let a campaign be created now; return its external_id."""
    store = world.DuckStore(sample, writable=True)
    with store.writing() as session:
        last = session.connection.execute("select max(campaign_id) from core.campaigns").fetchone()
        session.connection.complete()
        assert last is not None
        return world.campaign(
            session, last[0] + 1, workspace, external_id=uuid4(), created_at=datetime.now(UTC)
        )


def test_text_from_the_data_is_shown_as_text(screen: Screen, hostile: str) -> None:
    screen.root.get_by_role("searchbox").fill("<img")
    row = screen.root.locator("tbody.real tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("<img src=x")
    row.click()
    expect(screen.root.get_by_role("heading", level=1)).to_contain_text(hostile[:8])
    assert screen.page.evaluate("window.stolen") is None


def brightness(screen: Screen) -> int:
    colour = screen.root.evaluate("node => getComputedStyle(node).backgroundColor")
    return max(int(number) for number in re.findall(r"\d+", colour)[:3])


def test_the_list_follows_the_lab_s_dark_theme(lab: Any, new_page: Any) -> None:
    page = new_page(viewport=WIDE)
    lab.open(page, "01_campaigns.ipynb", until=".ck tbody.real tr")
    screen = Screen.of(page)
    assert brightness(screen) == 255
    choose_theme(page, "JupyterLab Dark")
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    assert brightness(screen) < 80
    choose_theme(page, "JupyterLab Light")
    page.locator("body[data-jp-theme-light=true]").wait_for(state="attached")


def choose_theme(page: Page, theme: str) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Settings$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Theme$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{theme}$")).click()


def test_a_dashboard_follows_the_reader_s_dark_system(voila: Any, new_page: Any) -> None:
    page = new_page(color_scheme="dark")
    voila.open(page, until=".ck tbody.real tr")
    assert brightness(Screen.of(page)) < 80


@pytest.mark.parametrize("width", [390, 900])
def test_on_a_narrow_page_filters_fold_and_nothing_scrolls_sideways(
    voila: Any, new_page: Any, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    voila.open(page, until=".ck tbody.real tr")
    screen = Screen.of(page)
    failed = screen.root.get_by_role("checkbox", name="Failed")
    expect(failed).to_be_hidden()
    screen.root.get_by_role("button", name="Filters").click()
    failed.check()
    expect(screen.root.get_by_text("Status: Failed")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_jupyterlab_s_own_shortcuts_stay_out_of_the_list(lab: Any, new_page: Any) -> None:
    """`r` and `x` in the list may not reach the notebook, whose cells they would change."""
    page = new_page(viewport=WIDE)
    lab.open(page, "01_campaigns.ipynb", until=".ck tbody.real tr")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    page.locator(".ck tbody.real tr").first.focus()
    for key in ("r", "x", "d", "d", "y", "m"):
        page.keyboard.press(key)
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells)
    expect(page.locator(".ck tbody.real tr").first).to_be_focused()


def test_a_dashboard_s_address_follows_and_back_reload_and_links_lead_to_the_same(
    voila: Any, new_page: Any, kit: Kit
) -> None:
    page = new_page()
    voila.open(page, query="?theme=light&status=Done", until=".ck tbody.real tr")
    screen = Screen.of(page)
    done = ids_of(kit, CampaignFilter(statuses={"Done"}))  # type: ignore[arg-type]
    expect_rows(screen, done)
    screen.root.locator("tbody.real tr").nth(1).click()
    title = screen.root.get_by_role("heading", level=1)
    expect(title).to_contain_text(done[1][:8])
    expect(page).to_have_url(re.compile(rf"\?theme=light&status=Done&campaign={done[1]}$"))
    page.go_back()
    expect(title).to_have_text("Campaigns")
    expect_rows(screen, done)  # the kernel is the same and still answers
    screen.root.get_by_role("checkbox", name="Failed").check()
    expect(page).to_have_url(re.compile(r"\?theme=light&status=Done&status=Failed$"))
    page.reload()
    expect(page.locator(".ck").get_by_text("Status: Done, Failed")).to_be_visible()


def test_an_address_that_means_nothing_is_a_sentence_over_the_whole_list(
    voila: Any, new_page: Any, kit: Kit
) -> None:
    page = new_page()
    voila.open(page, query="?status=Sent&campaign=%3Cimg%3E", until=".ck tbody.real tr")
    expect(page.get_by_role("status").filter(has_text="status 'Sent' is unknown")).to_be_visible()
    expect_rows(Screen.of(page), ids_of(kit))
