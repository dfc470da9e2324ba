"""The rule that gives a member the further progress of a viewer who is linked to them."""

import msgspec

from edu_widgets.progress.documents import MAX_EXERCISES, Exercise, ExerciseProgress, progress_id
from edu_widgets.protocol.channels import course_channel, staff_channel, user_channel
from edu_widgets.service.rules import DELETE, Decision, Get, Linking, RuleRun, Scan, Write, read


def link(who: Linking) -> RuleRun:
    """Give a viewer's progress to the member, who keeps their own where they are further."""
    staff, own = staff_channel(who.course), user_channel(who.course, who.user_id)
    writes: list[Write] = []
    exercises = yield Scan(course_channel(who.course), Exercise.kind, MAX_EXERCISES)
    for exercise in exercises:
        name = exercise.as_(Exercise).name
        ids = progress_id(name, who.viewer), progress_id(name, who.user_id)
        docs = yield Get(staff, ids)
        theirs, mine = (read(docs, id_, ExerciseProgress) for id_ in ids)
        if theirs is None:
            continue
        writes.append(Write(staff, ids[0], ExerciseProgress.kind, DELETE))
        body = further(theirs, mine) if mine is not None else theirs
        body = msgspec.structs.replace(body, user_id=who.user_id, user_name=who.name)
        writes += [Write(channel, ids[1], ExerciseProgress.kind, body) for channel in (staff, own)]
    return Decision(writes)


def further(one: ExerciseProgress, other: ExerciseProgress) -> ExerciseProgress:
    """Return the better of two people's progress in an exercise, with the runs of both."""
    best = max(one, other, key=lambda held: (held.passed, held.at))
    return msgspec.structs.replace(best, attempts=one.attempts + other.attempts)
