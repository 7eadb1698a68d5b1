"""Look for phone numbers, in any spelling, in everything that is about to be sealed.

A number is 9 to 15 digits (E.164), whatever stands between them that people write there, in digits of any script, and
however tags cut it. What a report is full of and what is none: counts with commas, moments and dates in ISO 8601,
digests and UUIDs, decimals, coordinates of a chart. A run of digits that touches a letter, or by a comma or a colon another
digit, is not looked at as a number on its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

_BETWEEN = r"[ .()/_|\u00a0\u2009\u202f\u2010-\u2015\u2212\u200b-\u200d\u2060\u00ad\ufeff·-]{0,3}"
_BEFORE, _AFTER = r"(?<![^\W_])(?<!\d[,:])", r"(?![^\W_]|[,:]\d)"  # [^\W_] is a letter or a digit
_NUMBER = re.compile(rf"{_BEFORE}(?:\+|00)?[ (]{{0,2}}\d(?:{_BETWEEN}\d){{8,14}}{_AFTER}")
_ABROAD = re.compile(rf"{_BEFORE}\+\s?\d(?:(?:[^\w,:]|_){{0,3}}\d){{8,14}}{_AFTER}")  # a plus says what it is
_RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{6,}}")
_HARMLESS = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"  # UUID
    r"|\b(?=[0-9a-f]*[a-f])[0-9a-f]{32,}\b"  # digest
    r"|\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?\b"  # moment, date
    r"|(?<![\d.+)])(?<![\d)][ -])\d{1,8}\.\d+(?:e[+-]?\d+)?(?![\d.])(?![ -]\d)",  # a decimal that stands alone
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    "td th tr p div li dt dd h1 h2 h3 section table thead tbody title text summary details pre br head body".split()
)
_DRAWN = frozenset(
    "points x y x1 x2 y1 y2 cx cy r d width height viewbox class id href content name style".split()
)


Known = Mapping[int, frozenset[str]]  # the digits of clear numbers, by how many they are
NONE: Known = {}
_SHORTEST = 7  # of those that are looked for: fewer digits stand in every count


def known(numbers: Iterable[str]) -> Known:
    """Return clear numbers as the functions here look for them."""
    found: dict[int, set[str]] = {}
    for number in numbers:
        digits = re.sub(r"\D", "", flat(number))
        if len(digits) >= _SHORTEST:
            found.setdefault(len(digits), set()).add(digits)
    return {length: frozenset(digits) for length, digits in found.items()}


def numbers_in(text: str, known: Known = NONE) -> list[str]:
    """Return what of *text* is shaped like a phone number, or holds one of *known*, whatever stands around it."""
    found_in = _HARMLESS.sub("#", flat(text))
    found = [match[0].strip() for shape in (_NUMBER, _ABROAD) for match in shape.finditer(found_in)]
    if known:
        for match in _RUN.finditer(found_in):
            digits = re.sub(r"\D", "", match[0])
            found += [
                match[0]
                for length, numbers in known.items()
                if any(digits[at : at + length] in numbers for at in range(len(digits) - length + 1))
            ]
    return found


def flat(text: str) -> str:
    """Return *text* with digits of every script as 0 to 9, and without marks that cannot be seen or that stand on others."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.digit(mark)) if mark.isdigit() else mark
        for mark in folded
        if unicodedata.category(mark) not in ("Cf", "Mn", "Me")
    )


class _Texts(HTMLParser):
    """The texts of a page: what tags inside a line cut stands together again, cells stay apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._line: list[str] = []
        self._styling = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._styling = tag == "style"
        if tag in _BLOCKS:
            self.end_line()
        self.texts += [value for name, value in attrs if value and name not in _DRAWN]

    def handle_endtag(self, tag: str) -> None:
        self._styling = False
        if tag in _BLOCKS:
            self.end_line()

    def handle_comment(self, data: str) -> None:
        self.texts.append(data)

    def handle_data(self, data: str) -> None:
        if not self._styling:
            self._line.append(data)

    def end_line(self) -> None:
        """Close a line of text."""
        if self._line:
            self.texts.append("".join(self._line))
        self._line = []


def in_html(html: str, known: Known = NONE) -> list[str]:
    """Return the numbers in the texts and attributes of a page, however tags cut them."""
    parser = _Texts()
    parser.feed(html)
    parser.close()
    parser.end_line()
    return [number for text in parser.texts for number in numbers_in(text, known)]


def in_json(value: Any, known: Known = NONE, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield place and number of every text and every whole number with nine digits or more in JSON."""
    if isinstance(value, str):
        looked = in_html(value, known) if "<" in value and ">" in value else numbers_in(value, known)
        yield from ((where, number) for number in looked)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from ((where, number) for number in numbers_in(str(key), known))
            yield from in_json(item, known, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from in_json(item, known, f"{where}[{place}]")
    elif isinstance(value, int) and not isinstance(value, bool):
        digits = str(abs(value))
        # counts do not get to eleven digits; ids of the database and sums of bytes may have those of a number without its country
        if len(digits) > 10 or (len(digits) > 8 and digits in known.get(len(digits), ())):
            yield where, digits


def hidden(number: str) -> str:
    """Return a number as a message may quote it: its length and its last two digits."""
    digits = [mark for mark in number if mark.isdigit()]
    return f"{len(digits)} digits ending in {''.join(digits[-2:])}"
