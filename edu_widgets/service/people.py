"""People who come by invite: codes, secrets, names."""

import contextlib
import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Annotated

import msgspec

from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.channels import STAFF_ROLES, course_name, person_name
from edu_widgets.protocol.errors import InvalidArgument, ProtocolError, Refused, refusal
from edu_widgets.protocol.proofs import Verifier, new_secret
from edu_widgets.service import sessions
from edu_widgets.service.addresses import LOOPBACK
from edu_widgets.service.checks import removed
from edu_widgets.service.identity import Identity
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.rules import Person
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store import Newcomer, Store, StoredInvite, StoredMember

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Characters of a code: without 0 and O, 1 and I, to be read aloud or from a projector."""

CODE_LENGTH = 8
"""Length of an invite code: 32 to the power of 8 codes; a thousand tries a second need years."""

STAFF_CODE_LENGTH = 20
"""Length of a staff invite's code: 100 bits, too many to be found from its plain hash."""

TRIES = 60
"""Wrong invites a minute from one address: a class that shares one may mistype when it begins."""

TRIES_OVERALL = 600
TRIES_MS = 60_000

NEWCOMERS = 240
"""New people a minute from one address: a large class that shares one gets in within a minute."""

LONG_MS, LONG_SHARE = 10 * TRIES_MS, 2.5
"""In `LONG_MS` at most `LONG_SHARE` times as many new people as in a minute."""

OWNER = "owner"
"""The user id of the person who started the service."""


class Join(msgspec.Struct, frozen=True, rename="camel"):
    """The body of `POST /api/join`. Without `name` the person keeps the name they have.

    A known person signs in before, and sends the token as bearer. A new person makes a secret,
    keeps it, and sends its verifier as `key`: a retry with the same verifier is the same person.
    """

    course: str
    code: str = ""
    name: str = ""
    key: dict[str, str] | None = None
    secret: str = ""
    """The secret itself, as programs of an earlier version send it."""


class Vouch(msgspec.Struct, frozen=True, rename="camel"):
    """The body of `POST /api/vouch`: a person who takes part through the sender's notebook.

    `identity` is the person's id in Jupyter; the same identity is the same person. `key` is the
    verifier of their secret, which the notebook's kernel keeps.
    """

    course: str
    identity: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    name: str
    key: dict[str, str]


