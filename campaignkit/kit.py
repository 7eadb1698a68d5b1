"""The one object that an analyst holds."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from campaignkit.domain.access import MASTER, RANK, Role, Viewer
from campaignkit.domain.errors import InvalidInput, NotAllowed, NotFound, StoreMissing
from campaignkit.domain.lifecycle import Event
from campaignkit.services.audit import Audit
from campaignkit.services.campaigns import Campaigns
from campaignkit.services.errors import ErrorReports
from campaignkit.services.pages import MOST_ROWS
from campaignkit.services.recipients import Recipients
from campaignkit.settings import Settings, from_environment
from campaignkit.store.base import Row, Store
from campaignkit.store.probe import COUNTS, refused

if TYPE_CHECKING:
    from campaignkit.domain.filters import CampaignFilter
    from campaignkit.services.board import Board, Boards
    from campaignkit.services.copies import Copied
    from campaignkit.services.exports import Exports
    from campaignkit.services.refresh import Refreshed


class Kit:
    """A database as one viewer sees it: `campaigns`, `recipients`, `errors`, `exports` and `audit` answer questions.

    `workspaces` maps the scope's workspaces to their names, `viewer` says who is asking.
    """

    def __init__(
        self,
        store: Store,
        viewer: Viewer,
        workspaces: Mapping[str, Row],
        clock: Callable[[], datetime],
        settings: Settings | None = None,
    ) -> None:
        self._store, self.viewer, self.clock = store, viewer, clock
        self.workspaces = {key: row["name"] for key, row in workspaces.items()}
        zones = {key: _known_zone(row["time_zone"]) for key, row in workspaces.items()}
        self.campaigns = _campaigns(store, viewer, zones, clock)
        self.recipients = Recipients(store, viewer, self.campaigns, clock)
        self.errors = ErrorReports(store, self.campaigns)
        self._settings = settings or Settings()  # which have no place for exports
        self.audit = Audit(store, viewer, self.campaigns)
        # one zone for the page's times: the workspaces' own if they share one
        self.zone = next(iter(zones.values())) if len(set(zones.values())) == 1 else "UTC"

    @functools.cached_property
    def exports(self) -> Exports:
        """Return what makes and keeps files of recipients; its code is imported when it is first asked for (R45)."""
        from campaignkit.services.exports import Exports
        from campaignkit.services.kept import KeptFiles

        files, ttl = KeptFiles(self._settings.exports), self._settings.export_ttl
        return Exports(self._store, self.viewer, self.campaigns, self.clock, files=files, ttl=ttl)

    def board(self) -> Board:
        """Return what is sending now: how fast, until when, and whether it arrives as it usually does.

        A kit remembers for an hour what is usual, so asking it again is cheap.
        """
        return self._boards.now()

    @functools.cached_property
    def _boards(self) -> Boards:
        from campaignkit.services.board import Boards

        return Boards(self._store, self.viewer, self.campaigns, self.clock)

    @property
    def acts(self) -> bool:
        """Tell whether anything may be done through this kit: it was opened to write, by somebody who may."""
        return self._store.writable and self.viewer.acts

    @property
    def keeps_counts(self) -> bool:
        """Tell whether what is counted may be kept: not over a source that does not say what has changed since."""
        return not COUNTS & self._store.probe.missing

    def refresh(
        self, *, everything: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> Refreshed:
        """Count what changed since it was last counted, or *everything*, so that screens need not count it.

        *progress* is told how many campaigns are counted, and of how many. Raises `NotAllowed` for a viewer,
        `StoreBusy` while somebody else refreshes.
        """
        if not self.acts:
            raise NotAllowed(
                "refresh needs the role operator: choose it with --role, as far as kit.members lets you"
            )
        from campaignkit.services.refresh import refresh

        told = {} if progress is None else {"progress": progress}
        return refresh(self._store, now=self.clock(), everything=everything, **told)

    def snapshot(
        self,
        into: Path | str,
        *ids: str,
        filter: CampaignFilter | None = None,
        force: bool = False,
        progress: Callable[[str, float], None] | None = None,
    ) -> Copied:
        """Copy campaigns *ids*, or those that *filter* lists, or the whole scope, into the DuckDB file *into*.

        Of one moment, and masked: no number and no hash of one is in it, and texts that hold numbers or addresses hold
        them no more. The file is an ordinary database; it is there when it is whole. *force* replaces what is there.
        Raises `InvalidInput` for a place or a scope that cannot be, `StoreError` if either database is lost.
        """
        from campaignkit.services import copies

        return copies.make(
            self._store, self.viewer, Path(into).expanduser(), chosen=self._chosen(ids, filter), now=self.clock(),
            cache=self._settings.cache, force=force, progress=progress or (lambda _step, _share: None),
        )  # fmt: skip

    def _chosen(self, ids: Sequence[str], filter: CampaignFilter | None) -> list[int] | None:
        """Return the keys of the campaigns that are asked for, None for all of the scope."""
        if ids and filter is not None:
            raise InvalidInput("a snapshot is of campaigns or of a filter: leave one of them out")
        if ids:
            return [self.campaigns.outline(id).campaign_id for id in ids]
        if filter is None:
            return None
        found: list[int] = []
        after = None
        while True:
            page = self.campaigns.page(filter, limit=MOST_ROWS, after=after)
            found += [row.campaign_id for row in page.rows]
            after = page.next
            if after is None:
                return found

    def __repr__(self) -> str:
        scope = MASTER if self.viewer.master else ", ".join(self.viewer.workspaces)
        return f"Kit({self._store.name!r}, workspace={scope!r})"


def open(
    url: str | Path | None = None,
    *,
    workspace: str | None = None,
    role: str | None = None,
    clear_numbers: bool = False,
    actor: str | None = None,
    now: datetime | None = None,
) -> Kit:
    """Return a `Kit` on the database at *url*, a DuckDB file or `postgresql://…`, as a viewer and read-only by default.

    What is left out comes from `CAMPAIGNKIT_DB`, `_WORKSPACE`, `_ROLE` and `_AS`. Without a workspace: the only
    one there is; 'master' is all that the viewer may read. *now* stops the clock, so that an answer can be had
    again. *clear_numbers* is the extra grant to see and export full numbers, each time audited; it needs the file
    that holds them. On PostgreSQL the server knows the login: it is the *actor*, and *role* can only lower what the
    server grants it. Raises `StoreError` if the database cannot be used, `NotFound` for an unknown workspace,
    `NotAllowed` if `kit.members` does not list the actor for it.

    >>> kit = open("sample.duckdb", workspace="retail")             # doctest: +SKIP
    >>> kit.campaigns.kpis().total                                  # doctest: +SKIP
    84
    """
    settings = from_environment()
    if now is not None and now.tzinfo is None:
        raise InvalidInput("now needs a zone: datetime(…, tzinfo=UTC)")
    asked = Role.parse(role or settings.role or Role.VIEWER)
    writable = asked is not Role.VIEWER or clear_numbers  # who sees a full number leaves an audit row (R57)
    store = database(url, writable=writable, numbers=clear_numbers).open()
    login = _login(store, actor or settings.actor, settings.account, acts=writable)
    asked = min(asked, store.granted, key=RANK.__getitem__)
    known, roles = _rights(store, login, asked)
    viewer = replace(
        _viewer(login, roles, workspace or settings.workspace),
        clear_numbers=clear_numbers,
        untaken=_untaken(store) if writable else frozenset(),
    )
    store.writable = viewer.acts or clear_numbers
    clock = (lambda: now) if now is not None else (lambda: datetime.now(UTC))
    return Kit(store, viewer, {key: known[key] for key in viewer.workspaces}, clock, settings)


def _untaken(store: Store) -> frozenset[Event]:
    """Return the steps that the source takes from nobody; archiving is a mark of the toolkit's own."""
    refusing = refused(store, CHANGES)
    return frozenset(event for name in refusing for event in CHANGES[name])


