"""Reads the packed form of things on the board, as a page does."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from edu_widgets.board.documents import FIRST_PAGE, INKS, TOOLS
from edu_widgets.board.packing import STATES


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._raw)

    def bytes(self, count: int) -> bytes:
        assert self._at + count <= len(self._raw)
        self._at += count
        return self._raw[self._at - count : self._at]

    def unsigned(self) -> int:
        number = shift = 0
        while True:
            [byte] = self.bytes(1)
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7

    def signed(self) -> int:
        zigzag = self.unsigned()
        return -(zigzag + 1 >> 1) if zigzag & 1 else zigzag >> 1

    def text(self) -> str:
        return self.bytes(self.unsigned()).decode()


def unpack(raw: bytes) -> list[dict[str, Any]]:
    """Return the things in a buffer, as the board told them."""
    return list(_things(_Reader(raw)))


def _things(reader: _Reader) -> Iterator[dict[str, Any]]:
    pages = [FIRST_PAGE] + [str(UUID(bytes=reader.bytes(16))) for _ in range(reader.unsigned())]
    names = [reader.text() for _ in range(reader.unsigned())]
    born = 0
    while reader:
        looks, flags = reader.bytes(2)
        doc: dict[str, Any] = {"page": pages[reader.unsigned()], "name": names[reader.unsigned()]}
        id_ = UUID(bytes=reader.bytes(16))
        doc |= {"id": str(id_), "x": reader.signed(), "y": reader.signed()}
        doc |= {"at": (id_.int >> 80) + reader.signed()}
        doc |= {"tool": TOOLS[looks & 7], "ink": INKS[looks >> 3 & 7], "width": looks >> 6}
        if flags & 16:
            born += reader.signed()
            doc |= {"born": born, "seq": born + reader.signed()}
        if flags & 32:
            doc["rev"] = reader.unsigned()
        doc["points"] = base64.b64encode(reader.bytes(reader.unsigned())).decode().rstrip("=")
        told = {"staff": bool(flags & 1), "mine": bool(flags & 2), "state": STATES[flags >> 2 & 3]}
        doc |= {key: value for key, value in told.items() if value}
        if flags & 64:
            doc["text"] = reader.text()
        yield doc
