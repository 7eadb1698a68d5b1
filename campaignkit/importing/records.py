"""Bring the records of CSV files into one form, whatever their encoding, separator and order of columns.

Programs write CSV in many ways, and spreadsheets rewrite it. An adapter names the columns that it reads; each file
becomes a copy in the import's own folder with these columns alone, in UTF-8: what nobody asked for (the text of a
message, say) gets no further. A line that is no record is counted with its reason.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import IO, cast

from campaignkit.domain.errors import InvalidInput

SEPARATORS = ",;\t|"
LONGEST_LINE = 1 << 20  # characters; DuckDB refuses lines of 2 MB

_HEAD = 1 << 16
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_ODD = re.compile("[\0\udc80-\udcff]")  # NUL, and bytes that are not UTF-8, as `surrogateescape` marks them
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*")  # Excel's own first line

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that an adapter reads; an optional one reads as empty where a file does not have it."""

    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Records:
    """How many records a file has, those that are none by reason among them, and what is worth saying about it."""

    read: int
    unmapped: Mapping[str, int]
    warnings: tuple[str, ...]


def copied(path: Path, copy: Path, columns: Sequence[Column], *, reader: str) -> Records:
    """Copy *columns* of the CSV file *path*, plain or compressed by gzip, to *copy*; raises `InvalidInput`.

    *reader* is how sentences name the adapter. They never quote a cell, which may hold a number.
    """
    try:
        with _opened(path) as binary:
            head = binary.read(_HEAD)
        if head.startswith(_ZIP):
            raise InvalidInput(f"{path} is a workbook or an archive, not CSV: save it as CSV (UTF-8) first")
        encoding = _encoding(head)
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        with (
            io.TextIOWrapper(_opened(path), encoding, errors, newline="") as text,
            copy.open("w", encoding="utf-8", newline="") as clean,
        ):
            return _Table(path, _Lines(text, path), columns, reader).write(clean)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InvalidInput(f"{path} is damaged, it does not unpack as gzip: {error}") from None


def matching(name: str) -> str:
    """Return that by which names of columns are compared: neither case nor spaces nor hyphens count."""
    return re.sub(r"[\W_]+", "", name).casefold() or name


def _opened(path: Path) -> io.BufferedReader:
    with path.open("rb") as file:
        compressed = file.read(2) == _GZIP
    return cast(io.BufferedReader, gzip.open(path) if compressed else path.open("rb"))


