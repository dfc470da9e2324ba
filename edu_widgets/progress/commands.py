"""The commands of progress. All go to the course's channel."""

import msgspec

from edu_widgets.progress.documents import CheckFailure, ExerciseCheck
from edu_widgets.protocol import REGISTRY, CommandType
from edu_widgets.protocol.messages import Data

MAX_PEOPLE = 500
"""People to whom one command sends a hint."""


class SetExercise(Data):
    """Give the class an exercise, or change one of the same name. Only staff."""

    name: str
    """The exercise's name: letters, digits, `_`, `-` and `.`, at most 40."""
    title: str
    """The title in plain text, 1 to 120 characters."""
    checks: list[ExerciseCheck] = msgspec.field(default_factory=list)
    """The checks in order, at most 50."""
    counts: bool | None = None
    """True if everybody may see how many have done it; absent: as it is."""


class DeleteExercise(Data):
    """Delete an exercise, and everybody's progress in it. Only staff."""

    name: str
    """The exercise's name."""


class ExerciseResult(Data):
    """The outcome of the runs of an exercise since the last report."""

    exercise: str
    """The exercise's name."""
    checks: str
    """The result of each check in the last run, as in `progress`."""
    runs: int = 1
    """Number of runs since the last report."""
    failures: list[CheckFailure] = msgspec.field(default_factory=list)
    """The errors of the first failed checks of the last run, at most 5."""


class ReportProgress(Data):
    """Tell what one's own checks came to: every exercise that was run since the last report.

    Exercises that are not there are left out, and nothing is kept of an instructor's runs.
    """

    results: list[ExerciseResult]
    """By exercise, each once: at most 100."""


class SendHint(Data):
    """Send a hint to people who have run an exercise's checks. Only staff."""

    exercise: str
    """The exercise's name."""
    text: str
    """The hint: Markdown, 1 to 1,000 characters."""
    people: list[str]
    """Ids of those who get it, 1 to 500."""
    check: int = -1
    """The place of the check that fails, from 0; -1: any."""
    type: str = ""
    """The type of the error it is about; absent: any."""
    message: str = ""
    """The message of the error it is about."""


def _command(name: str, data: type[Data], *, private: bool = False) -> CommandType:
    return REGISTRY.command(
        CommandType(name, data, "progress", feature="progress", private=private)
    )


SET_EXERCISE = _command("set_exercise", SetExercise)
DELETE_EXERCISE = _command("delete_exercise", DeleteExercise)
REPORT_PROGRESS = _command("report_progress", ReportProgress, private=True)
SEND_HINT = _command("send_hint", SendHint)
