"""Processes that are killed or upgraded in the middle of a poll; whole clients, behind nginx."""

import pytest

from benchmarks.changing_processes import run
from edu_widgets.client.transport.selection import EVENTS, POLL, WEBSOCKET

MEMBERS = 12


@pytest.mark.nightly
@pytest.mark.parametrize("way", [WEBSOCKET, EVENTS, POLL])
@pytest.mark.parametrize("change", ["kill", "upgrade"])
async def test_nothing_is_lost_and_everybody_comes_back(way: str, change: str) -> None:
    """`run` sees that every message is everywhere, once and in order, and each vote is taken."""
    times = await run(MEMBERS, way, change, 4.0)
    assert len(times.votes) == MEMBERS
    assert times.away, "somebody was at a process that ended"
