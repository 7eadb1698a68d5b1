"""Receipts that come as fast as DuckDB takes them, while ten pollers ask for the list and the tiles as open pages do.

The writer is the stand-in for Core with a fixed heap of receipts to fold, alone and then beside the pollers.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import campaignkit
from campaignkit.demo.stand_in.loop import BREATH
from campaignkit.demo.stand_in.simulator import Simulator
from campaignkit.domain.lists import CampaignList
from campaignkit.kit import database
from campaignkit.services.check import check
from campaignkit.store.base import Store
from tools.bench.figures import Figure, Times

POLLERS = 10
EVERY = 5.0  # seconds, the pace of a page on which something is sending
RECEIPTS = 400_000
DELIVERED = f"""
select campaign_id, recipient_id from core.recipients where stage = 'Delivered' order by campaign_id, recipient_id
limit {RECEIPTS}
"""  # noqa: S608 - a number
HEAP = f"""
insert into sim.receipts
select row_number() over () / 1e6, 0, r.campaign_id, r.recipient_id, 3, 'UNDELIV', 'failed', '001', 'bench'
from ({DELIVERED}) r
"""  # noqa: S608 - a statement of ours


def figures(data: Path, *, now: datetime) -> Iterator[Figure]:  # noqa: ARG001 - the stand-in's clock is the real one
    """Yield how long a poll takes meanwhile, and what the pollers cost the writer."""
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-", dir=data.parent) as folder:
        alone = folded(_opened(shutil.copy(data, Path(folder) / "alone.duckdb")))
        path = Path(shutil.copy(data, Path(folder) / "sample.duckdb"))
        with ExitStack() as stack:
            pollers = [stack.enter_context(_poller(path, number)) for number in range(POLLERS)]
            for poller in pollers:
                assert poller.stdout is not None  # noqa: S101 - it was asked for
                poller.stdout.readline()  # it has opened the database
            beside = folded(_opened(path))
            for poller in pollers:
                poller.terminate()
            polls = [float(line) for poller in pollers for line in poller.communicate()[0].split()]
        _exact(path)
    yield Figure(
        name="a poll beside a busy writer",
        took=Times.of(polls),
        limit_name="a second",
        limit=Times(median=1000, p95=1000),
        target=1,
    )
    yield Figure(
        name=f"{RECEIPTS:,} receipts beside {POLLERS} pollers",
        took=Times.of([beside]),
        limit_name="alone",
        limit=Times.of([alone]),
        target=1.1,
    )


def _opened(path: str | Path) -> Store:
    return database(path, writable=True).open()


def folded(store: Store) -> float:
    """Let the stand-in fold the heap, and return how long it took, in milliseconds."""
    simulator = Simulator(store)
    simulator.begin(datetime.now(UTC))
    with store.writing() as session:
        session.script(HEAP)
    done = 0
    began = time.perf_counter()
    while done < RECEIPTS:
        done += simulator.tick(datetime.now(UTC)).receipts
        time.sleep(BREATH)
    return (time.perf_counter() - began) * 1000


def _exact(path: Path) -> None:
    """Refuse figures of counts that are wrong."""
    kit = campaignkit.open(path, workspace="master", role="operator")
    store = database(path).open()
    with store.reading() as session:
        ((delivered,),) = session.query("select count(*) from core.recipients where sms_result = 'delivered'")
    kit.refresh()
    wrong = [found for found in check(store).violations if found.relation.startswith("kit.")]
    if wrong or kit.campaigns.kpis().sms_sent != delivered:
        raise AssertionError(f"counts are not what the rows say: {wrong}")


def _poller(path: Path, number: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tools.bench.live", str(path), str(EVERY * number / POLLERS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def poll(arguments: Sequence[str]) -> None:
    """Ask as an open page does, again and again, and print how long each time took, in milliseconds."""
    path, wait = arguments
    kit = campaignkit.open(path, workspace="master")
    print(flush=True)
    time.sleep(float(wait))
    while True:
        began = time.perf_counter()
        kit.campaigns.listing(CampaignList())
        kit.campaigns.kpis()
        took = time.perf_counter() - began
        print(took * 1000, flush=True)
        time.sleep(max(0.0, EVERY - took))


if __name__ == "__main__":
    poll(sys.argv[1:])
