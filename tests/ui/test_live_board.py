"""The board's kernel side: what its page is told, and what the page may wish."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from campaignkit import Kit
from campaignkit.domain.errors import InvalidInput
from campaignkit.ui import LiveBoard
from campaignkit.ui.board import board as values
from tests.services.conftest import Build
from tests.services.test_board import fill, kit
from tests.ui.test_browser_widget import send

__all__ = ["kit"]


def test_the_page_is_told_what_the_service_answers_in_plain_values(kit: Kit) -> None:
    board = LiveBoard(kit)
    assert board.board == values(kit.board())
    assert json.loads(json.dumps(board.board)) == board.board
    stalled, low, slow, well = board.board["lines"]
    assert (stalled["rate"], stalled["expected_end"], stalled["troubles"]) == (0, None, ["stalled"])
    assert low["low_on"] == ["beta"] and low["low_since"].endswith("Z")
    assert slow["spare"] < 0
    assert well["usual"]["low"] <= well["usual"]["middle"] <= well["usual"]["high"]
    assert len(well["curve"]) == 24 and all(rate is None or 0 <= rate <= 1 for rate in well["curve"])


def test_while_something_is_sending_it_is_asked_again_every_five_seconds_else_less_often(
    kit: Kit, build: Build
) -> None:
    assert LiveBoard(kit).pace == 5
    assert LiveBoard(kit, refresh=2).pace == 2
    assert LiveBoard(kit, refresh=None).pace is None
    with pytest.raises(InvalidInput, match="refresh takes seconds"):
        LiveBoard(kit, refresh=0)


@pytest.mark.parametrize(
    "message", [{"event": "open", "id": "x"}, {"event": "act"}, {"event": ["refresh"]}, {}, "x", None]
)
def test_a_page_may_wish_for_nothing_but_a_refresh(kit: Kit, message: Any) -> None:
    board = LiveBoard(kit)
    shown = board.board
    board._receive(board, message, [])
    assert "means nothing" in board.notice["text"] and board.board == shown
    send(board, event="refresh")
    assert board.notice is None


def test_a_database_that_is_gone_is_a_sentence_and_what_was_shown_stays(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    found = build(fill)
    board, path = LiveBoard(found, address=""), found._store.path  # type: ignore[attr-defined]
    shown = board.board
    gone = path.rename(path.with_suffix(".gone"))
    with caplog.at_level(logging.ERROR):
        send(board, event="refresh")
    assert board.notice["text"] == "The database is not there. What you see is from 12:00:00."
    assert board.notice["reference"] in caplog.text and board.board == shown
    gone.rename(path)
    send(board, event="refresh")
    assert board.notice is None
