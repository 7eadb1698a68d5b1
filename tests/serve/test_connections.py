"""A page hears its kernel at once."""

from __future__ import annotations

import json

import pytest
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from campaignkit.serve import dashboards, lab
from campaignkit.serve.connections import PromptConnection


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


@pytest.mark.parametrize(
    ("config", "app"),
    [
        (lambda folder: lab._server(1, folder, "token"), "ServerApp"),
        (lambda folder: dashboards._config(1, folder), "Voila"),
    ],
    ids=["JupyterLab", "Voila"],
)
def test_both_servers_connect_their_pages_so(config, app, tmp_path):
    named = json.loads(json.dumps(config(tmp_path)))[app]["kernel_websocket_connection_class"]
    assert named == f"{PromptConnection.__module__}.{PromptConnection.__qualname__}"
