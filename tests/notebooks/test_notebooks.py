"""Every notebook and dashboard is executed, and what it shows is compared with what the package answers.

nbval runs the cells too (`make test`), but passes on outputs that were stripped; these assertions can fail.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pytest
from nbclient import NotebookClient

import campaignkit
from campaignkit import CampaignFilter, Status
from campaignkit.domain.filters import View
from tests import world
from tests.services.conftest import every_status

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("dashboards/*.ipynb")])
FAILING = "00000004"
WITHOUT_A_LIST = {"incident_report", "campaign", "board"}  # the first runs in tests/report
WITH_A_LIST = [path for path in NOTEBOOKS if path.stem not in WITHOUT_A_LIST]
LEAK = "+44794600990"  # what every full number begins with
WIDGETS = "application/vnd.jupyter.widget-state+json"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notebooks") / "world.duckdb"
    store = world.make(path)
    with store.writing() as session:
        every_status(session)
        for number in range(3):
            world.recipient(session, 4, number, smpp_code="UNDELIV", sms_result="failed", esme="alfa")
    with duckdb.connect(str(path.with_name(f"{path.name}.numbers.duckdb"))) as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.recipient_numbers as select 4::bigint as campaign_id, n as recipient_id,"
            f" '{LEAK}' || n as ctn from range(3) as r(n)"
        )
    return path


def executed(notebook: Path, db: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CAMPAIGNKIT_DB", str(db))
    monkeypatch.setenv("CAMPAIGNKIT_WORKSPACE", "master")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(db.parent / "ipython"))
    found = nbformat.read(notebook, as_version=4)
    NotebookClient(
        found, timeout=60, kernel_name="python3", resources={"metadata": {"path": db.parent}}
    ).execute()
    assert LEAK not in nbformat.writes(found), "a full number is saved with the notebook"
    return found


def widgets(notebook: Any) -> list[dict[str, Any]]:
    return [model["state"] for model in notebook.metadata.widgets[WIDGETS]["state"].values()]


VIEWS = {"01_campaigns": View.CAMPAIGNS, "02_campaign": View.CAMPAIGNS, "03_moderation": View.QUEUE}


@pytest.mark.parametrize("path", WITH_A_LIST, ids=lambda path: path.stem)
def test_a_notebook_shows_the_campaigns_that_the_package_answers(
    path: Path, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = executed(path, db, monkeypatch)
    (state,) = [state for state in widgets(found) if state.get("listing")]
    kit = campaignkit.open(db, workspace="master")
    view = VIEWS.get(path.stem, View.CAMPAIGNS)
    assert [row["external_id"] for row in state["listing"]["rows"]] == [
        row.external_id for row in kit.campaigns.page(CampaignFilter(view=view)).rows
    ]
    assert state["tiles"]["kpis"]["total"] == kit.campaigns.kpis().total


def test_the_campaign_notebook_opens_the_one_with_the_most_failed_messages(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = executed(ROOT / "notebooks" / "02_campaign.ipynb", db, monkeypatch)
    (state,) = [state for state in widgets(found) if state.get("detail")]
    assert state["detail"]["campaign"]["external_id"].startswith(FAILING)
    outputs = [cell.outputs[-1]["data"] for cell in found.cells if cell.cell_type == "code" and cell.outputs]
    assert "shape: (3, 5)" in outputs[-2]["text/html"] and "****0123" in outputs[-2]["text/html"]


def test_the_list_notebook_ends_with_the_failed_campaigns_as_a_frame(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = executed(ROOT / "notebooks" / "01_campaigns.ipynb", db, monkeypatch)
    kpis, frame = [cell for cell in found.cells if cell.cell_type == "code"][-2:]
    kit = campaignkit.open(db, workspace="master")
    assert kpis.outputs[-1]["data"]["text/plain"] == repr(kit.campaigns.kpis())
    (failed,) = kit.campaigns.page(CampaignFilter(statuses={Status.FAILED})).rows  # type: ignore[arg-type]
    html = frame.outputs[-1]["data"]["text/html"]
    assert failed.external_id[:20] in html and "shape: (1, 5)" in html


def test_the_campaign_dashboard_shows_the_one_that_its_address_names_and_no_list(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUERY_STRING", f"campaign={FAILING}")
    found = executed(ROOT / "dashboards" / "campaign.ipynb", db, monkeypatch)
    (state,) = [state for state in widgets(found) if state.get("detail")]
    assert state["detail"]["campaign"]["external_id"].startswith(FAILING)
    assert state["detail"]["badge"]["failed_rows"] == 3
    assert not state["listing"] and not state["tiles"]


def test_the_board_dashboard_shows_what_is_sending(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = executed(ROOT / "dashboards" / "board.ipynb", db, monkeypatch)
    (state,) = [state for state in widgets(found) if state.get("board")]
    board = campaignkit.open(db, workspace="master").board()
    assert [line["external_id"] for line in state["board"]["lines"]] == [
        line.external_id for line in board.lines
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin_and_clean(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(cells) <= (12 if path.parent.name == "notebooks" else 6)
    for cell in code:
        source = "".join(cell["source"])
        assert not cell["outputs"] and cell["execution_count"] is None
        assert len(source.splitlines()) <= 8
        assert "def " not in source and "from core." not in source
