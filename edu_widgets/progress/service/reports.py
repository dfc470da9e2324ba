"""Reports: what a person's checks came to."""

from functools import lru_cache

from edu_widgets.progress.commands import ExerciseResult, ReportProgress
from edu_widgets.progress.documents import (
    FAILED,
    LEFT_OUT,
    MAX_CHECKS,
    MAX_EXERCISES,
    MAX_FAILURES,
    MAX_MESSAGE,
    MAX_TYPE,
    PASSED,
    STOPPED,
    CheckFailure,
    Exercise,
    ExerciseProgress,
    exercise_id,
    progress_id,
)
from edu_widgets.progress.service.exercises import in_course
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.protocol.visible_text import checked
from edu_widgets.service.rules import Decision, Get, Request, RuleRun, Write, read

_RESULTS = frozenset(PASSED + FAILED + STOPPED + LEFT_OUT)
_MOST_RUNS = 10_000


def report(request: Request[ReportProgress]) -> RuleRun:
    """Note how far a person is in the exercises that they ran; an instructor's runs count nowhere.

    Raises:
        Refused: `INVALID` for what cannot be a result, or in another channel than a course's.
    """
    in_course(request)
    results, me = request.data.results, request.user
    names = [result.exercise for result in results]
    if len(results) > MAX_EXERCISES or len(set(names)) < len(names):
        raise refusal(
            Code.INVALID, "A report names each exercise once, and not more than there are."
        )
    results = [_checked(result) for result in results]
    if me.staff or not results:
        return Decision()
    course, own = request.course, user_channel(request.course, me.id)
    there = yield Get(request.channel, tuple(map(exercise_id, names)))
    exercises = {doc.id for doc in there if doc.kind == Exercise.kind and not doc.deleted}
    held = yield Get(own, tuple(progress_id(name, me.id) for name in names))
    writes: list[Write] = []
    for result in results:
        if exercise_id(result.exercise) not in exercises:
            continue
        id_ = progress_id(result.exercise, me.id)
        before = read(held, id_, ExerciseProgress)
        body = _merged(request, result, before)
        channels = (staff_channel(course), own)
        writes += [Write(channel, id_, ExerciseProgress.kind, body) for channel in channels]
    return Decision(writes, urgent=False)


def _merged(
    request: Request[ReportProgress], result: ExerciseResult, before: ExerciseProgress | None
) -> ExerciseProgress:
    body = ExerciseProgress(
        result.exercise,
        request.user.id,
        request.user.name,
        result.checks,
        result.runs,
        request.now,
        request.now,
        result.failures,
    )
    if before is not None:
        body.attempts += before.attempts
        if body.passed <= before.passed:
            body.progressed = before.progressed
    return body


def _checked(result: ExerciseResult) -> ExerciseResult:
    checks, failures = result.checks, result.failures
    fits = 0 < len(checks) <= MAX_CHECKS and _RESULTS.issuperset(checks)
    if not fits or not 1 <= result.runs <= _MOST_RUNS or len(failures) > MAX_FAILURES:
        raise refusal(Code.INVALID, "This cannot be what the checks of an exercise came to.")
    try:
        told = [_failure(failure, len(checks)) for failure in failures]
    except InvalidArgument as error:
        raise refusal(Code.INVALID, str(error)) from error
    return ExerciseResult(result.exercise, checks, result.runs, told)


def _failure(failure: CheckFailure, checks: int) -> CheckFailure:
    if not 0 <= failure.check < checks:
        raise InvalidArgument("There is no such check in the exercise.")
    if not failure.type.isidentifier():
        raise InvalidArgument("An error's type is a name.")
    return CheckFailure(failure.check, *_cleaned(failure.type, failure.message))


@lru_cache(4_096)
def _cleaned(type_: str, message: str) -> tuple[str, str]:
    """Return an error's type and message as they are kept; a class has the same ones many times."""
    return (
        checked(type_, "An error's type", MAX_TYPE),
        checked(message, "An error's message", MAX_MESSAGE, least=0, lines=False),
    )
