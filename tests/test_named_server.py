"""A server that somebody names is left as it was, whoever else uses it and however many run at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from campaignkit.kit import database
from campaignkit.store.migrate import init
from tests import cluster
from tests.postgres import PREFIX, Server, borrowed

LOGINS = {"named_ann", "named_bob", "named_carl", "named_theirs"}


@pytest.fixture
def owner(postgres: Server) -> Iterator[psycopg.Connection[Any]]:
    with postgres.connect() as connection:
        yield connection


def there(owner: psycopg.Connection[Any]) -> tuple[set[str], set[str]]:
    """Return the server's databases and logins, as far as other tests have not made them."""
    databases = {name for (name,) in owner.execute("select datname from pg_database").fetchall()}
    roles = {name for (name,) in owner.execute("select rolname from pg_roles").fetchall()}
    return databases, roles & LOGINS


def test_what_a_run_makes_has_names_of_its_own_and_is_gone_when_the_last_one_ends(
    postgres: Server, owner: psycopg.Connection[Any]
) -> None:
    before = there(owner)
    with borrowed(postgres.url()) as one:
        with borrowed(postgres.url()) as other:
            names = {server.create("same") for server in (one, other)}
            assert len(names) == 2 and all(name.startswith(PREFIX) for name in names)
            init(database(other.url(other.create("whole")), writable=True))
            for server in (one, other):
                assert server.login("named_ann", "campaignkit_viewer") == "named_ann"
        kept = {one.called("same")} | ({one.called(cluster.NODE)} if one.workers else set())
        assert there(owner) == (before[0] | kept, before[1] | {"named_ann"}), "the other run goes on"
        with psycopg.connect(one.url("same", "named_ann")) as theirs:
            assert theirs.execute("select session_user::text").fetchone() == ("named_ann",)
    assert there(owner)[0] == before[0]
    if not postgres.prefix:  # else this process uses it too, and drops its logins at its own end
        assert there(owner) == before


def test_a_login_that_is_somebody_s_is_not_used_and_two_of_one_name_are_noticed(
    postgres: Server, owner: psycopg.Connection[Any]
) -> None:
    owner.execute("create role named_theirs login")
    try:
        with borrowed(postgres.url()) as server:
            with pytest.raises(RuntimeError, match="has a role named_theirs of its own"):
                server.login("named_theirs", "campaignkit_viewer")
            server.login("named_bob", "campaignkit_viewer")
            with pytest.raises(RuntimeError, match=r"named_bob is in \['campaignkit_viewer'\]"):
                server.login("named_bob", "campaignkit_pii")
        assert "named_theirs" in there(owner)[1]
    finally:
        owner.execute("drop role named_theirs")


def test_no_address_shows_a_password_and_who_is_no_superuser_is_told_so(postgres: Server) -> None:
    owner = postgres.url()
    for address in (owner.replace("@", ":s%2F3cret@"), f"{owner}&password=s%2F3cret"):
        if not postgres.asks:
            with borrowed(address) as server:
                assert "3cret" not in f"{server!r} {server.url('x')} {server.url('x', 'named_ann')}"
    login = postgres.login("named_carl")
    with pytest.raises(RuntimeError, match="names the login named_carl, which is no superuser"):
        borrowed(postgres.url(None, login)).__enter__()
