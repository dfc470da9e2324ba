"""When something happens by itself to documents, in the courses of one service."""

from collections.abc import Callable

from edu_widgets.protocol import Document
from edu_widgets.protocol.errors import ProtocolError


class Timers:
    """Times by course and document's id, in ms since 1970. In memory: the documents are stored."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], int] = {}

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
