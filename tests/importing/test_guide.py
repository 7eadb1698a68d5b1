"""docs/bring-your-own-database.md is followed: its tables, its folder, its commands, and what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from campaignkit import cli
from campaignkit.assets import CHECKOUT
from campaignkit.importing import adapter
from campaignkit.store.rules import rules
from tests.postgres import Server

GUIDE = (CHECKOUT / "docs" / "bring-your-own-database.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w./-]+)`\n```\w+\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE))
COMMANDS = [block.splitlines() for block in re.findall(r"^```sh\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)]


def run(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    program, *arguments = shlex.split(line)
    assert program == "campaignkit"
    status = cli.main(arguments)
    said = capsys.readouterr()
    assert (status, said.err) == (0, ""), line
    return said.out


def test_the_guide_leads_from_ones_own_tables_to_a_working_list(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = postgres.create("guided")
    monkeypatch.setenv("CAMPAIGNKIT_DB", postgres.url(name))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()
    for path, text in FILES.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    _, (export, *steps), (approve,) = COMMANDS
    assert export.startswith("export CAMPAIGNKIT_DB=")
    with postgres.connect(name) as connection:
        connection.execute(FILES["yours.sql"].encode())
        said = [run(step, capsys) for step in steps]
        assert all("every rule holds" in text for text in said[:2])
        (shown,) = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)
        assert said[2].startswith(shown), said[2]
        assert re.findall(r"(Delivered|Failed) .* (DELIVRD|arrived|dead|–) ", said[3])
        assert said[3].count("****") == 3
        connection.execute(FILES["trigger.sql"].encode())
        assert "is Pending now, moderation Approved" in run(approve, capsys)
        assert connection.execute("select state from shop.mailing where id = 18").fetchone() == ("ready",)
        mona = postgres.url(name, postgres.login("mona", "campaignkit_moderator"))
        cancel = approve.replace("approve", "cancel").removesuffix(' --note "checked"')
        assert "is Cancelled now" in run(f"{cancel} --db '{mona}'", capsys), "by a login of the role's"
        connection.execute("drop schema core cascade; drop schema kit cascade")
        assert connection.execute("select count(*) from shop.sms").fetchone() == (3,)
    postgres.drop(name)


def test_the_guide_names_every_file_of_a_folder_and_every_rule_that_it_speaks_of_exists() -> None:
    for file in adapter.FILES:
        assert f"`{file}.sql`" in GUIDE, file
    named = set(re.findall(r"`(\w+_(?:check|known|unique|calendar))`", GUIDE))
    assert named and named <= {rule.name for rule in rules()}
