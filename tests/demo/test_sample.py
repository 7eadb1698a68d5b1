"""The sample agrees with itself and with the contract."""

from __future__ import annotations

from collections import Counter

import pytest

import campaignkit
from campaignkit import CampaignFilter, demo
from campaignkit.codes import stat_table
from campaignkit.domain.delivery import RECEIPTS_MAY_COME, SmsResult, Stage, Verdict, verdict
from campaignkit.domain.filters import View
from campaignkit.domain.lifecycle import Mode, Moderation, Status
from campaignkit.services.check import check
from campaignkit.store.duckdb import DuckStore
from tests.demo.conftest import NOW, Query


def test_no_rule_of_the_contract_is_broken(sample: demo.Summary) -> None:
    found = check(DuckStore(sample.path).open())
    assert found.violations == ()


@pytest.mark.parametrize(
    ("column", "values"), [("status", Status), ("mode", Mode), ("moderation", Moderation)]
)
def test_every_value_of_a_column_occurs(query: Query, column: str, values: type) -> None:
    assert {row[0] for row in query(f"select distinct {column} from core.campaigns")} == {*values}


def test_every_workspace_has_campaigns_and_some_are_archived(query: Query) -> None:
    assert len(query("select distinct workspace_id from core.campaigns")) == 3
    archived = {
        row[0]
        for row in query("select distinct status from core.campaigns join kit.archived using (campaign_id)")
    }
    assert archived == {"New", "Done", "Failed", "Expired", "Cancelled"}
    wrong = query(
        "from kit.archived a anti join kit.audit_events e on e.campaign_id = a.campaign_id"
        " and e.action = 'archived' and e.occurred_at = a.archived_at and e.actor = a.archived_by"
    )
    assert wrong == []


def verdicts(query: Query) -> Counter[tuple[int, Verdict]]:
    since = NOW - RECEIPTS_MAY_COME
    rows = query(
        "select campaign_id, stage, sms_result, smpp_code, filter is not null,"
        f" coalesce(sent_at > timestamptz '{since.isoformat()}', false), count(*) from core.recipients group by all"
    )
    found: Counter[tuple[int, Verdict]] = Counter()
    for campaign_id, stage, result, code, filtered, may_come, count in rows:
        judged = verdict(
            stage=Stage(stage),
            sms_result=SmsResult(result),
            kind=stat_table().kind(code),
            filtered=filtered,
            receipts_may_come=may_come,
        )
        found[campaign_id, judged] += count
    return found


def test_all_eight_verdicts_occur_and_contradictions_in_one_campaign_alone(query: Query) -> None:
    found = verdicts(query)
    assert {judged for _, judged in found} == set(Verdict)
    contradictory = {
        campaign: n for (campaign, judged), n in found.items() if judged is Verdict.CONTRADICTION
    }
    assert list(contradictory.values()) == [7]


def test_the_kit_shows_every_campaign_with_parts_that_add_up(sample: demo.Summary) -> None:
    kit = campaignkit.open(sample.path, workspace="master", now=NOW)
    pages = [kit.campaigns.page(CampaignFilter(view=view), limit=100) for view in View]
    rows = [row for page in pages for row in page.rows]
    assert len(rows) == kit.campaigns.kpis().total == 60
    unequal = []
    for row in rows:
        shown = kit.campaigns.show(row.external_id)
        if sum(shown.verdicts.values()) != (row.total or 0):
            unequal.append(row)
    assert len(unequal) == 1
    assert unequal[0].sent > (unequal[0].total or 0)


def test_totals_are_what_the_rows_say_except_for_the_one_that_sent_more(query: Query) -> None:
    rows = query(
        "select c.total, count(r.recipient_id), count(r.sent_at) from core.campaigns c"
        " left join core.recipients r on r.campaign_id = c.campaign_id where c.total is not null"
        " group by c.campaign_id, c.total"
    )
    other = [(total, sent) for total, count, sent in rows if total != count]
    assert len(other) == 1
    assert other[0][1] > other[0][0]


def test_the_total_is_unknown_until_the_list_is_built(query: Query) -> None:
    unknown = query("select status, count(*), count(total) from core.campaigns group by status")
    assert {status for status, _, known in unknown if known == 0} == {"Pending", "Building"}
    wrong = query(
        "from core.recipients r semi join core.campaigns c on c.campaign_id = r.campaign_id and c.total is null"
    )
    assert wrong == []
    failed = {row[0] for row in query("select total from core.campaigns where status = 'Failed'")}
    assert {None, 0} < failed


def test_sent_means_delivered_to_the_centre_and_only_then_there_is_an_id(query: Query) -> None:
    assert query("from core.recipients where (stage = 'Delivered') <> (sent_at is not null)") == []
    assert query("from core.recipients where (stage = 'Delivered') <> (smsid is not null)") == []
    assert query("from core.recipients where (smpp_code is null) <> (dlr_at is null)") == []
    assert query("from core.recipients where (stage = 'New') <> (esme is null)") == []
    assert query("from core.recipients where stage = 'Delivered' and command_status <> 'ESME_ROK'") == []
    wrong = query(
        "from core.recipients where stage = 'Failed' and coalesce(command_status, 'ESME_ROK') = 'ESME_ROK'"
    )
    assert wrong == []


