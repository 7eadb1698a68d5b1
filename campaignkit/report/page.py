"""A document with its answers as one HTML page: no script, no reference to anything outside, the same bytes every time.

Texts of the data are escaped here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from campaignkit.domain.filters import CampaignFilter
from campaignkit.report.charts import Line, Rates
from campaignkit.report.document import Block, Part, Read
from campaignkit.report.wanted import SAFE_NAME, Facts
from campaignkit.report.words import NOTHING, NUMERIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How the report was made, as far as it is the same for everybody who makes it again."""

    versions: Mapping[str, str]
    notebook: str  # SHA-256 of its cells' sources
    snapshot: str
    files: Mapping[str, str]  # of the snapshot, with their SHA-256
    counts: Mapping[str, int]  # rows a table


@dataclass(slots=True)
class _Pen:
    read: Read
    making: Making | None
    linked: set[str] = field(default_factory=set)  # claims that have their anchor already

    def parts(self, parts: Sequence[Part]) -> str:
        return "".join(escape(part) if isinstance(part, str) else self.claim(part["claim"]) for part in parts)

    def plain(self, parts: Sequence[Part]) -> str:
        return "".join(part if isinstance(part, str) else self.read.text(part["claim"]) for part in parts)

    def claim(self, id: str) -> str:
        made = self.read.document.claims[id]
        anchor = "" if id in self.linked else f' id="{escape(id)}"'
        self.linked.add(id)
        short = "" if made["format"] == "text" else " n"
        return (
            f'<a class="claim{short}"{anchor} href="#{escape(made["query"])}" title="claim {escape(id)}: query'
            f' {escape(made["query"])}, {escape(made["name"])}">{escape(self.read.text(id))}<sup>{escape(id)}</sup></a>'
        )


def fragment(block: Block, read: Read) -> str:
    """Return one block as a notebook shows it while it is written."""
    return _shown(block, _drawn(block, _Pen(read, None)))


def fragments(read: Read, making: Making) -> list[str]:
    """Return all blocks as the page has them."""
    pen = _Pen(read, making)
    return [_drawn(block, pen) for block in read.document.blocks]


def shown(read: Read, making: Making) -> list[str]:
    """Return all blocks as the outputs of the sealed notebook have them."""
    return [
        _shown(block, html) for block, html in zip(read.document.blocks, fragments(read, making), strict=True)
    ]


def _shown(block: Block, html: str) -> str:
    style = f"<style>{_css()}</style>" if block["kind"] == "head" else ""
    return f'{style}<div class="ckr">{html}</div>'


def page(read: Read, making: Making) -> str:
    """Return the whole page, a block a line."""
    name = incident(read.facts)
    body = "\n".join(fragments(read, making))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f'\n<title>{escape(name)} · incident report</title>\n<link rel="icon" href="data:,">\n<style>{_css()}</style>\n</head>\n'
        f'<body class="ckr">\n<main><article class="sheet">\n{body}\n{_foot(read, making)}\n</article></main>\n</body>\n</html>\n'
    )


@cache
def _css() -> str:
    return Path(__file__).with_name("report.css").read_text(encoding="utf-8").replace("\n", "")


def incident(facts: Facts) -> str:
    """Return what the report is called."""
    return facts.wanted.incident or f"INC-{facts.window_from[:10]}"


# ── blocks ───────────────────────────────────────────────────────────────────


def _drawn(block: Block, pen: _Pen) -> str:
    return _KINDS[block["kind"]](block, pen).replace("\n", "&#10;")


def _section(title: str, body: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    head = f"<h2>{escape(title)}</h2>" if title else ""
    return f"<section{style}>{head}{body}</section>"


def _head(block: Block, pen: _Pen) -> str:
    facts, wanted = pen.read.facts, pen.read.facts.wanted
    meta = [
        ("Status", wanted.status.capitalize()),
        ("Severity", wanted.severity or NOTHING),
        (
            "Scope",
            f"{', '.join(facts.workspaces)}: {facts.campaigns:,} campaign{'s' if facts.campaigns != 1 else ''}",
        ),
        ("Window", _window(pen.read)),
        ("Authors", ", ".join(wanted.authors) or NOTHING),
        ("Data as of", pen.read.spelling.spell(facts.as_of, "moment")),
    ]
    if wanted.supersedes:
        meta.append(("Supersedes", wanted.supersedes[:16] + "…"))
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in meta)
    return (
        f'<header class="rh"><p class="kicker">Incident report <span>{escape(incident(facts))}</span></p>'
        f'<h1>{pen.parts(block["heading"]["parts"])}</h1><dl class="meta">{listed}</dl></header>'
    )


def _window(read: Read) -> str:
    begins, ends = read.spelling.local(read.facts.window_from), read.spelling.local(read.facts.window_to)
    first, last = (read.spelling.spell(moment.isoformat(), "moment") for moment in (begins, ends))
    if begins.date() == ends.date():
        last = f"{ends:%H:%M}"
    offset = f"{begins:%z}"
    return f"{first}–{last}, {read.facts.zone} (UTC{offset[:3]}:{offset[3:]})"


