"""Make a report: snapshot, notebook, page, seal; the folder stands whole in its place, or not at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from campaignkit.domain.access import Permission
from campaignkit.domain.errors import CampaignKitError, InvalidInput
from campaignkit.kit import Kit
from campaignkit.report import leaks
from campaignkit.report import notebook as notebooks
from campaignkit.report.checking import verify
from campaignkit.report.document import Read, answered
from campaignkit.report.lint import typed_figures
from campaignkit.report.page import page, shown
from campaignkit.report.pen import Making
from campaignkit.report.seal import (
    check_no_number,
    crate,
    predicate_of,
    seal_of,
    statement,
    versions,
    written,
)  # fmt: skip
from campaignkit.report.sealed import Sealed, sha256_of, snapshot_digest
from campaignkit.report.snapshot import take
from campaignkit.report.wanted import Facts, Wanted
from campaignkit.store import scratch

UNSEALED = ".unsealed-report-"  # beside the place of a report, while it is made
WORK = f"campaignkit-report-{os.getuid()}-"  # of the kernel, not of the report
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of it.

    `typed` are figures in the text that no claim stands behind, `compared` is how many clear numbers of the scope were
    looked for, `unaudited` says why the audit trail does not know of it.
    """

    folder: Path
    report: str
    digest: str
    claims: int
    queries: int
    title: str
    typed: tuple[str, ...]
    compared: int = 0
    unaudited: str = ""


def run(
    kit: Kit,
    out: Path,
    *,
    notebook: Path | None = None,
    pdf: bool = False,
    **asked: Any,
) -> Made:
    """Make the report that *asked* (fields of `Wanted`) and the notebook's own parameters want, in the new folder *out*.

    The seal is audited if the kit may act, and the report is searched for the scope's clear numbers if it may see
    them. Raises `InvalidInput` for a folder that is there, a scope that cannot be, a cell that fails, a number in the clear; for a
    figure typed by hand where the report is final. Nothing is left behind then.
    """
    source = notebooks.load(notebook)
    wanted = Wanted(**(notebooks.given(source) if notebook else {}) | asked)
    with _beside(out) as folder:
        made, campaigns = _made(kit, wanted, source, folder, pdf=pdf)
        _durable(folder)
        if out.exists() or out.is_symlink():
            raise InvalidInput(f"{out} is there meanwhile: name a new folder with --out")
        folder.rename(out)
    made = replace(made, folder=out)
    return replace(made, unaudited=_audited(kit, made, campaigns))


def _made(
    kit: Kit, wanted: Wanted, source: notebooks.Notebook, folder: Path, *, pdf: bool
) -> tuple[Made, list[int]]:
    """Write the report into *folder* and return what it is, with the keys of its campaigns."""
    snapshot = folder / "snapshot"
    earlier = _earlier(wanted) if wanted.supersedes else None
    wanted = replace(wanted, supersedes=earlier["digest"] if earlier else "")
    facts = take(kit, wanted, snapshot)
    if earlier:
        _write_earlier(earlier, snapshot / "earlier.parquet")
    with scratch.folder(Path(tempfile.gettempdir()), WORK) as work:
        run_over = notebooks.executed(source, facts, snapshot, work)
    with contextlib.closing(Sealed(snapshot)) as sealed:
        read = answered(notebooks.document_of(run_over), sealed, facts)
        typed = tuple(typed_figures(read, notebooks.prose_of(run_over)))
        if typed and wanted.status == "final":
            raise InvalidInput(f"a final report holds no typed figure, and this one does: {typed[0]}")
        files = {f"snapshot/{path.name}": sha256_of(path) for path in sorted(snapshot.iterdir())}
        making = Making(
            versions=versions(),
            notebook=notebooks.source_digest(run_over),
            snapshot=snapshot_digest(files),
            files=files,
            counts=sealed.counts,
            columns=sealed.columns,
        )
        (folder / "report.html").write_text(page(read, making), encoding="utf-8")
        kept = notebooks.normalised(run_over, shown(read, making))
        (folder / "report.ipynb").write_bytes(written(kept))
        if pdf:
            from campaignkit.report.pdf import print_page

            print_page(folder / "report.html", folder / "report.pdf", read)
        names = [*files, "report.html", "report.ipynb", *(["report.pdf"] if pdf else [])]
        (folder / "ro-crate-metadata.json").write_bytes(written(crate(read, names)))
        digests = {name: sha256_of(folder / name) for name in [*names, "ro-crate-metadata.json"]}
        campaigns = sealed.campaign_ids()
        known = leaks.known(_numbers(kit, campaigns))
        compared = sum(map(len, known.values()))
        unsealed = {
            "clear_numbers_compared": compared,
            "generated_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
            "typed_figures": list(typed),
        }
        manifest = statement(digests, predicate_of(read, making), unsealed)
        (folder / "manifest.json").write_bytes(written(manifest))
        check_no_number(folder, sealed, manifest, known)
    checked = verify(folder)
    if checked.differences:
        raise InvalidInput(
            f"the report does not repeat itself: {checked.differences[0]}; a query that draws lots or asks the clock does that"
        )
    made = Made(
        folder=folder, report=facts.name, digest=seal_of(manifest), claims=len(read.document.claims),
        queries=len(read.document.queries), title=_title(read), typed=typed, compared=compared,
    )  # fmt: skip
    return made, campaigns


