"""The verdict and the code tables, against the tables of the delivery semantics written out here."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignkit import codes
from campaignkit.domain.delivery import (
    RECEIPTS_MAY_COME,
    Kind,
    SmsResult,
    Stage,
    Verdict,
    add_up,
    verdict,
)

BOTH = (False, True)

# stages | sms_result | kinds of code | filter set | receipts may come | verdict. Anything else: contradiction.
VERDICTS = [
    ("New", "unknown", "none", (False,), BOTH, "not_submitted"),
    ("New", "unknown", "none", (True,), BOTH, "excluded"),
    ("Sending", "unknown", "none waiting", BOTH, BOTH, "awaiting"),
    ("Sending", "unknown", "unknown", BOTH, BOTH, "unknown"),
    ("Sending Delivered", "delivered", "delivered", BOTH, BOTH, "delivered"),
    ("Sending Delivered Failed", "failed", "failed", BOTH, BOTH, "carrier_failed"),
    ("Delivered", "unknown", "none waiting", BOTH, (True,), "awaiting"),
    ("Delivered", "unknown", "none waiting", BOTH, (False,), "unknown"),
    ("Delivered", "unknown", "unknown", BOTH, BOTH, "unknown"),
    ("Failed", "unknown", "none", BOTH, BOTH, "failed_at_submission"),
]
LISTED = {
    cell: outcome
    for stages, result, kinds, filtered, in_time, outcome in VERDICTS
    for cell in itertools.product(stages.split(), [result], kinds.split(), filtered, in_time)
}

# stat -> SMS result, and what the verdict makes of it
STATS = {
    "SCHEDLD": ("unknown", "waiting"),
    "ENROUTE": ("unknown", "waiting"),
    "DELIVRD": ("delivered", "delivered"),
    "EXPIRED": ("failed", "failed"),
    "DELETED": ("failed", "failed"),
    "UNDELIV": ("failed", "failed"),
    "ACCEPTD": ("unknown", "waiting"),
    "UNKNOWN": ("unknown", "unknown"),
    "REJECTD": ("failed", "failed"),
    "SKIPPED": ("unknown", "unknown"),
}
# which receipts another one may still replace: a final one never, UNKNOWN by any listed final one
CLASSES = {
    "SCHEDLD": "intermediate",
    "ENROUTE": "intermediate",
    "DELIVRD": "final",
    "EXPIRED": "final",
    "DELETED": "final",
    "UNDELIV": "final",
    "ACCEPTD": "intermediate",
    "UNKNOWN": "undecided",
    "REJECTD": "final",
    "SKIPPED": "final",
}
ALIASES = {
    "DELIVERED": "DELIVRD",
    "FAILED": "UNDELIV",
    "UNDELIVERABLE": "UNDELIV",
    "UNDELIVERED": "UNDELIV",
    "UNDELIVRD": "UNDELIV",
    "ACCEPTED": "ACCEPTD",
    "ACKED": "ACCEPTD",
    "BUFFRED": "ENROUTE",
    "BUFFERD": "ENROUTE",
    "SUBMITD": "ENROUTE",
    "SENT": "ENROUTE",
    "REJECTED": "REJECTD",
    "DND_REJECTED": "REJECTD",
    "BLIST": "REJECTD",
    "NOROUTE": "UNDELIV",
    "CANCELLED": "DELETED",
    "SCHEDULED": "SCHEDLD",
    "STAGED": "SCHEDLD",
}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("result", SmsResult)
@pytest.mark.parametrize("kind", Kind)
def test_every_combination_has_the_verdict_of_the_table(stage: Stage, result: SmsResult, kind: Kind) -> None:
    for filtered, in_time in itertools.product(BOTH, BOTH):
        found = verdict(
            stage=stage, sms_result=result, kind=kind, filtered=filtered, receipts_may_come=in_time
        )
        assert found is Verdict(LISTED.get((stage, result, kind, filtered, in_time), "contradiction"))


def test_the_table_of_verdicts_has_no_cell_twice_and_names_all_eight() -> None:
    cells = sum(
        len(stages.split()) * len(kinds.split()) * len(filtered) * len(in_time)
        for stages, _, kinds, filtered, in_time, _ in VERDICTS
    )
    assert len(LISTED) == cells
    assert {*LISTED.values(), "contradiction"} == set(Verdict)
    assert len(Verdict) == 8


def test_receipts_may_come_for_three_days() -> None:
    assert RECEIPTS_MAY_COME.total_seconds() == 72 * 3600


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.integers(0, 10**12))))
def test_the_parts_add_up_to_the_whole(parts: list[tuple[Verdict, int]]) -> None:
    total = add_up(parts)
    assert set(total) == set(Verdict)
    assert sum(total.values()) == sum(count for _, count in parts)


def test_a_verdict_that_does_not_occur_is_zero() -> None:
    assert add_up([]) == dict.fromkeys(Verdict, 0)


def test_the_state_table_lists_ten_states_worth_what_the_semantics_say() -> None:
    table = codes.stat_table()
    assert {stat: result for stat, (_, result) in table.states.items()} == {
        stat: result for stat, (result, _) in STATS.items()
    }
    assert {stat: code_class for stat, (code_class, _) in table.states.items()} == CLASSES
    assert {stat: table.kind(stat) for stat in STATS} == {stat: kind for stat, (_, kind) in STATS.items()}


def test_a_vendors_spelling_counts_as_its_stat() -> None:
    table = codes.stat_table()
    assert table.aliases == ALIASES
    for alias, stat in ALIASES.items():
        assert table.stat(alias) == stat
        assert (table.result(alias), table.kind(alias)) == STATS[stat]
        assert codes.meaning(alias, codes.stat_table()) == codes.meaning(stat, codes.stat_table())


@pytest.mark.parametrize("code", ["delivrd", " DELIVRD ", "Delivered"])
def test_case_and_space_do_not_matter(code: str) -> None:
    assert codes.stat_table().stat(code) == "DELIVRD"


@pytest.mark.parametrize("code", ["", "DELIVRD TO MOBILE", "MK:0001", "00B", "DELIVRD\0", "ENROUTE,DELIVRD"])
def test_a_code_that_no_table_lists_decides_nothing_and_is_no_waiting(code: str) -> None:
    table = codes.stat_table()
    assert table.stat(code) is None
    assert table.result(code) == "unknown"
    assert table.kind(code) == "unknown"
    assert codes.meaning(code, codes.stat_table()) == codes.UNLISTED


def test_no_code_is_a_kind_of_its_own() -> None:
    assert codes.stat_table().kind(None) == "none"
    assert codes.stat_table().result(None) == "unknown"
    assert codes.meaning(None, codes.stat_table()) == codes.UNLISTED


def test_every_listed_code_means_something_in_words() -> None:
    for stat, (result, _) in STATS.items():
        meaning = codes.meaning(stat, codes.stat_table())
        assert meaning.text
        assert (meaning.error_class != "unknown") is (result == "failed"), "what failed has a class"
