"""Identities of the Hub's people, proved by the tokens of their servers.

The Hub is asked seldom: answers are believed for a minute, by `IdentityCache`. It is asked again
about everybody who is connected, so that a removed group, scope, token or person is noticed. While
it does not answer, whoever it has confirmed lately goes on.
"""

import asyncio
import random
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument, Refused, refusal
from edu_widgets.service import sessions
from edu_widgets.service.checks import channel_of
from edu_widgets.service.identity import Identity
from edu_widgets.service.jupyterhub.api import AT_ONCE, HubUser, UserApi
from edu_widgets.service.jupyterhub.groups import Access
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.member import Member
from edu_widgets.service.people import OWNER

BELIEVED_S = 60.0
"""Seconds after which the Hub is asked again …"""

A_SECOND = 20
"""… if that makes no more questions a second than this."""

GOES_ON_S = 3600.0
"""Seconds for which somebody goes on whom a Hub that does not answer has confirmed."""

SOON_S = 5.0
"""Seconds after which a Hub that did not answer is asked again."""

REFUSED_S = 10.0
"""Seconds in which a refused token is refused without asking again."""

MOST = 8_192
"""Tokens that are remembered, and as many refused ones."""

MOST_WAITING = 1_024
"""Questions that wait for their turn."""

QUESTIONS, QUESTIONS_MS = 100, 1_000
"""The Hub is asked at most so many questions in so many ms."""

WRONG, WRONG_MS = 120, 60_000
"""Refused tokens of one address in so many ms, until its further unknown ones have to wait."""

_FORM = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}")
_RESERVED = frozenset({OWNER, "service"})
_MADE = ("hub-", "via-")
"""What ids begin with that are no names of the Hub's."""

Changed = Callable[[Identity | None, Identity], Awaitable[None]]


def user_id(name: str) -> str:
    """Return the id of the Hub's user of this name: the name, where that can be an id."""
    try:
        channel_of("x", name)
    except Refused:
        usable = False
    else:
        usable = name not in _RESERVED and not name.startswith(_MADE)
    return name if usable else f"hub-{sha256(name.encode()).hexdigest()[:32]}"


@dataclass(slots=True, eq=False)
class _Proof:
    """A token that the Hub has confirmed, and for whom; asks the Hub again when it is called."""

    token: str = field(repr=False)
    ask: "Callable[[str, str], Awaitable[Identity]]" = field(repr=False)
    identity: Identity | None = None
    confirmed: float = 0.0
    due: float = 0.0

    async def __call__(self) -> Identity:
        return await self.ask(self.token, "")


