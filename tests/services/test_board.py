"""The live board, on hand-made messages of the last hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from campaignkit import Kit
from campaignkit.services.board import Trouble, as_json
from tests import world
from tests.services.conftest import Build, owned, reopened
from tests.world import NOW, ago


def messages(
    session: world.Session,
    campaign_id: int,
    count: int,
    *,
    esme: str = "alfa",
    since: float,
    until: float = 0,
    rate: float = 0.9,
) -> None:
    """Insert messages that were sent evenly between two moments (minutes ago), `rate` of them delivered at once."""
    world.execute(
        session,
        """
        insert into core.recipients (campaign_id, recipient_id, ctn_tail, stage, esme, smpp_code, sms_result, created_at, sent_at, dlr_at)
        select $campaign::bigint, n + $first::bigint, '0123', 'Delivered', $esme::varchar, case when ok then 'DELIVRD' end,
               case when ok then 'delivered' else 'unknown' end, $begins::timestamptz, sent, case when ok then sent + interval '6 seconds' end
        from (select n, $begins::timestamptz + n * $step::interval as sent, (n * 7) % 100 < 100 * $rate::float8 as ok
              from generate_series(0, $count::bigint - 1) r(n)) m
        """,
        {
            "campaign": campaign_id, "count": count, "esme": esme, "rate": rate, "begins": ago(minutes=since),
            "step": timedelta(minutes=since - until) / count, "first": int(since * 100_000) + sum(map(ord, esme)) * 10_000_000,
        },
    )  # fmt: skip


def waiting(session: world.Session, campaign_id: int, count: int) -> None:
    """Insert recipients that are still to be sent to."""
    for number in range(count):
        world.recipient(session, campaign_id, number, stage="New")


def past(session: world.Session, **rates: float) -> None:
    """Two days of each channel, forty messages an hour, in a campaign that is done."""
    world.campaign(session, 900, status="Done", created_at=ago(days=3), updated_at=ago(hours=2))
    for channel, rate in rates.items():
        messages(session, 900, 40 * 46, esme=channel, since=48 * 60 + len(channel), until=120, rate=rate)


def two_workspaces(session: world.Session) -> None:
    world.workspace(session, "retail", "Europe/Vilnius")
    world.workspace(session, "bank", "UTC")
    past(session, alfa=0.9, beta=0.9)


def fill(session: world.Session) -> None:
    two_workspaces(session)
    world.campaign(session, 1, status="Sending", mode="OnDemand", saddr="Well", updated_at=NOW, total=700)
    messages(session, 1, 600, since=60)
    waiting(session, 1, 100)
    world.campaign(session, 2, status="Sending", saddr="Stalled", updated_at=NOW, total=150)
    messages(session, 2, 100, since=50, until=12)
    waiting(session, 2, 50)
    world.campaign(session, 3, status="Sending", saddr="Low", updated_at=NOW, total=1100)
    messages(session, 3, 500, esme="alfa", since=65)
    messages(session, 3, 300, esme="beta", since=65.1, until=35)
    messages(session, 3, 300, esme="beta", since=35, rate=0.2)
    world.campaign(
        session, 4, "bank", status="Sending", mode="Spread", saddr="Slow", updated_at=NOW, start_at=ago(hours=1),
        end_at=NOW + timedelta(minutes=30), total=180,
    )  # fmt: skip
    messages(session, 4, 60, since=60)
    waiting(session, 4, 120)
    world.campaign(session, 5, status="Paused", window_from=time(9), window_to=time(10), updated_at=NOW)
    world.campaign(session, 6, status="Pending", start_at=NOW + timedelta(hours=2), updated_at=NOW)
    world.campaign(session, 7, status="Pending", start_at=NOW + timedelta(hours=1), updated_at=NOW)
    world.campaign(session, 8, status="Building", updated_at=NOW)
    for number, when in enumerate((40, 11, 5)):
        world.insert(
            session, "core.job_errors", job_error_id=number, campaign_id=2, phase="Sending", code="BIND_FAILED",
            message=f"bind refused {when} min ago", occurred_at=ago(minutes=when),
        )  # fmt: skip


@pytest.fixture
def kit(build: Build) -> Kit:
    return build(fill)


def test_the_worst_stands_first_and_each_trouble_is_told(kit: Kit) -> None:
    board = kit.board()
    assert [(line.saddr, line.troubles) for line in board.lines] == [
        ("Stalled", (Trouble.STALLED,)),
        ("Low", (Trouble.LOW_DELIVERY,)),
        ("Slow", (Trouble.TOO_SLOW,)),
        ("Well", ()),
    ]
    assert board.troubled == {Trouble.STALLED: 1, Trouble.LOW_DELIVERY: 1, Trouble.TOO_SLOW: 1}
    assert board.sending == 4


def test_what_stands_still_has_no_rate_no_end_and_the_reason_that_core_wrote_last(kit: Kit) -> None:
    stalled, *_ = kit.board().lines
    assert stalled.pace.rate == 0 and stalled.pace.expected_end is None
    assert NOW - timedelta(minutes=13) < stalled.pace.still_since <= NOW - timedelta(minutes=12)  # type: ignore[operator]
    assert stalled.reason == "BIND_FAILED: bind refused 5 min ago"


def test_low_delivery_has_its_begin_and_the_channels_that_it_is_on(kit: Kit) -> None:
    low = kit.board().lines[1]
    assert low.usual is not None and low.usual.middle == pytest.approx(0.9, abs=0.02)
    assert low.delivered.rate == pytest.approx(0.5, abs=0.06)
    assert low.low_on == ("beta",)
    assert abs(low.low_since - ago(minutes=35)) <= timedelta(minutes=2.5)  # type: ignore[operator]


def test_what_is_well_is_measured_by_what_it_sent_just_now(kit: Kit) -> None:
    well = kit.board().lines[-1]
    assert (well.sent, well.total) == (600, 700)
    assert well.pace == kit.campaigns.pace(well.external_id), "the campaign's own page says the same"
    assert well.pace.rate == pytest.approx(600, abs=6)
    assert abs(well.pace.expected_end - NOW - timedelta(minutes=10)) < timedelta(seconds=10)  # type: ignore[operator]
    assert well.delivered.rate == pytest.approx(0.9, abs=0.03) and len(well.curve) == 24
    assert well.usual is not None and not well.low_on and well.low_since is None


def test_the_last_five_minutes_are_not_judged(build: Build) -> None:
    def burst(session: world.Session) -> None:
        two_workspaces(session)
        world.campaign(session, 1, status="Sending", updated_at=NOW)
        messages(session, 1, 200, since=4.5, rate=0.0)

    (line,) = build(burst).board().lines
    assert line.delivered.rate is None and line.troubles == ()
    assert line.usual is not None, "what is usual for its channel is known before it can be compared"


def test_a_campaign_that_should_have_begun_and_has_not_stands_still(build: Build) -> None:
    def idle(session: world.Session) -> None:
        world.workspace(session, "retail")
        for number, (minutes, opens) in enumerate([(11, None), (9, None), (11, time(13))], start=1):
            world.campaign(
                session, number, status="Sending", updated_at=ago(minutes=minutes), window_from=opens,
                window_to=opens and time(14),
            )  # fmt: skip
            waiting(session, number, 2)
        world.campaign(session, 4, status="Sending", mode="Trigger", updated_at=ago(days=9))

    found = {line.external_id[:8]: line.troubles for line in build(idle).board().lines}
    assert found == {"00000001": (Trouble.STALLED,), "00000002": (), "00000003": (), "00000004": ()}


def test_what_waits_is_counted_with_what_comes_next(kit: Kit) -> None:
    board = kit.board()
    assert (board.paused.campaigns, board.paused.next) == (1, datetime.fromisoformat("2026-11-24T07:00Z"))
    assert (board.pending.campaigns, board.pending.next) == (2, NOW + timedelta(hours=1))
    assert board.building == 1


def test_a_workspace_s_board_is_of_its_campaigns_alone(build: Build) -> None:
    assert [line.saddr for line in build(fill, workspace="bank").board().lines] == ["Slow"]


def test_the_sums_are_those_of_the_lines(kit: Kit) -> None:
    board = kit.board()
    assert board.per_hour == sum(line.pace.rate or 0 for line in board.lines)
    assert board.delivered.sent == sum(share.sent for line in board.lines for share in line.curve)


def test_without_the_job_s_errors_a_stalled_campaign_has_no_reason(build: Build) -> None:
    kit = build(fill)
    with owned(kit).writing() as session:
        session.script("drop table core.job_errors")
    stalled = reopened(kit).board().lines[0]
    assert stalled.troubles == (Trouble.STALLED,) and stalled.reason is None


def test_what_is_usual_is_looked_up_once_an_hour(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kit.board()
    assert kit.board() == first
    known = kit._boards._channels
    kit.board()
    assert kit._boards._channels is known


def test_nothing_that_sends_is_an_empty_board(build: Build) -> None:
    board = build(lambda session: world.workspace(session, "retail")).board()
    assert (board.sending, board.lines, board.per_hour, board.delivered.rate) == (0, (), 0, None)
    assert as_json(board)["delivery_rate"] is None


def test_messages_without_a_channel_count_whether_it_is_empty_or_none(build: Build) -> None:
    def fill(session: world.Session) -> None:
        world.workspace(session, "retail", "UTC")
        world.campaign(session, 1, status="Sending", updated_at=NOW)
        messages(session, 1, 90, esme="", since=40, until=10)
        messages(session, 1, 60, esme="none", since=40, until=10)
        world.execute(session, "update core.recipients set esme = null where esme = 'none'")

    (line,) = build(fill).board().lines
    assert line.sent == 150
    assert sum(share.sent for share in line.curve) == 150
