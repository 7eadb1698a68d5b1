"""The questions that the package brings along: sql/report/*.sql, each with the columns that it yields and how to spell them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from campaignkit.assets import asset
from campaignkit.domain.errors import InvalidInput

_COLUMN = re.compile(r"^--= (\w+): (\w+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Question:
    """A query over the snapshot; `formats` names its columns in order."""

    name: str
    sql: str
    formats: dict[str, str]


@functools.cache
def question(name: str) -> Question:
    """Return the question of that name; raises `InvalidInput` with the names that there are."""
    if name not in names():
        raise InvalidInput(
            f"there is no question {name!r}: ask your own with r.claim(…), or one of {', '.join(names())}"
        )
    text = asset("sql", "report", f"{name}.sql").read_text(encoding="utf-8")
    return Question(name, _COLUMN.sub("", text).strip(), dict(_COLUMN.findall(text)))


@functools.cache
def names() -> tuple[str, ...]:
    """Return the names of all questions."""
    return tuple(sorted(path.stem for path in asset("sql", "report").glob("*.sql")))
