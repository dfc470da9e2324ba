"""Poll: one question, as people hold it in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from edu_widgets.client.csv_files import as_csv
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.view import Person
from edu_widgets.polls import commands, frozen, remarks, results
from edu_widgets.polls.authoring import (
    choice_of,
    flag,
    option_texts,
    question_text,
    right_answer,
    timer_seconds,
    whole_seconds,
)
from edu_widgets.polls.documents import Choice, RoundResult
from edu_widgets.polls.documents import Poll as PollBody
from edu_widgets.polls.kinds import checked_rewording
from edu_widgets.polls.mirror import Polls, Seen, Vote
from edu_widgets.polls.preconditions import DELETED, Step, check_step
from edu_widgets.polls.removal import missing_answer, removal_mark
from edu_widgets.polls.values import number_of, plain
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.errors import InvalidArgument, Refused, TooLate

if TYPE_CHECKING:
    import msgspec

    from edu_widgets.client.course import CourseClient


class Poll(Tidy):
    """A poll of a course, as it is now. What changes it returns at once, with a receipt.

    Displayed by being the last line of a cell: never counts, which are revealed or asked for
    with `results()`. What sends something raises `NotConnected` once the lesson is closed, and
    `OutboxFull` where too much is waiting.
    """

    _inner: ClassVar[str] = "amend begin exported"

    def __init__(
        self,
        id_: str,
        client: CourseClient,
        polls: Polls,
        made: Receipt | None = None,
        show: Callable[..., Any] = lambda **_: None,
    ) -> None:
        self.id = id_
        self._client = client
        self._polls = polls
        self._made = made
        self._show = show
        self._last: Seen | None = polls.get(id_)

    def __repr__(self) -> str:
        poll = self._seen().poll
        text = remarks.excerpt(poll.question)
        # repr(): what others wrote must not write control sequences to a terminal.
        return f"<Poll {text!r} {self.state}, round {poll.round}, {self.answered} answered>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self._show(**kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poll) and (self.id, self._client) == (other.id, other._client)

    def __hash__(self) -> int:
        return hash(self.id)

    def _seen(self) -> Seen:
        seen = self._polls.get(self.id)
        if seen is not None:
            self._last = seen
        if self._last is None:
            raise InvalidArgument(DELETED)
        return self._last

    # -- what it is ------------------------------------------------------------------------

    @property
    def question(self) -> str:
        """The question, as Markdown."""
        return self._seen().poll.question

    @property
    def options(self) -> list[str]:
        """The options, as Markdown; empty for numbers and texts."""
        return list(self._seen().poll.options)

    @property
    def kind(self) -> str:
        """The kind of question, such as `single` or `multiple`."""
        return self._seen().poll.kind

    @property
    def anonymous(self) -> bool:
        """True if nobody is to learn who chose what."""
        return self._seen().poll.anonymous

    @property
    def named(self) -> bool:
        """True if instructors may read who chose what, as everybody was told before they voted."""
        return self._seen().poll.named

    @property
    def state(self) -> str:
        """`draft`, `open`, `closed` or `revealed`.

        Before the service has it `saving`, or `failed` if it did not take it; `deleted` once it
        is gone.
        """
        seen = self._polls.get(self.id)
        if seen is None:
            return "deleted"
        if seen.making is not None:
            return "failed" if seen.making.state == "failed" else "saving"
        return seen.poll.state

    @property
    def round(self) -> int:
        """The present round, from 1."""
        return self._seen().poll.round

    @property
    def answered(self) -> int:
        """The number of people who have answered in this round."""
        return self._seen().answered

    @property
    def vote_state(self) -> str | None:
        """Of one's own vote: `pending`, `queued`, `counted`, `late` or `failed`; None without."""
        vote = self._vote()
        return vote.state if vote else None

    @property
    def mine(self) -> Any:
        """One's own choice in this round, as it is given to `vote`; None: nothing."""
        seen, vote = self._seen(), self._vote()
        return None if vote is None or vote.choice is None else spoken(seen.poll, vote.choice)

    @property
    def correct(self) -> Any:
        """The right answer as far as one may know it, None otherwise; options count from 1."""
        correct, _ = self._polls.answer_of(self._seen())
        poll = self._seen().poll
        if not correct:
            return None
        if poll.kind in {"multiple", "ordering"}:
            return [int(one) + 1 for one in correct if isinstance(one, int)]
        told = [spoken(poll, one) for one in correct]
        return told[0] if len(told) == 1 else told

    @property
    def suggestion(self) -> str:
        """The advice after the round, by the share that was right; for instructors, else "".

        Once the right answer is revealed, no further vote is possible, nor suggested.
        """
        seen = self._seen()
        known = seen.tally.suggestion if seen.tally is not None else ""
        if known != "move_on" and seen.poll.state == "revealed" and seen.poll.shown.answer:
            return ""
        return results.SUGGESTIONS[known] if known else ""

    def _vote(self) -> Vote | None:
        return self._seen().vote

    # -- running it ------------------------------------------------------------------------

    def wait(self, timeout: float | None = 10.0) -> Poll:
        """Wait until the service has it.

        Raises:
            Refused: the service said no, with the reason.
            NotConnected: it was not reached in time; it is sent later.
        """
        if self._made is not None:
            _ = self._made.wait(timeout)
        return self

    def open(self, seconds: float | None = None) -> Receipt:
        """Open a draft, for so many seconds if given; one that is open stays as it is.

        Raises:
            InvalidArgument: it is closed; the message says how to go on.
        """
        receipt = self.begin(seconds)
        remarks.say_open(self._polls.open_beside(self.id))
        return receipt

    def begin(self, seconds: float | None = None) -> Receipt:
        """As `open`, and nothing is printed."""
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
        """Mend the wording, the right answer or the time; votes stay what they are.

        `options` are all of them, in the order they are in, with other words. The class is told
        that the question was edited.

        Raises:
            InvalidArgument: something about it cannot be; the message says what.
            TooLate: something of it was revealed already.
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

    def amend(self, **changes: Any) -> Receipt:
        """Change what was checked."""
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

        `answer` is True for the one that was given with the question (where none was, only the
        counts are shown), False for none, or the answer itself: an option's number from 1 or its
        text, or a list.

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
        """Delete it, with everybody's votes.

        Raises:
            InvalidArgument: it is deleted already.
        """
        return self._run("delete", commands.DeletePoll(self.id))

    def remove_answer(self, text: str) -> Receipt:
        """Take one answer of a text poll out of its results, for everybody and for good.

        All that say the same go with it, in every round, and those given later too. How many took
        part stays, and `results()` says how many answers were removed.

        Raises:
            InvalidArgument: it is no text poll, or no answer says this; the nearest is named.
        """
        self._check("remove")
        seen = self._seen()
        if seen.poll.kind != "text":
            raise InvalidArgument("Only of a poll of kind 'text' an answer can be removed.")
        answer = str(choice_of("text", [], text))
        tally, mark = seen.tally, removal_mark(answer)
        if tally is not None and not any(result.more for result in tally.rounds):
            told = {removal_mark(one.text) for result in tally.rounds for one in result.texts}
            if mark not in told.union(tally.removed):
                raise InvalidArgument(missing_answer(answer, tally.rounds))
        return self._polls.run(commands.REMOVE_ANSWER.name, commands.RemoveAnswer(self.id, answer))

    def _stands(self) -> tuple[str, int]:
        """State and round, with what was asked for in this notebook and is not here yet."""
        seen = self._polls.get(self.id)
        if seen is None:
            return "deleted", self._seen().poll.round
        return self._polls.stands(seen)

    def _check(self, step: Step) -> None:
        """See that an instructor asks, and for what can be done."""
        self._client.check()
        if not self._client.me().is_staff:
            raise Refused("Only instructors run polls.")
        seen = self._seen()
        if seen.making is not None and seen.making.state == "failed":
            raise InvalidArgument(f"The service did not take this poll: {seen.making.error}")
        check_step(step, seen.poll, self._stands()[0])

    def _run(self, step: Step, data: msgspec.Struct) -> Receipt:
        """Do what an instructor asks for."""
        self._check(step)
        return self._polls.run(f"{step}_poll", data)

    # -- voting -------------------------------------------------------------------------------

    def vote(self, choice: object) -> Receipt:
        """Vote, or change one's vote, as long as the poll is open.

        `choice` is an option's number from 1 or its text, a list of them (`multiple`; `ordering`:
        all of them, the first one first), a number or a text.

        Raises:
            InvalidArgument: it does not fit the question, or the poll is a draft.
            TooLate: the round is closed.
        """
        self._client.check()
        poll, (state, round_) = self._seen().poll, self._stands()
        check_step("vote", poll, state)
        chosen = choice_of(poll.kind, poll.options, choice)
        return self._polls.cast(uuid7(), commands.CastVote(self.id, round_, chosen))

    # -- what came of it -----------------------------------------------------------------------

    def results(self, round: int | None = None) -> Any:  # noqa: A002 - as people call it
        """The counts as a pandas DataFrame, or without pandas as a list of dicts.

        One row an answer and round, or of one `round`. Instructors see the counts as they are
        now (of an anonymous poll once it is closed), everybody else what was revealed.

        Raises:
            InvalidArgument: there is no such round, or the poll was deleted.
        """
        return results.table(self._rows(round))

    def to_csv(
        self, path: str | Path | None = None, *, people: bool = False, bom: bool = False
    ) -> str | None:
        """The same as CSV: the text, or into a file; with course, poll, date and question.

        With `people` it has a row a person, as `answers()`.

        Raises:
            InvalidArgument: the poll was deleted, or cannot be read by name.
        """
        columns = results.EXPORTED_BY_NAME if people else results.EXPORTED
        return as_csv(columns, self.exported(people=people), path, bom=bom)

    def exported(self, *, people: bool = False) -> list[dict[str, Any]]:
        """The rows of `to_csv`, as dicts."""
        found = self._named_rows() if people else self._rows(None)
        return list(results.headed(found, self._client.course, self._living().poll))

    def answers(self) -> Any:
        """Return everybody's choices, as a pandas DataFrame, or without pandas as a list of dicts.

        Only for instructors, only of a poll that was asked with `named=True`, and once it is
        closed. The service notes that it was read.

        Raises:
            InvalidArgument: the poll was not asked so, or is not closed.
            Refused: only instructors may read it.
            NotConnected: the service does not answer.
        """
        return results.table(self._named_rows(), results.NAMED)

    def missing(self) -> list[Person]:
        """The students who are here and have not answered in the present round, by name.

        Only for instructors, only of a poll that was asked with `named=True`.

        Raises:
            InvalidArgument: the poll was not asked so.
            Refused: only instructors may read it, or it was not opened yet.
            NotConnected: the service does not answer.
        """
        self._check("missing")
        poll = self._living().poll
        self._check_named(poll)
        ask = commands.ReadMissing(self.id, poll.round)
        asked = self._client.ask(commands.READ_MISSING.name, ask)
        asked.wait()
        return [Person(one.user_id, one.name) for one in asked.read(commands.PollMissing).people]

    @staticmethod
    def _check_named(poll: PollBody) -> None:
        if not poll.named:
            raise InvalidArgument(
                "Who chose what can be read only of a poll that was asked with named=True, which "
                "tells people before they vote."
            )

    def _named_rows(self) -> list[dict[str, Any]]:
        self._check("answers")
        poll = self._living().poll
        self._check_named(poll)
        correct, tolerance = self._polls.answer_of(self._living())
        return [
            row
            for number in range(1, poll.round + 1)
            for row in results.named_rows(poll, number, self._read(number), correct, tolerance)
        ]

    def _read(self, number: int) -> Iterator[commands.NamedAnswer]:
        """The answers of a round, as the service tells them, some hundred at a time."""
        skip, more = 0, True
        while more:
            ask = commands.ReadAnswers(self.id, number, skip)
            asked = self._client.ask(commands.READ_ANSWERS.name, ask)
            asked.wait()
            part = asked.read(commands.PollAnswers)
            yield from part.answers
            skip, more = skip + len(part.answers), part.more and bool(part.answers)

    def plot(self, axes: Any = None) -> Any:
        """The same as bars; needs matplotlib. Returns the axes.

        Raises:
            EduWidgetsError: matplotlib is missing.
            InvalidArgument: there are no counts.
        """
        found = self._rows(None)
        if not any(row["people"] for row in found):
            raise InvalidArgument(self._nothing_to_draw())
        return results.plot(" ".join(self.question.split()), found, axes)

    def _nothing_to_draw(self) -> str:
        poll = self._seen().poll
        if not self._client.me().is_staff and not poll.results:
            return "There is nothing to draw yet: no counts were revealed."
        if poll.state == "draft":
            return "There is nothing to draw yet: this poll is a draft."
        if poll.anonymous and self.answered:
            told = "once it is closed" if poll.state == "open" else "with 5 answers or more"
            return f"There is nothing to draw: an anonymous poll tells counts {told}."
        return "There is nothing to draw yet: nobody has answered."

    def freeze(self, lang: str = "") -> None:
        """Leave the revealed results in this cell's output, as a static picture in the notebook.

        Raises:
            InvalidArgument: nothing was revealed yet.
        """
        poll = self._living().poll
        if not poll.results:
            msg = (
                "Nothing was revealed yet, and what is in a saved notebook, everybody reads: "
                "poll.reveal() comes first."
            )
            raise InvalidArgument(msg)
        display: Any = import_module("IPython.display")  # without types, and only in a notebook
        data = {"text/html": frozen.html(poll, lang), "text/plain": frozen.plain(poll)}
        display.publish_display_data(data)

    def _living(self) -> Seen:
        """The poll with what came of it.

        Raises:
            InvalidArgument: it was deleted.
        """
        seen = self._polls.get(self.id)
        if seen is None:
            raise InvalidArgument(DELETED)
        return seen

    def _rows(self, number: int | None) -> list[dict[str, Any]]:
        seen = self._living()
        found: Sequence[RoundResult] = seen.poll.results
        if seen.tally is not None and self._client.me().is_staff:
            found = seen.tally.rounds
        if number is not None:
            number = plain(number)
            if type(number) is not int or not 1 <= number <= seen.poll.round:
                msg = f"There is no round {number!r}; rounds are 1 to {seen.poll.round}."
                raise InvalidArgument(msg)
            found = [result for result in found if result.round == number]
        correct, tolerance = self._polls.answer_of(seen)
        return results.rows(seen.poll, found, correct, tolerance)


def _counts(value: object) -> bool:
    """Return True if counts are to be shown.

    Raises:
        InvalidArgument: it is neither True nor False, as where the answer stands in its place.
    """
    if isinstance(value, str | int | list | tuple) and not isinstance(value, bool):
        msg = f"The first argument says whether counts are shown: poll.reveal(answer={value!r:.80})"
        raise InvalidArgument(f"{msg} tells an answer.")
    return flag("counts", value)


def spoken(poll: PollBody, choice: Choice) -> Any:
    """A choice as people give it: options by number from 1."""
    if isinstance(choice, list):
        return [index + 1 for index in choice]
    if poll.kind in {"number", "text"} or not isinstance(choice, int):
        return choice
    return choice + 1
