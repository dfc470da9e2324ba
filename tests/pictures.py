"""Pictures for tests: small, real, and as wrong as somebody may send them."""

import struct
import zlib

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 4, height: int = 3, *, size: int = 0, mark: str = "") -> bytes:
    """A whole PNG; with `size` of so many bytes, with `mark` unlike others."""
    row = b"\0" + b"\x30\x60\x90" * width
    pixels = zlib.compress(row * height) if width * height < 1_000_000 else b""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    text = _chunk(b"tEXt", b"mark\0" + mark.encode()) if mark else b""
    rest = _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    padding = size - len(PNG_MAGIC + head + text + rest) - 12
    filler = _chunk(b"tEXt", b"x\0".ljust(padding, b"x")) if padding > 2 else b""
    return PNG_MAGIC + head + text + filler + rest


GIF = b"GIF89a\x02\0\x03\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x02\0\x03\0\0\x02\x03D\x7f\x05\0;"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><path d="M0 0h9"/></svg>'
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    b"\xff\xc0\0\x11\x08\0\x05\0\x07\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9"
)
WEBP = b"RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f\x05\xc0\x01\x00\x00\x00\x00\x00\x00"
