"""What Voila 0.5 lacks so that a page's kernel ends with the page. Voila loads both classes by their names."""

from __future__ import annotations

import time
from typing import Any

from jupyter_server.auth.identity import PasswordIdentityProvider, User
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import ensure_async
from tornado.web import RequestHandler


class Visitor(PasswordIdentityProvider):
    """Whoever opens a page, with the cookie that the page needs to end its kernel when it is closed.

    The closing page posts to the server, which refuses a post without the `_xsrf` cookie, and Voila never sets it.
    """

    async def get_user(self, handler: RequestHandler) -> User | None:
        """Return the visitor, and see to it that the answer carries the cookie."""
        user: User | None = await ensure_async(super().get_user(handler))
        if user is not None and "Upgrade" not in handler.request.headers:
            handler.current_user = user
            _ = handler.xsrf_token  # reading it sets the cookie
        return user


class PageKernels(AsyncMappingKernelManager):
    """Kernels that end when no page has been connected to them for `cull_idle_timeout` seconds.

    That is how a page goes that was never closed: a crash, a lost network. The server's own rule asks when the kernel
    last said something, and a dashboard that refreshes itself never falls silent. The time must cover the slowest
    start, for a page connects only when its last cell has run.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._alone_since: dict[str, float] = {}

    async def cull_kernels(self) -> None:
        """End what has been alone for too long; the server calls this every `cull_interval` seconds."""
        now = time.monotonic()
        alone = [kernel for kernel in self.list_kernel_ids() if not self._kernel_connections.get(kernel)]
        self._alone_since = {kernel: self._alone_since.get(kernel, now) for kernel in alone}
        for kernel, since in self._alone_since.items():
            if now - since >= self.cull_idle_timeout and kernel in self:  # it may have ended since
                self.log.warning("kernel %s: no page for %.0f s", kernel, now - since)
                await ensure_async(self.shutdown_kernel(kernel))  # type: ignore[no-untyped-call]
