"""What the dashboards show, and the one calm sentence where there is nothing to show."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from campaignkit.ui import CampaignBrowser, dashboard
from campaignkit.ui.dashboard import DASHBOARDS, NO_CAMPAIGN, NONE_CHOSEN, SEVERAL, Sentence
from campaignkit.ui.detail import NO_EXPORTS
from tests import world
from tests.services.conftest import Build, every_status
from tests.ui.test_browser_widget import send

Open = Callable[..., Any]
DONE = "00000006-0000-0000-0000-000000000000"
ARCHIVED = "0000000b-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dashboards") / "world.duckdb"
    with world.make(made).writing() as session:
        every_status(session)
    return made


@pytest.fixture
def opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that opens a dashboard on one campaign of each status at an address with that query."""

    def show(name: str, query: str = "", *, workspace: str = "master") -> Any:
        monkeypatch.setenv("CAMPAIGNKIT_DB", str(path))
        monkeypatch.setenv("CAMPAIGNKIT_WORKSPACE", workspace)
        monkeypatch.setenv("QUERY_STRING", query)
        return dashboard(name)

    return show


def test_the_campaign_dashboard_shows_five_tabs_of_one_campaign_and_no_list(opened: Open) -> None:
    page = opened("campaign", f"campaign={DONE}&theme=dark")
    assert isinstance(page, CampaignBrowser) and page.campaign_id == DONE
    assert page.detail["tabs"] == ["overview", "recipients", "errors", "export", "audit"]
    for tab in page.detail["tabs"]:
        send(page, event="tab", tab=tab)
        assert page.notice is None and page.detail["tab"] == tab
    send(page, event="tab", tab="export")
    assert page.detail["panel"] == {"refusal": NO_EXPORTS, "rows": None}
    assert "read-only" in NO_EXPORTS and "JupyterLab" in NO_EXPORTS
    assert page.detail["campaign"]["actions"] == []
    assert (page.listing, page.tiles) == ({}, {})


@pytest.mark.parametrize(
    "event",
    [
        "back",
        "go",
        "filter",
        "sort",
        "page",
        "view",
        "archive",
        "act",
        "download",
        "archive-all",
        "export-create",
    ],
)
def test_the_campaign_dashboard_knows_no_wish_beyond_its_campaign(opened: Open, event: str) -> None:
    page = opened("campaign", f"campaign={DONE}")
    send(page, event=event, id=DONE, action="archive", query="", view="archive")
    assert "means nothing" in page.notice["text"]
    assert (page.listing, page.campaign_id) == ({}, DONE)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", NONE_CHOSEN),
        ("campaign=", NONE_CHOSEN),
        ("campaign=%20", NONE_CHOSEN),
        ("campaign=garbage", NO_CAMPAIGN),
        ("campaign=ab", NO_CAMPAIGN),
        ("campaign=%3Cscript%3Ealert(1)%3C/script%3E", NO_CAMPAIGN),
        ("campaign=' or 1=1 --", NO_CAMPAIGN),
        ("campaign=%00", NO_CAMPAIGN),
        ("campaign=" + "f" * 100_000, NO_CAMPAIGN),
        ("campaign=ffffffff-0000-0000-0000-000000000000", NO_CAMPAIGN),
        ("campaign=0000", SEVERAL),
        ("&&=;%%%", NONE_CHOSEN),
    ],
)
def test_an_address_that_leads_to_no_campaign_is_one_sentence_with_a_reference_and_a_way_on(
    opened: Open, query: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page = opened("campaign", query)
    assert isinstance(page, Sentence)
    assert page.text == said and page.text.count(".") == 1
    assert page.link["dashboard"] == "operations"
    assert f"reference {page.reference}" in caplog.text


def test_a_campaign_of_another_workspace_is_as_unknown_as_one_that_never_was(opened: Open) -> None:
    assert isinstance(opened("campaign", f"campaign={DONE}", workspace="bank"), CampaignBrowser)
    page = opened("campaign", f"campaign={DONE}", workspace="retail")
    assert isinstance(page, Sentence) and page.text == NO_CAMPAIGN


def test_an_archived_campaign_is_one_sentence_and_the_way_to_where_it_is(opened: Open) -> None:
    page = opened("campaign", f"campaign={ARCHIVED}")
    assert isinstance(page, Sentence)
    assert page.text == "Campaign 0000000b was put into the archive."
    there = opened("operations", "&".join(f"{key}={value}" for key, value in page.link["query"].items()))
    assert there.campaign_id == ARCHIVED


@pytest.mark.parametrize("name", DASHBOARDS)
@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "is not there"), (b"", "cannot be read"), (b"no database" * 999, "cannot be read")],
)
def test_a_dashboard_without_a_database_says_so_and_not_where_it_is(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = tmp_path / "missing.duckdb"
    if content is not None:
        place.write_bytes(content)
    monkeypatch.setenv("CAMPAIGNKIT_DB", str(place))
    with caplog.at_level(logging.ERROR):
        page = dashboard(name)
    assert isinstance(page, Sentence)
    assert page.text == f"There is nothing to show: The database {said}."
    assert f"reference {page.reference}" in caplog.text and str(place) in caplog.text


def test_a_dashboard_that_loses_its_database_says_so_and_not_where_it_is(
    opened: Open, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page = opened("operations")
    gone = path.rename(path.with_suffix(".gone"))
    with caplog.at_level(logging.ERROR):
        send(page, event="refresh")
    gone.rename(path)
    assert page.notice["text"].startswith("The database is not there. What you see is from ")
    assert os.fspath(path.parent) not in page.notice["text"]
    assert f"reference {page.notice['reference']}" in caplog.text and str(path) in caplog.text


def test_a_dashboard_of_nobody_s_workspace_names_whom_to_ask(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(session: world.Session) -> None:
        every_status(session)
        world.insert(session, "kit.members", login="ben", workspace_id="bank", role="viewer")

    monkeypatch.setenv("CAMPAIGNKIT_DB", str(build(fill, actor="ben")._store.path))  # type: ignore[attr-defined]
    monkeypatch.setenv("CAMPAIGNKIT_AS", "cat")
    page = dashboard("campaign")
    assert isinstance(page, Sentence) and "ask for an entry in kit.members" in page.text