# What changes core.campaigns (sql/actions), and the steps that are done by it.
CHANGES: Mapping[str, tuple[Event, ...]] = {
    "actions/move": (Event.START, Event.CANCEL),
    "actions/moderate": (Event.APPROVE, Event.REJECT),
}


def _login(store: Store, actor: str | None, account: str, *, acts: bool) -> str:
    """Return who is asking: whoever acts on a server is who the server knows, and nobody else."""
    if store.login is None:
        return actor or account
    if acts and actor not in (None, store.login):
        raise NotAllowed(
            f"on PostgreSQL whoever acts is the login, here {store.login}: leave out the name {actor} (--as,"
            " CAMPAIGNKIT_AS), or connect as that login"
        )
    return actor or store.login


def _campaigns(
    store: Store, viewer: Viewer, zones: Mapping[str, str], clock: Callable[[], datetime]
) -> Campaigns:
    """Return the service; the code that acts is imported only where it may (R45)."""
    if not (store.writable and viewer.acts):  # what Kit.acts says
        return Campaigns(store, viewer, zones, clock)
    from campaignkit.services.actions import ActingCampaigns

    return ActingCampaigns(store, viewer, zones, clock)


def database(url: str | Path | None = None, *, writable: bool = False, numbers: bool = False) -> Store:
    """Return the store at *url*, else at `CAMPAIGNKIT_DB`, not yet looked into; *numbers* takes in the full ones.

    Only the engine that is asked for is imported. Raises `StoreMissing` if neither is given.
    """
    settings = from_environment()
    place = str(url) if url is not None else settings.db
    if not place:
        raise StoreMissing("no database is named: give --db PATH or set CAMPAIGNKIT_DB")
    if place.startswith(("postgresql://", "postgres://")):
        from campaignkit.store.postgres import PostgresStore

        return PostgresStore(place, writable=writable, cache=settings.cache, numbers=numbers)
    from campaignkit.store.duckdb import DuckStore

    return DuckStore(Path(place).expanduser(), writable=writable, cache=settings.cache, numbers=numbers)


