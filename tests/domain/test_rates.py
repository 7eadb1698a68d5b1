"""Delivery rates: what is usual, what is less, and since when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignkit.domain.rates import (
    FEWEST_HOURS,
    SLICES,
    Share,
    Usual,
    is_low,
    latest,
    low_since,
    mixed,
    together,
    usual,
)

WELL = Usual(0.90, 0.95, 1.0)
SHARES = st.integers(0, 10_000).flatmap(lambda sent: st.builds(Share, st.just(sent), st.integers(0, sent)))


def hours(*rates: float, sent: int = 100) -> list[Share]:
    return [Share(sent, round(rate * sent)) for rate in rates]


def test_what_is_usual_is_the_middle_hour_and_an_outage_among_them_moves_nothing() -> None:
    calm = usual(hours(*[0.94, 0.95, 0.96] * 7))
    hit = usual(hours(*[0.94, 0.95, 0.96] * 7, 0.1, 0.0, 0.2))
    assert calm is not None and hit is not None
    assert calm.middle == hit.middle == 0.95
    assert 0.9 <= hit.low <= calm.low < 0.95 < calm.high <= 1


def test_of_a_few_hours_or_of_hours_with_a_few_messages_nothing_is_usual() -> None:
    assert usual(hours(*[0.95] * (FEWEST_HOURS - 1))) is None
    assert usual(hours(*[0.95] * 50, sent=19)) is None
    assert usual(hours(*[0.95] * FEWEST_HOURS)) == Usual(0.95, 0.95, 0.95)


@given(st.lists(SHARES, max_size=60))
def test_what_is_usual_is_in_order_and_a_share(found: list[Share]) -> None:
    known = usual(found)
    if known is not None:
        assert 0 <= known.low <= known.middle <= known.high <= 1


def test_a_campaign_s_channels_are_mixed_as_it_uses_them() -> None:
    channels = {"a": Usual(0.8, 0.9, 1.0), "b": Usual(0.4, 0.5, 0.6)}
    assert mixed({"a": 75, "b": 25}, channels) == Usual(
        pytest.approx(0.7), pytest.approx(0.8), pytest.approx(0.9)
    )
    assert mixed({"a": 75, "unheard": 75}, channels) == channels["a"]
    assert mixed({"a": 74, "unheard": 75}, channels) is None
    assert mixed({}, channels) is None


@pytest.mark.parametrize(
    ("share", "low"),
    [
        (Share(1000, 950), False),
        (Share(1000, 899), True),
        (Share(1000, 901), False),  # inside what comes and goes
        (Share(40, 36), False),  # chance among so few
        (Share(40, 30), True),
        (Share(19, 0), False),  # too few to say anything
        (Share(), False),
    ],
)
def test_a_rate_is_low_when_neither_a_day_nor_chance_explains_it(share: Share, low: bool) -> None:
    assert is_low(share, WELL) is low
    assert not is_low(share, None)


def test_a_channel_that_never_differs_may_still_fall_a_little() -> None:
    assert not is_low(Share(10_000, 9_300), Usual(0.95, 0.95, 0.95))
    assert is_low(Share(10_000, 8_900), Usual(0.95, 0.95, 0.95))


def test_the_rate_of_now_is_of_the_last_ten_minutes_where_enough_went_out_then() -> None:
    busy = [Share(100, 95)] * 20 + [Share(100, 50)] * 4
    calm = [Share(1, 1)] * SLICES
    assert latest(busy) == Share(400, 200)
    assert latest(calm) == together(calm) == Share(24, 24)
    assert latest([]) == Share()


def test_the_fall_began_where_the_curve_went_under_what_is_usual() -> None:
    curve = [Share(100, 95)] * 14 + [Share(100, 60)] * 4 + [Share()] + [Share(2, 2)] + [Share(100, 50)] * 4
    assert len(curve) == SLICES
    assert low_since(curve, WELL) == 14
    assert low_since([Share(100, 50)] * SLICES, WELL) == 0
