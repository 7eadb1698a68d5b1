"""Whatever is done to a sealed report, `verify` says that it differs, and where."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from campaignkit.domain.errors import InvalidInput
from campaignkit.report import sealed as sealing
from campaignkit.report.checking import Status, verify
from campaignkit.report.making import Made
from campaignkit.report.notebook import source_digest
from campaignkit.report.seal import seal_of
from tests.report.conftest import alter, manifest, redigest, rewrite

HIT = "smpp_code = 'EXPIRED' and esme = 'nordtel-1' and sent_at between '2026-11-16T10:10Z' and '2026-11-16T10:40Z'"
ONE = f"(select min(place) from t where {HIT})"


def text(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")


def edited(change: Callable[[dict], None]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        found = manifest(folder)
        change(found)
        rewrite(folder, found)

    return apply


def both(folder: Path, table: str, change: str) -> None:
    alter(folder, table, change)
    redigest(folder, f"snapshot/{table}.parquet")


def lost(found: dict) -> dict:
    return next(
        claim for claim in found["predicate"]["claims"].values() if claim["name"] == "detect_outage.lost"
    )


def claim_id(folder: Path, name: str) -> str:
    claims = manifest(folder)["predicate"]["claims"]
    return next(id for id, claim in claims.items() if claim["name"] == name)


def prose(folder: Path) -> None:
    id = claim_id(folder, "detect_outage.lost")
    text(
        folder,
        "report.html",
        f'>313<sup aria-hidden="true">{id}</sup>',
        f'>13<sup aria-hidden="true">{id}</sup>',
    )


def forged_prose(folder: Path) -> None:
    prose(folder)
    redigest(folder, "report.html")


def swapped_chart(folder: Path) -> None:
    path = folder / "report.html"
    page = path.read_text(encoding="utf-8")
    start = page.index('<polyline class="l1"')
    end = page.index("/>", start)
    path.write_text(
        page[:start] + '<polyline class="l1" fill="none" points="38,20 590,20"' + page[end:], encoding="utf-8"
    )
    redigest(folder, "report.html")


def table_cell(folder: Path) -> None:
    text(folder, "report.html", '<td class="num">423</td>', '<td class="num">42</td>')
    redigest(folder, "report.html")


def notebook_output(folder: Path) -> None:
    id = claim_id(folder, "detect_outage.lost")
    sup = '<sup aria-hidden=\\"true\\">'  # in JSON
    text(folder, "report.ipynb", f">313{sup}{id}</sup>", f">13{sup}{id}</sup>")
    redigest(folder, "report.ipynb")


def query_and_claim(found: dict) -> None:
    """Another question under the same claim, its answer left as it was."""
    query = found["predicate"]["queries"][lost(found)["query"]]
    query["sql"] = query["sql"].replace("as lost", "- 300 as lost")


def reworded(found: dict) -> None:
    for block in found["predicate"]["blocks"]:
        if block["kind"] == "summary":
            block["findings"][0]["parts"][0] = "Not from "


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def unreadable(folder: Path) -> None:
    """Stand a folder in the file's place: root may read whatever the mode."""
    (folder / "report.html").unlink()
    (folder / "report.html").mkdir()


def linked(folder: Path) -> None:
    away = folder.parent / "away.parquet"
    (folder / "snapshot" / "recipients.parquet").rename(away)
    (folder / "snapshot" / "recipients.parquet").symlink_to(away)


def linked_folder(folder: Path) -> None:
    away = folder.parent / "away"
    (folder / "snapshot").rename(away)
    (folder / "snapshot").symlink_to(away, target_is_directory=True)


def extra_in_snapshot(folder: Path) -> None:
    shutil.copy(folder / "snapshot" / "audit.parquet", folder / "snapshot" / "earlier.parquet")


def hostile_path(name: str) -> Callable[[Path], None]:
    return edited(lambda found: found["subject"].append({"name": name, "digest": {"sha256": "0" * 64}}))


