"""The campaigns in which the sample's incidents are to be found: each at a fixed time, whatever its size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count

from campaignkit.demo import schedule
from campaignkit.demo.ended import complete
from campaignkit.demo.incidents import BAD_LINE, THROTTLED_ON, Exhibit, Incident
from campaignkit.demo.moves import led_in
from campaignkit.demo.schedule import Span
from campaignkit.demo.story import Draft, Story
from campaignkit.demo.unsent import unreadable
from campaignkit.domain.lifecycle import Status

_FITS = 0.45  # of the list into the windows that are too short
_EVERY = timedelta(minutes=30)  # Core sums up used-up retries


def evenly(draft: Draft, exhibit: Exhibit) -> Story:
    """Tell of one that is spread evenly over some hours of a day."""
    story = _sending(draft, exhibit)
    story.end_at = exhibit.starts(draft.now) + exhibit.lasts
    return _sent(story, Span(story.at, story.end_at - draft.lasting(60, 240)))


def burst(draft: Draft, exhibit: Exhibit) -> Story:
    """Tell of one that is sent as fast as it goes."""
    story = _sending(draft, exhibit)
    lasts = min(schedule.lasting(max(draft.size / draft.rate, 2.0)), exhibit.lasts)
    return _sent(story, Span(story.at, story.at + lasts))


def throttled(draft: Draft, exhibit: Exhibit) -> Story:
    """Tell of one that would take minutes, but for one centre that takes hours. Core only knows of used-up retries."""
    story = _sending(draft, exhibit)
    span = Span(story.at, story.at + exhibit.lasts)
    for so_many in count(1):
        story.at = span.starts + so_many * _EVERY
        if story.at >= span.ends:
            break
        message = (
            f"{THROTTLED_ON}: 3 retries used up for some messages of the last 30 minutes (ESME_RTHROTTLED)"
        )
        story.job_error("Sending", "RETRY_EXHAUSTED", message)
    return _sent(story, span)


def cut_short(draft: Draft, exhibit: Exhibit) -> Story:
    """Tell of one that is paused each evening and expires with most of its list left: its windows are too short."""
    draft = replace(draft, window=exhibit.window)
    story = _sending(draft, exhibit)
    story.end_at = exhibit.starts(draft.now) + exhibit.lasts
    spans = schedule.open_spans(Span(story.at, story.end_at), draft.zone, draft.window)
    story.follow(spans)
    story.submit([(span, span.seconds) for span in spans], round(_FITS * draft.size))
    story.pass_time(1, 3)
    story.end(Status.EXPIRED, "expired", "its end was reached before the list was finished")
    return story


def unparsed(draft: Draft, exhibit: Exhibit) -> Story:
    """Tell of one whose list a spreadsheet has spoilt."""
    story = led_in(draft, exhibit.starts(draft.now))
    story.build()
    story.pass_time(2, 20)
    return unreadable(story, BAD_LINE)


TELLERS: Mapping[Incident, Callable[[Draft, Exhibit], Story]] = {
    Incident.OUTAGE: evenly,
    Incident.BACKLOG: evenly,
    Incident.ID_MISMATCH: burst,
    Incident.THROTTLING: throttled,
    Incident.BAD_SENDER: burst,
    Incident.BARRED_SENDER: burst,
    Incident.SHORT_WINDOW: cut_short,
    Incident.BAD_LIST: unparsed,
}


def _sending(draft: Draft, exhibit: Exhibit) -> Story:
    story = led_in(draft, exhibit.starts(draft.now))
    story.build()
    story.list_ready()
    return story


def _sent(story: Story, span: Span) -> Story:
    story.follow([span])
    story.submit([(span, span.seconds)], story.draft.size)
    return complete(story)
