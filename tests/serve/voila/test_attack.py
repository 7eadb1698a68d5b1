"""Each dashboard, attacked by its own viewer with all that the issue names: afterwards the database is what it was.

What is sent is read off the code, so that a wish which is added is attacked too.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

import campaignkit
from campaignkit.assets import asset
from campaignkit.domain.lifecycle import Event
from campaignkit.ui import front_end
from campaignkit.ui.dashboard import DASHBOARDS
from tests.importing.world import dump, rows
from tests.serve.voila.running import Browser, running
from tests.serve.voila.test_channels import HOSTILE

SECRET = "between the proxy and the dashboards"
EVE = {"X-Forwarded-User": "eve", "X-CK-Proxy-Secret": SECRET}
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(front_end.FOLDER.glob("*.js")))
PARTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(front_end.FOLDER.parent.glob("*.py")))
# what a page can wish for, what a kernel that acts would do, what was never there
EVENTS = sorted(
    {
        *re.findall(r'event: "([\w-]+)"', SCRIPTS),
        *re.findall(r'^ *"([\w-]+)": (?:self\.)?_?\w+,$', PARTS, re.MULTILINE),
    }
    | {"act", "archive-all", "archive-count", "download", "export-create", "reveal", "click", "submit", "x"}
    | {event.value for event in Event}
)
CURSORS = ("eyJrIjoxfQ==", "created desc|2026-01-01|x", "next", "previous", "first")
VALUES = (
    "", "../../etc/passwd", "' or 1=1; drop table core.campaigns --", "<img src=x onerror=alert(1)>", "\0", "9" * 5000, None,
    -1, 2**70, True, [1], {"a": [[]]}, *CURSORS,
)  # fmt: skip
FIELDS = (
    "id key field value to action note tab sub query view recipient code esme sort after cursor offset export"
).split()
TRAITS = (
    "scope tiles listing detail notice pace answered board title text reference link _esm _css _anywidget_id _view_module"
    " _view_name _model_module _model_name layout tooltip comm _dom_classes tabbable filter _kit _store x"
).split()
PATHS = (
    "/voila/render/../operations.ipynb", "/voila/render/..%2f..%2fetc%2fpasswd", "/voila/render/operations.ipynb%00",
    "/voila/files/operations.ipynb", "/voila/files/../{db}", "/files/operations.ipynb", "/files/{db}", "/{db}", "/notebooks/",
    "/voila/tree", "/voila/api/contents/", "/api/contents", "/api/contents/operations.ipynb", "/api/kernels", "/api/sessions",
    "/api/kernelspecs", "/api/terminals", "/voila/static/x/..%2f..%2f{db}", "/voila/templates/campaignkit/static/../index.html.j2",
    "/nbconvert/html/operations.ipynb", "/voila/query/{kernel}", "//etc/passwd",
)  # fmt: skip


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("attack") / "sample.duckdb"
    size = ["--campaigns", "40", "--recipients", "2000"]
    command = [sys.executable, "-m", "campaignkit", "demo", str(path), *size]
    subprocess.run(command, check=True, capture_output=True)
    campaignkit.open(path, workspace="master").campaigns.count()  # makes the two small files beside it
    return path


@pytest.fixture(scope="module")
def ids(sample):
    """A campaign that is sending, one that is done, one that waits for a moderator."""
    found = rows(
        sample,
        "select distinct on (status) external_id, status from core.campaigns"
        " where status in ('Sending', 'Done', 'New') order by status, campaign_id desc",
    )
    return {row["status"]: str(row["external_id"]) for row in found}


@pytest.fixture(scope="module")
def attacked(sample, tmp_path_factory):
    """The real dashboards behind a proxy, on a server whose own environment would let anybody act."""
    environment = {
        "CAMPAIGNKIT_DB": str(sample),
        "CAMPAIGNKIT_WORKSPACE": "master",
        "CAMPAIGNKIT_ROLE": "moderator",
        "CAMPAIGNKIT_PROXY_SECRET": SECRET,
    }
    folder = tmp_path_factory.mktemp("voila")
    with running(asset("dashboards"), folder, environment, grace=30, first_grace=60) as served:
        yield served


def state(path: Path) -> tuple[list[str], str, list[str]]:
    """Return what the database holds, its bytes, and what lies beside it."""
    return (
        dump(path),
        hashlib.sha256(path.read_bytes()).hexdigest(),
        sorted(p.name for p in path.parent.iterdir()),
    )


def messages(ids, values):
    """Yield every wish with every value in every field, then in each tab of a campaign, then what would change it."""
    for value in (*values, ids["Done"]):
        for event in EVENTS:
            yield {
                "event": event,
                "yes": True,
                "quiet": value,
                "seen": {"status": value},
                **dict.fromkeys(FIELDS, value),
            }
    yield {"event": "open", "id": ids["Sending"]}
    for tab in ("recipients", "errors", "export", "audit", "overview"):
        yield {"event": "tab", "tab": tab}
        for event in EVENTS:
            yield {
                "event": event,
                **dict.fromkeys(FIELDS, CURSORS[0]),
                "id": ids["Sending"],
                "seen": None,
                "note": "x",
            }
    for id in ids.values():
        for event in Event:
            for seen in (
                None,
                {"status": "New", "moderation": "Approved"},
                {"status": "Done", "moderation": "Approved"},
            ):
                yield {"event": "act", "action": event.value, "id": id, "seen": seen, "note": "eve was here"}


def kernel_requests(socket, proof):
    """Send what only a notebook may, on every channel."""
    sent = set()
    for channel in ("shell", "control", "stdin", "iopub"):
        for kind, content in HOSTILE.items():
            hostile = {
                key: value % str(proof) if key == "code" and "%r" in str(value) else value
                for key, value in content.items()
            }
            sent.add(socket.send(kind, hostile, channel))
    return sent


@pytest.mark.parametrize("name", DASHBOARDS)
def test_whatever_a_viewer_sends_the_database_stays_the_same_and_nothing_of_the_inside_comes_out(
    attacked, sample, ids, tmp_path, name
):
    before, proof = state(sample), tmp_path / "proof"
    eve = attacked.browser(**EVE)
    kernel = eve.open(f"{name}.ipynb?campaign={ids['Sending']}")
    process = attacked.process_of(kernel)
    with eve.connected(kernel) as socket:
        models = socket.models()
        assert len(models) >= 2, "the widget and its layout, displayed or not"
        asked = socket.ask_states()
        told = socket.answers(asked, until=lambda message: "states" in message["content"].get("data", {}))
        sent = kernel_requests(socket, proof)
        told += socket.settle()
        for model in models:
            for content in messages(ids, VALUES if name == "operations" else VALUES[::2]):
                socket.send("comm_msg", {"comm_id": model, "data": {"method": "custom", "content": content}})
            told += socket.settle(timeout=60)
            for value in VALUES:
                data = {"method": "update", "state": dict.fromkeys(TRAITS, value), "buffer_paths": [[value]]}
                socket.send("comm_msg", {"comm_id": model, "data": data})
            for trait in TRAITS:
                data = {"method": "update", "state": {trait: VALUES[3]}, "buffer_paths": []}
                socket.send("comm_msg", {"comm_id": model, "data": data})
            for method in ("request_state", "echo_update", "backbone", "", None, 7):
                socket.send(
                    "comm_msg", {"comm_id": model, "data": {"method": method, "content": {"event": "click"}}}
                )
            told += socket.settle(timeout=60)
        answered = {message["parent"].get("msg_id") for message in told} & sent
        assert answered == set(), "not one request of a notebook is answered"
        outside(attacked, eve, kernel, sample)
        for model in models:
            socket.send("comm_close", {"comm_id": model, "data": {}})
        told += socket.settle(timeout=60)
    text = repr(told)
    for inside in ("Traceback", "site-packages", str(sample), sample.name, "Catalog Error", "select "):
        assert inside not in text, inside
    assert not proof.exists()
    assert process.is_running() and attacked.process_of(kernel) is not None
    eve.close(kernel)
    assert state(sample) == before


def outside(attacked, eve: Browser, kernel: str, sample: Path) -> None:
    """Try every address that could end a kernel, list, fetch, or let somebody else in."""
    token = {"X-XSRFToken": eve.cookies["_xsrf"]}
    for method in ("DELETE", "POST", "PUT", "PATCH"):
        for path in ("", "/restart", "/interrupt"):
            assert eve.ask(f"/api/kernels/{kernel}{path}", method, "{}", **token).status in (403, 404, 405)
    for path in PATHS:
        answer = eve.ask(path.format(db=sample.name, kernel=kernel), **token)
        assert answer.status == 404, path
        assert "root:" not in answer.text and "cells" not in answer.text
    stranger = attacked.browser(**EVE)
    stranger.ask("/")
    for cookies in ({}, stranger.cookies):
        stranger.cookies = cookies
        with pytest.raises(InvalidStatus, match="404"), stranger.connected(kernel):
            pass
        assert stranger.ask(f"/api/kernels/{kernel}").status == 404
    for origin in ("https://evil.example", "null", None):
        with pytest.raises(InvalidStatus, match="403"), eve.connected(kernel, origin=origin):
            pass
    for forged in (
        {"X-Forwarded-User": "eve"},
        {"X-Forwarded-User": "root", "X-CK-Proxy-Secret": ""},
        {"X-Forwarded-User": "eve", "X-CK-Proxy-Secret": SECRET[:-1]},
        {"X-CK-Proxy-Secret": SECRET},
        {"X-Forwarded-User": "eve\tadmin", "X-CK-Proxy-Secret": SECRET},
        {"Remote-User": "eve", "Authorization": f"token {SECRET}"},
    ):
        nobody = attacked.browser(**forged)
        nobody.cookies = eve.cookies
        assert nobody.ask("/voila/render/operations.ipynb").status == 403, forged
        with pytest.raises(InvalidStatus, match="40[34]"), nobody.connected(kernel):
            pass


FRESH = """
import sys
import campaignkit
shown = campaignkit.ui.dashboard({name!r})
assert not shown._kit.acts and not shown._kit._store.writable, shown._kit
try:
    shown._kit._store.writing().__enter__()
