"""The tabs of one campaign, driven without a browser: what each shows, and what a hostile page may send."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaignkit import RecipientFilter
from campaignkit.domain.errors import StoreBusy
from campaignkit.services.campaigns import PAGE_ROWS
from campaignkit.ui import CampaignBrowser
from campaignkit.ui.audit import Audit
from campaignkit.ui.detail import NAMES, WISHES
from campaignkit.ui.errors import Errors
from campaignkit.ui.recipients import Recipients
from tests import world
from tests.services.conftest import Build, session_of
from tests.ui.test_browser_widget import send
from tests.world import ago

ID = "00000001"
EVENTS = frozenset({*WISHES, *Recipients.WISHES, *Errors.WISHES, *Audit.WISHES, "audit-export", "reveal"})


def fill(session: world.Session) -> None:
    """One campaign with 120 recipients on two channels: 100 delivered, 12 failed, 5 refused, 3 in the list."""
    world.workspace(session, "retail", "Europe/Vilnius")
    world.campaign(session, 1, delivery_errors=14, total=120)
    for number in range(1, 121):
        esme = "alfa" if number % 2 else "beta"
        if number <= 100:
            columns: dict[str, Any] = {
                "smpp_code": "DELIVRD",
                "sms_result": "delivered",
                "dlr_at": ago(minutes=5),
            }
        elif number <= 112:
            columns = {"smpp_code": "UNDELIV", "sms_result": "failed", "dlr_at": ago(minutes=5), "err": "001"}
        elif number <= 117:
            columns = {"stage": "Failed"}
        else:
            columns = {"stage": "New"}
            esme = None
        world.recipient(session, 1, number, esme=esme, **columns)
    world.insert(
        session, "core.job_errors",
        job_error_id=1, campaign_id=1, phase="Sending", code="BIND_FAILED", message="beta: refused",
        occurred_at=ago(hours=1),
    )  # fmt: skip


@pytest.fixture
def browser(build: Build) -> CampaignBrowser:
    """Return a browser with the campaign open."""
    browser = CampaignBrowser(build(fill))
    send(browser, event="open", id=ID)
    return browser


def panel(browser: CampaignBrowser) -> dict[str, Any]:
    value = browser.detail
    assert json.loads(json.dumps(value)) == value
    found: dict[str, Any] = value["panel"]
    return found


def test_the_head_comes_before_anything_is_counted(build: Build) -> None:
    browser = CampaignBrowser(build(fill))
    seen = []
    browser.observe(lambda change: seen.append(change["new"]), names="detail")
    send(browser, event="open", id=ID)
    first, whole = seen
    assert first["panel"] is None and first["campaign"]["saddr"] == "ACME"
    assert whole["panel"]["verdicts"]["delivered"] == 100


def test_a_wish_that_comes_by_another_thread_waits_for_the_answer_to_the_one_before(build: Build) -> None:
    browser = CampaignBrowser(build(fill))
    other = threading.Thread(target=lambda: send(browser, event="tab", tab="audit"))

    def meanwhile(change: dict[str, Any]) -> None:
        if change["new"]["panel"] is None:
            other.start()
            other.join(0.5)  # it has to wait, and would have been through long ago

    browser.observe(meanwhile, names="detail")
    send(browser, event="open", id=ID)
    other.join()
    assert browser.detail["tab"] == "audit"


def test_a_campaign_that_cannot_be_opened_leaves_the_page_as_it_was(browser: CampaignBrowser) -> None:
    before = browser.detail
    send(browser, event="open", id="ffffffff")
    assert browser.detail == before and browser.notice["kind"] == "info"


def test_the_badge_and_its_parts_stand_above_every_tab(browser: CampaignBrowser) -> None:
    for tab in browser.detail["tabs"]:
        send(browser, event="tab", tab=tab)
        assert browser.detail["tab"] == tab
        assert browser.detail["badge"] == {"job_errors": 1, "counter": 14, "failed_rows": 12, "badge": 15}


@pytest.mark.parametrize("tab", NAMES)
def test_a_tab_shows_one_state_of_the_database_and_asks_nothing_twice(
    build: Build, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    kit = build(fill, role="operator")
    browser = CampaignBrowser(kit)
    send(browser, event="open", id=ID)
    kind, sessions, asked = session_of(kit), [], []
    rows = kind.rows

    def spied(session: Any, name: str, parameters: Mapping[str, Any], *variant: Any) -> Any:
        sessions.append(session)
        asked.append((name, variant))
        return rows(session, name, parameters, *variant)

    monkeypatch.setattr(kind, "rows", spied)
    send(browser, event="tab", tab=tab)
    assert browser.detail["tab"] == tab
    assert all(session is sessions[0] for session in sessions)
    assert len(asked) == len(set(asked)) > 3


def test_recipients_are_filtered_counted_and_guarded(browser: CampaignBrowser) -> None:
    send(browser, event="tab", tab="recipients")
    assert (panel(browser)["total"], panel(browser)["known"], len(panel(browser)["rows"])) == (
        120,
        120,
        PAGE_ROWS,
    )
    assert panel(browser)["guard"] is None
    send(browser, event="recipients-filter", field="stages", value=["Failed"])
    assert panel(browser)["total"] == 5
    assert panel(browser)["guard"] == {"at_submission": 5, "by_carrier": 12}
    send(browser, event="recipients-failed")
    assert panel(browser)["total"] == 12 == panel(browser)["results"]["failed"]
    send(browser, event="recipients-filter", field="null_smpp", value=False)
    send(browser, event="recipients-filter", field="sms_results", value=[])
    assert panel(browser)["total"] == 112
    send(browser, event="recipients-clear")
    assert panel(browser)["filter"]["null_smpp"] is True and panel(browser)["total"] == 120


def test_numbers_are_masked_in_every_row(browser: CampaignBrowser) -> None:
    send(browser, event="tab", tab="recipients")
    assert {row["recipient"] for row in panel(browser)["rows"]} == {"****0123"}
    assert "ctn" not in json.dumps(browser.detail)


def test_pages_turn_both_ways_and_know_where_they_are(browser: CampaignBrowser) -> None:
    send(browser, event="tab", tab="recipients")
    for to, first, last in [
        ("next", 51, 100),
        ("next", 101, 120),
        ("next", 101, 120),
        ("previous", 51, 100),
        ("first", 1, 50),
        ("previous", 1, 50),
    ]:
        send(browser, event="recipients-page", to=to)
        assert (panel(browser)["first"], panel(browser)["last"]) == (first, last)
        ids = [row["recipient_id"] for row in panel(browser)["rows"]]
        assert ids == list(range(first, last + 1))
    assert panel(browser)["has_next"] and not panel(browser)["has_previous"]


WISHED = {
    "recipients-page": {"to": "next"},
    "recipients-filter": {"field": "sms_results", "value": ["failed"]},
    "recipients-sort": {"key": "sent"},
    "errors-refused": {},
}


@pytest.mark.parametrize("event", WISHED)
def test_an_answer_that_failed_leaves_the_tab_where_it_was(
    browser: CampaignBrowser, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    send(browser, event="tab", tab="recipients")
    before = browser.detail
    with monkeypatch.context() as meanwhile:

        def busy(*_: Any, **__: Any) -> None:
            raise StoreBusy("another program holds it")

        meanwhile.setattr(browser._kit.recipients, "page", busy)
        send(browser, event=event, **WISHED[event])
    assert browser.detail == before and browser.notice["kind"] == "error"
    send(browser, event="refresh")
    assert browser.detail == before and browser.notice is None
    send(browser, event="recipients-page", to="next")
    assert (panel(browser)["first"], panel(browser)["rows"][0]["recipient_id"]) == (
        PAGE_ROWS + 1,
        PAGE_ROWS + 1,
    )


def test_sent_time_sorts_down_then_up_then_not(browser: CampaignBrowser) -> None:
    send(browser, event="tab", tab="recipients")
    for expected in (("sent", True), ("sent", False), ("id", False), ("sent", True)):
        send(browser, event="recipients-sort", key="sent")
        assert tuple(panel(browser)["sort"].values()) == expected


def test_errors_are_a_table_of_codes_and_channels_that_adds_up(browser: CampaignBrowser) -> None:
    send(browser, event="tab", tab="errors")
    shown = panel(browser)
    assert (shown["sub"], shown["failed"], shown["refused"], shown["sent"]) == ("messages", 12, 5, 112)
    (code,) = shown["codes"]
    assert code["count"] == sum(cell["count"] for cell in code["cells"]) == shown["failed"]
    assert sum(channel["sent"] for channel in shown["channels"]) == shown["sent"]
    assert [job["code"] for job in shown["jobs"]] == ["BIND_FAILED"]


def test_a_cell_shows_the_rows_behind_it_and_again_all_of_them(browser: CampaignBrowser) -> None:
    send(browser, event="tab", tab="errors")
    send(browser, event="errors-group", code="UNDELIV", esme="alfa")
    assert panel(browser)["total"] == 6 == len(panel(browser)["rows"])
    assert {row["esme"] for row in panel(browser)["rows"]} == {"alfa"}
    send(browser, event="errors-group", code="UNDELIV", esme="alfa")
    assert panel(browser)["total"] == 12 and panel(browser)["group"] is None


def test_the_refused_are_shown_among_the_recipients(browser: CampaignBrowser) -> None:
    send(browser, event="tab", tab="errors")
    send(browser, event="errors-refused")
    assert browser.detail["tab"] == "recipients"
    assert panel(browser)["total"] == 5


def test_another_campaign_begins_with_its_own_filters(build: Build) -> None:
    def two(session: world.Session) -> None:
        fill(session)
        world.campaign(session, 2)

    browser = CampaignBrowser(build(two))
    send(browser, event="open", id=ID)
    send(browser, event="tab", tab="recipients")
    send(browser, event="recipients-failed")
    send(browser, event="open", id="00000002")
    assert browser.detail["tab"] == "overview"
    send(browser, event="tab", tab="recipients")
    assert panel(browser)["filter"]["sms_results"] == []


def test_a_refresh_keeps_tab_filter_and_page(browser: CampaignBrowser) -> None:
    send(browser, event="tab", tab="recipients")
    send(browser, event="recipients-page", to="next")
    before = browser.detail
    send(browser, event="refresh")
    assert browser.detail | {"serial": 0} == before | {"serial": 0}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["id", "tab", "field", "value", "key", "to", "sub", "code", "esme", "recipient"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(event=st.sampled_from(sorted(EVENTS - {"open"})), message=st.dictionaries(KEYS, ANYTHING, max_size=4))
def test_no_message_breaks_the_page(browser: CampaignBrowser, event: str, message: dict[str, Any]) -> None:
    send(browser, **message, event=event)
    assert browser.notice is None or browser.notice["kind"] == "info", browser.notice
    assert browser.detail["campaign"]["external_id"].startswith(ID)
    assert isinstance(browser._detail._tabs["recipients"].filter, RecipientFilter)  # type: ignore[attr-defined]


@pytest.mark.parametrize("event", sorted(EVENTS - {"open"}))
def test_wishes_about_a_campaign_that_is_closed_change_nothing(browser: CampaignBrowser, event: str) -> None:
    send(browser, event="back")
    send(browser, event=event, to="next", tab="errors", key="sent", sub="job")
    assert browser.detail is None


def test_the_audit_trail_is_narrowed_by_who_what_and_when(browser: CampaignBrowser) -> None:
    kit = browser._kit
    store = world.DuckStore(kit._store.path, writable=True)  # type: ignore[attr-defined]
    with store.writing() as session:
        for number, (actor, action, hours) in enumerate(
            [
                ("ann", "created", 90),
                ("ann", "submitted", 89),
                ("bo", "approved", 2),
                ("core", "odd_word", 1),
            ],
            start=1,
        ):
            world.insert(
                session, "core.audit_events",
                audit_id=number, workspace_id="retail", campaign_id=1, actor=actor, action=action,
                occurred_at=ago(hours=hours),
            )  # fmt: skip
    send(browser, event="tab", tab="audit")
    assert [row["action"] for row in panel(browser)["rows"]] == [
        "odd_word",
        "approved",
        "submitted",
        "created",
    ]
    assert [row["known"] for row in panel(browser)["rows"]] == [False, True, True, True]
    assert {row["source"] for row in panel(browser)["rows"]} == {"core"}
    send(browser, event="audit-filter", field="actors", value=["ann", "bo"])
    send(browser, event="audit-filter", field="time", value="24h")
    assert [row["actor"] for row in panel(browser)["rows"]] == ["bo"]
    told: list[Any] = []
    browser.send = told.append  # type: ignore[method-assign]
    send(browser, event="audit-export")
    assert told[0]["name"] == "00000001-audit.csv"
    assert told[0]["text"].splitlines()[1].startswith("approved,bo,")
    send(browser, event="audit-clear")
    assert len(panel(browser)["rows"]) == 4 == panel(browser)["entries"]


def test_a_page_that_only_reads_says_where_exports_are_made(browser: CampaignBrowser) -> None:
    send(browser, event="tab", tab="export")
    assert panel(browser)["rows"] is None
    assert "exports are made in JupyterLab" in panel(browser)["refusal"]


def test_without_the_grant_no_number_is_shown(browser: CampaignBrowser) -> None:
    told: list[Any] = []
    browser.send = told.append  # type: ignore[method-assign]
    send(browser, event="tab", tab="recipients")
    assert panel(browser)["revealable"] is False
    send(browser, event="reveal", recipient=1)
    assert "full numbers need the extra grant" in browser.notice["text"]
    assert told == []