def _rights(store: Store, login: str, asked: Role) -> tuple[dict[str, Row], dict[str, Role]]:
    """Return all workspaces, and those that *login* may read, each with the role it has there."""
    with store.reading() as session:
        known = {row["workspace_id"]: row for row in session.rows("workspaces/all", {})}
        entries = session.rows("members/of_login", {"login": login})
    if not entries:
        return known, dict.fromkeys(known, asked)
    given = {row["workspace_id"]: Role(row["role"]) for row in entries if row["workspace_id"] is not None}
    everywhere = given.get("*")
    roles = {
        key: min(role, asked, key=RANK.__getitem__)
        for key in known
        if (role := given.get(key, everywhere)) is not None
    }
    if not roles:
        raise NotAllowed(f"{login} is no member of any workspace here: ask for an entry in kit.members")
    return known, roles


def _viewer(login: str, roles: Mapping[str, Role], workspace: str | None) -> Viewer:
    if workspace == MASTER or (workspace is None and not roles):
        return Viewer(login=login, roles=roles, master=True)
    if workspace is None and len(roles) > 1:
        raise InvalidInput(
            f"there are several workspaces: choose one of {', '.join(sorted(roles))}, or {MASTER} for all,"
            " with --workspace"
        )
    chosen = workspace if workspace is not None else next(iter(roles))
    if chosen not in roles:
        there = ", ".join([*sorted(roles), MASTER])
        raise NotFound(f"there is no workspace {chosen!r} for {login}: choose from {there}")
    return Viewer(login=login, roles={chosen: roles[chosen]})


def _known_zone(name: str) -> str:
    """Return *name* if it is a zone, else UTC; screens name the zone that they use."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return "UTC"
    return name
