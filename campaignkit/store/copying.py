"""Rows as a server's COPY sends them: from several connections at once, and handed on in order.

A server gives one process to a connection, and that spells rows out slower than they can be taken here; so a long list
comes in pieces, of which each connection copies one at a time. psycopg hands out row by row, which takes as long as the
server does: here all rows that have come are taken together, and counted by the server.
"""

from __future__ import annotations

import contextlib
import select
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from campaignkit.store.pool import Connection

MOST_HELD = 8 << 20  # bytes of a piece whose turn has not come: beyond, its server waits
LOOK_MS = (
    1_000  # TLS may have taken off the line what it has not handed on yet: then no line says that it is ready
)


class Line:
    """A connection that copies one piece at a time. `rows` is how many it had, None while they come."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._line = connection, connection.pgconn
        self.under_way = contextlib.ExitStack()
        self.rows: int | None = None
        self._come: list[bytes] = []
        self._held = 0

    def fileno(self) -> int:
        """Return the number of its socket."""
        return self._line.socket

    @property
    def full(self) -> bool:
        """Tell whether no more can be held of a piece whose turn has not come."""
        return self._held >= MOST_HELD

    def begin(self, query: bytes, given: Mapping[str, object], *, how: str) -> None:
        """Let the server copy the rows of *query*."""
        self.rows = None
        copy = b"copy (" + query + f") to stdout ({how})".encode()
        cursor = self.under_way.enter_context(self._connection.cursor())
        self.under_way.enter_context(cursor.copy(copy, given))
        self._take()

    def take(self) -> None:
        """Take what has come since; raises what the server does."""
        self._line.consume_input()
        self._take()

    def hand_on(self, write: Callable[[bytes], object]) -> None:
        """Give *write* what was taken."""
        for part in self._come:
            write(part)
        self._come, self._held = [], 0

    def _take(self) -> None:
        rows = []
        size, row = self._line.get_copy_data(1)
        while size > 0:
            rows.append(row)
            size, row = self._line.get_copy_data(1)
        part = b"".join(rows)
        self._come.append(part)
        self._held += len(part)
        if size < 0:
            self._end()

    def _end(self) -> None:
        result = self._line.get_result()
        while result and (another := self._line.get_result()):
            result = another
        if result is None or result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result) if result else ConnectionError
        self.rows = result.command_tuples
        self.under_way.close()


def copied(
    lines: Sequence[Line],
    begin: Callable[[Line], bool],
    *,
    write: Callable[[bytes], object],
    tell: Callable[[int], object] = lambda _rows: None,
) -> int:
    """Give *write* all pieces in order, and return how many rows they had; after each, *tell* hears how many it had.

    *begin* begins the next piece on a line, and says whether there was one.
    """
    copied = 0
    with contextlib.ExitStack() as closing:
        for line in lines:
            closing.push(line.under_way)  # after an error, what still comes is called off
        turns = deque(line for line in lines if begin(line))
        while turns:
            first = turns[0]
            if first.rows is None:
                _wait([first, *(line for line in turns if line.rows is None and not line.full)])
            first.hand_on(write)
            if first.rows is not None:
                copied += first.rows
                tell(first.rows)
                turns.popleft()
                turns.extend([first] if begin(first) else [])
    return copied


def _wait(lines: Sequence[Line]) -> None:
    """Take from the *lines* what comes next."""
    numbered = {line.fileno(): line for line in lines}
    poll = select.poll()
    for number in numbered:
        poll.register(number, select.POLLIN)
    for number in [number for number, _ in poll.poll(LOOK_MS)] or numbered:
        numbered[number].take()
