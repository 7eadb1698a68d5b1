"""Acting from the page: what is offered, what is done, what is said to whoever was too late, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaignkit import CampaignFilter, Kit
from campaignkit.ui import CampaignBrowser
from tests import world
from tests.services.conftest import Build, every_status
from tests.ui.test_browser_widget import send
from tests.ui.test_detail_tabs import ANYTHING

APPROVED = {"status": "New", "moderation": "Approved", "archived": False, "auto_start": True}


def id_of(number: int) -> str:
    return f"{number:08x}-0000-0000-0000-000000000000"


@pytest.fixture
def moderator(build: Build) -> CampaignBrowser:
    """Return the page of somebody who may do everything."""
    return CampaignBrowser(build(every_status, role="moderator"))


def row(browser: CampaignBrowser, number: int) -> dict[str, Any]:
    (found,) = [row for row in browser.listing["rows"] if row["external_id"] == id_of(number)]
    return dict(found)


def test_rows_offer_what_the_view_and_the_role_allow(moderator: CampaignBrowser, build: Build) -> None:
    assert row(moderator, 1)["actions"] == ["start", "archive"]
    assert row(moderator, 4)["actions"] == []
    send(moderator, event="view", view="queue")
    assert row(moderator, 10)["actions"] == ["approve", "reject"]
    send(moderator, event="view", view="archive")
    assert row(moderator, 11)["actions"] == ["restore"]
    viewer = CampaignBrowser(moderator._kit.__class__(moderator._kit._store, *_as_viewer(moderator._kit)))
    assert {tuple(row["actions"]) for row in viewer.listing["rows"]} == {()}
    assert viewer.scope["acts"] is False


def _as_viewer(kit: Kit) -> tuple[Any, ...]:
    from campaignkit.domain.access import Role, Viewer

    viewer = Viewer(login="vi", roles=dict.fromkeys(kit.viewer.workspaces, Role.VIEWER), master=True)
    known = {key: {"name": key, "time_zone": "UTC"} for key in kit.viewer.workspaces}
    return viewer, known, kit.clock


def test_an_action_is_done_said_and_seen(moderator: CampaignBrowser) -> None:
    send(moderator, event="act", action="start", id=id_of(1), note="go", seen=APPROVED)
    assert moderator.notice["text"] == "Campaign 00000001 is started."
    assert row(moderator, 1)["status"] == "Pending"
    assert moderator._kit.audit.of(id_of(1)).rows[0].note == "go"


def test_what_was_said_outlives_what_the_page_asks_by_itself_and_ends_with_the_next_wish(
    moderator: CampaignBrowser,
) -> None:
    send(moderator, event="act", action="start", id=id_of(1), seen=APPROVED)
    send(moderator, event="refresh", quiet=True)
    assert moderator.notice["text"].endswith("is started.")
    send(moderator, event="refresh")
    assert moderator.notice is None


def test_whoever_is_too_late_reads_who_was_faster_and_sees_what_it_has_become(
    moderator: CampaignBrowser,
) -> None:
    before = row(moderator, 1)
    moderator._kit.campaigns.start(before["external_id"])
    seen = {name: before[name] for name in ("status", "moderation", "archived", "auto_start")}
    send(moderator, event="act", action="archive", id=id_of(1), seen=seen)
    assert "started this campaign" in moderator.notice["text"]
    assert row(moderator, 1)["status"] == "Pending"


def test_an_action_from_the_detail_shows_the_detail_again(moderator: CampaignBrowser) -> None:
    send(moderator, event="open", id=id_of(4))
    assert moderator.detail["campaign"]["actions"] == ["cancel"]
    send(moderator, event="act", action="cancel", id=id_of(4), note="wrong price")
    assert moderator.detail["campaign"]["status"] == "Cancelled"
    assert moderator.detail["campaign"]["actions"] == ["archive"]


def test_many_are_archived_after_the_count_was_told(moderator: CampaignBrowser) -> None:
    told: list[Any] = []
    moderator.send = told.append  # type: ignore[method-assign]
    send(moderator, event="filter", field="statuses", value=["Done", "Failed", "Sending"])
    send(moderator, event="archive-count")
    asked = {"query": "status=Sending&status=Done&status=Failed", "count": 2}
    assert told == [{"kind": "archive_all", "words": "Sending or Done or Failed.", **asked}]
    send(moderator, event="archive-all", **asked)
    assert moderator.notice["text"] == "2 campaigns are archived."
    assert [row["status"] for row in moderator.listing["rows"]] == ["Sending"]


@pytest.mark.parametrize("meanwhile", ["filter", "list", "garbled"])
def test_what_the_question_was_not_about_is_not_archived(moderator: CampaignBrowser, meanwhile: str) -> None:
    told: list[Any] = []
    moderator.send = told.append  # type: ignore[method-assign]
    send(moderator, event="filter", field="statuses", value=["Done", "Failed"])
    send(moderator, event="archive-count")
    answer = {name: told[0][name] for name in ("query", "count")}
    if meanwhile == "filter":  # in another view of the widget, or by what was typed a moment before
        send(moderator, event="drop", field="statuses")
    elif meanwhile == "list":
        moderator._kit.campaigns.archive(id_of(6))
    else:
        answer = {"query": None, "count": True}
    before = moderator._kit.campaigns.archivable()
    send(moderator, event="archive-all", **answer)
    assert moderator.notice["text"].startswith("the list has changed meanwhile: ")
    assert moderator.notice["kind"] == "info"
    assert moderator._kit.campaigns.archivable() == before
    send(moderator, event="archive-count")
    question = told[-1]
    send(moderator, event="archive-all", **question)
    assert moderator._kit.campaigns.archivable() == before - question["count"] < before


def test_changing_the_view_drops_the_status_and_keeps_the_rest(moderator: CampaignBrowser) -> None:
    send(moderator, event="filter", field="statuses", value=["Done"])
    send(moderator, event="filter", field="search", value="acme")
    send(moderator, event="view", view="archive")
    assert moderator.filter == CampaignFilter(search="acme", view="archive")  # type: ignore[arg-type]


@pytest.mark.parametrize("event", ["act", "archive-count", "archive-all"])
def test_a_page_that_only_reads_knows_no_such_wish(build: Build, event: str) -> None:
    browser = CampaignBrowser(build(every_status))
    send(browser, event=event, action="start", id=id_of(1), seen=APPROVED)
    assert browser.notice["text"] == "the page sent a message that means nothing: reload it"
    assert row(browser, 1)["status"] == "New"


def test_a_page_that_only_reads_imports_no_acting_code(build: Build) -> None:
    kit = build(every_status)
    code = (
        "import sys, campaignkit\n"
        f"kit = campaignkit.open({kit._store.name!r}, workspace='master')\n"
        "campaignkit.ui.CampaignBrowser(kit)\n"
        "print([name for name in sys.modules if name in ("
        "'campaignkit.services.actions', 'campaignkit.services.exports', 'campaignkit.ui.acting', 'campaignkit.ui.exports')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.dictionaries(st.sampled_from(["action", "id", "note", "seen"]), ANYTHING)
    | st.fixed_dictionaries(
        {
            "action": st.just("start") | st.just("build") | ANYTHING,
            "id": st.just(id_of(4)) | ANYTHING,
            "seen": ANYTHING,
        }
    )
)
def test_no_message_does_what_the_lifecycle_does_not_allow(
    moderator: CampaignBrowser, message: dict[str, Any]
) -> None:
    send(moderator, **message, event="act")
    assert moderator.notice["kind"] == "info", moderator.notice
    assert row(moderator, 4)["status"] == "Sending"


def test_a_note_that_is_no_note_is_refused_and_nothing_is_done(moderator: CampaignBrowser) -> None:
    for note in ("x" * 100_000, "bell \x07"):
        send(moderator, event="act", action="start", id=id_of(1), note=note, seen=APPROVED)
        assert "note" in moderator.notice["text"]
        assert row(moderator, 1)["status"] == "New"


def test_markup_in_a_note_stays_text(moderator: CampaignBrowser) -> None:
    send(moderator, event="act", action="start", id=id_of(1), note="<b>now</b>", seen=APPROVED)
    assert moderator._kit.audit.of(id_of(1)).rows[0].note == "<b>now</b>"


def test_somebody_without_a_role_in_the_owning_workspace_may_not_act_there(build: Build) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        world.insert(session, "kit.members", login="ann", workspace_id="retail", role="operator")
        world.insert(session, "kit.members", login="ann", workspace_id="bank", role="viewer")

    browser = CampaignBrowser(build(fill, role="moderator"))
    assert row(browser, 1)["actions"] == ["start", "archive"]
    assert row(browser, 6)["actions"] == []  # bank's
    send(browser, event="act", action="archive", id=id_of(6))
    assert "archive needs the role operator in workspace bank" in browser.notice["text"]
