"""Look at the source files before they are read: whether they can be, and how many lines they have.

A plain, clean UTF-8 text is read where it is. Any other text (compressed, with damaged bytes, still being written)
and any CSV is read from a clean copy in the import's own folder, so that one kind of each reaches the adapter.
"""

from __future__ import annotations

import codecs
import gzip
import itertools
import re
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from campaignkit.domain.errors import InvalidInput
from campaignkit.importing import records
from campaignkit.importing.adapter import Adapter

CHUNK = 4 << 20
STILL_WRITTEN_SECONDS = 60.0

_GZIP = b"\x1f\x8b"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Sources:
    """What the adapter is to read: paths for `:source`, how many lines they have, what is worth saying.

    `lines` are counted in texts and CSV files only; those in `unmapped` are told by the file alone to be no records.
    """

    paths: tuple[str, ...]
    given: tuple[str, ...]  # their names as people know them
    lines: int
    unmapped: Mapping[str, int]
    warnings: tuple[str, ...]


def prepare(paths: Sequence[Path], folder: Path, adapter: Adapter) -> Sources:
    """Check *paths* and return what *adapter* is to read; copies go into *folder*. Raises `InvalidInput`."""
    given = []
    found = []
    warnings = []
    for number, path in enumerate(_once(paths)):
        if _size(path) == 0:
            warnings.append(f"{path} is empty")
            continue
        given.append(str(path))
        found.append(_source(path, folder / f"source-{number}", adapter))
    if not found:
        names = ", ".join(map(str, paths)) or "the list of sources"
        raise InvalidInput(f"{names} is empty: there is nothing to import")
    if adapter.reads == "csv" and not sum(source.lines for source in found):
        raise InvalidInput(
            f"{', '.join(given)} has a header and nothing below it: there is nothing to import"
        )
    return Sources(
        paths=tuple(str(source.path) for source in found),
        given=tuple(given),
        lines=sum(source.lines for source in found),
        unmapped=sum((Counter(source.unmapped) for source in found), Counter()),
        warnings=(*warnings, *(warning for source in found for warning in source.warnings)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One file: where it is to be read from, and what is known of it by then."""

    path: Path
    lines: int = 0
    unmapped: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def _source(path: Path, copy: Path, adapter: Adapter) -> _Source:
    if adapter.reads == "lines":
        return _text(path, copy.with_suffix(".log"))
    if adapter.reads == "csv":
        copy = copy.with_suffix(".csv")
        found = records.copied(path, copy, adapter.columns, reader=f"adapter {adapter.name}")
        return _Source(path=copy, lines=found.read, unmapped=found.unmapped, warnings=found.warnings)
    return _Source(path=_unambiguous(path, copy.with_name(copy.name + path.suffix)))


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
    """Return a name of the file that DuckDB takes for one."""
    if not _is_ambiguous(path):
        return path.absolute()
    link.symlink_to(path.absolute())
    return link


def _is_ambiguous(path: Path) -> bool:
    """Return whether DuckDB would take the name for a pattern, or for no text at all."""
    return re.search("[*?[\udc80-\udcff]", str(path.absolute())) is not None


def _text(path: Path, copy: Path) -> _Source:
    """Return where the text at *path* is to be read, and how many lines it has."""
    with path.open("rb") as file:
        compressed = file.read(2) == _GZIP
    being_written = time.time() - path.stat().st_mtime < STILL_WRITTEN_SECONDS
    if not (compressed or being_written or _is_ambiguous(path)):
        lines = _lines_if_clean(path)
        if lines is not None:
            return _Source(path=path.absolute(), lines=lines)
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


def _cleaned(path: Path, copy: Path, *, compressed: bool) -> _Source:
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
    return _Source(path=copy, lines=lines + (last != "\n"), warnings=(warning,) if warning else ())
