"""What a campaign's recipients add up to: as it was counted (`campaignkit refresh`), or counted now.

The same rows either way. Counts hold for one state of a campaign, the `updated_at` that they were taken at; where the
campaign is in another one, or was never counted, its rows are counted. No number is older than the page it is on.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from campaignkit.domain.delivery import SmsResult
from campaignkit.store.base import Row, Session
from campaignkit.store.statements import Variant

Group = tuple[str, str, str]  # of campaigns: their workspace, their status, the fingerprint of all of them


def parts(session: Session, campaign: Row, *, receipts_since: datetime) -> list[Row]:
    """Return the rows of campaigns/parts for *campaign*, a row of campaigns/page: all its recipients are counted now.

    Receipts may still come for those that were sent after *receipts_since*.
    """
    asked = {"campaign_id": campaign["campaign_id"], "receipts_since": receipts_since}
    return session.rows("campaigns/parts", asked)


def kept_parts(session: Session, campaign: Row, *, receipts_since: datetime) -> list[Row] | None:
    """Return what was counted of the same parts (counts/parts) if it holds, else None; a divided one holds in part."""
    asked = {"campaign_id": campaign["campaign_id"], "receipts_since": receipts_since}
    found = session.rows("counts/parts", asked)
    if not found or found[0]["updated_at"] != campaign["updated_at"]:
        return None
    return [part for part in found if part["stage"] is not None]


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
    asked = {"zone": zone} | {name: campaign[name] for name in ("campaign_id", "updated_at")}
    found = session.rows("counts/activity", asked) or session.rows("campaigns/activity", asked)
    return [day for day in found if day["day"] is not None]


def progress(session: Session, campaigns: Sequence[Row], *, with_counts: bool = False) -> dict[int, Row]:
    """Return what each of *campaigns*, rows of campaigns/page, has sent, delivered and lost, if it has recipients.

    *with_counts*, they bear what was counted of them.
    """
    states = {row["campaign_id"]: row["updated_at"] for row in campaigns}
    kept = campaigns if with_counts else _of(session, "counts/of_campaigns", states)
    holding = (row for row in kept if row["counted_at"] == states[row["campaign_id"]] is not None)
    found = {row["campaign_id"]: row for row in holding}
    counted = _of(session, "campaigns/progress", states.keys() - found.keys())
    found |= {row["campaign_id"]: row for row in counted}
    return {campaign_id: row for campaign_id, row in found.items() if row["recipients"]}


def tallied(session: Session, asked: Mapping[str, Any], by: str = "") -> list[Row] | None:
    """Return how many campaigns of a `view` there are in the `scope`: the rows of campaigns/facets.

    *by* a period or a search, each row tells also how many of them have `passed`: were created from `since` to `now`,
    or have a sender with `search` in it or an id between `id_low` and `id_high`. None where the engine does not keep
    that by itself.
    """
    if by:
        found = session.sums(f"tallied_by_{by}", {**asked, **(_days(asked) if by == "period" else {})})
        if found:
            return found
    found = session.sums("tallied", asked)  # which alone tells none from unknown
    return None if found is None else [row for row in found if row["campaigns"]]


def _days(asked: Mapping[str, Any]) -> dict[str, object]:
    """Return the whole days from `since` to `now`, and when the hours before them end and those after them begin."""
    first, last = _midnight(asked["since"]) + timedelta(days=1), _midnight(asked["now"])
    head = min(first, asked["now"])
    return {"first": head, "last": max(last, head), "first_day": first.date(), "last_day": last.date()}


def senders(session: Session, search: str, few: int) -> list[str] | None:
    """Return the senders that *search* finds, if the engine keeps them and at most *few* campaigns are theirs."""
    found = session.sums("senders", {"search": search, "few": few})
    return found[0]["senders"] if found else None


def statuses(session: Session, scope: Sequence[str]) -> list[Row]:
    """Return how many campaigns of *scope* there are by status, in one row or several."""
    asked = {"scope": list(scope)}
    kept = session.sums("tiles", asked)
    return session.rows("campaigns/statuses", asked) if kept is None else kept


def delivered(session: Session, statuses: Sequence[Row], *, scope: Sequence[str]) -> int:
    """Return how many messages the campaigns that *statuses*, what `statuses` returned, count have delivered."""
    if statuses and "stale" in statuses[0]:
        return int(statuses[0]["delivered"]) + _delivered_by(session, statuses[0]["stale"])
    asked = {"scope": list(scope)}
    totals: dict[Group, int] = {_group(row): row["delivered"] for row in session.rows("counts/totals", asked)}
    groups = {_group(row) for row in statuses}
    changed = sorted({status for _, status, _ in groups - totals.keys()})
    if not changed:
        return sum(totals[group] for group in groups)
    found = _changed_lately(session, asked, groups, totals)
    if found is None:
        one_by_one = session.rows("counts/delivered", asked | {"statuses": changed})
        stale = [campaign_id for row in one_by_one for campaign_id in row["stale"] or ()]
        found = sum(totals[group] for group in groups & totals.keys() if group[1] not in changed)
        found += sum(row["delivered"] for row in one_by_one) + _delivered_by(session, stale)
    return found


def _changed_lately(
    session: Session, asked: Mapping[str, Any], groups: Iterable[Group], totals: Mapping[Group, int]
) -> int | None:
    """Return the sum of *totals* as it is now, if the campaigns that changed since are all newer than what was counted.

    Then the fingerprints of all *groups* differ from those of the totals by what these were and are.
    """
    newer = session.rows("counts/newer", asked) if totals else []
    then = [*(group[2] for group in totals), *(row["counted_fingerprint"] for row in newer)]
    now = [*(group[2] for group in groups), *(row["fingerprint"] for row in newer)]
    if not newer or _mixed(then) != _mixed(now):
        return None
    outdated = [row for row in newer if not row["holds"]]
    counted_before: int = sum(row["delivered"] for row in outdated)
    live = _delivered_by(session, [row["campaign_id"] for row in outdated])
    return sum(totals.values()) - counted_before + live


def _mixed(fingerprints: Iterable[str]) -> int:
    """Return the fingerprint of all campaigns that *fingerprints* are of."""
    return functools.reduce(operator.xor, map(int, fingerprints), 0)


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _delivered_by(session: Session, ids: Sequence[int] | None) -> int:
    """Return what campaigns have delivered whose rows have to be counted for it."""
    if not ids:
        return 0
    found: int = session.row("campaigns/delivered", {"campaign_ids": list(ids)})["delivered"]
    return found


def _group(row: Row) -> Group:
    return row["workspace_id"], row["status"], row["fingerprint"]


def _of(session: Session, name: str, ids: Collection[int]) -> list[Row]:
    """Return the rows of *name*, campaigns/progress or what is like it, for the campaigns *ids*."""
    if not ids:
        return []
    first, last = min(ids), max(ids)
    scattered = last - first >= 2 * len(ids)
    variant = Variant(filters=frozenset({"scattered"} if scattered else ()))
    asked = {"campaign_ids": sorted(ids), "first_id": first, "last_id": last}
    return [row for row in session.rows(name, asked, variant) if row["campaign_id"] in ids]
