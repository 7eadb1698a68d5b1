"""The tree as it is committed: what stays out of it, and what no file of it says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not (ROOT / ".git").exists(), reason="only a git checkout can say what is committed"
)


def listed(*options: str) -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, check=True, capture_output=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    "made",
    [
        ".venv/bin/python",
        "sample.duckdb",
        "sample.duckdb.wal",
        "campaignkit-notebooks/01_campaigns.ipynb",
        "notebooks/.ipynb_checkpoints/01_campaigns-checkpoint.ipynb",
        "campaignkit/__pycache__/kit.cpython-311.pyc",
        "build/screenshots/list-1.png",
    ],
)
def test_what_running_leaves_behind_is_ignored(made):
    assert subprocess.run(["git", "check-ignore", "-q", made], cwd=ROOT, check=False).returncode == 0


def test_nothing_that_is_ignored_is_committed():
    assert listed("--cached", "--ignored", "--exclude-standard") == []


REGISTRIES = ("py" + "pi", "pythonhosted", "npm" + "js", "debian")
PRIVATE = ("root", "work")  # /home/ann is anybody


def test_no_file_names_the_host_of_a_registry_or_a_path_of_somebodys_machine():
    host = re.compile(rf"(?:https?://|git\+)[^\s\"')]*\b(?:{'|'.join(REGISTRIES)})\b", re.IGNORECASE)
    path = re.compile(rf"(?<![\w.:/$}}~-])/(?:{'|'.join(PRIVATE)})/[\w.-]")
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for file in listed("--cached", "--others", "--exclude-standard")
        if b"\0" not in file.read_bytes()[:4096]
        for number, line in enumerate(
            file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if host.search(line) or path.search(line)
    ]
    assert found == []
