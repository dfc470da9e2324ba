"""The HTTP endpoints: joining, signing in, the owner's requests, health, metrics, invite pages.

Each finds the service's parts in `app[CONTEXT]`; what carries connections is in `http_connections`.
"""

import asyncio
from typing import Annotated, TypeVar

import msgspec
from aiohttp import hdrs, web

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import STAFF_ROLES, course_name
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service import client_address, erasing, http_guard, invite_page, websocket
from edu_widgets.service.admission import STAFF_HOURS
from edu_widgets.service.bodies import as_json, decoded, received
from edu_widgets.service.budget import JOIN, REQUEST
from edu_widgets.service.context import CONTEXT
from edu_widgets.service.identity import Identity
from edu_widgets.service.people import Join, Vouch
from edu_widgets.service.roles import change_role
from edu_widgets.service.sessions import SignInBody

T = TypeVar("T")


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


async def _body(request: web.Request, type_: type[T]) -> T:
    return decoded(await received(request), type_)


async def _root(request: web.Request) -> web.StreamResponse:
    if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
        return await _websocket(request)
    return as_json({"service": "edu-widgets", "version": request.app[CONTEXT].version})


async def _websocket(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    identity = await context.entering(request)
    return await websocket.serve(
        context.hub, request, identity, client_address.source(request, context.address)
    )


async def _join(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    ask = await _body(request, Join)
    source = client_address.source(request, context.address)
    await asyncio.sleep(context.hub.budgets.charge_guest(source, JOIN))
    known = None
    if http_guard.proves(request):
        known = (await context.people.identity(http_guard.bearer(request))).user_id
    joined = await context.people.join(ask, source, known)
    context.hub.audit.record("JOINED", course=ask.course, userId=joined.user_id, role=joined.role)
    if joined.role in STAFF_ROLES:
        invite = context.admission.link(await context.admission.present(ask.course))
        joined = msgspec.structs.replace(joined, invite=invite)
    return as_json(joined)


async def _vouch(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    source = client_address.source(request, context.address)
    await asyncio.sleep(context.hub.budgets.charge_guest(source, JOIN))
    # Only a secret of this service counts, no platform's token: a platform decides itself who is
    # in its courses.
    proved = await context.people.identity(http_guard.bearer(request))
    voucher = (await context.people.within(proved)).user_id
    ask = await _body(request, Vouch)
    vouched = await context.people.vouch(ask, voucher)
    context.hub.audit.record("VOUCHED", course=ask.course, userId=vouched.user_id, by=voucher)
    return as_json(vouched)


async def _service(request: web.Request) -> web.Response:
    return as_json(await request.app[CONTEXT].people.sessions.about())


async def _sign_in(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    ask = await _body(request, SignInBody)
    answer, user_id = await context.people.sessions.sign_in(ask)
    if user_id:
        source, both = client_address.source(request, context.address), 2 * REQUEST
        await asyncio.sleep(context.hub.budgets.proved(Identity(user_id), source, both))
    return as_json(answer)


async def _new_invite(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    by = await context.owner(request)
    ask = await _body(request, InviteAsk)
    course = context.hosted(ask.course)
    if ask.staff:
        invite = await context.admission.staff_invite(course, by, ask.hours)
    elif ask.new:
        invite = await context.admission.renew(course, by)
    else:
        invite = await context.admission.present(course)
    return as_json({"invite": context.admission.link(invite), "expires": invite.expires})


async def _roster(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    by = await context.owner(request)
    ask = await _body(request, RosterAsk)
    found = await context.admission.set_roster(context.hosted(ask.course), ask.names, by)
    return as_json({"listed": found.listed})


async def _erase(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    by = await context.owner(request)
    ask = await _body(request, EraseAsk)
    course = context.hosted(ask.course)
    try:
        user_id = erasing.one(await context.hub.store.called(course, ask.who), ask.who, course)
    except InvalidArgument as error:
        raise refusal(Code.NOT_FOUND, str(error)) from error
    await context.admission.erase(course, user_id, by)
    return as_json({"userId": user_id})


async def _retention(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    await context.owner(request)
    ask = await _body(request, RetentionAsk)
    courses = await context.hub.retire(int(ask.days * erasing.DAY_MS))
    return as_json({"courses": courses})


async def _me(request: web.Request) -> web.Response:
    identity = await request.app[CONTEXT].identity(request)
    courses = {c: {"name": p.name, "role": p.role} for c, p in identity.people.items()}
    return as_json({"userId": identity.user_id, "courses": courses})


async def _role(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    ask = await _body(request, RoleChange)
    by = (await context.identity(request)).people.get(ask.course)
    if by is None or not by.staff:
        raise refusal(Code.FORBIDDEN, "Only instructors change roles.")
    await change_role(context.hub, ask.course, ask.user_id, ask.role, by)
    return as_json({})


async def _attach(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    await context.owner(request)
    ask = await _body(request, dict[str, int])
    context.watch(ask.get("pid", 0))
    return as_json({})


async def _health(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    problem = await context.hub.vitals.ask()
    about = {"ok": not problem, "instance": context.instance, "version": context.version}
    told = {"problem": problem} if problem else {}
    return as_json(about | {"members": len(context.hub.members)} | told, 503 if problem else 200)


async def _metrics(request: web.Request) -> web.Response:
    if not http_guard.is_local(request):
        text = "The numbers of this service are for programs on its computer; not through a proxy."
        raise refusal(Code.FORBIDDEN, text)
    body = request.app[CONTEXT].hub.metrics.text()
    return web.Response(body=body, headers={hdrs.CONTENT_TYPE: "text/plain; version=0.0.4"})


async def _invite(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    try:
        course = course_name(request.match_info["course"])
    except InvalidArgument as error:
        raise refusal(Code.NO_SUCH_CHANNEL, str(error)) from error
    url = str(request.url)
    if context.address.url:
        url = context.address.url + str(request.rel_url).removeprefix(context.address.prefix)
    # The page is the same for a course that does not exist: only an invite may tell.
    page = invite_page.render(course, url, context.version, context.install_hint)
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
