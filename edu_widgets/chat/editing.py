"""Giving a message another text, also while an earlier edit of one's own is on its way."""

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
"""Messages whose last edit is known; of older ones none is on its way."""

_decoder = msgspec.json.Decoder(EditMessage)


class Editing:
    """Hands over edits so that each names the version it will find. Any thread.

    An edit of one's own that still waits is replaced. One that was sent is followed: whether it
    was, and on which version it builds, is known where it is sent, since it may leave, or take
    another's place, at this very moment.
    """

    def __init__(self, client: CourseClient, chat: Chat) -> None:
        self._client = client
        self._chat = chat
        self._lock = threading.Lock()
        self._memory = threading.Lock()
        self._last: dict[str, EditMessage] = {}

    def edit(self, id_: str, text: str, mentions: list[str], seen: int | None) -> Receipt:
        """Give a message of the mirror another text; `seen`: the version that was looked at.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        with self._lock:  # of two edits at once, the second knows of the first
            # What is on its way first: if it arrives now, the mirror has it.
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
    """The version an edit leaves a message with."""
    version: int = edit.version
    if message is not None and message.version == version:
        same = (message.content, message.mentions) == (edit.content, edit.mentions)
        return version + (not same)  # what changes nothing makes no new version
    return version + 1
