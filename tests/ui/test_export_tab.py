"""The Export tab, driven without a browser: asked for, written, taken along in pieces, and refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import campaignkit
from campaignkit.domain.exports import ExportStatus
from campaignkit.ui import CampaignBrowser, exports
from tests.services.conftest import Build
from tests.ui.test_browser_widget import send
from tests.ui.test_detail_tabs import ANYTHING, ID, fill, panel


@pytest.fixture
def browser(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CampaignBrowser:
    """Return an operator's page on the Export tab; an export is written at once, in this thread."""
    monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(tmp_path / "exports"))
    kit = build(fill, role="operator")

    def start(id: str, *arguments: Any, **options: Any) -> None:
        kit.exports.run_one(kit.exports.request(id, *arguments, **options).export_id)

    monkeypatch.setattr(kit.exports, "start", start)
    page = CampaignBrowser(kit)
    send(page, event="open", id=ID)
    send(page, event="tab", tab="export")
    return page


def taken(browser: CampaignBrowser, export_id: str) -> tuple[list[dict[str, Any]], bytes]:
    """Return what a page is told and handed while it takes a file along."""
    told: list[dict[str, Any]] = []
    pieces: list[bytes] = []

    def keep(content: dict[str, Any], buffers: list[bytes]) -> None:
        told.append(content)
        pieces.append(buffers[0])

    browser.send = keep  # type: ignore[method-assign, assignment]
    while not told or sum(map(len, pieces)) < told[0]["size"]:
        send(browser, event="download", id=export_id, offset=sum(map(len, pieces)))
        assert browser.notice is None, browser.notice
    return told, b"".join(pieces)


def test_the_full_list_is_exported_and_taken_along(
    browser: CampaignBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (panel(browser)["full"], panel(browser)["filter_text"], panel(browser)["rows"]) == (120, None, [])
    send(browser, event="export-create")
    (row,) = panel(browser)["rows"]
    assert (row["status"], row["rows_written"], row["asked"], row["mine"]) == ("Done", 120, "full list", True)
    monkeypatch.setattr(exports, "PIECE", 1000)
    told, whole = taken(browser, row["export_id"])
    assert len(whole) == row["bytes"] == told[0]["size"] and len(told) > 5
    assert len(list(csv.DictReader(io.StringIO(whole.decode())))) == 120
    actions = [entry.action for entry in browser._kit.audit.of(ID).rows]
    assert actions == ["downloaded", "exported"]  # one download, however many pieces


def test_a_file_is_taken_along_whatever_the_page_shows_meanwhile(
    browser: CampaignBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        send(browser, event="export-create")
    first, second = (row["export_id"] for row in panel(browser)["rows"])
    size = panel(browser)["rows"][0]["bytes"]
    monkeypatch.setattr(exports, "PIECE", size // 3)
    pieces: dict[str, list[bytes]] = {first: [], second: []}
    told: list[tuple[dict[str, Any], list[bytes]]] = []
    browser.send = lambda content, buffers: told.append((content, buffers))  # type: ignore[method-assign, assignment]
    for meanwhile in (
        {"event": "open", "id": ID},
        {"event": "back"},
        {"event": "refresh"},
        {"event": "refresh"},
    ):
        for id, got in pieces.items():  # two views of the page, and each takes one
            send(browser, event="download", id=id, offset=sum(map(len, got)))
            assert browser.notice is None
            said, (piece,) = told.pop()
            assert (said["id"], said["size"]) == (id, size)
            got.append(piece)
        send(browser, **meanwhile)
    assert [len(b"".join(got)) for got in pieces.values()] == [size] * 2
    actions = [entry.action for entry in browser._kit.audit.of(ID).rows]
    assert sorted(actions) == ["downloaded", "downloaded", "exported", "exported"]


def test_the_current_filter_is_the_one_of_the_recipients_tab(browser: CampaignBrowser) -> None:
    send(browser, event="recipients-failed")
    send(browser, event="tab", tab="export")
    assert (panel(browser)["filtered"], panel(browser)["filter_text"]) == (12, "SMS result failed")
    send(browser, event="export-choose", field="rows_of", value="filter")
    send(browser, event="export-choose", field="format", value="txt")
    send(browser, event="export-create")
    (row,) = panel(browser)["rows"]
    assert (row["format"], row["rows_written"], row["asked"]) == ("txt", 12, "SMS result failed")
    send(browser, event="export-again", id=row["export_id"])
    assert [row["rows_written"] for row in panel(browser)["rows"]] == [12, 12]


def test_a_page_asks_again_soon_while_an_export_is_under_way(browser: CampaignBrowser) -> None:
    kit = browser._kit
    assert browser.pace is None
    kit.exports.request(ID)
    send(browser, event="refresh")
    assert panel(browser)["rows"][0]["status"] in {status.value for status in ExportStatus}
    assert browser.pace == (1.0 if panel(browser)["rows"][0]["status"] == "Queued" else None)


def test_somebody_else_can_see_it_and_not_have_it(browser: CampaignBrowser) -> None:
    send(browser, event="export-create")
    (row,) = panel(browser)["rows"]
    path = browser._kit._store.path  # type: ignore[attr-defined]
    other = CampaignBrowser(campaignkit.open(path, workspace="master", role="operator", actor="bo"))
    send(other, event="open", id=ID)
    send(other, event="tab", tab="export")
    assert [(row["mine"], row["requested_by"]) for row in panel(other)["rows"]] == [(False, "ann")]
    told: list[Any] = []
    other.send = lambda *given, **more: told.append((given, more))  # type: ignore[method-assign]
    send(other, event="download", id=row["export_id"], offset=0)
    assert other.notice["text"] == "only ann can download this export: create one of your own"
    assert told == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    event=st.sampled_from(["download", "export-choose", "export-again"]),
    message=st.dictionaries(st.sampled_from(["id", "offset", "field", "value"]), ANYTHING, max_size=4),
)
def test_no_message_breaks_the_tab(browser: CampaignBrowser, event: str, message: dict[str, Any]) -> None:
    send(browser, **message, event=event)
    assert browser.notice is None or browser.notice["kind"] == "info", browser.notice
