"""The files that exports leave: the toolkit's own copies, which expire, and those that belong to the user.

A file is made in a private folder beside its place and renamed when it is whole, so that nothing half stands under a
name; beside each stands a manifest that says what is in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path

from campaignkit.domain.errors import InvalidInput, NotFound
from campaignkit.store import scratch

PIECE = 1 << 20  # bytes in memory at once, however long the file
WAIT_SECONDS = 0.02
MANIFEST = ".manifest.json"
WORK = ".working-"


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file holds: its SHA-256 and how many bytes that is of."""

    sha256: str
    bytes: int


class Following:
    """Hashes a file while somebody else writes it, so that it need not be read again: `with Following(path) as …`.

    DuckDB writes from several threads, each to its own place, so a later piece may stand in the file before an earlier
    one. What is not written yet reads as NUL, and what is written stays: hence only what comes before the first NUL is
    taken meanwhile, and the rest at the end.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._whole = path, threading.Event()
        self._digest, self._size = hashlib.sha256(), 0
        self._piece = bytearray(PIECE)
        self._error: OSError | None = None
        self._reader = threading.Thread(target=self._follow, name="hash", daemon=True)

    def __enter__(self) -> Following:
        self._reader.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._whole.set()
        self._reader.join()

    def digest(self) -> Digest:
        """Return the hash of the whole file, once the block has ended."""
        if self._error:
            raise self._error
        return Digest(self._digest.hexdigest(), self._size)

    def take(self, file: FileIO, *, whole: bool) -> None:
        """Hash what has come since the last time: all of it where the file is *whole*, else what is surely final."""
        file.seek(self._size)
        while read := file.readinto(self._piece):
            unwritten = -1 if whole else self._piece.find(0, 0, read)
            final = read if unwritten < 0 else unwritten
            self._digest.update(memoryview(self._piece)[:final])
            self._size += final
            if final < read:
                break

    def _follow(self) -> None:
        try:
            with self._path.open("rb", buffering=0) as file:
                while not self._whole.wait(WAIT_SECONDS):
                    self.take(file, whole=False)
                self.take(file, whole=True)
        except OSError as error:
            self._error = error


class KeptFiles:
    """The folder of the toolkit's own copies, which no other account may look into; None: there is no home for it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        """Return where the kept file *name* is."""
        return self._there() / name

    @contextlib.contextmanager
    def working(self) -> Iterator[Path]:
        """Hold a private folder on the kept files' disk; raises `OSError`, or `InvalidInput` if there is no place."""
        folder = self._there()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.stat()
            if found.st_uid != os.geteuid():
                raise InvalidInput(
                    f"{folder} belongs to another account: name a folder of yours with CAMPAIGNKIT_EXPORTS"
                )
            if found.st_mode & 0o077:
                folder.chmod(0o700)
        except (FileExistsError, NotADirectoryError):
            raise InvalidInput(f"{folder} is no folder: name another with CAMPAIGNKIT_EXPORTS") from None
        with scratch.folder(folder, WORK) as made:
            yield made

    def put(self, made: Path, name: str, manifest: Mapping[str, object]) -> None:
        """Give the finished file *made* its name; the manifest is there first, because it says when both go."""
        described = made.with_name("manifest")
        write_manifest(described, manifest)
        described.replace(self.path(name + MANIFEST))
        made.replace(self.path(name))

    def remove(self, name: str) -> None:
        """Remove a kept file and its manifest, if they are there."""
        for path in (self.path(name), self.path(name + MANIFEST)):
            path.unlink(missing_ok=True)

    def sweep(self, now: datetime) -> None:
        """Remove every file that has had its time, of whatever database, and what a killed export left."""
        if self._folder is None or not self._folder.is_dir():
            return
        scratch.sweep(self._folder, WORK)
        for manifest in self._folder.glob(f"*{MANIFEST}"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                if datetime.fromisoformat(json.loads(manifest.read_bytes())["expires_at"]) <= now:
                    self.remove(manifest.name.removesuffix(MANIFEST))

    def _there(self) -> Path:
        if self._folder is None:
            raise InvalidInput(
                "exports have no place, there is no home folder: name one with CAMPAIGNKIT_EXPORTS"
            )
        return self._folder


def write_manifest(path: Path, manifest: Mapping[str, object]) -> None:
    """Write *manifest* as JSON for people and programs."""
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def manifest_of(path: Path) -> dict[str, object]:
    """Return what stands beside the kept file *path*."""
    try:
        found: dict[str, object] = json.loads(path.with_name(path.name + MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return found


@contextlib.contextmanager
def arriving(out: Path, *, private: bool) -> Iterator[Path]:
    """Yield where to write what shall become the user's own file *out*, with "manifest" beside it; see `new_file`."""
    with new_file(out, private=private) as made:
        yield made
        made.with_name("manifest").replace(out.with_name(out.name + MANIFEST))


@contextlib.contextmanager
def new_file(out: Path, *, private: bool) -> Iterator[Path]:
    """Yield where to write what shall become the user's own file *out*; it does at the end of the block, or not at all.

    A *private* one may be read by its owner alone. Raises `InvalidInput` for a place that cannot take it.
    """
    with contextlib.ExitStack() as closing:
        try:
            if out.is_symlink() or out.exists():
                raise InvalidInput(f"{out} is there already: remove it, or name another file with --out")
            if not out.parent.is_dir():
                raise InvalidInput(
                    f"{out.parent} is no folder: make it first, or name another file with --out"
                )
            work = closing.enter_context(scratch.folder(out.parent, f".{out.name[:100]}{WORK}"))
            made = work / "rows"
            os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no file can have that name"
            raise InvalidInput(
                f"{str(out)!r} cannot be written ({reason}): name another file with --out"
            ) from None
        yield made
        made.replace(out)


def copy(source: Path, to: Path, sha256: str) -> None:
    """Copy *source* into *to*, a piece at a time; raises `NotFound` if it is gone or no longer what was written."""
    digest = hashlib.sha256()
    try:
        reading = source.open("rb")
    except FileNotFoundError:
        raise NotFound("the kept file is no longer there: create a new export") from None
    with reading, to.open("r+b") as writing:
        while piece := reading.read(PIECE):
            digest.update(piece)
            writing.write(piece)
    if digest.hexdigest() != sha256:
        raise NotFound(
            "the kept file is no longer what was exported (its SHA-256 differs): create a new export"
        )
