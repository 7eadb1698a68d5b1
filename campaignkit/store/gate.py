"""The gate that lets several processes use one DuckDB file at once.

DuckDB allows one writing process or several reading ones, and refuses the rest at once. So every session takes
two advisory locks on files beside the database: everybody passes `.gate`, then holds `.lock`, shared to read
and alone to write. A reader leaves the gate as soon as it is through; a writer keeps it while it waits, so new
readers queue behind it and cannot starve it. The kernel drops the locks of a process that dies.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

SIDECARS = (".gate", ".lock")


@contextlib.contextmanager
def passed(path: Path, *, write: bool) -> Iterator[None]:
    """Hold the right to use the database at *path*, shared or (to *write*) alone."""
    with contextlib.ExitStack() as held:
        gate, lock = (_open(path, suffix, held) for suffix in SIDECARS)
        how = fcntl.LOCK_EX if write else fcntl.LOCK_SH
        for handle in (gate, lock):
            if handle is not None:
                fcntl.flock(handle, how)
        if gate is not None and not write:
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield


def _open(path: Path, suffix: str, held: contextlib.ExitStack) -> int | None:
    """Return an open handle of a sidecar, or None where none can be made: then no writer can be there either."""
    sidecar = path.with_name(path.name + suffix)
    try:
        # flock needs no right to write, so a reader's account may be barred from writing.
        handle = os.open(sidecar, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o664)
    except PermissionError:
        try:
            handle = os.open(sidecar, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
    except OSError:
        return None
    held.callback(os.close, handle)
    return handle
