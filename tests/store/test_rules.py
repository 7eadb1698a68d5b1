"""The contract as counting queries: each rule, broken once, is found, counted, and alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from campaignkit.assets import asset
from campaignkit.services import check as check_module
from campaignkit.services.check import Violation, check
from campaignkit.services.refresh import refresh
from campaignkit.store.duckdb import DuckStore
from campaignkit.store.probe import COUNTS
from campaignkit.store.rules import rules
from campaignkit.store.statements import column_types
from tests import world
from tests.postgres import Server
from tests.world import NOW

CORE = (
    "workspaces",
    "campaigns",
    "recipients",
    "state_events",
    "job_errors",
    "audit_events",
    "recipient_numbers",
)

# A second row of each relation, as it may be: its keys are new, the rest is taken from a sound row.
NEW_KEYS: dict[str, dict[str, str]] = {
    "core.workspaces": {"workspace_id": "'new'"},
    "core.campaigns": {"campaign_id": "91", "external_id": "'00000000-0000-0000-0000-000000000091'::uuid"},
    "core.recipients": {"recipient_id": "91"},
    "core.state_events": {"event_id": "91"},
    "core.job_errors": {"job_error_id": "91"},
    "core.audit_events": {"audit_id": "91"},
    "core.recipient_numbers": {"recipient_id": "91"},
}
# (relation, rule) -> what the row says that breaks this rule and no other. Rules named …_not_null say themselves.
BROKEN: dict[tuple[str, str], dict[str, str]] = {
    ("core.campaigns", "status_check"): {"status": "'Sent'"},
    ("core.campaigns", "moderation_check"): {"moderation": "'approved'"},
    ("core.campaigns", "mode_check"): {"mode": "'Burst'"},
    ("core.campaigns", "total_check"): {"total": "-1"},
    ("core.campaigns", "delivery_errors_check"): {"delivery_errors": "-1"},
    ("core.campaigns", "workspace_id_known"): {"workspace_id": "'nowhere'"},
    ("core.campaigns", "campaign_id_unique"): {"campaign_id": "1"},
    ("core.campaigns", "external_id_unique"): {"external_id": "'00000001-0000-0000-0000-000000000000'::uuid"},
    ("core.campaigns", "expired_without_window"): {"status": "'Expired'", "mode": "'OnTime'"},
    ("core.campaigns", "archived_while_live"): {"status": "'Paused'"},  # and it is in the archive, see below
    ("core.campaigns", "campaign_beyond_calendar"): {"start_at": "'infinity'"},
    ("core.recipients", "recipient_beyond_calendar"): {"dlr_at": "'-infinity'"},
    ("core.state_events", "state_event_beyond_calendar"): {"occurred_at": "'infinity'"},
    ("core.job_errors", "job_error_beyond_calendar"): {"occurred_at": "'10000-01-01 00:00:00Z'"},
    ("core.audit_events", "audit_event_beyond_calendar"): {"occurred_at": "'-infinity'"},
    ("core.workspaces", "workspace_id_unique"): {"workspace_id": "'retail'"},
    ("core.recipients", "stage_check"): {"stage": "'Lost'", "sent_at": "null"},
    ("core.recipients", "sms_result_check"): {"sms_result": "'Delivered'"},
    ("core.recipients", "ctn_tail_check"): {"ctn_tail": "'01234'"},
    ("core.recipients", "parts_check"): {"parts": "-1"},
    ("core.recipients", "campaign_id_recipient_id_unique"): {"recipient_id": "1"},
    ("core.recipients", "campaign_id_known"): {"campaign_id": "404"},
    ("core.recipients", "new_with_receipt"): {"stage": "'New'", "sent_at": "null", "smpp_code": "'DELIVRD'"},
    ("core.recipients", "sent_without_stage"): {"stage": "'Failed'"},
    ("core.state_events", "event_id_unique"): {"event_id": "1"},
    ("core.state_events", "campaign_id_known"): {"campaign_id": "404"},
    ("core.job_errors", "job_error_id_unique"): {"job_error_id": "1"},
    ("core.job_errors", "campaign_id_known"): {"campaign_id": "404"},
    ("core.audit_events", "audit_id_unique"): {"audit_id": "1"},
}
FOUND = [(rule.relation, rule.name) for rule in rules()]
# What foreign SQL does that leaves a count wrong which says that it holds.
MISCOUNTED = {
    ("kit.counted", "counted_as_parts"): "update kit.counted set sent = sent + 1",
    ("kit.counted_parts", "counted_parts_as_rows"): "update core.recipients set esme = 'other'",
    ("kit.counted_quarters", "counted_quarters_as_rows"): "update kit.counted_quarters set delivered = 7",
}
RULES = [rule for rule in FOUND if rule not in MISCOUNTED]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """Return a sound database with one row in each relation, whose tables of core.* constrain nothing."""
    store = world.make(tmp_path_factory.mktemp("rules") / "sound.duckdb", cache=cache)
    with store.writing() as session:
        world.workspace(session, "retail")
        world.campaign(session, 1, mode="Spread", total=1, delivery_errors=0)
        world.recipient(session, 1, 1)
        session.script(asset("sql", "schema", "006_numbers.sql").read_text())  # as a source may have it
        world.insert(session, "core.recipient_numbers", campaign_id=1, recipient_id=1, ctn="+447946000901")
        row: dict[str, Any] = {"campaign_id": 1, "occurred_at": NOW}
        world.insert(session, "core.state_events", event_id=1, phase="Done", **row)
        world.insert(
            session, "core.job_errors", job_error_id=1, phase="Building", code="X", message="m", **row
        )
        world.insert(
            session, "core.audit_events", audit_id=1, workspace_id="retail", action="note", actor="a", **row
        )
    assert check(store).violations == (), "a clean world breaks no rule"
    with duckdb.connect(str(store.path)) as connection:
        for name in CORE:
            connection.execute(f"create table kit.{name}_copy as from core.{name}")
        connection.execute("drop schema core cascade; create schema core")
        for name in CORE:
            connection.execute(
                f"create table core.{name} as from kit.{name}_copy; drop table kit.{name}_copy"
            )
    return store.path


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    """Return a copy of the sound database, to be broken."""
    return Path(shutil.copy(sound, tmp_path / "db.duckdb"))


def add(path: Path, relation: str, changes: dict[str, str], *, times: int = 1) -> None:
    """Add a row like the sound one, but for its keys and the *changes*."""
    replaced = ", ".join(f"{value} as {name}" for name, value in (NEW_KEYS[relation] | changes).items())
    with duckdb.connect(str(path)) as connection:
        for _ in range(times):
            connection.execute(
                f"insert into {relation} select * replace ({replaced}) from {relation} limit 1"
            )


@pytest.fixture(autouse=True)
def no_planning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what `check` does first, planning every statement: test_engines does that, and it takes long."""
    monkeypatch.setattr(check_module, "names", list)


