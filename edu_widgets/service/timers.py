"""What a feature knows of stored documents without asking for them: versions seen, and times due.

It is read once as the service starts (`Feature.on_start`), and from commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edu_widgets.protocol.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable

    from edu_widgets.protocol import Document
    from edu_widgets.service.features import Stage

_PAGE = 1_000


async def read_all(stage: Stage, channel: str, kind: str, note: Callable[[Document], None]) -> None:
    """Note every stored document of a kind, the newest first.

    Raises:
        Refused: the store cannot be read now.
    """
    before: int | None = None
    while True:
        found = await stage.search(channel, kind, lambda _: True, before, _PAGE)
        for doc in found.docs:
            note(doc)
        if not found.more:
            return
        before = found.floor


class Versions:
    """Which versions were seen while what is stored is being read: commits may overtake that.

    Once all is read, commits alone tell, in order, and nothing has to be remembered.
    """

    def __init__(self) -> None:
        self._seen: dict[str, int] | None = {}

    def is_newer(self, doc: Document) -> bool:
        """Whether a document is a newer version than any that was seen; then it was seen."""
        if self._seen is None:
            return True
        if doc.seq <= self._seen.get(doc.id, 0):
            return False
        self._seen[doc.id] = doc.seq
        return True

    def all_read(self) -> None:
        """What is stored was read."""
        self._seen = None

    def __len__(self) -> int:
        return len(self._seen or ())


class Timers:
    """Times by course and document's id, in ms since 1970. In memory: the documents are stored."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self._due)

    def note(self, course: str, doc: Document, due: Callable[[Document], int | None]) -> None:
        """A document is now so; `due` reads when something happens to it, None for never."""
        try:
            at = None if doc.deleted else due(doc)
        except ProtocolError:
            at = None  # of another version: left alone
        if at is None:
            self.forget(course, doc.id)
        else:
            self._due[course, doc.id] = at

    def forget(self, course: str, id_: str) -> None:
        """Nothing happens to this document any more."""
        self._due.pop((course, id_), None)

    def due(self, now: int) -> list[tuple[str, str]]:
        """Course and id of all whose time has come."""
        return [key for key, at in self._due.items() if at <= now]
