"""What became of a message: stage, SMS result, SMPP code, and the verdict as a total function.

The stage is our side (submit_sm), the SMPP code is the carrier's last deciding receipt (deliver_sm, SMPP 3.4
appendix B), the SMS result is a function of the code alone, and the verdict puts every recipient into exactly
one of eight parts, so that the parts add up to the whole on every page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum


class Stage(StrEnum):
    """A recipient's way through our side; Delivered means handed to the centre, nothing about the phone."""

    NEW = "New"
    SENDING = "Sending"
    DELIVERED = "Delivered"
    FAILED = "Failed"


class SmsResult(StrEnum):
    """What the carrier made of it (R54)."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


class CodeClass(StrEnum):
    """What a receipt's stat is worth: may change (intermediate), decided (final), or neither (undecided)."""

    INTERMEDIATE = "intermediate"
    FINAL = "final"
    UNDECIDED = "undecided"


class Verdict(StrEnum):
    """The one part of the whole that a recipient belongs to."""

    EXCLUDED = "excluded"
    NOT_SUBMITTED = "not_submitted"
    AWAITING = "awaiting"
    DELIVERED = "delivered"
    CARRIER_FAILED = "carrier_failed"
    FAILED_AT_SUBMISSION = "failed_at_submission"
    UNKNOWN = "unknown"
    CONTRADICTION = "contradiction"


RECEIPTS_MAY_COME = timedelta(hours=72)  # the longest validity met in the field


class Kind(StrEnum):
    """A SMPP code reduced to what the verdict asks about it."""

    NONE = "none"  # no receipt yet
    WAITING = "waiting"  # ENROUTE, SCHEDLD, ACCEPTD
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"  # UNKNOWN, SKIPPED, and whatever no table lists


class StatTable:
    """Receipt states and their aliases, as configured; the mapping is data, because implementations disagree.

    `states` gives each stat its class and SMS result, `aliases` gives vendors' spellings their stat. Lookups
    ignore case and surrounding space. What is in neither is *unlisted*: result unknown, class undecided.
    """

    def __init__(self, states: Mapping[str, tuple[CodeClass, SmsResult]], aliases: Mapping[str, str]) -> None:
        self.states, self.aliases = states, aliases

    def stat(self, code: str) -> str | None:
        """Return the standard stat that *code* spells, or None if no table lists it."""
        key = code.strip().upper()
        key = self.aliases.get(key, key)
        return key if key in self.states else None

    def result(self, code: str | None) -> SmsResult:
        """Return the SMS result that *code* decides; no code and unlisted codes decide nothing."""
        stat = self.stat(code) if code is not None else None
        return self.states[stat][1] if stat else SmsResult.UNKNOWN

    def kind(self, code: str | None) -> Kind:
        """Return what the verdict asks about *code*."""
        if code is None:
            return Kind.NONE
        stat = self.stat(code)
        if stat is None:
            return Kind.UNKNOWN
        code_class, result = self.states[stat]
        if code_class is CodeClass.INTERMEDIATE:
            return Kind.WAITING
        return Kind(result.value)


_SENT_OR_BEING_SENT = (Stage.SENDING, Stage.DELIVERED)

# (stage, SMS result, kind of code) -> verdict; what is not listed is a contradiction, never a guess.
# Two cells need one more fact and are settled in `verdict`: New needs the filter, Delivered + waiting the clock.
_VERDICTS: Mapping[tuple[Stage, SmsResult, Kind], Verdict] = {
    (Stage.NEW, SmsResult.UNKNOWN, Kind.NONE): Verdict.NOT_SUBMITTED,
    **{
        (stage, SmsResult.UNKNOWN, kind): Verdict.AWAITING
        for stage in _SENT_OR_BEING_SENT
        for kind in (Kind.NONE, Kind.WAITING)
    },
    **{(stage, SmsResult.UNKNOWN, Kind.UNKNOWN): Verdict.UNKNOWN for stage in _SENT_OR_BEING_SENT},
    **{(stage, SmsResult.DELIVERED, Kind.DELIVERED): Verdict.DELIVERED for stage in _SENT_OR_BEING_SENT},
    **{
        (stage, SmsResult.FAILED, Kind.FAILED): Verdict.CARRIER_FAILED
        for stage in (*_SENT_OR_BEING_SENT, Stage.FAILED)
    },
    (Stage.FAILED, SmsResult.UNKNOWN, Kind.NONE): Verdict.FAILED_AT_SUBMISSION,
}


def verdict(
    *, stage: Stage, sms_result: SmsResult, kind: Kind, filtered: bool, receipts_may_come: bool
) -> Verdict:
    """Return the verdict on one recipient; every combination of arguments has one.

    *filtered*: a stop list or routing rule stands in `filter`. *receipts_may_come*: `sent_at` lies less than
    `RECEIPTS_MAY_COME` before the clock; without a `sent_at` the answer is no.
    """
    found = _VERDICTS.get((stage, sms_result, kind), Verdict.CONTRADICTION)
    if found is Verdict.NOT_SUBMITTED and filtered:
        return Verdict.EXCLUDED
    if found is Verdict.AWAITING and stage is Stage.DELIVERED and not receipts_may_come:
        return Verdict.UNKNOWN
    return found


def add_up(parts: Iterable[tuple[Verdict, int]]) -> dict[Verdict, int]:
    """Return all eight verdicts with their sums; a verdict that does not occur is 0."""
    total = dict.fromkeys(Verdict, 0)
    for part, count in parts:
        total[part] += count
    return total
