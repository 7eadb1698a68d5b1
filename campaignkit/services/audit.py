"""Who did what to one campaign: Core's entries and the toolkit's as one list (R66)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaignkit.domain.access import Viewer
from campaignkit.services.answers import mask_email
from campaignkit.services.campaigns import Campaigns
from campaignkit.store.base import Row, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One entry; an action that no vocabulary lists is shown verbatim (R67)."""

    action: str
    actor: str
    note: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrail:
    """The entries, newest first; `not_provided` names Core's part where the source has none."""

    rows: tuple[AuditEvent, ...]
    not_provided: tuple[str, ...]


class Audit:
    """Answers about the audit trail, as one viewer may have them."""

    def __init__(self, store: Store, viewer: Viewer, campaigns: Campaigns) -> None:
        self._store, self._viewer, self._campaigns = store, viewer, campaigns

    def of(self, id: str) -> AuditTrail:
        """Return the audit trail of campaign *id*; raises `NotFound` or `Ambiguous`."""
        with self._store.reading() as session:
            campaign = {"campaign_id": self._campaigns.locate(session, id)["campaign_id"]}
            found = session.rows("audit/of_campaign", campaign)
        return AuditTrail(
            rows=tuple(self._event(row) for row in found),
            not_provided=() if self._store.probe.provides("core.audit_events") else ("audit_events",),
        )

    def _event(self, row: Row) -> AuditEvent:
        # R68: who is known by an e-mail address alone is masked as an author is (R18)
        by_address = "@" in row["actor"]
        actor = mask_email(row["actor"], clear=self._viewer.clear_numbers) if by_address else row["actor"]
        return AuditEvent(action=row["action"], actor=actor, note=row["note"], occurred_at=row["occurred_at"])
