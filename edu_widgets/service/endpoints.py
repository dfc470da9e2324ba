"""The HTTP endpoints: joining, signing in, the owner's requests, health, metrics, invite pages."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, TypeVar

import msgspec
from aiohttp import hdrs, web

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import STAFF_ROLES, course_name
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.service import client_address, erasing, http_guard, invite_page, tokens, websocket
from edu_widgets.service.addresses import Address
from edu_widgets.service.admission import STAFF_HOURS, Admission
from edu_widgets.service.budget import ENTRY, JOIN, REQUEST
from edu_widgets.service.forwarding import Forwarding
from edu_widgets.service.gate import Charge, gate_of
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.identity_cache import IdentityCache
from edu_widgets.service.jupyterhub.people import HubPeople
from edu_widgets.service.limits import counted
from edu_widgets.service.people import OWNER, Join, Members, Vouch
from edu_widgets.service.roles import change_role
from edu_widgets.service.rules import Person
from edu_widgets.service.sessions import SignInBody

T = TypeVar("T")

MAX_BODY = 64 * 1024

BODY_S = 30.0
"""Seconds in which a body has to arrive: 2 kB a second is slow enough."""


MOST_AT_ONCE = 64
"""Requests of one person that carry or open connections, at once: each of thirty connections has
a poll and a post."""


class RoleChange(msgspec.Struct, frozen=True, rename="camel"):
    """Body of `POST /api/role`."""

    course: str
    user_id: str
    role: str


class InviteAsk(msgspec.Struct, frozen=True, rename="camel"):
    """Body of `POST /api/invite`: for the present invite, a `new` one, or one for `staff`."""

    course: str
    new: bool = False
    staff: bool = False
    hours: Annotated[float, msgspec.Meta(gt=0, le=87600)] = STAFF_HOURS


class EraseAsk(msgspec.Struct, frozen=True, rename="camel"):
    """Body of `POST /api/erase`; `who` is a name or an id."""

    course: str
    who: str


class RetentionAsk(msgspec.Struct, frozen=True, rename="camel"):
    """Body of `POST /api/retention`."""

    days: Annotated[float, msgspec.Meta(ge=0, le=36_500)] = erasing.DAYS


class RosterAsk(msgspec.Struct, frozen=True, rename="camel"):
    """Body of `POST /api/roster`."""

    course: str
    names: list[str] | None = None


@dataclass(slots=True)
class Door:
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


DOOR: web.AppKey[Door] = web.AppKey("door", Door)


@contextlib.asynccontextmanager
async def paid_by(request: web.Request, door: Door, identity: Identity) -> AsyncIterator[Charge]:
    """Let a request be a member's, who pays for it, while it is answered.

    Raises:
        Refused: `RATE_LIMITED`: too many of theirs are under way already.
    """
    user, source = identity.user_id, client_address.source(request, door.address)
    gate = gate_of(request)
    charge = partial(door.hub.budgets.charge_as, identity, source)
    with door.turn(user), gate.lent(charge) if gate is not None else contextlib.nullcontext():
        await asyncio.sleep(door.hub.budgets.proved(identity, source, REQUEST))
        yield charge


def as_json(value: object, status: int = 200) -> web.Response:
    """Make a response with a JSON body."""
    body = msgspec.json.encode(value)
    return web.Response(body=body, status=status, content_type="application/json")


async def received(
    request: web.Request, most: int = MAX_BODY, within: float | None = None
) -> bytes:
    """Read the body of a request.

    Raises:
        HTTPRequestTimeout: it does not arrive in `within` seconds; None: in `BODY_S`.
        HTTPRequestEntityTooLarge: it has more than `most` bytes.
    """
    try:
        gate = gate_of(request)
        with gate.waiting() if gate is not None else contextlib.nullcontext():
            async with asyncio.timeout(BODY_S if within is None else within):
                return await request.clone(client_max_size=most).read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error


def decoded(raw: bytes, type_: type[T]) -> T:
    """Decode a body as JSON of a type.

    Raises:
        Refused: `PROTOCOL`: it is no JSON, or not of this type.
    """
    try:
        return msgspec.json.decode(raw, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refusal(Code.PROTOCOL, f"The body: {error}.") from error
    except RecursionError as error:
        raise refusal(Code.PROTOCOL, "The body is nested too deeply.") from error


async def _body(request: web.Request, type_: type[T]) -> T:
    return decoded(await received(request), type_)


async def _root(request: web.Request) -> web.StreamResponse:
    if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
        return await _websocket(request)
    return as_json({"service": "edu-widgets", "version": request.app[DOOR].version})


async def _websocket(request: web.Request) -> web.StreamResponse:
    door = request.app[DOOR]
    identity = await door.entering(request)
    return await websocket.serve(
        door.hub, request, identity, client_address.source(request, door.address)
    )


async def _join(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    ask = await _body(request, Join)
    source = client_address.source(request, door.address)
    await asyncio.sleep(door.hub.budgets.charge_guest(source, JOIN))
    known = None
    if http_guard.proves(request):
        known = (await door.people.identity(http_guard.bearer(request))).user_id
    joined = await door.people.join(ask, source, known)
    door.hub.audit.record("JOINED", course=ask.course, userId=joined.user_id, role=joined.role)
    if joined.role in STAFF_ROLES:
        invite = door.admission.link(await door.admission.present(ask.course))
        joined = msgspec.structs.replace(joined, invite=invite)
    return as_json(joined)


async def _vouch(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    source = client_address.source(request, door.address)
    await asyncio.sleep(door.hub.budgets.charge_guest(source, JOIN))
    # Only a secret of this service counts, no platform's token: a platform decides itself who is
    # in its courses.
    proved = await door.people.identity(http_guard.bearer(request))
    voucher = (await door.people.within(proved)).user_id
    ask = await _body(request, Vouch)
    vouched = await door.people.vouch(ask, voucher)
    door.hub.audit.record("VOUCHED", course=ask.course, userId=vouched.user_id, by=voucher)
    return as_json(vouched)


async def _service(request: web.Request) -> web.Response:
    return as_json(await request.app[DOOR].people.sessions.about())


async def _sign_in(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    ask = await _body(request, SignInBody)
    answer, user_id = await door.people.sessions.sign_in(ask)
    if user_id:
        source, both = client_address.source(request, door.address), 2 * REQUEST
        await asyncio.sleep(door.hub.budgets.proved(Identity(user_id), source, both))
    return as_json(answer)


async def _new_invite(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    by = await door.owner(request)
    ask = await _body(request, InviteAsk)
    course = door.hosted(ask.course)
    if ask.staff:
        invite = await door.admission.staff_invite(course, by, ask.hours)
    elif ask.new:
        invite = await door.admission.renew(course, by)
    else:
        invite = await door.admission.present(course)
    return as_json({"invite": door.admission.link(invite), "expires": invite.expires})


async def _roster(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    by = await door.owner(request)
    ask = await _body(request, RosterAsk)
    found = await door.admission.set_roster(door.hosted(ask.course), ask.names, by)
    return as_json({"listed": found.listed})


async def _erase(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    by = await door.owner(request)
    ask = await _body(request, EraseAsk)
    course = door.hosted(ask.course)
    try:
        user_id = erasing.one(await door.hub.store.called(course, ask.who), ask.who, course)
    except InvalidArgument as error:
        raise refusal(Code.NOT_FOUND, str(error)) from error
    await door.admission.erase(course, user_id, by)
    return as_json({"userId": user_id})


async def _retention(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    await door.owner(request)
    ask = await _body(request, RetentionAsk)
    courses = await door.hub.retire(int(ask.days * erasing.DAY_MS))
    return as_json({"courses": courses})


async def _me(request: web.Request) -> web.Response:
    identity = await request.app[DOOR].identity(request)
    courses = {c: {"name": p.name, "role": p.role} for c, p in identity.people.items()}
    return as_json({"userId": identity.user_id, "courses": courses})


async def _role(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    ask = await _body(request, RoleChange)
    by = (await door.identity(request)).people.get(ask.course)
    if by is None or not by.staff:
        raise refusal(Code.FORBIDDEN, "Only instructors change roles.")
    await change_role(door.hub, ask.course, ask.user_id, ask.role, by)
    return as_json({})


async def _attach(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    await door.owner(request)
    ask = await _body(request, dict[str, int])
    door.watch(ask.get("pid", 0))
    return as_json({})


async def _health(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    problem = await door.hub.vitals.ask()
    about = {"ok": not problem, "instance": door.instance, "version": door.version}
    told = {"problem": problem} if problem else {}
    return as_json(about | {"members": len(door.hub.members)} | told, 503 if problem else 200)


async def _metrics(request: web.Request) -> web.Response:
    if not http_guard.is_local(request):
        text = "The numbers of this service are for programs on its computer; not through a proxy."
        raise refusal(Code.FORBIDDEN, text)
    body = request.app[DOOR].hub.metrics.text()
    return web.Response(body=body, headers={hdrs.CONTENT_TYPE: "text/plain; version=0.0.4"})


async def _invite(request: web.Request) -> web.Response:
    door = request.app[DOOR]
    try:
        course = course_name(request.match_info["course"])
    except InvalidArgument as error:
        raise refusal(Code.NO_SUCH_CHANNEL, str(error)) from error
    url = str(request.url)
    if door.address.url:
        url = door.address.url + str(request.rel_url).removeprefix(door.address.prefix)
    # The page is the same for a course that does not exist: only an invite may tell.
    page = invite_page.render(course, url, door.version, door.install_hint)
    headers = {"Content-Security-Policy": invite_page.POLICY, "Referrer-Policy": "no-referrer"}
    return web.Response(text=page, content_type="text/html", headers=headers)


def add_routes(router: web.UrlDispatcher, prefix: str) -> None:
    """Add all routes, under a prefix."""
    router.add_get(f"{prefix}/", _root)
    if prefix:
        router.add_get(prefix, _root)
    router.add_get(f"{prefix}/api/realtime/ws", _websocket)
    router.add_post(f"{prefix}/api/join", _join)
    router.add_post(f"{prefix}/api/vouch", _vouch)
    router.add_get(f"{prefix}/api/session", _service)
    router.add_post(f"{prefix}/api/session", _sign_in)
    router.add_get(f"{prefix}/api/me", _me)
    router.add_post(f"{prefix}/api/role", _role)
    router.add_post(f"{prefix}/api/attach", _attach)
    router.add_post(f"{prefix}/api/invite", _new_invite)
    router.add_post(f"{prefix}/api/roster", _roster)
    router.add_post(f"{prefix}/api/erase", _erase)
    router.add_post(f"{prefix}/api/retention", _retention)
    router.add_get(f"{prefix}/health", _health)
    router.add_get(f"{prefix}/metrics", _metrics)
    router.add_get(f"{prefix}/{{course}}", _invite)
