"""The kernels of the pages: how many, whose, with which environment, and when they end."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import ensure_async
from tornado.web import HTTPError
from traitlets import Bool, Float, Int

from campaignkit.serve.voila.visitors import NOBODY, Owner, Visit, visit

# What a kernel needs to run and to find its database. Nothing that is not named here reaches it.
INHERITED = frozenset(
    "PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR VIRTUAL_ENV LD_LIBRARY_PATH XDG_CACHE_HOME"
    " PYTHONPATH PYTHONHOME PYTHONUTF8 PYTHONIOENCODING PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX"
    " JUPYTER_DATA_DIR JUPYTER_CONFIG_DIR JUPYTER_RUNTIME_DIR IPYTHONDIR"
    " PGPASSFILE PGSERVICEFILE PGSSLMODE PGSSLROOTCERT PGSSLCERT PGSSLKEY"
    " CAMPAIGNKIT_DB CAMPAIGNKIT_WORKSPACE".split()
)
OF_THE_REQUEST = frozenset({"QUERY_STRING", "SCRIPT_NAME"})
ARGUMENTS = (
    "--HistoryManager.enabled=False",  # no file of what was run
    "--IPKernelApp.quiet=False",  # what a kernel logs stands in the server's log too
)
WARMING = "__import__('campaignkit.ui')"  # what every dashboard needs, before a viewer waits for it


@dataclass(slots=True)
class Page:
    """The page that a kernel belongs to."""

    visit: Visit
    rendering: bool = True
    connected: bool = False  # whether it ever was
    alone_since: float | None = field(default=None)

    @property
    def owner(self) -> Owner | None:
        """To whom it belongs."""
        return self.visit.owner


class PageKernels(AsyncMappingKernelManager):
    """At most `max_kernels` kernels, each of which ends soon after no page is connected to it, or when it has died.

    The server's own rule asks when a kernel last said something, and a dashboard that refreshes itself never falls
    silent. A page connects when its last cell has run and its front end is there: `first_grace` covers the latter.
    """

    max_kernels = Int(40, config=True)
    first_grace = Float(40.0, config=True)
    grace = Float(15.0, config=True)
    spare = Bool(True, config=True)  # whether a kernel is kept ready for the next page; it counts for none

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.pages: dict[str, Page] = {}
        self.started = self.ended_alone = self.died = self.refused = 0
        self._starting = 0
        self._spare: tuple[str, Any] | None = None  # a kernel's id, and a client to tell it whose it is
        self._warming: asyncio.Task[None] | None = None
        self._ending: set[str] = set()

    @property
    def full(self) -> bool:
        """Whether there is no room for one more."""
        return len(self.pages) + self._starting >= self.max_kernels

    @property
    def ready(self) -> bool:
        """Whether the next page finds a kernel."""
        return self._spare is not None

    def connections(self, kernel_id: str) -> int:
        """Return how many pages are connected to the kernel: one, none, or two while one comes back."""
        found: int = self._kernel_connections.get(kernel_id, 0)
        return found

    def belongs(self, kernel_id: str, owner: Owner | None) -> bool:
        """Tell whether there is such a kernel and it is the owner's; who has no cookie owns none."""
        page = self.pages.get(kernel_id)
        return owner is not None and page is not None and kernel_id in self and page.owner == owner

    async def start_kernel(self, **how: Any) -> str:  # type: ignore[override]  # the server's own is async too
        """Start the kernel of the current visit's page and return its id; raises 503 where there is no room."""
        if self.full:
            self.refused += 1
            raise HTTPError(503, "no room for another kernel")
        current = visit.get()
        how["env"] = _environment(how.get("env") or {}, current)
        self._starting += 1
        try:
            kernel_id = await self._take_spare(how["env"]) or await self._start(**how)
        finally:
            self._starting -= 1
        self.started += 1
        self.pages[kernel_id] = Page(current)
        current.kernel_id = kernel_id
        return kernel_id

    async def _start(self, **how: Any) -> str:
        kernel_id: str = await super().start_kernel(extra_arguments=list(ARGUMENTS), **how)
        return kernel_id

    async def _take_spare(self, environment: Mapping[str, str]) -> str | None:
        """Return the spare kernel, which is a page's from now on and no other's ever; None if there is none."""
        if self._spare is None:
            return None
        (kernel_id, client), self._spare = self._spare, None
        try:
            code = f"__import__('os').environ.update({dict(environment)!r})"
            reply = await client.execute(code, silent=True, store_history=False, reply=True, timeout=5)
            told = reply["content"]["status"] == "ok"
        except (RuntimeError, TimeoutError):
            told = False
        finally:
            client.stop_channels()
        if not told:
            await self.end(kernel_id)
        return kernel_id if told else None

    async def _warm(self) -> None:
        """Start a spare kernel: all that a dashboard imports, and nobody's address or name."""
        kernel_id = await self._start(path="", env=_environment({}, NOBODY))
        client: Any = self.get_kernel(kernel_id).client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            await client.execute(WARMING, silent=True, store_history=False, reply=True, timeout=60)
        except (RuntimeError, TimeoutError):
            client.stop_channels()
            await self.end(kernel_id)
        else:
            self._spare = kernel_id, client

    async def _keep_spare(self) -> None:
        """See to it that the next page finds a kernel, while nothing else wants the processor."""
        if self._spare and not await ensure_async(self.get_kernel(self._spare[0]).is_alive()):
            (kernel_id, client), self._spare = self._spare, None
            client.stop_channels()
            await self.end(kernel_id)
        idle = not self._starting and not any(page.rendering for page in self.pages.values())
        if self.spare and self._spare is None and idle and (self._warming is None or self._warming.done()):
            self._warming = asyncio.create_task(self._warm(), context=Context())

    def rendered(self, kernel_id: str) -> None:
        """Note that the page was handed over: from now on it is expected to connect."""
        if kernel_id in self.pages:
            self.pages[kernel_id].rendering = False

    async def look(self) -> None:
        """End what has died or was alone for too long; the launcher calls this every `tick` seconds."""
        now = time.monotonic()
        for kernel_id in list(self.list_kernel_ids()):
            page = self.pages.get(kernel_id)
            if page is None or kernel_id in self._ending:
                continue
            if not await ensure_async(self.get_kernel(kernel_id).is_alive()):
                self.died += 1
                self.log.error("reference %s: the kernel of this page has died", page.visit.reference)
                await self.end(kernel_id)
            elif self.connections(kernel_id):
                page.connected, page.alone_since = True, None
            elif not page.rendering:
                page.alone_since = now if page.alone_since is None else page.alone_since
                if now - page.alone_since >= (self.grace if page.connected else self.first_grace):
                    self.ended_alone += 1
                    self.log.info("reference %s: the page of this kernel is gone", page.visit.reference)
                    await self.end(kernel_id)
        await self._keep_spare()

    def start_buffering(self, kernel_id: str, session_key: str, channels: dict[str, Any]) -> None:
        """Keep what the kernel says for a page that comes back; of one that is being ended, nothing.

        The server would keep that for good, with four open sockets.
        """
        if kernel_id not in self._ending:
            super().start_buffering(kernel_id, session_key, channels)  # type: ignore[no-untyped-call]
            return
        for channel in channels.values():
            channel.close()

    async def end(self, kernel_id: str) -> None:
        """End a kernel and whatever is still connected to it; nothing happens if that is under way or done."""
        if kernel_id in self._ending or kernel_id not in self:
            return
        self._ending.add(kernel_id)
        try:
            await ensure_async(self.shutdown_kernel(kernel_id))  # type: ignore[no-untyped-call]
        except Exception:
            self.log.exception("a kernel could not be ended in good order")
        finally:
            self._ending.discard(kernel_id)
            self.pages.pop(kernel_id, None)
            for connection in list(ZMQChannelsWebsocketConnection._open_sockets):  # noqa: SLF001 - told to nobody
                if connection.kernel_id == kernel_id:
                    connection.websocket_handler.close()


def _environment(asked: Mapping[str, str], current: Visit) -> dict[str, str]:
    """Return a kernel's whole environment, from the server's own, the request and the visitor."""
    kept = {name: value for name, value in os.environ.items() if name in INHERITED or name.startswith("LC_")}
    request = {name: asked[name] for name in OF_THE_REQUEST if name in asked}
    login = {"CAMPAIGNKIT_AS": current.owner.login} if current.owner else {}
    return kept | request | login | {"CAMPAIGNKIT_ROLE": "viewer"}
