"""The rules of notes, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.notes.documents import (
    MAX_CELL,
    MAX_NOTES,
    MAX_SHARED,
    MAX_TEXT,
    NoteLike,
    SharedNote,
    shared_id,
)
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import Person
from tests.in_memory.service import COURSE, MIRA, ROOM, START, own
from tests.notes.classroom import ADA, BO, Classroom

LESSON = f"lesson:{COURSE}:3"


def refused(code: Code, room: Classroom, person: Person, type_: str, **fields: Any) -> str:
    """A command is refused, and changes nothing."""
    before = room.heads()
    with pytest.raises(Refused) as caught:
        room.do(person, type_, **fields)
    assert caught.value.code == code
    assert room.heads() == before
    return str(caught.value)


def test_a_note_is_its_authors_alone(room: Classroom) -> None:
    id_ = room.write(ADA, "**why**  \n", cell=9, minute=START - 5)
    (note,) = room.notes(ADA)
    assert (note.id, note.text, note.cell, note.minute) == (id_, "**why**", 9, START - 5)
    assert (note.created_at, note.edited_at, note.version, note.shared) == (START, None, 1, "")
    assert b"why" not in room.ever_told(BO)
    assert b"why" not in room.ever_told(MIRA)


def test_an_edit_names_the_version_it_is_based_on(room: Classroom) -> None:
    id_ = room.write(ADA, "one")
    room.now += 1000
    room.write(ADA, "two", id_, version=1)
    (note,) = room.notes(ADA)
    assert (note.text, note.version) == ("two", 2)
    assert (note.created_at, note.edited_at) == (START, START + 1000)
    refused(Code.STALE, room, ADA, "note_write", id=id_, text="three", version=1)
    refused(Code.STALE, room, ADA, "note_write", id=id_, text="anew", version=0)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "1 to 8,000"),
        ({"text": "\u200b \n"}, "visible"),
        ({"text": "x" * (MAX_TEXT + 1)}, "8,001"),
        ({"text": "x", "cell": -1}, "`cell`"),
        ({"text": "x", "cell": MAX_CELL + 1}, "`cell`"),
        ({"text": "x", "minute": -1}, "`minute`"),
        ({"text": "x", "minute": START + 3_600_000}, "`minute`"),
        ({"text": "x", "id": "a:b"}, "`id`"),
    ],
)
def test_what_is_no_note_is_refused(room: Classroom, fields: dict[str, Any], words: str) -> None:
    assert words in refused(Code.INVALID, room, ADA, "note_write", **{"id": "n1", **fields})


def test_a_note_that_is_shared_stands_in_the_class_with_its_authors_name(room: Classroom) -> None:
    id_ = room.share(ADA, "use `parse_dates`")
    (shared,) = room.shared()
    assert (shared.id, shared.user_id, shared.user_name) == (id_, ADA.id, "Ada")
    assert (shared.text, shared.role, shared.via) == ("use `parse_dates`", None, None)
    assert room.notes(ADA)[0].shared == ROOM
    room.share(MIRA, "Temperatures")
    room.share(Person("u-cy", "Cy", "student", "Ada"), "via")
    assert [(n.role, n.via) for n in room.shared()[1:]] == [("instructor", None), (None, "Ada")]


def test_sharing_and_taking_back_are_done_once(room: Classroom) -> None:
    id_ = room.share(ADA)
    heads = room.heads()
    room.do(ADA, "note_share", id=id_, on=True)
    assert room.heads() == heads
    for _ in range(2):
        room.do(ADA, "note_share", id=id_, on=False)
        assert (room.shared(), room.notes(ADA)[0].shared) == ([], "")


def test_an_edit_reaches_the_class_and_keeps_the_likes(room: Classroom) -> None:
    id_ = room.share(ADA, "one")
    room.do(BO, "note_like", userId=ADA.id, id=id_, on=True)
    room.write(ADA, "two", id_, version=1)
    (shared,) = room.shared()
    assert (shared.text, shared.version, shared.likes) == ("two", 2, 1)


def test_a_note_is_shared_in_one_channel(room: Classroom) -> None:
    id_ = room.share(ADA, room=LESSON)
    assert [n.id for n in room.shared(LESSON)] == [id_]
    room.do(ADA, "note_share", id=id_, on=True)
    assert (room.shared(LESSON), [n.id for n in room.shared()]) == ([], [id_])


def test_a_deleted_note_is_gone_for_the_class_too_and_stays_deleted(room: Classroom) -> None:
    id_ = room.share(ADA)
    for _ in range(2):
        room.do(ADA, "note_delete", id=id_)
        assert (room.notes(ADA), room.shared()) == ([], [])
    refused(Code.NOT_FOUND, room, ADA, "note_write", id=id_, text="again", version=0)
    refused(Code.NOT_FOUND, room, ADA, "note_write", id=id_, text="again", version=1)
    refused(Code.NOT_FOUND, room, ADA, "note_share", id=id_, on=True)
    refused(Code.NOT_FOUND, room, ADA, "note_delete", id="never")


def test_nobody_changes_anothers_note(room: Classroom) -> None:
    id_ = room.share(ADA, "mine")
    for type_, fields in (
        ("note_write", {"text": "theirs", "version": 1}),
        ("note_share", {"on": False}),
        ("note_delete", {}),
    ):
        refused(Code.NOT_FOUND, room, BO, type_, id=id_, **fields)
    # The same id in another's hands is another note.
    room.write(BO, "other", id_)
    room.do(BO, "note_share", id=id_, on=True)
    assert [(n.user_id, n.text) for n in room.shared()] == [(ADA.id, "mine"), (BO.id, "other")]


def test_staff_takes_a_note_from_the_class_and_its_author_keeps_it(room: Classroom) -> None:
    id_ = room.share(ADA, "rude")
    refused(Code.FORBIDDEN, room, BO, "note_remove", userId=ADA.id, id=id_)
    room.do(MIRA, "note_remove", userId=ADA.id, id=id_)
    assert room.shared() == []
    (kept,) = room.notes(ADA)
    assert (kept.text, kept.shared) == ("rude", "")
    refused(Code.NOT_FOUND, room, MIRA, "note_remove", userId=ADA.id, id=id_)


def test_each_likes_a_note_once_and_never_their_own(room: Classroom) -> None:
    id_ = room.share(ADA)

    def like(person: Person, *, on: bool) -> int:
        room.do(person, "note_like", userId=ADA.id, id=id_, on=on)
        return room.shared()[0].likes

    assert [like(BO, on=True), like(BO, on=True), like(MIRA, on=True)] == [1, 1, 2]
    assert [like(BO, on=False), like(BO, on=False)] == [1, 1]
    refused(Code.INVALID, room, ADA, "note_like", userId=ADA.id, id=id_, on=True)
    refused(Code.NOT_FOUND, room, BO, "note_like", userId=ADA.id, id="gone", on=True)


def test_there_is_room_for_so_many(room: Classroom) -> None:
    ids = [room.write(ADA) for _ in range(MAX_NOTES)]
    assert str(MAX_NOTES) in refused(Code.INVALID, room, ADA, "note_write", id="more", text="x")
    for id_ in ids[:MAX_SHARED]:
        room.do(ADA, "note_share", id=id_, on=True)
    text = refused(Code.INVALID, room, ADA, "note_share", id=ids[-1], on=True)
    assert str(MAX_SHARED) in text
    room.do(ADA, "note_delete", id=ids[0])
    room.write(ADA)
    room.do(ADA, "note_share", id=ids[-1], on=True)


def test_an_erased_person_leaves_no_note_like_or_name(room: Classroom) -> None:
    theirs, others = room.share(ADA, "hers"), room.share(BO, "his")
    via = room.share(Person("u-cy", "Cy", "student", "Ada"), "cy's")
    room.do(ADA, "note_like", userId=BO.id, id=others, on=True)
    room.do(BO, "note_like", userId=ADA.id, id=theirs, on=True)
    room.db.execute(
        "INSERT INTO members (course, user, name, name_key, role) VALUES (?, ?, ?, ?, ?)",
        (COURSE, ADA.id, "Ada", "ada", "student"),
    )
    room.erase(ADA)
    assert [(n.user_id, n.likes, n.via) for n in room.shared()] == [
        (BO.id, 0, None),
        ("u-cy", 0, None),
    ]
    assert room.document(ROOM, shared_id("u-cy", via)) is not None
    assert room.notes(ADA) == []
    assert room.all(NoteLike.kind, own(ADA)) == []


def test_the_shared_copy_names_its_author(room: Classroom) -> None:
    """So that the list of people of a course knows them (`known_people`)."""
    fields = set(SharedNote.__struct_encode_fields__)
    assert {"userId", "userName"} <= fields
    assert room.write(ADA, id_=uuid7())
