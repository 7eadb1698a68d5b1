"""A progress line on a terminal; silent anywhere else."""

from __future__ import annotations

import sys
from typing import Self

WIDTH = 24


class Progress:
    """Shows what long work is at: call it with the step's name and the share done, 0 to 1."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shown = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._wipe()

    def __call__(self, step: str, done: float) -> None:
        """Show what is going on and how much of it is done."""
        if self._shown:
            full = round(min(max(done, 0), 1) * WIDTH)
            bar = "█" * full + "░" * (WIDTH - full)
            sys.stderr.write(f"\r\033[K{self._title} {bar} {step}")
            sys.stderr.flush()

    def note(self, text: str) -> None:
        """Show how far work has come that has no end of its own."""
        if self._shown:
            sys.stderr.write(f"\r\033[K{self._title}: {text}")
            sys.stderr.flush()

    def say(self, sentence: str) -> None:
        """Print a sentence of its own on standard error."""
        self._wipe()
        if sys.stderr is not None:
            print(f"campaignkit: {sentence}", file=sys.stderr)

    def _wipe(self) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