def hostile_sql(sql: str) -> Callable[[Path], None]:
    return edited(lambda found: found["predicate"]["queries"]["q11"].update(sql=sql, parameters={}))


TAMPERED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a changed cell of Parquet": (
        lambda f: alter(f, "recipients", f"update t set verdict = 'delivered' where place = {ONE}"),
        "claim c08 (detect_outage.lost): the snapshot gives 312, sealed was 313"),
    "the same with the file's digest": (
        lambda f: both(f, "recipients", f"update t set verdict = 'delivered' where place = {ONE}"),
        "claim c08 (detect_outage.lost): the snapshot gives 312, sealed was 313"),
    "a cell that no claim asks for, with the file's digest": (
        lambda f: both(f, "recipients", "update t set err = '999' where place = 1"),
        "claims c01, c02, c03"),
    "a removed row": (
        lambda f: both(f, "recipients", f"delete from t where place = {ONE}"),
        "the snapshot gives 312, sealed was 313"),
    "an added row": (
        lambda f: both(f, "recipients", f"insert into t (select * replace (999999 as place) from t where place = {ONE})"),
        "the snapshot gives 314, sealed was 313"),
    "a reordered file": (
        lambda f: alter(f, "recipients", "create or replace table t as from t order by place desc"),
        "snapshot/recipients.parquet is not the file that was sealed"),
    "a changed baseline": (
        lambda f: both(f, "baseline", "update t set messages = messages * 2 where sms_result = 'failed'"),
        "(detect_outage.usual): the snapshot gives"),
    "a removed line of the timeline": (
        lambda f: both(f, "state_events", "delete from t where phase = 'Done'"), "(timeline): the snapshot gives 9 rows, sealed were 10"),
    "a byte at the end of a file": (
        lambda f: longer(f / "snapshot" / "audit.parquet"), "snapshot/audit.parquet"),
    "a damaged file": (
        lambda f: (f / "snapshot" / "audit.parquet").write_bytes(b"PAR1"), "snapshot/audit.parquet"),
    "a changed number in the prose": (prose, "claim c08: report.html says 13, the snapshot gives 313"),
    "the same with the page's digest": (forged_prose, "claim c08: report.html says 13, the snapshot gives 313"),
    "a swapped chart": (swapped_chart, "report.html differs in block 9 (Evidence 1: delivery rate by channel)"),
    "a changed cell of a table": (table_cell, "report.html differs in block 10 (table)"),
    "a changed word": (
        lambda f: (text(f, "report.html", "Most expired", "None expired"), redigest(f, "report.html")),
        "report.html differs in block 2 (Summary)"),
    "a script in the page": (
        lambda f: (text(f, "report.html", "</main>", "<script>x()</script></main>"), redigest(f, "report.html")),
        "report.html differs in line"),
    "a changed output of the notebook": (notebook_output, "report.ipynb, cell c003: its output (Summary) differs"),
    "an edited query": (edited(query_and_claim), "claim c08 (detect_outage.lost): the snapshot gives 13, sealed was 313"),
    "a changed claim": (
        edited(lambda found: lost(found).update(value=13, text="13")),
        "claim c08 (detect_outage.lost): the snapshot gives 313, sealed was 13"),
    "a claim bound to another result": (
        edited(lambda found: lost(found).update(result_sha256="0" * 64)), "claim c08 (detect_outage.lost): its query"),
    "a changed cell of a sealed answer": (
        edited(lambda found: found["predicate"]["queries"]["q13"]["rows"][0].__setitem__(1, 1)),
        "query q13 (channels), row 1 (agg-intl), column sent: the snapshot gives 474, sealed was 1"),
    "another finding in the manifest": (edited(reworded), "report.html differs in block 2 (Summary)"),
    "another window in the manifest": (
        edited(lambda found: found["predicate"]["facts"].update(window_to="2026-11-16T13:50:00Z")), "differs"),
    "another author in the manifest": (
        edited(lambda found: found["predicate"]["facts"]["wanted"].update(authors=["N. Obody"])), "block 1 (head)"),
    "a dropped claim": (
        edited(lambda found: found["predicate"]["claims"].pop("c08")), "manifest.json is not as campaignkit writes it"),
    "another schema": (
        edited(lambda found: found["predicate"]["snapshot"]["schema"].pop("audit")), "manifest.json differs in predicate.snapshot"),
    "a missing file": (lambda f: (f / "report.ipynb").unlink(), "report.ipynb is missing"),
    "a missing manifest": (lambda f: (f / "manifest.json").unlink(), "manifest.json is missing"),
    "an added file": (lambda f: (f / "notes.txt").write_text("x"), "notes.txt was added"),
    "a file added to the snapshot": (extra_in_snapshot, "snapshot/earlier.parquet was added"),
    "a renamed file": (lambda f: (f / "report.html").rename(f / "index.html"), "report.html is missing"),
    "a folder in a file's place": (unreadable, "report.html is no plain file"),
    "a link out of the folder": (linked, "snapshot/recipients.parquet is no plain file"),
    "a folder that is a link": (linked_folder, "snapshot/audit.parquet is missing"),
    "a newer manifest": (
        edited(lambda found: found["predicate"].update(version=2)), "manifest.json has version 2, this campaignkit knows 1: upgrade"),
    "another kind of statement": (
        edited(lambda found: found.update(predicateType="https://slsa.dev/provenance/v1")), "no manifest of an incident report"),
    "no JSON": (lambda f: (f / "manifest.json").write_text("{"), "manifest.json cannot be read"),
    "JSON without end": (lambda f: (f / "manifest.json").write_text("[" * 100_000), "manifest.json cannot be read"),
    "a name twice": (lambda f: text(f, "manifest.json", '"_type"', '"_type": 1, "_type"'), "a name stands in it twice"),
    "a list where a table belongs": (
        edited(lambda found: found["predicate"].update(claims=[])), "manifest.json is not as campaignkit writes it"),
    "a path out of the folder": (hostile_path("../../etc/passwd"), "a file that no report has: ../../etc/passwd"),
    "an absolute path": (hostile_path("/etc/passwd"), "a file that no report has: /etc/passwd"),
    "a path in the snapshot": (hostile_path("snapshot/../../x.parquet"), "a file that no report has"),
    "SQL that attaches": (hostile_sql("attach 'x.duckdb'"), "query q11 (impact) cannot be answered: it is not one SELECT"),
    "SQL that copies": (hostile_sql("copy recipients to 'x.csv'"), "it is not one SELECT"),
    "SQL that reads a file": (hostile_sql("select content from read_text('/etc/passwd')"), "Permission Error"),
    "SQL that reads a file by its name": (hostile_sql("select * from '/etc/passwd'"), "cannot be answered"),
    "SQL that lists files": (hostile_sql("select * from glob('/*')"), "Permission Error"),
    "a pragma": (hostile_sql("pragma database_list"), "it is not one SELECT"),
    "a setting": (hostile_sql("set enable_external_access = true"), "it is not one SELECT"),
    "two statements": (hostile_sql("select 1; drop table recipients"), "it is not one SELECT"),
    "an extension": (hostile_sql("load httpfs"), "it is not one SELECT"),
    "more rows than a report has": (hostile_sql("select * from range(1000000)"), "more than 2,000 rows"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_named(what: str, folder: Path) -> None:
    tamper, sentence = TAMPERED[what]
    tamper(folder)
    found = verify(folder)
    assert found.status is Status.DIFFERS
    assert any(sentence in each for each in found.differences), found.differences


def test_nothing_was_written_beside_a_report_with_hostile_sql(folder: Path) -> None:
    hostile_sql("copy (select 1) to 'x.csv'")(folder)
    before = sorted(folder.rglob("*"))
    verify(folder)
    assert sorted(folder.rglob("*")) == before and not Path("x.csv").exists()


def test_sql_without_an_end_is_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SECONDS", 0.5)
    endless = "with recursive n as (select 1 as i union all select i + 1 from n) select count(*) from n"
    hostile_sql(endless)(folder)
    began = time.monotonic()
    (difference, *_) = verify(folder).differences
    assert "it takes more than" in difference
    assert time.monotonic() - began < 20


def test_a_report_as_it_was_sealed_is_identical(folder: Path, outage: Made) -> None:
    found = verify(folder, expect=outage.digest)
    assert found.differences == () and found.status is Status.IDENTICAL
    assert found.digest == outage.digest and found.claims == outage.claims


def test_what_is_unsealed_is_not_part_of_the_digest(folder: Path, outage: Made) -> None:
    edited(lambda found: found["unsealed"].update(generated_at="2031-01-01T00:00:00+00:00"))(folder)
    assert verify(folder, expect=outage.digest).status is Status.IDENTICAL


def test_a_report_forged_and_sealed_anew_is_told_by_its_digest(folder: Path, outage: Made) -> None:
    """A forger with this very program makes a consistent folder; he cannot make the digest that was printed."""
    edited(lambda found: found["predicate"]["facts"]["wanted"].update(authors=["N. Obody"]))(folder)
    for name in ("report.html", "ro-crate-metadata.json", "report.ipynb"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("S. Okafor", "N. Obody"), encoding="utf-8")
    was = manifest(folder)["predicate"]["notebook"]["source_sha256"]
    now = source_digest(json.loads((folder / "report.ipynb").read_text(encoding="utf-8")))
    for name in ("report.html", "report.ipynb", "manifest.json"):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(was, now), encoding="utf-8")
    redigest(folder, "report.html", "ro-crate-metadata.json", "report.ipynb")
    forged = verify(folder)
    assert forged.status is Status.IDENTICAL
    (difference,) = verify(folder, expect=outage.digest).differences
    assert f"expected was {outage.digest}" in difference
    assert forged.digest == seal_of(manifest(folder)) != outage.digest


