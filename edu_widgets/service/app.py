"""The HTTP application: one port for the WebSocket, joining, health and metrics."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import msgspec
from aiohttp import hdrs, web
from aiohttp.http_exceptions import BadHttpMessage

from edu_widgets.protocol import HEADER, VERSION, Code
from edu_widgets.protocol.channels import STAFF_ROLES, course_name
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.service import client_address, erasing, http_guard, invite_page, tokens, websocket
from edu_widgets.service.addresses import Address
from edu_widgets.service.admission import STAFF_HOURS, Admission
from edu_widgets.service.audit import REFUSED
from edu_widgets.service.budget import JOIN, REQUEST
from edu_widgets.service.gate import gate_of
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.people import OWNER, Join, People
from edu_widgets.service.roles import change_role
from edu_widgets.service.rules import Person
from edu_widgets.service.sessions import SignIn

log = logging.getLogger("edu_widgets.service")


def _without_request(record: logging.LogRecord) -> bool:
    """Say what kind of error it was, and leave out what aiohttp quotes: headers, and so tokens."""
    if record.exc_info:
        error = record.exc_info[1]
        record.msg, record.args = f"A request was not understood ({type(error).__name__}).", ()
        record.exc_info = record.exc_text = None
    return True


http_log = logging.getLogger("edu_widgets.service.http")
"""What aiohttp has to say of requests."""

http_log.addFilter(_without_request)

T = TypeVar("T")

MAX_BODY = 64 * 1024

BODY_S = 30.0
"""Seconds in which a body has to be there: 2 kB a second is slow enough."""

_STATUS = {
    Code.UNAUTHORIZED: 401,
    Code.TOKEN_EXPIRED: 401,
    Code.RATE_LIMITED: 429,
    Code.UNAVAILABLE: 503,
    Code.RESTARTING: 503,
    Code.NO_SUCH_CHANNEL: 404,
    Code.NOT_FOUND: 404,
    Code.TOO_LARGE: 413,
    Code.INTERNAL: 500,
    Code.PROTOCOL: 400,
    Code.INVALID: 400,
    Code.UNKNOWN_TYPE: 404,
}


class Problem(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Body of an answer that refuses; `retry_after` in ms."""

    code: int
    message: str
    retry_after: int | None = None


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
    """Body of `POST /api/erase`: who by name or id."""

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
    """What requests are answered from. `watch` is called with a further kernel's pid."""

    hub: Hub
    people: People
    admission: Admission
    address: Address
    instance: str
    version: str
    keys: Sequence[tokens.Key] = ()
    watch: Callable[[int], None] = field(default=lambda _pid: None)
    install_hint: str = ""

    async def identity(self, request: web.Request) -> Identity:
        """Whose request this is.

        Raises:
            Refused: `UNAUTHORIZED`, `TOKEN_EXPIRED` or `REMOVED`.
        """
        value = http_guard.bearer(request)
        if tokens.looks_like_token(value):
            found = tokens.identity(value, self.keys, self.hub.courses)
            await self.people.check_foreign(found.user_id)
        else:
            found = await self.people.identity(value)
        return await self.people.within(found)

    async def owner(self, request: web.Request) -> Person:
        """See that it is the owner of the service who asks.

        Raises:
            Refused: `UNAUTHORIZED`, `FORBIDDEN`.
        """
        if (await self.identity(request)).user_id != OWNER:
            raise refusal(Code.FORBIDDEN, "Only the owner of the service may do that.")
        return Person(OWNER, "", "instructor")

    def hosted(self, course: str) -> str:
        """A course of this service.

        Raises:
            Refused: `NO_SUCH_CHANNEL`: it is none.
        """
        if course not in self.hub.courses:
            text = f"This service hosts {', '.join(self.hub.courses)}, not {course!r:.80}."
            raise refusal(Code.NO_SUCH_CHANNEL, text)
        return course


_DOOR: web.AppKey[Door] = web.AppKey("door", Door)


