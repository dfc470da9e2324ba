"""The beginning of a stream as a headline, for whoever shows headlines."""

from __future__ import annotations

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.notification_sources import Headline, headline_id
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import user_channel
from edu_widgets.stream.documents import Stream, StreamReminder


class Beginnings:
    """Makes a headline of a stream that has begun, for those who wished to be reminded."""

    documents = Stream.kind
    seen_by = frozenset({StreamReminder.kind})

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def headline(self, document: Document) -> Headline | None:
        """Return the headline of a stream; None unless it is live and one wished to be reminded."""
        stream = decoded(document, Stream)
        if stream is None or stream.state != "live":
            return None
        own = user_channel(self._client.course, self._client.me().user_id)
        wish = decoded(self._client.mirror(own).get(StreamReminder.ID), StreamReminder)
        if wish is None or wish.stream != stream.id:
            return None
        return Headline(
            headline_id("stream", stream.id),
            "stream",
            "The stream has begun",
            stream.title or stream.by_name,
            stream.began or 0,
            "stream",
            Stream.ID,
            document.born,
            stream.by_name,
        )

    def seen(self, headline: Headline) -> bool:
        """Return False: it is read once it is marked so."""
        del headline
        return False
