"""The command line as a user meets it: documented JSON, exit status, one sentence for what cannot be done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from campaignkit.cli import commands, options, parser
from campaignkit.domain.access import Role
from campaignkit.domain.lifecycle import ACTIONS
from tests import world
from tests.cli.conftest import Run, answer
from tests.world import NOW

ROW = [
    "external_id", "workspace_id", "status", "moderation", "mode", "sent", "total", "delivered", "errors", "saddr",
    "start_at", "end_at", "created_at", "author",
]  # fmt: skip


def test_kpis_are_the_documented_object(run: Run, db: Path) -> None:
    assert answer(run, "kpis", "--db", db, "--workspace", "master") == {
        "total": 11, "active": 4, "completed": 2, "errors": 1, "sms_sent": 0, "new": 2, "cancelled": 1, "expired": 1,
    }  # fmt: skip


def test_the_board_is_the_documented_object_and_words_that_say_the_same(run: Run, db: Path) -> None:
    found = answer(run, "board", "--db", db, "--workspace", "master")
    assert list(found) == [
        "as_of", "sending", "messages_per_second", "delivery_rate", "stalled", "low_delivery", "too_slow", "paused", "pending",
        "building", "rows",
    ]  # fmt: skip
    assert (found["sending"], found["paused"]["campaigns"], found["building"]) == (1, 1, 1)
    assert found["rows"][0]["external_id"].startswith("00000004") and found["rows"][0]["troubles"] == []
    words = run("board", "--db", db, "--workspace", "master")[1]
    assert "00000004" in words and "1 paused" in words


def test_options_stand_before_or_after_the_command_and_have_defaults(
    run: Run, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run("--db", db, "--workspace", "bank", "--json", "kpis")
    after = run("kpis", "--db", db, "--workspace", "bank", "--json")
    monkeypatch.setenv("CAMPAIGNKIT_DB", str(db))
    monkeypatch.setenv("CAMPAIGNKIT_WORKSPACE", "bank")
    assert before == after == run("kpis", "--json")
    assert json.loads(before[1])["total"] == 4


def test_campaigns_page_with_the_documented_rows_and_a_cursor_that_leads_on(run: Run, db: Path) -> None:
    first = answer(run, "campaigns", "--db", db, "--workspace", "master", "--limit", 5)
    assert [list(row) for row in first["rows"]] == [ROW] * 5
    assert first["total"] == 9
    second = answer(
        run, "campaigns", "--db", db, "--workspace", "master", "--limit", 5, "--after", first["next"]
    )
    assert second["next"] is None
    ids = [row["external_id"] for row in first["rows"] + second["rows"]]
    assert len(set(ids)) == 9
    assert first["rows"][0]["created_at"] == "2026-11-23T05:00:00+00:00"


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--status", "Done", "--status", "Failed"], 2),
        (["--mode", "Spread"], 3),
        (["--search", "shop"], 5),
        (["--in", "bank"], 4),
        (["--queue"], 1),
        (["--archived"], 1),
        (["--view", "archive"], 1),
        (["--period", "1h"], 0),
    ],
)
def test_campaign_filters_reach_the_list(run: Run, db: Path, arguments: list[str], count: int) -> None:
    found = answer(run, "campaigns", "--db", db, "--workspace", "master", *arguments)
    assert found["total"] == count == len(found["rows"])


def test_sort_and_direction(run: Run, db: Path) -> None:
    def senders(*more: str) -> list[str]:
        found = answer(run, "campaigns", "--db", db, "--workspace", "master", "--sort", "sender", *more)
        return [row["saddr"] for row in found["rows"]]

    assert senders() == senders("--asc") == sorted(senders("--desc"))
    assert senders("--desc")[0] == "ACME Shop"


def test_show_has_verdicts_badge_and_actions(run: Run, db: Path) -> None:
    shown = answer(run, "show", "00000006", "--db", db, "--workspace", "master", "--role", "operator")
    assert list(shown)[: len(ROW)] == ROW
    assert shown["verdicts"] == {
        "excluded": 0, "not_submitted": 0, "awaiting": 0, "delivered": 0, "carrier_failed": 3,
        "failed_at_submission": 0, "unknown": 0, "contradiction": 0,
    }  # fmt: skip
    assert shown["badge"] == {"job_errors": 0, "counter": None, "failed_rows": 3, "badge": 3}
    assert shown["actions"] == ["archive"]
    assert shown["not_provided"] == ["counter"]


def test_the_parts_of_a_campaign_are_the_documented_objects(run: Run, db: Path) -> None:
    def part(command: str, *more: object) -> dict[str, Any]:
        return answer(run, command, "00000006", "--db", db, "--workspace", "master", *more)

    assert part("activity")["rows"] == [{"day": "2026-11-23", "sent": 3, "delivered": 0, "failed": 3}]
    assert part("history")["rows"] == []
    assert part("errors")["rows"] == [
        {
            "kind": "messages", "class": "permanent", "smpp_code": "UNDELIV", "esme": "a", "count": 3,
            "meaning": "permanent delivery error",
        }
    ]  # fmt: skip
    assert part("errors")["refused"] == 0
    assert part("audit")["rows"] == [
        {"action": "created", "actor": "core", "note": None, "occurred_at": "2026-11-23T11:00:00+00:00"}
    ]
    page = part("recipients", "--limit", 2, "--sms-result", "failed", "--sort", "sent", "--desc")
    assert list(page["rows"][0]) == [
        "recipient", "stage", "esme", "filter", "delivered_at", "smpp_code", "sms_result", "smsid", "created_at",
        "sent_at", "error",
    ]  # fmt: skip
    assert (page["total"], page["rows"][0]["recipient"]) == (3, "****0123")
    rest = part(
        "recipients",
        "--limit",
        2,
        "--sms-result",
        "failed",
        "--sort",
        "sent",
        "--desc",
        "--after",
        page["next"],
    )
    assert (len(rest["rows"]), rest["next"]) == (1, None)


def test_check_lists_relations_and_ends_with_1_on_a_broken_rule(run: Run, db: Path) -> None:
    found = answer(run, "check", "--db", db)
    assert found["relations"]["core.recipients"] == "table"
    assert found["relations"]["core.recipient_numbers"] == "missing"
    assert found["violations"] == []
    store = world.DuckStore(db, writable=True)
    with store.writing() as session:
        world.recipient(session, 999, 1)
    status, out, _ = run("check", "--db", db, "--json")
    assert status == 1
    assert json.loads(out)["violations"] == [
        {"rule": "campaign_id_known", "relation": "core.recipients", "count": 1}
    ]


def test_init_makes_a_database_and_may_be_repeated(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        assert answer(run, "init", "--db", tmp_path / "new.duckdb")["relations"]["core.campaigns"] == "table"
    assert answer(run, "kpis", "--db", tmp_path / "new.duckdb")["total"] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["kpis"], "no database is named: give --db PATH or set CAMPAIGNKIT_DB"),
        (["kpis", "--db", "{tmp}/missing.duckdb"], "missing.duckdb does not exist"),
        (["kpis", "--db", "{tmp}"], "is a folder"),
        (["kpis", "--db", "postgresql://127.0.0.1:1/x"], "x does not answer (Connection refused)"),
        (["kpis", "--db", "{db}"], "choose one of bank, retail, or master"),
        (["kpis", "--db", "{db}", "--workspace", "x"], "no workspace 'x'"),
        (["show", "ffff", "--db", "{db}", "--workspace", "master"], "begins with 'ffff'"),
        (["show", "0000", "--db", "{db}", "--workspace", "master"], "fits several campaigns"),
        (["show", "%", "--db", "{db}", "--workspace", "master"], "no campaign has an ID like '%'"),
        (["campaigns", "--after", "forged", "--db", "{db}", "--workspace", "master"], "this is no cursor"),
        (["campaigns", "--limit", "0", "--db", "{db}", "--workspace", "master"], "from 1 to"),
        (["campaigns", "--in", "x", "--db", "{db}", "--workspace", "master"], "no workspace 'x'"),
        (["kpis", "--db", "{db}", "--workspace", "bank", "--clear-numbers"], "no full numbers: leave out"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_1(
    run: Run, db: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    filled = [argument.format(db=db, tmp=tmp_path) for argument in arguments]
    for more in ([], ["--json"]):
        status, out, err = run(*filled, *more)
        assert status == 1
        assert out == ""
        assert err.count("\n") == 1 and err.startswith("campaignkit: ") and sentence in err


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["frobnicate"], ["show"], ["campaigns", "--status", "Sleeping"], ["campaigns", "--limit", "x"],
        ["kpis", "--role", "king"], ["campaigns", "--asc", "--desc"], ["demo", "x", "--now", "yesterday"],
        ["demo", "x", "--now", "2026-11-23T12:00"],
    ],
)  # fmt: skip
def test_wrong_usage_is_status_2_and_says_what_would_be_right(
    run: Run, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("usage: campaignkit") and "<" not in err


def test_a_terminal_is_never_commanded_by_data(run: Run, db: Path) -> None:
    store = world.DuckStore(db, writable=True)
    with store.writing() as session:
        world.campaign(session, 20, saddr="\x1b[2J\x07\u202eevil\n", created_at=NOW)
    _, out, _ = run("campaigns", "--db", db, "--workspace", "master")
    assert "evil" in out
    assert not set(out) & {"\x1b", "\x07", "\u202e"}


def test_words_for_people_fit_under_their_heads(run: Run, db: Path) -> None:
    one = "00000006"
    commands = [[name] for name in ("kpis", "campaigns", "check")]
    commands += [[name, one] for name in ("show", "errors", "recipients", "history", "activity", "audit")]
    for command in commands:
        status, out, err = run(*command, "--db", db, "--workspace", "master")
        assert (status, err) == (0, "")
        assert out.strip()


def script(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "campaignkit", *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False, **options,
    )  # fmt: skip


def test_a_reader_that_leaves_early_is_no_traceback(db: Path) -> None:
    command = f"'{sys.executable}' -m campaignkit campaigns --json --db '{db}' --workspace master"
    gone = subprocess.run(
        ["bash", "-c", f"{command} 2>&1 >&-"], capture_output=True, text=True, timeout=60, check=False
    )
    assert gone.returncode == 1
    assert gone.stdout == "campaignkit: standard output was closed before everything was written\n"
    full = subprocess.run(
        ["bash", "-c", f"{command} 2>&1 >/dev/full"], capture_output=True, text=True, timeout=60, check=False
    )
    assert full.returncode == 1
    assert full.stdout == "campaignkit: No space left on device\n"


def test_help_needs_no_database_and_names_every_command() -> None:
    shown = script("--help")
    assert shown.returncode == 0
    for command in ("demo", "init", "check", "import", "kpis", "campaigns", "show", "recipients", "up"):
        assert f"\n    {command} " in shown.stdout
        assert script(command, "--help").returncode == 0


def test_a_fault_of_ours_is_a_sentence_too(run: Run, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaignkit.services.campaigns import Campaigns

    monkeypatch.setattr(Campaigns, "kpis", lambda self: 1 / 0)
    status, out, err = run("kpis", "--db", db, "--workspace", "master")
    assert (status, out) == (1, "")
    assert err == "campaignkit: a fault of campaignkit (ZeroDivisionError); CAMPAIGNKIT_DEBUG=1 shows where\n"


def test_ctrl_c_is_130_and_a_sentence(run: Run, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaignkit.services.campaigns import Campaigns

    def interrupted(self: Campaigns) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Campaigns, "kpis", interrupted)
    status, out, err = run("kpis", "--db", db, "--workspace", "master")
    assert (status, out, err.count("\n")) == (130, "", 1)


def test_the_command_line_knows_without_asking_what_the_package_knows() -> None:
    """`--help` imports nothing of the package, so it repeats some names."""
    assert tuple(Role) == parser.ROLES
    assert set(parser.COMMANDS) == set(commands.COMMANDS)
    assert {event.value for event in ACTIONS} <= set(parser.COMMANDS)
    assert set(options.OPTIONS) <= set(parser.COMMANDS)


def test_help_imports_nothing_but_the_names_of_commands() -> None:
    code = "import sys, campaignkit.cli.parser as p; p._parser().format_help(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"dataclasses", "pathlib", "campaignkit.domain.filters", "campaignkit.cli.options"} & set(
        loaded
    )