def test_the_sms_result_follows_from_the_code(query: Query) -> None:
    rows = query("select distinct smpp_code, sms_result from core.recipients")
    assert all(result == stat_table().result(code) for code, result in rows)
    codes = {code for code, _ in rows}
    assert {None, "DELIVRD", "UNDELIV", "EXPIRED", "REJECTD", "ENROUTE", "ACCEPTD", "UNKNOWN"} <= codes


def test_moments_of_a_message_are_in_order(query: Query) -> None:
    assert query("from core.recipients where created_at > sent_at or sent_at > dlr_at") == []
    wrong = query(
        "from core.recipients r join core.campaigns c using (campaign_id) where r.created_at < c.created_at"
    )
    assert wrong == []


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("core.campaigns", "created_at, updated_at"),
        ("core.recipients", "created_at, sent_at, dlr_at"),
        ("core.state_events", "occurred_at"),
        ("core.job_errors", "occurred_at"),
        ("core.audit_events", "occurred_at"),
        ("kit.audit_events", "occurred_at"),
        ("kit.archived", "archived_at"),
    ],
)
def test_nothing_lies_in_the_future(query: Query, table: str, columns: str) -> None:
    assert query(f"from {table} where greatest({columns}) > :now") == []


def test_a_campaign_was_updated_when_anything_about_it_last_changed(query: Query) -> None:
    wrong = query(
        """
        select c.campaign_id, c.updated_at,
               greatest((select max(occurred_at) from core.state_events e where e.campaign_id = c.campaign_id),
                        (select max(occurred_at) from core.audit_events a where a.campaign_id = c.campaign_id),
                        (select max(greatest(created_at, sent_at, dlr_at)) from core.recipients r
                         where r.campaign_id = c.campaign_id)) as changed
        from core.campaigns c
        where c.updated_at <> changed
        """
    )
    assert wrong == []


def test_messages_go_out_between_the_first_sending_and_the_end(query: Query) -> None:
    wrong = query(
        """
        with sending as (
          select campaign_id, min(occurred_at) filter (where phase = 'Sending') as begun,
                 max(occurred_at) filter (where phase in ('Done', 'Cancelled', 'Failed', 'Expired', 'Paused')) as ended
          from core.state_events group by campaign_id
        )
        select r.campaign_id, min(r.sent_at), any_value(s.begun), max(r.sent_at), any_value(s.ended)
        from core.recipients r
        join sending s on s.campaign_id = r.campaign_id
        join core.campaigns c on c.campaign_id = r.campaign_id
        where r.sent_at is not null
        group by r.campaign_id
        having min(r.sent_at) < any_value(s.begun)
            or (any_value(c.status) <> 'Sending' and max(r.sent_at) > any_value(s.ended))
        """
    )
    assert wrong == []


def test_the_history_counts_the_list_as_the_rows_do(query: Query) -> None:
    rows = query(
        """
        select c.campaign_id, e.reason, count(r.recipient_id),
               count(*) filter (where r.stage = 'New' and r.filter is not null)
        from core.state_events e
        join core.campaigns c on c.campaign_id = e.campaign_id
        join core.recipients r on r.campaign_id = c.campaign_id
        where e.reason like 'list ready%'
        group by all
        """
    )
    assert len(rows) > 20
    for _, reason, listed, excluded in rows:
        assert reason == f"list ready: {listed - excluded:,} recipients, {excluded:,} excluded"


def test_no_address_stands_in_prose_that_everybody_reads(query: Query) -> None:
    prose = query("select reason from core.state_events union select note from core.audit_events")
    assert any("…@" in (text or "") for (text,) in prose)
    assert query("from core.state_events where regexp_matches(reason, '[a-z]@')") == []
    assert query("from core.audit_events where regexp_matches(note, '[a-z]@')") == []


def test_cores_counter_is_right_unless_core_is_busy_sending(query: Query) -> None:
    rows = query(
        "select c.status, c.delivery_errors, count(*) filter (where r.sms_result = 'failed') from core.campaigns c"
        " left join core.recipients r on r.campaign_id = c.campaign_id"
        " group by c.campaign_id, c.status, c.delivery_errors"
    )
    assert all(counter == failed for status, counter, failed in rows if status != "Sending")
    sending = [(counter, failed) for status, counter, failed in rows if status == "Sending" and failed]
    assert len(sending) >= 3
    assert all(0.9 * failed - 1 <= counter < failed for counter, failed in sending)


def test_a_sending_campaign_has_messages_in_hand_and_in_the_list(query: Query) -> None:
    rows = query(
        "select c.mode, count(*) filter (where stage = 'Sending'),"
        " count(*) filter (where stage = 'New' and filter is null)"
        " from core.campaigns c join core.recipients r using (campaign_id) where c.status = 'Sending'"
        " group by c.campaign_id, c.mode"
    )
    assert len(rows) >= 4
    for mode, in_hand, in_list in rows:
        assert in_hand > 0
        assert in_list > 0 or mode == "Trigger"
    wrong = query(
        "from core.recipients r join core.campaigns c using (campaign_id)"
        " where r.stage = 'Sending' and c.status <> 'Sending'"
    )
    assert wrong == []
