"""How long a command takes from nothing, beside a Python that does the least."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tools.bench import large
from tools.bench.figures import Figure, in_turns

WARM, ROUNDS = 1, 15
FIRST_LIST = """
import campaignkit
kit = campaignkit.open({path!r}, workspace="master")
campaignkit.ui.CampaignBrowser(kit)
"""
DRIVERS = """
import duckdb, polars
duckdb.connect({path!r}, read_only=True).execute("select count(*) from core.campaigns").fetchall()
"""
COMMAND = [str(Path(sys.executable).with_name("campaignkit"))]


def figures(_data: Path, *, now: datetime) -> Iterator[Figure]:  # noqa: ARG001 - these are processes of their own
    """Yield one figure a start."""
    path = str(large.large("50M").absolute())
    python = [sys.executable, "-c"]
    drivers = [*python, DRIVERS.format(path=path)]
    for name, command, limit_name, limit, target in (
        ("import campaignkit", [*python, "import campaignkit"], "import json, dataclasses, …",
         [*python, "import json, dataclasses, datetime, enum"], 1.5),
        ("campaignkit --help", [*COMMAND, "--help"], "an empty Python", [*python, "pass"], 4),
        ("campaignkit kpis, 50M", [*COMMAND, "--db", path, "--workspace", "master", "kpis"], "duckdb, polars, open",
         drivers, 1.6),
        ("a notebook's first list, 50M", [*python, FIRST_LIST.format(path=path)], "duckdb, polars, open", drivers, 2),
    ):  # fmt: skip
        took, start = in_turns(
            lambda _, run=command: _run(run), lambda _, run=limit: _run(run), warm=WARM, rounds=ROUNDS
        )
        yield Figure(name=name, took=took, limit_name=limit_name, limit=start, target=target)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