def _numbers(kit: Kit, campaigns: list[int]) -> list[str]:
    """Return the clear numbers of the scope, if the viewer has the grant; the audit trail knows before (R57)."""
    if not kit.viewer.clear_numbers:
        return []
    said = {
        "actor": kit.viewer.login, "now": kit.clock(), "action": "pii_revealed", "campaign_ids": campaigns,
        "note": "full numbers were looked for in an incident report before its sealing; nobody saw them",
    }  # fmt: skip
    with kit._store.writing() as session:  # noqa: SLF001 - a report is a service that lives on another floor
        session.run("audit/report", said)
        return [row["ctn"] for row in session.rows("snapshot/numbers", said)]


def _title(read: Read) -> str:
    heads = [block for block in read.document.blocks if block["kind"] == "head"]
    parts = heads[0]["heading"]["parts"] if heads else []
    return "".join(part if isinstance(part, str) else read.text(part["claim"]) for part in parts)


# ── the folder ───────────────────────────────────────────────────────────────


@contextlib.contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Give a new folder beside *out*, and take it away again unless it was renamed; a request to end counts as Ctrl-C."""
    if out.exists() or out.is_symlink():
        raise InvalidInput(f"{out} is there already: name a new folder with --out")
    if not out.parent.is_dir():
        raise InvalidInput(f"{out.parent} is no folder: make it first")
    if not os.access(out.parent, os.W_OK):
        raise InvalidInput(f"{out.parent} cannot be written to: name another folder with --out")
    try:
        # held while it is written: what a killed process has left is removed by the next report that is made there
        with _ended_as_interrupted(), scratch.folder(out.parent, UNSEALED) as folder:
            folder.chmod(0o755)
            yield folder
    except OSError as error:
        if error.errno in FULL:
            raise InvalidInput(f"the disk is full: free some space; {out} was not made") from error
        raise
    except duckdb.Error as error:
        if "space left" in str(error) or "Could not write" in str(error):
            raise InvalidInput(f"the disk is full: free some space; {out} was not made") from error
        raise


@contextlib.contextmanager
def _ended_as_interrupted() -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # only the main thread may listen
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _durable(folder: Path) -> None:
    """Let the disk have all of it before the name says that it is there."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# ── what it supersedes, and who sealed it ────────────────────────────────────


def _earlier(wanted: Wanted) -> dict[str, Any]:
    """Return digest, moment and figures of the report that is superseded; raises `InvalidInput` unless it verifies."""
    folder = Path(wanted.supersedes).expanduser()
    checked = verify(folder)
    if checked.differences:
        raise InvalidInput(f"{folder} cannot be superseded, it does not verify: {checked.differences[0]}")
    predicate = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["predicate"]
    figures: dict[str, str] = {}
    for claim in predicate["claims"].values():
        figures.setdefault(claim["name"], claim["text"])
    return {"digest": checked.digest, "as_of": Facts.from_json(predicate["facts"]).as_of, "figures": figures}


def _write_earlier(earlier: dict[str, Any], path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table earlier (figure varchar, was varchar, as_of timestamptz)").complete()
        for figure, was in sorted(earlier["figures"].items()):
            if "." in figure and not figure.startswith(("detect_", "earlier", "since", "under_way")):
                connection.execute(
                    "insert into earlier values (?, ?, ?)", [figure, was, earlier["as_of"]]
                ).complete()
        target = "'" + str(path).replace("'", "''") + "'"
        connection.execute(
            f"copy (select * from earlier order by figure) to {target} (format parquet, compression zstd)"  # noqa: S608 - a path, quoted
        ).complete()


def _audited(kit: Kit, made: Made, campaigns: list[int]) -> str:
    """Leave the seal in the audit trail of every campaign, and return why not where it cannot be."""
    manifest = json.loads((made.folder / "manifest.json").read_bytes())
    workspaces = manifest["predicate"]["facts"]["workspaces"]
    if not (kit.acts and all(kit.viewer.may(Permission.ANNOTATE, each) for each in workspaces)):
        return "the audit trail does not know of it: that takes the role operator"
    said = {
        "actor": kit.viewer.login, "now": kit.clock(), "action": "report_sealed", "campaign_ids": campaigns,
        "note": f"{made.report}, sha256 {made.digest}",
    }  # fmt: skip
    try:
        with kit._store.writing() as session:  # noqa: SLF001 - a report is a service that lives on another floor
            session.run("audit/report", said)
    except CampaignKitError as error:
        return f"the audit trail does not know of it: {error}"
    return ""