def violations(path: Path, cache: Path) -> tuple[Violation, ...]:
    return check(DuckStore(path, cache=cache).open()).violations


def breaking(relation: str, rule: str) -> dict[str, str]:
    column = rule.removesuffix("_not_null")
    return {column: "null"} if column != rule else BROKEN[relation, rule]


@pytest.mark.parametrize(("relation", "rule"), RULES)
def test_a_broken_rule_is_found_counted_and_alone(path: Path, cache: Path, relation: str, rule: str) -> None:
    add(path, relation, breaking(relation, rule))
    if rule == "archived_while_live":
        with duckdb.connect(str(path)) as connection:
            connection.execute("insert into kit.archived values (91, now(), 'ann')")
    assert violations(path, cache) == (Violation(rule=rule, relation=relation, count=1),)


@pytest.mark.parametrize(("relation", "rule"), MISCOUNTED)
def test_a_count_that_is_not_what_the_rows_say_is_found(
    path: Path, cache: Path, relation: str, rule: str
) -> None:
    refresh(DuckStore(path, writable=True, cache=cache).open(), now=NOW)
    assert violations(path, cache) == ()
    with duckdb.connect(str(path)) as connection:
        connection.execute(MISCOUNTED[relation, rule])
    assert violations(path, cache) == (Violation(rule=rule, relation=relation, count=1),)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update core.campaigns set updated_at = updated_at + interval '1 second'")
    remaining = [found.rule for found in violations(path, cache)]
    assert remaining == [rule] * (rule == "counted_as_parts"), "what does not say that it holds is not wrong"


