"""How fast a campaign sends: in and out of its window, with and without an end."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaignkit.domain.lifecycle import Status
from campaignkit.domain.pace import Pace, Sent, Window, pace
from campaignkit.domain.windows import after_open, open_time

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALWAYS = Window(zone="UTC", opens=None, closes=None)
OFFICE = Window(zone="UTC", opens=time(9), closes=time(21))
HOUR = timedelta(hours=1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them bare
WINDOWS = st.builds(
    Window,
    zone=st.sampled_from(["UTC", "Europe/Vilnius", "America/New_York"]),
    opens=st.none() | st.times(),
    closes=st.none() | st.times(),
)


def told(
    sent: Sent, *, window: Window = ALWAYS, end_at: datetime | None = None, status: Status = Status.SENDING
) -> Pace:
    return pace(status=status, sent=sent, window=window, end_at=end_at, now=NOW)


def test_the_rate_is_of_the_last_hour_and_foretells_the_end() -> None:
    found = told(Sent(lately=1200, first=NOW - 5 * HOUR, last=NOW, waiting=3600), end_at=NOW + 4 * HOUR)
    assert found == Pace(rate=1200, needed=900, expected_end=NOW + 3 * HOUR, spare=HOUR)


def test_the_rate_is_of_the_last_ten_minutes_where_enough_went_out_then() -> None:
    assert told(Sent(lately=1200, just_now=100, first=NOW - 5 * HOUR, last=NOW, waiting=1)).rate == 600
    assert told(Sent(lately=1200, just_now=19, first=NOW - 5 * HOUR, last=NOW, waiting=1)).rate == 1200


def test_a_campaign_that_began_some_minutes_ago_is_measured_over_those_minutes() -> None:
    assert told(Sent(lately=100, first=NOW - HOUR / 6, last=NOW, waiting=1)).rate == 600
    assert told(Sent(lately=100, first=NOW - timedelta(seconds=20), last=NOW, waiting=1)).rate is None


def test_the_hour_before_the_window_opened_does_not_count() -> None:
    window = Window(zone="UTC", opens=time(11, 30), closes=time(21))
    assert told(Sent(lately=100, first=NOW - 9 * HOUR, last=NOW, waiting=1), window=window).rate == 200


def test_the_end_waits_for_the_window() -> None:
    found = told(
        Sent(lately=100, first=NOW - 3 * HOUR, last=NOW, waiting=1000), window=OFFICE, end_at=NOW + 9 * HOUR
    )
    assert found.expected_end == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # nine hours today, one tomorrow
    assert found.spare == -13 * HOUR
    assert found.needed == 112


@pytest.mark.parametrize(
    ("minutes", "needed"),
    [(150, 360), (90, 600), (80, 675), (30, 1800), (1, 54000), (0.5, 54000), (-1, None)],
)
def test_what_is_needed_goes_by_the_minute(minutes: float, needed: int | None) -> None:
    found = told(
        Sent(lately=900, first=NOW - 3 * HOUR, last=NOW, waiting=900), end_at=NOW + HOUR * minutes / 60
    )
    assert found.needed == needed


def test_what_no_open_window_is_left_for_needs_no_rate() -> None:
    found = told(
        Sent(lately=900, first=NOW - 3 * HOUR, last=NOW, waiting=900),
        window=Window(zone="UTC", opens=time(9), closes=time(12)),
        end_at=NOW + HOUR,
    )
    assert found.needed is None


@given(st.integers(1, 10**6), MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=9)), WINDOWS)
def test_at_the_rate_that_is_needed_the_rest_is_through_by_the_end(
    waiting: int, now: datetime, left: timedelta, window: Window
) -> None:
    sent = Sent(first=now - HOUR, last=now, waiting=waiting)
    needed = pace(status=Status.SENDING, sent=sent, window=window, end_at=now + left, now=now).needed
    opened = open_time(now, now + left, **window)
    assert (needed is None) == (not opened)
    if needed is not None and opened >= timedelta(minutes=1):
        assert (needed - 1) * (opened / HOUR) < waiting * (1 + 1e-9)
        assert needed * (opened / HOUR) >= waiting * (1 - 1e-9)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.SENDING])
def test_what_does_not_send_has_no_pace(status: Status) -> None:
    assert told(Sent(lately=9, first=NOW - HOUR, last=NOW, waiting=9), status=status) == Pace()


def test_standing_still_is_told_inside_the_window_only() -> None:
    sent = Sent(first=NOW - 9 * HOUR, last=NOW - 2 * HOUR, waiting=5)
    assert told(sent).still_since == sent.last
    assert told(sent, window=Window(zone="UTC", opens=time(1), closes=time(11))).still_since is None
    assert told(Sent(first=NOW - 9 * HOUR, last=NOW - HOUR / 12, waiting=5)).still_since is None
    assert (
        told(Sent(first=NOW - 9 * HOUR, last=NOW - 2 * HOUR)).still_since is None
    )  # nothing is left to send


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)), WINDOWS)
@example(
    NOW, timedelta(0), Window(zone="UTC", opens=time(0), closes=time(1))
)  # nothing to wait for, and shut
def test_open_time_and_the_moment_after_it_undo_each_other(
    now: datetime, span: timedelta, window: Window
) -> None:
    opened = open_time(now, now + span, **window)
    assert timedelta(0) <= opened <= span
    end = after_open(now, opened, **window)
    assert end is not None
    assert end <= now + span
    assert open_time(now, end, **window) == opened
