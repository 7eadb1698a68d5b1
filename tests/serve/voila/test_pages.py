"""The pages of a running launcher, asked for without a browser."""

from __future__ import annotations

import html
import json
import re

import pytest

from tests.serve.voila.conftest import SECRET
from tests.serve.voila.running import running, wait_for


def printed(text: str) -> str:
    """Return what the dashboard printed."""
    (found,) = re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL)
    return html.unescape(found)


def test_a_dashboard_that_fails_says_so_calmly_shows_nothing_of_its_inside_and_the_log_has_the_rest(served):
    page = served.browser().ask("/voila/render/broken.ipynb").text
    reference = re.search(r"the log of the server, reference ([0-9A-F]{6})\.", page)[1]
    assert "This dashboard could not be drawn." in page
    for inside in (SECRET, "RuntimeError", "Traceback", "raise "):
        assert inside not in page
    assert f"(reference {reference})" in served.log
    assert SECRET in served.log[: served.log.rindex(f"(reference {reference})")]


def test_a_dashboard_whose_kernel_dies_while_it_is_drawn_says_so_calmly(served):
    page = served.browser().ask("/voila/render/dying.ipynb").text
    reference = re.search(r"the log of the server, reference ([0-9A-F]{6})\.", page)[1]
    assert page.count("This dashboard could not be drawn.") == 1
    for inside in ("exception", "Voilà", "os._exit", "Traceback"):
        assert inside not in page
    assert f"reference {reference}: the kernel of this page has died" in served.log


def test_what_a_cell_complains_about_is_for_the_log_and_not_for_viewers(served):
    page = served.browser().ask("/voila/render/complaining.ipynb").text
    assert printed(page) == "all is well\n"
    assert SECRET not in page
    assert SECRET in served.log


def test_a_dashboard_shows_what_it_says_and_not_how(served):
    page = served.browser().ask("/voila/render/sound.ipynb").text
    assert printed(page) == "all is well\n"
    assert "print(" not in page
    assert page.index("Loading the dashboard…") < page.index("all is well")


@pytest.mark.parametrize(
    "path", ["/", "/voila/render/sound.ipynb", "/voila/render/missing.ipynb", "/nothing"]
)
def test_no_page_links_anything_from_another_machine_and_the_browser_is_told_so(served, path):
    answer = served.browser().ask(path)
    assert re.findall(r"""(?:src|href|import|from)\s*[=(]?\s*["'](?:https?:)?//[^"']+""", answer.text) == []
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["?template=reveal", "?template=../../..", "?theme=../../.."])
def test_an_address_cannot_choose_another_template_or_theme(served, path):
    page = served.browser().ask(f"/voila/render/sound.ipynb{path}").text
    assert "Loading the dashboard…" in page
    assert printed(page) == "all is well\n"


