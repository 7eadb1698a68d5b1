"""Voila on the dashboards, by our own launcher: read-only pages for many, each with a kernel that ends with it."""

from __future__ import annotations

import ipaddress
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from campaignkit.assets import asset
from campaignkit.domain.errors import InvalidInput
from campaignkit.serve.servers import HOST, Server, port_for, start
from campaignkit.serve.voila.options import Options
from campaignkit.settings import from_environment

NAME = "Voila"
DEFAULT_PORT = 8866
MODULE = "campaignkit.serve.voila"
FIRST = "/voila/render/operations.ipynb"
SHORTEST_SECRET = 16


def start_dashboards(port: int, folder: Path, environment: Mapping[str, str]) -> Server:
    """Start Voila beside another server, for this machine only and in the name of who has started it."""
    options = Options(
        host=HOST,
        port=port,
        root=str(asset("dashboards")),
        folder=_private(folder),
        mark=folder.name,
        child=True,
    )
    alone = {name: value for name, value in environment.items() if name != "CAMPAIGNKIT_PROXY_SECRET"}
    return start(NAME, MODULE, options.to_json(), port=port, path=FIRST, folder=folder, environment=alone)


def run(
    choice: Mapping[str, str],
    *,
    host: str = HOST,
    port: int | None = None,
    max_kernels: int = 40,
    announce: str = "words",
) -> NoReturn:
    """Become Voila: this process serves until Ctrl-C or a signal, and logs to standard error.

    *choice* are the environment variables that say which data is shown.

    Raises InvalidInput for a port that is taken, no room, or an address beyond this machine without a proxy's secret.
    """
    _check(host, max_kernels, from_environment().proxy_secret or "")
    found = port_for(NAME, port, DEFAULT_PORT, host=host)
    folder = tempfile.mkdtemp(prefix="campaignkit-")
    options = Options(
        host=host,
        port=found,
        root=str(asset("dashboards")),
        folder=folder,
        max_kernels=max_kernels,
        announce=announce,
    )
    os.chdir(folder)  # nothing that lies in the user's current folder is read or imported
    command = [sys.executable, "-P", "-m", MODULE, options.to_json()]
    os.execve(sys.executable, command, {**os.environ, **choice})  # noqa: S606 - without a shell: that is the point


def _check(host: str, max_kernels: int, secret: str) -> None:
    if max_kernels < 1:
        raise InvalidInput(f"{max_kernels} kernels would show nothing: give --max-kernels at least 1")
    if secret and len(secret) < SHORTEST_SECRET:
        raise InvalidInput(
            f"CAMPAIGNKIT_PROXY_SECRET can be guessed: give it at least {SHORTEST_SECRET} random characters"
        )
    if not secret and not _of_this_machine(host):
        raise InvalidInput(
            f"{host} can be reached from other machines, and nobody would be asked who they are: set"
            " CAMPAIGNKIT_PROXY_SECRET and put a proxy in front, or leave out --host"
        )


def _of_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _private(folder: Path) -> str:
    own = folder / "voila"
    own.mkdir()
    return str(own)
