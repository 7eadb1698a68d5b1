"""The same rows in either engine make the same frames, the same exports and the same snapshots."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

import campaignkit
from campaignkit import CampaignFilter, Kit, RecipientFilter, cli
from campaignkit.domain.filters import CampaignSort, RecipientSort
from campaignkit.kit import database
from campaignkit.services.recipients import matching
from campaignkit.store.base import Store
from campaignkit.store.statements import names
from tests import world
from tests.postgres import PREPARED, Server
from tests.store.engines import copy
from tests.store.test_engines import fill
from tests.world import NOW, ago

# Named by hand: a set's text differs between two processes, and both that run the tests have to name them alike.
FILTERS = {
    "everything": RecipientFilter(),
    "two codes": RecipientFilter(smpp_codes=frozenset({"UNDELIV", "MK:0001"})),
    "one code": RecipientFilter(smpp_codes=frozenset({"DELIVRD"}), null_smpp=False),
    "an ESME": RecipientFilter(esmes=frozenset({"ESME-a"})),
    "nothing": RecipientFilter(smpp_codes=frozenset({"NEVER"}), null_smpp=False),
}
AWKWARD = ['a "quoted", line\nand\r\nanother', "", " ", "=1+1", "\tx", "\rx", "\\.", "\\N", "ünïcödé 日本", "'already", "0044", "NULL", "#"]  # fmt: skip


@pytest.fixture(scope="module")
def both(
    prepared: Server, tmp_path_factory: pytest.TempPathFactory, cache: Path
) -> Iterator[tuple[Store, Store]]:
    """Return a DuckDB file and a PostgreSQL database with the same rows."""
    on_a_file = world.make(tmp_path_factory.mktemp("same") / "world.duckdb", cache=cache)
    with on_a_file.writing() as session:
        fill(session)
        for number, text in enumerate(AWKWARD, start=100):
            world.recipient(session, 3, number, error=text, esme=text, filter=text, smsid=text, dlr_at=ago(minutes=1, microseconds=number))  # fmt: skip
        session.script(
            "create table ordered as from core.recipients order by all; delete from core.recipients;"
        )
        session.script("insert into core.recipients from ordered; drop table ordered")
    name = prepared.create("same", template=PREPARED)
    with on_a_file.reading() as session, prepared.connect(name) as connection:
        copy(session, connection)
    on_a_server = database(prepared.url(name)).open()
    yield on_a_file, on_a_server
    on_a_server.close()  # type: ignore[attr-defined]
    prepared.drop(name)


@pytest.fixture(scope="module")
def kits(both: tuple[Store, Store]) -> list[Kit]:
    return [campaignkit.open(store.address, workspace="master", now=NOW, actor="ann") for store in both]


def same(kits: list[Kit], ask: Any) -> Any:
    """Return the answer of both kits, which has to be one."""
    found, other = (ask(kit) for kit in kits)
    assert found == other
    return found


@pytest.mark.parametrize(("sort", "descending"), list(itertools.product(CampaignSort, [True, False])))
def test_the_list_is_the_same_frame(kits: list[Kit], sort: CampaignSort, descending: bool) -> None:
    for asked in (
        CampaignFilter(),
        CampaignFilter(view="archive"),
        CampaignFilter(search="ÄCME"),
        CampaignFilter(period="24h"),
    ):  # type: ignore[arg-type]
        page = same(
            kits,
            lambda kit, asked=asked: kit.campaigns.page(asked, sort=sort, descending=descending, limit=7),
        )
        frames = [kit.campaigns.page(asked, sort=sort, descending=descending).frame for kit in kits]
        assert frames[0].schema == frames[1].schema and frames[0].equals(frames[1])
        if page.next:
            same(
                kits,
                lambda kit, page=page, asked=asked: kit.campaigns.page(
                    asked, sort=sort, descending=descending, after=page.next
                ),
            )


@pytest.mark.parametrize(("sort", "descending"), list(itertools.product(RecipientSort, [True, False])))
@pytest.mark.parametrize("asked", FILTERS.values(), ids=FILTERS)
def test_recipients_are_the_same_frame(
    kits: list[Kit], asked: RecipientFilter, sort: RecipientSort, descending: bool
) -> None:
    (id,) = (row.external_id for row in kits[0].campaigns.page().rows if row.campaign_id == 3)
    page = same(kits, lambda kit: kit.recipients.page(id, asked, sort=sort, descending=descending, limit=4))
    frames = [kit.recipients.page(id, asked, sort=sort, descending=descending).frame for kit in kits]
    assert frames[0].schema == frames[1].schema and frames[0].equals(frames[1])
    if page.next:
        same(
            kits,
            lambda kit: kit.recipients.page(id, asked, sort=sort, descending=descending, after=page.next),
        )


def test_everything_about_a_campaign_is_the_same(kits: list[Kit]) -> None:
    same(kits, lambda kit: kit.campaigns.kpis())
    same(kits, lambda kit: kit.board())
    for row in kits[0].campaigns.page().rows:
        for ask in ("show", "activity", "history", "pace"):
            same(kits, lambda kit, ask=ask, one=row.external_id: getattr(kit.campaigns, ask)(one))
        same(kits, lambda kit, one=row.external_id: kit.errors.of(one))
        same(kits, lambda kit, one=row.external_id: kit.audit.of(one))
        same(kits, lambda kit, one=row.external_id: kit.recipients.counts(one))


@pytest.mark.parametrize("name", ["exports/csv", "exports/txt"])
@pytest.mark.parametrize("asked", FILTERS.values(), ids=FILTERS)
def test_an_export_has_the_same_cells(
    both: tuple[Store, Store], name: str, asked: RecipientFilter, tmp_path: Path
) -> None:
    for campaign_id in (1, 2, 3, 404):
        files = [
            _exported(store, name, asked, campaign_id, tmp_path / f"{store.dialect}.csv") for store in both
        ]
        assert files[0] == files[1]
    assert files[0][0] == 0


def _exported(
    store: Store, name: str, asked: RecipientFilter, campaign_id: int, path: Path
) -> tuple[int, list[list[str]]]:
    variant, parameters = matching(asked)
    given = parameters | {"campaign_id": campaign_id}
    with store.apart(path.parent, numbers=False) as apart, apart.reading() as session:
        unsorted = session.in_order(campaign_id) and not variant.filters
        rows = session.copy(
            name, given, replace(variant, unsorted=unsorted), to=path, header=name.endswith("csv"), expected=1,
            progress=lambda share: None,
        )  # fmt: skip
    cells = csv.reader(io.StringIO(path.read_bytes().decode(), newline=""))  # the engines quote more or less
    return rows, list(cells)


SNAPSHOTS = [name for name in names() if name.startswith("snapshot/") and name.split("/")[1] in
             ("campaigns", "recipients", "state_events", "job_errors", "audit", "baseline")]  # fmt: skip


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_report_s_snapshot_has_the_same_rows_and_types(
    both: tuple[Store, Store], name: str, tmp_path: Path
) -> None:
    parameters = {
        "campaign_ids": [1, 2, 3], "workspaces": ["bank", "retail"], "as_of": NOW, "from_at": ago(days=9), "to_at": NOW,
        "receipts_since": ago(days=3), "baseline_from": ago(days=30), "waiting": ["ENROUTE"], "delivered": ["DELIVRD"],
        "failed": ["UNDELIV", "EXPIRED"],
    }  # fmt: skip

    found = []
    for store in both:
        files = [tmp_path / f"{store.dialect}-{n}" for n in (1, 2)]
        for file in files:
            with store.reading() as session:
                session.parquet(name, parameters, file)
        assert files[0].read_bytes() == files[1].read_bytes(), "same rows, same bytes"
        with duckdb.connect() as connection:  # PostgreSQL does not tell that a column has no nulls
            types = connection.execute(
                f"select name, type, logical_type from parquet_schema('{file}')"
            ).fetchall()
            found.append((types, connection.execute(f"select * from read_parquet('{file}')").fetchall()))
    assert found[0] == found[1] and (found[0][1] or name == "snapshot/baseline")
    assert len(list(tmp_path.iterdir())) == 4, "and nothing beside them"


def test_the_command_line_answers_the_same(
    both: tuple[Store, Store], kits: list[Kit], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("CAMPAIGNKIT_AS", "ann")
    (id,) = (row.external_id for row in kits[0].campaigns.page().rows if row.campaign_id == 3)
    for command in (["campaigns", "--sort", "sender"], ["show", id], ["activity", id], ["history", id], ["errors", id],
                    ["audit", id], ["recipients", id, "--sort", "sent"], ["exports", id]):  # fmt: skip
        said = []
        for store in both:
            assert cli.main([*command, "--db", store.address, "--workspace", "master", "--json"]) == 0
            said.append(capsys.readouterr().out)
        assert said[0] == said[1]
