"""A launcher that runs, and what a viewer can do to it without a browser: ask for pages, speak to a kernel."""

from __future__ import annotations

import http.client
import json
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import psutil
from websockets.sync.client import ClientConnection, connect

from campaignkit.serve import dashboards
from campaignkit.serve.servers import HOST, Server, end, free_port, start
from campaignkit.serve.voila.channels import PROTOCOL
from campaignkit.serve.voila.options import Options

QUICK = {"first_grace": 4.0, "grace": 1.0, "tick": 0.2, "spare": False}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str
    cookies: Mapping[str, str]


@dataclass
class Browser:
    """Keeps cookies as a browser does, and sends the headers it is given with every request."""

    running: Running
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """Return the answer to one request; the path is sent as it is written."""
        connection = http.client.HTTPConnection(HOST, self.running.server.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True, skip_host="Host" in self.headers)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            for name, value in {**self.headers, **headers, **self.cookie}.items():
                connection.putheader(name, value)
            connection.endheaders(body.encode() if body is not None else None)
            found = connection.getresponse()
            text = found.read().decode()
        finally:
            connection.close()
        fresh = SimpleCookie()
        for value in found.headers.get_all("Set-Cookie") or ():
            fresh.load(value)
        self.cookies |= {name: morsel.value for name, morsel in fresh.items()}
        return Answer(found.status, found.headers, text, self.cookies)

    @property
    def cookie(self) -> dict[str, str]:
        """Return the header with the cookies."""
        return (
            {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if self.cookies
            else {}
        )

    def open(self, path: str) -> str:
        """Open a dashboard as far as its last cell; return its kernel's id."""
        answer = self.ask(f"/voila/render/{path}")
        assert answer.status == 200, answer.text
        return re.search(r'"kernelId": "([0-9a-f-]{36})"', answer.text)[1]

    def close(self, kernel: str) -> Answer:
        """Say that the page is closed."""
        form = f"_xsrf={self.cookies['_xsrf']}"
        return self.ask(
            f"/voila/api/shutdown/{kernel}",
            "POST",
            form,
            **{"Content-Type": "application/x-www-form-urlencoded"},
        )

    def session(self, kernel: str) -> dict[str, bool]:
        """Ask how the page's kernel is."""
        return json.loads(self.ask(f"/voila/api/session/{kernel}").text)

    @contextmanager
    def connected(self, kernel: str, *, origin: str | None = "ours", **headers: str) -> Iterator[Socket]:
        """Connect to a kernel as a page does; *origin* may be another, or None."""
        server = self.running.server
        address = f"ws://{HOST}:{server.port}/api/kernels/{kernel}/channels?session_id={uuid.uuid4()}"
        with connect(
            address,
            origin=f"http://{HOST}:{server.port}" if origin == "ours" else origin,
            subprotocols=[PROTOCOL],
            additional_headers={**self.headers, **headers, **self.cookie},
            open_timeout=20,
            max_size=None,
        ) as socket:
            yield Socket(socket)


@dataclass
class Socket:
    """A websocket to a kernel."""

    raw: ClientConnection

    def ask_states(self) -> str:
        """Ask for the state of all widgets, as the front end does; return the message's id."""
        self.send(
            "comm_open",
            {"comm_id": "all", "target_name": "jupyter.widget.control", "data": {}},
            metadata={"version": "1.0.0"},
        )
        return self.send("comm_msg", {"comm_id": "all", "data": {"method": "request_states"}})

    def send(
        self,
        kind: str,
        content: Mapping[str, Any],
        channel: str = "shell",
        metadata: Mapping[str, Any] = {},
    ) -> str:
        """Send a message; return its id."""
        message_id = uuid.uuid4().hex
        header = {
            "msg_type": kind,
            "msg_id": message_id,
            "session": "attack",
            "username": "",
            "date": "2026-01-01T00:00:00Z",
            "version": "5.3",
        }
        self.raw.send(encoded(channel, [header, {}, dict(metadata), dict(content)]))
        return message_id

    def answers(
        self, message_id: str, *, until: Callable[[dict[str, Any]], bool], timeout: float = 20
    ) -> list[Any]:
        """Return all messages that come until one about that message is the one that is waited for."""
        found: list[dict[str, Any]] = []
        give_up = time.monotonic() + timeout
        while time.monotonic() < give_up:
            channel, header, parent, content = decoded(self.raw.recv(timeout=timeout))
            found.append(
                {"channel": channel, "kind": header["msg_type"], "parent": parent, "content": content}
            )
            if parent.get("msg_id") == message_id and until(found[-1]):
                return found
        raise AssertionError(f"no answer among {len(found)} messages, at last {found[-3:]}")

    def models(self) -> list[str]:
        """Return the ids of all widgets that the kernel has, displayed or not."""
        asked = self.send("comm_info_request", {})
        return list(
            self.answers(asked, until=lambda message: message["kind"] == "comm_info_reply")[-1]["content"][
                "comms"
            ]
        )

    def settle(self, timeout: float = 20) -> list[Any]:
        """Return everything that comes until the kernel has dealt with what was sent before."""
        asked = self.send("kernel_info_request", {})
        return self.answers(
            asked, until=lambda message: message["kind"] == "kernel_info_reply", timeout=timeout
        )


def encoded(channel: str, parts: Sequence[Any]) -> bytes:
    """Return a message as the protocol writes it."""
    pieces = [channel.encode(), *(json.dumps(part).encode() for part in parts)]
    offsets = [8 * (len(pieces) + 2)]
    for piece in pieces:
        offsets.append(offsets[-1] + len(piece))
    numbers = [len(offsets), *offsets]
    return b"".join(number.to_bytes(8, "little") for number in numbers) + b"".join(pieces)


def decoded(raw: bytes | str) -> tuple[str, Any, Any, Any]:
    """Return channel, header, parent header and content."""
    assert isinstance(raw, bytes)
    count = int.from_bytes(raw[:8], "little")
    offsets = [int.from_bytes(raw[8 * i + 8 : 8 * i + 16], "little") for i in range(count)]
    channel, header, parent, _, content = (raw[offsets[i] : offsets[i + 1]] for i in range(5))
    return channel.decode(), json.loads(header), json.loads(parent), json.loads(content)


@dataclass
class Running:
    """The launcher's process, and what can be seen of it from outside."""

    server: Server

    def browser(self, **headers: str) -> Browser:
        """Return a browser that was never here."""
        return Browser(self, headers)

    @property
    def log(self) -> str:
        """Return what it has written."""
        return self.server.log.read_text()

    def kernels(self) -> list[psutil.Process]:
        """Return the kernels' processes."""
        return [child for child in psutil.Process(self.server.process.pid).children() if command_of(child)]

    def process_of(self, kernel: str) -> psutil.Process | None:
        """Return the kernel's process, or None if it has ended."""
        return next((found for found in self.kernels() if kernel in command_of(found)), None)

    def figures(self) -> dict[str, float]:
        """Return what /metrics says."""
        lines = self.browser().ask("/metrics").text.splitlines()
        return {
            name.removeprefix("campaignkit_dashboards_"): float(value)
            for name, value in (line.split() for line in lines if not line.startswith("#"))
        }


def command_of(process: psutil.Process) -> str:
    """Return a process's command line; nothing of one that has ended, even while it is looked at."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def wait_for(condition: Callable[[], bool], timeout: float = 20) -> float:
    """Wait until something is so; return how many seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + timeout, "it never was so"
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def running(
    root: Path, folder: Path, environment: Mapping[str, str] = {}, **options: Any
) -> Iterator[Running]:
    """Run the launcher on the dashboards in *root*, with short times."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    given = Options(
        **{
            "host": HOST,
            "port": port,
            "root": str(root),
            "folder": str(folder / "voila"),
            "mark": folder.name,
        }
        | QUICK
        | options
    )
    Path(given.folder).mkdir()
    server = start(
        dashboards.NAME,
        dashboards.MODULE,
        given.to_json(),
        port=port,
        path="/",
        folder=folder,
        environment={**os.environ, **environment},
    )
    try:
        found = Running(server)
        while not server.answers():
            assert not server.ended, found.log
            time.sleep(0.05)
        yield found
    finally:
        end(server)


def notebook(path: Path, *cells: str) -> None:
    """Write a dashboard of such cells."""
    made = [
        {"cell_type": "code", "metadata": {}, "source": cell, "execution_count": None, "outputs": []}
        for cell in cells
    ]
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
