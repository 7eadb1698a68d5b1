"""What a page shows at the release of a press, asked for when it began: the kernel works while the finger does."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
MOMENT = (
    1.0  # seconds that an answer waits for its wish: longer than a press takes, too short to be out of date
)


class Foreseen(Generic[Answer]):
    """One answer that may be wished for next: the next question takes it, or drops it."""

    def __init__(self) -> None:
        self._kept: tuple[object, Answer, float] | None = None

    def keep(self, question: object, answer: Answer) -> None:
        """Have *answer* ready for *question*."""
        self._kept = question, answer, time.monotonic()

    def take(self, question: object) -> Answer | None:
        """Return the answer to *question* if it is ready; none is afterwards."""
        kept = self._kept
        self.drop()
        if kept is None or kept[0] != question or time.monotonic() - kept[2] > MOMENT:
            return None
        return kept[1]

    def drop(self) -> None:
        """Have nothing ready: what is asked for next may be another state of the data."""
        self._kept = None
