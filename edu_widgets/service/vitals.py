"""The health of a service, as `/health` and the periodic check learn it from the store."""

import asyncio

from edu_widgets.protocol.errors import Refused
from edu_widgets.service.store import Store
from edu_widgets.service.supervisor import Supervisor

PATIENCE_S = 3.0
"""Seconds in which the store's writer has to answer; it waits up to two for locks itself."""

FRESH_S = 1.0
"""Seconds for which an answer is valid: more frequent questions do not reach the store."""

_SILENT = f"The store has not answered for {PATIENCE_S:g} s."
_FAILED = "The store could not be asked. The log of the service says why."


class Vitals:
    """Checks the store's writer, one check at a time."""

    def __init__(self, store: Store, supervisor: Supervisor) -> None:
        self._store = store
        self._supervisor = supervisor
        self._asked: asyncio.Task[object] | None = None
        self._at = float("-inf")
        self._problem = ""

    async def ask(self) -> str:
        """Return the problem in one sentence for the service's operator; "" if there is none."""
        loop = asyncio.get_running_loop()
        if self._asked is None or (self._asked.done() and loop.time() - self._at >= FRESH_S):
            self._asked = self._supervisor.spawn("Asking the store", self._ask())
        await asyncio.shield(self._asked)
        return self._problem

    async def _ask(self) -> None:
        problem = _FAILED  # the former answer is valid until this one is known
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._store.check()
            problem = ""
        except TimeoutError:
            problem = _SILENT
        except Refused as error:
            problem = self._store.problem or f"{error} The log of the service says why."
        finally:
            self._problem, self._at = problem, asyncio.get_running_loop().time()
