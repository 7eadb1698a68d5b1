"""What every block of a page is drawn with: claims, sections and tables as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from campaignkit.report.document import Part, Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How the report was made, as far as it is the same for everybody who makes it again."""

    versions: Mapping[str, str]
    notebook: str  # SHA-256 of its cells' sources
    snapshot: str
    files: Mapping[str, str]  # of the snapshot, with their SHA-256
    counts: Mapping[str, int]  # rows a table
    columns: Mapping[str, Sequence[Sequence[str]]]  # of each table, their names and types


@dataclass(slots=True)
class Pen:
    """A report that is being drawn; `making` is not known while it is written."""

    read: Read
    making: Making | None
    linked: set[str] = field(default_factory=set)  # claims that have their anchor already

    def parts(self, parts: Sequence[Part]) -> str:
        """Return a text as HTML."""
        return "".join(escape(part) if isinstance(part, str) else self.claim(part["claim"]) for part in parts)

    def plain(self, parts: Sequence[Part]) -> str:
        """Return a text without its links, for a drawing."""
        return "".join(part if isinstance(part, str) else self.read.text(part["claim"]) for part in parts)

    def claim(self, id: str) -> str:
        """Return a claim's value with a link to its query; where it stands first is its own address."""
        made = self.read.document.claims[id]
        anchor = "" if id in self.linked else f' id="{escape(id)}"'
        self.linked.add(id)
        short = "" if made["format"] == "text" else " n"
        return (
            f'<a class="claim{short}"{anchor} href="#{escape(made["query"])}" title="claim {escape(id)}: query'
            f' {escape(made["query"])}, {escape(made["name"])}">{escape(self.read.text(id))}<sup aria-hidden="true">{escape(id)}</sup></a>'
        )


def section(title: str, body: str, kind: str = "") -> str:
    """Return a section with its heading, if it has one."""
    style = f' class="{kind}"' if kind else ""
    head = f"<h2>{escape(title)}</h2>" if title else ""
    return f"<section{style}>{head}{body}</section>"


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], style: str, *, name: str, numeric: Sequence[bool] = (),
    styles: Sequence[str] = (),
) -> str:  # fmt: skip
    """Return a table of cells that are HTML already; the first of a row is its head. *name* is what it is called aloud."""
    right = [' class="num"' if place < len(numeric) and numeric[place] else "" for place in range(len(heads))]
    head = "".join(
        f'<th scope="col"{side}>{escape(said)}</th>' for said, side in zip(heads, right, strict=True)
    )
    body = ""
    for number, row in enumerate(rows):
        first, *rest = row
        line = f'<th scope="row"{right[0]}>{first}</th>'
        line += "".join(f"<td{side}>{cell}</td>" for cell, side in zip(rest, right[1:], strict=True))
        kind = styles[number] if number < len(styles) else ""
        body += f'<tr class="{kind}">{line}</tr>' if kind else f"<tr>{line}</tr>"
    return (
        f'<div class="wide" tabindex="0"><table class="{style}" aria-label="{escape(name)}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
