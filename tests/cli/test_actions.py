"""The commands that change something, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, answer

QUEUED, WAITING, DONE, SENDING = "0000000a", "00000001", "00000006", "00000004"


@pytest.fixture
def on(db: Path) -> tuple[object, ...]:
    """Return the options of a moderator."""
    return "--db", db, "--workspace", "master", "--role", "moderator", "--as", "ann"


@pytest.mark.parametrize(
    ("command", "id", "status", "moderation", "archived"),
    [
        ("start", WAITING, "Pending", "Approved", False),
        ("approve", QUEUED, "Pending", "Approved", False),
        ("reject", QUEUED, "Cancelled", "Rejected", False),
        ("cancel", SENDING, "Cancelled", "Approved", False),
        ("archive", DONE, "Done", "Approved", True),
        ("restore", "0000000b", "Done", "Approved", False),
    ],
)
def test_an_action_answers_with_the_new_state(
    run: Run, on: tuple[object, ...], command: str, id: str, status: str, moderation: str, archived: bool
) -> None:
    done = answer(run, command, id, "--note", "because", *on)
    assert list(done) == ["external_id", "status", "moderation", "archived"]
    assert done == {
        "external_id": f"{id}-0000-0000-0000-000000000000", "status": status, "moderation": moderation, "archived": archived,
    }  # fmt: skip
    newest = answer(run, "audit", id, *on)["rows"][0]
    assert (newest["actor"], newest["note"]) == ("ann", "because")
    assert command not in answer(run, "show", id, *on)["actions"]


def test_in_words(run: Run, on: tuple[object, ...]) -> None:
    assert run("archive", DONE, *on) == (
        0, f"{DONE}-0000-0000-0000-000000000000 is Done now, moderation Approved, in the archive\n", "",
    )  # fmt: skip
    assert run("note", DONE, "seen by me", *on) == (0, "noted\n", "")
    assert run("audit", DONE, *on)[1].splitlines()[1].endswith("note      ann   seen by me")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["start", DONE], "cannot start a campaign that is Done. Nothing was changed."),
        (["archive", SENDING], "cannot archive a campaign that is Sending. Nothing was changed."),
        (["start", "ffff"], "no campaign in the Master workspace has an ID that begins with 'ffff'"),
        (["start", "0000"], "fits several campaigns"),
        (["note", DONE, " "], "a note without a word says nothing"),
        (["start", WAITING, "--note", "x" * 100_000], "at most 2,000 characters, this one has 100,000"),
        (["archive", DONE, "--status", "Done"], "leave out the filters"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Run, on: tuple[object, ...], arguments: list[str], sentence: str
) -> None:
    status, out, err = run(*arguments, *on, "--json")
    assert (status, out) == (1, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_who_is_second_reads_who_was_faster(run: Run, on: tuple[object, ...]) -> None:
    answer(run, "start", WAITING, *on)
    status, out, err = run("start", WAITING, *on, "--as", "bob")
    assert (status, out) == (1, "")
    assert err.startswith("campaignkit: ann started this campaign ")
    assert err.endswith(" s ago. Nothing was changed.\n")


@pytest.mark.parametrize("command", ["start", "approve", "reject", "cancel", "archive", "restore"])
def test_a_viewer_is_told_which_role_it_takes(run: Run, db: Path, command: str) -> None:
    status, out, err = run(command, DONE, "--db", db, "--workspace", "master", "--as", "vic")
    needed = "moderator" if command in ("approve", "reject") else "operator"
    assert (status, out) == (1, "")
    assert (
        f"{command} needs the role {needed} in workspace bank, where vic is viewer: choose it with --role"
        in err
    )


def test_archive_all_says_how_many_and_does_it_with_yes(run: Run, on: tuple[object, ...]) -> None:
    assert run("archive", "--all", "--status", "Done", *on) == (
        0, "1 campaigns can be archived: add --yes to do it\n", "",
    )  # fmt: skip
    assert answer(run, "archive", "--all", *on) == {"archivable": 5}
    assert answer(run, "archive", "--all", "--yes", "--in", "bank", *on) == {"archived": 2, "refused": []}
    assert run("archive", "--all", "--yes", *on)[1] == "3 campaigns archived, 0 refused\n"
    assert answer(run, "campaigns", "--archived", *on)["total"] == 6


def test_archive_wants_one_campaign_or_all(run: Run, on: tuple[object, ...]) -> None:
    for arguments in (["archive"], ["archive", DONE, "--all"], ["start"], ["note", DONE]):
        with pytest.raises(SystemExit) as ended:
            run(*arguments, *on)
        assert ended.value.code == 2


def test_a_cancelled_campaign_shows_its_reason(run: Run, on: tuple[object, ...]) -> None:
    answer(run, "reject", QUEUED, *on)
    answer(run, "cancel", SENDING, *on)
    assert [answer(run, "show", id, *on)["cancel_reason"] for id in (QUEUED, SENDING)] == [
        "rejected",
        "manual",
    ]
    assert "Cancelled (manual)" in run("show", SENDING, *on)[1]
    assert "cancel_reason" not in answer(run, "show", DONE, *on)


def test_an_answer_is_one_line_of_json(run: Run, on: tuple[object, ...]) -> None:
    status, out, _ = run("start", WAITING, *on, "--json")
    assert status == 0
    assert json.loads(out)["status"] == "Pending"
    assert out.count("\n") == 1


# ── the audit trail ──────────────────────────────────────────────────────────


def test_the_trail_is_narrowed_paged_and_written_to_a_file(
    run: Run, on: tuple[object, ...], tmp_path: Path
) -> None:
    answer(run, "archive", DONE, *on)
    answer(run, "restore", DONE, *on, "--as", "bob", "--note", "=needed")

    def found(*arguments: object) -> list[str]:
        return [row["action"] for row in answer(run, "audit", DONE, *arguments, *on)["rows"]]

    assert found() == ["restored", "archived", "created"]
    assert found("--actor", "ann", "--actor", "core") == ["archived", "created"]
    assert found("--action", "restored", "--action", "created") == ["restored", "created"]
    assert found("--to", "2026-11-23T12:00:00Z") == ["created"]
    assert found("--from", "2026-11-23T11:30:00Z", "--actor", "core") == []
    page = answer(run, "audit", DONE, "--limit", 2, *on)
    assert [row["action"] for row in page["rows"]] == ["restored", "archived"]
    last = answer(run, "audit", DONE, "--limit", 2, "--after", page["next"], *on)
    assert ([row["action"] for row in last["rows"]], last["next"]) == (["created"], None)
    assert f"next: --after {page['next']}" in run("audit", DONE, "--limit", 2, *on)[1]

    file = tmp_path / "trail.csv"
    assert answer(run, "audit", DONE, "--out", file, *on)["rows_written"] == 3
    head, newest, *_ = file.read_bytes().decode().split("\n")
    assert head == "action,actor,note,occurred_at"
    assert newest.startswith("restored,bob,'=needed,20")
    assert [path.name for path in tmp_path.iterdir() if "trail" in path.name] == ["trail.csv"]


def test_a_trail_that_cannot_be_written_leaves_what_was_there(
    run: Run, on: tuple[object, ...], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_text("mine")
    folder = tmp_path / "nowhere"
    there = "is there already: remove it, or name another file with --out"
    for place, why in {
        folder / "trail.csv": f"{folder} is no folder: make it first, or name another file with --out",
        tmp_path: f"{tmp_path} {there}",
        kept: f"{kept} {there}",
        "": f". {there}",
        "/": f"/ {there}",
        tmp_path / ("x" * 300): "cannot be written (File name too long): name another file with --out",
    }.items():
        status, out, err = run("audit", DONE, "--out", place, *on, "--json")
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert why in err
    assert kept.read_text() == "mine"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_refresh_counts_every_workspace_unasked(run: Run, db: Path) -> None:
    of_all = answer(run, "campaigns", "--db", db, "--workspace", "master")["total"]
    done = answer(run, "refresh", "--db", db, "--role", "operator")
    assert done["counted"] + done["left"] >= of_all > 0


def test_whoever_may_not_refresh_is_refused_once_and_not_again_and_again(
    run: Run, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("campaignkit.services.refresh.watch")
    status, out, err = run("refresh", "--watch", "--db", db)
    assert (status, out) == (1, "") and "refresh needs the role operator" in err
