"""Members of a course as complete kernel clients, in processes beside a service of their own."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import jwt

from edu_widgets.client.dialects import dialect_of
from edu_widgets.client.runtime.connection import Connection
from edu_widgets.client.sync.channel import Grant
from edu_widgets.client.sync.clock import SystemClock, elapsed
from edu_widgets.client.sync.commands import compose
from edu_widgets.client.sync.events import SessionEvent
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.client.transport.base import Target, Transport
from edu_widgets.client.transport.events import EventsTransport
from edu_widgets.client.transport.polling import PollTransport
from edu_widgets.client.transport.selection import (
    EVENTS,
    WEBSOCKET,
    ServiceSelection,
    TransportSettings,
)
from edu_widgets.client.transport.websocket import WebSocketTransport
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.channels import course_channel
from edu_widgets.protocol.messages import Data
from edu_widgets.service import launch, owner

COURSE = "bench"
ROOM = course_channel(COURSE)
KEY = "k" * 48
WORKERS = 2

Work = Callable[[Pipe, str, int, int], Coroutine[Any, Any, None]]
"""A process's work: called with its pipe, the service's URL, and first and number of members."""


class Member:
    """One kernel client: session, outbox, and a transport (`WAYS`)."""

    def __init__(
        self,
        name: str,
        url: str,
        channels: Sequence[str] = (ROOM,),
        role: str = "student",
        way: str = WEBSOCKET,
    ) -> None:
        claims = {"sub": name, "name": name, "exp": time.time() + 3600}
        token = jwt.encode(claims | {"courses": [COURSE], "role": role}, KEY, algorithm="HS256")
        self.target = target = Target(url, name, lambda: token)
        clock = SystemClock()
        self.session = Session(name, Outbox(), clock, random.Random(), uuid7, dialect_of)
        self.channels = [self.session.subscribe(channel) for channel in channels]
        selection = ServiceSelection(lambda: target, TransportSettings(), clock.monotonic)
        self.connection = Connection(self.session, lambda: transport(selection, way), clock)

    def open(self, heard: Callable[[SessionEvent], None]) -> None:
        """Connect, and call `heard` with events."""
        self.connection.listen(heard)
        with self.connection.act() as session:
            session.open()

    @property
    def live(self) -> bool:
        return all(c.grant is Grant.GRANTED and not c.catching_up for c in self.channels)

    def send(self, type_: str, data: Data, id_: str) -> None:
        """Hand over a command for the course."""
        command = compose(type_, data, ROOM, id_, (time.time(), elapsed()))
        self.session.outbox.check_room(command.size)
        with self.connection.act() as session:
            session.submit(command)


def transport(selection: ServiceSelection, way: str) -> Transport:
    """A transport of one kind, whatever would get through."""
    if way == WEBSOCKET:
        return WebSocketTransport(selection.target())
    return EventsTransport(selection) if way == EVENTS else PollTransport(selection)


def start_service(folder: Path, *arguments: str) -> owner.ServiceInfo:
    """Start the service for these members; on its previous port if it ran in this folder."""
    key = folder / "key"
    key.write_text(KEY)
    arguments = ("--jwt-key-file", str(key), *arguments)
    return launch.start(COURSE, folder / "service", arguments=arguments, keep=True, timeout=60)


def websocket_url(info: owner.ServiceInfo) -> str:
    return info.local_url.replace("http", "ws") + "/api/realtime/ws"


def start_workers(work: Work, url: str, shares: Sequence[int]) -> list[Pipe]:
    """Start a process for each share of the members; return the pipes to them."""
    context = multiprocessing.get_context("spawn")
    pipes: list[Pipe] = []
    for worker, share in enumerate(shares):
        ours, theirs = context.Pipe()
        arguments = (work, theirs, url, sum(shares[:worker]), share)
        context.Process(target=_run, args=arguments, daemon=True).start()
        pipes.append(ours)
    return pipes


def _run(work: Work, pipe: Pipe, url: str, first: int, count: int) -> None:
    asyncio.run(work(pipe, url, first, count))
