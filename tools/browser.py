"""The browser of the tests: found, or else installed. `make test` runs this, the browser tests import it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

VARIABLE = "CAMPAIGNKIT_CHROMIUM"
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class NoBrowser(Exception):
    """No browser could be started; the message says what was tried."""


def launch(playwright: Playwright) -> Browser:
    """Return the first browser that starts: the one that is named, one from PATH, Playwright's own.

    Raises NoBrowser, with the reason for each that was tried.
    """
    tried = []
    for executable in _executables():
        try:
            return playwright.chromium.launch(executable_path=executable)
        except PlaywrightError as error:
            tried.append(f"{executable or 'Playwright’s own'}: {str(error).splitlines()[0]}")
    raise NoBrowser("no browser starts: " + "; ".join(tried))


def _executables() -> Iterator[str | None]:
    if named := os.environ.get(VARIABLE):
        yield named  # and no other: whoever names one means it
        return
    yield from filter(None, map(shutil.which, COMMANDS))
    yield None  # Playwright's own, if it was downloaded


def install() -> None:
    """Install Debian's package where root may, else download Playwright's own, until one starts.

    Raises NoBrowser if none does.
    """
    problem = _problem()
    for command in _installations():
        if problem is None:
            return
        print("Installing a browser for the tests:", *command, flush=True)
        subprocess.run(command, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        problem = _problem()
    if problem is not None:
        raise problem


def _installations() -> Iterator[list[str]]:
    if os.environ.get(VARIABLE):
        return
    root = os.geteuid() == 0
    if root and shutil.which("apt-get"):
        yield ["apt-get", "update", "-qq"]
        yield [
            "apt-get",
            "install",
            "-qq",
            "-y",
            "--no-install-recommends",
            "chromium",
            "fonts-liberation",
        ]  # without a font a page has no words
    yield [sys.executable, "-m", "playwright", "install", *(["--with-deps"] if root else []), "chromium"]


def _problem() -> NoBrowser | None:
    try:
        with sync_playwright() as playwright:
            launch(playwright).close()
    except NoBrowser as problem:
        return problem
    return None


def main() -> int:
    """See to it that there is a browser; without one CI fails, and elsewhere pytest names what did not run."""
    try:
        install()
    except NoBrowser as problem:
        print(f"{problem}; name one that works: {VARIABLE}=/path/to/chromium", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
