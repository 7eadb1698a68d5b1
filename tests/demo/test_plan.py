"""The plan of the sample: told without a database, so many moments and seeds can be tried."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from campaignkit.demo import schedule
from campaignkit.demo.incidents import Incident
from campaignkit.demo.plan import Plan, Planned, archived_at, plan
from campaignkit.demo.scenes import CAST, Ending, Trait
from campaignkit.demo.schedule import Span
from campaignkit.demo.sizes import SMALLEST, deal, prime_from
from campaignkit.demo.story import Step
from campaignkit.demo.world import BOUNCES, ESMES, REFUSALS, WORKSPACES
from campaignkit.domain.history import steps
from campaignkit.domain.lifecycle import TERMINAL, Mode, Moderation, Status

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
# Round the clock, on both sides of clock changes in all three zones, on New Year's night and in a leap year.
MOMENTS = [
    *(datetime(2026, 11, 23, hour, 7 * hour % 60, 7, tzinfo=UTC) for hour in range(24)),
    datetime(2026, 11, 23, 7, 0, tzinfo=UTC),  # a window opens
    datetime(2026, 11, 23, 19, 0, tzinfo=UTC),  # and shuts
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 19, 0, tzinfo=UTC),
]


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def anytime(request: pytest.FixtureRequest) -> Plan:
    """Return a plan for each of the moments, each with a seed of its own."""
    now: datetime = request.param
    return plan(campaigns=70, recipients=9000, seed=MOMENTS.index(now), now=now)


def anomalies(planned: Planned) -> list[str]:
    told = [(event.subject, event.text, event.at) for event in planned.story.history]
    return [step.anomaly for step in steps(told) if step.anomaly]


def test_every_cast_member_is_there_whatever_the_clock_says(anytime: Plan) -> None:
    played = Counter(planned.draft.scene for planned in anytime.campaigns)
    assert all(played[scene] for scene in CAST)
    assert {planned.story.status for planned in anytime.campaigns} == set(Status)
    assert {planned.draft.scene.mode for planned in anytime.campaigns} == set(Mode)
    assert {planned.story.moderation for planned in anytime.campaigns} == set(Moderation)


def test_a_history_is_in_order_in_the_past_and_ends_in_the_status(anytime: Plan) -> None:
    for planned in anytime.campaigns:
        moments = [event.at for event in planned.story.history]
        assert moments == sorted(moments), planned.draft.scene
        assert planned.story.history[0].subject == Status.NEW
        phases = [event.subject.split(".")[0] for event in planned.story.history]
        assert [phase for phase in phases if phase in set(Status)][-1] == planned.story.status
        assert planned.story.status == planned.draft.scene.status


def test_nothing_is_told_after_now(anytime: Plan) -> None:
    for planned in anytime.campaigns:
        story = planned.story
        told = [*story.history, *story.audit, *story.job_errors]
        assert max(event.at for event in told) <= anytime.now, planned.draft.scene
        spans = [batch.span for batch in story.batches if batch.span]
        assert all(span.ends <= anytime.now for span in spans), planned.draft.scene
        assert story.built is None or story.built.ends <= anytime.now
        if planned.draft.scene.archived:
            assert story.at < archived_at(planned) <= anytime.now


def test_only_the_campaigns_meant_for_it_have_an_anomaly(anytime: Plan) -> None:
    odd = {Trait.REBUILT, Trait.REOPENED, Trait.DRAINED}
    for planned in anytime.campaigns:
        assert len(anomalies(planned)) == len(planned.traits & odd), planned.draft.scene


def test_every_recipient_is_in_exactly_one_batch(anytime: Plan) -> None:
    for planned in anytime.campaigns:
        dealt = [place for batch in planned.story.batches for place in range(batch.first, batch.last + 1)]
        assert dealt == list(range(1, planned.draft.size + 1)), planned.draft.scene
    assert sum(planned.draft.size for planned in anytime.campaigns) == anytime.recipients == 9000


def test_messages_go_out_after_the_list_and_in_order_and_inside_the_window(anytime: Plan) -> None:
    for planned in anytime.campaigns:
        sent = [batch.span for batch in planned.story.batches if batch.step is Step.SUBMITTED and batch.span]
        assert all(before.ends <= after.starts for before, after in pairwise(sent))
        if sent and planned.story.built:
            assert sent[0].starts >= planned.story.built.ends
        for span in sent:
            inside = schedule.open_spans(span, planned.draft.zone, planned.story.draft.window)
            assert inside == [span], planned.draft.scene


def test_a_campaign_under_way_has_messages_on_every_side_of_now(anytime: Plan) -> None:
    for planned in anytime.campaigns:
        kinds = {batch.step for batch in planned.story.batches}
        if planned.story.status is Status.SENDING:
            assert {Step.SUBMITTED, Step.SUBMITTING} <= kinds
            assert planned.draft.scene.mode is Mode.TRIGGER or Step.WAITING in kinds
        elif planned.story.status is Status.PAUSED:
            assert kinds == {Step.SUBMITTED, Step.WAITING}


def test_a_pause_says_why_and_one_for_the_window_says_until_when(anytime: Plan) -> None:
    reasons = [
        (planned.draft.scene.ending, planned.story.history[-1].text or "")
        for planned in anytime.campaigns
        if planned.story.status is Status.PAUSED
    ]
    assert len(reasons) == 2
    for ending, reason in reasons:
        words = "outside the daily window, until" if ending is Ending.PAUSED_BY_WINDOW else "paused by"
        assert reason.startswith(words)


def test_only_the_campaign_meant_for_it_expires_for_its_windows(anytime: Plan) -> None:
    for planned in anytime.campaigns:
        phases = [event.subject for event in planned.story.history]
        if planned.draft.scene.ending is Ending.RAN_OUT:
            assert ("Paused" in phases) == (planned.draft.scene.incident is Incident.SHORT_WINDOW)
        if planned.draft.scene.ending is Ending.RAN_OUT_PAUSED:
            assert (planned.story.history[-2].text or "").startswith("paused by")


def test_start_and_end_follow_the_mode(anytime: Plan) -> None:
    for planned in anytime.campaigns:
        story, mode = planned.story, planned.draft.scene.mode
        assert (story.start_at is None) == (mode is Mode.ON_DEMAND)
        if mode in (Mode.ON_DEMAND, Mode.ON_TIME):
            assert story.end_at is None
        elif story.end_at is None:
            assert (mode, Trait.OPEN_ENDED in planned.traits) == (Mode.TRIGGER, True)
        else:
            assert (story.start_at or anytime.now) < story.end_at
        if story.status is Status.PENDING:
            assert (story.start_at or anytime.now) > anytime.now
        if story.status in (Status.SENDING, Status.PAUSED) and story.end_at:
            assert story.end_at > anytime.now
        if story.status is Status.EXPIRED:
            assert (story.end_at or anytime.now) < anytime.now


def test_the_audit_trail_tells_the_same_story(anytime: Plan) -> None:
    last_word = {
        Status.DONE: "completed",
        Status.FAILED: "failed",
        Status.EXPIRED: "expired",
        Status.PAUSED: "paused",
    }
    for planned in anytime.campaigns:
        story = planned.story
        actions = [entry.subject for entry in story.audit]
        assert actions[:2] == ["created", "submitted"]
        assert ("approved" in actions) == (story.moderation is Moderation.APPROVED)
        assert ("rejected" in actions) == (story.moderation is Moderation.REJECTED)
        started = {event.subject for event in story.history} & {Status.PENDING, Status.BUILDING}
        by_hand = not planned.draft.auto_start and bool(started)
        assert ("started" in actions) == by_hand
        if story.status in last_word:
            assert actions[-1] == last_word[story.status]
        if story.status is Status.CANCELLED:
            assert actions[-1] in ("rejected", "cancelled")
        resumed = actions.count("paused") - (actions[-1] == "paused")
        ended_paused = planned.draft.scene.ending in (Ending.STOPPED_PAUSED, Ending.RAN_OUT_PAUSED)
        rebuilt = story.history and Trait.REBUILT in planned.traits
        assert actions.count("resumed") == resumed - ended_paused or rebuilt


def test_failures_leave_job_errors_and_nothing_else_does(anytime: Plan) -> None:
    codes = {
        Ending.UNPARSED: "FILE_PARSE",
        Ending.EMPTY: "FILE_PARSE",
        Ending.UNBOUND: "BIND_FAILED",
        Ending.EXHAUSTED: "RETRY_EXHAUSTED",
    }
    for planned in anytime.campaigns:
        found = {error.subject for error in planned.story.job_errors}
        throttled = planned.draft.scene.incident is Incident.THROTTLING
        code = "RETRY_EXHAUSTED" if throttled else codes.get(planned.draft.scene.ending)
        assert found == ({code} if code else set())


def test_campaigns_are_numbered_as_they_were_created_and_lie_in_about_ninety_days() -> None:
    found = plan(campaigns=250, recipients=50_000, seed=1, now=NOW).campaigns
    created = [planned.story.created_at for planned in found]
    assert created == sorted(created)
    assert [planned.campaign_id for planned in found] == list(range(1, 251))
    assert NOW - timedelta(days=100) < created[0] < NOW - timedelta(days=60)
    assert sum(moment >= NOW - timedelta(hours=1) for moment in created) >= 3
    assert sum(moment >= NOW - timedelta(days=1) for moment in created) >= 10
    assert sum(moment >= NOW - timedelta(days=45) for moment in created) > 250 / 2
    assert len({planned.external_id for planned in found}) == 250


def test_sizes_have_a_heavy_tail() -> None:
    found = plan(campaigns=250, recipients=1_000_000, seed=1, now=NOW).campaigns
    counts = sorted(planned.draft.size for planned in found if planned.draft.size)
    mean = sum(counts) / len(counts)
    assert counts[len(counts) // 2] < mean / 10
    assert sum(counts[-10:]) > sum(counts) / 2
    assert counts[-1] < sum(counts) / 5
    assert counts[0] >= SMALLEST


@pytest.mark.parametrize("count", range(1, 13))
def test_as_many_statuses_as_campaigns_up_to_nine(count: int) -> None:
    found = plan(campaigns=count, recipients=300, seed=3, now=NOW).campaigns
    assert len({planned.story.status for planned in found}) == min(count, 9)


def test_another_seed_gives_other_campaigns_and_a_negative_one_is_another() -> None:
    def ids(seed: int) -> list[str]:
        return [str(c.external_id) for c in plan(campaigns=9, recipients=300, seed=seed, now=NOW).campaigns]

    assert ids(1) == ids(1)
    assert len({tuple(ids(seed)) for seed in (0, 1, -1, 2)}) == 4


def test_one_more_campaign_leaves_the_others_as_they_were() -> None:
    shorter = plan(campaigns=20, recipients=2000, seed=1, now=NOW).campaigns
    longer = plan(campaigns=21, recipients=2000, seed=1, now=NOW).campaigns
    assert {planned.draft.name for planned in shorter} < {planned.draft.name for planned in longer}


@pytest.mark.parametrize("planned_at", [NOW, datetime(2026, 7, 1, 3, tzinfo=UTC)])
def test_people_write_by_day(planned_at: datetime) -> None:
    found = plan(campaigns=250, recipients=50_000, seed=1, now=planned_at).campaigns
    by_people = [
        c for c in found if c.draft.author is not c.draft.workspace.program and c.story.status in TERMINAL
    ]
    hours = [c.story.created_at.astimezone(ZoneInfo(c.draft.zone)).hour for c in by_people]
    assert sum(7 <= hour < 20 for hour in hours) > 0.95 * len(hours)


def test_senders_fit_on_a_handset_and_people_are_invented() -> None:
    for workspace in WORKSPACES:
        assert all(len(sender) <= 11 and sender.isascii() for sender in workspace.senders)
        people = (*workspace.authors, workspace.program, workspace.moderator)
        assert any(person.name is None for person in people)
        assert all(person.email is None or person.email.endswith(".example.com") for person in people)


def test_parts_of_the_world_add_up_to_the_whole() -> None:
    assert sum(share for share, _ in BOUNCES) == sum(share for share, *_ in REFUSALS) == 100
    assert sum(esme.share for esme in ESMES) == pytest.approx(1)


def test_dealing_gives_everything_away() -> None:
    assert deal(10, [1, 1, 1]) == [3, 4, 3]
    assert deal(0, [1, 5]) == [0, 0]
    assert sum(deal(12_345, [0.1] * 77)) == 12_345
    assert prime_from(90) == 97


def test_a_window_follows_the_clock_on_the_wall() -> None:
    whole = Span(datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC))
    spans = schedule.open_spans(whole, "Europe/Vilnius", schedule.OFFICE)
    assert [span.starts.hour for span in spans] == [12, 7, 6, 6]  # summer time begins on the 29th
    night = schedule.open_spans(whole, "Europe/Vilnius", schedule.EVENING)
    # 20:00 to 02:00; the clock goes from 03:00 to 04:00, after the window has shut
    assert [round(span.seconds / 3600) for span in night] == [6, 6, 6]


def test_hours_of_a_weekend_and_of_the_night_are_quiet() -> None:
    friday = Span(datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 11, tzinfo=UTC))
    day = timedelta(days=1)
    saturday = Span(friday.starts + day, friday.ends + day)
    night = Span(friday.starts - day / 2, friday.ends - day / 2)
    weights = [schedule.weight_of([span], "Europe/London") for span in (friday, saturday, night)]
    assert weights[1] == pytest.approx(0.6 * weights[0])
    assert weights[2] < weights[0] / 5
