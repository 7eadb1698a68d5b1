"""Check a report against itself, offline: no database, no notebook is run, no code of the report's.

In this order, and each step on what the one before has settled: the folder is complete and nothing was added; the manifest
is one that this version knows; every file has its digest; the snapshot's claims come out again, their SQL run alone in a
locked-down database; page, notebook and crate say what the claims say, and are, byte for byte, what the document and the
answers make. A manifest that was forged as a whole is told by its digest alone: that is what `--expect` is for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from campaignkit.domain.errors import CampaignKitError, InvalidInput
from campaignkit.report import manifest as manifests
from campaignkit.report.document import Document, Read, answered
from campaignkit.report.likeness import MISFITS, claims_said, notebook_made, page_made, words_said
from campaignkit.report.manifest import NotOurs, short
from campaignkit.report.pen import Making
from campaignkit.report.questions import question
from campaignkit.report.seal import crate, predicate_of, statement, written
from campaignkit.report.sealed import Sealed, canonical, sha256_of, snapshot_digest
from campaignkit.report.wanted import Facts

MOST_NAMED = 20  # differences that are named one by one
MOST_MARKS = 400  # of one of them


class Status(IntEnum):
    """How a check ended; also the exit status of `campaignkit verify`."""

    IDENTICAL = 0
    DIFFERS = 1
    OTHER_VERSIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found. `others` names the versions that differ from those the report was made with."""

    folder: Path
    digest: str = ""
    claims: int = 0
    files: int = 0
    differences: tuple[str, ...] = ()
    others: tuple[str, ...] = field(default=())

    @property
    def status(self) -> Status:
        """Return the verdict."""
        if self.differences:
            return Status.DIFFERS
        return Status.OTHER_VERSIONS if self.others else Status.IDENTICAL


def verify(folder: Path, *, expect: str | None = None) -> Checked:
    """Return what of the report in *folder* differs from what it claims; *expect* is the digest that was printed or audited.

    Raises `InvalidInput` for a folder that is not there and for an *expect* that is no digest.
    """
    if expect is not None:
        expect = expect.strip().lower().removeprefix("sha256:")
        if not manifests.DIGEST.fullmatch(expect):
            raise InvalidInput(
                f"--expect takes the 64 hexadecimal digits that the report was sealed with, not {expect[:80]!r}"
            )
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder: name the folder of a report")
    try:
        return _verified(folder, expect)
    except NotOurs as error:
        return Checked(folder=folder, differences=(str(error),))
    except OSError as error:
        name = Path(error.filename).name if error.filename else folder.name
        return Checked(folder=folder, differences=(f"{name} cannot be read: {error.strerror}",))


def _verified(folder: Path, expect: str | None) -> Checked:
    manifest = manifests.read(folder)
    digest = manifests.digest_of(manifest)
    found = (
        [f"the manifest's digest is {digest}, expected was {expect}"] if expect not in (None, digest) else []
    )
    subject = manifests.listed(manifest)
    found += manifests.differences(folder, subject)
    checked = Checked(folder=folder, digest=digest, files=len(subject))
    if found:
        return _with(checked, found)
    others = manifests.other_versions(manifest["predicate"])
    differing = [name for name, sha in subject.items() if sha256_of(folder / name) != sha]
    found += [f"{name} is not the file that was sealed: its digest differs" for name in differing]
    try:
        found += _contents(folder, manifest, subject, same=not others, broken=frozenset(differing))
    except MISFITS as error:
        found.append(f"manifest.json is not as campaignkit writes it: {type(error).__name__} {short(error)}")
    except (CampaignKitError, NotOurs) as error:
        found.append(str(error))
    claims = manifest["predicate"].get("claims", ())
    return _with(checked, found, claims=len(claims) if isinstance(claims, dict) else 0, others=others)


def _with(checked: Checked, found: list[str], *, claims: int = 0, others: tuple[str, ...] = ()) -> Checked:
    named = tuple(each if len(each) <= MOST_MARKS else each[:MOST_MARKS] + "…" for each in found[:MOST_NAMED])
    return Checked(
        folder=checked.folder, digest=checked.digest, files=checked.files, claims=claims,
        differences=named, others=others,
    )  # fmt: skip


# ── what it says ─────────────────────────────────────────────────────────────


