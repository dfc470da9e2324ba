"""The threads and connections of this process, and how a configuration sets them.

Imported by whoever connects: it needs an event loop, and importing edu_widgets stays cheap.
"""

import sys

from edu_widgets import folders
from edu_widgets.client.runtime.pool import Connections, Pool, Settings
from edu_widgets.client.runtime.threads import NetworkThread, callbacks, network
from edu_widgets.client.transport.selection import TransportSettings
from edu_widgets.configuration import Configuration

_SHORTEST_SWITCH = 0.0001
"""Seconds; less would be all switching."""

_pools: dict[NetworkThread, Pool] = {}


def connections(configured: Configuration) -> Connections:
    """Return this process's threads and pool, started at the first call, and the settings."""
    _switch_within(configured.edu.switchInterval)
    thread = network()
    pool = _pools.get(thread)
    if pool is None:
        _pools.clear()
        pool = _pools[thread] = Pool(thread)
    edu = configured.edu
    outbox = folders.outbox_folder(edu.dataDir, edu.outboxDir)
    settings = Settings(outbox, configured.limits(), transport_settings(configured))
    return Connections(pool, thread, callbacks(), settings)


def forget() -> None:
    """Have the next lesson begin with a pool of its own, once the threads are stopped."""
    _pools.clear()


def _switch_within(seconds: float) -> None:
    """Let other threads wait at most so long for a cell that computes; 0 changes nothing."""
    if 0 < seconds < sys.getswitchinterval():
        sys.setswitchinterval(max(seconds, _SHORTEST_SWITCH))


def transport_settings(configured: Configuration) -> TransportSettings:
    """Return the settings of event streams."""
    sse = configured.sse
    return TransportSettings(
        endpoint=sse.endpoint,
        retry_interval=sse.retryInterval / 1000,
        max_retries=sse.maxRetries,
    )
