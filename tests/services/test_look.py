"""A look at one campaign: several questions, one session, the answers that each gives alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from campaignkit import Kit
from campaignkit.domain.errors import NotFound
from campaignkit.services.look import Look
from tests import world
from tests.services.conftest import Build
from tests.world import ago

ID = "00000001"
QUESTIONS: dict[str, Callable[[Kit, Any], Any]] = {
    "show": lambda kit, one: kit.campaigns.show(one),
    "activity": lambda kit, one: kit.campaigns.activity(one),
    "history": lambda kit, one: kit.campaigns.history(one),
    "pace": lambda kit, one: kit.campaigns.pace(one),
    "counts": lambda kit, one: kit.recipients.counts(one),
    "page": lambda kit, one: kit.recipients.page(one),
    "errors": lambda kit, one: kit.errors.of(one),
    "trail": lambda kit, one: kit.audit.of(one),
    "choices": lambda kit, one: kit.audit.choices(one),
    "exports": lambda kit, one: kit.exports.of(one),
}


def fill(session: world.Session) -> None:
    world.workspace(session, "retail", "Europe/Vilnius")
    world.campaign(session, 1, status="Sending", total=5)
    for number, result in enumerate(["delivered", "failed", "unknown"], start=1):
        code = {"delivered": "DELIVRD", "failed": "UNDELIV"}.get(result)
        world.recipient(session, 1, number, esme="alfa", sms_result=result, smpp_code=code)
    world.recipient(session, 1, 4, stage="New")
    world.insert(
        session, "core.audit_events",
        audit_id=1, workspace_id="retail", campaign_id=1, actor="ann", action="created", occurred_at=ago(hours=9),
    )  # fmt: skip


@pytest.mark.parametrize("counted", [False, True])
def test_every_question_about_a_campaign_is_answered_in_a_look_as_alone(build: Build, counted: bool) -> None:
    kit = build(fill, role="operator")
    if counted:
        kit.refresh()
    alone = {name: ask(kit, ID) for name, ask in QUESTIONS.items()}
    with kit.campaigns.look(ID) as look:
        assert {name: ask(kit, look) for name, ask in QUESTIONS.items()} == alone
    assert alone["counts"].known == 4 == alone["page"].total


def test_a_look_within_a_look_is_the_same(build: Build) -> None:
    kit = build(fill)
    with kit.campaigns.look(ID) as look, kit.campaigns.look(look) as again:
        assert isinstance(look, Look) and again is look


def test_there_is_no_look_at_what_is_not_there(build: Build) -> None:
    kit = build(fill)
    with pytest.raises(NotFound), kit.campaigns.look("ffffffff"):
        raise AssertionError
