"""The stand-in's SQL is one text for both engines but for what only a server needs, and each file is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campaignkit.assets import asset
from campaignkit.demo.stand_in import server, simulator, tables
from campaignkit.demo.stand_in.simulator import Simulator
from campaignkit.kit import database
from campaignkit.store.base import Store
from campaignkit.store.statements import Compiler, Variant, compile_statement
from tests import world
from tests.postgres import Server
from tests.store.engines import schema
from tests.world import NOW

ROOT = asset("sql", "simulate")
NAMES = sorted(str(path.relative_to(ROOT.parent)).removesuffix(".sql") for path in ROOT.rglob("*.sql"))
TABLES = [f"simulate/tables/{name}" for name in ("batch", "drawn", "clear")]
SCRIPTS = [
    f"simulate/server/{name}" for name in ("by_cost", "by_key", "distributed", "indexes", "step", "rights")
]
SERVED = [name for name in NAMES if "/server/" in name and name not in SCRIPTS]
STATEMENTS = [name for name in NAMES if not {name} & {*TABLES, *SCRIPTS, *SERVED}]


def test_duckdb_plans_every_statement(tmp_path: Path, cache: Path) -> None:
    store = world.make(tmp_path / "w.duckdb", cache=cache)
    Simulator(store).begin(NOW, own_data=True)
    with store.writing() as session:
        for name in STATEMENTS:
            session.explain(name, Variant())


def test_postgres_plans_every_statement(postgres: Server, cache: Path) -> None:
    own = asset("sql", "schema", "005_simulate.sql").read_text(encoding="utf-8")
    compiler = Compiler("postgres", missing=frozenset(), cache=cache)
    with (
        postgres.connect(postgres.create("stand_in")) as connection,
        connection.transaction(force_rollback=True),
    ):
        for statement in [*schema(), *re.sub(r"--[^\n]*", "", own).split(";")]:
            if statement.strip():
                connection.execute(statement)  # type: ignore[arg-type]
        for name in TABLES:
            connection.execute(ROOT.parent.joinpath(f"{name}.sql").read_text(encoding="utf-8"))  # type: ignore[arg-type]
        for name in STATEMENTS + SERVED:
            compiled = compiler(name, Variant())
            connection.execute(f"explain {compiled.sql}", dict.fromkeys(compiled.parameters))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", STATEMENTS + SERVED)
def test_every_parameter_is_cast(name: str) -> None:
    text = re.sub(r"--[^\n]*", "", ROOT.parent.joinpath(f"{name}.sql").read_text(encoding="utf-8"))
    assert re.findall(r"(?<!:):\w+(?!\w*::)", text) == []
    compile_statement(name, Variant(), "postgres" if name in SERVED else "duckdb")


def test_every_statement_is_used() -> None:
    source = "".join(
        Path(str(module.__file__)).read_text(encoding="utf-8") for module in (simulator, server, tables)
    )
    source += Path(str(simulator.__file__)).parents[1].joinpath("sample.py").read_text(encoding="utf-8")
    for name in STATEMENTS + SERVED + SCRIPTS:
        word = name.split("/")[-1].removeprefix("no_").removeprefix("batch_")
        assert f'"{word}"' in source or f'"{name}"' in source, name


def test_an_open_store_has_no_opinion_about_them(store: Store) -> None:
    assert database(store.address).open().probe.missing == frozenset()
