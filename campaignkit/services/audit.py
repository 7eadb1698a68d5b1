"""Who did what to one campaign: Core's entries and the toolkit's as one list (R66)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from campaignkit.domain.access import Viewer
from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import Cursor, texts
from campaignkit.services.answers import mask_actor, mask_numbers
from campaignkit.services.campaigns import Campaigns
from campaignkit.services.look import Look
from campaignkit.services.pages import check_limit, later, order_name
from campaignkit.store.base import Row, Session, Store
from campaignkit.store.statements import Variant

SORT = "newest"
ORDER = order_name(SORT, descending=True)
COLUMNS = ("action", "actor", "note", "occurred_at")  # of the exported file
RISKY = ("=", "+", "-", "@", "\t", "\r", "\0")  # a spreadsheet takes a cell that begins so for a formula


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One entry; an action that no vocabulary lists is shown verbatim (R67). `source` is 'core' or 'toolkit'."""

    action: str
    actor: str
    note: str | None
    occurred_at: datetime
    source: str = "toolkit"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrail:
    """Entries, newest first; `next` is the cursor of the page after, `not_provided` names Core's part if missing."""

    rows: tuple[AuditEvent, ...]
    next: str | None
    not_provided: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditChoices:
    """What a trail can be narrowed down to, each with its number of entries, the most frequent first."""

    actions: Mapping[str, int]
    actors: Mapping[str, int]


class Audit:
    """Answers about the audit trail, as one viewer may have them."""

    def __init__(self, store: Store, viewer: Viewer, campaigns: Campaigns) -> None:
        self._store, self._viewer, self._campaigns = store, viewer, campaigns

    def of(
        self,
        id: str | Look,
        *,
        actions: Collection[str] = (),
        actors: Collection[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> AuditTrail:
        """Return the audit trail of campaign *id*: all of it, or *limit* entries *after* an earlier page's `next`.

        *actions* and *actors* (as they are shown) keep those alone, *since* and *until* what lies in [since, until).
        Raises `NotFound` or `Ambiguous`, and `InvalidInput` for a value that means nothing.
        """
        names = {
            "actions": sorted(texts(actions, what="actions")),
            "actors": sorted(texts(actors, what="actors")),
        }
        times = {"since": _moment(since, "since"), "until": _moment(until, "until")}
        if limit is not None:
            check_limit(limit)
        chosen = frozenset(key for key, value in (names | times).items() if value)
        variant = Variant(filters=chosen, sort=SORT, descending=True, limited=limit is not None)
        cursor = Cursor.parse(after, order=ORDER) if after is not None else None
        variant, place = later(variant, cursor, key=datetime, tie=str)
        with self._campaigns.look(id) as look:
            session, campaign = look.session, {"campaign_id": look.campaign["campaign_id"]}
            if names["actors"]:
                names["actors"] = self._behind(session, campaign, names["actors"])
            more = {"limit": limit + 1} if limit is not None else {}
            found = session.rows("audit/of_campaign", campaign | names | times | place | more, variant)
        rows = found[:limit]
        return AuditTrail(
            rows=tuple(self._event(row) for row in rows),
            next=str(_cursor(rows[-1])) if len(found) > len(rows) else None,
            not_provided=() if self._store.probe.provides("core.audit_events") else ("audit_events",),
        )

    def choices(self, id: str | Look) -> AuditChoices:
        """Return which actions and actors occur in the trail of campaign *id*; raises `NotFound` or `Ambiguous`."""
        with self._campaigns.look(id) as look:
            found = look.session.rows("audit/choices", {"campaign_id": look.campaign["campaign_id"]})
        return AuditChoices(
            actions=_counted((row["action"], row["entries"]) for row in found),
            actors=_counted((self._shown(row["actor"]), row["entries"]) for row in found),
        )

    def _behind(self, session: Session, campaign: Mapping[str, object], shown: list[str]) -> list[str]:
        """Return the actors shown by one of these names: asking for a full address must not confirm it (R68)."""
        known = {row["actor"] for row in session.rows("audit/choices", campaign)}
        return sorted(actor for actor in known if self._shown(actor) in shown)

    def _shown(self, actor: str) -> str:
        return mask_actor(actor, clear=self._viewer.clear_numbers)

    def _event(self, row: Row) -> AuditEvent:
        return AuditEvent(
            action=row["action"],
            actor=self._shown(row["actor"]),
            note=mask_numbers(row["note"]),
            occurred_at=row["occurred_at"],
            source="toolkit" if row["place"].startswith("1") else "core",
        )


def write_csv(rows: Iterable[AuditEvent], file: TextIO) -> None:
    """Write entries as RFC 4180 with a header and LF; no cell can be taken for a formula by a spreadsheet.

    *file* is opened with `newline=""`.
    """
    file.write(",".join(COLUMNS) + "\n")
    for row in rows:
        values = (row.action, row.actor, row.note or "", row.occurred_at.isoformat())
        file.write(",".join(map(_cell, values)) + "\n")


def _cell(text: str) -> str:
    """Return *text* as a cell; the csv module of Python 3.11 leaves a lone carriage return unquoted."""
    safe = f"'{text}" if text.startswith(RISKY) else text
    return '"' + safe.replace('"', '""') + '"' if set(safe) & set(',"\r\n') else safe


def _cursor(last: Row) -> Cursor:
    return Cursor(ORDER, last["occurred_at"].isoformat(), last["place"])


def _counted(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, count in pairs:
        counts[name] = counts.get(name, 0) + count
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _moment(value: datetime | None, what: str) -> datetime | None:
    if value is not None and (not isinstance(value, datetime) or value.tzinfo is None):
        raise InvalidInput(f"{what} takes a moment with a zone: datetime(…, tzinfo=UTC)")
    return value
