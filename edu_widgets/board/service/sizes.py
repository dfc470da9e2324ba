"""The size of a board, and the things of a person that others removed.

It is counted in a channel that nobody reads: one document for the board, one for each person.
"""

from collections.abc import Iterable
from typing import ClassVar

import msgspec

from edu_widgets.board.documents import MAX_BYTES, MAX_ITEMS, MAX_OWN, BoardItem
from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.rules import DELETE, Get, Part, Person, Write, read

ALL = "all"

REMEMBERED = 200
"""Ids of a person's things, removed by others, that are remembered: undo leaves them removed."""


class Size(msgspec.Struct, frozen=True, omit_defaults=True):
    """The size in all, or of the person whose id the document has."""

    kind: ClassVar[str] = "board_size"

    items: int = 0
    bytes: int = 0
    removed: tuple[str, ...] = ()
    """Of a person: ids of the last things of theirs that others removed."""

    def plus(self, items: int, bytes_: int) -> "Size":
        """Return the size with so much more, or less."""
        return msgspec.structs.replace(
            self, items=max(0, self.items + items), bytes=max(0, self.bytes + bytes_)
        )


def sizes_channel(course: str) -> str:
    """Return the channel of a board's sizes, of a kind that nobody can enter."""
    return f"board_size:{course}"


def of_person(user_id: str) -> str:
    """Return the id of the document of a person's size."""
    return f"person:{user_id}"


def sizes(course: str, *user_ids: str) -> Part[dict[str, Size]]:
    """Return the size in all and of some people, by `ALL` and their ids."""
    names = {ALL: ALL} | {user_id: of_person(user_id) for user_id in user_ids}
    found = yield Get(sizes_channel(course), tuple(names.values()))
    return {key: read(found, id_, Size) or Size() for key, id_ in names.items()}


def written(course: str, changed: dict[str, Size]) -> list[Write]:
    """Return the writes of sizes, by `ALL` and people's ids; of nothing nothing is kept."""
    writes = []
    for key, size in changed.items():
        id_ = ALL if key == ALL else of_person(key)
        body = DELETE if size == Size() else size
        writes.append(Write(sizes_channel(course), id_, Size.kind, body, signed=False))
    return writes


def without(course: str, docs: Iterable[Document], *, by: str = "") -> Part[list[Write]]:
    """Return the writes of the sizes once some things are gone; `by`: who removes them."""
    bodies = [(doc, doc.as_(BoardItem)) for doc in docs]
    held = yield from sizes(course, *dict.fromkeys(item.user_id for _, item in bodies))
    for doc, item in bodies:
        less = (-1, -len(doc.body))
        held[ALL] = held[ALL].plus(*less)
        own = held[item.user_id].plus(*less)
        if by not in ("", item.user_id):
            removed = (*own.removed, item.id)[-REMEMBERED:]
            own = msgspec.structs.replace(own, removed=removed)
        held[item.user_id] = own
    return written(course, held) if bodies else []


def check_room(person: Person, whole: Size, own: Size, bytes_: int) -> None:
    """Check that there is room for one thing more.

    Raises:
        Refused: `INVALID`: the board is full, or this person has drawn as much as they may.
    """
    if whole.items >= MAX_ITEMS or whole.bytes + bytes_ > MAX_BYTES:
        text = (
            f"The board is full: it holds {MAX_ITEMS:,} strokes or {MAX_BYTES // 2**20} MB. An "
            "instructor can clear a page."
        )
        raise refusal(Code.INVALID, text)
    if not person.staff and own.items >= MAX_OWN:
        text = f"You have {MAX_OWN:,} strokes on the board, which is the most; erase some first."
        raise refusal(Code.INVALID, text)
