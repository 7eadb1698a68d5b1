"""What went wrong in one campaign: job errors, what the carrier refused, and what was never accepted (R58–R61)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from campaignkit.codes import meaning
from campaignkit.domain.delivery import SmsResult, Stage, StatTable
from campaignkit.services.answers import mask_numbers
from campaignkit.services.campaigns import Campaigns
from campaignkit.services.look import Look
from campaignkit.services.provided import REPORTS
from campaignkit.store.base import Row, Store

# A cell is out of line from so many messages, out of so many sent on either side, at so many times the others' share.
FEWEST, FEWEST_SENT, TIMES = 20, 500, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """A workflow or infrastructure error that Core wrote (R58)."""

    phase: str
    code: str
    message: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageErrors:
    """How many messages the carrier refused with one code on one ESME (R59), and what the code means."""

    smpp_code: str | None
    esme: str | None
    count: int
    error_class: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What one ESME sent of a campaign, and how many of those messages the carrier refused."""

    esme: str | None
    sent: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standout:
    """A code that one ESME's carrier gives far more often than the others': `share` of what it sent against `others`.

    `err` is the receipts' own code that stands behind most of them, in `err_count` of `count`; None if they have none.
    """

    smpp_code: str
    esme: str
    count: int
    share: float
    others: float
    err: str | None
    err_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Both sub-tabs and the third number: submissions that were never accepted, in neither of them (R60).

    `channels` are what the shares of `messages` are taken of; `standout` is the one cell that is out of line, if any.
    """

    jobs: tuple[JobError, ...]
    messages: tuple[MessageErrors, ...]
    channels: tuple[Channel, ...]
    standout: Standout | None
    refused: int
    not_provided: tuple[str, ...]


class ErrorReports:
    """Answers about errors, as one viewer may have them."""

    def __init__(self, store: Store, campaigns: Campaigns) -> None:
        self._store, self._campaigns = store, campaigns

    def of(self, id: str | Look) -> Errors:
        """Return what went wrong in campaign *id*; raises `NotFound` or `Ambiguous`."""
        with self._campaigns.look(id) as look:
            session, kept = look.session, look.known_parts
            campaign = {"campaign_id": look.campaign["campaign_id"]}
            jobs = session.rows("errors/jobs", campaign)
            parts = look.parts if kept is None else kept
            messages, channels = message_errors(parts, look.stats), channels_of(parts)
            found = standout(messages, channels)
            if found:
                cell = {"smpp_code": found.smpp_code, "esme": found.esme}
                reasons = session.rows("errors/reasons", campaign | cell)
                if reasons:
                    found = replace(found, err=reasons[0]["err"], err_count=reasons[0]["recipients"])
        return Errors(
            jobs=tuple(JobError(**row | {"message": mask_numbers(row["message"])}) for row in jobs),
            messages=messages,
            channels=channels,
            standout=found,
            refused=sum(
                part["recipients"]
                for part in parts
                if part["stage"] == Stage.FAILED and part["smpp_code"] is None
            ),
            not_provided=tuple(
                name
                for name, column in (("job_errors", "core.job_errors"), ("messages", REPORTS))
                if not self._store.probe.provides(column)
            ),
        )


def standout(messages: Iterable[MessageErrors], channels: Sequence[Channel]) -> Standout | None:
    """Return the code × ESME that is furthest above the same code on the other ESMEs, if any is out of line at all."""
    cells = [cell for cell in messages if cell.smpp_code is not None]
    sent = sum(channel.sent for channel in channels)
    by_code: dict[str | None, int] = {}
    for cell in cells:
        by_code[cell.smpp_code] = by_code.get(cell.smpp_code, 0) + cell.count
    found = [
        Standout(
            smpp_code=cell.smpp_code or "",
            esme=channel.esme,
            count=cell.count,
            share=cell.count / channel.sent,
            others=(by_code[cell.smpp_code] - cell.count) / (sent - channel.sent),
            err=None,
            err_count=0,
        )
        for cell in cells
        for channel in channels
        if channel.esme is not None and channel.esme == cell.esme
        if cell.count >= FEWEST and min(channel.sent, sent - channel.sent) >= FEWEST_SENT
    ]
    out_of_line = [cell for cell in found if cell.share >= TIMES * cell.others]
    return max(out_of_line, key=lambda cell: cell.count - cell.others * cell.count / cell.share, default=None)


def message_errors(parts: Iterable[Row], table: StatTable) -> tuple[MessageErrors, ...]:
    """Return what the carrier refused by code and ESME, most first (R59): the result says so, not the stage (R61)."""
    found: dict[tuple[str | None, str | None], int] = {}
    for part in parts:
        if part["sms_result"] == SmsResult.FAILED:
            cell = part["smpp_code"], part["esme"]
            found[cell] = found.get(cell, 0) + part["recipients"]
    ordered = sorted(found.items(), key=lambda item: (-item[1], *map(_nulls_last, item[0])))
    return tuple(_message_error(code, esme, count, table) for (code, esme), count in ordered)


def channels_of(parts: Iterable[Row]) -> tuple[Channel, ...]:
    """Return what each ESME sent, and how much of it the carrier refused: what shares are taken of (R59)."""
    found: dict[str | None, tuple[int, int]] = {}
    for part in parts:
        sent, failed = found.get(part["esme"], (0, 0))
        lost = part["recipients"] if part["sms_result"] == SmsResult.FAILED else 0
        found[part["esme"]] = sent + part["sent"], failed + lost
    channels = (Channel(esme=esme, sent=sent, failed=failed) for esme, (sent, failed) in found.items())
    used = (channel for channel in channels if channel.sent or channel.failed)
    return tuple(sorted(used, key=lambda channel: (-channel.sent, _nulls_last(channel.esme))))


def _nulls_last(text: str | None) -> tuple[bool, str]:
    return text is None, text or ""


def _message_error(code: str | None, esme: str | None, count: int, table: StatTable) -> MessageErrors:
    known = meaning(code, table)
    return MessageErrors(
        smpp_code=code, esme=esme, count=count, error_class=known.error_class, meaning=known.text
    )
