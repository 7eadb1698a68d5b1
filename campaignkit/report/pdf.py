"""The page on paper, printed by a Chromium without scripts and without a network."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from campaignkit.domain.errors import InvalidInput
from campaignkit.report.document import Read

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")
_NODE = re.compile(
    rb"\(node(\d{8})\)"
)  # the structure for screen readers counts what the browser has ever laid out


def print_page(html: Path, pdf: Path, read: Read) -> None:
    """Write *html* to *pdf*, dated as of the report's data; raises `InvalidInput` where there is no browser for it."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise InvalidInput(
            "--pdf needs Playwright, which is not installed: print report.html from a browser"
        ) from error
    try:
        with sync_playwright() as playwright:
            browser = _launched(playwright)
            context = browser.new_context(java_script_enabled=False, offline=True)
            page = context.new_page()
            page.goto(html.absolute().as_uri())
            found = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
            browser.close()
    except Error as error:
        reason = str(error).splitlines()[0]
        raise InvalidInput(
            f"--pdf needs Chromium, and none starts ({reason}): print report.html from a browser"
        ) from error
    pdf.write_bytes(settled(found, read.facts.as_of))


def settled(pdf: bytes, as_of: str) -> bytes:
    """Return what Chromium printed with what differs from print to print settled: its dates, and where ids begin."""
    moment = re.sub(r"\D", "", as_of)[:14].encode()
    dated = _DATE.sub(lambda match: b"/" + match[1] + b" (D:" + moment + b"+00'00')", pdf)
    first = min(map(int, _NODE.findall(dated)), default=0)
    return _NODE.sub(lambda match: b"(node%08d)" % (int(match[1]) - first), dated)


def _launched(playwright: Playwright) -> Browser:
    for command in COMMANDS:
        if path := shutil.which(command):
            return playwright.chromium.launch(executable_path=path)
    return playwright.chromium.launch()
