"""The bodies of requests and responses: read within limits, decoded, encoded as JSON."""

import asyncio
import contextlib
from typing import TypeVar

import msgspec
from aiohttp import web

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.gate import gate_of

T = TypeVar("T")

MAX_BODY = 64 * 1024
"""Bytes."""

BODY_S = 30.0
"""Seconds in which a body has to arrive: 2 kB a second is slow enough."""


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
