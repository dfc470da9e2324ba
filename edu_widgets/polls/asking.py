"""Asking once: a question that this lesson has asked is found again, and takes over changes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.polls import remarks
from edu_widgets.polls.authoring import Question
from edu_widgets.polls.mirror import Polls
from edu_widgets.polls.poll import Poll
from edu_widgets.polls.seen import Seen
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import NotConnected, Refused, WouldDeadlock

_PATIENCE = 5.0
"""Seconds that a question waits at most for what was asked before, as in a kernel just started."""

MakePoll: TypeAlias = Callable[[str, Receipt | None], Poll]


@dataclass(frozen=True, slots=True)
class Put:
    """The outcome of a question.

    `known` is the poll of it that there was before, `anew` whether it was asked all the same;
    `changed` tells what it took over, `stands` how it stands where that may surprise.
    """

    poll: Poll
    known: Seen | None = None
    anew: bool = False
    changed: tuple[str, ...] = ()
    stands: str = ""

    @property
    def said(self) -> list[str]:
        """All that there is to say in a cell that asks this question."""
        return [*self.changed, *filter(None, [self.stands])]


class Asking:
    """Puts questions to the course. Any thread, one question after the other."""

    def __init__(self, client: CourseClient, polls: Polls, poll: MakePoll) -> None:
        self._client = client
        self._polls = polls
        self._poll = poll
        self.lock = threading.RLock()

    def put(self, asked: Question, *, open_: bool, again: str = "", renewed: bool = False) -> Put:
        """Ask or prepare a question, or find the poll that it has become before.

        Args:
            asked: The question.
            open_: Whether it is to be open at once; otherwise it is a draft.
            again: The code that asks anew, to be printed; empty: this call asks anew.
            renewed: Whether a draft of an earlier lesson is prepared anew, to come last.
        """
        self._await_documents()
        with self.lock:
            known = self._known(asked) if again else None
            if known is None:
                return Put(self.create(asked, open_=open_))
            draft = known.poll.state == "draft" and known.making is None
            if self._polls.is_of_this_lesson(known) or (draft and not renewed):
                return self._found(known, asked, open_=open_, again=again)
            if draft:
                _ = self._poll(known.poll.id, None).delete()
                return Put(self.create(asked, open_=open_))
            before = remarks.standing(known.poll, self._polls.now())
            what = "asking again" if open_ else "prepared again"
            said = f"{remarks.excerpt(asked.text)!r}: {before}; {what}."
            return Put(self.create(asked, open_=open_), known, anew=True, stands=said)

    def create(self, asked: Question, *, open_: bool, id_: str | None = None) -> Poll:
        """Create a new poll, also of a question that was asked before."""
        id_ = id_ or uuid7()
        return self._poll(id_, self._polls.create(id_, asked.command(open_=open_)))

    def load(self, questions: Iterable[Question], name: str) -> tuple[list[Poll], list[str]]:
        """Prepare questions in order; return the polls and the lines to print, a summary last."""
        puts: list[Put] = []
        for one in questions:
            renewed = any(put.known is None or put.anew for put in puts)
            puts.append(self.put(one, open_=False, again="again", renewed=renewed))
        said = [sentence for put in puts for sentence in put.changed]
        if any(put.known is not None for put in puts):
            said.append(f"{name}: {_summary(puts)}.")
        return [put.poll for put in puts], said

    # -- what was asked before ---------------------------------------------------------------

    def _known(self, asked: Question) -> Seen | None:
        """The newest poll of the same question, if it was not refused."""
        for seen in reversed(self._polls.all()):
            poll, failed = seen.poll, seen.making is not None and seen.making.state == "failed"
            told = (poll.question, tuple(poll.options), poll.kind)
            wanted = (asked.text, asked.options, asked.kind)
            promised = (poll.anonymous, poll.named, poll.live)
            same = promised == (asked.anonymous, asked.named, asked.live)
            if not failed and told == wanted and same:
                return seen
        return None

    def _found(self, known: Seen, asked: Question, *, open_: bool, again: str) -> Put:
        poll = self._poll(known.poll.id, None)
        head = f"{remarks.excerpt(asked.text)!r}: "
        changed = [f"{head}{what}." for what in self._taken_over(poll, known, asked, open_=open_)]
        stands = ""
        if open_ and known.poll.state == "draft" and known.making is None:
            _ = poll.begin(asked.seconds)
        elif known.poll.state in {"closed", "revealed"}:
            stands = f"{head}{remarks.standing(known.poll, self._polls.now())}; {again}."
        return Put(poll, known, changed=tuple(changed), stands=stands)

    def _taken_over(
        self, poll: Poll, known: Seen, asked: Question, *, open_: bool
    ) -> Iterator[str]:
        """Give a poll the right answer and the time of the question as asked now."""
        edits: dict[str, Any] = {}
        given = (list(asked.correct), asked.tolerance)
        if asked.correct and given != self._polls.answer_of(known):
            if known.poll.shown.answer:
                yield "its right answer was shown and stays; poll.reveal(answer=…) shows another"
            else:
                edits |= {"correct": given[0], "tolerance": given[1]}
                yield "its right answer is changed"
        body = known.poll
        if asked.seconds != body.seconds and (open_ or body.state == "draft"):
            hindered = self._hindrance(known, asked.seconds)
            if hindered:
                yield hindered
            elif body.state == "draft" or body.round == 1:
                edits["seconds"] = asked.seconds or 0
                yield (
                    f"its time is {asked.seconds} s now" if asked.seconds else "it has no timer now"
                )
        if edits:
            _ = poll.amend(**edits)

    def _hindrance(self, known: Seen, seconds: int | None) -> str:
        """The reason why a poll cannot have another time, and a remedy; empty if it can."""
        poll = known.poll
        if poll.state in {"closed", "revealed"}:
            return "its time is not changed, for it is over" if seconds else ""
        if poll.state == "draft" or not seconds or poll.opened is None:
            return ""
        closes = poll.opened + 1000 * seconds
        shorter = poll.closes is None or closes < poll.closes
        if shorter and (known.answered or closes <= self._polls.now()):
            return "its time does not become shorter any more; poll.close() closes it"
        return ""

    # -- waiting ----------------------------------------------------------------------------

    def _await_documents(self) -> None:
        """Wait a little for the polls that were asked before, while they are still loading."""
        channels = (self._client.channel, self._polls.staff)
        # While offline, or on the network thread, it is asked all the same, and sent later.
        with contextlib.suppress(NotConnected, Refused, WouldDeadlock):
            if self._client.wait_caught_up(*channels, timeout=_PATIENCE):
                self._await_lesson()

    def _await_lesson(self) -> None:
        """After the computer slept, wait until the current lesson is known."""
        if not self._polls.slept():
            return
        known = threading.Event()
        stop = self._client.listen(
            lambda event: (
                known.set()
                if isinstance(event, DocumentsChanged) and not self._polls.slept()
                else None
            )
        )
        try:
            known.wait(_PATIENCE)
        finally:
            stop()


def _summary(puts: list[Put]) -> str:
    """Return the outcomes of the questions of a file, in one line."""
    old = [put for put in puts if put.known is not None and not put.anew]
    anew = sum(put.anew for put in puts)
    drafts = sum(put.known is not None and put.known.poll.state == "draft" for put in old)
    parts = [
        (len(puts) - len(old), "{} prepared" + f" ({anew} of them asked before)" * (anew > 0)),
        (drafts, "{} prepared already"),
        (len(old) - drafts, "{} asked already in this lesson"),
    ]
    return ", ".join(words.format(count) for count, words in parts if count)
