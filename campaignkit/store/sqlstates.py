"""What a PostgreSQL server says when it refuses, as sentences for people.

A server that was reached tells what is wrong by SQLSTATE, which no language changes; texts and names of constraints are
never looked at, because a cluster spells them with the numbers of its shards. Before a connection stands there is no
SQLSTATE, only libpq's text.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import psycopg

from campaignkit.domain.errors import (
    CampaignKitError,
    InvalidInput,
    NotAllowed,
    StoreBusy,
    StoreMissing,
    StoreUnreachable,
    StoreUnreadable,
)

Sentence = tuple[type[CampaignKitError], str]  # {name} is the database, {what} the server's own first line

CONTRACT: Sentence = (
    StoreUnreadable,
    "{name} does not keep the data contract ({what}): if it was changed, open it again",
)
LOST: Sentence = (
    StoreUnreachable,
    "the connection to {name} was lost, nothing was changed: try again once the server answers",
)
MEANINGS: Mapping[str, Sentence] = {  # by SQLSTATE, or by its class of two letters
    "08P01": LOST,  # a pooler that has lost the server says this
    "08": (  # a cluster's node, which the server looked for: it speaks itself
        StoreUnreachable,
        "{name} does not reach a server behind it ({what}): nothing was changed, other campaigns may be on another",
    ),
    "57P": LOST,
    "57P03": (StoreBusy, "{name} is starting up or shutting down: try again in a moment"),
    "57014": (
        StoreBusy,
        "{name} took longer to answer than its statement_timeout allows: ask for less, or raise it",
    ),
    "25006": (
        StoreUnreadable,
        "{name} takes no changes, it is a standby or its sessions are read-only: connect to the primary",
    ),
    "28": (StoreUnreadable, "{name} does not let this login in ({what}): see docs/postgresql.md"),
    "42501": (
        NotAllowed,
        "the server refuses this to the login ({what}): ask for a role of campaignkit's, see docs/postgresql.md",
    ),
    "42P": CONTRACT,
    "42": CONTRACT,
    "3F": CONTRACT,
    "0A": (StoreUnreadable, "{name} cannot do this ({what}): its source takes no such change"),
    "55000": (StoreUnreadable, "{name} cannot do this ({what}): its source takes no such change"),
    "55P03": (StoreBusy, "the rows are held by somebody else: try again in a moment, nothing was changed"),
    "40": (
        StoreBusy,
        "somebody else changed the same rows in the same moment: try again, nothing was changed",
    ),
    "53300": (StoreBusy, "{name} takes no more connections: try again in a moment"),
    "53": (
        StoreUnreadable,
        "{name} has run out of disk or memory, nothing was changed: tell whoever runs it",
    ),
    "58": (StoreUnreadable, "{name} cannot read or write its own files ({what}): tell whoever runs it"),
    "XX": (StoreUnreadable, "{name} has met a fault of its own ({what}): tell whoever runs it"),
    "22": (
        StoreUnreadable,
        "{name} holds a value that cannot be read as the data contract has it: `campaignkit check` finds it",
    ),
    "23": (
        StoreUnreadable,
        "{name} refuses the change, a rule of the database forbids it: nothing was changed",
    ),
    "P0": (StoreUnreadable, "{name} refuses the change, a rule of its own forbids it: nothing was changed"),
}
_RIGHT_ONE = "give the right one in the URL, PGPASSWORD, ~/.pgpass or a service file, see docs/postgresql.md"
BEFORE: Mapping[str, Sentence] = {  # by what libpq says while it connects
    "password authentication failed": (
        StoreUnreadable,
        f"{{name}} does not take this password: {_RIGHT_ONE}",
    ),
    "no password supplied": (StoreUnreadable, f"{{name}} asks for a password: {_RIGHT_ONE}"),
    "authentication failed": (StoreUnreadable, "{name} does not let this login in ({what})"),
    "permission denied for database": (
        NotAllowed,
        "this login may not connect to {name}: ask for `grant connect on database`",
    ),
    "no pg_hba.conf entry": (
        StoreUnreadable,
        "{name} does not admit this login from here: ask for an entry in its pg_hba.conf",
    ),
    "is not permitted to log in": (StoreUnreadable, "{name} does not let this role log in: name a login"),
    "too many connections": (StoreBusy, "{name} takes no more connections: try again in a moment"),
    "too many clients": (StoreBusy, "{name} takes no more connections: try again in a moment"),
    "remaining connection slots": (StoreBusy, "{name} takes no more connections: try again in a moment"),
    "the database system is": (
        StoreBusy,
        "{name} is starting up or shutting down: try again in a moment",
    ),
    "SSL": (StoreUnreachable, "{name} and this machine do not agree on TLS ({what}): see docs/postgresql.md"),
    "certificate": (
        StoreUnreachable,
        "{name} and this machine do not agree on TLS ({what}): see docs/postgresql.md",
    ),
    "definition of service": (InvalidInput, "{name} names a service that no service file defines: add it"),
}
_NOT_THERE = {
    "role ": "{name}: the server knows no such login ({what}): name another, or have it created",
    "database ": "{name}: there is no such database on that server ({what}): create it, then run `campaignkit init`",
}
_SILENT = "{name} does not answer ({what}): is the server running, and the address right?"


@contextlib.contextmanager
def sentences(name: str) -> Iterator[None]:
    """Turn what psycopg raises about the database called *name* into what it means; the rest passes through.

    So does what psycopg itself refuses: that is a fault of ours.
    """
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate is None and not isinstance(error, _FROM_OUTSIDE):
            raise
        raise sentence(name, error) from error


_FROM_OUTSIDE = (psycopg.OperationalError, psycopg.DataError)


def sentence(name: str, error: psycopg.Error) -> CampaignKitError:
    """Return the error that says what *error* means."""
    if error.sqlstate is None:
        kind, text = _without_state(error)
    else:
        state = error.sqlstate
        known = next((MEANINGS[key] for key in (state, state[:3], state[:2]) if key in MEANINGS), None)
        kind, text = known or (StoreUnreadable, "{name} refuses this ({what})")
    return kind(text.format(name=name, what=_first_line(error)))


def _without_state(error: psycopg.Error) -> Sentence:
    """Return what an error means that no server has sent: the connection failed, or the data fits no Python value."""
    if isinstance(error, psycopg.DataError):
        return MEANINGS["22"]
    text = str(error)
    if not text.startswith("connection "):
        return LOST if not _is_looking_for_a_host(text) else (StoreUnreachable, _SILENT)
    for sign, meaning in BEFORE.items():
        if sign in text:
            return meaning
    if "does not exist" in text:
        for sign, missing in _NOT_THERE.items():
            if sign in text:
                return StoreMissing, missing
    return StoreUnreachable, _SILENT


def _is_looking_for_a_host(text: str) -> bool:
    return "resolve host" in text or "timeout" in text


def _first_line(error: psycopg.Error) -> str:
    """Return the server's own words without what stands before them; they name relations and logins, never rows."""
    primary = error.diag.message_primary or str(error) or type(error).__name__
    first = primary.splitlines()[0]
    if not error.diag.message_primary:  # libpq's, while it connects
        first = first.rsplit("FATAL:", 1)[-1].rsplit(" failed: ", 1)[-1]
    return first.strip().rstrip(".!")
