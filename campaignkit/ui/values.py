"""What the services answer, as the plain values that the browser's part is handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any

from campaignkit.domain.access import MASTER
from campaignkit.domain.filters import PERIOD_LABEL, CampaignFilter, CampaignSort
from campaignkit.domain.lifecycle import LIVE, MEANING, TERMINAL, Mode, Status
from campaignkit.domain.pace import Pace
from campaignkit.domain.windows import next_opening
from campaignkit.kit import Kit
from campaignkit.services.answers import Activity, Campaign, History, Kpis, Shown
from campaignkit.services.pages import Page

Value = dict[str, Any]
Message = Mapping[str, Any]  # as a browser sent it: any keys, any values


def plain(value: Any) -> Any:
    """Return *value* made of what JSON knows: moments in ISO 8601 UTC, times as HH:MM, sets sorted."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="minutes")
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case frozenset() | set():
            return sorted(plain(item) for item in value)
        case list() | tuple():
            return [plain(item) for item in value]
        case str():
            return str(value)
    return value


def scope(kit: Kit) -> Value:
    """Return the words for what the viewer looks at."""
    names = ", ".join(kit.viewer.workspaces)
    title = f"{MASTER.title()}: {names}" if kit.viewer.master else names
    return {"title": title, "master": kit.viewer.master, "zone": kit.zone}


def options(kit: Kit) -> Value:
    """Return what the filters offer."""
    return {
        "periods": [{"value": period.value, "label": label} for period, label in PERIOD_LABEL.items()],
        "statuses": [
            {"value": status.value, "tip": MEANING[status], "live": status in LIVE} for status in Status
        ],
        "modes": [{"value": mode.value} for mode in Mode],
        "workspaces": [
            {"value": key, "label": kit.workspaces[key]} for key in kit.viewer.workspaces if kit.viewer.master
        ],
    }


def row(kit: Kit, campaign: Campaign, *, now: datetime) -> Value:
    """Return a row of the list."""
    known = asdict(campaign)
    for name in ("campaign_id", "updated_at"):
        del known[name]
    known["paused_until"] = None
    if campaign.status is Status.PAUSED:
        known["paused_until"] = next_opening(
            now,
            zone=kit.campaigns.zone(campaign.workspace_id),
            opens=campaign.window_from,
            closes=campaign.window_to,
        )
    return plain(known)  # type: ignore[no-any-return]


def listing(
    kit: Kit,
    page: Page[Campaign],
    *,
    kpis: Kpis,
    filter: CampaignFilter,
    sort: CampaignSort,
    descending: bool,
    first: int,
    unfiltered: int,
    dropping: Mapping[str, int],
    now: datetime,
) -> Value:
    """Return everything that the list shows."""
    labels = {"statuses": "Status", "modes": "Mode", "workspaces": "Workspace"}
    return {
        "scope": scope(kit),
        "as_of": plain(now),
        "kpis": asdict(kpis),
        "filter": plain(asdict(filter)),
        "options": options(kit),
        "chips": [{"field": field, "text": text} for field, text in filter.chips()],
        "sort": {"key": sort.value, "descending": descending},
        "rows": [row(kit, campaign, now=now) for campaign in page.rows],
        "total": page.total,
        "unfiltered": unfiltered,
        "first": first if page.rows else 0,
        "last": first + len(page.rows) - 1 if page.rows else 0,
        "has_previous": first > 1,
        "has_next": page.next is not None,
        "dropping": [
            {"field": field, "text": f"Without {labels.get(field, field.title())}", "count": count}
            for field, count in dropping.items()
        ],
    }


def head(kit: Kit, campaign: Campaign, *, now: datetime) -> Value:
    """Return what stands above the tabs of one campaign, whatever its size."""
    return {
        "as_of": plain(now),
        "scope": scope(kit) | {"zone": kit.campaigns.zone(campaign.workspace_id)},
        "campaign": row(kit, campaign, now=now),
    }


def overview(shown: Shown, activity: Activity, history: History, pace: Pace) -> Value:
    """Return everything that the Overview of one campaign shows."""
    began = [step.occurred_at for step in history.rows if step.phase == Status.SENDING]
    ended = history.rows[0].occurred_at if history.rows and shown.campaign.status in TERMINAL else None
    return {
        "verdicts": plain(shown.verdicts),
        "activity": plain(asdict(activity)),
        "history": plain(asdict(history)),
        "actual_start": plain(began[-1]) if began else None,
        "actual_end": plain(ended),
        "pace": plain(asdict(pace)) | {"spare": pace.spare and round(pace.spare.total_seconds())},
        "missing": list(history.not_provided),
    }
