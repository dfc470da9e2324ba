"""Pictures as features use them: put before a command names them, fetched where one is shown."""

from __future__ import annotations

import io
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from edu_widgets.protocol.blobs import MAX_BLOB, BlobRef, is_hash, picture, picture_file
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.validation import shown

if TYPE_CHECKING:
    from concurrent.futures import Future

NO_PICTURES = "This service takes no pictures: it speaks only the basic messages."

_DPI = (150, 100, 72, 50)
"""Resolutions of a figure, tried until it is small enough."""


class _Keeper(Protocol):
    """The client, as far as pictures need it."""

    channel: str

    def keep_blob(self, channel: str, ref: BlobRef, data: bytes) -> None: ...

    def fetch_blob(self, channel: str, hash_: str) -> Future[bytes]: ...


class Blobs:
    """The pictures of one participant in one course. Any thread."""

    def __init__(self, client: _Keeper) -> None:
        self._client = client

    def put(self, data: bytes, channel: str | None = None, *, alt: str = "") -> BlobRef:
        """Keep a picture for a command that names it, and upload it; return its name at once.

        The command is sent once the picture is uploaded. Both are kept over a restart of the
        kernel, as everything that waits; a picture that no command names is dropped after an
        hour, or after ten minutes where others need the room.

        Args:
            data: The bytes of a PNG, JPEG, WebP, GIF or SVG, at most 1 MiB.
            channel: The channel of the document that will name it; None: the course's.
            alt: The description, for people who do not see the picture.

        Raises:
            InvalidArgument: it is no such picture, is damaged, or has more than 8,192 pixels a
                side.
            MessageTooLong: it has more than 1 MiB.
            OutboxFull: 16 MiB of pictures are waiting already.
            NotConnected: the lesson is closed.
            Refused: this is a base service, which has no pictures.
        """
        ref = picture(data, alt)
        self._client.keep_blob(channel or self._client.channel, ref, data)
        return ref

    def get(self, ref: BlobRef | str, channel: str | None = None) -> Future[bytes]:
        """Fetch a picture: from this kernel, if it had it before, or from the service.

        Args:
            ref: The picture, or its hash.
            channel: The channel of the document that names it; None: the course's.

        Returns:
            A future, which fails with `NotConnected` while offline, and with `Refused` where the
            channel has no such picture. Do not wait for it on the network thread.

        Raises:
            InvalidArgument: `ref` is no hash.
            NotConnected: the lesson is closed.
            Refused: this is a base service, which has no pictures.
        """
        hash_ = ref if isinstance(ref, str) else ref.hash
        if not is_hash(hash_):
            raise InvalidArgument(f"{hash_!r:.80} is no picture's hash.")
        return self._client.fetch_blob(channel or self._client.channel, hash_)


def picture_bytes(given: object) -> bytes:
    """Return the bytes of a picture; a figure is drawn as small as it has to be.

    Args:
        given: Bytes, a path, or a figure with `savefig`, such as matplotlib's.

    Raises:
        InvalidArgument: it is none of these, or the file cannot be read.
        MessageTooLong: the file has more than 1 MiB.
    """
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given)
    if isinstance(given, str | PathLike):
        return picture_file(Path(given))
    savefig: Callable[..., object] | None = getattr(given, "savefig", None)
    if not callable(savefig):
        msg = f"A picture is bytes, a path, or a figure with savefig(), not {shown(given)}."
        raise InvalidArgument(msg)
    drawn = b""
    for dpi in _DPI:
        file = io.BytesIO()
        savefig(file, format="png", dpi=dpi, bbox_inches="tight")
        drawn = file.getvalue()
        if len(drawn) <= MAX_BLOB:
            break
    return drawn
