"""`campaignkit dashboards`, as a process: where it listens, what it refuses, and that nothing of it stays."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from campaignkit.serve.servers import HOST, free_port
from tests.serve.voila.running import wait_for

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("dashboards") / "campaigns.duckdb"
    command = [sys.executable, "-m", "campaignkit", "--db", str(path), "init"]
    subprocess.run(command, check=True, capture_output=True)
    return path


@contextmanager
def dashboards(
    database: Path, folder: Path, *options: str, cwd: Path | None = None, **environment: str
) -> Iterator[subprocess.Popen]:
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "campaignkit", "--db", str(database), "dashboards", *options]
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, "TMPDIR": str(folder), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


def ask(address: str, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"), timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_it_says_where_it_is_serves_the_dashboards_alone_and_ends_whole(database, tmp_path):
    with dashboards(
        database, tmp_path / "private", "--port", str(free_port()), "--max-kernels", "3"
    ) as process:
        address = re.fullmatch(r"Dashboards  (http://127\.0\.0\.1:\d+/)\n", process.stdout.readline())[1]
        assert process.stdout.readline() == "Ctrl-C ends them.\n"
        assert "/voila/render/operations.ipynb" in ask(address, "/")[1]
        assert json.loads(ask(address, "/readyz")[1]) == {"kernels": 0, "max_kernels": 3}
        status, page = ask(address, "/voila/render/operations.ipynb?campaign=%3Cimg%20src%3Dx%3E")
        assert status == 200
        assert "could not be drawn" not in page
        assert str(database) not in page
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        _, alive = psutil.wait_procs(family, timeout=10)
        assert alive == []
        assert list((tmp_path / "private").iterdir()) == []
        assert "Traceback" not in process.stderr.read()


def test_what_lies_in_the_current_folder_or_in_the_user_s_configuration_is_neither_read_nor_run(
    database, tmp_path
):
    here, proof = tmp_path / "here", tmp_path / "proof"
    here.mkdir()
    trap = f"open({str(proof)!r}, 'w').write(__file__)"
    for name in ("voila.py", "tornado.py", "jupyter_server.py", "ipykernel.py", "sitecustomize.py"):
        (here / name).write_text(trap)
    hostile = {"Voila": {"ip": "0.0.0.0"}, "VoilaConfiguration": {"show_tracebacks": True, "template": "lab"}}
    (here / "voila.json").write_text(json.dumps(hostile))
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-trap.py").write_text(trap)
    here.chmod(0o500)
    console = Path(sys.executable).with_name("campaignkit")
    with subprocess.Popen(
        [console, "--db", database, "--json", "dashboards", "--port", str(free_port())],
        cwd=here,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(here), "IPYTHONDIR": str(tmp_path / "ipython")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        address = json.loads(process.stdout.readline())["address"]
        assert address.startswith(f"http://{HOST}:")
        status, page = ask(address, "/voila/render/operations.ipynb")
        assert status == 200
        assert "Loading the dashboard…" in page
        process.terminate()
        assert process.wait(60) == 0
    here.chmod(0o700)
    assert not proof.exists()
    assert not (here / "__pycache__").exists()


@pytest.mark.parametrize(
    ("options", "environment", "sentence"),
    [
        (
            ("--host", "0.0.0.0"),
            {},
            "0.0.0.0 can be reached from other machines, and nobody would be asked who they are:",
        ),
        (("--host", "::"), {}, ":: can be reached from other machines"),
        (("--host", "dash.example"), {}, "dash.example can be reached from other machines"),
        (
            ("--host", "203.0.113.7"),
            {"CAMPAIGNKIT_PROXY_SECRET": SECRET},
            "203.0.113.7 is no address of this machine",
        ),
        ((), {"CAMPAIGNKIT_PROXY_SECRET": "hunter2"}, "CAMPAIGNKIT_PROXY_SECRET can be guessed"),
        (("--max-kernels", "0"), {}, "0 kernels would show nothing"),
        (("--port", "0"), {}, "0 is no port for Voila"),
    ],
)
def test_what_cannot_be_served_safely_or_at_all_is_refused_in_a_sentence(
    database, tmp_path, options, environment, sentence
):
    with dashboards(database, tmp_path / "private", *options, **environment) as process:
        assert process.wait(60) == 1
        said = process.stderr.read()
        assert said.startswith(f"campaignkit: {sentence}")
        assert said.count("\n") == 1
        assert process.stdout.read() == ""
        assert list((tmp_path / "private").iterdir()) == []


def test_a_port_that_is_taken_is_refused(database, tmp_path):
    with socket.create_server((HOST, 0)) as other:
        taken = str(other.getsockname()[1])
        with dashboards(database, tmp_path / "private", "--port", taken) as process:
            assert process.wait(60) == 1
            assert f"port {taken} for Voila is taken" in process.stderr.read()


def test_with_a_proxy_s_secret_it_listens_to_other_machines(database, tmp_path):
    options = ("--host", "0.0.0.0", "--port", str(free_port()))
    with dashboards(database, tmp_path / "private", *options, CAMPAIGNKIT_PROXY_SECRET=SECRET) as process:
        port = re.search(r":(\d+)/", process.stdout.readline())[1]
        assert ask(f"http://{HOST}:{port}", "/")[0] == 403
        assert ask(f"http://{HOST}:{port}", "/healthz") == (200, "ok\n")
        assert SECRET not in " ".join(psutil.Process(process.pid).cmdline())


def test_the_dashboards_end_when_the_process_that_has_started_them_is_killed(database, tmp_path):
    up = [sys.executable, "-m", "campaignkit", "--db", str(database), "--workspace", "master", "up"]
    ports = ["--lab-port", str(free_port()), "--port", str(free_port())]
    with subprocess.Popen([*up, *ports], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        for _ in range(3):
            process.stdout.readline()
        servers = psutil.Process(process.pid).children()
        (voila,) = [server for server in servers if "campaignkit.serve.voila" in server.cmdline()]
        process.kill()
        process.wait()
        try:
            wait_for(lambda: not voila.is_running() or voila.status() == psutil.STATUS_ZOMBIE)
        finally:
            for server in servers:
                server.terminate()
            psutil.wait_procs(servers, timeout=20)
