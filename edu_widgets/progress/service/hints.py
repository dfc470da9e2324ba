"""Rules for hints to the people who share a failure, and for erasing a person."""

import msgspec

from edu_widgets.progress.commands import MAX_PEOPLE, SendHint
from edu_widgets.progress.documents import (
    MAX_HINT,
    MAX_MESSAGE,
    MAX_TYPE,
    Exercise,
    ExerciseProgress,
    Hint,
    exercise_id,
    hint_id,
    progress_id,
)
from edu_widgets.progress.service.exercises import MOST, in_course
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.protocol.visible_text import checked
from edu_widgets.service.checks import channel_of, only_staff
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Erasure,
    Get,
    Request,
    RuleRun,
    Scan,
    Write,
    read,
)

NOBODY = "This hint would reach nobody: no one has this failure any more."


def send(request: Request[SendHint]) -> RuleRun:
    """Write a hint where only those it is for see it, and for the staff.

    Raises:
        Refused: `FORBIDDEN` for students, `NOT_FOUND` without such an exercise, `INVALID` for a
            hint that is too long, or would reach nobody.
    """
    in_course(request)
    only_staff(request, "send hints")
    data, course, staff = request.data, request.course, staff_channel(request.course)
    try:
        text = checked(data.text, "A hint", MAX_HINT, lines=True)
        type_ = checked(data.type, "An error's type", MAX_TYPE, least=0)
        message = checked(data.message, "An error's message", MAX_MESSAGE, least=0)
    except InvalidArgument as error:
        raise refusal(Code.INVALID, str(error)) from error
    people = list(dict.fromkeys(data.people))
    if len(people) > MAX_PEOPLE:
        raise refusal(Code.INVALID, f"One hint goes to at most {MAX_PEOPLE} people.")
    id_ = exercise_id(data.exercise)
    if read((yield Get(request.channel, (id_,))), id_, Exercise) is None:
        raise refusal(Code.NOT_FOUND, "There is no such exercise, or it was deleted.")
    ids = {progress_id(data.exercise, one): one for one in people}
    found = yield Get(staff, tuple(ids))
    to = [ids[doc.id] for doc in found if doc.kind == ExerciseProgress.kind and not doc.deleted]
    if not to:
        raise refusal(Code.INVALID, NOBODY)
    me = request.user
    hint = Hint(data.exercise, text, me.id, me.name, request.now, data.check, type_, message)
    for_staff = msgspec.structs.replace(hint, to=to)
    writes = [Write(staff, hint_id(request.message_id), Hint.kind, for_staff)]
    for one in to:
        channel = channel_of(course, one)
        writes.append(Write(channel, hint_id(request.message_id), Hint.kind, hint))
    return Decision(writes)


def erase(person: Erasure) -> RuleRun:
    """Forget that a person got hints. Their progress carries their id and goes by itself."""
    staff, own = staff_channel(person.course), user_channel(person.course, person.user_id)
    writes: list[Write] = []
    for doc in (yield Scan(staff, Hint.kind, MOST)):
        hint: Hint = doc.as_(Hint)
        if person.user_id in hint.to:
            to = [one for one in hint.to if one != person.user_id]
            body: object = msgspec.structs.replace(hint, to=to) if to else DELETE
            writes.append(Write(staff, doc.id, Hint.kind, body))
            writes.append(Write(own, doc.id, Hint.kind, DELETE))
    return Decision(writes)
