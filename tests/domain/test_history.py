"""A state history: how long each phase lasted, and which rows do not fit the life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaignkit.domain.history import Entered, duration, steps, told_once
from campaignkit.domain.lifecycle import Status

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def events(*phases: str) -> list[tuple[str, str | None, datetime]]:
    """Return one event a minute."""
    return [(phase, None, START + timedelta(minutes=n)) for n, phase in enumerate(phases)]


def anomalies(*phases: str) -> list[str | None]:
    return [step.anomaly for step in steps(events(*phases))]


def test_no_history_has_no_steps() -> None:
    assert steps([]) == []


def test_a_phase_lasts_until_the_next_one_begins_and_the_last_has_not_ended() -> None:
    found = steps(
        [
            ("Pending", None, START),
            ("Building", "list.csv", START + timedelta(minutes=10)),
            ("Building.parse", None, START + timedelta(minutes=10)),
            ("Sending", None, START + timedelta(minutes=11, milliseconds=900)),
        ]
    )
    assert [step.seconds for step in found] == [600, 0, 60, None]
    assert [step.phase for step in found] == ["Pending", "Building", "Building.parse", "Sending"]
    assert found[1].reason == "list.csv"
    assert found[1].occurred_at == START + timedelta(minutes=10)


def test_the_drawn_life_has_no_anomaly() -> None:
    life = ("New", "Pending", "Building", "Building.parse", "Sending", "Paused", "Sending", "Done")
    assert anomalies(*life) == [None] * len(life)


def test_a_step_that_nobody_drew_is_marked_and_kept() -> None:
    assert anomalies("Done", "Sending") == [None, "Done → Sending is not a step of the life-cycle"]
    assert anomalies("New", "Sending")[1] == "New → Sending is not a step of the life-cycle"


def test_a_step_inside_a_phase_counts_as_that_phase() -> None:
    assert anomalies("Building.parse", "Building.load", "Sending.throttled", "Done") == [None] * 4
    assert anomalies("Paused.window", "Done.report")[1] == "Paused → Done is not a step of the life-cycle"


def test_a_word_that_is_no_phase_is_marked_and_does_not_hide_the_next_anomaly() -> None:
    found = anomalies("Sending", "Warming up", "New", "")
    assert found[1] == "Warming up is not a phase of the life-cycle"
    assert found[2] == "Sending → New is not a step of the life-cycle"
    assert found[3] is not None


def test_the_first_phase_may_be_any() -> None:
    assert [anomalies(status) for status in Status] == [[None]] * len(Status)


@given(
    st.lists(
        st.tuples(
            st.text(max_size=12) | st.sampled_from(Status),
            st.none() | st.text(max_size=5),
            st.integers(0, 10**6),
        )
    )
)
def test_no_row_is_hidden_and_the_durations_span_the_history(rows: list[tuple[str, str | None, int]]) -> None:
    rows.sort(key=lambda row: row[2])
    given_events = [(phase, reason, START + timedelta(seconds=at)) for phase, reason, at in rows]
    found = steps(given_events)
    assert [(step.phase, step.reason, step.occurred_at) for step in found] == given_events
    if rows:
        assert sum(step.seconds or 0 for step in found) == rows[-1][2] - rows[0][2]


def told(*events: tuple[str, str, int]) -> list[tuple[str, str | None, int]]:
    """Return (phase, reason, minute) events with each change once; a reason in capitals is Core's."""
    entered = [
        Entered(phase, reason or None, START + timedelta(minutes=at), by_hand=reason.islower())
        for phase, reason, at in events
    ]
    return [
        (phase, reason, int((at - START).total_seconds()) // 60) for phase, reason, at in told_once(entered)
    ]


def test_what_core_wrote_about_a_person_s_step_is_that_step() -> None:
    assert told(("New", "", 0), ("Pending", "started by ann", 5), ("Pending", "STARTED", 6), ("Building", "", 7)) == [
        ("New", None, 0), ("Pending", "started by ann; STARTED", 5), ("Building", None, 7),
    ]  # fmt: skip
    assert told(("Pending", "", 4), ("Pending", "started by ann", 5)) == [("Pending", "started by ann", 4)], (
        "a slow clock"
    )
    assert told(("Sending", "", 1), ("Cancelled", "cancelled by ann", 2)) == [
        ("Sending", None, 1), ("Cancelled", "cancelled by ann", 2),
    ]  # fmt: skip


def test_what_core_wrote_twice_stays_twice() -> None:
    assert len(told(("Pending", "A", 1), ("Pending", "B", 2))) == 2
    assert told(("Pending", "started by ann", 1), ("Pending", "A", 2), ("Pending", "B", 3)) == [
        ("Pending", "started by ann; A", 1), ("Pending", "B", 3),
    ]  # fmt: skip
    back = told(("Pending", "started by ann", 1), ("Building", "A", 2), ("Pending", "B", 3))
    assert [phase for phase, _, _ in back] == ["Pending", "Building", "Pending"]


def test_lengths_of_time_are_spelt_in_their_two_largest_units() -> None:
    spelt = {
        0: "0 s",
        59: "59 s",
        61: "1 min 01 s",
        3600: "1 h 00 min",
        7500: "2 h 05 min",
        273_600: "3 d 4 h",
    }
    assert {seconds: duration(seconds) for seconds in spelt} == spelt
