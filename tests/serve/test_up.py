"""`campaignkit up`, as a process: what it prints, what it starts, and that nothing of it stays."""

from __future__ import annotations

import http.client
import json
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
from campaignkit.store.duckdb import DuckStore

UP = [sys.executable, "-m", "campaignkit", "--workspace", "master", "--role", "moderator", "--as", "tester"]


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("up") / "campaigns.duckdb"
    subprocess.run([*UP, "--db", path, "init"], check=True, capture_output=True)
    return path


@contextmanager
def up(database: Path, folder: Path, *options: str) -> Iterator[subprocess.Popen]:
    folder.mkdir(exist_ok=True)
    command = [
        *UP,
        "--db",
        database,
        "up",
        "--lab-port",
        str(free_port()),
        "--port",
        str(free_port()),
        *options,
    ]
    environment = {**psutil.Process().environ(), "TMPDIR": str(folder)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:  # a test has failed
                process.terminate()


def printed(process: subprocess.Popen, lines: int = 3) -> list[str]:
    return [process.stdout.readline().rstrip("\n") for _ in range(lines)]


def children(process: subprocess.Popen) -> dict[str, psutil.Process]:
    """Return the servers by the module that each runs."""
    return {
        child.cmdline()[2].removeprefix("campaignkit.serve."): child
        for child in psutil.Process(process.pid).children()
    }


def ask(address: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    host, _, path = address.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(method, f"/{path}", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_both_answer_where_it_says_and_ctrl_c_leaves_no_process_and_no_file(database, tmp_path):
    with up(database, tmp_path / "private") as process:
        lab, voila, last = printed(process)
        address, token = re.fullmatch(
            r"JupyterLab +(http://127\.0\.0\.1:\d+)/lab/tree/01_campaigns\.ipynb\?token=([0-9a-f]{48})", lab
        ).groups()
        dashboards = re.fullmatch(r"Voila +(http://127\.0\.0\.1:\d+)/voila/render/operations\.ipynb", voila)[
            1
        ]
        assert last == "Ctrl-C ends both."

        status, body = ask(f"{address}/api/contents", Authorization=f"token {token}")
        assert status == 200
        assert "01_campaigns.ipynb" in {file["name"] for file in json.loads(body)["content"]}
        assert ask(f"{address}/api/contents")[0] == 403
        assert b"operations.ipynb" in ask(dashboards)[1]
        assert ask(f"{dashboards}/voila/files/operations.ipynb")[0] == 404
        assert ask(f"{address}/api/kernels", "POST", Authorization=f"token {token}")[0] == 201

        servers = children(process)
        roles = {name: server.environ()["CAMPAIGNKIT_ROLE"] for name, server in servers.items()}
        assert roles == {  # what the dashboards' kernels are is another matter: viewers
            "jupyterlab": "moderator",
            "voila": "moderator",
        }
        assert servers["jupyterlab"].environ()["CAMPAIGNKIT_DB"] == str(database)
        assert token not in " ".join(servers["jupyterlab"].cmdline())
        family = psutil.Process(process.pid).children(recursive=True)
        assert any("ipykernel_launcher" in member.cmdline() for member in family)

        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert process.stdout.read() == process.stderr.read() == ""
        assert [member for member in family if member.is_running()] == []
        assert list((tmp_path / "private").iterdir()) == []


def test_sigterm_while_it_starts_ends_it_as_quietly(database, tmp_path):
    with up(database, tmp_path / "private") as process:
        starting = psutil.Process(process.pid)
        while len(family := starting.children()) < 2:  # bounded by the timeout of the test
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        assert process.stdout.read() == process.stderr.read() == ""
        assert [member for member in family if member.is_running()] == []
        assert list((tmp_path / "private").iterdir()) == []


def test_when_one_server_dies_the_other_is_ended_and_the_log_is_named(database, tmp_path):
    with up(database, tmp_path / "private") as process:
        printed(process)
        servers = children(process)
        servers["voila"].kill()
        assert process.wait(timeout=60) == 1
        sentence = process.stderr.read()
        log = re.fullmatch(
            r"campaignkit: Voila has ended \(.+\), so the rest was ended too; its log: (\S+)\n", sentence
        )[1]
        assert "voila" in Path(log).read_text(encoding="utf-8")
        assert not servers["jupyterlab"].is_running()


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("up") / "sample.duckdb"
    subprocess.run(
        [*UP, "demo", path, "--campaigns", "20", "--recipients", "2000"], check=True, capture_output=True
    )
    return path


def counted(store: DuckStore) -> int:
    with store.reading() as session:
        ((campaigns,),) = session.query("select count(*) from kit.counted")
    return campaigns


def test_a_sample_is_kept_alive_by_a_stand_in_and_counted_until_the_rest_ends(sample, tmp_path):
    with up(sample, tmp_path / "private", "--simulate", "50") as process:
        *_, core, last = printed(process, 4)
        assert (core, last) == ("Core        a stand-in, at speed 50", "Ctrl-C ends all.")
        servers = children(process)
        assert set(servers) == {"jupyterlab", "voila", "campaignkit"}
        before = sample.stat().st_mtime_ns
        while sample.stat().st_mtime_ns == before:  # bounded by the timeout of the test
            assert process.poll() is None
        store = DuckStore(sample).open()
        while not counted(store):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert [server for server in servers.values() if server.is_running()] == []
        assert list((tmp_path / "private").iterdir()) == []


def test_when_the_stand_in_dies_the_rest_is_ended(sample, tmp_path):
    with up(sample, tmp_path / "private", "--simulate") as process:
        printed(process, 4)
        children(process)["campaignkit"].kill()
        assert process.wait(timeout=60) == 1
        assert process.stderr.read().startswith(
            "campaignkit: Core has ended (status -9), so the rest was ended too"
        )


def test_nothing_stands_in_for_core_on_data_that_the_demo_did_not_make(database, tmp_path):
    with up(database, tmp_path / "private", "--simulate") as process:
        assert process.wait(timeout=60) == 1
        assert "was not made by `campaignkit demo`" in process.stderr.read()
    assert "--simulate" in _recipe("run") and "--simulate" not in _recipe("run", "DB=mine.duckdb")


def _recipe(*arguments: str) -> str:
    root = Path(__file__).parents[2]
    done = subprocess.run(["make", "-n", *arguments], cwd=root, capture_output=True, text=True, check=True)
    (line,) = (line for line in done.stdout.replace("\\\n", " ").splitlines() if "campaignkit up" in line)
    return line


@pytest.mark.parametrize(("option", "name"), [("--lab-port", "JupyterLab"), ("--port", "Voila")])
def test_a_port_that_was_asked_for_and_is_taken_is_refused_in_a_sentence(database, tmp_path, option, name):
    with socket.create_server((HOST, 0)) as other:
        taken = str(other.getsockname()[1])
        with up(database, tmp_path / "private", option, taken) as process:
            assert process.wait(timeout=60) == 1
            assert process.stderr.read() == (
                f"campaignkit: port {taken} for {name} is taken: give another, or none for a free one\n"
            )
            assert list((tmp_path / "private").iterdir()) == []
