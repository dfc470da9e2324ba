"""Rules for shared cells: only staff writes them, and each belongs to whoever ran it."""

from typing import Any

import msgspec

from edu_widgets.cells.commands import MarkCells, SetSharing, ShareCell, TakeBackCell
from edu_widgets.cells.documents import (
    MAX_CELL,
    MAX_OUTPUTS,
    MAX_SOURCE,
    Cell,
    CellsMark,
    CellsSharing,
    size,
)
from edu_widgets.protocol import Code, is_id
from edu_widgets.protocol.channels import course_channel, user_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.protocol.registry import REGISTRY
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Erasure,
    Get,
    Request,
    RuleRun,
    Write,
    read,
)


def share(request: Request[ShareCell]) -> RuleRun:
    """Write a run of a cell as it is now; one that was taken back stays away.

    Raises:
        Refused: `FORBIDDEN` for students, and for a cell of somebody else's; `INVALID` for a
            field that cannot be; `TOO_LARGE`.
    """
    _check_staff(request)
    id_, cell = request.data.id, request.data.cell
    _check(id_, cell)
    docs = yield Get(request.channel, (id_,))
    held = read(docs, id_, Cell)
    if docs and held is None:
        return Decision(reply=False)  # it was taken back, or is something else
    if held is not None and held.by_id != request.user.id:
        raise refusal(Code.FORBIDDEN, "This cell was shared by somebody else.")
    body = msgspec.structs.replace(cell, by_id=request.user.id, by_name=request.user.name)
    if body == held:
        return Decision(reply=False)
    # A repeated command writes the same again: its id need not be kept.
    return Decision([Write(request.channel, id_, Cell.kind, body)], reply=False)


def _check(id_: str, cell: Cell) -> None:
    if not is_id(id_) or REGISTRY.is_reserved(id_):
        raise refusal(Code.INVALID, "`id` is not an id that a cell can have.")
    if len(cell.source) > MAX_SOURCE or len(cell.outputs) > MAX_OUTPUTS:
        text = f"A cell has at most {MAX_SOURCE:,} characters and {MAX_OUTPUTS} outputs."
        raise refusal(Code.INVALID, text)
    if size(cell) > MAX_CELL:
        raise refusal(Code.TOO_LARGE, f"A cell has at most {MAX_CELL // 1024} KiB.")


def take_back(request: Request[TakeBackCell]) -> RuleRun:
    """Delete a cell; of one that is gone already nothing changes.

    Raises:
        Refused: `FORBIDDEN` for students.
    """
    _check_staff(request)
    id_ = request.data.id
    if read((yield Get(request.channel, (id_,))), id_, Cell) is None:
        return Decision()
    return Decision([Write(request.channel, id_, Cell.kind, DELETE)])


def set_state(request: Request[SetSharing]) -> RuleRun:
    """Store the state of the sharing.

    Raises:
        Refused: `FORBIDDEN` for students.
    """
    _check_staff(request)
    id_, user = CellsSharing.ID, request.user
    held = read((yield Get(request.channel, (id_,))), id_, CellsSharing) or CellsSharing()
    if (held.state, held.by_id) == (request.data.state, user.id):
        return Decision(reply=False)
    if request.data.state != "on" and held.state == "on" and held.by_id != user.id:
        return Decision(reply=False)  # somebody else shares by now
    body = CellsSharing(request.data.state, request.now, user.id, user.name)
    # It may outlive whoever wrote it first, so that it is erased by its own rule.
    write = Write(request.channel, id_, CellsSharing.kind, body, signed=False)
    return Decision([write], reply=False)


def erase(person: Erasure) -> RuleRun:
    """Delete the state of the sharing that an erased person has set.

    Their cells carry their id and go by themselves.
    """
    channel, id_ = course_channel(person.course), CellsSharing.ID
    held = read((yield Get(channel, (id_,))), id_, CellsSharing)
    if held is None or held.by_id != person.user_id:
        return Decision()
    return Decision([Write(channel, id_, CellsSharing.kind, DELETE)])


def mark(request: Request[MarkCells]) -> RuleRun:
    """Store how far a person has seen the cells. Without a change nothing is written.

    Raises:
        Refused: `INVALID` for a negative number.
    """
    _check_channel(request)
    up_to, id_ = request.data.up_to, CellsMark.ID
    if up_to < 0:
        raise refusal(Code.INVALID, "`upTo` is the `born` of a cell.")
    own = user_channel(request.course, request.user.id)
    held = read((yield Get(own, (id_,))), id_, CellsMark) or CellsMark()
    if up_to <= held.up_to:
        return Decision(reply=False)
    write = Write(own, id_, CellsMark.kind, CellsMark(up_to), signed=False)
    return Decision([write], urgent=False, reply=False)


def _check_staff(request: Request[Any]) -> None:
    _check_channel(request)
    if not request.user.staff:
        raise refusal(Code.FORBIDDEN, "Only instructors share cells.")


def _check_channel(request: Request[Any]) -> None:
    if request.channel != course_channel(request.course):
        raise refusal(Code.INVALID, "Cells are shared in a course's channel.")
