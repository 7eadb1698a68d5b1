"""`campaignkit up`: start JupyterLab and Voila on one database, print where they are, and end both together."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from campaignkit.domain.errors import CampaignKitError
from campaignkit.serve import dashboards, lab
from campaignkit.serve.servers import Child, Server, end, port_for, start_child

if TYPE_CHECKING:
    from campaignkit.kit import Kit

TICK = 0.1  # seconds between two looks at the children
STARTING = 120.0  # seconds: a cold disk is slow, but not that slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which data both show, and to whom."""

    url: str
    workspace: str
    role: str
    actor: str
    speed: float | None = None  # of a stand-in for Core beside them; None: no stand-in

    @property
    def environment(self) -> dict[str, str]:
        """Return the choice as `campaignkit.open()` reads it in a kernel."""
        return {
            "CAMPAIGNKIT_DB": self.url,
            "CAMPAIGNKIT_WORKSPACE": self.workspace,
            "CAMPAIGNKIT_ROLE": self.role,
            "CAMPAIGNKIT_AS": self.actor,
        }


def run(
    choice: Choice, *, lab_port: int | None = None, port: int | None = None, counting: Kit | None = None
) -> int:
    """Serve until Ctrl-C or a signal, then return 0; meanwhile *counting* is asked to count what changes.

    Raises InvalidInput if a port that was asked for is taken, CampaignKitError if a server does not start or ends.
    """
    stop = _told_to_stop()
    with (
        serving(choice, lab_port=lab_port, port=port, stop=stop) as servers,
        _counted(counting) if counting else nullcontext(),
    ):
        if not stop.is_set():
            for server in servers:
                what = (
                    server.address if isinstance(server, Server) else f"a stand-in, at speed {choice.speed:g}"
                )
                print(f"{server.name:<12}{what}")
            print("Ctrl-C ends both." if choice.speed is None else "Ctrl-C ends all.", flush=True)
        while not stop.wait(TICK):
            _all_alive(servers)
    return 0


@contextmanager
def _counted(kit: Kit) -> Iterator[None]:
    """Keep the counts of the database up to date, in a thread, while this block lasts."""
    from campaignkit.services.refresh import watch

    over = threading.Event()

    def work() -> None:
        watch(
            lambda heed: kit.refresh(progress=heed),
            stop=over,
            warn=lambda sentence: print(f"campaignkit: {sentence}", file=sys.stderr, flush=True),
        )

    thread = threading.Thread(target=work, name="counts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def serving(
    choice: Choice, *, lab_port: int | None = None, port: int | None = None, stop: threading.Event
) -> Iterator[tuple[Child, ...]]:
    """Yield JupyterLab and Voila when both answer, or `stop` is set before, and the stand-in; end them afterwards.

    Their files are in a private folder, which stays only if something failed: the logs are in it.
    """
    ports = (
        port_for(lab.NAME, lab_port, lab.DEFAULT_PORT),
        port_for(dashboards.NAME, port, dashboards.DEFAULT_PORT),
    )
    folder = Path(tempfile.mkdtemp(prefix="campaignkit-"))
    environment = _environment(choice, folder)
    started: list[Child] = []
    keep = False
    try:
        started.append(lab.start_lab(ports[0], folder, environment))
        started.append(dashboards.start_dashboards(ports[1], folder, environment))
        if choice.speed is not None:
            started.append(_start_core(choice.speed, folder, environment))
        _wait_until_they_answer(started, stop)
        yield tuple(started)
    except ServerFailed:
        keep = True
        raise
    finally:
        end(*started)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


class ServerFailed(CampaignKitError):
    """A server did not start, or ended by itself."""


def _start_core(speed: float, folder: Path, environment: dict[str, str]) -> Child:
    options = ("simulate", "--speed", str(speed))
    return start_child("Core", "campaignkit", *options, folder=folder, environment=environment)


def _environment(choice: Choice, folder: Path) -> dict[str, str]:
    """Return the servers' environment: ours, and the choice, which a notebook's `campaignkit.open()` reads."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in {"JUPYTER_TOKEN", "JUPYTER_PORT"}
    }
    return (
        inherited
        | choice.environment
        | {
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "JUPYTER_PREFER_ENV_PATH": "1",  # this Python's kernel, whatever else the user has registered
        }
    )


def _told_to_stop() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if name != signal.SIGHUP or signal.getsignal(name) != signal.SIG_IGN:  # nohup means: go on
            signal.signal(name, lambda *_: stop.set())
    return stop


def _wait_until_they_answer(servers: list[Child], stop: threading.Event) -> None:
    deadline = time.monotonic() + STARTING
    for server in servers:
        while isinstance(server, Server) and not server.answers():
            _all_alive(servers)
            if time.monotonic() > deadline:
                raise ServerFailed(
                    f"{server.name} has not answered for {STARTING:.0f} s; its log: {server.log}"
                )
            if stop.wait(TICK):
                return


def _all_alive(servers: list[Child] | tuple[Child, ...]) -> None:
    for server in servers:
        if server.ended:
            status = server.process.returncode
            raise ServerFailed(
                f"{server.name} has ended (status {status}), so the rest was ended too; its log: {server.log}"
            )
