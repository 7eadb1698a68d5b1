"""Exports on the command line: make one into a file of the user's, list them, fetch one that is kept; and copies."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from campaignkit.cli import tables
from campaignkit.cli.progress import Progress
from campaignkit.domain.filters import CampaignFilter, RecipientFilter
from campaignkit.kit import Kit
from campaignkit.services.exports import Export

Result = tuple[dict[str, Any], Callable[[], str]]
LISTED = (
    "export_id", "format", "status", "progress", "rows_written", "requested_by", "created_at", "expires_at", "error",
)  # fmt: skip
DELIVERED = ("export_id", "rows_matched", "rows_written", "sha256", "expires_at")


def export(kit: Kit, filter: RecipientFilter, given: argparse.Namespace) -> Result:
    """Export the recipients that match into the user's file."""
    with Progress("export") as progress:
        done = kit.exports.make(
            given.id,
            filter,
            out=_place(given.out),
            format=given.format,
            progress=lambda share: progress(f"{share:.0%}", share),
        )
    return _delivered(done, given.out)


def download(kit: Kit, given: argparse.Namespace) -> Result:
    """Copy what is kept of an export into the user's file."""
    return _delivered(kit.exports.download(given.export_id, _place(given.out)), given.out)


def exports(kit: Kit, given: argparse.Namespace) -> Result:
    """List the exports of a campaign."""
    found = kit.exports.of(given.id)
    rows = [{name: getattr(row, name) for name in LISTED} for row in found]
    return {"rows": rows}, lambda: tables.exports(found)


def snapshot(kit: Kit, filter: CampaignFilter, given: argparse.Namespace) -> Result:
    """Copy campaigns, or the scope, into a DuckDB file of the user's."""
    from campaignkit.importing.place import ended_in_order

    with ended_in_order(), Progress("snapshot") as progress:
        made = kit.snapshot(
            given.into,
            *given.ids,
            filter=filter if filter.active else None,
            force=given.force,
            progress=lambda step, share: progress(f"{share:.0%} {step}", share),
        )
    if made.unaudited:
        print(f"campaignkit: {made.unaudited}", file=sys.stderr)
    answer = {
        "file": str(made.file),
        "workspaces": list(made.workspaces),
        "campaigns": made.campaigns,
        "recipients": made.recipients,
        "as_of": made.as_of,
        "audited": not made.unaudited,
    }
    return (
        answer,
        lambda: (
            f"{made.file}: {made.campaigns:,} campaigns, {made.recipients:,} recipients, numbers masked, as of"
            f" {tables.cell(made.as_of)}"
        ),
    )


def _place(out: Path) -> Path:
    return out.expanduser()


def _delivered(done: Export, out: Path) -> Result:
    answer = {name: getattr(done, name) for name in DELIVERED}
    numbers = "full numbers" if done.clear else "numbers masked"
    return (
        answer,
        lambda: (
            f"{out}: {done.rows_written:,} recipients, {numbers}\nsha256 {done.sha256}\n"
            f"kept as export {done.export_id} until {tables.cell(done.expires_at)}"
        ),
    )
