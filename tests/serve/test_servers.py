from __future__ import annotations

import socket

import pytest

from campaignkit.domain.errors import InvalidInput
from campaignkit.serve.servers import HOST, free_port, port_for


def test_the_default_port_is_taken_where_it_is_free_and_another_where_it_is_not():
    default = free_port()
    assert port_for("JupyterLab", None, default) == default
    with socket.create_server((HOST, default)):
        assert port_for("JupyterLab", None, default) not in {None, default}


def test_a_port_that_somebody_serves_to_every_address_counts_as_taken():
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        assert port_for("JupyterLab", None, port) != port


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(InvalidInput, match=f"^{port} is no port for Voila"):
        port_for("Voila", port, 8866)
