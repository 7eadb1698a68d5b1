"""Statements: what may be declared and asked for, and the cache that spares the compiling."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from campaignkit.assets import asset
from campaignkit.store import statements
from campaignkit.store.statements import (
    Compiler,
    Dialect,
    StatementError,
    Variant,
    compile_statement,
    load,
    names,
)

ROOT = Path(__file__).parents[2]
PAGE = "campaigns/page"
WriteSql = Callable[[str, str], None]


def compiler(cache: Path | None = None, *missing: str, dialect: Dialect = "duckdb") -> Compiler:
    return Compiler(dialect, missing=frozenset(missing), cache=cache)


@pytest.fixture
def write_sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriteSql]:
    """Return a function that writes a statement into an sql/ of the test's own, beside the real schema."""
    folder = tmp_path / "checkout"
    (folder / "sql").mkdir(parents=True)
    (folder / "sql" / "schema").symlink_to(asset("sql", "schema"))
    monkeypatch.setattr(statements, "asset", folder.joinpath)

    def write(name: str, text: str) -> None:
        path = folder / "sql" / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        load.cache_clear()
        statements.check.cache_clear()

    yield write
    load.cache_clear()
    statements.check.cache_clear()


def test_every_statement_can_be_taken_apart_and_every_declaration_used() -> None:
    statements.check()
    found = list(names())
    assert {PAGE, "recipients/page", "campaigns/parts", "workspaces/all"} <= set(found)
    assert found == sorted(found)
    assert not [name for name in found if name.split("/")[0] in ("schema", "checks", "adapters", "import")]
    for name in found:
        statement = load(name)
        assert statement.text.startswith("-- "), f"{name} does not say what a row means"
        compile_statement(name, Variant(filters=frozenset(statement.filters)), "duckdb")
    assert set(load(PAGE).sorts) == {"created", "start", "sender"}, "the three sortable heads (R20)"


def test_every_statement_is_runnable_as_it_is_and_lower_case() -> None:
    for name in names():
        code = [line for line in load(name).text.splitlines() if not line.startswith("--")]
        assert not any(word in " ".join(code) for word in ("SELECT", "FROM", "WHERE")), name
        assert "%" not in " ".join(code), f"{name}: psycopg would take % for a parameter"


@pytest.mark.parametrize("name", ["campaigns/nothing", "nothing/page", "../pyproject", ""])
def test_a_statement_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(StatementError, match="there is no statement"):
        load(name)


@pytest.mark.parametrize(
    ("variant", "message"),
    [
        (Variant(filters=frozenset({"colour"})), "campaigns/page declares no filter colour"),
        (
            Variant(filters=frozenset({"created", "queue", "b"})),
            "campaigns/page declares no filter b, created",
        ),
        (Variant(sort="total"), "campaigns/page declares no sort total"),
        (Variant(sort="saddr; drop table core.campaigns"), "campaigns/page declares no sort"),
        (Variant(filters=frozenset({"1=1) or (1=1"})), "declares no filter"),
        (Variant(sort=""), "declares no sort"),
    ],
)
def test_what_a_statement_does_not_declare_cannot_be_asked_for(variant: Variant, message: str) -> None:
    for dialect in ("duckdb", "postgres"):
        with pytest.raises(StatementError, match=message.replace("(", r"\(").replace(")", r"\)")):
            compile_statement(PAGE, variant, dialect)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("--^ a: c.status", "a sort key reads 'expression::type'"),
        ("--^ a: c.created_at::timestamptz", "a sort is one key and one tie-break that is never null"),
        (
            "--^ a: c.status::varchar, c.saddr::varchar, c.external_id::uuid",
            "a sort is one key and one tie-break",
        ),
        ("--^ a: c.created_at::timestamptz, c.external_id::uuid?", "tie-break that is never null"),
        ("--? x: c.status = :status", "takes :status without a cast"),
        (
            "--? x: c.campaign_id in (select id from secrets)",
            "reads secrets, which is no relation of the contract",
        ),
    ],
)
def test_a_careless_declaration_is_found_when_the_package_starts(
    write_sql: WriteSql, text: str, message: str
) -> None:
    write_sql("campaigns/mine", f"select c.status from core.campaigns c\n{text}\n")
    with pytest.raises(StatementError, match=message):
        statements.check()


