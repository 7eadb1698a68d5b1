"""Campaigns that have sent something and ended: told forward from a start in the daytime of their zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from campaignkit.demo import schedule
from campaignkit.demo.moves import book, cancel, led_in, local, past_start
from campaignkit.demo.scenes import Ending, Trait
from campaignkit.demo.schedule import OFFICE, Span
from campaignkit.demo.story import Draft, Story
from campaignkit.domain.lifecycle import Mode, Status


def done(draft: Draft) -> Story:
    """Tell of a campaign that is Done: every message processed, though not every receipt in."""
    story = _sent(draft, draft.size)
    if Trait.DRAINED in draft.scene.traits:
        story.step("Draining", "waits for the last answers of the centre")
        story.pass_time(5, 20)
    complete(story)
    if Trait.REOPENED in draft.scene.traits:
        story.pass_time(20, 60)
        story.enter(Status.SENDING, "late answers of the centre")
        story.pass_time(5, 20)
        story.enter(Status.DONE, "all messages processed")
    return story


def complete(story: Story) -> Story:
    """Let Core close it: every message was processed."""
    story.pass_time(1, 5)
    story.end(Status.DONE, "completed", "all messages processed")
    return story


def stopped(draft: Draft) -> Story:
    """Tell of one that a person cancelled while it was sending."""
    share = draft.rng.uniform(0.15, 0.6)
    story = _sent(draft, _part(draft, share), time_used=share)
    story.pass_time(1, 3)
    return cancel(story)


def stopped_paused(draft: Draft) -> Story:
    """Tell of one that a person cancelled in the night after its first day."""
    story = _sent(replace(draft, window=OFFICE), _part(draft, 0.4), first_day_only=True)
    story.pause_by_window()
    story.pass_time(1200, 7200)
    return cancel(story)


def exhausted(draft: Draft) -> Story:
    """Tell of one that failed when the centre had refused every message for some minutes."""
    story = _sent(draft, _part(draft, draft.rng.uniform(0.35, 0.7)), refused=max(1, draft.size // 25))
    message = "3 retries used up for every message of the last 4 minutes (ESME_RSYSERR)"
    story.job_error("Sending", "RETRY_EXHAUSTED", message)
    story.pass_time(1, 4)
    story.end(Status.FAILED, "failed", "retries used up, the centre does not accept messages")
    return story


def ran_out(draft: Draft) -> Story:
    """Tell of one that expired, too slow for its time though no window ever held it up."""
    story = _sent(replace(draft, window=None), _part(draft, draft.rng.uniform(0.7, 0.97)))
    story.pass_time(1, 3)
    story.end(Status.EXPIRED, "expired", "its end was reached before the list was finished")
    return story


def ran_out_paused(draft: Draft) -> Story:
    """Tell of one that somebody paused, and nobody resumed until its end had come."""
    share = draft.rng.uniform(0.6, 0.85)
    story = _sent(replace(draft, window=OFFICE), _part(draft, share), time_used=share)
    story.pass_time(1, 3)
    story.pause_by_hand()
    story.at = story.end_at or story.at
    story.pass_time(1, 3)
    story.end(Status.EXPIRED, "expired", "its end was reached before the list was finished")
    return story


def _part(draft: Draft, share: float) -> int:
    return min(max(1, round(draft.size * share)), draft.size - 2)


def _sent(
    draft: Draft, count: int, *, refused: int = 0, time_used: float = 1, first_day_only: bool = False
) -> Story:
    """Return the story of a campaign that has sent *count*; `at` is then the moment when it stopped sending.

    *refused* more were turned down at the last. *time_used* cuts a schedule of days short.
    """
    by_hand = None
    if draft.is_burst:
        story, spans, by_hand = _burst(draft, count)
        pieces = [(span, span.seconds) for span in spans]
    else:
        story, spans = _days(draft)
        spans = schedule.first_seconds(spans, time_used * schedule.seconds_of(spans))
        spans = spans[:1] if first_day_only else spans
        pieces = [*schedule.hours(spans, draft.zone)]
    story.follow(spans, by_hand)
    at_the_last = Span(story.at, story.at + timedelta(minutes=4))
    if refused:
        story.at = at_the_last.ends
    story.submit(pieces, count, refused=(at_the_last, refused) if refused else None)
    return story


def _burst(draft: Draft, count: int) -> tuple[Story, list[Span], Span | None]:
    """Return the story up to the first message, when messages go out, and the pause that a person made."""
    interrupted = Trait.INTERRUPTED in draft.scene.traits
    seconds = max(count / draft.rate, 120.0 if interrupted else 2.0)
    start = past_start(draft, room=timedelta(hours=1))
    latest = draft.now - timedelta(hours=1)
    while schedule.first_seconds(_open_from(draft, start, seconds), seconds)[-1].ends > latest:
        start = local(draft, start, days=-1)
    story = led_in(draft, start)
    story.build()
    story.list_ready()
    spans, by_hand = _open_from(draft, story.at, seconds), None
    if interrupted:
        pause = story.at + schedule.lasting(0.4 * seconds)
        by_hand = Span(pause, pause + draft.lasting(600, 1500))
        spans = schedule.without(spans, by_hand)
    return story, schedule.first_seconds(spans, seconds), by_hand


def _open_from(draft: Draft, start: datetime, seconds: float) -> list[Span]:
    enough = timedelta(days=3, seconds=5 * seconds)  # the shortest window is open for a quarter of the day
    return schedule.open_spans(Span(start, start + enough), draft.zone, draft.window)


def _days(draft: Draft) -> tuple[Story, list[Span]]:
    """Return the story up to the first message of a campaign that takes days, and when its messages go out."""
    trigger = draft.scene.mode is Mode.TRIGGER
    days = draft.rng.randint(3, 30) if trigger else draft.rng.randint(2, 5)
    start = past_start(draft, room=timedelta(days=days + 2))
    story = led_in(draft, start)
    until = book(story, start, days=days)
    story.build()
    story.list_ready()
    if draft.scene.ending is Ending.DONE and not trigger:
        until -= draft.lasting(600, 2400)  # what is done in time is done a little before its end
    return story, schedule.open_spans(Span(story.at, until), draft.zone, draft.window)
