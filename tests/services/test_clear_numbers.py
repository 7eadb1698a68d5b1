"""Full numbers: only with the grant, never without an audit row, and nowhere else (R57)."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

import campaignkit
from campaignkit import Kit, RecipientFilter, cli
from campaignkit.domain.errors import NotAllowed, NotFound, StoreError, StoreMissing, StoreUnreadable
from campaignkit.domain.filters import RecipientSort
from campaignkit.kit import database
from campaignkit.services.answers import mask_numbers
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.statements import Variant, load, names
from tests import world
from tests.services.conftest import ON_A_FILE, Build, owned, place
from tests.services.exporting import NUMBERS, ONE, keep_numbers, read, recipients
from tests.world import NOW

LEAK = "4794600"  # part of every number, and of nothing else

ALL = Variant(sort="created", descending=True, limited=True)


@pytest.fixture(autouse=True)
def folder(tmp_path: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "kept"
    monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(place))
    return place


@pytest.fixture
def path(build: Build) -> str:
    """Return where its owner opens a database that has full numbers."""
    kit = build(plain)
    keep_numbers(owned(kit))
    return owned(kit).address


def plain(session: world.Session) -> None:
    """Recipients, none of whose cells looks like a number."""
    recipients(session)
    world.execute(session, "update core.recipients set smsid = 'x'")


def opened(path: str, **viewer: object) -> Kit:
    given = {"workspace": "master", "role": "operator", "actor": "ann", "now": NOW} | viewer
    return campaignkit.open(place(database(path), str(given["actor"])), **given)  # type: ignore[arg-type]


def trail(path: str) -> list[tuple[str, str, str | None]]:
    return [(row.action, row.actor, row.note) for row in opened(path).audit.of(ONE).rows]


def test_a_page_with_the_grant_shows_full_numbers_and_is_in_the_audit_trail(path: str) -> None:
    page = opened(path, role="viewer", clear_numbers=True).recipients.page(ONE, limit=3)
    assert [row.recipient for row in page.rows] == [NUMBERS[n] for n in (1, 2, 3)]
    assert trail(path) == [("pii_revealed", "ann", "3 full numbers: All recipients")]


def test_a_number_that_is_not_known_stays_masked_and_a_masked_page_needs_no_audit(path: str) -> None:
    kit = opened(path, clear_numbers=True)
    last = kit.recipients.page(ONE, RecipientFilter(smpp_codes={"DELIVRD"}, null_smpp=False))  # type: ignore[arg-type]
    assert [row.recipient for row in last.rows] == ["****09"]
    assert kit.recipients.page(ONE, clear=False).rows[0].recipient == "****01"
    assert trail(path) == []


def test_one_number_is_revealed_and_audited(path: str) -> None:
    kit = opened(path, clear_numbers=True)
    assert kit.recipients.reveal(ONE, 4) == NUMBERS[4]
    assert trail(path) == [("pii_revealed", "ann", "1 full number: recipient 4")]
    with pytest.raises(NotFound, match="recipient 9 is not known"):
        kit.recipients.reveal(ONE, 9)


def test_an_export_with_the_grant_has_full_numbers_for_its_owner_alone(path: str, tmp_path: Path) -> None:
    kit = opened(path, clear_numbers=True)
    done = kit.exports.make(ONE, out=tmp_path / "a.csv")
    assert [row["recipient"] for row in read(tmp_path / "a.csv")] == [
        *[NUMBERS[n] for n in range(1, 9)],
        "****09",
    ]
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "a.csv.manifest.json").read_text())["numbers"] == "full"
    assert trail(path) == [("exported", "ann", "CSV, All recipients, full numbers")]
    with pytest.raises(NotAllowed, match="extra grant"):
        opened(path).exports.download(done.export_id, tmp_path / "b.csv")
    kit.exports.make(ONE, format="txt", out=tmp_path / "a.txt", clear=False)
    assert LEAK not in (tmp_path / "a.txt").read_text()
    kit.exports.make(ONE, format="txt", out=tmp_path / "b.txt")
    assert (tmp_path / "b.txt").read_text().splitlines()[:2] == [NUMBERS[1], NUMBERS[2]]


@ON_A_FILE
def test_a_number_leaves_only_when_its_audit_row_is_safe(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = opened(path, clear_numbers=True)

    def full(self: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DuckStore, "_transaction", full)
    with pytest.raises(OSError, match="No space left"):
        kit.recipients.page(ONE)
    with pytest.raises(OSError, match="No space left"):
        kit.recipients.reveal(ONE, 4)


@ON_A_FILE
def test_where_there_are_no_numbers_or_no_audit_the_grant_is_refused(
    path: Path, tmp_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = tmp_path / "world.duckdb.numbers.duckdb"
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(StoreUnreadable, match="may not be written by this account, and each look"):
            opened(path, clear_numbers=True)
    numbers.write_bytes(b"no database")
    with pytest.raises(StoreUnreadable, match=r"numbers\.duckdb cannot be read.*leave out clear_numbers"):
        opened(path, clear_numbers=True)
    numbers.unlink()
    with pytest.raises(
        StoreMissing, match=r"numbers\.duckdb is not there, so there are no full numbers: leave out"
    ):
        opened(path, clear_numbers=True)
    assert opened(path).recipients.page(ONE).total == 9, "without the grant nothing is amiss"


def test_without_the_grant_they_cannot_be_asked_for(path: str) -> None:
    kit = opened(path, role="moderator")
    for ask in (
        lambda: kit.recipients.page(ONE, clear=True),
        lambda: kit.recipients.reveal(ONE, 4),
        lambda: kit.exports.request(ONE, clear=True),
        lambda: kit.exports.start(ONE, clear=True),
    ):
        with pytest.raises(
            NotAllowed, match=r"full numbers need the extra grant: open with clear_numbers=True"
        ):
            ask()
    assert trail(path) == []


def test_without_the_grant_an_export_of_full_numbers_is_not_run(path: str) -> None:
    job = opened(path, role="moderator", clear_numbers=True).exports.request(ONE, clear=True)
    kit = opened(path, role="moderator")
    with pytest.raises(NotAllowed, match="full numbers need the extra grant"):
        kit.exports.run_one(job.export_id)
    kit.exports._work(job.export_id)
    assert kit.exports.find(job.export_id).status == "Queued", "it waits for who may"


def test_whoever_may_see_full_numbers_and_do_nothing_else_writes_down_no_export_s_end(path: str) -> None:
    job = opened(path, role="moderator").exports
    export_id = job.run_one(job.request(ONE, clear=False).export_id).export_id
    late = opened(path, role="viewer", clear_numbers=True, now=NOW + timedelta(hours=1))
    assert late.exports.find(export_id).status == "Expired"
    with late._store.reading() as session:
        rows = session.rows("exports/list", {"scope": ["bank", "retail"], "limit": 9}, ALL)
    assert [row["status"] for row in rows] == ["Done"], "on a server it has no right to write there"


def test_without_the_grant_no_session_attaches_the_numbers_and_no_statement_reads_them(path: str) -> None:
    kit = opened(path, role="moderator")
    store = kit._store
    with store.reading() as session:
        if store.dialect == "duckdb":
            attached = session.query(
                "select count(*) from duckdb_databases() where database_name = 'numbers'"
            )
            assert attached == [(0,)]
        assert session.rows("recipients/numbers", {"campaign_id": 1, "recipient_ids": [*range(10)]}) == []
    readers = [name for name in names() if "core.recipient_numbers" in load(name).text]
    assert readers == ["exports/csv", "exports/txt", "recipients/numbers", "snapshot/numbers"]


@pytest.fixture
def everything_said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_without_the_grant_no_number_is_in_anything_that_comes_out(
    path: str, tmp_path: Path, folder: Path, everything_said: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    kit = opened(path, role="moderator")
    out: list[str] = [repr(kit), repr(kit.viewer), repr(kit._store)]
    for sort in RecipientSort:
        page = kit.recipients.page(ONE, sort=sort)
        out += [repr(page), page.frame.write_csv(), str(page.next), str([asdict(row) for row in page.rows])]
    out += [repr(kit.errors.of(ONE)), repr(kit.campaigns.show(ONE)), repr(kit.recipients.counts(ONE))]
    for kind in ("csv", "txt"):
        out += [repr(kit.exports.make(ONE, format=kind, out=tmp_path / f"m.{kind}"))]
    for attempt in (lambda: kit.recipients.reveal(ONE, 4), lambda: kit.recipients.page(ONE, clear=True)):
        with pytest.raises(NotAllowed) as refused:
            attempt()
        out.append(repr(refused.value))
    for command in (["recipients", ONE], ["errors", ONE], ["audit", ONE], ["exports", ONE], ["show", ONE]):
        for more in ([], ["--json"]):
            assert cli.main([*command, "--db", path, "--workspace", "master", *more]) == 0
    out += [*capsys.readouterr(), everything_said.text]
    out += [file.read_text() for file in [*folder.iterdir(), *tmp_path.glob("m.*")]]
    assert LEAK not in "".join(out)
    assert "****04" in "".join(out)
    assert not any(
        LEAK.encode() in file.read_bytes() for file in tmp_path.glob("world.duckdb") if file.is_file()
    )


def test_the_command_line_shows_them_with_the_grant(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = place(database(path), "eve")
    given = ["recipients", ONE, "--db", url, "--workspace", "master", "--limit", "1", "--json"]
    assert cli.main([*given, "--clear-numbers", "--as", "eve"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["recipient"] == NUMBERS[1]
    assert trail(path) == [("pii_revealed", "eve", "1 full number: All recipients")]


def test_a_read_only_store_reveals_nothing(path: str) -> None:
    kit = opened(path, clear_numbers=True)
    kit._store.writable = False
    with pytest.raises(StoreError, match="read-only"):
        kit.recipients.page(ONE)


SAID = {
    "no route to +447946000901": "no route to ****",
    "+44 (79) 46-000-901 is barred": "**** is barred",
    "447946000901,447946000902": "****,****",
    "retried 3 times in 120 s, 1234 bytes": "retried 3 times in 120 s, 1234 bytes",
}


@pytest.mark.parametrize(
    "text", ["00000001-0000-0000-0000-000000000000", "sha256 " + "a123456789012b" * 4 + "c"]
)
def test_an_id_or_a_digest_in_a_note_is_no_number(text: str) -> None:
    assert mask_numbers(text) == text


@pytest.mark.parametrize("clear", [False, True])
def test_a_free_text_shows_nobody_a_number(build: Build, tmp_path: Path, *, clear: bool) -> None:
    """The place of a number is its own column, where the grant decides and the audit trail knows (R57)."""

    def fill(session: world.Session) -> None:
        plain(session)
        for number, text in enumerate(SAID, start=1):
            world.execute(session, f"update core.recipients set error = '{text}', filter = '{text}' where recipient_id = {number}")  # fmt: skip
        said = "no route to +447946000901"
        world.insert(session, "core.job_errors", job_error_id=1, campaign_id=1, phase="Sending", code="X", message=said, occurred_at=NOW)  # fmt: skip
        world.insert(session, "core.state_events", event_id=1, campaign_id=1, phase="Paused", reason=said, occurred_at=NOW)  # fmt: skip
        world.insert(session, "core.audit_events", audit_id=1, workspace_id="retail", campaign_id=1, action="note", actor="ann", note=said, occurred_at=NOW)  # fmt: skip

    store = owned(build(fill))
    keep_numbers(store)
    kit = opened(store.address, clear_numbers=clear)
    shown = {row.recipient_id: (row.error, row.filter) for row in kit.recipients.page(ONE).rows}
    kit.exports.make(ONE, out=tmp_path / "out.csv", clear=clear)
    written = [(row["error"], row["filter"]) for row in read(tmp_path / "out.csv")]
    for number, text in enumerate(SAID.values(), start=1):
        assert shown[number] == (text, text)
        assert written[number - 1] == (text, text)
    assert kit.errors.of(ONE).jobs[0].message == "no route to ****"
    assert kit.campaigns.history(ONE).rows[0].reason == "no route to ****"
    assert [row.note for row in kit.audit.of(ONE).rows][-1] == "no route to ****"
