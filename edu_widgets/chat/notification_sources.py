"""Messages that mention the reader, as headlines for another feature to show."""

from __future__ import annotations

from edu_widgets.chat.documents import Message, ReadMark
from edu_widgets.chat.text import excerpt, is_mentioned
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.notification_sources import Headline, headline_id
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import user_channel


class Mentions:
    """Makes a headline of each message of another person that mentions the reader."""

    documents = Message.kind
    seen_by = frozenset({ReadMark.kind})

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def headline(self, document: Document) -> Headline | None:
        """Return the headline of a message; None if it is one's own or mentions others only."""
        message, me = decoded(document, Message), self._client.me()
        if (
            message is None
            or message.user_id == me.user_id
            or not is_mentioned(message.mentions, me.name)
        ):
            return None
        return Headline(
            headline_id("mention", document.id),
            "mention",
            f"{message.user_name} mentioned you",
            excerpt(message.content),
            message.timestamp,
            "chat",
            document.id,
            document.born,
            message.user_name,
        )

    def seen(self, headline: Headline) -> bool:
        """True if the chat was read down to the message."""
        own = user_channel(self._client.course, self._client.me().user_id)
        mark = decoded(self._client.mirror(own).get(ReadMark.ID), ReadMark)
        return mark is not None and mark.born >= headline.born
