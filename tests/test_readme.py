"""The README is run: its Python as it stands, its commands against the command line's own list."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from campaignkit.cli.parser import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    made = subprocess.run(
        [sys.executable, "-m", "campaignkit", "demo", "sample.duckdb", "--campaigns", "60", "--recipients", "5000"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (example,) = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    checks = (
        "\nassert failed.rows and failed.frame.height == len(failed.rows)"
        "\nassert {row.status for row in failed.rows} == {Status.FAILED}"
        "\nassert sum(kit.campaigns.show(first.external_id).verdicts.values()) == first.total"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example + checks],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_table_of_commands_names_every_command_and_no_other() -> None:
    listed = re.search(r"\| command \| does \|\n\|---\|---\|\n((?:\|.+\n)+)", README)
    assert listed
    cells = [line.split("|")[1] for line in listed[1].splitlines()]
    assert sorted(re.findall(r"`([a-z]+)", " ".join(cells))) == sorted(COMMANDS)


@pytest.mark.parametrize("name", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_every_link_and_picture_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_the_changelog_s_newest_entry_is_this_version() -> None:
    from campaignkit import __version__

    entries = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert entries[0] == __version__
