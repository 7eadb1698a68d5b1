"""Names that one living process holds: who claims one is the only one, and the kernel drops the claim when it dies.

A claim is a locked sidecar of the database, `FILE.claim-<name>`. What its holder notes in it, everybody may read.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from campaignkit.domain.errors import StoreBusy, StoreError

NOTE_BYTES = 16
Note = Callable[[str], None]


@contextlib.contextmanager
def held(path: Path, name: str) -> Iterator[Note]:
    """Hold *name* beside the database at *path*.

    Raises `StoreBusy` if somebody else does, and `StoreError` where no file can be made beside it.
    """
    sidecar = _sidecar(path, name)
    try:
        handle = os.open(sidecar, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"{path.name} cannot be claimed for {name} ({error.strerror}): files must find room beside it"
        ) from error
    try:
        if not _locked(handle, sidecar):
            raise StoreBusy(f"{name} is being worked on by another program: wait for it")
        try:
            yield lambda text: _note(handle, text)
        finally:
            sidecar.unlink(missing_ok=True)  # while it is locked, so that nobody's new one is taken away
    finally:
        os.close(handle)


def note_of(path: Path, name: str) -> str | None:
    """Return what the holder of *name* noted last, or None if nobody holds it."""
    try:
        handle = os.open(_sidecar(path, name), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError:
        return ""  # it is there, and not for us to look into
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.read(handle, NOTE_BYTES).decode(errors="replace").strip()
    finally:
        os.close(handle)
    return None


def forget(path: Path, name: str) -> None:
    """Remove what a holder of *name* that was killed has left."""
    with contextlib.suppress(StoreError, OSError), held(path, name):
        pass


def _sidecar(path: Path, name: str) -> Path:
    return path.with_name(f"{path.name}.claim-{name}")


def _locked(handle: int, sidecar: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(handle), sidecar.stat())  # else its last holder has just removed it
    except OSError:
        return False


def _note(handle: int, text: str) -> None:
    with contextlib.suppress(OSError):  # how far it is, is worth no failure
        os.pwrite(handle, text.ljust(NOTE_BYTES).encode()[:NOTE_BYTES], 0)
