"""A server is a child process that answers on a port of this machine, and that ends when it is told to."""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from campaignkit.domain.errors import InvalidInput

HOST = "127.0.0.1"
MARK = "X-Served-From"  # a header in every answer, so that a stranger on our port is not taken for our server
PATIENCE = 15.0  # seconds that a server has to end its kernels and itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child process, and where it writes what it has to say."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.poll() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server(Child):
    """One that answers on a port."""

    port: int
    path: str  # of the page to open, with a leading slash

    @property
    def address(self) -> str:
        """The page to open in a browser."""
        return f"http://{HOST}:{self.port}{self.path}"

    def answers(self) -> bool:
        """Whether it serves pages by now, it and not a program that took the port in the meantime."""
        connection = http.client.HTTPConnection(
            HOST, self.port, timeout=5
        )  # not urllib: it would ask a proxy
        try:
            connection.request("HEAD", self.path)
            return connection.getresponse().getheader(MARK) == self.log.parent.name
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def marked(folder: Path) -> dict[str, object]:
    """Return the settings that put the mark into a server's answers."""
    return {"headers": {MARK: folder.name}}


def start(
    name: str, module: str, *options: str, port: int, path: str, folder: Path, environment: Mapping[str, str]
) -> Server:
    """Start `python -m module`, which answers at *path* on *port*."""
    child = start_child(name, module, *options, folder=folder, environment=environment)
    return Server(name=name, process=child.process, log=child.log, port=port, path=path)


def start_child(name: str, module: str, *options: str, folder: Path, environment: Mapping[str, str]) -> Child:
    """Start `python -m module` with a log in the folder and a session of its own, so that Ctrl-C reaches only us."""
    log = folder / f"{name.lower()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *options],
            cwd=folder,  # nothing that lies in the user's current folder is read or imported
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name=name, process=process, log=log)


def end(*servers: Child) -> None:
    """End the servers, all at once, and return when the last is gone; a server takes its kernels along."""
    for server in servers:
        server.process.terminate()
    for server in servers:
        try:
            server.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()


def port_for(name: str, wanted: int | None, default: int, *, host: str = HOST) -> int:
    """Return the port that was asked for, else the default, else any free one.

    Raises InvalidInput if the one that was asked for is taken.
    """
    if wanted is None:
        return default if _free(default, host) else free_port()
    if not 1 <= wanted <= 65535:
        raise InvalidInput(
            f"{wanted} is no port for {name}: give one from 1 to 65535, or none for a free one"
        )
    if not _free(wanted, host):
        raise InvalidInput(f"port {wanted} for {name} is taken: give another, or none for a free one")
    return wanted


def _free(port: int, host: str) -> bool:
    """Tell whether nobody listens on *port*; raises InvalidInput if *host* is no address of this machine."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise InvalidInput(f"{host} is no address of this machine: give --host another") from None
    with socket.socket(family) as trial:
        trial.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as the servers do: only a listener counts
        try:
            trial.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise InvalidInput(f"{host} is no address of this machine: give --host another") from None
            return False
    return True


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        port: int = trial.getsockname()[1]
        return port
