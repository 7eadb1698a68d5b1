"""From a click on a filter, a head, a page or a tab to the new rows, beside the round trip of an empty message.

The page is one of the bench's own: it shows the product, and a widget that sends an empty message and gets one back.
Each click is made by hand, pressed for 80 ms and timed from its release, and by a script, which presses and releases at
once: what a press announces (ui/foreseen.py) is ready for the one and not for the other.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

import campaignkit
from campaignkit.serve import dashboards, lab
from campaignkit.serve.servers import free_port
from campaignkit.serve.up import Choice, serving
from tools.bench import clicks
from tools.bench.figures import ROUNDS, WARM, Figure
from tools.bench.questions import Questions
from tools.browser import launch

PAGE = Path(__file__).parent / "page"
PICTURES = Path("build/screenshots/bench")
WIDTH = 1720  # the filters stand beside the list in JupyterLab, too
TARGET = 5  # times the round trip of an empty message


def figures(data: Path, *, now: datetime, rounds: int = ROUNDS) -> Iterator[Figure]:  # noqa: ARG001 - pages have the real clock
    """Yield one figure a click for JupyterLab and for Voila."""
    questions = Questions(campaignkit.open(data, workspace="master"))
    ways = clicks.ours(questions)
    with sync_playwright() as playwright, served(data, PAGE) as addresses:
        chromium = launch(playwright)
        for server in addresses:
            with opened(chromium, server, addresses[server], "page", width=WIDTH) as page:
                page.wait_for_function("window.roundTrip")
                for action, way in ways.items():
                    if action == "tab":
                        clicks.open_campaign(page, questions)
                    for by, walk in {"hand": way.walk_by_hand, "script": way.walk}.items():
                        took, limit = clicks.in_turns(page, walk, _empty, warm=WARM, rounds=rounds)
                        yield Figure(
                            name=f"{server}: {action} click by {by} → rows",
                            took=took,
                            limit_name="empty message",
                            limit=limit,
                            target=TARGET,
                        )
        chromium.close()


def _empty(page: Page) -> list[float]:
    clicks.rest(page)
    return [page.evaluate("roundTrip()") for _ in (0, 1)]


@contextmanager
def served(data: Path, pages: Path) -> Iterator[dict[str, str]]:
    """Serve the bench's pages as `campaignkit up` serves the product's, and yield the two servers' addresses."""
    choice = Choice(url=str(data), workspace="master", role="moderator", actor="bench")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "page"
        shutil.copytree(pages, folder)  # the Lab writes beside its notebooks
        with (
            mock.patch.object(lab, "notebooks", return_value=folder),
            mock.patch.object(dashboards, "asset", return_value=folder),
            serving(choice, lab_port=free_port(), port=free_port(), stop=threading.Event()) as servers,
        ):
            yield {server.name: server.address for server in servers}


@contextmanager
def opened(chromium: Browser, server: str, address: str, name: str, *, width: int = 1400) -> Iterator[Page]:
    """Yield a page with the notebook of that name, when the product's list is drawn in it.

    What a page shows that disappoints is kept as a picture: the error's note says where.
    """
    page = chromium.new_page(viewport={"width": width, "height": 900})
    try:
        page.add_init_script(path=clicks.SCRIPT)
        OPEN[server](page, address, f"{name}.ipynb")
        page.locator(".ck tbody.real tr").first.wait_for()
        yield page
    except PlaywrightError as error:
        error.add_note(f"seen in {picture(page, f'{server}-{name}')}")
        raise
    finally:
        page.close(run_before_unload=True)


def picture(page: Page, name: str) -> Path:
    """Return where a picture of the page is kept."""
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    return path


def _in_lab(page: Page, address: str, notebook: str) -> None:
    parts = urlsplit(address)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"http://{parts.netloc}/lab/workspaces/{Path(notebook).stem}/tree/{notebook}?{parts.query}")
    page.locator("#jp-main-statusbar", has_text=" | Idle").wait_for()
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()


def _in_voila(page: Page, address: str, notebook: str) -> None:
    page.goto(f"http://{urlsplit(address).netloc}/voila/render/{notebook}")


OPEN: dict[str, Callable[[Page, str, str], None]] = {lab.NAME: _in_lab, dashboards.NAME: _in_voila}
