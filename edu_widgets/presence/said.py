"""People's statuses for other features (`edu_widgets.notebook.statuses`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from edu_widgets.client.course import CourseClient
from edu_widgets.presence.commands import RAISE_HAND, SET_STATUS, RaiseHand, SetStatus
from edu_widgets.presence.documents import MAX_NOTE, Status
from edu_widgets.presence.mirror import PresenceMirror
from edu_widgets.protocol.errors import EduWidgetsError, Refused
from edu_widgets.protocol.visible_text import checked

_log = logging.getLogger(__name__)


class Said:
    """The statuses of one lesson."""

    documents = Status.kind

    def __init__(self, client: CourseClient) -> None:
        self._client = client
        self._people = PresenceMirror(client)

    def said(self) -> Mapping[str, tuple[str, int]]:
        """By id the stored statuses."""
        return {id_: (one.status, one.at) for id_, one in self._people.statuses().items()}

    def say(self, status: str | None) -> None:
        """Say it, where the course offers it."""
        if not self._people.offered:
            return
        try:
            _ = self._client.send(SET_STATUS.name, msgspec.convert({"status": status}, SetStatus))
        except EduWidgetsError:
            _log.debug("A status could not be said.", exc_info=True)

    def raise_hand(self, note: str) -> None:
        """Raise one's hand, where the course offers it.

        Raises:
            Refused: this course has no hands.
            InvalidArgument: the note is too long.
            NotConnected: the lesson is closed.
        """
        if not self._people.offered:
            raise Refused("Nobody raises a hand in this course: it has no list of people.")
        note = checked(note, "A note", MAX_NOTE, least=0).strip()
        _ = self._client.send(RAISE_HAND.name, RaiseHand(note))
