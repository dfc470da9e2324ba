"""Ports that tests may count on."""

import socket


def own_port() -> int:
    """A free port that no other test is given.

    A service that has no wish takes the first free one from 8765 on. When one that was killed
    comes back for its own, a test beside may have it already; and whoever waits for the old
    service would find that test's.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
