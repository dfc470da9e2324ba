"""Notes on the service: writing, sharing, likes, and what goes with an erased person."""

from typing import Any

import msgspec

from edu_widgets.notes import commands
from edu_widgets.notes.commands import DeleteNote, LikeNote, RemoveNote, ShareNote, WriteNote
from edu_widgets.notes.documents import (
    MAX_CELL,
    MAX_NOTES,
    MAX_SHARED,
    MAX_TEXT,
    Note,
    NoteLike,
    SharedNote,
    like_id,
    note_id,
    shared_id,
)
from edu_widgets.protocol import Code, is_id
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.protocol.visible_text import checked
from edu_widgets.service.checks import channel_of, only_staff
from edu_widgets.service.features import Feature
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Erasure,
    Get,
    Linking,
    Part,
    Request,
    RuleRun,
    Scan,
    Write,
    read,
)

_ALL = 2**31
_SLACK_MS = 60_000


def write(request: Request[WriteNote]) -> RuleRun:
    """Create one's own note or replace its text, in the class's copy too if there is one.

    Raises:
        Refused: `INVALID` for an invalid text, cell or time, and beyond 300 notes; `NOT_FOUND` for
            an edit of a deleted note; `STALE` if it was edited meanwhile.
    """
    data, own = request.data, _own(request)
    fresh = Note(
        _checked_id(data.id),
        _checked_text(data.text),
        request.now,
        cell=_checked_number("cell", data.cell, MAX_CELL),
        minute=_checked_number("minute", data.minute, request.now + _SLACK_MS),
    )
    held = yield from _note(own, data.id, needed=data.version > 0)
    if held is None:
        yield from _room(own)
        return Decision([Write(own, note_id(fresh.id), Note.kind, fresh)])
    if data.version != held.version:
        raise refusal(Code.STALE, "The note was edited meanwhile; look at it again.")
    note = msgspec.structs.replace(
        fresh,
        created_at=held.created_at,
        edited_at=request.now,
        version=held.version + 1,
        shared=held.shared,
    )
    writes = [Write(own, note_id(note.id), Note.kind, note)]
    if note.shared:
        id_ = shared_id(request.user.id, note.id)
        copy = read((yield Get(note.shared, (id_,))), id_, SharedNote)
        if copy is not None:
            writes.append(Write(note.shared, id_, SharedNote.kind, _copy(request, note, copy)))
    return Decision(writes)


def share(request: Request[ShareNote]) -> RuleRun:
    """Copy one's own note into the channel of the class, or take the copy back.

    Raises:
        Refused: `NOT_FOUND` if there is no such note, `INVALID` beyond 50 shared ones.
    """
    own, me, data = _own(request), request.user.id, request.data
    note = yield from _note(own, data.id)
    channel = request.channel if data.on else ""
    if note is None or note.shared == channel:
        return Decision()
    id_ = shared_id(me, note.id)
    writes = [Write(note.shared, id_, SharedNote.kind, DELETE)] if note.shared else []
    if channel:
        yield from _room_to_share(own)
        writes.append(Write(channel, id_, SharedNote.kind, _copy(request, note)))
    changed = msgspec.structs.replace(note, shared=channel)
    return Decision([*writes, Write(own, note_id(note.id), Note.kind, changed)])


def delete(request: Request[DeleteNote]) -> RuleRun:
    """Delete one's own note with its shared copy; one that is deleted already is accepted.

    Raises:
        Refused: `NOT_FOUND` if there never was one.
    """
    own, id_ = _own(request), note_id(request.data.id)
    found = yield Get(own, (id_,))
    if any(doc.kind == Note.kind and doc.deleted for doc in found):
        return Decision()
    note = read(found, id_, Note)
    if note is None:
        raise _missing()
    writes = [Write(own, id_, Note.kind, DELETE)]
    if note.shared:
        copy = shared_id(request.user.id, note.id)
        writes.append(Write(note.shared, copy, SharedNote.kind, DELETE))
    return Decision(writes)


def remove(request: Request[RemoveNote]) -> RuleRun:
    """Delete the class's copy of somebody's note, which becomes private again.

    Raises:
        Refused: `FORBIDDEN` for students, `NOT_FOUND` if no such note is shared here.
    """
    only_staff(request, "take notes from the class")
    copy = yield from _shared(request, request.data)
    own = channel_of(request.course, copy.user_id)
    note = read((yield Get(own, (note_id(copy.id),))), note_id(copy.id), Note)
    gone = shared_id(copy.user_id, copy.id)
    writes = [Write(request.channel, gone, SharedNote.kind, DELETE)]
    if note is not None and note.shared == request.channel:
        private = msgspec.structs.replace(note, shared="")
        writes.append(Write(own, note_id(note.id), Note.kind, private))
    return Decision(writes)


