"""Watches and timers: features are told of stored documents, and update those that are due.

Both are declared in `Feature`. Stored documents are read when the service starts, with retries;
afterwards commits bring the news.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import msgspec

from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.channels import course_channel
from edu_widgets.protocol.errors import ProtocolError, Refused
from edu_widgets.service.rules import Rule, read
from edu_widgets.service.stage import Stage
from edu_widgets.service.store import ChannelChange, Committed

K = TypeVar("K")
S = TypeVar("S", bound=msgspec.Struct)

_PAGE = 1_000
"""Documents that are read at once when the service starts."""

_AT_ONCE = 200
"""Documents of a course that a timer updates at once; the others follow."""


class Due(msgspec.Struct, frozen=True):
    """The data of a timer's rule: the id of the document that is due."""

    id: str


def _untouched(_change: ChannelChange) -> tuple[str, str] | None:
    return None


@dataclass(frozen=True, slots=True)
class Watch:
    """Stored documents that a feature is told of, each version once and in order.

    Attributes:
        kinds: Their kinds.
        channel: Returns the channel of a course that they are in.
        note: Called with the course and a document, which may be deleted.
    """

    kinds: Sequence[str]
    channel: Callable[[str], str]
    note: Callable[[Stage, str, Document], None]


@dataclass(frozen=True, slots=True)
class Timer:
    """Updates of a kind of document at times that the documents themselves set.

    Attributes:
        kind: The kind.
        channel: Returns the channel of a course that the documents are in.
        due: Returns the time of a document's next update, in ms since 1970; None for never.
        rule: Updates the document that its data, a `Due`, names. It is run at that time, and once
            for each document when the service starts, for clocks may have been wrong.
        touched: Returns the course and the id of a document that a change makes out of date.
    """

    kind: str
    channel: Callable[[str], str]
    due: Callable[[Document], int | None]
    rule: Rule
    touched: Callable[[ChannelChange], tuple[str, str] | None] = _untouched


def keep(table: dict[K, S], key: K, doc: Document, type_: type[S]) -> None:
    """Set a table's entry to a document's body; remove it if the document is deleted."""
    body = read([doc], doc.id, type_)
    if body is None:
        table.pop(key, None)
    else:
        table[key] = body


class Watching:
    """One `Watch` in one service."""

    def __init__(self, stage: Stage, watch: Watch) -> None:
        self._stage = stage
        self._watch = watch
        self._courses = {watch.channel(course): course for course in stage.courses}
        # Commits may overtake the reading, so until it is done the seqs are compared.
        self._seen: dict[str, dict[str, int]] = {course: {} for course in stage.courses}

    async def read(self, course: str) -> None:
        """Note the stored documents of a course, the newest first.

        Raises:
            Refused: the store cannot be read now.
        """
        for kind in self._watch.kinds:
            before: int | None = None
            while True:
                found = await self._stage.search(
                    self._watch.channel(course), kind, lambda _: True, before, _PAGE
                )
                for doc in found.docs:
                    self._note(course, doc)
                if not found.more:
                    break
                before = found.floor
        self._seen.pop(course, None)

    def is_reading(self, course: str) -> bool:
        """Return whether a course's stored documents are not read completely yet."""
        return course in self._seen

    def concerns(self, kinds: frozenset[str]) -> bool:
        """Return whether there is something to note of a commit with documents of these kinds."""
        return not kinds.isdisjoint(self._watch.kinds)

    def committed(self, commit: Committed) -> None:
        """Note the documents of a commit."""
        for change in commit.changes:
            course = self._courses.get(change.channel)
            if course is not None:
                for doc in change.docs:
                    if doc.kind in self._watch.kinds:
                        self._note(course, doc)

    def _note(self, course: str, doc: Document) -> None:
        seen = self._seen.get(course)
        if seen is not None:
            if doc.seq <= seen.get(doc.id, 0):
                return
            seen[doc.id] = doc.seq
        with contextlib.suppress(ProtocolError):  # of another version: left alone
            self._watch.note(self._stage, course, doc)


class Timers:
    """One `Timer` in one service. Of each document only its due time is in memory."""

    def __init__(self, stage: Stage, timer: Timer) -> None:
        self._stage = stage
        self._timer = timer
        self._watching = Watching(stage, Watch((timer.kind,), timer.channel, self._note))
        self._due: dict[tuple[str, str], int] = {}
        self._waiting: dict[tuple[str, str], None] = {}
        """Course and id of the documents to update."""

    def __len__(self) -> int:
        return len(self._due)

    async def read(self, course: str) -> None:
        """Read all documents of a course and update them.

        Raises:
            Refused: the store cannot be read now.
        """
        await self._watching.read(course)
        self._work(course)

    def concerns(self, kinds: frozenset[str]) -> bool:
        """Return whether there is something to note of a commit with documents of these kinds."""
        return self._timer.touched is not _untouched or self._watching.concerns(kinds)

    def committed(self, commit: Committed) -> None:
        """Note the due times of a commit's documents, and the documents it makes out of date."""
        self._watching.committed(commit)
        for change in commit.changes:
            key = self._timer.touched(change)
            if key is not None:
                self._waiting[key] = None
                self._work(key[0])

    def tick(self, now: int) -> None:
        """Update the documents that are due at `now` (ms since 1970)."""
        for key in [key for key, at in self._due.items() if at <= now]:
            del self._due[key]
            self._waiting[key] = None
        for course in {course for course, _ in self._waiting}:
            self._work(course)

    async def work(self, course: str) -> None:
        """Update the waiting documents of a course; those that cannot be stored now are retried."""
        keys = [key for key in self._waiting if key[0] == course][:_AT_ONCE]
        for key in keys:
            del self._waiting[key]
        await asyncio.gather(*map(self._refresh, keys))

    def _work(self, course: str) -> None:
        self._stage.soon((self._timer.kind, course), partial(self.work, course))

    async def _refresh(self, key: tuple[str, str]) -> None:
        course, id_ = key
        try:
            await self._stage.commit(course_channel(course), self._timer.rule, Due(id_))
        except Refused as error:
            if not Code(error.code).retry:
                raise
            self._waiting[key] = None

    def _note(self, _stage: Stage, course: str, doc: Document) -> None:
        key = (course, doc.id)
        at = None if doc.deleted else self._timer.due(doc)
        if at is None:
            self._due.pop(key, None)
        else:
            self._due[key] = at
        if not doc.deleted and self._watching.is_reading(course):
            self._waiting[key] = None
