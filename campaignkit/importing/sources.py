"""Look at the source files before they are read: whether they can be, and how many lines they have.

A plain, clean UTF-8 file is read where it is. Any other text (compressed, with damaged bytes, still being written)
is read from a clean copy in the import's own folder, so that one kind of text reaches the adapter.
"""

from __future__ import annotations

import codecs
import gzip
import itertools
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from campaignkit.domain.errors import InvalidInput

CHUNK = 4 << 20
STILL_WRITTEN_SECONDS = 60.0

_GZIP = b"\x1f\x8b"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Sources:
    """What the adapter is to read: paths for `:source`, how many lines they have (texts only), what is worth saying."""

    paths: tuple[str, ...]
    given: tuple[str, ...]  # their names as people know them
    lines: int
    warnings: tuple[str, ...]


def prepare(paths: Sequence[Path], folder: Path, *, reads: str) -> Sources:
    """Check *paths* and return what to read; clean copies go into *folder*. Raises `InvalidInput`."""
    readable: list[str] = []
    given: list[str] = []
    lines = 0
    warnings: list[str] = []
    for number, path in enumerate(_once(paths)):
        if _size(path) == 0:
            warnings.append(f"{path} is empty")
            continue
        given.append(str(path))
        copy = folder / f"source-{number}{path.suffix if reads != 'lines' else '.log'}"
        if reads == "lines":
            found = _text(path, copy)
            lines += found.lines
            warnings += found.warnings
            readable.append(str(found.path))
        else:
            readable.append(str(_unambiguous(path, copy)))
    if not readable:
        names = ", ".join(map(str, paths)) or "the list of sources"
        raise InvalidInput(f"{names} is empty: there is nothing to import")
    return Sources(tuple(readable), tuple(given), lines, tuple(warnings))


def _once(paths: Sequence[Path]) -> list[Path]:
    """Return *paths* without second mentions of one file, whose lines would all be there twice."""
    return list({path.resolve(): path for path in reversed(paths)}.values())[::-1]


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            raise InvalidInput(f"{path} is a folder: name the files in it")
        if not path.exists():
            raise InvalidInput(f"{path} does not exist: check the name")
        if not path.is_file():
            raise InvalidInput(f"{path} is not a file: save its content in one")
        with path.open("rb") as file:
            file.read(1)
        return path.stat().st_size
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None


def _unambiguous(path: Path, link: Path) -> Path:
    """Return a name of the file that DuckDB does not take for a pattern."""
    if not set("*?[") & set(str(path)):
        return path.absolute()
    link.symlink_to(path.absolute())
    return link


@dataclass(frozen=True, slots=True)
class _Text:
    path: Path
    lines: int
    warnings: tuple[str, ...] = ()


def _text(path: Path, copy: Path) -> _Text:
    """Return where the text at *path* is to be read, and how many lines it has."""
    with path.open("rb") as file:
        compressed = file.read(2) == _GZIP
    being_written = time.time() - path.stat().st_mtime < STILL_WRITTEN_SECONDS
    ambiguous = bool(set("*?[") & set(str(path)))
    if not (compressed or being_written or ambiguous):
        lines = _lines_if_clean(path)
        if lines is not None:
            return _Text(path.absolute(), lines)
    return _cleaned(path, copy, compressed=compressed)


def _chunks(file: IO[bytes], path: Path) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        if b"\0" in chunk:
            raise InvalidInput(f"{path} is not a text file: name a log, plain or compressed by gzip")
        yield chunk


def _lines_if_clean(path: Path) -> int | None:
    """Return the number of lines, or None if something in it has to be cleaned first."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, last = 0, b""
    with path.open("rb") as file:
        for chunk in _chunks(file, path):
            if b"\r" in chunk or b"\x01" in chunk or (not last and chunk.startswith(codecs.BOM_UTF8)):
                return None
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return None
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    if decoder.getstate()[0]:  # the file ends inside a character
        return None
    return lines + (last != b"\n")


def _opened(path: Path, compressed: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if compressed else path.open("rb")


def _cleaned(path: Path, copy: Path, *, compressed: bool) -> _Text:
    """Copy the text without byte order mark and carriage returns, and with U+FFFD for what is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    lines = damaged = 0
    last = "\n"
    try:
        with _opened(path, compressed) as file, copy.open("w", encoding="utf-8", newline="") as clean:
            for chunk in itertools.chain(_chunks(file, path), (b"",)):
                text = decoder.decode(chunk, final=not chunk).replace("\r", "").replace("\x01", _REPLACEMENT)
                damaged += text.count(_REPLACEMENT)
                lines += text.count("\n")
                last = text[-1:] or last
                clean.write(text)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InvalidInput(f"{path} is damaged, it does not unpack as gzip: {error}") from None
    warning = (
        f"{path} holds {damaged} characters that are not UTF-8: they are read as {_REPLACEMENT}"
        if damaged
        else None
    )
    return _Text(copy, lines + (last != "\n"), (warning,) if warning else ())
