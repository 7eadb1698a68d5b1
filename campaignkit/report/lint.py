"""Notice figures that were typed into the text of a report instead of being claimed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from campaignkit.report.document import Read, parts_of
from campaignkit.report.leaks import flat
from campaignkit.report.words import Spelling

_FIGURE = re.compile(r"(?<![\w.,:-])\d[\d,.\u00a0\u202f ]*\d ?%?|(?<![\w.,:-])\d ?%", re.UNICODE)
_BY_PACKAGE = {"summary": {"findings"}, "rates": {"caption", "mark"}, "table": {"caption"}}


def typed_figures(read: Read, beside: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Return a sentence for each figure in the author's words that equals a claim or a cell, or that looks like one.

    *beside* are more words of the author's, each with the place where it stands. Digits of every script count. A year, a day of a month and a time are none; a number of three digits or more and a percentage are.
    """
    cells = _cells(read)
    return [
        said
        for where, text in [*_words(read), *beside]
        for figure in _FIGURE.findall(flat(text))
        if (said := _judged(figure.strip(), where, cells))
    ]


def _words(read: Read) -> Iterator[tuple[str, str]]:
    """Yield the texts of the blocks that the author wrote, each with its place."""
    for block in read.document.blocks:
        by_package = _BY_PACKAGE.get(block["kind"], ())
        written = {key: value for key, value in block.items() if key not in by_package}
        for where, part in parts_of(written | {"kind": block["kind"]}):
            if isinstance(part, str):
                yield where, part


def _judged(figure: str, where: str, cells: Mapping[str, str]) -> str | None:
    digits = _bare(figure)
    if digits in cells:
        return f"{where}: “{figure}” is typed by hand and equals {cells[digits]}: claim it, or it stays when the data changes"
    whole = digits.rstrip("%")
    year = len(whole) == 4 and whole.startswith(("19", "20")) and not figure.endswith("%")
    if digits.endswith("%") or (len(whole.replace(".", "")) >= 3 and not year):
        return (
            f"{where}: no claim stands behind “{figure}”: write it as {{question.column}} or with r.claim(…)"
        )
    return None


def _cells(read: Read) -> Mapping[str, str]:
    """Return every figure of the report with two digits or more, and what it is."""
    cells: dict[str, str] = {}
    for name, query in read.document.queries.items():
        formats = _formats(query["name"])
        for row in read.answers[name].rows:
            for column, value in zip(read.answers[name].columns, row, strict=True):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    spelt = _spelt(read.spelling, value, formats.get(column, "number"))
                    cells.setdefault(_bare(spelt), f"{query['name']}.{column}")
    for id in read.document.claims:
        cells[_bare(read.text(id))] = f"claim {id}"
    return {
        figure: said
        for figure, said in cells.items()
        if len(figure.strip("%.")) >= 2 and figure[:1].isdigit()
    }


def _formats(name: str) -> Mapping[str, str]:
    from campaignkit.report.questions import names, question

    return question(name).formats if name in names() else {}


def _spelt(spelling: Spelling, value: float, format: str) -> str:
    return spelling.spell(value, format if format in ("count", "percent", "number") else "number")


def _bare(figure: str) -> str:
    return re.sub(r"[^\d.%]", "", figure).rstrip(".")
