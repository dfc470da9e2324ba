"""Tasks of a transport; apart from `base`, which is imported where no event loop is wanted."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger(__name__)


class BackgroundTasks:
    """Tasks beside the others of one connection; a failure is logged.

    Args:
        told: Errors that are told elsewhere, as by `read`, and so not logged.
    """

    def __init__(self, *told: type[Exception]) -> None:
        self._told = told
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begin; the task is held until its end."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel(self) -> None:
        """Cancel the tasks that still run."""
        for task in tuple(self._running):
            task.cancel()

    async def wait(self) -> None:
        """Wait until all that runs now has ended."""
        if self._running:
            await asyncio.wait(self._running)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, self._told):
            _log.error("Work for a connection failed.", exc_info=error)


async def first_of(*work: Coroutine[Any, Any, Any]) -> None:
    """Do several things until the first is done, or fails; the others are cancelled."""
    tasks = [asyncio.get_running_loop().create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
