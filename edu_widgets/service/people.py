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
"""Without 0 and O, 1 and I: read aloud and typed from a projector."""

CODE_LENGTH = 8
"""32 to the power of 8: a million million codes. A thousand tries a second would need years."""

STAFF_CODE_LENGTH = 20
"""Of a staff invite: 100 bits, so that its plain hash tells nothing."""

TRIES = 60
"""Wrong tries a minute from one address: a class behind one may mistype in its first minute."""

TRIES_OVERALL = 600
TRIES_MS = 60_000

NEWCOMERS = 240
"""New people a minute from one address: a large class behind one gets in within its first."""

LONG_MS, LONG_SHARE = 10 * TRIES_MS, 2.5
"""In ten minutes so many times as many of them, and no more."""

OWNER = "owner"
"""The user id of whoever started the service."""


class Join(msgspec.Struct, frozen=True, rename="camel"):
    """The body of `POST /api/join`. No name: called as before.

    Who is in already signs in before, and says so by the token. Whoever is new made a secret,
    keeps it, and sends what verifies it: asked again with the same, they are the same person.
    """

    course: str
    code: str = ""
    name: str = ""
    key: dict[str, str] | None = None
    secret: str = ""
    """A secret itself: as programs of an earlier version say who they are."""


class Vouch(msgspec.Struct, frozen=True, rename="camel"):
    """The body of `POST /api/vouch`: who takes part through the notebook of the one who asks.

    `identity` is what their Jupyter knows them by; the same is the same person. Of their secret the
    notebook's kernel sends what verifies it.
    """

    course: str
    identity: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    name: str
    key: dict[str, str]


class Joined(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Its answer."""

    user_id: str
    name: str
    role: str
    secret: str = ""
    """One made by the service, for who brought no key."""
    token: str = ""
    """The same: it goes into the `Authorization` header."""
    invite: str = ""
    """For staff: what students join with."""
    via: str = ""
    """The name of the one through whose notebook they take part."""


def new_code(length: int = CODE_LENGTH) -> str:
    """An invite code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _tries_of(source: str) -> Sequence[tuple[str, int]]:
    """By what the tries of a stranger are counted: where they are, and all of them together."""
    return ((source, TRIES), ("", TRIES_OVERALL))


def hashed(code: str) -> bytes:
    """What is stored of a staff invite. It is random and long, so one plain hash is enough."""
    return hashlib.sha256(code.encode()).digest()


def spelled(code: str) -> str:
    """A code as it was meant, whatever case, blanks or dashes it was typed with."""
    return "".join(code.upper().replace("-", "").split())


def _verifier(told: dict[str, str]) -> Verifier:
    """What verifies a secret.

    Raises:
        Refused: `PROTOCOL`.
    """
    try:
        return Verifier.read(told)
    except ProtocolError as error:
        raise refusal(Code.PROTOCOL, str(error)) from error


class Members:
    """Who may come in, and as whom."""

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

        A right invite is never refused for the wrong ones of others, nor whoever has proved who
        they are for the newcomers beside whom they come.

        Args:
            ask: What they say.
            source: The address they are counted by.
            known: Who has signed in.

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
                self._check_newcomers(source)
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
        return Joined(member.user_id, member.name, member.role, via=member.via)

    async def _named(self, ask: Join, known: str | None) -> tuple[StoredMember | None, str, str]:
        """As what somebody is a member already, the course, and the name they come by."""
        try:
            course = course_name(ask.course)
            member = (await self._store.memberships(known)).get(course) if known else None
            return member, course, member.name if member and not ask.name else person_name(ask.name)
        except InvalidArgument as error:
            raise refusal(Code.INVALID, str(error)) from error

    async def _entered(
        self, member: StoredMember, secret: str, before: StoredMember | None
    ) -> Joined:
        """Tell a member who has another name or role now, and the class with them."""
        known = before or StoredMember(member.course, member.user_id, member.name, "student")
        if known != member and (before is not None or member.user_id != OWNER):
            await self._changed(member)
        return Joined(member.user_id, member.name, member.role, secret, secret)

    async def _owner_of(self, key: Verifier | None, secret: str) -> str | None:
        """Who has joined with this key or secret before."""
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
        """Count a wrong invite by each of some keys, once it is known to be wrong."""
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

    def _check_newcomers(self, source: str) -> None:
        """Count somebody new by where they come from.

        Raises:
            Refused: `RATE_LIMITED`: too many came from there.
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
            # A course that does not exist answers alike: courses cannot be listed by trying.
            raise refusal(Code.INVITE_INVALID, "This invite is not valid; ask for the present one.")
        if invite.expires and now_ms() > invite.expires:
            raise refusal(Code.INVITE_EXPIRED, Code.INVITE_EXPIRED.meaning)

    # -- invites ------------------------------------------------------------------

    async def renewed_invite(self, course: str, holds_ms: int) -> StoredInvite:
        """End a course's invite and make another; `holds_ms` 0: for ever."""
        invite = StoredInvite(course, new_code(), now_ms() + holds_ms if holds_ms else 0)
        await self._store.set_invite(invite)
        return invite

    async def staff_invite(self, course: str, holds_ms: int) -> StoredInvite:
        """Make an invite that makes an instructor of who uses it first. Only its hash is kept."""
        invite = StoredInvite(course, new_code(STAFF_CODE_LENGTH), now_ms() + holds_ms)
        await self._store.add_staff_invite(course, hashed(invite.code), invite.expires)
        return invite

    # -- who they are -------------------------------------------------------------

    async def check_foreign(self, user_id: str) -> None:
        """See that whom a platform's token names is nobody who came by invite.

        Raises:
            Refused: `UNAUTHORIZED`: it is, and what is theirs is not the platform's to give.
        """
        if await self._store.memberships(user_id):
            text = "The token's `sub` is the id of somebody who joined this service by invite."
            raise refusal(Code.UNAUTHORIZED, text)

    async def within(self, identity: Identity) -> Identity:
        """The same, without the courses that the person was removed from.

        Raises:
            Refused: `REMOVED`: none is left.
        """
        for course in await self._store.removed_from(identity.user_id):
            if identity.people.pop(course, None) is not None and not identity.people:
                raise removed(course)
        return identity

    async def identity(self, value: str) -> Identity:
        """Whose token this is, or, of programs of an earlier version, whose secret.

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
        people = {m.course: Person(user, m.name, m.role, m.via) for m in members.values()}
        if user == OWNER:
            for course in self._courses:
                people.setdefault(course, Person(OWNER, "Instructor", "instructor"))
        return Identity(user, people, expires)
