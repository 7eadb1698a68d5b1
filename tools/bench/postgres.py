"""Every screen and an export on PostgreSQL with ten million recipients, beside what is written by hand there.

The limits are asked on a bare connection that is kept, by the same login, in the same kind of session, a transaction of
one state that can change nothing: `begin`, the question, `rollback`. psycopg prepares them as it prepares ours. The
campaign that is looked at holds a tenth of all recipients, a million; its export stands beside psql's own COPY, and its
snapshot beside ADBC, which fetches the same columns and does nothing with them.
"""

from __future__ import annotations

import contextlib
import os
import site
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg

import campaignkit
from campaignkit import Kit
from campaignkit.domain.filters import Cursor
from campaignkit.kit import database
from campaignkit.store.postgres import READ, PostgresStore, spelt
from campaignkit.store.statements import Variant
from tests.postgres import Server, wheel
from tools.bench import exports, large, scale
from tools.bench.figures import Figure, in_turns
from tools.bench.large_server import DATABASE, serving
from tools.bench.rivals.install import packages

SIZE = "10M"
WARM, ROUNDS = 8, 60
EXPORTS_WARM, EXPORTS = 1, 5  # each takes seconds
TARGETS = {
    "tiles": 3.0,
    "list": 5.0,
    "recipients": 10.0,
}  # of the limit of scale.questions; the others are shown
DEPTH = 1.2
SNAPSHOT = 1.25  # times what ADBC alone takes: 0.8 of its rate
SNAPSHOT_COLUMNS = (  # of sql/copy/recipients, as they are
    "campaign_id, recipient_id, ctn_tail, stage, esme, filter, parts, command_status, smsid, smpp_code, sms_result,"
    " err, error, created_at, sent_at, dlr_at"
)
HAND = {
    scale.POINT: "select * from core.campaigns where campaign_id = %(campaign)s",
    scale.RECIPIENT: (  # what a viewer may read of one, and a page shows
        "select recipient_id, ctn_tail, stage, esme, filter, dlr_at, smpp_code, sms_result, smsid, created_at, sent_at,"
        " error from core.recipients where campaign_id = %(campaign)s and recipient_id = 1000"
    ),
}


class Bare:
    """A connection of nobody's, and the queries that are written by hand on it."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        ((self.id, self.size),) = self.ask(
            "select external_id::varchar, total from core.campaigns where campaign_id = %(campaign)s"
        )

    def ask(self, sql: str, **more: object) -> list[tuple[Any, ...]]:
        """Ask in a transaction that can change nothing."""
        self._connection.execute(READ)
        rows = self._connection.execute(sql.encode(), {"campaign": large.LARGEST} | more).fetchall()
        self._connection.execute("rollback")
        return rows


def figures(_data: Path, *, now: datetime) -> Iterator[Figure]:  # noqa: ARG001 - it has data of its own
    """Yield each question beside its limit, pages far down beside the first, and an export beside psql's."""
    with serving(SIZE) as server:
        kit = opened(server, "bench_viewer")
        bare = Bare(server.url(DATABASE, "bench_viewer"))
        for name, asked in scale.questions().items():
            limit_name = scale.RECIPIENT if asked.limit == scale.RECIPIENT else scale.POINT
            took, limit = in_turns(
                lambda _, ask=asked.question: ask(kit, bare.id),
                lambda _, sql=HAND[limit_name]: bare.ask(sql),
                warm=WARM,
                rounds=ROUNDS,
            )
            target = None if name == "recipients: counts" else TARGETS.get(name.partition(":")[0])
            yield Figure(
                name=f"PostgreSQL: {name}", took=took, limit_name=limit_name, limit=limit, target=target
            )
        yield from _far_down(kit, bare)
        yield from _exports(server, bare)
        yield _snapshot(server, kit, bare)
        yield _tiles_of_a_change(server, kit, bare)


def _tiles_of_a_change(server: Server, kit: Kit, bare: Bare) -> Figure:
    """Return the tiles while two of the campaigns have changed since they were counted."""
    with server.connect(DATABASE) as owner:
        owner.execute(large.CHANGE.encode())
        try:
            took, limit = in_turns(
                lambda _: kit.campaigns.kpis(),
                lambda _: bare.ask(HAND[scale.POINT]),
                warm=WARM,
                rounds=ROUNDS,
            )
        finally:  # the server is kept
            owner.execute(large.CHANGE.replace("+ interval", "- interval").encode())
    database(server.url(DATABASE), writable=True).open().put_together()
    return Figure(
        name=f"PostgreSQL: {scale.CHANGED}",
        took=took,
        limit_name=scale.POINT,
        limit=limit,
        target=TARGETS["tiles"],
    )


def opened(server: Server, login: str) -> Kit:
    """Return a kit on the data as that login."""
    role = login.removeprefix("bench_")
    return campaignkit.open(server.url(DATABASE, login), workspace="master", role=role, now=large.NOW)


