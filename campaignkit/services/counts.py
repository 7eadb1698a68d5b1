"""What a campaign's recipients add up to: as it was counted (`campaignkit refresh`), or counted now.

The same rows either way. Counts hold for one state of a campaign, the `updated_at` that they were taken at; where the
campaign is in another one, or was never counted, its rows are counted. No number is older than the page it is on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from campaignkit.domain.delivery import SmsResult
from campaignkit.store.base import Row, Session
from campaignkit.store.statements import Variant


def parts(session: Session, campaign: Row, *, receipts_since: datetime | None) -> list[Row]:
    """Return the rows of campaigns/parts for *campaign*, a row of campaigns/page.

    Without *receipts_since* they do not tell whether receipts may still come.
    """
    found = _kept_or_counted(session, "parts", campaign, {"receipts_since": receipts_since})
    return [part for part in found if part["stage"] is not None]


def kept_parts(session: Session, campaign: Row) -> list[Row] | None:
    """Return what `parts` returns if it is known without counting, else None."""
    found = session.rows("counts/parts", _state(campaign) | {"receipts_since": None})
    return [part for part in found if part["stage"] is not None] if found else None


def added_up(parts: Iterable[Row]) -> Row:
    """Return what *parts*, rows of campaigns/parts, make as a row of campaigns/progress: nothing without recipients."""
    found = {"recipients": 0, "sent": 0, "delivered": 0, "errors": 0}
    column = {SmsResult.DELIVERED: "delivered", SmsResult.FAILED: "errors"}
    for part in parts:
        for name in ("recipients", "sent"):
            found[name] += part[name]
        if part["sms_result"] in column:
            found[column[part["sms_result"]]] += part["recipients"]
    return found if found["recipients"] else {}


def activity(session: Session, campaign: Row, *, zone: str) -> list[Row]:
    """Return the rows of campaigns/activity for *campaign*, a row of campaigns/page."""
    found = _kept_or_counted(session, "activity", campaign, {"zone": zone})
    return [day for day in found if day["day"] is not None]


def _kept_or_counted(session: Session, name: str, campaign: Row, more: Row) -> list[Row]:
    asked = _state(campaign) | more
    return session.rows(f"counts/{name}", asked) or session.rows(f"campaigns/{name}", asked)


def _state(campaign: Row) -> Row:
    return {name: campaign[name] for name in ("campaign_id", "updated_at")}


def progress(session: Session, campaigns: Sequence[Row]) -> dict[int, Row]:
    """Return what each of *campaigns*, rows of campaigns/page, has sent, delivered and lost, if it has recipients."""
    states = {row["campaign_id"]: row["updated_at"] for row in campaigns}
    kept = session.rows("counts/of_campaigns", {"campaign_ids": list(states)})
    found = {row["campaign_id"]: row for row in kept if row["updated_at"] == states[row["campaign_id"]]}
    stale = states.keys() - found.keys()
    found |= {row["campaign_id"]: row for row in _counted(session, stale) if row["campaign_id"] in stale}
    return {campaign_id: row for campaign_id, row in found.items() if row["recipients"]}


def delivered(session: Session, statuses: Iterable[Row], *, scope: Sequence[str]) -> int:
    """Return how many messages the campaigns that *statuses*, rows of campaigns/statuses, count have delivered."""
    asked = {"scope": list(scope)}
    kept = {_group(row): row["delivered"] for row in session.rows("counts/totals", asked)}
    groups = {_group(row) for row in statuses}
    changed = sorted({status for _, status, _ in groups - kept.keys()})
    found: int = sum(total for group, total in kept.items() if group in groups and group[1] not in changed)
    if changed:
        one_by_one = session.rows("counts/delivered", asked | {"statuses": changed})
        stale = [campaign_id for row in one_by_one for campaign_id in row["stale"] or ()]
        found += sum(row["delivered"] for row in one_by_one)
        if stale:
            found += session.row("campaigns/delivered", {"campaign_ids": stale})["delivered"]
    return found


def _group(row: Row) -> tuple[str, str, str]:
    return row["workspace_id"], row["status"], row["fingerprint"]


def _counted(session: Session, ids: Iterable[int]) -> list[Row]:
    """Return the rows of campaigns/progress for *ids*, some of others among them."""
    wanted = sorted(ids)
    if not wanted:
        return []
    first, last = wanted[0], wanted[-1]
    scattered = last - first >= 2 * len(wanted)
    variant = Variant(filters=frozenset({"scattered"} if scattered else ()))
    return session.rows(
        "campaigns/progress", {"campaign_ids": wanted, "first_id": first, "last_id": last}, variant
    )
