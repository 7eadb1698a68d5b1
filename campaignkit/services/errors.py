"""What went wrong in one campaign: job errors, what the carrier refused, and what was never accepted (R58–R61)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaignkit.codes import meaning
from campaignkit.domain.delivery import StatTable
from campaignkit.services.campaigns import Campaigns
from campaignkit.services.stats import stats
from campaignkit.store.base import Row, Store


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
class Errors:
    """Both sub-tabs and the third number: submissions that were never accepted, in neither of them (R60)."""

    jobs: tuple[JobError, ...]
    messages: tuple[MessageErrors, ...]
    refused: int
    not_provided: tuple[str, ...]


class ErrorReports:
    """Answers about errors, as one viewer may have them."""

    def __init__(self, store: Store, campaigns: Campaigns) -> None:
        self._store, self._campaigns = store, campaigns

    def of(self, id: str) -> Errors:
        """Return what went wrong in campaign *id*; raises `NotFound` or `Ambiguous`."""
        with self._store.reading() as session:
            campaign = {"campaign_id": self._campaigns.locate(session, id)["campaign_id"]}
            jobs = session.rows("errors/jobs", campaign)
            messages = session.rows("errors/messages", campaign)
            refused = session.row("errors/refused", campaign)["refused"]
            table = stats(session)
        return Errors(
            jobs=tuple(JobError(**row) for row in jobs),
            messages=tuple(_message_errors(row, table) for row in messages),
            refused=refused,
            not_provided=() if self._store.probe.provides("core.job_errors") else ("job_errors",),
        )


def _message_errors(row: Row, table: StatTable) -> MessageErrors:
    known = meaning(row["smpp_code"], table)
    return MessageErrors(
        smpp_code=row["smpp_code"],
        esme=row["esme"],
        count=row["recipients"],
        error_class=known.error_class,
        meaning=known.text,
    )
