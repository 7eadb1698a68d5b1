"""The campaign browser on a page, wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page


@dataclass(frozen=True)
class Screen:
    """A page, and the widget's root in it."""

    page: Page
    root: Locator

    @classmethod
    def of(cls, page: Page) -> Screen:
        """Return the screen on *page*, once its first rows are there."""
        root = page.locator(".ck").first
        root.locator("tbody.real tr").first.wait_for()
        return cls(page, root)
