"""Large data for the bench: 100,000 campaigns with five, ten or fifty million recipients, the same at every making.

Fourteen campaigns hold half of the recipients, the largest a tenth; the sizes of the others have a long tail. Rows
lie as a message center writes them: by campaign, then by recipient. What was made is kept for the next run.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from campaignkit.assets import asset
from campaignkit.kit import database
from campaignkit.services.refresh import refresh
from campaignkit.store import migrate

FOLDER = Path("build/bench")
SQL = Path(__file__).parent / "large_data"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CAMPAIGNS = 100_000
SETTLED = NOW + timedelta(seconds=3)  # when every campaign may be counted
CHANGE = f"update core.campaigns set updated_at = updated_at + interval '1 hour' where campaign_id > {CAMPAIGNS - 2}"  # noqa: S608 - a number
SIZES = {"5M": 5_000_000, "10M": 10_000_000, "50M": 50_000_000}
COMPARED = ("5M", "50M")
LARGEST = 99_000  # campaign_id of the largest
CHUNK = 2_500_000  # recipients a statement: what DuckDB holds before it writes


def _text(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def digest(*more: Path) -> str:
    """Return what changes with the generator, and with the text of *more* files."""
    text = [*map(_text, ("plan", "campaigns", "recipients")), *(path.read_text("utf-8") for path in more)]
    return hashlib.sha256("".join(text).encode()).hexdigest()[:8]


def large(name: str, folder: Path = FOLDER) -> Path:
    """Return the file with so many recipients, made if it is not there yet; a changed generator makes it anew."""
    path = folder / f"{name}-{digest(asset('sql', 'schema', '007_counts.sql'))}.duckdb"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{name}-*"):
            if old.is_file():  # a server of that name has its folder here too
                old.unlink()
        part = path.with_suffix(".part")
        make(part, SIZES[name])
        part.rename(path)
    return path


def make(path: Path, recipients: int) -> None:
    """Fill a new file."""
    migrate.init(database(path, writable=True))
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        given = {"campaigns": CAMPAIGNS, "recipients": recipients, "largest": LARGEST, "now": NOW}
        connection.execute(_text("plan"), given)
        connection.execute(_text("campaigns"))
        for low in range(0, recipients + CHUNK, CHUNK):
            connection.execute(_text("recipients"), {"low": low, "high": low + CHUNK})
    store = database(path, writable=True).open()
    refresh(store, now=SETTLED)  # as `campaignkit up` does
    for sidecar in path.parent.glob(f"{path.name}.*"):
        sidecar.unlink()
