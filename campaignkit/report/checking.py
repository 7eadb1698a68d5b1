"""Check a report against itself, offline: no database, no notebook is run, no code of the report's.

In this order, and each step on what the one before has settled: the folder is complete and nothing was added; the manifest
is one that this version knows; every file has its digest; the snapshot's claims come out again, their SQL run alone in a
locked-down database; the page and the notebook say what the claims say, and are, byte for byte, what the document and the
answers make. A manifest that was forged as a whole is told by its digest alone: that is what `--expect` is for.
"""

from __future__ import annotations

import contextlib
import json
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from html import unescape
from pathlib import Path
from typing import Any

from campaignkit.domain.errors import CampaignKitError, InvalidInput
from campaignkit.report.document import MIME, Document, Read, answered
from campaignkit.report.page import Making, page, shown
from campaignkit.report.seal import PREDICATE, STATEMENT, VERSION, predicate_of, seal_of, versions
from campaignkit.report.sealed import Sealed, sha256_of, snapshot_digest
from campaignkit.report.wanted import Facts

MOST_BYTES = 64 * 2**20  # of a manifest, a page or a notebook
MOST_NAMED = 20  # differences that are named one by one
_FIXED = frozenset({"report.html", "report.ipynb", "ro-crate-metadata.json"})
_OPTIONAL = frozenset({"report.pdf"})
_PARQUET = re.compile(r"snapshot/[a-z_]{1,40}\.parquet")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CLAIM = re.compile(
    r'<a class="claim(?: n)?"(?: id="[^"]*")? href="#[^"]*" title="[^"]*">([^<]*)<sup>([^<]*)</sup></a>'
)


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


class _NotOurs(Exception):
    """The manifest is none that can be read; the message says why."""


def verify(folder: Path, *, expect: str | None = None) -> Checked:
    """Return what of the report in *folder* differs from what it claims; *expect* is the digest that was printed or audited.

    Raises `InvalidInput` for a folder that is not there and for an *expect* that is no digest.
    """
    if expect is not None:
        expect = expect.strip().lower().removeprefix("sha256:")
        if not _DIGEST.fullmatch(expect):
            raise InvalidInput(
                f"--expect takes the 64 hexadecimal digits that the report was sealed with, not {expect[:80]!r}"
            )
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no folder: name the folder of a report")
    try:
        return _verified(folder, expect)
    except _NotOurs as error:
        return Checked(folder=folder, differences=(str(error),))
    except OSError as error:
        name = Path(error.filename).name if error.filename else folder.name
        return Checked(folder=folder, differences=(f"{name} cannot be read: {error.strerror}",))


def _verified(folder: Path, expect: str | None) -> Checked:
    manifest = _manifest(folder)
    digest = _sealed_digest(manifest)
    found = (
        [f"the manifest's digest is {digest}, expected was {expect}"] if expect not in (None, digest) else []
    )
    subject = _subject(manifest)
    found += _folder(folder, subject)
    if found:
        return Checked(
            folder=folder, digest=digest, files=len(subject), differences=tuple(found[:MOST_NAMED])
        )
    predicate = manifest["predicate"]
    others = _other_versions(predicate)
    differing = [name for name, sha in subject.items() if sha256_of(folder / name) != sha]
    found += [f"{name} is not the file that was sealed: its digest differs" for name in differing]
    try:
        found += _contents(folder, predicate, subject, same=not others, broken=frozenset(differing))
    except (
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        AttributeError,
        StopIteration,
        RecursionError,
    ) as error:
        found.append(f"manifest.json is not as campaignkit writes it: {type(error).__name__} {_short(error)}")
    except CampaignKitError as error:
        found.append(str(error))
    return Checked(
        folder=folder,
        digest=digest,
        claims=len(predicate.get("claims", ())),
        files=len(subject),
        differences=tuple(found[:MOST_NAMED]),
        others=others,
    )


# ── the folder and its manifest ──────────────────────────────────────────────


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    _check_file(path, "manifest.json")
    try:
        found = json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise _NotOurs(f"manifest.json cannot be read: {_short(error)}") from error
    if (
        not isinstance(found, dict)
        or found.get("_type") != STATEMENT
        or not isinstance(found.get("predicate"), dict)
    ):
        raise _NotOurs("manifest.json is no in-toto Statement of a report")
    version = found["predicate"].get("version")
    if isinstance(version, int) and version > VERSION:
        raise _NotOurs(
            f"manifest.json has version {version}, this campaignkit knows {VERSION}: upgrade campaignkit"
        )
    if found.get("predicateType") != PREDICATE or version != VERSION:
        raise _NotOurs("manifest.json is no manifest of an incident report of campaignkit")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _sealed_digest(manifest: Mapping[str, Any]) -> str:
    try:
        return seal_of(manifest)
    except (ValueError, RecursionError) as error:
        raise _NotOurs(f"manifest.json cannot be read: {_short(error)}") from error


