"""Campaigns: the tiles, the list, and one campaign with everything that is counted about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaignkit.domain.access import Viewer
from campaignkit.domain.delivery import SmsResult, Stage, StatTable, Verdict, add_up, verdict
from campaignkit.domain.errors import Ambiguous, InvalidInput, NotFound
from campaignkit.domain.filters import (
    SPAN,
    VIEW_LABEL,
    CampaignFilter,
    CampaignSort,
    Cursor,
    View,
    expect,
    id_range,
)
from campaignkit.domain.history import Entered, steps, told_once
from campaignkit.domain.lifecycle import ARCHIVABLE, LIVE, Event, Status
from campaignkit.domain.lists import CampaignList
from campaignkit.domain.pace import JUST_NOW, LATELY, Pace, Sent, Window, pace
from campaignkit.domain.places import OFFERED, Place
from campaignkit.services import counts
from campaignkit.services.answers import (
    Activity,
    Badge,
    Campaign,
    Day,
    History,
    Kpis,
    Listed,
    Shown,
    campaign_of,
    in_contract,
    mask_actor,
    mask_numbers,
)
from campaignkit.services.look import Look
from campaignkit.services.pages import Page, check_limit, later, order_name
from campaignkit.services.provided import CAMPAIGN, REPORTS, STATUS, not_provided
from campaignkit.services.tally import COLUMN, PASSED, Facets, Tally, split, split_twice
from campaignkit.services.verbs import Verbs
from campaignkit.store.base import Row, Session, Store
from campaignkit.store.statements import Variant

PAGE_ROWS = 50  # R21
EVERYTHING = CampaignFilter()
Early = Callable[[tuple[Campaign, ...], bool], object]  # is told rows, and whether more follow
SHORTEST_ID = 4
FEW = 1_000  # that match: sooner found and ordered than come across in order, even among a million
CROWD = 5_000  # campaigns: of more it is asked first how many came lately, to put those alone in order
ENOUGH = 4  # times a page: among so many that came lately it is found mostly, whatever is filtered
SPANS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
}
MANY = 5_000  # that senders have: still sooner found by them than looked for among all
WHOLE = CampaignList()
# Relations that campaigns/page can do without: where counts are asked for apart, and where nobody looks at the mark.
COUNTS, ARCHIVE = frozenset({"kit.counted"}), frozenset({"kit.archived"})
ONE = Variant(filters=frozenset({"exactly"}), limited=True, missing=COUNTS)
SOME = replace(ONE, filters=frozenset({"id"}), sort="created", descending=True)
COUNTED = ("lately", "just_now", "first", "last", "waiting")  # columns of campaigns/pace


class Campaigns(Verbs):
    """Answers about campaigns, as one viewer may have them; what may be done to them is refused here (R45)."""

    def __init__(
        self,
        store: Store,
        viewer: Viewer,
        zones: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._viewer, self._zones, self._clock = store, viewer, zones, clock
        self._crowded = True  # as far as the last list has shown; nothing but time depends on it

    def kpis(self) -> Kpis:
        """Return the tiles of the whole scope; archived and queued campaigns count (R3, R8)."""
        with self._store.reading() as session:
            found = counts.statuses(session, self._viewer.workspaces)
            delivered = (
                counts.delivered(session, found, scope=self._viewer.workspaces)
                if self._provides(REPORTS)
                else None
            )
        by_status = dict.fromkeys(Status, 0)
        for row in found:
            by_status[in_contract(Status, row["status"], "status")] += row["campaigns"]
        told = self._provides(STATUS)  # else there are none of these because nothing would tell
        return Kpis(
            total=sum(by_status.values()),
            active=sum(by_status[status] for status in LIVE),
            completed=by_status[Status.DONE],
            errors=by_status[Status.FAILED] if told else None,
            sms_sent=delivered,
            new=by_status[Status.NEW] if told else None,
            cancelled=by_status[Status.CANCELLED] if told else None,
            expired=by_status[Status.EXPIRED] if told else None,
        )

    @property
    def not_provided(self) -> tuple[str, ...]:
        """Return what the source has for no campaign, by the names of a campaign's values."""
        return not_provided(self._store.probe, CAMPAIGN)

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Return the statuses that a campaign may have here: all, or what its messages alone can tell."""
        return tuple(Status) if self._provides(STATUS) else (Status.SENDING, Status.DONE)

    def _provides(self, name: str) -> bool:
        return self._store.probe.provides(name)

    def page(
        self,
        filter: CampaignFilter = EVERYTHING,
        *,
        sort: CampaignSort | str = CampaignSort.CREATED,
        descending: bool | None = None,
        limit: int = PAGE_ROWS,
        after: str | None = None,
    ) -> Page[Campaign]:
        """Return a page of the list; a page at any depth costs what the first costs (R21).

        *descending* defaults to newest first, and to A first for senders. *after* is the `next` of an earlier
        page in the same order. Raises `InvalidInput` for a sort, limit or cursor that does not exist.
        """
        asked = CampaignList(filter=filter, sort=sort, descending=descending)  # type: ignore[arg-type]  # checked there
        with self._store.reading() as session:
            total = self._count(session, asked.filter)
            rows, next = self._rows(session, asked, limit=limit, after=after, total=total)
            return Page(rows=self._with_reasons(session, rows), total=total, next=next, kind=Campaign)

    def listing(
        self,
        asked: CampaignList = WHOLE,
        *,
        limit: int = PAGE_ROWS,
        after: str | None = None,
        early: Early | None = None,
    ) -> Listed:
        """Return a page of *asked* and the numbers around it, from one state of the database.

        *early* is told the page while those numbers are still to be counted: its rows, which do not say yet why one is
        paused, and whether another page follows. Of an empty page it is told nothing. Raises `InvalidInput` for a limit
        or cursor that does not exist, and for a workspace outside the scope.
        """
        expect(CampaignList, asked, what="asked")
        with self._store.reading() as session:
            kept = self._kept_tally(session, asked.filter)  # sooner had than the page, which is found by it
            total = kept.total if kept else None
            rows, next = self._rows(session, asked, limit=limit, after=after, total=total)
            if early and rows:
                early(rows, next is not None)
            tally = self._tally(session, asked.filter, kept)
            self._crowded = tally.unfiltered > CROWD or asked.filter.view is not View.CAMPAIGNS
            rows = self._with_reasons(session, rows)
        return Listed(
            page=Page(rows=rows, total=tally.total, next=next, kind=Campaign),
            facets=tally.facets(self._viewer.workspaces),
            unfiltered=tally.unfiltered,
            dropping=tally.dropping(asked.filter.active),
        )

    def _rows(
        self, session: Session, asked: CampaignList, *, limit: int, after: str | None, total: int | None
    ) -> tuple[tuple[Campaign, ...], str | None]:
        """Return the rows of a page and the cursor of the page after it; *total* match, if the caller knows that."""
        by = asked.sort
        order = order_name(by, descending=asked.descending)
        cursor = Cursor.parse(after, order=order) if after is not None else None
        check_limit(limit)
        ordered = Variant(sort=by.value, descending=asked.descending, limited=True)
        key = str if by is CampaignSort.SENDER else datetime
        ordered, place = later(ordered, cursor, key=key, tie=UUID, nullable=by is CampaignSort.START)
        if total == 0:
            return (), None
        sought, parameters = self._sought(session, asked.filter, total)
        variant = replace(ordered, filters=sought.filters, few=sought.few, missing=sought.missing)
        asked_for = parameters | place | {"limit": limit + 1}
        found = self._page(session, asked_for, variant)
        with_counts = not COUNTS & variant.missing
        rows = self._with_progress(session, found[:limit], Place(asked.filter.view), with_counts=with_counts)
        more = len(found) > limit
        return rows, str(_cursor(rows[-1], by, order)) if more else None

    def _page(self, session: Session, given: Mapping[str, Any], variant: Variant) -> list[Row]:
        """Return the rows of a page; of a list newest first the newest alone are ordered, where no index knows them.

        Rows lie as they were created, so that each would be newer than all that were ordered before it.
        """
        since = self._lately(session, given, variant)
        if since is not None:
            narrowed = replace(variant, filters=variant.filters | {f"{variant.sort}_lately"})
            found = session.rows("campaigns/page", {**given, "lately": since}, narrowed)
            if len(found) == given["limit"]:
                return found
        return session.rows("campaigns/page", given, variant)

    def _lately(self, session: Session, given: Mapping[str, Any], variant: Variant) -> datetime | None:
        """Return since when about so many campaigns are there as a page of them takes, if that is worth a question."""
        until = given.get("after_key", self._clock())  # null where only those are left that have no moment
        by_moment = variant.descending and variant.sort != CampaignSort.SENDER
        if session.indexed or not self._crowded or given["search"] or not by_moment or until is None:
            return None
        try:
            moments = {name: until - span for name, span in SPANS.items()}
        except OverflowError:  # of a cursor that somebody made up
            return None
        there = session.row("campaigns/lately", {**moments, "until": until, "sort": variant.sort})
        enough = (moments[name] for name in SPANS if there[name] >= ENOUGH * given["limit"])
        return next(enough, None)

    def count(self, filter: CampaignFilter = EVERYTHING) -> int:
        """Return how many campaigns match."""
        with self._store.reading() as session:
            return self._count(session, filter)

    def facets(self, filter: CampaignFilter = EVERYTHING) -> Facets:
        """Return, for each value of a group, how many campaigns the list would show if it alone were chosen there.

        Raises `InvalidInput` for a workspace outside the scope.
        """
        with self._store.reading() as session:
            kept = self._kept_tally(session, filter)
            return self._tally(session, filter, kept).facets(self._viewer.workspaces)

    def dropping(self, filter: CampaignFilter) -> dict[str, int]:
        """Return, for each active field of *filter*, how many campaigns would match without it (R39)."""
        with self._store.reading() as session:
            tally = self._tally(session, filter, self._kept_tally(session, filter))
        return tally.dropping(filter.active)

    def find(self, id: str) -> Campaign:
        """Return the campaign of that `external_id` or unambiguous prefix, whatever view it is in.

        Raises `NotFound`, or `Ambiguous` with the ids that it could be.
        """
        with self._store.reading() as session:
            return self._find(session, id)

    def outline(self, id: str) -> Campaign:
        """Return the campaign like `find`, but with nothing counted: it takes as long whatever its size."""
        with self._store.reading() as session:
            row = self.locate(session, id)
        return campaign_of(row, self._unknown, self._viewer, Place.DETAIL)

    @contextmanager
    def look(self, id: str | Look, *, writing: bool = False) -> Iterator[Look]:
        """Look at campaign *id* for as long as the block lasts; what is looked at already stays as it is seen there.

        Every question about one campaign takes a look instead of the id: several of the same look have one session,
        and their answers agree. Raises `NotFound` or `Ambiguous`.
        """
        if isinstance(id, Look):
            yield id
            return
        session_of = self._store.writing if writing else self._store.reading
        with ExitStack() as afterwards, session_of() as session:
            campaign = self.locate(session, id, without=ARCHIVE)
            del campaign["archived"]
            yield Look(session=session, campaign=campaign, now=self._clock(), afterwards=afterwards)

    def show(self, id: str | Look) -> Shown:
        """Return one campaign with its verdicts, its badge and what the viewer may do to it now."""
        with self.look(id) as look:
            session, parts, table = look.session, look.parts, look.stats
            counted, row = counts.added_up(parts) | self._unknown, look.campaign | {"archived": look.archived}
            (campaign,) = self._with_reasons(session, [campaign_of(row, counted, self._viewer, Place.DETAIL)])
            job_errors = (
                session.row("errors/job_count", {"campaign_id": campaign.campaign_id})["job_errors"]
                if self._store.probe.provides("core.job_errors")
                else None
            )
        badge = _badge(job_errors, campaign)
        return Shown(
            campaign=campaign,
            verdicts=add_up((judged(part, table), part["recipients"]) for part in parts),
            badge=badge,
            not_provided=_not_provided(
                self.not_provided,
                mode=campaign.mode,
                job_errors=badge.job_errors,
                counter=badge.counter,
                failed_rows=badge.failed_rows,
            ),
        )

    def activity(self, id: str | Look) -> Activity:
        """Return the messages sent per day in the zone of the campaign's workspace (R49)."""
        with self.look(id) as look:
            zone = self.zone(look.campaign["workspace_id"])
            found = counts.activity(look.session, look.campaign, zone=zone)
        if not self._provides(REPORTS):
            found = [row | {"delivered": None, "failed": None} for row in found]
        return Activity(zone=zone, rows=_every_day(found))

    def history(self, id: str | Look) -> History:
        """Return the state history with durations and anomalies, newest first (R50)."""
        with self.look(id) as look:
            found = look.session.rows("campaigns/history", {"campaign_id": look.campaign["campaign_id"]})
        events = told_once(self._entered(row) for row in found)
        missing = () if self._store.probe.provides("core.state_events") else ("state_events",)
        return History(rows=tuple(reversed(steps(events))), not_provided=missing)

    def _entered(self, row: Row) -> Entered:
        by_hand, reason = row["actor"] is not None, mask_numbers(row["reason"])
        if by_hand:
            who = f"{row['action']} by {mask_actor(row['actor'], clear=self._viewer.clear_numbers)}"
            reason = f"{who}: {reason}" if reason else who
        return Entered(row["phase"], reason, row["occurred_at"], by_hand=by_hand)

    def pace(self, id: str | Look) -> Pace:
        """Return how fast campaign *id* sends and when it will be through; empty unless it is Sending."""
        with self.look(id) as look:
            row, now = look.campaign, look.now
            if row["status"] != Status.SENDING:
                return Pace()
            asked = {
                "campaign_ids": [row["campaign_id"]],
                "since": now - LATELY,
                "just_since": now - JUST_NOW,
            }
            counted = look.session.rows("campaigns/pace", asked)
        sent = Sent(**{key: counted[0][key] for key in COUNTED}) if counted else Sent()
        window = Window(
            zone=self.zone(row["workspace_id"]), opens=row["window_from"], closes=row["window_to"]
        )
        return pace(status=Status.SENDING, sent=sent, window=window, end_at=row["end_at"], now=now)

    def archivable(self, filter: CampaignFilter = EVERYTHING) -> int:
        """Return how many of the campaigns that match the viewer may archive: what `archive_all` would take on.

        Raises `NotAllowed` if there is no workspace where they may, `InvalidInput` for a view whose rows offer no
        Archive.
        """
        asked = self._archivable(filter)
        return self.count(asked) if asked else 0

    def _archivable(self, filter: CampaignFilter) -> CampaignFilter | None:
        """Return *filter* narrowed to what the viewer may archive, or None if nothing can be left of it."""
        if Event.ARCHIVE not in OFFERED[Place(filter.view)]:
            raise InvalidInput(
                f"what is in the {VIEW_LABEL[filter.view]} is not archived all at once: choose the view campaigns"
            )
        mine = frozenset(key for key in self._viewer.workspaces if self._viewer.may(Event.ARCHIVE, key))
        for workspace in self._viewer.workspaces if not mine else ():
            self._viewer.check(Event.ARCHIVE, workspace)
        workspaces = mine & (filter.workspaces or mine)
        statuses = ARCHIVABLE & (filter.statuses or ARCHIVABLE)
        return replace(filter, workspaces=workspaces, statuses=statuses) if workspaces and statuses else None

    def zone(self, workspace: str) -> str:
        """Return the IANA zone in which a workspace counts its days."""
        return self._zones.get(workspace, "UTC")

    def _scope(self) -> dict[str, object]:
        return {"scope": list(self._viewer.workspaces)}

    def _matching(self, filter: CampaignFilter) -> tuple[Variant, dict[str, object]]:
        """Return the form of campaigns/page that *filter* asks for, and its parameters."""
        expect(CampaignFilter, filter, what="filter")
        unknown = filter.workspaces - set(self._viewer.workspaces)
        if unknown:
            raise InvalidInput(
                f"there is no workspace {min(unknown)!r} in this scope:"
                f" choose from {', '.join(self._viewer.workspaces)}"
            )
        now, ids = self._clock(), id_range(filter.search)
        names = {filter.view.value}
        given: dict[str, object] = self._scope() | {
            "statuses": sorted(filter.statuses),
            "modes": sorted(filter.modes),
            "workspaces": sorted(filter.workspaces),
            "search": filter.search,
            "now": now,
            "since": now - SPAN[filter.period] if filter.period in SPAN else None,
            "id_low": ids and ids.low,
            "id_high": ids and ids.high,
        }
        names |= {*COLUMN, "period"}.intersection(filter.active)
        if filter.search:
            names.add("id_or_sender" if ids else "sender")
        return Variant(filters=frozenset(names), missing=COUNTS), given

    def _sought(
        self, session: Session, filter: CampaignFilter, total: int | None
    ) -> tuple[Variant, dict[str, object]]:
        """Return what `_matching` does, in the form that is fastest if so many match."""
        variant, given = self._matching(filter)
        if not session.indexed or total is None:
            return variant, given
        if total > FEW:
            return replace(variant, missing=frozenset()), given
        variant, ids = replace(variant, few=True), id_range(filter.search)
        wide = ids is not None and ids.wide  # by the id alone it finds too many
        senders = counts.senders(session, filter.search, MANY) if filter.search and not wide else None
        if senders is None:
            return variant, given
        names = variant.filters - {"sender", "id_or_sender"} | {"id_or_senders" if ids else "senders"}
        return replace(variant, filters=names), given | {"senders": senders}

    def _count(self, session: Session, filter: CampaignFilter) -> int:
        variant, parameters = self._matching(filter)
        tally = self._kept_tally(session, filter)
        if tally:
            return tally.total
        matching: int = session.row("campaigns/page", parameters, replace(variant, counted=True))["matching"]
        return matching

    def _tally(self, session: Session, filter: CampaignFilter, kept: Tally | None) -> Tally:
        """Return *kept*, what `_kept_tally` returned, or else count now."""
        if kept:
            return kept
        _, parameters = self._matching(filter)
        view = Variant(filters=frozenset({filter.view.value}))
        name = "campaigns/facets_found" if PASSED.keys() & filter.active else "campaigns/facets"
        return Tally(session.rows(name, parameters, view), filter)

    def _kept_tally(self, session: Session, filter: CampaignFilter) -> Tally | None:
        """Return the tally of *filter* where the engine keeps how many campaigns there are.

        Each campaign is looked at only where both a period and a search have to show it.
        """
        _, parameters = self._matching(filter)
        asked = parameters | {"view": filter.view.value}
        passed = sorted(PASSED.keys() & filter.active)
        answers = (counts.tallied(session, asked, by) for by in passed or [""])
        kept = [rows for rows in answers if rows is not None]
        if not kept:
            return None
        if len(passed) < len(PASSED):
            return Tally(split(kept[0], PASSED[passed[0]]) if passed else kept[0], filter)
        period, search = kept
        both = session.rows(
            "campaigns/facets_found", parameters, Variant(filters=frozenset({filter.view.value, "passed"}))
        )
        return Tally(split_twice(period, search, both), filter)

    def _find(self, session: Session, id: str) -> Campaign:
        found = self._with_progress(session, [self.locate(session, id)], Place.DETAIL)
        (campaign,) = self._with_reasons(session, found)
        return campaign

    def locate(self, session: Session, id: str, *, without: frozenset[str] = frozenset()) -> Row:
        """Return the row of campaigns/page that *id* means, in a session of the caller's and without its counts.

        *without* names relations that it has nothing of.
        """
        ids = id_range(id.strip()) if isinstance(id, str) else None
        if ids is None:
            raise NotFound(
                f"no campaign has an ID like {_quoted(id)}: an ID is a UUID or the beginning of one"
            )
        if len(id.strip()) < SHORTEST_ID:
            raise InvalidInput(f"an ID needs at least {SHORTEST_ID} characters, {id.strip()!r} has fewer")
        parameters = self._scope() | {"id_low": ids.low, "id_high": ids.high, "limit": 6}
        variant = replace(ONE if ids.low == ids.high else SOME, missing=COUNTS | without)
        found = session.rows("campaigns/page", parameters, variant)
        if not found:
            raise NotFound(
                f"no campaign in {self._scope_name()} has an ID that begins with {_quoted(id)}:"
                " check it, or widen the scope with --workspace"
            )
        if len(found) > 1:
            some = ", ".join([*(row["external_id"] for row in found[:5]), *(["…"] if len(found) > 5 else [])])
            raise Ambiguous(f"{_quoted(id)} fits several campaigns ({some}): give more of it")
        return found[0]

    def _scope_name(self) -> str:
        return (
            "the Master workspace"
            if self._viewer.master
            else f"workspace {', '.join(self._viewer.workspaces)}"
        )

    def _with_progress(
        self, session: Session, found: list[Row], place: Place, *, with_counts: bool = False
    ) -> tuple[Campaign, ...]:
        """Return the rows as campaigns of *place*, with what each has sent, delivered and lost."""
        progress = counts.progress(session, found, with_counts=with_counts) if found else {}
        unknown = self._unknown
        return tuple(
            campaign_of(row, progress.get(row["campaign_id"], {}) | unknown, self._viewer, place)
            for row in found
        )

    @property
    def _unknown(self) -> dict[str, int | None]:
        """Return what nobody knows of what a campaign's messages came to."""
        return {} if self._provides(REPORTS) else {"delivered": None, "errors": None}

    def _with_reasons(self, session: Session, campaigns: Sequence[Campaign]) -> tuple[Campaign, ...]:
        """Return *campaigns* with why each is paused that is (R27)."""
        paused = [campaign.campaign_id for campaign in campaigns if campaign.status is Status.PAUSED]
        if not paused or not self._store.probe.provides("core.state_events"):
            return tuple(campaigns)
        events = session.rows("campaigns/paused", {"campaign_ids": paused})
        reasons = {row["campaign_id"]: row["reason"] for row in events if row["phase"] == Status.PAUSED}
        return tuple(
            replace(campaign, paused_reason=mask_numbers(reasons[campaign.campaign_id]))
            if campaign.campaign_id in reasons
            else campaign
            for campaign in campaigns
        )


