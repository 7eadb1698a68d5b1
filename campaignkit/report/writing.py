"""What a notebook writes a report with: prose whose figures are claims, and evidence that draws itself.

    r.text("Of {impact.messages} messages {impact.not_delivered} were lost.")      a question of the package, and its column
    r.text("{channels[baltcom].rate} on baltcom")                                  the row whose first column is baltcom
    r.claim("late", "select count(*) from recipients where …", format="count")     an own question
    r.text("{late} came late")

Everything that is shown is a block of the document; a value is looked up for the reader, and asked again for the seal.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import campaignkit
from campaignkit.domain.errors import InvalidInput
from campaignkit.report.claims import Claims
from campaignkit.report.document import MIME, Block, Part, spelling_of
from campaignkit.report.findings import DETECTORS, MOST, MOST_OF_A_KIND, Detector
from campaignkit.report.questions import question
from campaignkit.report.sealed import Sealed
from campaignkit.report.wanted import Facts, Wanted, from_dicts

_BUCKETS = (10, 30, 60, 180, 360, 720, 1440, 10_080)  # minutes
_MOST_BUCKETS = 72

Found = tuple[Detector, int, int]  # with the row of its question, and its weight


class Report(Claims):
    """A report being written. `sql` of an own question is one SELECT over the tables of the snapshot."""

    def __init__(self, sealed: Sealed, facts: Facts) -> None:
        super().__init__(sealed, facts)
        self._shown: set[str] = set()
        self._evidence = 0
        self._found: list[Found] | None = None

    @classmethod
    def begin(
        cls,
        about: Mapping[str, Any] | None = None,
        scope: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        snapshot: str | Path | None = None,
    ) -> Report:
        """Return a report on the snapshot at *snapshot*, else on one that is taken now and kept while the kernel lives."""
        if snapshot is not None:
            folder = Path(snapshot)
            facts = Facts.from_json(json.loads((folder.parent / "facts.json").read_text(encoding="utf-8")))
            return cls(Sealed(folder), facts)
        from campaignkit.report.snapshot import take

        wanted = Wanted(**from_dicts(about or {}, scope or {}, data or {}))
        with tempfile.TemporaryDirectory(prefix="campaignkit-report-") as place:
            folder = Path(place, "snapshot")
            facts = take(campaignkit.open(), wanted, folder)
            return cls(Sealed(folder), facts)

    # ── what is shown ────────────────────────────────────────────────────────

    def _show(self, block: Block) -> None:
        self.document.blocks.append(block)
        new = {
            "block": block,
            "queries": {
                key: self.document.queries[key] for key in self.document.queries if key not in self._shown
            },
            "claims": {
                key: self.document.claims[key] for key in self.document.claims if key not in self._shown
            },
        }
        self._shown |= new["queries"].keys() | new["claims"].keys()
        from IPython import get_ipython
        from IPython.display import publish_display_data

        from campaignkit.report.page import fragment

        if get_ipython() is None:
            return
        publish_display_data({"text/html": fragment(block, self._read()), MIME: new})  # type: ignore[no-untyped-call]

    def head(self) -> None:
        """Show the head: title, status, severity, scope, window, authors, and as of when the data is.

        Without a title of the author's it is the strongest finding.
        """
        wanted, found = self.facts.wanted, self._findings()
        if wanted.title:
            title: list[Part] = self.parts(wanted.title)
        elif found:
            title = self._sentence(found[0], found[0][0].title)
        else:
            title = ["Nothing out of the ordinary"]
        self._show({"kind": "head", "heading": {"parts": title}})

    def summary(self, *own: str) -> None:
        """Show what the data says about the cause, strongest first, after the author's *own* words."""
        findings = [{"parts": self._sentence(each, each[0].text)} for each in self._findings()]
        if not findings:
            ordinary = "Nothing in the data departs from the ordinary"
            sent = bool(self.ask("impact")[0]["messages"])
            findings = [{"parts": self.parts(f"{ordinary}: {{impact.rate}} of what was sent is delivered.") if sent
                         else [f"{ordinary}: nothing was sent."]}]  # fmt: skip
        if self.ask("under_way")[0]["campaigns"]:
            live = (
                "Not over yet: {under_way.campaigns} of the scope’s campaigns were under way as of {under_way.as_of};"
                " figures may still change."
            )
            findings.append({"parts": self.parts(live)})
        self._show({"kind": "summary", "title": "Summary", "own": [{"parts": self.parts(text)} for text in own],
                    "findings": findings})  # fmt: skip

    def impact(self) -> None:
        """Show the impact in numbers."""
        cells = [
            ("Recipients affected", "{impact.affected}"),
            ("Not delivered", "{impact.not_delivered}"),
            ("No final report", "{impact.no_final_report}"),
            ("Delay p50 / p95", "{impact.delay_p50} / {impact.delay_p95}"),
            ("Senders", "{impact.senders}"),
            ("Channels hit", "{impact.channels_hit} of {impact.channels}"),
            ("Parts billed", "{impact.parts}"),
        ]
        self._show({"kind": "impact", "title": "Impact",
                    "cells": [{"head": head, "parts": self.parts(text)} for head, text in cells]})  # fmt: skip

    def text(self, template: str, title: str = "") -> None:
        """Show a paragraph; figures stand in braces."""
        self._show({"kind": "text", "title": title, "paragraphs": [{"parts": self.parts(template)}]})

    def words(self, title: str, *paragraphs: str) -> None:
        """Show a section of the author's words; without any it says so."""
        said = [{"parts": self.parts(text)} for text in paragraphs if text.strip()]
        self._show({"kind": "text", "title": title, "paragraphs": said})

    def lessons(
        self, *, well: Iterable[str] = (), wrong: Iterable[str] = (), lucky: Iterable[str] = ()
    ) -> None:
        """Show what went well, what went wrong, and where we were lucky."""
        lists = {"What went well": well, "What went wrong": wrong, "Where we were lucky": lucky}
        self._show({
            "kind": "lists", "title": "Lessons",
            "lists": [{"head": head, "items": [{"parts": self.parts(item)} for item in items]} for head, items in lists.items()],
        })  # fmt: skip

    def actions(self, items: Sequence[tuple[str, str, str, str]] = ()) -> None:
        """Show the action items: what, type (prevent, detect, mitigate), owner, reference."""
        rows = [[{"parts": self.parts(cell)} for cell in item] for item in items]
        self._show({"kind": "actions", "title": "Action items", "items": rows})

    def timeline(self) -> None:
        """Show what happened, each line with its source row."""
        query = self._named("timeline", {})
        self._show({"kind": "table", "title": "Timeline", "query": query, "style": "tl",
                    "heads": ["Time", "Who", "What", "Source row"], "formats": list(question("timeline").formats.values()),
                    "none": "Nothing is recorded."})  # fmt: skip

    def evidence(self) -> None:
        """Show all evidence: rates by time, failures against the baseline, the whole in its parts, the receipts."""
        self.rates()
        self.failures()
        self.truth()
        self.receipts()

    def rates(self) -> None:
        """Show the delivery rate by channel over time, with the usual range, and the table behind it."""
        if not any(row["sent"] for row in self.ask("channels")):
            nothing = {"kind": "text", "paragraphs": [{"parts": ["Nothing was sent in the window."]}]}
            self._show(self._evident("Delivery rate by channel") | nothing)
            return
        hot, mark, alarm = self._looked_at()
        minutes = self._bucket()
        block = self._evident("Delivery rate by channel")
        caption: list[Part] = [
            f"Share of the messages sent in each {_interval(minutes)} that were delivered. "
        ]
        usual = self._named("usual", {})
        channels = self._answers[usual].column("channel")
        if hot in channels:
            low, high = (
                {
                    "claim": self._column(
                        usual, channels.index(hot), "usual", column, spelt=f"usual[{hot}].{column}"
                    )
                }
                for column in ("low", "high")
            )
            caption += [
                "Band: ",
                low,
                " to ",
                high,
                f", the middle 90% of {hot}’s hours in the days before. ",
            ]
        caption += self.parts("Reports in: {receipts[All].complete}, as of the data’s time.")
        self._show(block | {
            "kind": "rates", "query": self._named("rates", {"minutes": minutes, "hot": hot}), "hot": hot, "alarm": alarm, "minutes": minutes,
            "usual": usual, "mark": mark, "caption": {"parts": caption},
        })  # fmt: skip
        self._table("", "channels", ["Channel (ESME)", "Sent", "Delivered", "Failed", "No final report", "Refused", "Rate"],
                    hot=hot, total="All", called="How each channel fared")  # fmt: skip

    def failures(self) -> None:
        """Show where failures pile up: code, channel and hour against the baseline."""
        self._table(
            "Failures against the baseline", "failures",
            ["Hour", "Channel", "Code", "Failed", "Of sent", "Share", "Usual"],
            caption="Of what was sent in an hour: codes that failed, those farthest above the channel’s usual share first.",
            none="No carrier reported a failure.",
        )  # fmt: skip

    def truth(self) -> None:
        """Show the whole in its eight parts."""
        self._table("What became of the messages", "truth", ["Verdict", "Messages", "Share"], total="all",
                    caption="Every message of the window is in exactly one part; they add up.")  # fmt: skip

    def receipts(self) -> None:
        """Show how complete the receipts were."""
        self._table(
            "How complete the receipts were", "receipts",
            ["Channel", "Sent", "Final", "May still come", "Will not come", "Complete", "Delay p50", "Delay p95"], total="All",
            caption="A receipt may still come for three days; delays are by our own clock.", none="Nothing was sent.",
        )  # fmt: skip

    def changes(self) -> None:
        """Show what changed since the report that this one supersedes; nothing, if it supersedes none."""
        if not self.facts.wanted.supersedes:
            return
        was = self._named("earlier", {})
        rows = []
        for row, figure in enumerate(self._answers[was].column("figure")):
            try:
                now = self._place(figure, "")
            except InvalidInput:
                continue
            before = self._cell(was, row, "was", "text", f"earlier[{figure}]")
            read = self._read()
            if read.text(now) != read.text(before):
                rows.append({"figure": figure, "was": {"claim": before}, "now": {"claim": now}})
        self._show({"kind": "changes", "title": "What changed since the earlier report", "rows": rows,
                    "since": {"parts": self.parts("{since.receipts} receipts arrived since.")}})  # fmt: skip

    def method(self) -> None:
        """Show how it was made, the data behind it, who may see what, and how to check it."""
        scope = self._named("scope", {})
        self._show({"kind": "method", "title": "Method", "scope": scope})

    def _table(
        self, title: str, name: str, heads: list[str], *, caption: str = "", none: str = "", **more: Any
    ) -> None:
        self._show((self._evident(title) if title else {}) | {
            "kind": "table", "query": self._named(name, {}), "heads": heads, "style": "ct",
            "formats": list(question(name).formats.values()), "caption": {"parts": [caption] if caption else []},
            "none": none, **more,
        })  # fmt: skip

    def _evident(self, title: str) -> Block:
        self._evidence += 1
        return {"title": f"Evidence {self._evidence}: {title[:1].lower()}{title[1:]}"}

    # ── what was found ───────────────────────────────────────────────────────

    def _findings(self) -> list[Found]:
        """Return what the detectors found, strongest first."""
        if self._found is None:
            found: list[Found] = []
            for detector in DETECTORS:
                rows = self.ask(detector.question)
                fitting = [
                    (detector, place, row[detector.weight] if detector.weight else 0)
                    for place, row in enumerate(rows)
                    if detector.when is None or row[detector.when[0]] == detector.when[1]
                ]
                found += fitting[:MOST_OF_A_KIND]
            found.sort(key=lambda each: -each[2])  # stable: equal ones stay in the order of the table
            self._found = found[:MOST]
        return self._found

    def _sentence(self, found: Found, template: str) -> list[Part]:
        detector, row, _ = found
        query = self._named(detector.question, {})
        name = detector.question
        return self._filled(
            template,
            lambda column, spelling: self._column(
                query, row, name, column, format=spelling, spelt=f"{name}.{column}"
            ),
        )

    def _looked_at(self) -> tuple[str, dict[str, Any] | None, bool]:
        """Return the channel to draw apart, the span to shade, and whether anything was found there."""
        used = {row["channel"] for row in self.ask("channels")}
        for found in self._findings():
            detector, place, _ = found
            row = self.ask(detector.question)[place]
            channel = str(row.get(detector.hot, "")).split(", ")[0]
            if channel not in used:
                continue
            if detector.span is None:
                return channel, None, True
            query = self._named(detector.question, {})
            first, last = (
                self._column(query, place, detector.question, column, spelt=f"{detector.question}.{column}")
                for column in detector.span
            )
            label = {"parts": self._sentence(found, detector.label)}
            return channel, {"from": first, "to": last, "label": label}, True
        worst = self.ask("worst")
        return str(worst[0]["channel"] if worst else min(used)), None, False

    def _bucket(self) -> int:
        spelling = spelling_of(self.facts)
        span = spelling.local(self.facts.window_to) - spelling.local(self.facts.window_from)
        minutes = span.total_seconds() / 60
        return next((size for size in _BUCKETS if minutes / size <= _MOST_BUCKETS), _BUCKETS[-1])


def _interval(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} minutes"
    if minutes < 1440:
        return "hour" if minutes == 60 else f"{minutes // 60} hours"
    return "day" if minutes == 1440 else f"{minutes // 1440} days"
