"""The end of one of several processes: its members come back to the others, a few at a time."""

import asyncio
import contextlib

from edu_widgets.protocol.messages import Goodbye
from edu_widgets.service.frames import frame
from edu_widgets.service.hub import Hub
from edu_widgets.service.steady_time import now_ms

SPREAD_S = 1.0
"""Seconds over which members come back elsewhere, and …"""

SPREAD_A_MEMBER_S = 0.01
"""… for each of them: a hundred come in a second …"""

MOST_SPREAD_S = 60.0
"""… but not over more than this."""

GRACE_S = 2.0
"""Seconds for those who come back last."""


async def say(hub: Hub) -> None:
    """Ask the members to come back to other processes, and wait until they have left."""
    hub.ends = True
    if not hub.members:
        return
    hub.empty.clear()
    spread = min(SPREAD_S + len(hub.members) * SPREAD_A_MEMBER_S, MOST_SPREAD_S)
    out = frame("goodbye", "system", Goodbye(int(spread * 1000)), now_ms())
    for member in tuple(hub.members):
        member.write(out)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(spread + GRACE_S):
            await hub.empty.wait()