class HubPeople:
    """Proves identities by asking JupyterHub.

    Args:
        api: Asks the Hub.
        access: Decides courses and roles.
        count: Called with the outcome of each question: `confirmed`, `refused` or `unanswered`.
        changed: Called with the identity of a token as it was, `None` at first, and as it is now.
        forget: Called with the id of a person whose identity must be proved anew.
        clock: A monotonic clock in seconds.
    """

    def __init__(
        self,
        api: UserApi,
        access: Access,
        count: Callable[[str], None],
        changed: Changed,
        forget: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.forget = forget
        self._api = api
        self._access = access
        self._count = count
        self._changed = changed
        self._clock = clock
        self._known: OrderedDict[bytes, _Proof] = OrderedDict()
        self._refused: OrderedDict[bytes, tuple[float, Refused]] = OrderedDict()
        self._under_way: dict[bytes, asyncio.Task[Identity]] = {}
        self._wrong: SlidingWindow[str] = SlidingWindow(clock)
        self._asked: SlidingWindow[str] = SlidingWindow(clock)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._down: tuple[float, Refused] | None = None

    async def close(self) -> None:
        """Cancel all questions, and release the connections to the Hub."""
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._api.close()

    def known(self, token: str) -> str:
        """Return the id of the person whose token this is, if it was confirmed lately, else ""."""
        proof = self._known.get(_digest(token))
        return proof.identity.user_id if proof is not None and proof.identity is not None else ""

    async def identity(self, token: str, source: str) -> Identity:
        """Return whose a token is, by asking the Hub; of several requests at once one asks.

        Args:
            token: What was presented.
            source: The client's address for counting; "" for somebody who is connected.

        Raises:
            Refused: `UNAUTHORIZED`: the Hub does not know the token; `FORBIDDEN`: its owner may
                not enter; `UNAVAILABLE`: the Hub does not answer; `RATE_LIMITED`.
        """
        if not _FORM.fullmatch(token):
            raise sessions.unknown()
        digest = _digest(token)
        until, refused = self._refused.get(digest, (0.0, None))
        if refused is not None and self._clock() < until:
            raise refused
        task = self._under_way.get(digest)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._prove(digest, token, source))
            self._under_way[digest] = task
            task.add_done_callback(lambda done: self._over(digest, done))
        return await asyncio.shield(task)

    async def check(self, members: Iterable[Member]) -> None:
        """Ask the Hub again about those who are connected, and close whom it refuses."""
        if self._is_down() is not None:
            return
        by_proof: dict[_Proof, list[Member]] = {}
        for member in members:
            if isinstance(member.identity.ask_again, _Proof):
                by_proof.setdefault(member.identity.ask_again, []).append(member)
        now, spread = self._clock(), len(by_proof) / A_SECOND
        due = [proof for proof in by_proof if now >= proof.due]
        answers = await asyncio.gather(*(proof() for proof in due), return_exceptions=True)
        for proof, answer in zip(due, answers, strict=True):
            # Not all at once, although they may have come at once.
            jitter = random.uniform(0.75, 1.25)  # noqa: S311 - no secret
            proof.due = self._clock() + max(BELIEVED_S, spread) * jitter
            if isinstance(answer, Refused) and not Code(answer.code).retry:
                for member in by_proof[proof]:
                    member.close(answer.code, str(answer))

    async def _prove(self, digest: bytes, token: str, source: str) -> Identity:
        """Ask the Hub about a token, and remember the answer."""
        proof = self._known.get(digest)
        if proof is None:
            self._check_tries(source)
        try:
            found = self._identity(await self._answer(token))
        except Refused as error:
            if not Code(error.code).retry:
                self._refuse(digest, proof, error, source)
                raise
            now = self._clock()
            if proof is None or proof.identity is None or now - proof.confirmed > GOES_ON_S:
                raise
            return replace(proof.identity, until=time.time() + SOON_S)
        return await self._confirm(digest, token, proof, found)

    def _identity(self, user: HubUser) -> Identity:
        id_ = user_id(user.name)
        try:
            return Identity(id_, self._access.people(user, id_))
        except InvalidArgument as error:
            text = f"The name that JupyterHub knows you by cannot be used here: {error}"
            raise refusal(Code.FORBIDDEN, text) from error

    async def _answer(self, token: str) -> HubUser:
        """Ask the Hub in turn.

        Raises:
            Refused: as `UserApi.user`; `RATE_LIMITED`: too many questions wait.
        """
        down = self._is_down()
        if down is not None:
            raise down
        if self._waiting >= MOST_WAITING:
            text = "Very many people come in at once; this is tried again."
            raise refusal(Code.RATE_LIMITED, text, int(SOON_S * 1000))
        self._waiting += 1
        try:
            async with self._turn:
                wait = self._asked.admit("", most=QUESTIONS, interval_ms=QUESTIONS_MS)
                if wait:
                    await asyncio.sleep(wait / 1000)
                down = self._is_down()
                if down is not None:
                    raise down
                return await self._asked_hub(token)
        finally:
            self._waiting -= 1

    async def _asked_hub(self, token: str) -> HubUser:
        """Ask the Hub, count its answer, and note if it gives none.

        Raises:
            Refused: as `UserApi.user`.
        """
        try:
            found = await self._api.user(token)
        except Refused as error:
            gone = error.code == Code.UNAVAILABLE
            self._count("unanswered" if gone else "refused")
            if gone:
                self._down = (self._clock() + SOON_S, error)
            raise
        self._count("confirmed")
        return found

    def _is_down(self) -> Refused | None:
        """Return why the Hub is not asked at the moment; `None`: it is."""
        if self._down is not None and self._clock() < self._down[0]:
            error = self._down[1]
            return refusal(error.code, str(error))
        return None

    def _check_tries(self, source: str) -> None:
        """Refuse an unknown token where very many were wrong.

        Raises:
            Refused: `RATE_LIMITED`.
        """
        self._wrong.sweep()
        wait = self._wrong.full(source, most=WRONG, interval_ms=WRONG_MS)
        if wait:
            text = "Too many tokens from your network were refused. Try again later."
            raise refusal(Code.RATE_LIMITED, text, wait)

    def _refuse(self, digest: bytes, proof: _Proof | None, error: Refused, source: str) -> None:
        self._refused[digest] = (self._clock() + REFUSED_S, error)
        self._refused.move_to_end(digest)
        if len(self._refused) > MOST:
            self._refused.popitem(last=False)
        if proof is None:
            self._wrong.admit(source, most=WRONG, interval_ms=WRONG_MS)
            return
        self._known.pop(digest, None)
        if proof.identity is not None:
            self.forget(proof.identity.user_id)

    async def _confirm(
        self, digest: bytes, token: str, proof: _Proof | None, found: Identity
    ) -> Identity:
        """Remember what the Hub says of a token, and tell if that is not what it said before."""
        proof = proof or _Proof(token, self.identity)
        before, now = proof.identity, self._clock()
        found = replace(found, until=time.time() + BELIEVED_S, ask_again=proof)
        if before is None or before.people != found.people or before.user_id != found.user_id:
            try:
                await self._changed(before, found)
            except EduWidgetsError:  # the store cannot write now: the next answer tells again
                if before is not None:
                    return before
            if before is not None:
                self.forget(found.user_id)
        proof.identity, proof.confirmed = found, now
        proof.due = proof.due or now + BELIEVED_S
        self._known[digest] = proof
        self._known.move_to_end(digest)
        self._refused.pop(digest, None)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return found

    def _over(self, digest: bytes, task: asyncio.Task[Identity]) -> None:
        self._under_way.pop(digest, None)
        if not task.cancelled():
            task.exception()  # whoever asked may have gone


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
