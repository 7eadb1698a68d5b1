"""The Recipients tab: which of a campaign's recipients, in which order, from which row on (R52–R57)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, replace
from typing import Any, ClassVar

from campaignkit.domain.delivery import SmsResult, Stage
from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import RecipientFilter, RecipientSort, parse_enum
from campaignkit.kit import Kit
from campaignkit.services.answers import Shown
from campaignkit.services.look import Look
from campaignkit.services.recipients import Counts, Recipient
from campaignkit.ui.paging import Pages
from campaignkit.ui.values import Message, Value, plain

MASKED = "Numbers are masked for your role: last 4 digits"
MASKED_UNTIL = "Numbers are masked; each that you show is written to the audit trail"
FIELDS = ("stages", "sms_results", "smpp_codes", "null_smpp")
FAILED = RecipientFilter(sms_results=frozenset({SmsResult.FAILED}))
REFUSED = RecipientFilter(stages=frozenset({Stage.FAILED}))


class Recipients:
    """One page of the recipients at a time; a wish that cannot be granted leaves everything as it was."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.filter = RecipientFilter()
        self._sort, self._descending = RecipientSort.ID, False
        self._pages = Pages()

    def value(self, look: Look, _shown: Shown) -> Value:
        """Return what the tab shows of a campaign."""
        recipients = self._kit.recipients
        counts = recipients.counts(look, self.filter)
        page = recipients.page(
            look,
            self.filter,
            sort=self._sort,
            descending=self._descending,
            after=self._pages.after,
            clear=False,
        )
        self._pages = replace(self._pages, next=page.next)
        failed_only = self.filter.stages == {Stage.FAILED}
        return {
            "filter": plain(asdict(self.filter)),
            "options": _options(counts, self.filter),
            "sort": {"key": self._sort.value, "descending": self._descending},
            "rows": [row(recipient, counts.intermediate) for recipient in page.rows],
            "known": counts.known,
            "results": plain(counts.results) | {"awaiting": counts.awaiting},
            "guard": {"at_submission": counts.at_submission, "by_carrier": counts.by_carrier}
            if failed_only
            else None,
            "masking": MASKED_UNTIL if self._kit.viewer.clear_numbers else MASKED,
            "revealable": self._kit.viewer.clear_numbers,
            "missing": list(recipients.not_provided),
            **self._pages.words(page),
        }

    def narrow(self, filter: RecipientFilter) -> None:
        """Show the first page of what *filter* leaves."""
        self.filter, self._pages = filter, Pages()

    def _set(self, message: Message) -> None:
        field = message.get("field")
        if field not in FIELDS:
            raise InvalidInput("there is no such filter")
        changed: dict[str, Any] = {str(field): message.get("value")}
        self.narrow(replace(self.filter, **changed))

    def _clear(self, _message: Message) -> None:
        self.narrow(RecipientFilter())

    def _failed(self, _message: Message) -> None:
        self.narrow(FAILED)

    def _sort_by(self, message: Message) -> None:
        wanted = parse_enum(RecipientSort, message.get("key"), what="sort")
        # newest first, oldest first, and back to the order of the list
        match (self._sort is wanted, self._descending):
            case (True, True):
                self._descending = False
            case (True, False):
                self._sort = RecipientSort.ID
            case _:
                self._sort, self._descending = wanted, True
        self._pages = Pages()

    def _turn(self, message: Message) -> None:
        self._pages = self._pages.turned(message.get("to"))

    WISHES: ClassVar[Mapping[str, Callable[[Recipients, Message], None]]] = {
        "recipients-filter": _set,
        "recipients-clear": _clear,
        "recipients-failed": _failed,
        "recipients-sort": _sort_by,
        "recipients-page": _turn,
    }


def row(recipient: Recipient, intermediate: Collection[str] = ()) -> Value:
    """Return a row of the table; `awaiting` marks one of the codes that decide nothing yet."""
    known: Value = {name: plain(getattr(recipient, name)) for name in Recipient.__slots__}
    return known | {"awaiting": recipient.smpp_code in intermediate}


def _options(counts: Counts, filter: RecipientFilter) -> Value:
    """Return what each filter offers; standard codes that do not occur are left out unless they are chosen."""
    codes = {code: count for code, count in counts.smpp_codes.items() if count or code in filter.smpp_codes}
    return {
        "stages": _counted(counts.stages),
        "sms_results": _counted(counts.sms_results),
        "smpp_codes": _counted(codes),
        "null_smpp": counts.null_smpp,
    }


def _counted(counts: Mapping[Any, int]) -> list[Value]:
    return [{"value": str(value), "count": count} for value, count in counts.items()]
