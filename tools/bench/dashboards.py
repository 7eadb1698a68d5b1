"""How the dashboards stand up to many: `python -m tools.bench.dashboards DATA [first|cycles|viewers|flood]…`, by hand.

    first    the first table in a fresh browser, beside the text of an empty page of stock Voila, in turns
    cycles   a page opened and closed, again and again: kernels left, and the growth of the server's memory and files
    viewers  many pages that refresh every 5 s: what a refresh takes at the 95th percentile, memory (PSS) of each kernel
    flood    hundreds of requests at once, with few places: every answer is a page or "full", none hangs

What is measured is printed as it is: it takes minutes, and is only worth something on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from campaignkit.assets import asset
from campaignkit.serve.servers import HOST, free_port
from tests.serve.voila.running import Browser, Running, Socket, notebook, running, wait_for
from tools.bench.figures import Times
from tools.browser import launch

TABLE = {"operations": ".ck tbody.real tr", "board": ".ck .camp"}


@contextmanager
def served(data: Path, **options: object) -> Iterator[Running]:
    """Serve the dashboards on *data* as `campaignkit dashboards` does, with its own times."""
    environment = {
        "CAMPAIGNKIT_DB": str(data),
        "CAMPAIGNKIT_WORKSPACE": "master",
        "CAMPAIGNKIT_PROXY_SECRET": "",
    }
    usual = {"grace": 15.0, "first_grace": 40.0, "tick": 2.0, "spare": True}
    with (
        tempfile.TemporaryDirectory(prefix="ckb-") as folder,
        running(asset("dashboards"), Path(folder) / "v", environment, **{**usual, **options}) as found,
    ):
        yield found


@contextmanager
def stock() -> Iterator[str]:
    """Serve an empty notebook by Voila as it comes, and yield its address."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ckb-") as folder:
        empty = Path(folder) / "empty.ipynb"
        notebook(empty, "print('all is well')")
        command = [sys.executable, "-m", "voila", str(empty), f"--port={port}", "--no-browser"]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
        ) as server:
            try:
                wait_for(lambda: _listens(port), timeout=60)
                yield f"http://{HOST}:{port}/"
            finally:
                server.terminate()


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def first(data: Path, rounds: int) -> Iterator[str]:
    """Yield the medians of the times until a page in a browser without a cache shows what it is there for."""
    took: dict[str, list[float]] = {}
    with served(data) as ours, stock() as empty, sync_playwright() as playwright:
        chromium = launch(playwright)
        base = f"http://{HOST}:{ours.server.port}/voila/render"
        pages = {"empty": (empty, "pre")} | {
            name: (f"{base}/{name}.ipynb", what) for name, what in TABLE.items()
        }
        for number in range(rounds + 1):
            for name, (address, what) in pages.items():
                wait_for(lambda: ours.figures()["spare"] == 1)
                seconds = _seen(chromium, address, what)
                if number:  # the first round warms the disk
                    took.setdefault(name, []).append(seconds)
        chromium.close()
    limit = median(took["empty"])
    for name, times in took.items():
        each = " ".join(f"{one:.2f}" for one in times)
        yield f"first  {name}: {median(times):.2f} s, {median(times) / limit:.2f} × an empty page of Voila   ({each})"


def _seen(chromium: Chromium, address: str, what: str) -> float:
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.route(
        "**/*", lambda route: route.continue_() if HOST in route.request.url else route.abort()
    )  # stock asks a CDN
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(what).first.wait_for(timeout=60_000)
    seconds = time.perf_counter() - began
    page.close(run_before_unload=True)
    context.close()
    return seconds


def cycles(data: Path, rounds: int) -> Iterator[str]:
    """Yield what opening and closing leaves behind; every tenth page is lost without a word."""
    gone: list[float] = []
    with served(data, grace=2.0, first_grace=4.0, tick=0.5) as ours:
        process = psutil.Process(ours.server.process.pid)
        marks: list[tuple[int, int]] = []
        for number in range(rounds):
            viewer = ours.browser()
            kernel = viewer.open("operations.ipynb")
            with viewer.connected(kernel) as socket:
                socket.settle()
                if number % 10:  # every tenth is lost without a word
                    viewer.close(kernel)
            began = time.perf_counter()
            wait_for(lambda kernel=kernel: ours.process_of(kernel) is None, timeout=60)  # type: ignore[misc]
            if number % 10:
                gone.append(time.perf_counter() - began)
            if number >= rounds // 5:
                marks.append((process.memory_info().rss, process.num_fds()))
            if number % 25 == 24:
                yield (
                    f"cycles {number + 1} of {rounds}: server {process.memory_info().rss / 1e6:.1f} MB,"
                    f" {process.num_fds()} files, {ours.figures()['kernels']:.0f} pages"
                )
        time.sleep(3)
        figures, left = ours.figures(), len(ours.kernels())
    times = Times.of([1000 * one for one in gone])
    (memory, files), (last_memory, last_files) = marks[0], marks[-1]
    yield (
        f"cycles {rounds}: kernel gone {times.median:.0f} ms after a clean close, p95 {times.p95:.0f} ms;"
        f" {figures['kernels']:.0f} pages and {left} process (the spare) left;"
        f" server +{(last_memory - memory) / 1e6:.1f} MB, {last_files - files:+d} files since cycle {rounds // 5}"
    )


