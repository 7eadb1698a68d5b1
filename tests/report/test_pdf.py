"""The page on paper: the same bytes twice, and one sentence where there is no browser."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from campaignkit.domain.errors import InvalidInput
from campaignkit.report import pdf
from campaignkit.report.document import Read
from tests.report.conftest import Named, Written
from tools.browser import NoBrowser, launch


@pytest.fixture
def read(written: Written, named: Named) -> Read:
    report = written(campaigns=[named("Season preview")])
    report.head()
    return report._read()


def launched(playwright: Any) -> Any:
    try:
        return launch(playwright)
    except NoBrowser as problem:
        pytest.skip(str(problem))


def test_the_page_is_printed_the_same_twice(
    read: Read, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_launched", launched)
    for name in ("a.pdf", "b.pdf"):
        pdf.print_page(folder / "report.html", tmp_path / name, read)
    first = (tmp_path / "a.pdf").read_bytes()
    assert first == (tmp_path / "b.pdf").read_bytes()
    assert first.startswith(b"%PDF") and set(re.findall(rb"Date \(D:(\d+)", first)) == {b"20261123120000"}


def test_where_the_browser_begins_to_count_makes_no_difference() -> None:
    one, other = (
        b"/ID (node%08d) /ID (node%08d) /CreationDate (D:2026112312%04d+00'00')" % (n, n + 7, n)
        for n in (65, 66)
    )
    assert pdf.settled(one, "2026-11-23T12:00:00Z") == pdf.settled(other, "2026-11-23T12:00:00Z")
    assert b"(node00000007) /CreationDate (D:20261123120000+00'00')" in pdf.settled(
        one, "2026-11-23T12:00:00Z"
    )


def test_without_a_browser_it_says_what_to_do(
    read: Read, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(
        InvalidInput, match="--pdf needs Playwright, which is not installed: print report.html"
    ):
        pdf.print_page(folder / "report.html", tmp_path / "a.pdf", read)
    monkeypatch.undo()
    from playwright.sync_api import Error

    def none(_: Any) -> Any:
        raise Error("no executable\nand more")

    monkeypatch.setattr(pdf, "_launched", none)
    with pytest.raises(InvalidInput, match=r"--pdf needs Chromium, and none starts \(no executable\): print"):
        pdf.print_page(folder / "report.html", tmp_path / "a.pdf", read)
