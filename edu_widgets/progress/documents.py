"""The documents of progress, each in the channel of those who may see it.

Exercises are in the course's channel, and so are the class's counts where the instructor allows
it. How far a person is stands in the staff's channel and in their own. Nobody's code is in any of
them: see `edu_widgets.progress.disclosure`.
"""

from typing import ClassVar

import msgspec

from edu_widgets.protocol import REGISTRY, DocumentKind
from edu_widgets.protocol.messages import Data

MAX_NAME = 40
"""Characters that an exercise's name may have."""

MAX_TITLE = 120
"""Characters that an exercise's title, and a check's name, may have."""

MAX_CODE = 2_000
"""Characters of code that one check may have."""

MAX_ALL_CODE = 24_000
"""Characters of code that the checks of one exercise may have together."""

MAX_CHECKS = 50
"""Checks that one exercise may have."""

MAX_EXERCISES = 100
"""Exercises that one course may have."""

MAX_FAILURES = 5
"""Failed checks of one run of which the error is told."""

MAX_MESSAGE = 300
"""Characters of an error's message that are looked at."""

MAX_TYPE = 40
"""Characters that an error's type may have."""

MAX_HINT = 1_000
"""Characters that a hint may have."""

FEWEST = 5
"""People under which a class is told no counts."""

PASSED, FAILED, STOPPED, LEFT_OUT = "p", "f", "s", "-"
"""The results of a check: passed, failed, stopped after its time, not run."""


class ExerciseCheck(Data):
    """One check of an exercise."""

    name: str
    """The check's name in plain text, 1 to 120 characters."""
    code: str = ""
    """The code: an expression that has to be true, or a statement that must not fail; at most 2,000
    characters. Empty where only the hand-out has it."""


class Exercise(Data):
    """An exercise. Its document's id is `exercise:<name>`."""

    kind: ClassVar[str] = "exercise"

    name: str
    """The exercise's name in `%check`; letters, digits, `_`, `-` and `.`, at most 40."""
    title: str
    """The title in plain text, 1 to 120 characters."""
    place: int
    """The exercise's number in the course, from 1."""
    created_at: int
    checks: list[ExerciseCheck] = msgspec.field(default_factory=list)
    """The checks in order, at most 50."""
    counts: bool = False
    """True if everybody may see how many have done it."""


class CheckFailure(Data):
    """The error of a failed check, without values: other words are `…`."""

    check: int
    """The check's place in the exercise, from 0."""
    type: str
    """The name of a built-in type of exception; `Error` for any other."""
    message: str = ""
    """Its message, at most 300 characters."""


class ExerciseProgress(Data):
    """A person's progress in an exercise. Its document's id is `progress:<exercise>:<userId>`.

    It is in the staff's channel and in that person's own.
    """

    kind: ClassVar[str] = "progress"

    exercise: str
    """The exercise's name."""
    user_id: str
    """The id of the person."""
    user_name: str
    """The display name of the person."""
    checks: str
    """The result of each check in the last run: `p` passed, `f` failed, `s` stopped after its time,
    `-` not run."""
    attempts: int
    """Number of runs."""
    at: int
    """Time of the last run, in ms since 1970."""
    progressed: int
    """Time at which more checks passed than in the run before, or of the first run."""
    failures: list[CheckFailure] = msgspec.field(default_factory=list)
    """The errors of the first failed checks of the last run, at most 5."""

    @property
    def passed(self) -> int:
        """Number of checks that passed in the last run."""
        return self.checks.count(PASSED)

    @property
    def done(self) -> bool:
        """True if all checks passed in the last run."""
        return self.passed == len(self.checks)


class ExerciseCounts(Data):
    """The class's counts for an exercise, where the instructor allows them, from 5 people on.

    Its document's id is `counts:<exercise>`.
    """

    kind: ClassVar[str] = "exercise_counts"

    exercise: str
    """The exercise's name."""
    done: int
    """Number of people who have done it."""
    people: int
    """Number of people who have run any check of this course."""
    at: int
    """Time of the count, in ms since 1970."""


class Hint(Data):
    """A hint to those who share a failure. Its document's id is `hint:<id of the command>`.

    It is in the own channel of each of them, and in the staff's.
    """

    kind: ClassVar[str] = "hint"

    exercise: str
    """The exercise's name."""
    text: str
    """The hint: Markdown, 1 to 1,000 characters."""
    by: str
    """The id of the instructor who sent it."""
    by_name: str
    """The display name of the instructor who sent it."""
    at: int
    """Time of sending, in ms since 1970."""
    check: int = -1
    """The place of the check that fails, from 0; -1: any."""
    type: str = ""
    """The type of the error it is about; absent: any."""
    message: str = ""
    """The message of the error it is about."""
    to: list[str] = msgspec.field(default_factory=list)
    """Ids of those who got it; only in the staff's copy."""


for _body in (Exercise, ExerciseProgress, ExerciseCounts, Hint):
    REGISTRY.document(DocumentKind(_body.kind, _body))


def exercise_id(name: str) -> str:
    """The id of an exercise's document."""
    return f"exercise:{name}"


def progress_id(name: str, user_id: str) -> str:
    """The id of the document of a person's progress in an exercise."""
    return f"progress:{name}:{user_id}"


def counts_id(name: str) -> str:
    """The id of the document of an exercise's counts."""
    return f"counts:{name}"


def hint_id(id_: str) -> str:
    """The id of a hint's document, by that of its command."""
    return f"hint:{id_}"
