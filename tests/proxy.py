"""Something between a client and its PostgreSQL: cuts the line in the middle of a COMMIT, or speaks TLS."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import SSL_REQUEST, Server

SOCKET = ".s.PGSQL.5432"
# What a server offers inside TLS, and what a client may be offered that knows of none.
BOUND = b"R\0\0\0\x2a\0\0\0\nSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"
UNBOUND = b"R\0\0\0\x17\0\0\0\nSCRAM-SHA-256\0\0"


@contextmanager
def cutting(folder: Path, server: Server, *, commit_arrives: bool) -> Iterator[Path]:
    """Yield a folder with a socket that leads to the server until a client says commit.

    Then the line is dead: the server has heard it, or (not *commit_arrives*) it has not.
    """
    over = threading.Event()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / SOCKET))
        listener.listen()

        def serve() -> None:
            while True:
                client, _ = listener.accept()
                if over.is_set():
                    client.close()
                    return
                threading.Thread(target=_pass_on, args=(client, server, commit_arrives), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield folder
        over.set()
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(folder / SOCKET))
        thread.join()


def _pass_on(client: socket.socket, server: Server, commit_arrives: bool) -> None:
    with client, server.dial() as upstream:
        for source, data in between(client, upstream):
            ends = source is client and b"commit\0" in data
            if not ends or commit_arrives:
                (upstream if source is client else client).sendall(data.replace(BOUND, UNBOUND))
            if ends:
                if commit_arrives:
                    upstream.recv(1)  # it is done, and nobody is told
                return


def between(one: socket.socket, other: socket.socket) -> Iterator[tuple[socket.socket, bytes]]:
    """Yield what either has said, until one of them says no more."""
    with selectors.DefaultSelector() as ready:
        for line in (one, other):
            ready.register(line, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                source = key.fileobj
                assert isinstance(source, socket.socket)
                data = source.recv(1 << 16)
                while isinstance(source, ssl.SSLSocket) and source.pending():
                    data += source.recv(1 << 16)
                if not data:
                    return
                yield source, data


@contextmanager
def speaking_tls(server: Server, certificate: Path, key: Path) -> Iterator[int]:
    """Yield a port of localhost that leads to the server, and where nothing is heard but TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def secured(client: socket.socket) -> None:
        with client:
            if client.recv(len(SSL_REQUEST)) != SSL_REQUEST:
                return
            client.sendall(b"S")
            with (
                contextlib.suppress(OSError),
                context.wrap_socket(client, server_side=True) as safe,
                server.dial() as upstream,
            ):
                for source, data in between(safe, upstream):
                    (upstream if source is safe else safe).sendall(data)

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                client, _ = listener.accept()
                if over.is_set():
                    client.close()
                    return
                threading.Thread(target=secured, args=(client,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        address = listener.getsockname()
        yield address[1]
        over.set()
        socket.create_connection(address).close()
        thread.join()