@pytest.mark.parametrize(
    "path",
    [
        "/voila/render/below/hidden.ipynb",
        "/voila/render/below%2Fhidden.ipynb",
        "/voila/render/../sound.ipynb",
        "/voila/render/..%2f..%2fetc%2fpasswd",
        "/voila/render/secret.csv",
        "/voila/render/link.ipynb",  # leads out of the folder
        "/voila/render/.ipynb",
        "/voila/render/",
        "/voila/render/sound.ipynb%00",
        "/voila/files/sound.ipynb",
        "/voila/files/secret.csv",
        "/voila/files/../secret.csv",
        "/voila/tree",
        "/voila/tree/below",
        "/voila/api/contents/",
        "/voila/api/contents/below",
        "/api/contents",
        "/api/kernels",
        "/api/kernelspecs",
        "/api/sessions",
        "/api/terminals",
        "/login",
        "/voila/static/../../conf.json",
        "/voila/static/x/..%2f..%2fconf.json",
        "/voila/static/x//etc/passwd",
        "/voila/templates/campaignkit/static/../index.html.j2",
        "/voila/templates/lab/static/index.css",
        "/voila/templates/../../../../etc/passwd",
        "//etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_there_is_nothing_but_the_dashboards(served, path):
    answer = served.browser().ask(path)
    assert answer.status == 404
    assert "root:" not in answer.text
    assert SECRET not in answer.text
    if not path.startswith(("/voila/static", "/voila/templates/campaignkit")):
        assert "There is no such page" in answer.text


def test_the_list_names_the_dashboards_in_the_folder_and_nothing_else(served):
    links = re.findall(r'href="(/voila[^"]+)"', served.browser().ask("/").text)
    assert "/voila/render/sound.ipynb" in links
    assert not [link for link in links if "hidden" in link or "secret" in link]


@pytest.mark.parametrize("path", ["/", "/voila/render/sound.ipynb"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_can_only_be_read(served, path, method):
    answer = served.browser().ask(path, method, "x=1")
    assert answer.status in (403, 405)
    assert "Traceback" not in answer.text


def test_asking_whether_there_is_a_dashboard_starts_no_kernel(served):
    before = served.figures()["kernels_started_total"]
    assert served.browser().ask("/voila/render/sound.ipynb", "HEAD").status == 200
    assert served.browser().ask("/voila/render/nothing.ipynb", "HEAD").status == 404
    for headers in ({"Sec-Fetch-Dest": "image"}, {"Sec-Purpose": "prefetch;prerender"}):
        assert served.browser().ask("/voila/render/sound.ipynb", **headers).status == 403
    assert served.figures()["kernels_started_total"] == before


def test_the_front_end_s_files_are_compressed_and_kept_for_good(served):
    page = served.browser().ask("/voila/render/sound.ipynb").text
    address = re.search(r'src="(/voila/static/\w+/voila\.js)"', page)[1]
    plain = served.browser().ask(address)
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Content-Type"].startswith("text/javascript")
    style = re.search(r'href="(/voila/templates/campaignkit/static/page\.css\?v=\w+)"', page)[1]
    assert "immutable" in served.browser().ask(style).headers["Cache-Control"]
    unversioned = re.sub(r"/static/\w+/", "/static/old/", address)
    assert served.browser().ask(unversioned).headers["Cache-Control"] == "no-cache"


def test_a_request_for_compressed_files_is_answered_with_fewer_bytes(served):
    import http.client

    page = served.browser().ask("/voila/render/sound.ipynb").text
    address = re.search(r'href="(/voila/templates/campaignkit/static/index\.css\?v=\w+)"', page)[1]
    sizes = {}
    for encoding in ("identity", "gzip"):
        connection = http.client.HTTPConnection("127.0.0.1", served.server.port)
        connection.request("GET", address, headers={"Accept-Encoding": encoding})
        answer = connection.getresponse()
        sizes[encoding] = len(answer.read())
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.status == 200
        connection.close()
    assert sizes["gzip"] < sizes["identity"] / 3


def test_health_is_for_who_runs_the_server_and_not_for_viewers(served):
    direct = served.browser()
    assert direct.ask("/healthz").text == "ok\n"
    assert json.loads(direct.ask("/readyz").text)["max_kernels"] == 40
    assert served.figures()["kernels_max"] == 40
    for path in ("/healthz", "/readyz", "/metrics"):
        assert direct.ask(path, **{"X-Forwarded-For": "10.0.0.1"}).status == 404


def test_a_full_server_says_so_and_tries_again_by_itself_and_is_not_ready(dashboards_root, tmp_path):
    with running(dashboards_root, tmp_path / "full", max_kernels=1, first_grace=60) as full:
        first = full.browser()
        kernel = first.open("sound.ipynb")
        refused = full.browser().ask("/voila/render/sound.ipynb")
        assert refused.status == 503
        assert refused.headers["Retry-After"] == "5"
        assert "All places are taken" in refused.text
        assert "This page tries again by itself." in refused.text
        assert full.browser().ask("/voila/render/sound.ipynb", "HEAD").status == 503
        assert full.browser().ask("/readyz").status == 503
        assert first.session(kernel)["room"] is False
        first.close(kernel)
        wait_for(lambda: full.browser().ask("/readyz").status == 200)
        full.browser().open("sound.ipynb")
        assert len(full.kernels()) == 1
        assert full.figures()["refused_total"] == 2


def test_without_a_proxy_only_this_machine_s_own_names_are_answered(served):
    browser = served.browser(Host="evil.example")
    assert browser.ask("/").status == 403
    assert browser.ask("/voila/render/sound.ipynb").status == 403