def _contents(
    folder: Path,
    manifest: Mapping[str, Any],
    subject: Mapping[str, str],
    *,
    same: bool,
    broken: frozenset[str],
) -> list[str]:
    """Return what differs between the manifest, the snapshot, the page, the notebook and the crate."""
    predicate = manifest["predicate"]
    document = Document.from_json(predicate)
    document.queries = {
        id: {key: query[key] for key in ("name", "sql", "parameters")}
        for id, query in document.queries.items()
    }
    document.claims = {
        id: {key: claim[key] for key in ("query", "row", "column", "format", "name")}
        for id, claim in document.claims.items()
    }
    facts = Facts.from_json(predicate["facts"])
    snapshot = snapshot_digest(subject)
    html = (folder / "report.html").read_bytes().decode("utf-8", errors="replace")
    with contextlib.closing(Sealed(folder / "snapshot")) as sealed:
        read = answered(document, sealed, facts)
        if missing := _without_value(read):
            return missing
        found = _claims(read, predicate, snapshot) + _queries(read, predicate)
        if not found:
            found += _covered(sealed, facts)
        if not (broken and found):  # the page cannot be right where the snapshot is wrong
            found += claims_said(read, html, "report.html")
            if not (same or found):
                found += words_said(read, html)
    making = Making(
        versions=predicate["versions"],
        notebook=predicate["notebook"]["source_sha256"],
        snapshot=snapshot,
        files={name: sha for name, sha in subject.items() if name.startswith("snapshot/")},
        counts=sealed.counts,
        columns=sealed.columns,
    )
    if same and not found:
        whole = predicate_of(read, making)
        if canonical(whole) != canonical(predicate):  # in which 1, 1.0 and true are three values
            found.append(f"manifest.json differs in {_part(whole, predicate)}")
        elif canonical(statement(subject, whole, manifest["unsealed"])) != canonical(manifest):
            found.append("manifest.json is not as campaignkit writes it: its list of files holds more")
        found += page_made(read, making, html)
        names = subject.keys() - {"ro-crate-metadata.json"}
        if written(crate(read, names)) != (folder / "ro-crate-metadata.json").read_bytes():
            found.append("ro-crate-metadata.json does not describe this report")
    if not found:
        found += notebook_made(read, making, folder / "report.ipynb", same=same)
    return found


def _covered(sealed: Sealed, facts: Facts) -> list[str]:
    """Return what the head says of the scope and of the data's time that the snapshot does not bear out."""
    ((campaigns, workspaces, latest),) = sealed.ask(question("covered").sql, {}).rows
    found = []
    if (campaigns, workspaces) != (facts.campaigns, ", ".join(facts.workspaces)):
        found.append(
            f"the scope: the snapshot holds {campaigns:,} campaigns of {short(workspaces)}, sealed were"
            f" {facts.campaigns:,} of {short(', '.join(facts.workspaces))}"
        )
    if latest is not None and datetime.fromisoformat(latest) > datetime.fromisoformat(facts.as_of):
        found.append(
            f"the data's time: the snapshot knows of {latest}, and is said to be as of {short(facts.as_of)}"
        )
    return found


def _queries(read: Read, predicate: Mapping[str, Any]) -> list[str]:
    """Return the cells of answers that come out differently."""
    found = []
    for id, answer in read.answers.items():
        sealed = predicate["queries"][id]
        where = f"query {short(id)} ({short(sealed['name'])})"
        rows = [tuple(row) for row in sealed["rows"]]
        if list(answer.columns) != sealed["columns"]:
            found.append(
                f"{where}: its columns are {', '.join(answer.columns)}, sealed were {short(sealed['columns'])}"
            )
            continue
        if len(rows) != len(answer.rows):
            found.append(f"{where}: the snapshot gives {len(answer.rows)} rows, sealed were {len(rows)}")
        for number, (now, was) in enumerate(zip(answer.rows, rows, strict=False), 1):
            found += [
                f"{where}, row {number} ({short(now[0])}), column {column}: the snapshot gives {short(here)}, sealed was {short(there)}"
                for column, here, there in zip(answer.columns, now, was, strict=True)
                if here != there
            ]
        if not found and answer.sha256 != sealed["result_sha256"]:
            found.append(f"{where}: the digest of its result differs")
    return found


def _without_value(read: Read) -> list[str]:
    """Return the claims that name a cell which the answers do not have."""
    return [
        f"claim {short(id)} ({short(claim['name'])}): the snapshot gives no value"
        for id, claim in read.document.claims.items()
        if type(claim["row"]) is not int  # true is none
        or not 0 <= claim["row"] < len(read.answers[claim["query"]].rows)
        or claim["column"] not in read.answers[claim["query"]].columns
    ]


def _claims(read: Read, predicate: Mapping[str, Any], snapshot: str) -> list[str]:
    """Return the claims that do not hold, those with another value first, with what the snapshot gives for them."""
    wrong, result, elsewhere = [], [], []
    for id, sealed in predicate["claims"].items():
        where = f"claim {short(id)} ({short(sealed['name'])})"
        answer = read.answers[sealed["query"]]
        if read.text(id) != sealed["text"] or read.value(id) != sealed["value"]:
            wrong.append(
                f"{where}: the snapshot gives {short(read.text(id))}, sealed was {short(sealed['text'])}"
            )
        elif answer.sha256 != sealed["result_sha256"]:
            result.append(f"{where}: its query {short(sealed['query'])} has another result than was sealed")
        elif sealed["snapshot_sha256"] != snapshot:
            elsewhere.append(short(id))
    if elsewhere:
        elsewhere = [
            f"claims {', '.join(elsewhere)}: they were made on another snapshot than the one that lies here"
        ]
    return wrong + elsewhere + result


def _part(expected: Any, found: Any, where: str = "predicate") -> str:
    """Return the first place in which two JSON values differ."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in sorted({*expected, *found}):
            if canonical(expected.get(key)) != canonical(found.get(key)):
                return _part(expected.get(key), found.get(key), f"{where}.{short(key)}")
    if isinstance(expected, list) and isinstance(found, list):
        for place, pair in enumerate(zip(expected, found, strict=False)):
            if canonical(pair[0]) != canonical(pair[1]):
                return _part(*pair, f"{where}[{place}]")
    return where
