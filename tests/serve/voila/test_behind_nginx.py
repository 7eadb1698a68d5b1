"""The nginx of docs/dashboards.md, as it stands there but for places and TLS, in front of the real launcher."""

from __future__ import annotations

import base64
import os
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from websockets.exceptions import InvalidStatus

from campaignkit.serve.servers import HOST, free_port
from tests.serve.voila.conftest import SECRET
from tests.serve.voila.running import Browser, running, wait_for
from tests.serve.voila.test_pages import printed
from tools import nginx

DOCUMENT = Path(__file__).parents[3] / "docs" / "dashboards.md"
NGINX = nginx.find()
SHARED = "between nginx and the dashboards"
AROUND = """
{user} pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; daemon off;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {documented}
}}
"""


@pytest.fixture(scope="module")
def proxied(dashboards_root, tmp_path_factory):
    """The launcher, and the port of an nginx in front of it."""
    if NGINX is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no nginx", pytrace=False)
        pytest.skip("there is no nginx: python tools/nginx.py unpacks one")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    environment = {"CAMPAIGNKIT_PROXY_SECRET": SHARED, "CAMPAIGNKIT_AS": "the server", "PGPASSWORD": SECRET}
    with running(dashboards_root, tmp_path_factory.mktemp("voila"), environment) as served:
        (folder / "nginx.conf").write_text(configuration(folder, port, served.server.port))
        (folder / "htpasswd").write_text("alice:{PLAIN}sesame\nbob:{PLAIN}sesame\n")
        (folder / "secret").write_text(f'proxy_set_header X-CK-Proxy-Secret "{SHARED}";\n')
        command = [
            NGINX,
            "-p",
            str(folder),
            "-c",
            str(folder / "nginx.conf"),
            "-e",
            str(folder / "error.log"),
        ]
        tried = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
        assert tried.returncode == 0, tried.stderr
        with subprocess.Popen(command) as running_nginx:
            try:
                wait_for(lambda: (folder / "pid").exists() and bool((folder / "pid").read_text().strip()))
                yield served, port
            finally:
                running_nginx.terminate()


def configuration(folder: Path, port: int, upstream: int) -> str:
    """Return what the document has, made to run here."""
    (documented,) = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    for there, here in (
        ("listen 443 ssl;", f"listen {HOST}:{port};"),
        ("127.0.0.1:8866", f"{HOST}:{upstream}"),
        ("/etc/nginx/dashboards.htpasswd", f"{folder}/htpasswd"),
        ("/etc/nginx/dashboards.secret", f"{folder}/secret"),
    ):
        assert documented.count(there) == 1, there
        documented = documented.replace(there, here)
    documented = re.sub(r"^.*ssl_certificate.*\n", "", documented, flags=re.MULTILINE)
    user = "user root;" if os.geteuid() == 0 else ""
    return AROUND.format(user=user, folder=folder, documented=documented)


def browser(proxied, name: str | None, **headers: str) -> Browser:
    """Return a browser in which somebody has signed in."""
    through = SimpleNamespace(server=SimpleNamespace(port=proxied[1]))
    signed = (
        {"Authorization": "Basic " + base64.b64encode(f"{name}:sesame".encode()).decode()} if name else {}
    )
    return Browser(through, {**signed, **headers})  # type: ignore[arg-type]


def test_who_has_signed_in_at_the_proxy_sees_a_dashboard_in_their_own_name_and_it_lives(proxied):
    served, _ = proxied
    alice = browser(proxied, "alice")
    page = alice.ask("/voila/render/environment.ipynb")
    assert page.status == 200
    assert '"CAMPAIGNKIT_AS": "alice"' in printed(page.text)
    kernel = alice.open("widgets.ipynb")
    with alice.connected(kernel) as socket:
        assert len(socket.models()) >= 6, "a websocket passes"
        assert alice.session(kernel) == {"kernel": True, "connected": True, "room": True}
    process = served.process_of(kernel)
    assert alice.close(kernel).status == 204
    wait_for(lambda: not process.is_running())


def test_who_has_not_signed_in_sees_nothing_and_nobody_can_say_that_they_are_somebody_else(proxied):
    assert browser(proxied, None).ask("/").status == 401
    mallory = browser(proxied, None, **{"X-Forwarded-User": "alice", "X-CK-Proxy-Secret": SHARED})
    assert mallory.ask("/voila/render/environment.ipynb").status == 401
    bob = browser(proxied, "bob", **{"X-Forwarded-User": "alice", "X-CK-Proxy-Secret": "guessed"})
    page = printed(bob.ask("/voila/render/environment.ipynb").text)
    assert '"CAMPAIGNKIT_AS": "bob"' in page and "alice" not in page


def test_bob_cannot_take_over_alice_s_page(proxied):
    alice, bob = browser(proxied, "alice"), browser(proxied, "bob")
    kernel = alice.open("sound.ipynb")
    bob.cookies = alice.cookies
    with pytest.raises(InvalidStatus, match="404"), bob.connected(kernel):
        pass
    assert bob.close(kernel).status == 404
    assert alice.close(kernel).status == 204


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_the_server_s_figures_do_not_pass_the_proxy(proxied, path):
    assert browser(proxied, "alice").ask(path).status == 404
    assert proxied[0].browser().ask(path).status == 200


def test_a_page_is_sent_as_it_is_drawn(proxied):
    page = browser(proxied, "alice").ask("/voila/render/sound.ipynb")
    assert "Transfer-Encoding" in page.headers and page.text.rstrip().endswith("</html>")
