"""The manifest of a report that a stranger may have written, and the files that it lists.

Nothing here trusts a name, a size or a number of it; what is read is plain values, each of them once.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from campaignkit.report.seal import PREDICATE, STATEMENT, VERSION, seal_of, versions
from campaignkit.report.sealed import TABLES

MOST_BYTES = 64 * 2**20  # of a manifest, a page or a notebook
MOST_PARQUET = 2**30  # of a file of the snapshot
MOST_QUERIES = 500
ALWAYS = frozenset({"report.html", "report.ipynb", "ro-crate-metadata.json"}) | {
    f"snapshot/{name}.parquet" for name in TABLES if name != "earlier"
}
SOMETIMES = frozenset({"report.pdf", "snapshot/earlier.parquet"})
DIGEST = re.compile(r"[0-9a-f]{64}")
_PARTS = ("_type", "predicate", "predicateType", "subject", "unsealed")


class NotOurs(Exception):
    """It is none that campaignkit writes; the message says why."""


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest in *folder*, with the names and the version that this campaignkit knows; raises `NotOurs`."""
    check_file(folder / "manifest.json", "manifest.json")
    found = json_in(folder / "manifest.json")
    predicate = found.get("predicate") if isinstance(found, dict) else None
    if found.get("_type") != STATEMENT if isinstance(found, dict) else True:
        raise NotOurs("manifest.json is no in-toto Statement of a report")
    if not isinstance(predicate, dict):
        raise NotOurs("manifest.json is no in-toto Statement of a report")
    version = predicate.get("version")
    if isinstance(version, int) and version > VERSION:
        raise NotOurs(
            f"manifest.json has version {short(version)}, this campaignkit knows {VERSION}: upgrade campaignkit"
        )
    if found.get("predicateType") != PREDICATE or version != VERSION:
        raise NotOurs("manifest.json is no manifest of an incident report of campaignkit")
    unknown = sorted(found.keys() - set(_PARTS))
    if unknown:
        raise NotOurs(f"manifest.json has a part that no report has: {short(unknown[0])}")
    queries = predicate.get("queries")
    if isinstance(queries, dict) and len(queries) > MOST_QUERIES:
        raise NotOurs(f"manifest.json asks {len(queries):,} queries, a report up to {MOST_QUERIES}")
    return dict(found)


def json_in(path: Path) -> Any:
    """Return the JSON in a file, in which no name stands twice and every number is one; raises `NotOurs`."""
    try:
        text = path.read_bytes().decode("utf-8")  # json.loads would guess
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotOurs(f"{path.name} cannot be read: {short(error)}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no number")


def digest_of(manifest: Mapping[str, Any]) -> str:
    """Return the digest that a manifest is sealed with; raises `NotOurs` for what has none."""
    try:
        return seal_of(manifest)
    except (ValueError, RecursionError) as error:
        raise NotOurs(f"manifest.json cannot be read: {short(error)}") from error


def listed(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the files that were sealed; a name that leads elsewhere is refused before anything is opened."""
    subject: dict[str, str] = {}
    try:
        for entry in manifest["subject"]:
            name, sha = entry["name"], entry["digest"]["sha256"]
            if name not in ALWAYS | SOMETIMES:
                raise NotOurs(f"manifest.json names a file that no report has: {short(name)}")
            if name in subject or not DIGEST.fullmatch(sha):
                raise NotOurs(f"manifest.json names {name} twice or without a digest")
            subject[name] = sha
    except (KeyError, TypeError) as error:
        raise NotOurs("manifest.json does not list the files with their digests") from error
    missing = ALWAYS - subject.keys()
    if missing:
        raise NotOurs(f"manifest.json does not list {min(missing)}")
    return subject


def differences(folder: Path, subject: Mapping[str, str]) -> list[str]:
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
    found += [f"{short(name)} was added: it is not in the manifest" for name in sorted(there - wanted)]
    for name in sorted(wanted & there):
        try:
            check_file(folder / name, name)
        except NotOurs as error:
            found.append(str(error))
    return found


def check_file(path: Path, name: str) -> None:
    """Raise `NotOurs` unless *path* is a plain file, of a size that a report has, that can be read."""
    try:
        mode = path.lstat()
    except FileNotFoundError:
        raise NotOurs(f"{name} is missing") from None
    if not stat.S_ISREG(mode.st_mode):
        raise NotOurs(f"{name} is no plain file")
    if mode.st_size > (MOST_PARQUET if name.endswith(".parquet") else MOST_BYTES):
        raise NotOurs(f"{name} is larger than any report")
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise NotOurs(f"{name} cannot be read: {error.strerror}") from error


def other_versions(predicate: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the versions that are not those of this installation; a third number of Python's changes nothing."""
    made = predicate.get("versions")
    if not isinstance(made, dict):
        raise NotOurs("manifest.json does not say which versions it was made with")
    return tuple(
        f"{name} {short(made.get(name))}, here {here}"
        for name, here in versions().items()
        if _minor(name, str(made.get(name))) != _minor(name, here)
    )


def _minor(name: str, version: str) -> str:
    return ".".join(version.split(".")[:2]) if name == "Python" else version


def short(value: object) -> str:
    """Return a stranger's value as one printable line of at most a hundred characters."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, Exception) else repr(value)
    line = next(iter(text.splitlines()), "") if text.strip() else "''"
    line = "".join(mark if mark.isprintable() else "\ufffd" for mark in line[:200])
    return line if len(line) <= 100 else line[:99] + "…"
