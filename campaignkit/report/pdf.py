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
    moment = re.sub(r"\D", "", read.facts.as_of)[:14].encode()
    pdf.write_bytes(_DATE.sub(lambda match: b"/" + match[1] + b" (D:" + moment + b"+00'00')", found))


def _launched(playwright: Playwright) -> Browser:
    for command in COMMANDS:
        if path := shutil.which(command):
            return playwright.chromium.launch(executable_path=path)
    return playwright.chromium.launch()
