"""Copies: some campaigns as a DuckDB file of the user's own, from either engine, masked and of one moment.

The source is read in one session, so in one state, a piece at a time; while the server sends one piece, DuckDB takes
the two before it. The file is built beside its place and renamed when it is whole. What the source does not provide,
the copy does not provide either; what was counted is counted anew.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from campaignkit.domain.access import Permission, Viewer
from campaignkit.domain.errors import CampaignKitError, InvalidInput, StoreError
from campaignkit.services.refresh import bundles, refresh
from campaignkit.store import gate, scratch
from campaignkit.store.base import PLAIN, Row, Session, Store
from campaignkit.store.duckdb import DuckStore, numbers_file
from campaignkit.store.duckdb import Session as Taking
from campaignkit.store.migrate import CORE, CORE_OPTIONAL, COUNTS, KIT, create, note_unfilled
from campaignkit.store.probe import COLUMNS
from campaignkit.store.statements import Variant

MARK = ".copying-"
RECIPIENTS = "core.recipients"
RELATIONS = {  # of a copy, in order, each with its statement
    "core.workspaces": "copy/workspaces",
    "core.campaigns": "copy/campaigns",
    "core.state_events": "copy/state_events",
    "core.job_errors": "copy/job_errors",
    "core.audit_events": "copy/audit_events",
    "kit.audit_events": "copy/kit_audit_events",
    "kit.archived": "copy/archived",
    "kit.stat_aliases": "copy/stat_aliases",
}
NO_HASH = "core.recipients.ctn_hash"  # nothing in a copy leads to a number
PIECE = 122_880  # recipients: DuckDB writes so many together, and fewer or more twice unless all is one transaction
AT_ONCE = 2  # pieces that DuckDB takes at a time: the server's are faster than one
BEFORE_ALL = -(2**63)  # no id is less, and none is it
COUNTING = 0.9  # the share of the work at which the rows are there and are counted
ACTION = "snapshot_taken"

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What stands in the file. `unaudited` says why the audit trail does not know of it, else it is empty."""

    file: Path
    workspaces: tuple[str, ...]
    campaigns: int
    recipients: int
    as_of: datetime
    unaudited: str


def make(
    store: Store,
    viewer: Viewer,
    into: Path,
    *,
    chosen: Sequence[int] | None,
    now: datetime,
    cache: Path | None,
    force: bool,
    progress: Progress,
) -> Copied:
    """Copy the *chosen* campaigns, or all of the viewer's, into the file *into*; *force* replaces one that is there.

    Raises `InvalidInput` for a place that cannot take it, and for no campaigns at all; then there is no file.
    """
    place = into.absolute()
    with _beside(place, store, force=force) as folder:
        target = DuckStore(folder / place.name, writable=True, cache=cache)
        try:
            with store.apart(folder / "spill", numbers=False) as source, source.reading() as session:
                scope = _scope(session, viewer, chosen)
                _lay_out(target, store)
                # one transaction but for whole pieces: so DuckDB writes each row once
                with target.open().writing() as taking:
                    _fill(session, taking, scope, folder, progress)
            progress("counting", COUNTING)
            refresh(target, now=now, progress=lambda done, of: progress("counting", _share(done, of)))
            with target.reading() as session:
                ((recipients,),) = session.query("select count(*) from core.recipients")
            target.check_whole(name=into)
        except OSError as error:
            raise StoreError(
                f"{into} could not be written ({error.strerror}): free some space, or choose another place;"
                " nothing is left of it"
            ) from error
        _put(target, place, force=force)
    places = tuple(sorted({str(row["workspace_id"]) for row in scope}))
    copied = Copied(
        file=into,
        workspaces=places,
        campaigns=len(scope),
        recipients=int(recipients),
        as_of=now,
        unaudited="",
    )
    return _audited(store, viewer, copied, None if chosen is None else [row["campaign_id"] for row in scope])


def _scope(session: Session, viewer: Viewer, chosen: Sequence[int] | None) -> list[Row]:
    variant = Variant() if chosen is None else Variant(filters=frozenset({"chosen"}))
    given = {"scope": sorted(viewer.workspaces), "campaign_ids": list(chosen or ())}
    found = session.rows("copy/scope", given, variant)
    if not found:
        raise InvalidInput("no campaign matches: a snapshot needs at least one")
    return found


def _lay_out(target: DuckStore, store: Store) -> None:
    """Make the schema as far as the source provides it."""
    lacking = frozenset(name for name in store.probe.missing if name.startswith("core.")) | {NO_HASH}
    with target.writing() as session:
        create(session, CORE, CORE_OPTIONAL, KIT, COUNTS)
        for name in sorted(lacking):
            schema, relation, *column = name.split(".")
            table = f"{schema}.{relation}"
            session.script(
                f"alter table {table} drop column {column[0]}" if column else f"drop table {table}"
            )
        note_unfilled(session, store.probe.unfilled)


def _fill(session: Session, target: Taking, scope: list[Row], folder: Path, progress: Progress) -> None:
    """Bring everything that belongs to the campaigns of *scope*."""
    given = {
        "workspaces": sorted({row["workspace_id"] for row in scope}),
        "campaign_ids": [row["campaign_id"] for row in scope],
    }
    there = {relation for relation, *_ in target.query(COLUMNS)}
    for relation, statement in RELATIONS.items():
        if relation in there:
            _take(target, relation, session.file(statement, given, folder / relation), folder / relation)
    whole = sum(row["size"] for row in scope) or 1
    done, pending = 0, deque[Future[None]]()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as taking:
        for number, piece in enumerate(_pieces(session, scope)):
            progress("recipients", COUNTING * min(done / whole, 1.0))
            path = folder / f"recipients{number}"
            rows = session.file("copy/recipients", piece.parameters, path, piece.variant)
            while len(pending) >= AT_ONCE:
                pending.popleft().result()
            before = pending[-1] if pending else None
            pending.append(taking.submit(_take_recipients, target, rows, path, piece, before))
            done += piece.size
        for last in pending:
            last.result()


