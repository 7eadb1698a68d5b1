"""Exports: ask for one, let the engine write it, keep it for a while, hand it to its owner (R62–R65).

Notebook, command line and tests run the same `run_one`. The engine's own COPY writes the rows from one state of the
data. On DuckDB that keeps writers waiting meanwhile: a list must not change while it is written, and a second for two
million rows is short. Nothing is written to the database in that time; how far it is stands in the export's claim,
which the operating system drops if the process dies, so that no run is Running for ever.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from campaignkit.domain.access import Permission, Viewer
from campaignkit.domain.errors import (
    Ambiguous,
    CampaignKitError,
    ExportFailed,
    InvalidInput,
    NotAllowed,
    NotFound,
)
from campaignkit.domain.exports import ExportFormat, ExportStatus
from campaignkit.domain.filters import RecipientFilter, id_range, parse_enum
from campaignkit.services import kept
from campaignkit.services.answers import mask_email
from campaignkit.services.campaigns import SHORTEST_ID, Campaigns
from campaignkit.services.export_file import Written, name_of, reason_of, write
from campaignkit.services.kept import KeptFiles
from campaignkit.services.look import Look
from campaignkit.services.recipients import EVERYBODY
from campaignkit.store.base import Row, Session, Share, Store
from campaignkit.store.statements import Variant

MOST_LISTED = 1_000
AT_ONCE = 2  # of one kit; the others stay Queued
ABANDONED = "the program that ran it was ended before it was done: create a new export"
_LOG = logging.getLogger("campaignkit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export and how far it is. `progress` is a share from 0 to 1, None of a Failed one; `error` is one sentence.

    `clear` says that it holds full numbers; `external_id` is the campaign's. Of a Done one `expires_at` says when the
    kept file goes; the record stays.
    """

    export_id: str
    external_id: str
    format: ExportFormat
    filter: RecipientFilter
    clear: bool
    status: ExportStatus
    progress: float | None
    rows_matched: int | None
    rows_written: int | None
    bytes: int | None
    sha256: str | None
    requested_by: str
    mine: bool
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    error: str | None


def _silently(_share: float) -> None:
    """Tell nobody how far an export is."""