def _summary(block: Block, pen: _Pen) -> str:
    said = [*block["own"], *block["findings"]]
    return _section(
        block["title"], "".join(f'<p class="lead">{pen.parts(each["parts"])}</p>' for each in said)
    )


def _impact(block: Block, pen: _Pen) -> str:
    heads = "".join(f'<th scope="col">{escape(cell["head"])}</th>' for cell in block["cells"])
    cells = "".join(
        f'<td data-head="{escape(cell["head"])}">{pen.parts(cell["parts"])}</td>' for cell in block["cells"]
    )
    table = f'<div class="wide"><table class="imp"><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table></div>'
    return _section(block["title"], table)


def _text(block: Block, pen: _Pen) -> str:
    said = "".join(f'<p class="lead">{pen.parts(each["parts"])}</p>' for each in block["paragraphs"])
    if not said:
        return _section(block["title"], '<p class="none">Not stated yet.</p>', "empty")
    return _section(block["title"], said)


def _lists(block: Block, pen: _Pen) -> str:
    body = ""
    for each in block["lists"]:
        items = "".join(f"<li>{pen.parts(item['parts'])}</li>" for item in each["items"])
        said = f"<ul>{items}</ul>" if items else '<p class="none">Not stated yet.</p>'
        body += f"<h3>{escape(each['head'])}</h3>{said}"
    return _section(block["title"], body)


def _actions(block: Block, pen: _Pen) -> str:
    if not block["items"]:
        return _section(block["title"], '<p class="none">None yet.</p>')
    rows = [[pen.parts(cell["parts"]) for cell in item] for item in block["items"]]
    return _section(block["title"], _table(["What", "Type", "Owner", "Reference"], rows, "ct"))


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], style: str, *, numeric: Sequence[bool] = (),
    styles: Sequence[str] = (),
) -> str:  # fmt: skip
    """Return a table of cells that are HTML already; the first of a row is its head."""
    right = [' class="num"' if place < len(numeric) and numeric[place] else "" for place in range(len(heads))]
    head = "".join(
        f'<th scope="col"{side}>{escape(name)}</th>' for name, side in zip(heads, right, strict=True)
    )
    body = ""
    for number, row in enumerate(rows):
        first, *rest = row
        line = f'<th scope="row"{right[0]}>{first}</th>'
        line += "".join(f"<td{side}>{cell}</td>" for cell, side in zip(rest, right[1:], strict=True))
        kind = styles[number] if number < len(styles) else ""
        body += f'<tr class="{kind}">{line}</tr>' if kind else f"<tr>{line}</tr>"
    return f'<div class="wide"><table class="{style}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _answer_table(block: Block, pen: _Pen) -> str:
    answer = pen.read.answers[block["query"]]
    caption = pen.parts(block["caption"]["parts"]) if block.get("caption") else ""
    asked = f'<a href="#{escape(block["query"])}">{escape(block["query"])}</a>'
    said = f'<p class="cap">{caption} {asked}</p>' if caption else ""
    if not answer.rows:
        return _section(block.get("title", ""), f'<p class="none">{escape(block["none"])}</p>')
    formats = block["formats"]
    rows = [
        [escape(pen.read.spelling.spell(value, format)) for value, format in zip(row, formats, strict=True)]
        for row in answer.rows
    ]
    hot, total = block.get("hot"), block.get("total")
    styles = ["hot" if row[0] == hot else "total" if row[0] == total else "" for row in answer.rows]
    numeric = [format in NUMERIC for format in formats]
    table = _table(block["heads"], rows, block["style"], numeric=numeric, styles=styles)
    return _section(block.get("title", ""), said + table)


def _rates(block: Block, pen: _Pen) -> str:
    read = pen.read
    rows = read.answers[block["query"]].records()
    lines = {
        name: Line(
            name=name, points=[(_moment(row["moment"]), row["rate"]) for row in rows if row["series"] == name]
        )
        for name in (block["hot"], "other channels")
    }
    usual = [row for row in read.answers[block["usual"]].records() if row["channel"] == block["hot"]]
    mark = block["mark"]
    chart = Rates(
        hot=lines[block["hot"]],
        others=lines["other channels"],
        begins=_moment(read.facts.window_from),
        ends=_moment(read.facts.window_to),
        bucket=timedelta(minutes=block["minutes"]),
        alarm=block["alarm"],
        band=(usual[0]["low"], usual[0]["high"]) if usual else None,
        mark=(
            _moment(read.value(mark["from"])),
            _moment(read.value(mark["to"])),
            pen.plain(mark["label"]["parts"]),
        )
        if mark
        else None,
    )
    drawn = chart.svg(read.spelling, f"Delivery rate over time: {_in_words(block['hot'], lines, read)}")
    caption = f"<figcaption>{pen.parts(block['caption']['parts'])}</figcaption>"
    return _section(block["title"], f"<figure>{drawn}{caption}</figure>")


