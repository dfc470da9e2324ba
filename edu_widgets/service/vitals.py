"""Whether a service can do its work: what `/health` and `/metrics` say of its store."""

import asyncio

from edu_widgets.protocol.errors import Refused
from edu_widgets.service.store import Store

PATIENCE_S = 3.0
"""Seconds in which whatever writes has to answer; it waits two for other programs itself."""

FRESH_S = 1.0
"""Seconds for which an answer holds: whoever asks more often asks nothing of the store."""

_SILENT = f"The store has not answered for {PATIENCE_S:g} s."


class Vitals:
    """Asks the store's writer, one question at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: asyncio.Task[str] | None = None
        self._at = float("-inf")

    async def ask(self) -> str:
        """What is wrong, in one sentence for who runs the service; "" if nothing is."""
        loop = asyncio.get_running_loop()
        if self._asked is None or (self._asked.done() and loop.time() - self._at >= FRESH_S):
            self._asked = loop.create_task(self._ask())
        return await asyncio.shield(self._asked)

    async def _ask(self) -> str:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._store.check()
        except TimeoutError:
            return _SILENT
        except Refused as error:
            return self._store.problem or f"{error} The log of the service says why."
        finally:
            self._at = asyncio.get_running_loop().time()
        return ""
