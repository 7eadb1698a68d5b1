"""The four clicks that are measured, what they ask the kernel, and how the product's page does them.

Each has a way there and a way back: the filter is set and dropped, the other order is chosen and the first again, the
next page is turned to and the one before. Of the tab only the way there is measured: from it back, there is no list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from playwright.sync_api import Page

from campaignkit.services.campaigns import PAGE_ROWS
from tools.bench.figures import Times
from tools.bench.questions import Questions

SCRIPT = Path(__file__).parent / "click.js"  # in every page before anything else
PATIENCE = 60_000  # milliseconds that a page may take to draw its first rows
PAUSE = 30  # milliseconds between two clicks
PRESS = 80  # milliseconds from a hand's press to its release


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A click and the rows that stand after it; `click.js` says what the parts are."""

    click: str
    inside: str
    rows: str
    keys: tuple[str, ...] = ()
    count: int | None = None
    canvas: bool = False

    def after(self, page: Page) -> float:
        """Click, and return in how many milliseconds the rows stood."""
        rest(page)
        took: float = page.evaluate("(step) => took(step)", asdict(self))
        return took

    def by_hand(self, page: Page) -> float:
        """Press and release as a hand does, and return in how many milliseconds after the release the rows stood."""
        rest(page)
        page.mouse.move(*page.evaluate("(step) => middle(step)", asdict(self)))
        page.evaluate("(step) => { window.awaited = took(step, true); }", asdict(self))
        page.mouse.down()
        page.wait_for_timeout(PRESS)
        page.mouse.up()
        took: float = page.evaluate("awaited")
        return took

    def wait(self, page: Page) -> None:
        """Wait until the rows stand without a click."""
        page.wait_for_function("(step) => stands(step)", arg=asdict(self), timeout=PATIENCE)


def rest(page: Page) -> None:
    """Let a page paint what it has, so that the next click does not wait for what the one before left to do."""
    page.evaluate("painted()")
    page.wait_for_timeout(PAUSE)


Walk = Callable[[Page], list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way there and back of one action."""

    there: Step
    back: Step
    both: bool = True  # whether the way back is measured too

    def walk(self, page: Page) -> list[float]:
        """Click there and back, and return what is measured of it."""
        took = [self.there.after(page), self.back.after(page)]
        return took if self.both else took[:1]

    def walk_by_hand(self, page: Page) -> list[float]:
        """Do the same by hand."""
        took = [self.there.by_hand(page), self.back.by_hand(page)]
        return took if self.both else took[:1]


def keys(questions: Questions, action: str, there: bool) -> tuple[str, ...]:
    """Return of each row what tells it from the others: its short id, or the digits that are shown of its number."""
    return tuple(key.lstrip("*") for key in questions.ask(action, there).to_series().to_list())


OURS = {
    "filter": (".ck input[data-field=statuses][value=Done]",) * 2,
    "sort": (".ck [data-do=sort][data-key=sender]", ".ck [data-do=sort][data-key=created]"),
    "page": (".ck [data-do=page][data-to=next]", ".ck [data-do=page][data-to=previous]"),
    "tab": (".ck [data-tab=recipients]", ".ck [data-tab=overview]"),
}


def ours(questions: Questions) -> dict[str, Way]:
    """Return the ways of the product's page; the tab's begins where the campaign is open."""
    ways = {}
    for action, (there, back) in OURS.items():
        rows = ".ck table.rec tbody tr" if action == "tab" else ".ck tbody.real tr"
        step = Step(click=there, inside=".ck", rows=rows, count=PAGE_ROWS, keys=keys(questions, action, True))
        way_back = replace(step, click=back, keys=keys(questions, action, False))
        if action == "tab":
            way_back = replace(way_back, keys=(), count=0)
        ways[action] = Way(there=step, back=way_back, both=action != "tab")
    return ways


def open_campaign(page: Page, questions: Questions) -> None:
    """Open the campaign whose tab is measured."""
    page.locator(f".ck tbody.real tr[data-id='{questions.campaign}'] [data-do=open]").first.click()
    page.locator(".ck [data-tab=recipients]").wait_for()


def in_turns(page: Page, ours: Walk, theirs: Walk, *, warm: int, rounds: int) -> tuple[Times, Times]:
    """Return the times of both; each begins every other round, so that what one leaves behind meets both."""
    took: tuple[list[float], list[float]] = ([], [])
    sides = [(took[0], ours), (took[1], theirs)]
    while len(took[0]) < warm + rounds:
        for times, walk in sides:
            times.extend(walk(page))
        sides.reverse()
    return Times.of(took[0][warm:]), Times.of(took[1][warm:])
