"""The stream as this process knows it. Any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edu_widgets.client.bodies import clock_time, decoded, when
from edu_widgets.client.course import CourseClient
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.channels import user_channel
from edu_widgets.stream.documents import Stream, StreamReminder


@dataclass(frozen=True, slots=True)
class StreamItem(Tidy):
    """A stream: `announced`, `live` or `ended`. Times are aware, in UTC, or None.

    `kind` is `hls`, `whep` or `embed`. Once it is over there is no `url`, and perhaps a
    `recording`.
    """

    id: str
    state: str
    url: str
    kind: str
    title: str
    by: str
    """The name of the instructor who started it."""
    starts: datetime | None = None
    began: datetime | None = None
    ended: datetime | None = None
    recording: str = ""

    def __repr__(self) -> str:
        at = {"announced": self.starts, "live": self.began}.get(self.state, self.ended)
        since = f" {clock_time(at)}" if at is not None else ""
        # repr(): a title of others must not write control sequences to a terminal.
        return f"<stream {self.title!r} of {self.by!r}, {self.state}{since}>"


class CourseStream:
    """The latest stream of a course, and what one wished of it."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def body(self) -> Stream | None:
        """Return the body of its document; None if there never was a stream."""
        return decoded(self._client.mirror().get(Stream.ID), Stream)

    def item(self) -> StreamItem | None:
        """Return the stream for people; None if there never was one."""
        found = self.body()
        if found is None:
            return None
        return StreamItem(
            found.id,
            found.state,
            found.url,
            found.source,
            found.title,
            found.by_name,
            _time(found.starts),
            _time(found.began),
            _time(found.ended),
            found.recording,
        )

    def is_reminded(self, stream: str) -> bool:
        """Return True if one wished to be told when this stream begins."""
        own = user_channel(self._client.course, self._client.me().user_id)
        wish = decoded(self._client.mirror(own).get(StreamReminder.ID), StreamReminder)
        return wish is not None and wish.stream == stream


def _time(at: int | None) -> datetime | None:
    return None if at is None else when(at)
