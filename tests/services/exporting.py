"""What the tests of exports share: a world with awkward rows, and a place for kept files."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb

from campaignkit.store.base import Store
from tests import world
from tests.world import NOW, ago

ONE = "00000001"
# of a range that is never given out, so that one of them anywhere is a leak and nothing else
NUMBERS = {n: f"+4479460009{n:02}" for n in range(1, 10)}


def recipients(session: world.Session) -> None:
    """Nine recipients in an order of their own, some with texts that a file or a spreadsheet could take wrongly."""
    world.workspace(session, "retail", "Europe/Vilnius")
    world.campaign(session, 1)
    rows = {
        4: {"error": '=HYPERLINK("http://x","y")', "esme": "+44", "smsid": "+447946000999"},
        2: {"stage": "Failed", "error": 'a "quoted", line\nand another\r\nend', "filter": "-stop"},
        9: {"smpp_code": "DELIVRD", "sms_result": "delivered", "dlr_at": NOW, "esme": "a,b"},
        1: {
            "smpp_code": "UNDELIV",
            "sms_result": "failed",
            "dlr_at": ago(minutes=1, microseconds=1),
            "esme": "a",
        },
        3: {"smpp_code": "ENROUTE", "dlr_at": NOW, "esme": "", "error": "\tx"},
        5: {"smpp_code": "@VENDOR", "dlr_at": NOW, "error": "# no comment"},
        6: {"stage": "New", "error": "ünïcödé 日本"},
        7: {"error": "\rx", "smsid": "0044"},
        8: {"error": "'already", "smsid": "-1"},
    }
    for number, row in rows.items():
        world.recipient(session, 1, number, ctn_tail=f"{number:02}", **row)


def keep_numbers(store: Store) -> None:
    """Keep clear numbers where the engine does: in the relation of a server, in a file beside a database of DuckDB."""
    if store.dialect == "postgres":
        with store.writing() as session:
            for recipient_id, ctn in [*NUMBERS.items()][:8]:
                world.insert(
                    session, "core.recipient_numbers", campaign_id=1, recipient_id=recipient_id, ctn=ctn
                )
        return
    path = Path(store.address)
    numbers = path.with_name(f"{path.name}.numbers.duckdb")
    with duckdb.connect(str(numbers)) as connection:
        connection.execute(
            "create schema core; create table core.recipient_numbers"
            " (campaign_id bigint, recipient_id bigint, ctn varchar)"
        )
        connection.executemany("insert into core.recipient_numbers values (1, ?, ?)", [*NUMBERS.items()][:8])
    numbers.chmod(0o600)


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV as any reader of RFC 4180 has them."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))
