"""One subscribed channel: its mirror and the state of its subscription."""

from dataclasses import dataclass, field
from enum import StrEnum

from edu_widgets.client.sync.mirror import Applied, Mirror
from edu_widgets.protocol.codes import Code
from edu_widgets.protocol.documents import Cursor
from edu_widgets.protocol.messages import Changes, Page, Subscribe, Subscribed, Unsubscribed

_NOT_YOURS = frozenset({Code.UNAUTHORIZED, Code.FORBIDDEN, Code.NO_SUCH_CHANNEL})


class Grant(StrEnum):
    """The state of a channel's subscription."""

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
    """Number of `people` who are staff; None if the service does not tell."""
    names: tuple[str, ...] = ()
    ours: bool = False
    """True if only services of ours have such a channel."""
    users: int = 0
    """Number of its subscribers in this process; it is left without any."""
    was_granted: bool = False
    asked_at: float | None = None
    """Time of the last subscription, on the monotonic clock."""
    ask_again_at: float | None = None
    pages: dict[str, str] = field(default_factory=dict)
    """Requested pages: message id by kind."""
    catching_up: bool = True
    """True until the mirror reaches the head in the service's answer."""
    _request: str = ""
    _head: Cursor | None = None
    _generation: str = ""
    """The start of the service in its last answer."""
    _held_generation: str = ""
    """The start of the service in which our cursor was valid."""

    @property
    def caught_up(self) -> bool:
        """True if the mirror has all changes up to the head in the service's last answer.

        It stays true without a connection, until the channel is subscribed to again.
        """
        return bool(self.mirror.cursor.epoch) and not self.catching_up

    def ask(self, message_id: str, user_id: str) -> Subscribe:
        """Return the data of a subscription, for all changes since our cursor."""
        self.grant = Grant.ASKED
        self._request = message_id
        self._head = None
        self.catching_up = True
        cursor = self.mirror.cursor
        since = Cursor(cursor.epoch, cursor.seq, self._held_generation if cursor.epoch else "")
        return Subscribe(user_id, since, self.mirror.floors())

    def granted(self, message_id: str, data: Subscribed) -> bool:
        """Note the answer to the subscription; return False if it answers an older one."""
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
        """Note that a base service lets us read; it has no head to catch up with."""
        self.grant = Grant.GRANTED
        self.was_granted = True
        self.code, self.reason = 0, ""
        self.user_id, self.features = user_id, features
        self.catching_up = False
        self.ask_again_at = None

    def _arrived(self) -> None:
        """End the catch-up if the mirror has reached the head."""
        head, cursor = self._head, self.mirror.cursor
        if head is not None and cursor.epoch == head.epoch and cursor.seq >= head.seq:
            self.catching_up = False
            self.ask_again_at = None
            self._held_generation = self._generation

    def refused(self, message_id: str, code: int, reason: str) -> bool:
        """Note a refusal of the subscription; return False if it is about something else.

        The mirror is cleared if the person may not read the channel any more.
        """
        if message_id != self._request or self.grant not in (Grant.ASKED, Grant.GRANTED):
            return False
        self.grant, self.code, self.reason = Grant.REFUSED, code, reason
        self.ask_again_at = None
        if code in _NOT_YOURS:
            self.mirror.clear()
        return True

    def taken_away(self, data: Unsubscribed) -> None:
        """Note that the service took the channel away; its documents must not be shown any more."""
        self.grant, self.code, self.reason = Grant.REFUSED, data.code, data.message
        self.ask_again_at = None
        self._request = ""
        self.mirror.clear()
        self._head = None
        self.catching_up = True

    def disconnected(self) -> None:
        """Note the loss of the connection; the mirror stays until the next subscription."""
        if self.grant is not Grant.REFUSED:
            self.grant = Grant.WANTED
        self.ask_again_at = None

    def take_pages(self) -> list[str]:
        """Forget the requested pages, which will not come any more; return their kinds."""
        kinds = list(self.pages)
        for kind in kinds:
            self.mirror.forget_page(kind)
        self.pages.clear()
        return kinds

    def catch_up(self, frame: Changes, patience_until: float) -> Applied:
        """Apply changes while catching up.

        A hole leads to no new subscription, since an answer is on its way. If no further change
        arrives, the subscription is repeated at `patience_until`, which each advance postpones.
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
        """Add older documents, if this page is the one requested last."""
        if self.pages.get(page.kind) != message_id:
            return Applied()
        del self.pages[page.kind]
        return self.mirror.add_page(page)
