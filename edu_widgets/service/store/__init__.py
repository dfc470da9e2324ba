"""What every store does: commit commands, answer *what changed since*, keep people and invites.

All methods are called on one event loop. Every store passes `tests/service/store/`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from edu_widgets.protocol import Cursor, Document
from edu_widgets.protocol.messages import Changes, Page
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.service.rules import EraseRule, Request, Rule

MAX_BEHIND = 1000
"""Changed documents up to which a cursor is caught up; beyond, the mirror is reset."""

PAGE_BYTES = 256 * 1024
"""Bytes of documents in one `changes` frame of a catch-up, and in one page of history."""

MAX_SEARCHED = 20_000
"""Documents that one search looks at; then its caller may go on from there."""

RETRY_AFTER_MS = 1_000
"""What a client is told to wait when the store cannot write."""


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What one commit did to one channel: `docs` have seqs above `prev`, up to `seq`."""

    channel: str
    epoch: str
    prev: int
    seq: int
    docs: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Committed:
    """A stored command. `seq` is the last change in the command's own channel.

    `replayed`: it had been stored before; nothing was changed now. `urgent`: as decided.
    `destroyed`: channels were destroyed, and no file may keep what they held. `heads`: the last
    change in those other channels that its sender reads or, as staff, may read.
    """

    seq: int
    changes: tuple[ChannelChange, ...] = ()
    replayed: bool = False
    urgent: bool = True
    destroyed: bool = False
    heads: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catchup:
    """The way from a cursor to the head: frames to write, in order (none: it was there)."""

    epoch: str
    seq: int
    frames: tuple[Changes, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, newest first, down to `floor`; `more`: there is more to look at."""

    docs: tuple[Document, ...]
    floor: int
    more: bool


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A person in a course."""

    course: str
    user_id: str
    name: str
    role: str
    voucher: str = ""
    """Whose notebook says who this is, by id; "" for who came by themselves."""
    via: str = ""
    """The name of that person."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the store knows them by a key."""

    user_id: str
    verifier: Verifier


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """Which service a store is of, wherever it runs, and what that signs with."""

    id: str
    key: bytes = field(repr=False)
    """Another one at each start."""


@dataclass(frozen=True, slots=True)
class StoredInvite:
    """A course's invite. `expires` in ms since 1970, 0 for never."""

    course: str
    code: str
    expires: int = 0


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who wants to become a member, or to come back under a name."""

    course: str
    user_id: str
    name: str
    key: Verifier | None = None
    """What verifies a secret that is new."""
    staff_invite: bytes = b""
    """The hash of a staff invite, which is used up and makes an instructor of them."""
    invite: str = ""
    """By which invite they come, as a digest."""
    source: str = ""
    """From which address they come, as a digest."""
    now: int = 0
    """The time in ms since 1970."""
    voucher: str = ""
    """Who says who this is, by id."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let into a course: nobody new if `closed`; `listed` names, None: any.

    Without `vouching` nobody takes part through somebody else's notebook.
    """

    closed: bool = False
    listed: int | None = None
    vouching: bool = True


@dataclass(frozen=True, slots=True)
class Removed:
    """Somebody who was removed from a course; `at` in ms since 1970."""

    course: str
    user_id: str
    name: str
    at: int = 0


Listener = Callable[[Committed], None]
Matches = Callable[[bytes], bool]
"""Whether a document's body, as JSON, is what is looked for; called in another thread."""


class Store(Protocol):
    """See the module. Every method that reads or writes may raise `Refused`: `UNAVAILABLE`."""

    generation: str
    """The present start of the service, as mirrors carry it in their cursors."""

    @property
    def problem(self) -> str:
        """Why nothing is stored any more, in one sentence for who runs the service; "" if it is."""

    async def check(self) -> None:
        """Ask whatever writes whether it still can.

        Raises:
            Refused: `UNAVAILABLE`: it cannot.
        """

    async def commit(self, request: Request[Any], rule: Rule) -> Committed:
        """Run a rule and store what it decides, atomically; returns when it is durable.

        A command that was stored before is answered with its first seq (`replayed`).

        Raises:
            Refused: the rule's refusal; `ID_CONFLICT` for an id used with other content, or by a
                document of another kind;
                `UNAVAILABLE` when nothing can be written now; `INTERNAL` for a rule's bug.
        """

    async def changes_since(
        self, channel: str, cursor: Cursor | None, floors: dict[str, int]
    ) -> Catchup:
        """Everything in a channel that changed after `cursor`, or a reset (design: windows).

        A cursor that saw what is not in this store tells that the store was put back: the channel
        gets a new epoch, once a start of the service.

        `floors`: by windowed kind the lowest `born` the mirror holds; older ones are left out.
        """

    async def page(self, channel: str, kind: str, before: int | None, limit: int) -> Page:
        """The newest `limit` documents of a kind born before `before`, oldest first.

        Of long ones as many as have `PAGE_BYTES` together, and at least one.
        """

    async def search(
        self, channel: str, kind: str, matches: Matches, before: int | None, limit: int
    ) -> Searched:
        """The newest `limit` documents of a kind born before `before` that match.

        Looks at 20,000 documents at most, for two seconds at most, a few hundred at a time in turn
        with other searches, so that neither they nor commits nor other reads wait for it.
        """

    async def latest(self) -> int:
        """When something was stored last, in ms since 1970; 0 if nothing was."""

    async def open_channel(self, course: str, channel: str) -> None:
        """Keep that there is a channel, also while nothing is in it."""

    async def lessons(self) -> frozenset[str]:
        """The channels of lessons that there are."""

    async def heads(self, channel: str) -> Cursor:
        """The channel's epoch and head."""

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Call back on the event loop for every commit, in order; returns how to stop."""

    async def service(self) -> ServiceKeys:
        """Which service this is the store of."""

    async def add_person(self, user_id: str, key: Verifier) -> None:
        """Add a person who proves themselves by a secret."""

    async def known(self, key_id: str) -> Known | None:
        """Who proves themselves by a key."""

    async def replace_key(self, key_id: str, key: Verifier) -> None:
        """Take another key of a person in the place of one."""

    async def use_nonce(self, nonce: bytes, now: int, until: int) -> bool:
        """Remember a nonce `until` a time (ms since 1970); false if it was used before."""

    async def enter(self, course: str, user_id: str, name: str, role: str) -> StoredMember:
        """Make a person a member, or rename one; a name taken becomes "Ada (2)"."""

    async def admit(self, who: Newcomer) -> StoredMember:
        """As `enter`, for who comes by invite: with what has to be so for it, in one commit.

        Whoever comes with a new key that is there already is the person it belongs to.

        Raises:
            Refused: `REMOVED`, `INVITE_INVALID`, `INVITE_EXPIRED`, `DOOR_CLOSED`, `NOT_LISTED`;
                `ID_CONFLICT`: the key's id is another secret's.
        """

    async def vouch(self, who: Newcomer) -> StoredMember:
        """As `admit`, for who takes part through the notebook of `who.voucher`; a student always.

        Raises:
            Refused: `REMOVED`, `FORBIDDEN`, `ROOM_FULL`: the voucher has vouched for ten others
                today; `DOOR_CLOSED`, `NOT_LISTED`, `ID_CONFLICT`.
        """

    async def vouched(self, course: str, voucher: str = "") -> tuple[str, ...]:
        """The ids of those who take part through somebody's notebook; "": through anybody's."""

    async def memberships(self, user_id: str) -> dict[str, StoredMember]:
        """A person's courses, by name."""

    async def set_role(self, course: str, user_id: str, role: str) -> StoredMember | None:
        """Change a member's role; `None` if there is no such member."""

    async def set_invite(self, invite: StoredInvite) -> None:
        """Replace a course's invite."""

    async def invite(self, course: str) -> StoredInvite | None:
        """A course's invite."""

    async def add_staff_invite(self, course: str, code_hash: bytes, expires: int) -> None:
        """Keep the hash of an invite for one instructor; `expires` in ms since 1970."""

    async def door(self, course: str) -> Door:
        """Who is let in."""

    async def set_door(self, course: str, *, closed: bool) -> Door:
        """Let new people in, or nobody new."""

    async def set_roster(self, course: str, names: Sequence[str] | None) -> Door:
        """Replace the names that may join; `None`: any may."""

    async def set_vouching(self, course: str, *, allowed: bool) -> Door:
        """Let people take part through the notebooks of others, or nobody."""

    async def remove(self, who: Removed, by: str, *, same_join: bool) -> tuple[Removed, ...]:
        """Remove a person, and with `same_join` the students who came by invite as they did.

        Returns those who were not out already.

        Raises:
            Refused: `REMOVED`: it is `by` who was removed.
        """

    async def readmit(self, course: str, user_id: str) -> Removed | None:
        """Let somebody join again; `None` if they were not removed."""

    async def removed_from(self, user_id: str) -> frozenset[str]:
        """The courses that a person was removed from, or whoever vouches for them.

        Also those whose instructor lets nobody take part through somebody else's notebook.
        """

    async def digest(self, text: str) -> str:
        """What tells texts apart without telling them: a digest with a key of this store."""

    async def erase(
        self, course: str, user_id: str, now: int, rules: Sequence[EraseRule] = ()
    ) -> int:
        """Erase a person from a course; returns how many documents went or changed.

        What they wrote becomes tombstones, after `rules` have decided, in the same commit, what
        else has to change; membership, replies and unused secrets go.
        """

    async def called(self, course: str, who: str) -> tuple[StoredMember, ...]:
        """Who of a course has a name, or else an id; also somebody removed."""

    async def retire(self, before: int, keep: Sequence[str] = ()) -> tuple[str, ...]:
        """Erase all that was kept of courses in which nothing was stored since a time.

        Their invites and doors stay; so does what is in `keep`. Returns their names.
        """

    async def sweep(self, now: int, tombstones_before: int) -> None:
        """Forget what is over, and tombstones made before a time (ms since 1970)."""

    async def sizes(self) -> dict[str, int]:
        """How many rows each table has."""

    async def seen(self, user_id: str, now: int) -> None:
        """A person is here: they are not forgotten for a while."""

    async def close(self) -> None:
        """Store what was queued, then let go of every file and thread."""
