"""Voila as it is configured here, asked for pages without a browser."""

from __future__ import annotations

import http.client
import json
import os
import re

import pytest

from campaignkit.serve import dashboards
from campaignkit.serve.servers import HOST, end, free_port

SECRET = "the password is hunter2"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Return a function that fetches a page; one dashboard is sound, the other fails."""
    root = tmp_path_factory.mktemp("dashboards")
    sources = {"sound": "print('all is well')", "broken": f"raise RuntimeError({SECRET!r})"}
    for name, source in sources.items():
        cell = {"cell_type": "code", "metadata": {}, "source": source, "execution_count": None, "outputs": []}
        notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        (root / f"{name}.ipynb").write_text(json.dumps(notebook))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dashboards, "asset", lambda _: root)
        server = dashboards.start_dashboards(free_port(), tmp_path_factory.mktemp("private"), os.environ)

    def fetch(path: str) -> str:
        connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    while not server.answers():
        assert not server.ended, server.log.read_text()
    yield fetch
    end(server)


def test_a_dashboard_that_fails_says_so_calmly_and_shows_nothing_of_its_inside(served):
    page = served("/voila/render/broken.ipynb")
    assert "This dashboard could not be drawn." in page
    assert SECRET not in page
    assert "RuntimeError" not in page
    assert "Traceback" not in page


def test_a_dashboard_shows_what_it_says_and_not_how(served):
    page = served("/voila/render/sound.ipynb")
    assert "all is well" in page
    assert "print(" not in page
    assert page.index("Loading the dashboard…") < page.index("all is well")


@pytest.mark.parametrize("path", ["/", "/voila/render/sound.ipynb", "/voila/render/missing.ipynb"])
def test_no_page_links_anything_from_another_machine(served, path):
    page = served(path)
    assert re.findall(r"""(?:src|href|import|from)\s*[=(]?\s*["'](?:https?:)?//[^"']+""", page) == []


@pytest.mark.parametrize("path", ["?template=reveal", "?template=../../..", "?theme=../../.."])
def test_an_address_cannot_choose_another_template_or_theme(served, path):
    page = served(f"/voila/render/sound.ipynb{path}")
    assert "Loading the dashboard…" in page
    assert "all is well" in page
