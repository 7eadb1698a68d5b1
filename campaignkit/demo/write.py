"""From a plan to the rows of a database: the plan as parameters, recipients by one set-based statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from operator import itemgetter

from campaignkit.assets import asset
from campaignkit.demo import incidents, world
from campaignkit.demo.plan import Plan, Planned, archived_at
from campaignkit.demo.scenes import Trait
from campaignkit.demo.story import LIST_READY, Batch, Told
from campaignkit.domain.lifecycle import Mode, Status
from campaignkit.store.duckdb import Session

# Recipients a statement: bounds memory, and lets progress be seen. Whole row groups, for a statement that ends within
# one leaves it half empty: at 10 million recipients the file would be half as big again.
CHUNK = 2 * 122_880
Progress = Callable[[str, float], None]
Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Tally:
    """What the recipients of one campaign add up to, so that other tables can agree with them."""

    recipients: int = 0
    sent: int = 0
    failed: int = 0
    excluded: int = 0
    last_change: datetime | None = None


def write(session: Session, plan: Plan, progress: Progress) -> None:
    """Fill an empty schema with the plan's rows, inside the session's transaction."""
    progress("campaigns", 0.0)
    _run(session, "plan_tables")
    _insert(session, "plan_campaigns", [_drawn_from(plan, planned) for planned in plan.campaigns])
    _insert(session, "plan_esmes", list(world.lanes()))
    _insert(session, "plan_receipts", list(world.receipt_words()))
    _insert(session, "plan_failures", list(world.failures()))
    _insert(session, "plan_refusals", list(world.refusals()))
    _insert(session, "plan_troubles", [_in_a_span(trouble) for trouble in incidents.troubles(plan.now)])
    _insert(session, "plan_backlogs", [_in_a_span(backlog) for backlog in incidents.backlogs(plan.now)])
    chunks = _batches(session, plan)
    for chunk in range(chunks):
        progress("recipients", chunk / chunks)
        _run(session, "recipients", {"chunk": chunk, "now": plan.now})
    progress("history and audit trail", 1.0)
    _rest(session, plan, _tallies(session))
    _run(session, "drop_plan")


def _rest(session: Session, plan: Plan, tallies: Mapping[int, Tally]) -> None:
    _insert(session, "workspaces", [_workspace(place) for place in world.WORKSPACES])
    tallied = [(planned, tallies.get(planned.campaign_id, Tally())) for planned in plan.campaigns]
    _insert(session, "campaigns", [_campaign(*pair) for pair in tallied])
    _insert(session, "state_events", _numbered("event_id", _history(tallied)))
    _insert(session, "job_errors", _numbered("job_error_id", _job_errors(plan)))
    _insert(session, "audit_events", _numbered("audit_id", _audit(plan)))
    archived = [planned for planned in plan.campaigns if planned.draft.scene.archived]
    _insert(session, "archived", [_archived(planned) for planned in archived])
    archivings = sorted(map(_archiving, archived), key=itemgetter("occurred_at"))
    _insert(session, "kit_audit_events", archivings)


def _run(session: Session, name: str, parameters: Mapping[str, object] | None = None) -> None:
    text = asset("sql", "demo", f"{name}.sql").read_text(encoding="utf-8")
    session.connection.execute(text, dict(parameters or {})).complete()


def _insert(session: Session, name: str, rows: Rows) -> None:
    if rows:
        _run(session, name, {"rows": rows})


def _batches(session: Session, plan: Plan) -> int:
    """Hand over the batches, cut into chunks of at most as many recipients; return the number of chunks."""
    rows: Rows = []
    done = 0
    for planned in plan.campaigns:
        for batch, first, last in _cut(planned.story.batches, done):
            chunk = done // CHUNK
            done += last - first + 1
            starts, ends = batch.span or (None, None)
            rows.append(
                {
                    "chunk": chunk,
                    "campaign_id": planned.campaign_id,
                    "first_id": batch.first,
                    "last_id": batch.last,
                    "from_id": first,
                    "to_id": last,
                    "step": batch.step.value,
                    "starts_at": starts,
                    "ends_at": ends,
                }
            )
    _insert(session, "plan_batches", rows)
    return -(-done // CHUNK)


def _cut(batches: Sequence[Batch], done: int) -> Iterator[tuple[Batch, int, int]]:
    """Yield the batches in pieces, none of which goes over the end of a chunk."""
    for batch in batches:
        first = batch.first
        while first <= batch.last:
            last = min(batch.last, first + CHUNK - 1 - done % CHUNK)
            yield batch, first, last
            done += last - first + 1
            first = last + 1


def _drawn_from(plan: Plan, planned: Planned) -> dict[str, object]:
    """Return what the recipients of a campaign are drawn from."""
    draft, built = planned.draft, planned.story.built
    trigger = draft.scene.mode is Mode.TRIGGER
    return {
        "campaign_id": planned.campaign_id,
        "sender": draft.sender,
        "held_up_by": planned.held_up_by,
        "key": planned.key,
        "number_key": plan.number_keys[draft.workspace.workspace_id] + (Trait.OLD_LIST in planned.traits),
        "population": plan.population,
        "first_number": planned.first_number,
        "stride": planned.stride,
        "rows_before": planned.rows_before,
        "size": draft.size,
        "burst": draft.is_burst,
        "built_from": None if trigger or built is None else built.starts,
        "built_to": None if trigger or built is None else built.ends,
        "parts": planned.parts,
        "stop_list": planned.stop_list,
        "contradictions": planned.contradictions,
        **asdict(planned.shares),
    }


def _in_a_span(happened: incidents.Trouble | incidents.Backlog) -> dict[str, object]:
    row = {each.name: getattr(happened, each.name) for each in fields(happened) if each.name != "span"}
    return row | {"starts_at": happened.span.starts, "ends_at": happened.span.ends}


def _tallies(session: Session) -> dict[int, Tally]:
    text = asset("sql", "demo", "tallies.sql").read_text(encoding="utf-8")
    return {row[0]: Tally(*row[1:]) for row in session.connection.execute(text).fetchall()}


def _workspace(workspace: world.Workspace) -> dict[str, object]:
    return {name: getattr(workspace, name) for name in ("workspace_id", "name", "time_zone")}


def _campaign(planned: Planned, tally: Tally) -> dict[str, object]:
    draft, story = planned.draft, planned.story
    window = draft.window
    return {
        "campaign_id": planned.campaign_id,
        "external_id": planned.external_id,
        "workspace_id": draft.workspace.workspace_id,
        "name": draft.name,
        "status": story.status.value,
        "moderation": story.moderation.value,
        "auto_start": draft.auto_start,
        "mode": draft.scene.mode.value,
        "saddr": draft.sender,
        "start_at": story.start_at,
        "end_at": story.end_at,
        "window_from": window.opens if window else None,
        "window_to": window.closes if window else None,
        "total": _total(planned, tally),
        "delivery_errors": _counter(planned, tally),
        "author_name": draft.author.name,
        "author_email": draft.author.email,
        "created_at": story.created_at,
        "updated_at": max(filter(None, (_last_word(planned), tally.last_change))),
    }


def _total(planned: Planned, tally: Tally) -> int | None:
    if not planned.story.total_known:
        return None
    if Trait.OVERSENT in planned.traits:
        return tally.sent - max(1, tally.sent // 800)  # numbers came in after the list had been counted
    return tally.recipients


def _counter(planned: Planned, tally: Tally) -> int:
    """Return Core's own count of failed messages, which is a little behind while it is busy sending."""
    behind = tally.failed // 100 + 1 if planned.story.status is Status.SENDING else 0
    return max(0, tally.failed - behind)


