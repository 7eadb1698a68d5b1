"""A Citus cluster as the server of the tests: a database of it is one on each node, and what `init` made is distributed.

Copying a database copies one node, so what is copied here is a node without the others; they join the copy.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg

from campaignkit.assets import asset

if TYPE_CHECKING:
    from tests.postgres import Server

NODE = "node"  # what every node of a new database is a copy of: nothing but the extension
ALONE = "prepared"  # the database that others are made like stays one node
STATEMENTS = re.split(r";\n\n", asset("sql", "scale", "citus.sql").read_text(encoding="utf-8"))


def workers(connection: psycopg.Connection[Any]) -> tuple[tuple[str, int], ...]:
    """Return the other nodes of the cluster that the connection's database coordinates, if it does."""
    if connection.execute("select to_regclass('pg_catalog.pg_dist_node')").fetchone() == (None,):
        return ()
    found = "select nodename, nodeport from pg_dist_node where isactive and groupid > 0 and noderole = 'primary' order by 2"
    return tuple((str(host), int(port)) for host, port in connection.execute(found).fetchall())


def create(server: Server, name: str, *, like: str | None) -> None:
    """Make a database on every node and join the nodes; like a prepared one, it is distributed."""
    made = []
    with ThreadPoolExecutor() as threads:
        for first, node in enumerate(server.nodes()):
            made.append(threads.submit(_make, node, name, like if first == 0 else None))
    for one in made:
        one.result()
    if name == server.called(ALONE):
        return
    with server.connect() as connection:  # its own name for itself, which workers reach, before ours
        known = connection.execute("select nodename, nodeport from pg_dist_node where groupid = 0").fetchone()
        here = known or (connection.info.host, connection.info.port)
    with server.connect(name) as connection:
        connection.execute("select citus_set_coordinator_host(%s, %s)", here)
        for worker in server.workers:
            connection.execute("select citus_add_node(%s, %s)", worker)
    if like:
        distribute(server, name)


def distribute(server: Server, name: str) -> None:
    """Carry out sql/scale/citus.sql as psql does, each statement by itself."""
    with server.connect(name) as connection:
        for statement in filter(str.strip, STATEMENTS):
            connection.execute(statement.encode())


def _make(node: Server, name: str, like: str | None) -> None:
    with node.connect() as connection:
        empty = node.called(NODE)
        if not connection.execute("select 1 from pg_database where datname = %s", [empty]).fetchone():
            connection.execute(node.creating(empty, None))
            with node.connect(empty) as made:
                made.execute("create extension citus")
        source = like or empty
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [source]
        )  # the extension's own daemon
        connection.execute(f"create database {name} template {source}".encode())
