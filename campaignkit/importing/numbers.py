"""Phone numbers of an import: how they are read, the keyed hash, and the separate file of clear ones.

Clear numbers exist in the import's temporary tables and its private folder only. They leave it through
`keep` alone, into a file that nobody else may read.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import duckdb

from campaignkit.domain.errors import InvalidInput, StoreUnreadable
from campaignkit.importing.engine import Engine, engine
from campaignkit.store.duckdb import numbers_file

KEY_BYTES = 32
_BLOCK = 64  # SHA-256's, RFC 2104


def pads(key: str | None) -> tuple[bytes, bytes] | None:
    """Return the inner and outer padded key of HMAC-SHA-256, or None without a key; raises `InvalidInput`."""
    if key is None:
        return None
    secret = key.encode()
    if len(secret) < KEY_BYTES:
        raise InvalidInput(
            f"CAMPAIGNKIT_CTN_KEY has {len(secret)} bytes: give it {KEY_BYTES} or more, or unset it for no hashes"
        )
    if len(secret) > _BLOCK:
        secret = hashlib.sha256(secret).digest()
    block = secret.ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def country_patterns(country: str | None) -> dict[str, str | None]:
    """Return the regular expressions by which a number of *country* is read at a glance."""
    if country is None:
        return {"country_plus": None, "country_plain": None, "country_national": None}
    from phonenumbers import PhoneMetadata

    plan = PhoneMetadata.metadata_for_region(country)
    if plan is None or plan.general_desc is None:
        raise InvalidInput(f"country {country} has no numbering plan: leave it out of adapter.toml")
    national = f"(?:{plan.general_desc.national_number_pattern})"
    return {
        "country_plus": rf"^\+{plan.country_code}{national}$",
        "country_plain": f"^{plan.country_code}{national}$",
        "country_national": f"^{national}$",
    }


def e164_digits(raw: str, country: str) -> str | None:
    """Return the E.164 digits of a number as it is dialled in *country*, or None if it is none."""
    import phonenumbers

    try:
        number = phonenumbers.parse(raw, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")


def read_slow_ones(run: Engine, country: str | None) -> None:
    """Read what SQL could not read at a glance, each distinct number once."""
    if country is not None:
        raws = [row["ctn"] for row in run.rows("slow_numbers")]
        run.fill("slow_numbers", [(raw, e164_digits(raw, country)) for raw in raws])


def prepare(run: Engine, into: Path, folder: Path, *, keep: bool) -> Path | None:
    """Build the new file of clear numbers in the private *folder*; return it, or None if there shall be none.

    The caller puts it into place once the import itself is safe.
    """
    present = numbers_file(into)
    if not keep and not present.exists():
        return None
    arriving, new = folder / "numbers.parquet", folder / present.name
    select = run.script_text("numbers_out")
    run.execute(f"copy ({select}) to '{quoted(arriving)}' (format parquet)", {"keep": keep})
    if present.exists():
        shutil.copyfile(present, new)
    try:
        _merge(arriving, new)
    except duckdb.Error as error:
        raise StoreUnreadable(
            f"{present} cannot be used for clear numbers: {str(error).splitlines()[0]}"
        ) from error
    new.chmod(0o600)
    return new


def _merge(arriving: Path, numbers: Path) -> None:
    with duckdb.connect(str(numbers)) as connection, engine(connection) as run:
        run.execute(f"create temp table arriving as from read_parquet('{quoted(arriving)}')")
        run.script("numbers_in")


def quoted(path: Path) -> str:
    """Return *path* for use between single quotes in SQL."""
    return str(path).replace("'", "''")
