"""SharedNotes: what Python and the pages see of notes, on the real rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest

from edu_widgets.notes.widget import NoteItem, SharedNotes
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument, NotConnected, Refused
from edu_widgets.service import rules
from tests.in_memory.service import MIRA, START
from tests.notebook.doubles import as_client
from tests.notebook.page import collections, intend, sent
from tests.notes.classroom import ADA, BO, Classroom, NotesClient

pytestmark = pytest.mark.usefixtures("named_bundles")

Open = Callable[..., tuple[NotesClient, SharedNotes]]


@pytest.fixture
def open_(room: Classroom) -> Open:
    def make(person: rules.Person, cell: int = 0) -> tuple[NotesClient, SharedNotes]:
        client = NotesClient(room, person)
        notes = SharedNotes(as_client(client), lambda: cell)
        return client, notes

    return make


def texts(notes: list[NoteItem]) -> list[str]:
    return [note.text for note in notes]


def lane(client: NotesClient, *others: NotesClient) -> None:
    """All that waits is done: commands of one note wait for each other."""
    for _ in range(4):
        client.settle()
    for other in others:
        other.settle()


# -- from Python ---------------------------------------------------------------------------


def test_a_note_is_there_at_once_and_private(open_: Open) -> None:
    client, notes = open_(ADA)
    receipt = notes.write("**KeyError** means: no such column", cell=11, minute=True)
    (note,) = notes.mine
    assert (note.text, note.cell, note.shared) == ("**KeyError** means: no such column", 11, False)
    assert (note.state, note.user_name) == ("pending", "Ada")
    client.settle()
    assert receipt.done()
    (note,) = notes.mine
    assert (note.state, note.version) == ("sent", 1)
    assert note.minute == datetime.fromtimestamp(START / 1000, UTC)
    assert "KeyError" in repr(note)
    assert "private" in repr(note)
    _, bos = open_(BO)
    assert (bos.mine, bos.shared) == ([], [])


def test_the_class_has_lesson_notes_first_then_the_others_in_the_lessons_order(
    open_: Open, room: Classroom
) -> None:
    ada, mine = open_(ADA)
    mira, desk = open_(MIRA)
    for text, minute in (("late", START - 1000), ("early", START - 9000)):
        at = datetime.fromtimestamp(minute / 1000, UTC)
        _ = mine.write(text, minute=at)
        lane(ada)
        _ = mine.share(next(note for note in mine.mine if note.text == text))
        lane(ada)
    room.now += 60_000
    _ = desk.write("Temperatures")
    lane(mira)
    _ = desk.share(desk.mine[0])
    lane(mira, ada)
    assert texts(mine.mine) == ["early", "late"]
    assert texts(mine.shared) == ["Temperatures", "early", "late"]
    assert [note.is_staff for note in mine.shared] == [True, False, False]
    assert all(note.shared for note in mine.mine)


def test_edits_build_on_each_other_before_the_first_is_there(open_: Open) -> None:
    client, notes = open_(ADA)
    _ = notes.write("one")
    lane(client)
    _ = notes.edit(notes.mine[0], "two")
    _ = notes.edit(notes.mine[0].id, "three")
    assert (notes.mine[0].text, notes.mine[0].version) == ("three", 3)
    lane(client)
    (note,) = notes.mine
    assert (note.text, note.version, note.state) == ("three", 3, "sent")


def test_what_is_refused_keeps_its_text_and_can_be_written_again(
    open_: Open, room: Classroom
) -> None:
    client, notes = open_(ADA)
    id_ = room.write(ADA, "here")
    client.sync()
    room.write(ADA, "elsewhere", id_, version=1)
    _ = notes.edit(id_, "here again")
    client.deliver()
    (note,) = notes.mine
    assert (note.text, note.state) == ("here again", "failed")
    assert "edited meanwhile" in note.error
    client.sync()
    assert texts(notes.mine) == ["here again"]
    _ = notes.edit(id_, "both")
    lane(client)
    (note,) = notes.mine
    assert (note.text, note.version, note.state) == ("both", 3, "sent")


def test_likes_show_at_once_and_others_see_their_number(open_: Open, room: Classroom) -> None:
    room.share(ADA, "useful")
    bo, bos = open_(BO)
    ada, adas = open_(ADA)
    _ = bos.like(bos.shared[0])
    assert (bos.shared[0].likes, bos.shared[0].liked) == (1, True)
    lane(bo, ada)
    assert (adas.shared[0].likes, adas.shared[0].liked) == (1, False)
    _ = bos.like(bos.shared[0], liked=False)
    lane(bo, ada)
    assert (bos.shared[0].likes, adas.shared[0].likes) == (0, 0)
    with pytest.raises(InvalidArgument, match="your own note"):
        _ = adas.like(adas.shared[0])


def test_the_class_is_told_of_a_shared_note_once(open_: Open, room: Classroom) -> None:
    room.share(ADA, "before")
    bo, notes = open_(BO)
    heard: list[str] = []
    notes.on("shared", lambda note: heard.append(note.text))
    id_ = room.share(ADA, "now")
    bo.settle()
    assert notes.unread == 1
    room.write(ADA, "now, better", id_, version=1)
    bo.settle()
    assert heard == ["now"]
    assert texts(notes.shared) == ["before", "now, better"]


def test_staff_takes_a_note_away(open_: Open, room: Classroom) -> None:
    room.share(ADA, "rude")
    mira, desk = open_(MIRA)
    bo, bos = open_(BO)
    with pytest.raises(Refused, match="Only instructors"):
        _ = bos.remove(bos.shared[0])
    _ = desk.remove(desk.shared[0])
    assert desk.shared == []
    lane(mira, bo)
    assert bos.shared == []
    assert room.notes(ADA)[0].text == "rude"


def test_a_copy_is_mine_and_private(open_: Open, room: Classroom) -> None:
    room.share(ADA, "use `parse_dates`")
    client, notes = open_(BO)
    _ = notes.copy(notes.shared[0])
    lane(client)
    assert [(n.text, n.shared, n.user_id) for n in notes.mine] == [
        ("use `parse_dates`", False, BO.id)
    ]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda notes: notes.write(""), "A note needs 1 to 8,000"),
        (lambda notes: notes.write(5), "must be a string"),
        (lambda notes: notes.write("x", cell=0), "the number of a cell"),
        (lambda notes: notes.write("x", cell=True), "the number of a cell"),
        (lambda notes: notes.write("x", minute="10:20"), "an aware datetime"),
        (lambda notes: notes.write("x", minute=datetime(2026, 1, 1)), "aware"),  # noqa: DTZ001
        (lambda notes: notes.edit("gone", "x"), "none of your notes"),
        (lambda notes: notes.share(None), "none of your notes"),
        (lambda notes: notes.delete("a:b"), "none of your notes"),
        (lambda notes: notes.like("n1"), "not shared"),
        (lambda notes: notes.copy(None), "not shared"),
        (lambda notes: notes.to_notebook("notes.txt"), r"ends with \.ipynb"),
        (lambda notes: notes.to_notebook(None), r"ends with \.ipynb"),
        (lambda notes: notes.to_notebook("no/such/folder.ipynb"), "cannot be written"),
    ],
)
def test_what_cannot_be_is_said(
    open_: Open, call: Callable[[SharedNotes], Any], words: str
) -> None:
    _, notes = open_(ADA)
    with pytest.raises(InvalidArgument, match=words):
        call(notes)
    assert notes.mine == []


def test_a_closed_lesson_takes_no_notes(open_: Open) -> None:
    client, notes = open_(ADA)
    client.refuse_with = NotConnected("closed")
    with pytest.raises(NotConnected):
        _ = notes.write("x")


def test_notes_become_a_notebook(open_: Open, room: Classroom, tmp_path: Path) -> None:
    room.write(ADA, "mine")
    room.share(BO, "from Bo")
    room.share(MIRA, "from Mira")
    _, notes = open_(ADA)
    plain = nbformat.read(notes.to_notebook(tmp_path / "mine.ipynb"), as_version=4)
    nbformat.validate(plain)
    sources = [cell.source for cell in plain.cells]
    assert len(sources) == 2
    assert sources[1].endswith("mine")
    path = notes.to_notebook(tmp_path / "all.ipynb", shared=True)
    told = path.read_text()
    assert "from Bo" in told
    assert "· Bo*" not in told  # who wrote it is told only if asked for; lesson notes are signed
    assert "· Mira*" in told
    named = notes.to_notebook(tmp_path / "named.ipynb", shared=True, names=True).read_text()
    assert "· Bo*" in named
    with pytest.raises(InvalidArgument, match="is there already"):
        notes.to_notebook(tmp_path / "all.ipynb")
    assert path.read_text() == told


# -- to and from the pages -----------------------------------------------------------------


def test_pages_get_both_lists_and_what_is_offered(open_: Open, room: Classroom) -> None:
    room.write(ADA, "mine", cell=3)
    room.share(MIRA, "Temperatures")
    _, notes = open_(ADA, 15)
    seen = collections(notes)
    (mine,) = seen["mine"]["docs"]
    assert (mine["cell"], mine["version"], "text" in mine) == (3, 1, False)
    (shared,) = seen["class"]["docs"]
    assert (shared["name"], shared["role"], shared["born"] > 0) == ("Mira", "instructor", True)
    assert seen["room"]["docs"][0]["can"] == ["write"]
    assert seen["room"]["docs"][0]["at"] == 15


def test_a_page_writes_edits_shares_and_deletes(open_: Open, room: Classroom) -> None:
    client, notes = open_(ADA)
    collections(notes)
    note = uuid7()
    fields: dict[str, Any] = {"id": note, "text": "a", "version": 0, "cell": 15, "minute": START}
    (batch,) = intend(notes, "notes.write", **fields)
    (shown,) = batch["set"]["mine"]
    assert (shown["id"], shown["state"], shown["cell"]) == (note, "pending", 15)
    intend(notes, "notes.write", **fields)  # a page that was loaded again, or a new kernel's
    lane(client)
    assert texts(notes.mine) == ["a"]
    sent(notes)
    (source,) = intend(notes, "notes.source", id=note)
    assert source["data"] == {"id": note, "text": "a", "version": 1}
    intend(notes, "notes.write", id=note, text="b", version=1, cell=0, minute=0)
    lane(client)
    intend(notes, "notes.share", id=note, on=True)
    lane(client)
    assert [(n.text, n.cell) for n in room.shared()] == [("b", 0)]
    intend(notes, "notes.delete", id=note)
    lane(client)
    assert (room.shared(), room.notes(ADA)) == ([], [])


def test_a_page_is_told_of_a_refused_share_and_sees_a_refused_text(
    open_: Open, room: Classroom
) -> None:
    client, notes = open_(ADA)
    collections(notes)
    (refused,) = intend(notes, "notes.write", id=uuid7(), text=" ", version=0, cell=0, minute=0)
    assert refused["op"] == "refused"
    assert refused["message"].startswith("A note needs")
    intend(notes, "notes.share", id="gone", on=True)
    client.deliver()
    told = [m for m in sent(notes) if m["op"] == "signal"]
    assert [m["data"]["message"] for m in told] == ["This note is not there any more."]
    assert room.shared() == []


def test_what_others_share_counts_until_the_class_is_looked_at(
    open_: Open, room: Classroom
) -> None:
    client, notes = open_(ADA)
    collections(notes)
    room.share(BO, "new")
    client.settle()
    assert notes.unread == 1
    born = next(m for m in sent(notes) if m["op"] == "batch")["set"]["class"][0]["born"]
    intend(notes, "notes.seen", born=born)
    assert notes.unread == 0


def test_a_page_saves_notes_as_a_file(open_: Open, room: Classroom) -> None:
    room.write(ADA, "mine")
    _, notes = open_(ADA)
    collections(notes)
    (exported,) = intend(notes, "notes.export", shared=False, names=False)
    assert exported["data"]["name"] == "notes-c.ipynb"
    assert "mine" in nbformat.reads(exported["data"]["text"], as_version=4).cells[1].source
