"""Both engines behind one question, so that the same rows can be asked from both."""

from __future__ import annotations

import re
from typing import Any

import psycopg

from campaignkit.assets import asset
from campaignkit.store.duckdb import Session

PARTS = ("001_core", "002_core_optional", "003_kit", "006_numbers", "007_counts")


def schema(missing: frozenset[str] = frozenset()) -> list[str]:
    """Return what makes an empty database whose source lacks the *missing* relations and columns."""
    text = "".join(asset("sql", "schema", f"{part}.sql").read_text(encoding="utf-8") for part in PARTS)
    statements = [statement for statement in re.sub(r"--[^\n]*", "", text).split(";") if statement.strip()]
    for name in sorted(missing):
        relation, column = (".".join(name.split(".")[:2]), name.split(".")[2:])
        created = f"create table if not exists {relation} ("
        (at,) = (place for place, statement in enumerate(statements) if created in statement)
        if column:
            statements[at], lines = re.subn(rf"\n\s*{column[0]}\s[^\n]*", "", statements[at])
            assert lines == 1, name
        else:
            del statements[at]
    return statements


def copy(source: Session, target: psycopg.Connection[Any]) -> None:
    """Copy every row of core.* and kit.* into PostgreSQL tables of the same shape."""
    for relation in RELATIONS:
        found = source.connection.execute(f"select * from {relation}")
        columns = [column[0] for column in found.description or ()]
        rows = found.fetchall()
        marks = ", ".join(["%s"] * len(columns))
        with target.cursor() as cursor:
            cursor.executemany(f"insert into {relation} ({', '.join(columns)}) values ({marks})", rows)  # type: ignore[arg-type]


RELATIONS = (
    "core.workspaces",
    "core.campaigns",
    "core.recipients",
    "core.state_events",
    "core.job_errors",
    "core.audit_events",
    "kit.audit_events",
    "kit.members",
    "kit.archived",
    "kit.exports",
    "kit.counted",
    "kit.counted_parts",
    "kit.counted_quarters",
    "kit.counted_totals",
)
