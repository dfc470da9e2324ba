"""Pictures among a cell's outputs: how one becomes a blob, or a line that says why it does not."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from msgspec.structs import replace

from edu_widgets.cells import ansi
from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.cells.masking import Masking
from edu_widgets.protocol.blobs import MAX_ALT, MAX_BLOB, TYPES, BlobRef, too_large
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument, MessageTooLong

SVG = "image/svg+xml"

_MAX_TEXT = MAX_BLOB * 2
"""Characters of a picture as a kernel sends it: more is too large in any case."""

Put: TypeAlias = Callable[[bytes, str], BlobRef]
"""Puts a picture with its description, and returns how a document names it."""


def is_picture(data: Mapping[str, Any]) -> bool:
    """Return True if one of an output's representations is a picture."""
    return any(type_ in data for type_ in TYPES)


def picture_output(
    data: Mapping[str, Any], metadata: Mapping[str, Any], masking: Masking, put: Put | None
) -> CellOutput | None:
    """Share a picture: the first of its representations that can be.

    Args:
        data: The representations by media type.
        metadata: What is said of them; a picture's `alt` is its description.
        masking: What masks secrets in the text of an SVG, and in a description.
        put: Puts a picture; None where the service has none.

    Returns:
        The output; None if there is no picture, or none now, so that it is tried again later.
    """
    if put is None:
        return None
    why = ""
    for type_ in filter(data.__contains__, TYPES):
        try:
            raw = _bytes(data[type_], masking if type_ == SVG else None)
            ref = put(raw, _description(data, metadata.get(type_) or metadata, masking))
        except MessageTooLong:
            why = why or "large_picture"
        except InvalidArgument:
            why = why or "broken_picture"
        except EduWidgetsError:
            return None
        else:
            return CellOutput("picture", picture=ref)
    return CellOutput("note", name=why) if why else None


def _bytes(value: object, masking: Masking | None) -> bytes:
    """Return the bytes of a picture: of an SVG its masked text, of others what base64 says.

    Raises:
        MessageTooLong: it is larger than a picture may be.
        InvalidArgument: it is no base64.
    """
    if isinstance(value, list):
        value = "".join(map(str, value))
    if isinstance(value, bytes):
        if masking is None:
            return value
        value = value.decode("utf-8", "replace")
    text = str(value)
    if len(text) > _MAX_TEXT:
        raise MessageTooLong(too_large(len(text)))
    if masking is not None:
        return masking.mask(text).encode("utf-8", "replace")
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise InvalidArgument("The picture is no base64.") from error


def _description(data: Mapping[str, Any], told: object, masking: Masking) -> str:
    """Return what a picture is said to show; `<Figure size 640x480>` says nothing."""
    alt = told.get("alt") if isinstance(told, Mapping) else None
    if not isinstance(alt, str) or not alt.strip():
        alt = str(data.get("text/plain") or "").strip().split("\n", 1)[0]
        alt = "" if alt.startswith("<") else alt
    alt = alt.encode("utf-8", "replace").decode()
    return masking.mask(ansi.plain(alt[: MAX_ALT * 4])).strip()[:MAX_ALT]


def pictures_of(cells: Iterable[Cell]) -> list[BlobRef]:
    """Return the pictures of cells, in their order."""
    outputs = (output for cell in cells for output in cell.outputs)
    return [output.picture for output in outputs if output.picture is not None]


def without_pictures(cell: Cell) -> Cell | None:
    """Return a cell with a line in the place of each picture; None if it has none."""
    if not any(output.picture for output in cell.outputs):
        return None
    outputs = [
        CellOutput("note", name="picture") if output.picture else output for output in cell.outputs
    ]
    return replace(cell, outputs=outputs)