@pytest.mark.parametrize("relation", NEW_KEYS)
def test_a_sound_row_more_breaks_nothing(path: Path, cache: Path, relation: str) -> None:
    add(path, relation, {})
    assert violations(path, cache) == ()


def test_every_row_that_breaks_a_rule_is_counted(path: Path, cache: Path) -> None:
    add(path, "core.recipients", {"recipient_id": "1", "sms_result": "'maybe'"}, times=3)
    assert {(found.rule, found.count) for found in violations(path, cache)} == {
        ("sms_result_check", 3),
        ("campaign_id_recipient_id_unique", 3),  # three more than there may be
    }


def test_a_null_breaks_not_null_and_no_check_beside_it(path: Path, cache: Path) -> None:
    add(path, "core.campaigns", {"mode": "null", "total": "null", "delivery_errors": "null"})
    add(path, "core.audit_events", {"campaign_id": "null"})
    assert violations(path, cache) == (), "these may be null"


def test_there_is_a_rule_for_every_constraint_that_the_engine_knows(tmp_path: Path, cache: Path) -> None:
    """The other way round: what DuckDB enforces on our own tables is what `check` looks for in foreign ones."""
    store = world.make(tmp_path / "own.duckdb", cache=cache)
    with store.reading() as session:
        enforced = session.connection.execute(
            "select 'core.' || table_name, constraint_type, constraint_column_names from duckdb_constraints()"
            " where schema_name = 'core'"
        ).fetchall()
    suffix = {
        "NOT NULL": "not_null",
        "CHECK": "check",
        "UNIQUE": "unique",
        "PRIMARY KEY": "unique",
        "FOREIGN KEY": "known",
    }
    expected = {(relation, f"{'_'.join(columns)}_{suffix[kind]}") for relation, kind, columns in enforced}
    assert len(expected) > 40
    assert expected <= set(FOUND)
    added = set(FOUND) - expected
    assert {rule for _, rule in added} == {
        "campaign_id_recipient_id_unique",  # the key that our own files leave out
        "campaign_id_known",
        "recipient_id_not_null",  # of the numbers, which our own files leave to another file
        "ctn_not_null",
        "campaign_id_not_null",
        *(path.stem for path in Path(__file__).parents[2].joinpath("sql", "checks").glob("*.sql")),
    }


def test_each_rule_has_a_name_of_its_own_and_reads_its_relation() -> None:
    assert len(set(FOUND)) == len(FOUND)
    for rule in rules():
        assert re.search(rf"\b{re.escape(rule.relation)}\b", rule.sql), rule.name
        assert rule.relation in {*NEW_KEYS, *COUNTS}, (
            f"{rule.name} is about {rule.relation}, which is no relation of the contract"
        )


def test_a_table_of_breaches_for_rules_that_are_gone_would_be_noticed() -> None:
    assert set(BROKEN) <= set(RULES)


# ── what a source provides ───────────────────────────────────────────────────


