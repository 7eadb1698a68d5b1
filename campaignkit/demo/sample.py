"""Make a sample database: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from campaignkit.demo import sizes
from campaignkit.demo.plan import plan
from campaignkit.demo.world import WORKSPACES
from campaignkit.demo.write import write
from campaignkit.domain.errors import InvalidInput, StoreError, StoreUnreadable
from campaignkit.store import migrate
from campaignkit.store.duckdb import DuckStore

MOST = 100_000_000  # recipients; nobody wants to wait for more
YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was made, and the arguments that make it again."""

    path: Path | str  # of a file; what messages call a server's database
    campaigns: int
    recipients: int
    workspaces: int
    now: datetime
    seed: int

    def as_json(self) -> Mapping[str, object]:
        """Return it as plain values."""
        return asdict(self) | {"path": str(self.path), "now": self.now.isoformat()}


def create(
    path: Path,
    *,
    campaigns: int = 250,
    recipients: int = 1_000_000,
    seed: int = 1,
    now: datetime,
    cache: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Summary:
    """Write sample campaigns, as they stand at *now*, into a new DuckDB file at *path*.

    The same arguments give the same rows, whatever the machine's number of processors. Raises `InvalidInput` if
    *path* is taken or cannot be made, or if the numbers make no sense; then, as after Ctrl-C, nothing is left behind.
    """
    _check_numbers(campaigns, recipients, now)
    _check_free(path)
    moment = now.astimezone(UTC).replace(microsecond=now.microsecond // 1000 * 1000)
    planned = plan(campaigns=campaigns, recipients=recipients, seed=seed, now=moment)
    with _built_beside(path) as building, _in_words(building, path):
        store = DuckStore(building, writable=True, cache=cache)
        with store.writing() as session:
            migrate.create(
                session, migrate.CORE, migrate.CORE_OPTIONAL, migrate.KIT, migrate.COUNTS, migrate.SIMULATE
            )
            write(session, planned, progress or silent)
            session.run("simulate/mark", {"seed": seed, "made_for": moment})
        store.check_whole(name=path)
    return Summary(
        path=path,
        campaigns=len(planned.campaigns),
        recipients=planned.recipients,
        workspaces=len(WORKSPACES),
        now=now,
        seed=seed,
    )


def silent(_step: str, _done: float) -> None:
    """Tell nobody how far it is."""


def _check_numbers(campaigns: int, recipients: int, now: datetime) -> None:
    if now.tzinfo is None:
        raise InvalidInput(f"{now.isoformat()} has no zone: give it one, as in 2026-11-23T12:00Z")
    if now.year not in YEARS:
        raise InvalidInput(f"{now.isoformat()} is too far away: give a now between 2000 and 2099")
    if campaigns < 1:
        raise InvalidInput(f"a sample of {campaigns} campaigns is empty: ask for at least 1")
    if recipients > MOST:
        raise InvalidInput(f"{recipients:,} recipients are too many for a sample: ask for at most {MOST:,}")
    if recipients < sizes.SMALLEST * campaigns:
        raise InvalidInput(
            f"{campaigns:,} campaigns need at least {sizes.SMALLEST * campaigns:,} recipients, not {recipients:,}:"
            " ask for more recipients or fewer campaigns"
        )


def _check_free(path: Path) -> None:
    try:
        taken = os.path.lexists(path)
        leftover = os.path.lexists(f"{path}.wal")
        folder_there = path.parent.is_dir()
    except OSError as error:
        raise _cannot_be_made(path, error) from error
    if taken:
        raise InvalidInput(f"{path} exists already: choose another name or remove it")
    if leftover:  # DuckDB would take it for the new file's own, and try to replay it
        raise InvalidInput(f"{path}.wal is left over from another database: remove it or choose another name")
    if not folder_there:
        raise InvalidInput(f"the folder {path.parent} does not exist: make it first or choose another place")


@contextlib.contextmanager
def _built_beside(path: Path) -> Iterator[Path]:
    """Yield a place beside *path* to build in; what stands there at the end becomes *path*, the rest is removed."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=f".{path.name[:40]}-", dir=path.parent)
    except OSError as error:
        raise _cannot_be_made(path, error) from error
    with folder:
        building = Path(folder.name, "sample")
        yield building
        _check_free(path)  # somebody may have been faster
        try:
            building.replace(path)
        except OSError as error:
            raise _cannot_be_made(path, error) from error


@contextlib.contextmanager
def _in_words(building: Path, path: Path) -> Iterator[None]:
    """Let errors of the store name *path* and not the place where it was being built."""
    try:
        yield
    except StoreError as error:
        raise type(error)(str(error).replace(str(building), str(path))) from error
    except duckdb.IOException as error:
        raise StoreUnreadable(f"{path} cannot be written: free some space or choose another place") from error


def _cannot_be_made(path: Path, error: OSError) -> InvalidInput:
    return InvalidInput(f"{path} cannot be made ({error.strerror}): choose another place")
