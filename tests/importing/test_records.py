"""CSV files of every kind: read alike, or refused in one sentence, with every record in one count."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaignkit.domain.errors import InvalidInput
from campaignkit.importing.adapter import load
from campaignkit.importing.records import Column, Records, copied
from tests.importing.twilio import COLUMNS, message, text, write
from tests.importing.world import bring, content, rows

NUMBER = "+447700900123"
ROWS = [
    message(1, To=NUMBER, From="Café", Body='Hello, "you"\nand you'),
    message(2, "undelivered", From="Größe", ErrorCode="30003", Body="Bonjour — ça va?"),
    message(3, "sent", Body="a;b\tc|d"),
]


@pytest.fixture
def good(tmp_path: Path) -> dict[str, list[str]]:
    """What the file says that was read from an ordinary export of `ROWS`."""
    bring(tmp_path / "good.duckdb", write(tmp_path / "good.csv", ROWS), adapter="twilio-csv")
    return content(tmp_path / "good.duckdb")


def refused(path: Path, adapter: str | Path = "twilio-csv") -> str:
    """Return the sentence with which *path* is refused, having made sure that it left nothing and told nothing."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(InvalidInput) as error:
        bring(path.parent / "x.duckdb", path, adapter=adapter)
    assert sorted(path.parent.iterdir()) == before
    assert "\n" not in str(error.value)
    assert NUMBER[1:] not in str(error.value)
    assert str(path) in str(error.value)
    return str(error.value)


def copies(path: Path) -> tuple[Records, str]:
    """Return what becomes of *path* before an import reads it."""
    copy = path.with_name("copy")
    found = copied(path, copy, load("twilio-csv").columns, reader="a test")
    return found, copy.read_text(encoding="utf-8")


# ── one content, many forms ──────────────────────────────────────────────────

