"""How many kernels there are, whose they are, what they know, and when they end."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from campaignkit.serve.servers import HOST
from campaignkit.serve.voila import kernels as module
from campaignkit.serve.voila.kernels import Page, PageKernels
from campaignkit.serve.voila.visitors import Visit
from tests.serve.voila.conftest import SECRET
from tests.serve.voila.running import running, wait_for
from tests.serve.voila.test_pages import printed


@pytest.fixture
def kernels(monkeypatch):
    """Two kernels, a clock that the test sets, and the list of those that were ended."""
    manager = PageKernels(first_grace=40, grace=15, spare=False)
    manager.clock, manager.ended, manager.living = 0.0, [], {"watched", "alone"}
    manager.pages = {name: Page(Visit(reference="7Q4K2"), rendering=False) for name in manager.living}
    manager._kernel_connections = {"watched": 1, "alone": 0}

    class Kernel:
        def __init__(self, name):
            self.name = name

        def is_alive(self):
            return self.name in manager.living

    manager._kernels = {name: Kernel(name) for name in manager.living}

    async def shut_down(kernel, **_):
        manager.ended.append(kernel)
        del manager._kernels[kernel]

    monkeypatch.setattr(module.time, "monotonic", lambda: manager.clock)
    monkeypatch.setattr(manager, "shutdown_kernel", shut_down)
    return manager


def look(kernels, at: float) -> list[str]:
    kernels.clock = at
    asyncio.run(kernels.look())
    return kernels.ended


def test_a_page_that_never_connects_ends_after_a_while_and_one_that_stays_never(kernels):
    assert look(kernels, at=0) == look(kernels, at=39) == []
    assert look(kernels, at=40) == ["alone"]
    assert look(kernels, at=10_000) == ["alone"]


def test_a_page_that_has_gone_ends_sooner_than_one_that_still_has_to_come(kernels):
    look(kernels, at=0)
    kernels._kernel_connections["watched"] = 0
    assert look(kernels, at=1) == look(kernels, at=15) == []
    assert look(kernels, at=16) == ["watched"]


def test_a_page_that_comes_back_in_time_keeps_its_kernel(kernels):
    look(kernels, at=0)
    kernels._kernel_connections["alone"] = 1
    look(kernels, at=30)
    kernels._kernel_connections["alone"] = 0
    assert look(kernels, at=41) == look(kernels, at=55) == []
    assert look(kernels, at=56) == ["alone"]


def test_nobody_is_expected_to_connect_while_the_page_is_still_rendered(kernels):
    kernels.pages["alone"].rendering = True
    look(kernels, at=0)
    assert look(kernels, at=500) == []
    kernels.rendered("alone")
    look(kernels, at=501)
    assert look(kernels, at=541) == ["alone"]


def test_a_kernel_that_has_died_is_removed_at_once_whoever_is_connected(kernels):
    kernels.living.remove("watched")
    assert look(kernels, at=1) == ["watched"]
    assert kernels.died == 1
    assert "watched" not in kernels.pages


def test_ending_twice_ends_once(kernels):
    async def twice():
        await asyncio.gather(kernels.end("alone"), kernels.end("alone"))
        await kernels.end("alone")

    asyncio.run(twice())
    assert kernels.ended == ["alone"]


def test_a_kernel_knows_its_database_its_viewer_and_its_address_and_no_secret(served):
    page = served.browser().ask("/voila/render/environment.ipynb?campaign=4ae3c2f7&x=%22").text
    known = json.loads(printed(page))
    assert known["CAMPAIGNKIT_DB"] == "/nowhere.duckdb"
    assert known["CAMPAIGNKIT_ROLE"] == "viewer"
    assert known["CAMPAIGNKIT_AS"] == "the server"
    assert known["QUERY_STRING"] == "campaign=4ae3c2f7&x=%22"
    assert known["LC_TIME"] == "C.UTF-8"
    assert SECRET not in known.values()
    foreign = {
        name
        for name in known
        if name not in module.INHERITED | module.OF_THE_REQUEST and not name.startswith("LC_")
    }
    # what jupyter_client and the kernel itself set
    assert foreign <= {
        "CAMPAIGNKIT_AS", "CAMPAIGNKIT_ROLE", "JPY_PARENT_PID", "JPY_SESSION_NAME", "VOILA_KERNEL_ID",
        "PYDEVD_USE_FRAME_EVAL", "PYDEVD_DISABLE_FILE_VALIDATION", "TERM", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR",
        "PAGER", "GIT_PAGER", "MPLBACKEND", "COLUMNS", "LINES",
    }  # fmt: skip


def test_a_closed_page_takes_its_kernel_along_within_a_second(served):
    browser = served.browser()
    kernel = browser.open("sound.ipynb")
    process = served.process_of(kernel)
    assert browser.close(kernel).status == 204
    assert wait_for(lambda: not alive(process)) < 3  # 0.3 s where nothing else runs
    wait_for(lambda: not browser.session(kernel)["kernel"])


def alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_kernel_belongs_to_one_browser(served):
    mine, stranger = served.browser(), served.browser()
    kernel = mine.open("sound.ipynb")
    stranger.ask("/")
    assert stranger.session(kernel)["kernel"] is False
    assert stranger.ask(f"/api/kernels/{kernel}").status == 404
    assert stranger.close(kernel).status == 404
    other = stranger.open("sound.ipynb")
    assert stranger.session(kernel)["kernel"] is False
    assert mine.session(kernel)["kernel"] is mine.session(kernel)["room"] is True
    forged = served.browser()
    forged.cookies = {name: value[:-1] + "0" for name, value in mine.cookies.items()}
    assert forged.session(kernel)["kernel"] is False
    for browser, opened in ((mine, kernel), (stranger, other)):
        browser.close(opened)


def test_a_page_that_was_connected_and_is_gone_ends(served):
    browser = served.browser()
    kernel = browser.open("sound.ipynb")
    with browser.connected(kernel):
        wait_for(lambda: browser.session(kernel)["connected"])
        wait_for(lambda: served.figures()["connections"] >= 1)
    wait_for(lambda: served.process_of(kernel) is None)
    assert served.figures()["kernels_abandoned_total"] >= 1


def test_a_page_that_nobody_waits_for_any_more_ends_when_it_is_rendered(served):
    before = {process.pid for process in served.kernels()}
    with socket.create_connection((HOST, served.server.port)) as impatient:
        impatient.sendall(f"GET /voila/render/slow.ipynb HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        wait_for(lambda: {process.pid for process in served.kernels()} - before)
        (process,) = [found for found in served.kernels() if found.pid not in before]
    wait_for(lambda: not alive(process))


def test_a_kernel_that_is_killed_is_gone_from_the_page_and_no_blank_one_takes_its_place(served):
    browser = served.browser()
    kernel = browser.open("sound.ipynb")
    process = served.process_of(kernel)
    started = served.figures()["kernels_started_total"]
    with browser.connected(kernel) as socket:
        process.kill()
        wait_for(lambda: browser.session(kernel)["kernel"] is False)
        with pytest.raises(ConnectionClosed):
            list(iter(lambda: socket.raw.recv(timeout=10), None))
    assert served.figures()["kernels_started_total"] == started
    assert served.figures()["kernels_died_total"] >= 1


def test_cycles_of_opening_and_closing_leave_nothing_and_do_not_grow(served):
    process = psutil.Process(served.server.process.pid)

    def cycle():
        browser = served.browser()
        kernel = browser.open("sound.ipynb")
        with browser.connected(kernel) as socket:
            socket.settle()
            browser.close(kernel)
        wait_for(lambda: served.process_of(kernel) is None)

    for _ in range(3):
        cycle()
    files, threads, memory = process.num_fds(), process.num_threads(), process.memory_info().rss
    for _ in range(6):
        cycle()
    assert process.num_fds() <= files + 2
    assert process.num_threads() <= threads + 1
    assert process.memory_info().rss < memory + 8e6


def test_no_log_line_has_a_kernel_s_id_and_no_socket_can_be_reached_by_another_login(served):
    browser = served.browser()
    kernel = browser.open("sound.ipynb")
    with browser.connected(kernel):
        browser.ask(f"/api/kernels/{kernel}0")
        browser.ask(f"/voila/api/shutdown/{kernel}", "DELETE")
        process = served.process_of(kernel)
        file = Path(next(part for part in process.cmdline() if part.endswith(".json")))
        assert json.loads(file.read_text())["transport"] == "ipc"
        assert file.parent.stat().st_mode & 0o077 == 0
        assert not [found for found in process.net_connections() if found.status == "LISTEN"]
    browser.close(kernel)
    wait_for(lambda: f"Kernel shutdown: {kernel[:8]}…" in served.log)
    assert kernel not in served.log
    assert re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", served.log) == []


@pytest.fixture
def hung_up_upon():
    """Let servers hear of a hang-up, also where the tests themselves run by nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hung_up_upon")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_of_it_and_leaves_no_process_and_no_file(dashboards_root, tmp_path, told):
    with running(dashboards_root, tmp_path / "ended") as ending:
        ending.browser().open("sound.ipynb")
        family = [psutil.Process(ending.server.process.pid), *ending.kernels()]
        (file,) = [Path(part) for part in family[1].cmdline() if part.endswith(".json")]
        ending.server.process.send_signal(told)
        assert ending.server.process.wait(20) == 0
        _, alive = psutil.wait_procs(family, timeout=10)
        assert alive == []
        assert [path.name for path in (tmp_path / "ended").iterdir()] == ["voila.log"]
        assert not file.parent.exists()