except campaignkit.CampaignKitError as error:
    print(error)
with shown._kit._store.reading() as session:
    try:
        session.connection.execute("update core.campaigns set status = 'Cancelled'").fetchall()
    except Exception as error:
        print(type(error).__name__)
print(*sorted(sys.modules))
"""
ACTING = (
    "services.actions",
    "services.exports",
    "services.kept",
    "ui.acting",
    "ui.exports",
    "importing",
    "demo",
    "report",
    "cli",
)
HEAVY = ("altair", "polars", "pandas", "numpy", "pyarrow", "vl_convert", "sqlglot", "lark", "jsonschema")


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_s_kernel_holds_no_code_that_acts_no_store_that_writes_and_nothing_heavy(
    sample, ids, tmp_path, name
):
    environment = {
        "CAMPAIGNKIT_DB": str(sample),
        "CAMPAIGNKIT_WORKSPACE": "master",
        "CAMPAIGNKIT_ROLE": "moderator",
        "QUERY_STRING": f"campaign={ids['Sending']}",
        "XDG_CACHE_HOME": str(tmp_path),
    }
    for _ in range(2):  # the first time it compiles its statements
        command = [sys.executable, "-c", FRESH.format(name=name)]
        found = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    refused, kind, modules = found.splitlines()
    assert "was opened read-only" in refused
    assert kind == "InvalidInputException"
    loaded = modules.split()
    assert [module for module in ACTING if f"campaignkit.{module}" in loaded] == []
    assert [module for module in HEAVY if module in loaded] == []
