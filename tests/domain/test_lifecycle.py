"""The life of a campaign as tables, written from the requirements and not from the code."""

from __future__ import annotations

import itertools

import pytest

from campaignkit.domain.access import Permission, Role, Viewer
from campaignkit.domain.errors import NotAllowed, TransitionNotAllowed
from campaignkit.domain.lifecycle import (
    ACTIONS,
    ARCHIVABLE,
    LIVE,
    MEANING,
    TERMINAL,
    Event,
    Moderation,
    State,
    Status,
    after,
    is_known_step,
    why_not,
)

# R23–R30, R40, R41: the status that an event leads to, for a campaign whose moderation allows the event, that is
# not archived and starts by itself once approved. A dot: no such step.
STEPS = """
          start   approve reject    cancel    archive   build    send    pause  resume  finish fail   expire
New       Pending Pending Cancelled Cancelled New       .        .       .      .       .      .      .
Pending   .       .       .         Cancelled .         Building Sending .      .       .      Failed Expired
Building  .       .       .         Cancelled .         .        Sending .      .       .      Failed Expired
Sending   .       .       .         Cancelled .         .        .       Paused .       Done   Failed Expired
Paused    .       .       .         Cancelled .         .        .       .      Sending .      .      Expired
Done      .       .       .         .         Done      .        .       .      .       .      .      .
Cancelled .       .       .         .         Cancelled .        .       .      .       .      .      .
Failed    .       .       .         .         Failed    .        .       .      .       .      .      .
Expired   .       .       .         .         Expired   .        .       .      .       .      .      .
"""
# R2, R40: what a moderator must have decided before; every other event asks for nothing.
MODERATION_NEEDED = {"start": "Approved", "approve": "Pending", "reject": "Pending"}

# R23, R25, R26: from … to …, as a state history may show it. Everything else is an anomaly.
HISTORY_STEPS = """
          New Pending Building Sending Paused Done Cancelled Failed Expired
New       yes yes     .        .       .      .    yes       .      .
Pending   .   yes     yes      yes     .      .    yes       yes    yes
Building  .   yes     yes      yes     .      .    yes       yes    yes
Sending   .   .       .        yes     yes    yes  yes       yes    yes
Paused    .   .       .        yes     yes    .    yes       .      yes
Done      .   .       .        .       .      yes  .         .      .
Cancelled .   .       .        .       .      .    yes       .      .
Failed    .   .       .        .       .      .    .         yes    .
Expired   .   .       .        .       .      .    .         .      yes
"""

# interface.md, Roles: what each may do; the rest of the events are Core's.
MAY = """
          start cancel archive restore export annotate approve reject build send pause resume finish fail expire
viewer    .     .      .       .       .      .        .       .      .     .    .     .      .      .    .
operator  yes   yes    yes     yes     yes    yes      .       .      .     .    .     .      .      .    .
moderator yes   yes    yes     yes     yes    yes      yes     yes    .     .    .     .      .      .    .
"""


def cells(table: str) -> dict[tuple[str, str], str]:
    """Return (row, column) -> cell of a table in words."""
    heads, *rows = (line.split() for line in table.strip().splitlines())
    return {(row[0], column): cell for row in rows for column, cell in zip(heads, row[1:], strict=True)}


def expected(state: State, event: Event) -> State | None:
    """Return where the requirements let *event* lead, or None."""
    if (
        event == "restore"
    ):  # R44: the only thing that can be done to an archived campaign, whatever its status
        return (
            State(state.status, state.moderation, archived=False, auto_start=state.auto_start)
            if state.archived
            else None
        )
    target = cells(STEPS)[state.status, event]
    if state.archived or target == "." or MODERATION_NEEDED.get(event, state.moderation) != state.moderation:
        return None
    if event == "approve" and not state.auto_start:  # R28
        target = "New"
    decided = {"approve": Moderation.APPROVED, "reject": Moderation.REJECTED}.get(
        event.value, state.moderation
    )
    return State(Status(target), decided, archived=event == "archive", auto_start=state.auto_start)


STATES = [
    State(status, moderation, archived=archived, auto_start=auto_start)
    for status, moderation, archived, auto_start in itertools.product(
        Status, Moderation, (False, True), (False, True)
    )
]


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("status", Status)
def test_every_event_in_every_state_does_what_the_requirements_say(status: Status, event: Event) -> None:
    for state in (state for state in STATES if state.status is status):
        wanted = expected(state, event)
        if wanted is not None:
            assert why_not(state, event) is None, state
            assert after(state, event) == wanted, state
            continue
        reason = why_not(state, event)
        assert reason, f"{event} must be refused in {state}"
        with pytest.raises(TransitionNotAllowed) as refused:
            after(state, event)
        assert str(refused.value) == reason
        assert str(event) in reason


