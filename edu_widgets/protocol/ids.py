"""Ids made once and kept for ever: UUID version 7 (RFC 9562, section 5.7)."""

import secrets
import time
from collections.abc import Callable

from edu_widgets.protocol.patterns import pattern

_ID = pattern(r"[0-9A-Za-z_.\-]{1,64}")


def uuid7(
    *,
    now: Callable[[], float] = time.time,
    random_bits: Callable[[int], int] = secrets.randbits,
) -> str:
    """Return a new id: 48 bits of time in ms, then 74 random bits; sorts by time of creation."""
    value = int(now() * 1000) & (2**48 - 1)
    value = value << 4 | 7
    value = value << 12 | random_bits(12)
    value = value << 2 | 2
    value = value << 62 | random_bits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: object) -> bool:
    """Return True if `text` can be an id: 1 to 64 letters, digits, `_`, `.` or `-`.

    Wider than UUIDs, since the seed's own clients write ids such as `1700000000000-k3j9x2m1q`.
    """
    return isinstance(text, str) and _ID.fullmatch(text) is not None
