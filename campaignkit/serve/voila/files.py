"""The front end's files, from an index that is made once: an address that is not in it names no file.

Their addresses carry a version, so a browser keeps them for good and asks again only after an upgrade.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tornado.web import HTTPError, RequestHandler

FOR_GOOD = "public, max-age=31536000, immutable"
COMPRESSED = frozenset({".js", ".css", ".svg", ".json", ".map", ".html", ".txt"})


@dataclass(frozen=True)
class File:
    """A file of the front end."""

    path: Path

    @property
    def content_type(self) -> str:
        """Return what a browser takes it for."""
        kind = mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    @cached_property
    def compressed(self) -> bytes | None:
        """Return its compressed content, or None if it is not worth it."""
        return gzip.compress(self.path.read_bytes(), 6, mtime=0) if self.path.suffix in COMPRESSED else None


class Files:
    """All that is served below `/voila/static/VERSION/` and the like, by address."""

    def __init__(self, roots: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Index the folders; of several for one prefix, the first that has a file wins."""
        found: dict[str, File] = {}
        for prefix, folders in roots:
            for folder in map(Path, folders):
                for path in sorted(folder.rglob("*")):
                    if path.is_file():
                        found.setdefault(f"{prefix}/{path.relative_to(folder).as_posix()}", File(path))
        self._found: Mapping[str, File] = found
        signature = "\n".join(f"{name} {file.path.stat().st_mtime_ns}" for name, file in found.items())
        self.version = hashlib.sha256(signature.encode()).hexdigest()[:12]

    def __getitem__(self, address: str) -> File:
        return self._found[address]

    def warm(self) -> None:
        """Compress the files, so that the first page does not wait for it."""
        for file in self._found.values():
            _ = file.compressed


class FileHandler(RequestHandler):
    """Serves a file: the same bytes to everybody, for nothing in it is secret."""

    def initialize(self, files: Files) -> None:
        """Take what the application hands to each request."""
        self.files = files

    def set_default_headers(self) -> None:
        """Answer as every other page of ours does."""
        for name, value in self.settings["headers"].items():
            self.set_header(name, value)

    def get(self, prefix: str, version: str, name: str) -> None:
        """Answer with the file, compressed for whoever takes it."""
        try:
            file = self.files[f"{prefix}/{name}"]
        except KeyError:
            raise HTTPError(404) from None
        self.set_header("Content-Type", file.content_type)
        versioned = version == self.files.version or self.get_query_argument("v", None)
        self.set_header("Cache-Control", FOR_GOOD if versioned else "no-cache")
        if file.compressed is not None and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(file.compressed)
        else:
            self.finish(file.path.read_bytes())

    def write_error(self, status_code: int, **_: object) -> None:
        """Say no more than the status."""
        self.set_status(status_code)
        self.finish()