def test_the_table_covers_every_status_and_event() -> None:
    assert {row for row, _ in cells(STEPS)} == set(Status)
    assert {column for _, column in cells(STEPS)} | {"restore"} == set(Event)


def test_a_refusal_names_what_stands_in_the_way() -> None:
    archived = State(Status.DONE, Moderation.APPROVED, archived=True)
    assert "restore it first" in str(why_not(archived, Event.CANCEL))
    assert "Sending" in str(why_not(State(Status.SENDING, Moderation.APPROVED), Event.ARCHIVE))
    assert "approves it first" in str(why_not(State(Status.NEW, Moderation.PENDING), Event.START))
    assert "Approved" in str(why_not(State(Status.NEW, Moderation.APPROVED), Event.REJECT))


def test_approval_with_auto_start_off_leaves_the_campaign_waiting_for_start() -> None:
    waiting = after(State(Status.NEW, Moderation.PENDING, auto_start=False), Event.APPROVE)
    assert waiting == State(Status.NEW, Moderation.APPROVED, auto_start=False)
    assert after(waiting, Event.START).status is Status.PENDING


@pytest.mark.parametrize("state", STATES, ids=str)
def test_archive_and_restore_give_the_campaign_back_as_it_was(state: State) -> None:
    if why_not(state, Event.ARCHIVE) is None:
        assert after(after(state, Event.ARCHIVE), Event.RESTORE) == state


def test_live_terminal_and_idle_are_the_guides_groups() -> None:
    assert {"Building", "Pending", "Sending", "Paused"} == LIVE
    assert {"Done", "Cancelled", "Failed", "Expired"} == TERMINAL
    assert {"New", "Done", "Cancelled", "Failed", "Expired"} == ARCHIVABLE
    assert LIVE | TERMINAL | {"New"} == set(Status)
    assert not LIVE & TERMINAL


def test_terminal_statuses_accept_nothing_but_the_archive() -> None:
    for (status, event), target in cells(STEPS).items():
        if status in TERMINAL:
            assert target == (status if event == "archive" else ".")


@pytest.mark.parametrize(("step", "cell"), cells(HISTORY_STEPS).items(), ids=str)
def test_a_state_history_may_take_the_drawn_and_the_tolerated_steps_only(
    step: tuple[str, str], cell: str
) -> None:
    assert is_known_step(Status(step[0]), Status(step[1])) is (cell == "yes")


@pytest.mark.parametrize(("cell", "may"), cells(MAY).items(), ids=str)
def test_each_role_may_do_what_the_table_of_roles_says(cell: tuple[str, str], may: str) -> None:
    role = Role(cell[0])
    event = Permission(cell[1]) if cell[1] in set(Permission) else Event(cell[1])
    viewer = Viewer(login="ann", roles={"retail": role, "bank": Role.VIEWER})
    assert viewer.may(event, "retail") is (may == "yes")
    assert not viewer.may(event, "bank"), "rights in one workspace are none in another (R69)"
    assert not viewer.may(event, "elsewhere")
    if may == "yes":
        viewer.check(event, "retail")
        return
    with pytest.raises(NotAllowed, match=event):
        viewer.check(event, "retail")


def test_the_table_of_roles_covers_everything() -> None:
    assert {row for row, _ in cells(MAY)} == set(Role)
    assert {column for _, column in cells(MAY)} == {*Event, *Permission}
    assert {*ACTIONS, *Permission} == {
        column for (role, column), may in cells(MAY).items() if (role, may) == ("moderator", "yes")
    }


def test_an_unknown_role_is_refused_with_the_choices() -> None:
    with pytest.raises(Exception, match="'root': choose viewer, operator or moderator"):
        Role.parse("root")


def test_the_tooltips_are_the_guides_own_sentences() -> None:
    assert MEANING == {
        "New": "Just created; waiting for moderator approval",
        "Building": "Core is assembling the recipient list",
        "Pending": "Waiting for the scheduled start time",
        "Sending": "Actively dispatching messages",
        "Paused": "Paused (e.g. outside the daily sending window)",
        "Done": "All messages processed — campaign complete",
        "Cancelled": "Rejected by a moderator or manually cancelled",
        "Failed": "Ended due to a system error",
        "Expired": "The time window passed before completion",
    }