def _in_words(hot: str, lines: Mapping[str, Line], read: Read) -> str:
    said = []
    for name in (hot, "other channels"):
        shares = [share for _, share in lines[name].points]
        if shares:
            low, high = (read.spelling.spell(value, "percent") for value in (min(shares), max(shares)))
            said.append(f"{name} between {low} and {high}")
    return ", ".join(said) or "nothing was sent"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _changes(block: Block, pen: _Pen) -> str:
    rows = [
        [escape(row["figure"]), pen.claim(row["was"]["claim"]), pen.claim(row["now"]["claim"])]
        for row in block["rows"]
    ]
    said = f'<p class="lead">{pen.parts(block["since"]["parts"])}</p>'
    table = (
        _table(["Figure", "Was", "Is now"], rows, "ct")
        if rows
        else '<p class="none">No figure has changed.</p>'
    )
    return _section(block["title"], said + table)


def _method(block: Block, pen: _Pen) -> str:
    read, made, facts = pen.read, pen.making, pen.read.facts
    scope = read.answers[block["scope"]]
    cells = [
        [escape(read.spelling.spell(value, format)) for value, format in zip(row, _SCOPE, strict=True)]
        for row in scope.rows
    ]
    about = _table(["Campaign", "Workspace", "Name", "Status", "Sender", "Messages"], cells, "ct",
                   numeric=[False] * 5 + [True])  # fmt: skip
    more = (
        f"<p>The first {len(scope.rows)} of {facts.campaigns:,} campaigns.</p>"
        if facts.campaigns > len(scope.rows)
        else ""
    )
    asked = (
        f"<p>Asked for with the filter <code>{escape(facts.filter)}</code>"
        f" ({escape(CampaignFilter.from_query(facts.filter).caption())}).</p>"
        if facts.filter
        else ""
    )
    if made is None:
        return _section(
            block["title"],
            f"{about}{more}{asked}<p>The rest of it is written when the report is sealed.</p>",
            "method",
        )
    versions = ", ".join(
        f"{name} {version}"
        for name, version in sorted(made.versions.items(), key=lambda each: each[0].lower())
    )
    missing = f" Not provided by this source: {', '.join(facts.missing)}." if facts.missing else ""
    how = (
        f"<p>{len(read.document.queries)} queries on a sealed snapshot ({len(made.files)} files,"
        f" {made.counts['recipients']:,} recipients, taken from a {escape(facts.source)} database, as of"
        f" {read.spelling.spell(facts.as_of, 'moment')}). {escape(versions)}. Notebook source sha256"
        f' <span class="mono">{made.notebook}</span>. A figure marked <span class="claim">c01</span> is a claim: it is not'
        f" typed, it is the result of the query that it leads to. What was sent or reported after the data’s time is taken"
        f" back; what is usual is taken from the {facts.wanted.baseline} days before the window.{escape(missing)}</p>"
    )
    files = _table(
        ["File", "Rows", "SHA-256"],
        [[escape(name), f"{made.counts[Path(name).stem]:,}", f'<span class="mono">{sha}</span>'] for name, sha in sorted(made.files.items())],
        "ct", numeric=[False, True, False],
    )  # fmt: skip
    queries = "".join(
        f'<details id="{escape(id)}"><summary>{escape(id)} · {escape(query["name"])}</summary>'
        f"<p>{escape(_given(query['parameters'])) or 'no parameters'}</p><pre>{escape(query['sql'])}</pre></details>"
        for id, query in sorted(read.document.queries.items(), key=lambda each: (len(each[0]), each[0]))
    )
    privacy = (
        "<p>The snapshot holds no phone number, no hash and no digits of one, only which messages went to the same; of the"
        " centre’s message ids their form alone; of e-mail addresses no local part. Outputs, charts, page, notebook, snapshot and manifest were scanned for anything"
        " shaped like a phone number before sealing, and nothing was found. Who may see full numbers is settled in the"
        " database it came from, not here.</p>"
    )
    return (
        _section(block["title"], how + about + more + asked, "method")
        + _section("Queries", queries, "method")
        + _section("Data", files, "method")
        + _section("Privacy", privacy, "method")
    )


_SCOPE = ("text", "text", "text", "text", "text", "count")


def _given(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in sorted(parameters.items()))


def _foot(read: Read, made: Making) -> str:
    name = SAFE_NAME.sub("-", incident(read.facts))
    count = read.document
    return (
        '<footer class="vf"><div><b>Check this report</b><br>'
        f"<code>campaignkit verify {escape(name)}</code><br>prints “identical” and the digest, or names what differs</div>"
        f"<div>{len(count.claims)} claims · {len(count.queries)} queries · {len(made.files)} files<br>snapshot sha256"
        f' <span class="mono">{made.snapshot[:8]} {made.snapshot[8:16]} … {made.snapshot[-8:]}</span></div></footer>'
    )


_KINDS: Mapping[str, Callable[[Block, _Pen], str]] = {
    "head": _head,
    "summary": _summary,
    "impact": _impact,
    "text": _text,
    "lists": _lists,
    "actions": _actions,
    "table": _answer_table,
    "rates": _rates,
    "changes": _changes,
    "method": _method,
}
