"""What happens next, as a pure function: never a step that the lifecycle does not have."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignkit.demo.stand_in import life
from campaignkit.demo.stand_in.life import Campaign, Fate, Work
from campaignkit.domain.lifecycle import TERMINAL, TRANSITIONS, Event, Mode, Status

WALL = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOMENT = 1000.0


def campaign(**more: Any) -> Campaign:
    plain: dict[str, Any] = {
        "campaign_id": 7, "external_id": UUID(int=7), "workspace_id": "retail", "time_zone": "UTC",
        "status": Status.SENDING, "mode": Mode.ON_DEMAND, "start_at": None, "end_at": None, "window_from": None,
        "window_to": None, "total": 100, "fate": Fate.HEALTHY, "turn": 0.5, "rate": 50.0, "size": 100, "by_hand": False,
        "step": 0, "due": MOMENT, "submitted": 40, "to_send": 60, "paid_until": MOMENT - 1, "in_hand": 0,
    }  # fmt: skip
    return Campaign(**plain | more)


moments = st.none() | st.integers(-3 * 86400, 3 * 86400).map(
    lambda seconds: WALL + timedelta(seconds=seconds)
)
campaigns = st.builds(
    campaign,
    status=st.sampled_from(Status), mode=st.sampled_from(Mode), start_at=moments, end_at=moments,
    window_from=st.none() | st.times(), window_to=st.none() | st.times(), total=st.none() | st.integers(0, 200),
    fate=st.sampled_from(Fate), step=st.integers(0, 6), due=st.floats(0, 2000), submitted=st.integers(0, 200),
    to_send=st.integers(0, 200), in_hand=st.integers(0, 3), by_hand=st.booleans(), paid_until=st.floats(0, 2000),
    time_zone=st.sampled_from(["UTC", "Europe/Vilnius", "America/Bogota"]),
)  # fmt: skip


@given(campaigns)
def test_every_step_is_one_that_the_lifecycle_allows(one: Campaign) -> None:
    move = life.next_move(one, WALL, MOMENT)
    if move is not None and move.event is not None:
        assert (one.status, move.event) in TRANSITIONS
        assert move.event in (
            Event.BUILD, Event.SEND, Event.PAUSE, Event.RESUME, Event.FINISH, Event.FAIL, Event.EXPIRE
        )  # fmt: skip


@given(campaigns)
def test_what_has_ended_and_what_waits_for_people_is_left_alone(one: Campaign) -> None:
    if one.status in TERMINAL or one.status is Status.NEW:
        assert life.next_move(one, WALL, MOMENT) is None
    if one.status is not Status.SENDING:
        assert life.quota(one, WALL, MOMENT, most=100) is None
        assert life.events(one, WALL, MOMENT, most=100) is None


@given(campaigns)
def test_only_what_has_a_window_of_time_can_expire(one: Campaign) -> None:
    move = life.next_move(one, WALL, MOMENT)
    if move is not None and move.event is Event.EXPIRE:
        assert one.mode in (Mode.SPREAD, Mode.TRIGGER)
        assert one.end_at is not None and one.end_at <= WALL


@given(campaigns, st.integers(1, 50))
def test_a_quota_is_within_the_list_the_rate_and_the_bound(one: Campaign, most: int) -> None:
    quota = life.quota(one, WALL, MOMENT, most=most)
    if quota is not None:
        assert 1 <= quota.number <= min(most, one.to_send)
        assert quota.paid_until <= max(MOMENT, one.paid_until)
        if one.mode is not Mode.TRIGGER:
            assert quota.number <= (MOMENT - one.paid_until) * one.rate


def event(one: Campaign, wall: datetime = WALL) -> Event | None:
    move = life.next_move(one, wall, MOMENT)
    return move.event if move else None


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"start_at": None}, Event.BUILD),
        ({"start_at": WALL + timedelta(seconds=1), "mode": Mode.ON_TIME}, None),
        ({"start_at": WALL, "mode": Mode.ON_TIME}, Event.BUILD),
        ({"start_at": None, "due": MOMENT + 1}, None),
        ({"mode": Mode.SPREAD, "start_at": WALL - timedelta(days=2), "end_at": WALL}, Event.EXPIRE),
    ],
)
def test_what_is_pending_waits_for_its_start(more: dict[str, Any], expected: Event | None) -> None:
    assert event(campaign(status=Status.PENDING, **more)) is expected


def test_done_means_all_messages_processed_and_not_all_receipts_in() -> None:
    assert event(campaign(to_send=0, in_hand=1)) is None
    assert event(campaign(to_send=0, in_hand=0)) is Event.FINISH


def test_a_trigger_with_nothing_in_hand_goes_on_until_its_end() -> None:
    open_ended = campaign(mode=Mode.TRIGGER, to_send=0)
    ended = campaign(mode=Mode.TRIGGER, to_send=0, end_at=WALL)
    late = campaign(mode=Mode.TRIGGER, to_send=1, end_at=WALL)
    assert [event(one) for one in (open_ended, ended, late)] == [None, Event.FINISH, None]
    assert life.events(late, WALL, MOMENT, most=9) is None
    assert life.quota(late, WALL, MOMENT, most=9) is not None


NIGHT = {"window_from": time(20), "window_to": time(2)}


@pytest.mark.parametrize(("hour", "expected"), [(19, Event.PAUSE), (20, None), (1, None), (2, Event.PAUSE)])
def test_the_daily_window_may_cross_midnight(hour: int, expected: Event | None) -> None:
    assert event(campaign(**NIGHT), WALL.replace(hour=hour)) is expected


def test_who_was_paused_by_a_person_does_not_resume_by_itself() -> None:
    assert event(campaign(status=Status.PAUSED)) is Event.RESUME
    assert event(campaign(status=Status.PAUSED, by_hand=True)) is None


def test_an_unreadable_list_is_never_made_and_fails_with_the_line() -> None:
    building = {"status": Status.BUILDING, "fate": Fate.UNPARSED, "to_send": 0, "submitted": 0, "total": None}
    first = life.next_move(campaign(**building), WALL, MOMENT)
    assert first and first.work is None and first.event is None
    second = life.next_move(campaign(**building, step=1), WALL, MOMENT)
    assert second and second.event is Event.FAIL
    assert second.errors[0].code == "FILE_PARSE" and second.errors[0].message.startswith("line ")
    handed_in = life.next_move(campaign(**building | {"to_send": 9}, step=1), WALL, MOMENT)
    assert handed_in and handed_in.work is Work.CLOSE_LIST


def test_a_spread_uses_the_open_time_that_is_left() -> None:
    evenly = campaign(
        mode=Mode.SPREAD,
        end_at=WALL + timedelta(days=1),
        to_send=7200,
        window_from=time(11),
        window_to=time(13),
    )
    assert life.pace(evenly, WALL) == pytest.approx(1.0)  # an hour today, an hour tomorrow


def test_what_a_rate_leaves_over_is_used_the_next_time() -> None:
    slow = campaign(rate=0.4, paid_until=MOMENT - 3)
    quota = life.quota(slow, WALL, MOMENT, most=100)
    assert quota == (1, pytest.approx(MOMENT - 0.5))
