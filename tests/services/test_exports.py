"""Exports: what is in the files, how an export lives, and what is left when it cannot come to its end (R62–R65)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import campaignkit
from campaignkit import Kit, RecipientFilter
from campaignkit.domain.errors import (
    Ambiguous,
    ExportFailed,
    InvalidInput,
    NotAllowed,
    NotFound,
    StoreBusy,
    StoreError,
)
from campaignkit.domain.exports import COLUMNS
from campaignkit.services.answers import mask_numbers
from campaignkit.services.exports import Exports
from campaignkit.store.duckdb import DuckStore
from tests import world
from tests.services.conftest import ON_A_FILE, Build, owned, place, reopened, session_of
from tests.services.exporting import ONE, read, recipients
from tests.world import NOW

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the place of kept files."""
    place = tmp_path / "data" / "kept"
    monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(place))
    return place


@pytest.fixture
def kit(build: Build) -> Kit:
    return build(recipients, role="operator")


def opened(kit: Kit, **viewer: object) -> Kit:
    """Return another kit on the same database."""
    given = {"workspace": "master", "role": "operator", "actor": "ann", "now": NOW} | viewer
    return reopened(kit, **given)  # type: ignore[arg-type]


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# ── what is in the files ─────────────────────────────────────────────────────


def test_a_csv_has_the_guide_s_ten_columns_in_order_and_its_bytes_are_plain(kit: Kit, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    done = kit.exports.make(ONE, out=out)
    raw = out.read_bytes()
    assert raw.startswith((",".join(COLUMNS) + "\n****01,").encode()), "no BOM, LF, header"
    rows = read(out)
    assert [row["recipient"] for row in rows] == [f"****{n:02}" for n in range(1, 10)]
    assert (done.status, done.rows_matched, done.rows_written, done.bytes) == ("Done", 9, 9, len(raw))
    assert done.sha256 == hashlib.sha256(raw).hexdigest()
    assert rows[1]["error"] == 'a "quoted", line\nand another\r\nend'
    assert (rows[2]["esme"], rows[2]["delivered_at"]) == ("", ""), "an intermediate receipt delivers nothing"
    assert rows[0]["delivered_at"] == "2026-11-23T11:58:59.999999+00:00"
    assert rows[5]["sent_at"] == ""


def test_every_time_is_the_moment_that_the_page_shows_with_its_zone(kit: Kit, tmp_path: Path) -> None:
    kit.exports.make(ONE, out=tmp_path / "a.csv")
    for written, shown in zip(read(tmp_path / "a.csv"), kit.recipients.page(ONE).rows, strict=True):
        for name in ("delivered_at", "created_at", "sent_at"):
            moment = datetime.fromisoformat(written[name]) if written[name] else None
            assert moment == getattr(shown, name)


def test_what_a_spreadsheet_would_take_for_a_formula_is_disarmed_and_numbers_are_not_touched(
    kit: Kit, tmp_path: Path
) -> None:
    kit.exports.make(ONE, out=tmp_path / "a.csv")
    rows = {int(row["recipient"][-2:]): row for row in read(tmp_path / "a.csv")}
    assert rows[4]["error"] == '\'=HYPERLINK("http://x","y")'
    assert (rows[4]["esme"], rows[4]["smsid"]) == ("+44", "+447946000999")
    assert (rows[2]["filter"], rows[3]["error"], rows[5]["smpp_code"]) == ("'-stop", "'\tx", "'@VENDOR")
    assert (rows[7]["error"], rows[7]["smsid"]) == ("'\rx", "0044")
    assert (rows[8]["error"], rows[8]["smsid"]) == ("'already", "'-1")


def test_a_txt_has_one_recipient_a_line_and_no_header(kit: Kit, tmp_path: Path) -> None:
    kit.exports.make(ONE, RecipientFilter(stages={"Failed", "New"}), format="txt", out=tmp_path / "a.txt")  # type: ignore[arg-type]
    assert (tmp_path / "a.txt").read_bytes() == b"****02\n****06\n"


def test_an_export_of_nobody_is_done_and_says_zero(kit: Kit, tmp_path: Path) -> None:
    done = kit.exports.make(ONE, RecipientFilter(smpp_codes={"X"}, null_smpp=False), out=tmp_path / "a.csv")  # type: ignore[arg-type]
    assert (done.status, done.rows_written) == ("Done", 0)
    assert (tmp_path / "a.csv").read_text() == ",".join(COLUMNS) + "\n"


def test_a_manifest_stands_beside_the_file_and_says_what_it_is(kit: Kit, tmp_path: Path) -> None:
    asked = RecipientFilter(sms_results={"failed"}, null_smpp=False)  # type: ignore[arg-type]
    done = kit.exports.make(ONE, asked, out=tmp_path / "a.csv")
    said = json.loads((tmp_path / "a.csv.manifest.json").read_text())
    assert said == {
        "export_id": done.export_id,
        "campaign": "00000001-0000-0000-0000-000000000000",
        "workspace": "retail",
        "format": "csv",
        "columns": list(COLUMNS),
        "filter": {
            "stages": [],
            "sms_results": ["failed"],
            "smpp_codes": [],
            "null_smpp": False,
            "esmes": [],
        },
        "filter_in_words": asked.caption(),
        "numbers": "masked",
        "zone": "UTC",
        "as_of": NOW.isoformat(),
        "rows": 1,
        "bytes": (tmp_path / "a.csv").stat().st_size,
        "sha256": hashlib.sha256((tmp_path / "a.csv").read_bytes()).hexdigest(),
    }


filters = st.builds(
    RecipientFilter,
    stages=st.sets(st.sampled_from(["New", "Sending", "Delivered", "Failed"])),
    sms_results=st.sets(st.sampled_from(["delivered", "failed", "unknown"])),
    smpp_codes=st.sets(st.sampled_from(["DELIVRD", "UNDELIV", "ENROUTE", "@VENDOR", "x"])),
    null_smpp=st.booleans(),
    esmes=st.sets(st.sampled_from(["a", "a,b", "", "+44", "y"])),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filter=filters)
def test_rows_written_are_the_rows_that_match_whatever_the_filter(kit: Kit, filter: RecipientFilter) -> None:
    page = kit.recipients.page(ONE, filter)
    done = kit.exports.run_one(kit.exports.request(ONE, filter).export_id)
    rows = read(kit.exports._files.path(f"{done.export_id}.csv"))
    assert done.rows_written == page.total == len(rows)
    assert [row["recipient"] for row in rows] == [row.recipient for row in page.rows]
    assert kit.exports.find(done.export_id).filter == filter


texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.from_regex(
    r"[=+\-@\t\r\0'\"#,\n]{1,3}[0-9a]{0,31}",
    fullmatch=True,  # no digest, which a page shows and a file does not
)


def guarded(text: str) -> str:
    """Return what the guard makes of a cell, by the words of delivery-semantics.md."""
    number = text.removeprefix("+")
    is_number = number.isdigit() and number.isascii()
    return (
        f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\0") and not is_number and text else text
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(texts, texts), min_size=1, max_size=20))
def test_a_csv_parses_back_to_the_rows_and_a_number_is_touched_in_free_text_alone(
    kit: Kit, cells: list[tuple[str, str]]
) -> None:
    if kit._store.dialect == "postgres":  # which keeps no text with a NUL in it
        cells = [(error.replace("\0", "\r"), smsid.replace("\0", "\r")) for error, smsid in cells]
    with owned(kit).writing() as session:
        world.execute(session, "delete from core.recipients")
        for number, (error, smsid) in enumerate(cells, start=1):
            world.recipient(session, 1, number, error=error, smsid=smsid)
    done = kit.exports.run_one(kit.exports.request(ONE).export_id)
    rows = read(kit.exports._files.path(f"{done.export_id}.csv"))
    expected = [(guarded(mask_numbers(error)), guarded(smsid)) for error, smsid in cells]
    assert [(row["error"], row["smsid"]) for row in rows] == expected


