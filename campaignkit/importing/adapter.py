"""An adapter: a folder of SELECTs that map a foreign source onto the contract, and `adapter.toml`."""

from __future__ import annotations

import csv
import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from campaignkit.assets import asset
from campaignkit.codes import stat_table
from campaignkit.domain.errors import InvalidInput
from campaignkit.importing.records import Column, matching

FILES = (
    "lines",  # not a relation: what the other files may read as `lines`
    "workspaces",
    "campaigns",
    "recipients",
    "state_events",
    "job_errors",
    "audit_events",
    "receipts",
    "unmapped",
)
READINGS = ("text", "auto", "exact", "hex-dec", "dec-hex")
OTHER_ESMES = "*"
SERVERS = ("postgresql", "postgres")  # what `reads` says of tables in a database

_SETTINGS = ("name", "reads", "columns", "zone", "country", "stat_table", "tables", "smsid")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TABLE_NAME = re.compile(r"([a-z][a-z0-9_]*)\.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """What a folder says. `reads` is "lines" or "csv" (each line is accounted for), or any word for other files.

    `columns` are those of a CSV. `smsid` gives each ESME how its message ids are read, `*` all others; `stat_aliases`
    adds to the toolkit's table, in the source's order of progress. `tables` are the folder's own data, header first.
    """

    name: str
    folder: Path
    reads: str
    columns: tuple[Column, ...]
    zone: str
    country: str | None
    smsid: Mapping[str, str]
    stat_aliases: Mapping[str, str]
    tables: Mapping[str, list[list[str]]]
    selects: Mapping[str, str]

    @property
    def accounts_for_lines(self) -> bool:
        """Whether each line of the sources must be in exactly one row of the SELECTs."""
        return self.reads in ("lines", "csv")

    def where(self, select: str) -> str:
        """Return how messages name one of the adapter's files."""
        return f"{select}.sql of adapter {self.name}"


def load(name: str, *, adopting: bool = False) -> Adapter:
    """Return the bundled adapter called *name*, or the one in the folder *name*; raises `InvalidInput`.

    *adopting* wants one over tables of a server, otherwise it has to be over files.
    """
    folder = _folder(name)
    path = folder / "adapter.toml"
    settings = _settings(path)
    unknown = sorted(settings.keys() - set(_SETTINGS))
    if unknown:
        raise InvalidInput(f"{path} knows no setting {unknown[0]}: there are {', '.join(_SETTINGS)}")
    adapter = Adapter(
        name=_name(path, settings),
        folder=folder,
        reads=_text(path, settings, "reads") or "files",
        columns=_columns(path, settings),
        zone=_zone(path, settings),
        country=_country(path, settings),
        smsid=_smsid(path, settings),
        stat_aliases=_stat_aliases(path, settings),
        tables=_tables(path, settings),
        selects=_selects(folder),
    )
    if adopting:
        _check_over_tables(path, adapter, settings)
    else:
        _check_over_files(adapter)
    _check(adapter)
    return adapter


def _folder(name: str) -> Path:
    bundled = asset("sql", "adapters")
    if _NAME.fullmatch(name) and (bundled / name).is_dir():
        return bundled / name
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    names = ", ".join(sorted(path.name for path in bundled.iterdir() if path.is_dir()))
    raise InvalidInput(f"there is no adapter {name}: name a folder, or one that is bundled ({names})")


def _settings(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidInput(
            f'{path.parent} is no adapter, it has no adapter.toml: write one that says at least name = "…"'
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path} is not TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from None


def _text(path: Path, settings: Mapping[str, Any], key: str) -> str | None:
    value = settings.get(key)
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise InvalidInput(f"{key} in {path} must be text, in quotes")
    return value


def _name(path: Path, settings: Mapping[str, Any]) -> str:
    name = _text(path, settings, "name")
    if name is None:
        raise InvalidInput(f'{path} must say name = "…": ids that people quote are made from it')
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"name in {path} is {name!r}: use letters, digits, dots, hyphens and underscores only"
        )
    return name


def _columns(path: Path, settings: Mapping[str, Any]) -> tuple[Column, ...]:
    """Return the columns that a CSV must have; a name that ends in `?` stands for one that it may have."""
    if (settings.get("reads") == "csv") != ("columns" in settings):
        raise InvalidInput(f'reads = "csv" and columns = […] in {path} go together: say both, or neither')
    names = _texts(path, settings, "columns")
    columns = tuple(Column(name.removesuffix("?"), name.endswith("?")) for name in names)
    keys = [matching(column.name) for column in columns]
    if len(set(keys)) < len(keys):
        raise InvalidInput(
            f"columns in {path} names one column twice: capitals, spaces and hyphens do not count"
        )
    if columns and all(column.optional for column in columns):
        raise InvalidInput(f"columns in {path} must name one column without ?, by which a file is recognised")
    return columns


def _texts(path: Path, settings: Mapping[str, Any], key: str) -> list[str]:
    values = settings.get(key, [])
    if not isinstance(values, list) or not all(
        isinstance(value, str) and value.strip("? ") for value in values
    ):
        raise InvalidInput(f'{key} in {path} must be a list of texts: ["…", "…"]')
    if key in settings and not values:
        raise InvalidInput(f"{key} in {path} is empty: name some, or leave it out")
    return values


def _zone(path: Path, settings: Mapping[str, Any]) -> str:
    zone = _text(path, settings, "zone") or "UTC"
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise InvalidInput(
            f"zone in {path} is {zone!r}: name one of the IANA zones, such as Europe/Berlin"
        ) from None
    return zone


def _country(path: Path, settings: Mapping[str, Any]) -> str | None:
    country = _text(path, settings, "country")
    if country is None:
        return None
    import phonenumbers  # a tenth of a second, needed by adapters with a country alone

    if country.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidInput(f"country in {path} is {country!r}: name it by its two letters, such as GB")
    return country.upper()


def _smsid(path: Path, settings: Mapping[str, Any]) -> dict[str, str]:
    given = settings.get("smsid", "text")
    readings = given if isinstance(given, dict) else {OTHER_ESMES: given}
    wrong = [reading for reading in readings.values() if reading not in READINGS]
    if wrong:
        raise InvalidInput(
            f"smsid in {path} is {wrong[0]!r}: it is {', '.join(READINGS)}, or a table that gives each ESME one of them"
        )
    return {OTHER_ESMES: "text", **readings}


def _stat_aliases(path: Path, settings: Mapping[str, Any]) -> dict[str, str]:
    name = _text(path, settings, "stat_table")
    if name is None:
        return {}
    table, states = path.parent / name, stat_table().states
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = [
                (row["alias"].strip().upper(), row["stat"].strip().upper()) for row in csv.DictReader(file)
            ]
    except OSError as error:
        raise InvalidInput(f"{table}, the stat_table of {path}, cannot be read: {error.strerror}") from None
    except (KeyError, AttributeError, UnicodeDecodeError, csv.Error):
        raise InvalidInput(f"{table} must be a CSV file with the columns alias and stat") from None
    for alias, stat in rows:
        if stat not in states:
            raise InvalidInput(
                f"{table} gives {alias} the stat {stat}, which is none of {', '.join(sorted(states))}"
            )
    return dict(rows)


def _tables(path: Path, settings: Mapping[str, Any]) -> dict[str, list[list[str]]]:
    """Return the rows of each CSV file that the SELECTs may read under its name, the header first."""
    return {_table_name(path, name): _table(path.parent / name) for name in _texts(path, settings, "tables")}


def _table_name(path: Path, name: str) -> str:
    match = _TABLE_NAME.fullmatch(name)
    if not match:
        raise InvalidInput(f"tables in {path} names {name!r}: it must look like errors.csv, in small letters")
    return match[1]


def _table(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise InvalidInput(f"{path} must be a CSV file in UTF-8 whose rows are as long as its header")
    return rows


def _selects(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("*.sql")):
        if path.stem not in FILES:
            raise InvalidInput(f"{path} is no part of an adapter: there are {', '.join(FILES)}")
        try:
            found[path.stem] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{path} cannot be read: {error}") from None
    return found


def check_columns(
    adapter: Adapter, select: str, columns: Iterable[str], *, known: set[str], required: set[str]
) -> None:
    """Refuse a SELECT that yields a column which is not *known*, or lacks one that is *required*."""
    where = adapter.where(select)
    for column in columns:
        if column not in known:
            near = difflib.get_close_matches(column, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
            raise InvalidInput(f"{where} yields a column {column} that is not known: {hint}")
    for column in sorted(required - set(columns)):
        raise InvalidInput(f"{where} must yield {column}")


def _check_over_files(adapter: Adapter) -> None:
    if adapter.reads in SERVERS:
        raise InvalidInput(
            f"adapter {adapter.name} reads PostgreSQL, which is not imported: `campaignkit adopt` makes views over it"
        )


def _check_over_tables(path: Path, adapter: Adapter, settings: Mapping[str, Any]) -> None:
    if adapter.reads not in SERVERS:
        raise InvalidInput(
            f"adapter {adapter.name} reads files: `campaignkit import` takes it; one over tables says"
            ' reads = "postgresql"'
        )
    useless = sorted(settings.keys() & {"columns", "country", "tables", "smsid"})
    if useless:
        raise InvalidInput(
            f"{path} sets {useless[0]}, which is for files: over PostgreSQL the SELECTs see to it"
        )


def _check(adapter: Adapter) -> None:
    """Refuse an adapter whose files do not go together."""
    if not adapter.selects.keys() & {"campaigns", "recipients"}:
        raise InvalidInput(
            f"{adapter.folder} has neither recipients.sql nor campaigns.sql: write one of them"
        )
    for name in ("state_events", "job_errors"):
        if name in adapter.selects and "campaigns" not in adapter.selects:
            raise InvalidInput(f"{adapter.where(name)} needs a campaigns.sql beside it: whose would they be?")
