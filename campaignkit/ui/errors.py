"""The Errors tab: job errors, or what the carrier refused by code and ESME with the rows behind it (R58–R60)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import ClassVar

from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import RecipientFilter, RecipientSort
from campaignkit.kit import Kit
from campaignkit.services.answers import Shown
from campaignkit.services.errors import Errors as Found
from campaignkit.services.errors import Standout
from campaignkit.services.look import Look
from campaignkit.ui.paging import Pages
from campaignkit.ui.recipients import FAILED, row
from campaignkit.ui.values import Message, Value, plain

SUBS = ("job", "messages")
TYPICAL = {
    "REJECTD": "Typical of a sender name or a text that this route does not allow.",
    "EXPIRED": "Typical of a carrier that took messages and could not deliver them in time.",
    "UNDELIV": "Typical of a route that does not reach these subscribers, or of an old list.",
    "DELETED": "Typical of messages that the carrier's centre threw away.",
}


class Errors:
    """A sub-tab, and in Messages one page of the failed ones, of all or of one code × ESME."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._sub: str | None = None  # until it is chosen: where there is something to see
        self._group: tuple[str, str] | None = None
        self._pages = Pages()

    def value(self, look: Look, _shown: Shown) -> Value:
        """Return what the tab shows of a campaign."""
        found = self._kit.errors.of(look)
        page = self._kit.recipients.page(
            look,
            self._filter(),
            sort=RecipientSort.SENT,
            descending=True,
            after=self._pages.after,
            clear=False,
        )
        self._pages = replace(self._pages, next=page.next)
        return {
            "sub": self._sub or ("job" if found.jobs and not found.messages else "messages"),
            "jobs": plain([asdict(job) for job in found.jobs]),
            "failed": sum(cell.count for cell in found.messages),
            "refused": found.refused,
            "sent": sum(channel.sent for channel in found.channels),
            "channels": [asdict(channel) for channel in found.channels],
            "codes": _codes(found),
            "finding": found.standout and _finding(found.standout),
            "group": self._group and dict(zip(("smpp_code", "esme"), self._group, strict=True)),
            "revealable": self._kit.viewer.clear_numbers,
            "missing": list(found.not_provided),
            "rows": [row(recipient) for recipient in page.rows],
            **self._pages.words(page),
        }

    def _filter(self) -> RecipientFilter:
        if self._group is None:
            return FAILED
        code, esme = self._group
        return replace(FAILED, smpp_codes=frozenset({code}), null_smpp=False, esmes=frozenset({esme}))

    def _choose(self, message: Message) -> None:
        sub = message.get("sub")
        if sub not in SUBS:
            raise InvalidInput("there is no such list of errors")
        self._sub = str(sub)

    def _narrow(self, message: Message) -> None:
        code, esme = message.get("code"), message.get("esme")
        if code is None and esme is None:
            self._group = None
        elif isinstance(code, str) and isinstance(esme, str) and code and esme:
            wanted = (code, esme)
            self._group = None if wanted == self._group else wanted
        else:
            raise InvalidInput("there is no such group of errors")
        self._pages = Pages()

    def _turn(self, message: Message) -> None:
        self._pages = self._pages.turned(message.get("to"))

    WISHES: ClassVar[Mapping[str, Callable[[Errors, Message], None]]] = {
        "errors-sub": _choose,
        "errors-group": _narrow,
        "errors-page": _turn,
    }


def _codes(found: Found) -> list[Value]:
    """Return a row of the heat map for each code, most frequent first; its cells are in the order of the channels."""
    rows: dict[str | None, Value] = {}
    for cell in found.messages:
        made = rows.setdefault(
            cell.smpp_code,
            {
                "smpp_code": cell.smpp_code,
                "class": cell.error_class,
                "meaning": cell.meaning,
                "cells": [{"count": 0} for _ in found.channels],
                "count": 0,
            },
        )
        (at,) = (place for place, channel in enumerate(found.channels) if channel.esme == cell.esme)
        made["cells"][at] = {"count": cell.count}
        made["count"] += cell.count
    return sorted(rows.values(), key=lambda made: -int(made["count"]))


def _finding(found: Standout) -> Value:
    means = TYPICAL.get(found.smpp_code, "")
    if found.err and found.err_count > found.count / 2:
        means += f" Err {found.err} stands behind {found.err_count:,} of the {found.count:,}."
    return {
        "says": f"{found.esme} fails {found.share:.2%} ({found.smpp_code}), the other channels {found.others:.2%}.",
        "means": means.strip(),
        "cell": {"smpp_code": found.smpp_code, "esme": found.esme},
    }
