"""What makes `make bench` fail, and what makes it fair."""

from __future__ import annotations

from typing import Any

from tools.bench.clicks import in_turns
from tools.bench.figures import WORSE, Figure, Times, worse


def figure(name: str, ratio: float) -> Figure:
    return Figure(
        name=name, took=Times.of([10 * ratio]), limit_name="limit", limit=Times.of([10.0]), target=3
    )


def test_a_ratio_a_third_worse_than_the_recorded_one_is_said_and_nothing_else() -> None:
    recorded = {"slow / limit": 2.0, "steady / limit": 2.0, "faster / limit": 2.0, "gone / limit": 1.0}
    found = worse(
        [
            figure("slow", 2.0 * WORSE + 0.1),
            figure("steady", 2.0 * WORSE),
            figure("faster", 0.1),
            figure("new", 99.0),
        ],
        recorded,
    )
    assert found == ["WORSE: slow / limit is 2.70, recorded is 2.00"]


def test_each_side_begins_every_other_round_and_the_first_clicks_do_not_count() -> None:
    order: list[str] = []

    def walk(side: str, *milliseconds: float) -> Any:
        def walked(_page: object) -> list[float]:
            order.append(side)
            return [1000.0] if len(order) <= 2 else list(milliseconds)

        return walked

    page: Any = None
    took, limit = in_turns(page, walk("ours", 10), walk("theirs", 20), warm=1, rounds=3)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs", "theirs", "ours"]
    assert (took, limit) == (Times.of([10.0]), Times.of([20.0]))
