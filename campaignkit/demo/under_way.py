"""Campaigns that are sending or paused now: told backward from now, so that there are some whatever the clock says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaignkit.demo import schedule
from campaignkit.demo.moves import book, led_in, local, past_start
from campaignkit.demo.schedule import OFFICE, Span, Window
from campaignkit.demo.story import Draft, Story
from campaignkit.domain.lifecycle import Mode

_JUST_NOW = timedelta(seconds=10)


def sending(draft: Draft) -> Story:
    """Tell of a campaign that is sending, with messages at the centre, in hand, and in the list."""
    return _SENDING[draft.scene.mode](draft)


def paused_by_window(draft: Draft) -> Story:
    """Tell of one that is paused because its daily window is shut (R27)."""
    story = _spread_so_far(replace(draft, window=_closed_now(draft)), draft.now, submitting=0)
    story.pause_by_window()
    return story


def paused_by_hand(draft: Draft) -> Story:
    """Tell of one that a person paused in the middle of a burst."""
    done = _a_part(draft)
    until = draft.now - draft.lasting(600, 4800)
    story = _under_way(draft, done, until)
    span = Span(story.at, until)
    story.submit([(span, span.seconds)], done)
    story.at = until
    story.pause_by_hand()
    return story


def _burst(draft: Draft) -> Story:
    done = _a_part(draft)
    until = draft.now - _JUST_NOW
    story = _under_way(draft, done, until)
    span = Span(story.at, until)
    in_hand = min(round(draft.rate) + 1, draft.size - done - 1)
    story.submit([(span, span.seconds)], done, submitting=_in_hand(draft, in_hand))
    return story


def _a_part(draft: Draft) -> int:
    return max(1, round(draft.size * draft.rng.uniform(0.3, 0.6)))


def _under_way(draft: Draft, done: int, until: datetime) -> Story:
    """Return a burst's story up to its first message, so early that *done* messages fit in before *until*."""
    elapsed = min(max(done / draft.rate, 180), 5 * 3600)
    start = until - schedule.lasting(elapsed + 10 + draft.size / 4000)
    if draft.scheduled:
        start = start.replace(minute=start.minute // 5 * 5, second=0, microsecond=0)
    story = led_in(replace(draft, window=None), start, brisk=True)
    story.build()
    story.list_ready()
    return story


def _spread(draft: Draft) -> Story:
    there = draft.now.astimezone(ZoneInfo(draft.zone)).time()
    window = OFFICE if time(9, 15) < there < time(20, 45) else None
    return _spread_so_far(replace(draft, window=window), draft.now - _JUST_NOW, submitting=2)


def _spread_so_far(draft: Draft, until: datetime, *, submitting: int) -> Story:
    opens = draft.window.opens if draft.window else time(9)
    start = local(draft, draft.now, days=-draft.rng.randint(1, 3), at=opens)
    story = led_in(draft, start)
    end = book(story, start, days=(draft.now - start).days + draft.rng.randint(1, 3))
    story.build()
    story.list_ready()
    past = schedule.open_spans(Span(story.at, until), draft.zone, draft.window)
    future = schedule.open_spans(Span(until, end), draft.zone, draft.window)
    share = 1 / (1 + schedule.weight_of(future, draft.zone) / schedule.weight_of(past, draft.zone))
    done = min(max(1, round(draft.size * share)), draft.size - 3)
    story.follow(past)
    story.submit([*schedule.hours(past, draft.zone)], done, submitting=_in_hand(draft, submitting))
    return story


def _trigger(draft: Draft) -> Story:
    draft = replace(draft, window=None)
    start = past_start(draft, room=timedelta(hours=2))
    story = led_in(draft, start)
    book(story, start, days=(draft.now - start).days + draft.rng.randint(2, 20))
    story.build()
    story.list_ready()
    pieces = [*schedule.hours([Span(story.at, draft.now - _JUST_NOW)], draft.zone)]
    story.submit(pieces, draft.size - 2, submitting=_in_hand(draft, 2))
    return story


def _in_hand(draft: Draft, count: int) -> tuple[Span, int] | None:
    """Return *count* messages that are being submitted at this moment."""
    seconds_ago = Span(draft.now - timedelta(seconds=8), draft.now - timedelta(seconds=1))
    return (seconds_ago, count) if count else None


def _closed_now(draft: Draft) -> Window:
    """Return a window that is shut at this moment, whatever the time of day."""
    there = draft.now.astimezone(ZoneInfo(draft.zone)).time()
    if not time(9) <= there < time(21):
        return OFFICE
    return Window(time(14), time(20)) if there < time(14) else Window(time(8), time(12))


_SENDING: Mapping[Mode, Callable[[Draft], Story]] = {
    Mode.ON_DEMAND: _burst,
    Mode.ON_TIME: _burst,
    Mode.SPREAD: _spread,
    Mode.TRIGGER: _trigger,
}
