"""The dashboards over PostgreSQL, with a login that may only read: what docs/dashboards.md recommends."""

from __future__ import annotations

import psutil
import pytest

from campaignkit.assets import asset
from campaignkit.kit import database
from campaignkit.ui.dashboard import DASHBOARDS
from tests.postgres import PREPARED, as_login
from tests.serve.voila.running import running
from tests.services.conftest import every_status
from tools.bench.dashboards import refresh, widget_of

SENDING = "00000004-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def served(prepared, tmp_path_factory):
    name = prepared.create("dashboards", template=PREPARED)
    with database(prepared.url(name), writable=True).open().writing() as session:
        every_status(session)
    url = as_login(prepared.url(name), "dora", "campaignkit_viewer")
    environment = {"CAMPAIGNKIT_DB": url, "CAMPAIGNKIT_WORKSPACE": "master", "CAMPAIGNKIT_ROLE": "moderator"}
    with running(asset("dashboards"), tmp_path_factory.mktemp("voila"), environment, first_grace=60) as found:
        yield found
    prepared.drop(name)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_over_a_server_shows_what_there_is_and_refreshes_itself(served, name):
    viewer = served.browser()
    kernel = viewer.open(f"{name}.ipynb?campaign={SENDING}")
    with viewer.connected(kernel) as socket:
        told = refresh(socket, widget_of(socket))
        text = repr(told)
        assert SENDING in text and "'kind': 'error'" not in text
        weight = psutil.Process(served.process_of(kernel).pid).memory_full_info().uss
        assert weight <= 90e6, f"{weight / 1e6:.0f} MB"
    viewer.close(kernel)
