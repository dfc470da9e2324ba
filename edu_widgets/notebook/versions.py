"""Versions of documents: their `rev` grows whenever they look different from before."""

import threading
from collections.abc import Iterable

from edu_widgets.notebook.stream import Json


class Versions:
    """Documents' contents when they were last read. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: dict[str, tuple[int, Json]] = {}
        self._rev = 0

    def stamped(self, id_: str, doc: Json) -> Json:
        """The document with its `rev`: a new one if it looks different."""
        with self._lock:
            held = self._read.get(id_)
            if held is None or held[1] != doc:
                self._rev += 1
                held = self._read[id_] = (self._rev, doc)
        return {**doc, "rev": held[0]}

    def last(self) -> dict[str, Json]:
        """The documents as they were last read, by id, without `rev`."""
        with self._lock:
            return {id_: doc for id_, (_, doc) in self._read.items()}

    def forget(self, ids: Iterable[str]) -> None:
        """Forget documents that are gone."""
        with self._lock:
            for id_ in ids:
                self._read.pop(id_, None)
