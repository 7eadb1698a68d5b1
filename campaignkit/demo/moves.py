"""Moves that several endings share: the way to Pending, the schedule that was booked, a cancellation."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaignkit.demo import schedule
from campaignkit.demo.scenes import Trait
from campaignkit.demo.schedule import EVENING, Span
from campaignkit.demo.story import Draft, Story
from campaignkit.domain.lifecycle import Mode, Status

_CANCELLATIONS = (
    "wrong price in the text",
    "wrong list",
    "sent by mistake",
    "superseded by a corrected campaign",
)
_BRISK, _CALM = (150, 400), (4 * 60, 4 * 3600)  # seconds that a moderator takes


def age(draft: Draft) -> timedelta:
    """Return how old the scene wants the campaign to be."""
    return timedelta(days=draft.scene.days)


def by_day(draft: Draft, moment: datetime) -> datetime:
    """Return *moment*, or if that is at night the afternoon before: people sleep, programs do not."""
    there = moment.astimezone(ZoneInfo(draft.zone))
    if draft.author is draft.workspace.program or 8 <= there.hour < 19:
        return moment
    afternoon = time(draft.rng.randint(13, 17), draft.rng.randrange(60), draft.rng.randrange(60))
    return local(draft, moment, days=-1 if there.hour < 8 else 0, at=afternoon)


def accepted(draft: Draft, ready: datetime, *, brisk: bool = False) -> Story:
    """Return the story up to Pending, which is reached at *ready*: at the approval, or at a press of Start."""
    approved = ready if draft.auto_start else ready - draft.lasting(60, 150)
    created = approved - draft.lasting(*_BRISK) if brisk else by_day(draft, approved - draft.lasting(*_CALM))
    story = Story(draft, created)
    story.at = approved
    story.approve()
    if not draft.auto_start:
        story.at = ready
        story.start()
    return story


def led_in(draft: Draft, start: datetime, *, brisk: bool = False) -> Story:
    """Return the story up to the moment *start*, when Core begins to build."""
    if draft.scheduled and not brisk:
        ready = by_day(draft, start - draft.lasting(3600, 30 * 3600))
    else:
        ready = start - (draft.lasting(200, 500) if draft.scheduled else draft.lasting(2, 12))
    story = accepted(draft, ready, brisk=brisk)
    story.at = start
    book(story, start)
    return story


def book(story: Story, start: datetime, *, days: int = 2) -> datetime:
    """Set the scheduled start and end as far as the mode has them (R15, R16); return the last moment to send at."""
    draft, mode = story.draft, story.draft.scene.mode
    last = _closing(draft, start, days) if mode is Mode.SPREAD else local(draft, start, days=days)
    if draft.scheduled:
        story.start_at = start
    if mode is Mode.SPREAD or (mode is Mode.TRIGGER and Trait.OPEN_ENDED not in draft.scene.traits):
        story.end_at = last
    return last


def _closing(draft: Draft, start: datetime, days: int) -> datetime:
    closes = draft.window.closes if draft.window else time(21)
    return local(draft, start, days=days + (draft.window is EVENING), at=closes)


def listed(story: Story) -> Story:
    """Attach the list that the author handed in; nobody has sent any of it."""
    story.total_known = story.draft.scene.has_list
    if story.total_known:
        read = schedule.lasting(1 + story.draft.size / 20_000)
        story.built = Span(story.created_at, min(story.created_at + read, story.draft.now))
        story.submit([], 0)
    return story


def cancel(story: Story) -> Story:
    """Let a person end it, with a reason (R26)."""
    operator, why = story.draft.operator, story.draft.rng.choice(_CANCELLATIONS)
    story.enter(Status.CANCELLED, f"cancelled by {operator.in_prose}: {why}")
    story.log("cancelled", operator.signature, why)
    return story


def some_days_on(draft: Draft) -> datetime:
    """Return a start time to come."""
    start = local(draft, draft.now, days=draft.rng.randint(1, 5), at=time(draft.rng.randint(9, 17)))
    return start + timedelta(minutes=draft.rng.choice((0, 0, 15, 30)))


def past_start(draft: Draft, *, room: timedelta) -> datetime:
    """Return when an old campaign began: in the daytime of its zone, *room* and a bit before now, or earlier."""
    latest = draft.now - room - timedelta(minutes=10)
    wished = min(draft.now - age(draft), latest)
    hour = 20 if draft.window is EVENING else draft.rng.randint(9, 17)
    start = local(draft, wished, days=0, at=time(hour, draft.rng.randrange(60), draft.rng.randrange(60)))
    if draft.scheduled:
        start = schedule.quarter_hour(start)
    while start > latest:
        start = local(draft, start, days=-1)
    return start


def local(draft: Draft, moment: datetime, *, days: int, at: time | None = None) -> datetime:
    """Return *moment* moved by *days* of the campaign's zone, to the local time *at* if one is given."""
    zone = ZoneInfo(draft.zone)
    there = moment.astimezone(zone)
    day = there.date() + timedelta(days=days)
    return datetime.combine(day, at or there.time(), zone).astimezone(UTC)
