"""Pictures between a widget and its pages: a page asks for those in sight, and gives its own.

Each travels as the buffer of one message, at a pace that leaves room for all else.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from edu_widgets.notebook import pace
from edu_widgets.notebook.pace import Turns, share_of
from edu_widgets.notebook.stream import Json
from edu_widgets.protocol.blobs import TYPES, BlobRef, is_hash
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument, NotConnected, Refused

if TYPE_CHECKING:
    from concurrent.futures import Future

    from edu_widgets.client.blobs import Blobs
    from edu_widgets.client.course import CourseClient

_MOST = 64
"""Pictures that a widget's pages may wait for; they ask again for others."""

WITHIN = 60.0
"""Seconds in which the pictures of a file that is written have to come."""


class PictureClient(Protocol):
    """A client, as far as pictures need it."""

    @property
    def blobs(self) -> Blobs:
        """The pictures of a participant."""

    def on_network(self, fn: Callable[[], object], /) -> None:
        """Run `fn` on the network thread."""

    def later(self, delay: float, fn: Callable[[], object], /) -> Callable[[], None]:
        """Run `fn` after so many seconds; to be called on the network thread."""


class Pictures:
    """The pictures of one widget's pages. Any thread.

    Args:
        client: The participant whose rights count.
        send: Sends a message to all pages, with its field `buffers` beside it.
    """

    def __init__(
        self, client: PictureClient, send: Callable[[Json], None], turns: Turns | None = None
    ) -> None:
        self._client = client
        self._send = send
        self._turns = turns or pace.PICTURES
        self._awaited: set[tuple[str, str]] = set()

    def asked(self, content: Json) -> None:
        """Send the pictures that a page asks for, in its order."""
        wanted = content.get("blobs")
        for one in wanted[:_MOST] if isinstance(wanted, list) else ():
            hash_, channel = (
                (one.get("hash"), one.get("channel")) if isinstance(one, dict) else ("", "")
            )
            if isinstance(hash_, str) and is_hash(hash_):
                self._fetch(hash_, channel if isinstance(channel, str) else "")

    def _fetch(self, hash_: str, channel: str) -> None:
        key = (channel, hash_)
        if key in self._awaited or len(self._awaited) >= _MOST:
            return
        self._awaited.add(key)
        try:
            coming = self._client.blobs.get(hash_, channel or None)
        except EduWidgetsError as error:
            self._fail(key, error)
        else:
            # One that is there already calls back at once, on this thread.
            coming.add_done_callback(
                lambda done: self._client.on_network(partial(self._come, key, done))
            )

    def _come(self, key: tuple[str, str], coming: Future[bytes]) -> None:
        """A picture has come, or has not (network thread)."""
        if coming.cancelled():
            self._awaited.discard(key)
            return
        error = coming.exception()
        if error is not None:
            self._fail(key, error)
            return
        data = coming.result()
        wait = self._turns.take(share_of(len(data)))
        _ = self._client.later(wait, partial(self._hand_out, key, data))

    def _hand_out(self, key: tuple[str, str], data: bytes) -> None:
        self._awaited.discard(key)
        self._send({"op": "blob", "channel": key[0], "hash": key[1], "buffers": [data]})

    def _fail(self, key: tuple[str, str], error: BaseException) -> None:
        self._awaited.discard(key)
        self._send({"op": "blob", "channel": key[0], "hash": key[1], **_told(error)})

    def given(self, content: Json) -> None:
        """Store the picture in the field `data` of a page's message; answer with its reference."""
        page, id_, data = content.get("page"), content.get("id"), content.get("data")
        channel = content.get("channel")
        try:
            if not isinstance(data, bytes):
                raise InvalidArgument("The picture has not come with its message.")
            ref = self._client.blobs.put(data, channel if isinstance(channel, str) else None)
            answer = {"ref": shown(ref, channel if isinstance(channel, str) else "")}
        except EduWidgetsError as error:
            answer = _told(error)
        self._send({"op": "put", "to": page, "id": id_, **answer})


def shown(ref: BlobRef, channel: str = "") -> Json:
    """Return a picture as pages are told of it; `channel`, where it is not the course's."""
    told: Json = msgspec.to_builtins(ref)
    return told | ({"channel": channel} if channel else {})


def read_picture(value: Any) -> BlobRef:
    """Return a picture as a page names it.

    Raises:
        InvalidArgument: it is none.
    """
    try:
        return msgspec.convert(value, BlobRef)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidArgument(f"A picture: {error}.") from error


def picture_html(picture: BlobRef, data: bytes, alt: str | None = None) -> str:
    """Return a picture as an element that holds it: nothing is loaded, and no script in it runs.

    Args:
        picture: The picture.
        data: Its bytes.
        alt: What it shows, escaped; None for what the reference says.
    """
    alt = escape(picture.alt) if alt is None else alt
    type_ = picture.type if picture.type in TYPES else TYPES[0]
    return (
        f'<img src="data:{type_};base64,{base64.b64encode(data).decode()}" '
        f'alt="{alt}" width="{picture.width}" height="{picture.height}">'
    )


def fetch(client: CourseClient, picture: BlobRef, timeout: float) -> bytes:
    """Return the bytes of a picture of the course, waiting `timeout` seconds at most.

    Raises:
        NotConnected: it cannot be fetched now.
        Refused: it is not there any more.
        WouldDeadlock: called on the network thread.
    """
    coming = client.blobs.get(picture)
    client.connections.network.forbid_waiting()
    try:
        return coming.result(timeout)
    except TimeoutError as error:
        raise NotConnected("The picture has not come in time; try again.") from error


def fetch_all(client: CourseClient, pictures: Iterable[BlobRef]) -> dict[str, bytes]:
    """Return the bytes of pictures by their hash, those that come within a minute.

    Raises:
        WouldDeadlock: called on the network thread.
    """
    wanted = dict.fromkeys(picture.hash for picture in pictures)
    until = time.monotonic() + WITHIN
    coming = {}
    for hash_ in wanted:
        with suppress(EduWidgetsError):
            coming[hash_] = client.blobs.get(hash_)
    client.connections.network.forbid_waiting()
    found = {}
    for hash_, future in coming.items():
        with suppress(EduWidgetsError, TimeoutError):
            found[hash_] = future.result(max(0.0, until - time.monotonic()))
    return found


def _told(error: BaseException) -> Json:
    if not isinstance(error, EduWidgetsError):
        return {"code": 0, "message": "The picture could not be fetched."}
    return {"code": error.code if isinstance(error, Refused) else 0, "message": str(error)}
