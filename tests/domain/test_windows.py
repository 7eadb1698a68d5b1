"""When the daily sending window opens next: through midnight and through both clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignkit.domain.windows import next_opening

# Vilnius: UTC+2, in summer UTC+3; 2026-03-29 03:00 → 04:00, 2026-10-25 04:00 → 03:00 (both at 01:00 UTC).
VILNIUS = "Europe/Vilnius"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clock(text: str) -> time:
    return time.fromisoformat(text)


@pytest.mark.parametrize(
    ("window", "now", "opening"),
    [
        # a plain day in winter: 09:00–21:00 local is 07:00–19:00 UTC
        ("09:00 21:00", "2026-11-23 06:59", "2026-11-23 07:00"),
        ("09:00 21:00", "2026-11-23 07:00", None),
        ("09:00 21:00", "2026-11-23 18:59", None),
        ("09:00 21:00", "2026-11-23 19:00", "2026-11-24 07:00"),
        # the local day is not the UTC day: 23:30 UTC is 01:30 of the next day
        ("09:00 21:00", "2026-11-23 23:30", "2026-11-24 07:00"),
        # crossing midnight: 21:00–02:00 local is 19:00–00:00 UTC
        ("21:00 02:00", "2026-11-23 18:59", "2026-11-23 19:00"),
        ("21:00 02:00", "2026-11-23 23:59", None),
        ("21:00 02:00", "2026-11-23 22:30", None),
        ("21:00 02:00", "2026-11-24 00:00", "2026-11-24 19:00"),
        ("21:00 00:00", "2026-11-23 21:59", None),
        ("21:00 00:00", "2026-11-23 22:00", "2026-11-24 19:00"),
        # the evening before the clocks change, the morning is an hour earlier or later in UTC
        ("09:00 21:00", "2026-03-28 20:00", "2026-03-29 06:00"),
        ("09:00 21:00", "2026-10-24 20:00", "2026-10-25 07:00"),
        # the gap: 03:30 does not exist and is read as 04:30 summer time, 01:30 UTC
        ("03:30 09:00", "2026-03-29 00:00", "2026-03-29 01:30"),
        ("03:30 09:00", "2026-03-29 01:29", "2026-03-29 01:30"),
        ("03:30 09:00", "2026-03-29 01:30", None),
        ("03:30 09:00", "2026-03-29 05:59", None),
        ("03:30 09:00", "2026-03-29 06:00", "2026-03-30 00:30"),
        # a window that the gap swallows does not open on that day: 03:30 is read as 04:30, past its end at 04:15
        ("03:30 04:15", "2026-03-29 00:00", "2026-03-30 00:30"),
        # the fold: 03:30 comes twice, the first counts, 00:30 UTC; the window lasts through the second
        ("03:30 09:00", "2026-10-25 00:29", "2026-10-25 00:30"),
        ("03:30 09:00", "2026-10-25 00:30", None),
        ("03:30 09:00", "2026-10-25 01:10", None),  # 03:10 for the second time
        ("03:30 09:00", "2026-10-25 06:59", None),
        ("03:30 09:00", "2026-10-25 07:00", "2026-10-26 01:30"),
        # closing in the fold: at the first 03:30
        ("22:00 03:30", "2026-10-25 00:29", None),
        ("22:00 03:30", "2026-10-25 00:30", "2026-10-25 20:00"),
        ("22:00 03:30", "2026-10-25 01:10", "2026-10-25 20:00"),
    ],
)
def test_the_window_opens_when_the_clock_on_the_wall_says_so(
    window: str, now: str, opening: str | None
) -> None:
    opens, closes = map(clock, window.split())
    found = next_opening(at(now), zone=VILNIUS, opens=opens, closes=closes)
    assert found == (at(opening) if opening else None)


def test_now_may_be_given_in_any_zone_and_the_answer_is_in_utc() -> None:
    now = datetime.fromisoformat("2026-11-23T08:00:00+05:45")
    found = next_opening(now, zone="Asia/Kathmandu", opens=clock("09:00"), closes=clock("21:00"))
    assert found == at("2026-11-23 03:15")
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("opens", "closes"), [(None, None), ("09:00", None), (None, "21:00"), ("09:00", "09:00")]
)
def test_without_a_window_nothing_opens(opens: str | None, closes: str | None) -> None:
    assert next_opening(
        at("2026-11-23 03:00"), zone="UTC", opens=opens and clock(opens), closes=closes and clock(closes)
    ) is None  # fmt: skip


ZONES = ["UTC", VILNIUS, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
AROUND_A_CHANGE = st.sampled_from(
    ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]
)


@given(
    day=AROUND_A_CHANGE,
    seconds=st.integers(-2 * 86400, 2 * 86400),
    zone=st.sampled_from(ZONES),
    opens=st.times().map(lambda moment: moment.replace(microsecond=0)),
    closes=st.times().map(lambda moment: moment.replace(microsecond=0)),
)
def test_the_opening_lies_ahead_and_is_the_first_moment_of_an_open_window(
    day: str, seconds: int, zone: str, opens: time, closes: time
) -> None:
    now = at(day) + timedelta(seconds=seconds)

    def ask(moment: datetime) -> datetime | None:
        return next_opening(moment, zone=zone, opens=opens, closes=closes)

    opening = ask(now)
    if opening is None:
        return
    assert now < opening <= now + timedelta(days=2, hours=2)
    assert ask(opening) is None, "it is open then"
    assert ask(opening - timedelta(seconds=1)) == opening, "and was not a second before"
    assert ask(now + (opening - now) / 2) == opening, "nor anywhere on the way"
