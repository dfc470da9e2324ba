"""The packed form in which the board's items go from a kernel to its pages.

docs/widget-protocol.md, *Packed things*, has the layout; `js/src/board/packing.ts` reads it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from uuid import UUID

from edu_widgets.board.documents import FIRST_PAGE, INKS, TOOLS
from edu_widgets.board.points import append_signed, append_unsigned
from edu_widgets.notebook.stream import Json

STATES = ("", "pending", "queued")
"""The states of a thing, by their numbers in the packed form."""

_STAFF, _MINE, _STORED, _CHANGED, _SAYS = 1, 2, 16, 32, 64
_STATE_SHIFT = 2
_WIDTHS = range(4)
_TIME_BITS = 80
"""Bits of a UUIDv7 after its time."""


def pack(docs: Sequence[Json]) -> tuple[bytes, list[Json]]:
    """Return things as bytes, and beside them those whose fields no packed form holds.

    Args:
        docs: Documents of the collection `items`, in order.

    Returns:
        The bytes, empty if nothing was packed, and the documents that stay as they are.
    """
    packer = _Packer()
    others = [doc for doc in docs if not packer.add(doc)]
    return packer.packed(), others


class _Packer:
    """Collects packed things, with the pages and the names that they refer to by number."""

    def __init__(self) -> None:
        self._pages: dict[str, int] = {FIRST_PAGE: 0}
        self._names: dict[str, int] = {}
        self._things = bytearray()
        self._born = 0

    def add(self, doc: Json) -> bool:
        """Pack a thing; return False, and leave everything as it was, if that cannot be."""
        try:
            id_, points = _uuid(doc["id"]), _points(doc["points"])
            page = doc["page"]
            if page != FIRST_PAGE:
                _ = _uuid(page)
            tool, ink = TOOLS.index(doc["tool"]), INKS.index(doc["ink"])
            width, state = _WIDTHS.index(doc["width"]), STATES.index(doc.get("state", ""))
            name, text = doc["name"], doc.get("text", "").encode()
            _ = name.encode()
        except ValueError:  # of another version: the page may read more of it than this one does
            return False
        raw = self._things
        raw.append(tool | ink << 3 | width << 6)
        stored, changed = "born" in doc, "rev" in doc
        flags = _STAFF * bool(doc.get("staff")) | _MINE * bool(doc.get("mine"))
        raw.append(flags | state << _STATE_SHIFT | _STORED * stored)
        raw[-1] |= _CHANGED * changed | _SAYS * bool(text)
        append_unsigned(raw, self._pages.setdefault(page, len(self._pages)))
        append_unsigned(raw, self._names.setdefault(name, len(self._names)))
        raw += id_.bytes
        for number in (doc["x"], doc["y"], doc["at"] - (id_.int >> _TIME_BITS)):
            append_signed(raw, number)
        if stored:
            append_signed(raw, doc["born"] - self._born)
            append_signed(raw, doc["seq"] - doc["born"])
            self._born = doc["born"]
        if changed:
            append_unsigned(raw, doc["rev"])
        _append_bytes(raw, points)
        if text:
            _append_bytes(raw, text)
        return True

    def packed(self) -> bytes:
        """Return all that was added; nothing for nothing."""
        if not self._things:
            return b""
        raw = bytearray()
        del self._pages[FIRST_PAGE]
        append_unsigned(raw, len(self._pages))
        for page in self._pages:
            raw += UUID(page).bytes
        append_unsigned(raw, len(self._names))
        for name in self._names:
            _append_bytes(raw, name.encode())
        return bytes(raw + self._things)


def _append_bytes(raw: bytearray, data: bytes) -> None:
    append_unsigned(raw, len(data))
    raw += data


def _uuid(text: str) -> UUID:
    found = UUID(text)
    if str(found) != text:
        msg = "Another spelling of the id would come back."
        raise ValueError(msg)
    return found


def _points(coded: str) -> bytes:
    try:
        raw = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(*error.args) from error
    if base64.b64encode(raw).decode("ascii").rstrip("=") != coded:
        msg = "Another spelling of the points would come back."
        raise ValueError(msg)
    return raw
