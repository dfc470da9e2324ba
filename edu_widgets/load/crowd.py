"""People who chat with a service, each the whole client of a kernel, and what they measure."""

import asyncio
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from edu_widgets.chat.documents import ChatMessage, Message
from edu_widgets.client.dialects import dialect_of
from edu_widgets.client.invites.parsing import Invite, websocket_url
from edu_widgets.client.invites.patience import patiently
from edu_widgets.client.invites.requests import request
from edu_widgets.client.invites.sign_in import Credentials, service_at
from edu_widgets.client.runtime.connection import Connection
from edu_widgets.client.sync.channel import Grant
from edu_widgets.client.sync.clock import SystemClock, elapsed
from edu_widgets.client.sync.commands import compose
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SessionEvent, State
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.client.transport.base import Target
from edu_widgets.client.transport.websocket import WebSocketTransport
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.channels import course_channel
from edu_widgets.protocol.errors import ServiceUnavailable
from edu_widgets.protocol.proofs import Verifier, new_secret

AT_ONCE = 8
"""People who join at once."""

COME_S = 60.0
"""Seconds in which everybody has to be there …"""

END_S = 10.0
"""… and in which the last messages have to arrive."""

_LOOK_S = 0.02


@dataclass(slots=True)
class Measured:
    """The outcome of a load; times in seconds, sorted."""

    people: int = 0
    sent: int = 0
    acked: list[float] = field(default_factory=list)
    """From sending until the service's acknowledgement."""
    refused: int = 0
    delivered: list[float] = field(default_factory=list)
    """From sending until it was at somebody else."""
    lost: int = 0
    """Messages that were acknowledged and are missing at somebody, or not answered at all."""
    reconnects: int = 0


class Somebody:
    """One person."""

    def __init__(self, target: Target, course: str, sent: dict[str, float], came: Measured) -> None:
        self._sent, self._came = sent, came
        self._channel = course_channel(course)
        self.missing: set[str] = set()
        """Ids of others' messages that have not come yet."""
        clock = SystemClock()
        self.session = Session(
            target.user_id,
            Outbox(),
            clock,
            random.Random(),  # noqa: S311 - it spreads reconnects
            uuid7,
            dialect_of,
        )
        self._room = self.session.subscribe(self._channel)
        self.connection = Connection(self.session, lambda: WebSocketTransport(target), clock)
        self.connection.listen(self._hear)
        with self.connection.act() as session:
            session.open()

    @property
    def here(self) -> bool:
        """True once everything that is in the channel is here."""
        return self._room.grant is Grant.GRANTED and not self._room.catching_up

    def say(self, text: str) -> str:
        """Send a message; returns its id."""
        id_ = uuid7()
        self._sent[id_] = time.monotonic()
        data = ChatMessage(id=id_, content=text)
        command = compose("chat_message", data, self._channel, id_, (time.time(), elapsed()))
        with self.connection.act() as session:
            session.submit(command)
        return id_

    def _hear(self, event: SessionEvent) -> None:
        now = time.monotonic()
        if isinstance(event, CommandChanged) and event.gone and event.seq is not None:
            self._came.acked.append(now - self._sent[event.command.id])
        elif isinstance(event, DocumentsChanged):
            for doc in event.upserted:
                if doc.kind == Message.kind and doc.id in self.missing:
                    self.missing.discard(doc.id)
                    self._came.delivered.append(now - self._sent[doc.id])


def join(invite: Invite, number: int) -> Target:
    """Let one person join.

    Raises:
        Refused: the invite is wrong, or the course takes nobody.
        ServiceUnavailable: no service of ours answers there.
    """
    secret, service_id = new_secret(), service_at(invite.base)
    body = {
        "course": invite.course,
        "code": invite.code,
        "name": f"Load {number}",
        "key": Verifier.of(secret).told(),
    }
    told = patiently(lambda: request(f"{invite.base}/api/join", body))
    proof = Credentials(invite.base, secret, service_id)
    return Target(websocket_url(invite.base), str(told["userId"]), proof)


async def run(invite: Invite, people: int, seconds: float, messages: int) -> Measured:
    """Let people join, and say something in turn.

    Args:
        invite: The course.
        people: The number of people.
        seconds: For how long they chat.
        messages: How many messages they send in that time.

    Raises:
        Refused, ServiceUnavailable: not everybody is let in.
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        joining = [loop.run_in_executor(threads, join, invite, n + 1) for n in range(people)]
        targets = await asyncio.gather(*joining)
    measured, sent = Measured(people), dict[str, float]()
    crowd = [Somebody(target, invite.course, sent, measured) for target in targets]
    try:
        await _all_here(crowd)
        await _chat(crowd, seconds, messages)
        end = loop.time() + END_S
        while loop.time() < end and _open(crowd):  # noqa: ASYNC110 - it is asked of many
            await asyncio.sleep(_LOOK_S)
    finally:
        await asyncio.gather(*(one.connection.close() for one in crowd))
    measured.sent = len(sent)
    failed = {command.id for one in crowd for command in one.session.outbox}
    measured.refused = len(failed)
    missing = {id_ for one in crowd for id_ in one.missing}
    measured.lost = len(missing - failed)
    measured.reconnects = sum(one.session.statistics.reconnects for one in crowd)
    measured.acked.sort()
    measured.delivered.sort()
    return measured


async def _all_here(crowd: Sequence[Somebody]) -> None:
    """Wait until everybody is there.

    Raises:
        ServiceUnavailable: somebody does not get in.
    """
    end = time.monotonic() + COME_S
    while not all(one.here for one in crowd):
        outside = [one for one in crowd if not one.here]
        stopped = next((o for o in outside if o.session.state is State.STOPPED), None)
        if stopped is not None or time.monotonic() > end:
            reason = (stopped or outside[0]).session.reason or "no answer"
            raise ServiceUnavailable(f"{len(outside)} of {len(crowd)} do not get in: {reason}")
        await asyncio.sleep(_LOOK_S)


async def _chat(crowd: Sequence[Somebody], seconds: float, messages: int) -> None:
    begun = time.monotonic()
    for number in range(messages):
        wait = begun + number * seconds / messages - time.monotonic()
        await asyncio.sleep(max(0.0, wait))
        speaker = crowd[number % len(crowd)]
        id_ = speaker.say(f"Load {number + 1}")
        for one in crowd:
            if one is not speaker:
                one.missing.add(id_)


def _open(crowd: Sequence[Somebody]) -> bool:
    return any(one.missing or len(one.session.outbox) for one in crowd)
