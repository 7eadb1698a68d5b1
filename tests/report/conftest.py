"""A sample with the seven incidents, and one sealed report on the first of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import campaignkit
from campaignkit import demo
from campaignkit.kit import Kit
from campaignkit.report.making import Made, run
from campaignkit.report.sealed import Sealed, sha256_of
from campaignkit.report.snapshot import take
from campaignkit.report.wanted import Wanted
from campaignkit.report.writing import Report

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Named = Callable[[str], str]
Written = Callable[..., Report]


@pytest.fixture(scope="session")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "sample.duckdb"
    return demo.create(path, campaigns=60, recipients=40_000, seed=1, now=NOW).path


@pytest.fixture(scope="session")
def kit(db: Path) -> Kit:
    return campaignkit.open(db, workspace="master", now=NOW)


@pytest.fixture(scope="session")
def named(db: Path) -> Named:
    """Return a function that gives the ID of the campaign of a name."""

    def find(name: str) -> str:
        with duckdb.connect(str(db), read_only=True) as connection:
            ((id,),) = connection.execute(
                "select external_id::varchar from core.campaigns where name = ?", [name]
            ).fetchall()
        return str(id)

    return find


@pytest.fixture(scope="session")
def outage(kit: Kit, named: Named, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a sealed report on the carrier outage, made the whole way."""
    out = tmp_path_factory.mktemp("sealed") / "INC-1"
    return run(kit, out, campaigns=[named("Season preview")], incident="INC-1", authors=["S. Okafor"])


@pytest.fixture
def folder(outage: Made, tmp_path: Path) -> Path:
    """Return a copy of the sealed report, to be tampered with."""
    copied = tmp_path / "INC-1"
    shutil.copytree(outage.folder, copied)
    return copied


@pytest.fixture
def written(kit: Kit, tmp_path: Path) -> Iterator[Written]:
    """Return a function that begins a report without a notebook."""
    opened: list[Sealed] = []

    def begin(*, kit: Kit = kit, **wanted: Any) -> Report:
        place = tmp_path / f"snapshot-{len(opened)}"
        facts = take(kit, Wanted(**wanted), place)
        opened.append(Sealed(place))
        return Report(opened[-1], facts)

    yield begin
    for sealed in opened:
        sealed.close()


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def rewrite(folder: Path, changed: dict[str, Any]) -> None:
    (folder / "manifest.json").write_text(json.dumps(changed), encoding="utf-8")


def redigest(folder: Path, *names: str) -> None:
    """Do what a forger does: put the digests of changed files into the manifest."""
    found = manifest(folder)
    for entry in found["subject"]:
        if entry["name"] in names:
            entry["digest"]["sha256"] = sha256_of(folder / entry["name"])
    rewrite(folder, found)


def alter(folder: Path, table: str, change: str) -> None:
    """Run *change*, an UPDATE or DELETE of `t`, over one file of the snapshot, and write it back in its order."""
    path = folder / "snapshot" / f"{table}.parquet"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'").complete()
        connection.execute("create table t as from read_parquet(?)", [str(path)]).complete()
        connection.execute(change).complete()
        connection.execute(f"copy t to '{path}' (format parquet, compression zstd)").complete()
