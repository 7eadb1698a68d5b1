"""What a page shows at the release of a press, asked for when it began: the kernel works while the finger does."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

from campaignkit.ui.values import Message, Value

Answer = TypeVar("Answer")
MOMENT = (
    1.0  # seconds that an answer waits for its wish: longer than a press takes, too short to be out of date
)


class Foreseen(Generic[Answer]):
    """The answer to a message that may come next: that message takes it, any other drops it."""

    def __init__(self) -> None:
        self._kept: tuple[Value, Answer, float] | None = None

    def keep(self, message: Message, answer: Answer) -> None:
        """Have *answer* ready for *message*."""
        self._kept = _wish(message), answer, time.monotonic()

    def take(self, message: Message) -> Answer | None:
        """Return the answer to *message* if it is ready."""
        if self._kept is None:
            return None
        wish, answer, since = self._kept
        return answer if wish == _wish(message) and time.monotonic() - since <= MOMENT else None

    def drop(self) -> None:
        """Have nothing ready."""
        self._kept = None


def _wish(message: Message) -> Value:
    """Return what *message* wishes for, whatever number the page gave it."""
    return {key: value for key, value in message.items() if key != "ask"}
