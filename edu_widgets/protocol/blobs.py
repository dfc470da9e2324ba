"""Blobs: pictures beside the documents that name them.

A document or a command names blobs by fields of the type `BlobRef`, at any depth of its type. The
engines find them there: no feature has to say where they are.
"""

import errno
import hashlib
import io
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from xml.parsers import expat

import msgspec

from edu_widgets.protocol.errors import InvalidArgument, MessageTooLong
from edu_widgets.protocol.folders import read_file, words
from edu_widgets.protocol.messages import Data
from edu_widgets.protocol.patterns import pattern

PATH = "/api/blobs"
"""Path of a service: a picture is posted there, and read below it by its hash."""

MAX_BLOB = 1024 * 1024
"""Bytes of a picture."""

MAX_SIDE = 8192
"""Pixels of a picture's width and of its height: it is decoded in the pages of everybody."""

MAX_ALT = 500
"""Characters of a picture's description."""

_NO_PICTURE = "This is no picture that can be shared: it has to be PNG, JPEG, WebP, GIF or SVG."
_DAMAGED = "The picture is damaged or cut off; save it anew and try again."

TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
"""The media types that a picture may have."""

_HASH = pattern(r"[0-9a-f]{64}\Z", re.ASCII)

Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Side = Annotated[int, msgspec.Meta(ge=1, le=MAX_SIDE)]


class BlobRef(Data):
    """A picture as a document names it. The service keeps the bytes as long as one does."""

    hash: Hash
    """SHA-256 of its bytes, in hexadecimal."""
    type: str
    """Its media type, such as `image/png`."""
    bytes: Annotated[int, msgspec.Meta(ge=1, le=MAX_BLOB)]
    """The number of its bytes."""
    width: Side
    """Its width in pixels."""
    height: Side
    """Its height in pixels."""
    alt: Annotated[str, msgspec.Meta(max_length=MAX_ALT)] = ""
    """Description of the picture, for those who do not see it."""

    @property
    def content(self) -> tuple[str, str, int, int, int]:
        """Everything that its bytes decide."""
        return self.hash, self.type, self.bytes, self.width, self.height


def is_hash(text: str) -> bool:
    """Return True if a text can be the hash of a blob."""
    return _HASH.match(text) is not None


def picture(data: bytes, alt: str = "") -> BlobRef:
    """Look at a picture by its first bytes, never by a name.

    Args:
        data: The bytes of a PNG, JPEG, WebP, GIF or SVG.
        alt: What it shows, for those who do not see it.

    Raises:
        InvalidArgument: it is no such picture, is damaged, or has more than 8,192 pixels a side.
        MessageTooLong: it has more than 1 MiB.
    """
    if not data:
        raise InvalidArgument("The picture is empty: it has no bytes.")
    if len(data) > MAX_BLOB:
        raise MessageTooLong(too_large(len(data)))
    if len(alt) > MAX_ALT:
        raise MessageTooLong(f"A picture's description has at most {MAX_ALT} characters.")
    type_ = _type_of(data)
    width, height = _svg_size(data) if type_ == "image/svg+xml" else _raster_size(data, type_)
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        msg = f"The picture has {width:,} × {height:,} pixels; at most {MAX_SIDE:,} a side."
        raise InvalidArgument(msg)
    return BlobRef(hashlib.sha256(data).hexdigest(), type_, len(data), width, height, alt)


def picture_file(path: Path) -> bytes:
    """Return the bytes of a picture's file; of a pipe or a device nothing is read.

    Raises:
        InvalidArgument: it cannot be read.
        MessageTooLong: it has more than 1 MiB.
    """
    try:
        return read_file(path, MAX_BLOB)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise MessageTooLong(too_large(path.stat().st_size)) from None
        msg = f"The picture {str(path)[:200]} cannot be read: {words(error)}."
        raise InvalidArgument(msg) from None
    except ValueError:
        raise InvalidArgument(f"The picture {str(path)!r:.200} is no path of a file.") from None


def too_large(size: int) -> str:
    """Return the sentence that refuses a picture of so many bytes."""
    return f"The picture has {size / MAX_BLOB:,.1f} MiB; at most 1 MiB can be shared. Shrink it."


