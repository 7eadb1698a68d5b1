"""Counts what changed since it was last counted, so that screens need not (`services/counts.py` reads it).

In short transactions, one bundle of campaigns each, so that whoever else uses the database gets a turn in between. What
an interrupted run has counted holds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from campaignkit.domain.errors import CampaignKitError, StoreError
from campaignkit.store.base import Row, Store
from campaignkit.store.probe import COUNTS

CLAIM = "refresh"
# A campaign that changed so lately is left for the next time: its clock may not tell that change from the next one.
SETTLED = timedelta(seconds=2)
RECIPIENTS, CAMPAIGNS = 1_000_000, 5_000  # at most in one transaction; a larger campaign is alone in its own
BREATH = 0.02  # seconds between two transactions, so that others get their turn
INTERVAL = 5.0  # seconds between two looks for what has changed
EMPTY = ("counts/empty", "counts/empty_parts", "counts/empty_quarters", "counts/empty_totals")
ADD_UP = ("counts/empty_totals", "counts/add_up")
COUNT = (
    "counts/open",
    "counts/drop_parts",
    "counts/drop_quarters",
    "counts/count_parts",
    "counts/count_quarters",
    "counts/close",
)

Progress = Callable[[int, int], None]  # is told how many campaigns are counted, and of how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """How many campaigns were counted anew, and how many changed too lately to be counted yet."""

    counted: int
    left: int

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def _silently(_done: int, _of: int) -> None:
    """Tell nobody how far it is."""


def refresh(
    store: Store, *, now: datetime, everything: bool = False, progress: Progress = _silently
) -> Refreshed:
    """Count the campaigns of *store* that changed since they were counted, or *everything* anew.

    Raises `StoreError` where the database was made before there were counts, and `StoreBusy` while somebody else
    refreshes.
    """
    lacking = sorted(COUNTS & store.probe.missing)
    if lacking:
        raise StoreError(
            f"{store.name} has no {lacking[0]} to keep counts in: run `campaignkit init` on it; over a source that does"
            " not say what changed there are none (docs/bring-your-own-database.md)"
        )
    with store.claim(CLAIM):
        if everything:
            _run(store, EMPTY, {})
        with store.reading() as session:
            stale = session.rows("counts/stale", {"settled": now - SETTLED})
        settled = [row for row in stale if row["settled"]]
        counted = 0
        for bundle in bundles(settled):
            if counted:
                time.sleep(BREATH)
            progress(counted, len(settled))
            _run(store, COUNT, {"campaign_ids": bundle})
            counted += len(bundle)
        if counted:
            _run(store, ADD_UP, {})
        store.put_together()
    return Refreshed(counted=counted, left=len(stale) - counted)


def _run(store: Store, names: Iterable[str], parameters: Row) -> None:
    with store.writing() as session:
        session.be_patient()
        for name in names:
            session.run(name, parameters)


def bundles(stale: list[Row], most: int = RECIPIENTS) -> Iterator[list[int]]:
    """Yield the campaigns of *stale*, rows of counts/stale, in bundles of at most so many recipients, in order.

    A campaign that has more is alone.
    """
    bundle: list[int] = []
    size = 0
    for row in stale:
        if bundle and (size + row["size"] > most or len(bundle) >= CAMPAIGNS):
            yield bundle
            bundle, size = [], 0
        bundle.append(row["campaign_id"])
        size += row["size"]
    if bundle:
        yield bundle


class _Stopped(Exception):
    """Whoever watches was told to stop while there was still something to count."""


def watch(
    once: Callable[[Progress], Refreshed],
    *,
    stop: threading.Event,
    tell: Progress = _silently,
    warn: Callable[[str], None],
) -> int:
    """Call *once* until *stop* is set, and return how many campaigns were counted; what prevents it is said once."""
    counted = 0
    told = ""

    def heed(done: int, of: int) -> None:
        if stop.is_set():
            raise _Stopped
        tell(done, of)

    while not stop.is_set():
        try:
            counted += once(heed).counted
            told = ""
        except _Stopped:
            break
        except (CampaignKitError, OSError) as error:
            reason = _reason(error)
            if reason != told:
                warn(f"{reason}; counting again when it can be done")
            told = reason
        stop.wait(INTERVAL)
    return counted


def _reason(error: CampaignKitError | OSError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)
