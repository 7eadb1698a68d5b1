"""From a click to the new rows, beside the table widgets that people show a frame with instead.

A page for each rival has its table and the product side by side, and clicks the one and the other in turns. A rival's
click is on an ipywidgets button that asks the kernel for the same rows and hands them over. Its time ends when all rows
stand in the page; in Perspective, which draws what can be seen, when the first ones stand in its shadow; in
ipydatagrid, which paints, when the first ones are written on its canvas. A rival that draws nothing is none that was
beaten: it has no figure, and a line says why.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest import mock

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

import campaignkit
from campaignkit.serve import dashboards
from campaignkit.services.campaigns import PAGE_ROWS
from tools.bench import clicks
from tools.bench.browser import opened, picture, served
from tools.bench.clicks import Step, Way
from tools.bench.figures import Figure, Times
from tools.bench.questions import Questions
from tools.bench.rivals.install import PREFIX, version
from tools.browser import launch

WARM, ROUNDS = 4, 30
SEEN = 8  # rows that are in sight in any of them
WIDTH = 2400  # of a page with both


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How a rival draws its rows."""

    package: str
    rows: str = ""
    whole: bool = True  # all of them, or what can be seen
    canvas: bool = False


RIVALS = {
    "itables": Drawn(package="itables", rows="table.dataTable tbody tr"),
    "ipydatagrid": Drawn(package="ipydatagrid", whole=False, canvas=True),
    "Perspective": Drawn(package="perspective-python", rows="regular-table tbody tr", whole=False),
    "ipyvuetify": Drawn(package="ipyvuetify", rows=".v-table tbody tr"),
}


def figures(data: Path, *, now: datetime, rounds: int = ROUNDS) -> Iterator[Figure]:  # noqa: ARG001 - pages have the real clock
    """Yield one figure for each click, rival and server: the product's time, limited by the rival's.

    A rival that fails has no figure there, and a line with the cause and a picture; the others go on.
    """
    questions = Questions(campaignkit.open(data, workspace="master"))
    with sync_playwright() as playwright, _all_served(data) as addresses:
        chromium = launch(playwright)
        for at in addresses.items():
            for name in RIVALS:
                try:
                    yield from _beside(chromium, name, at, questions, rounds=rounds)
                except PlaywrightError as error:
                    _say(f"{at[0]}: no figure beside {name}: {_cause(error)}")
        chromium.close()


@contextmanager
def _all_served(data: Path) -> Iterator[dict[str, str]]:
    """Serve a page for each rival, with their front ends; nothing of this reaches the product's own servers."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, JUPYTER_PATH=str(PREFIX / "share" / "jupyter")),
        mock.patch.object(dashboards, "MODULE", "tools.bench.rivals.voila"),
    ):
        pages = Path(folder)
        for name in RIVALS:
            source = f"from tools.bench.rivals import page\n\npage.show({name!r})"
            (pages / f"{name}.ipynb").write_text(json.dumps(_notebook(source)), encoding="utf-8")
        with served(data, pages) as addresses:
            yield addresses


def _notebook(source: str) -> dict[str, object]:
    cell = {
        "cell_type": "code",
        "id": "c00",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def _beside(
    chromium: Browser, name: str, at: tuple[str, str], questions: Questions, *, rounds: int
) -> Iterator[Figure]:
    """Yield the figures of one rival on one server, its name and its address."""
    server, address = at
    rival = f"{name} {version(RIVALS[name].package)}"
    with opened(chromium, server, address, name, width=WIDTH) as page:
        ours, theirs = clicks.ours(questions), _ways(RIVALS[name], questions)
        theirs["page"].back.wait(page)
        for action, way in ours.items():
            try:
                if action == "tab":
                    clicks.open_campaign(page, questions)
                    page.locator(".do-open").click()
                    theirs["tab"].back.wait(page)
                took, limit = clicks.in_turns(page, way.walk, theirs[action].walk, warm=WARM, rounds=rounds)
            except PlaywrightError as error:
                seen = picture(page, f"{server}-{name}-{action}")
                _say(
                    f"{server}: {action}: no figure beside {rival}: {_cause(error)}{_told(page)}; seen in {seen}"
                )
                continue
            _say(f"{server}: {action}: {_ms(took)}, {rival} {_ms(limit)}")
            yield Figure(
                name=f"{server}: {action} beside {name}", took=took, limit_name=rival, limit=limit, target=1
            )


def _cause(error: PlaywrightError) -> str:
    return "; ".join([error.message.splitlines()[0], *getattr(error, "__notes__", ())])


def _told(page: Page) -> str:
    """Return what the rival's kernel code raised, if it did: the page shows it."""
    raised = page.locator(".rival-raised").first.text_content()
    return f" ({raised})" if raised else ""


def _ms(times: Times) -> str:
    return f"{times.median:.0f} ms (95 %: {times.p95:.0f})"


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _ways(drawn: Drawn, questions: Questions) -> dict[str, Way]:
    """Return the ways of a rival: one button an action, pressed to go there and again to come back."""
    seen = PAGE_ROWS if drawn.whole else SEEN

    def step(action: str, there: bool) -> Step:
        return Step(
            click=f".do-{action}",
            inside=".rival",
            rows=drawn.rows,
            keys=clicks.keys(questions, action, there)[:seen],
            count=PAGE_ROWS if drawn.whole else None,
            canvas=drawn.canvas,
        )

    return {
        action: Way(there=step(action, True), back=step(action, False), both=action != "tab")
        for action in clicks.OURS
    }
