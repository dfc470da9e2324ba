"""Giving a message another text, also while an earlier edit of one's own is on its way."""

from __future__ import annotations

import threading

from edu_widgets.chat.commands import EDIT_MESSAGE, EditMessage
from edu_widgets.chat.documents import Message
from edu_widgets.chat.mirror import Chat
from edu_widgets.chat.underway import Own
from edu_widgets.client.bodies import decoded
from edu_widgets.client.commands import InPlaceOf
from edu_widgets.client.course import CourseClient
from edu_widgets.client.receipts import Receipt


class Editing:
    """Hands over edits so that each names the version it will find. Any thread.

    An edit of one's own that still waits is replaced. One that was sent is followed: whether it
    was is decided where it is sent, since it may leave at this very moment.
    """

    def __init__(self, client: CourseClient, chat: Chat) -> None:
        self._client = client
        self._chat = chat
        self._lock = threading.Lock()

    def edit(self, id_: str, text: str, mentions: list[str], seen: int | None) -> Receipt:
        """Give a message of the mirror another text; `seen`: the version that was looked at.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        with self._lock:  # of two edits at once, the second knows of the first
            message = decoded(self._client.mirror().get(id_), Message)
            if seen is None:
                seen = message.version if message is not None else 0
            pending = self._chat.pending().get(id_)
            before = pending.edit if pending is not None else None
            if before is None:
                data = EditMessage(id_, text, seen, mentions)
                return self._chat.ask(EDIT_MESSAGE.name, data)
            version = before.data.version
            follows = EditMessage(id_, text, max(seen, _version_after(before, message)), mentions)
            data = EditMessage(id_, text, version, mentions)
            return self._chat.ask(EDIT_MESSAGE.name, data, InPlaceOf(before.id, follows))


def _version_after(edit: Own, message: Message | None) -> int:
    """The version an edit leaves a message with."""
    version: int = edit.data.version
    if message is not None and message.version == version:
        same = (message.content, message.mentions) == (edit.data.content, edit.data.mentions)
        return version + (not same)  # what changes nothing makes no new version
    return version + 1
