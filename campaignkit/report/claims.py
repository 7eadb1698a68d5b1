"""Figures of a report: each is a cell of an answer, and has an id, a query and a way to be spelt."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Mapping
from typing import Any

from campaignkit.domain.errors import InvalidInput
from campaignkit.report.document import Document, Part, Read, spelling_of
from campaignkit.report.questions import question
from campaignkit.report.sealed import Answer, Sealed
from campaignkit.report.wanted import Facts
from campaignkit.report.words import FORMATS

_PLACE = re.compile(r"(\w+)(?:\[([^\]]*)\])?(?:\.(\w+))?")


class Claims:
    """The questions that were asked of a snapshot, and the claims that were made of their answers, each of them once."""

    def __init__(self, sealed: Sealed, facts: Facts) -> None:
        self.sealed, self.facts = sealed, facts
        self.document = Document()
        self._answers: dict[str, Answer] = {}
        self._asked: dict[tuple[str, str], str] = {}
        self._claims: dict[tuple[str, int, str, str], str] = {}
        self._own: dict[str, tuple[str, str]] = {}

    def claim(self, name: str, sql: str, format: str = "count", **parameters: object) -> str:
        """Give the first value that *sql* yields a name for `text`, and return it as the text will have it.

        Raises `InvalidInput` for a name that is taken or no name, and for SQL that is not one SELECT or yields nothing.
        """
        if not name.isidentifier() or name in self._own:
            raise InvalidInput(f"a claim's name is a new word of letters, not {name!r}")
        if format not in FORMATS:
            raise InvalidInput(f"there is no format {format!r}: choose from {', '.join(FORMATS)}")
        query = self._query(name, sql, parameters)
        if not self._answers[query].rows:
            raise InvalidInput(f"the query of {name} yields no row")
        if not self.sealed.reads(sql) and not self.document.queries[query]["parameters"]:
            raise InvalidInput(f"the query of {name} reads no table of the snapshot: its figure is typed")
        self._own[name] = (query, format)
        return self._read().text(self._cell(query, 0, self._answers[query].columns[0], format, name))

    def ask(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        """Return the rows of a question of the package."""
        return self._answers[self._named(name, parameters)].records()

    def parts(self, template: str) -> list[Part]:
        """Return *template* with each place in braces turned into a claim."""
        return self._filled(template, self._place)

    def _filled(self, template: str, place: Any) -> list[Part]:
        parts: list[Part] = []
        try:
            pieces = list(string.Formatter().parse(template))
        except ValueError as error:
            raise InvalidInput(
                f"{template!r} cannot be read ({error}): a brace itself is written twice"
            ) from error
        for literal, name, format, _ in pieces:
            if literal:
                parts.append(literal)
            if name is not None:
                parts.append({"claim": place(name, format or "")})
        return parts

    def _place(self, spelt: str, format: str) -> str:
        """Return the claim that a place in braces means."""
        match = _PLACE.fullmatch(spelt)
        if not match:
            raise InvalidInput(
                f"{{{spelt}}} is no place for a claim: write {{question.column}} or the name of a claim"
            )
        name, key, column = match.groups()
        if name in self._own and not key and not column:
            query, own = self._own[name]
            return self._cell(query, 0, self._answers[query].columns[0], format or own, name)
        if not column:
            raise InvalidInput(
                f"no claim is called {name!r}: make it with r.claim({name!r}, …), or write {{question.column}}"
            )
        query = self._named(name, {})
        row = 0 if key is None else self._row(query, name, key)
        spelt = f"{name}[{key}].{column}" if key is not None else spelt
        return self._column(query, row, name, column, format=format, spelt=spelt)

    def _row(self, query: str, name: str, key: str) -> int:
        keys = [str(row[0]) for row in self._answers[query].rows]
        if key not in keys:
            raise InvalidInput(f"{name} has no row {key!r}: there are {', '.join(keys[:12]) or 'none'}")
        return keys.index(key)

    def _column(self, query: str, row: int, name: str, column: str, *, format: str = "", spelt: str) -> str:
        formats = question(name).formats
        if column not in formats:
            raise InvalidInput(f"{name} has no column {column!r}: there are {', '.join(formats)}")
        if row >= len(self._answers[query].rows):
            raise InvalidInput(f"{name} has no row in this data")
        return self._cell(query, row, column, format or formats[column], spelt)

    def _cell(self, query: str, row: int, column: str, format: str, name: str) -> str:
        key = (query, row, column, format)
        if key not in self._claims:
            made = f"c{len(self._claims) + 1:02}"
            self._claims[key] = made
            self.document.claims[made] = {
                "query": query, "row": row, "column": column, "format": format, "name": name,
            }  # fmt: skip
        return self._claims[key]

    def _named(self, name: str, parameters: Mapping[str, object]) -> str:
        return self._query(name, question(name).sql, parameters)

    def _query(self, name: str, sql: str, parameters: Mapping[str, object]) -> str:
        every = self.facts.parameters | dict(parameters)
        used = {key: value for key, value in every.items() if re.search(rf"\${key}\b", sql)}
        key = (sql, json.dumps(used, sort_keys=True))
        if key not in self._asked:
            try:
                answer = self.sealed.ask(sql, used)
            except InvalidInput as error:
                raise InvalidInput(f"the query of {name} cannot be answered: {error}") from error
            made = f"q{len(self._asked) + 1:02}"
            self._asked[key] = made
            self._answers[made] = answer
            self.document.queries[made] = {"name": name, "sql": sql, "parameters": used}
        return self._asked[key]

    def _read(self) -> Read:
        return Read(
            document=self.document, answers=self._answers, facts=self.facts, spelling=spelling_of(self.facts)
        )
