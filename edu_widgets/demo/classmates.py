"""Simulated classmates: real members of the service who talk, vote, and get stuck."""

import heapq
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import msgspec

from edu_widgets.chat.commands import ADD_REACTION, AddReaction
from edu_widgets.chat.documents import ChatMessage, Message
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.demo.lessons import DemoLesson, Line
from edu_widgets.demo.opinions import Opinions
from edu_widgets.polls.commands import CAST_VOTE, CastVote
from edu_widgets.polls.documents import POLL, Poll
from edu_widgets.presence.commands import (
    LOWER_HAND,
    RAISE_HAND,
    SET_STATUS,
    LowerHand,
    RaiseHand,
    SetStatus,
)
from edu_widgets.presence.documents import Hand, StatusName
from edu_widgets.protocol.documents import Document
from edu_widgets.protocol.errors import EduWidgetsError, Refused
from edu_widgets.protocol.ids import uuid7

LABEL = "(simulated)"

# Five people who talk and five who only take part; a process has at most ten connections.
CAST = (
    *("Priya", "Deniz", "Emre", "Lina", "Tomás"),
    *("Noor", "Zeynep", "Jonas", "Aiko", "Samira"),
)

ANSWERS = (
    "Good question, I was wondering too.",
    "Same here.",
    "Could you show the cell as well?",
    "👍",
)

REACTIONS = ("👍", "👍", "🎉", "🤔", "❤️")

_ANSWERED = 0.6
"""Share of people's messages that get an answer."""

_VOTES = 0.92
"""Share of classmates who vote."""

_STUCK = 0.3
"""Share of classmates who get stuck in an exercise."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Ranges of delays, in seconds."""

    line: tuple[float, float] = (4.0, 9.0)
    vote: tuple[float, float] = (1.5, 15.0)
    work: tuple[float, float] = (12.0, 75.0)
    alone: tuple[float, float] = (60.0, 120.0)
    """Until a classmate who is stuck finds the solution without help."""


@dataclass(order=True, slots=True)
class _Due:
    at: float
    number: int
    act: Callable[[], None] = field(compare=False)


