"""PollOutcome: the results of a poll as tables, files and pictures, and the removal of answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from edu_widgets.client.csv_files import as_csv
from edu_widgets.client.runtime.receipts import Answer, Receipt
from edu_widgets.client.view import Person
from edu_widgets.polls import commands, frozen, results
from edu_widgets.polls.authoring import choice_of, flag
from edu_widgets.polls.documents import Poll as PollBody
from edu_widgets.polls.documents import RoundResult
from edu_widgets.polls.poll_base import PollBase
from edu_widgets.polls.text_answers import answer_mark, missing_answer
from edu_widgets.polls.values import are_several, plain, values_of
from edu_widgets.protocol.errors import InvalidArgument


class PollOutcome(PollBase):
    """The outcome of a poll."""

    def results(self, round: int | None = None) -> Any:  # noqa: A002 - as people call it
        """Return the counts as a pandas DataFrame, or without pandas as a list of dicts.

        One row an answer and round, or of one `round`. Instructors see the counts as they are
        now (of an anonymous poll once it is closed), everybody else what was revealed, and of a
        live poll the present round too.

        Raises:
            InvalidArgument: there is no such round, or the poll was deleted.
        """
        return results.table(self._rows(round))

    def to_csv(
        self, path: str | Path | None = None, *, people: bool = False, bom: bool = False
    ) -> str | None:
        """Return the counts as CSV text, or write a file; with course, poll, date and question.

        With `people` it has a row a person, as `answers()`.

        Raises:
            InvalidArgument: the poll was deleted, or cannot be read by name.
        """
        columns = results.EXPORTED_BY_NAME if people else results.EXPORTED
        return as_csv(columns, self.exported(people=people), path, bom=bom)

    def exported(self, *, people: bool = False) -> list[dict[str, Any]]:
        """Return the rows of `to_csv`, as dicts."""
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
        """Return the students who are here and have not answered in the present round, by name.

        Only for instructors, only of a poll that was asked with `named=True`.

        Raises:
            InvalidArgument: the poll was not asked so.
            Refused: only instructors may read it, or it was not opened yet.
            NotConnected: the service does not answer.
        """
        asked = self.ask_missing()
        asked.wait()
        return [Person(one.user_id, one.name) for one in asked.read(commands.PollMissing).people]

    def ask_missing(self) -> Answer:
        """Ask as `missing` does, without waiting for the answer."""
        self._check("missing")
        poll = self._living().poll
        self._check_named(poll)
        ask = commands.ReadMissing(self.id, poll.round)
        return self._client.ask(commands.READ_MISSING.name, ask)

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
        """Draw the counts as bars, which needs matplotlib; return the axes.

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

    def _rows(self, number: int | None) -> list[dict[str, Any]]:
        seen = self._living()
        found: Sequence[RoundResult] = seen.poll.results
        if seen.tally is not None and self._client.me().is_staff:
            found = seen.tally.rounds
        elif seen.live is not None and not any(one.round == seen.live.round for one in found):
            found = [*found, seen.live]
        if number is not None:
            number = plain(number)
            if type(number) is not int or not 1 <= number <= seen.poll.round:
                msg = f"There is no round {number!r}; rounds are 1 to {seen.poll.round}."
                raise InvalidArgument(msg)
            found = [result for result in found if result.round == number]
        correct, tolerance = self._polls.answer_of(seen)
        return results.rows(seen.poll, found, correct, tolerance)

    def remove_answer(self, text: str) -> Receipt:
        """Take one answer of a text poll out of its results, for everybody and for good.

        All that say the same go with it, in every round, and those given later too. How many took
        part stays, and `results()` says how many answers were removed.

        Raises:
            InvalidArgument: it is no text poll, or no answer says this; the nearest is named.
        """
        self._check("remove")
        data = commands.RemoveAnswer(self.id, self._told_text(text, removed=True))
        return self._polls.run(commands.REMOVE_ANSWER.name, data)

    def hide_answer(self, text: str, hidden: bool = True) -> Receipt:  # noqa: FBT001, FBT002
        """Show students one answer of a text poll no more, or (`hidden=False`) again.

        Instructors go on seeing it. To everybody else its people count among those whose answer
        was removed.

        Raises:
            InvalidArgument: it is no text poll, or no answer says this; the nearest is named.
        """
        self._check("remove")
        data = commands.HideAnswer(self.id, self._told_text(text), flag("hidden", hidden))
        return self._polls.run(commands.HIDE_ANSWER.name, data)

    def merge_answers(self, texts: Sequence[str], into: str) -> Receipt:
        """Count several answers of a text poll as one, in every round and later ones too.

        `into` is the text under which they are told, one of them or another.

        Raises:
            InvalidArgument: it is no text poll, or no answer says one of these.
        """
        self._check("remove")
        found = [self._told_text(text) for text in self._texts(texts)]
        data = commands.MergeAnswers(self.id, found, str(choice_of("text", [], into)))
        return self._polls.run(commands.MERGE_ANSWERS.name, data)

    def split_answers(self, texts: Sequence[str] | str) -> Receipt:
        """Count answers that were merged, or all that were merged into one, by themselves again.

        Raises:
            InvalidArgument: it is no text poll.
        """
        self._check("remove")
        found = [str(choice_of("text", [], text)) for text in self._texts(texts)]
        return self._polls.run(commands.MERGE_ANSWERS.name, commands.MergeAnswers(self.id, found))

    @staticmethod
    def _texts(texts: object) -> list[object]:
        several = are_several(texts)
        found = values_of(texts, "Answers", ordered=False) if several else [texts]
        if not 1 <= len(found) <= commands.MAX_MERGED:
            raise InvalidArgument(f"Name 1 to {commands.MAX_MERGED} answers, not {len(found)}.")
        return found

    def _told_text(self, text: object, *, removed: bool = False) -> str:
        """One of the answers of a text poll; with `removed` also one that was removed."""
        seen = self._seen()
        if seen.poll.kind != "text":
            raise InvalidArgument("Only answers of a poll of kind 'text' can be moderated so.")
        answer = str(choice_of("text", [], text))
        tally, mark = seen.tally, answer_mark(answer)
        if tally is not None and not any(result.more for result in tally.rounds):
            told = {answer_mark(one.text) for result in tally.rounds for one in result.texts}
            if mark not in told.union(tally.merged, tally.removed if removed else ()):
                raise InvalidArgument(missing_answer(answer, tally.rounds))
        return answer