class Joined(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The answer to a `Join` or a `Vouch`."""

    user_id: str
    name: str
    role: str
    secret: str = ""
    """The secret that the service made for a person without a key."""
    token: str = ""
    """The same as `secret`; it is sent in the `Authorization` header."""
    invite: str = ""
    """For staff: the link that students join with."""
    via: str = ""
    """The name of the person through whose notebook they take part."""


def new_code(length: int = CODE_LENGTH) -> str:
    """Make an invite code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _tries_of(source: str) -> Sequence[tuple[str, int]]:
    """Return the keys and limits that count an unknown person's tries: their address, and all."""
    return ((source, TRIES), ("", TRIES_OVERALL))


def hashed(code: str) -> bytes:
    """Hash a staff invite's code for the store. It is random and long: one plain hash suffices."""
    return hashlib.sha256(code.encode()).digest()


def spelled(code: str) -> str:
    """Normalise a typed code: upper case, without blanks and dashes."""
    return "".join(code.upper().replace("-", "").split())


def _verifier(told: dict[str, str]) -> Verifier:
    """Read the verifier of a secret.

    Raises:
        Refused: `PROTOCOL`.
    """
    try:
        return Verifier.read(told)
    except ProtocolError as error:
        raise refusal(Code.PROTOCOL, str(error)) from error


class Members:
    """Lets people into courses by invite or voucher, and identifies them by bearer value."""

    def __init__(
        self,
        store: Store,
        courses: Sequence[str],
        changed: Callable[[StoredMember], Awaitable[None]],
        hosts: Collection[str] = LOOPBACK,
        newcomers: int | None = NEWCOMERS,
    ) -> None:
        self._store = store
        self.sessions = sessions.Sessions(store, hosts)
        self._courses = courses
        self._changed = changed
        self._newcomers = newcomers
        self._wrong: SlidingWindow[str] = SlidingWindow(time.monotonic)
        self._new: SlidingWindow[tuple[str, int]] = SlidingWindow(time.monotonic)

    async def join(self, ask: Join, source: str, known: str | None = None) -> Joined:
        """Let somebody into a course.

        A right invite is never refused because of wrong ones of others, and a member who comes
        back never because of the newcomers at their address.

        Args:
            ask: The body of the request.
            source: The client's address for counting.
            known: The user id of a person who has signed in.

        Raises:
            Refused: `INVITE_INVALID`, `INVITE_EXPIRED`, `RATE_LIMITED`, `UNAUTHORIZED`,
                `NO_SUCH_CHANNEL`, `INVALID`, `REMOVED`, `DOOR_CLOSED`, `NOT_LISTED`,
                `ID_CONFLICT`, `PROTOCOL`.
        """
        key = None if ask.key is None else _verifier(ask.key)
        known = known or await self._owner_of(key, ask.secret)
        member, course, name = await self._named(ask, known)
        if known == OWNER and course in self._courses:
            owner = await self._store.enter(course, OWNER, name, "instructor")
            return await self._entered(owner, ask.secret, member)
        code = spelled(ask.code)
        for_staff = len(code) == STAFF_CODE_LENGTH
        comes_back = member is not None and (member.role in STAFF_ROLES or not for_staff)
        secret = ask.secret if known or key else new_secret()
        who = Newcomer(
            course,
            known or uuid7(),
            name,
            None if known else key or Verifier.of(secret),
            hashed(code) if for_staff and not comes_back else b"",
            await self._store.digest(f"invite {code}"),
            await self._store.digest(f"source {source}"),
            now_ms(),
        )
        if comes_back:
            return await self._entered(await self._store.admit(who), secret, member)
        async with self._counted(((known, TRIES),) if known else _tries_of(source)):
            if not for_staff:
                await self._check_code(ask)
                self.check_newcomers(source)
            elif course not in self._courses:
                raise refusal(Code.INVITE_INVALID, Code.INVITE_INVALID.meaning)
            return await self._entered(await self._store.admit(who), secret, member)

    async def vouch(self, ask: Vouch, voucher: str) -> Joined:
        """Let somebody take part through the notebook of `voucher`, always as a student.

        Their id is the same for the same voucher and identity, and tells neither.

        Raises:
            Refused: `REMOVED`, `FORBIDDEN`, `ROOM_FULL`, `DOOR_CLOSED`, `NOT_LISTED`, `INVALID`,
                `ID_CONFLICT`, `PROTOCOL`.
        """
        try:
            course, name = course_name(ask.course), person_name(ask.name)
        except InvalidArgument as error:
            raise refusal(Code.INVALID, str(error)) from error
        digest = await self._store.digest(f"vouched {voucher}\n{ask.identity}")
        who = Newcomer(
            course, f"via-{digest}", name, _verifier(ask.key), now=now_ms(), voucher=voucher
        )
        before = (await self._store.memberships(who.user_id)).get(course)
        member = await self._store.vouch(who)
        if before is not None and before.name != member.name:
            await self._changed(member)
        person = member.person
        return Joined(person.id, person.name, person.role, via=person.via)

    async def _named(self, ask: Join, known: str | None) -> tuple[StoredMember | None, str, str]:
        """Return the membership somebody has already, the course, and the name to enter with."""
        try:
            course = course_name(ask.course)
            member = (await self._store.memberships(known)).get(course) if known else None
            return member, course, member.name if member and not ask.name else person_name(ask.name)
        except InvalidArgument as error:
            raise refusal(Code.INVALID, str(error)) from error

    async def _entered(
        self, member: StoredMember, secret: str, before: StoredMember | None
    ) -> Joined:
        """Announce a member's new name or role to them and the class; make the answer."""
        known = before or StoredMember(member.course, member.user_id, member.name, "student")
        if known != member and (before is not None or member.user_id != OWNER):
            await self._changed(member)
        return Joined(member.user_id, member.name, member.role, secret, secret)

    async def _owner_of(self, key: Verifier | None, secret: str) -> str | None:
        """Return the id of the person who has joined with this key or secret before."""
        if key is not None:
            found = await self._store.known(key.key_id)
            return found.user_id if found is not None and found.verifier.equals(key) else None
        return await self._person_of(secret) if secret else None

    async def _person_of(self, secret: str) -> str | None:
        for key in (Verifier.of(secret), Verifier.of_earlier(secret)):
            found = await self._store.known(key.key_id)
            if found is not None and found.verifier.equals(key):
                return found.user_id
        return None

    @contextlib.asynccontextmanager
    async def _counted(self, by: Sequence[tuple[str, int]]) -> AsyncIterator[None]:
        """Count an invite by each of some keys if it turns out to be wrong."""
        try:
            yield
        except Refused as error:
            if error.code != Code.INVITE_INVALID:
                raise
            self._wrong.sweep()
            waits = [self._wrong.admit(key, most=most, interval_ms=TRIES_MS) for key, most in by]
            if any(waits):
                text = "Too many wrong invites. Wait a little, then try again."
                raise refusal(Code.RATE_LIMITED, text, max(waits)) from error
            raise

    def check_newcomers(self, source: str) -> None:
        """Count a newcomer by their address.

        Raises:
            Refused: `RATE_LIMITED`: too many new people came from that address.
        """
        if self._newcomers is None:
            return
        self._new.sweep()
        limits = ((self._newcomers, TRIES_MS), (int(self._newcomers * LONG_SHARE), LONG_MS))
        waits = [self._new.full((source, ms), most=most, interval_ms=ms) for most, ms in limits]
        if any(waits):
            seconds = -(-max(waits) // 1000)
            text = f"Many new people came from your network just now. Try again in {seconds} s."
            raise refusal(Code.RATE_LIMITED, text, max(waits))
        for most, ms in limits:
            self._new.admit((source, ms), most=most, interval_ms=ms)

    async def _check_code(self, ask: Join) -> None:
        course = ask.course if ask.course in self._courses else ""
        invite = await self._store.invite(course) or StoredInvite("", new_code())
        given, right = spelled(ask.code).encode("utf-8", "surrogatepass"), invite.code.encode()
        if not hmac.compare_digest(given, right):
            # The answer is the same for an unknown course, so that courses cannot be guessed.
            raise refusal(Code.INVITE_INVALID, "This invite is not valid; ask for the present one.")
        if invite.expires and now_ms() > invite.expires:
            raise refusal(Code.INVITE_EXPIRED, Code.INVITE_EXPIRED.meaning)

    # -- invites ------------------------------------------------------------------

    async def renewed_invite(
        self, course: str, holds_ms: int, *, unless_good_at: int | None = None
    ) -> StoredInvite:
        """Replace a course's invite by one that expires after `holds_ms`; 0: never.

        An invite that is good at `unless_good_at`, in ms since 1970, is kept and returned.
        """
        invite = StoredInvite(course, new_code(), now_ms() + holds_ms if holds_ms else 0)
        return await self._store.set_invite(invite, unless_good_at=unless_good_at)

    async def staff_invite(self, course: str, holds_ms: int) -> StoredInvite:
        """Make an invite whose first user becomes an instructor. Only its hash is stored."""
        invite = StoredInvite(course, new_code(STAFF_CODE_LENGTH), now_ms() + holds_ms)
        await self._store.add_staff_invite(course, hashed(invite.code), invite.expires)
        return invite

    # -- identities ---------------------------------------------------------------

    async def check_foreign(self, user_id: str) -> None:
        """Check that the owner of another's token has not the id of a person who came by invite.

        Raises:
            Refused: `UNAUTHORIZED`: a platform must not give access to that person's data.
        """
        if await self._store.memberships(user_id):
            text = "The token's owner has the id of somebody who joined this service by invite."
            raise refusal(Code.UNAUTHORIZED, text)

    async def within(self, identity: Identity) -> Identity:
        """Drop the courses that the person was removed from; returns the same identity.

        Raises:
            Refused: `REMOVED`: no course is left.
        """
        for course in await self._store.removed_from(identity.user_id):
            if identity.people.pop(course, None) is not None and not identity.people:
                raise removed(course)
        return identity

    async def knows(self, value: str) -> bool:
        """Return whether a bearer value is of this service: its token, or a person's secret."""
        return sessions.is_token(value) or await self._person_of(value) is not None

    async def identity(self, value: str) -> Identity:
        """Return the identity of a token's owner, or of a secret's from an earlier version.

        Raises:
            Refused: `UNAUTHORIZED`, `TOKEN_EXPIRED`.
        """
        expires: float | None = None
        user: str | None
        if sessions.is_token(value):
            user, expires = await self.sessions.whose(value)
        else:
            user = await self._person_of(value)
        if user is None:
            raise sessions.unknown()
        members = await self._store.memberships(user)
        people = {member.course: member.person for member in members.values()}
        if user == OWNER:
            for course in self._courses:
                people.setdefault(course, Person(OWNER, "Instructor", "instructor"))
        vouchers = [member.voucher for member in members.values() if member.voucher]
        linked = frozenset(member.linked for member in members.values() if member.linked)
        voucher = vouchers[0] if vouchers else ""
        return Identity(user, people, expires, voucher, linked=linked)
