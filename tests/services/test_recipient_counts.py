"""What the recipients' filters promise is what they then show; and the cell of the heat map that is out of line."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import campaignkit
from campaignkit import Kit, RecipientFilter, SmsResult, Stage
from campaignkit.codes import stat_table
from campaignkit.services import recipients
from campaignkit.services.errors import Channel, MessageErrors, standout
from tests import world
from tests.services.conftest import Build
from tests.world import NOW, ago

ID = "00000001"
CODES = [None, "DELIVRD", "UNDELIV", "ENROUTE", "UNKNOWN", "MK:0001"]
FILTERS = st.builds(
    RecipientFilter,
    stages=st.sets(st.sampled_from(Stage)),
    sms_results=st.sets(st.sampled_from(SmsResult)),
    smpp_codes=st.sets(st.sampled_from([*filter(None, CODES), "NEVER"])),
    null_smpp=st.booleans(),
    esmes=st.sets(st.sampled_from(["a", "b", "c"])),
)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """Return a kit over one campaign with recipients of every stage, code, and channel, some of them old."""
    path: Path = tmp_path_factory.mktemp("counts") / "world.duckdb"
    with world.make(path).writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        for number, (stage, code, esme) in enumerate(product(Stage, CODES, ["a", "b", None]), start=1):
            world.recipient(
                session, 1, number,
                stage=stage.value, smpp_code=code, sms_result=stat_table().result(code).value, esme=esme,
                sent_at=(ago(hours=1) if number % 2 else ago(days=9)) if stage is Stage.DELIVERED else None,
            )  # fmt: skip
    return campaignkit.open(path, workspace="retail", now=NOW)


@given(FILTERS)
def test_a_count_at_a_filter_value_is_the_total_that_choosing_it_alone_would_give(
    kit: Kit, asked: RecipientFilter
) -> None:
    counts = kit.recipients.counts(ID, asked)

    def total(**changed: object) -> int:
        return kit.recipients.page(ID, replace(asked, **changed), limit=1).total  # type: ignore[arg-type]

    for stage in Stage:
        assert counts.stages[stage] == total(stages={stage})
    for result in SmsResult:
        assert counts.sms_results[result] == total(sms_results={result})
    for code in ("DELIVRD", "MK:0001", "EXPIRED"):
        assert counts.smpp_codes.get(code, 0) == total(smpp_codes={code}, null_smpp=False)
    assert counts.null_smpp == total(smpp_codes=set(), null_smpp=True) - total(
        smpp_codes=set(), null_smpp=False
    )
    assert sum(counts.results.values()) == total()
    assert counts.awaiting <= counts.results[SmsResult.UNKNOWN]


def test_awaiting_is_what_may_still_get_a_report(kit: Kit) -> None:
    counts = kit.recipients.counts(ID)
    shown = kit.campaigns.show(ID)
    assert counts.awaiting == shown.verdicts[campaignkit.Verdict.AWAITING] > 0
    assert counts.intermediate == {"ENROUTE"}
    assert counts.known == sum(shown.verdicts.values())


def test_few_recipients_come_as_they_would_among_many(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1, updated_at=ago(days=1))
        for number, (stage, code, esme) in enumerate(product(Stage, CODES, ["a", "b", None]), start=1):
            world.recipient(
                session, 1, number,
                stage=stage.value, smpp_code=code, sms_result=stat_table().result(code).value, esme=esme,
                sent_at=ago(minutes=number % 7) if stage is Stage.DELIVERED else None,
            )  # fmt: skip

    kit = build(fill, role="operator")
    kit.refresh()
    asked = [
        RecipientFilter(stages=stages, sms_results=results, smpp_codes=codes, null_smpp=null, esmes=esmes)  # type: ignore[arg-type]
        for stages, results, codes, null, esmes in product(
            [(), {"Failed"}, {"Delivered", "New"}],
            [(), {"unknown"}, {"unknown", "failed"}],
            [(), {"UNDELIV"}, {"UNKNOWN", "MK:0001"}],
            [True, False],
            [(), {"a"}],
        )
    ]

    def pages(filter: RecipientFilter, sort: str, *, descending: bool) -> list[object]:
        turned, after = [], None
        while not turned or after:
            page = kit.recipients.page(ID, filter, sort=sort, descending=descending, limit=9, after=after)
            turned.append(page)
            after = page.next
        return turned

    orders = cycle(product(["id", "sent"], [True, False]))
    lists = [(filter, *order) for filter, order in zip(asked, orders, strict=False)]
    found = [pages(filter, sort, descending=descending) for filter, sort, descending in lists]
    monkeypatch.setattr(recipients, "FEW", -1)
    assert found == [pages(filter, sort, descending=descending) for filter, sort, descending in lists]


def test_standard_codes_are_offered_even_where_none_occurs(kit: Kit) -> None:
    codes = kit.recipients.counts(ID).smpp_codes
    assert codes["EXPIRED"] == 0 and codes["MK:0001"] > 0
    assert set(stat_table().states) < set(codes)


def test_the_two_ways_to_fail_are_counted_apart(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        for number in range(1, 6):
            world.recipient(session, 1, number, stage="Failed", sent_at=None)
        for number in range(6, 9):
            world.recipient(session, 1, number, smpp_code="UNDELIV", sms_result="failed")
        world.recipient(session, 1, 9, stage="Failed", sent_at=None, smpp_code="REJECTD", sms_result="failed")

    counts = build(fill).recipients.counts(ID)
    assert (counts.at_submission, counts.by_carrier) == (6, 3)


def cell(code: str, esme: str | None, count: int) -> MessageErrors:
    return MessageErrors(smpp_code=code, esme=esme, count=count, error_class="permanent", meaning="")


CHANNELS = [Channel(esme=esme, sent=10_000, failed=0) for esme in ("a", "b", None)]


def test_the_cell_out_of_line_is_the_one_with_most_failures_beyond_the_others_share() -> None:
    cells = [
        cell("UNDELIV", "a", 300),
        cell("UNDELIV", "b", 290),
        cell("REJECTD", "a", 20),
        cell("REJECTD", "b", 500),
    ]
    found = standout(cells, CHANNELS)
    assert found is not None
    assert (found.smpp_code, found.esme, found.count) == ("REJECTD", "b", 500)
    assert (found.share, found.others) == (0.05, 0.001)


@pytest.mark.parametrize(
    ("cells", "channels"),
    [
        ([cell("UNDELIV", "a", 300), cell("UNDELIV", "b", 290)], CHANNELS),  # alike
        ([cell("REJECTD", "a", 19)], CHANNELS),  # too few
        ([cell("REJECTD", "a", 900)], CHANNELS[:1]),  # nothing to compare with
        ([cell("REJECTD", None, 900)], CHANNELS),  # no channel to name
        ([], []),
    ],
)
def test_nothing_stands_out_where_there_is_too_little_or_all_are_alike(
    cells: list[MessageErrors], channels: list[Channel]
) -> None:
    assert standout(cells, channels) is None


def test_errors_tell_what_each_channel_sent_and_the_networks_own_code(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail")
        world.campaign(session, 1)
        world.execute(
            session,
            """
            insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, esme, smpp_code, sms_result, err,
              parts, created_at, sent_at)
            select 1 as campaign_id, n as recipient_id, '0123' as ctn_tail, 'Delivered' as stage,
                   case when n % 2 = 0 then 'good' else 'bad' end as esme,
                   case when n % 20 = 1 then 'REJECTD' else 'DELIVRD' end as smpp_code,
                   case when n % 20 = 1 then 'failed' else 'delivered' end as sms_result,
                   case when n % 20 = 1 then '045' end as err, 1 as parts,
                   $now::timestamptz as created_at, $now::timestamptz as sent_at
            from generate_series(1, 2000) t(n)
            """,
            {"now": NOW},
        )

    found = build(fill).errors.of(ID)
    assert found.channels == (
        Channel(esme="bad", sent=1000, failed=100),
        Channel(esme="good", sent=1000, failed=0),
    )
    assert found.standout is not None
    assert (found.standout.esme, found.standout.err, found.standout.err_count) == ("bad", "045", 100)
