"""What the services answer, as the plain values that the browser's part is handed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any

from campaignkit.domain.access import MASTER
from campaignkit.domain.filters import PERIOD_LABEL, VIEW_LABEL, CampaignFilter, View
from campaignkit.domain.lifecycle import LIVE, MEANING, TERMINAL, Mode, Status
from campaignkit.domain.lists import CampaignList
from campaignkit.domain.pace import Pace
from campaignkit.domain.windows import next_opening
from campaignkit.kit import Kit
from campaignkit.services.answers import ROW_NAMES, Activity, Campaign, History, Listed, Shown

Value = dict[str, Any]
Message = Mapping[str, Any]  # as a browser sent it: any keys, any values
CELL = 200  # characters of a text that a row carries; the detail has all of it


def plain(value: Any) -> Any:
    """Return *value* made of what JSON knows: moments in ISO 8601 UTC, times as HH:MM, sets sorted."""
    kind = type(value)
    if kind in JSON_KNOWS:
        return value
    if kind is datetime:
        return _moment(value)
    match value:
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case frozenset() | set():
            return sorted(plain(item) for item in value)
        case str():
            return str(value)
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="minutes")
    return value


JSON_KNOWS = frozenset(
    {str, int, float, bool, type(None)}
)  # asked for first: each answer has some thousand values


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def scope(kit: Kit) -> Value:
    """Return the words for what the viewer looks at."""
    names = short(", ".join(kit.viewer.workspaces))
    title = f"{MASTER.title()}: {names}" if kit.viewer.master else names
    return {
        "title": title,
        "master": kit.viewer.master,
        "zone": kit.zone,
        "views": [{"value": view.value, "label": capital(VIEW_LABEL[view])} for view in View],
        "acts": kit.acts,
        "not_provided": list(kit.campaigns.not_provided),
    }


def capital(words: str) -> str:
    """Return *words* with a capital at the beginning."""
    return words[:1].upper() + words[1:]


def options(kit: Kit) -> Value:
    """Return what the filters offer."""
    return {
        "periods": [{"value": period.value, "label": label} for period, label in PERIOD_LABEL.items()],
        "statuses": [
            {"value": status.value, "tip": MEANING[status], "live": status in LIVE}
            for status in kit.campaigns.statuses
        ],
        "modes": [{"value": mode.value} for mode in Mode],
        "workspaces": [
            {"value": key, "label": short(kit.workspaces[key])}
            for key in kit.viewer.workspaces
            if kit.viewer.master
        ],
    }


def tiles(kit: Kit) -> Value:
    """Return the figures of the whole scope, and what of it is in the list, by status (R3–R8)."""
    kpis, listed = kit.campaigns.kpis(), kit.campaigns.facets()
    queued = kit.campaigns.count(CampaignFilter(view=View.QUEUE))
    in_list = sum(listed.statuses.values())
    return {
        "kpis": asdict(kpis),
        "workspaces": len(kit.viewer.workspaces),
        "statuses": plain(listed.statuses),
        "listed": in_list,
        "queued": queued,
        "archived": kpis.total - queued - in_list,
        "modes_known": any(listed.modes.values()),
    }


def row(kit: Kit, campaign: Campaign, *, now: datetime) -> Value:
    """Return a row of the list: what its cells show and no more, since it is sent with every answer."""
    return {
        **{name: plain(getattr(campaign, name)) for name in ROW_NAMES},
        "workspace_id": short(campaign.workspace_id),
        "saddr": short(campaign.saddr),
        "author": campaign.author and short(campaign.author),
        "paused_until": plain(paused_until(kit, campaign, now=now)),
        "paused_reason": campaign.paused_reason and short(campaign.paused_reason),
        # what an action is judged by, and so what whoever acts has to have seen
        "actions": list(campaign.actions),
        "archived": campaign.archived,
        "auto_start": campaign.auto_start,
    }


def short(text: str) -> str:
    """Return *text* cut to what a cell and its tooltip can show."""
    return text if len(text) <= CELL else f"{text[:CELL]}…"


def paused_until(kit: Kit, campaign: Campaign, *, now: datetime) -> datetime | None:
    """Return when the daily window of a paused campaign opens next (R27), None if it does not wait for one."""
    if campaign.status is not Status.PAUSED:
        return None
    zone = kit.campaigns.zone(campaign.workspace_id)
    return next_opening(now, zone=zone, opens=campaign.window_from, closes=campaign.window_to)


def rows(
    kit: Kit, found: Sequence[Campaign], *, asked: CampaignList, first: int, more: bool, now: datetime
) -> Value:
    """Return what a page of the list shows but for the numbers around its rows."""
    return {
        "as_of": plain(now),
        "filter": plain(asdict(asked.filter)),
        "chips": [{"field": field, "text": text} for field, text in asked.filter.chips()],
        "sort": {"key": asked.sort.value, "descending": asked.descending},
        "caption": asked.caption(),
        "spelt": {"python": asked.to_code(), "shell": asked.to_command(), "query": asked.to_query()},
        "rows": [row(kit, campaign, now=now) for campaign in found],
        "first": first if found else 0,
        "last": first + len(found) - 1 if found else 0,
        "has_previous": first > 1,
        "has_next": more,
    }


def numbers(listed: Listed) -> Value:
    """Return the numbers around the rows of the list."""
    labels = {"statuses": "Status", "modes": "Mode", "workspaces": "Workspace"}
    return {
        "facets": plain(asdict(listed.facets)),
        "total": listed.page.total,
        "unfiltered": listed.unfiltered,
        "dropping": [
            {"field": field, "text": f"Without {labels.get(field, field.title())}", "count": count}
            for field, count in listed.dropping.items()
        ],
    }


def head(kit: Kit, campaign: Campaign, *, now: datetime) -> Value:
    """Return what stands above the tabs of one campaign, whatever its size."""
    return {
        "as_of": plain(now),
        "scope": scope(kit) | {"zone": kit.campaigns.zone(campaign.workspace_id)},
        "campaign": whole(kit, campaign, now=now),
    }


def whole(kit: Kit, campaign: Campaign, *, now: datetime) -> Value:
    """Return all that is known of one campaign."""
    known = asdict(campaign)
    for name in ("campaign_id", "updated_at"):
        del known[name]
    return plain(known | {"paused_until": paused_until(kit, campaign, now=now)})  # type: ignore[no-any-return]


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
