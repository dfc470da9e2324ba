"""Bell: the lesson's bell in a notebook."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from course_bell.documents import RING, Ring, Rings
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.notebook.widget import LiveWidget


class ShownBell:
    """What the pages see: one collection with one document."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client
        self._versions = Versions()

    def rings(self) -> Rings:
        return decoded(self._client.mirror().get(Rings.ID), Rings) or Rings()

    def windows(self) -> Mapping[str, Window]:
        return {"bell": Window([self._document()])}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        return [self._document()], []

    def older(self, collection: str, before: int) -> Window:
        return Window([])

    def _document(self) -> Json:
        rings = self.rings()
        document: Json = {"id": Rings.ID, "count": rings.count, "by": rings.by_name}
        return self._versions.stamped(Rings.ID, document)


class Bell(LiveWidget):
    """The bell; displayed by being the last line of a cell."""

    kind_: ClassVar[str] = "bell"

    def __init__(self, client: CourseClient) -> None:
        self._shown = ShownBell(client)
        self._heard_rings = self._shown.rings().count
        super().__init__(client, self._shown)

    @property
    def count(self) -> int:
        """How often it was rung."""
        return self._shown.rings().count

    @property
    def unread(self) -> int:
        """How often it was rung since this kernel knows it; the count in its tab."""
        return self.count - self._heard_rings

    def ring(self) -> Receipt:
        """Ring it. Returns at once with a receipt."""
        return self._client.send(RING.name, Ring())

    @on_intent("bell.ring")
    def _on_ring(self, intent: Intent) -> None:
        _ = self.ring()  # what became of it shows in the count

    def _heard(self, event: CourseEvent) -> None:
        self._channel.changed("bell", [Rings.ID])
