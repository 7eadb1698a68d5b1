"""Which function tells which story."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from campaignkit.demo import ended, exhibits, under_way, unsent
from campaignkit.demo.incidents import EXHIBITS
from campaignkit.demo.scenes import Ending
from campaignkit.demo.story import Draft, Story

TELLERS: Mapping[Ending, Callable[[Draft], Story]] = {
    Ending.QUEUED: unsent.queued,
    Ending.APPROVED: unsent.approved,
    Ending.REJECTED: unsent.rejected,
    Ending.WITHDRAWN: unsent.withdrawn,
    Ending.WAITING: unsent.waiting,
    Ending.CALLED_OFF: unsent.called_off,
    Ending.MISSED: unsent.missed,
    Ending.BUILDING: unsent.building,
    Ending.UNPARSED: unsent.unparsed,
    Ending.EMPTY: unsent.empty,
    Ending.UNBOUND: unsent.unbound,
    Ending.SENDING: under_way.sending,
    Ending.PAUSED_BY_WINDOW: under_way.paused_by_window,
    Ending.PAUSED_BY_HAND: under_way.paused_by_hand,
    Ending.STOPPED: ended.stopped,
    Ending.STOPPED_PAUSED: ended.stopped_paused,
    Ending.EXHAUSTED: ended.exhausted,
    Ending.RAN_OUT: ended.ran_out,
    Ending.RAN_OUT_PAUSED: ended.ran_out_paused,
    Ending.DONE: ended.done,
}


def tell(draft: Draft) -> Story:
    """Return the draft's whole story: that of its incident if it is there to show one, else that of its ending."""
    incident = draft.scene.incident
    if incident is None:
        return TELLERS[draft.scene.ending](draft)
    return exhibits.TELLERS[incident](draft, EXHIBITS[incident])