def _encoding(head: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    quarter = len(head) / 4  # half of UTF-16's bytes are zero in most languages' CSV
    if head[1::2].count(0) > quarter:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > quarter else "utf-8"


class _Lines:
    """The lines of a text, repaired; those of the record at hand are in `taken`, and may be given back."""

    def __init__(self, text: IO[str], path: Path) -> None:
        self.taken: list[str] = []
        self.repaired: Counter[str] = Counter()
        self._text, self._path = text, path
        self._again: list[str] = []
        self._number = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._again.pop() if self._again else self.read():
            self.taken.append(line)
            yield line

    def read(self) -> str:
        """Return the next line of the file, empty at its end."""
        line = self._text.readline(LONGEST_LINE)
        self._number += 1
        if len(line) == LONGEST_LINE:
            raise InvalidInput(
                f"line {self._number} of {self._path} has more than a million characters: it is not CSV"
            )
        return _ODD.sub(self._mended, line) if "\0" in line or not line.isascii() else line

    def give_back_all_but_the_first(self) -> None:
        """Let the other lines of the record at hand be read once more, as records of their own."""
        self._again += reversed(self.taken[1:])

    def _mended(self, odd: re.Match[str]) -> str:
        if odd[0] == "\0":
            self.repaired["NUL bytes, which are left out"] += 1
            return ""
        self.repaired["characters that are not UTF-8: they are read as Windows-1252"] += 1
        return odd[0].encode(errors="surrogateescape").decode("windows-1252", "replace")


class _Table:
    """One file: its header is looked at first, then its records are written out one by one."""

    def __init__(self, path: Path, lines: _Lines, columns: Sequence[Column], reader: str) -> None:
        self.path, self.lines, self.columns, self.reader = path, lines, columns, reader
        self.separator, self.header = self._find_header()
        self.places = self._find_places()
        self.read = 0
        self.unmapped: Counter[str] = Counter()

    def write(self, clean: IO[str]) -> Records:
        writer = csv.writer(clean)
        writer.writerow(column.name for column in self.columns)
        writer.writerows(self._records())
        lacking = (
            column.name for column, place in zip(self.columns, self.places, strict=True) if place is None
        )
        return Records(
            self.read,
            self.unmapped,
            (
                *(f"{self.path} has no column {name}: it is read as empty" for name in lacking),
                *(f"{self.path} has {count} {what}" for what, count in sorted(self.lines.repaired.items())),
            ),
        )

    def _rows(self) -> Iterator[list[str]]:
        reader = csv.reader(self.lines, delimiter=self.separator)
        while True:
            try:
                yield from reader
            except csv.Error:  # a cell of more than 131072 characters: a quote that is never closed
                yield [*self.header, "too long"]
            else:
                return

    def _records(self) -> Iterator[Cells]:
        taken, width = self.lines.taken, len(self.header)
        picked = _picker([width if place is None else place for place in self.places])
        names = picked([*self.header, ""])
        cut = 0
        for row in self._rows():
            if len(row) > width and not any(row[width:]):
                del row[width:]
            if len(row) == width:
                row.append("")  # what an optional column reads that is not there
                cells = picked(row)
                if cells == names:
                    self.unmapped["header"] += 1  # files that were put together
                elif any(row):
                    yield cells
                else:
                    self.unmapped["empty_row"] += 1
                self.read += 1
            elif row:
                # A quote that should not be there runs on into the next records, which are looked at again.
                self.lines.give_back_all_but_the_first()
                self.unmapped["wrong_number_of_fields"] += 1
                self.read += 1
                cut = self.read if len(row) < width else 0
            taken.clear()
        if self.read and cut == self.read:
            self.unmapped["truncated"] += 1
            self.unmapped["wrong_number_of_fields"] -= 1

    def _find_header(self) -> tuple[str, Cells]:
        """Return the separator that makes most sense of the first line, and the names in it."""
        line = next((line for line in iter(self.lines.read, "") if line.strip()), "")
        separators = SEPARATORS
        if told := _SEPARATOR_LINE.fullmatch(line):
            separators, line = told[1], self.lines.read()
        headers = {separator: _names(line, separator) for separator in separators}
        wanted = {matching(column.name) for column in self.columns}
        found = {
            separator: len(wanted & {matching(name) for name in names})
            for separator, names in headers.items()
        }
        separator = max(separators, key=lambda separator: found[separator])
        if not found[separator]:
            raise InvalidInput(
                f"{self.path} is not the CSV that {self.reader} reads: its first line must name the columns"
                f" {self._listed()}"
            )
        return separator, headers[separator]

    def _find_places(self) -> list[int | None]:
        """Return where each column is, None for an optional one that is not there."""
        keys = [matching(name) for name in self.header]
        places: list[int | None] = []
        missing = []
        for column in self.columns:
            key = matching(column.name)
            if keys.count(key) > 1:
                raise InvalidInput(f"{self.path} has the column {column.name} twice: keep the right one")
            if key in keys:
                places.append(keys.index(key))
            elif column.optional:
                places.append(None)
            else:
                missing.append(f"{column.name}{self._near(key, keys)}")
        if missing:
            raise InvalidInput(
                f"{self.path} has no column {', no '.join(missing)}: {self.reader} reads {self._listed()}"
            )
        return places

    def _near(self, key: str, keys: list[str]) -> str:
        known = {matching(column.name) for column in self.columns}
        near = difflib.get_close_matches(
            key, [other for other in keys if other not in known], n=1, cutoff=0.5
        )
        return f" (is it {self.header[keys.index(near[0])]}?)" if near else ""

    def _listed(self) -> str:
        return ", ".join(column.name for column in self.columns if not column.optional)


def _names(line: str, separator: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]


def _picker(places: Sequence[int]) -> Callable[[Cells], Cells]:
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)
