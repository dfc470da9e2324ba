"""The mirror: one channel's documents in this process."""

import bisect
import threading
from collections.abc import Iterable

import msgspec

from edu_widgets.protocol.documents import Cursor, Document
from edu_widgets.protocol.messages import Changes, Page


class Applied(msgspec.Struct, frozen=True):
    """The effect of a frame on a mirror. `hole`: changes are missing; subscribe again."""

    upserted: tuple[Document, ...] = ()
    removed: tuple[Document, ...] = ()
    reset: bool = False
    hole: bool = False


MAX_TOMBSTONES = 5_000
"""Tombstones that a mirror remembers."""


class Mirror:
    """Keyed documents, each kept in its newest version, ordered by birth within its kind.

    The network thread writes; any thread may read. Kinds kept in a *window* hold only
    documents born at or above the window's floor; a change to an older one is not inserted.
    """

    def __init__(self) -> None:
        self.cursor = Cursor()
        self.unconfirmed: frozenset[str] = frozenset()
        """Ids of documents sent to a service that acknowledges nothing, and not seen there."""
        self._lock = threading.Lock()
        self._docs: dict[str, Document] = {}
        self._order: dict[str, list[tuple[int, str]]] = {}
        self._tombstones: dict[str, int] = {}
        self._floors: dict[str, int] = {}
        self._awaited: dict[str, int] = {}
        self._held_back: dict[str, Document] = {}

    # -- reading ----------------------------------------------------------------

    def get(self, id: str) -> Document | None:  # noqa: A002 - the wire's own name
        """Return the document with this id, if it is loaded."""
        return self._docs.get(id)

    def of_kind(self, kind: str) -> list[Document]:
        """Return all loaded documents of a kind, oldest first."""
        with self._lock:
            return [self._docs[id_] for _, id_ in self._order.get(kind, ())]

    def newest(self, kind: str, n: int) -> list[Document]:
        """Return the `n` newest loaded documents of a kind, oldest first."""
        with self._lock:
            order = self._order.get(kind, [])
            return [self._docs[id_] for _, id_ in order[max(0, len(order) - n) :]]

    def before(self, kind: str, born: int, n: int) -> list[Document]:
        """Return the `n` newest loaded documents of a kind born before `born`, oldest first."""
        with self._lock:
            order = self._order.get(kind, [])
            end = bisect.bisect_left(order, (born, ""))
            return [self._docs[id_] for _, id_ in order[max(0, end - n) : end]]

    def count(self, kind: str) -> int:
        """Return the number of loaded documents of a kind."""
        with self._lock:
            return len(self._order.get(kind, ()))

    def floor(self, kind: str) -> int:
        """Return the lowest `born` in the window of a kind; 0: all documents are loaded."""
        return self._floors.get(kind, 0)

    def more(self, kind: str) -> bool:
        """Return True if older documents exist that are not loaded."""
        return self.floor(kind) > 0

    def floors(self) -> dict[str, int]:
        """Return the floors of windows for a subscription.

        A kind whose page is awaited has none: changes below its floor may be in that page.
        """
        with self._lock:
            return {k: floor for k, floor in self._floors.items() if k not in self._awaited}

    # -- writing (network thread) -----------------------------------------------

    def apply(self, frame: Changes) -> Applied:
        """Apply a `changes` frame; a repeated or late one changes nothing."""
        if not frame.reset and frame.epoch != self.cursor.epoch:
            return Applied(hole=True)
        with self._lock:
            known = self.cursor.seq
            if frame.reset:
                self._clear(dead_too=frame.epoch != self.cursor.epoch)
                self._floors = {kind: floor for kind, floor in frame.floors.items() if floor > 0}
                known = 0
            # Up to the cursor everything is known: a document that is not held was deleted, and a
            # late or repeated frame must not bring it back.
            upserted, removed = self._insert(frame.docs, above=known)
            hole = not frame.reset and frame.prev > known
            if frame.reset or (not hole and frame.seq > known):
                self.cursor = Cursor(frame.epoch, frame.seq)
        return Applied(upserted, removed, frame.reset, hole)

    def await_page(self, kind: str) -> int | None:
        """Prepare for a page of older documents; return its `before`, or None if all are loaded.

        Changes to documents below the floor are held until the page arrives: the service may have
        read the page before the changes.
        """
        with self._lock:
            floor = self._floors.get(kind)
            if floor:
                self._awaited[kind] = floor
            return floor

    def add_page(self, page: Page) -> Applied:
        """Add a page that `await_page` prepared for; one that no longer fits changes nothing."""
        with self._lock:
            floor = self._awaited.pop(page.kind, None)
            if floor is None or floor != self._floors.get(page.kind):
                return Applied()
            if page.more and page.floor > 0:
                self._floors[page.kind] = page.floor
            else:
                self._floors.pop(page.kind, None)
            held = [d for d in self._held_back.values() if d.kind == page.kind]
            self._held_back = {k: d for k, d in self._held_back.items() if d.kind != page.kind}
            upserted, _ = self._insert([*page.docs, *held])
            alive = tuple(d for d in upserted if self._docs.get(d.id) is d)
        return Applied(alive)

    def forget_page(self, kind: str) -> None:
        """Note that the page will not come."""
        with self._lock:
            self._awaited.pop(kind, None)
            self._held_back = {k: d for k, d in self._held_back.items() if d.kind != kind}

    def clear(self) -> None:
        """Forget everything, as when the channel is taken away."""
        with self._lock:
            self._clear(dead_too=True)
            self._floors.clear()
            self.cursor = Cursor()

    def drop(self, ids: Iterable[str]) -> tuple[Document, ...]:
        """Unload documents, which are not deleted and may come again; return those loaded."""
        with self._lock:
            held = [doc for id_ in ids if (doc := self._docs.get(id_)) is not None]
            gone = {doc.id for doc in held}
            for kind in {doc.kind for doc in held}:
                self._order[kind] = [key for key in self._order[kind] if key[1] not in gone]
            for id_ in gone:
                del self._docs[id_]
        return tuple(held)

    def _clear(self, *, dead_too: bool) -> None:
        """Forget the documents; `dead_too`: the tombstones as well, for a new history."""
        self._docs.clear()
        self._order.clear()
        if dead_too:
            self._tombstones.clear()
        self._awaited.clear()
        self._held_back.clear()

    def _insert(
        self, docs: Iterable[Document], above: int = 0
    ) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
        """Take documents whose `seq` is above `above` and above that of the version held."""
        upserted: list[Document] = []
        removed: list[Document] = []
        for doc in docs:
            if doc.seq <= above:
                continue
            held = self._docs.get(doc.id)
            if doc.seq <= (held.seq if held else self._tombstones.get(doc.id, 0)):
                continue
            if doc.deleted:
                self._bury(doc)
                self._held_back.pop(doc.id, None)
                if held:
                    self._drop(held)
                    removed.append(doc)
            elif held is None and doc.born < self._floors.get(doc.kind, 0):
                self._hold_back(doc)
            else:
                self._put(doc, held)
                upserted.append(doc)
        return tuple(upserted), tuple(removed)

    def _bury(self, doc: Document) -> None:
        """Remember a deletion for frames that come late; only the newest `MAX_TOMBSTONES`."""
        self._tombstones.pop(doc.id, None)
        self._tombstones[doc.id] = doc.seq
        if len(self._tombstones) > MAX_TOMBSTONES:
            del self._tombstones[next(iter(self._tombstones))]

    def _hold_back(self, doc: Document) -> None:
        older = self._held_back.get(doc.id)
        if doc.kind in self._awaited and (older is None or older.seq < doc.seq):
            self._held_back[doc.id] = doc

    def _put(self, doc: Document, held: Document | None) -> None:
        if held is not None and (held.kind, held.born) != (doc.kind, doc.born):
            self._drop(held)  # a violation of the protocol must not break the order
            held = None
        self._docs[doc.id] = doc
        if held is None:
            order = self._order.setdefault(doc.kind, [])
            key = (doc.born, doc.id)
            if not order or order[-1] < key:
                order.append(key)
            else:
                bisect.insort(order, key)

    def _drop(self, held: Document) -> None:
        del self._docs[held.id]
        order = self._order[held.kind]
        key = (held.born, held.id)
        index = bisect.bisect_left(order, key)
        if index < len(order) and order[index] == key:
            del order[index]
