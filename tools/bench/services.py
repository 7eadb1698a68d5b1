"""What the services take of an answer, beside the least that the engine needs: a session and one row by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import campaignkit
from campaignkit import CampaignFilter, Kit, Status
from campaignkit.domain.lists import CampaignList
from campaignkit.kit import database
from campaignkit.store.duckdb import DuckStore
from tools.bench.figures import Figure, in_turns

FILTERS = (CampaignFilter(statuses=frozenset({Status.DONE})), CampaignFilter())


def figures(data: Path, *, now: datetime) -> Iterator[Figure]:
    """Yield the questions that a click on a filter asks."""
    kit, store = campaignkit.open(data, workspace="master", now=now), database(data).open()
    for name, question in QUESTIONS.items():
        took, limit = in_turns(
            lambda number, ask=question: ask(kit, FILTERS[number % 2]), lambda _: point(store)
        )
        yield Figure(name=f"services: {name}", took=took, limit_name="session + point", limit=limit)


def point(store: DuckStore) -> None:
    """Ask for one campaign by its key, in a session of its own."""
    with store.reading() as session:
        session.query("select * from core.campaigns where campaign_id = 5")


QUESTIONS: dict[str, Callable[[Kit, CampaignFilter], object]] = {
    "list": lambda kit, asked: kit.campaigns.listing(CampaignList(filter=asked)),
    "page alone": lambda kit, asked: kit.campaigns.page(asked),
    "counts at the filters": lambda kit, asked: kit.campaigns.facets(asked),
    "tiles": lambda kit, _: kit.campaigns.kpis(),
}
