"""One campaign in the browser: its five tabs, what may be done to it, and what a dashboard leaves out."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import campaignkit
from campaignkit import CampaignFilter, Kit, RecipientFilter
from tests.browser.screen import Screen

WIDE = {"width": 1720, "height": 1000}
NUMBER = re.compile(r"\+?\d{9,}")


@pytest.fixture
def kit(sample: Path) -> Kit:
    """Return what the package answers for the same database."""
    return campaignkit.open(sample, workspace="master", role="moderator", actor="tester")


@pytest.fixture
def failing(kit: Kit) -> str:
    """Return the campaign with the most failed messages among those that are Done."""
    rows = kit.campaigns.page(CampaignFilter(statuses={"Done"}), limit=100).rows  # type: ignore[arg-type]
    return max(rows, key=lambda row: row.errors).external_id


@pytest.fixture
def page_of(lab: Any, new_page: Any) -> Any:
    """Return a function that opens a campaign's page in JupyterLab, as a moderator."""

    def open_page(external_id: str, **options: object) -> Screen:
        page = new_page(viewport=WIDE, **options)
        lab.open(page, "01_campaigns.ipynb", until=".ck tbody.real tr")
        screen = Screen.of(page)
        screen.root.get_by_role("searchbox").fill(external_id)
        row = screen.root.locator(f"tbody.real tr[data-id='{external_id}']")
        row.locator("[data-c=status]").click()
        tab(screen, "Overview").wait_for()
        return screen

    return open_page


def tab(screen: Screen, name: str) -> Locator:
    return screen.root.get_by_role("tab", name=re.compile(rf"^{name}"))


def open_tab(screen: Screen, name: str, until: str) -> None:
    tab(screen, name).click()
    screen.root.locator(until).first.wait_for()


def test_the_tabs_are_one_stop_and_arrows_walk_them(page_of: Any, failing: str) -> None:
    screen = page_of(failing)
    tab(screen, "Overview").focus()
    for name in ("Recipients", "Errors", "Export", "Audit", "Overview"):
        screen.page.keyboard.press("ArrowRight")
        expect(tab(screen, name)).to_have_attribute("aria-selected", "true")
        expect(tab(screen, name)).to_be_focused()
        expect(screen.root.get_by_role("tabpanel").first).not_to_be_empty()


def test_recipients_are_narrowed_by_choices_that_show_counts(page_of: Any, failing: str, kit: Kit) -> None:
    screen = page_of(failing)
    open_tab(screen, "Recipients", "table.rec")
    total = screen.root.locator(".bar b").last
    expect(total).to_have_text(f"{kit.recipients.page(failing, limit=1, clear=False).total:,}")
    screen.root.get_by_role("button", name=re.compile("^SMS Result")).click()
    choices = screen.root.locator(".choices:popover-open")
    failed = kit.recipients.page(failing, RecipientFilter(sms_results={"failed"}), limit=1, clear=False).total  # type: ignore[arg-type]
    option = choices.locator("label", has_text="Failed")
    expect(option).to_contain_text(f"{failed:,}")
    option.click()
    expect(total).to_have_text(f"{failed:,}")
    expect(choices).to_be_visible()  # a refresh of the panel closes nothing
    screen.page.keyboard.press("Escape")
    expect(choices).to_have_count(0)
    expect(tab(screen, "Recipients")).to_be_visible()  # Esc closed the choices and nothing else
    screen.root.get_by_role("button", name="Clear", exact=True).click()
    expect(total).not_to_have_text(f"{failed:,}")


def test_choosing_stage_failed_says_what_it_leaves_out(page_of: Any, failing: str, kit: Kit) -> None:
    screen = page_of(failing)
    open_tab(screen, "Recipients", "table.rec")
    screen.root.get_by_role("button", name=re.compile("^Stage")).click()
    screen.root.locator(".choices:popover-open label", has_text="Failed").click()
    counts = kit.recipients.counts(failing)
    rail = screen.root.get_by_role("note")
    expect(rail).to_contain_text(
        f"{counts.at_submission:,} failed at submission; {counts.by_carrier:,} more were refused by the carrier"
    )


def test_a_cell_of_the_heat_map_lists_the_messages_behind_it(page_of: Any, failing: str, kit: Kit) -> None:
    screen = page_of(failing)
    open_tab(screen, "Errors", "table.heatmap")
    cell = screen.root.locator(".heatmap .cell").first
    count = cell.locator("b").inner_text()
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true")
    expect(screen.root.locator(".foot").last).to_contain_text(f"of {count}")
    screen.root.get_by_role("button", name="Show all").click()
    expect(screen.root.locator(".foot").last).to_contain_text(
        f"of {sum(c.count for c in kit.errors.of(failing).messages):,}"
    )


def test_the_badge_tells_its_parts_to_pointer_and_keyboard(page_of: Any, failing: str) -> None:
    screen = page_of(failing)
    tip = screen.root.get_by_role("tooltip").last
    tab(screen, "Errors").hover()
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("rows with SMS Result = Failed")


def test_an_export_is_created_watched_and_downloaded_whole(page_of: Any, failing: str, kit: Kit) -> None:
    screen = page_of(failing)
    open_tab(screen, "Export", ".make")
    screen.root.get_by_role("button", name="Create export").click()
    button = screen.root.locator("[data-do=export-download]").first
    with screen.page.expect_download() as started:
        button.click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text(encoding="utf-8"))))
    assert len(rows) == kit.recipients.page(failing, limit=1, clear=False).total
    assert {row["recipient"][:4] for row in rows} == {"****"}
    assert [entry.action for entry in kit.audit.of(failing, limit=2).rows] == ["downloaded", "exported"]


