"""The polls in the record of a lesson, if everybody may see their results, and in its report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edu_widgets.client.bodies import when
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.records import RecordEntry, ReportTable, as_it_is
from edu_widgets.polls import frozen
from edu_widgets.polls.mirror import Polls
from edu_widgets.polls.results import rows
from edu_widgets.polls.seen import Seen

_REPORT = {
    "en": {
        "polls": "Polls",
        "answers": "Answers to polls",
        "asked": "Asked",
        "question": "Question",
        "round": "Round",
        "answer": "Answer",
        "people": "People",
        "share": "Share",
        "correct": "Right",
    },
    "tr": {
        "polls": "Anketler",
        "answers": "Anket yanıtları",
        "asked": "Soruldu",
        "question": "Soru",
        "round": "Tur",
        "answer": "Yanıt",
        "people": "Kişi",
        "share": "Oran",
        "correct": "Doğru",
    },
}
_COLUMNS = ("asked", "question", "round", "answer", "people", "share", "correct")


class PollsOfRecord:
    """The polls that were revealed; the results of others are not to be told."""

    def __init__(self, client: CourseClient) -> None:
        self._polls = Polls(client)

    def load(self, since: int) -> None:
        """Do nothing: all polls of a course are loaded."""

    def entries(self, lang: str) -> Iterator[RecordEntry]:
        """Return an entry for each poll, with its results as they are frozen in a notebook."""
        for seen in self._polls.all():
            poll = seen.poll
            if poll.results:
                at = poll.opened or poll.created_at
                yield RecordEntry(at, as_it_is(frozen.html(poll, lang)))

    def tables(self, since: int, lang: str) -> Iterator[ReportTable]:
        """Return a row for each answer of each poll; of an anonymous one only how many answered."""
        words, found, polls, answers = _REPORT[lang], list[dict[str, Any]](), 0, 0
        for seen in self._polls.all():
            poll = seen.poll
            at = poll.opened or poll.created_at
            if poll.state == "draft" or at < since:
                continue
            head = {"asked": when(at), "question": " ".join(poll.question.split())}
            told = self._answers(seen)
            polls += 1
            answers += _people(seen)
            found += [head | row for row in told]
        columns = {name: words[name] for name in _COLUMNS}
        figures = {words["polls"]: polls, words["answers"]: answers}
        yield ReportTable("polls", words["polls"], columns, found, figures)

    def _answers(self, seen: Seen) -> list[dict[str, Any]]:
        poll = seen.poll
        told = poll.results or (seen.tally.rounds if seen.tally is not None else [])
        if poll.anonymous or not told:
            only = {"answer": None, "share": None, "correct": None}
            return [{"round": poll.round, "people": _people(seen), **only}]
        return rows(poll, told, *self._polls.answer_of(seen))


def _people(seen: Seen) -> int:
    """Return the number of people who answered in the present round."""
    of_round = [one.people for one in seen.poll.results if one.round == seen.poll.round]
    tally = seen.tally.people if seen.tally is not None else 0
    return max(seen.answered, tally, *of_round, 0)
