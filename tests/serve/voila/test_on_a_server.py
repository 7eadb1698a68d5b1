"""The dashboards over PostgreSQL, with a login that may only read, behind a proxy: what docs/dashboards.md recommends."""

from __future__ import annotations

import psutil
import pytest

from campaignkit.assets import asset
from campaignkit.kit import database
from campaignkit.ui.dashboard import DASHBOARDS
from tests import world
from tests.postgres import PREPARED, as_login
from tests.serve.voila.running import running
from tests.services.conftest import every_status
from tools.bench.dashboards import refresh, widget_of

SENDING = "00000004-0000-0000-0000-000000000000"
SECRET = "between the proxy and the dashboards"


def signed_in(served, name):
    """Return a browser of who has signed in at the proxy."""
    return served.browser(**{"X-Forwarded-User": name, "X-CK-Proxy-Secret": SECRET})


@pytest.fixture(scope="module")
def served(prepared, tmp_path_factory):
    name = prepared.create("dashboards", template=PREPARED)
    with database(prepared.url(name), writable=True).open().writing() as session:
        every_status(session)
        world.insert(session, "kit.members", login="alice", workspace_id="bank", role="moderator")
        world.insert(session, "kit.members", login="root", workspace_id="*", role="viewer")
    url = as_login(prepared.url(name), "dora", "campaignkit_viewer")
    environment = {
        "CAMPAIGNKIT_DB": url,
        "CAMPAIGNKIT_WORKSPACE": "master",
        "CAMPAIGNKIT_ROLE": "moderator",
        "CAMPAIGNKIT_PROXY_SECRET": SECRET,
    }
    with running(asset("dashboards"), tmp_path_factory.mktemp("voila"), environment, first_grace=60) as found:
        yield found
    prepared.drop(name)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_over_a_server_shows_what_there_is_and_refreshes_itself(served, name):
    viewer = signed_in(served, "root")
    kernel = viewer.open(f"{name}.ipynb?campaign={SENDING}")
    with viewer.connected(kernel) as socket:
        told = refresh(socket, widget_of(socket))
        text = repr(told)
        assert SENDING in text and "'kind': 'error'" not in text
        weight = psutil.Process(served.process_of(kernel).pid).memory_full_info().uss
        assert weight <= 90e6, f"{weight / 1e6:.0f} MB"
    viewer.close(kernel)


def test_who_is_looking_sees_their_own_workspaces_whatever_the_server_s_login_may_read(served):
    alice, told = signed_in(served, "alice"), []
    kernel = alice.open("operations.ipynb")
    with alice.connected(kernel) as socket:
        told = refresh(socket, widget_of(socket))
    alice.close(kernel)
    (listing,) = [
        state["listing"]
        for message in told
        if (state := message["content"].get("data", {}).get("state", {})) and state.get("listing")
    ]
    assert {row["workspace_id"] for row in listing["rows"]} == {"bank"}
    assert all(row["actions"] == [] for row in listing["rows"]), "a moderator of a workspace is a viewer here"


def test_who_is_no_member_is_told_whom_to_ask(served):
    nobody = signed_in(served, "mallory")
    kernel = nobody.open("board.ipynb")
    with nobody.connected(kernel) as socket:
        asked = socket.ask_states()
        states = socket.answers(asked, until=lambda message: "states" in message["content"].get("data", {}))
    nobody.close(kernel)
    assert "mallory is no member of any workspace here" in repr(states)
    assert SENDING not in repr(states)
