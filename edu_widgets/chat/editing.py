"""Edits of messages, also while an earlier edit of one's own is pending."""

from __future__ import annotations

import threading

import msgspec

from edu_widgets.chat.commands import EDIT_MESSAGE, EditMessage
from edu_widgets.chat.documents import Message
from edu_widgets.chat.mirror import Chat
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import Command, InPlaceOf

_REMEMBERED = 256
"""Messages whose last edit is kept; edits of others are not pending any more."""

_decoder = msgspec.json.Decoder(EditMessage)


class Editing:
    """Hands over edits so that each names the version it will find. Any thread.

    A new edit replaces an earlier one that still waits, and follows one that was sent. Which of
    the two holds, and the version to build on, is decided on the network thread when the new edit
    is sent, since the earlier one may leave, or replace another, at this moment.
    """

    def __init__(self, client: CourseClient, chat: Chat) -> None:
        self._client = client
        self._chat = chat
        self._lock = threading.Lock()
        self._memory = threading.Lock()
        self._last: dict[str, EditMessage] = {}

    def edit(self, id_: str, text: str, mentions: list[str], seen: int | None) -> Receipt:
        """Replace the text of a message in the mirror; `seen`: the version that the reader saw.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        with self._lock:  # of two edits at once, the second knows of the first
            # Pending edits before the mirror: one that arrives in between is in the mirror.
            pending = self._chat.pending().get(id_)
            before = pending.edit if pending is not None else None
            message = self._message(id_)
            least = seen if seen is not None else message.version if message is not None else 0

            def made(version: int) -> EditMessage:
                return self._remembered(EditMessage(id_, text, version, mentions))

            if before is None:
                return self._chat.ask(EDIT_MESSAGE.name, made(least))
            known: EditMessage = before.data

            def built(earlier: Command | None, replaced: bool) -> EditMessage:  # noqa: FBT001
                with self._memory:
                    last = self._last.get(id_, known)
                if earlier is not None:
                    last = _decoder.decode(earlier.data)
                if replaced:
                    return made(last.version)
                return made(max(least, _version_after(last, self._message(id_))))

            data = EditMessage(id_, text, known.version, mentions)
            return self._chat.ask(EDIT_MESSAGE.name, data, InPlaceOf(before.id, built))

    def _message(self, id_: str) -> Message | None:
        return decoded(self._client.mirror().get(id_), Message)

    def _remembered(self, edit: EditMessage) -> EditMessage:
        with self._memory:
            self._last.pop(edit.message_id, None)
            self._last[edit.message_id] = edit
            while len(self._last) > _REMEMBERED:
                del self._last[next(iter(self._last))]
        return edit


def _version_after(edit: EditMessage, message: Message | None) -> int:
    """Return the version of a message after an edit."""
    version: int = edit.version
    if message is not None and message.version == version:
        same = (message.content, message.mentions) == (edit.content, edit.mentions)
        return version + (not same)  # an edit that changes nothing makes no new version
    return version + 1
