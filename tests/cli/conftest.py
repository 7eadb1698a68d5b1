"""The command line over the small hand-made world."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from campaignkit import cli
from tests import world
from tests.services.conftest import every_status
from tests.world import NOW, ago

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("CAMPAIGNKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "world.duckdb"
    store = world.make(path)
    with store.writing() as session:
        every_status(session)
        for number in range(1, 4):
            world.recipient(
                session, 6, number, sms_result="failed", smpp_code="UNDELIV", esme="a", dlr_at=NOW
            )
        world.insert(
            session, "core.audit_events",
            audit_id=1, workspace_id="bank", campaign_id=6, action="created", actor="core", occurred_at=ago(hours=1),
        )  # fmt: skip
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        status = cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return call


def answer(run: Run, *arguments: object) -> dict[str, Any]:
    status, out, err = run(*arguments, "--json")
    assert (status, err) == (0, ""), err
    found: dict[str, Any] = json.loads(out)
    return found
