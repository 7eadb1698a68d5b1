"""Opening the page of a campaign of five million beside that of one with a hundred: what is there first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import campaignkit
from campaignkit.kit import database
from campaignkit.store import migrate
from campaignkit.ui.detail import Detail
from tools.bench.figures import Figure, in_turns

SIZES = {1: 5_000_000, 2: 100}
TARGET = 2
CAMPAIGN = """
insert into core.campaigns by name
select $id as campaign_id, uuid() as external_id, 'bench' as workspace_id, 'Sending' as status,
       'Approved' as moderation, 'OnDemand' as mode, 'BENCH' as saddr, $size as total, true as auto_start,
       $now as created_at, $now as updated_at
returning external_id::varchar
"""
RECIPIENTS = """
insert into core.recipients by name
select $id as campaign_id, n as recipient_id, '0123' as ctn_tail, 'Delivered' as stage,
       'esme-' || n % 5 as esme, 1 as parts,
       case n % 20 when 0 then 'UNDELIV' when 1 then null else 'DELIVRD' end as smpp_code,
       case n % 20 when 0 then 'failed' when 1 then 'unknown' else 'delivered' end as sms_result,
       $now as created_at, $now::timestamptz - to_seconds(n // 100) as sent_at
from range(1, $size + 1) as t(n)
"""


def figures(data: Path, *, now: datetime) -> Iterator[Figure]:
    """Yield one figure: the head of the page, which is sent before anything is counted."""
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-", dir=data.parent) as folder:
        path = Path(folder) / "detail.duckdb"
        ids = made(path, now)
        page = Detail(campaignkit.open(path, workspace="bench", now=now))
        took, limit = in_turns(lambda _: page.first(ids[1]), lambda _: page.first(ids[2]))
    yield Figure(
        name="first content of 5 million",
        took=took,
        limit_name="of 100 recipients",
        limit=limit,
        target=TARGET,
    )


def made(path: Path, now: datetime) -> dict[int, str]:
    """Make a database with a campaign of each size, and return their ids."""
    store = database(path, writable=True)
    migrate.init(store)
    ids: dict[int, str] = {}
    with store.writing() as session:
        connection = session.connection
        connection.execute("insert into core.workspaces values ('bench', 'Bench', 'UTC')").complete()
        for number, size in SIZES.items():
            given = {"id": number, "size": size, "now": now}
            ((ids[number],),) = connection.execute(CAMPAIGN, given).fetchall()
            connection.execute(RECIPIENTS, given).complete()
    return ids
