"""Rules: how a feature turns a command into changed documents, without any input or output.

A rule is a generator. It yields what it needs to read, gets documents back, and returns a
`Decision` or raises `Refused`. Whoever runs it decides where documents live: the SQLite store
runs it inside a transaction; another store may read, decide and commit conditionally, and run
the rule again when somebody was faster.
"""

import hashlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Final, Generic, TypeAlias, TypeVar

import msgspec

from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.channels import STAFF_ROLES
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.config import ChannelConfig

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class RateLimited(Refused):
    """Too many messages; `retry_after` in ms."""

    def __init__(self, retry_after: int, text: str = "Too many messages; again in {} s.") -> None:
        super().__init__(text.format(-(-retry_after // 1000)), Code.RATE_LIMITED)
        self.retry_after = retry_after


class Delete(Enum):
    """The types of `DELETE` and `FORGET`."""

    DELETE = "delete"
    FORGET = "forget"


DELETE: Final = Delete.DELETE
"""As the body of a `Write`: the document becomes a tombstone."""

FORGET: Final = Delete.FORGET
"""The same for whoever is connected, but not even the tombstone is kept, nor who had one.

It is for documents of people's own channels: all of a course's move on at once, to one number.
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: what the service knows, never what a frame claims."""

    id: str
    name: str
    role: str
    via: str = ""
    """The name of the person through whose notebook they take part; "" for their own."""

    @property
    def staff(self) -> bool:
        """Whether this is an instructor or an administrator."""
        return self.role in STAFF_ROLES


NOBODY = Person("service", "", "admin")
"""The service itself, where it commits something nobody asked for."""


@dataclass(frozen=True, slots=True)
class Get:
    """Read documents by id; missing ones are left out, tombstones are not."""

    channel: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """Read documents of one kind, oldest first, without tombstones.

    With `newest` the last `limit` by `born`, else the first.
    """

    channel: str
    kind: str
    limit: int = 1000
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Members:
    """Read who of a course's members has this id, or else this name, as documents of `Person`."""

    course: str
    who: str


Query: TypeAlias = Get | Scan | Members
Part: TypeAlias = Generator[Query, list[Document], T]
"""A part of a rule: it yields queries as a rule does, and returns what it found out."""


@dataclass(frozen=True, slots=True)
class Write:
    """Give a document a new body: a Struct, `msgspec.Raw`, `DELETE` or `FORGET`.

    One that is not `signed` is created without a note of who did it and by which command; such a
    document is erased with a person only by its feature's own rule.
    """

    channel: str
    id: str
    kind: str
    body: object
    signed: bool = True

    def encoded(self) -> bytes | None:
        """The body as JSON, `None` for a tombstone."""
        return None if isinstance(self.body, Delete) else msgspec.json.encode(self.body)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule wants changed, all at once or not at all.

    There is no reply beside the documents: an ack that told more could not be repeated when the
    command comes again years later.

    What is not `urgent` (reactions, votes, of which a thousand may come in a second) may reach
    the others a quarter of a second later, in its latest state only.

    Without `reply` the command is not remembered: it never comes again, or its rule recognises it
    by what it wrote. The channels in `destroy` are overwritten with all they held, not marked as
    deleted: nobody may be following them.
    """

    writes: Sequence[Write] = ()
    urgent: bool = True
    reply: bool = True
    destroy: Sequence[str] = ()


@dataclass(frozen=True)
class Request(Generic[T]):
    """One command, checked and decoded. `now` is the service's time in ms since 1970."""

    course: str
    channel: str
    user: Person
    type: str
    data: T
    message_id: str
    now: int
    config: ChannelConfig
    counted: str = ""
    """Against which of the person's limits it counts."""
    across: bool = False
    """Whether commands that were stored before this start of the service count, too."""

    @cached_property
    def fingerprint(self) -> bytes:
        """16 bytes that tell whether a command with the same id says the same thing."""
        raw = msgspec.json.encode(self.data, order="deterministic")
        head = f"{self.type}\n{self.channel}\n".encode()
        return hashlib.blake2b(head + raw, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person is to be erased from a course, which has these channels.

    `name` is the one they have in it, and nobody else; empty if they are no member.
    """

    course: str
    user_id: str
    name: str
    channels: tuple[str, ...]


RuleRun: TypeAlias = Generator[Query, list[Document], Decision]
Rule: TypeAlias = Callable[[Request[Any]], RuleRun]
EraseRule: TypeAlias = Callable[[Erasure], RuleRun]
"""Decides what else goes or changes with a person, beside the documents they made themselves."""


def read(docs: list[Document], id_: str, type_: type[S]) -> S | None:
    """The living document with this id, if it is of this kind."""
    kind = getattr(type_, "kind", "")
    for doc in docs:
        if doc.id == id_ and doc.kind == kind and not doc.deleted:
            body: S = doc.as_(type_)
            return body
    return None


def drive(run: RuleRun, answer: Callable[[Query], list[Document]]) -> Decision:
    """Run a rule to its decision, answering its queries with `answer`.

    Raises:
        Refused: whatever the rule raises.
    """
    try:
        query = next(run)
        while True:
            query = run.send(answer(query))
    except StopIteration as stop:
        decision: Decision = stop.value
        return decision
    finally:
        run.close()
