"""What an analyst asked to see, as values: equal filters mean equal questions (R31–R39, R53–R56)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Self, TypeVar
from uuid import UUID

from campaignkit.domain.delivery import SmsResult, Stage
from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.lifecycle import Mode, Status
from campaignkit.domain.spelling import Spelling, Spelt, either, ordered, sentence, spoken

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Period(StrEnum):
    """How far back `created_at` may lie (R32)."""

    ALL = "all"
    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


SPAN: Mapping[Period, timedelta] = {
    Period.HOUR: timedelta(hours=1),
    Period.DAY: timedelta(hours=24),
    Period.WEEK: timedelta(days=7),
    Period.MONTH: timedelta(days=30),
}
PERIOD_LABEL: Mapping[Period, str] = {
    Period.ALL: "All time",
    Period.HOUR: "Last hour",
    Period.DAY: "Last 24 h",
    Period.WEEK: "Last 7 days",
    Period.MONTH: "Last 30 days",
}


class View(StrEnum):
    """Which campaigns a list is about: the main list, the moderation queue, or the archive (R2, R43)."""

    CAMPAIGNS = "campaigns"
    QUEUE = "queue"
    ARCHIVE = "archive"


VIEW_LABEL: Mapping[View, str] = {
    View.CAMPAIGNS: "campaigns",
    View.QUEUE: "moderation queue",
    View.ARCHIVE: "archive",
}


class CampaignSort(StrEnum):
    """The three sortable heads (R20)."""

    CREATED = "created"
    START = "start"
    SENDER = "sender"


class RecipientSort(StrEnum):
    """The two orders of the recipients."""

    ID = "id"
    SENT = "sent"


def parse_enum(kind: type[E], value: object, *, what: str) -> E:
    """Return the member of *kind* that *value* spells, or raise `InvalidInput` that lists the choices."""
    try:
        return kind(value)  # type: ignore[arg-type]  # whatever it is, an enum looks it up
    except ValueError:
        choices = ", ".join(kind)
        raise InvalidInput(f"{what} {short(value)} is unknown: choose from {choices}") from None


def expect(kind: type[T], value: object, *, what: str) -> T:
    """Return *value* if it is a *kind*, or raise `InvalidInput`."""
    if not isinstance(value, kind):
        raise InvalidInput(f"{what} takes a {kind.__name__}, not {short(value)}")
    return value


def short(value: object) -> str:
    """Return *value* as a refusal quotes it: whatever was sent, a few characters of it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…'"


def _set_of(kind: type[E], values: object, *, what: str) -> frozenset[E]:
    return frozenset(parse_enum(kind, value, what=what) for value in _several(values, what=what))


def _several(values: object, *, what: str) -> Iterable[object]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidInput(f"{what} takes a set of values, not {short(values)}")
    return values


def texts(values: object, *, what: str) -> frozenset[str]:
    """Return *values* if they are texts that a database can hold, or raise `InvalidInput`."""
    return frozenset(_text(value, what=what) for value in _several(values, what=what))


def _text(value: object, *, what: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{what} takes text, not {short(value)}")
    if "\0" in value:
        raise InvalidInput(f"{what} holds a NUL character, which no campaign can contain: remove it")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"{what} holds half a character (a lone surrogate): type it anew") from None
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFilter(Spelt):
    """Which campaigns: AND between the fields, OR inside one; the defaults filter nothing but the view.

    Sets may be given as any collection of enum members or of their values; `workspaces` narrows a Master
    scope (R69). Raises `InvalidInput` for a value that does not exist.
    """

    SPELLING: ClassVar[Mapping[str, Spelling]] = {
        "view": Spelling("view", "--view"),
        "period": Spelling("period", "--period"),
        "statuses": Spelling("status", "--status"),
        "modes": Spelling("mode", "--mode"),
        "workspaces": Spelling("in", "--in"),
        "search": Spelling("q", "--search"),
    }
    period: Period = Period.ALL
    statuses: frozenset[Status] = frozenset()
    modes: frozenset[Mode] = frozenset()
    search: str = ""
    workspaces: frozenset[str] = frozenset()
    view: View = View.CAMPAIGNS

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "period", parse_enum(Period, self.period, what="period"))
        put(self, "statuses", _set_of(Status, self.statuses, what="status"))
        put(self, "modes", _set_of(Mode, self.modes, what="mode"))
        put(self, "search", _text(self.search, what="search").strip())
        put(self, "workspaces", texts(self.workspaces, what="workspace"))
        put(self, "view", parse_enum(View, self.view, what="view"))

    @property
    def active(self) -> tuple[str, ...]:
        """Return the names of the fields that filter something, in the order of the chips."""
        chosen = self.chosen()
        return tuple(name for name in CHIP_LABEL if name in chosen)

    def without(self, field: str) -> Self:
        """Return this filter with one field back at its default (a chip's ×, R37)."""
        if field not in CHIP_LABEL:
            raise InvalidInput(f"there is no filter {short(field)}")
        return replace(self, **{field: getattr(CampaignFilter(), field)})

    def cleared(self) -> Self:
        """Return this filter with every field but the view at its default (the red ×, R38)."""
        return type(self)(view=self.view)

    def chips(self) -> list[tuple[str, str]]:
        """Return (field, text) of every active filter, one chip a group (R37)."""
        return [(name, f"{CHIP_LABEL[name]}: {self._spoken(name)}") for name in self.active]

    def _spoken(self, field: str) -> str:
        if field == "period":
            return PERIOD_LABEL[self.period]
        return self.search if field == "search" else ", ".join(ordered(getattr(self, field)))

    def caption(self) -> str:
        """Return the filter in words: 'Failed or Expired, last 30 days, sender with acme'."""
        words = {
            "view": VIEW_LABEL[self.view],
            "statuses": either(self.statuses),
            "modes": either(self.modes),
            "period": PERIOD_LABEL[self.period].lower(),
            "workspaces": f"workspace {either(self.workspaces)}",
            "search": f"{'sender or ID' if id_range(self.search) else 'sender'} with {spoken(self.search)}",
        }
        chosen = self.chosen()
        return sentence([text for name, text in words.items() if name in chosen] or ["all campaigns"])


