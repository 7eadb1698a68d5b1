"""A scope of the database as masked Parquet files: one state, one order, nothing that names a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from campaignkit.domain.delivery import RECEIPTS_MAY_COME, Kind, StatTable
from campaignkit.domain.errors import InvalidInput
from campaignkit.domain.filters import CampaignFilter
from campaignkit.kit import Kit
from campaignkit.report.wanted import Facts, Wanted, iso
from campaignkit.services.answers import Campaign
from campaignkit.services.pages import MOST_ROWS
from campaignkit.services.stats import stats
from campaignkit.store.base import Session

MOST_CAMPAIGNS = 500
MOST_RECIPIENTS = 2_000_000
_TEN_MINUTES = timedelta(minutes=10)
_OPTIONAL = {
    "state_events": "core.state_events",
    "job_errors": "core.job_errors",
    "audit": "core.audit_events",
    "ctn_hash": "core.recipients.ctn_hash",  # which a viewer on PostgreSQL may not read
}


def take(kit: Kit, wanted: Wanted, folder: Path) -> Facts:
    """Write the snapshot of what is *wanted* into *folder* and return what it says about itself.

    Raises `InvalidInput` for a scope without campaigns, with too many, or with more than two million recipients,
    and for a window in which there is nothing.
    """
    campaigns = _campaigns(kit, wanted)
    ids = [campaign.campaign_id for campaign in campaigns]
    as_of = datetime.fromisoformat(wanted.as_of or iso(kit.clock()))
    store = kit._store  # noqa: SLF001 - a report is a service that lives on another floor
    with store.reading() as session:
        begins, ends = _window(
            session, wanted, campaigns, ids, as_of, has_history=store.probe.provides("core.state_events")
        )
        table = stats(session)
        parameters = {
            "campaign_ids": ids,
            "workspaces": sorted({campaign.workspace_id for campaign in campaigns}),
            "as_of": as_of,
            "from_at": begins,
            "to_at": ends,
            "receipts_since": as_of - RECEIPTS_MAY_COME,
            "baseline_from": begins - timedelta(days=wanted.baseline),
            **_codes(session, table, ids),
        }
        folder.mkdir()
        for name in ("campaigns", "recipients", "state_events", "job_errors", "audit", "baseline"):
            session.parquet(f"snapshot/{name}", parameters, folder / f"{name}.parquet")
    zones = {kit.campaigns.zone(campaign.workspace_id) for campaign in campaigns}
    zone = wanted.zone or (zones.pop() if len(zones) == 1 else "UTC")
    # the sealed notebook says what was settled, so that running it once more asks for the same
    settled = replace(
        wanted,
        campaigns=tuple(campaign.external_id for campaign in campaigns) if wanted.campaigns else (),
        window_from=iso(begins),
        window_to=iso(ends),
        zone=zone,
        as_of=iso(as_of),
    )
    return Facts(
        wanted=settled,
        workspaces=tuple(parameters["workspaces"]),
        campaigns=len(campaigns),
        filter=wanted.filter,
        window_from=iso(begins),
        window_to=iso(ends),
        zone=zone,
        as_of=iso(as_of),
        source=store.dialect,
        missing=tuple(name for name, relation in _OPTIONAL.items() if not store.probe.provides(relation)),
    )


def _campaigns(kit: Kit, wanted: Wanted) -> Sequence[Campaign]:
    if wanted.campaigns:
        if wanted.filter:
            raise InvalidInput("a report is about campaigns or about a filter: leave one of them out")
        found = {campaign.campaign_id: campaign for campaign in map(kit.campaigns.outline, wanted.campaigns)}
        return [found[key] for key in sorted(found)]
    asked = CampaignFilter.from_query(wanted.filter)
    if not asked.active:
        raise InvalidInput("a report needs a scope: name campaigns by their IDs, or give a filter")
    matching = kit.campaigns.count(asked)
    if not matching:
        raise InvalidInput(f"no campaign matches {wanted.filter}: a report needs at least one")
    if matching > MOST_CAMPAIGNS:
        raise InvalidInput(
            f"{matching:,} campaigns match, a report takes up to {MOST_CAMPAIGNS}: narrow the filter"
        )
    rows: list[Campaign] = []
    after = None
    while True:
        page = kit.campaigns.page(asked, limit=MOST_ROWS, after=after)
        rows += page.rows
        after = page.next
        if after is None:
            return sorted(rows, key=lambda campaign: campaign.campaign_id)


def _window(
    session: Session,
    wanted: Wanted,
    campaigns: Sequence[Campaign],
    ids: list[int],
    as_of: datetime,
    *,
    has_history: bool,
) -> tuple[datetime, datetime]:
    """Return the window asked for; its open ends are those of the campaigns' work, in whole ten minutes."""
    bounds = session.row("snapshot/bounds", {"campaign_ids": ids})
    if bounds["recipients"] > MOST_RECIPIENTS:
        raise InvalidInput(
            f"the scope holds {bounds['recipients']:,} recipients, a report takes up to {MOST_RECIPIENTS:,}:"
            " name fewer campaigns"
        )
    first, last = bounds["sent_from"], bounds["sent_to"]
    if first is None and has_history:
        events = session.row("snapshot/events_bounds", {"campaign_ids": ids})
        first, last = events["first_at"], events["last_at"]
    first = first or min(campaign.created_at for campaign in campaigns)
    last = last or as_of
    begins = datetime.fromisoformat(wanted.window_from) if wanted.window_from else _floor(first)
    ends = (
        datetime.fromisoformat(wanted.window_to)
        if wanted.window_to
        else _floor(min(last, as_of)) + _TEN_MINUTES
    )
    if begins >= ends:
        raise InvalidInput(
            f"nothing of the scope lies in the window: it ends {iso(ends)}, before it begins {iso(begins)};"
            " check --from, --to and --as-of"
        )
    return begins, ends


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


def _codes(session: Session, table: StatTable, ids: list[int]) -> dict[str, Any]:
    """Return the codes of the scope by what the verdict asks about them."""
    codes = [row["smpp_code"] for row in session.rows("snapshot/codes", {"campaign_ids": ids})]
    kinds = {Kind.WAITING: "waiting", Kind.DELIVERED: "delivered", Kind.FAILED: "failed"}
    return {name: [code for code in codes if table.kind(code) is kind] for kind, name in kinds.items()}