def test_a_kernel_that_was_kept_ready_is_one_page_s_alone_and_knows_nothing_of_another(
    dashboards_root, tmp_path
):
    environment = {"CAMPAIGNKIT_DB": "/nowhere.duckdb", "CAMPAIGNKIT_AS": "the server", "PGPASSWORD": SECRET}
    with running(dashboards_root, tmp_path / "ready", environment, spare=True, max_kernels=2) as ready:
        known, pids = [], []
        for number in range(2):
            pids.append(wait_for_spare(ready))
            browser = ready.browser()
            page = browser.ask(f"/voila/render/environment.ipynb?viewer={number}").text
            known.append(json.loads(printed(page)))
            kernel = re.search(r'"kernelId": "([0-9a-f-]{36})"', page)[1]
            assert ready.process_of(kernel).pid == pids[-1]
            browser.close(kernel)
            wait_for(lambda: ready.figures()["kernels"] == 0)
        assert [found["QUERY_STRING"] for found in known] == ["viewer=0", "viewer=1"]
        assert {found["CAMPAIGNKIT_AS"] for found in known} == {"the server"}
        assert "viewer=0" not in known[1].values()
        assert SECRET not in str(known)
        assert len(set(pids)) == 2
        (dead,) = [process for process in ready.kernels() if process.pid == wait_for_spare(ready)]
        dead.kill()
        wait_for(
            lambda: not alive(dead) and [process.pid for process in ready.kernels()] not in ([], [dead.pid])
        )
        assert wait_for_spare(ready) != dead.pid
        family = ready.kernels()
    assert psutil.wait_procs(family, timeout=10)[1] == []


def wait_for_spare(ready):
    """Wait until a kernel is ready for nobody in particular; return its process's id."""
    wait_for(lambda: ready.figures()["spare"] == 1)
    (spare,) = ready.kernels()
    return spare.pid
