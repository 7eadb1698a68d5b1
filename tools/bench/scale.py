"""Every screen at five and at fifty million recipients, beside a query by hand on a bare connection.

The limits are in the same kind of session, a file attached, asked and detached again, in turns with what they limit.
The campaign that is looked at holds a tenth of all recipients, so it grows tenfold too.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

import campaignkit
from campaignkit import CampaignFilter, Kit, Mode, Period, RecipientFilter, SmsResult, Status
from campaignkit.domain.filters import Cursor
from campaignkit.domain.lists import CampaignList
from campaignkit.kit import database
from tools.bench import large
from tools.bench.figures import Figure, in_turns

WARM, ROUNDS = 3, 25
GROWTH = 1.2  # at fifty million, of the time at five
POINT, FIFTY, RECIPIENT = "point query", "50 rows by key", "recipient by key"

CHANGED = "tiles, of two campaigns that changed"

Question = Callable[[Kit, str], object]
LISTS = {
    "everything": CampaignFilter(),
    "Done, OnTime, 30 days": CampaignFilter(
        statuses={Status.DONE}, modes={Mode.ON_TIME}, period=Period.MONTH
    ),
    "a sender": CampaignFilter(search="sender12"),
    "nothing": CampaignFilter(search="no such sender"),
}
PAGES: dict[str, tuple[RecipientFilter, str, bool]] = {
    "everything": (RecipientFilter(), "id", False),
    "by time, newest first": (RecipientFilter(), "sent", True),
    "failed": (RecipientFilter(sms_results={SmsResult.FAILED}), "id", False),
    "failed, newest first": (RecipientFilter(sms_results={SmsResult.FAILED}), "sent", True),
    "rare code of one ESME": (
        RecipientFilter(smpp_codes={"UNKNOWN"}, null_smpp=False, esmes={"carrier-1"}),
        "id",
        False,
    ),
    "two codes or none": (RecipientFilter(smpp_codes={"UNKNOWN", "REJECTD"}), "sent", False),
    "nothing": (RecipientFilter(smpp_codes={"NO SUCH"}, null_smpp=False), "id", False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, what limits it, and by how much."""

    question: Question
    limit: str
    target: float


def questions() -> dict[str, Asked]:
    """Return what is measured."""
    return {
        "tiles": Asked(question=lambda kit, _: kit.campaigns.kpis(), limit=POINT, target=3),
        **{
            f"list: {name}": Asked(question=partial(_list, filter), limit=FIFTY, target=12)
            for name, filter in LISTS.items()
        },
        "detail: verdicts and badge": Asked(
            question=lambda kit, one: kit.campaigns.show(one), limit=POINT, target=1.5
        ),
        "detail: activity": Asked(
            question=lambda kit, one: kit.campaigns.activity(one), limit=POINT, target=1.5
        ),
        "detail: errors": Asked(question=lambda kit, one: kit.errors.of(one), limit=POINT, target=1.5),
        "recipients: counts": Asked(
            question=lambda kit, one: kit.recipients.counts(one), limit=POINT, target=1.5
        ),
        **{
            f"recipients: {name}": Asked(question=partial(_page, *asked), limit=RECIPIENT, target=3)
            for name, asked in PAGES.items()
        },
    }


def _list(filter: CampaignFilter, kit: Kit, _id: str) -> object:
    return kit.campaigns.listing(CampaignList(filter=filter))


def _page(filter: RecipientFilter, sort: str, descending: bool, kit: Kit, id: str) -> object:
    return kit.recipients.page(id, filter, sort=sort, descending=descending)


class Bare:
    """A connection of nobody's, and the queries that are written by hand on it."""

    def __init__(self, path: Path) -> None:
        self._path, self._connection = path, duckdb.connect()
        ((self.id, self.size),) = self.ask(
            "select external_id::varchar, total from big.core.campaigns where campaign_id = $campaign"
        )

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Attach the file, ask, and detach it."""
        self._connection.execute(f"attach '{self._path}' as big (read_only)")
        rows = self._connection.execute(sql, {"campaign": large.LARGEST}).fetchall()
        self._connection.execute("detach big")
        return rows

    def limit(self, name: str) -> None:
        """Ask the query of that name."""
        self.ask(HAND[name])


HAND = {
    POINT: "select * from big.core.campaigns where campaign_id = $campaign",
    FIFTY: "select * from big.core.campaigns where campaign_id > $campaign and campaign_id <= $campaign + 50",
    RECIPIENT: "select * from big.core.recipients where campaign_id = $campaign and recipient_id = 1000",
}


def figures(_data: Path, *, now: datetime) -> Iterator[Figure]:  # noqa: ARG001 - it has data of its own
    """Yield each question at both sizes beside its limit, the page far down, and both sizes beside each other."""
    kits = {
        size: campaignkit.open(large.large(size), workspace="master", now=large.NOW)
        for size in large.COMPARED
    }
    bares = {size: Bare(large.large(size)) for size in large.COMPARED}
    for size, kit in kits.items():
        yield from _at(size, kit, bares[size])
    yield _tiles_of_a_change(large.large(large.COMPARED[0]))
    for name, asked in questions().items():
        took, limit = in_turns(
            lambda _, ask=asked.question: ask(kits["50M"], bares["50M"].id),
            lambda _, ask=asked.question: ask(kits["5M"], bares["5M"].id),
            warm=WARM,
            rounds=ROUNDS,
        )
        yield Figure(name=f"50M: {name}", took=took, limit_name="at 5M", limit=limit, target=GROWTH)


def _at(size: str, kit: Kit, bare: Bare) -> Iterator[Figure]:
    for name, asked in questions().items():
        took, limit = in_turns(
            lambda _, ask=asked.question: ask(kit, bare.id),
            lambda _, name=asked.limit: bare.limit(name),
            warm=WARM,
            rounds=ROUNDS,
        )
        yield Figure(
            name=f"{size}: {name}", took=took, limit_name=asked.limit, limit=limit, target=asked.target
        )
    far = str(int(bare.size * 0.95))
    after = str(Cursor("id asc", far, far))
    took, limit = in_turns(
        lambda _: kit.recipients.page(bare.id, after=after),
        lambda _: kit.recipients.page(bare.id),
        warm=WARM,
        rounds=ROUNDS,
    )
    yield Figure(
        name=f"{size}: page at 95 % depth", took=took, limit_name="first page", limit=limit, target=1.2
    )
    store = database(large.large(size)).open()
    took, limit = in_turns(lambda _: _session(store), lambda _: bare.limit(POINT), warm=WARM, rounds=ROUNDS)
    yield Figure(name=f"{size}: store session", took=took, limit_name=POINT, limit=limit, target=2.5)


def _tiles_of_a_change(path: Path) -> Figure:
    """Return the tiles while two of the campaigns have changed since they were counted."""
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-", dir=path.parent) as folder:
        copy = Path(shutil.copy(path, folder))
        with duckdb.connect(str(copy)) as connection:
            connection.execute(large.CHANGE)
        kit, bare = campaignkit.open(copy, workspace="master", now=large.NOW), Bare(copy)
        took, limit = in_turns(
            lambda _: kit.campaigns.kpis(), lambda _: bare.limit(POINT), warm=WARM, rounds=ROUNDS
        )
    return Figure(name=CHANGED, took=took, limit_name=POINT, limit=limit, target=3)


def _session(store: Any) -> None:
    with store.reading() as session:
        session.query(f"select * from core.campaigns where campaign_id = {large.LARGEST}")  # noqa: S608 - a number
