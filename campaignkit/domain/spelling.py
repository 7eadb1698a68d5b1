"""How a filter is spelt: in an address, in Python, on a command line, each of which leads back to it, and in words."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Iterable, Mapping
from enum import Enum
from textwrap import indent
from typing import Any, ClassVar, NamedTuple, Self, TypeVar
from urllib.parse import parse_qsl, urlencode

from campaignkit.domain.errors import InvalidInput

T = TypeVar("T", bound=str)
WIDTH = 100  # of a line of code
NO = "0"  # how a query spells false


class Spelling(NamedTuple):
    """The names of one field: its key in a URL query, and its option on the command line."""

    key: str
    option: str


@functools.cache
def _default(kind: type[Spelt]) -> Spelt:
    return kind()


class Spelt:
    """A frozen dataclass whose fields are texts, sets of texts, and booleans that are true unless switched off."""

    __slots__ = ()
    SPELLING: ClassVar[Mapping[str, Spelling]]  # by field, in the order in which they are written

    def chosen(self) -> dict[str, Any]:
        """Return the fields that are not at their default."""
        default = _default(type(self))  # type: ignore[arg-type]  # a class can be hashed
        values = {name: getattr(self, name) for name in self.SPELLING}
        return {name: value for name, value in values.items() if value != getattr(default, name)}

    def to_query(self) -> str:
        """Return a URL query string; at the defaults it is empty."""
        return urlencode(
            [
                (self.SPELLING[name].key, item)
                for name, value in self.chosen().items()
                for item in _items(value)
            ]
        )

    @classmethod
    def from_query(cls, query: str) -> Self:
        """Return what a URL query string spells; keys that are not ours are left alone.

        Raises `InvalidInput` for a value that does not exist.
        """
        given, default = queried(query), cls()
        return cls(
            **{
                name: _read(given[spelling.key], like=getattr(default, name), key=spelling.key)
                for name, spelling in cls.SPELLING.items()
                if spelling.key in given
            }
        )

    def to_code(self) -> str:
        """Return an expression of this value that needs nothing but `import campaignkit`."""
        given = [f"{name}={literal(value)}" for name, value in self.chosen().items()]
        return call(f"campaignkit.{type(self).__name__}", given)

    def to_arguments(self) -> list[str]:
        """Return the options of the command line that ask for the same."""
        words: list[str] = []
        for name, value in self.chosen().items():
            option = self.SPELLING[name].option
            words += (
                [option] if value is False else (w for item in _items(value) for w in valued(option, item))
            )
        return words


def queried(query: str) -> dict[str, list[str]]:
    """Return the values of each key of a URL query string, in order."""
    if not isinstance(query, str):
        raise InvalidInput(f"an address takes text, not {literal(query)[:60]}")
    given: dict[str, list[str]] = {}
    for key, value in parse_qsl(query.removeprefix("?"), keep_blank_values=True):
        given.setdefault(key, []).append(value)
    return given


def _items(value: object) -> list[str]:
    if isinstance(value, frozenset):
        return ordered(value)
    return [NO if value is False else str(value)]


def _read(values: list[str], *, like: object, key: str) -> object:
    if isinstance(like, frozenset):
        return values
    if not isinstance(like, bool):
        return values[-1]
    if values[-1] not in (NO, "1"):
        raise InvalidInput(f"{key} is either {NO} or 1")
    return values[-1] != NO


def ordered(values: frozenset[T]) -> list[T]:
    """Return enum members in the order of their declaration, and other texts sorted."""
    kind = type(next(iter(values), ""))
    places: dict[str, int] = (
        {member: place for place, member in enumerate(kind)} if issubclass(kind, Enum) else {}
    )
    return sorted(values, key=lambda value: (places.get(value, 0), value))


# ── Python ───────────────────────────────────────────────────────────────────


def literal(value: object) -> str:
    """Return *value* as Python, texts in double quotes where they can be; what cannot be seen is escaped."""
    if isinstance(value, frozenset):
        return "{" + ", ".join(literal(item) for item in ordered(value)) + "}"
    if not isinstance(value, str):
        return repr(value)
    text = repr(str(value))
    return text if '"' in text else f'"{text[1:-1]}"'


def call(name: str, arguments: list[str], after: str = "") -> str:
    """Return a call on one line, or with one argument a line where that is too long for a cell."""
    line = f"{name}({', '.join(arguments)}){after}"
    if not arguments or len(line) <= WIDTH:
        return line
    inner = indent("".join(f"{argument},\n" for argument in arguments), "    ")
    return f"{name}(\n{inner}){after}"


# ── the command line ─────────────────────────────────────────────────────────


def valued(option: str, value: str) -> list[str]:
    """Return an option with its value; what could be taken for an option itself is tied to it."""
    return [f"{option}={value}"] if value.startswith("-") else [option, value]


def shell(words: Iterable[str]) -> str:
    """Return *words* as one line for a shell; what cannot be seen is escaped, so that it does nothing when pasted."""
    return " ".join(shlex.quote(word) if word.isprintable() else _escaped(word) for word in words)


def _escaped(word: str) -> str:
    visible = (
        mark
        if mark.isprintable() and mark not in "'\\"
        else "".join(f"\\{byte:03o}" for byte in mark.encode())
        for mark in word
    )
    return f"$'{''.join(visible)}'"


# ── words ────────────────────────────────────────────────────────────────────


def either(values: frozenset[T]) -> str:
    """Return the values as words: 'Failed or Expired'."""
    return " or ".join(spoken(value) for value in ordered(values))


def spoken(text: str) -> str:
    """Return a text of the data's as part of one line of prose: what cannot be seen is escaped."""
    short = text if len(text) <= 60 else text[:59] + "…"
    return str(short) if short and short.isprintable() else literal(short)


def sentence(parts: Iterable[str]) -> str:
    """Return the parts one after another, the first letter a capital."""
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]
