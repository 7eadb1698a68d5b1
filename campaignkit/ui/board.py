"""The live board: what is sending now, for a wall. It has nothing to choose; its page only asks again."""

from __future__ import annotations

import traitlets

from campaignkit.domain.rates import smoothed
from campaignkit.kit import Kit
from campaignkit.services.board import Board, Line
from campaignkit.ui import front_end, values
from campaignkit.ui.answering import REFRESH_SECONDS, Answering, checked
from campaignkit.ui.values import Message, Value, plain, short

STILL = 6  # times as long while nothing is sending


class LiveBoard(Answering):
    """Shows what is sending in the scope of *kit*; the page asks again every *refresh* seconds, with None when told to.

    *address* is the query of a dashboard's address; there the board fills the window and its campaigns are links.
    """

    _esm = front_end.script("dom", "controls", "line", "address", "head", "board")
    _css = front_end.style("tokens", "ck", "board")

    scope = traitlets.Dict().tag(sync=True)
    board = traitlets.Any().tag(sync=True)  # a dict, or None until there was an answer

    def __init__(
        self, kit: Kit, *, address: str | None = None, refresh: float | None = REFRESH_SECONDS
    ) -> None:
        super().__init__(kit, viewer=address is not None)
        self._refresh_seconds = checked(refresh)
        self._wishes = {"refresh": self._refresh}
        self.scope = values.scope(kit) | {"addressed": address is not None, "refresh": self._refresh_seconds}
        self.on_msg(self._receive)
        self._answer(lambda: self._refresh("refresh", {}))

    def _refresh(self, _event: str, _message: Message) -> None:
        found = self._kit.board()
        self.board = board(found)
        self._as_of = found.as_of
        seconds = self._refresh_seconds
        self.pace = seconds and seconds * (1 if found.sending else STILL)


def board(found: Board) -> Value:
    """Return everything that the page shows."""
    return {
        "as_of": plain(found.as_of),
        "sending": found.sending,
        "per_hour": found.per_hour,
        "delivered": found.delivered.rate,
        "troubled": {trouble.value: count for trouble, count in found.troubled.items()},
        "paused": {"campaigns": found.paused.campaigns, "next": plain(found.paused.next)},
        "pending": {"campaigns": found.pending.campaigns, "next": plain(found.pending.next)},
        "building": found.building,
        "lines": [_line(line) for line in found.lines],
    }


def _line(line: Line) -> Value:
    pace, usual = line.pace, line.usual
    return {
        "external_id": line.external_id,
        "workspace_id": short(line.workspace_id),
        "saddr": short(line.saddr),
        "mode": line.mode,
        "sent": line.sent,
        "waiting": line.waiting,
        "total": line.total,
        "end_at": plain(line.end_at),
        "rate": pace.rate,
        "needed": pace.needed,
        "expected_end": plain(pace.expected_end),
        "spare": pace.spare and round(pace.spare.total_seconds()),
        "still_since": plain(pace.still_since),
        "delivered": line.delivered.rate,
        "usual": usual and {"low": usual.low, "middle": usual.middle, "high": usual.high},
        "curve": list(smoothed(line.curve)),
        "troubles": [trouble.value for trouble in line.troubles],
        "low_since": plain(line.low_since),
        "low_on": [short(channel) for channel in line.low_on],
        "reason": line.reason and short(line.reason),
    }
