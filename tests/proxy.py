"""Something between a client and its PostgreSQL that cuts the line in the middle of a COMMIT."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


@contextmanager
def cutting(folder: Path, server: Path, *, commit_arrives: bool) -> Iterator[Path]:
    """Yield a folder with a socket that leads to the server in folder *server* until a client says commit.

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


def _pass_on(client: socket.socket, server: Path, commit_arrives: bool) -> None:
    with client, socket.socket(socket.AF_UNIX) as upstream, selectors.DefaultSelector() as ready:
        upstream.connect(str(server / SOCKET))
        ready.register(client, selectors.EVENT_READ, upstream)
        ready.register(upstream, selectors.EVENT_READ, client)
        while True:
            for key, _ in ready.select():
                source, target = key.fileobj, key.data
                assert isinstance(source, socket.socket)
                data = source.recv(1 << 16)
                if not data:
                    return
                ends = source is client and b"commit\0" in data
                if not ends or commit_arrives:
                    target.sendall(data)
                if ends:
                    if commit_arrives:
                        upstream.recv(1)  # it is done, and nobody is told
                    return
