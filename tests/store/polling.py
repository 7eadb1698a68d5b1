"""One process among several on one file: `python -m tests.store.polling ROLE PATH CACHE`, told how much on its input.

It says "ready", waits for a line with a number of rounds or a number of seconds ("40" or "60s"), works, and prints
what it did as JSON. A "stopper" stays inside its transaction until it is killed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from campaignkit.store.duckdb import DuckStore, Session
from campaignkit.store.statements import Variant

PAGE = Variant(filters=frozenset({"campaigns"}), sort="created", descending=True, limited=True)


def say(text: str) -> None:
    print(text, flush=True)


def counted(session: Session) -> tuple[int, int]:
    """Return the counter and the number of audit rows, which every transaction raises together."""
    row = session.connection.execute(
        "select (select delivery_errors from core.campaigns where campaign_id = 1),"
        " (select count(*) from kit.audit_events)"
    ).fetchone()
    session.connection.complete()
    assert row is not None
    return row


def poll(store: DuckStore) -> None:
    """Read what a list reads, and make sure that no half of a transaction can be seen."""
    with store.reading() as session:
        counter, audited = counted(session)
        rows = session.rows("campaigns/page", {"scope": ["retail"], "limit": 50}, PAGE)
    assert counter == audited, f"the counter says {counter}, the audit {audited}"
    assert len(rows) == 50


def write(store: DuckStore, actor: str) -> None:
    """Raise the counter and add an audit row, in one transaction."""
    with store.writing() as session:
        session.connection.execute(
            "update core.campaigns set delivery_errors = delivery_errors + 1 where campaign_id = 1"
        ).complete()
        audit(session, actor)


def audit(session: Session, actor: str) -> None:
    session.connection.execute(
        "insert into kit.audit_events (workspace_id, campaign_id, action, actor, occurred_at)"
        " values ('retail', 1, 'note', $actor, $now)",
        {"actor": actor, "now": datetime.now(UTC)},
    ).complete()


def rounds(amount: str) -> Iterator[int]:
    """Yield numbers from 0: as many as *amount* says, or until its seconds are over."""
    if not amount.endswith("s"):
        yield from range(int(amount))
        return
    until, number = time.monotonic() + float(amount[:-1]), 0
    while time.monotonic() < until:
        yield number
        number += 1


def main(role: str, path: str, cache: str) -> None:
    store = DuckStore(Path(path), writable=role != "reader", cache=Path(cache)).open()
    say("ready")
    amount = sys.stdin.readline().strip()
    if role == "stopper":
        stop_inside(store)
        return
    began, took, errors = time.time(), [], []
    for number in rounds(amount):
        start = time.perf_counter()
        try:
            if role == "reader":
                poll(store)
            else:
                write(store, f"{role} {number}")
        except Exception as error:  # noqa: BLE001 - every kind is reported
            errors.append(f"{type(error).__name__}: {error}")
        took.append((time.perf_counter() - start) * 1000)
        if role == "chatty":
            say(f"committed {number}")
    say(json.dumps({"role": role, "began": began, "ended": time.time(), "ms": took, "errors": errors}))


def stop_inside(store: DuckStore) -> None:
    with store.writing() as session:
        audit(session, "never committed")
        say("inside")
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
