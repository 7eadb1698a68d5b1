"""Answers in words: plain aligned tables for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campaignkit.domain.history import duration
from campaignkit.services.answers import Activity, Campaign, History, Kpis, Shown
from campaignkit.services.audit import AuditTrail
from campaignkit.services.board import Board, Trouble
from campaignkit.services.errors import Errors
from campaignkit.services.exports import Export
from campaignkit.services.pages import Page
from campaignkit.services.recipients import Recipient

if TYPE_CHECKING:
    from campaignkit.demo.stand_in import Summary as Simulated
    from campaignkit.importing import Report
    from campaignkit.importing.adopt import Adopted
    from campaignkit.report.checking import Checked as CheckedReport
    from campaignkit.report.making import Made
    from campaignkit.services.check import Checked

WIDEST = 44  # of a cell: a long reason must not push the rest off the screen


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows under their heads, numbers to the right; what a value holds cannot move the cursor."""
    values = [list(row) for row in rows]
    body = [[cell(value) for value in row] for row in values]
    numeric = [any(isinstance(row[column], int) for row in values) for column in range(len(heads))]
    widths = [max(map(_width, column)) for column in zip(heads, *body, strict=True)]
    lines = [heads, *body]
    return "\n".join(
        "  ".join(
            _padded(text, width, right=right)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


def cell(value: object) -> str:
    """Return a value as one short line of printable text; nothing is '–'."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = "".join(_printable(character) for character in str(value))
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _printable(character: str) -> str:
    """Return *character*, or a mark in place of one that could command a terminal or turn the line around."""
    return character if unicodedata.category(character)[0] != "C" else "\N{REPLACEMENT CHARACTER}"


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _pairs(pairs: Iterable[tuple[str, object]]) -> str:
    listed = [(name, cell(value)) for name, value in pairs]
    width = max(len(name) for name, _ in listed)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in listed)


def _foot(page: Page[Any], noun: str) -> str:
    more = f"\nnext: --after {page.next}" if page.next else ""
    return f"{len(page.rows):,} of {page.total:,} {noun}{more}"


def _missing(names: Sequence[str]) -> str:
    return f"not provided by this source: {', '.join(names)}" if names else ""


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def kpis(found: Kpis) -> str:
    """Return the tiles, with what each counts."""
    pairs: list[tuple[str, object]] = [
        ("Total campaigns", found.total),
        ("Active", found.active),
        ("Completed", found.completed),
        ("Errors (failed campaigns)", found.errors),
        ("Cancelled", found.cancelled),
        ("Expired", found.expired),
        ("New", found.new),
        ("SMS Sent (delivered to handset)", found.sms_sent),
    ]
    return _pairs((name, "not provided by this source" if value is None else value) for name, value in pairs)


def board(found: Board, *, master: bool) -> str:
    """Return what is sending, worst first, what is wrong with it, and what waits."""
    if not found.lines:
        return _joined("nothing is sending", _waiting(found))
    heads = [
        "ID",
        "Workspace",
        "Sender",
        "Mode",
        "Sent",
        "Total",
        "An hour",
        "Ends about",
        "Delivered",
        "Usually",
    ]
    rows = [
        [
            line.external_id[:8],
            line.workspace_id,
            line.saddr,
            line.mode,
            line.sent,
            line.total,
            line.pace.rate,
            line.pace.expected_end,
            _percent(line.delivered.rate),
            _percent(line.usual.middle if line.usual else None),
        ]
        for line in found.lines
    ]
    if not master:
        heads, rows = _without(1, heads, rows)
    return _joined(table(heads, rows), "\n".join(_troubles(found)), _waiting(found))


def _percent(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:.0%}"


def _troubles(found: Board) -> Iterable[str]:
    for line in found.lines:
        named = {
            Trouble.STALLED: f"no message since {cell(line.pace.still_since)}",
            Trouble.LOW_DELIVERY: f"less is delivered than usual since {cell(line.low_since)}",
            Trouble.TOO_SLOW: f"at this rate it is not through when it ends, {cell(line.end_at)}",
        }
        where = (
            f", on {cell(', '.join(name or 'no channel' for name in line.low_on))} only"
            if line.low_on
            else ""
        )
        for trouble in line.troubles:
            more = where if trouble is Trouble.LOW_DELIVERY else ""
            why = f" ({cell(line.reason)})" if trouble is Trouble.STALLED and line.reason else ""
            yield f"{line.external_id[:8]}  {trouble}: {named[trouble]}{more}{why}"


def _waiting(found: Board) -> str:
    delivered = _percent(found.delivered.rate)
    parts = [
        f"{found.per_hour / 3600:,.1f} messages a second" if found.lines else "",
        f"{delivered} of the last hour's delivered within 5 minutes" if delivered else "",
        f"{found.sending - len(found.lines):,} more are sending" if found.sending > len(found.lines) else "",
        f"{found.paused.campaigns:,} paused, next goes on {cell(found.paused.next)}",
        f"{found.pending.campaigns:,} pending, next starts {cell(found.pending.next)}",
        f"{found.building:,} building",
    ]
    return "; ".join(part for part in parts if part)


def campaigns(page: Page[Campaign], missing: Sequence[str] = (), *, master: bool) -> str:
    """Return a page of the list; the workspace only where there may be several."""
    if not page.rows:
        return "no campaigns match"
    heads = ["ID", "Workspace", "Status", "Mode", "Sent", "Total", "Sender", "Start", "Created", "Author"]
    rows = [
        [
            row.external_id[:8],
            row.workspace_id,
            f"{row.status} · approved"
            if row.status == "New" and row.moderation == "Approved"
            else row.status,
            row.mode,
            row.sent,
            row.total,
            row.saddr,
            row.start_at,
            row.created_at,
            row.author,
        ]
        for row in page.rows
    ]
    if not master:
        heads, rows = _without(1, heads, rows)
    return _joined(table(heads, rows), _foot(page, "campaigns match"), _missing(missing))


def _without(place: int, heads: list[str], rows: list[list[Any]]) -> tuple[list[str], list[list[Any]]]:
    return heads[:place] + heads[place + 1 :], [row[:place] + row[place + 1 :] for row in rows]


def shown(found: Shown) -> str:
    """Return one campaign: its row, its recipients by verdict, the badge in its parts, and what may be done."""
    row = found.campaign
    head = _pairs(
        [
            ("ID", row.external_id),
            ("Name", row.name),
            ("Workspace", row.workspace_id),
            ("Status", f"{row.status} ({reason})" if (reason := row.state.cancel_reason) else row.status),
            ("Moderation", row.moderation),
            ("Archived", row.archived),
            ("Mode", row.mode),
            ("Sender", row.saddr),
            ("Start", row.start_at),
            ("End", row.end_at),
            ("Created", row.created_at),
            ("Author", row.author),
            ("Sent", row.sent),
            ("Total", row.total),
        ]
    )
    unknown = {"delivered", "carrier_failed"} if row.delivered is None else set()
    verdicts = table(
        ["Recipients", "Count"],
        [
            *(
                (name.replace("_", " "), count)
                for name, count in found.verdicts.items()
                if name not in unknown
            ),
            ("sum", sum(found.verdicts.values())),
        ],
    )
    badge = found.badge
    errors = (
        f"errors badge {cell(badge.badge)} = {cell(badge.job_errors)} job errors"
        f" + the larger of {cell(badge.counter)} counted by Core and {cell(badge.failed_rows)} failed rows"
    )
    actions = f"you may: {', '.join(found.actions)}" if found.actions else ""
    return _joined(head, verdicts, errors, actions, _missing(found.not_provided))


def activity(found: Activity) -> str:
    """Return the messages per day, and the zone of the days."""
    if not found.rows:
        return "nothing was sent yet"
    rows = [(row.day, row.sent, row.delivered, row.failed) for row in found.rows]
    return _joined(table(["Day", "Sent", "Delivered", "Failed"], rows), f"days in {found.zone}")


def history(found: History) -> str:
    """Return the state history, with durations and what does not fit the life-cycle."""
    rows = [
        (
            row.occurred_at,
            row.phase,
            None if row.seconds is None else duration(row.seconds),
            row.reason,
            row.anomaly or "",
        )
        for row in found.rows
    ]
    heads = ["Since", "Phase", "Lasted", "Reason", "Anomaly"]
    nothing = "" if found.not_provided else "no state history"
    return _joined(table(heads, rows) if rows else nothing, _missing(found.not_provided))


def errors(found: Errors) -> str:
    """Return both sub-tabs and the third number."""
    jobs = table(
        ["When", "Phase", "Code", "Message"],
        [(row.occurred_at, row.phase, row.code, row.message) for row in found.jobs],
    )
    messages = table(
        ["Code", "Channel", "Messages", "Class", "Meaning"],
        [(row.smpp_code, row.esme, row.count, row.error_class, row.meaning) for row in found.messages],
    )
    return _joined(
        f"Job errors\n{jobs}"
        if found.jobs
        else "no job errors"
        if "job_errors" not in found.not_provided
        else "",
        f"Refused by the carrier\n{messages}"
        if found.messages
        else "nothing was refused by the carrier"
        if "messages" not in found.not_provided
        else "",
        f"{found.refused:,} failed at submission and have no code",
        _missing(found.not_provided),
    )


def audit(found: AuditTrail) -> str:
    """Return the audit trail."""
    rows = [(row.occurred_at, row.action, row.actor, row.note) for row in found.rows]
    heads = ["When", "Action", "Who", "Note"]
    more = f"next: --after {found.next}" if found.next else ""
    return _joined(table(heads, rows) if rows else "no entries", more, _missing(found.not_provided))


def recipients(page: Page[Recipient], missing: Sequence[str] = ()) -> str:
    """Return a page of recipients."""
    if not page.rows:
        return "no recipients match"
    heads = [
        "Recipient",
        "Stage",
        "Channel",
        "Filter",
        "Delivered",
        "Sys. Info",
        "SMSID",
        "Created",
        "Sent",
        "Error",
    ]
    rows = [
        (
            row.recipient,
            row.stage,
            row.esme,
            row.filter,
            row.delivered_at,
            row.smpp_code,
            row.smsid,
            row.created_at,
            row.sent_at,
            row.error,
        )
        for row in page.rows
    ]
    return _joined(table(heads, rows), _foot(page, "recipients match"), _missing(missing))


def exports(found: Sequence[Export]) -> str:
    """Return the exports of a campaign, newest first."""
    if not found:
        return "no exports"
    heads = ["Export", "Format", "Status", "Done", "Rows", "Who", "Created", "Expires", "Error"]
    rows = [
        (
            row.export_id[:8],
            row.format,
            row.status,
            f"{row.progress:.0%}" if row.progress is not None else None,
            row.rows_written,
            row.requested_by,
            row.created_at,
            row.expires_at,
            row.error,
        )
        for row in found
    ]
    return table(heads, rows)


def imported(report: Report, into: Path) -> str:
    """Return what an import has read and made."""
    counts: list[tuple[str, object]] = [
        ("lines read", report.read),
        ("recipients", report.recipients),
        ("receipts", report.receipts),
        *((f"not used: {reason}", count) for reason, count in sorted(report.unmapped.items())),
    ]
    if report.number_invalid:
        counts.append(("numbers that cannot be read", report.number_invalid))
    return _joined(
        _pairs(counts),
        f"{report.campaigns:,} campaigns in {into}: look at them with `campaignkit up --db {into}`",
    )


def adopted(made: Adopted, name: str) -> str:
    """Return what was made over the source, what is gone, and what of the source is in none of it."""
    unused = [f"{count:,} rows not used: {reason}" for reason, count in made.unmapped.items()]
    gone = [f"gone: {', '.join(made.gone)}"] if made.gone else []
    counts = [] if made.counts else ["counts are not kept: the source does not say what changed"]
    return "\n".join([
        *unused, *gone, *counts,
        f"{name} is adopted by {made.adapter}: views {', '.join(made.views)}",
    ])  # fmt: skip


def checked(found: Checked, done: str | None) -> str:
    """Return every relation and every broken rule."""
    relations = table(["Relation", "Is"], sorted(found.relations.items()))
    broken = table(
        ["Rule", "Relation", "Rows"], [(row.rule, row.relation, row.count) for row in found.violations]
    )
    return _joined(relations, broken if found.violations else "every rule holds", done or "")


def simulated(done: Simulated) -> str:
    """Return what the stand-in for Core has done."""
    return (
        f"{done.submitted:,} messages submitted, {done.receipts:,} receipts folded and {done.moves:,} steps of"
        f" campaigns in {done.seconds:,.0f} s; {done.sending:,} campaigns are sending, {done.outstanding:,} answers"
        " and receipts are to come"
    )


def reported(made: Made) -> str:
    """Return where a report lies, what it says first, and the digest that it was sealed with."""
    return "\n".join([
        f"{made.folder}: {made.title}",
        f"{made.claims} claims, {made.queries} queries; check it with `campaignkit verify {made.folder}`",
        *([f"{made.compared:,} full numbers of the scope were looked for"] if made.compared else []),
        f"sealed with sha256 {made.digest}",
    ])  # fmt: skip


def verified(found: CheckedReport) -> str:
    """Return how a check of a report ended."""
    if found.differences:
        return "\n".join(["differs", *(cell_text(each) for each in found.differences)])
    said = f"{found.claims} claims come out as they were sealed, {found.files} files are as they were"
    digest = f"sealed with sha256 {found.digest}"
    if found.others:
        return f"results identical, bytes not compared ({'; '.join(found.others)}): {said}\n{digest}"
    return f"identical: {said}\n{digest}"


def cell_text(text: str) -> str:
    """Return a text of any length as one line that cannot move the cursor."""
    return "".join(_printable(character) for character in text)
