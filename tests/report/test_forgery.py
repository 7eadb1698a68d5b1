"""What a forger tries who knows how a report is made: each is found without the digest that was printed."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from campaignkit.report import sealed as sealing
from campaignkit.report.apart import verify_apart
from campaignkit.report.checking import Status, verify
from campaignkit.report.making import Made
from tests.report.conftest import manifest, redigest, rewrite

Forge = Callable[[Path], None]


def said(folder: Path) -> tuple[str, ...]:
    found = verify(folder)
    assert found.status is Status.DIFFERS
    return found.differences


def in_page(old: str, new: str) -> Forge:
    """Change the page, and its digest in the manifest."""

    def forge(folder: Path) -> None:
        path = folder / "report.html"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        redigest(folder, "report.html")

    return forge


def in_manifest(change: Callable[[dict[str, Any]], object]) -> Forge:
    def forge(folder: Path) -> None:
        found = manifest(folder)
        change(found)
        rewrite(folder, found)

    return forge


def in_notebook(change: Callable[[dict[str, Any]], object]) -> Forge:
    def forge(folder: Path) -> None:
        path = folder / "report.ipynb"
        book = json.loads(path.read_text(encoding="utf-8"))
        change(book)
        path.write_text(
            json.dumps(book, sort_keys=True, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        redigest(folder, "report.ipynb")

    return forge


def in_file(name: str, change: Callable[[bytes], bytes]) -> Forge:
    def forge(folder: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_bytes()))
        redigest(folder, name)

    return forge


def in_parquet(table: str, select: str, options: str = "compression zstd") -> Forge:
    """Write a file of the snapshot anew from `t`, which it was."""

    def forge(folder: Path) -> None:
        path = folder / "snapshot" / f"{table}.parquet"
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'").complete()
            connection.execute("create table t as from read_parquet(?)", [str(path)]).complete()
            connection.execute(f"copy ({select}) to '{path}' (format parquet, {options})").complete()
        redigest(folder, f"snapshot/{table}.parquet")

    return forge


def asking(sql: str) -> Forge:
    def change(found: dict[str, Any]) -> None:
        query = next(iter(found["predicate"]["queries"].values()))
        query["sql"], query["parameters"] = sql, {}

    return in_manifest(change)


def another_scope(found: dict[str, Any]) -> None:
    found["predicate"]["facts"]["campaigns"] = 12


def crate_author(raw: bytes) -> bytes:
    return raw.replace(b"S. Okafor", b"N. Obody")


def in_text(old: str, new: str) -> Forge:
    """Change the manifest as a text: no tool of ours could write it."""

    def forge(folder: Path) -> None:
        path = folder / "manifest.json"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return forge


def other_name(folder: Path) -> None:
    shutil.copy(folder / "snapshot" / "audit.parquet", folder / "snapshot" / "more.parquet")
    found = manifest(folder)
    (entry,) = (each for each in found["subject"] if each["name"] == "snapshot/audit.parquet")
    found["subject"].append(entry | {"name": "snapshot/more.parquet"})
    rewrite(folder, found)


def sparse(folder: Path) -> None:
    with (folder / "snapshot" / "audit.parquet").open("ab") as file:
        file.truncate(2**40)


def claim_in_two_places(folder: Path) -> None:
    """The true figure where nobody looks, and another one where everybody does."""
    path = folder / "report.html"
    page = path.read_text(encoding="utf-8")
    start = page.index('<a class="claim n"')
    link = page[start : page.index("</a>", start) + 4]
    shown = link.replace('class="claim n"', 'class="claim n shown"').replace(">70 minutes<", ">7 minutes<")
    path.write_text(page.replace(link, f"{shown}<span hidden>{link}</span>", 1), encoding="utf-8", newline="")
    redigest(folder, "report.html")


FORGED: dict[str, tuple[Forge, str]] = {
    "digits of another script": (in_page(">313<sup", ">３１３<sup"), "report.html says ３１３, the snapshot gives 313"),
    "a mark that cannot be seen": (in_page(">313<sup", ">3\u200b13<sup"), "the snapshot gives 313"),
    "a figure hidden by style": (in_page("<style>", "<style>.lead{display:none}"), "report.html differs in line"),
    "a text laid over": (in_page("</h1>", '</h1><p style="position:absolute">All is well</p>'), "block 1 (head)"),
    "a claim's id twice": (claim_in_two_places, "report.html differs in block 1 (head)"),
    "a figure outside its claim": (in_page("</sup></a> to ", "</sup></a> and 400 to "), "block 2 (Summary)"),
    "line ends of another system": (in_file("report.html", lambda raw: raw.replace(b"\n", b"\r\n")), "report.html differs"),
    "bytes that are no text": (in_file("report.html", lambda raw: raw.replace(b"Summary", b"S\xffmmary", 1)), "report.html differs"),
    "a script": (in_page("</body>", "<script>0</script></body>"), "report.html differs"),
    "a word in the notebook's cells": (
        in_notebook(lambda book: book["cells"][0].update(source="All was well.")), "its cells are not those whose digest was sealed"),
    "a cell more": (
        in_notebook(lambda book: book["cells"].append(book["cells"][0] | {"id": "c999"})), "its cells are not those whose digest was sealed"),
    "an output twice": (
        in_notebook(lambda book: book["cells"][2]["outputs"].append(book["cells"][2]["outputs"][0])), "report.ipynb, cell c00"),
    "metadata in the notebook": (
        in_notebook(lambda book: book["metadata"].update(title="Draft")), "report.ipynb is not spelt as campaignkit writes it"),
    "a name twice in the notebook": (
        in_file("report.ipynb", lambda raw: raw.replace(b'"cells"', b'"cells": [], "cells"', 1)), "report.ipynb cannot be read: a name stands in it twice"),
    "a notebook without end": (in_file("report.ipynb", lambda _: b"[" * 100_000), "report.ipynb cannot be read"),
    "a notebook that is a list": (in_file("report.ipynb", lambda _: b"[]"), "report.ipynb is not as campaignkit writes it"),
    "another author in the crate": (in_file("ro-crate-metadata.json", crate_author), "ro-crate-metadata.json does not describe this report"),
    "a part more in the manifest": (in_manifest(lambda found: found.update(note="trust me")), "manifest.json has a part that no report has: note"),
    "a digest more of a file": (
        in_manifest(lambda found: found["subject"][0]["digest"].update(md5="0")), "its list of files holds more"),
    "true in place of one": (
        in_manifest(lambda found: found["predicate"]["facts"]["wanted"].update(baseline=28.0)), "baseline is a number of days"),
    "a number with a point": (
        in_manifest(lambda found: found["predicate"]["snapshot"]["rows"].update(campaigns=1.0)), "manifest.json differs in predicate.snapshot.rows.campaigns"),
    "true for a row": (
        in_manifest(lambda found: next(iter(found["predicate"]["claims"].values())).update(row=False)), "(detect_outage.channel): the snapshot gives no value"),
    "a number beyond all bounds": (
        in_text('"row": 0', '"row": 1' + "0" * 400), "the snapshot gives no value"),
    "a number too long to read": (
        in_text('"row": 0', '"row": 1' + "0" * 9000), "manifest.json cannot be read"),
    "a manifest in another encoding": (
        lambda f: (f / "manifest.json").write_text((f / "manifest.json").read_text("utf-8"), "utf-16") and None, "manifest.json cannot be read"),
    "an infinite number": (in_text('"row": 0', '"row": 1e999'), "manifest.json cannot be read"),
    "values nested absurdly": (in_text('"own": []', '"own": ' + '{"parts": [' * 400 + "1" + "]}" * 400), "manifest.json is not as"),
    "values nested beyond reading": (in_text('"own": []', '"own": ' + '{"parts": [' * 90000 + "1" + "]}" * 90000), "manifest.json cannot be read"),
    "a window that ends as it begins": (
        in_manifest(lambda found: found["predicate"]["facts"].update(window_to=found["predicate"]["facts"]["window_from"])), "manifest.json"),
    "another zone": (in_manifest(lambda found: found["predicate"]["facts"].update(zone="Asia/Tokyo")), "claim c03 (detect_outage.starts)"),
    "a zone that is a path": (in_manifest(lambda found: found["predicate"]["facts"].update(zone="../../etc/passwd")), "manifest.json is not as"),
    "more campaigns than there are": (in_manifest(another_scope), "the scope: the snapshot holds 1 campaigns of retail, sealed were 12 of retail"),
    "data from before it was there": (
        in_manifest(lambda found: found["predicate"]["facts"].update(as_of="2026-11-16T10:30:00Z")), "the data's time: the snapshot knows of 2026-11-19T"),
    "an id that moves the cursor": (
        in_manifest(lambda found: found["predicate"]["claims"].update({"\x1b[2J": next(iter(found["predicate"]["claims"].values())) | {"text": "0"}})), "claim \ufffd[2J"),
    "queries without end": (
        in_manifest(lambda found: found["predicate"].update(queries={f"q{n}": {} for n in range(501)})), "asks 501 queries, a report up to 500"),
    "a file more in the list": (other_name, "manifest.json names a file that no report has: snapshot/more.parquet"),
    "a file as large as a disk": (sparse, "snapshot/audit.parquet is larger than any report"),
    "a row group more": (in_parquet("recipients", "from t union all by name from t where smpp_code = 'EXPIRED'", "row_group_size 2048"), "claim"),
    "a column more": (in_parquet("recipients", "select *, 1 as note from t"), "claims c01, c02"),
    "a column of another kind": (in_parquet("recipients", "select * replace (esme::blob as esme) from t"), "query q"),
    "a column less": (in_parquet("recipients", "select * exclude (verdict) from t"), "cannot be answered: Binder Error"),
    "rows in another order": (in_parquet("recipients", "from t order by sent_at desc"), "claims c01, c02"),
    "no Parquet": (in_file("snapshot/audit.parquet", lambda _: b"PAR1 and nothing PAR1"), "snapshot/audit.parquet cannot be read"),
    "an empty file": (in_file("snapshot/audit.parquet", lambda _: b""), "snapshot/audit.parquet cannot be read"),
    "a Parquet without end": (
        in_parquet("audit", "select 1 as x from range(6000000)"), "snapshot/audit.parquet cannot be read: it has more rows than any report"),
    "SQL that reads a text": (asking("select content from read_text('/etc/hostname')"), "Permission Error"),
    "SQL that reads our own variables": (asking("select * from sealed"), "Table with name sealed does not exist"),
    "SQL that reads the snapshot's folder": (asking("from read_parquet('snapshot/*.parquet')"), "Permission Error"),
    "SQL that explains": (asking("explain analyze select 1"), "it is not one SELECT"),
    "SQL that calls": (asking("call pragma_version()"), "it is not one SELECT"),
    "SQL that logs": (asking("call enable_logging()"), "it is not one SELECT"),
    "SQL that yields a flood of text": (asking("select repeat('x', 1000000) from range(10)"), "more than 2,000,000 marks"),
    "SQL with a parameter that is none": (asking("select $who"), "nothing is given for $who"),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
def test_a_forgery_is_found(what: str, folder: Path) -> None:
    forge, sentence = FORGED[what]
    forge(folder)
    found = said(folder)
    assert any(sentence in each for each in found), found
    assert all(each.isprintable() and len(each) < 500 for each in found)


def test_a_claim_that_the_page_lacks_is_named_whatever_the_version(folder: Path) -> None:
    """Who names other versions escapes the comparison of bytes, and still may not drop a figure."""
    in_page(">70 minutes<", ">7 minutes<")(folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    start = page.index('<a class="claim n" id="c02"')
    end = page.index("</a>", start) + 4
    (folder / "report.html").write_text(page[:start] + "7 minutes" + page[end:], encoding="utf-8")
    redigest(folder, "report.html")
    in_manifest(lambda found: found["predicate"]["versions"].update(DuckDB="1.0.0"))(folder)
    assert said(folder) == ("claim c02: report.html lacks it, the snapshot gives 70 minutes",)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("accepted messages and delivered few", "accepted messages and delivered all",
         "report.html, block 2 (Summary) does not say 'From 12:00 to 13:09 the carrier behind"),
        ('<td class="num">423</td>', '<td class="num">42</td>', "report.html, block 10 (table) lacks the row nordtel-1 | "),
    ],
)  # fmt: skip
def test_a_page_of_another_version_says_the_same_all_the_same(
    old: str, new: str, sentence: str, folder: Path
) -> None:
    in_manifest(lambda found: found["predicate"]["versions"].update(campaignkit="0.0.1"))(folder)
    assert verify(folder).status is Status.OTHER_VERSIONS
    in_page(old, new)(folder)
    (difference,) = said(folder)
    assert sentence in difference


def test_sql_that_does_not_listen_is_left_to_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some functions of DuckDB cannot be interrupted; nothing is asked after such a one, and nobody waits."""
    monkeypatch.setattr(sealing, "SECONDS", 0.3)
    monkeypatch.setattr(sealing, "GRACE", 0.3)
    asking("select levenshtein(repeat('ab', 25000), repeat('cd', 25000))")(folder)
    began = time.monotonic()
    (difference,) = said(folder)
    assert "cannot be answered: it takes more than" in difference
    assert time.monotonic() - began < 5


def test_a_strangers_report_is_read_in_a_process_whose_memory_is_bounded(folder: Path, outage: Made) -> None:
    assert verify_apart(folder, expect=outage.digest) == verify(folder, expect=outage.digest)
    asking("select list_sum(range(3000000000))")(folder)
    (difference,) = verify_apart(folder).differences
    assert "Out of Memory Error" in difference


def test_no_code_beside_a_report_is_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stands in a stranger's folder and checks it must not import what lies there."""
    for name in ("json.py", "duckdb.py", "campaignkit.py"):
        (folder / name).write_text(f"open({str(folder.parent / 'was run')!r}, 'w').close()\n")
    monkeypatch.chdir(folder)
    found = verify_apart(Path())
    assert not (folder.parent / "was run").exists()
    assert "json.py was added: it is not in the manifest" in found.differences


def test_a_process_that_ends_is_a_difference(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nkill -SEGV $$\n")
    broken.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(broken))
    assert verify_apart(folder).differences == (
        "the process that read it ended with signal 11: it is no report of ours",
    )
