"""Pictures that are sent from Python: bytes, files and figures."""

from __future__ import annotations

import io
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from edu_widgets.protocol.blobs import picture_file
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.validation import shown


def bytes_of(picture: object) -> bytes:
    """Return the bytes of a picture.

    Args:
        picture: Bytes, a path, or a figure with `savefig`, such as matplotlib's.

    Raises:
        InvalidArgument: it is none of these, or the file cannot be read.
        MessageTooLong: the file has more than 1 MiB.
    """
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return bytes(picture)
    if isinstance(picture, (str, PathLike)):
        return picture_file(Path(picture))
    savefig: Callable[..., object] | None = getattr(picture, "savefig", None)
    if callable(savefig):
        drawn = io.BytesIO()
        savefig(drawn, format="png", bbox_inches="tight")
        return drawn.getvalue()
    msg = f"A picture is bytes, a path, or a figure with savefig(), not {shown(picture)}."
    raise InvalidArgument(msg)