class Classmates:
    """Members of a course who behave like a class, until `stop`.

    They say the lesson's lines, answer people now and then, vote in each round of each poll,
    and work when an instructor's message has the word *exercise*.
    """

    def __init__(
        self,
        members: list[CourseClient],
        lesson: DemoLesson,
        opinions: Opinions,
        rng: random.Random,
        pace: Pace | None = None,
    ) -> None:
        self._members = members
        self._ids = {member.me().user_id for member in members}
        self._lesson = lesson
        self._opinions = opinions
        self._rng = rng
        self._pace = pace or Pace()
        self._changed = threading.Condition()
        self._due: list[_Due] = []
        self._numbers = count()
        self._stopped = False
        self._next = 0
        self._asked: set[tuple[str, int]] = set()
        self._helpless: set[int] = set()
        self._stop_listening: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name="classmates", daemon=True)

    def start(self, first: int = 4) -> None:
        """Say the first lines at once, so that the room is not empty; then go on slowly."""
        for line in self._lesson.script[:first]:
            self._say(line)
        self._next = first
        for who in self._rng.sample(range(len(self._members)), len(self._members) // 3):
            self._set_status(who, "following")
        self._stop_listening.append(self._members[0].listen(self._heard))
        for who, member in enumerate(self._members):
            self._stop_listening.append(member.listen(self._helped(who)))
        self._soon(self._pace.line, self._talk)
        self._thread.start()

    def stop(self) -> None:
        """Stop talking and leave the course."""
        for stop in self._stop_listening:
            stop()
        self._end()
        if self._thread.is_alive():
            self._thread.join(5.0)
        for member in self._members:
            member.close()

    # -- time --------------------------------------------------------------------------------

    def _soon(self, within: tuple[float, float], act: Callable[[], None]) -> None:
        """Schedule a call after a random delay. Any thread."""
        at = time.monotonic() + self._rng.uniform(*within)
        with self._changed:
            heapq.heappush(self._due, _Due(at, next(self._numbers), act))
            self._changed.notify()

    def _run(self) -> None:
        while (act := self._wait()) is not None:
            act()

    def _wait(self) -> Callable[[], None] | None:
        """Wait for the next call that is due and return it; None at the end."""
        with self._changed:
            while not self._stopped:
                left = self._due[0].at - time.monotonic() if self._due else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._due).act
                self._changed.wait(left)
            return None

    def _end(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()

    # -- events (network thread) -------------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        if not isinstance(event, DocumentsChanged) or not event.live:
            return
        for doc in event.upserted:
            if doc.kind == Message.kind and doc.born == doc.seq:
                self._heard_message(doc.as_(Message))
            elif doc.kind == POLL:
                self._heard_poll(doc)

    def _heard_message(self, message: Message) -> None:
        if message.user_id in self._ids:
            return
        if message.role != "student" and "exercise" in message.content.casefold():
            for who in range(len(self._members)):
                self._soon(self._pace.work, lambda who=who: self._worked(who))  # type: ignore[misc]
        elif self._rng.random() < _ANSWERED:
            self._soon(self._pace.line, lambda: self._answer(message.id))

    def _heard_poll(self, doc: Document) -> None:
        poll: Poll = doc.as_(Poll)
        if poll.state != "open" or (poll.id, poll.round) in self._asked:
            return
        self._asked.add((poll.id, poll.round))
        first, last = self._pace.vote
        if poll.closes is not None:
            last = max(first, min(last, 0.8 * (poll.closes / 1000 - time.time())))
        for who in range(len(self._members)):
            if self._rng.random() < _VOTES:
                self._soon((first, last), lambda who=who: self._vote(who, poll))  # type: ignore[misc]

    def _helped(self, who: int) -> Callable[[CourseEvent], None]:
        """Return a listener of one classmate: after their hand is solved they are soon done."""

        def heard(event: CourseEvent) -> None:
            if not isinstance(event, DocumentsChanged) or not event.live:
                return
            for doc in event.upserted:
                if doc.kind == Hand.kind and doc.as_(Hand).user_id == self._id(who):
                    hand: Hand = doc.as_(Hand)
                    if hand.solved is not None:
                        self._soon(self._pace.vote, lambda: self._understood(who))

        return heard

    def _id(self, who: int) -> str:
        return self._members[who].me().user_id

    # -- actions (the classmates' own thread) ------------------------------------------------

    def _talk(self) -> None:
        if self._next < len(self._lesson.script):
            self._say(self._lesson.script[self._next])
            self._next += 1
            self._soon(self._pace.line, self._talk)

    def _answer(self, message_id: str) -> None:
        """Answer a message by one classmate, and react to it by two."""
        for member in self._rng.sample(self._members, min(2, len(self._members))):
            data = AddReaction(message_id, self._rng.choice(REACTIONS), member.me().user_id)
            self._send(member, ADD_REACTION.name, data)
        who = self._rng.randrange(len(self._members))
        self._say(Line(who, self._rng.choice(ANSWERS)), message_id)

    def _say(self, line: Line, reply_to: str | None = None) -> None:
        member = self._members[line.who % len(self._members)]
        id_ = uuid7()
        message = ChatMessage(id=id_, content=line.text, reply_to=reply_to, question=line.asks)
        self._send(member, "chat_message", message, id_)

    def _vote(self, who: int, poll: Poll) -> None:
        data = CastVote(poll.id, poll.round, self._opinions.choice(poll, who))
        self._send(self._members[who], CAST_VOTE.name, data)

    def _worked(self, who: int) -> None:
        """End a classmate's work on an exercise: they are done, or stuck with a raised hand."""
        if self._rng.random() >= _STUCK:
            self._set_status(who, "done")
            return
        self._helpless.add(who)
        self._set_status(who, "stuck")
        note, traceback = self._rng.choice(self._lesson.trouble)
        self._send(self._members[who], RAISE_HAND.name, RaiseHand(note, traceback))
        self._soon(self._pace.alone, lambda: self._found_out(who))

    def _found_out(self, who: int) -> None:
        """Let a classmate who got no help finish without it."""
        if who in self._helpless:
            self._send(self._members[who], LOWER_HAND.name, LowerHand())
            self._understood(who)

    def _understood(self, who: int) -> None:
        if who in self._helpless:
            self._helpless.remove(who)
            self._set_status(who, "done")

    def _set_status(self, who: int, status: StatusName) -> None:
        self._send(self._members[who], SET_STATUS.name, SetStatus(status))

    def _send(self, member: CourseClient, type_: str, data: msgspec.Struct, id_: str = "") -> None:
        id_ = id_ or uuid7()
        try:
            member.send(type_, data, id=id_).wait()
        except Refused:
            member.discard(id_)  # muted, too late, or its subject was deleted: they go on
        except EduWidgetsError:
            # The service has ended or ends; a lost simulated line needs no error message.
            self._end()
