"""A page hears its kernel at once."""

from __future__ import annotations

import json

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from campaignkit.serve import lab
from campaignkit.serve.connections import PromptConnection
from campaignkit.serve.voila.channels import Channels


def test_a_message_is_sent_at_once_and_not_held_back_until_the_last_one_is_acknowledged(monkeypatch):
    done = []

    class Handler:
        def set_nodelay(self, on):
            done.append(on)

    connection = PromptConnection.__new__(PromptConnection)
    monkeypatch.setattr(PromptConnection, "websocket_handler", Handler())
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: done.append("connected"))
    connection.connect()
    assert done == [True, "connected"]


def test_both_servers_connect_their_pages_so(tmp_path):
    named = json.loads(json.dumps(lab._server(1, tmp_path, "token")))["ServerApp"][
        "kernel_websocket_connection_class"
    ]
    assert named == f"{PromptConnection.__module__}.{PromptConnection.__qualname__}"
    assert issubclass(Channels, PromptConnection)
