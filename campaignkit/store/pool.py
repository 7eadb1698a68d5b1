"""Connections that are kept for the next session: opening one takes as long as ten questions."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from campaignkit.assets import asset
from campaignkit.store.address import Address

KEPT = 2  # of one kernel; there may be forty of those
Connection = psycopg.Connection[Any]


class Pool:
    """Connections to one database, each used by one session at a time; there are as many as there are sessions."""

    def __init__(self, address: Address) -> None:
        self._address, self._lock = address, threading.Lock()
        self._idle: list[Connection] = []
        self._settings = asset("sql", "postgres", "settings.sql").read_bytes()
        self.close = weakref.finalize(self, _close, self._idle)

    @contextlib.contextmanager
    def transaction(self, begin: bytes) -> Iterator[Connection]:
        """Yield a connection on which *begin* has just been executed; whoever asked ends the transaction.

        What was kept and has been cut off meanwhile, by a restart of the server, is replaced without a word: nothing
        has been asked of it yet.
        """
        connection = self._begun(begin)
        try:
            yield connection
        finally:
            self._keep(connection)

    def connect(self) -> Connection:
        """Return a new connection of the caller's own, set up like all of ours."""
        connection = self._address.connect()
        try:
            connection.execute(self._settings)
        except BaseException:
            connection.close()
            raise
        return connection

    def _begun(self, begin: bytes) -> Connection:
        while kept := self._pop():
            try:
                kept.execute(begin)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                kept.close()
            else:
                return kept
        connection = self.connect()
        try:
            connection.execute(begin)
        except BaseException:
            connection.close()
            raise
        return connection

    def _pop(self) -> Connection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _keep(self, connection: Connection) -> None:
        usable = not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE
        with self._lock:
            if usable and len(self._idle) < KEPT:
                self._idle.append(connection)
                return
        connection.close()


def _close(idle: list[Connection]) -> None:
    for connection in idle:
        connection.close()