ENCODED = {
    "byte order mark": ("utf-8-sig", None),
    "utf-16": ("utf-16", None),
    "utf-16, little": ("utf-16-le", None),
    "utf-16, big": ("utf-16-be", None),
    "windows-1252": ("windows-1252", "3 characters that are not UTF-8: they are read as Windows-1252"),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_an_encoding_is_recognised(tmp_path: Path, good: dict[str, list[str]], encoding: str) -> None:
    name, warning = ENCODED[encoding]
    wanted = [row | {"Body": row["Body"].replace("—", "-").replace("ç", "c")} for row in ROWS]
    (source := tmp_path / "log.csv").write_bytes(text(wanted).encode(name))
    report = bring(tmp_path / "x.duckdb", source, adapter="twilio-csv")
    assert (report.read, report.recipients) == (3, 3)
    assert content(tmp_path / "x.duckdb") == good
    assert report.warnings == ((f"{source} has {warning}",) if warning else ())


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
@pytest.mark.parametrize(
    "form", ["plain", "gzip", "LF", "CR", "blank lines", "sep=", "no last line end", "named like a pattern"]
)
def test_a_form_is_recognised(tmp_path: Path, separator: str, quoting: int, form: str) -> None:
    written = text(ROWS, separator=separator, quoting=quoting)
    assert "\r\n" in written
    written = {
        "LF": written.replace("\r\n", "\n"),
        "CR": written.replace("\r\n", "\r"),
        "blank lines": "\r\n" + written.replace("\r\n", "\r\n\r\n"),
        "sep=": f"sep={separator}\r\n{written}",
        "no last line end": written.removesuffix("\r\n"),
    }.get(form, written)
    data = written.encode()
    source = tmp_path / ("log[1]*.csv" if form == "named like a pattern" else "log.csv")
    source.write_bytes(gzip.compress(data) if form == "gzip" else data)
    assert copies(source) == copies(write(tmp_path / "good.csv", ROWS))


@pytest.mark.parametrize(
    "columns",
    [
        COLUMNS[::-1],
        (*COLUMNS, "Extra", "Another"),
        ("Extra", *COLUMNS, "Extra"),  # a name twice that nobody reads
        ("", *COLUMNS, ""),
    ],
)
def test_columns_may_stand_in_any_order_among_others(
    tmp_path: Path, good: dict[str, list[str]], columns: tuple[str, ...]
) -> None:
    bring(tmp_path / "x.duckdb", write(tmp_path / "log.csv", ROWS, columns), adapter="twilio-csv")
    assert content(tmp_path / "x.duckdb") == good


def test_capitals_spaces_and_hyphens_in_a_header_do_not_count(
    tmp_path: Path, good: dict[str, list[str]]
) -> None:
    header, rest = text(ROWS).split("\r\n", 1)
    for written in (
        header.lower(),
        header.replace("SentDate", "Sent Date"),
        header.replace("SentDate", " sent_date "),
    ):
        (source := tmp_path / "log.csv").write_text(f"{written}\r\n{rest}", encoding="utf-8", newline="")
        (tmp_path / "x.duckdb").unlink(missing_ok=True)
        bring(tmp_path / "x.duckdb", source, adapter="twilio-csv")
        assert content(tmp_path / "x.duckdb") == good


def test_files_of_several_forms_are_read_together(tmp_path: Path, good: dict[str, list[str]]) -> None:
    (tmp_path / "1.csv").write_bytes(text(ROWS[:1], separator=";").encode("utf-16"))
    write(tmp_path / "2.csv", ROWS[1:2], COLUMNS[::-1])
    (tmp_path / "3.csv").write_bytes(gzip.compress(text(ROWS[2:], separator="\t").encode()))
    bring(tmp_path / "x.duckdb", *(tmp_path / f"{number}.csv" for number in (1, 2, 3)), adapter="twilio-csv")
    assert content(tmp_path / "x.duckdb") == good


def test_a_byte_of_zero_is_left_out_and_mentioned(tmp_path: Path, good: dict[str, list[str]]) -> None:
    (source := tmp_path / "log.csv").write_text(
        text(ROWS).replace("Caf", "C\0af").replace("Hello", "\0Hello"), encoding="utf-8", newline=""
    )
    report = bring(tmp_path / "x.duckdb", source, adapter="twilio-csv")
    assert report.warnings == (f"{source} has 2 NUL bytes, which are left out",)
    assert content(tmp_path / "x.duckdb") == good


# ── records that are none ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "unmapped", "recipients"),
    [
        ("a,b,c", {"wrong_number_of_fields": 1}, 3),
        ('"x","y"', {"wrong_number_of_fields": 1}, 3),
        ("   ", {"wrong_number_of_fields": 1}, 3),
        (",".join(["x"] * 14), {"wrong_number_of_fields": 1}, 3),
        ("," * 12, {"empty_row": 1}, 3),
        ("," * 20, {"empty_row": 1}, 3),
        (",".join(COLUMNS), {"header": 1}, 3),  # two exports that were put together
        ('he said, "never mind', {"wrong_number_of_fields": 1}, 3),
        ('x,"a quote that is never closed', {"wrong_number_of_fields": 1}, 3),
    ],
)
def test_a_line_that_is_no_record_is_counted_and_takes_no_other_along(
    tmp_path: Path, line: str, unmapped: dict[str, int], recipients: int
) -> None:
    first, *others = text(ROWS, quoting=csv.QUOTE_MINIMAL).removesuffix("\r\n").split("\r\n")
    (source := tmp_path / "log.csv").write_text(
        "\r\n".join([first, line, *others, ""]), encoding="utf-8", newline=""
    )
    report = bring(tmp_path / "x.duckdb", source, adapter="twilio-csv")
    assert report.unmapped == unmapped
    assert report.recipients == recipients
    assert report.read == report.recipients + sum(unmapped.values())


def test_a_quote_that_is_never_closed_takes_no_other_line_along(tmp_path: Path) -> None:
    first, *others = text([message(number) for number in range(2000)], quoting=csv.QUOTE_MINIMAL).split(
        "\r\n"
    )
    (source := tmp_path / "log.csv").write_text(
        "\n".join([first, 'x,"never closed', *others]), encoding="utf-8"
    )
    assert source.stat().st_size > csv.field_size_limit()
    report = bring(tmp_path / "x.duckdb", source, adapter="twilio-csv")
    assert (report.recipients, report.unmapped) == (2000, {"wrong_number_of_fields": 1})


def test_fields_behind_the_last_column_may_be_empty(tmp_path: Path, good: dict[str, list[str]]) -> None:
    (source := tmp_path / "log.csv").write_text(
        text(ROWS).replace('"USD"\r\n', '"USD",,,\r\n'), encoding="utf-8", newline=""
    )
    bring(tmp_path / "x.duckdb", source, adapter="twilio-csv")
    assert content(tmp_path / "x.duckdb") == good


