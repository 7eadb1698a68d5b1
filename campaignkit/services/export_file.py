"""The file of one export: written by the engine from one state of the data, counted, hashed, and put in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from campaignkit.domain.errors import CampaignKitError, ExportFailed
from campaignkit.domain.exports import COLUMNS, ExportFormat
from campaignkit.domain.filters import RecipientFilter
from campaignkit.services import kept
from campaignkit.services.kept import Digest, KeptFiles
from campaignkit.services.recipients import matching
from campaignkit.store.base import Row, Session, Share, Store


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the file, and of which moment it is."""

    rows: int
    digest: Digest
    as_of: datetime


def name_of(row: Row) -> str:
    """Return what the kept file of an export, a row of exports/list, is called."""
    return f"{row['export_id']}.{row['format']}"


def write(
    row: Row,
    *,
    store: Store,
    files: KeptFiles,
    ttl: timedelta,
    clock: Callable[[], datetime],
    begin: Callable[[Session], object],
    tell: Share,
) -> Written:
    """Let the engine write the file of *row*, a row of exports/list, and put it into its place, for *ttl*.

    *begin* is called in the session that reads, and may raise. Raises `ExportFailed` with a sentence, or `OSError`.
    """
    filter, statement = RecipientFilter.from_query(row["filter"]), f"exports/{row['format']}"
    variant, parameters = matching(filter)
    tell(0.0)
    with files.working() as work, store.apart(work / "spill", numbers=row["clear"]) as reader:
        made = work / "rows"
        made.touch(mode=0o600)
        with reader.reading() as session:
            begin(session)
            parameters["campaign_id"], as_of = row["campaign_id"], clock()
            # counted by the statement of the screen: what the export's own leaves out, it would not count either
            counted = replace(variant, counted=True)
            matched = session.row("recipients/page", parameters, counted)["matching"]
            # full numbers are joined in, a list of codes is too, and a join keeps no order
            plain = not row["clear"] and not variant.filters
            unsorted = plain and session.in_order(row["campaign_id"])
            try:
                with kept.Following(made) as following:
                    rows = session.copy(
                        statement,
                        parameters,
                        replace(variant, unsorted=unsorted),
                        to=made,
                        header=row["format"] == ExportFormat.CSV,
                        expected=matched,
                        progress=tell,
                    )
            except OSError as error:
                raise ExportFailed(_full(error, matched)) from error
        if rows != matched:
            raise ExportFailed(
                f"{rows:,} of {matched:,} rows were written, and none is kept: create a new export"
            )
        written = Written(rows, following.digest(), as_of)
        files.put(made, name_of(row), _manifest(row, filter, written, as_of + ttl))
    return written


def _manifest(row: Row, filter: RecipientFilter, written: Written, expires_at: datetime) -> dict[str, Any]:
    """Return what stands beside the file (R65)."""
    return {
        "export_id": row["export_id"],
        "campaign": row["external_id"],
        "workspace": row["workspace_id"],
        "format": row["format"],
        "columns": list(COLUMNS) if row["format"] == ExportFormat.CSV else ["recipient"],
        "filter": {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in asdict(filter).items()
        },
        "filter_in_words": filter.caption(),
        "numbers": "full" if row["clear"] else "masked",
        "zone": "UTC",
        "as_of": written.as_of.isoformat(),
        "rows": written.rows,
        "bytes": written.digest.bytes,
        "sha256": written.digest.sha256,
        "expires_at": expires_at.isoformat(),
    }


def _full(error: OSError, matched: int) -> str:
    return f"{_sentence(error)}: 0 of {matched:,} rows kept"


def _sentence(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return {
        "No space left on device": "the disk is full",
        "Permission denied": "the folder of exports may not be written to",
    }.get(reason, f"the file could not be written ({reason})")


def reason_of(error: BaseException) -> str:
    """Return the sentence that the record keeps; what an engine says may quote the data, so it is not among it."""
    if isinstance(error, CampaignKitError):
        return str(error)
    if isinstance(error, OSError):
        return f"{_sentence(error)}: nothing is kept, create a new export"
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted: create a new export"
    return f"a fault of campaignkit ({type(error).__name__}): create a new export"
