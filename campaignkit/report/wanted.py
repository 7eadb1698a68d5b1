"""What a report is asked to be about: the values of the notebook's first cell."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaignkit.domain.errors import InvalidInput

STATUSES = ("draft", "in review", "final")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The parameters of one report; empty texts mean "as the data has it".

    `campaigns` are IDs or prefixes, `filter` is a query string of `CampaignFilter` for all that it matches. Moments are
    ISO 8601 with zone. `baseline` is the number of days before the window that say what is usual. `supersedes` is the
    folder of an earlier report on the same incident.
    """

    incident: str = ""
    title: str = ""
    status: str = "draft"
    severity: str = ""
    authors: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    filter: str = ""
    window_from: str = ""
    window_to: str = ""
    zone: str = ""
    as_of: str = ""
    baseline: int = 28
    supersedes: str = ""

    def __post_init__(self) -> None:
        for name in ("authors", "campaigns"):
            value = getattr(self, name)
            given = (value,) if isinstance(value, str) else tuple(value)
            if not all(isinstance(item, str) for item in given):
                raise InvalidInput(f"{name} is a list of texts, not {value!r}")
            object.__setattr__(self, name, given)
        for name in ("incident", "title", "severity", "filter", "zone", "supersedes"):
            if not isinstance(getattr(self, name), str):
                raise InvalidInput(f"{name} is a text, not {getattr(self, name)!r}")
        if self.status not in STATUSES:
            raise InvalidInput(f"status is one of {', '.join(STATUSES)}, not {self.status!r}")
        if (
            isinstance(self.baseline, bool)
            or not isinstance(self.baseline, int)
            or not 1 <= self.baseline <= 400
        ):
            raise InvalidInput(f"baseline is a number of days from 1 to 400, not {self.baseline!r}")
        for name in ("window_from", "window_to", "as_of"):
            object.__setattr__(self, name, moment(getattr(self, name), what=name.removeprefix("window_")))
        if self.window_from and self.window_to and self.window_from >= self.window_to:
            raise InvalidInput(f"the window ends ({self.window_to}) before it begins ({self.window_from})")
        if self.zone:
            known_zone(self.zone)

    def as_json(self) -> dict[str, Any]:
        """Return the values as JSON has them."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }


def moment(text: str, *, what: str) -> str:
    """Return an ISO 8601 moment with zone in UTC, to the second; an empty text stays empty."""
    if not isinstance(text, str):
        raise InvalidInput(f"{what} is a text in ISO 8601, not {text!r}")
    if not text:
        return ""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{what} {text!r} is no ISO 8601 time") from None
    if found.tzinfo is None:
        raise InvalidInput(f"{what} {text!r} has no zone: add Z or +02:00")
    return iso(found)


def iso(value: datetime) -> str:
    """Return a moment as the report's files spell it."""
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def known_zone(name: str) -> str:
    """Return *name*, or raise `InvalidInput` if no zone goes by it."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise InvalidInput(f"there is no time zone {name!r}: name one like Europe/Vilnius or UTC") from None
    return name


# ── the parameters cell ──────────────────────────────────────────────────────

_CELL = {
    "about": ("incident", "title", "status", "severity", "authors"),
    "scope": ("campaigns", "filter"),
    "data": ("from", "to", "zone", "as_of", "baseline", "supersedes"),
}
_FIELD = {"from": "window_from", "to": "window_to"}


def to_cell(wanted: Wanted, snapshot: str) -> str:
    """Return the source of a parameters cell that says the same."""
    values = wanted.as_json()
    lines = [
        f"{name} = {{{', '.join(f'{key!r}: {values[_FIELD.get(key, key)]!r}' for key in keys)}}}"
        for name, keys in _CELL.items()
    ]
    return "\n".join([*lines, f"snapshot = {snapshot!r}"])


def from_cell(source: str) -> dict[str, Any]:
    """Return the fields that a parameters cell sets; nothing of it is executed.

    Raises `InvalidInput` unless it is assignments of plain values.
    """
    found: dict[str, Any] = {}
    try:
        for node in ast.parse(source).body:
            name = node.targets[0].id  # type: ignore[attr-defined]  # what has none is no assignment
            if name in _CELL:
                found |= from_dicts(ast.literal_eval(node.value))  # type: ignore[attr-defined]
    except (SyntaxError, ValueError, TypeError, AttributeError) as error:
        raise InvalidInput(
            "the notebook's parameters cell may hold assignments of plain values alone"
        ) from error
    return found


def from_dicts(*groups: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that the groups of a parameters cell set; raises `InvalidInput` for an unknown one."""
    known = {key for keys in _CELL.values() for key in keys}
    found: dict[str, Any] = {}
    for group in groups:
        for key, value in group.items():
            if key not in known:
                raise InvalidInput(f"a report has no parameter {key!r}: there are {', '.join(sorted(known))}")
            found[_FIELD.get(key, key)] = value
    return found


SAFE_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the snapshot says about itself; everything that a page needs and that is no answer to a question."""

    wanted: Wanted
    workspaces: tuple[str, ...]
    campaigns: int
    filter: str
    window_from: str
    window_to: str
    zone: str
    as_of: str
    source: str
    missing: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return the values as JSON has them."""
        values = {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }
        return values | {"wanted": self.wanted.as_json()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Facts:
        """Return the value that `as_json` gave."""
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        return cls(**given | {"wanted": Wanted(**values["wanted"])})

    @property
    def name(self) -> str:
        """Return what the report is called."""
        return self.wanted.incident or f"INC-{self.window_from[:10]}"

    @property
    def parameters(self) -> dict[str, object]:
        """Return what every question may ask for by name."""
        return {"from_at": self.window_from, "to_at": self.window_to, "as_of": self.as_of, "zone": self.zone}
