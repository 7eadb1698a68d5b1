"""Whom the launcher takes a request for."""

from __future__ import annotations

import pytest

from campaignkit.serve.voila.visitors import Visitors
from tests.serve.voila.running import running, wait_for
from tests.serve.voila.test_pages import printed

PROXY_SECRET = "0123456789abcdef0123456789abcdef"
SHOW = "/voila/render/environment.ipynb"


@pytest.fixture(scope="module")
def behind_a_proxy(dashboards_root, tmp_path_factory):
    environment = {"CAMPAIGNKIT_PROXY_SECRET": PROXY_SECRET, "CAMPAIGNKIT_AS": "the server"}
    with running(dashboards_root, tmp_path_factory.mktemp("proxied"), environment) as found:
        yield found


def test_whom_the_proxy_names_with_its_secret_is_who_the_kernel_opens_the_database_as(behind_a_proxy):
    for name in ("alice", "čenda@example.com"):
        headers = {"X-Forwarded-User": name.encode().decode("latin-1"), "X-CK-Proxy-Secret": PROXY_SECRET}
        page = behind_a_proxy.browser(**headers).ask(SHOW)
        assert f'"CAMPAIGNKIT_AS": "{name}"' in printed(page.text).encode().decode("unicode_escape")
        assert PROXY_SECRET not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Forwarded-User": "alice"},
        {"X-CK-Proxy-Secret": PROXY_SECRET},
        {"X-Forwarded-User": "alice", "X-CK-Proxy-Secret": ""},
        {"X-Forwarded-User": "alice", "X-CK-Proxy-Secret": PROXY_SECRET[:-1]},
        {"X-Forwarded-User": "alice", "X-CK-Proxy-Secret": PROXY_SECRET + "0"},
        {"X-Forwarded-User": "alice", "X-CK-Proxy-Secret": PROXY_SECRET.upper()},
        {"X-Forwarded-User": "", "X-CK-Proxy-Secret": PROXY_SECRET},
        {"X-Forwarded-User": "a" * 201, "X-CK-Proxy-Secret": PROXY_SECRET},
        {"X-Forwarded-User": "\xff\xfe", "X-CK-Proxy-Secret": PROXY_SECRET},
        {"X_Forwarded_User": "alice", "X-CK-Proxy-Secret": PROXY_SECRET},
    ],
)
def test_a_request_that_the_proxy_has_not_made_is_nobody_s(behind_a_proxy, headers):
    browser = behind_a_proxy.browser(**headers)
    started = behind_a_proxy.figures()["kernels_started_total"]
    for path in (SHOW, "/", "/nothing"):
        answer = browser.ask(path)
        assert answer.status == 403
        assert "You are not signed in here" in answer.text
        assert "Location" not in answer.headers
    assert behind_a_proxy.figures()["kernels_started_total"] == started


def test_a_header_that_the_client_has_sent_too_makes_the_request_nobody_s():
    from tornado.httputil import HTTPHeaders

    visitors = Visitors()
    visitors.secret = PROXY_SECRET
    headers = HTTPHeaders({"X-CK-Proxy-Secret": PROXY_SECRET, "X-Forwarded-User": "alice"})
    assert visitors._named(headers) == "alice"
    headers.add("X-Forwarded-User", "admin")
    assert visitors._named(headers) is None


def test_another_user_of_the_same_browser_is_no_owner(behind_a_proxy):
    def signed_in(name):
        return {"X-Forwarded-User": name, "X-CK-Proxy-Secret": PROXY_SECRET}

    alice = behind_a_proxy.browser(**signed_in("alice"))
    kernel = alice.open("sound.ipynb")
    bob = behind_a_proxy.browser(**signed_in("bob"))
    bob.cookies = alice.cookies
    assert bob.session(kernel)["kernel"] is False
    assert bob.close(kernel).status == 404
    unsigned = behind_a_proxy.browser()
    unsigned.cookies = alice.cookies
    assert unsigned.ask(f"/voila/api/session/{kernel}").status == 403
    assert alice.session(kernel)["kernel"] is True
    alice.close(kernel)
    wait_for(lambda: behind_a_proxy.process_of(kernel) is None)


def test_without_a_secret_a_header_is_not_even_read(served):
    page = served.browser(**{"X-Forwarded-User": "admin", "X-CK-Proxy-Secret": ""}).ask(SHOW)
    assert '"CAMPAIGNKIT_AS": "the server"' in printed(page.text)


def test_the_cookie_that_tells_browsers_apart_is_not_for_scripts_nor_for_other_sites(served):
    answer = served.browser().ask("/voila/render/sound.ipynb")
    (cookie,) = [value for value in answer.headers.get_all("Set-Cookie") if value.startswith("campaignkit-")]
    assert "; HttpOnly" in cookie
    assert "; SameSite=Lax" in cookie
    assert "expires" not in cookie.lower()
