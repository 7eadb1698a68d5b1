"""An export of two million recipients, from the request to the kept file, beside the engine's bare COPY of the columns.

The export is masked, guarded, in order, counted, hashed, recorded and audited; the limits are one statement by hand on
a bare connection, as the rows lie and in order. All lies in memory where there is such a place: a disk that still
writes what the one before left is no part of either.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb

import campaignkit
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.migrate import init
from tools.bench.figures import Figure, in_turns

ROWS = 2_000_000
WARM, ROUNDS = 1, 9  # each takes seconds
MEMORY = Path("/dev/shm")  # noqa: S108 - Linux has it; the folder made in it is private
LIMITS = (("bare COPY, in order", "order by recipient_id", 1.05), ("bare COPY, as it lies", "", 1.25))
COLUMNS = "ctn_tail, stage, esme, filter, dlr_at, smpp_code, smsid, created_at, sent_at, error"
FILL = """
insert into core.workspaces values ('retail', 'Retail', 'UTC');
insert into core.campaigns (campaign_id, external_id, workspace_id, status, moderation, saddr, created_at, updated_at)
select 1, '00000001-0000-0000-0000-000000000000', 'retail', 'Done', 'Approved', 'ACME', now(), now();
insert into core.recipients (campaign_id, recipient_id, ctn_hash, ctn_tail, stage, esme, filter, smsid,
                             smpp_code, sms_result, error, created_at, sent_at, dlr_at)
select 1, n, 'v1:' || sha256(n::varchar), lpad((n % 10000)::varchar, 4, '0'), 'Delivered', 'esme-' || (n % 4),
       case when n % 97 = 0 then 'stop-list' end, 'sms-' || lower(hex(hash(n))),
       case when n % 20 = 0 then 'UNDELIV' else 'DELIVRD' end,
       case when n % 20 = 0 then 'failed' else 'delivered' end, case when n % 20 = 0 then 'subscriber absent' end,
       timestamptz '2026-11-20 10:00:00+00' + interval 1 millisecond * n,
       timestamptz '2026-11-20 10:00:01+00' + interval 1 millisecond * n,
       timestamptz '2026-11-20 10:00:09+00' + interval 1 millisecond * n
from range(2000000) as r(n);
"""


def figures(data: Path, *, now: datetime) -> Iterator[Figure]:  # noqa: ARG001 - it needs one big campaign of its own
    """Yield the export beside both limits."""
    with tempfile.TemporaryDirectory(
        prefix="campaignkit-bench-", dir=MEMORY if MEMORY.is_dir() else None
    ) as name:
        folder = Path(name)
        os.environ["CAMPAIGNKIT_EXPORTS"] = str(folder / "kept")
        store = DuckStore(folder / "big.duckdb", writable=True)
        init(store)
        with store.writing() as session:
            session.script(FILL)
        kit = campaignkit.open(store.path, workspace="master", role="operator", now=now)

        def export(_: int) -> None:
            done = kit.exports.run_one(kit.exports.request("00000001").export_id)
            assert done.rows_written == ROWS  # noqa: S101 - a figure of something else would be none

        def clear() -> None:
            for file in (folder / "kept").iterdir():
                file.unlink()

        for what, order, target in LIMITS:
            took, limit = in_turns(
                export,
                lambda _, order=order: bare(store.path, order),
                warm=WARM,
                rounds=ROUNDS,
                between=clear,
            )
            yield Figure(
                name=f"export of {ROWS:,}, masked", took=took, limit_name=what, limit=limit, target=target
            )


def bare(path: Path, order: str) -> None:
    """Let the engine write the columns by hand."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{path}' as big (read_only)")
        select = f"select {COLUMNS} from big.core.recipients where campaign_id = 1 {order}"  # noqa: S608 - written here
        connection.execute(f"copy ({select}) to '{path}.csv' (format csv, header)").fetchall()