def _far_down(kit: Kit, bare: Bare) -> Iterator[Figure]:
    far = int(bare.size * 0.95)
    ((sent,),) = bare.ask(
        "select max(sent_at) from core.recipients where campaign_id = %(campaign)s and recipient_id <= %(far)s",
        far=far,
    )
    for sort, key in {"id": str(far), "sent": sent.isoformat()}.items():
        after = str(Cursor(f"{sort} asc", key, str(far)))
        took, limit = in_turns(
            lambda _, sort=sort, after=after: kit.recipients.page(bare.id, sort=sort, after=after),
            lambda _, sort=sort: kit.recipients.page(bare.id, sort=sort),
            warm=WARM,
            rounds=ROUNDS,
        )
        yield Figure(
            name=f"PostgreSQL: page by {sort} at 95 % depth",
            took=took,
            limit_name="first page",
            limit=limit,
            target=DEPTH,
        )


def _exports(server: Server, bare: Bare) -> Iterator[Figure]:
    """Yield the export from the request to the kept file; all lies in memory where there is such a place."""
    memory = exports.MEMORY if exports.MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="campaignkit-bench-", dir=memory) as name:
        folder = Path(name)
        os.environ["CAMPAIGNKIT_EXPORTS"] = str(folder / "kept")
        kit = opened(server, "bench_operator")

        def export(_: int) -> None:
            done = kit.exports.run_one(kit.exports.request(bare.id).export_id)
            assert done.rows_written == bare.size  # noqa: S101 - a figure of something else would be none

        def clear() -> None:
            for file in (folder / "kept").iterdir():
                file.unlink()

        columns = f"select {exports.COLUMNS} from core.recipients where campaign_id = {large.LARGEST}"  # noqa: S608 - written here
        for what, query, target in (
            ("\\copy, in order", f"{columns} order by recipient_id", 1.05),
            ("\\copy", columns, None),
            ("\\copy of its own query", own_query(server), None),
        ):
            took, limit = in_turns(
                export,
                lambda _, query=query: copied(server, folder / "bare.csv", query),
                warm=EXPORTS_WARM,
                rounds=EXPORTS,
                between=clear,
            )
            yield Figure(
                name=f"PostgreSQL: export of {bare.size:,}, masked",
                took=took,
                limit_name=what,
                limit=limit,
                target=target,
            )


def _snapshot(server: Server, kit: Kit, bare: Bare) -> Figure:
    """Return the snapshot of the campaign, until the file is there, beside ADBC; memory as above."""
    site.addsitedir(str(packages()))
    from adbc_driver_postgresql import dbapi

    memory = exports.MEMORY if exports.MEMORY.is_dir() else None
    url = server.url(DATABASE, "bench_viewer")
    with (
        tempfile.TemporaryDirectory(prefix="campaignkit-bench-", dir=memory) as name,
        dbapi.connect(url) as connection,
        duckdb.connect() as counter,
    ):

        def snapshot(_: int) -> None:
            made = kit.snapshot(Path(name) / "copy.duckdb", bare.id, force=True)
            assert made.recipients == bare.size  # noqa: S101 - a figure of something else would be none

        def fetch(_: int) -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"select {SNAPSHOT_COLUMNS} from core.recipients where campaign_id = {large.LARGEST}"  # noqa: S608 - written here
                )
                counter.register("arrived", cursor.fetch_arrow())  # as Arrow batches, which are counted only
                assert counter.execute("select count(*) from arrived").fetchall() == [(bare.size,)]  # noqa: S101 - as above
                counter.unregister("arrived")
            connection.rollback()

        took, limit = in_turns(snapshot, fetch, warm=EXPORTS_WARM, rounds=EXPORTS)
    return Figure(
        name=f"PostgreSQL: snapshot of {bare.size:,}, masked",
        took=took,
        limit_name="ADBC, its columns",
        limit=limit,
        target=SNAPSHOT,
    )


def own_query(server: Server) -> str:
    """Return what an export asks the server for: masked, guarded, with moments as it spells them."""
    store = PostgresStore(server.url(DATABASE, "bench_viewer")).open()
    with contextlib.closing(store), store.reading() as session:
        sql, given = session.filled("exports/csv", {"campaign_id": large.LARGEST}, Variant())
        query = spelt(session.columns(sql, given)) % sql
        return psycopg.ClientCursor(session.connection).mogrify(query, given)


def copied(server: Server, out: Path, query: str) -> None:
    """Let psql write by hand what *query* yields."""
    subprocess.run(
        [
            str((wheel() or Path()) / "pginstall" / "bin" / "psql"),
            *("--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command"),
            f"\\copy ({' '.join(query.split())}) to '{out}' with (format csv, header)",  # which ends with its line
            server.url(DATABASE, "bench_viewer"),
        ],
        check=True,
    )