def test_the_audit_trail_is_narrowed_and_taken_along(page_of: Any, failing: str, kit: Kit) -> None:
    screen = page_of(failing)
    open_tab(screen, "Audit", ".audit .ev")
    screen.root.get_by_role("button", name=re.compile("^Action")).click()
    screen.root.locator(".choices:popover-open label", has_text="created").click()
    expect(screen.root.locator(".audit .ev")).to_have_count(1)
    screen.page.keyboard.press("Escape")
    with screen.page.expect_download() as started:
        screen.root.get_by_role("button", name="Export CSV").click()
    lines = Path(started.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "action,actor,note,occurred_at" and len(lines) == 2


def test_no_full_number_is_in_any_tab(page_of: Any, failing: str) -> None:
    screen = page_of(failing)
    for name, until in (("Recipients", "table.rec"), ("Errors", "table.heatmap"), ("Audit", ".audit")):
        open_tab(screen, name, until)
        cells = screen.root.locator("td[data-c=recipient], .heatmap ~ * td.mono").all_inner_texts()
        assert all(not NUMBER.search(cell) for cell in cells)


# ── acting ───────────────────────────────────────────────────────────────────


def ids(screen: Screen) -> list[str]:
    return screen.root.locator("tbody.real tr").evaluate_all("rows => rows.map(row => row.dataset.id)")  # type: ignore[no-any-return]


@pytest.fixture
def listed(lab: Any, new_page: Any) -> Screen:
    """Return the list in JupyterLab, as a moderator."""
    page: Page = new_page(viewport=WIDE)
    lab.open(page, "01_campaigns.ipynb", until=".ck tbody.real tr")
    return Screen.of(page)


def test_a_moderator_clears_the_queue(listed: Screen, kit: Kit) -> None:
    waiting = [row.external_id for row in kit.campaigns.page(CampaignFilter(view="queue")).rows]  # type: ignore[arg-type]
    assert len(waiting) >= 2
    listed.root.get_by_role("button", name=re.compile("^Moderation queue")).click()
    expect(listed.root.locator("tbody.real tr")).to_have_count(len(waiting))
    listed.root.get_by_role("button", name=f"Approve {waiting[0][:8]}").click()
    dialog = listed.root.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Not now")).to_be_focused()
    dialog.get_by_role("textbox").fill("opt-out line is there")
    dialog.get_by_role("button", name="Approve").click()
    expect(listed.root.locator("tbody.real tr")).to_have_count(len(waiting) - 1)
    assert kit.audit.of(waiting[0]).rows[0].note == "opt-out line is there"
    listed.root.get_by_role("button", name=f"More actions for {waiting[1][:8]}").click()
    listed.root.get_by_role("menuitem", name="Reject").click()
    reject = listed.root.get_by_role("button", name="Reject the campaign")
    reject.click()  # a reason is needed first
    expect(dialog).to_be_visible()
    dialog.get_by_role("textbox").fill("wrong list")
    reject.click()
    expect(dialog).to_be_hidden()
    assert kit.campaigns.find(waiting[1]).status == "Cancelled"


def test_what_was_archived_can_be_restored(listed: Screen, kit: Kit) -> None:
    chosen = kit.campaigns.page(CampaignFilter(statuses={"Expired"})).rows[0].external_id  # type: ignore[arg-type]
    listed.root.get_by_role("searchbox").fill(chosen)
    expect(listed.root.locator("tbody.real tr")).to_have_count(1)
    listed.root.locator("tbody.real tr").focus()
    listed.page.keyboard.press("Shift+F10")
    listed.root.get_by_role("menuitem", name="Archive").click()
    listed.root.get_by_role("dialog").get_by_role("button", name="Archive", exact=True).click()
    expect(listed.root.get_by_role("status").filter(has_text="is archived")).to_be_visible()
    listed.root.get_by_role("button", name="Archive", exact=True).click()
    listed.root.get_by_role("button", name=f"Restore {chosen[:8]}").click()
    expect(listed.root.get_by_role("status").filter(has_text="is restored")).to_be_visible()
    assert not kit.campaigns.find(chosen).archived


def test_whoever_was_too_late_reads_who_was_faster(page_of: Any, sample: Path, kit: Kit) -> None:
    chosen = next(
        row.external_id
        for row in kit.campaigns.page(CampaignFilter(statuses={"Pending"}), limit=50).rows  # type: ignore[arg-type]
    )
    screen = page_of(chosen)
    screen.root.get_by_role("button", name="Cancel…").click()
    campaignkit.open(sample, workspace="master", role="operator", actor="J. Laurinaitis").campaigns.cancel(
        chosen
    )
    dialog = screen.root.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("wrong price")
    dialog.get_by_role("button", name="Cancel the campaign").click()
    expect(screen.root.locator(".detail .banner")).to_contain_text("J. Laurinaitis cancelled this campaign")
    expect(screen.root.locator(".detail .banner")).to_contain_text("Nothing was changed.")


def test_a_dashboard_has_no_actions_and_says_where_exports_are_made(
    voila: Any, new_page: Any, failing: str
) -> None:
    page = new_page(viewport=WIDE)
    voila.open(page, query=f"?campaign={failing}", until="[role=tab]")
    root = page.locator(".ck").first
    expect(root.get_by_role("group", name="Actions")).to_have_count(0)
    root.get_by_role("tab", name="Export").click()
    expect(root.get_by_role("tabpanel").first).to_contain_text(
        "This page is read-only: exports are made in JupyterLab"
    )
    expect(root.get_by_role("button", name="Create export")).to_have_count(0)
