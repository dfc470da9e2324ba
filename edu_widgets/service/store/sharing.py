"""A store that several processes share, through which they also tell each other things."""

from collections.abc import Callable
from typing import Protocol

from edu_widgets.service.store import Store


class SharedStore(Store, Protocol):
    """A store with a way to tell the other processes something."""

    process: str
    """The name of this process among those on the same store: hexadecimal digits."""

    async def tell_others(self, news: bytes) -> None:
        """Tell all processes something; it is not kept.

        Raises:
            Refused: `UNAVAILABLE`: nothing can be told now.
        """

    def listen_others(self, callback: Callable[[bytes], None]) -> None:
        """Call back on the event loop with what any process, this one too, tells."""

    async def tell(self, process: str, news: bytes) -> bool:
        """Tell one process something, which is not kept; returns whether that process runs.

        Raises:
            Refused: `UNAVAILABLE`: nothing can be told now.
        """

    def listen_own(self, callback: Callable[[bytes], None]) -> None:
        """Call back on the event loop with the messages of other processes to this one."""
