"""What one import is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from campaignkit.importing.adapter import Adapter

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The request, checked as far as it can be without looking at the sources. `pads`: see `numbers.pads`."""

    adapter: Adapter
    into: Path
    workspace: str
    keep_numbers: bool
    pads: tuple[bytes, bytes] | None
    progress: Progress
    now: datetime