def test_relations_are_named_as_table_view_or_missing(path: Path, cache: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table core.job_errors")
        connection.execute("create table kit.events as from core.state_events; drop table core.state_events")
        connection.execute("create view core.state_events as from kit.events")
    found = check(DuckStore(path, cache=cache).open())
    assert found.relations == {
        "core.audit_events": "table",
        "core.campaigns": "table",
        "core.job_errors": "missing",
        "core.recipient_numbers": "table",
        "core.recipients": "table",
        "core.state_events": "view",
        "core.workspaces": "table",
        "kit.archived": "table",
        "kit.audit_events": "table",
        "kit.exports": "table",
        "kit.members": "table",
        "kit.stat_aliases": "table",
    }
    assert found.violations == (), "what is missing breaks nothing"


@pytest.mark.parametrize("column", ["core.campaigns.delivery_errors", "core.recipients.ctn_hash"])
def test_a_column_that_may_be_missing_breaks_nothing(path: Path, cache: Path, column: str) -> None:
    schema, table, name = column.split(".")
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"alter table {schema}.{table} drop column {name}")
    assert violations(path, cache) == ()


def test_a_view_is_held_to_the_same_contract(path: Path, cache: Path) -> None:
    add(path, "core.campaigns", {"status": "'Sent'"}, times=1)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table kit.raw as from core.campaigns; drop table core.campaigns")
        connection.execute("create view core.campaigns as from kit.raw")
    assert violations(path, cache) == (Violation(rule="status_check", relation="core.campaigns", count=1),)


@pytest.mark.parametrize(
    ("relation", "column", "kind"),
    [
        ("core.campaigns", "external_id", "integer"),
        ("core.campaigns", "created_at", "varchar"),
        ("core.campaigns", "updated_at", "timestamp"),
        ("core.campaigns", "total", "double"),
        ("core.recipients", "stage", "boolean"),
        ("core.job_errors", "occurred_at", "date"),
    ],
)
def test_a_column_of_another_type_is_a_broken_rule_by_itself(
    path: Path, cache: Path, relation: str, column: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # every statement is planned, or left alone where it could not be
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table kit.raw as from {relation}; drop table {relation}")
        connection.execute(
            f"create view {relation} as select * replace (null::{kind} as {column}) from kit.raw"
        )
    assert violations(path, cache) == (Violation(rule=f"{column}_type", relation=relation, count=1),)


def test_types_that_do_for_each_other_break_nothing(path: Path, cache: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table kit.raw as from core.recipients; drop table core.recipients")
        connection.execute(
            "create view core.recipients as select * replace (parts::integer as parts) from kit.raw"
        )
    assert violations(path, cache) == ()


# ── on a server ──────────────────────────────────────────────────────────────


def test_a_server_counts_the_same(sound: Path, postgres: Server) -> None:
    """Each rule broken once on PostgreSQL too, where most foreign sources are: it is counted, once, and alone."""
    name = postgres.create("broken_rules")
    with duckdb.connect(str(sound), read_only=True) as source, postgres.connect(name) as target:
        target.execute(
            "create schema core; create schema kit; create table kit.archived (campaign_id bigint)"
        )
        target.execute("insert into kit.archived values (91)")
        for relation in NEW_KEYS:
            found = source.execute(f"select * from {relation}")
            columns = [column[0] for column in found.description or ()]
            types = column_types(relation)
            target.execute(
                f"create table {relation} ({', '.join(f'{c} {types[c]}' for c in columns)})".encode()
            )
            marks = ", ".join(["%s"] * len(columns))
            for row in found.fetchall():
                target.execute(f"insert into {relation} values ({marks})".encode(), row)
        asked = [rule for rule in rules() if rule.relation in NEW_KEYS]

        def broken() -> list[tuple[str, str, int]]:
            return [
                (rule.relation, rule.name, count)
                for rule in asked
                for (count,) in target.execute(rule.sql.encode())
                if count
            ]

        assert broken() == []
        for relation, rule in RULES:
            changes = NEW_KEYS[relation] | breaking(relation, rule)
            columns = list(column_types(relation))
            values = ", ".join(changes.get(column, column) for column in columns)
            with target.transaction(force_rollback=True):
                target.execute(
                    f"insert into {relation} ({', '.join(columns)}) select {values} from {relation} limit 1".encode()
                )
                assert broken() == [(relation, rule, 1)]
    postgres.drop(name)
