"""The house has floors; imports only go down. And importing the package costs no widget and no second engine."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import campaignkit
from tests import world

PACKAGE = Path(__file__).parents[1] / "campaignkit"

# From the ground up. Rooms of one floor do not know each other; a floor knows every floor below it.
FLOORS = [
    {"domain"},
    {"codes", "assets", "settings"},
    {"store"},
    {"services"},
    {"kit"},
    {"__init__"},
    {"ui", "importing", "demo", "serve", "report"},
    {"cli"},
    {"__main__"},
]
PROMISED = {
    ("__init__", "ui")
}  # the package names its widgets, and imports them when they are first asked for
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}

THIRD_PARTY = {
    "store": {"duckdb", "psycopg", "sqlglot"},
    "services": {"polars"},
    "ui": {"ipywidgets", "traitlets", "anywidget", "IPython"},
    "importing": {"duckdb", "phonenumbers", "psycopg"},
    "demo": {"duckdb", "polars"},
    "serve": {"ipykernel", "jupyter_server", "tornado", "traitlets", "voila"},
    "report": {"duckdb", "IPython", "jupyter_client", "nbclient", "nbformat", "playwright"},
}
OURS_AND_STANDARD = {"campaignkit", "__future__", *sys.stdlib_module_names}

FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that *path* imports, relative ones made absolute."""
    here = ("campaignkit", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            stem = ".".join((*base, *filter(None, [node.module])))
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def reached(name: str) -> str:
    """Return the room that a dotted name of ours lies in."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in LEVEL else "__init__"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_go_down(path: Path) -> None:
    here = room(path)
    assert here in LEVEL, f"{here} has no floor yet: put it into FLOORS"
    for name in imported(path):
        top = name.split(".")[0]
        if top == "campaignkit":
            there = reached(name)
            below = there == here or LEVEL[there] < LEVEL[here]
            assert below or (here, there) in PROMISED, f"{here} must not reach {name}"
        elif top not in OURS_AND_STANDARD:
            assert top in THIRD_PARTY.get(here, ()), f"{here} must not import {top}"


def test_the_domain_reads_no_clock_no_file_and_no_environment() -> None:
    pure = {
        "__future__",
        "base64",
        "collections",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "json",
        "math",
        "shlex",
        "textwrap",
        "typing",
        "urllib",
        "uuid",
    }
    for path in FILES:
        if room(path) == "domain":
            names = set(imported(path))
            assert {name.split(".")[0] for name in names} <= pure | {"zoneinfo", "campaignkit"}, path
            words = {
                node.attr
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Attribute)
            }
            assert not words & {"now", "today", "utcnow", "environ"}, path


def test_only_settings_reads_the_environment() -> None:
    may = {"settings.py", "cli/__init__.py"}  # the command line asks whether a fault shall be shown whole
    for path in FILES:
        name = str(path.relative_to(PACKAGE))
        reads = any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
        assert not reads or name in may or room(path) == "serve", f"{name} reads os.environ"


def run(code: str) -> str:
    """Return what *code* prints in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=False,
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


HEAVY = "ipywidgets anywidget traitlets IPython altair duckdb psycopg polars sqlglot phonenumbers pytz jupyter_server"


def test_importing_the_package_imports_no_widget_no_frame_and_no_engine() -> None:
    found = run(f"import sys, campaignkit; print(*set({HEAVY.split()}) & sys.modules.keys())")
    assert found.split() == []


def test_opening_a_database_imports_one_engine_and_nothing_else(tmp_path: Path) -> None:
    """The first `open` compiles the statements; every later one finds them in the cache, and sqlglot stays out."""
    path, cache = tmp_path / "w.duckdb", tmp_path / "cache"
    code = (
        f"import os, sys; os.environ['XDG_CACHE_HOME'] = {str(cache)!r}\n"
        f"import campaignkit; kit = campaignkit.open({str(path)!r}, workspace='master'); kit.campaigns.page()\n"
        f"print(*set({HEAVY.split()}) & sys.modules.keys())"
    )
    world.make(path)
    assert "sqlglot" in run(code)
    assert run(code).split() == ["duckdb"]


def test_the_widgets_come_when_they_are_asked_for() -> None:
    code = "import sys, campaignkit; campaignkit.ui; print('ipywidgets' in sys.modules)"
    assert run(code).split() == ["True"]


def test_the_public_names_are_sorted_each_has_a_home_and_type_checkers_see_the_same() -> None:
    names = campaignkit.__all__
    assert names == sorted(set(names))
    assert set(names) == {*campaignkit._HOME, "ui"}
    for name in names:
        assert getattr(campaignkit, name).__name__.split(".")[-1] == name
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    seen = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == set(names)
    assert set(names) <= set(dir(campaignkit))


def test_a_name_that_is_not_public_is_no_attribute() -> None:
    assert not hasattr(campaignkit, "nonsense")
