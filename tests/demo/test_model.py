"""The sample's messages fare as the specification's models say ("Numbers for a demo or simulation")."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import exp, log
from pathlib import Path
from statistics import NormalDist
from typing import Any

import duckdb
import pytest

from campaignkit import demo
from campaignkit.demo.incidents import EXHIBITS, backlogs, troubles
from campaignkit.demo.plan import plan
from campaignkit.demo.scenes import Trait
from tests.demo.conftest import NOW, Query

# No incident befell it; receipts that were held up came in the five minutes after.
HEALTHY = " and ".join(
    [
        f"(r.esme <> '{trouble.esme}' or r.sent_at not between '{trouble.span.starts}' and '{trouble.span.ends}')"
        for trouble in troubles(NOW)
    ]
    + [
        f"(r.esme <> '{held.esme}' or r.dlr_at is null"
        f" or r.dlr_at not between '{held.span.ends}' and '{held.span.ends + timedelta(minutes=5)}')"
        for held in backlogs(NOW)
    ]
)
# Messages of finished campaigns that fared as ever and whose receipts have all had the time to come.
SETTLED = f"""
    from core.recipients r join core.campaigns c using (campaign_id)
    where c.status = 'Done' and r.stage = 'Delivered' and r.sent_at < timestamptz '2026-11-20 11:00:00Z' and {HEALTHY}
