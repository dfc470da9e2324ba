"""The interface of a store: it commits commands, serves catch-ups, keeps people and invites.

All methods are called on one event loop. Every store has to pass `tests/service/store/`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from edu_widgets.protocol import Cursor
from edu_widgets.protocol.messages import Page
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.service.rules import EraseRule, LinkRule, Request, Rule
from edu_widgets.service.store.records import (
    Catchup,
    ChannelChange,
    Committed,
    Door,
    Known,
    LinkCode,
    NewBlob,
    Newcomer,
    Removed,
    Searched,
    ServiceKeys,
    StoredBlob,
    StoredInvite,
    StoredMember,
)

__all__ = [
    "MAX_BEHIND",
    "MAX_SEARCHED",
    "PAGE_BYTES",
    "RETRY_AFTER_MS",
    "Catchup",
    "ChannelChange",
    "Committed",
    "Door",
    "Known",
    "LinkCode",
    "Listener",
    "Matches",
    "NewBlob",
    "Newcomer",
    "PeopleListener",
    "Removed",
    "Searched",
    "ServiceKeys",
    "Store",
    "StoredBlob",
    "StoredInvite",
    "StoredMember",
]

MAX_BEHIND = 1000
"""Changed documents that a catch-up may have; beyond, the mirror is reset."""

PAGE_BYTES = 256 * 1024
"""Bytes of documents in one `changes` frame of a catch-up, and in one page of history."""

MAX_SEARCHED = 20_000
"""Documents that one search examines; its caller may continue from there."""

RETRY_AFTER_MS = 1_000
"""Milliseconds after which a client may retry when the store cannot write."""

Listener = Callable[[Committed], None]
"""Is called with each commit."""

PeopleListener = Callable[[str], None]
"""Is called with the id of each person whose admission has changed; "" stands for everybody."""

Matches = Callable[[bytes], bool]
"""True if a document's body (JSON) matches the search; called in another thread."""


