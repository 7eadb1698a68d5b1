"""Which actions a screen offers where: a row's menu has fewer than the bar above one campaign (R26, R40–R44)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from campaignkit.domain.access import Viewer
from campaignkit.domain.filters import View
from campaignkit.domain.lifecycle import ACTIONS, Event, State, why_not


class Place(StrEnum):
    """Where actions are offered: in the rows of each view, and in one campaign's detail."""

    CAMPAIGNS = View.CAMPAIGNS
    QUEUE = View.QUEUE
    ARCHIVE = View.ARCHIVE
    DETAIL = "detail"


OFFERED: Mapping[Place, tuple[Event, ...]] = {
    Place.CAMPAIGNS: (Event.START, Event.ARCHIVE),  # R40, R41: the guide lists a row's actions completely
    Place.QUEUE: (Event.APPROVE, Event.REJECT),  # R2
    Place.ARCHIVE: (Event.RESTORE,),  # R44
    Place.DETAIL: ACTIONS,  # R26, R42
}


def actions(viewer: Viewer, workspace: str, state: State, place: Place = Place.DETAIL) -> tuple[Event, ...]:
    """Return what *viewer* may do now, in *place*, to a campaign of *workspace* that is in *state*."""
    return tuple(
        event for event in OFFERED[place] if viewer.may(event, workspace) and why_not(state, event) is None
    )