def _last_word(planned: Planned) -> datetime:
    """Return when anybody last wrote about the campaign in Core."""
    story = planned.story
    return max(told.at for told in (*story.history, *story.audit, *story.job_errors))


def _history(tallied: list[tuple[Planned, Tally]]) -> Iterator[dict[str, object]]:
    for planned, tally in tallied:
        for told in planned.story.history:
            reason = told.text
            if reason == LIST_READY:
                reason = reason.format(listed=tally.recipients - tally.excluded, excluded=tally.excluded)
            yield _of(planned, told) | {"phase": told.subject, "reason": reason}


def _job_errors(plan: Plan) -> Iterator[dict[str, object]]:
    for planned in plan.campaigns:
        for told in planned.story.job_errors:
            yield _of(planned, told) | {"phase": told.actor, "code": told.subject, "message": told.text}


def _audit(plan: Plan) -> Iterator[dict[str, object]]:
    for planned in plan.campaigns:
        workspace_id = planned.draft.workspace.workspace_id
        for told in planned.story.audit:
            more = {
                "action": told.subject,
                "actor": told.actor,
                "note": told.text,
                "workspace_id": workspace_id,
            }
            yield _of(planned, told) | more


def _of(planned: Planned, told: Told) -> dict[str, object]:
    return {"campaign_id": planned.campaign_id, "occurred_at": told.at}


def _numbered(key: str, rows: Iterator[dict[str, object]]) -> Rows:
    """Give *rows* numbers in the order in which they happened, over all campaigns."""
    ordered = sorted(rows, key=itemgetter("occurred_at"))
    return [{key: number, **row} for number, row in enumerate(ordered, start=1)]


def _archived(planned: Planned) -> dict[str, object]:
    return {
        "campaign_id": planned.campaign_id,
        "archived_at": archived_at(planned),
        "archived_by": planned.draft.operator.signature,
    }


def _archiving(planned: Planned) -> dict[str, object]:
    status = planned.story.status.value
    return {
        "workspace_id": planned.draft.workspace.workspace_id,
        "campaign_id": planned.campaign_id,
        "action": "archived",
        "actor": planned.draft.operator.signature,
        "status_before": status,
        "status_after": status,
        "occurred_at": archived_at(planned),
    }
