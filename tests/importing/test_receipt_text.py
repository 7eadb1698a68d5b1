"""The tolerant search in a receipt's text, held against every public receipt that was collected for it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import duckdb
import pytest

from campaignkit.assets import asset

PUBLIC = Path(__file__).parents[3] / "shared" / "data" / "receipts.tsv"

# The file's column -> the macro's key.
KEYS = {
    "id": "id", "sub": "sub", "dlvrd": "dlvrd", "submit": "submit_date", "done": "done_date", "stat": "stat",
    "err": "err", "text": "text",
}  # fmt: skip


def read(texts: list[str]) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        for statement in connection.extract_statements(
            asset("sql", "import", "receipt_text.sql").read_text()
        ):
            connection.execute(statement.query).complete()
        found = connection.execute(
            "select keys, receipt_problem(keys) from (select receipt_text(text) as keys from unnest($texts) t(text))",
            {"texts": texts},
        )
        return [{**keys, "problem": problem} for keys, problem in found.fetchall()]


@pytest.mark.skipif(
    not PUBLIC.exists(), reason="the public receipts are not here: shared/ does not lie beside the checkout"
)
def test_all_public_receipts_are_read_as_they_were_read_by_hand() -> None:
    with PUBLIC.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(expected) == 52
    found = read([row["receipt"] for row in expected])
    for row, keys in zip(expected, found, strict=True):
        assert {name: keys[key] or "" for name, key in KEYS.items()} == {
            name: row[name] or "" for name in KEYS
        }, row["receipt"]
        assert (keys["problem"] is None) == bool(row["id"] and row["stat"]), row["receipt"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("stat:DELIVRD id:7", {"id": "7", "stat": "DELIVRD", "err": None, "problem": None}),
        (
            "ID:7 STAT:delivrd SUBMITDATE:2603020800",
            {"id": "7", "stat": "delivrd", "submit_date": "2603020800"},
        ),
        ("id: 7 stat: DELIVRD err: 001", {"id": "7", "stat": "DELIVRD", "err": "001"}),
        ("id: sub:001 stat:DELIVRD", {"id": None, "sub": "001", "problem": "receipt_without_id"}),
        ("id:7 err:MK:0001 stat:UNDELIV", {"err": "MK:0001"}),
        (
            "id:7 stat:UNDELIV text:id:8 stat:DELIVRD",
            {"id": "7", "stat": "UNDELIV", "text": "id:8 stat:DELIVRD"},
        ),
        ("text:Hello id:7 stat:UNDELIV", {"id": "7", "stat": "UNDELIV"}),
        ("valid:7 rebate:1 stats:2", {"id": None, "stat": None, "problem": "not_a_receipt"}),
        ("my id:7 thanks", {"problem": "not_a_receipt"}),
        ("id:7 submit date:1 done date:2", {"problem": "receipt_without_stat"}),
        ("", {"problem": "not_a_receipt"}),
        ("id:7\nstat:DELIVRD\ttext:a\nb", {"id": "7", "stat": "DELIVRD", "text": "a\nb"}),
    ],
)
def test_each_key_is_found_on_its_own(text: str, keys: dict[str, Any]) -> None:
    (found,) = read([text])
    assert {key: found[key] for key in keys} == keys
