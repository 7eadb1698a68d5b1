"""Where a long list stands: the pages down to the one that is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from campaignkit.domain.errors import InvalidInput
from campaignkit.services.campaigns import PAGE_ROWS
from campaignkit.services.pages import Page
from campaignkit.ui.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """`cursors` begin each page down to this one, `next` begins the one after it."""

    cursors: tuple[str | None, ...] = (None,)
    next: str | None = None

    @property
    def after(self) -> str | None:
        """Return the cursor of the page that is shown."""
        return self.cursors[-1]

    def turned(self, to: object) -> Pages:
        """Return the pages after a wish to go *to* the first, next or previous one; raises `InvalidInput`."""
        match to:
            case "next" if self.next is not None:
                return replace(self, cursors=(*self.cursors, self.next))
            case "previous" if len(self.cursors) > 1:
                return replace(self, cursors=self.cursors[:-1])
            case "first":
                return Pages()
            case "next" | "previous":
                return self  # a click that crossed with the answer to another
        raise InvalidInput("there is no such page")

    def words(self, page: Page[Any]) -> Value:
        """Return where *page* lies in its list."""
        before = PAGE_ROWS * (len(self.cursors) - 1)
        rows = len(page.rows)
        return {
            "total": page.total,
            "first": before + 1 if rows else 0,
            "last": before + rows if rows else 0,
            "has_previous": len(self.cursors) > 1,
            "has_next": page.next is not None,
        }
