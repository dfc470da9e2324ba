"""The stream on the service: starting, stopping, reminders, the number of viewers."""

from collections.abc import Hashable
from statistics import median_low
from typing import Any

import msgspec

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import course_channel, user_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.protocol.visible_text import checked
from edu_widgets.service.checks import only_staff
from edu_widgets.service.features import Feature, Sender
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Erasure,
    Get,
    Part,
    Person,
    Request,
    RuleRun,
    Write,
    read,
)
from edu_widgets.service.stage import Stage
from edu_widgets.service.timers import Due, Timer
from edu_widgets.stream import commands
from edu_widgets.stream.addresses import checked_stream, checked_url
from edu_widgets.stream.commands import (
    STREAM_AUDIENCE,
    RemindStream,
    StartStream,
    StopStream,
    StreamAudience,
    StreamWatching,
)
from edu_widgets.stream.documents import (
    FEATURE as NAME,
)
from edu_widgets.stream.documents import (
    FEWEST,
    LONGEST_MS,
    MAX_DELAY,
    MAX_TITLE,
    MOST_AHEAD_MS,
    Stream,
    StreamReminder,
)

_STAFF = "start or stop a stream"


# -- the stream --------------------------------------------------------------------------


def start(request: Request[StartStream]) -> RuleRun:
    """Announce a stream or begin it, in place of the one before.

    Raises:
        Refused: `FORBIDDEN` for students, `INVALID` for an address, a title or a time that cannot
            be.
    """
    only_staff(request, _STAFF)
    data, now = request.data, request.now
    try:
        url, source = checked_stream(data.url, data.source)
        title = checked(data.title, "A title", MAX_TITLE, least=0, lines=False)
    except InvalidArgument as error:
        raise refusal(Code.INVALID, str(error)) from error
    if data.starts < 0 or data.starts - now > MOST_AHEAD_MS:
        raise refusal(Code.INVALID, "A stream can be announced for a time within a year.")
    held = yield from _stream(request.course)
    if held is not None and held.id == request.message_id:
        return Decision()
    later = data.starts > now
    stream = Stream(
        request.message_id,
        "announced" if later else "live",
        request.user.id,
        request.user.name,
        url,
        source,
        title,
        starts=data.starts or None,
        began=None if later else now,
    )
    return Decision([_write(request.course, stream)])


def stop(request: Request[StopStream]) -> RuleRun:
    """End the stream; of one that is over only the recording changes.

    Raises:
        Refused: `FORBIDDEN` for students, `INVALID` for an address of a recording that cannot be,
            `NOT_FOUND` if it is not the course's latest stream.
    """
    only_staff(request, _STAFF)
    held = yield from _stream(request.course)
    if held is None or held.id != request.data.id:
        raise refusal(Code.NOT_FOUND, "There is no such stream any more.")
    try:
        given = request.data.recording
        recording = checked_url(given, "The recording's address") if given else held.recording
    except InvalidArgument as error:
        raise refusal(Code.INVALID, str(error)) from error
    stream = msgspec.structs.replace(_over(held, request.now), recording=recording)
    return Decision([_write(request.course, stream)] if stream != held else [])


def _over(stream: Stream, now: int) -> Stream:
    if stream.state == "ended":
        return stream
    return msgspec.structs.replace(stream, state="ended", ended=now, url="")


def remind(request: Request[RemindStream]) -> RuleRun:
    """Note in a person's own channel that they want to be told of the beginning.

    Raises:
        Refused: `TOO_LATE` if no such stream is announced any more.
    """
    own, id_ = user_channel(request.course, request.user.id), StreamReminder.ID
    held = read((yield Get(own, (id_,))), id_, StreamReminder)
    if not request.data.on:
        return Decision([Write(own, id_, StreamReminder.kind, DELETE)] if held else [])
    stream = yield from _stream(request.course)
    if stream is None or stream.id != request.data.id or stream.state != "announced":
        raise refusal(Code.TOO_LATE, "This stream is not announced any more.")
    if held is not None and held.stream == stream.id:
        return Decision()
    return Decision([Write(own, id_, StreamReminder.kind, StreamReminder(stream.id))])