@pytest.mark.parametrize("version", ["campaignkit", "DuckDB", "Python", "zone data"])
def test_other_versions_compare_results_and_files_but_not_what_the_page_is_made_of(
    version: str, folder: Path
) -> None:
    edited(lambda found: found["predicate"]["versions"].update({version: "0.0.1"}))(folder)
    found = verify(folder)
    assert found.status is Status.OTHER_VERSIONS and found.others[0].startswith(f"{version} 0.0.1, here ")
    forged_prose(folder)
    assert verify(folder).status is Status.DIFFERS


def test_a_third_number_of_python_is_no_other_version(folder: Path) -> None:
    minor = ".".join(manifest(folder)["predicate"]["versions"]["Python"].split(".")[:2])
    edited(lambda found: found["predicate"]["versions"].update(Python=f"{minor}.99"))(folder)
    assert verify(folder).others == ()


def test_what_is_no_folder_and_what_is_no_digest_is_a_sentence(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(InvalidInput, match="is no folder: name the folder of a report"):
        verify(tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="64 hexadecimal digits"):
        verify(folder, expect="abc")


def test_the_manifest_is_an_in_toto_statement_and_the_crate_describes_the_folder(folder: Path) -> None:
    found = manifest(folder)
    assert found["_type"] == "https://in-toto.io/Statement/v1" and found["predicateType"].startswith("urn:")
    names = {entry["name"] for entry in found["subject"]}
    assert names == {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {
        "manifest.json"
    }
    crate = {
        each["@id"]: each for each in json.loads((folder / "ro-crate-metadata.json").read_text())["@graph"]
    }
    making = crate["#making"]
    assert making["@type"] == "CreateAction" and making["instrument"] == {"@id": "report.ipynb"}
    assert making["endTime"] == "2026-11-23T12:00:00Z" and crate["#author-1"]["name"] == "S. Okafor"
    assert all(part["@id"] in crate for part in crate["./"]["hasPart"])
