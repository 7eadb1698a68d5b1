"""A browser, JupyterLab and Voila, each started once for this folder's tests.

The scope is the folder rather than the session: Playwright keeps an event loop in this thread while it lives, in
which tests elsewhere that use asyncio could not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from campaignkit.serve.servers import HOST, Server, free_port
from campaignkit.serve.up import Choice, serving
from tools.browser import NoBrowser, launch

expect.set_options(timeout=20_000)  # a busy machine is no bug
SCREENSHOTS = Path("build/screenshots")
LOCAL = ("data", "blob", "about", "devtools")


@dataclass(frozen=True, kw_only=True)
class Lab:
    """The JupyterLab of `campaignkit up`."""

    base: str
    token: str

    def open(self, page: Page, notebook: str, *, until: str | None = None) -> None:
        """Open a notebook, run all its cells, and wait for a selector in its outputs."""
        page.goto(f"{self.base}/lab/tree/{notebook}?token={self.token}")
        page.locator("#jp-main-statusbar", has_text=" | Idle").wait_for()  # the kernel is there
        page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
        page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
        if until is not None:
            page.locator(".jp-OutputArea-output").locator(until).first.wait_for()


@dataclass(frozen=True, kw_only=True)
class Voila:
    """The Voila of `campaignkit up`."""

    base: str

    def open(
        self, page: Page, dashboard: str = "operations.ipynb", *, query: str = "", until: str | None = None
    ) -> None:
        """Open a dashboard and wait until it is drawn, or for a selector in it."""
        page.goto(f"{self.base}/voila/render/{dashboard}{query}")
        page.locator("#loading").wait_for(state="detached")
        if until is not None:
            page.locator("#rendered_cells").locator(until).first.wait_for()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A browser; without one these tests do not run, which pytest says at its end, and which CI does not accept."""
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except NoBrowser as problem:
            if os.environ.get("CI") == "true":
                pytest.fail(str(problem), pytrace=False)
            pytest.skip(str(problem))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample database, as `campaignkit demo` makes it."""
    path = tmp_path_factory.mktemp("browser") / "sample.duckdb"
    size = ["--campaigns", "120", "--recipients", "20000"]
    command = [sys.executable, "-m", "campaignkit", "demo", str(path), *size]
    subprocess.run(command, check=True, capture_output=True)
    return path


@pytest.fixture(scope="package")
def servers(chromium: Browser, sample: Path) -> Iterator[tuple[Server, ...]]:
    """What `make run` starts, on the sample: as a moderator, over all workspaces; nothing without a browser."""
    choice = Choice(url=str(sample), workspace="master", role="moderator", actor="tester")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTERLAB_SETTINGS_DIR", str(sample.parent / "settings"))  # a test changes the theme
        with serving(choice, lab_port=free_port(), port=free_port(), stop=threading.Event()) as running:
            yield running


@pytest.fixture(scope="package")
def lab(servers: tuple[Server, ...]) -> Lab:
    """JupyterLab on the notebooks."""
    address = urlsplit(servers[0].address)
    return Lab(base=f"http://{address.netloc}", token=address.query.removeprefix("token="))


@pytest.fixture(scope="package")
def voila(servers: tuple[Server, ...]) -> Voila:
    """Voila on the dashboards."""
    return Voila(base=f"http://{urlsplit(servers[1].address).netloc}")


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[NewPage]:
    """Open pages, each in a context of its own with the options given: `new_page(color_scheme="dark")`.

    The test fails if a page writes an error to its console or asks another machine for anything; a failed test leaves
    screenshots in build/screenshots.
    """
    pages: list[Page] = []
    problems: list[str] = []

    def new(**options: object) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())  # "leave with unsaved changes?"
        page.on("console", lambda message: problems.extend(_console_error(message)))
        page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
        page.on("request", lambda asked: problems.extend(_outside(asked.url)))
        page.on("websocket", lambda socket: problems.extend(_outside(socket.url)))
        pages.append(page)
        return page

    yield new
    if problems or request.node.stash.get(FAILED, False):
        _save_screenshots(request.node.name, pages)
    for page in pages:
        leave(page)
        page.context.close()
    assert problems == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page, watched as `new_page` says."""
    return new_page()


def leave(page: Page) -> None:
    """Close a page as a reader does, so that a dashboard's kernel ends with it."""
    if not page.is_closed():
        with page.expect_event("close"):
            page.close(run_before_unload=True)


def _console_error(message: ConsoleMessage) -> list[str]:
    return [f"console: {message.text}"] if message.type == "error" else []


def _outside(url: str) -> list[str]:
    parts = urlsplit(url)
    return [] if parts.scheme in LOCAL or parts.hostname == HOST else [f"request to {url}"]


def _save_screenshots(test: str, pages: list[Page]) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pages, start=1):
        page.screenshot(path=SCREENSHOTS / f"{re.sub(r'[^a-z0-9]+', '-', test.lower())}-{number}.png")


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the fixtures of a test whether it failed: they take the screenshot."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
