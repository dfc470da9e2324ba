"""People who come by invite: codes, secrets, names."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.channels import course_name, person_name
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.service.identity import Identity
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.rules import Person
from edu_widgets.service.store import Invite, Membership, Store

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0 and O, 1 and I: read aloud and typed from a projector."""

CODE_LENGTH = 8
"""32 to the power of 8: a million million codes, against `TRIES_OVERALL` wrong ones a minute."""

TRIES = 60
"""Wrong tries a minute from one address: a class behind one may mistype in its first minute."""

TRIES_OVERALL = 600
TRIES_MS = 60_000

OWNER = "owner"
"""The user id of whoever started the service."""


class Join(msgspec.Struct, frozen=True, rename="camel"):
    """The body of `POST /api/join`. A secret says: it is me again; no name: called as before."""

    course: str
    code: str = ""
    name: str = ""
    secret: str = ""


class Joined(msgspec.Struct, frozen=True, rename="camel"):
    """Its answer. `token` is what goes into the `Authorization` header."""

    user_id: str
    name: str
    role: str
    secret: str
    token: str


class TooManyTries(Refused):
    """Too many wrong invites; `retry_after` in ms."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "Too many wrong invites. Wait a little, then try again.", Code.RATE_LIMITED
        )
        self.retry_after = retry_after


def new_code() -> str:
    """An invite code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def new_secret() -> str:
    """A person's secret: 256 bits."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """What is stored of a secret. It is random and long, so one plain hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def spelled(code: str) -> str:
    """A code as it was meant, whatever case, blanks or dashes it was typed with."""
    return "".join(code.upper().replace("-", "").split())


class People:
    """Who may come in, and as whom."""

    def __init__(
        self, store: Store, courses: Sequence[str], renamed: Callable[[Membership], Awaitable[None]]
    ) -> None:
        self._store = store
        self._courses = courses
        self._renamed = renamed
        self._wrong: SlidingWindow[str] = SlidingWindow(time.monotonic)

    async def join(self, ask: Join, source: str) -> Joined:
        """Let somebody into a course; `source` is the address their tries are counted by.

        Whoever proves themselves by a kept secret is never held back by the tries of others.

        Raises:
            Refused: `INVITE_INVALID`, `INVITE_EXPIRED`, `RATE_LIMITED`, `UNAUTHORIZED`,
                `NO_SUCH_CHANNEL`, `INVALID`.
        """
        known = await self._store.person_of(hashed(ask.secret)) if ask.secret else None
        if ask.secret and known is None:
            await self._try_code(ask, source)  # an unknown secret alone opens nothing
        try:
            course = course_name(ask.course)
            member = (await self._store.memberships(known)).get(course) if known else None
            name = member.name if member and not ask.name else person_name(ask.name)
        except InvalidArgument as error:
            raise refusal(Code.INVALID, str(error)) from error
        if known == OWNER and course in self._courses:
            return await self._enter(course, OWNER, name, "instructor", ask.secret, member)
        if known is None:
            await self._try_code(ask, source)
        elif member is None:
            await self._check_code(ask)
        if known is not None:
            role = member.role if member else "student"
            return await self._enter(course, known, name, role, ask.secret, member)
        user_id, secret = uuid7(), new_secret()
        await self._store.add_person(user_id, hashed(secret))
        return await self._enter(course, user_id, name, "student", secret)

    async def _enter(
        self,
        course: str,
        user: str,
        name: str,
        role: str,
        secret: str,
        before: Membership | None = None,
    ) -> Joined:
        member: Membership = await self._store.enter(course, user, name, role)
        if before is not None and before.name != member.name:
            await self._renamed(member)
        return Joined(user, member.name, member.role, secret, secret)

    async def _try_code(self, ask: Join, source: str) -> None:
        self._hold_back(source)
        try:
            await self._check_code(ask)
        except Refused as error:
            if error.code == Code.INVITE_INVALID:
                self._wrong.sweep(TRIES_MS / 1000)
                for key in (source, ""):
                    self._wrong.admit(key, most=TRIES_OVERALL, interval_ms=TRIES_MS)
            raise

    async def _check_code(self, ask: Join) -> None:
        course = ask.course if ask.course in self._courses else ""
        invite = await self._store.invite(course) or Invite("", new_code())
        given, right = spelled(ask.code).encode("utf-8", "surrogatepass"), invite.code.encode()
        if not hmac.compare_digest(given, right):
            # A course that does not exist answers alike: courses cannot be listed by trying.
            raise refusal(Code.INVITE_INVALID, "This invite is not valid; ask for the present one.")
        if invite.expires and time.time() * 1000 > invite.expires:
            raise refusal(Code.INVITE_EXPIRED, Code.INVITE_EXPIRED.meaning)

    def _hold_back(self, source: str) -> None:
        for key, most in ((source, TRIES), ("", TRIES_OVERALL)):
            wait = self._wrong.full(key, most=most, interval_ms=TRIES_MS)
            if wait:
                raise TooManyTries(wait)

    async def identity(self, secret: str) -> Identity:
        """Whose secret this is.

        Raises:
            Refused: `UNAUTHORIZED`.
        """
        user = await self._store.person_of(hashed(secret))
        if user is None:
            text = "This service does not know you. Run the cell with host() or join() again."
            raise refusal(Code.UNAUTHORIZED, text)
        members = await self._store.memberships(user)
        people = {m.course: Person(user, m.name, m.role) for m in members.values()}
        if user == OWNER:
            for course in self._courses:
                people.setdefault(course, Person(OWNER, "Instructor", "instructor"))
        return Identity(user, people)
