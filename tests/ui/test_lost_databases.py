"""A database that is taken away, held or exchanged while its list is open: a sentence, the last good data, recovery."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from campaignkit import Kit
from campaignkit.store import duckdb as store_module
from campaignkit.ui import CampaignBrowser
from tests import world
from tests.ui.test_browser_widget import send, shown

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def browser(kit: Kit) -> CampaignBrowser:
    return CampaignBrowser(kit)


@pytest.fixture
def path(kit: Kit) -> Path:
    return Path(kit._store.path)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let a program that knows nothing of us hold the file, as a forgotten notebook does."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None and program.stdin is not None
        assert program.stdout.readline() == "held\n"
        yield
        program.stdin.close()


def expect_last_good(browser: CampaignBrowser, said: str) -> None:
    """Each wish gets a sentence, and neither the rows nor what they are filtered by change."""
    for message in (
        {"event": "refresh"},
        {"event": "filter", "field": "statuses", "value": ["Done"]},
        {"event": "sort"},
    ):
        send(browser, **message)
        if message["event"] != "sort":
            assert browser.notice["kind"] == "error" and said in browser.notice["text"], browser.notice
            assert "What you see is from 12:00:00." in browser.notice["text"]
        assert shown(browser) == list("123456789")
        assert browser.listing["chips"] == [] and not browser.filter.active


def expect_recovered(browser: CampaignBrowser) -> None:
    send(browser, event="refresh")
    assert browser.notice is None
    send(browser, event="filter", field="statuses", value=["Done"])
    assert shown(browser) == ["6"]


def test_a_file_that_another_program_holds(
    browser: CampaignBrowser, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.1)
    with held(path):
        expect_last_good(browser, "is held by another program (")
    expect_recovered(browser)


@pytest.mark.parametrize("content", [b"", b"no database at all" * 1000])
def test_a_file_that_is_exchanged_for_one_that_is_no_database(
    browser: CampaignBrowser, path: Path, content: bytes
) -> None:
    kept = path.rename(path.with_suffix(".kept"))
    path.write_bytes(content)
    send(browser, event="refresh")
    assert browser.notice["kind"] == "error", browser.notice
    assert shown(browser) == list("123456789")
    kept.replace(path)
    expect_recovered(browser)


def test_a_file_that_is_exchanged_for_a_foreign_database(browser: CampaignBrowser, path: Path) -> None:
    kept = path.rename(path.with_suffix(".kept"))
    with duckdb.connect(path) as foreign:
        foreign.execute("create schema core; create table core.campaigns (id int)").complete()
    expect_last_good(browser, "does not keep the data contract")
    kept.replace(path)
    expect_recovered(browser)


def test_a_file_that_is_exchanged_for_another_of_ours_is_shown_as_it_is(
    browser: CampaignBrowser, path: Path, tmp_path: Path
) -> None:
    send(browser, event="open", id="00000004")
    store = world.make(tmp_path / "other.duckdb")
    with store.writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 7, status="Failed")
    (tmp_path / "other.duckdb").replace(path)
    send(browser, event="refresh")
    assert browser.notice["kind"] == "info" and "begins with '00000004" in browser.notice["text"]
    send(browser, event="back")
    assert shown(browser) == ["7"]
    assert browser.tiles["kpis"]["total"] == 1