class Exports:
    """Recipients as files, as one viewer may have them."""

    def __init__(
        self,
        store: Store,
        viewer: Viewer,
        campaigns: Campaigns,
        clock: Callable[[], datetime],
        *,
        files: KeptFiles,
        ttl: timedelta,
    ) -> None:
        self._store, self._viewer, self._campaigns, self._clock = store, viewer, campaigns, clock
        self._files, self.ttl = files, ttl  # how long a kept file is there
        self._turns = threading.Semaphore(AT_ONCE)

    # ── asking ───────────────────────────────────────────────────────────────

    def of(self, id: str | Look) -> tuple[Export, ...]:
        """Return the exports of campaign *id*, newest first; raises `NotFound` or `Ambiguous`."""
        with self._campaigns.look(id) as look:
            campaign = {"campaign_id": look.campaign["campaign_id"]}
            rows = self._listed(look.session, "campaign", campaign)
            found = tuple(self._export(look.session, row) for row in rows)
            look.afterwards.callback(self._settle, rows, found)
        return found

    def find(self, export_id: str) -> Export:
        """Return the export of that id or unambiguous prefix; raises `NotFound` or `Ambiguous`."""
        with self._store.reading() as session:
            row = self._locate(session, export_id)
            found = self._export(session, row)
        self._settle([row], [found])
        return found

    def request(
        self,
        id: str,
        filter: RecipientFilter = EVERYBODY,
        *,
        format: ExportFormat | str = ExportFormat.CSV,
        clear: bool | None = None,
    ) -> Export:
        """Ask for the recipients of campaign *id* and return the export, Queued; the audit trail says so at once.

        *clear* asks for full numbers, by default wherever the viewer has the grant. Raises `NotAllowed`.
        """
        return self._request(str(uuid4()), id, filter, format=format, clear=clear)

    def _request(
        self,
        export_id: str,
        id: str,
        filter: RecipientFilter,
        *,
        format: ExportFormat | str,
        clear: bool | None,
    ) -> Export:
        kind = parse_enum(ExportFormat, format, what="format")
        full = self._viewer.full_numbers(clear)
        with self._store.reading() as session:
            campaign = self._campaigns.locate(session, id)
        self._viewer.check(Permission.EXPORT, campaign["workspace_id"])
        words = [kind.upper(), filter.caption()[:300], "full numbers" if full else "numbers masked"]
        given = self._signed(campaign) | {
            "export_id": export_id,
            "external_id": campaign["external_id"],
            "format": kind,
            "filter": filter.to_query(),
            "clear": full,
            "action": "exported",
            "note": ", ".join(words),
        }
        with self._store.writing() as session:
            session.run("exports/request", given)
            session.run("audit/add", given)
        self._files.sweep(self._clock())
        return self.find(export_id)

    def start(
        self,
        id: str,
        filter: RecipientFilter = EVERYBODY,
        *,
        format: ExportFormat | str = ExportFormat.CSV,
        clear: bool | None = None,
    ) -> Export:
        """Ask for an export as `request` does and run it in the background; `find` tells how far it is."""
        job = self.request(id, filter, format=format, clear=clear)
        threading.Thread(target=self._work, args=(job.export_id,), name="export").start()
        return job

    def make(
        self,
        id: str,
        filter: RecipientFilter = EVERYBODY,
        *,
        out: Path,
        format: ExportFormat | str = ExportFormat.CSV,
        clear: bool | None = None,
        progress: Share = _silently,
    ) -> Export:
        """Export into the user's own file *out*, with its manifest beside it, and return the export, Done.

        Raises `ExportFailed` with the reason; then there is no file.
        """
        with kept.arriving(out, private=self._viewer.full_numbers(clear)) as made:
            export_id = str(uuid4())
            # claimed before it is Queued, or another window of the same login might be faster
            with self._store.claim(export_id) as note:
                self._request(export_id, id, filter, format=format, clear=clear)
                self._take(export_id, note, progress)
            done = self.find(export_id)
            if done.status is not ExportStatus.DONE:
                raise ExportFailed(done.error or f"the export is {done.status}")
            self._deliver(done, made)
        return done

    def download(self, export_id: str, out: Path) -> Export:
        """Copy what is kept of an export into the user's own file *out*, with its manifest beside it.

        For its owner alone, until it expires; never more than a piece of it is in memory. Raises `NotAllowed`, or
        `NotFound` if there is nothing to be had, or `InvalidInput` if *out* cannot be written.
        """
        row, found = self._to_be_had(export_id)
        with kept.arriving(out, private=found.clear) as made:
            self._deliver(found, made)
            self._audit_download(row, found)
        return found

    def kept(self, export_id: str) -> Path:
        """Return where the kept file of an export is, for its owner to read now; the audit trail says so first.

        Raises what `download` raises.
        """
        row, found = self._to_be_had(export_id)
        path = self._files.path(name_of(row))
        if not path.is_file():
            raise NotFound("the kept file is no longer there: create a new export")
        self._audit_download(row, found)
        return path

    def _to_be_had(self, export_id: str) -> tuple[Row, Export]:
        """Return an export whose file the viewer may have, or raise why not."""
        with self._store.reading() as session:
            row = self._locate(session, export_id)
            found = self._export(session, row)
        self._settle([row], [found])
        self._check_mine(row, "download")
        if found.clear:
            self._viewer.full_numbers(wanted=True)
        if found.status is not ExportStatus.DONE:
            raise NotFound(_NOTHING[found.status].format(id=found.export_id[:8], error=found.error))
        return row, found

    def _audit_download(self, row: Row, export: Export) -> None:
        note = f"{export.format.upper()}, {export.rows_written:,} rows"
        with self._store.writing() as session:
            session.run("audit/add", self._signed(row) | {"action": "downloaded", "note": note})

    # ── running ──────────────────────────────────────────────────────────────

    def run_one(self, export_id: str, progress: Share = _silently) -> Export:
        """Run a Queued export of the viewer's own, and return it Done or Failed.

        Raises `NotAllowed` for somebody else's, `StoreBusy` if another program is at it, `InvalidInput` if it is not
        Queued any more. Ctrl-C leaves it Failed.
        """
        with self._store.reading() as session:
            row = self._locate(session, export_id)
        self._check_mine(row, "run")
        with self._store.claim(row["export_id"]) as note:
            self._take(row["export_id"], note, progress)
        return self.find(row["export_id"])

    def _take(self, export_id: str, note: Callable[[str], None], progress: Share) -> None:
        """Run a Queued export that this process has claimed."""
        with self._store.reading() as session:
            row = self._locate(session, export_id)
        if row["clear"]:
            self._viewer.full_numbers(wanted=True)

        def tell(share: float) -> None:
            note(f"{share:.4f}")
            progress(share)

        with self._store.writing() as session:
            if not session.run("exports/claim", {"export_id": export_id}):
                raise InvalidInput(f"export {export_id[:8]} is no longer Queued: create a new export")
        self._run(row, tell)

    def _run(self, row: Row, tell: Share) -> None:
        try:
            self._record(row, self._write(row, tell))
        except (CampaignKitError, OSError) as error:
            self._fail(row, reason_of(error))
        except BaseException as error:
            self._fail(row, reason_of(error))
            raise

    def _write(self, row: Row, tell: Share) -> Written:
        return write(
            row,
            store=self._store,
            files=self._files,
            ttl=self.ttl,
            clock=self._clock,
            begin=lambda session: self._check_there(session, row),
            tell=tell,
        )

    def _check_there(self, session: Session, row: Row) -> None:
        try:
            self._campaigns.locate(session, row["external_id"])
        except NotFound:
            raise NotFound(
                f"campaign {row['external_id'][:8]} is no longer there: nothing was exported"
            ) from None

    def _record(self, row: Row, written: Written) -> None:
        given = {
            "export_id": row["export_id"],
            "now": self._clock(),
            "expires_at": written.as_of + self.ttl,
            "rows": written.rows,
            "bytes": written.digest.bytes,
            "sha256": written.digest.sha256,
        }
        with self._store.writing() as session:
            ended = session.run("exports/done", given)
        if not ended:
            self._files.remove(name_of(row))

    def _fail(self, row: Row, reason: str) -> None:
        """Say why; where even that cannot be written, the claim's end says that nobody is at it any more."""
        try:
            self._files.remove(name_of(row))
            self._give_up([row], reason)
        except (CampaignKitError, OSError) as error:
            _LOG.warning(
                "export %s failed (%s) and could not be marked so: %s", row["export_id"], reason, error
            )

    def _work(self, export_id: str) -> None:
        """Run one export, then whatever else of the viewer's waits and has nobody left to run it."""
        with self._turns:
            self._try(export_id)
            with self._store.reading() as session:
                waiting = self._listed(session, "queued", {"actor": self._viewer.login})
            for row in reversed(waiting):
                self._try(row["export_id"])

    def _try(self, export_id: str) -> None:
        try:
            self.run_one(export_id)
        except CampaignKitError:
            _LOG.debug("export %s is somebody else's by now", export_id, exc_info=True)
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to; the record has the reason
            _LOG.error("export %s failed: %s", export_id, type(error).__name__)

    # ── what they share ──────────────────────────────────────────────────────

    def _check_mine(self, row: Row, deed: str) -> None:
        if row["requested_by"] != self._viewer.login:
            owner = self._named(row["requested_by"])
            raise NotAllowed(f"only {owner} can {deed} this export: create one of your own")
        self._viewer.check(Permission.EXPORT, row["workspace_id"])

    def _named(self, login: str) -> str:
        return mask_email(login, clear=self._viewer.clear_numbers) if "@" in login else login

    def _signed(self, row: Row) -> dict[str, object]:
        return {
            "workspace_id": row["workspace_id"],
            "campaign_id": row["campaign_id"],
            "actor": self._viewer.login,
            "now": self._clock(),
        }

    def _deliver(self, export: Export, made: Path) -> None:
        source = self._files.path(f"{export.export_id}.{export.format}")
        kept.copy(source, made, export.sha256 or "")
        manifest = kept.manifest_of(source)
        manifest.pop("expires_at", None)  # the kept copy does, the user's file does not
        kept.write_manifest(made.with_name("manifest"), manifest)

    def _listed(self, session: Session, which: str, given: dict[str, object]) -> list[Row]:
        variant = Variant(filters=frozenset({which}), sort="created", descending=True, limited=True)
        parameters = {"scope": list(self._viewer.workspaces), "limit": MOST_LISTED} | given
        return session.rows("exports/list", parameters, variant)

    def _locate(self, session: Session, export_id: str) -> Row:
        ids = id_range(export_id.strip()) if isinstance(export_id, str) else None
        if ids is None or len(export_id.strip()) < SHORTEST_ID:
            raise NotFound(
                f"no export has an id like {str(export_id)[:40]!r}: take one that `campaignkit exports ID` lists"
            )
        found = self._listed(session, "id", {"id_low": ids.low, "id_high": ids.high})
        if not found:
            raise NotFound(
                f"there is no export {export_id!r} here: `campaignkit exports ID` lists a campaign's"
            )
        if len(found) > 1:
            raise Ambiguous(f"{export_id!r} fits {len(found)} exports: give more of it")
        return found[0]

    def _export(self, session: Session, row: Row) -> Export:
        """Return a row as it stands now: nobody runs what no living process claims, and time goes on (R64)."""
        note = None
        if row["status"] == ExportStatus.RUNNING:
            note = self._store.claimed(row["export_id"])
            if note is None:  # it may have come to its end since the row was read
                with self._store.anew(session) as later:
                    row = self._locate(later, row["export_id"])
        status, error = ExportStatus(row["status"]), row["error"]
        if status is ExportStatus.RUNNING and note is None:
            status, error = ExportStatus.FAILED, ABANDONED
        if status is ExportStatus.DONE and row["expires_at"] <= self._clock():
            status = ExportStatus.EXPIRED
        progress = {ExportStatus.QUEUED: 0.0, ExportStatus.RUNNING: _share(note), ExportStatus.FAILED: None}
        known = {name: row[name] for name in Export.__slots__ if name in row}
        return Export(
            **known
            | {
                "format": ExportFormat(row["format"]),
                "filter": RecipientFilter.from_query(row["filter"]),
                "status": status,
                "progress": progress.get(status, 1.0),
                "requested_by": self._named(row["requested_by"]),
                "mine": row["requested_by"] == self._viewer.login,
                "error": error,
            }
        )

    def _settle(self, rows: Iterable[Row], found: Iterable[Export]) -> None:
        """Write down what `_export` saw, where this viewer may, and delete files that have had their time."""
        settled = (ExportStatus.FAILED, ExportStatus.EXPIRED)
        changed = [
            row
            for row, export in zip(rows, found, strict=True)
            if export.status != row["status"] and export.status in settled
        ]
        if not changed:
            return
        self._files.sweep(self._clock())
        if not (self._store.writable and self._viewer.acts):
            return
        abandoned = [row for row in changed if row["status"] == ExportStatus.RUNNING]
        if abandoned:
            self._give_up(abandoned, ABANDONED)
        if len(changed) > len(abandoned):
            with self._store.writing() as session:
                session.run("exports/expire", {"now": self._clock()})

    def _give_up(self, rows: Iterable[Row], reason: str) -> None:
        with self._store.writing() as session:
            for row in rows:
                given = {"export_id": row["export_id"], "now": self._clock(), "error": reason}
                session.run("exports/failed", given)
        if reason is ABANDONED:
            for row in rows:
                self._store.forget(row["export_id"])


_NOTHING = {
    ExportStatus.QUEUED: "export {id} is still Queued: download it when it is Done",
    ExportStatus.RUNNING: "export {id} is still Running: download it when it is Done",
    ExportStatus.FAILED: "export {id} has failed, there is nothing to download: {error}",
    ExportStatus.EXPIRED: "export {id} has expired: create a new export",
}


def _share(note: str | None) -> float:
    try:
        return min(max(float(note or 0), 0.0), 1.0)
    except ValueError:
        return 0.0