@pytest.mark.parametrize("cut", [1, 10, 40, 80, 120, 150])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_a_file_that_was_cut_off_loses_its_last_line_alone(tmp_path: Path, cut: int, quoting: int) -> None:
    written = text(ROWS[1:], quoting=quoting)
    last = written.rstrip().rindex("\r\n") + 2
    (source := tmp_path / "log.csv").write_text(written[: last + cut], encoding="utf-8", newline="")
    report = bring(tmp_path / "x.duckdb", source, adapter="twilio-csv")
    assert (report.read, report.recipients, report.unmapped) == (2, 1, {"truncated": 1})


# ── refused ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x7fELF\2\1\1\0" + bytes(range(256)) * 99, "is not the CSV that adapter twilio-csv reads: its first line must name the columns From, To, Status, SentDate, Sid"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n" * 9, "is not the CSV that adapter twilio-csv reads"),
        (b'{"messages": [{"sid": "SM1", "to": "+447700900123"}]}\n', "is not the CSV that adapter twilio-csv reads"),
        (b"PK\x03\x04" + b"\0" * 99, "is a workbook or an archive, not CSV: save it as CSV (UTF-8) first"),
        (b"\x1f\x8b" + b"nonsense" * 9, "does not unpack as gzip"),
        (gzip.compress(text(ROWS).encode())[:90], "does not unpack as gzip"),
        (b"\xef\xbb\xbf", "is not the CSV that adapter twilio-csv reads"),
        (b"\r\n\r\n", "is not the CSV that adapter twilio-csv reads"),
        (b"\0" * 5000, "is not the CSV that adapter twilio-csv reads"),
        (text([]).encode(), "has a header and nothing below it: there is nothing to import"),
        (text(ROWS).split("\r\n", 1)[1].encode(), "is not the CSV that adapter twilio-csv reads"),  # the header is missing
        (text(ROWS).replace("SentDate", "DateSent", 1).encode(), "has no column SentDate (is it DateSent?): adapter twilio-csv reads From, To, Status, SentDate, Sid"),
        (text(ROWS, [c for c in COLUMNS if c not in ("Sid", "To")]).encode(), "has no column To, no Sid"),
        (b"Von;An;Text;Status;Gesendet;SID\r\n1;2;3;4;5;6\r\n", "has no column From, no To, no SentDate"),
        (text(ROWS, [*COLUMNS, "To"]).encode(), "has the column To twice: keep the right one"),
        (text(ROWS, [*COLUMNS, "sent date"]).encode(), "has the column SentDate twice: keep the right one"),
        (f"{NUMBER},{','.join(COLUMNS[1:])}\r\n".encode(), "has no column From"),
        (text(ROWS).encode() + b"x" * (1 << 20), "has more than a million characters: it is not CSV"),
    ],
    ids=[
        "binary", "PDF", "JSON", "workbook", "not gzip", "cut gzip", "only a mark", "blank", "zeros", "header only", "no header",
        "renamed", "missing", "translated", "twice", "twice, spelt otherwise", "a number for a name", "endless line",
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_export_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    (source := tmp_path / "log.csv").write_bytes(data)
    assert sentence in refused(source)


def test_a_source_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.csv").touch()
    os.mkfifo(tmp_path / "pipe")
    assert "is a folder: name the files in it" in refused(tmp_path / "folder")
    assert "does not exist" in refused(tmp_path / "missing.csv")
    assert "is empty" in refused(tmp_path / "empty.csv")
    assert "is not a file" in refused(tmp_path / "pipe")


# ── laws ─────────────────────────────────────────────────────────────────────

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(
        st.tuples(CELL, CELL, CELL).filter(lambda row: any(row) and row != ("a", "b", "c")), max_size=6
    ),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_writer_wrote_is_what_is_read(
    tmp_path: Path, table: list[tuple[str, str, str]], separator: str, encoding: str
) -> None:
    (source := tmp_path / "any.csv").write_bytes(
        text([dict(zip("abc", row, strict=True)) for row in table], "abc", separator=separator).encode(
            encoding
        )
    )
    found = copied(
        source, tmp_path / "copy.csv", [Column("c"), Column("a"), Column("d", optional=True)], reader="a test"
    )
    assert (found.read, sum(found.unmapped.values())) == (len(table), 0)
    with (tmp_path / "copy.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["c", "a", "d"], *([c, a, ""] for a, _, c in table)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.text('",;\n\rab', max_size=40), separator=st.sampled_from(",;"))
def test_whatever_follows_the_header_every_record_is_counted_once(
    tmp_path: Path, tail: str, separator: str
) -> None:
    (source := tmp_path / "any.csv").write_bytes(f"a{separator}b\n{tail}".encode())
    found = copied(source, tmp_path / "copy.csv", [Column("a"), Column("b")], reader="a test")
    with (tmp_path / "copy.csv").open(encoding="utf-8", newline="") as file:
        kept = sum(1 for _ in csv.reader(file)) - 1
    assert found.read == kept + sum(found.unmapped.values())
    assert found.read <= len(tail.replace("\r", "\n").split("\n"))


# ── what an adapter says about its columns ───────────────────────────────────

SHOP = {
    "adapter.toml": 'name = "shop"\nreads = "csv"\ncolumns = ["id", "sent", "state?"]\ntables = ["words.csv"]\n',
    "words.csv": "state,meaning\nX,crossed out\nY,\n",
    "recipients.sql": """
        select id as recipient_key, 'X' as saddr, moment(sent) as sent_at, words.meaning as error
        from source_rows left join words using (state)""",
}


def shop(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, written in (SHOP | files).items():
        (folder / name).write_text(written, encoding="utf-8")
    return folder


def test_an_adapter_of_one_s_own_reads_rows_and_its_own_tables(tmp_path: Path) -> None:
    (source := tmp_path / "s.csv").write_text(
        'state;id;sent\nX;="1";2026-03-02 09:00\nY;2;2026-03-02T09:00Z\nZ;3;2026-03-02 09:00\n'
    )
    bring(tmp_path / "x.duckdb", source, adapter=shop(tmp_path / "shop"))
    found = rows(
        tmp_path / "x.duckdb",
        "select recipient_key, error from kit.import_keys join core.recipients using (campaign_id, recipient_id) order by 1",
    )
    assert [tuple(row.values()) for row in found] == [("1", "crossed out"), ("2", None), ("3", None)]


def test_an_adapter_over_csv_accounts_for_every_row(tmp_path: Path) -> None:
    (source := tmp_path / "s.csv").write_text("id,sent\n1,2026-03-02 09:00\n2,2026-03-02 09:00\n")
    sql = SHOP["recipients.sql"] + " where id = '1'"
    assert "accounts for 1 lines of 2" in refused_by(tmp_path, source, **{"recipients.sql": sql})


def refused_by(folder: Path, source: Path, **files: str) -> str:
    with pytest.raises(InvalidInput) as error:
        bring(folder / "x.duckdb", source, adapter=shop(folder / "shop", **files))
    return str(error.value)


@pytest.mark.parametrize(
    ("settings_text", "sentence"),
    [
        ('reads = "csv"', "go together: say both, or neither"),
        ('columns = ["id"]', "go together"),
        ('reads = "csv"\ncolumns = "id"', "columns in .* must be a list of texts"),
        ('reads = "csv"\ncolumns = [1]', "columns in .* must be a list of texts"),
        ('reads = "csv"\ncolumns = ["?"]', "columns in .* must be a list of texts"),
        ('reads = "csv"\ncolumns = []', "columns in .* is empty"),
        ('reads = "csv"\ncolumns = ["id", "ID?"]', "names one column twice"),
        ('reads = "csv"\ncolumns = ["id?"]', r"must name one column without \?"),
        ('tables = ["Words.CSV"]', "must look like errors.csv"),
        ('tables = ["../words.csv"]', "must look like errors.csv"),
        ('tables = ["none.csv"]', "none.csv cannot be read"),
        (
            'tables = ["ragged.csv"]',
            "ragged.csv must be a CSV file in UTF-8 whose rows are as long as its header",
        ),
        ('tables = ["empty.csv"]', "empty.csv must be a CSV file in UTF-8"),
    ],
)
def test_what_is_wrong_with_the_settings_is_said_in_one_sentence(
    tmp_path: Path, settings_text: str, sentence: str
) -> None:
    folder = shop(
        tmp_path / "shop",
        **{"adapter.toml": f'name = "shop"\n{settings_text}\n', "ragged.csv": "a,b\n1\n", "empty.csv": ""},
    )
    with pytest.raises(InvalidInput, match=sentence):
        load(str(folder))


def test_a_table_with_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    (source := tmp_path / "s.csv").write_text("id,sent\n1,2026-03-02 09:00\n")
    toml = SHOP["adapter.toml"].replace("words.csv", "stats.csv")
    said = refused_by(tmp_path, source, **{"adapter.toml": toml, "stats.csv": "a\n1\n"})
    assert "stats.csv of adapter shop cannot be a table" in said
