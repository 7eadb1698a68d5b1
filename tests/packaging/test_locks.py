"""The locks: what they pin, and that they say nothing about where it came from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def name_of(requirement: str) -> str:
    """Return the normalised name of a requirement."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


def asked_for(lock: str) -> set[str]:
    groups = PROJECT["dependency-groups"]
    asked = [*PROJECT["project"]["dependencies"], *groups["build"]]
    if lock == "dev":
        asked += [requirement for requirement in groups["dev"] if isinstance(requirement, str)]
    return {name_of(requirement) for requirement in asked}


def pinned(lock: str) -> dict[str, str]:
    """Return what a lock pins, by name: the pin, and whatever follows it up to the next."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    return {name_of(pin): pin for pin in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE) if pin}


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_everything_that_the_project_asks_for_is_pinned(lock):
    assert asked_for(lock) - set(pinned(lock)) == set()


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_every_pin_is_one_version_with_hashes_and_nothing_else(lock):
    form = re.compile(r"[a-z0-9-]+==[^\s;]+( ;[^\\]+)? ?\\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+")
    assert [pin.splitlines()[0] for pin in pinned(lock).values() if not form.fullmatch(pin)] == []


def test_the_tests_run_on_what_the_user_runs():
    run, dev = pinned("run"), pinned("dev")
    versions = [{name: pins[name].split()[0] for name in run} for pins in (run, dev)]
    assert versions[0] == versions[1]