def due_at(stream: Stream) -> int | None:
    """Return the time of the stream's next change by itself, in ms since 1970."""
    if stream.state == "announced":
        return stream.starts
    return None if stream.state == "ended" else (stream.began or 0) + LONGEST_MS


def refresh(request: Request[Due]) -> RuleRun:
    """Begin a stream at its time, and end one that was left alone."""
    stream, now = (yield from _stream(request.course)), request.now
    due = None if stream is None else due_at(stream)
    if stream is None or due is None or now < due:
        return Decision(reply=False)
    if stream.state == "announced":
        stream = msgspec.structs.replace(stream, state="live", began=now)
    else:
        stream = _over(stream, now)
    return Decision([_write(request.course, stream)], reply=False)


def erase(person: Erasure) -> RuleRun:
    """Delete the stream of an instructor who is erased."""
    stream = yield from _stream(person.course)
    if stream is None or stream.by_id != person.user_id:
        return Decision()
    return Decision([Write(course_channel(person.course), Stream.ID, Stream.kind, DELETE)])


def _stream(course: str) -> Part[Stream | None]:
    return read((yield Get(course_channel(course), (Stream.ID,))), Stream.ID, Stream)


def _write(course: str, stream: Stream) -> Write:
    # It may outlive whoever wrote it first, so that it is erased by its own rule.
    return Write(course_channel(course), Stream.ID, Stream.kind, stream, signed=False)


# -- the audience ---------------------------------------------------------------------------


class Watching(dict[str, dict[str, dict[Hashable, int]]]):
    """By course and person, the connections whose player plays, with their delay in ms."""


def watch(stage: Stage, channel: str, sender: Sender, data: Any) -> None:
    """A connection says whether its player plays, and how late its picture is."""
    said: StreamWatching = data
    kind, _, course = channel.partition(":")
    person, connection = sender.person, sender.connection
    if kind != "course" or person.staff or not stage.offers(channel, NAME):
        return
    if connection not in stage.connections(channel, person.id):
        return
    playing = stage.state(Watching).setdefault(course, {}).setdefault(person.id, {})
    if said.on:
        playing[connection] = min(max(said.delay, 0), MAX_DELAY)
    else:
        playing.pop(connection, None)
    _tell(stage, course)


def left(stage: Stage, channel: str, person: Person) -> None:
    """Announce the number of viewers, since somebody has left."""
    kind, _, course = channel.partition(":")
    if kind == "course" and person.id in stage.state(Watching).get(course, {}):
        _tell(stage, course)


def _tell(stage: Stage, course: str) -> None:
    stage.announce(course_channel(course), NAME, lambda: _audience(stage, course))


def _audience(stage: Stage, course: str) -> tuple[str, StreamAudience]:
    held = stage.state(Watching).get(course, {})
    for user_id, playing in list(held.items()):
        here = set(stage.connections(course_channel(course), user_id))
        for gone in playing.keys() - here:
            del playing[gone]
        if not playing:
            del held[user_id]
    delays = [delay for playing in held.values() if (delay := max(playing.values()))]
    count = len(held) if len(held) >= FEWEST else 0
    return STREAM_AUDIENCE.name, StreamAudience(count, median_low(delays) if delays else 0)


FEATURE = Feature(
    NAME,
    rules={
        commands.START_STREAM.name: start,
        commands.STOP_STREAM.name: stop,
        commands.REMIND_STREAM.name: remind,
    },
    signals={commands.STREAM_WATCHING.name: watch},
    erase=erase,
    timers=(Timer(Stream.kind, course_channel, lambda doc: due_at(doc.as_(Stream)), refresh),),
    on_leave=left,
)