def test_a_statement_that_is_sound_passes_the_same_check(write_sql: WriteSql) -> None:
    write_sql(
        "campaigns/mine",
        "select c.status from core.campaigns c\n"
        "--? x: c.status = any(:statuses::varchar[])\n--^ a: c.start_at::timestamptz?, c.external_id::uuid\n",
    )
    statements.check()
    compiled = compile_statement("campaigns/mine", Variant(filters=frozenset({"x"})), "postgres")
    assert compiled.parameters == {"statuses"}


def test_a_parameter_is_taken_only_by_the_form_that_uses_it() -> None:
    def taken(**form: object) -> set[str]:
        return set(compile_statement(PAGE, Variant(**form), "duckdb").parameters)  # type: ignore[arg-type]

    assert taken() == {"scope"}
    assert taken(filters=frozenset({"period"})) == {"scope", "since", "now"}
    assert taken(sort="start", after="value", limited=True) == {"scope", "after_key", "after_tie", "limit"}
    assert taken(sort="start", after="null") == {"scope", "after_tie"}


def test_what_a_statement_changes_stays_a_table_where_the_source_lacks_a_column(write_sql: WriteSql) -> None:
    write_sql("campaigns/mine", "update core.campaigns set status = :status::varchar where campaign_id = 1\n")
    variant = Variant(missing=frozenset({"core.campaigns.delivery_errors"}))
    assert compile_statement("campaigns/mine", variant, "postgres").sql.startswith(
        "UPDATE core.campaigns SET"
    )


# ── the cache ────────────────────────────────────────────────────────────────


def entries(cache: Path) -> list[Path]:
    return sorted((cache / "sql").iterdir()) if (cache / "sql").is_dir() else []


COMPILE = """
import sys
from pathlib import Path
from campaignkit.store.statements import Compiler, Variant
compiler = Compiler("duckdb", missing=frozenset({"core.state_events"}), cache=Path(sys.argv[1]))
form = Variant(sort="start", after="value", limited=True, filters=frozenset({"period", "sender"}))
for found in (compiler("campaigns/page", form), compiler("campaigns/history", Variant())):
    print(found.sql, sorted(found.parameters))
print("sqlglot" in sys.modules)
"""


def test_the_second_process_finds_the_text_on_disk_and_leaves_sqlglot_out(tmp_path: Path) -> None:
    def run() -> list[str]:
        command = [sys.executable, "-W", "error", "-c", COMPILE, str(tmp_path / "cache")]
        done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True, timeout=60)
        return done.stdout.splitlines()

    *first, compiled = run()
    *second, compiled_again = run()
    assert (compiled, compiled_again) == ("True", "False")
    assert first == second
    assert len(first) == 2


def test_one_compiler_compiles_a_form_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(
        statements, "compile_statement", lambda *given: calls.append(given) or compile_statement(*given)
    )
    without_disk = compiler()
    assert without_disk(PAGE, Variant()) is without_disk(PAGE, Variant())
    compiler(tmp_path)(PAGE, Variant())
    compiler(tmp_path)(PAGE, Variant())
    assert len(calls) == 2


