"""The commands that change something: one campaign's next step, a note, and the archive for many at once."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from campaignkit.cli.progress import Progress
from campaignkit.domain.filters import CampaignFilter
from campaignkit.services.verbs import Acted

if TYPE_CHECKING:
    from campaignkit.cli.commands import Result
    from campaignkit.kit import Kit


def act(kit: Kit, given: argparse.Namespace) -> Result:
    """Take one campaign a step further."""
    verb = getattr(kit.campaigns, given.command)
    done: Acted = verb(given.id, given.note)
    return asdict(done), lambda: _done(done)


def _done(done: Acted) -> str:
    where = ", in the archive" if done.archived else ""
    return f"{done.external_id} is {done.status} now, moderation {done.moderation}{where}"


def note(kit: Kit, given: argparse.Namespace) -> Result:
    """Write a note into the audit trail of one campaign."""
    kit.campaigns.note(given.id, given.text)
    return {"external_id": kit.campaigns.outline(given.id).external_id}, lambda: "noted"


def archive_all(kit: Kit, filter: CampaignFilter, given: argparse.Namespace) -> Result:
    """Say how many campaigns could be archived, or with --yes archive each of them."""
    if not given.yes:
        count = kit.campaigns.archivable(filter)
        return {"archivable": count}, lambda: f"{count:,} campaigns can be archived: add --yes to do it"
    with Progress("archive") as progress:
        tried = kit.campaigns.archive_all(
            filter,
            given.note,
            progress=lambda done, of: progress(f"{done:,} of {of:,} campaigns", done / of),
        )
    refused = [asdict(one) for one in tried if one.refusal]
    archived = len(tried) - len(refused)
    answer: dict[str, Any] = {"archived": archived, "refused": refused}
    return answer, lambda: _all_done(archived, refused), int(bool(refused))


def _all_done(archived: int, refused: list[dict[str, Any]]) -> str:
    lines = [f"{one['external_id']} was left as it is: {one['refusal']}" for one in refused]
    return "\n".join([*lines, f"{archived:,} campaigns archived, {len(refused):,} refused"])
