"""A kernel of its own whose people send numbered messages, and which may be killed at any time.

    python -m tests.client.fault_kernel CONFIG

What it does is written down, line by line, as it happens: `w 5` before the fifth message is handed
to the client, `k 5` once it is on disk, `a 5` once it is acknowledged, `f 5 …` if it is refused.
Started again, it goes on after the last. A line on its standard input asks for the end: its mirrors
are told as JSON, once they have come as far as the line says.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from edu_widgets.chat.documents import ChatMessage, Message
from edu_widgets.client.course import CourseClient, CourseEvent, Person
from edu_widgets.client.runtime.pool import Pool, Settings
from edu_widgets.client.runtime.threads import CallbackThread, NetworkThread
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged
from edu_widgets.client.sync.liveness import Limits
from edu_widgets.client.transport.base import Target
from edu_widgets.protocol import uuid7
from tests.inside import outbox_of
from tests.waiting import PATIENCE, wait_until

BATCH = 40
"""Messages that are sent together: some more than may be under way at once."""


class Member(msgspec.Struct):
    """A person whose connection goes through a proxy."""

    name: str
    url: str
    token: str


class Config(msgspec.Struct):
    """The settings of a kernel."""

    course: str
    folder: str
    members: list[Member]
    messages: int
    """Of each of them."""


class Told(msgspec.Struct, order=True):
    """One message, as a mirror or the store has it."""

    born: int
    seq: int
    id: str
    content: str


class Seen(msgspec.Struct):
    """The documents that one member has in the end."""

    name: str
    state: str
    transport: str
    reconnects: int
    cursor: int
    floor: int
    messages: list[Told]


@contextmanager
def clients(config: Config) -> Iterator[list[CourseClient]]:
    """A client for each member, as kernels have them; not started yet."""
    network, callbacks = NetworkThread(), CallbackThread()
    network.start()
    pool = Pool(network)
    settings = Settings(Path(config.folder) / "outbox", Limits(reconnect_interval=0.05))
    made = []
    for member in config.members:
        target = Target(member.url, member.name, lambda token=member.token: token)
        person = Person(member.name, member.name)
        made.append(CourseClient(config.course, target, person, pool, network, callbacks, settings))
    try:
        yield made
    finally:
        for client in made:
            client.close()
        callbacks.stop()
        network.stop()


def seen(client: CourseClient, head: int) -> Seen:
    """Return a member's state once its mirror has reached `head`; only waiting leads there."""
    client.wait_connected(PATIENCE)
    wait_until(lambda: client.mirror().cursor.seq >= head, "everything has come")
    mirror, numbers = client.mirror(), client.numbers()
    found = mirror.of_kind(Message.kind)
    return Seen(
        client.target.user_id,
        client.view().state,
        numbers.transport,
        numbers.reconnects,
        mirror.cursor.seq,
        mirror.floor(Message.kind),
        [Told(d.born, d.seq, d.id, d.as_(Message).content) for d in found],
    )


class Sender:
    """Sends the numbers from where an earlier kernel of the same person was."""

    def __init__(self, client: CourseClient, log: Path, most: int) -> None:
        self.client = client
        self.most = most
        earlier = log.read_text().splitlines() if log.exists() else []
        self.last = max((int(line.split()[1]) for line in earlier if line[0] == "w"), default=0)
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        client.listen(self._heard)

    def send(self) -> bool:
        """Send some more, once all before are acknowledged; False if there are none."""
        outbox = outbox_of(self.client)
        assert outbox is not None
        waiting = len(outbox) + len(outbox.arriving)
        more = 0 if waiting else min(BATCH, self.most - self.last)
        for _ in range(more):
            self.last += 1
            self._note("w", self.last)
            id_ = uuid7()
            content = f"{self.client.target.user_id} {self.last}"
            _ = self.client.send("chat_message", ChatMessage(id_, content), id=id_)
        return waiting + more > 0

    def _heard(self, event: CourseEvent) -> None:
        if isinstance(event, CommandChanged):
            command = event.command
            number = int(msgspec.json.decode(command.data, type=ChatMessage).content.split()[1])
            if event.gone:
                self._note("a" if event.seq is not None else "f", number)
            elif command.state is CommandState.FAILED:
                self._note("f", number, f" {command.code} {command.error}")
            else:
                self._note("k", number)

    def _note(self, what: str, number: int, more: str = "") -> None:
        os.write(self._log, f"{what} {number}{more}\n".encode())


def main() -> None:
    config = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Config)
    with clients(config) as made:
        senders = [Sender(c, log_of(config, c.target.user_id), config.messages) for c in made]
        for client in made:
            client.start()
        idle = 0
        while idle < 2:  # what is handed to the network's thread is nowhere for a moment
            idle = 0 if sum(sender.send() for sender in senders) else idle + 1
            time.sleep(0.02)
        _tell("done")
        head = int(sys.stdin.readline())
        _tell(msgspec.json.encode([seen(client, head) for client in made]).decode())


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def log_of(config: Config, name: str) -> Path:
    """The file that lists the messages a person has sent."""
    return Path(config.folder) / f"{name}.log"


if __name__ == "__main__":
    main()
