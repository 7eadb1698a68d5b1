"""Phone numbers: read, hashed, masked, kept only where they are asked for, and nowhere else."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path

import duckdb
import phonenumbers
import pytest

from campaignkit.assets import asset
from campaignkit.domain.errors import InvalidInput, StoreUnreadable
from campaignkit.importing.numbers import country_patterns, e164_digits, pads
from tests.importing.jasmin import START, at, sent, write
from tests.importing.world import KEY, bring, dump, rows

NUMBER = "447700900123"


def log(folder: Path, *numbers: str) -> Path:
    lines = [at(START, sent(f"key-{place}", f"{place}z", to=number)) for place, number in enumerate(numbers)]
    return write(folder / "m.log", lines)


def adapter(folder: Path, *, country: str | None = None, key: str = "id") -> Path:
    """Write an adapter over a CSV with the columns id and msisdn."""
    folder.mkdir()
    setting = f'country = "{country}"\n' if country else ""
    (folder / "adapter.toml").write_text(f'name = "shop"\n{setting}')
    (folder / "recipients.sql").write_text(
        f"select {key} as recipient_key, 'ACME' as saddr, msisdn as ctn, timestamp '2026-03-02 08:00:00' as created_at"
        " from read_csv(:source, all_varchar = true)"
    )
    return folder


def shop(folder: Path, *numbers: str) -> Path:
    (path := folder / "shop.csv").write_text(
        "id,msisdn\n" + "".join(f"m{n},{number}\n" for n, number in enumerate(numbers))
    )
    return path


@pytest.mark.parametrize("key", [KEY, "k" * 32, "k" * 64, "k" * 65, "ключ" * 20])
def test_the_hash_is_the_keyed_one_that_any_hmac_computes(tmp_path: Path, key: str) -> None:
    bring(tmp_path / "x.duckdb", log(tmp_path, NUMBER), ctn_key=key)
    digest = hmac.new(key.encode(), NUMBER.encode(), hashlib.sha256).hexdigest()
    assert rows(tmp_path / "x.duckdb", "select ctn_hash from core.recipients") == [
        {"ctn_hash": f"v1:{digest}"}
    ]


def test_one_subscriber_has_one_hash_however_it_is_written(tmp_path: Path) -> None:
    numbers = (NUMBER, f"+{NUMBER}", f"00{NUMBER}", f"b'{NUMBER}'", "+44 7700 900-123", "(44)7700.900/123")
    bring(tmp_path / "x.duckdb", log(tmp_path, *numbers))
    found = rows(tmp_path / "x.duckdb", "select distinct ctn_hash, ctn_tail from core.recipients")
    assert len(found) == 1
    assert found[0]["ctn_tail"] == "0123"


@pytest.mark.parametrize(
    ("written", "tail"),
    [
        ("9905***539", "539"), ("XXX", ""), ("***********", ""), ("8810", "10"), ("1234567", "67"), ("", ""),
        ("12345678901234567", "4567"), ("07700900123", "0123"), ("***4567", "67"), ("*******4567", "4567"), ("None", ""),
    ],
)  # fmt: skip
def test_an_unreadable_number_keeps_its_row_and_its_trailing_digits(
    tmp_path: Path, written: str, tail: str
) -> None:
    report = bring(tmp_path / "x.duckdb", log(tmp_path, written, NUMBER), keep_numbers=True)
    assert (report.recipients, report.number_invalid, report.read) == (2, 1, 2)
    found = rows(
        tmp_path / "x.duckdb",
        "select ctn_tail, ctn_hash is null as bare from core.recipients order by recipient_id",
    )
    assert found == [{"ctn_tail": tail, "bare": True}, {"ctn_tail": "0123", "bare": False}]
    assert len(rows(tmp_path / "x.duckdb.numbers.duckdb", "from core.recipient_numbers")) == 1


@pytest.mark.parametrize(
    ("country", "written", "digits"),
    [
        ("ID", "0812 3456 7890", "6281234567890"),
        ("ID", "6281234567890", "6281234567890"),
        ("ID", "+6281234567890", "6281234567890"),
        ("ID", "+62081234567890", "6281234567890"),  # the trunk zero that people leave in
        ("GB", "07700 900123", "447700900123"),
        ("GB", "+1 212 555 0123", "12125550123"),
        ("US", "2125550123", "12125550123"),
        ("IT", "06 1234 5678", "390612345678"),  # an Italian zero stays
        ("GB", "12", None),
        ("GB", "0770***0123", None),  # the library takes asterisks for punctuation
        ("GB", "call me", None),
    ],
)
def test_a_country_makes_national_numbers_international(
    tmp_path: Path, country: str, written: str, digits: str | None
) -> None:
    source = shop(tmp_path, written, "+447700900999")
    report = bring(
        tmp_path / "x.duckdb", source, adapter=adapter(tmp_path / "a", country=country), keep_numbers=True
    )
    assert report.number_invalid == (digits is None)
    kept = rows(
        tmp_path / "x.duckdb.numbers.duckdb", "select ctn from core.recipient_numbers where recipient_id = 1"
    )
    assert kept == ([{"ctn": f"+{digits}"}] if digits else [])


@pytest.mark.parametrize("country", ["GB", "ID", "US", "IT", "DE", "BR", "AR", "MX", "KZ", "CI"])
def test_the_glance_never_differs_from_the_library(country: str) -> None:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    national = str(phonenumbers.national_significant_number(example))
    code = str(example.country_code)
    written = [
        text
        for digits in (
            national,
            national[:-1],
            f"{national}5",
            f"{code}{national}",
            f"0{national}",
            f"{code}0{national}",
            code * 5,
        )
        for text in (digits, f"+{digits}", f"00{digits}", f"+{code}{digits}")
    ]
    with duckdb.connect() as connection:
        for statement in connection.extract_statements(asset("sql", "import", "numbers.sql").read_text()):
            connection.execute(statement.query).complete()
        for name, value in country_patterns(country).items():
            connection.execute(f"set variable {name} = $value", {"value": value}).complete()
        read = connection.execute(
            "select raw, plain_number(bare_number(raw)) from unnest($texts) t(raw)", {"texts": written}
        ).fetchall()
    glances = {raw: digits for raw, digits in read if digits is not None}
    assert glances
    assert glances == {raw: e164_digits(raw, country) for raw in glances}


def test_without_a_key_there_is_no_hash_and_one_warning(tmp_path: Path) -> None:
    report = bring(tmp_path / "x.duckdb", log(tmp_path, NUMBER, "447700900124"), ctn_key=None)
    assert report.warnings == (
        "CAMPAIGNKIT_CTN_KEY is not set: numbers are kept as their last digits only, without a hash",
    )
    assert rows(tmp_path / "x.duckdb", "select distinct ctn_hash from core.recipients") == [
        {"ctn_hash": None}
    ]
    assert bring(tmp_path / "x.duckdb", log(tmp_path, NUMBER, "447700900124")).warnings == ()
    before = dump(tmp_path / "x.duckdb")
    assert len(rows(tmp_path / "x.duckdb", "select distinct ctn_hash from core.recipients")) == 2
    bring(tmp_path / "x.duckdb", log(tmp_path, NUMBER, "447700900124"), ctn_key=None)
    assert dump(tmp_path / "x.duckdb") == before  # a hash that is known is not forgotten


@pytest.mark.parametrize("key", ["", "k" * 31, "ж" * 15])
def test_a_short_key_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(InvalidInput, match=f"CAMPAIGNKIT_CTN_KEY has {len(key.encode())} bytes"):
        bring(tmp_path / "x.duckdb", log(tmp_path, NUMBER), ctn_key=key)
    assert [path.name for path in tmp_path.iterdir()] == ["m.log"]


def test_the_padded_keys_have_the_length_of_a_block() -> None:
    assert pads(None) is None
    assert [len(pad) for pad in pads(KEY) or ()] == [64, 64]


def test_numbers_are_kept_in_a_file_of_their_own_that_nobody_else_may_read(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        bring(tmp_path / "x.duckdb", log(tmp_path, NUMBER, "447700900124"), keep_numbers=True)
    finally:
        os.umask(before)
    kept = tmp_path / "x.duckdb.numbers.duckdb"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert rows(kept, "from core.recipient_numbers order by all") == [
        {"campaign_id": 1, "recipient_id": 1, "ctn": "+447700900123"},
        {"campaign_id": 1, "recipient_id": 2, "ctn": "+447700900124"},
    ]
    more = write(tmp_path / "n.log", [at(START, sent("key-9", "9z", to="447700900129"))])
    bring(tmp_path / "x.duckdb", more, keep_numbers=True)
    bring(tmp_path / "x.duckdb", more)
    assert len(rows(kept, "from core.recipient_numbers")) == 3
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_number_is_nowhere_in_the_database(tmp_path: Path) -> None:
    planted = [f"4477{number:08}" for number in range(12_000_000, 12_000_300)]
    bring(tmp_path / "x.duckdb", log(tmp_path, *planted), keep_numbers=True)
    texts = "\n".join(dump(tmp_path / "x.duckdb"))
    raw = (tmp_path / "x.duckdb").read_bytes()
    for number in planted:
        assert number not in texts
        assert number[2:] not in texts
        assert number.encode() not in raw
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "m.log", "x.duckdb", "x.duckdb.gate", "x.duckdb.lock", "x.duckdb.numbers.duckdb",
    ]  # fmt: skip


def test_a_key_that_is_the_number_is_kept_as_a_keyed_hash(tmp_path: Path) -> None:
    folder, source = adapter(tmp_path / "a", key="msisdn"), shop(tmp_path, NUMBER, "+44 7700 900124")
    with pytest.raises(
        InvalidInput, match="recipient_key in recipients.sql of adapter shop is the phone number"
    ):
        bring(tmp_path / "x.duckdb", source, adapter=folder, ctn_key=None)
    bring(tmp_path / "x.duckdb", source, adapter=folder)
    before = dump(tmp_path / "x.duckdb")
    bring(tmp_path / "x.duckdb", shop(tmp_path, f"+{NUMBER}", "447700900124"), adapter=folder)
    assert dump(tmp_path / "x.duckdb") == before
    assert not any("7700900123" in line or "900124" in line for line in before)
    with pytest.raises(InvalidInput, match="CAMPAIGNKIT_CTN_KEY"):
        bring(
            tmp_path / "x.duckdb",
            shop(tmp_path, "XXX"),
            adapter=adapter(tmp_path / "b", key="'4477009001'"),
            ctn_key=None,
        )


def test_a_key_that_holds_the_number_is_refused(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "a", key="id || ':' || msisdn")
    with pytest.raises(InvalidInput, match="is made of the phone number"):
        bring(tmp_path / "x.duckdb", shop(tmp_path, NUMBER), adapter=folder)


def test_ids_that_look_like_numbers_are_found_again_once_there_is_a_key(tmp_path: Path) -> None:
    folder, source = (
        adapter(tmp_path / "a", key="'16027188' || id[2:]"),
        shop(tmp_path, NUMBER, "447700900124"),
    )
    bring(tmp_path / "x.duckdb", source, adapter=folder, ctn_key=None)
    bring(tmp_path / "x.duckdb", source, adapter=folder)
    assert rows(tmp_path / "x.duckdb", "select count(*) as n from core.recipients") == [{"n": 2}]


def test_a_foreign_file_in_the_place_of_the_numbers_stops_the_import(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb.numbers.duckdb").write_text("mine")
    with pytest.raises(StoreUnreadable, match=r"x\.duckdb\.numbers\.duckdb cannot be used for clear numbers"):
        bring(tmp_path / "x.duckdb", log(tmp_path, NUMBER), keep_numbers=True)
    assert not (tmp_path / "x.duckdb").exists()
    assert (tmp_path / "x.duckdb.numbers.duckdb").read_text() == "mine"


def test_to_keep_numbers_of_a_source_without_any_earns_a_warning(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "a")
    (folder / "recipients.sql").write_text(
        "select 'a' as recipient_key, 'X' as saddr, now() as created_at from read_csv(:source)"
    )
    report = bring(tmp_path / "x.duckdb", shop(tmp_path, NUMBER), adapter=folder, keep_numbers=True)
    assert "adapter shop yields no numbers (ctn): there are none to keep" in report.warnings
