"""LivePolls: the course's polls in a notebook."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.events import CommandChanged, DocumentsChanged
from edu_widgets.client.outbox import CommandState
from edu_widgets.client.receipts import Receipt
from edu_widgets.notebook.listened import ListenedWidget
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.polls import authoring, commands, files
from edu_widgets.polls.asked import handlers
from edu_widgets.polls.authoring import Question
from edu_widgets.polls.documents import OWN_BALLOT, POLL, SECRET, TALLY, TURNOUT
from edu_widgets.polls.mirror import Polls, Seen
from edu_widgets.polls.news import News
from edu_widgets.polls.poll import Poll, whole
from edu_widgets.polls.shown import DESK, POLLS, ShownPolls
from edu_widgets.protocol import CommandType, uuid7
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    InvalidArgument,
    NotConnected,
    Refused,
    WouldDeadlock,
)

LESSON_MS = 12 * 3600 * 1000
"""For so long a question that is asked again is the same poll: a lesson, not next week's."""

NO_DRAFT = (
    "No draft is left: each was asked. polls.load(…) or polls.draft(…) prepares more, and "
    "poll.revote() lets people vote again."
)

_PATIENCE = 5.0
"""Seconds that `ask` waits at most for what was asked before, in a kernel that just started."""

_COMMANDS = frozenset(
    {
        commands.CREATE_POLL.name,
        commands.OPEN_POLL.name,
        commands.CLOSE_POLL.name,
        commands.EXTEND_POLL.name,
        commands.REVEAL_POLL.name,
        commands.REVOTE_POLL.name,
        commands.DELETE_POLL.name,
    }
)
_KINDS = frozenset({POLL, SECRET, TALLY, TURNOUT, OWN_BALLOT})


