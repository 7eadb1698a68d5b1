"""The last pages of a report: how it was made, every query, the data behind it, who may see what, and how to check it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from campaignkit.domain.filters import CampaignFilter
from campaignkit.report.document import Block, Read
from campaignkit.report.pen import Making, Pen, section, table
from campaignkit.report.wanted import SAFE_NAME, Facts

_SCOPE = ("text", "text", "text", "text", "text", "count")
_PRIVACY = (
    "<p>The snapshot holds no phone number, no hash and no digits of one, only which messages went to the same; of the"
    " centre’s message ids their form alone; of e-mail addresses no local part. Outputs, charts, page, notebook, snapshot"
    " and manifest were scanned for anything shaped like a phone number before sealing, and nothing was found. Who may see"
    " full numbers is settled in the database it came from, not here.</p>"
)


def method(block: Block, pen: Pen) -> str:
    """Return the sections Method, Queries, Data and Privacy; while a report is written, its scope alone."""
    scope = _scope(block, pen.read)
    if pen.making is None:
        written = "<p>The rest of it is written when the report is sealed.</p>"
        return section(block["title"], scope + written, "method")
    return (
        section(block["title"], _how(pen.read, pen.making) + scope, "method")
        + section("Queries", _queries(pen.read), "method")
        + section("Data", _data(pen.making), "method")
        + section("Privacy", _PRIVACY, "method")
    )


def foot(read: Read, making: Making) -> str:
    """Return the foot of the page: the one command that checks it, and what it prints."""
    name = SAFE_NAME.sub("-", read.facts.name)
    made = read.document
    return (
        '<footer class="vf"><div><b>Check this report</b><br>'
        f"<code>campaignkit verify {escape(name)}</code><br>prints “identical” and the digest, or names what differs</div>"
        f"<div>{len(made.claims)} claims · {len(made.queries)} queries · {len(making.files)} files<br>snapshot sha256"
        f' <span class="mono">{making.snapshot[:8]} {making.snapshot[8:16]} … {making.snapshot[-8:]}</span></div></footer>'
    )


def _how(read: Read, making: Making) -> str:
    facts = read.facts
    versions = ", ".join(
        f"{name} {version}"
        for name, version in sorted(making.versions.items(), key=lambda each: each[0].lower())
    )
    missing = f" Not provided by this source: {', '.join(facts.missing)}." if facts.missing else ""
    return (
        f"<p>{len(read.document.queries)} queries on a sealed snapshot ({len(making.files)} files,"
        f" {making.counts['recipients']:,} recipients, taken from a {escape(facts.source)} database, as of"
        f" {read.spelling.spell(facts.as_of, 'moment')}). {escape(versions)}. Notebook source sha256"
        f' <span class="mono">{making.notebook}</span>. A figure marked <span class="claim">c01</span> is a claim: it is not'
        f" typed, it is the result of the query that it leads to. What was sent or reported after the data’s time is taken"
        f" back; what is usual is taken from the {facts.wanted.baseline} days before the window.{escape(missing)}</p>"
    )


def _scope(block: Block, read: Read) -> str:
    facts, scope = read.facts, read.answers[block["scope"]]
    cells = [
        [escape(read.spelling.spell(value, format)) for value, format in zip(row, _SCOPE, strict=True)]
        for row in scope.rows
    ]
    about = table(["Campaign", "Workspace", "Name", "Status", "Sender", "Messages"], cells, "ct",
                  name="Campaigns of the scope", numeric=[False] * 5 + [True])  # fmt: skip
    if facts.campaigns > len(scope.rows):
        about += f"<p>The first {len(scope.rows)} of {facts.campaigns:,} campaigns.</p>"
    return about + _filter(facts)


def _filter(facts: Facts) -> str:
    if not facts.filter:
        return ""
    asked = CampaignFilter.from_query(facts.filter)
    chosen = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asked.chosen().items()
    }
    spelt = json.dumps(chosen, ensure_ascii=False)
    return f"<p>Asked for with the filter <code>{escape(spelt)}</code> ({escape(asked.caption())}).</p>"


def _queries(read: Read) -> str:
    ordered = sorted(read.document.queries.items(), key=lambda each: (len(each[0]), each[0]))
    return "".join(
        f'<details id="{escape(id)}"><summary>{escape(id)} · {escape(query["name"])}</summary>'
        f"<p>{escape(_given(query['parameters'])) or 'no parameters'}</p><pre>{escape(query['sql'])}</pre></details>"
        for id, query in ordered
    )


def _given(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in sorted(parameters.items()))


def _data(making: Making) -> str:
    files = table(
        ["File", "Rows", "SHA-256"],
        [
            [escape(name), f"{making.counts[Path(name).stem]:,}", f'<span class="mono">{sha}</span>']
            for name, sha in sorted(making.files.items())
        ],
        "ct", name="Files of the snapshot", numeric=[False, True, False],
    )  # fmt: skip
    columns = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(', '.join(f'{column} {kind.lower()}' for column, kind in described))}</dd>"
        for name, described in sorted(making.columns.items())
    )
    order = "<p>Parquet; the rows of a table stand in the order of its first columns.</p>"
    return f"{files}<details><summary>Columns</summary>{order}<dl>{columns}</dl></details>"
