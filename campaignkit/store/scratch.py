"""Private folders to work in: gone afterwards however the work ends, a kill included."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Hold a folder in *parent* that only this account can read; raises `OSError`.

    It is removed at the end; what a killed process left under that prefix is removed by the next one.
    """
    sweep(parent, prefix)
    with contextlib.ExitStack() as closing:
        while (made := _locked(Path(tempfile.mkdtemp(prefix=prefix, dir=parent)), closing)) is None:
            pass  # somebody's sweep was faster than the lock
        closing.callback(shutil.rmtree, made, ignore_errors=True)
        yield made


def _locked(made: Path, closing: contextlib.ExitStack) -> Path | None:
    """Say that the folder is in use, until this process ends; return None if it has been swept away."""
    try:
        handle = os.open(made, os.O_RDONLY)
    except FileNotFoundError:
        return None
    closing.callback(os.close, handle)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        return made if os.path.samestat(os.fstat(handle), made.stat()) else None
    except FileNotFoundError:
        return None


def sweep(parent: Path, prefix: str) -> None:
    """Remove the folders that nobody uses any more; one still in use is locked."""
    for left in parent.glob(f"{_literal(prefix)}*"):
        with contextlib.suppress(OSError):
            handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
