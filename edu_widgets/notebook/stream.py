"""The batches for the pages of one widget: numbered, coalesced, without input or output.

The first change goes out at once, then at most one batch every 33 ms. Changes are kept as
names of documents and read when the batch is made, so that many changes of one document are
one, and neither a batch nor a snapshot can carry anything older than what was sent before it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]

GAP = 0.033
"""Seconds between two batches: Jupyter Server drops what exceeds 1,000 messages a second."""

PULSE = 10.0
"""Seconds of silence after which a page that spoke is told that the kernel lives, and any page what
the last batch was."""

ATTENDED = 45.0
"""Seconds after a page's last word for which it is told so: then nobody asks, and a kernel in which
nothing happens counts as idle."""

ANSWER_WITHIN = 60.0
"""Seconds after which a page says again that it is there, if it is told something; and the longest
that may take before nobody is told any more."""

_MINOR = frozenset({"nextTry"})
"""Fields of a lesson that are not sent to pages without attention."""

_MAX_PAGES = 64
_MOST_TOLD = 256
"""Documents of which it is known how they were told last."""


@dataclass(frozen=True, slots=True)
class Window:
    """The newest documents of a collection, down to `floor`; `more`: older ones exist."""

    docs: Sequence[Json]
    floor: int = 0
    more: bool = False


class Content(Protocol):
    """The content of a widget. Any thread; never raises for one bad document."""

    def windows(self) -> Mapping[str, Window]:
        """Return the newest documents of every collection, for a page's snapshot."""

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return documents as they are now, in order, and the ids of those that are gone.

        Args:
            collection: The collection of the documents.
            ids: The ids of the documents.
        """

    def older(self, collection: str, before: int) -> Window:
        """Return a page of loaded older documents, newest last.

        Args:
            collection: The collection.
            before: The `born` that they are below.
        """


class Stream:
    """Numbers and coalesces the messages to pages.

    Not thread-safe; times are seconds of a monotonic clock.
    """

    def __init__(self, content: Content, lesson: Callable[[], Json]) -> None:
        self.n = 0
        """The number of the last batch."""
        self._content = content
        self._read_lesson = lesson
        self._pages: OrderedDict[str, None] = OrderedDict()
        self._floors: dict[str, int] = {}
        self._touched: dict[str, dict[str, None]] = {}
        self._told: OrderedDict[tuple[str, str], Json] = OrderedDict()
        """Documents as the last batches told them."""
        self._lesson: Json = {}
        self._differs: set[str] = set()
        self._lesson_touched = False
        self._reset = False
        self._not_before = float("-inf")
        self._batched_at = float("-inf")
        self._said_at = float("-inf")
        self._spoke_at = self._wanted_at = float("-inf")
        self._unanswered: float | None = None
        self._owed = False
        """True if a pulse is to follow, by which a page sees that it missed the last batch."""

    @property
    def awaited(self) -> bool:
        """True if any page has asked; nothing is sent to nobody."""
        return bool(self._pages)

    # -- changes --------------------------------------------------------------------

    def touch(self, collection: str, ids: Iterable[str]) -> None:
        """Note documents that have changed, come or gone.

        Args:
            collection: The collection of the documents.
            ids: The ids of the documents.
        """
        if self._pages:
            self._touched.setdefault(collection, {}).update(dict.fromkeys(ids))

    def touch_lesson(self) -> None:
        """Note that the lesson's state may have changed."""
        self._lesson_touched = True

    def reset(self) -> None:
        """Give the pages a snapshot in place of the next batch, since everything may differ."""
        self._reset = bool(self._pages)

    def wait(self, now: float) -> None:
        """Let the next changes wait up to a gap's length, as they are no news."""
        if not (self._reset or self._lesson_touched or self._touched):
            self._not_before = now + GAP

    def hurry(self) -> None:
        """Send the changes so far at once, as they are news."""
        self._not_before = float("-inf")

    # -- whether anybody is there -------------------------------------------------------

    def spoke(self, page: str, now: float) -> bool:
        """Note that a page has sent something; return True if the page gets batches.

        Args:
            page: The page; "" for one that has asked for something. Its answer is sent even if
                nothing has changed, since the page waits for it.
            now: The time.
        """
        if not page:
            self._wanted_at = now
        if now - self._spoke_at > ATTENDED:
            self._lesson_touched = True  # what was not worth telling, now is
        self._spoke_at, self._unanswered = now, None
        return page in self._pages

    def pulse(self, now: float) -> Json:
        """Return a sign of life with the number of the last batch."""
        self._said_at, self._owed = now, False
        return {"op": "pulse", "n": self.n}

    def _is_heard(self, now: float, *, busy: bool) -> bool:
        """Return True if pages may still hear a batch; a page that does notices a hole later.

        While a cell runs, what a page says may have to wait for it.
        """
        if busy:
            self._unanswered = None
        elif self._unanswered is None:
            if now - self._spoke_at > ANSWER_WITHIN:
                self._unanswered = now
        elif now - self._unanswered > ANSWER_WITHIN:
            self.forget()
            self.skip()
            return False
        return True

    # -- sending ----------------------------------------------------------------------

    def snapshot(self, page: str, now: float) -> Json:
        """Return a snapshot for one page, which gets the batches from now on.

        Args:
            page: The page.
            now: The time.
        """
        self._pages[page] = None
        self._pages.move_to_end(page)
        while len(self._pages) > _MAX_PAGES:
            self._pages.popitem(last=False)  # it will notice a hole and ask again
        self._said_at = self._spoke_at = now
        self._unanswered = None
        lesson = self._read_lesson()
        if len(self._pages) == 1:
            self._lesson, self._differs = lesson, set()
        return self._snapshot(page, lesson, self._content.windows())

    def _snapshot(self, page: str, lesson: Json, windows: Mapping[str, Window]) -> Json:
        # The other pages have not seen this state: what differs now has to be told even if it
        # has changed back by the next batch, because this page has seen it.
        self._differs.update(k for k, v in lesson.items() if self._lesson.get(k, self) != v)
        for name, window in windows.items():
            self._floors[name] = min(self._floors.get(name, window.floor), window.floor)
        collections = {
            name: {"docs": list(w.docs), "floor": w.floor, "more": w.more}
            for name, w in windows.items()
        }
        message = {"op": "snapshot", "to": page, "n": self.n, "lesson": lesson}
        return {**message, "collections": collections}

    def older(self, page: str, collection: str, before: int, now: float) -> Json:
        """Return the message with older documents for one page.

        Args:
            page: The page.
            collection: The collection.
            before: The `born` that the documents are below.
            now: The time.
        """
        window = self._content.older(collection, before)
        self._floors[collection] = min(self._floors.get(collection, window.floor), window.floor)
        self._said_at = now
        message = {"op": "page", "to": page, "in": collection, "docs": list(window.docs)}
        return {**message, "floor": window.floor, "more": window.more}

    def leave(self, page: str) -> None:
        """Forget a page that shows something else from now on."""
        self._pages.pop(page, None)
        if not self._pages:
            self.forget()

    def forget(self) -> None:
        """Forget all pages."""
        self._pages.clear()
        self._touched.clear()
        self._told.clear()
        self._reset = False
        self._unanswered = None

    def skip(self) -> None:
        """Leave a number out, so that pages miss the lost batch and ask for a snapshot."""
        self.n += 1

    def said(self, now: float) -> None:
        """Note that another message was sent, so that no pulse is needed."""
        self._said_at = now

    def due(self) -> float | None:
        """Return the time of the next batch; None: not before something changes."""
        if not self._pages:
            return None
        if self._reset or self._lesson_touched or self._touched:
            return max(self._batched_at + GAP, self._not_before)
        return self._said_at + PULSE

    def take(self, now: float, *, busy: bool = False) -> list[Json]:
        """Return the messages to send now, in order.

        Args:
            now: The time.
            busy: True while a cell is running, so that answers of pages may wait.
        """
        due = self.due()
        if due is None or now < due:
            return []
        attended = busy or now - self._spoke_at <= ATTENDED
        if self._reset:
            return self._take_reset(now) if self._is_heard(now, busy=busy) else []
        batch = self._take_batch(attended=attended, again=now - self._wanted_at <= PULSE)
        if batch:
            if not self._is_heard(now, busy=busy):
                return []
            self.n += 1
            self._batched_at = self._said_at = now
            self._owed = True
            return [{"op": "batch", "n": self.n, **batch}]
        if now < self._said_at + PULSE:
            return []
        owed, pulse = self._owed, self.pulse(now)
        return [pulse] if attended or owed else []

    def _take_reset(self, now: float) -> list[Json]:
        self._reset = self._lesson_touched = False
        self._touched.clear()
        self._told.clear()
        self._floors.clear()
        # A number for it: a page that is not among the known ones notices the hole.
        self.n += 1
        self._batched_at = self._said_at = now
        self._owed = True
        lesson, windows = self._read_lesson(), self._content.windows()
        messages = [self._snapshot(page, lesson, windows) for page in self._pages]
        self._lesson, self._differs = lesson, set()
        return messages

    def _take_batch(self, *, attended: bool, again: bool) -> Json:
        touched, self._touched = self._touched, {}
        sets: Json = {}
        dels: Json = {}
        for name, ids in touched.items():
            docs, gone = self._content.read(name, ids)
            floor = self._floors.get(name, 0)
            shown = [doc for doc in docs if doc.get("born") is None or doc["born"] >= floor]
            shown = [doc for doc in shown if self._is_new(name, doc) or again]
            for id_ in gone:
                self._told.pop((name, id_), None)
            sets |= {name: shown} if shown else {}
            dels |= {name: gone} if gone else {}
        changed = self._changed_lesson(attended=attended) if self._lesson_touched else {}
        parts = {"set": sets, "del": dels, "lesson": changed}
        return {key: part for key, part in parts.items() if part}

    def _is_new(self, collection: str, doc: Json) -> bool:
        """Return True unless the pages were told exactly this document and version already."""
        key = (collection, doc["id"])
        before = self._told.pop(key, None)
        self._told[key] = doc
        while len(self._told) > _MOST_TOLD:
            self._told.popitem(last=False)
        return doc != before

    def _changed_lesson(self, *, attended: bool) -> Json:
        self._lesson_touched = False
        lesson = self._read_lesson()
        held, differs = self._lesson, self._differs
        changed = {k: v for k, v in lesson.items() if k in differs or held.get(k, self) != v}
        if changed.keys() <= _MINOR and not attended:
            return {}
        self._lesson, self._differs = lesson, set()
        return changed