def application(door: Door, prefix: str = "") -> web.Application:
    """The application, without a socket.

    A proxy such as JupyterHub's passes the path of the public URL on: all is under `prefix` too.
    """
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_guard])
    app[_DOOR] = door
    for path in {"", prefix}:
        _add_routes(app.router, path)
    app.on_response_prepare.append(_mark)
    return app


def _add_routes(router: web.UrlDispatcher, prefix: str) -> None:
    router.add_get(f"{prefix}/", _root)
    router.add_get(f"{prefix}/api/realtime/ws", _websocket)
    router.add_post(f"{prefix}/api/join", _join)
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


async def _mark(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers[HEADER] = VERSION
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.popall(hdrs.SERVER, None)


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    door = request.app[_DOOR]
    gate = gate_of(request)
    try:
        with gate.answering() if gate is not None else contextlib.nullcontext():
            source = client_address.source(request, door.address)
            wait = door.hub.budgets.charge_guest(source, REQUEST)
            if wait:
                await asyncio.sleep(wait)
            http_guard.check(request, door.address.hosts)
            return await handler(request)
    except Refused as error:
        return _refused(door, request, error)
    except web.HTTPException as error:
        if error.status == web.HTTPRequestEntityTooLarge.status_code:
            return _refused(door, request, refusal(Code.TOO_LARGE, Code.TOO_LARGE.meaning))
        code = {404: Code.UNKNOWN_TYPE, 405: Code.UNKNOWN_TYPE}.get(error.status, Code.PROTOCOL)
        return _json(
            Problem(code, f"{request.method} {request.path}: {error.reason}."), error.status
        )
    except (ConnectionError, web.RequestPayloadError, BadHttpMessage):
        # Nobody is there any more, or what they sent is no body: nothing to log.
        return _json(Problem(Code.PROTOCOL, Code.PROTOCOL.meaning), 400)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("A request failed.")
        return _json(Problem(Code.INTERNAL, Code.INTERNAL.meaning), 500)


def _refused(door: Door, request: web.Request, error: Refused) -> web.Response:
    door.hub.metrics.refusals.labels(error.code).inc()
    door.hub.audit.record(REFUSED, path=request.path[:80], code=error.code)
    status = _STATUS.get(Code(error.code), 403)
    response = _json(Problem(error.code, str(error), getattr(error, "retry_after", None)), status)
    if status == 401:  # noqa: PLR2004
        response.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
    return response


def _json(value: object, status: int = 200) -> web.Response:
    body = msgspec.json.encode(value)
    return web.Response(body=body, status=status, content_type="application/json")


async def _body(request: web.Request, type_: type[T]) -> T:
    try:
        gate = gate_of(request)
        with gate.waiting() if gate is not None else contextlib.nullcontext():
            async with asyncio.timeout(BODY_S):
                raw = await request.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    try:
        return msgspec.json.decode(raw, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refusal(Code.PROTOCOL, f"The body: {error}.") from error
    except RecursionError as error:
        raise refusal(Code.PROTOCOL, "The body is nested too deeply.") from error


async def _root(request: web.Request) -> web.StreamResponse:
    if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
        return await _websocket(request)
    return _json({"service": "edu-widgets", "version": request.app[_DOOR].version})


async def _websocket(request: web.Request) -> web.StreamResponse:
    door = request.app[_DOOR]
    identity = await door.identity(request)
    return await websocket.serve(
        door.hub, request, identity, client_address.source(request, door.address)
    )


async def _join(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    ask = await _body(request, Join)
    source = client_address.source(request, door.address)
    await asyncio.sleep(door.hub.budgets.charge_guest(source, JOIN))
    known = None
    if hdrs.AUTHORIZATION in request.headers:
        known = (await door.people.identity(http_guard.bearer(request))).user_id
    joined = await door.people.join(ask, source, known)
    door.hub.audit.record("JOINED", course=ask.course, userId=joined.user_id, role=joined.role)
    if joined.role in STAFF_ROLES:
        invite = door.admission.link(await door.admission.present(ask.course))
        joined = msgspec.structs.replace(joined, invite=invite)
    return _json(joined)


async def _service(request: web.Request) -> web.Response:
    return _json(await request.app[_DOOR].people.sessions.about())


async def _sign_in(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    ask = await _body(request, SignIn)
    answer, user_id = await door.people.sessions.sign_in(ask)
    if user_id:
        source, both = client_address.source(request, door.address), 2 * REQUEST
        await asyncio.sleep(door.hub.budgets.proved(user_id, source, both))
    return _json(answer)


async def _new_invite(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    by = await door.owner(request)
    ask = await _body(request, InviteAsk)
    course = door.hosted(ask.course)
    if ask.staff:
        invite = await door.admission.staff_invite(course, by, ask.hours)
    elif ask.new:
        invite = await door.admission.renew(course, by)
    else:
        invite = await door.admission.present(course)
    return _json({"invite": door.admission.link(invite), "expires": invite.expires})


async def _roster(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    by = await door.owner(request)
    ask = await _body(request, RosterAsk)
    found = await door.admission.set_roster(door.hosted(ask.course), ask.names, by)
    return _json({"listed": found.listed})


async def _erase(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    by = await door.owner(request)
    ask = await _body(request, EraseAsk)
    course = door.hosted(ask.course)
    try:
        user_id = erasing.one(await door.hub.store.called(course, ask.who), ask.who, course)
    except InvalidArgument as error:
        raise refusal(Code.NOT_FOUND, str(error)) from error
    await door.admission.erase(course, user_id, by)
    return _json({"userId": user_id})


async def _retention(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    await door.owner(request)
    ask = await _body(request, RetentionAsk)
    courses = await door.hub.retire(int(ask.days * erasing.DAY_MS))
    return _json({"courses": courses})


async def _me(request: web.Request) -> web.Response:
    identity = await request.app[_DOOR].identity(request)
    courses = {c: {"name": p.name, "role": p.role} for c, p in identity.people.items()}
    return _json({"userId": identity.user_id, "courses": courses})


async def _role(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    ask = await _body(request, RoleChange)
    by = (await door.identity(request)).people.get(ask.course)
    if by is None or not by.staff:
        raise refusal(Code.FORBIDDEN, "Only instructors change roles.")
    await change_role(door.hub, ask.course, ask.user_id, ask.role, by)
    return _json({})


async def _attach(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    await door.owner(request)
    ask = await _body(request, dict[str, int])
    door.watch(ask.get("pid", 0))
    return _json({})


async def _health(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    problem = await door.hub.vitals.ask()
    about = {"ok": not problem, "instance": door.instance, "version": door.version}
    told = {"problem": problem} if problem else {}
    return _json(about | {"members": len(door.hub.members)} | told, 503 if problem else 200)


async def _metrics(request: web.Request) -> web.Response:
    if not http_guard.is_local(request):
        text = "The numbers of this service are for programs on its computer; not through a proxy."
        raise refusal(Code.FORBIDDEN, text)
    body = request.app[_DOOR].hub.metrics.text()
    return web.Response(body=body, headers={hdrs.CONTENT_TYPE: "text/plain; version=0.0.4"})


async def _invite(request: web.Request) -> web.Response:
    door = request.app[_DOOR]
    try:
        course = course_name(request.match_info["course"])
    except InvalidArgument as error:
        raise refusal(Code.NO_SUCH_CHANNEL, str(error)) from error
    url = str(request.url)
    if door.address.url:
        url = door.address.url + str(request.rel_url).removeprefix(door.address.prefix)
    # Whether the course exists is for those to know who have its invite.
    page = invite_page.render(course, url, door.version, door.install_hint)
    headers = {"Content-Security-Policy": invite_page.POLICY, "Referrer-Policy": "no-referrer"}
    return web.Response(text=page, content_type="text/html", headers=headers)
