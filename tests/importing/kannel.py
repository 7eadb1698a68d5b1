"""Kannel's sqlbox, as it is on PostgreSQL: its tables, and what it writes into them when messages go their way.

The tables are those of gw/sqlbox_pgsql.h (kannel-sqlbox, DDL of 2012): a list that only the names follow. Texts are
URL-encoded as gw_sql_save_msg leaves them; `id` is never written; empty texts and -1 are written as null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import psycopg

TABLE = """
create table {name} (
  sql_id serial primary key, momt varchar(3) check (momt in ({momt}, null)) default null,
  sender varchar(20) null, receiver varchar(20) null, udhdata varchar(255) null, msgdata text null, time bigint null,
  smsc_id varchar(255) null, service varchar(255) null, account varchar(255) null, id bigint null, sms_type bigint null,
  mclass bigint null, mwi bigint null, coding bigint null, compress bigint null, validity bigint null,
  deferred bigint null, dlr_mask bigint null, dlr_url varchar(255) null, pid bigint null, alt_dcs bigint null,
  rpi bigint null, charset varchar(255) null, boxc_id varchar(255) null, binfo varchar(255) null, meta_data text null)
"""
DELIVERED, FAILED, BUFFERED, ACCEPTED, REFUSED = 1, 2, 4, 8, 16  # bits of dlr_mask
ALL = 31

RECEIPT = "id:{id} sub:001 dlvrd:001 submit date:2603020900 done date:2603020901 stat:{stat} err:{err} text:"


class Sqlbox:
    """One sqlbox, on an open connection that commits each statement."""

    def __init__(self, connection: psycopg.Connection[Any], *, make: bool = True) -> None:
        self.connection = connection
        if make:
            connection.execute(TABLE.format(name="sent_sms", momt="'MO', 'MT', 'DLR'").encode())
            connection.execute(TABLE.format(name="send_sms", momt="'MO', 'MT'").encode())

    def queue(self, **columns: object) -> None:
        """Put a message into the queue, as an application does: without a time, unless it says one."""
        self._insert("send_sms", {"momt": "MT", "sms_type": 2, **columns})

    def message(self, receiver: str, *, sender: str | None = "ACME", **columns: object) -> None:
        """Log a message that was handed to the bearerbox."""
        self._insert(
            "sent_sms",
            {"momt": "MT", "sender": sender, "receiver": receiver, "msgdata": "Hello%21", "sms_type": 2, "boxc_id": "sqlbox"}
            | columns,
        )  # fmt: skip

    def report(
        self,
        receiver: str,
        mask: int,
        *,
        time: int,
        text: str | None = None,
        sender: str | None = "ACME",
        **columns: object,
    ) -> None:
        """Log what comes back: a row of its own, that bears the message's sender, receiver and dlr_url."""
        self._insert(
            "sent_sms",
            {"momt": "DLR", "sender": sender, "receiver": receiver, "time": time, "sms_type": 3, "dlr_mask": mask,
             "msgdata": quote_plus(text) if text else None, "smsc_id": "carrier-a", "boxc_id": "sqlbox"} | columns,
        )  # fmt: skip

    def inbound(self, sender: str, *, time: int) -> None:
        """Log a message that came in."""
        self._insert(
            "sent_sms",
            {
                "momt": "MO",
                "sender": sender,
                "receiver": "2345",
                "msgdata": "STOP",
                "time": time,
                "sms_type": 0,
            },
        )

    def _insert(self, table: str, columns: dict[str, object]) -> None:
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        self.connection.execute(
            f"insert into {table} ({names}) values ({marks})".encode(), list(columns.values())
        )


def receipt(stat: str, *, id: str = "4f3c", err: str = "000") -> str:
    """Return the text of a centre's receipt."""
    return RECEIPT.format(id=id, stat=stat, err=err)


def day(box: Sqlbox, first: int) -> Iterator[str]:
    """Let an ordinary day go by from *first*, in seconds since 1970; yield the dlr_url of each message."""
    for number, (mask, text) in enumerate(
        [(DELIVERED, receipt("DELIVRD", id="a1")), (FAILED, receipt("UNDELIV", id="a2", err="00B")), (BUFFERED, None)]
    ):  # fmt: skip
        url = f"job-{number}"
        to = f"+44794600090{number}"
        box.message(to, time=first + number, dlr_mask=ALL, dlr_url=url)
        box.report(to, ACCEPTED, time=first + number + 1, text="ACK/", dlr_url=url)
        box.report(to, mask, time=first + number + 60, text=text, dlr_url=url)
        yield url
