"""A document with its answers as one HTML page: no script, no reference to anything outside, the same bytes every time.

Texts of the data are escaped where they become HTML: here, in pen.py and in method.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from campaignkit.report.charts import Line, Rates
from campaignkit.report.document import Block, Read
from campaignkit.report.method import foot, method
from campaignkit.report.pen import Making, Pen, section, table
from campaignkit.report.words import NOTHING, NUMERIC


def fragment(block: Block, read: Read) -> str:
    """Return one block as a notebook shows it while it is written."""
    return _shown(block, _drawn(block, Pen(read, None)))


def fragments(read: Read, making: Making) -> list[str]:
    """Return all blocks as the page has them."""
    pen = Pen(read, making)
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
    name = read.facts.name
    body = "\n".join(fragments(read, making))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f'\n<title>{escape(name)} · incident report</title>\n<link rel="icon" href="data:,">\n<style>{_css()}</style>\n</head>\n'
        f'<body class="ckr">\n<main><article class="sheet">\n{body}\n{foot(read, making)}\n</article></main>\n</body>\n</html>\n'
    )


@cache
def _css() -> str:
    return Path(__file__).with_name("report.css").read_text(encoding="utf-8").replace("\n", "")


# ── blocks ───────────────────────────────────────────────────────────────────


def _drawn(block: Block, pen: Pen) -> str:
    return _KINDS[block["kind"]](block, pen).replace("\n", "&#10;")


def _head(block: Block, pen: Pen) -> str:
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
        f'<header class="rh"><p class="kicker">Incident report <span>{escape(facts.name)}</span></p>'
        f'<h1>{pen.parts(block["heading"]["parts"])}</h1><dl class="meta">{listed}</dl></header>'
    )


def _window(read: Read) -> str:
    begins, ends = read.spelling.local(read.facts.window_from), read.spelling.local(read.facts.window_to)
    first, last = (read.spelling.spell(moment.isoformat(), "moment") for moment in (begins, ends))
    if begins.date() == ends.date():
        last = f"{ends:%H:%M}"
    offset = f"{begins:%z}"
    return f"{first}–{last}, {read.facts.zone} (UTC{offset[:3]}:{offset[3:]})"


def _summary(block: Block, pen: Pen) -> str:
    said = [*block["own"], *block["findings"]]
    return section(
        block["title"], "".join(f'<p class="lead">{pen.parts(each["parts"])}</p>' for each in said)
    )


def _impact(block: Block, pen: Pen) -> str:
    heads = "".join(f'<th scope="col">{escape(cell["head"])}</th>' for cell in block["cells"])
    cells = "".join(
        f'<td data-head="{escape(cell["head"])}">{pen.parts(cell["parts"])}</td>' for cell in block["cells"]
    )
    made = (
        '<div class="wide" tabindex="0"><table class="imp" aria-label="Impact">'
        f"<thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table></div>"
    )
    return section(block["title"], made)


def _text(block: Block, pen: Pen) -> str:
    said = "".join(f'<p class="lead">{pen.parts(each["parts"])}</p>' for each in block["paragraphs"])
    if not said:
        return section(block["title"], '<p class="none">Not stated yet.</p>', "empty")
    return section(block["title"], said)


def _lists(block: Block, pen: Pen) -> str:
    body = ""
    for each in block["lists"]:
        items = "".join(f"<li>{pen.parts(item['parts'])}</li>" for item in each["items"])
        said = f"<ul>{items}</ul>" if items else '<p class="none">Not stated yet.</p>'
        body += f"<h3>{escape(each['head'])}</h3>{said}"
    return section(block["title"], body)


def _actions(block: Block, pen: Pen) -> str:
    if not block["items"]:
        return section(block["title"], '<p class="none">None yet.</p>')
    rows = [[pen.parts(cell["parts"]) for cell in item] for item in block["items"]]
    return section(
        block["title"], table(["What", "Type", "Owner", "Reference"], rows, "ct", name=block["title"])
    )


def _answer_table(block: Block, pen: Pen) -> str:
    answer = pen.read.answers[block["query"]]
    caption = pen.parts(block["caption"]["parts"]) if block.get("caption") else ""
    asked = f'<a href="#{escape(block["query"])}">{escape(block["query"])}</a>'
    said = f'<p class="cap">{caption} {asked}</p>' if caption else ""
    if not answer.rows:
        return section(block.get("title", ""), f'<p class="none">{escape(block["none"])}</p>')
    formats = block["formats"]
    rows = [
        [escape(pen.read.spelling.spell(value, format)) for value, format in zip(row, formats, strict=True)]
        for row in answer.rows
    ]
    hot, total = block.get("hot"), block.get("total")
    styles = ["hot" if row[0] == hot else "total" if row[0] == total else "" for row in answer.rows]
    numeric = [format in NUMERIC for format in formats]
    made = table(
        block["heads"],
        rows,
        block["style"],
        name=block.get("called") or block["title"],
        numeric=numeric,
        styles=styles,
    )
    return section(block.get("title", ""), said + made)


def _rates(block: Block, pen: Pen) -> str:
    read = pen.read
    rows = read.answers[block["query"]].records()
    lines = {
        name: Line(
            name=name,
            points=[
                (datetime.fromisoformat(row["moment"]), row["rate"]) for row in rows if row["series"] == name
            ],
        )
        for name in (block["hot"], "other channels")
    }
    usual = [row for row in read.answers[block["usual"]].records() if row["channel"] == block["hot"]]
    mark = block["mark"]
    chart = Rates(
        hot=lines[block["hot"]],
        others=lines["other channels"],
        begins=datetime.fromisoformat(read.facts.window_from),
        ends=datetime.fromisoformat(read.facts.window_to),
        bucket=timedelta(minutes=block["minutes"]),
        alarm=block["alarm"],
        band=(usual[0]["low"], usual[0]["high"]) if usual else None,
        mark=(
            datetime.fromisoformat(read.value(mark["from"])),
            datetime.fromisoformat(read.value(mark["to"])),
            pen.plain(mark["label"]["parts"]),
        )
        if mark
        else None,
    )
    drawn = chart.svg(read.spelling, f"Delivery rate over time: {_in_words(block['hot'], lines, read)}")
    caption = f"<figcaption>{pen.parts(block['caption']['parts'])}</figcaption>"
    behind = _behind(block["hot"], lines, rows, read)
    return section(block["title"], f"<figure>{drawn}{caption}</figure>{behind}")


def _behind(hot: str, lines: Mapping[str, Line], rows: Sequence[Mapping[str, Any]], read: Read) -> str:
    """Return the table of the chart: each moment that it draws, with what its two lines are made of."""
    found = {(row["moment"], row["series"]): row for row in rows}
    kinds = {"sent": "count", "delivered": "count", "rate": "percent"}
    cells = [
        [read.spelling.spell(moment, "clock")]
        + [
            read.spelling.spell(found.get((moment, name), {}).get(column), kind)
            for name in lines
            for column, kind in kinds.items()
        ]
        for moment in sorted({row["moment"] for row in rows})
    ]
    heads = ["From", f"{hot}: sent", "Delivered", "Rate", "Others: sent", "Delivered", "Rate"]
    made = table(
        heads, [[escape(cell) for cell in row] for row in cells], "ct", name="What the chart draws",
        numeric=[False] + [True] * 6,
    )  # fmt: skip
    return f"<details><summary>What the chart draws</summary>{made}</details>"


def _in_words(hot: str, lines: Mapping[str, Line], read: Read) -> str:
    said = []
    for name in (hot, "other channels"):
        shares = [share for _, share in lines[name].points]
        if shares:
            low, high = (read.spelling.spell(value, "percent") for value in (min(shares), max(shares)))
            said.append(f"{name} between {low} and {high}")
    return ", ".join(said) or "nothing was sent"


def _changes(block: Block, pen: Pen) -> str:
    rows = [
        [escape(row["figure"]), pen.claim(row["was"]["claim"]), pen.claim(row["now"]["claim"])]
        for row in block["rows"]
    ]
    said = f'<p class="lead">{pen.parts(block["since"]["parts"])}</p>'
    changed = (
        table(["Figure", "Was", "Is now"], rows, "ct", name=block["title"])
        if rows
        else '<p class="none">No figure has changed.</p>'
    )
    return section(block["title"], said + changed)


_KINDS: Mapping[str, Callable[[Block, Pen], str]] = {
    "head": _head,
    "summary": _summary,
    "impact": _impact,
    "text": _text,
    "lists": _lists,
    "actions": _actions,
    "table": _answer_table,
    "rates": _rates,
    "changes": _changes,
    "method": method,
}