def _subject(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the files that were sealed; a name that leads elsewhere is refused before anything is opened."""
    subject: dict[str, str] = {}
    try:
        for entry in manifest["subject"]:
            name, sha = entry["name"], entry["digest"]["sha256"]
            if name not in _FIXED | _OPTIONAL and not _PARQUET.fullmatch(name):
                raise _NotOurs(f"manifest.json names a file that no report has: {_short(name)}")
            if name in subject or not _DIGEST.fullmatch(sha):
                raise _NotOurs(f"manifest.json names {name} twice or without a digest")
            subject[name] = sha
    except (KeyError, TypeError) as error:
        raise _NotOurs("manifest.json does not list the files with their digests") from error
    missing = (_FIXED | {"snapshot/campaigns.parquet", "snapshot/recipients.parquet"}) - subject.keys()
    if missing:
        raise _NotOurs(f"manifest.json does not list {min(missing)}")
    return subject


def _folder(folder: Path, subject: Mapping[str, str]) -> list[str]:
    """Return what is missing in the folder, what is too much, and what is not what it seems."""
    found = []
    there: set[str] = set()
    for path in sorted(folder.iterdir()):
        if path.name == "snapshot" and path.is_dir() and not path.is_symlink():
            there |= {f"snapshot/{inner.name}" for inner in path.iterdir()}
        else:
            there.add(path.name)
    wanted = {*subject, "manifest.json"}
    found += [f"{name} is missing" for name in sorted(wanted - there)]
    found += [f"{_short(name)} was added: it is not in the manifest" for name in sorted(there - wanted)]
    for name in sorted(wanted & there):
        try:
            _check_file(folder / name, name)
        except _NotOurs as error:
            found.append(str(error))
    return found


def _check_file(path: Path, name: str) -> None:
    try:
        mode = path.lstat()
    except FileNotFoundError:
        raise _NotOurs(f"{name} is missing") from None
    if not stat.S_ISREG(mode.st_mode):
        raise _NotOurs(f"{name} is no plain file")
    if not name.endswith(".parquet") and mode.st_size > MOST_BYTES:
        raise _NotOurs(f"{name} is larger than any report")
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise _NotOurs(f"{name} cannot be read: {error.strerror}") from error


def _other_versions(predicate: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the versions that are not those of this installation; a third number of Python's changes nothing."""
    made = predicate.get("versions")
    if not isinstance(made, dict):
        raise _NotOurs("manifest.json does not say which versions it was made with")
    return tuple(
        f"{name} {_short(made.get(name))}, here {here}"
        for name, here in versions().items()
        if _minor(name, str(made.get(name))) != _minor(name, here)
    )


def _minor(name: str, version: str) -> str:
    return ".".join(version.split(".")[:2]) if name == "Python" else version


# ── what it says ─────────────────────────────────────────────────────────────


def _contents(
    folder: Path,
    predicate: Mapping[str, Any],
    subject: Mapping[str, str],
    *,
    same: bool,
    broken: frozenset[str],
) -> list[str]:
    """Return what differs between the manifest, the snapshot, the page and the notebook."""
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
    with contextlib.closing(Sealed(folder / "snapshot")) as sealed:
        read = answered(document, sealed, facts)
        found = _claims(read, predicate, snapshot) + _queries(read, predicate)
        html = (folder / "report.html").read_text(encoding="utf-8", errors="replace")
        said = _prose(read, html, "report.html")
        notebook = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))
        if not (broken and found):  # the page cannot be right where the snapshot is wrong
            found += said
        making = Making(
            versions=predicate["versions"],
            notebook=predicate["notebook"]["source_sha256"],
            snapshot=snapshot,
            files={name: sha for name, sha in subject.items() if name.startswith("snapshot/")},
            counts=sealed.counts,
        )
        if same and not found:
            whole = predicate_of(read, making, sealed.columns)
            if whole != predicate:
                found.append(f"manifest.json differs in {_part(whole, predicate)}")
            found += _page(read, making, html) + _notebook(read, making, notebook)
    return found


