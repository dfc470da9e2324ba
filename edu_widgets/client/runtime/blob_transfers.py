"""Pictures of one connection, by HTTP: uploads before their commands, and downloads.

Everything here happens on the network thread.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from edu_widgets.client.runtime.connection import Connection
from edu_widgets.client.sync.events import CommandChanged, SessionEvent, State, StateChanged
from edu_widgets.client.sync.uploads import Key, Upload, Uploads
from edu_widgets.client.transport import tokens
from edu_widgets.client.transport.base import Target, TransportFailed, authorization, refusal
from edu_widgets.protocol import HEADER, Code, is_retry, meaning
from edu_widgets.protocol.blobs import MAX_BLOB, PATH
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected
from edu_widgets.protocol.errors import refusal as refused

if TYPE_CHECKING:
    import httpx

    from edu_widgets.client.transport.http import Http

CACHE = 32 * MAX_BLOB
"""Bytes of pictures that are kept once they were downloaded."""

AT_ONCE = 4
"""Downloads at once; uploads go one after the other."""

WITHIN = 120.0
"""Seconds that a picture may take."""

RETRY = 5.0
"""Seconds until an upload that did not get through is tried again."""

PATIENCE = 20.0
_OFFLINE = "The picture cannot be fetched while offline."
_EARLIER = "This service takes no pictures: it is of an earlier version, or of another kind."
_CREDENTIALS = frozenset({Code.TOKEN_EXPIRED, Code.UNAUTHORIZED})


class BlobTransfers:
    """Uploads and downloads for the connection of one person."""

    def __init__(
        self, connection: Connection, target: Callable[[], Target], uploads: Uploads
    ) -> None:
        self.uploads = uploads
        self._connection = connection
        self._target = target
        self._cache: OrderedDict[Key, bytes] = OrderedDict()
        self._cached = 0
        self._http: Http | None = None
        self._asked: Target | None = None
        self._token = ""
        self._loop = asyncio.get_running_loop()
        self._uploading: asyncio.Task[None] | None = None
        self._downloads: dict[Key, asyncio.Task[bytes]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._stop = connection.listen(self._heard)

    def add(self, channel: str, hash_: str, data: bytes) -> None:
        """Keep a picture and upload it."""
        self.uploads.add(channel, hash_, data)
        self._keep((channel, hash_), data)
        self._go_on()

    async def get(self, channel: str, hash_: str) -> bytes:
        """Return a picture: one that waits, one that was here before, or the service's.

        Raises:
            NotConnected: there is no connection.
            Refused: the service has no such picture, or not for this person.
        """
        key = (channel, hash_)
        data = self._cache.get(key) or self.uploads.get(channel, hash_)
        if data is not None:
            if key in self._cache:
                self._cache.move_to_end(key)
            return data
        if not self._is_live():
            raise NotConnected(_OFFLINE)
        task = self._downloads.get(key)
        if task is None:
            task = self._downloads[key] = self._loop.create_task(self._download(channel, hash_))
            task.add_done_callback(lambda _: self._downloads.pop(key, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End the transfers that are under way."""
        self._closed = True
        self._stop()
        if self._timer is not None:
            self._timer.cancel()
        tasks: list[asyncio.Task[Any]] = [*self._downloads.values()]
        tasks += [self._uploading] if self._uploading is not None else []
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._http is not None:
            await self._http.close()

    # -- uploads ------------------------------------------------------------------------

    def _heard(self, event: SessionEvent) -> None:
        match event:
            case StateChanged(State.CONNECTED):
                self.uploads.hurry()
                self._go_on()
            case CommandChanged() if self.uploads:
                if event.gone:
                    self.uploads.tidy()
                elif event.command.code == Code.NOT_FOUND:
                    self.uploads.lost(event.command)
                self._go_on()

    def _is_live(self) -> bool:
        session = self._connection.session
        return session.state is State.CONNECTED and session.dialect.name != "base"

    def _go_on(self) -> None:
        """Upload the pictures that are due, and fail those that cannot be sent."""
        if self._closed:
            return
        self._reject()
        idle = self._uploading is None or self._uploading.done()
        if idle and self._is_live() and self.uploads.due() is not None:
            self._uploading = self._loop.create_task(self._upload_all())
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self.uploads.wake_at()
        if at is not None:
            self._timer = self._loop.call_later(at - self.uploads.now() + 0.01, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self.uploads.tidy()
        self._go_on()

    def _reject(self) -> None:
        for command, code, reason in tuple(self.uploads.refused()):
            with self._connection.act() as session:
                failed = session.outbox.reject(command.id, code, reason)
                if failed is not None:
                    session.emit(CommandChanged(failed))

    async def _upload_all(self) -> None:
        while self._is_live() and (upload := self.uploads.due()) is not None:
            await self._upload(upload)
        self._loop.call_soon(self._go_on)

    async def _upload(self, upload: Upload) -> None:
        path = f"{PATH}?channel={quote(upload.channel, safe='')}"
        try:
            await self._request("POST", path, upload.data)
        except TransportFailed as error:
            if error.code and not is_retry(error.code):
                upload.refused = error.code, error.reason
                self._reject()
            else:
                self.uploads.put_off(upload, max(error.retry_after or 0.0, RETRY))
            return
        self.uploads.done(upload)
        with self._connection.act() as session:
            session.flush()

    # -- downloads ------------------------------------------------------------------------

    async def _download(self, channel: str, hash_: str) -> bytes:
        path = f"{PATH}/{hash_}?channel={quote(channel, safe='')}"
        try:
            async with self._slots:
                data = await self._request("GET", path, None)
        except TransportFailed as error:
            raise _as_error(error) from None
        if sha256(data).hexdigest() != hash_:
            raise NotConnected("The picture was damaged on its way; try again.")
        self._keep((channel, hash_), data)
        return data

    def _keep(self, key: Key, data: bytes) -> None:
        self._cached += len(data) - len(self._cache.pop(key, b""))
        self._cache[key] = data
        while self._cached > CACHE:
            _, gone = self._cache.popitem(last=False)
            self._cached -= len(gone)

    # -- requests ---------------------------------------------------------------------------

    async def _request(self, method: str, path: str, body: bytes | None) -> bytes:
        """Return the body of the service's answer.

        Raises:
            TransportFailed: it says no, or did not answer.
        """
        try:
            return await self._try(method, path, body)
        except TransportFailed as error:
            if error.code not in _CREDENTIALS or not self._token:
                raise
        self._token = ""  # it has expired
        return await self._try(method, path, body)

    async def _try(self, method: str, path: str, body: bytes | None) -> bytes:
        # Imported with the first picture: that is slow.
        from edu_widgets.client.transport.http import (  # noqa: PLC0415
            FAILURES,
            address,
            body_of,
            failure,
        )

        target = self._target()
        if not self._token or self._asked is None or self._asked.token is not target.token:
            self._token = await tokens.ask(target.token)
        http = await self._connections(target)
        headers = authorization(target.url, self._token)
        headers |= {"Content-Type": "application/octet-stream"} if body is not None else {}
        url = address(target.url, path)
        try:
            answer = await http.request(method, url, headers, body, WITHIN)
            async with asyncio.timeout(WITHIN):
                data = await body_of(answer, MAX_BLOB)
        except FAILURES as error:
            raise failure(error, url) from None
        if answer.status_code == HTTPStatus.OK and HEADER in answer.headers:
            return data
        raise _refusal(answer, data)

    async def _connections(self, target: Target) -> Http:
        before, self._asked = self._asked, target
        if self._http is not None and (before is None or before.url != target.url):
            http, self._http = self._http, None
            await http.close()
        if self._http is None:
            from edu_widgets.client.transport.http import Http  # noqa: PLC0415

            self._http = Http(target.url, PATIENCE)
        return self._http


def _refusal(answer: httpx.Response, data: bytes) -> TransportFailed:
    said = refusal(data) if HEADER in answer.headers else None
    if said is None:
        what = f"Something on the way to the service answered HTTP {answer.status_code}."
        return TransportFailed(0, what)
    if said.code == Code.UNKNOWN_TYPE:
        return TransportFailed(said.code, _EARLIER)
    return said


def _as_error(error: TransportFailed) -> EduWidgetsError:
    if not error.code:
        return NotConnected(error.reason)
    wait = None if error.retry_after is None else int(error.retry_after * 1000)
    return refused(error.code, error.reason or meaning(error.code), wait)
