"""Pictures by HTTP: posted to a channel, and read from it by their hash.

Who may enter a channel may do both. That a picture is kept, and who but its sender reads it, is
decided by the documents that name it (`store/blobs.py`).
"""

import asyncio
from collections import Counter

from aiohttp import hdrs, web

from edu_widgets.protocol import Code
from edu_widgets.protocol.blobs import MAX_BLOB, PATH, is_hash, picture, too_large
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service import budget
from edu_widgets.service.bodies import as_json, received
from edu_widgets.service.context import CONTEXT, paid_by
from edu_widgets.service.identity import Grant, Identity
from edu_widgets.service.limits import counted
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store import NewBlob

BODY_S = 120.0
"""Seconds in which a picture has to arrive: the largest comes at 9 kB a second."""

MOST_UPLOADS = 2
"""Pictures of one person that arrive at once …"""

MOST_UPLOADS_IN_ALL = 64
"""… and of all people: so many MiB of memory."""

UPLOADS: web.AppKey[Counter[str]] = web.AppKey("uploads", Counter)
"""Pictures that arrive, by person."""

# No shared cache may keep a picture, and no browser may run or frame what is in it.
_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": "attachment",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def add_routes(router: web.UrlDispatcher, prefix: str) -> None:
    """Add the routes of pictures, under a prefix."""
    router.add_post(prefix + PATH, _post)
    router.add_get(f"{prefix}{PATH}/{{hash}}", _get)


async def _granted(request: web.Request) -> tuple[Identity, Grant]:
    """Return who asks, and their grant for the channel that the query names.

    Raises:
        Refused: `UNAUTHORIZED`, `FORBIDDEN`, `NO_SUCH_CHANNEL`, ….
    """
    context = request.app[CONTEXT]
    identity = await context.identity(request)
    return identity, context.hub.grant(identity, request.query.get("channel", ""))


async def _post(request: web.Request) -> web.Response:
    identity, granted = await _granted(request)
    _check_length(request.content_length)
    hub, person = request.app[CONTEXT].hub, granted.person
    uploads = request.app[UPLOADS]
    _check_arriving(uploads, person.id)
    with counted(uploads, person.id):
        async with paid_by(request, request.app[CONTEXT], identity) as charge:
            await asyncio.sleep(charge(budget.COMMAND))
            data = await received(request, MAX_BLOB, BODY_S)
            try:
                ref = await hub.loop.run_in_executor(None, picture, data)
            except InvalidArgument as error:
                raise refusal(Code.INVALID, str(error)) from error
            new = NewBlob(
                granted.channel.course,
                granted.name,
                person.id,
                ref,
                data,
                now_ms(),
                unlimited=person.staff or not hub.config.rate_limits,
            )
            await hub.store.put_blob(new)
    return as_json(ref)


def _check_length(length: int | None) -> None:
    """Refuse a body by its length, before anything of it is read.

    Raises:
        Refused: `PROTOCOL`: it is not told; `TOO_LARGE`; `INVALID`: there is none.
    """
    if length is None:
        raise refusal(Code.PROTOCOL, "A picture needs the header Content-Length.")
    if length > MAX_BLOB:
        raise refusal(Code.TOO_LARGE, too_large(length))
    if not length:
        raise refusal(Code.INVALID, "The picture is empty: it has no bytes.")


def _check_arriving(uploads: Counter[str], user_id: str) -> None:
    """Check that one more picture may arrive.

    Raises:
        Refused: `RATE_LIMITED`: too many arrive already.
    """
    if uploads[user_id] >= MOST_UPLOADS or uploads.total() >= MOST_UPLOADS_IN_ALL:
        raise refusal(Code.RATE_LIMITED, "Too many pictures at once; again in a moment.", 1000)


async def _get(request: web.Request) -> web.Response:
    identity, granted = await _granted(request)
    hash_ = request.match_info["hash"]
    context = request.app[CONTEXT]
    async with paid_by(request, context, identity) as charge:
        found = None
        if is_hash(hash_):
            found = await context.hub.store.blob(granted.name, hash_, granted.person.id)
        if found is None:
            raise refusal(Code.NOT_FOUND, "There is no such picture in this channel any more.")
        await asyncio.sleep(charge(len(found.data) / budget.BLOB_BYTES))
        headers = {**_HEADERS, hdrs.CONTENT_TYPE: found.type}
        return web.Response(body=found.data, headers=headers)