def _cursor(last: Campaign, by: CampaignSort, order: str) -> Cursor:
    key = {
        CampaignSort.CREATED: last.created_at.isoformat(),
        CampaignSort.START: last.start_at.isoformat() if last.start_at else None,
        CampaignSort.SENDER: last.saddr,
    }[by]
    return Cursor(order, key, last.external_id)


def judged(part: Row, table: StatTable) -> Verdict:
    """Return the verdict on the recipients of *part*, a row of campaigns/parts."""
    return verdict(
        stage=in_contract(Stage, part["stage"], "stage"),
        sms_result=in_contract(SmsResult, part["sms_result"], "SMS result"),
        kind=table.kind(part["smpp_code"]),
        filtered=part["filtered"],
        receipts_may_come=part["receipts_may_come"],
    )


def _badge(job_errors: int | None, campaign: Campaign) -> Badge:
    known = [count for count in (campaign.delivery_errors, campaign.errors) if count is not None]
    return Badge(
        job_errors=job_errors,
        counter=campaign.delivery_errors,
        failed_rows=campaign.errors,
        badge=(job_errors or 0) + max(known, default=0) if known or job_errors is not None else None,
    )


def _not_provided(lacking: tuple[str, ...], **values: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(name for name, value in values.items() if value is None), *lacking]))


def _every_day(found: list[Row]) -> tuple[Day, ...]:
    if not found:
        return ()
    by_day = {row["day"]: Day(**row) for row in found}
    none = {name: None if found[0][name] is None else 0 for name in ("delivered", "failed")}
    first, last = min(by_day), max(by_day)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(by_day.get(day, Day(day=day, sent=0, **none)) for day in days)


def _quoted(id: object) -> str:
    text = repr(id)
    return text if len(text) <= 60 else text[:57] + "…'"
