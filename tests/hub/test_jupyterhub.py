"""The class behind a real JupyterHub and its proxy, with the configuration that the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.network import Network
from tests.hub.harness import RealHub

pytestmark = pytest.mark.nightly
"""Eleven seconds of a processor, of which the Hub takes most."""


def test_somebody_of_a_hub_is_in_the_class_by_each_transport(
    tmp_path: Path, node_modules: dict[str, str]
) -> None:
    """Mira, whom a group makes an instructor, on a Hub whose base URL is not the root."""
    hub = RealHub(tmp_path / "hub", node_modules, base="/jupyter/")
    with Network(hub.port) as network:
        network.upgrade = 403
        another = f"{network.base}/jupyter/services/class/"
        hub.of_people["BY_ANOTHER_WAY"] = {"mira": another}
        with hub:
            assert hub.status(hub.service) == hub.status(f"{hub.service}/") == 200
            assert hub.status(f"{hub.service}/health", Host="proxy-public") == 200
            assert hub.status(f"{hub.service}/health", Host="other.example.org") == 403
            hub.start("mira")
            assert hub.ask("mira") == [
                ["mira", "instructor", "websocket"],
                ["mira", "instructor", "event stream"],
            ]
            hub.ask("mira", "say/Hello")
            assert hub.ask("mira", "heard/Hello") == [["Hello"], ["Hello"]]
