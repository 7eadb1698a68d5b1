"""Close a report: its manifest in the shape of an in-toto Statement, and the RO-Crate that describes the folder.

The seal is the digest of the statement without its part `unsealed`; that part alone says what the wall clock said.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Collection, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import duckdb

from campaignkit import __version__
from campaignkit.domain.errors import InvalidInput
from campaignkit.report import leaks
from campaignkit.report.document import Read
from campaignkit.report.pen import Making
from campaignkit.report.sealed import Sealed, canonical, digest

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:campaignkit:incident-report:1"
VERSION = 1
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"


def versions() -> dict[str, str]:
    """Return the versions on which a report's bytes may depend."""
    return {
        "campaignkit": __version__,
        "Python": platform.python_version(),
        "DuckDB": duckdb.__version__,
        "zone data": metadata.version("tzdata"),
    }


def claims_of(read: Read, snapshot: str) -> dict[str, dict[str, Any]]:
    """Return the claims, each with its value, its text, and the digests that bind it."""
    return {
        id: {
            **claim,
            "value": read.value(id),
            "text": read.text(id),
            "snapshot_sha256": snapshot,
            "result_sha256": read.answers[claim["query"]].sha256,
        }
        for id, claim in read.document.claims.items()
    }


def predicate_of(read: Read, making: Making) -> dict[str, Any]:
    """Return what the manifest says about the report beyond the digests of its files."""
    document = read.document
    return {
        "version": VERSION,
        "report": read.facts.name,
        "facts": read.facts.as_json(),
        "claims": claims_of(read, making.snapshot),
        "queries": {
            id: {
                **query,
                "columns": list(read.answers[id].columns),
                "rows": [list(row) for row in read.answers[id].rows],
                "result_sha256": read.answers[id].sha256,
            }
            for id, query in document.queries.items()
        },
        "blocks": document.blocks,
        "snapshot": {"sha256": making.snapshot, "schema": dict(making.columns), "rows": dict(making.counts)},
        "notebook": {"source_sha256": making.notebook},
        "versions": dict(making.versions),
    }


def statement(
    files: Mapping[str, str], predicate: Mapping[str, Any], unsealed: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the manifest."""
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": files[name]}} for name in sorted(files)],
        "predicateType": PREDICATE,
        "predicate": dict(predicate),
        "unsealed": dict(unsealed),
    }


def seal_of(manifest: Mapping[str, Any]) -> str:
    """Return the digest that stands for the whole report."""
    return digest({key: value for key, value in manifest.items() if key != "unsealed"})


def written(value: Any) -> bytes:
    """Return JSON as the folder's files have it: one spelling, and still readable."""
    canonical(value)  # refuses what has no one spelling
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def crate(read: Read, files: Collection[str]) -> dict[str, Any]:
    """Return the metadata of a Process Run Crate: the notebook made the report from the snapshot, as of its data's time."""
    facts = read.facts
    parts = sorted(files)
    authors = [
        {"@id": f"#author-{number}", "@type": "Person", "name": name}
        for number, name in enumerate(facts.wanted.authors, 1)
    ] or [{"@id": "#author", "@type": "Person", "name": "not stated"}]
    kinds = {".html": "text/html", ".ipynb": "application/x-ipynb+json", ".parquet": "application/vnd.apache.parquet",
             ".pdf": "application/pdf"}  # fmt: skip
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "conformsTo": {"@id": _PROFILE},
                "name": f"Incident report {facts.name}",
                "description": "An incident report with the data that proves its figures",
                "datePublished": facts.as_of,
                "license": "not stated",
                "hasPart": [{"@id": name} for name in parts],
                "mentions": [{"@id": "#making"}],
                "author": [{"@id": each["@id"]} for each in authors],
            },
            {
                "@id": "#making",
                "@type": "CreateAction",
                "name": "Writing of the report",
                "instrument": {"@id": "report.ipynb"},
                "object": [{"@id": name} for name in parts if name.startswith("snapshot/")],
                "result": {"@id": "report.html"},
                "agent": [{"@id": each["@id"]} for each in authors],
                "startTime": facts.as_of,
                "endTime": facts.as_of,
            },
            *(
                {
                    "@id": name,
                    "@type": ["File", "SoftwareSourceCode"] if name.endswith(".ipynb") else "File",
                    "name": name,
                    "encodingFormat": kinds[Path(name).suffix],
                }
                for name in parts
            ),
            {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
            *authors,
        ],
    }


def check_no_number(
    folder: Path, sealed: Sealed, manifest: Mapping[str, Any], known: leaks.Known = leaks.NONE
) -> None:
    """Raise `InvalidInput`, naming the place, if anything in the report is shaped like a phone number or is one of *known*."""
    for table, column, text in sealed.texts():
        for number in leaks.numbers_in(text, known):
            raise _leak(f"snapshot/{table}.parquet, column {column}", number)
    for number in leaks.in_html((folder / "report.html").read_text(encoding="utf-8"), known):
        raise _leak("report.html", number)
    for name in ("report.ipynb", "ro-crate-metadata.json"):
        for place, number in leaks.in_json(json.loads((folder / name).read_bytes()), known):
            raise _leak(f"{name}, {place}", number)
    for place, number in leaks.in_json(manifest, known):
        raise _leak(f"manifest.json, {place}", number)


def _leak(place: str, number: str) -> InvalidInput:
    return InvalidInput(
        f"{place} holds what is shaped like a phone number ({leaks.hidden(number)}): nothing was sealed;"
        " take it out of the text, or leave its campaign out of the scope"
    )
