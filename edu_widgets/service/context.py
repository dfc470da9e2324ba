"""Whose a request is and who pays for it: the parts of the service that all endpoints share."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service import client_address, http_guard, tokens
from edu_widgets.service.addresses import Address
from edu_widgets.service.admission import Admission
from edu_widgets.service.budget import ENTRY, REQUEST
from edu_widgets.service.forwarding import Forwarding
from edu_widgets.service.gate import Charge, gate_of
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.identity_cache import IdentityCache
from edu_widgets.service.jupyterhub.people import HubPeople
from edu_widgets.service.limits import counted
from edu_widgets.service.people import OWNER, Members
from edu_widgets.service.rules import Person

MOST_AT_ONCE = 64
"""Requests of one person that carry or open connections, at once: each of thirty connections has
a poll and a post."""


@dataclass(slots=True)
class ServiceContext:
    """The service's parts that requests need. `watch` is called with a further kernel's pid."""

    hub: Hub
    people: Members
    admission: Admission
    address: Address
    instance: str
    version: str
    keys: Sequence[tokens.Key] = ()
    watch: Callable[[int], None] = field(default=lambda _pid: None)
    install_hint: str = ""
    jupyterhub: HubPeople | None = None
    """Proves the identity of the Hub's people, where the service is behind JupyterHub."""
    forwarding: Forwarding | None = None
    """Asks the other processes on the same store, where there are several."""
    identities: IdentityCache = field(init=False)
    _under_way: Counter[str] = field(init=False, default_factory=Counter)
    """Requests that are being answered or wait to be paid for, by person."""

    def __post_init__(self) -> None:
        """Remember who proves to be who."""
        self.identities = IdentityCache(self.hub.store)
        if self.jupyterhub is not None:
            self.jupyterhub.forget = self.identities.forget

    async def identity(self, request: web.Request) -> Identity:
        """Return the identity that the request's bearer value proves.

        Raises:
            Refused: `UNAUTHORIZED`, `TOKEN_EXPIRED`, `REMOVED` or `UNAVAILABLE`; of JupyterHub's
                people also `FORBIDDEN` or `RATE_LIMITED`.
        """
        prove = partial(self._prove, client_address.source(request, self.address))
        return await self.identities.get(http_guard.bearer(request), prove)

    async def _prove(self, source: str, value: str) -> Identity:
        if tokens.looks_like_token(value):
            found = tokens.identity(value, self.keys, self.hub.courses)
            await self.people.check_foreign(found.user_id)
        elif self.jupyterhub is None or await self.people.knows(value):
            found = await self.people.identity(value)
        else:
            found = await self.jupyterhub.identity(value, source)
            await self.people.check_foreign(found.user_id)
        return await self.people.within(found)

    async def signed_for(self, request: web.Request) -> str:
        """Return whose a request's token is by its signature alone; "" for no or another proof."""
        with contextlib.suppress(Refused):
            value = http_guard.bearer(request)
            if tokens.looks_like_token(value):
                return tokens.identity(value, self.keys, self.hub.courses).user_id
            if self.jupyterhub is not None and (known := self.jupyterhub.known(value)):
                return known
            key_id, _ = await self.people.sessions.signed_for(value)
            return key_id
        return ""

    async def entering(self, request: web.Request) -> Identity:
        """As `identity`, once the person has paid for a connection.

        Raises:
            Refused: as `identity` and `turn`.
        """
        identity = await self.identity(request)
        source = client_address.source(request, self.address)
        with self.turn(identity.user_id):
            wait = self.hub.budgets.charge_as(identity, source, ENTRY)
            if wait:
                await asyncio.sleep(wait)
                return await self.identity(request)  # their role may be another by now
        return identity

    @contextlib.contextmanager
    def turn(self, user_id: str) -> Iterator[None]:
        """Count a request of a person while it is under way.

        Raises:
            Refused: `RATE_LIMITED`: as many as may be are so already.
        """
        if self._under_way[user_id] >= MOST_AT_ONCE:
            raise refusal(Code.RATE_LIMITED, "Too many requests at once; try again.", 1000)
        with counted(self._under_way, user_id):
            yield

    async def owner(self, request: web.Request) -> Person:
        """Check that the request is the owner's, and return them as a person.

        Raises:
            Refused: `UNAUTHORIZED`, `FORBIDDEN`.
        """
        if (await self.identity(request)).user_id != OWNER:
            raise refusal(Code.FORBIDDEN, "Only the owner of the service may do that.")
        return Person(OWNER, "", "instructor")

    def hosted(self, course: str) -> str:
        """Return the name of a course that this service hosts.

        Raises:
            Refused: `NO_SUCH_CHANNEL`: the service does not host it.
        """
        if course not in self.hub.courses:
            text = f"This service hosts {', '.join(self.hub.courses)}, not {course!r:.80}."
            raise refusal(Code.NO_SUCH_CHANNEL, text)
        return course


CONTEXT: web.AppKey[ServiceContext] = web.AppKey("context", ServiceContext)


@contextlib.asynccontextmanager
async def paid_by(
    request: web.Request, context: ServiceContext, identity: Identity
) -> AsyncIterator[Charge]:
    """Let a request be a member's, who pays for it, while it is answered.

    Raises:
        Refused: `RATE_LIMITED`: too many of theirs are under way already.
    """
    user, source = identity.user_id, client_address.source(request, context.address)
    gate = gate_of(request)
    charge = partial(context.hub.budgets.charge_as, identity, source)
    with context.turn(user), gate.lent(charge) if gate is not None else contextlib.nullcontext():
        await asyncio.sleep(context.hub.budgets.proved(identity, source, REQUEST))
        yield charge
