"""The stream as the pages get it: one document of what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.stream.commands import StreamAudience
from edu_widgets.stream.documents import FEATURE
from edu_widgets.stream.mirror import CourseStream

STAGE = "stage"
"""The collection with the single document of what is shown, and its id."""


class StageContent:
    """The stream as one document for the pages. Any thread."""

    def __init__(self, client: CourseClient, stream: CourseStream) -> None:
        self._client = client
        self._stream = stream
        self._versions = Versions()
        self.audience = StreamAudience()

    def windows(self) -> Mapping[str, Window]:
        """Return the collections as a page begins with them."""
        return {STAGE: Window([self._document()])}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return these documents in their current state, and the ids of missing ones."""
        del collection
        wanted = set(ids)
        return [self._document()] if STAGE in wanted else [], sorted(wanted - {STAGE})

    def older(self, collection: str, before: int) -> Window:
        """Return nothing: there is only one document."""
        del collection, before
        return Window([])

    def can(self) -> list[str]:
        """Return what this person can do here: `run` the stream, be reminded (`remind`)."""
        view = self._client.view()
        if FEATURE not in view.features or self._client.base or view.readonly:
            return []
        return ["run"] if self._client.me().is_staff else ["remind"]

    def _document(self) -> Json:
        stream, view = self._stream.body(), self._client.view()
        doc: Json = {
            "id": STAGE,
            "can": self.can(),
            "offered": not self._client.base and FEATURE in view.features,
            "watching": self.audience.count,
        }
        if stream is not None:
            shown: Json = {
                "id": stream.id,
                "state": stream.state,
                "url": stream.url,
                "source": stream.source,
                "title": stream.title,
                "by": stream.by_name,
                "starts": stream.starts,
                "began": stream.began,
                "ended": stream.ended,
                "recording": stream.recording,
                "reminded": self._stream.is_reminded(stream.id),
            }
            doc["stream"] = {key: value for key, value in shown.items() if value}
        return self._versions.stamped(STAGE, doc)
