"""What `campaignkit up` serves, seen by a browser: nothing from outside, nothing half drawn, nothing left behind."""

from __future__ import annotations

import re

import psutil
import pytest
from playwright.sync_api import Page, expect

import campaignkit
from tests.browser.conftest import leave


def test_the_notebook_runs_in_the_lab_without_a_prompt(lab, page):
    lab.open(page, "01_campaigns.ipynb", until=".ck")
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    expect(page.locator(".Toastify__toast")).to_have_count(0)


def test_a_dashboard_shows_words_first_and_is_then_drawn_at_once(voila, page):
    page.goto(f"{voila.base}/voila/render/operations.ipynb", wait_until="commit")
    expect(page.locator("#loading")).to_have_text("Loading the dashboard…")
    expect(page.locator("#rendered_cells")).to_be_hidden()
    page.locator("#loading").wait_for(state="detached")
    expect(page.locator("#rendered_cells .ck").first).to_be_visible()


@pytest.mark.parametrize(
    ("system", "query", "light"),
    [
        ("light", "", "true"),
        ("dark", "", "false"),
        ("dark", "?theme=light", "true"),
        ("light", "?theme=dark", "false"),
    ],
)
def test_a_dashboard_is_light_or_dark_as_the_reader_has_it_or_as_the_address_says(
    voila, new_page, system, query, light
):
    page = new_page(color_scheme=system)
    page.goto(f"{voila.base}/voila/render/operations.ipynb{query}", wait_until="commit")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", light)
    assert _bright(page) == (light == "true")


def _bright(page: Page) -> bool:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return bool(colour == "rgb(255, 255, 255)")


def test_a_closed_dashboard_takes_its_kernel_along(voila, servers, page):
    voila.open(page)
    found = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    children = psutil.Process(servers[1].process.pid).children()
    kernels = [child for child in children if found in " ".join(child.cmdline())]
    assert len(kernels) == 1
    leave(page)
    _, alive = psutil.wait_procs(kernels, timeout=10)
    assert alive == []


def test_the_dashboards_are_listed_and_a_wrong_address_is_answered_calmly(voila, page):
    page.goto(voila.base)
    expect(page.get_by_role("link", name="Operations")).to_be_visible()
    answer = page.request.get(f"{voila.base}/voila/render/nothing.ipynb")
    assert answer.status == 404
    assert "There is no such page" in answer.text()
    assert "Traceback" not in answer.text()


def test_a_link_to_a_campaign_opens_its_five_tabs_without_an_action_and_leads_on_to_the_list(
    voila, page, sample
):
    id = campaignkit.open(sample, workspace="master").campaigns.page(limit=1).rows[0].external_id
    voila.open(page, "campaign.ipynb", query=f"?campaign={id}&theme=dark", until=".detail h1")
    root = page.locator(".ck")
    expect(root.get_by_role("tab")).to_have_text(
        ["Overview", re.compile("^Recipients"), re.compile("^Errors"), "Export", "Audit"]
    )
    assert root.locator("[data-do=act]").count() == 0
    root.get_by_role("tab", name="Export").click()
    expect(root.get_by_role("tabpanel")).to_contain_text("This page is read-only: exports are made in")
    page.keyboard.press("Escape")
    expect(root.get_by_role("tab", name="Export")).to_have_attribute("aria-selected", "true")
    root.get_by_role("link", name="Campaigns").click()
    root.locator("tbody.real tr").first.wait_for()
    assert page.url.endswith("/operations.ipynb?theme=dark")


def test_an_address_that_leads_nowhere_is_one_calm_sentence(voila, page):
    query = "?campaign=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    voila.open(page, "campaign.ipynb", query=query, until=".ck.sentence")
    expect(page.locator(".ck.sentence")).to_contain_text(re.compile("Reference [0-9A-F]{6}$"))
    assert "alert" not in page.locator(".ck").inner_text()
    page.get_by_role("link", name="All campaigns").click()
    page.locator(".ck tbody.real tr").first.wait_for()
