"""What is offered where, as tables written from the requirements (R2, R26, R40–R44)."""

from __future__ import annotations

import itertools

import pytest

from campaignkit.domain.access import Role, Viewer
from campaignkit.domain.lifecycle import Moderation, State, Status
from campaignkit.domain.places import Place, actions

# For a moderator, by where it is met; what is in the archive offers its own row only.
OFFERED = """
status    moderation campaigns      queue          detail
New       Pending    archive        approve,reject approve,reject,cancel,archive
New       Approved   start,archive  .              start,cancel,archive
New       Rejected   archive        .              cancel,archive
Pending   *          .              .              cancel
Building  *          .              .              cancel
Sending   *          .              .              cancel
Paused    *          .              .              cancel
Done      *          archive        .              archive
Cancelled *          archive        .              archive
Failed    *          archive        .              archive
Expired   *          archive        .              archive
"""
OF_ROLE = {
    Role.VIEWER: set(),
    Role.OPERATOR: {"start", "cancel", "archive", "restore"},
    Role.MODERATOR: {"start", "cancel", "archive", "restore", "approve", "reject"},
}


def wanted(state: State, place: Place) -> set[str]:
    if state.archived:  # R43, R44: whatever it is, it can only be restored, from the archive or its own page
        return {"restore"} if place in ("archive", "detail") else set()
    heads, *rows = (line.split() for line in OFFERED.strip().splitlines())
    for row in rows:
        if row[0] == state.status and row[1] in ("*", state.moderation):
            cell = dict(zip(heads, row, strict=True)).get(place.value, ".")
            return set() if cell == "." else set(cell.split(","))
    raise AssertionError(state)


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("role", Role)
def test_every_place_offers_what_the_requirements_say_and_the_role_may(role: Role, place: Place) -> None:
    viewer = Viewer(login="ann", roles={"retail": role, "bank": Role.VIEWER})
    for status, moderation, archived in itertools.product(Status, Moderation, (False, True)):
        state = State(status, moderation, archived=archived)
        found = actions(viewer, "retail", state, place)
        assert set(found) == wanted(state, place) & OF_ROLE[role], state
        assert len(found) == len(set(found))
        assert actions(viewer, "bank", state, place) == ()
        assert actions(viewer, "elsewhere", state, place) == ()
