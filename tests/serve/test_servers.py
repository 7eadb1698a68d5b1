from __future__ import annotations

import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from campaignkit.domain.errors import InvalidInput
from campaignkit.serve.servers import HOST, MARK, Server, end, free_port, port_for


def test_the_default_port_is_taken_where_it_is_free_and_another_where_it_is_not():
    default = free_port()
    assert port_for("JupyterLab", None, default) == default
    with socket.create_server((HOST, default)):
        assert port_for("JupyterLab", None, default) not in {None, default}


def test_a_port_that_somebody_serves_to_every_address_counts_as_taken():
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        assert port_for("JupyterLab", None, port) != port


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(InvalidInput, match=f"^{port} is no port for Voila"):
        port_for("Voila", port, 8866)


@pytest.mark.parametrize(("mark", "ours"), [("campaignkit-1", True), ("campaignkit-2", False), (None, False)])
def test_only_an_answer_with_our_mark_is_our_server_s(tmp_path, mark, ours):
    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(405)
            if mark:
                self.send_header(MARK, mark)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer((HOST, 0), Answer) as somebody:
        thread = threading.Thread(target=somebody.handle_request)
        thread.start()
        log = tmp_path / "campaignkit-1" / "voila.log"
        server = Server(name="Voila", process=None, port=somebody.server_port, path="/", log=log)
        assert server.answers() is ours
        thread.join()
    assert not server.answers()


def test_a_server_that_does_not_heed_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("campaignkit.serve.servers.PATIENCE", 0.1)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
    with subprocess.Popen(
        [sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        process.stdout.readline()
        end(Server(name="Voila", process=process, port=1, path="/", log=tmp_path / "voila.log"))
        assert process.returncode == -9