class Store(Protocol):
    """A store. Every method that reads or writes may raise `Refused`: `UNAVAILABLE`."""

    generation: str
    """The present start of the service, as mirrors keep it in their cursors."""

    @property
    def problem(self) -> str:
        """The reason why nothing is stored any more, for the operator; "" if the store works."""

    async def check(self) -> None:
        """Check that the store can still write.

        Raises:
            Refused: `UNAVAILABLE`: it cannot.
        """

    async def commit(self, request: Request[Any], rule: Rule) -> Committed:
        """Run a rule and store its decision atomically; returns when it is durable.

        A command that was stored before is answered with its first seq (`replayed`).

        Raises:
            Refused: the rule's refusal; `ID_CONFLICT` for an id used with other content, or by a
                document of another kind; `NOT_FOUND` for a picture that neither the document's
                channel nor the command's has, `INVALID` for one that is not as described;
                `UNAVAILABLE` when nothing can be written now; `INTERNAL` for a rule's bug.
        """

    async def changes_since(
        self, channel: str, cursor: Cursor | None, floors: dict[str, int]
    ) -> Catchup:
        """Return the changes in a channel after a cursor, or a reset.

        A cursor beyond this store's history shows that an older copy was restored: then the channel
        gets a new epoch, once a start of the service.

        Args:
            channel: The channel.
            cursor: How far the mirror is; `None` for a mirror that is empty.
            floors: By windowed kind the lowest `born` in the mirror; older documents are left out.
        """

    async def page(self, channel: str, kind: str, before: int | None, limit: int) -> Page:
        """Return the newest documents of a kind, oldest first.

        They have at most `PAGE_BYTES` together, except that there is at least one.

        Args:
            channel: The channel.
            kind: The kind of the documents.
            before: The `born` that they are below; `None` for the newest of all.
            limit: The most documents.
        """

    async def search(
        self, channel: str, kind: str, matches: Matches, before: int | None, limit: int
    ) -> Searched:
        """Return the newest documents of a kind that match.

        A search examines `MAX_SEARCHED` documents at most, for two seconds at most, a few hundred
        at a time in turn with other searches, so that neither these nor commits nor other reads
        wait for it.

        Args:
            channel: The channel.
            kind: The kind of the documents.
            matches: Returns True for the body of a matching document; called in another thread.
            before: The `born` that they are below; `None` for the newest of all.
            limit: The most documents.
        """

    async def put_blob(self, blob: NewBlob) -> None:
        """Store a picture; it stays while a document of its channel names it.

        Until one does it is kept for ten minutes. One that is stored already is kept anew.

        Raises:
            Refused: `TOO_LARGE`: the course, or a student in it, has no room for more;
                `RATE_LIMITED`: too many of a student's wait for their documents.
        """

    async def blob(self, channel: str, hash_: str, user_id: str) -> StoredBlob | None:
        """Return a picture of a channel; `None` if there is none for this person.

        Args:
            channel: The channel.
            hash_: The picture's hash.
            user_id: The person, who may also see their own pictures that no document names yet.
        """

    async def latest(self) -> int:
        """Return the time of the latest stored document, in ms since 1970; 0 if there is none."""

    async def open_channel(self, course: str, channel: str) -> None:
        """Store that a channel exists, also while it has no documents."""

    async def lessons(self) -> frozenset[str]:
        """Return the stored channels of lessons."""

    async def heads(self, channel: str) -> Cursor:
        """Return the channel's epoch and head."""

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Call back on the event loop for every commit, in order; returns a function to stop it."""

    def listen_people(self, callback: PeopleListener) -> None:
        """Call back on the event loop with the id of each person whose admission has changed.

        That is their membership, name, role, voucher, keys or removal; "" stands for everybody.
        Whoever made the change hears of its end only then.
        """

    async def service(self) -> ServiceKeys:
        """Return the id and the signing key of the service that owns this store."""

    async def add_person(self, user_id: str, key: Verifier) -> None:
        """Add a person with the verifier of their secret."""

    async def known(self, key_id: str) -> Known | None:
        """Return the person with a key of this id."""

    async def replace_key(self, key_id: str, key: Verifier) -> None:
        """Replace a person's key.

        Args:
            key_id: The id of the key to replace.
            key: The new one.
        """

    async def use_nonce(self, nonce: bytes, now: int, until: int) -> bool:
        """Store a nonce; returns False if it was used before.

        Args:
            nonce: The nonce.
            now: The time in ms since 1970.
            until: The time in ms since 1970 until which the nonce is kept.
        """

    async def enter(self, course: str, user_id: str, name: str, role: str) -> StoredMember:
        """Make a person a member, or rename one.

        Args:
            course: The course.
            user_id: The person.
            name: The name; one that is taken becomes "Ada (2)".
            role: The role of a new member; a member keeps theirs.
        """

    async def admit(self, who: Newcomer) -> StoredMember:
        """Make a person with an invite a member; the invite and the door are checked in the commit.

        A key that is stored already identifies the person it belongs to.

        Raises:
            Refused: `REMOVED`, `INVITE_INVALID`, `INVITE_EXPIRED`, `DOOR_CLOSED`, `NOT_LISTED`;
                `ID_CONFLICT`: the key's id is another secret's.
        """

    async def vouch(self, who: Newcomer) -> StoredMember:
        """Make a person a member, as a student, who takes part through `who.voucher`'s notebook.

        Raises:
            Refused: `REMOVED`, `FORBIDDEN`, `ROOM_FULL`: the voucher has vouched for ten others
                today; `DOOR_CLOSED`, `NOT_LISTED`, `ID_CONFLICT`.
        """

    async def vouched(self, course: str, voucher: str = "") -> tuple[str, ...]:
        """Return the ids of the people that `voucher` vouches for; "": of all vouched for."""

    async def add_link_code(self, code: LinkCode) -> None:
        """Store a member's code in place of the one they had.

        Raises:
            Refused: `FORBIDDEN`, `INVALID`, `REMOVED`: they may have none.
        """

    async def link(
        self, course: str, viewer: str, digest: str, now: int, rules: Sequence[LinkRule] = ()
    ) -> StoredMember:
        """Link a viewer to the member whose code this is, and empty the viewer's own channel.

        Args:
            course: The course.
            viewer: The id of the viewer.
            digest: The digest of the code.
            now: The time in ms since 1970.
            rules: Decide, in the same commit, which other documents become the member's.

        Raises:
            Refused: `INVITE_INVALID`: there is no such code; `FORBIDDEN`, `INVALID`, `REMOVED`.
        """

    async def linked(self, course: str, user_id: str) -> tuple[str, ...]:
        """Return the ids of the viewers who are linked to a member."""

    async def unlink(self, course: str, user_id: str) -> tuple[str, ...]:
        """End a member's code and links; returns the viewers."""

    async def memberships(self, user_id: str) -> dict[str, StoredMember]:
        """Return a person's memberships, by course."""

    async def set_role(self, course: str, user_id: str, role: str) -> StoredMember | None:
        """Change a member's role; `None` if there is no such member."""

    async def set_invite(
        self, invite: StoredInvite, *, unless_good_at: int | None = None
    ) -> StoredInvite:
        """Replace a course's invite; returns the one that holds.

        Args:
            invite: The new invite.
            unless_good_at: A time in ms since 1970: an invite that is good then is kept, so that
                several processes that start at once all get the invite of the first.
        """

    async def invite(self, course: str) -> StoredInvite | None:
        """Return a course's invite."""

    async def add_staff_invite(self, course: str, code_hash: bytes, expires: int) -> None:
        """Store an invite for one instructor.

        Args:
            course: The course.
            code_hash: The hash of the invite's code.
            expires: The time in ms since 1970 until which the invite is good.
        """

    async def door(self, course: str) -> Door:
        """Return a course's rules of admission."""

    async def set_door(self, course: str, *, closed: bool) -> Door:
        """Open or close the door for new people."""

    async def set_roster(self, course: str, names: Sequence[str] | None) -> Door:
        """Replace the roster of names that may join; `None`: any name may."""

    async def set_vouching(self, course: str, *, allowed: bool) -> Door:
        """Allow or forbid that people take part through the notebooks of others."""

    async def remove(self, who: Removed, by: str, *, same_join: bool) -> tuple[Removed, ...]:
        """Remove a person; returns those who were not removed before.

        Args:
            who: The person, the course and the time.
            by: The id of the person who removes them.
            same_join: True to remove also the students who joined with the same invite from the
                same address.

        Raises:
            Refused: `REMOVED`: `by` was removed.
        """

    async def readmit(self, course: str, user_id: str) -> Removed | None:
        """Let somebody join again; `None` if they were not removed."""

    async def removed_from(self, user_id: str) -> frozenset[str]:
        """Return the courses that a person may not be in: they or their voucher were removed.

        For people who are vouched for also the courses that forbid vouching, or that their voucher
        is no member of.
        """

    async def digest(self, text: str) -> str:
        """Return a digest of a text, with a key of this store, so that the text cannot be found."""

    async def erase(
        self, course: str, user_id: str, now: int, rules: Sequence[EraseRule] = ()
    ) -> int:
        """Erase a person from a course; returns the number of changed or deleted documents.

        Documents they created become tombstones. Their membership, replies and unused keys are
        deleted.

        Args:
            course: The course.
            user_id: The person.
            now: The time in ms since 1970.
            rules: Decide, in the same commit, which documents of others have to change.
        """

    async def called(self, course: str, who: str) -> tuple[StoredMember, ...]:
        """Return the members of a course with this id, or else this name; also removed people.

        Args:
            course: The course.
            who: An id or a name.
        """

    async def retire(self, before: int, keep: Sequence[str] = ()) -> tuple[str, ...]:
        """Erase the data of unused courses; returns their names. Their invites and doors stay.

        Args:
            before: The time in ms since 1970 since which nothing was stored in them.
            keep: Courses that are left alone.
        """

    async def sweep(self, now: int, tombstones_before: int) -> None:
        """Delete nonces, codes, replies and pictures that have expired, and old tombstones.

        Args:
            now: The time in ms since 1970.
            tombstones_before: The time in ms since 1970 before which tombstones are deleted.
        """

    async def sizes(self) -> dict[str, int]:
        """Return the number of rows of each table."""

    async def seen(self, user_ids: Iterable[str], now: int) -> None:
        """Note that people are connected, so that they are not forgotten for a while.

        Args:
            user_ids: The people.
            now: The time in ms since 1970.
        """

    async def close(self) -> None:
        """Store what is queued, then close every file and end every thread."""
