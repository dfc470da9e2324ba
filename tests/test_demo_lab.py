"""Where the demo's JupyterLab may listen."""

from __future__ import annotations

import socket

from edu_widgets.demo.lab import free_port
from tests.ports import own_port


def test_a_free_port_is_taken_as_it_is() -> None:
    port = own_port()
    assert free_port(port) == port


def test_a_port_in_use_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert free_port(port) != port


def test_a_port_whose_last_connection_is_being_closed_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server.accept()[0].close()  # who closes first keeps the port for a minute
            assert client.recv(1) == b""
    assert free_port(port) != port
