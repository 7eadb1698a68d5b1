"""A report as plain JSON: blocks in order, the queries that they ask, and the claims that their text is made of.

    block    {"kind": …} and what that kind needs; text is a list of parts: a text, or {"claim": id}
    query    {"name", "sql", "parameters"}
    claim    {"query", "row", "column", "format", "name"}: one cell of an answer, and how it is spelt

No figure stands in it: `Read` is a document together with the answers to its queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaignkit.domain.errors import InvalidInput
from campaignkit.report.sealed import Answer, Sealed
from campaignkit.report.wanted import Facts
from campaignkit.report.words import Spelling

MIME = "application/vnd.campaignkit.report+json"

Part = str | Mapping[str, str]
Block = dict[str, Any]


@dataclass(slots=True)
class Document:
    """Blocks, queries and claims."""

    blocks: list[Block] = field(default_factory=list)
    queries: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the document as plain values."""
        return {"blocks": self.blocks, "queries": self.queries, "claims": self.claims}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Document:
        """Return the document that `as_json` gave."""
        return cls(list(value["blocks"]), dict(value["queries"]), dict(value["claims"]))

    def add(self, payload: Mapping[str, Any]) -> None:
        """Take in what one output of a notebook carries: a block, and the queries and claims that are new with it."""
        self.blocks.append(payload["block"])
        self.queries |= payload["queries"]
        self.claims |= payload["claims"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A document with the answers of one snapshot: from here on every figure has a value."""

    document: Document
    answers: Mapping[str, Answer]
    facts: Facts
    spelling: Spelling

    def value(self, claim: str) -> Any:
        """Return the value of a claim."""
        made = self.document.claims[claim]
        answer = self.answers[made["query"]]
        return answer.rows[made["row"]][answer.columns.index(made["column"])]

    def text(self, claim: str) -> str:
        """Return a claim as the text has it."""
        return self.spelling.spell(self.value(claim), self.document.claims[claim]["format"])


def spelling_of(facts: Facts) -> Spelling:
    """Return how a report with these facts spells its values."""
    wide = Spelling(facts.zone)
    begins, ends = wide.local(facts.window_from), wide.local(facts.window_to)
    return Spelling(facts.zone, begins.date() if begins.date() == ends.date() else None)


def answered(document: Document, sealed: Sealed, facts: Facts) -> Read:
    """Return *document* with its answers; raises `InvalidInput`, naming the query that has none."""
    answers = {}
    for name, query in document.queries.items():
        try:
            answers[name] = sealed.ask(query["sql"], query["parameters"])
        except InvalidInput as error:
            raise InvalidInput(f"query {name} ({query['name']}) cannot be answered: {error}") from error
    return Read(document=document, answers=answers, facts=facts, spelling=spelling_of(facts))


def parts_of(block: Mapping[str, Any]) -> Iterator[tuple[str, Part]]:
    """Yield every part of a block's texts, with the words that say where it stands."""
    title = str(block.get("title") or block["kind"])
    for value in block.values():
        yield from ((title, part) for part in _parts(value))


def _parts(value: Any) -> Iterable[Part]:
    if isinstance(value, Mapping):
        if value.keys() == {"claim"}:
            yield dict(value)
        elif "parts" in value:
            yield from value["parts"]
        else:
            for item in value.values():
                yield from _parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item) if not isinstance(item, str) else ()
