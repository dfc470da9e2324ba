"""Ports that tests may count on."""

import random
import socket

# Below those that the system gives to outgoing connections, and far above 8765, from where on
# services without a wish take theirs.
_OURS = range(20_000, 32_000)


def own_port() -> int:
    """A free port that no other test is given.

    A service that has no wish takes the first free one from 8765 on. When one that was killed
    comes back for its own, a test beside may have it already; and whoever waits for the old
    service would find that test's.
    """
    while True:
        port = random.choice(_OURS)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue  # taken
