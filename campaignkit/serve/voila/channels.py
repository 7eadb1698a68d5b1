"""The websocket between a page and its kernel: what passes in either direction, and nothing else.

A page's widgets talk to the kernel in comm messages. Whatever else the protocol knows (run this, complete that, read
input, debug, interrupt, shut down) is not for viewers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.web import HTTPError

from campaignkit.serve.connections import PromptConnection
from campaignkit.serve.voila import visitors
from campaignkit.serve.voila.kernels import PageKernels

FROM_THE_PAGE = frozenset({"comm_msg", "comm_close", "comm_open", "comm_info_request", "kernel_info_request"})
# The one comm that a page opens by itself: it asks for the state of all widgets. Any other target would let a viewer
# construct widgets of any kind in the kernel.
OPENED_BY_PAGES = "jupyter.widget.control"
TO_THE_PAGE = frozenset(
    "status comm_open comm_msg comm_close comm_info_reply kernel_info_reply"
    " display_data update_display_data clear_output".split()
)
PROTOCOL = "v1.kernel.websocket.jupyter.org"
MOST_PARTS = 64
PARTS = ("header", "parent_header", "metadata", "content")
COMPLAINTS = 5  # of one connection that are written to the log; the rest is silence


def passes(message: object) -> bool:
    """Tell whether a page's message may reach the kernel."""
    match message:
        case {"channel": "shell", "header": {"msg_type": str(kind)}, "content": Mapping() as content}:
            return kind in FROM_THE_PAGE and (
                kind != "comm_open" or content.get("target_name") == OPENED_BY_PAGES
            )
    return False


class Channels(PromptConnection):
    """A connection that lets through what a page of widgets needs.

    The server writes each message anew: what was judged here is what the kernel reads, whatever two parsers might
    think of the original.
    """

    complaints = 0

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Hand on a message of the page, or ignore it."""
        if not self.channels:
            return  # closed meanwhile
        try:
            message = self._read(incoming_msg)
            if passes(message):
                self.session.send(self.channels["shell"], message)
                return
        except Exception as error:  # noqa: BLE001 - whatever a stranger can send ends here
            self._complain(f"a message that cannot be read: {type(error).__name__}")
        else:
            self._complain("a message that is not for pages")

    def _read(self, raw: object) -> dict[str, Any]:
        """Return the message; raises whatever it likes if it is none of the protocol that our pages speak."""
        if not isinstance(raw, bytes) or self.subprotocol != PROTOCOL:
            raise ValueError(PROTOCOL)
        if int.from_bytes(raw[:8], "little") > MOST_PARTS:  # the parser would make a list of so many
            raise ValueError(MOST_PARTS)
        channel, parts = deserialize_msg_from_ws_v1(raw)  # type: ignore[no-untyped-call]
        named = dict(zip(PARTS, map(json.loads, parts[: len(PARTS)]), strict=True))
        return named | {"channel": channel, "buffers": parts[len(PARTS) :]}

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Hand on a message of the kernel, unless it is none for viewers: sources, errors, what was printed."""
        _, parts = self.session.feed_identities(outgoing_msg)
        header = self.session.unpack(parts[1])
        kind = header.get("msg_type")
        if kind in TO_THE_PAGE:
            super().handle_outgoing_message(stream, outgoing_msg)
        elif kind == "error":
            trouble = self.session.unpack(parts[4])
            self.log.error("reference %s: %s", self._reference, "\n".join(trouble.get("traceback", ())))

    def _complain(self, what: str) -> None:
        self.complaints += 1
        if self.complaints <= COMPLAINTS:
            self.log.warning("reference %s: the page sent %s", self._reference, what)

    @property
    def _reference(self) -> str:
        page = self.multi_kernel_manager.pages.get(self.kernel_id)
        return page.visit.reference if page else "of an ended page"


class ChannelsHandler(KernelWebsocketHandler):
    """Where a page connects to its own kernel."""

    kernel_manager: PageKernels

    async def pre_get(self) -> None:
        """Refuse everybody but the kernel's owner, in the same words whether there is such a kernel or not."""
        if not self.check_origin():  # also where there is none: a browser always says where a page is from
            raise HTTPError(403)
        if not self.kernel_manager.belongs(self.kernel_id, visitors.owner_of(self)):
            raise HTTPError(404)
        await super().pre_get()  # type: ignore[no-untyped-call]

    def get_origin(self) -> str | None:
        """Return where the page is from, an origin that is never ours if it does not say."""
        return super().get_origin() or "null"

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer a refused connection without words: no page shows them."""
        self.set_status(status_code)
        self.finish()
