"""The HTTP application: guards every request, and answers refusals and failures in one form."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import hdrs, web
from aiohttp.http_exceptions import BadHttpMessage

from edu_widgets.protocol import HEADER, VERSION, Code
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service import blobs, client_address, http_connections, http_guard
from edu_widgets.service.audit import REFUSED
from edu_widgets.service.bodies import MAX_BODY, as_json
from edu_widgets.service.budget import REQUEST
from edu_widgets.service.context import CONTEXT, ServiceContext
from edu_widgets.service.endpoints import add_routes
from edu_widgets.service.gate import MOST_WAITING, gate_of
from edu_widgets.service.limits import SlidingWindow, counted

log = logging.getLogger("edu_widgets.service")


_told: SlidingWindow[str] = SlidingWindow(time.monotonic)


def _without_request(record: logging.LogRecord) -> bool:
    """Log only the error's type: aiohttp's message quotes headers, and so tokens.

    One type is logged once a minute: strangers can cause as many as they like.
    """
    if not record.exc_info:
        return True
    kind = type(record.exc_info[1]).__name__
    record.msg, record.args = f"A request was not understood ({kind}).", ()
    record.exc_info = record.exc_text = None
    return not _told.admit(kind, most=1, interval_ms=60_000)


http_log = logging.getLogger("edu_widgets.service.http")
"""The logger that aiohttp's server writes to."""

http_log.addFilter(_without_request)

WAITING: web.AppKey[Counter[str]] = web.AppKey("waiting", Counter)
"""Requests that wait for their address's budget, by address."""

MOST_PROVEN = 4
"""Requests with one person's proof that wait beside those of strangers at their address."""

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


def application(context: ServiceContext, prefix: str = "") -> web.Application:
    """Make the application, without a socket.

    A proxy such as JupyterHub's forwards the whole path of the public URL, so every route exists
    under `prefix`, too.
    """
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_guard])
    app[CONTEXT] = context
    app[WAITING] = Counter()
    app[http_connections.CONNECTIONS] = {}
    app[blobs.UPLOADS] = Counter()
    for path in {"", prefix}:
        http_connections.add_routes(app.router, path)
        blobs.add_routes(app.router, path)
        add_routes(app.router, path)
    app.on_response_prepare.append(_mark)
    app.on_shutdown.append(http_connections.end)
    return app


async def _mark(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers[HEADER] = VERSION
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.popall(hdrs.SERVER, None)


async def _paid(request: web.Request, context: ServiceContext, source: str) -> None:
    """Wait until a request of an address is paid for.

    Raises:
        Refused: `RATE_LIMITED`: many of that address wait already. Behind a proxy nobody's
            connections are counted, so they would take all the places there are. Strangers take
            none from who brings a proof.
    """
    wait = context.hub.budgets.charge_guest(source, REQUEST)
    if not wait:
        return
    waiting, whose, most = request.app[WAITING], source, MOST_WAITING
    if waiting[source] >= most:
        signed = await context.signed_for(request)
        whose, most = (f"{source} {signed}", MOST_PROVEN) if signed else (source, most)
    if waiting[whose] >= most:
        context.hub.budgets.refund_guest(source, REQUEST)
        raise refusal(Code.RATE_LIMITED, Code.RATE_LIMITED.meaning, int(wait * 1000))
    with counted(waiting, whose):
        await asyncio.sleep(wait)


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    context = request.app[CONTEXT]
    gate = gate_of(request)
    try:
        with gate.answering() if gate is not None else contextlib.nullcontext():
            source = client_address.source(request, context.address)
            await _paid(request, context, source)
            http_guard.check(request, context.address.hosts)
            return await handler(request)
    except Refused as error:
        return _refused(context, request, error)
    except web.HTTPException as error:
        if error.status == web.HTTPRequestEntityTooLarge.status_code:
            return _refused(context, request, refusal(Code.TOO_LARGE, Code.TOO_LARGE.meaning))
        code = {404: Code.UNKNOWN_TYPE, 405: Code.UNKNOWN_TYPE}.get(error.status, Code.PROTOCOL)
        return as_json(
            Problem(code, f"{request.method} {request.path}: {error.reason}."), error.status
        )
    except (ConnectionError, web.RequestPayloadError, BadHttpMessage):
        # The client has gone, or its body cannot be read: nothing to log.
        return as_json(Problem(Code.PROTOCOL, Code.PROTOCOL.meaning), 400)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("A request failed.")
        return as_json(Problem(Code.INTERNAL, Code.INTERNAL.meaning), 500)


def _refused(context: ServiceContext, request: web.Request, error: Refused) -> web.Response:
    context.hub.metrics.refusals.labels(error.code).inc()
    context.hub.audit.record(REFUSED, path=request.path[:80], code=error.code)
    status = _STATUS.get(Code(error.code), 403)
    response = as_json(Problem(error.code, str(error), getattr(error, "retry_after", None)), status)
    if status == 401:  # noqa: PLR2004
        response.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
    return response
