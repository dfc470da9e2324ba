"""Requests that a kernel of ipykernel 7.0 to 7.3 does not see, and the remedy for it.

Three clients ask a kernel in turn, each as soon as it has its answer; when all of them wait for
good, a request was stranded. One more request frees it. See `edu_widgets.notebook.comms`.

    python -m benchmarks.stranded_requests --kernel ipykernel-7.3 --seconds 60
"""

from __future__ import annotations

import argparse
import os
import queue
import threading
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jupyter_client.manager import KernelManager

from tests.lab.harness import KERNELS, REPOSITORY, install_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.blocking.client import BlockingKernelClient

_CLIENTS = 3
_GIVEN_UP = 2.0
"""Seconds without any answer after which a request counts as stranded."""

_REMEDY = "from edu_widgets.notebook import comms; comms.keep_reading()"


@contextmanager
def _kernel(name: str) -> Iterator[KernelManager]:
    manager = KernelManager()
    path = os.pathsep.join([str(install_kernel(name)), str(REPOSITORY)])
    manager.start_kernel(env={**os.environ, "PYTHONPATH": path})
    try:
        yield manager
    finally:
        manager.shutdown_kernel(now=True)


def _client(manager: KernelManager) -> BlockingKernelClient:
    client = manager.client()
    client.session = manager.session.clone()
    client.session.session = uuid.uuid4().hex  # two of one name are one to the kernel's socket
    client.start_channels()
    return client


class _Asking(threading.Thread):
    """A client that asks again and again."""

    def __init__(self, client: BlockingKernelClient, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._client, self._over = client, over
        self.answers = 0
        self.last = time.monotonic()

    def run(self) -> None:
        while not self._over.is_set():
            self._client.kernel_info()
            while not self._over.is_set():
                try:
                    self._client.get_shell_msg(timeout=0.5)
                except queue.Empty:
                    continue
                self.answers += 1
                self.last = time.monotonic()
                break


def measure(name: str, seconds: float, *, remedy: bool) -> tuple[int, int]:
    """How many requests were answered, and how many of them only after one more came."""
    with _kernel(name) as manager:
        first = _client(manager)
        first.wait_for_ready(timeout=120)
        if remedy:
            done = first.execute(_REMEDY, reply=True, timeout=60)
            assert done["content"]["status"] == "ok", done["content"]
        over = threading.Event()
        asking = [_Asking(_client(manager), over) for _ in range(_CLIENTS)]
        for client in asking:
            client.start()
        stranded = 0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.2)
            if time.monotonic() - max(client.last for client in asking) > _GIVEN_UP:
                stranded += 1
                first.kernel_info()
                first.get_shell_msg(timeout=60)
        over.set()
        for client in asking:
            client.join()
        return sum(client.answers for client in asking), stranded


def main() -> None:
    """Print both figures of each kernel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", action="append", choices=list(KERNELS))
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    for name in options.kernel or ["ipykernel-7.0", "ipykernel-7.3", "ipykernel-7.4"]:
        for remedy in (False, True):
            answers, stranded = measure(name, options.seconds, remedy=remedy)
            how = "with the remedy" if remedy else "as it is"
            print(f"{name:14} {how:15} {stranded:3} of {answers:,} requests stranded", flush=True)


if __name__ == "__main__":
    main()
