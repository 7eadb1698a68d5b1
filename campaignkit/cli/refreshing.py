"""Counting on the command line: once, or again and again."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Callable
from typing import Any

from campaignkit.cli.progress import Progress
from campaignkit.kit import Kit
from campaignkit.services import refresh as counting

Result = tuple[dict[str, Any], Callable[[], str]]


def refresh(kit: Kit, given: argparse.Namespace) -> Result:
    """Count what changed, or everything; with --watch go on until Ctrl-C."""
    with Progress("refresh") as progress:

        def tell(done: int, of: int) -> None:
            progress(f"{done:,} of {of:,} campaigns", done / of)

        if given.watch and kit.acts:  # whoever may not is refused below, and not told again and again
            return _watched(kit, given, tell, progress.say)
        done = kit.refresh(everything=given.all, progress=tell)
    return done.as_json(), lambda: _said(done)


def _watched(
    kit: Kit, given: argparse.Namespace, tell: Callable[[int, int], None], warn: Callable[[str], None]
) -> Result:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    everything = [given.all]  # the first time

    def once(heed: counting.Progress) -> counting.Refreshed:
        done = kit.refresh(everything=everything[0], progress=heed)
        everything[0] = False
        return done

    counted = counting.watch(once, stop=stop, tell=tell, warn=warn)
    return {"counted": counted}, lambda: f"{counted:,} campaigns counted"


def _said(done: counting.Refreshed) -> str:
    left = f"; {done.left:,} changed a moment ago and are counted next time" if done.left else ""
    return f"{done.counted:,} campaigns counted{left}"
