"""What is checked between reading and writing: no line is lost, no number is a key, no source is a stranger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from campaignkit.domain.errors import InvalidInput
from campaignkit.importing.engine import Engine
from campaignkit.importing.sources import Sources
from campaignkit.importing.task import Task

CLOCKS_DIFFER = timedelta(minutes=10)

Columns = Mapping[str, frozenset[str]]  # of each SELECT, those that it yields


def staged(task: Task, found: Sources, run: Engine, columns: Columns) -> tuple[int, list[str]]:
    """Return how many lines were read, and warnings; refuse a source that is none, and an adapter that loses lines."""
    name = task.adapter.name
    counts = run.row("staged", {"late": task.now + CLOCKS_DIFFER})
    if not (counts["recipients"] or counts["receipts"] or counts["campaigns"]):
        raise InvalidInput(
            f"{_listed(found)} does not look like what adapter {name} reads: nothing in it is a message or a receipt"
            f"{_reasons(run)}"
        )
    accounted: int = counts["recipients"] + counts["receipts"] + counts["unmapped"]
    if task.adapter.accounts_for_lines and accounted != found.lines:
        raise InvalidInput(
            f"adapter {name} accounts for {accounted} lines of {found.lines}: each line belongs to one row of"
            " recipients.sql, receipts.sql or unmapped.sql"
            ' (an adapter that does not read line by line says reads = "files")'
        )
    return accounted, list(
        _warnings(task, counts, has_numbers="ctn" in columns.get("recipients", frozenset()))
    )


def _reasons(run: Engine) -> str:
    found = ", ".join(f"{row['reason']}: {row['lines']}" for row in run.rows("unmapped"))
    return f" ({found})" if found else ""


def _warnings(task: Task, counts: Mapping[str, int], *, has_numbers: bool) -> list[str]:
    name, zone = task.adapter.name, task.adapter.zone
    late, rounded = counts["late"], counts["rounded"]
    found = {
        f"{rounded} numbers were rounded by a spreadsheet (4.47E+11) and cannot be read: import the file as it was"
        " before it was opened and saved there": rounded,
        f"{late} lines are dated later than the clock: is {zone}, the zone of adapter {name}, right?": late,
        "CAMPAIGNKIT_CTN_KEY is not set: numbers are kept as their last digits only, without a hash": (
            has_numbers and task.pads is None
        ),
        f"adapter {name} yields no numbers (ctn): there are none to keep": task.keep_numbers
        and not has_numbers,
    }
    return [sentence for sentence, applies in found.items() if applies]


def _listed(found: Sources) -> str:
    first, *more = found.given
    return f"{first} (and {len(more)} more)" if more else first


def hide_keys(task: Task, run: Engine, values: Mapping[str, object]) -> None:
    """Hash keys that are phone numbers, or refuse them."""
    where, way_out = task.adapter.where("recipients"), "yield an id of the message instead"
    exposed = run.row("exposed", values)
    if exposed["hold_numbers"]:
        raise InvalidInput(f"recipient_key in {where} is made of the phone number: {way_out}")
    if task.pads:
        run.script("keyed", values)
    elif exposed["are_numbers"]:
        raise InvalidInput(
            f"recipient_key in {where} is the phone number, which may be kept as a keyed hash only:"
            f" set CAMPAIGNKIT_CTN_KEY, or {way_out}"
        )
    elif exposed["like_numbers"] and exposed["were_hashed"]:
        raise InvalidInput(
            f"{task.into} was imported with CAMPAIGNKIT_CTN_KEY, which is missing now: set it again"
        )
