"""Pages' requests to polls: intents, checked and handed on. Any thread."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.polls import commands
from edu_widgets.polls.authoring import Question
from edu_widgets.polls.documents import Choice, PollKind
from edu_widgets.polls.kinds import (
    check_choice,
    check_correct,
    check_live,
    check_seconds,
    checked_question,
)
from edu_widgets.polls.mirror import Polls
from edu_widgets.polls.poll import Poll
from edu_widgets.protocol import Code, CommandType
from edu_widgets.protocol.errors import TooLate

_OVER = "This round is closed."


class Written(msgspec.Struct, rename="camel"):
    """A poll as a page's form has it."""

    question: str
    kind: PollKind
    options: list[str] = []
    correct: list[Choice] = []
    tolerance: float = 0
    anonymous: bool = False
    seconds: int | None = None
    live: bool = False


class Edited(msgspec.Struct, rename="camel"):
    """A draft as a page's form has it now; without `correct` its right answer stays."""

    question: str
    options: list[str] = []
    correct: list[Choice] | None = None
    tolerance: float = 0
    seconds: int = 0


class Revealed(msgspec.Struct, rename="camel"):
    """A page's request to reveal."""

    counts: bool = False
    answer: bool = False
    correct: list[Choice] = []
    tolerance: float = 0


class PollsPort(Protocol):
    """The methods that carry out pages' requests: `LivePolls`."""

    @property
    def seen(self) -> Polls: ...
    def create(self, asked: Question, *, open_: bool, id_: str) -> Poll: ...
    def next(self, seconds: float | None = None, *, quiet: bool = False) -> Poll: ...
    def poll(self, id_: str) -> Poll: ...
    def send(self, command: CommandType, data: msgspec.Struct) -> Receipt: ...
    def peek(self, poll_id: str, page: str, *, on: bool) -> None: ...
    def source(self, poll_id: str, page: str) -> None: ...
    def missing(self, poll_id: str, page: str) -> None: ...
    def duplicate(self, poll: Poll, *, id_: str = "") -> Poll: ...
    def discard(self, id_: str) -> None: ...


