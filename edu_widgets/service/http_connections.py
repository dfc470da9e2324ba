"""Connections where no WebSocket gets through: an event stream or polls down, posts up.

What a connection is does not depend on what carries it: a `Member` with its budgets, limits and
deadlines. Each request proves anew that it is the same person's. It may come to another process
than the one that holds the connection, which then answers it (`forwarding`).
"""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import msgspec
from aiohttp import WSCloseCode, web

from edu_widgets.protocol import Code, carriers
from edu_widgets.protocol.errors import refusal
from edu_widgets.service import budget, client_address, dispatch
from edu_widgets.service.bodies import as_json, decoded, received
from edu_widgets.service.connection_writer import GOODBYE_S
from edu_widgets.service.context import CONTEXT, ServiceContext, paid_by
from edu_widgets.service.event_writer import EventWriter
from edu_widgets.service.forwarding import GONE, Answer, Asked, Batch, Forwarding, Replaced, Waiting
from edu_widgets.service.gate import gate_of
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.member import Member
from edu_widgets.service.poll_writer import PollWriter
from edu_widgets.service.websocket import IN_A_ROW

MOST_AT_ONCE = 4
"""Posts of one connection that may be under way: one, and attempts that were given up."""

MAX_POLL = 1024
"""Bytes of a poll's body."""

Writer = EventWriter | PollWriter