class LivePolls(ListenedWidget):
    """The polls of a course; displayed by being the last line of a cell.

    `polls.options = {"height": 300, "lang": "tr"}` sets its height in pixels and its language
    (default: the page's).

    `polls.on(event, fn)` has `fn(poll)` called when a poll opens (`open`, each round), closes
    (`close`) or is revealed (`reveal`).
    """

    kind_: ClassVar[str] = "polls"
    events_: ClassVar[tuple[str, ...]] = ("open", "close", "reveal")

    def __init__(self, client: CourseClient, **options: Any) -> None:
        self._polls = Polls(client)
        self._shown = ShownPolls(client, self._polls)
        self._news = News(client, self._polls)
        self._asking = threading.Lock()
        self._made: dict[str, Poll] = {}
        self._state = client.view().state
        super().__init__(client, self._shown, handlers(self), **options)
        self._forget_old()

    def _forget_old(self) -> None:
        """Drop what an earlier session left: its refusals, and what is too old to be meant now."""
        for type_ in (*_COMMANDS, commands.CAST_VOTE.name):
            for command in self._client.commands(type_):
                if command.state in (CommandState.FAILED, CommandState.HELD):
                    self._client.discard(command.id)

    def __repr__(self) -> str:
        try:
            count = len(self._polls.all())
        except EduWidgetsError:  # a forked child may look, but has nothing
            return super().__repr__()
        return f"{super().__repr__()[:-1]}, {count} poll{'s' * (count != 1)})"

    # -- asking --------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        options: Sequence[object] = (),
        kind: str = "single",
        correct: object = None,
        seconds: float | None = None,
        *,
        anonymous: bool = False,
        tolerance: float = 0,
        again: bool = False,
    ) -> Poll:
        """Ask everybody, at once; returns the poll.

        A cell run again gets the poll it asked before, whatever became of it, unless `again`.
        `correct` is an option's number from 1 or its text (or a list); it may also be said only
        at `poll.reveal(answer=…)`, so that it need not stand in a cell that is projected.

        Raises:
            InvalidArgument: something about the question cannot be; the message says what.
            Refused: only instructors run polls.
            NotConnected: the lesson is closed.
        """
        asked = authoring.question(
            question,
            options,
            kind=kind,
            correct=correct,
            tolerance=tolerance,
            seconds=whole(seconds),
            anonymous=anonymous,
        )
        return self.put(asked, open_=True, again=again)

    def draft(
        self,
        question: str,
        options: Sequence[object] = (),
        kind: str = "single",
        correct: object = None,
        seconds: float | None = None,
        *,
        anonymous: bool = False,
        tolerance: float = 0,
        again: bool = False,
    ) -> Poll:
        """Prepare a poll that only instructors see until `poll.open()`; otherwise as `ask`."""
        asked = authoring.question(
            question,
            options,
            kind=kind,
            correct=correct,
            tolerance=tolerance,
            seconds=whole(seconds),
            anonymous=anonymous,
        )
        return self.put(asked, open_=False, again=again)

    def load(self, path: str | Path) -> list[Poll]:
        """Prepare the questions of a file (YAML or Markdown) as drafts; `next()` asks them.

        Loaded again, what was asked or prepared in this lesson stays as it is.

        Raises:
            InvalidArgument: the file cannot be read, or something in it is no question.
            Refused: only instructors run polls.
        """
        return [self.put(one, open_=False) for one in files.load(path)]

    def next(self, seconds: float | None = None) -> Poll:
        """Open the next draft, the oldest.

        Raises:
            InvalidArgument: no draft is left.
            Refused: only instructors run polls.
        """
        self._check_staff()
        with self._asking:
            draft = self._polls.next_draft(self._polls.all())
            if draft is None:
                raise InvalidArgument(NO_DRAFT)
            poll = self.poll(draft.poll.id)
            _ = poll.open(whole(seconds))
            return poll

    def put(
        self, asked: Question, *, open_: bool, again: bool = False, id_: str | None = None
    ) -> Poll:
        """Ask or prepare a question, or find the poll it is already.

        Raises:
            Refused: only instructors run polls.
            NotConnected: the lesson is closed.
        """
        self._check_staff()
        self._await_documents()
        with self._asking:
            known = None if again else self._same(asked)
            if known is not None:
                poll = self.poll(known.poll.id)
                if open_ and known.poll.state == "draft" and known.making is None:
                    _ = poll.open(asked.seconds)
                return poll
            id_ = id_ or uuid7()
            receipt = self._polls.create(id_, asked.command(open_=open_))
            poll = Poll(id_, self._client, self._polls, receipt, self._repr_mimebundle_)
            self._made[id_] = poll
            return poll

    def _same(self, asked: Question) -> Seen | None:
        """This lesson's poll of the same question, the newest of several."""
        since = self._polls.now() - LESSON_MS
        for seen in reversed(self._polls.all()):
            poll, failed = seen.poll, seen.making is not None and seen.making.state == "failed"
            if failed or poll.created_at < since:
                continue
            told = (poll.question, tuple(poll.options), poll.kind, poll.anonymous)
            if told == (asked.text, asked.options, asked.kind, asked.anonymous):
                return seen
        return None

    def _check_staff(self) -> None:
        self._client.check()
        if not self._client.me().is_staff:
            raise Refused("Only instructors run polls.")

    def _await_documents(self) -> None:
        """Wait a little until it is known what was asked before, where that is still to come."""
        channels = (self._client.channel, self._polls.staff)
        # While offline, or on the network thread, it is asked all the same, and sent later.
        with contextlib.suppress(NotConnected, Refused, WouldDeadlock):
            self._client.wait_caught_up(*channels, timeout=_PATIENCE)

    # -- what there is ----------------------------------------------------------------------

    @property
    def current(self) -> Poll | None:
        """The poll that is open, the newest of several; else the newest that was asked."""
        asked = [seen for seen in self._polls.all() if seen.poll.state != "draft"]
        opened = [seen for seen in asked if seen.poll.state == "open"]
        newest = max(opened or asked, key=lambda seen: seen.poll.opened or 0, default=None)
        return self.poll(newest.poll.id) if newest else None

    @property
    def history(self) -> list[Poll]:
        """Every poll that was asked, oldest first."""
        return [self.poll(s.poll.id) for s in self._polls.all() if s.poll.state != "draft"]

    @property
    def drafts(self) -> list[Poll]:
        """What instructors have prepared, in the order `next()` asks it."""
        return [
            self.poll(seen.poll.id)
            for seen in self._polls.all()
            if seen.poll.state == "draft" and not (seen.making and seen.making.data.open)
        ]

    def poll(self, id_: str) -> Poll:
        """The poll with this id, the same object every time.

        Raises:
            InvalidArgument: there is none.
        """
        poll = self._made.get(id_)
        if poll is None:
            if self._polls.get(id_) is None:
                raise InvalidArgument("There is no such poll, or it was deleted.")
            poll = self._made[id_] = Poll(
                id_, self._client, self._polls, None, self._repr_mimebundle_
            )
        return poll

    # -- for what pages ask (edu_widgets.polls.asked) ---------------------------------------------

    @property
    def seen(self) -> Polls:
        """The polls as this process knows them."""
        return self._polls

    def send(self, command: CommandType, data: msgspec.Struct) -> Receipt:
        """Send what an instructor does.

        Raises:
            Refused: only instructors run polls.
            NotConnected: the lesson is closed.
        """
        self._check_staff()
        return self._client.send(command.name, data)

    def peek(self, poll_id: str, page: str, *, on: bool) -> None:
        """Show live counts on a page of the instructor's, or no more."""
        self._check_staff()
        self._shown.peek(poll_id, page, on=on)
        self._on_network(lambda: self._channel.changed(POLLS, [poll_id]))

    def discard(self, id_: str) -> None:
        """Forget what failed about a poll: its creation, or one's vote in it."""
        failed = [v.id for v in self._polls.votes.all() if id_ in (v.id, v.data.poll_id)]
        for command in {id_, *failed}:
            self._client.discard(command)

    def _welcomed(self) -> None:
        # Loads the parser and a lexer here: the first poll should not wait for it.
        to_nodes("```python\n1\n```")

    # -- from the course (network thread) ----------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case DocumentsChanged():
                self._heard_documents(event)
            case CommandChanged(command, gone) if command.type == commands.CAST_VOTE.name:
                self._polls.votes.moved(command, gone=gone)
                # The page that sent it shows it as pending by itself.
                moving = command.state in (CommandState.QUEUED, CommandState.SENT)
                self._touch(commands.poll_of(command.data), news=not moving)
            case CommandChanged(command, gone) if command.type in _COMMANDS:
                self._heard_command(event)
            case _:
                state, self._state = self._state, self._client.view().state
                # What waits is shown as kept, or as under way, by the connection's state; and
                # what one can do hangs on role and features.
                self._channel.changed(DESK, [DESK], news=False)
                if state != self._state:
                    ids = [vote.data.poll_id for vote in self._polls.votes.all()]
                    ids += [making.id for making in self._polls.making.all()]
                    self._channel.changed(POLLS, ids)

    def _heard_documents(self, event: DocumentsChanged) -> None:
        if event.live:
            self._polls.heard(event.upserted)
        changed = [doc for doc in (*event.upserted, *event.removed) if doc.kind in _KINDS]
        ids = [doc.id.rpartition(":")[2] for doc in changed]
        for poll_id, what in self._news.of(ids, event):
            for fn in self._callbacks.on(what):  # a poll is looked up only if somebody listens
                self._client.call_back(fn, self.poll(poll_id))
        if changed or event.reset:
            self._channel.changed(POLLS, ids, reset=event.reset)
        if any(doc.kind == POLL for doc in changed):
            self._channel.changed(DESK, [DESK])

    def _heard_command(self, event: CommandChanged) -> None:
        command, gone = event.command, event.gone
        if command.type == commands.CREATE_POLL.name:
            self._polls.making.moved(command, gone=gone)
            self._touch(command.id)
        elif command.state is CommandState.FAILED and not gone:
            # It cannot be done any more, and would only lie there: said once, and forgotten.
            self._notice(command.error)
            self._client.discard(command.id)

    def _touch(self, poll_id: str, *, news: bool = True) -> None:
        self._channel.changed(POLLS, [poll_id] if poll_id else [], news=news)
        self._channel.changed(DESK, [DESK], news=news)

    def _notice(self, message: str) -> None:
        self._reply({"op": "signal", "name": "notice", "data": {"message": message}})
