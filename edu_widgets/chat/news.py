"""New messages: each is reported once, even if the service sends it again."""

from collections import OrderedDict

from edu_widgets.chat.documents import Message
from edu_widgets.chat.message import ChatMessage, from_document
from edu_widgets.client.course import CourseClient
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.protocol import Document

_REMEMBERED = 2_000


class News:
    """Tells new messages from history, edits and repetitions. Network thread only.

    Messages that were there at the start, or came with the first load, are history. Messages
    missed while disconnected are news, reported when they are caught up with.
    """

    def __init__(self, client: CourseClient) -> None:
        self._told: OrderedDict[str, None] = OrderedDict()
        self._born = 0
        self._newest = float("-inf")
        self._client = client
        me = client.me().name
        held = [
            m for d in client.mirror().of_kind(Message.kind)[-_REMEMBERED:] if (m := _of(d, me))
        ]
        self._note(held)
        self._began = client.caught_up()

    def of(self, event: DocumentsChanged) -> list[ChatMessage]:
        """Return the new messages in a change of the course's channel, oldest first."""
        me = self._client.me().name
        found = [m for d in event.upserted if d.kind == Message.kind and (m := _of(d, me))]
        found.sort(key=lambda pair: pair[0])
        if event.reset:
            # Sequence numbers may have begun again; times of the service tell new from old.
            fresh = [pair for pair in found if self._began and self._later(pair[1])]
            self._born = 0
        else:
            fresh = [p for p in found if self._began and p[0] > self._born]
        fresh = [pair for pair in fresh if pair[1].id not in self._told]
        self._note(found)
        # A first load may take several frames, and be complete before the first event is heard.
        self._began = self._began or event.caught_up
        return [message for _, message in fresh]

    def _later(self, message: ChatMessage) -> bool:
        return message.timestamp.timestamp() >= self._newest

    def _note(self, pairs: list[tuple[int, ChatMessage]]) -> None:
        for born, message in pairs:
            self._born = max(self._born, born)
            self._newest = max(self._newest, message.timestamp.timestamp())
            self._told[message.id] = None
            self._told.move_to_end(message.id)
        while len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)


def _of(document: Document, me: str) -> tuple[int, ChatMessage] | None:
    message = from_document(document, me)
    return (document.born, message) if message else None
