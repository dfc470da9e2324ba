"""Exercises: giving, changing and deleting one."""

from collections.abc import Iterator
from typing import Any

from edu_widgets.progress.authoring import check_name, checked_title
from edu_widgets.progress.commands import DeleteExercise, SetExercise
from edu_widgets.progress.documents import (
    MAX_ALL_CODE,
    MAX_CHECKS,
    MAX_CODE,
    MAX_EXERCISES,
    Exercise,
    ExerciseCheck,
    ExerciseCounts,
    ExerciseProgress,
    Hint,
    counts_id,
    exercise_id,
    progress_id,
)
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.checks import channel_of, only_staff
from edu_widgets.service.rules import DELETE, Decision, Get, Request, RuleRun, Scan, Write, read

MOST = 1_000_000
"""Documents of progress that are looked at: more than a course can have."""


def in_course(request: Request[Any]) -> None:
    """Raise `INVALID` in any other channel than a course's."""
    if request.channel != course_channel(request.course):
        raise refusal(Code.INVALID, "Exercises are kept for a course's channel.")


def set_(request: Request[SetExercise]) -> RuleRun:
    """Keep an exercise; one of the same name keeps its number, and people their progress.

    Raises:
        Refused: `FORBIDDEN` for students, `INVALID` for what cannot be an exercise.
    """
    in_course(request)
    only_staff(request, "set exercises")
    data, course = request.data, request.course
    try:
        name, title = check_name(data.name), checked_title(data.title)
        checks = list(_checks(data.checks))
    except InvalidArgument as error:
        raise refusal(Code.INVALID, str(error)) from error
    id_ = exercise_id(name)
    held = read((yield Get(request.channel, (id_,))), id_, Exercise)
    if held is None:
        there = yield Scan(request.channel, Exercise.kind, MAX_EXERCISES + 1)
        if len(there) >= MAX_EXERCISES:
            raise refusal(Code.INVALID, f"A course has at most {MAX_EXERCISES} exercises.")
        places = [doc.as_(Exercise).place for doc in there]
        body = Exercise(name, title, max(places, default=0) + 1, request.now, checks)
        body.counts = bool(data.counts)
    else:
        counts = held.counts if data.counts is None else data.counts
        body = Exercise(name, title, held.place, held.created_at, checks, counts)
        if body == held:
            return Decision()
    writes = [Write(request.channel, id_, Exercise.kind, body)]
    if held is not None and held.counts and not body.counts:
        told = yield Get(request.channel, (counts_id(name),))
        if any(not doc.deleted for doc in told):
            writes.append(
                Write(course_channel(course), counts_id(name), ExerciseCounts.kind, DELETE)
            )
    return Decision(writes)


def _checks(checks: list[ExerciseCheck]) -> Iterator[ExerciseCheck]:
    if len(checks) > MAX_CHECKS:
        raise InvalidArgument(f"An exercise has at most {MAX_CHECKS} checks.")
    if sum(len(check.code) for check in checks) > MAX_ALL_CODE:
        msg = f"The checks of an exercise have at most {MAX_ALL_CODE:,} characters of code."
        raise InvalidArgument(msg)
    for check in checks:
        if len(check.code) > MAX_CODE:
            msg = f"A check has at most {MAX_CODE:,} characters of code."
            raise InvalidArgument(msg)
        yield ExerciseCheck(checked_title(check.name, "A check's name"), check.code)


def delete(request: Request[DeleteExercise]) -> RuleRun:
    """Delete an exercise, with everybody's progress, hints and counts.

    Raises:
        Refused: `FORBIDDEN` for students.
    """
    in_course(request)
    only_staff(request, "delete exercises")
    name, course, staff = request.data.name, request.course, staff_channel(request.course)
    writes: list[Write] = []
    here = yield Get(request.channel, (exercise_id(name), counts_id(name)))
    writes += [Write(request.channel, d.id, d.kind, DELETE) for d in here if not d.deleted]
    for doc in (yield Scan(staff, ExerciseProgress.kind, MOST)):
        progress: ExerciseProgress = doc.as_(ExerciseProgress)
        if progress.exercise == name:
            id_ = progress_id(name, progress.user_id)
            channels = (staff, channel_of(course, progress.user_id))
            writes += [Write(one, id_, ExerciseProgress.kind, DELETE) for one in channels]
    for doc in (yield Scan(staff, Hint.kind, MOST)):
        hint: Hint = doc.as_(Hint)
        if hint.exercise == name:
            all_ = [staff, *(channel_of(course, one) for one in hint.to)]
            writes += [Write(channel, doc.id, Hint.kind, DELETE) for channel in all_]
    return Decision(writes)