def viewers(data: Path, count: int, seconds: int) -> Iterator[str]:
    """Yield what a refresh takes while *count* pages ask every 5 s, and what each kernel weighs."""
    times: list[float] = []
    over = threading.Event()
    with served(data, max_kernels=count) as ours:
        opened = [_opened(ours) for _ in range(count)]
        with ThreadPoolExecutor(count) as pool:
            begun = [
                pool.submit(_watch, viewer, kernel, 5.0 * number / count, over, times)
                for number, (viewer, kernel) in enumerate(opened)
            ]
            wait_for(lambda: ours.figures()["connections"] == count, timeout=120)
            time.sleep(10)
            times.clear()
            before = _cpu(ours)
            began = time.perf_counter()
            time.sleep(seconds)
            took = time.perf_counter() - began
            busy = (_cpu(ours) - before) / took
            weights = sorted(
                psutil.Process(process.pid).memory_full_info().pss / 1e6 for process in ours.kernels()
            )
            over.set()
            for one in begun:
                one.result()
    found = Times.of([1000 * one for one in times])
    yield (
        f"viewers {count}, {seconds} s: {len(times)} refreshes, median {found.median:.0f} ms, p95 {found.p95:.0f} ms;"
        f" PSS of a kernel {median(weights):.0f} MB, at most {weights[-1]:.0f};"
        f" {busy:.2f} of {os.cpu_count()} processors"
    )


def _opened(ours: Running) -> tuple[Browser, str]:
    viewer = ours.browser()
    return viewer, viewer.open("operations.ipynb")


def _cpu(ours: Running) -> float:
    processes = [psutil.Process(ours.server.process.pid), *ours.kernels()]
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _watch(viewer: Browser, kernel: str, wait: float, over: threading.Event, times: list[float]) -> None:
    """Be a page: connect, ask every 5 s, note how long until the answer is there."""
    with viewer.connected(kernel) as socket:
        widget = widget_of(socket)
        over.wait(wait)
        while not over.is_set():
            began = time.perf_counter()
            refresh(socket, widget)
            times.append(time.perf_counter() - began)
            over.wait(max(0.0, 5 - (time.perf_counter() - began)))


def widget_of(socket: Socket) -> str:
    """Return the id of the model that knows a refresh."""
    for model in socket.models():
        try:
            refresh(socket, model, timeout=3)
        except (AssertionError, TimeoutError):
            continue
        return model
    raise AssertionError("no model answers a refresh")


def refresh(socket: Socket, model: str, timeout: float = 60) -> list[Any]:
    """Ask one model again, and return what came until it has said that this is answered."""
    ask = uuid.uuid4().hex[:20]
    wish: Mapping[str, object] = {"event": "refresh", "ask": ask, "quiet": True}
    sent = socket.send("comm_msg", {"comm_id": model, "data": {"method": "custom", "content": wish}})
    return socket.answers(
        sent,
        until=lambda message: message["content"].get("data", {}).get("state", {}).get("answered") == ask,
        timeout=timeout,
    )


def flood(data: Path, count: int) -> Iterator[str]:
    """Yield how *count* requests at once are answered where there are four places."""
    with served(data, max_kernels=4) as ours:
        began = time.perf_counter()
        with ThreadPoolExecutor(count) as pool:
            asked = [pool.submit(_ask, ours) for _ in range(count)]
            health = [_health(ours) for _ in range(20)]
            answers = [one.result() for one in asked]
        took = time.perf_counter() - began
        statuses = Counter(status for status, _, _ in answers)
        full = [seconds for status, seconds, _ in answers if status == 503]
        calm = all("All places are taken" in text for status, _, text in answers if status == 503)
        yield (
            f"flood  {count} at once: {dict(statuses)} in {took:.1f} s; a full answer p95 {Times.of(full).p95:.2f} s,"
            f" {'all' if calm else 'NOT all'} in calm words; /healthz at worst {max(health):.2f} s;"
            f" {ours.figures()['kernels']:.0f} kernels"
        )


def _ask(ours: Running) -> tuple[int, float, str]:
    began = time.perf_counter()
    try:
        answer = ours.browser().ask("/voila/render/operations.ipynb")
    except OSError as error:
        return -1, time.perf_counter() - began, type(error).__name__
    return answer.status, time.perf_counter() - began, answer.text


def _health(ours: Running) -> float:
    began = time.perf_counter()
    ours.browser().ask("/healthz")
    took = time.perf_counter() - began
    time.sleep(0.1)
    return took


def main() -> None:
    """Measure what the command line names, all of it unless it names some."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("what", nargs="*", default=["first", "cycles", "viewers", "flood"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--viewers", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--requests", type=int, default=500)
    given = parser.parse_args()
    pieces: dict[str, Callable[[], Iterator[str]]] = {
        "first": lambda: first(given.data, given.rounds),
        "cycles": lambda: cycles(given.data, given.cycles),
        "viewers": lambda: viewers(given.data, given.viewers, given.seconds),
        "flood": lambda: flood(given.data, given.requests),
    }
    for name in given.what:
        for line in pieces[name]():
            print(line, flush=True)


if __name__ == "__main__":
    main()
