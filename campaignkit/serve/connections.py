"""How a page is connected to its kernel. JupyterLab loads the class by its name, our Voila builds on it."""

from __future__ import annotations

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Sends each message of the kernel at once.

    An answer comes as several small messages: busy, what was asked for, idle. TCP would hold the second back until the
    browser has acknowledged the first, and that takes a browser 40 ms.
    """

    def connect(self) -> Any:
        """Begin to pass messages."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
