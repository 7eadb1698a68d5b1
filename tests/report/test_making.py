"""A report is made whole or not at all, always the same, and never with a number in the clear."""

from __future__ import annotations

import copy
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

import campaignkit
from campaignkit import demo
from campaignkit.domain.errors import InvalidInput
from campaignkit.kit import Kit
from campaignkit.report import making
from campaignkit.report.checking import Status, verify
from campaignkit.report.document import MIME
from campaignkit.report.making import Made, run
from campaignkit.report.sealed import Sealed, sha256_of
from campaignkit.report.wanted import Facts
from campaignkit.report.writing import Report
from campaignkit.store.duckdb import numbers_file
from tests.report.conftest import NOW, Named, Written, manifest

ROOT = Path(__file__).parents[2]
# twenty runs take two minutes: CAMPAIGNKIT_REPORT_RUNS=20 asks for them
RUNS = int(os.environ.get("CAMPAIGNKIT_REPORT_RUNS", "2"))
ELSEWHERE = [
    {"TZ": "Pacific/Apia", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "1"},
    {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "77", "COLUMNS": "20"},
]


def files(folder: Path) -> dict[str, str]:
    found = {str(path.relative_to(folder)): sha256_of(path) for path in folder.rglob("*") if path.is_file()}
    del found["manifest.json"]
    return found


def sealed(folder: Path) -> dict:
    return {key: value for key, value in manifest(folder).items() if key != "unsealed"}


