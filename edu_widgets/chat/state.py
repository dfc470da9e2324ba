"""The document `room`: the reader's tools, the chat's settings, and the unread messages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from edu_widgets.chat.commands import COUNT_UNREAD, MAX_UNREAD, CountUnread, UnreadCount
from edu_widgets.chat.documents import (
    ChatSettings,
    Message,
    Mute,
    ReadMark,
    asked_id,
    mute_id,
)
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.receipts import Answer
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.notebook.stream import Json
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.errors import EduWidgetsError

_WRITING = (
    "send",
    "reply",
    "edit",
    "react",
    "unreact",
    "ask",
    "upvote",
    "typing",
    "picture",
    "anonymous",
)
"""Tools that a muted person does not have."""

_FEW, _MANY = 64, MAX_UNREAD
"""Newest messages that are searched for unread ones, at first and at most."""

_MAX_AUTHORS = 5_000

_ASKED_EVERY = 5.0
"""Seconds between two requests for the number of unread messages."""


class Below:
    """The number of unread messages older than the loaded ones, which only the service knows."""

    def __init__(self, client: CourseClient, clock: Callable[[], float] = time.monotonic) -> None:
        self.told: Callable[[], object] = lambda: None
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: tuple[int, int] | None = None
        self._again = float("-inf")
        self._count = 0

    def count(self, mark: int, floor: int) -> int:
        """Return the last known number between `mark` and `floor`; ask again if these changed."""
        if floor <= mark + 1 or self._client.base:
            return 0
        with self._lock:
            now = self._clock()
            if self._asked == (mark, floor) or now < self._again:
                return self._count
            self._asked, self._again = (mark, floor), now + _ASKED_EVERY
        try:
            answer = self._client.ask(COUNT_UNREAD.name, CountUnread(mark, floor))
        except EduWidgetsError:  # the lesson is closed
            return self._count
        answer.when_settled(lambda: self._settled(answer))
        return self._count

    def _settled(self, answer: Answer) -> None:
        try:
            told = answer.read(UnreadCount)
        except EduWidgetsError:
            with self._lock:
                self._asked = None  # a later call asks again
            return
        with self._lock:
            self._count = told.count
        self.told()


class RoomState:
    """The chat's state for the reader, from the mirrors. Any thread; times are ms since 1970."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._rev = 0
        self._last: Json = {}
        self._known: Json | None = None
        self._uneven = False
        self._read = 0
        self._unread = 0
        self._authors: dict[str, str] = {}
        self._below = Below(client)

    # -- for Python and the page --------------------------------------------------------------

    def pictures(self) -> bool:
        """Return True unless an instructor has turned pictures off."""
        settings = decoded(self._client.mirror().get(ChatSettings.ID), ChatSettings)
        return settings.pictures if settings is not None else True

    def anonymous(self) -> bool:
        """Return True if an instructor has allowed anonymous questions."""
        settings = decoded(self._client.mirror().get(ChatSettings.ID), ChatSettings)
        return settings is not None and settings.anonymous

    def slow(self) -> int:
        """Return the least number of seconds between two messages of a person; 0: no limit."""
        settings = decoded(self._client.mirror().get(ChatSettings.ID), ChatSettings)
        return settings.slow_mode if settings is not None else 0

    def mutes(self) -> list[Document]:
        """Return the mutes that hold now: for staff everybody's, else at most one's own."""
        me = self._client.me()
        if me.is_staff:
            found = self._client.mirror(staff_channel(self._client.course)).of_kind(Mute.kind)
        else:
            mine = self._own().get(mute_id(me.user_id))
            found = [mine] if mine is not None else []
        return [d for d in found if (mute := decoded(d, Mute)) and self.holds(mute)]

    def holds(self, mute: Mute) -> bool:
        """Return True if a mute is not over yet."""
        return not mute.until or mute.until > self._client.service_now()

    def muted(self) -> int | None:
        """Return the end of my mute; 0: until it is lifted; None: I am not muted."""
        if self._client.me().is_staff:
            return None
        mine = [mute.until for d in self.mutes() if (mute := decoded(d, Mute))]
        return mine[0] if mine else None

    def next_end(self) -> float | None:
        """Return the seconds until the next mute is over; None if none has an end."""
        ends = [m.until for d in self.mutes() if (m := decoded(d, Mute)) and m.until]
        return max(0.0, (min(ends) - self._client.service_now()) / 1000) if ends else None

    def read_mark(self) -> int:
        """Return the `born` of the newest message that was read; 0 for none."""
        mark = decoded(self._own().get(ReadMark.ID), ReadMark)
        return max(self._read, mark.born if mark is not None else 0)

    def note_read(self, born: int) -> bool:
        """Move the read mark up, at most to the newest message; return True if it moved."""
        newest = self._client.mirror().newest(Message.kind, 1)
        born = min(born, newest[0].born if newest else 0)
        if born <= self.read_mark():
            return False
        self._read = born
        return True

    def forget_read(self) -> None:
        """Forget the mark set here: after a reset its number belongs to another history."""
        self._read = 0

    def unread(self) -> int:
        """Return the number of others' messages after the read mark, at most 1,000.

        Until the messages and the mark are caught up, it returns the previous number.
        """
        if self._client.caught_up() and self._client.caught_up(self._own_channel):
            self._unread = self._count_unread()
        return self._unread

    def _count_unread(self) -> int:
        mark, me = self.read_mark(), self._client.me().user_id
        mirror = self._client.mirror()
        newest = mirror.newest(Message.kind, _FEW)
        if len(newest) == _FEW and newest[0].born > mark:
            newest = mirror.newest(Message.kind, _MANY)
        loaded = sum(1 for d in newest if d.born > mark and not self._is_by(d, me))
        floor = mirror.floor(Message.kind) if mirror.more(Message.kind) else 0
        return min(loaded + self._below.count(mark, floor), MAX_UNREAD)

    def when_counted(self, fn: Callable[[], object]) -> None:
        """Call `fn` on the network thread when the service has sent a number of unread messages."""
        self._below.told = fn

    def can(self) -> list[str]:
        """Return the tools that the reader has here now, by the names that the page uses."""
        view = self._client.view()
        base = self._client.base
        # A message written before a service was ever reached is kept, and sent once it is.
        features = view.features or ("chat",)
        if view.readonly or "chat" not in features:
            return ["search"] if not base else []
        tools = ["send", "reply"]
        tools += ["edit", "delete"] if not base else []
        if "reactions" in features:
            tools += ["react", "unreact"] if not base else ["react"]
        if "questions" in features and not base:
            tools += ["ask", "upvote"] + (["anonymous"] if self.anonymous() else [])
        # A base service has no search: its pages search the loaded messages, and say so.
        tools += ["typing", "read", "search"] if not base else ["typing"]
        staff = self._client.me().is_staff
        if "pictures" in features and not base and (staff or self.pictures()):
            tools.append("picture")
        if staff and not base:
            tools.append("moderate")
        if self.muted() is not None:
            tools = [tool for tool in tools if tool not in _WRITING]
        return tools

    # -- for the page ------------------------------------------------------------------------

    def _fields(self) -> Json:
        """Return the document `room` without `rev` and `unread`."""
        return {
            "id": "room",
            "can": self.can(),
            "slow": self.slow(),
            "muted": self.muted(),
            "read": self.read_mark(),
        } | ({} if self.pictures() else {"noPictures": True})

    def news(self) -> bool:
        """Return True if `room` differs from the one that every page knows; `unread` is left out.

        That number takes a while to count, and changes with every message.
        """
        fields = self._fields()
        with self._lock:
            if self._known is None:
                return False  # no page has asked yet
            return self._uneven or {**self._known, "unread": 0} != {**fields, "unread": 0}

    def more_unread(self) -> bool:
        """Tell if the number of unread messages differs from the one that every page knows."""
        return self._known is not None and self._known["unread"] != self.unread()

    def render(self, *, to_all: bool) -> Json:
        """Return the document `room`, for one page or for all; `rev` grows when it changes."""
        fields = {**self._fields(), "unread": self.unread()}
        with self._lock:
            if fields != self._last:
                self._rev += 1
                self._last = fields
            if to_all or self._known is None:
                self._known, self._uneven = fields, False
            else:
                # The other pages have not seen this state: it is sent even if it changes back.
                self._uneven = self._uneven or fields != self._known
            return {**fields, "rev": self._rev}

    @property
    def _own_channel(self) -> str:
        return user_channel(self._client.course, self._client.me().user_id)

    def _own(self) -> Mirror:
        return self._client.mirror(self._own_channel)

    def _is_by(self, document: Document, me: str) -> bool:
        author = self._author(document)
        if author:
            return author == me
        return self._own().get(asked_id(document.id, self._client.channel)) is not None

    def _author(self, document: Document) -> str:
        """Return a message's author from a cache: it never changes, and decoding takes a while."""
        author = self._authors.get(document.id)
        if author is None:
            message = decoded(document, Message)
            author = message.user_id if message is not None else ""
            if len(self._authors) >= _MAX_AUTHORS:
                self._authors.clear()
            self._authors[document.id] = author
        return author
