"""A foreign schema on the screen: what its source cannot give is said, in every place, and no zero stands for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import campaignkit
from campaignkit.importing.adopt import adopt
from campaignkit.kit import database
from campaignkit.store.postgres import PostgresStore
from campaignkit.ui import CampaignBrowser
from tests.browser.screen import Screen
from tests.browser.stage import Stage
from tests.importing import kannel
from tests.importing.kannel import Sqlbox
from tests.postgres import Server

NINE = 1_772_442_000  # 2026-03-02 09:00 UTC, in seconds since 1970
LACKING = "not provided by this source"
NO_REPORTS = """
select l.sql_id as recipient_id, coalesce(l.sender, '') as saddr, l.receiver as ctn, to_timestamp(l.time) as sent_at
from sent_sms l
where l.momt = 'MT'
"""


@pytest.fixture(scope="module")
def sqlbox(postgres: Server) -> Iterator[str]:
    """Return where a day of Kannel's lies."""
    name = postgres.create("shown_sqlbox")
    with postgres.connect(name) as connection:
        list(kannel.day(Sqlbox(connection), NINE))
    yield postgres.url(name)
    postgres.drop(name)


def shown(url: str, adapter: str, new_page: Any) -> Screen:
    """Return the list over what *adapter* makes of the database."""
    store = database(url, writable=True)
    assert isinstance(store, PostgresStore)
    adopt(adapter, store)
    store.close()
    kit = campaignkit.open(url, workspace="master", role="moderator")
    return Stage(new_page(viewport={"width": 1500, "height": 900}), CampaignBrowser(kit)).open()


def test_a_day_of_kannel_s_is_clicked_through(sqlbox: str, new_page: Any) -> None:
    root = shown(sqlbox, "kannel-sqlbox", new_page).root
    tile = root.locator(".kpi").filter(has_text="failed campaigns")
    expect(tile.locator(".v")).to_have_text(LACKING)
    expect(root.locator(".kpi").filter(has_text="delivered to handset").locator(".v")).to_have_text("1")
    expect(root.locator("fieldset[data-group=statuses] input")).to_have_count(
        2
    )  # Failed 0 would be no answer
    row = root.locator("tbody.real tr")
    for column in ("mode", "start", "end", "author"):
        expect(row.locator(f"td[data-c={column}]")).to_have_text("not provided")
    expect(row.locator("td[data-c=acts]").get_by_role("button", name="Start")).to_have_count(0)
    row.locator("td[data-c=sender]").click()
    summary = root.locator("dl.kv")
    for name in (
        "Mode",
        "Author",
        "Scheduled start",
        "Actual start",
        "Scheduled end",
        "Daily window",
        "Job errors",
    ):
        expect(
            summary.locator("dt", has_text=name).first.locator("xpath=following-sibling::dd[1]")
        ).to_have_text(LACKING)
    expect(root.get_by_role("button", name="Cancel")).to_have_count(0)
    root.get_by_role("tab", name="Recipients").click()
    cells = root.locator("table.rec tbody tr").first
    expect(cells.locator("td[data-c=filter]")).to_have_text("not provided")
    expect(cells.locator("td[data-c=code]")).to_have_text("DELIVRD")
    root.get_by_role("tab", name="Errors").click()
    root.get_by_role("tab", name="Job", exact=True).click()
    expect(root.get_by_role("tabpanel", name="Job").get_by_text(LACKING)).to_be_visible()
    root.get_by_role("tab", name="Audit").click()
    expect(root.get_by_text("Core's own entries are not provided by this source")).to_be_visible()


def test_without_delivery_reports_nothing_is_called_delivered_or_failed(
    sqlbox: str, new_page: Any, tmp_path: Path
) -> None:
    (tmp_path / "adapter.toml").write_text('name = "silent"\nreads = "postgresql"\n')
    (tmp_path / "recipients.sql").write_text(NO_REPORTS)
    root = shown(sqlbox, str(tmp_path), new_page).root
    expect(root.locator(".kpi").filter(has_text="delivered to handset").locator(".v")).to_have_text(LACKING)
    root.locator("tbody.real tr td[data-c=sender]").click()
    for name in ("Errors", "Delivered"):
        figure = root.locator("dl.big > div").filter(has_text=name)
        expect(figure.locator("dd").first).to_have_text("not provided")
    expect(root.locator("table.leg")).not_to_contain_text("Delivered")
    root.get_by_role("tab", name="Recipients").click()
    expect(root.get_by_text("delivery reports are not provided by this source")).to_be_visible()
    expect(root.locator("table.rec tbody tr").first.locator("td[data-c=code]")).to_have_text("not provided")
    root.get_by_role("tab", name="Errors").click()
    expect(root.get_by_role("tabpanel", name="Messages").get_by_text(LACKING)).to_be_visible()
