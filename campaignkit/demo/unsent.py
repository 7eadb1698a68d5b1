"""Campaigns that have not sent anything: in the queue, waiting, turned down, or failed before their first message."""

from __future__ import annotations

from datetime import timedelta

from campaignkit.demo.moves import (
    accepted,
    age,
    book,
    by_day,
    cancel,
    led_in,
    listed,
    past_start,
    some_days_on,
)
from campaignkit.demo.story import Draft, Story
from campaignkit.demo.world import ESMES
from campaignkit.domain.lifecycle import Moderation, Status

_REJECTIONS = (
    "no opt-out line",
    "shortened link in the text",
    "sender is not ours to use",
    "the list has no consent",
)
_UNREADABLE = (
    "expected 3 fields separated by ',', found 1 (is it separated by ';'?)",
    "'1.23E+11' is no phone number (was the list saved by a spreadsheet?)",
    "not UTF-8 (byte 0xE0)",
)


def queued(draft: Draft) -> Story:
    """Tell of a New campaign that a moderator has not looked at yet."""
    story = Story(draft, draft.now - age(draft) - draft.lasting(120, 2400))
    book(story, some_days_on(draft))
    return listed(story)


def approved(draft: Draft) -> Story:
    """Tell of a New one that is approved: somebody has to press Start (R28)."""
    story = Story(draft, by_day(draft, draft.now - age(draft) - draft.lasting(2400, 70_000)))
    story.pass_time(300, 2000)
    story.approve()
    book(story, some_days_on(draft))
    return listed(story)


def rejected(draft: Draft) -> Story:
    """Tell of one that the moderator rejected (R24)."""
    story = Story(draft, by_day(draft, draft.now - age(draft) - draft.lasting(0, 3600)))
    book(story, story.at + timedelta(days=2))
    story.pass_time(300, 3600)
    why = draft.rng.choice(_REJECTIONS)
    story.moderation = Moderation.REJECTED
    story.log("rejected", draft.workspace.moderator.signature, why)
    story.enter(Status.CANCELLED, f"rejected: {why}")
    return listed(story)


def withdrawn(draft: Draft) -> Story:
    """Tell of one that was cancelled before anybody judged it (R26)."""
    story = Story(draft, by_day(draft, draft.now - age(draft) - draft.lasting(0, 3600)))
    book(story, story.at + timedelta(days=2))
    story.pass_time(300, 3600)
    return listed(cancel(story))


def waiting(draft: Draft) -> Story:
    """Tell of one that is Pending until its start time comes."""
    story = accepted(draft, by_day(draft, draft.now - draft.lasting(600, 20 * 3600)))
    book(story, some_days_on(draft))
    return story


def called_off(draft: Draft) -> Story:
    """Tell of one that was cancelled while it waited."""
    story = accepted(draft, by_day(draft, draft.now - age(draft)))
    book(story, story.at + timedelta(days=2))
    story.pass_time(600, 4 * 3600)
    return cancel(story)


def missed(draft: Draft) -> Story:
    """Tell of one that expired while Pending: its end had passed before somebody pressed Start."""
    start = past_start(draft, room=timedelta(days=2))
    story = Story(draft, by_day(draft, start - draft.lasting(3600, 20_000)))
    story.pass_time(300, 3000)
    story.approve()
    end = book(story, start, days=1)
    story.at = end + draft.lasting(600, 7200)
    story.start()
    story.pass_time(20, 40)
    why = f"its end, {draft.wall_clock(end)}, had passed before it was started"
    story.end(Status.EXPIRED, "expired", why)
    return story


def building(draft: Draft) -> Story:
    """Tell of one that is Building."""
    start = draft.now - draft.lasting(12, 80)
    if draft.scheduled:
        start = (start - timedelta(minutes=1)).replace(second=0, microsecond=0)
    story = led_in(draft, start, brisk=True)
    story.build()
    story.pass_time(1, 3)
    story.step("Building.parse", None)
    return story


def unparsed(draft: Draft) -> Story:
    """Tell of one that failed because a line of its list cannot be read; how many there are is not known."""
    story = _reading(draft)
    line = draft.rng.randrange(2, 90_000)
    return unreadable(story, f"line {line}: {draft.rng.choice(_UNREADABLE)}")


def empty(draft: Draft) -> Story:
    """Tell of one that failed because its list was read to the end and nothing was in it."""
    story = _reading(draft)
    story.total_known = True
    return unreadable(story, "no usable line: the column 'phone' is empty in all 1,204 lines")


def _reading(draft: Draft) -> Story:
    story = led_in(draft, past_start(draft, room=timedelta(minutes=30)))
    story.build()
    story.pass_time(2, 20)
    return story


def unreadable(story: Story, message: str) -> Story:
    """Let Core give up on the list."""
    story.step("Building.parse", message)
    story.job_error("Building.parse", "FILE_PARSE", message)
    story.pass_time(0.2, 1)
    story.end(Status.FAILED, "failed", "the list file cannot be parsed")
    return story


def unbound(draft: Draft) -> Story:
    """Tell of one that failed with its whole list left, because no bind came up: one job error a bind."""
    story = led_in(draft, past_start(draft, room=timedelta(hours=1)))
    story.build()
    story.list_ready()
    for esme in ESMES:
        story.pass_time(20, 60)
        story.job_error("Sending", "BIND_FAILED", f"{esme.esme}: bind refused (ESME_RINVPASWD), 5 attempts")
    story.pass_time(60, 200)
    story.end(Status.FAILED, "failed", "no bind to any carrier")
    story.submit([], 0)
    return story
