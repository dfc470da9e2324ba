"""The methods and properties of the polls in Python."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edu_widgets.client.course import CourseClient
from edu_widgets.client.csv_files import as_csv
from edu_widgets.polls import authoring, files, remarks, results
from edu_widgets.polls.asking import Asking
from edu_widgets.polls.authoring import Question
from edu_widgets.polls.mirror import Polls
from edu_widgets.polls.poll import Poll
from edu_widgets.polls.preconditions import DELETED
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument, Refused

NO_DRAFT = (
    "No draft is left: each was asked. polls.load(…) or polls.draft(…) prepares more, and "
    "poll.revote() lets people vote again."
)


class PollsApi:
    """The polls in Python: to ask, prepare, look and export."""

    _client: CourseClient
    _polls: Polls
    _asking: Asking

    @abstractmethod
    def poll(self, id_: str) -> Poll:
        """Return the poll with this id, the same object every time.

        Raises:
            InvalidArgument: there is none.
        """

    # -- asking --------------------------------------------------------------------------

    def ask(  # noqa: PLR0913 - a question has as many sides
        self,
        question: str,
        options: Sequence[object] = (),
        kind: str = "single",
        correct: object = None,
        seconds: float | None = None,
        *,
        anonymous: bool = False,
        named: bool = False,
        live: bool = False,
        tolerance: float = 0,
        again: bool = False,
    ) -> Poll:
        """Ask everybody, at once.

        A cell run again gets the poll it asked before in this lesson, in its present state; a right
        answer or a time that was changed in the cell is taken over. Any other difference between
        the cell and the poll is printed.

        Args:
            question: The question, as Markdown.
            options: The options; other values than strings are shown as Python prints them.
            kind: One of `single`, `multiple`, `number`, `text`, `ordering`, `scale`, `predict`.
            correct: The right answer: an option's number from 1 or its text, or a list of them. It
                may be left for `poll.reveal(answer=…)`, so that no projected cell shows it.
            seconds: Time to vote; None: until `poll.close()`.
            anonymous: True if nobody is to learn who chose what.
            named: True if instructors may read each person's choice, as everybody is told before
                voting.
            live: True to show everybody the counts while the poll is open, but no right answer.
            tolerance: By how much a right `number` may be missed.
            again: True for a new poll, even if the cell has asked this one before.

        Raises:
            InvalidArgument: a part of the question is not possible; the message names it.
            Refused: only instructors run polls.
            NotConnected: the lesson is closed.
        """
        asked = authoring.question(
            question, options, kind, correct, seconds, anonymous, named, live, tolerance=tolerance
        )
        return self.put(asked, open_=True, again=again)

    def draft(  # noqa: PLR0913 - as `ask`
        self,
        question: str,
        options: Sequence[object] = (),
        kind: str = "single",
        correct: object = None,
        seconds: float | None = None,
        *,
        anonymous: bool = False,
        named: bool = False,
        live: bool = False,
        tolerance: float = 0,
        again: bool = False,
    ) -> Poll:
        """Prepare a poll that only instructors see until `poll.open()`; otherwise as `ask`."""
        asked = authoring.question(
            question, options, kind, correct, seconds, anonymous, named, live, tolerance=tolerance
        )
        return self.put(asked, open_=False, again=again)

    def load(self, path: str | Path) -> list[Poll]:
        """Prepare the questions of a file (YAML or Markdown) as drafts; `next()` asks them.

        Loaded again, polls that were asked or prepared in this lesson stay, with the right answers
        and times of the file; polls of an earlier lesson are prepared anew. The call prints which.

        Raises:
            InvalidArgument: the file cannot be read, or something in it is no question.
            Refused: only instructors run polls.
        """
        questions = files.load(path)
        self._check_staff()
        found, said = self._asking.load(questions, Path(path).name)
        remarks.say(*said)
        return found

    def next(self, seconds: float | None = None, *, quiet: bool = False) -> Poll:
        """Open the next draft, the first in their order; with `quiet` nothing is printed.

        Raises:
            InvalidArgument: no draft is left.
            Refused: only instructors run polls.
        """
        self._check_staff()
        with self._asking.lock:
            draft = self._polls.next_draft(self._polls.all())
            if draft is None:
                raise InvalidArgument(NO_DRAFT)
            poll = self.poll(draft.poll.id)
            _ = (
                poll.begin(authoring.whole_seconds(seconds))
                if quiet
                else poll.open(authoring.whole_seconds(seconds))
            )
            return poll

    def put(
        self, asked: Question, *, open_: bool, again: bool = False, how: str = "again=True"
    ) -> Poll:
        """Ask or prepare a cell's question, or find the poll that it made before; print which.

        Args:
            asked: The question.
            open_: True to ask it at once, False to keep it as a draft.
            again: True to make a new poll even if the cell has made one before.
            how: The code that makes a new poll, for the printed sentence.

        Raises:
            Refused: only instructors run polls.
            NotConnected: the lesson is closed.
        """
        self._check_staff()
        put = self._asking.put(asked, open_=open_, again="" if again else f"{how} asks anew")
        remarks.say(*put.said)
        if open_ and (put.known is None or put.anew or put.known.poll.state == "draft"):
            remarks.say_open(self._polls.open_beside(put.poll.id))
        return put.poll

    def create(self, asked: Question, *, open_: bool, id_: str) -> Poll:
        """Ask or prepare a question of a page, under its id.

        Raises:
            Refused: only instructors run polls.
            NotConnected: the lesson is closed.
        """
        self._check_staff()
        with self._asking.lock:
            return self._asking.create(asked, open_=open_, id_=id_)

    def duplicate(self, poll: Poll, *, id_: str = "") -> Poll:
        """Prepare a poll once more, as a draft: a copy of a draft comes right behind it.

        Raises:
            InvalidArgument: there is no such poll.
            Refused: only instructors run polls.
        """
        self._check_staff()
        seen = self._polls.get(poll.id)
        if seen is None:
            raise InvalidArgument(DELETED)
        asked = Question.of(seen.poll, *self._polls.answer_of(seen))
        made = self.create(asked, open_=False, id_=id_ or uuid7())
        if seen.poll.state == "draft":
            drafts = [one.poll.id for one in self._polls.drafts(self._polls.all())]
            _ = self._polls.move(made.id, drafts.index(poll.id) + 2)
        return made

    def _check_staff(self) -> None:
        self._client.check()
        if not self._client.me().is_staff:
            raise Refused("Only instructors run polls.")

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
        """The instructors' drafts, in the order in which `next()` asks them."""
        return [
            self.poll(seen.poll.id)
            for seen in self._polls.drafts(self._polls.all())
            if not (seen.making and seen.making.data.open)
        ]

    def to_csv(
        self, path: str | Path | None = None, *, people: bool = False, bom: bool = False
    ) -> str | None:
        """Return the results of every poll of the course as CSV: the text, or into a file.

        Args:
            path: The file to write; None to return the text.
            people: True for a row a person of each poll that was asked with `named=True` and is
                not open, as `poll.answers()`.
            bom: True to begin with a byte order mark, as Excel wants it.

        Raises:
            Refused: only instructors may read the choices of people.
            NotConnected: the service does not answer.
            InvalidArgument: the file cannot be written.
        """
        rows: list[dict[str, Any]] = []
        for poll in self.history:
            if poll.state in {"saving", "failed"}:
                continue
            if not people or (poll.named and poll.state != "open"):
                rows += poll.exported(people=people)
        if people:
            self._check_staff()
        columns = results.EXPORTED_BY_NAME if people else results.EXPORTED
        return as_csv(columns, rows, path, bom=bom)