def test_the_cache_is_private(tmp_path: Path) -> None:
    compiler(tmp_path / "new" / "cache")(PAGE, Variant())
    folder = tmp_path / "new" / "cache" / "sql"
    (entry,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe garbage", b"no second line", b"scope\n"], ids=repr)
def test_a_damaged_entry_is_compiled_anew_and_repaired(tmp_path: Path, damage: bytes) -> None:
    whole = compiler(tmp_path)(PAGE, Variant())
    (entry,) = entries(tmp_path)
    entry.write_bytes(damage)
    assert compiler(tmp_path)(PAGE, Variant()) == whole
    assert entry.read_bytes() != damage


def a_file(place: Path) -> Path:
    place.write_text("not a folder")
    return place


def below_a_file(place: Path) -> Path:
    return a_file(place) / "cache"


def folders_for_entries(place: Path) -> Path:
    compiler(place)(PAGE, Variant())
    (entry,) = entries(place)
    entry.unlink()
    entry.mkdir()
    return place


def a_closed_folder(place: Path) -> Path:
    (place / "sql").mkdir(parents=True)
    (place / "sql").chmod(0o500)  # as root this one is open all the same
    return place


@pytest.mark.parametrize("make", [a_file, below_a_file, folders_for_entries, a_closed_folder])
def test_a_cache_that_cannot_be_used_costs_only_time(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    cache = make(tmp_path / "cache")
    assert compiler(cache)(PAGE, Variant()) == compiler()(PAGE, Variant())


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(statements.os, "replace", full)
    assert compiler(tmp_path)(PAGE, Variant()) == compiler()(PAGE, Variant())
    assert entries(tmp_path) == []


def test_each_form_and_engine_has_an_entry_of_its_own(tmp_path: Path) -> None:
    column = "core.campaigns.delivery_errors"
    forms = [
        (compiler(tmp_path), Variant()),
        (compiler(tmp_path), Variant(sort="created")),
        (compiler(tmp_path), Variant(sort="created", descending=True)),
        (compiler(tmp_path), Variant(filters=frozenset({"queue"}))),
        (compiler(tmp_path), Variant(counted=True)),
        (compiler(tmp_path, dialect="postgres"), Variant()),
        (compiler(tmp_path, column), Variant()),
    ]
    found = [make(PAGE, form).sql for make, form in forms]
    assert len(set(found)) == len(forms)
    assert len(entries(tmp_path)) == len(forms)


def test_what_a_source_lacks_elsewhere_changes_no_entry(tmp_path: Path) -> None:
    compiler(tmp_path)(PAGE, Variant())
    compiler(tmp_path, "core.job_errors", "core.recipients.ctn_hash")(PAGE, Variant())
    assert len(entries(tmp_path)) == 1


def test_a_changed_file_is_compiled_anew(tmp_path: Path, write_sql: WriteSql) -> None:
    write_sql("campaigns/mine", "-- one\nselect c.status from core.campaigns c\n")
    before = compiler(tmp_path / "cache")("campaigns/mine", Variant())
    write_sql("campaigns/mine", "-- two\nselect c.mode from core.campaigns c\n")
    after = compiler(tmp_path / "cache")("campaigns/mine", Variant())
    assert "status" in before.sql
    assert "mode" in after.sql


def test_the_check_is_remembered_for_this_very_text(tmp_path: Path, write_sql: WriteSql) -> None:
    write_sql("campaigns/mine", "-- fine\nselect c.status from core.campaigns c\n")
    statements.check_once(tmp_path / "cache")
    (mark,) = entries(tmp_path / "cache")
    assert mark.name.startswith("checked-")
    write_sql("campaigns/mine", "-- not fine\nselect s.word from secrets s\n")
    with pytest.raises(StatementError, match="secrets"):
        statements.check_once(tmp_path / "cache")
    assert entries(tmp_path / "cache") == [mark], "what failed is not remembered"
    with pytest.raises(StatementError, match="secrets"):
        statements.check_once(None)


def test_chosen_texts_are_a_condition_on_each_row_where_a_page_ends_early() -> None:
    """DuckDB makes a join of `= any(…)`, below which it reads all recipients of a campaign for fifty of them."""
    chosen = Variant(filters=frozenset({"codes"}))
    page = replace(chosen, sort="id", limited=True)
    assert "list_contains" in compile_statement("recipients/page", page, "duckdb").sql.lower()
    assert "= ANY(" in compile_statement("recipients/page", page, "postgres").sql
    assert "= ANY(" in compile_statement("recipients/page", chosen, "duckdb").sql, "it is read whole"
    ids = compile_statement(
        "campaigns/progress", Variant(filters=frozenset({"scattered"}), counted=True), "duckdb"
    )
    assert "= ANY(" in ids.sql, "of ids a join is better"


def test_a_sort_by_what_no_two_rows_share_needs_no_tie_break() -> None:
    first = compile_statement("recipients/page", Variant(sort="id", after="value", limited=True), "duckdb")
    assert first.sql.endswith(
        "r.recipient_id > CAST($after_key AS BIGINT) ORDER BY r.recipient_id ASC LIMIT $limit"
    )