@dataclass(slots=True, eq=False)
class HttpConnection:
    """A member who comes by requests."""

    id: str
    member: Member
    writer: Writer
    number: int = 0
    """Of the last batch that was taken."""
    posts: int = 0
    """Posts that are under way."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the frames of a batch are handled."""
    told: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a poll was answered that it is over."""
    ending: asyncio.Task[object] | None = None
    """The task that ends a connection of polls, which no request does."""


CONNECTIONS: web.AppKey[dict[str, HttpConnection]] = web.AppKey("connections", dict)


def add_routes(router: web.UrlDispatcher, prefix: str) -> None:
    """Add what such connections are made of, under a prefix."""
    router.add_get(prefix + carriers.EVENTS, _events)
    router.add_post(prefix + carriers.MESSAGES, _messages)
    router.add_post(prefix + carriers.POLL, _poll)


# -- the beginning and the end ------------------------------------------------------


def _admit(request: web.Request, identity: Identity, writer: Writer, former: str) -> HttpConnection:
    """Let somebody in by a new connection; that which it replaces ends.

    Raises:
        Refused: as `Hub.admit`.
    """
    context, connections = request.app[CONTEXT], request.app[CONNECTIONS]
    _replace(context, connections, identity.user_id, former)
    member = Member(identity, writer, client_address.source(request, context.address))
    context.hub.admit(member)
    id_ = secrets.token_urlsafe(16)
    if context.forwarding is not None:
        id_ = context.forwarding.named(id_)
    made = HttpConnection(id_, member, writer)
    connections[made.id] = made
    return made


def _replace(
    context: ServiceContext, connections: dict[str, HttpConnection], user_id: str, former: str
) -> None:
    """End the connection that a new one replaces."""
    replaced = connections.get(former)
    if replaced is not None:
        if replaced.member.identity.user_id == user_id:
            replaced.member.close(WSCloseCode.OK, "replaced")
    elif context.forwarding is not None and context.forwarding.holder(former):
        _ = context.hub.supervisor.spawn(
            "A replacement", context.forwarding.replace(former, user_id)
        )


async def _dismiss(app: web.Application, gone: HttpConnection) -> None:
    code = gone.writer.code or WSCloseCode.ABNORMAL_CLOSURE
    await app[CONTEXT].hub.dismiss(gone.member, code)


def _held(app: web.Application, id_: str, user_id: str, expires: float | None) -> HttpConnection:
    """Return a person's connection; it was heard of.

    Raises:
        Refused: `NOT_FOUND`: there is none, or it is another's.
    """
    found = app[CONNECTIONS].get(id_)
    if found is None or found.member.identity.user_id != user_id:
        raise refusal(Code.NOT_FOUND, GONE)
    known = found.member.identity
    if known.expires is not None and expires is not None:
        known.expires = max(known.expires, expires)
    found.writer.heard = found.writer.now()
    return found


def _elsewhere(context: ServiceContext, id_: str) -> Forwarding | None:
    """Return the way to the process that holds a connection; `None` if it is this one."""
    forwarding = context.forwarding
    return forwarding if forwarding is not None and forwarding.holder(id_) else None


async def answered(app: web.Application, asked: Asked) -> Answer:
    """Answer a request that came to another process.

    Raises:
        Refused: as the request would be.
    """
    match asked.what:
        case Replaced():
            _replace(app[CONTEXT], app[CONNECTIONS], asked.user_id, asked.connection)
            return Answer(asked.id)
        case Batch(number, body):
            mine = _held(app, asked.connection, asked.user_id, asked.expires)
            with _posting(mine):
                gap = not await _posted(app[CONTEXT].hub, mine, number, body)
            return Answer(asked.id, gap=gap)
        case Waiting(after, wait):
            mine = _held(app, asked.connection, asked.user_id, asked.expires)
            writer = _polls(mine)
            try:
                last, frames = await writer.polled(after, wait)
            except ValueError:
                return Answer(asked.id, gap=True)
            raw, closed = list(map(bytes, frames)), _closed(mine, last)
            return Answer(asked.id, last=last, frames=raw, closed=closed, repeated=writer.repeated)


# -- down: an event stream ----------------------------------------------------------


async def _events(request: web.Request) -> web.StreamResponse:
    hub = request.app[CONTEXT].hub
    identity = await request.app[CONTEXT].entering(request)
    writer = EventWriter(request)
    mine = _admit(request, identity, writer, request.headers.get(carriers.CONNECTION, ""))
    try:
        gate = gate_of(request)
        if gate is not None:
            charge = partial(hub.budgets.charge, mine.member)
            gate.prove(charge, budget.REQUEST, writer, mute=True)
        response = await writer.begin(request, mine.id)
        if gate is not None:
            writer.flow()
        await writer.over.wait()
    finally:
        request.app[CONNECTIONS].pop(mine.id, None)
        await _dismiss(request.app, mine)
    await writer.end(response)
    return response


# -- down: polls --------------------------------------------------------------------


async def _poll(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    identity = await context.identity(request)
    ask = decoded(await received(request, MAX_POLL), carriers.Poll)
    async with paid_by(request, context, identity) as charge:
        if ask.after is None:
            await asyncio.sleep(charge(budget.ENTRY))
            made = _open_poll(request, identity, ask.connection)
            return _polled(made.id, Answer(0, closed=_closed(made, 0)))
        waiting = Waiting(ask.after, min(ask.wait, carriers.POLL_S))
        who = (ask.connection, identity.user_id, identity.expires)
        forwarding, gate = _elsewhere(context, ask.connection), gate_of(request)
        with gate.deaf() if gate is not None else contextlib.nullcontext():
            if forwarding is not None:
                told = await forwarding.ask(*who, waiting)
            else:
                told = await answered(request.app, Asked("", 0, *who, waiting))
        if told.gap:
            return _gap()
        charge(told.repeated / budget.BYTES_OUT)
        return _polled(ask.connection, told)


def _polls(mine: HttpConnection) -> PollWriter:
    """Return what writes to a member who polls.

    Raises:
        Refused: `INVALID`: the connection has an event stream.
    """
    if not isinstance(mine.writer, PollWriter):
        raise refusal(Code.INVALID, "This connection has an event stream.")
    return mine.writer


def _open_poll(request: web.Request, identity: Identity, former: str) -> HttpConnection:
    writer, hub = PollWriter(), request.app[CONTEXT].hub
    mine = _admit(request, identity, writer, former)

    def closing() -> None:
        mine.ending = hub.supervisor.spawn("A close", _end_poll(request.app, mine))

    writer.closing = closing
    return mine


async def _end_poll(app: web.Application, mine: HttpConnection) -> None:
    """End what no request ends; for a moment there is still an answer for the last poll."""
    await _dismiss(app, mine)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_S):
            await mine.told.wait()
    app[CONNECTIONS].pop(mine.id, None)


async def end(app: web.Application) -> None:
    """Wait for nobody any more, as the service ends."""
    for one in tuple(app[CONNECTIONS].values()):
        one.told.set()
        if one.ending is not None:
            await asyncio.wait({one.ending})


def _closed(mine: HttpConnection, last: int) -> carriers.Closed | None:
    """Return the reason for the end of a connection of polls, for the poll that has everything."""
    closed = _polls(mine).closed(last)
    if closed is not None:
        mine.told.set()
    return closed


def _polled(id_: str, told: Answer) -> web.Response:
    frames = [msgspec.Raw(frame) for frame in told.frames]
    response = as_json(carriers.Polled(id_, told.last, frames, told.closed))
    response.headers[carriers.CONNECTION] = id_
    return response


def _gap() -> web.Response:
    text = "This number does not follow on what has come of this connection; open another."
    return as_json({"code": Code.PROTOCOL, "message": text}, 409)


# -- up: posts ----------------------------------------------------------------------


async def _messages(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    identity = await context.identity(request)
    id_ = request.headers.get(carriers.CONNECTION, "")
    forwarding = _elsewhere(context, id_)
    if forwarding is not None:
        number = _number(request)
        async with paid_by(request, context, identity):
            batch = Batch(number, await received(request, carriers.MAX_BATCH))
            told = await forwarding.ask(id_, identity.user_id, identity.expires, batch)
        return _gap() if told.gap else web.Response(status=204)
    mine = _held(request.app, id_, identity.user_id, identity.expires)
    with _posting(mine):
        number = _number(request)
        async with paid_by(request, context, identity):
            raw = await received(request, carriers.MAX_BATCH)
            taken = await _posted(context.hub, mine, number, raw)
    return web.Response(status=204) if taken else _gap()


@contextlib.contextmanager
def _posting(mine: HttpConnection) -> Iterator[None]:
    """Count a post while it is under way.

    Raises:
        Refused: `RATE_LIMITED`: as many as may be are so already; `NOT_FOUND`: it has ended.
    """
    if mine.writer.is_shut:
        raise refusal(Code.NOT_FOUND, GONE)
    if mine.posts >= MOST_AT_ONCE:
        raise refusal(Code.RATE_LIMITED, "One batch after the other, please.", 1000)
    mine.posts += 1
    try:
        yield
    finally:
        mine.posts -= 1


async def _posted(hub: Hub, mine: HttpConnection, number: int, raw: bytes) -> bool:
    """Take a batch, once, if its number follows; returns whether it does.

    Raises:
        Refused: `PROTOCOL`: it is no list of frames, or too long a one.
    """
    # The same batch may have come meanwhile, by another attempt.
    if number > mine.number + 1 or (number > mine.number and mine.turn.locked()):
        return False
    if number > mine.number:
        frames = decoded(raw, list[msgspec.Raw])
        if len(frames) > carriers.MAX_BATCH_FRAMES:
            text = f"A batch has at most {carriers.MAX_BATCH_FRAMES} frames."
            raise refusal(Code.PROTOCOL, text)
        mine.number = number
        await _take(hub, mine, frames)
    async with mine.turn:  # an attempt that was given up may still be at it
        return True


def _number(request: web.Request) -> int:
    told = request.headers.get(carriers.NUMBER, "")
    if not (0 < len(told) <= 15 and told.isascii() and told.isdigit()):  # noqa: PLR2004
        raise refusal(Code.PROTOCOL, f"The header {carriers.NUMBER} has to be a number.")
    return int(told)


async def _take(hub: Hub, mine: HttpConnection, frames: list[msgspec.Raw]) -> None:
    """Handle the frames of a batch, one after the other, as those of a WebSocket."""
    async with mine.turn:
        for count, frame in enumerate(frames, 1):
            if mine.writer.is_shut:
                return
            if not await _is_carriers(hub, mine, bytes(frame)):
                await dispatch.receive(hub, mine.member, bytes(frame))
            mine.writer.heard = mine.writer.now()  # it was not silent while it waited
            if count % IN_A_ROW == 0:
                await asyncio.sleep(0)


class _Own(msgspec.Struct):
    """The fields of a frame that tell the carrier's own from others."""

    type: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")


async def _is_carriers(hub: Hub, mine: HttpConnection, frame: bytes) -> bool:
    """Act on a frame that is the carrier's own; return False for all others."""
    try:
        own = msgspec.json.decode(frame, type=_Own)
        if own.type == carriers.BYE:
            mine.member.close(WSCloseCode.OK, "bye")
            return True
        if own.type != carriers.PONG:
            return False
        mark = bytes.fromhex(msgspec.json.decode(own.data, type=carriers.Ping).id)
    except (ValueError, RecursionError):
        return False  # it is told what is wrong with it
    await hub.budgets.pay(mine.member, budget.FRAME)
    if isinstance(mine.writer, EventWriter):
        mine.writer.ponged(mark)
    return True
