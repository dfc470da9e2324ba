"""People's statuses for other features (`edu_widgets.notebook.statuses`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import msgspec

from edu_widgets.client.course import CourseClient
from edu_widgets.presence.commands import SET_STATUS, SetStatus
from edu_widgets.presence.documents import Status
from edu_widgets.presence.mirror import PresenceMirror
from edu_widgets.protocol.errors import EduWidgetsError

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
