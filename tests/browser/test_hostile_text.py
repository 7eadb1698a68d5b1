"""Text from the data is shown as text: in every column, in every part of the screen, whatever it spells."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from campaignkit.ui import CampaignBrowser, LiveBoard
from tests import world
from tests.browser.stage import Stage
from tests.services.conftest import Build, build
from tests.world import NOW, ago

__all__ = ["build"]

RUNS = "window.ran=1;alert(1)"
WITHIN = "document.documentElement.scrollWidth <= innerWidth"
HOSTILE = [
    f'<img src="x" onerror="{RUNS}">',
    f'"><script>{RUNS}</script>',
    f"' onmouseover='{RUNS}' x='",
    f"</td></table></style></textarea><svg onload={RUNS}>",
    f"javascript:{RUNS}",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)}",
    "\u202e\u2066gpj.exe\u2069 \u200b\u2028\u0000\u001b[31m",
    "]]>--><!--&lt;img src=x&gt;&#x3c;",
    "<b>" + "long" * 2500,
]


def fill(session: world.Session) -> None:
    """One campaign a string, which stands in every text column that belongs to it."""
    events = 0
    for number, text in enumerate(HOSTILE, start=1):
        key = f"{number}{text}"
        world.insert(session, "core.workspaces", workspace_id=key, name=text, time_zone=text)
        world.campaign(
            session, number, key, saddr=text, name=text, author_name=text, author_email=text, status="Paused",
            created_at=ago(minutes=number), total=9,
        )  # fmt: skip
        world.recipient(
            session, number, 1,
            esme=text, filter=text, command_status=text, smsid=text, smpp_code=text, err=text, error=text,
            ctn_tail="<b>", sms_result="failed", dlr_at=NOW,
        )  # fmt: skip
        for step, phase in enumerate((text, "Paused")):
            events += 1
            world.insert(
                session, "core.state_events",
                event_id=events, campaign_id=number, phase=phase, reason=text, occurred_at=ago(minutes=9 - step),
            )  # fmt: skip
        world.insert(
            session, "core.job_errors",
            job_error_id=number, campaign_id=number, phase=text, code=text, message=text, occurred_at=NOW,
        )  # fmt: skip
        world.insert(
            session, "core.audit_events",
            audit_id=number, workspace_id=key, campaign_id=number, action=text, actor=text, note=text, occurred_at=NOW,
        )  # fmt: skip


@pytest.fixture
def stage(build: Build, new_page: Any) -> Stage:
    page: Page = new_page(viewport={"width": 1500, "height": 900})
    return Stage(page, CampaignBrowser(build(fill), address=""))


def test_nothing_in_the_data_runs_asks_or_escapes(stage: Stage) -> None:
    page, asked, dialogs = stage.page, [], []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    screen = stage.open()
    rows = screen.root.locator("tbody.real tr")
    expect(rows).to_have_count(len(HOSTILE))
    page.on("request", lambda request: asked.append(request.url))
    for number, text in enumerate(HOSTILE, start=1):
        visible = text[:20].replace("\0", "").strip()
        sender = screen.root.locator(f"tr[data-id='{UUID(int=number << 96)}'] td[data-c=sender]")
        assert visible.split("\u2028")[0] in str(sender.text_content()).replace("\0", "")
        sender.hover()
        sender.click()
        expect(screen.root.get_by_role("heading", level=1)).to_contain_text(f"{number:08x}")
        for tab in screen.root.get_by_role("tab").all():
            tab.click()
            expect(tab).to_have_attribute("aria-selected", "true")
            expect(screen.root.locator(".ghosts")).to_have_count(0)
            assert page.evaluate(WITHIN), (text[:30], tab.inner_text())
        page.keyboard.press("Escape")
        expect(rows).to_have_count(len(HOSTILE))
    search = screen.root.get_by_role("searchbox")
    for text in HOSTILE:
        search.fill(text[:200].replace("\0", ""))
        search.press("Enter")
        expect(screen.root.locator(".chip")).to_have_count(1)
        page.keyboard.press("Tab")
        screen.root.get_by_role("button", name="Clear all filters").first.click()
        expect(screen.root.locator(".chip")).to_have_count(0)
    assert page.evaluate("window.ran") is None
    assert (asked, dialogs) == ([], [])
    made = page.locator(".ck").locator(
        "script, img, iframe, style, object, embed, b[onmouseover], svg[onload]"
    )
    assert made.count() == 0
    assert page.evaluate("[...document.querySelectorAll('.ck *')].flatMap(n => n.getAttributeNames())"
                         ".filter(name => name.startsWith('on'))") == []  # fmt: skip


def test_nothing_on_the_board_runs_asks_or_escapes(build: Build, new_page: Any) -> None:
    def sending(session: world.Session) -> None:
        fill(session)
        session.script("update core.campaigns set status = 'Sending', updated_at = created_at")
        for number in range(1, len(HOSTILE) + 1):
            world.recipient(session, number, 2, stage="New")

    page: Page = new_page(viewport={"width": 1500, "height": 900})
    asked: list[str] = []
    stage = Stage(page, LiveBoard(build(sending)))
    screen = stage.open()
    page.on("request", lambda request: asked.append(request.url))
    expect(screen.root.locator(".camp.stall")).to_have_count(len(HOSTILE))
    shown = screen.root.inner_text()
    for text in HOSTILE:
        assert text[:10].split("\u2028")[0].replace("\0", "") in shown.replace("\0", "")
    assert page.evaluate(WITHIN)
    assert page.evaluate("window.ran") is None and asked == []
    assert (
        page.locator(".ck")
        .locator("script, img, iframe, object, svg[onload], [onerror], [onmouseover]")
        .count()
        == 0
    )


def test_a_name_without_end_stays_in_its_cell(stage: Stage) -> None:
    screen = stage.open()
    expect(screen.root.locator("tbody.real tr")).to_have_count(len(HOSTILE))
    assert stage.page.evaluate(WITHIN)
    heights = screen.root.locator("tbody.real tr").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().height)"
    )
    assert max(heights) - min(heights) <= 1, "rows are as high as ever"
    longest = max(len(str(row)) for row in stage.browser.listing["rows"])
    assert longest < 2500, "a row carries what a cell can show, not ten kilobytes"
