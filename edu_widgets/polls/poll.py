"""Poll: one question, as people hold it in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.polls import commands, remarks
from edu_widgets.polls.authoring import (
    choice_of,
    flag,
    option_texts,
    question_text,
    right_answer,
    timer_seconds,
    whole_seconds,
)
from edu_widgets.polls.documents import Choice
from edu_widgets.polls.kinds import checked_rewording
from edu_widgets.polls.poll_outcome import PollOutcome
from edu_widgets.polls.preconditions import Step, check_step
from edu_widgets.polls.values import number_of, plain
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import InvalidArgument, TooLate


class Poll(PollOutcome):
    """A poll of a course, as it is now. Methods that change it return a receipt at once.

    Displayed by being the last line of a cell: never counts, which are revealed or asked for
    with `results()`. Methods that send raise `NotConnected` once the lesson is closed, and
    `OutboxFull` if too much is waiting.
    """

    _inner: ClassVar[str] = "amend ask_missing begin exported"

    # -- running it ------------------------------------------------------------------------

    def wait(self, timeout: float | None = 10.0) -> Poll:
        """Wait until the service has the poll, at most `timeout` seconds; return the poll.

        Raises:
            Refused: the service refused the poll, with the reason.
            NotConnected: the service was not reached in time; the poll is sent later.
        """
        if self._made is not None:
            _ = self._made.wait(timeout)
        return self

    def open(self, seconds: float | None = None) -> Receipt:
        """Open a draft, for some seconds if given; an open poll stays as it is.

        Raises:
            InvalidArgument: it is closed; the message says how to go on.
        """
        receipt = self.begin(seconds)
        remarks.say_open(self._polls.open_beside(self.id))
        return receipt

    def begin(self, seconds: float | None = None) -> Receipt:
        """Open a draft as `open` does, without printing."""
        receipt = self._run("open", commands.OpenPoll(self.id, timer_seconds(seconds)))
        self._polls.opening(self.id, receipt)
        return receipt

    def edit(
        self,
        question: str | None = None,
        options: Sequence[object] | None = None,
        correct: object = None,
        seconds: float | None = None,
        *,
        tolerance: float = 0,
    ) -> Receipt:
        """Correct the wording, the right answer or the time; votes stay as they are.

        The class is told that the question was edited.

        Args:
            question: The new question; None: unchanged, here and below.
            options: All options in their present order, with new words.
            correct: The right answer, as for `polls.ask`.
            seconds: Seconds from the opening to the end of the round.
            tolerance: By how much a right `number` may be missed.

        Raises:
            InvalidArgument: a value is not possible; the message names it.
            TooLate: the right answer, or the counts, were revealed already.
        """
        self._check("edit")
        poll = self._seen().poll
        told = poll.options if options is None else option_texts(poll.kind, options)
        text = poll.question if question is None else question_text(question)
        if (text, told) != (poll.question, poll.options):
            text, told = checked_rewording(poll, text, told)
        elif correct is None and seconds is None:
            raise InvalidArgument("There is nothing to change: give question, options, correct …")
        given: dict[str, Any] = {}
        if text != poll.question:
            given["question"] = text
        if told != poll.options:
            given["options"] = told
        if correct is not None:
            if poll.shown.answer:
                msg = "Its right answer was shown; poll.reveal(answer=…) shows another one."
                raise TooLate(msg, Code.TOO_LATE)
            given["tolerance"] = number_of(tolerance, "tolerance")
            given["correct"] = right_answer(poll.kind, told, correct, given["tolerance"])
        if seconds is not None:
            given["seconds"] = timer_seconds(seconds)
        return self.amend(**given)

    def move(self, place: int) -> Receipt:
        """Move a draft to `place` in the order of the drafts, from 1.

        Raises:
            InvalidArgument: it is no draft any more, or there is no such place.
        """
        self._check("move")
        place = plain(place)
        if type(place) is not int or place < 1:
            raise InvalidArgument(f"A place among the drafts is 1, 2, …, not {place!r:.40}.")
        return self._polls.move(self.id, place)

    def amend(self, **changes: Any) -> Receipt:
        """Send a change whose values were checked."""
        self._check("edit")
        return self._polls.edit(uuid7(), commands.EditPoll(self.id, **changes))

    def close(self) -> Receipt:
        """Close the round: votes count no more. One that is closed stays as it is.

        Raises:
            InvalidArgument: it is a draft, or deleted.
        """
        return self._run("close", commands.ClosePoll(self.id, self._stands()[1]))

    def extend(self, seconds: float = 30) -> Receipt:
        """Give an open round more time.

        Raises:
            InvalidArgument: the round is over, or has no timer.
        """
        self._check("extend")
        added = whole_seconds(seconds)
        if added is None:
            raise InvalidArgument("Say how many seconds more.")
        poll, (state, round_) = self._seen().poll, self._stands()
        if (poll.state, poll.round) == (state, round_) == ("open", round_) and poll.closes is None:
            raise InvalidArgument("This poll has no timer: it is open until poll.close().")
        return self._run("extend", commands.ExtendPoll(self.id, round_, added))

    def reveal(
        self,
        counts: bool = True,  # noqa: FBT001, FBT002 - reads well: reveal(True, "b")
        answer: object = True,  # noqa: FBT002
        *,
        tolerance: float = 0,
    ) -> Receipt:
        """Show everybody the counts, the right answer, or both.

        Args:
            counts: True to show the counts.
            answer: True for the right answer given with the question (if none was given, only the
                counts are shown), False for none, or the answer itself: an option's number from 1
                or its text, or a list.
            tolerance: By how much a right `number` may be missed.

        Raises:
            InvalidArgument: there is no such option, nothing is to be revealed, or it is a draft.
        """
        self._check("reveal")
        counts, seen = _counts(counts), self._seen()
        given: list[Choice] = []
        answer = plain(answer)  # 1 == True: an option's number is told from yes by its type
        if not isinstance(answer, bool) and answer is not None:
            poll = seen.poll
            given = right_answer(poll.kind, poll.options, answer, number_of(tolerance, "tolerance"))
        known = bool(given or seen.secret or seen.poll.correct or self._polls.knows_answer(self.id))
        show = bool(given) or (answer is True and known)
        if not counts and not show:
            what = "no right answer is known" if answer is True else "nothing is to be revealed"
            raise InvalidArgument(f"{what[0].upper()}{what[1:]}. Say which, as in answer=1.")
        near = number_of(tolerance, "tolerance")
        data = commands.RevealPoll(self.id, counts, show, given, near)
        return self._run("reveal", data)

    def revote(self, seconds: float | None = None) -> Receipt:
        """Let everybody vote again, as the next round.

        Raises:
            InvalidArgument: the round is still open, or there can be no further one.
        """
        number = self._stands()[1] + 1
        return self._run("revote", commands.RevotePoll(self.id, number, timer_seconds(seconds)))

    def delete(self) -> Receipt:
        """Delete the poll, with everybody's votes.

        Raises:
            InvalidArgument: it is deleted already.
        """
        return self._run("delete", commands.DeletePoll(self.id))

    def _run(self, step: Step, data: msgspec.Struct) -> Receipt:
        """Send an instructor's command about this poll."""
        self._check(step)
        return self._polls.run(f"{step}_poll", data)

    # -- voting -------------------------------------------------------------------------------

    def vote(self, choice: object) -> Receipt:
        """Vote, or change one's vote, as long as the poll is open.

        Args:
            choice: An option's number from 1 or its text, a list of them (`multiple`; `ordering`:
                all of them, in order), a number or a text.

        Raises:
            InvalidArgument: it does not fit the question, or the poll is a draft.
            TooLate: the round is closed.
        """
        self._client.check()
        poll, (state, round_) = self._seen().poll, self._stands()
        check_step("vote", poll, state)
        chosen = choice_of(poll.kind, poll.options, choice)
        return self._polls.cast(uuid7(), commands.CastVote(self.id, round_, chosen))


def _counts(value: object) -> bool:
    """Return True if counts are to be shown.

    Raises:
        InvalidArgument: it is neither True nor False, as where the answer stands in its place.
    """
    if isinstance(value, str | int | list | tuple) and not isinstance(value, bool):
        msg = f"The first argument says whether counts are shown: poll.reveal(answer={value!r:.80})"
        raise InvalidArgument(f"{msg} tells an answer.")
    return flag("counts", value)