@pytest.mark.parametrize("number", range(RUNS))
def test_every_run_gives_the_same_bytes_wherever(
    number: int, db: Path, named: Named, outage: Made, tmp_path: Path
) -> None:
    """In another folder, process, zone, language and hash seed; the command line says the same digest."""
    here = tmp_path / f"deeper-{number}" / "x"
    here.mkdir(parents=True)
    out = here / "another name"
    command = [sys.executable, "-m", "campaignkit", "--json", "--db", str(db), "--workspace", "master"]
    asked = ["report", named("Season preview"), "--out", str(out), "--as-of", NOW.isoformat()]
    done = subprocess.run(
        [*command, *asked, "--incident", "INC-1", "--author", "S. Okafor"],
        env=os.environ | ELSEWHERE[number % 2], cwd=here, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert files(out) == files(outage.folder)
    assert json.loads(done.stdout)["digest"] == outage.digest
    # what was asked for on the command line stands in the parameters: as_of, which the other took from its clock
    assert sealed(out)["subject"] == sealed(outage.folder)["subject"]


def test_a_report_weighs_little_and_needs_nothing_from_outside(outage: Made) -> None:
    page = (outage.folder / "report.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 100_000
    assert (
        "<script" not in page and "http://" not in page and "https://" not in page and "@import" not in page
    )
    for mark in (
        '<html lang="en">',
        "<main>",
        "<h1>",
        'scope="col"',
        'scope="row"',
        'role="img" aria-label="',
        "<footer",
        "<summary>What the chart draws</summary>",
        "<dt>recipients</dt><dd>campaign_id bigint, place bigint, same_as bigint, stage varchar",
    ):
        assert mark in page


def test_the_notebook_holds_no_time_no_widget_and_no_path(outage: Made) -> None:
    text = (outage.folder / "report.ipynb").read_text(encoding="utf-8")
    for word in ("iopub", "widget-state", str(outage.folder), "/tmp", " at 0x"):
        assert word not in text
    assert "snapshot = 'snapshot'" in json.loads(text)["cells"][1]["source"]


# ── bad input ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "a report needs a scope: name campaigns by their IDs, or give a filter"),
        ({"filter": "status=Failed&period=1h"}, "no campaign matches status=Failed&period=1h"),
        ({"campaigns": ["00000000"]}, "no campaign in"),
        ({"campaigns": ["ID"], "window_from": "2026-11-16T10:00"}, "has no zone"),
        ({"campaigns": ["ID"], "window_from": "noon"}, "is no ISO 8601 time"),
        ({"campaigns": ["ID"], "window_from": "2026-11-17T10:00Z", "window_to": "2026-11-16T10:00Z"}, "before it begins"),
        ({"campaigns": ["ID"], "window_from": "2026-11-20T10:00Z"}, "nothing of the scope lies in the window"),
        ({"campaigns": ["ID"], "zone": "Vilnius"}, "there is no time zone 'Vilnius'"),
        ({"campaigns": ["ID"], "baseline": 0}, "a number of days from 1 to 400"),
        ({"campaigns": ["ID"], "title": "{nonsense.here}"}, "there is no question 'nonsense'"),
        ({"campaigns": ["ID"], "title": "a { brace"}, "a brace itself is written twice"),
        ({"campaigns": ["ID"], "supersedes": "nowhere"}, "nowhere is no folder"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_input_is_a_sentence_and_leaves_nothing(
    asked: dict, sentence: str, kit: Kit, named: Named, tmp_path: Path
) -> None:
    if asked.get("campaigns") == ["ID"]:
        asked = asked | {"campaigns": [named("Season preview")]}
    with pytest.raises(campaignkit.domain.errors.CampaignKitError, match=sentence.replace("{", r"\{")):
        run(kit, tmp_path / "out", **asked)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name_and_a_missing_folder_are_refused(kit: Kit, named: Named, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    for out, sentence in (
        (taken, "is there already"),
        (tmp_path / "no" / "where", "is no folder: make it first"),
    ):
        with pytest.raises(InvalidInput, match=sentence):
            run(kit, out, campaigns=[named("Season preview")])
    assert list(tmp_path.iterdir()) == [taken] and list(taken.iterdir()) == []


def drawn_here(book: dict, facts: Facts, snapshot: Path, work: Path) -> dict:
    """Return the notebook with the outputs that its kernel would have given, without one."""
    report = Report(Sealed(snapshot), facts)
    done = copy.deepcopy(book)
    outputs: list[dict] = []
    report._show = lambda block: outputs.append(block) or report.document.blocks.append(block)  # type: ignore[method-assign,func-returns-value]
    for show in (
        report.head,
        report.summary,
        report.impact,
        report.changes,
        report.timeline,
        report.evidence,
        report.method,
    ):
        show()
    first = {"queries": report.document.queries, "claims": report.document.claims}
    nothing: dict = {"queries": {}, "claims": {}}
    done["cells"][2]["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {MIME: {"block": block} | (nothing if place else first)}}
        for place, block in enumerate(outputs)
    ]  # fmt: skip
    return done


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no kernel start: what is tested is what stands around it."""
    monkeypatch.setattr(making.notebooks, "executed", drawn_here)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Return a function that gives a disk of some kilobytes, all of them its last ones."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a full disk is not tested: this account may mount none")

    def sized(kilobytes: int) -> Path:
        subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(place)], check=True)
        return place

    yield sized
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.usefixtures("quick")
def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    kit: Kit, named: Named, small_disk: Callable[[int], Path]
) -> None:
    """Wherever it fills up: in the snapshot, on the page, in the manifest, until the whole report has room."""
    asked = {"campaigns": [named("Season preview")]}
    failed, sentences = 0, set()
    for kilobytes in range(20, 900, 60):
        disk = small_disk(kilobytes)
        try:
            run(kit, disk / "out", **asked)
            break
        except InvalidInput as error:
            failed += 1
            sentences |= {str(error), *map(str, disk.iterdir())}
    assert sentences == {f"the disk is full: free some space; {disk / 'out'} was not made"}
    assert failed >= 3 and verify(disk / "out").status is Status.IDENTICAL


def test_a_file_that_may_grow_no_further_is_a_sentence_too(db: Path, named: Named, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "campaignkit", "--db", str(db), "--workspace", "master", "report", named("Season preview"),
         "--out", str(tmp_path / "out")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192)),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and done.stdout == ""
    assert (
        done.stderr.splitlines()[-1]
        == f"campaignkit: the disk is full: free some space; {tmp_path / 'out'} was not made"
    )
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, pathlib, signal, sys
from datetime import UTC, datetime
import campaignkit
from campaignkit.report import making
from tests.report.test_making import drawn_here

db, campaign, out, step = sys.argv[1:]
making.notebooks.executed = drawn_here
where = pathlib.Path if step == "rename" else making
setattr(where, step, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
making.run(campaignkit.open(db, workspace="master", now=datetime(2026, 11, 23, 12, tzinfo=UTC)), pathlib.Path(out), campaigns=[campaign])
"""


@pytest.mark.usefixtures("quick")
def test_what_is_killed_leaves_no_report_and_the_next_one_sweeps_it_away(
    kit: Kit, db: Path, named: Named, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    steps = ["answered", "check_no_number", "verify", "rename"]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", KILLED, str(db), named("Season preview"), str(out), step], cwd=ROOT
        )
        for step in steps
    ]
    assert [process.wait(60) for process in started] == [-signal.SIGKILL] * len(steps)
    assert not out.exists() and len(list(tmp_path.iterdir())) == len(steps)
    run(kit, out, campaigns=[named("Season preview")])
    assert list(tmp_path.iterdir()) == [out] and verify(out).status is Status.IDENTICAL


@pytest.mark.parametrize("step", ["take", "page", "crate", "check_no_number", "_durable"])
@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(errno.ENOSPC, "No space left on device"), InvalidInput),
    ],
    ids=["interrupted", "disk full"],
)
@pytest.mark.usefixtures("quick")
def test_whatever_happens_while_it_is_made_nothing_is_left(
    step: str, fault: BaseException, raised: type[BaseException], kit: Kit, named: Named, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(making, step, fail)
    with pytest.raises(raised):
        run(
            kit,
            tmp_path / "out",
            campaigns=[named("Season preview")],
            incident="INC-1",
            authors=["S. Okafor"],
        )
    assert list(tmp_path.iterdir()) == []


# ── the notebook ─────────────────────────────────────────────────────────────


def copied(path: Path, *cells: str, **parameters: object) -> Path:
    """Return a copy of the notebook with more cells before its last, and with parameters of its own."""
    book = json.loads(
        (Path(__file__).parents[2] / "notebooks" / "incident_report.ipynb").read_text(encoding="utf-8")
    )
    for source in cells:
        book["cells"].insert(-1, {"cell_type": "code", "id": f"x{len(book['cells'])}", "metadata": {}, "source": source,
                                  "outputs": [], "execution_count": None})  # fmt: skip
    for name, value in parameters.items():
        book["cells"][1]["source"].append(f"\n{name} = {value!r}")
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


def test_the_authors_words_carry_claims_and_a_typed_figure_is_named(
    kit: Kit, named: Named, tmp_path: Path
) -> None:
    book = copied(
        tmp_path / "mine.ipynb",
        'r.claim("late", "select count(*) from recipients where dlr_at - sent_at > interval \'1 hour\'")',
        'r.words("Detection", "{late} receipts came late; {channels[nordtel-1].rate} got through, ３\u200b13 were lost.")',
        about={"incident": "INC-7", "authors": ["A. Nalyst"], "status": "in review"},
        scope={"campaigns": [named("Season preview")], "filter": ""},
    )
    made = run(kit, tmp_path / "out", notebook=book)
    assert made.report == "INC-7"
    (typed,) = made.typed
    assert typed.startswith("Detection: “313” is typed by hand and equals claim c08")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "A. Nalyst" in page and "In review" in page and "channels[nordtel-1].rate" in page
    with pytest.raises(
        InvalidInput, match="a final report holds no typed figure, and this one does: Detection: “313”"
    ):
        run(kit, tmp_path / "final", notebook=book, status="final")
    assert not (tmp_path / "final").exists()


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ('r.text("{impact.nothing}")', "cell 10 of the notebook failed: impact has no column 'nothing'"),
        ('r.text("{channels[moon].rate}")', "channels has no row 'moon'"),
        ('r.text("{unheard}")', "no claim is called 'unheard'"),
        ('r.claim("x", "delete from recipients")', "it is not one SELECT"),
        ('r.claim("x", "select 313")', "the query of x reads no table of the snapshot: its figure is typed"),
        ('r.claim("x", "select nothing from recipients")', "Binder Error"),
        ("1 / 0", "cell 10 of the notebook failed: ZeroDivisionError: division by zero"),
        ("object()", "shows an object by its address in memory"),
        ('r.claim("x", "select random() from campaigns", format="number"); r.text("{x}")', "the report does not repeat itself"),
        ('r.text("Call +370 612 34567 for more.")', "holds what is shaped like a phone number (11 digits ending in 67)"),
        ('print("00370-612-34567")', "report.ipynb"),
    ],
)  # fmt: skip
def test_a_cell_that_fails_or_leaks_stops_the_sealing(
    cell: str, sentence: str, kit: Kit, named: Named, tmp_path: Path
) -> None:
    book = copied(tmp_path / "mine.ipynb", cell)
    with pytest.raises(InvalidInput) as caught:
        run(kit, tmp_path / "out", notebook=book, campaigns=[named("Gift card reminder")], filter="")
    assert sentence in str(caught.value)
    assert "6123" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.ipynb"]


