"""A kernel without a browser, and two clients whose requests meet its answers."""

from __future__ import annotations

import os
import queue
import random
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.lab.harness import REPOSITORY, install_kernel
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient
    from jupyter_client.manager import KernelManager


@contextmanager
def running_kernel(name: str) -> Iterator[KernelManager]:
    """A kernel of `tests.lab.harness.KERNELS`."""
    from jupyter_client.manager import KernelManager

    path = os.pathsep.join([str(install_kernel(name)), str(REPOSITORY)])
    manager = KernelManager()
    spec = manager.kernel_spec
    assert spec is not None
    spec.argv[0] = sys.executable  # whatever Python the machine's own kernel has
    manager.start_kernel(env={**os.environ, "PYTHONPATH": path})
    try:
        yield manager
    finally:
        manager.shutdown_kernel(now=True)


@contextmanager
def client_of(manager: KernelManager) -> Iterator[BlockingKernelClient]:
    """One more client; two of one session's name would be one to the kernel's socket."""
    client = manager.client()
    client.session = manager.session.clone()
    client.session.session = uuid.uuid4().hex
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        yield client
    finally:
        client.stop_channels()


def run(client: BlockingKernelClient, code: str) -> None:
    """Run code in the kernel, which has to work."""
    done = client.execute(code, reply=True, timeout=PATIENCE)
    assert done["content"]["status"] == "ok", done["content"]


def stranded(
    first: BlockingKernelClient, second: BlockingKernelClient, rounds: int, patience: float
) -> int:
    """The number of requests answered only when one more came, after `patience` seconds.

    In a round both ask once, the second about when the first is answered.
    """
    usual = statistics.median(_round_trip(first) for _ in range(50))
    count = 0
    for _ in range(rounds):
        first.kernel_info()
        until = time.perf_counter() + random.uniform(0, 1.3 * usual)
        while time.perf_counter() < until:
            pass
        second.kernel_info()
        for waiting, other in ((first, second), (second, first)):
            try:
                waiting.get_shell_msg(timeout=patience)
            except queue.Empty:
                count += 1
                other.kernel_info()
                waiting.get_shell_msg(timeout=PATIENCE)
                other.get_shell_msg(timeout=PATIENCE)
    return count


def _round_trip(client: BlockingKernelClient) -> float:
    start = time.perf_counter()
    client.kernel_info()
    client.get_shell_msg(timeout=PATIENCE)
    return time.perf_counter() - start
