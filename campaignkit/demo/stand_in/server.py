"""What standing in for Core takes on a server and not on a file: rights, indexes, a lock, and full numbers."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator

from campaignkit.assets import asset
from campaignkit.domain.errors import NotAllowed
from campaignkit.store.base import Session, Store

NUMBERS = "core.recipient_numbers"
_IS_A_CLUSTER = "select to_regclass('pg_catalog.pg_dist_partition') is not null"


def check_rights(store: Store) -> None:
    """Raise `NotAllowed` unless the login may do there what Core does."""
    with store.reading() as session:
        lacking = session.query(_text("rights"))
    for relation, right in lacking:
        raise NotAllowed(
            f"{store.login} may not {right} {relation} in {store.name}, which a stand-in for Core does: connect as the"
            " login that owns core.* (docs/postgresql.md)"
        )


def check_in_one_place(store: Store) -> None:
    """Raise `NotAllowed` where the nodes of a cluster have the recipients: they know nothing of what is to come."""
    with store.reading() as session:
        ((is_a_cluster,),) = session.query(_IS_A_CLUSTER)
        if is_a_cluster and session.query(_text("distributed")):
            raise NotAllowed(
                f"core.recipients is distributed over a cluster in {store.name}, and a stand-in for Core works on one"
                " server: name a sample that is not distributed"
            )


def furnish(session: Session) -> None:
    """Make what finds the due among all that is to come."""
    session.script(_text("indexes"))


def hold(session: Session) -> None:
    """Let whoever decides about a campaign that is under way wait until the transaction ends.

    Raises `StoreBusy` if somebody holds one of them for longer than a moment.
    """
    session.script(_text("step"))
    session.rows("simulate/server/hold", {})


@contextlib.contextmanager
def by_key(session: Session) -> Iterator[None]:
    """Let the statements of this block find each recipient by its key."""
    session.script(_text("by_key"))
    yield
    session.script(_text("by_cost"))


@functools.cache
def _text(name: str) -> str:
    return asset("sql", "simulate", "server", f"{name}.sql").read_text(encoding="utf-8")
