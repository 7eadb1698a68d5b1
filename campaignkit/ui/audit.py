"""The Audit tab: the trail of one campaign, narrowed by actor, action and time (R66–R68)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from io import StringIO
from typing import Any, ClassVar

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import PERIOD_LABEL, SPAN, Period, parse_enum, texts
from campaignkit.domain.glossary import GLOSSARY
from campaignkit.kit import Kit
from campaignkit.services.answers import Shown
from campaignkit.services.audit import AuditEvent, write_csv
from campaignkit.services.campaigns import PAGE_ROWS
from campaignkit.services.look import Look
from campaignkit.ui.paging import Pages
from campaignkit.ui.values import Message, Value, plain

EVERYTHING: Mapping[str, Any] = {"actors": frozenset(), "actions": frozenset(), "time": Period.ALL}


class Audit:
    """One page of the trail at a time."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._chosen = dict(EVERYTHING)
        self._pages = Pages()

    def value(self, look: Look, _shown: Shown) -> Value:
        """Return what the tab shows of a campaign."""
        audit = self._kit.audit
        choices = audit.choices(look)
        trail = audit.of(look, **self._narrowed(), limit=PAGE_ROWS, after=self._pages.after)
        self._pages = replace(self._pages, next=trail.next)
        return {
            "filter": plain(self._chosen),
            "options": {
                "actors": _counted(choices.actors),
                "actions": _counted(choices.actions),
                "times": [{"value": period.value, "label": label} for period, label in PERIOD_LABEL.items()],
            },
            "rows": [_row(event) for event in trail.rows],
            "entries": sum(choices.actions.values()),
            "has_previous": len(self._pages.cursors) > 1,
            "has_next": trail.next is not None,
            "missing": list(trail.not_provided),
        }

    def file(self, id: str) -> str:
        """Return the trail of a campaign as CSV, narrowed as it is shown."""
        out = StringIO(newline="")
        write_csv(self._kit.audit.of(id, **self._narrowed()).rows, out)
        return out.getvalue()

    def _narrowed(self) -> dict[str, Any]:
        since: datetime | None = None
        if self._chosen["time"] in SPAN:
            since = self._kit.clock() - SPAN[self._chosen["time"]]
        return {"actions": self._chosen["actions"], "actors": self._chosen["actors"], "since": since}

    def _set(self, message: Message) -> None:
        match message.get("field"):
            case "time":
                changed: dict[str, Any] = {"time": parse_enum(Period, message.get("value"), what="time")}
            case "actors" | "actions" as field:
                changed = {field: texts(message.get("value"), what=field)}
            case _:
                raise InvalidInput("there is no such filter")
        self._chosen = {**self._chosen, **changed}
        self._pages = Pages()

    def _clear(self, _message: Message) -> None:
        self._chosen, self._pages = dict(EVERYTHING), Pages()

    def _turn(self, message: Message) -> None:
        self._pages = self._pages.turned(message.get("to"))

    WISHES: ClassVar[Mapping[str, Callable[[Audit, Message], None]]] = {
        "audit-filter": _set,
        "audit-clear": _clear,
        "audit-page": _turn,
    }


def _row(event: AuditEvent) -> Value:
    return {
        "action": event.action,
        "actor": event.actor,
        "note": event.note,
        "occurred_at": plain(event.occurred_at),
        "source": event.source,
        "meaning": GLOSSARY.get(event.action),
        "known": event.action in GLOSSARY,
    }


def _counted(counts: Mapping[str, int]) -> list[Value]:
    return [{"value": value, "count": count} for value, count in counts.items()]