# ── who may, and what is written down ────────────────────────────────────────


def test_a_viewer_makes_no_export_and_sees_those_of_others(kit: Kit, tmp_path: Path) -> None:
    job = kit.exports.run_one(kit.exports.request(ONE).export_id)
    viewer = opened(kit, role="viewer")
    assert [row.export_id for row in viewer.exports.of(ONE)] == [job.export_id]
    for refused in (
        lambda: viewer.exports.request(ONE),
        lambda: viewer.exports.make(ONE, out=tmp_path / "x"),
    ):
        with pytest.raises(NotAllowed, match="export needs the role operator in workspace retail"):
            refused()
    with pytest.raises(NotAllowed, match="needs the role operator"):
        viewer.exports.download(job.export_id, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_only_its_owner_downloads_or_runs_an_export(kit: Kit, tmp_path: Path) -> None:
    queued = kit.exports.request(ONE)
    bob = opened(kit, actor="bob", role="moderator")
    with pytest.raises(NotAllowed, match="only ann can run this export: create one of your own"):
        bob.exports.run_one(queued.export_id)
    kit.exports.run_one(queued.export_id)
    with pytest.raises(NotAllowed, match="only ann can download this export"):
        bob.exports.download(queued.export_id, tmp_path / "x")
    assert not bob.exports.find(queued.export_id).mine
    assert opened(kit).exports.download(queued.export_id[:8], tmp_path / "x").mine
    assert (tmp_path / "x").stat().st_size == opened(kit).exports.find(queued.export_id).bytes
    assert json.loads((tmp_path / "x.manifest.json").read_text())["rows"] == 9


def test_the_audit_trail_has_each_export_and_each_download(kit: Kit, tmp_path: Path) -> None:
    job = kit.exports.run_one(kit.exports.request(ONE, RecipientFilter(stages={"Failed"})).export_id)  # type: ignore[arg-type]
    kit.exports.download(job.export_id, tmp_path / "x")
    assert {(row.action, row.actor, row.note) for row in kit.audit.of(ONE).rows} == {
        ("exported", "ann", "CSV, Stage Failed, numbers masked"),
        ("downloaded", "ann", "CSV, 1 rows"),
    }


def test_an_unknown_export_is_a_sentence(kit: Kit, tmp_path: Path) -> None:
    for id in ("zz", "'; drop", "ab", "ffffffff"):
        with pytest.raises(NotFound, match="export"):
            kit.exports.download(id, tmp_path / "x")
    with pytest.raises(InvalidInput, match="format 'xls' is unknown: choose from csv, txt"):
        kit.exports.request(ONE, format="xls")


def test_a_prefix_that_fits_two_exports_is_ambiguous(kit: Kit) -> None:
    for last in "12":
        job = kit.exports.request(ONE)
        with owned(kit).writing() as session:
            world.execute(
                session,  # type: ignore[attr-defined]
                "update kit.exports set export_id = $new where export_id = $old",
                {"new": f"aaaa0000-0000-4000-8000-00000000000{last}", "old": job.export_id},
            )
    with pytest.raises(Ambiguous, match="fits 2 exports"):
        kit.exports.find("aaaa")


# ── an export's life ─────────────────────────────────────────────────────────


def test_an_export_is_queued_then_done_and_is_run_once(kit: Kit) -> None:
    job = kit.exports.request(ONE)
    assert (job.status, job.progress, job.expires_at) == ("Queued", 0.0, None)
    done = kit.exports.run_one(job.export_id)
    assert (done.status, done.progress, done.expires_at) == ("Done", 1.0, NOW + timedelta(hours=1))
    with pytest.raises(InvalidInput, match="no longer Queued"):
        kit.exports.run_one(job.export_id)


def test_who_asks_while_it_runs_sees_it_running_and_how_far_it_is(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def slow(self: Exports, row: dict[str, object], tell: object) -> None:
        tell(0.25)  # type: ignore[operator]
        (found,) = opened(kit, role="viewer", actor="bob").exports.of(ONE)
        seen.append((found.status, found.progress))
        with pytest.raises(StoreBusy, match="being worked on"):
            opened(kit).exports.run_one(str(row["export_id"]))
        raise ExportFailed("enough")

    monkeypatch.setattr(Exports, "_write", slow)
    failed = kit.exports.run_one(kit.exports.request(ONE).export_id)
    assert seen == [("Running", 0.25)]
    assert (failed.status, failed.error, failed.progress) == ("Failed", "enough", None)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)  # a file that is looked at changes for nobody
def test_a_run_that_ends_between_two_looks_at_it_is_not_taken_for_one_that_died(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    looker = opened(kit, role="viewer", actor="bob")
    job = kit.exports.request(ONE)

    def ends(name: str) -> None:
        """The page has read "Running"; while it asks whose it is, the run comes to its end."""
        with owned(kit).writing() as session:
            ended = {"now": NOW, "expires_at": NOW + timedelta(hours=1), "rows": 9, "bytes": 1, "sha256": "0"}
            session.run("exports/done", {"export_id": name} | ended)

    with owned(kit).writing() as session:
        session.run("exports/claim", {"export_id": job.export_id})
    monkeypatch.setattr(looker._store, "claimed", ends)
    assert [found.status for found in looker.exports.of(ONE)] == ["Done"]


def test_an_export_that_is_made_is_claimed_before_anybody_can_see_it_queued(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another window of the same login would run what waits and has nobody to run it."""
    request = Exports._request

    def requested(self: Exports, *given: object, **named: object) -> object:
        job = request(self, *given, **named)  # type: ignore[arg-type]
        other = opened(kit)
        other.exports._work(job.export_id)
        assert other.exports.find(job.export_id).status == "Queued"
        return job

    monkeypatch.setattr(Exports, "_request", requested)
    assert kit.exports.make(ONE, out=tmp_path / "out.csv").status == "Done"


def test_an_export_expires_its_file_goes_and_its_record_stays(kit: Kit, folder: Path, tmp_path: Path) -> None:
    job = kit.exports.run_one(kit.exports.request(ONE).export_id)
    assert left(folder) == [f"{job.export_id}.csv", f"{job.export_id}.csv.manifest.json"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / f"{job.export_id}.csv").stat().st_mode & 0o777 == 0o600
    almost = opened(kit, now=NOW + timedelta(minutes=59))
    assert almost.exports.of(ONE)[0].status == "Done"
    late = opened(kit, now=NOW + timedelta(hours=1))
    with pytest.raises(NotFound, match="has expired: create a new export"):
        late.exports.download(job.export_id, tmp_path / "x")
    assert left(folder) == []
    assert opened(kit, role="viewer", now=NOW).exports.of(ONE)[0].status == "Expired", "it is written down"


def test_a_reader_sees_that_an_export_has_expired_though_nobody_wrote_it_down(kit: Kit) -> None:
    kit.exports.run_one(kit.exports.request(ONE).export_id)
    late = opened(kit, role="viewer", now=NOW + timedelta(hours=2))
    assert late.exports.of(ONE)[0].status == "Expired"


def test_what_an_export_has_become_is_written_down_when_the_look_at_its_campaign_is_over(kit: Kit) -> None:
    kit.exports.run_one(kit.exports.request(ONE).export_id)
    late = opened(kit, now=NOW + timedelta(hours=2))
    with late.campaigns.look(ONE) as look:
        assert late.exports.of(look)[0].status == "Expired"
    assert opened(kit, role="viewer", now=NOW).exports.of(ONE)[0].status == "Expired"


def test_the_time_to_live_can_be_set(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGNKIT_EXPORT_MINUTES", "5")
    short = opened(kit)
    done = short.exports.run_one(short.exports.request(ONE).export_id)
    assert done.expires_at == NOW + timedelta(minutes=5)
    for nonsense in ("0", "-1", "soon", "nan", "inf"):
        monkeypatch.setenv("CAMPAIGNKIT_EXPORT_MINUTES", nonsense)
        with pytest.raises(InvalidInput, match="is no time to keep an export"):
            opened(kit)


def test_exports_in_the_background_run_two_at_once_and_all_come_to_their_end(kit: Kit) -> None:
    jobs = [kit.exports.start(ONE, format=kind) for kind in ("csv", "txt", "csv")]
    for thread in [thread for thread in threading.enumerate() if thread.name == "export"]:
        thread.join(60)
    found = [kit.exports.find(job.export_id) for job in jobs]
    assert [job.status for job in found] == ["Done"] * 3
    assert [job.rows_written for job in found] == [9] * 3


def test_what_waits_and_has_nobody_left_to_run_it_is_run_with_the_next(kit: Kit) -> None:
    orphan = kit.exports.request(ONE)
    again = opened(kit)  # the kernel was restarted
    again.exports.start(ONE)
    for thread in [thread for thread in threading.enumerate() if thread.name == "export"]:
        thread.join(60)
    assert again.exports.find(orphan.export_id).status == "Done"


# ── what goes wrong ──────────────────────────────────────────────────────────

KILLED = """
import os, signal, sys
import campaignkit
from campaignkit.store import duckdb, postgres
for kind in (duckdb.Session, postgres.Session):
    def half(self, *given, to, copy=kind.copy, **named):
        copy(self, *given, to=to, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    kind.copy = half
kit = campaignkit.open(sys.argv[1], workspace="master", role="operator", actor="ann")
from pathlib import Path
kit.exports.make("00000001", out=Path(sys.argv[2]))
"""


def test_a_run_whose_process_was_killed_is_failed_and_nothing_half_is_left(
    kit: Kit, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mine" / "a.csv"
    out.parent.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, place(kit._store, "ann"), str(out)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not out.exists()
    (seen,) = opened(kit, role="viewer").exports.of(ONE)
    assert seen.status == "Failed", "a reader, who cannot write it down, sees it too"
    (failed,) = kit.exports.of(ONE)
    assert (failed.status, failed.progress) == ("Failed", None)
    assert failed.error == "the program that ran it was ended before it was done: create a new export"
    kit.exports.make(ONE, out=out)
    assert [name for name in left(folder) if not name.endswith((".csv", ".json"))] == []
    assert left(out.parent) == ["a.csv", "a.csv.manifest.json"], "what the killed one left is swept"
    assert not list(tmp_path.glob("*.claim-*"))


def test_a_run_that_is_interrupted_is_failed_and_nothing_half_is_left(
    kit: Kit, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, to: Path, **__: object) -> int:
        to.write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(session_of(kit), "copy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        kit.exports.make(ONE, out=tmp_path / "a.csv")
    assert kit.exports.of(ONE)[0].error == "it was interrupted: create a new export"
    assert left(folder) == []
    assert not list(tmp_path.glob("*a.csv*"))


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a full disk is not tested: this account may mount none")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_a_sentence_and_nothing_half_is_left(
    build: Build, full_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(session: world.Session) -> None:
        recipients(session)
        world.execute(
            session,
            "insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, sms_result, created_at)"
            " select 1, 100 + n, '0123', 'New', 'unknown', $now::timestamptz from generate_series(0, 19999) r(n)",
            {"now": NOW},
        )

    monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(full_disk / "kept"))
    kit = build(fill, role="operator")
    with pytest.raises(ExportFailed, match=r"^the disk is full: 0 of 20,009 rows kept$"):
        kit.exports.make(ONE, out=tmp_path / "a.csv")
    assert kit.exports.of(ONE)[0].error == "the disk is full: 0 of 20,009 rows kept"
    assert left(full_disk / "kept") == []
    assert not list(tmp_path.glob("*a.csv*"))
    done = kit.exports.run_one(kit.exports.request(ONE, RecipientFilter(stages={"Failed"})).export_id)  # type: ignore[arg-type]
    assert done.status == "Done", "what fits is done"
    monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(tmp_path / "kept"))
    with pytest.raises(OSError, match="No space left") as found:
        opened(kit).exports.make(ONE, out=full_disk / "a.csv")
    assert found.value.strerror == "No space left on device"
    assert left(full_disk) == ["kept"], "the user's own disk is full: nothing half there either"


def test_a_campaign_that_disappears_is_a_sentence(kit: Kit, folder: Path) -> None:
    job = kit.exports.request(ONE)
    with owned(kit).writing() as session:
        world.execute(session, "delete from core.campaigns")
    failed = kit.exports.run_one(job.export_id)
    assert (failed.status, failed.error) == (
        "Failed", "campaign 00000001 is no longer there: nothing was exported",
    )  # fmt: skip
    assert left(folder) == []


def test_a_place_that_cannot_take_the_file_is_refused_before_anything_is_asked(
    kit: Kit, tmp_path: Path
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    places = {
        there: "is there already: remove it, or name another file with --out",
        tmp_path: "is there already",
        tmp_path / "no" / "a.csv": "is no folder: make it first",
        there / "a.csv": "is no folder",
        tmp_path / ("x" * 300): "cannot be written",
        tmp_path / "a\0b": "cannot be written",
        Path("/proc/a.csv"): "cannot be written",
    }
    for where, words in places.items():
        with pytest.raises(InvalidInput, match=words):
            kit.exports.make(ONE, out=where)
    assert there.read_text() == "mine"
    assert kit.exports.of(ONE) == ()


def test_a_folder_of_kept_files_that_is_none_or_another_s_is_a_sentence(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for where in (file, file / "below", Path("/proc/kept")):
        monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(where))
        other = opened(kit)
        failed = other.exports.run_one(other.exports.request(ONE).export_id)
        assert failed.status == "Failed"
        assert failed.error and "\n" not in failed.error
    if os.geteuid() == 0:
        theirs = tmp_path / "theirs"
        theirs.mkdir()
        os.chown(theirs, 65534, 65534)
        monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(theirs))
        other = opened(kit)
        failed = other.exports.run_one(other.exports.request(ONE).export_id)
        assert "belongs to another account: name a folder of yours with CAMPAIGNKIT_EXPORTS" in str(
            failed.error
        )
        assert left(theirs) == []


def test_a_kept_file_that_was_changed_or_taken_away_is_not_handed_out(
    kit: Kit, folder: Path, tmp_path: Path
) -> None:
    job = kit.exports.run_one(kit.exports.request(ONE).export_id)
    file = folder / f"{job.export_id}.csv"
    file.write_text(file.read_text().replace("UNDELIV", "DELIVRD"))
    with pytest.raises(NotFound, match="SHA-256 differs"):
        kit.exports.download(job.export_id, tmp_path / "x")
    file.unlink()
    with pytest.raises(NotFound, match="no longer there: create a new export"):
        kit.exports.download(job.export_id, tmp_path / "x")
    assert not (tmp_path / "x").exists()
    assert [row.action for row in kit.audit.of(ONE).rows] == ["exported"]


def test_rows_that_get_lost_on_the_way_fail_the_export(
    kit: Kit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_of(kit), "copy", lambda *_, **__: 8)
    failed = kit.exports.run_one(kit.exports.request(ONE).export_id)
    assert (failed.status, failed.error) == (
        "Failed", "8 of 9 rows were written, and none is kept: create a new export",
    )  # fmt: skip
    assert left(folder) == []


@ON_A_FILE
def test_a_database_from_before_exports_is_told_the_way_and_upgraded(kit: Kit, tmp_path: Path) -> None:
    path = Path(shutil.copy(kit._store.path, tmp_path / "old.duckdb"))  # type: ignore[attr-defined]
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table kit.exports")
    with pytest.raises(StoreError, match=r"no kit\.exports: run `campaignkit init` on it"):
        campaignkit.open(path, workspace="master")
    for _ in range(2):
        world.init(DuckStore(path, writable=True))
    other = campaignkit.open(path, workspace="master", role="operator")
    assert other.exports.of(ONE) == ()
    assert other.recipients.page(ONE).total == 9


def test_a_list_of_exports_is_as_the_interface_says(kit: Kit) -> None:
    job = kit.exports.request(ONE)
    assert {"export_id", "format", "status", "progress", "rows_written", "requested_by", "created_at", "expires_at",
            "error"} <= asdict(job).keys()  # fmt: skip


def test_the_engine_s_numbers_are_not_python_s_rows(build: Build, tmp_path: Path) -> None:
    """An export's memory in Python does not grow with its rows."""
    import tracemalloc

    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        world.execute(
            session,
            "insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, sms_result, created_at)"
            " select 1, n, '0123', 'New', 'unknown', $now::timestamptz from generate_series(0, 199999) r(n)",
            {"now": NOW},
        )

    kit = build(fill, role="operator")
    tracemalloc.start()
    done = kit.exports.make(ONE, out=tmp_path / "a.csv")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.rows_written == 200_000
    assert sum(1 for _ in csv.reader(io.StringIO((tmp_path / "a.csv").read_text()))) == 200_001
    assert peak < 4_000_000


@pytest.mark.parametrize("direction", ["", "desc"])
def test_rows_are_in_order_however_they_lie_and_sorted_only_where_they_do_not(
    build: Build, tmp_path: Path, direction: str
) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        world.campaign(session, 2)
        session.script(
            "insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, sms_result, smsid, created_at, sent_at)"
            " select 1 as campaign_id, n as recipient_id, '0123' as ctn_tail, 'Delivered' as stage, 'unknown' as sms_result,"
            f" n::varchar as smsid, now(), now() from generate_series(0, 299999) as r(n) order by n {direction}"
        )

    kit = build(fill, role="operator")
    with kit._store.reading() as session:
        promised = kit._store.dialect == "duckdb"
        assert session.in_order(1) is (promised and direction == "")
        assert session.in_order(2) is promised
    kit.exports.make(ONE, out=tmp_path / "rows.csv")
    assert [row["smsid"] for row in read(tmp_path / "rows.csv")] == [str(n) for n in range(300_000)]
