"""Rules: functions of a feature that turn a command into changed documents, without input/output.

A rule is a generator. It yields queries, gets documents back, and returns a `Decision` or raises
`Refused`. The store that runs it decides where documents are: the SQLite store runs it inside a
transaction; another store may read, decide and commit conditionally, and run the rule again after
a conflict.
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
"""As `DELETE` for connected members, but the store keeps no tombstone, nor a trace of its owner.

It is for documents in people's own channels: all those channels of the course move to one new head.
"""


@dataclass(frozen=True, slots=True)
class Person:
    """The sender of a command as the service knows them, never as a frame claims."""

    id: str
    name: str
    role: str
    via: str = ""
    """The name of the person through whose notebook they take part; "" for their own."""
    linked: bool = False
    """True for a viewer who is linked: they are this person, but not in a notebook of their own."""

    @property
    def staff(self) -> bool:
        """True for instructors and administrators."""
        return self.role in STAFF_ROLES


NOBODY = Person("service", "", "admin")
"""The service itself, as the sender of its own commits."""


@dataclass(frozen=True, slots=True)
class Get:
    """Read documents by id; missing ones are left out, tombstones are not."""

    channel: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """Read documents of one kind, oldest first, without tombstones.

    With `newest` the last `limit` documents by `born`, else the first.
    """

    channel: str
    kind: str
    limit: int = 1000
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Members:
    """Read a course's member with this id, or else this name, as a document of `Person`.

    Of a viewer who is linked it is the member they are.
    """

    course: str
    who: str


Query: TypeAlias = Get | Scan | Members
Part: TypeAlias = Generator[Query, list[Document], T]
"""A part of a rule: it yields queries as a rule does, and returns a result to it."""


@dataclass(frozen=True, slots=True)
class Write:
    """Give a document a new body: a Struct, `msgspec.Raw`, `DELETE` or `FORGET`.

    If it is not `signed`, the document is created without its author and command's fingerprint;
    only its feature's own rule erases it with a person.
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
    """The changes a rule wants, to be stored atomically.

    There is no reply beside the documents: an ack with more could not be repeated when the
    command is sent again years later.

    Changes that are not `urgent` (reactions, votes, up to a thousand in a second) may reach
    the others a quarter of a second later, in their latest state only.

    Without `reply` the command's id is not stored: the command is never sent again, or its rule
    recognises it by the documents it wrote. The channels in `destroy` are overwritten, not marked
    as deleted: nobody may be subscribed to them.
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
    """The name of the rate limit that it counts against; "" for none."""
    across: bool = False
    """True if commands stored before this start of the service count against the limit, too."""

    @cached_property
    def fingerprint(self) -> bytes:
        """16 bytes that are equal only for commands with the same type, channel and data."""
        raw = msgspec.json.encode(self.data, order="deterministic")
        head = f"{self.type}\n{self.channel}\n".encode()
        return hashlib.blake2b(head + raw, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Erasure:
    """The erasure of a person from a course, which has these channels.

    `name` is the person's name in the course, unique in it; empty if they are no member.
    `vouched`: the ids of those who take part through their notebook.
    """

    course: str
    user_id: str
    name: str
    channels: tuple[str, ...]
    vouched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Linking:
    """A person who took part through somebody's notebook, and is a member of their own now.

    `viewer` is the id they had there, `user_id` and `name` are the member's.
    """

    course: str
    viewer: str
    user_id: str
    name: str
    channels: tuple[str, ...]
    now: int


RuleRun: TypeAlias = Generator[Query, list[Document], Decision]
Rule: TypeAlias = Callable[[Request[Any]], RuleRun]
LinkRule: TypeAlias = Callable[[Linking], RuleRun]
"""Decides which documents of a viewer become the member's, so that two are counted as one."""
EraseRule: TypeAlias = Callable[[Erasure], RuleRun]
"""Decides which documents change or go with a person, beside those they created themselves."""


def read(docs: list[Document], id_: str, type_: type[S]) -> S | None:
    """Return the body of the document with this id and kind; `None` if missing or deleted."""
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
