"""The supervisor of a service's tasks: failures are logged and retried, and stop nothing else."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any

log = logging.getLogger("edu_widgets.service")

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
"""Seconds until failed work is retried, first and at most; the wait doubles each time."""

TOLD_EVERY_S = 60.0
"""Seconds in which the same failure is logged once: a failing tick fails every second."""

Work = Callable[[], Awaitable[object]]


class Supervisor:
    """Runs hooks, single tasks and periodic tasks. Used on one event loop."""

    def __init__(
        self,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._tasks: set[asyncio.Task[object]] = set()
        self._going: set[Hashable] = set()
        self._told: dict[str, float] = {}

    def call(self, what: str, hook: Callable[..., object], *args: object) -> None:
        """Call a hook and log what it raises: the event has happened, and other hooks wait.

        Args:
            what: The name of the hook, for the log.
            hook: The hook.
            args: Its arguments.
        """
        try:
            hook(*args)
        except Exception as error:  # noqa: BLE001 - somebody else's fault
            self.tell(what, error)

    def spawn(self, what: str, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Run some work once.

        Args:
            what: The name of the work, for the log.
            work: The work.

        Returns:
            The task, which the caller may cancel.
        """

        async def run() -> None:
            try:
                await work
            except Exception as error:  # noqa: BLE001
                self.tell(what, error)

        # A task that is cancelled before its first step never awaits `work`: close it.
        task = self._start(run())
        task.add_done_callback(lambda _: work.close())
        return task

    def until_done(self, key: Hashable, what: str, work: Work) -> None:
        """Run some work until it succeeds, with a backoff.

        Args:
            key: Nothing happens if work of this key is under way.
            what: The name of the work, for the log.
            work: Makes one attempt.
        """
        if key in self._going:
            return
        self._going.add(key)

        async def run() -> None:
            try:
                wait = FIRST_WAIT_S
                while not await self._attempt(what, work):
                    await self._sleep(wait)
                    wait = min(2 * wait, LONGEST_WAIT_S)
            finally:
                self._going.discard(key)

        _ = self._start(run())

    def every(self, seconds: float, what: str, work: Work, first: float | None = None) -> None:
        """Run some work again and again; after a failure sooner, with a backoff.

        Args:
            seconds: The seconds between two runs.
            what: The name of the work, for the log.
            work: Makes one run.
            first: The seconds until the first run; `None`: as between two.
        """

        async def run() -> None:
            await self._sleep(seconds if first is None else first)
            wait = FIRST_WAIT_S
            while True:
                if await self._attempt(what, work):
                    wait = FIRST_WAIT_S
                    await self._sleep(seconds)
                else:
                    await self._sleep(min(wait, seconds))
                    wait = min(2 * wait, LONGEST_WAIT_S)

        _ = self._start(run())

    async def close(self) -> None:
        """Cancel all tasks."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, run: Coroutine[Any, Any, None]) -> asyncio.Task[object]:
        task: asyncio.Task[object] = asyncio.get_running_loop().create_task(run)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _attempt(self, what: str, work: Work) -> bool:
        try:
            await work()
        except Exception as error:  # noqa: BLE001
            self.tell(what, error)
            return False
        return True

    def tell(self, what: str, error: Exception) -> None:
        """Log a failure, the same one at most once a minute.

        Args:
            what: The name of what has failed.
            error: The failure.
        """
        said, now = f"{what}: {type(error).__name__}", self._clock()
        if now - self._told.get(said, float("-inf")) < TOLD_EVERY_S:
            return
        self._told = {key: at for key, at in self._told.items() if now - at < TOLD_EVERY_S}
        self._told[said] = now
        log.error("%s failed.", what, exc_info=error)