def _type_of(data: bytes) -> str:
    """Return the media type that the first bytes tell.

    Raises:
        InvalidArgument: they are no picture's.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "image/svg+xml"
    raise InvalidArgument(_NO_PICTURE)


_END = {"image/png": b"IEND", "image/jpeg": b"\xff\xd9"}
"""Bytes that a whole picture has at its end, before whatever a program has added to it."""


def _raster_size(data: bytes, type_: str) -> tuple[int, int]:
    import imagesize  # type: ignore[import-untyped]  # noqa: PLC0415 - few need it

    width, height = imagesize.get(io.BytesIO(data))
    cut = type_ == "image/webp" and int.from_bytes(data[4:8], "little") + 8 > len(data)
    if width < 0 or height < 0 or cut or _END.get(type_, b"") not in data:
        raise InvalidArgument(_DAMAGED)
    return int(width), int(height)


# -- SVG ------------------------------------------------------------------------------

_SVG = "http://www.w3.org/2000/svg svg"
_LENGTH = pattern(r"\s*\+?(\d{1,9}(?:\.\d{1,9})?)\s*(px|pt|pc|in|cm|mm)?\s*\Z", re.ASCII)
_PIXELS = {"px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}
_DEFAULT = (300, 150)
"""Pixels of an SVG that tells no size, as browsers have it."""


def _svg_size(data: bytes) -> tuple[int, int]:
    """Return the size in pixels of an SVG that is whole and defines no entities."""
    root: dict[str, str] = {}
    parser = expat.ParserCreate(namespace_separator=" ")

    def begun(name: str, attributes: dict[str, str]) -> None:
        if name != _SVG:
            raise InvalidArgument(_NO_PICTURE)
        root.update(attributes)
        parser.StartElementHandler = None

    def entity(*_: object) -> None:
        raise InvalidArgument("The SVG defines entities, which could make it endless.")

    parser.StartElementHandler = begun
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, InvalidArgument):
            raise
        raise InvalidArgument(_NO_PICTURE if not root else _DAMAGED) from error
    return _told_size(root)


def _told_size(root: dict[str, str]) -> tuple[int, int]:
    width, height = _pixels(root.get("width", "")), _pixels(root.get("height", ""))
    box = [_pixels(part) or 0.0 for part in root.get("viewBox", "").replace(",", " ").split()[2:]]
    if len(box) == 2 and all(box):  # noqa: PLR2004 - what is not told follows from the other side
        if width is None:
            width = box[0] if height is None else height * box[0] / box[1]
        if height is None:
            height = width * box[1] / box[0]
    found = (width or _DEFAULT[0], height or _DEFAULT[1])
    return math.ceil(found[0]), math.ceil(found[1])


def _pixels(text: str) -> float | None:
    told = _LENGTH.match(text)
    return float(told[1]) * _PIXELS[told[2] or "px"] if told else None


# -- which documents name blobs -----------------------------------------------------------

_HASH_FIELD, _JSON_ESCAPE = b'"hash"', rb"\u"


@cache
def holds(type_: type[msgspec.Struct]) -> bool:
    """Return True if values of a type may name blobs."""
    return any(kind is BlobRef for kind in _structs(msgspec.inspect.type_info(type_), set()))


def _structs(info: object, seen: set[object]) -> Iterator[type]:
    """Yield the struct types that a type is made of."""
    if isinstance(info, msgspec.inspect.StructType):
        if info.cls in seen:
            return
        seen.add(info.cls)
        yield info.cls
    parts = [getattr(info, name, ()) for name in getattr(info, "__struct_fields__", ())]
    for part in parts:
        for inner in part if isinstance(part, tuple) else (part,):
            if isinstance(inner, (msgspec.inspect.Type, msgspec.inspect.Field)):
                yield from _structs(inner, seen)


def named_by(value: Any) -> Iterator[BlobRef]:
    """Yield the blobs that a value names, as decoded by its type."""
    if isinstance(value, BlobRef):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from named_by(getattr(value, name))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from named_by(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from named_by(item)


def named_in(body: bytes | msgspec.Raw, type_: type[msgspec.Struct]) -> tuple[BlobRef, ...]:
    """Return the blobs that an encoded value of a type names, each once."""
    # Most documents name none, and need not be decoded to see it; an escape might hide a name.
    if not holds(type_) or not (_HASH_FIELD in bytes(body) or _JSON_ESCAPE in bytes(body)):
        return ()
    try:
        found = named_by(msgspec.json.decode(body, type=type_))
        return tuple({ref.content: ref for ref in found}.values())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()  # of another version: it names none that this one knows
