"""Receipts fold by the rules, whatever the order and whoever was killed in between (delivery semantics, rule 2)."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaignkit.codes import stat_table
from campaignkit.demo.stand_in.tables import rank
from campaignkit.store.base import Store
from tests import world
from tests.demo.stand_in.conftest import Driver, Empty, people

CODES = [
    "ENROUTE",
    "ACCEPTD",
    "UNKNOWN",
    "MK:0141",
    "NODATA",
    "DELIVRD",
    "UNDELIV",
    "EXPIRED",
    "DND_REJECTED",
    "SKIPPED",
]
Receipt = tuple[float, int, str]  # seconds from now, line, code


@pytest.fixture(scope="module")
def driver(empty: Empty) -> Driver:
    made = empty()
    with made.writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1, total=0)
    return Driver(made)


def receive(driver: Driver, arrivals: list[list[Receipt]]) -> list[tuple[str | None, str, float | None]]:
    """Let each list of receipts come for a message of its own; return code, result and second of each."""
    began = driver.now
    with driver.store.writing() as session:
        session.script("delete from core.recipients; delete from sim.receipts")
        for recipient_id, receipts in enumerate(arrivals, start=1):
            world.recipient(session, 1, recipient_id, command_status="ESME_ROK")
            for seconds, line, code in receipts:
                world.insert(
                    session, "sim.receipts", due=driver.simulator._moment + seconds, line=line, campaign_id=1,
                    recipient_id=recipient_id, rank=rank(code), smpp_code=code, sms_result=stat_table().result(code).value,
                )  # fmt: skip
    driver.ticks(7, seconds=3)
    found = driver.ask("select smpp_code, sms_result, dlr_at from core.recipients order by recipient_id")
    return [(code, result, at and (at - began) / timedelta(seconds=1)) for code, result, at in found]


receipts = st.lists(
    st.tuples(st.integers(1, 20).map(float), st.integers(1, 9), st.sampled_from(CODES)),
    max_size=5,
    unique_by=lambda r: r[:2],
)


@settings(max_examples=15)
@given(st.lists(receipts, min_size=1, max_size=20))
def test_what_receipts_add_up_to_is_a_function_of_the_set_and_not_of_when_they_are_looked_at(
    driver: Driver, arrivals: list[list[Receipt]]
) -> None:
    for found, of_one in zip(receive(driver, arrivals), arrivals, strict=True):
        if not of_one:
            assert found == (None, "unknown", None)
            continue
        seconds, _, code = max(of_one, key=lambda receipt: (rank(receipt[2]), receipt[0], receipt[1]))
        assert found == (code, stat_table().result(code).value, pytest.approx(seconds, abs=0.001))


@pytest.mark.parametrize(
    ("codes", "decides"),
    [
        (["DELIVRD", "ENROUTE"], "DELIVRD"),
        (["UNKNOWN", "DELIVRD"], "DELIVRD"),
        (["DELIVRD", "UNKNOWN"], "DELIVRD"),
        (["UNDELIV", "MK:0141"], "UNDELIV"),
        (["MK:0141", "ENROUTE"], "MK:0141"),
        (["UNKNOWN", "MK:0141"], "MK:0141"),
        (["UNDELIV", "DELIVRD"], "DELIVRD"),
        (["ENROUTE", "ACCEPTD"], "ACCEPTD"),
    ],
)
@pytest.mark.parametrize("apart", [1.0, 9.0], ids=["in one step", "in two steps"])
def test_the_cases_of_the_rule(driver: Driver, codes: list[str], decides: str, apart: float) -> None:
    ((code, _, _),) = receive(driver, [[(1 + apart * place, 1, code) for place, code in enumerate(codes)]])
    assert code == decides


def test_late_corrections_and_overtaken_receipts_really_happen(driver: Driver, store: Store) -> None:
    """In what is drawn for 20,000 messages."""
    with store.writing() as session:
        world.campaign(session, 2, status="Sending", total=20_000)
        people(session, 2, 20_000)
    sending = Driver(store, speed=1000, submits=20_000)
    sending.ticks(1, seconds=5)
    by_message: dict[int, list[tuple[float, str]]] = {}
    for recipient_id, due, code in sending.ask(
        "select recipient_id, due, smpp_code from sim.receipts order by due"
    ):
        by_message.setdefault(recipient_id, []).append((due, code))
    orders = {tuple(code for _, code in receipts) for receipts in by_message.values()}
    assert ("DELIVRD", "ENROUTE") in orders and ("ENROUTE", "DELIVRD") in orders
    corrected = [
        found for found in by_message.values() if [code for _, code in found][-2:] == ["UNKNOWN", "DELIVRD"]
    ]
    assert len(corrected) > 5
    for found in corrected:
        (before, _), (after, _) = list(pairwise(found))[-1]
        assert after - before > 600
