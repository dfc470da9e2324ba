"""Hints as headlines, for whoever shows them."""

from __future__ import annotations

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.notification_sources import Headline, headline_id
from edu_widgets.progress.documents import Hint
from edu_widgets.protocol import Document
from edu_widgets.protocol.errors import ProtocolError


class Hints:
    """Makes a headline of each hint in one's own channel."""

    documents = Hint.kind
    seen_by: frozenset[str] = frozenset()

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def headline(self, document: Document) -> Headline | None:
        """Return the headline of a hint; none of the staff's copy."""
        try:
            hint: Hint = document.as_(Hint)
        except ProtocolError:
            return None  # its own view says that it cannot be read
        if hint.to:
            return None
        return Headline(
            headline_id("hint", document.id.partition(":")[2]),
            "hint",
            f"Hint from {hint.by_name}",
            hint.text,
            hint.at,
            "progress",
            hint.exercise,
            document.born,
            hint.by_name,
        )

    def seen(self, headline: Headline) -> bool:
        """Return False: a hint is read once it is marked so."""
        del headline
        return False