"""
SAMPLE = {"campaigns": 80, "recipients": 400_000, "seed": 5, "now": NOW}
(OLD_LIST,) = (c.campaign_id for c in plan(**SAMPLE).campaigns if Trait.OLD_LIST in c.traits)
EXHIBITED = ", ".join(f"'{exhibit.name}'" for exhibit in EXHIBITS.values())


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """Return a function that asks a sample which is big enough to take shares of."""
    path: Path = tmp_path_factory.mktemp("model") / "sample.duckdb"
    demo.create(path, **SAMPLE)
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'").complete()

        def ask(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql.replace(":settled", SETTLED)).fetchall()

        yield ask


def shares(query: Query, of: str) -> dict[str | None, float]:
    """Return the share of each value of *of* among the settled messages."""
    return dict(query(f"select {of} as value, count(*) / sum(count(*)) over () :settled group by value"))


def test_a_healthy_campaign_delivers_91_to_95_per_cent(query: Query) -> None:
    found = query(
        "select avg(coalesce(smpp_code = 'DELIVRD', false)::int) as share :settled"
        f" and campaign_id <> {OLD_LIST} group by campaign_id"
        " having count(*) > 3000"
    )
    assert len(found) >= 6
    assert all(0.905 <= share <= 0.955 for (share,) in found)  # half a per cent for chance


def test_outcomes_have_their_shares(query: Query) -> None:
    found = shares(query, "case when smpp_code = 'DND_REJECTED' then 'REJECTD' else smpp_code end")
    assert 0.91 < found["DELIVRD"] < 0.95
    assert 0.03 < found["UNDELIV"] < 0.05
    assert 0.015 < found["EXPIRED"] < 0.03
    assert 0.003 < found["REJECTD"] < 0.01
    assert found["DELETED"] < 0.002
    assert 0.001 < found["UNKNOWN"] < 0.004
    assert 0.003 < found["ACCEPTD"] < 0.008
    assert 0.01 < found[None] + found["ENROUTE"] < 0.02


def test_a_few_are_refused_at_submission(query: Query) -> None:
    ((share,),) = query(
        "select avg((stage = 'Failed')::int) from core.recipients join core.campaigns using (campaign_id)"
        f" where status = 'Done' and stage in ('Failed', 'Delivered') and name not in ({EXHIBITED})"
    )
    assert 0.005 < share < 0.01


def test_most_receipts_come_within_seconds_and_the_rest_has_a_long_tail(query: Query) -> None:
    (((tenth, median, most, late),),) = query(
        "select quantile_cont(epoch(dlr_at - sent_at), [0.1, 0.5, 0.8, 0.98]) :settled and smpp_code = 'DELIVRD'"
    )
    assert 1 < tenth < 4
    assert 5 < median < 10
    assert most < 60
    assert late > 1800


def test_receipts_take_as_long_as_the_models_mixture_says(query: Query) -> None:
    """85 per cent at once, 10 after retries, 5 when the phone is on again."""
    at_once, retried = NormalDist(log(6), 1.0), NormalDist(log(240), 1.2)
    for seconds in (1, 3, 6, 15, 60, 240, 1200, 3600, 6 * 3600, 20 * 3600):
        phone_off = (1 - exp(-seconds / 21_600)) / (1 - exp(-24 / 6))
        expected = 0.85 * at_once.cdf(log(seconds)) + 0.10 * retried.cdf(log(seconds)) + 0.05 * phone_off
        ((found, count),) = query(
            f"select avg((epoch(dlr_at - sent_at) <= {seconds})::int), count(*) :settled"
            " and smpp_code = 'DELIVRD' and esme in ('nordtel-1', 'nordtel-2')"  # validity: 24 hours
        )
        assert count > 20_000
        assert found == pytest.approx(expected, abs=0.01), seconds


def test_what_expires_does_so_exactly_at_its_validity(query: Query) -> None:
    found = query(
        "select esme, floor(min(epoch(dlr_at - sent_at)))::int, ceil(max(epoch(dlr_at - sent_at)))::int"
        " :settled and smpp_code in ('EXPIRED', 'UNKNOWN') group by esme"
    )
    assert {esme for esme, *_ in found} >= {"nordtel-1", "baltcom", "citycell"}
    for _, first, last in found:
        assert first in (24 * 3600, 48 * 3600, 72 * 3600)
        assert last - first <= 2


def test_a_bounce_says_why_in_the_carriers_own_digits(query: Query) -> None:
    reasons = shares(query, "case when smpp_code = 'UNDELIV' then error end")
    bounced = 1 - reasons.pop(None)
    assert reasons["unknown subscriber"] / bounced == pytest.approx(0.35, abs=0.04)
    assert reasons["absent subscriber"] / bounced == pytest.approx(0.30, abs=0.04)
    assert reasons["memory full"] / bounced == pytest.approx(0.05, abs=0.03)
    meanings = query(
        "select err, count(distinct error) as meanings :settled and smpp_code = 'UNDELIV' group by err"
    )
    assert any(count > 1 for _, count in meanings)  # the same digits, another carrier, another meaning


def test_dead_numbers_bounce_each_time(query: Query) -> None:
    ((again, met),) = query(
        """
        with dead as (select distinct c.workspace_id, r.ctn_hash :settled and r.error = 'unknown subscriber')
        select avg((r.smpp_code = 'UNDELIV')::int), count(*)
        from core.recipients r
        join core.campaigns c using (campaign_id)
        join dead d on d.workspace_id = c.workspace_id and d.ctn_hash = r.ctn_hash
        where r.stage = 'Delivered' and r.dlr_at is not null
        """
    )
    assert met > 1000
    assert again > 0.9  # a little less than always: campaigns differ in how many numbers are dead to them


def test_a_number_that_bounces_does_so_for_the_same_reason_in_every_campaign(query: Query) -> None:
    lasting = "('unknown subscriber', 'call barred by the subscriber', 'no SMS service')"
    ((numbers, of_one_mind),) = query(
        f"""
        with reasons as (
          select r.ctn_hash, count(distinct r.error) as reasons, count(*) as bounces
          :settled and r.error in {lasting} group by 1
        )
        select count(*), count(*) filter (where reasons = 1) from reasons where bounces > 1
        """
    )
    assert numbers > 500
    assert of_one_mind > 0.99 * numbers


def test_an_old_list_has_four_times_the_unknown_subscribers_and_only_of_those_more(query: Query) -> None:
    rows = query(
        "select r.campaign_id, avg((coalesce(r.error, '') = 'unknown subscriber')::int),"
        " avg((coalesce(r.error, '') = 'absent subscriber')::int), count(*) :settled group by 1 having count(*) > 2000"
    )
    (old,) = [row for row in rows if row[0] == OLD_LIST]
    rest = [row for row in rows if row[0] != OLD_LIST]
    for column, ratio in ((1, 4), (2, 1)):
        usual = sum(row[column] * row[3] for row in rest) / sum(row[3] for row in rest)
        assert old[column] / usual == pytest.approx(ratio, rel=0.3)


def test_a_burst_over_the_rate_is_slowed_down_a_little_and_others_are_not(query: Query) -> None:
    rows = query(
        "select c.mode, avg((coalesce(r.error, '') like 'accepted at retry%')::int) as retried :settled"
        " group by r.campaign_id, c.mode having count(*) > 2000"
    )
    shares = [share for mode, share in rows if mode in ("OnDemand", "OnTime")]
    assert all(share == 0 or 0.005 < share < 0.055 for share in shares)
    assert min(shares) == 0 < max(shares)
    assert all(share == 0 for mode, share in rows if mode in ("Spread", "Trigger"))


def test_a_number_occurs_once_in_a_campaign_and_in_several_campaigns(query: Query) -> None:
    assert query("select 1 from core.recipients group by campaign_id, ctn_hash having count(*) > 1") == []
    ((numbers, messages),) = query("select count(distinct ctn_hash), count(*) from core.recipients")
    assert numbers < 0.8 * messages
    ((binds,),) = query(
        "select max(n) from (select count(distinct esme) as n from core.recipients group by ctn_hash)"
    )
    assert binds == 1  # a number belongs to one carrier


def test_carriers_share_the_numbers_by_zipf(query: Query) -> None:
    found = sorted(shares(query, "esme").values(), reverse=True)
    assert len(found) == 5
    for rank, share in enumerate(found, start=1):
        assert share == pytest.approx(0.438 / rank, abs=0.02)


def test_every_bind_has_message_ids_of_its_own_shape(query: Query) -> None:
    shapes = {
        "nordtel-1": "[0-9a-f]{8}",
        "nordtel-2": "[0-9a-f]{8}",
        "baltcom": "[0-9]{1,10}",
        "citycell": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "agg-intl": "[0-9A-F]{16}",
    }
    for esme, shape in shapes.items():
        rows = query(
            f"select count(*), count(distinct smsid), bool_and(regexp_full_match(smsid, '{shape}'))"
            f" from core.recipients r where esme = '{esme}' and smsid is not null and {HEALTHY}"
        )
        ((messages, ids, fitting),) = rows
        assert messages == ids
        assert fitting


def test_numbers_are_only_there_as_four_digits_and_a_keyed_hash(query: Query) -> None:
    ((tails, hashes),) = query(
        "select bool_and(regexp_full_match(ctn_tail, '[0-9]{4}')),"
        " bool_and(regexp_full_match(ctn_hash, 'v1:[0-9a-f]{64}')) from core.recipients"
    )
    assert tails
    assert hashes


def test_a_spread_follows_the_day_of_its_zone(query: Query) -> None:
    hours = dict(
        query(
            "select extract(hour from r.sent_at at time zone w.time_zone)::int as hour, count(*)"
            " from core.recipients r join core.campaigns c using (campaign_id)"
            " join core.workspaces w using (workspace_id)"
            " where c.mode = 'Spread' and c.window_from = time '09:00' and r.sent_at is not null group by hour"
        )
    )
    assert set(hours) == set(range(9, 21))
    assert hours[11] > 1.3 * hours[13]  # late morning is busy, lunch is not


def test_the_hours_of_a_whole_day_have_the_models_shares(query: Query) -> None:
    """Days on which a campaign did nothing but send: neither its first nor its last, and no weekend."""
    found = query(
        """
        with sent as (
          select r.campaign_id, r.sent_at at time zone w.time_zone as local
          from core.recipients r
          join core.campaigns c using (campaign_id)
          join core.workspaces w using (workspace_id)
          where c.mode = 'Spread' and c.window_from = time '09:00' and r.sent_at is not null and c.status <> 'Cancelled'
        ),
        whole as (
          select *, local::date > min(local::date) over campaign and local::date < max(local::date) over campaign as inside
          from sent window campaign as (partition by campaign_id)
        )
        select extract(hour from local)::int as hour, 100 * count(*) / sum(count(*)) over ()
        from whole where inside and isodow(local) < 6 group by hour order by hour
        """
    )
    assert [hour for hour, _ in found] == [*range(9, 21)]
    for (hour, share), expected in zip(found, (7, 10, 11, 8, 6, 7, 8, 8, 9, 10, 9, 6), strict=True):
        assert share == pytest.approx(expected * 100 / 99, abs=0.3), hour


def test_a_burst_is_fast_and_its_slowest_bind_is_last(query: Query) -> None:
    found = query(
        """
        select campaign_id, count(*) / epoch(max(sent_at) - min(sent_at)) as rate,
               max(sent_at) filter (where esme = 'nordtel-1') - max(sent_at) filter (where esme = 'citycell') as later
        :settled and c.mode in ('OnDemand', 'OnTime') and c.name <> 'Opening hours'
        group by campaign_id having count(*) > 3000
        """
    )
    assert len(found) >= 2
    for _, rate, later in found:
        assert 20 < rate < 150
        assert later.total_seconds() > 0
