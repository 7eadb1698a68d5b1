"""The wheel, built as it is shipped, installed outside the checkout, and used there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built without a network; beside it the notebooks have been used, as they are in a checkout."""
    tree = tmp_path_factory.mktemp("tree") / "campaignkit"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "build", "*.duckdb"))
    used = tree / "notebooks" / ".ipynb_checkpoints"
    used.mkdir(exist_ok=True)
    (used / "01_campaigns-checkpoint.ipynb").write_text("{}")
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=tree,
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel):
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("folder", ["sql", "notebooks", "dashboards"])
def test_what_stands_beside_the_package_in_a_checkout_is_inside_it_in_the_wheel(names, folder):
    kinds = {"sql": "*.sql", "notebooks": "*.ipynb", "dashboards": "*.ipynb"}
    in_checkout = {
        f"campaignkit/_data/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / folder).rglob(kinds[folder])
        if ".ipynb_checkpoints" not in path.parts
    }
    assert in_checkout
    assert {name for name in names if name.startswith(f"campaignkit/_data/{folder}/")} >= in_checkout


@pytest.mark.parametrize("folder", ["ui/static", "serve/share/voila/templates/campaignkit", "codes"])
def test_files_of_the_package_that_are_no_python_are_in_the_wheel(names, folder):
    package = ROOT / "campaignkit"
    files = {path for path in (package / folder).iterdir() if path.suffix not in {".py", ""}}
    assert files
    assert {f"campaignkit/{path.relative_to(package).as_posix()}" for path in files} <= names


def test_nothing_else_is_in_the_wheel(names):
    strangers = {name for name in names if not name.startswith(("campaignkit/", "campaignkit-"))}
    assert strangers == set()
    assert {
        name for name in names if "checkpoint" in name or "__pycache__" in name or name.endswith(".duckdb")
    } == set()


@pytest.fixture(scope="module")
def elsewhere(wheel, tmp_path_factory):
    """Run `campaignkit` from the installed wheel, in a folder that knows no checkout."""
    target = tmp_path_factory.mktemp("installed")
    pip = [
        sys._base_executable,
        "-m",
        "pip",
        "--python",
        sys.executable,
    ]  # the one that made this environment
    options = ["--quiet", "--no-index", "--no-deps", "--target", str(target)]
    subprocess.run([*pip, "install", *options, str(wheel)], check=True, capture_output=True)
    folder = tmp_path_factory.mktemp("elsewhere")
    # -S and an explicit path: the dependencies of this environment, but not its editable campaignkit
    path = os.pathsep.join([str(target), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])

    def run(*arguments: str) -> str:
        command = [sys.executable, "-S", "-m", "campaignkit", *arguments]
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_installed_wheel_makes_a_sample_and_reads_it(elsewhere):
    elsewhere("demo", "x.duckdb", "--campaigns", "20", "--recipients", "1000")
    kpis = json.loads(elsewhere("kpis", "--db", "x.duckdb", "--workspace", "master", "--json"))
    assert kpis["total"] == 20
