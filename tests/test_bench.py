"""What makes `make bench` fail."""

from __future__ import annotations

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
