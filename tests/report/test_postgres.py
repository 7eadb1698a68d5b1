"""The same data in PostgreSQL makes the same snapshot; what a login may not read is said to be missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import campaignkit
from campaignkit.kit import Kit
from campaignkit.report import making
from campaignkit.report.checking import Status, verify
from campaignkit.report.sealed import Sealed
from campaignkit.report.snapshot import take
from campaignkit.report.wanted import Facts, Wanted
from tests import world
from tests.postgres import PREPARED, Server, as_login
from tests.report.test_making import drawn_here
from tests.store.engines import copy
from tests.world import NOW, ago


def test_one_snapshot_from_both_engines(
    prepared: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "world.duckdb"
    url = prepared.url(prepared.create("reported", template=PREPARED))
    with world.make(path).writing() as session, prepared.connect("reported") as connection:
        world.workspace(session, "retail", "Europe/Vilnius")
        world.campaign(
            session, 1, name="List, of “ą” and\n37061234567", saddr="+37061234567", window_from="18:00"
        )
        for number in range(1, 60):
            result = (
                {"smpp_code": "DELIVRD", "sms_result": "delivered", "dlr_at": ago(minutes=59)}
                if number % 3
                else {}
            )
            world.recipient(session, 1, number, esme="a" if number % 2 else None, ctn_hash=f"v1:{number % 40:064x}",
                            smsid="" if number == 1 else f"{number:08x}", **result)  # fmt: skip
        world.insert(session, "core.audit_events", audit_id=1, workspace_id="retail", campaign_id=1, action="note",
                     actor="eve@example.com", note="tell bob@example.com, +370 (612) 345-67, 37061234567, until 2026-11-17 18:00", occurred_at=ago(hours=1))  # fmt: skip
        copy(session, connection)

    def taken(place: str, kit: Kit) -> tuple[Facts, dict[str, Any]]:
        facts = take(kit, Wanted(filter="status=Done"), tmp_path / place)
        sealed = Sealed(tmp_path / place)
        rows = {name: sealed.ask(f"from {name}", {}).rows for name in sealed.columns}
        sealed.close()
        return facts, {name: (sealed.columns[name], rows[name]) for name in rows}

    facts, files = taken("a", campaignkit.open(path, workspace="master", now=NOW))
    theirs, same = taken("b", campaignkit.open(url, workspace="master", now=NOW))
    assert same == files
    assert facts.missing == theirs.missing == ()
    assert (facts.source, theirs.source) == ("duckdb", "postgres")
    vera = as_login(url, "vera_reports", "campaignkit_viewer")
    fewer, other = taken("c", campaignkit.open(vera, workspace="master", now=NOW))
    assert fewer.missing == ("ctn_hash",) and {name for name in files if files[name] != other[name]} == {
        "recipients"
    }

    monkeypatch.setattr(making.notebooks, "executed", drawn_here)
    olga = as_login(url, "olga_reports", "campaignkit_operator")
    operator = campaignkit.open(olga, workspace="master", role="operator", now=NOW)
    made = making.run(operator, tmp_path / "out", filter="status=Done")
    assert made.unaudited == "" and verify(made.folder).status is Status.IDENTICAL
    newest = operator.audit.of(str(next(iter(operator.campaigns.page().rows)).external_id)).rows[0]
    assert (newest.action, newest.actor) == ("report_sealed", "olga_reports")