def _take(target: Taking, relation: str, rows: str, path: Path, before: int = 0) -> None:
    target.take(relation, rows, before=before)
    path.unlink()


def _take_recipients(
    target: Taking, rows: str, path: Path, piece: _Piece, previous: Future[None] | None
) -> None:
    """Append a piece after the *previous* one; what DuckDB writes together is a transaction of its own."""
    if not piece.whole:
        _wait(previous)
        _take(target, RECIPIENTS, rows, path, piece.before)
        return
    with target.beside() as beside:
        _take(beside, RECIPIENTS, rows, path, piece.before)
        _wait(previous)


def _wait(previous: Future[None] | None) -> None:
    if previous:
        previous.result()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Recipients that come together: of some campaigns, or a part of one; `before` came before them in it.

    `whole` says that they are as many as DuckDB writes together.
    """

    parameters: Mapping[str, object]
    variant: Variant
    size: int
    before: int = 0
    whole: bool = False


def _pieces(session: Session, scope: list[Row]) -> Iterator[_Piece]:
    """Yield pieces of bounded size: the disk holds little twice, and either engine works while the other does."""
    sizes = {row["campaign_id"]: row["size"] for row in scope}
    for bundle in bundles(scope, most=PIECE):
        size = sum(sizes[campaign] for campaign in bundle)
        if size <= PIECE:
            yield _Piece({"campaign_ids": bundle}, PLAIN, size)
        else:
            yield from _parts(session, bundle)


def _parts(session: Session, campaign: list[int]) -> Iterator[_Piece]:
    after, before = BEFORE_ALL, 0
    part = Variant(filters=frozenset({"piece"}))
    while True:
        given = {"campaign_ids": campaign, "campaign_id": campaign[0], "after": after}
        found = session.row("copy/piece", given | {"most": PIECE})
        upto, size = found["upto"], found["recipients"]
        if not size:
            return
        yield _Piece(given | {"upto": upto}, part, size, before, whole=size == PIECE)
        after, before = upto, before + size


def _share(done: int, of: int) -> float:
    return COUNTING + (1 - COUNTING) * done / max(of, 1)


# ── the file ─────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def _beside(into: Path, store: Store, *, force: bool) -> Iterator[Path]:
    """Hold a private folder beside *into*; raises `InvalidInput` for a place that a copy cannot be put in."""
    try:
        _check(into, store, force=force)
        with scratch.folder(into.parent, f".{into.name[:100]}{MARK}") as folder:
            (folder / "spill").mkdir()
            yield folder
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have that name"
        raise InvalidInput(
            f"{str(into)!r} cannot be written ({reason}): name another file with --into"
        ) from None


def _check(into: Path, store: Store, *, force: bool) -> None:
    if str(into).endswith(os.sep) or into.is_dir():
        raise InvalidInput(f"{into} is a folder: name the DuckDB file in it")
    if not into.parent.is_dir():
        raise InvalidInput(f"{into.parent} is no folder: make it first, or name another file with --into")
    if store.dialect == "duckdb" and into.exists() and into.samefile(store.address):
        raise InvalidInput(f"{into} is what would be copied: name another file with --into")
    if (into.exists() or into.is_symlink()) and not force:
        raise InvalidInput(f"{into} is there already: name another file with --into, or say --force")
    if numbers_file(into).exists():
        raise InvalidInput(
            f"{numbers_file(into)} holds full numbers of another database: name another file with --into"
        )


def _put(made: DuckStore, into: Path, *, force: bool) -> None:
    """Give the finished file its name; whoever reads the one that is there is let finish."""
    with gate.passed(into, write=True):
        if into.exists() and not force:
            raise InvalidInput(f"{into} was made by another program meanwhile: name another file with --into")
        into.with_name(f"{into.name}.wal").unlink(missing_ok=True)  # of the one that goes
        Path(made.address).replace(into)


def _audited(store: Store, viewer: Viewer, copied: Copied, chosen: list[int] | None) -> Copied:
    """Leave an entry in the trail of every campaign that was chosen, or of every workspace that was taken whole."""
    return replace(copied, unaudited=_unaudited(store, viewer, copied, chosen))


def _unaudited(store: Store, viewer: Viewer, copied: Copied, chosen: list[int] | None) -> str:
    may = all(viewer.may(Permission.ANNOTATE, workspace) for workspace in copied.workspaces)
    if not (store.writable and may):
        return "the audit trail does not know of it: that takes the role operator"
    said = {
        "actor": viewer.login,
        "now": copied.as_of,
        "action": ACTION,
        "note": f"{copied.campaigns:,} campaigns, {copied.recipients:,} recipients, numbers masked",
    }
    try:
        with store.writing() as session:
            if chosen is not None:
                session.run("audit/report", said | {"campaign_ids": chosen})
            else:
                for workspace in copied.workspaces:
                    session.run("audit/add", said | {"workspace_id": workspace, "campaign_id": None})
    except CampaignKitError as error:
        return f"the audit trail does not know of it: {error}"
    return ""
