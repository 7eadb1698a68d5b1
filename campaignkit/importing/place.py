"""Where an import works: a private folder beside FILE, which is gone afterwards however the import ends.

A new FILE is built in that folder and renamed at the end; a FILE that is there is changed in one transaction.
"""

from __future__ import annotations

import contextlib
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from campaignkit.domain.errors import InvalidInput, StoreBusy
from campaignkit.store import gate, scratch

MARK = ".importing-"


@contextlib.contextmanager
def private_folder(into: Path) -> Iterator[Path]:
    """Hold a folder beside *into* that only this account can read; removed at the end, also by the next import."""
    with contextlib.ExitStack() as closing:
        try:
            _check(into)
            folder = closing.enter_context(scratch.folder(into.parent, into.name + MARK))
        except OSError as error:
            raise InvalidInput(
                f"{into.parent} cannot be written to ({error.strerror}): choose another place for --into"
            ) from None
        yield folder


def _check(into: Path) -> None:
    if str(into).startswith(("postgresql:", "postgres:")):
        raise InvalidInput("an import fills a DuckDB file, not a server: name a file with --into")
    if re.search("[\udc80-\udcff]", str(into.absolute())):
        raise InvalidInput(f"{str(into)!a} is not UTF-8: choose another name for --into")
    if into.is_dir():
        raise InvalidInput(f"{into} is a folder: name the DuckDB file in it")
    if not into.parent.is_dir():
        raise InvalidInput(f"{into.parent} does not exist: make that folder first, or choose another --into")


def put(new: Path, into: Path) -> None:
    """Give a finished new database its name; raises `StoreBusy` if another import was faster."""
    with gate.passed(into, write=True):
        if into.exists():
            raise StoreBusy(f"{into} was made by another program meanwhile: run this import again")
        new.rename(into)


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """Let SIGTERM unwind this process like Ctrl-C does, so that nothing is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    if before is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(signal_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + signal_number)
