"""The document from which the pages show the stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.questions import Questions
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.stream.addresses import playable
from edu_widgets.stream.commands import StreamAudience
from edu_widgets.stream.documents import FEATURE, Stream
from edu_widgets.stream.mirror import CourseStream

STAGE = "stage"
"""The collection with the single document of what is shown, and its id."""

MOST_CHAPTERS = 60
"""Questions that are told as chapters of a recording, the newest."""


class StageContent:
    """The stream as one document for the pages. Any thread."""

    def __init__(
        self, client: CourseClient, stream: CourseStream, questions: Sequence[Questions] = ()
    ) -> None:
        self._client = client
        self._stream = stream
        self._questions = questions
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
            doc["stream"] = self._shown(stream)
            doc |= self._asked(stream)
        since = doc.get("asked", {}).pop("since", None)
        doc = self._versions.stamped(STAGE, doc)
        if since is None:
            return doc
        # Not part of what makes a new version: it changes all the time.
        return {**doc, "asked": {**doc["asked"], "since": since}}

    def _shown(self, stream: Stream) -> Json:
        recording, played_as = playable(stream.recording) if stream.recording else ("", "")
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
            "recording": recording,
            "recordingAs": played_as,
            "reminded": self._stream.is_reminded(stream.id),
        }
        return {key: value for key, value in shown.items() if value}

    def _asked(self, stream: Stream) -> Json:
        """Return what is asked while it is live, for those who answer; then what was asked."""
        if stream.state == "live" and not self._client.me().is_staff:
            found = [one for asker in self._questions if (one := asker.open()) is not None]
            newest = max(found, key=lambda one: one.opened, default=None)
            if newest is not None:
                since = round(self._client.service_now() - newest.opened)
                return {"asked": {"id": newest.id, "round": newest.round, "since": since}}
        if stream.state == "ended" and stream.began and stream.ended:
            asked = [
                one
                for asker in self._questions
                for one in asker.between(stream.began, stream.ended)
            ]
            asked.sort(key=lambda one: one.opened)
            chapters = [{"at": one.opened, "text": one.text} for one in asked[-MOST_CHAPTERS:]]
            return {"chapters": chapters} if chapters else {}
        return {}