class IntentHandlers:
    """The requests of a widget's pages; an impossible one is refused with a sentence."""

    def __init__(self, polls: PollsPort) -> None:
        self._polls = polls

    @on_intent("polls.vote")
    def vote(self, intent: Intent) -> None:
        """Vote, under the intent's own id: a page that was reloaded sends it again."""
        id_, round_ = intent.id_of("id"), intent.number("round")
        seen = self._polls.seen.get(id_)
        if seen is None:
            raise TooLate("This poll is not there any more.", Code.TOO_LATE)
        poll = seen.poll
        if poll.state != "open" or round_ != poll.round:
            raise TooLate(_OVER, Code.TOO_LATE)
        choice = check_choice(poll.kind, len(poll.options), intent.args.get("choice"))
        if any(vote.id == intent.id for vote in self._polls.seen.votes.waiting()):
            return
        _ = self._polls.seen.cast(intent.id, commands.CastVote(id_, round_, choice))

    @on_intent("polls.create")
    def create(self, intent: Intent) -> None:
        """Ask a question."""
        self._put(intent, open_=True)

    @on_intent("polls.draft")
    def draft(self, intent: Intent) -> None:
        """Prepare a question."""
        self._put(intent, open_=False)

    def _put(self, intent: Intent, *, open_: bool) -> None:
        id_, written = intent.id_of("id"), intent.read(Written)
        # A page that was reloaded, or talks to a new kernel, sends again what is known.
        if self._polls.seen.get(id_) is not None:
            return
        text, options = checked_question(written.question, written.kind, written.options)
        check_seconds(written.seconds)
        check_live(written.kind, live=written.live, anonymous=written.anonymous)
        asked = Question(
            text,
            tuple(options),
            written.kind,
            tuple(
                check_correct(
                    written.kind, len(written.options), written.correct, written.tolerance
                )
            ),
            written.tolerance,
            written.seconds,
            written.anonymous,
            live=written.live,
        )
        _ = self._polls.create(asked, open_=open_, id_=id_)

    @on_intent("polls.source")
    def source(self, intent: Intent) -> None:
        """Tell how a draft is written."""
        self._polls.source(intent.id_of("id"), intent.page)

    @on_intent("polls.edit")
    def edit(self, intent: Intent) -> None:
        """Change a draft."""
        poll, edited = self._polls.poll(intent.id_of("id")), intent.read(Edited)
        if poll.state != "draft":
            raise TooLate("This poll was asked already: poll.edit() mends it.", Code.TOO_LATE)
        text, options = checked_question(edited.question, poll.kind, edited.options)
        check_seconds(edited.seconds or None)
        changes: dict[str, Any] = {
            "question": text,
            "options": options,
            "seconds": edited.seconds,
        }
        if edited.correct is not None:
            changes["correct"] = check_correct(
                poll.kind, len(options), edited.correct, edited.tolerance
            )
            changes["tolerance"] = edited.tolerance
        _ = poll.amend(**changes)

    @on_intent("polls.duplicate")
    def duplicate(self, intent: Intent) -> None:
        """Prepare a poll once more, as a draft."""
        id_ = intent.id_of("as")
        if self._polls.seen.get(id_) is None:
            _ = self._polls.duplicate(self._polls.poll(intent.id_of("id")), id_=id_)

    @on_intent("polls.move")
    def move(self, intent: Intent) -> None:
        """Give a draft another place in the order."""
        _ = self._polls.poll(intent.id_of("id")).move(intent.number("place"))

    @on_intent("polls.open")
    def open(self, intent: Intent) -> None:
        """Open a draft."""
        _ = self._polls.poll(intent.id_of("id")).begin(_seconds(intent))

    @on_intent("polls.next")
    def next(self, intent: Intent) -> None:
        """Open the next draft."""
        _ = self._polls.next(_seconds(intent), quiet=True)

    @on_intent("polls.close")
    def close(self, intent: Intent) -> None:
        """Close a round."""
        data = commands.ClosePoll(intent.id_of("id"), intent.number("round"))
        _ = self._polls.send(commands.CLOSE_POLL, data)

    @on_intent("polls.extend")
    def extend(self, intent: Intent) -> None:
        """Give a round more time."""
        round_, seconds = intent.number("round"), intent.number("seconds")
        data = commands.ExtendPoll(intent.id_of("id"), round_, seconds)
        _ = self._polls.send(commands.EXTEND_POLL, data)

    @on_intent("polls.reveal")
    def reveal(self, intent: Intent) -> None:
        """Show counts, answer or both."""
        asked = intent.read(Revealed)
        data = commands.RevealPoll(
            intent.id_of("id"), asked.counts, asked.answer, asked.correct, asked.tolerance
        )
        _ = self._polls.send(commands.REVEAL_POLL, data)

    @on_intent("polls.revote")
    def revote(self, intent: Intent) -> None:
        """Begin the next round."""
        seconds = _seconds(intent)
        check_seconds(seconds)
        data = commands.RevotePoll(intent.id_of("id"), intent.number("round"), seconds)
        _ = self._polls.send(commands.REVOTE_POLL, data)

    @on_intent("polls.delete")
    def delete(self, intent: Intent) -> None:
        """Delete a poll."""
        _ = self._polls.send(commands.DELETE_POLL, commands.DeletePoll(intent.id_of("id")))

    @on_intent("polls.remove_answer")
    def remove_answer(self, intent: Intent) -> None:
        """Take one answer out of the results of a text poll."""
        text = str(check_choice("text", 0, intent.args.get("text")))
        data = commands.RemoveAnswer(intent.id_of("id"), text)
        _ = self._polls.send(commands.REMOVE_ANSWER, data)

    @on_intent("polls.hide_answer")
    def hide_answer(self, intent: Intent) -> None:
        """Hide one answer of a text poll from students, or show it again."""
        text = str(check_choice("text", 0, intent.args.get("text")))
        data = commands.HideAnswer(intent.id_of("id"), text, intent.args.get("on") is True)
        _ = self._polls.send(commands.HIDE_ANSWER, data)

    @on_intent("polls.merge_answers")
    def merge_answers(self, intent: Intent) -> None:
        """Count one answer of a text poll as another, or by itself again."""
        text = str(check_choice("text", 0, intent.args.get("text")))
        into = intent.args.get("into") or ""
        into = str(check_choice("text", 0, into)) if into else ""
        data = commands.MergeAnswers(intent.id_of("id"), [text], into)
        _ = self._polls.send(commands.MERGE_ANSWERS, data)

    @on_intent("polls.missing")
    def missing(self, intent: Intent) -> None:
        """Send the names of the people here who have not answered."""
        self._polls.missing(intent.id_of("id"), intent.page)

    @on_intent("polls.peek")
    def peek(self, intent: Intent) -> None:
        """Show the live counts on this page, or no more."""
        self._polls.peek(intent.id_of("id"), intent.page, on=intent.args.get("on") is True)

    @on_intent("polls.discard")
    def discard(self, intent: Intent) -> None:
        """Forget a command that failed."""
        self._polls.discard(intent.id_of("id"))


def _seconds(intent: Intent) -> int | None:
    return intent.number("seconds") if intent.args.get("seconds") is not None else None
