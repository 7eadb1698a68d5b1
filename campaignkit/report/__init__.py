"""Incident reports that prove their own numbers: a folder that anyone can open, check and re-run offline, a year later.

    from campaignkit.report import Report        what a notebook writes a report with
    from campaignkit.report import run, verify   what `campaignkit report` and `campaignkit verify` call

    snapshot    a scope of the database as masked Parquet, in one state and one order
    sealed      the snapshot as a locked-down DuckDB that answers single SELECTs
    claims      a figure in the text: bound to a query, its parameters, the snapshot and the result
    writing     the `Report` that the notebook holds; what it yields is a document, plain JSON
    page        document + answers → HTML, with pen, its last pages in method;  charts: SVG written by hand;  words: how values are spelt
    seal        scan for numbers, manifest, RO-Crate;  making: all of it, in one folder or none
    checking    the folder against its manifest (manifest), the claims against the snapshot, the page against the claims
                (likeness);  apart: the same in a process of its own, as `campaignkit verify` does it

A document holds no figure, only questions: whoever has the snapshot can answer them again and must arrive at the
same page, byte for byte. That is all that `verify` does.
"""

from __future__ import annotations

from typing import Any

_HOME = {"Report": "writing", "run": "making", "verify": "checking", "Wanted": "wanted"}


def __getattr__(name: str) -> Any:
    """Return a public name; a notebook that writes needs no client of notebooks, nor does `verify`."""
    if name in _HOME:
        import importlib

        found = getattr(importlib.import_module(f"campaignkit.report.{_HOME[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
