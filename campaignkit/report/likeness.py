"""Whether the page and the notebook of a report are what its document and the answers make, and where they are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

from campaignkit.report import manifest as manifests
from campaignkit.report.document import MIME, Read, parts_of
from campaignkit.report.manifest import short
from campaignkit.report.notebook import normalised, source_digest
from campaignkit.report.page import page, shown
from campaignkit.report.pen import Making
from campaignkit.report.seal import written

_CLAIM = re.compile(
    r'<a class="claim(?: n)?"(?: id="[^"]*")? href="#[^"]*" title="[^"]*">([^<]*)<sup aria-hidden="true">([^<]*)</sup></a>'
)
_TAGS = re.compile(r"<sup[^>]*>[^<]*</sup>|<[^>]*>")
# what a value that is not as we write it may raise, wherever it is first used
MISFITS = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, StopIteration, TypeError, ValueError,
)  # fmt: skip


def claims_said(read: Read, html: str, name: str) -> list[str]:
    """Return the claims that a page spells differently, and those of its text that it does not hold."""
    said = [(unescape(id), unescape(text)) for text, id in _CLAIM.findall(html)]
    found = [
        f"claim {id}: {name} says {short(text)}, the snapshot gives {short(read.text(id))}"
        for id, text in said
        if id in read.document.claims and text != read.text(id)
    ]
    drawn = [{key: value for key, value in block.items() if key != "mark"} for block in read.document.blocks]
    needed = {part["claim"] for block in drawn for _, part in parts_of(block) if not isinstance(part, str)}
    missing = sorted(needed - {id for id, _ in said})
    return found + [
        f"claim {short(id)}: {name} lacks it, the snapshot gives {short(read.text(id))}" for id in missing
    ]


def words_said(read: Read, html: str) -> list[str]:
    """Return the texts and rows that a page lacks; what another version drew is not compared byte for byte, but it says the same."""
    seen = unescape(_TAGS.sub("", html))
    found = []
    for place, block in enumerate(read.document.blocks, 1):
        where = f"report.html, block {place} ({short(block.get('title') or block['kind'])})"
        drawn = {key: value for key, value in block.items() if key != "mark"}
        found += [f"{where} does not say {short(text)!r}" for text in _said(read, drawn) if text not in seen]
        if block["kind"] == "table":
            spelt = [
                [read.spelling.spell(*cell) for cell in zip(row, block["formats"], strict=True)]
                for row in read.answers[block["query"]].rows
            ]
            found += [
                f"{where} lacks the row {short(' | '.join(row))}" for row in spelt if "".join(row) not in seen
            ]
    return found


def _said(read: Read, value: Any) -> Iterator[str]:
    """Yield every text of a block as one reads it."""
    if isinstance(value, Mapping) and "parts" in value:
        yield "".join(part if isinstance(part, str) else read.text(part["claim"]) for part in value["parts"])
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _said(read, item)


def page_made(read: Read, making: Making, html: str) -> list[str]:
    """Return the place of the page's first byte that is not what this version makes of the document."""
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
        return [f"block {place + 1} ({short(block.get('title') or block['kind'])})"]
    return [f"line {first + 1}, outside its blocks"]


def notebook_made(read: Read, making: Making, path: Path, *, same: bool) -> list[str]:
    """Return what of the notebook is not what was sealed: its sources, and outputs that the answers do not make."""
    notebook = manifests.json_in(path)
    try:
        if source_digest(notebook) != making.notebook:
            return ["report.ipynb: its cells are not those whose digest was sealed"]
        found = _outputs(read, making, notebook) if same else []
        if same and not found and written(normalised(notebook, shown(read, making))) != path.read_bytes():
            found.append("report.ipynb is not spelt as campaignkit writes it")
    except MISFITS as error:
        return [f"report.ipynb is not as campaignkit writes it: {type(error).__name__} {short(error)}"]
    return found


def _outputs(read: Read, making: Making, notebook: Mapping[str, Any]) -> list[str]:
    expected = iter(zip(read.document.blocks, shown(read, making), strict=True))
    found = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if MIME not in output.get("data", {}):
                continue
            block, html = next(expected, ({}, ""))
            if output["data"][MIME]["block"] != block or output["data"]["text/html"] != html:
                where = block.get("title") or block["kind"] if block else "one too many"
                found.append(f"report.ipynb, cell {short(cell['id'])}: its output ({short(where)}) differs")
    if next(expected, None) is not None:
        found.append("report.ipynb lacks an output that the report has")
    return found
