"""One subscribed channel: its mirror, and where its subscription stands."""

from dataclasses import dataclass, field
from enum import StrEnum

from edu_widgets.client.sync.mirror import Applied, Mirror
from edu_widgets.protocol.codes import Code
from edu_widgets.protocol.documents import Cursor
from edu_widgets.protocol.messages import Changes, Page, Subscribe, Subscribed, Unsubscribed

_NOT_YOURS = frozenset({Code.UNAUTHORIZED, Code.FORBIDDEN, Code.NO_SUCH_CHANNEL})


class Grant(StrEnum):
    """Whether the service lets us read a channel."""

    WANTED = "wanted"
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(slots=True)
class ChannelState:
    """A channel of a session. Its cursor moves only by `changes` without a hole."""

    name: str
    mirror: Mirror = field(default_factory=Mirror)
    grant: Grant = Grant.WANTED
    code: int = 0
    reason: str = ""
    role: str = ""
    user_id: str = ""
    user_name: str = ""
    features: tuple[str, ...] = ()
    people: int | None = None
    staff: int | None = None
    """How many of `people` are staff; None from a service that does not tell."""
    names: tuple[str, ...] = ()
    ours: bool = False
    """Whether only services of ours have such a channel."""
    users: int = 0
    """How many want it: it is left when the last of them does no more."""
    was_granted: bool = False
    asked_at: float | None = None
    """When it was asked for last, on the monotonic clock."""
    ask_again_at: float | None = None
    pages: dict[str, str] = field(default_factory=dict)
    """Pages asked for: kind → message id."""
    catching_up: bool = True
    """Asked, and not yet at the head the service named in its answer."""
    _request: str = ""
    _head: Cursor | None = None
    _generation: str = ""
    """The start of the service that answered last."""
    _held_generation: str = ""
    """The start in which our cursor was right."""

    @property
    def caught_up(self) -> bool:
        """Whether all pages up to the head that the service last named are in the mirror.

        It stays so without a connection, until the service is asked again.
        """
        return bool(self.mirror.cursor.epoch) and not self.catching_up

    def ask(self, message_id: str, user_id: str) -> Subscribe:
        """The query: everything of this channel since our cursor."""
        self.grant = Grant.ASKED
        self._request = message_id
        self._head = None
        self.catching_up = True
        cursor = self.mirror.cursor
        since = Cursor(cursor.epoch, cursor.seq, self._held_generation if cursor.epoch else "")
        return Subscribe(user_id, since, self.mirror.floors())

    def granted(self, message_id: str, data: Subscribed) -> bool:
        """Note the answer; False if it answers an older question."""
        if message_id != self._request:
            return False
        self.grant = Grant.GRANTED
        self.was_granted = True
        self.code, self.reason = 0, ""
        self.role, self.user_id, self.user_name = data.role, data.user_id, data.user_name
        self.features = tuple(data.features)
        self.people = data.people or self.people
        self.staff = data.staff
        self.names = tuple(data.names)
        self._head = Cursor(data.epoch, data.seq)
        self._generation = data.generation
        self._arrived()
        return True

    def granted_plainly(self, user_id: str, features: tuple[str, ...]) -> None:
        """A base service lets us read; it says nothing more, and has no head to catch up with."""
        self.grant = Grant.GRANTED
        self.was_granted = True
        self.code, self.reason = 0, ""
        self.user_id, self.features = user_id, features
        self.catching_up = False
        self.ask_again_at = None

    def _arrived(self) -> None:
        """At the head there is nothing more to wait for."""
        head, cursor = self._head, self.mirror.cursor
        if head is not None and cursor.epoch == head.epoch and cursor.seq >= head.seq:
            self.catching_up = False
            self.ask_again_at = None
            self._held_generation = self._generation

    def refused(self, message_id: str, code: int, reason: str) -> bool:
        """Note a refusal of our question; False if it is about something else.

        Who may not read the channel any more keeps nothing of it.
        """
        if message_id != self._request or self.grant not in (Grant.ASKED, Grant.GRANTED):
            return False
        self.grant, self.code, self.reason = Grant.REFUSED, code, reason
        self.ask_again_at = None
        if code in _NOT_YOURS:
            self.mirror.clear()
        return True

    def taken_away(self, data: Unsubscribed) -> None:
        """The service took the channel away: what it held must not be shown any more."""
        self.grant, self.code, self.reason = Grant.REFUSED, data.code, data.message
        self.ask_again_at = None
        self._request = ""
        self.mirror.clear()
        self._head = None
        self.catching_up = True

    def disconnected(self) -> None:
        """The connection is gone; the mirror stays, and is asked for again."""
        if self.grant is not Grant.REFUSED:
            self.grant = Grant.WANTED
        self.ask_again_at = None

    def take_pages(self) -> list[str]:
        """The kinds of the pages that were asked for and will not come any more."""
        kinds = list(self.pages)
        for kind in kinds:
            self.mirror.forget_page(kind)
        self.pages.clear()
        return kinds

    def catch_up(self, frame: Changes, patience_until: float) -> Applied:
        """Apply changes while catching up.

        A hole is not asked about, for the answer is on its way. If it stays away, the query is
        asked again at `patience_until`, which every step forward moves on.
        """
        before = self.mirror.cursor
        applied = self.mirror.apply(frame)
        if self.mirror.cursor != before:
            self._held_generation = self._generation
            if self.ask_again_at is not None:
                self.ask_again_at = patience_until
        if self.grant is Grant.GRANTED:
            self._arrived()
        return applied

    def add_page(self, message_id: str, page: Page) -> Applied:
        """Add older documents, if this page is the one asked for last."""
        if self.pages.get(page.kind) != message_id:
            return Applied()
        del self.pages[page.kind]
        return self.mirror.add_page(page)
