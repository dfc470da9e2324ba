"""The address of the demo's JupyterLab."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import pytest

from edu_widgets.demo.lab import Lab, plain_environment
from tests.conftest import require


@pytest.fixture(autouse=True)
def jupyterlab() -> None:
    require(importlib.util.find_spec("jupyterlab"), "jupyterlab is not installed")


def test_a_port_that_is_taken_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "lesson").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        lab = Lab(tmp_path, port, plain_environment())
        try:
            lab.start()
            assert f":{port}/" not in lab.url
            assert lab.request("GET", "/api/status")["kernels"] == 0
        finally:
            lab.stop()


def test_a_port_whose_last_connection_is_being_closed_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "lesson").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server.accept()[0].close()  # who closes first keeps the port for a minute
            assert client.recv(1) == b""
    lab = Lab(tmp_path, port, plain_environment())
    try:
        lab.start()
        assert lab.request("GET", "/api/status")["kernels"] == 0
    finally:
        lab.stop()
