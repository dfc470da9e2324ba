"""Requests of connections that another process on the same store holds: it answers them.

An event stream with its posts, or polls and posts, are several requests, and a balancer sends each
to any process. A connection's id names the process that holds it. That process is told who asks,
never with what token: the process that has received the request has proved it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec

from edu_widgets.protocol import Code, carriers
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service.store.sharing import SharedStore
from edu_widgets.service.supervisor import Supervisor

LOOK_S = 0.25
"""Seconds between looks whether a process that is asked still runs."""

ANSWER_S = 50.0
"""Seconds within which it has to answer, beyond those that a poll waits: a post may have to wait
until its frames are paid for."""

_NAMED = re.compile(r"([0-9a-f]{12})\.[A-Za-z0-9_-]{22}")

GONE = "This connection has ended; open another."


class Batch(msgspec.Struct, frozen=True, tag=True):
    """A post, with its number."""

    number: int
    body: bytes


class Waiting(msgspec.Struct, frozen=True, tag=True):
    """A poll."""

    after: int
    wait: float


class Replaced(msgspec.Struct, frozen=True, tag=True):
    """Another connection takes its place; nobody waits for the answer."""


class Asked(msgspec.Struct, frozen=True, tag=True):
    """A request of one process to another, about a person's connection."""

    process: str
    """The name of the process that asks …"""
    id: int
    """… and its number of the question."""
    connection: str
    user_id: str
    expires: float | None
    what: Batch | Waiting | Replaced


class Answer(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Its answer; with a `code` it refuses."""

    id: int
    gap: bool = False
    """The number does not follow."""
    last: int = 0
    frames: list[bytes] = []
    closed: carriers.Closed | None = None
    repeated: int = 0
    """Bytes of the frames that were told before."""
    code: int = 0
    text: str = ""
    retry_after: int | None = None


_decode = msgspec.msgpack.Decoder(Asked | Answer)
_encode = msgspec.msgpack.Encoder()


@dataclass(slots=True)
class _Open:
    """A question that has no answer yet."""

    process: str
    what: Batch | Waiting
    answer: asyncio.Future[Answer] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Forwarding:
    """Asks the other processes, and answers them."""

    def __init__(self, store: SharedStore, supervisor: Supervisor) -> None:
        """Listen to what the others ask; `answers` is called with each question."""
        self._store = store
        self._supervisor = supervisor
        self.answers: Callable[[Asked], Awaitable[Answer]] | None = None
        self._number = 0
        self._open: dict[int, _Open] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends = False
        store.listen_own(self._told)

    def start(self) -> None:
        """Begin to look whether those who are asked still run."""
        self._supervisor.every(LOOK_S, "Looking at processes that are asked", self._look)

    def named(self, id_: str) -> str:
        """Return a connection's id with the name of this process."""
        return f"{self._store.process}.{id_}"

    def holder(self, connection: str) -> str:
        """Return the name of the other process that holds a connection; "" if none can."""
        found = _NAMED.fullmatch(connection)
        return found[1] if found is not None and found[1] != self._store.process else ""

    async def ask(
        self, connection: str, user_id: str, expires: float | None, what: Batch | Waiting
    ) -> Answer:
        """Ask the process that holds a connection.

        Raises:
            Refused: `NOT_FOUND`: it does not run any more, or has no such connection; as it
                refuses; `UNAVAILABLE`: it cannot be asked now.
        """
        process = self.holder(connection)
        self._number += 1
        asked = Asked(self._store.process, self._number, connection, user_id, expires, what)
        opened = self._open[asked.id] = _Open(process, what)
        if self._ends:
            self._give_up(asked.id, opened)
        try:
            if not await self._store.tell(process, _encode.encode(asked)):
                raise _gone()
            limit = ANSWER_S + (what.wait if isinstance(what, Waiting) else 0.0)
            async with asyncio.timeout(limit):
                answer = await opened.answer
        except TimeoutError:
            raise _gone() from None
        finally:
            self._open.pop(asked.id, None)
        if answer.code:
            raise refusal(Code(answer.code), answer.text, answer.retry_after)
        return answer

    async def replace(self, connection: str, user_id: str) -> None:
        """End a connection that another one replaces."""
        asked = Asked(self._store.process, 0, connection, user_id, None, Replaced())
        await self._store.tell(self.holder(connection), _encode.encode(asked))

    async def close(self, within: float) -> None:
        """Let polls elsewhere be repeated at another process, and wait for the answers of ours."""
        self._ends = True
        for id_, opened in tuple(self._open.items()):
            self._give_up(id_, opened)
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=within)
        for task in tuple(self._tasks):
            task.cancel()

    def _give_up(self, id_: int, opened: _Open) -> None:
        if isinstance(opened.what, Waiting) and not opened.answer.done():
            opened.answer.set_result(Answer(id_, last=opened.what.after))

    async def _look(self) -> None:
        for process in {opened.process for opened in self._open.values()}:
            if await self._store.tell(process, b""):
                continue
            for opened in tuple(self._open.values()):
                if opened.process == process and not opened.answer.done():
                    opened.answer.set_exception(_gone())

    def _told(self, raw: bytes) -> None:
        if not raw:
            return  # somebody looks whether this process runs
        told = _decode.decode(raw)
        if isinstance(told, Answer):
            opened = self._open.get(told.id)
            if opened is not None and not opened.answer.done():
                opened.answer.set_result(told)
            return
        # No task of the supervisor's, which ends before members are told that the service ends.
        task = asyncio.get_running_loop().create_task(self._answer(told))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, asked: Asked) -> None:
        try:
            assert self.answers is not None  # noqa: S101 - the application has set it
            answer = await self.answers(asked)
        except Refused as error:
            retry = getattr(error, "retry_after", None)
            answer = Answer(asked.id, code=error.code, text=str(error), retry_after=retry)
        except Exception as error:  # noqa: BLE001 - the one who asks has to know
            self._supervisor.tell("A request of another process", error)
            answer = Answer(asked.id, code=Code.INTERNAL, text=Code.INTERNAL.meaning)
        if not isinstance(asked.what, Replaced):
            try:
                await self._store.tell(asked.process, _encode.encode(answer))
            except Refused as error:
                self._supervisor.tell("An answer to another process", error)


def _gone() -> Refused:
    return refusal(Code.NOT_FOUND, GONE)