CHIP_LABEL: Mapping[str, str] = {
    "period": "Period",
    "statuses": "Status",
    "modes": "Mode",
    "workspaces": "Workspace",
    "search": "Search",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientFilter(Spelt):
    """Which recipients of one campaign: AND between the fields, OR inside one (R53–R56).

    `null_smpp` governs the rows without a delivery report in every combination: off, they disappear; on,
    they stay beside the chosen codes.
    """

    SPELLING: ClassVar[Mapping[str, Spelling]] = {
        "stages": Spelling("stage", "--stage"),
        "sms_results": Spelling("sms_result", "--sms-result"),
        "smpp_codes": Spelling("smpp_code", "--smpp-code"),
        "null_smpp": Spelling("null_smpp", "--without-null-smpp"),
        "esmes": Spelling("esme", "--esme"),
    }
    stages: frozenset[Stage] = frozenset()
    sms_results: frozenset[SmsResult] = frozenset()
    smpp_codes: frozenset[str] = frozenset()
    null_smpp: bool = True
    esmes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "stages", _set_of(Stage, self.stages, what="stage"))
        put(self, "sms_results", _set_of(SmsResult, self.sms_results, what="SMS result"))
        put(self, "smpp_codes", texts(self.smpp_codes, what="SMPP code"))
        put(self, "esmes", texts(self.esmes, what="ESME"))
        if not isinstance(self.null_smpp, bool):
            raise InvalidInput("null_smpp is either true or false")

    def caption(self) -> str:
        """Return the filter in words: 'Stage Delivered, SMS result failed, SMPP code UNDELIV or none'."""
        codes = either(self.smpp_codes)
        parts = {
            f"stage {either(self.stages)}": self.stages,
            f"SMS result {either(self.sms_results)}": self.sms_results,
            f"SMPP code {codes}{' or none' if self.null_smpp else ''}": self.smpp_codes,
            "with a delivery report": not self.null_smpp and not self.smpp_codes,
            f"on {either(self.esmes)}": self.esmes,
        }
        return sentence([text for text, said in parts.items() if said] or ["all recipients"])


@dataclass(frozen=True, slots=True)
class IdRange:
    """The UUIDs that begin with some hexadecimal digits, as lowest and highest."""

    low: UUID
    high: UUID

    @property
    def wide(self) -> bool:
        """Tell whether it is a sixteenth of all UUIDs: a single digit."""
        return self.low.bytes[0] != self.high.bytes[0]


def id_range(text: str) -> IdRange | None:
    """Return the UUIDs that *text* is a prefix of (hyphens and case ignored), or None if it cannot be one."""
    digits = text.replace("-", "").lower()
    if not digits or len(digits) > 32 or set(digits) - set("0123456789abcdef"):
        return None
    return IdRange(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f")))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: where the next page begins. It fits one order of one list only."""

    order: str  # 'created desc': a cursor of another order would skip rows silently
    key: str | None
    tie: str

    def __str__(self) -> str:
        packed = json.dumps([self.order, self.key, self.tie], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    @classmethod
    def parse(cls, text: object, *, order: str) -> Cursor:
        """Return the cursor that *text* spells, or raise `InvalidInput` if it is not one of *order*."""
        match _unpacked(text):
            case [str(given), str() | None as key, str(tie)] if given == order:
                return cls(
                    _text(given, what="cursor"), key and _text(key, what="cursor"), _text(tie, what="cursor")
                )
            case [str(given), _, _] if given != order:
                raise InvalidInput(
                    f"this cursor belongs to another order of the list: ask for {order} without it"
                )
        raise InvalidInput("this is no cursor: take the 'next' of an earlier page, or leave it out")


def _unpacked(text: object) -> object:
    """Return the JSON that a cursor's text carries, or None if there is none in it."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None
