"""Full numbers in the page: never in the widget's state, which a notebook saves, and in a message only when revealed (R57)."""

from __future__ import annotations

import json
from typing import Any

import pytest

import campaignkit
from campaignkit.kit import database
from campaignkit.ui import CampaignBrowser
from tests import world
from tests.services.conftest import Build, owned, place
from tests.services.exporting import NUMBERS, ONE, keep_numbers, recipients
from tests.ui.test_browser_widget import send
from tests.world import NOW

LEAK = "4794600"  # part of every number, and of nothing else
TABS = ("overview", "recipients", "errors", "export", "audit")


def plain(session: world.Session) -> None:
    """Recipients, none of whose cells looks like a number."""
    recipients(session)
    world.execute(session, "update core.recipients set smsid = 'x'")


@pytest.mark.parametrize("granted", [False, True])
def test_full_numbers_are_in_no_state_and_only_in_the_answer_to_a_reveal(
    build: Build, granted: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPAIGNKIT_EXPORTS", str(tmp_path / "kept"))
    owner = owned(build(plain))
    keep_numbers(owner)
    kit = campaignkit.open(
        place(database(owner.address), "ann"), workspace="master", role="operator", actor="ann", now=NOW,
        clear_numbers=granted,
    )  # fmt: skip
    browser = CampaignBrowser(kit)
    told: list[Any] = []
    states: list[str] = []
    browser.send = lambda message, buffers=None: told.append((message, buffers))  # type: ignore[method-assign]
    browser.observe(lambda change: states.append(json.dumps(change["new"], default=str)))
    send(browser, event="open", id=ONE)
    for tab in TABS:
        send(browser, event="tab", tab=tab)
        send(browser, event="refresh")
    send(browser, event="tab", tab="recipients")
    for event in ("recipients-sort", "recipients-failed", "recipients-clear"):
        send(browser, event=event, key="sent")
    send(browser, event="reveal", recipient=1)
    send(browser, event="refresh")
    send(browser, event="audit-export")
    states.append(json.dumps(browser.get_state(), default=str))
    assert "****01" in "".join(states)
    assert LEAK not in "".join(states)
    revealed = [message for message, _ in told if message.get("kind") == "number"]
    assert revealed == ([{"kind": "number", "recipient": 1, "number": NUMBERS[1]}] if granted else [])
    assert LEAK not in str([sent for sent in told if sent[0] not in revealed])