def like(request: Request[LikeNote]) -> RuleRun:
    """Like a shared note or take the like back. Who likes what is in that person's own channel.

    Raises:
        Refused: `NOT_FOUND` if no such note is shared here, `INVALID` for one's own.
    """
    copy = yield from _shared(request, request.data)
    if copy.user_id == request.user.id:
        raise refusal(Code.INVALID, "This is your own note.")
    own, note = _own(request), shared_id(copy.user_id, copy.id)
    id_ = like_id(request.channel, note)
    liked = read((yield Get(own, (id_,))), id_, NoteLike) is not None
    if liked == request.data.on:
        return Decision()
    likes = max(0, copy.likes + (1 if request.data.on else -1))
    counted = msgspec.structs.replace(copy, likes=likes)
    body = NoteLike(request.channel, note) if request.data.on else DELETE
    writes = [
        Write(request.channel, note, SharedNote.kind, counted),
        Write(own, id_, NoteLike.kind, body),
    ]
    return Decision(writes, urgent=False)


def erase(person: Erasure) -> RuleRun:
    """Take a person's likes and name from others' notes; their own go by their author."""
    own = user_channel(person.course, person.user_id)
    likes = {doc.as_(NoteLike).note for doc in (yield Scan(own, NoteLike.kind, _ALL))}
    writes: list[Write] = []
    for channel in person.channels:
        if channel.startswith("user:"):
            continue
        for doc in (yield Scan(channel, SharedNote.kind, _ALL)):
            note: SharedNote = doc.as_(SharedNote)
            fewer = max(0, note.likes - 1) if doc.id in likes else note.likes
            via = note.via if note.via != person.name else None
            left = msgspec.structs.replace(note, likes=fewer, via=via)
            if left != note:
                writes.append(Write(channel, doc.id, doc.kind, left))
    return Decision(writes)


def link(who: Linking) -> RuleRun:
    """Give a viewer's private notes to the member; those they shared stay as they are."""
    own = user_channel(who.course, who.user_id)
    notes = yield Scan(user_channel(who.course, who.viewer), Note.kind, _ALL)
    kept = [(doc.id, msgspec.structs.replace(doc.as_(Note), shared="")) for doc in notes]
    return Decision([Write(own, id_, Note.kind, note) for id_, note in kept])


FEATURE = Feature(
    "notes",
    rules={
        commands.WRITE_NOTE.name: write,
        commands.SHARE_NOTE.name: share,
        commands.DELETE_NOTE.name: delete,
        commands.REMOVE_NOTE.name: remove,
        commands.LIKE_NOTE.name: like,
    },
    erase=erase,
    link=link,
)


def _own(request: Request[Any]) -> str:
    return user_channel(request.course, request.user.id)


def _missing() -> Refused:
    return refusal(Code.NOT_FOUND, "This note is not there any more.")


def _note(own: str, id_: str, *, needed: bool = True) -> Part[Note | None]:
    """Return one's own note; None for one that is still to be written."""
    found = yield Get(own, (note_id(_checked_id(id_)),))
    note = read(found, note_id(id_), Note)
    if note is None and (needed or found):
        raise _missing()
    return note


def _shared(request: Request[Any], data: RemoveNote | LikeNote) -> Part[SharedNote]:
    id_ = shared_id(data.user_id, data.id)
    copy = read((yield Get(request.channel, (id_,))), id_, SharedNote)
    if copy is None:
        raise _missing()
    return copy


def _room(own: str) -> Part[None]:
    held = yield Scan(own, Note.kind, MAX_NOTES)
    if len(held) >= MAX_NOTES:
        text = f"You have {MAX_NOTES} notes here, which is the most; delete one first."
        raise refusal(Code.INVALID, text)


def _room_to_share(own: str) -> Part[None]:
    held = yield Scan(own, Note.kind, MAX_NOTES)
    if sum(bool(doc.as_(Note).shared) for doc in held) >= MAX_SHARED:
        text = f"You share {MAX_SHARED} notes, which is the most; take one back first."
        raise refusal(Code.INVALID, text)


def _copy(request: Request[Any], note: Note, before: SharedNote | None = None) -> SharedNote:
    person = request.user
    return SharedNote(
        note.id,
        person.id,
        person.name,
        note.text,
        note.created_at,
        note.edited_at,
        note.version,
        note.cell,
        note.minute,
        person.role if person.staff else None,
        person.via or None,
        likes=before.likes if before is not None else 0,
    )


def _checked_id(id_: str) -> str:
    if not is_id(id_):
        raise refusal(Code.INVALID, "`id` is not the id of a note.")
    return id_


def _checked_text(text: str) -> str:
    try:
        return checked(text, "A note", MAX_TEXT)
    except InvalidArgument as error:
        raise refusal(Code.INVALID, str(error)) from error


def _checked_number(name: str, value: int, most: int) -> int:
    if not 0 <= value <= most:
        raise refusal(Code.INVALID, f"`{name}` is a number from 0 to {most}.")
    return value
