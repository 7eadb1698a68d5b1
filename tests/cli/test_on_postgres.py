"""The command line on a server: what it hands on, and what it makes there."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from campaignkit.cli import commands
from campaignkit.kit import database
from tests import world
from tests.cli.conftest import Run
from tests.postgres import PREPARED, Server

ONE = "00000001"


@pytest.fixture
def url(prepared: Server) -> Iterator[str]:
    """Return where a moderator opens a database with one new campaign."""
    name = prepared.create("commanded", template=PREPARED)
    prepared.login("mona", "campaignkit_moderator")
    with database(prepared.url(name), writable=True).open().writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1, status="New", moderation="Pending")
        world.recipient(session, 1, 1)
    yield prepared.url(name, "mona")
    prepared.drop(name)


def test_what_is_served_is_handed_the_whole_address_and_the_login(
    url: str, prepared: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAMPAIGNKIT_AS", raising=False)
    whole = url.replace("mona@", f"mona:{prepared.secret}@")
    choice = commands._choice(argparse.Namespace(db=whole))
    assert choice.environment["CAMPAIGNKIT_DB"] == whole
    assert choice.environment["CAMPAIGNKIT_AS"] == "mona"


def test_a_campaign_is_approved_audited_counted_and_exported(run: Run, url: str, tmp_path: object) -> None:
    given = ("--db", url, "--role", "moderator", "--json")
    status, out, err = run("approve", ONE, "--note", "checked", *given)
    assert (status, err, json.loads(out)["status"]) == (0, "", "Pending")
    trail = json.loads(run("audit", ONE, *given)[1])["rows"]
    assert [(row["action"], row["actor"], row["note"]) for row in trail] == [("approved", "mona", "checked")]
    assert json.loads(run("refresh", *given)[1]) == {"counted": 0, "left": 1}, "it changed a moment ago"
    status, out, err = run("export", ONE, "--format", "csv", "--out", f"{tmp_path}/a.csv", *given)
    assert (status, err, json.loads(out)["rows_written"]) == (0, "", 1)
    status, out, err = run("note", ONE, "x", "--as", "eve", *given)
    assert (status, out) == (1, "") and "whoever acts is the login, here mona" in err


def test_a_snapshot_of_a_server_is_a_file_that_every_command_takes(
    run: Run, url: str, tmp_path: Path
) -> None:
    out = str(tmp_path / "copy.duckdb")
    given = ("--db", url, "--workspace", "master", "--json")
    status, said, err = run("snapshot", "--into", out, *given)
    told = json.loads(said)
    assert (
        status == 0
        and err == "campaignkit: the audit trail does not know of it: that takes the role operator\n"
    )
    assert datetime.fromisoformat(told.pop("as_of"))
    assert told == {"file": out, "workspaces": ["retail"], "campaigns": 1, "recipients": 1, "audited": False}
    status, said, err = run("snapshot", "--into", out, *given)
    assert (status, said) == (1, "") and "is there already" in err and err.count("\n") == 1
    status, said, err = run("snapshot", ONE, "--into", out, "--force", "--role", "operator", *given)
    assert (status, err, json.loads(said)["audited"]) == (0, "", True)
    assert [row["action"] for row in json.loads(run("audit", ONE, *given)[1])["rows"]] == ["snapshot_taken"]
    for command in (
        ["check"],
        ["kpis"],
        ["show", ONE],
        ["recipients", ONE],
        ["init"],
        ["refresh", "--role", "operator"],
    ):
        assert run(*command, "--db", out, "--workspace", "master")[0] == 0


def test_a_sample_is_made_on_a_server_and_may_be_kept_alive(run: Run, prepared: Server) -> None:
    name = prepared.create("sampled_here")
    url = prepared.url(name)
    status, out, err = run("demo", url, "--campaigns", "45", "--recipients", "3000", "--json")
    made = json.loads(out)
    assert (status, err, made["path"], made["recipients"]) == (0, "", database(url).name, 3000)
    choice = commands._choice(argparse.Namespace(db=url), speed=60.0)
    assert (choice.url, choice.speed) == (url, 60.0)
    prepared.drop(name)


@pytest.mark.parametrize("command", [["simulate"], ["simulate", "--on-my-own-data"], ["up", "--simulate"]])
def test_who_may_not_write_as_core_does_cannot_stand_in_for_it(
    run: Run, url: str, command: list[str]
) -> None:
    status, out, err = run(*command, "--db", url)
    assert (status, out) == (1, "") and err.count("\n") == 1
    assert (
        f"mona may not change core.campaigns in {database(url).name}, which a stand-in for Core does" in err
    )


def test_data_of_ones_own_are_not_changed_unasked(run: Run, url: str, prepared: Server) -> None:
    status, out, err = run("simulate", url.replace("mona@", f"{prepared.owner}@"))
    assert (status, out) == (1, "") and err.count("\n") == 1
    assert "was not made by `campaignkit demo`" in err and "--on-my-own-data" in err