# ── the audit trail, and a report after a report ─────────────────────────────


@pytest.mark.usefixtures("quick")
def test_an_operators_seal_is_in_every_campaigns_audit_and_a_viewers_is_not(
    db: Path, named: Named, tmp_path: Path
) -> None:
    own = tmp_path / "own.duckdb"
    shutil.copy(db, own)
    campaigns = [named("Gift card reminder"), named("Patient portal")]
    viewer = run(campaignkit.open(own, workspace="master", now=NOW), tmp_path / "a", campaigns=campaigns)
    assert viewer.unaudited == "the audit trail does not know of it: that takes the role operator"
    operator = campaignkit.open(own, workspace="master", role="operator", actor="olga", now=NOW)
    made = run(operator, tmp_path / "b", campaigns=campaigns)
    assert made.unaudited == "" and made.digest == viewer.digest
    for campaign in campaigns:
        newest = operator.audit.of(campaign).rows[0]
        assert (newest.action, newest.actor) == ("report_sealed", "olga")
        assert newest.note == f"{made.report}, sha256 {made.digest}"
    again = run(operator, tmp_path / "c", campaigns=campaigns)
    assert again.digest == made.digest, "that it was sealed is no part of what it is about"


def test_with_the_grant_the_scopes_own_numbers_are_looked_for(
    db: Path, named: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short number has no shape that gives it away; who may see it is told, and the audit trail that it was looked for."""
    own = tmp_path / "own.duckdb"
    shutil.copy(db, own)
    campaign = named("Gift card reminder")
    with duckdb.connect(str(own)) as connection:
        connection.execute(f"attach '{numbers_file(own)}' as n").complete()
        connection.execute("create schema n.core").complete()
        connection.execute(
            "create table n.core.recipient_numbers as select campaign_id, 1::bigint as recipient_id, '61234567' as ctn"
            " from core.campaigns where external_id = ?", [campaign],
        ).complete()  # fmt: skip
    numbers_file(own).chmod(0o600)
    kit = campaignkit.open(own, workspace="master", clear_numbers=True, actor="paula", now=NOW)
    monkeypatch.setattr(making.notebooks, "executed", drawn_here)
    asked = {"campaigns": [campaign], "incident": "INC-1"}
    assert run(kit, tmp_path / "a", **asked, title="Lines lost").compared == 1
    with pytest.raises(InvalidInput, match=r"report.html holds .* \(8 digits ending in 67\)"):
        run(kit, tmp_path / "b", **asked, title="Lost to 612-345 67")
    without = campaignkit.open(own, workspace="master", now=NOW)
    made = run(without, tmp_path / "c", **asked, title="Lost to 612-345 67")
    assert made.compared == 0 and manifest(made.folder)["unsealed"]["clear_numbers_compared"] == 0
    newest = kit.audit.of(campaign).rows[0]
    assert (newest.action, newest.actor) == ("pii_revealed", "paula") and "nobody saw them" in str(
        newest.note
    )


def test_a_second_report_says_what_has_changed_since(kit: Kit, named: Named, tmp_path: Path) -> None:
    campaign = named("Season preview")
    first = run(kit, tmp_path / "first", campaigns=[campaign], as_of="2026-11-16T15:00:00Z")
    assert "14:00" not in first.title
    second = run(kit, tmp_path / "second", campaigns=[campaign], supersedes=str(tmp_path / "first"))
    assert verify(second.folder).status is Status.IDENTICAL
    page = (second.folder / "report.html").read_text(encoding="utf-8")
    assert "What changed since the earlier report" in page and "receipts arrived since" in page
    claims = manifest(second.folder)["predicate"]["claims"].values()
    said = {claim["name"]: claim["text"] for claim in claims}
    was, now = said["earlier[impact.no_final_report]"], said["impact.no_final_report"]
    assert int(was.replace(",", "")) > int(now.replace(",", ""))
    assert first.digest in json.dumps(manifest(second.folder))
    assert str(tmp_path) not in (second.folder / "manifest.json").read_text(encoding="utf-8")


def test_what_came_after_as_of_is_taken_back(named: Named, written: Written) -> None:
    report = written(campaigns=[named("Season preview")], as_of="2026-11-16T10:30:00Z")
    asked = "select count(*) filter (where sent_at > $as_of::timestamptz or dlr_at > $as_of::timestamptz), count(sent_at) from recipients"
    ((later, sent),) = report.sealed.ask(asked, report.facts.parameters).rows
    assert later == 0 and 1000 < sent < 4000
    assert report.ask("truth")[-1]["messages"] == 5274


def test_a_campaign_that_is_still_sending_is_said_to_be_under_way(written: Written) -> None:
    report = written(filter="status=Sending")
    report.summary()
    words = str(report.document.blocks[-1]["findings"][-1]["parts"])
    assert "were under way as of " in words


def test_a_report_on_a_hundred_thousand_recipients_verifies_within_ten_seconds(tmp_path: Path) -> None:
    import time

    made = demo.create(tmp_path / "big.duckdb", campaigns=15, recipients=130_000, seed=1, now=NOW)
    kit = campaignkit.open(made.path, workspace="master", now=NOW)
    report = run(kit, tmp_path / "out", filter="period=30d")
    assert manifest(report.folder)["predicate"]["snapshot"]["rows"]["recipients"] > 100_000
    began = time.monotonic()
    assert verify(report.folder).status is Status.IDENTICAL
    assert time.monotonic() - began < 10
