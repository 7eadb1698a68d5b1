"""The audit trail narrowed, paged and written down; the state history with what people did."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignkit import Kit
from campaignkit.domain.errors import InvalidInput, NotFound
from campaignkit.services.audit import AuditEvent, write_csv
from tests import world
from tests.services.conftest import Build, owned, reopened
from tests.world import NOW, ago

ONE, NEW = "00000001", "00000002"
CORE = [  # (audit_id, action, actor, minutes ago); 9 and 10 are of one moment
    (9, "created", "kim@example.com", 60),
    (10, "submitted", "kim@example.com", 60),
    (11, "approved", "Mo", 50),
    (12, "painted", "core", 10),
]
OURS = [("note", "ann", 55), ("archived", "ann", 10), ("restored", "joe@example.com", 5)]


def fill(session: world.Session) -> None:
    world.workspace(session, "retail")
    world.campaign(session, 1)
    world.campaign(session, 2, status="New", auto_start=False)
    for audit_id, action, actor, minutes in CORE:
        world.insert(
            session, "core.audit_events",
            audit_id=audit_id, workspace_id="retail", campaign_id=1, action=action, actor=actor, occurred_at=ago(minutes=minutes),
        )  # fmt: skip
    for action, actor, minutes in OURS:
        world.insert(
            session, "kit.audit_events",
            workspace_id="retail", campaign_id=1, action=action, actor=actor, occurred_at=ago(minutes=minutes),
        )  # fmt: skip


@pytest.fixture
def kit(build: Build) -> Kit:
    return build(fill)


NEWEST_FIRST = ["restored", "archived", "painted", "approved", "note", "submitted", "created"]


def actions(kit: Kit, **asked: Any) -> list[str]:
    return [row.action for row in kit.audit.of(ONE, **asked).rows]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, NEWEST_FIRST),
        ({"actions": {"created", "note", "nonsense"}}, ["note", "created"]),
        ({"actors": ["ann"]}, ["archived", "note"]),
        ({"actors": ["ann", "Mo"], "actions": ["approved", "note"]}, ["approved", "note"]),
        ({"actors": ["k…@example.com"]}, ["submitted", "created"]),
        ({"actors": ["kim@example.com"]}, []),  # a guess is not confirmed (R68)
        ({"since": ago(minutes=55), "until": ago(minutes=10)}, ["approved", "note"]),
        ({"since": NOW}, []),
        ({"actors": ["' or 1=1 --", "%"]}, []),
    ],
)
def test_the_trail_is_narrowed_by_actor_action_and_time(
    kit: Kit, asked: dict[str, Any], expected: list[str]
) -> None:
    assert actions(kit, **asked) == expected


@pytest.mark.parametrize("limit", range(1, 9))
def test_pages_of_any_size_give_the_whole_trail_in_its_order(kit: Kit, limit: int) -> None:
    found: list[str] = []
    after = None
    while True:
        trail = kit.audit.of(ONE, limit=limit, after=after)
        assert len(trail.rows) <= limit
        found += [row.action for row in trail.rows]
        after = trail.next
        if after is None:
            break
    assert found == NEWEST_FIRST


@pytest.mark.parametrize(
    "asked",
    [
        {"actions": "note"}, {"actors": [7]}, {"actors": ["a\0"]}, {"actions": ["\ud800"]}, {"actions": 5}, {"limit": 0},
        {"limit": "5"}, {"after": "nonsense"}, {"after": "W10"}, {"since": "yesterday"}, {"until": NOW.replace(tzinfo=None)},
    ],
)  # fmt: skip
def test_a_question_that_means_nothing_is_refused(kit: Kit, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        kit.audit.of(ONE, **asked)


def test_a_cursor_of_another_list_is_refused(kit: Kit) -> None:
    cursor = kit.campaigns.page(limit=1).next
    with pytest.raises(InvalidInput, match="cursor"):
        kit.audit.of(ONE, limit=1, after=cursor)


def test_what_the_trail_can_be_narrowed_to_is_counted_and_masked(kit: Kit) -> None:
    choices = kit.audit.choices(ONE)
    assert dict(choices.actors) == {"ann": 2, "k…@example.com": 2, "Mo": 1, "core": 1, "j…@example.com": 1}
    assert set(choices.actions) == set(NEWEST_FIRST)
    for actor, count in choices.actors.items():
        assert len(kit.audit.of(ONE, actors={actor}).rows) == count
    with pytest.raises(NotFound):
        kit.audit.choices("ffffffff")


# ── on paper ─────────────────────────────────────────────────────────────────


def written(*rows: AuditEvent) -> str:
    file = io.StringIO(newline="")
    write_csv(rows, file)
    return file.getvalue()


def test_a_file_has_a_header_quotes_what_must_be_quoted_and_no_formula() -> None:
    rows = [
        AuditEvent(action="note", actor='a "b", c', note="two\nlines", occurred_at=NOW),
        AuditEvent(action="note", actor="ann", note="=HYPERLINK(1)", occurred_at=NOW),
        AuditEvent(action="archived", actor="+1", note=None, occurred_at=NOW),
    ]
    assert written(*rows) == (
        "action,actor,note,occurred_at\n"
        'note,"a ""b"", c","two\nlines",2026-11-23T12:00:00+00:00\n'
        "note,ann,'=HYPERLINK(1),2026-11-23T12:00:00+00:00\n"
        "archived,'+1,,2026-11-23T12:00:00+00:00\n"
    )


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(alphabet='=+-@\t\r\n\0",a'))
def test_whatever_was_written_can_be_read_back(note: str, actor: str) -> None:
    (head, row) = csv.reader(
        io.StringIO(written(AuditEvent(action="note", actor=actor, note=note, occurred_at=NOW)), newline="")
    )
    assert head == ["action", "actor", "note", "occurred_at"]
    assert [row[1].removeprefix("'"), row[2].removeprefix("'")] == [
        actor.removeprefix("'"),
        note.removeprefix("'"),
    ]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) for cell in row)


# ── the state history shows what people did ─────────────────────────────────


def core_writes(kit: Kit, phase: str, reason: str | None, **after: float) -> Callable[[], None]:
    """Return what lets Core enter a phase of campaign 2, so long after now."""

    def write() -> None:
        with owned(kit).writing() as session:
            number = session.query("select count(*) from core.state_events")[0][0]
            world.insert(
                session, "core.state_events",  # type: ignore[arg-type]
                event_id=number + 1, campaign_id=2, phase=phase, reason=reason, occurred_at=NOW + timedelta(**after),
            )  # fmt: skip

    return write


def test_the_history_shows_a_person_s_step_once_whether_core_takes_note_of_it_or_not(build: Build) -> None:
    kit = build(fill, role="operator", actor="ann@example.com")
    core_writes(kit, "New", "submitted", minutes=-60)()
    kit.campaigns.start(NEW, "go")
    (latest, first) = kit.campaigns.history(NEW).rows
    assert (latest.phase, latest.reason, latest.anomaly) == ("Pending", "started by a…@example.com: go", None)
    assert (first.phase, first.seconds) == ("New", 3600)
    core_writes(kit, "Pending", "waits", seconds=2)()
    core_writes(kit, "Building", None, seconds=30)()
    rows = kit.campaigns.history(NEW).rows
    assert [(row.phase, row.reason, row.seconds, row.anomaly) for row in rows] == [
        ("Building", None, None, None),
        ("Pending", "started by a…@example.com: go; waits", 30, None),
        ("New", "submitted", 3600, None),
    ]


def test_a_person_s_step_is_judged_by_the_same_table(build: Build) -> None:
    kit = build(fill, role="operator")
    kit.campaigns.cancel(NEW)
    core_writes(kit, "Sending", None, minutes=1)()
    latest, cancelled = kit.campaigns.history(NEW).rows
    assert cancelled.reason == "cancelled by ann"
    assert latest.anomaly == "Cancelled → Sending is not a step of the life-cycle"


def test_archive_restore_and_notes_are_no_phases(build: Build) -> None:
    kit = build(fill, role="operator")
    kit.campaigns.archive(NEW)
    kit.campaigns.restore(NEW)
    kit.campaigns.note(NEW, "n")
    assert kit.campaigns.history(NEW).rows == ()
    assert [row.action for row in kit.audit.of(NEW).rows] == ["note", "restored", "archived"], (
        "of one moment, in order"
    )


def test_another_viewer_sees_the_same_trail(build: Build) -> None:
    kit = build(fill, role="operator")
    kit.campaigns.start(NEW)
    other = reopened(kit, "ivo", workspace="retail")
    assert other.audit.of(NEW) == kit.audit.of(NEW)
