"""From a click on a filter to the new rows in the page, beside the round trip of an empty message in the same page.

The page is one of the bench's own: it shows the product, and a widget that sends an empty message and gets one back.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from campaignkit.serve import dashboards, lab
from campaignkit.serve.servers import free_port
from campaignkit.serve.up import Choice, serving
from tools.bench.figures import ROUNDS, WARM, Figure, Times
from tools.browser import launch

PAGE = Path(__file__).parent / "page"
TARGET = 5  # times the round trip of an empty message
MEASURE = (PAGE / "measure.js").read_text(encoding="utf-8")


def figures(data: Path, *, now: datetime) -> Iterator[Figure]:  # noqa: ARG001 - the page's clock is the real one
    """Yield one figure for JupyterLab and one for Voila."""
    with sync_playwright() as playwright, _served(data) as (lab_address, voila_address):
        chromium = launch(playwright)
        for name, open_page in (("JupyterLab", _in_lab), ("Voila", _in_voila)):
            page = chromium.new_page(viewport={"width": 1400, "height": 900})
            open_page(page, lab_address if name == "JupyterLab" else voila_address)
            page.locator(".ck tbody.real tr").first.wait_for()
            clicks, echoes = page.evaluate(MEASURE, WARM + ROUNDS)
            yield Figure(
                name=f"{name}: filter click → rows",
                took=Times.of(clicks[WARM:]),
                limit_name="empty message",
                limit=Times.of(echoes[WARM:]),
                target=TARGET,
            )
            page.close(run_before_unload=True)
        chromium.close()


@contextmanager
def _served(data: Path) -> Iterator[tuple[str, str]]:
    """Serve the bench's page as `campaignkit up` serves the product's, and yield the two servers' addresses."""
    choice = Choice(url=str(data), workspace="master", role="moderator", actor="bench")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "page"
        shutil.copytree(PAGE, folder)  # the Lab writes beside its notebooks
        with (
            mock.patch.object(lab, "notebooks", return_value=folder),
            mock.patch.object(dashboards, "asset", return_value=folder),
            serving(choice, lab_port=free_port(), port=free_port(), stop=threading.Event()) as servers,
        ):
            yield servers[0].address, servers[1].address


def _in_lab(page: Page, address: str) -> None:
    parts = urlsplit(address)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"http://{parts.netloc}/lab/tree/page.ipynb?{parts.query}")
    page.locator("#jp-main-statusbar", has_text=" | Idle").wait_for()
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()


def _in_voila(page: Page, address: str) -> None:
    page.goto(f"http://{urlsplit(address).netloc}/voila/render/page.ipynb")
