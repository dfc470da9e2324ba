"""A transport that reads only while nobody has a reason against it."""

import asyncio
from collections import Counter

PROTOCOL = "protocol"
"""The reason of the protocol itself, which pauses and resumes reading."""


class HeldTransport(asyncio.Transport):
    """A transport that reads only while nobody holds it; all else is the real one's."""

    def __init__(self, real: asyncio.Transport) -> None:
        super().__init__()
        self._real = real
        self._holds: Counter[str] = Counter()
        # As they are: every frame goes through these.
        self.write = real.write  # type: ignore[method-assign]
        self.writelines = real.writelines  # type: ignore[method-assign]
        self.get_write_buffer_size = real.get_write_buffer_size  # type: ignore[method-assign]
        self.is_closing = real.is_closing  # type: ignore[method-assign]
        self.get_extra_info = real.get_extra_info  # type: ignore[method-assign]

    def hold(self, why: str) -> None:
        """Read nothing until it is released as often for this reason."""
        self._holds[why] += 1
        self._real.pause_reading()

    def release(self, why: str) -> None:
        """Undo one `hold`; without one it does nothing."""
        if self._holds[why]:
            self._holds[why] -= 1
        if not self._holds.total():
            self._real.resume_reading()

    def pause_reading(self) -> None:
        """Hold it for aiohttp, once."""
        self._holds[PROTOCOL] = 1
        self._real.pause_reading()

    def resume_reading(self) -> None:
        """Release it for aiohttp."""
        self._holds[PROTOCOL] = 0
        self.release(PROTOCOL)

    def is_reading(self) -> bool:
        """Return True if nobody holds reading."""
        return self._real.is_reading()

    def close(self) -> None:
        """Close it once all is written."""
        self._real.close()

    def abort(self) -> None:
        """Close it at once."""
        self._real.abort()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set when writing is paused and resumed, in bytes."""
        self._real.set_write_buffer_limits(high, low)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return the numbers of waiting bytes at which writing resumes and pauses."""
        return self._real.get_write_buffer_limits()

    def can_write_eof(self) -> bool:
        """Return True if the end can be written."""
        return self._real.can_write_eof()

    def write_eof(self) -> None:
        """Write the end."""
        self._real.write_eof()