def _queries(read: Read, predicate: Mapping[str, Any]) -> list[str]:
    """Return the cells of answers that come out differently."""
    found = []
    for id, answer in read.answers.items():
        sealed = predicate["queries"][id]
        where = f"query {id} ({sealed['name']})"
        rows = [tuple(row) for row in sealed["rows"]]
        if list(answer.columns) != sealed["columns"]:
            found.append(
                f"{where}: its columns are {', '.join(answer.columns)}, sealed were {_short(sealed['columns'])}"
            )
            continue
        if len(rows) != len(answer.rows):
            found.append(f"{where}: the snapshot gives {len(answer.rows)} rows, sealed were {len(rows)}")
        for number, (now, was) in enumerate(zip(answer.rows, rows, strict=False), 1):
            found += [
                f"{where}, row {number} ({_short(now[0])}), column {column}: the snapshot gives {_short(here)}, sealed was {_short(there)}"
                for column, here, there in zip(answer.columns, now, was, strict=True)
                if here != there
            ]
        if not found and answer.sha256 != sealed["result_sha256"]:
            found.append(f"{where}: the digest of its result differs")
    return found


def _claims(read: Read, predicate: Mapping[str, Any], snapshot: str) -> list[str]:
    """Return the claims that do not hold, those with another value first, with what the snapshot gives for them."""
    wrong, result, elsewhere = [], [], []
    for id, sealed in predicate["claims"].items():
        where = f"claim {id} ({sealed['name']})"
        answer = read.answers[sealed["query"]]
        if not 0 <= sealed["row"] < len(answer.rows):
            wrong.append(f"{where}: the snapshot gives no value, sealed was {_short(sealed['text'])}")
        elif read.text(id) != sealed["text"] or read.value(id) != sealed["value"]:
            wrong.append(f"{where}: the snapshot gives {read.text(id)}, sealed was {_short(sealed['text'])}")
        elif answer.sha256 != sealed["result_sha256"]:
            result.append(f"{where}: its query {sealed['query']} has another result than was sealed")
        elif sealed["snapshot_sha256"] != snapshot:
            elsewhere.append(str(id))
    if elsewhere:
        elsewhere = [
            f"claims {', '.join(elsewhere)}: they were made on another snapshot than the one that lies here"
        ]
    return wrong + elsewhere + result


def _prose(read: Read, html: str, name: str) -> list[str]:
    """Return the claims that a page spells differently."""
    return [
        f"claim {id}: {name} says {_short(said)}, the snapshot gives {read.text(id)}"
        for said, id in ((unescape(said), unescape(id)) for said, id in _CLAIM.findall(html))
        if id in read.document.claims and said != read.text(id)
    ]


def _page(read: Read, making: Making, html: str) -> list[str]:
    expected = page(read, making)
    if html == expected:
        return []
    return [f"report.html differs in {where}" for where in _lines(expected, html, read)]


def _lines(expected: str, found: str, read: Read) -> list[str]:
    """Name the first block in which two pages differ: a page has a block a line."""
    wanted, there = expected.split("\n"), found.split("\n")
    first = next(
        (number for number, pair in enumerate(zip(wanted, there, strict=False)) if pair[0] != pair[1]),
        min(len(wanted), len(there)),
    )
    body = next(number for number, line in enumerate(wanted) if line.startswith("<main>"))
    place = first - body - 1
    if 0 <= place < len(read.document.blocks):
        block = read.document.blocks[place]
        return [f"block {place + 1} ({block.get('title') or block['kind']})"]
    return [f"line {first + 1}, outside its blocks"]


def _notebook(read: Read, making: Making, notebook: Mapping[str, Any]) -> list[str]:
    """Return the cells of the notebook whose output is not what the document and the answers make."""
    expected = iter(zip(read.document.blocks, shown(read, making), strict=True))
    found = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if MIME not in output.get("data", {}):
                continue
            block, html = next(expected)
            if output["data"][MIME]["block"] != block or output["data"]["text/html"] != html:
                where = block.get("title") or block["kind"]
                found.append(f"report.ipynb, cell {cell['id']}: its output ({where}) differs")
    if next(expected, None) is not None:
        found.append("report.ipynb lacks an output that the report has")
    return found


def _part(expected: Any, found: Any, where: str = "predicate") -> str:
    """Return the first place in which two JSON values differ."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in sorted({*expected, *found}):
            if expected.get(key) != found.get(key):
                return _part(expected.get(key), found.get(key), f"{where}.{key}")
    if isinstance(expected, list) and isinstance(found, list):
        for place, pair in enumerate(zip(expected, found, strict=False)):
            if pair[0] != pair[1]:
                return _part(*pair, f"{where}[{place}]")
    return where


def _short(value: object) -> str:
    text = (
        value if isinstance(value, str) else repr(value) if not isinstance(value, Exception) else str(value)
    )
    text = (
        "".join(mark if mark.isprintable() else "\ufffd" for mark in text.splitlines()[0])
        if text.strip()
        else "''"
    )
    return text if len(text) <= 100 else text[:99] + "…"
