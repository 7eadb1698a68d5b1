"""The operations dashboard, attacked by its own viewer: afterwards the database is what it was."""

from __future__ import annotations

import subprocess
import sys

import pytest

from campaignkit.assets import asset
from tests.importing.world import dump, rows
from tests.serve.voila.running import running
from tests.serve.voila.test_channels import HOSTILE

EVENTS = (
    "filter drop clear sort page open back refresh start approve reject cancel archive restore archive_all note export"
    " reveal ask poll tab view copy download act facets recipients errors audit x"
).split()
IDS = (
    "",
    "x",
    "../../etc/passwd",
    "' or 1=1 --",
    "<img src=x onerror=alert(1)>",
    "\0",
    "9" * 5000,
    None,
    7,
    [1],
    {"a": 1},
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("attack") / "sample.duckdb"
    command = [
        sys.executable,
        "-m",
        "campaignkit",
        "demo",
        str(path),
        "--campaigns",
        "40",
        "--recipients",
        "2000",
    ]
    subprocess.run(command, check=True, capture_output=True)
    return path


def test_whatever_a_viewer_s_page_sends_the_database_stays_the_same_and_nothing_of_the_inside_comes_out(
    sample, tmp_path
):
    before = dump(sample)
    ids = [str(row["external_id"]) for row in rows(sample, "select external_id from core.campaigns")]
    environment = {
        "CAMPAIGNKIT_DB": str(sample),
        "CAMPAIGNKIT_WORKSPACE": "master",
        "CAMPAIGNKIT_ROLE": "moderator",
    }
    with running(asset("dashboards"), tmp_path / "voila", environment, grace=30) as served:
        browser = served.browser()
        kernel = browser.open("operations.ipynb")
        with browser.connected(kernel) as socket:
            models = socket.models()
            assert models
            told = []
            socket.send("comm_open", {"comm_id": "all", "target_name": "jupyter.widget.control", "data": {}})
            socket.send("comm_msg", {"comm_id": "all", "data": {"method": "request_states"}})
            for kind, content in HOSTILE.items():
                socket.send(kind, content)
            for model in models:
                for event in EVENTS:
                    for value in (*IDS, *ids[:3]):
                        content = {"event": event, "id": value, "ids": [value], "key": value, "field": value,
                                   "value": value, "to": value, "action": event, "note": value, "yes": True}  # fmt: skip
                        socket.send(
                            "comm_msg", {"comm_id": model, "data": {"method": "custom", "content": content}}
                        )
                told += socket.settle()
                for name in ("listing", "detail", "notice", "_esm", "_css", "_view_module", "filter", "x"):
                    for value in IDS:
                        data = {"method": "update", "state": {name: value}, "buffer_paths": []}
                        socket.send("comm_msg", {"comm_id": model, "data": data})
                told += socket.settle()
        text = repr(told)
        for inside in ("Traceback", "site-packages", str(sample), "Catalog Error", "select "):
            assert inside not in text, inside
        assert served.process_of(kernel) is not None
    assert dump(sample) == before
