"""A project as its documentation describes it: Phoenix channels, version 1.0.0, in a thread.

Private channels only: a token lets its person into the channels that `Policies` names. Presence
calls, heartbeats and messages are limited as the documentation says.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.loop_thread import LoopThread

API_KEY = "sb_publishable_k3y"
MAX_PRESENCE_CALLS, PRESENCE_WITHIN = 5, 30.0

Frame = dict[str, Any]


@dataclass(eq=False)
class Member:
    """A connection, and the channels that it has joined."""

    connection: ServerConnection
    topics: dict[str, Frame] = field(default_factory=dict)
    """The config of each joined topic."""
    tokens: list[str] = field(default_factory=list)
    """All tokens that it has shown."""
    heartbeats: int = 0
    calls: deque[float] = field(default_factory=deque)
    """The times of its presence calls."""

    async def send(self, topic: str, event: str, payload: object, ref: str | None = None) -> None:
        frame = {"topic": topic, "event": event, "payload": payload, "ref": ref}
        await self.connection.send(json.dumps(frame))


class Project(LoopThread):
    """A project; `tokens` says which token is whose, `refused` why a channel is refused."""

    def __init__(self, tokens: dict[str, str]) -> None:
        super().__init__()
        self.tokens = tokens
        self.refused: dict[str, str] = {}
        self.members: list[Member] = []
        self.addresses: list[str] = []
        self.broadcasts: list[Frame] = []
        """All that was broadcast, by topic, in order."""
        self.stored: dict[str, list[Frame]] = {}
        """Messages that the database has sent, which are replayed, by topic."""
        self.presence_calls = 0
        self.port = 0
        self._present: dict[str, dict[Member, tuple[str, Frame]]] = {}
        self._marks = itertools.count(1)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        server = await serve(
            self._serve, "127.0.0.1", self.port, process_request=self._let_in, ping_interval=None
        )
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            yield

    @property
    def url(self) -> str:
        """The address as Supabase writes it."""
        return f"ws://127.0.0.1:{self.port}/realtime/v1/websocket?apikey={API_KEY}"

    # -- done by the test -----------------------------------------------------------------------

    def send_from_database(self, topic: str, event: str, payload: Frame) -> None:
        """A trigger's `realtime.send`: told now, and replayed to who joins later."""
        self.stored.setdefault(topic, []).append({"event": event, "payload": payload})
        self.run(self._tell(topic, "broadcast", _broadcast(event, payload, meta={"id": event})))

    def close_channel(self, topic: str, said: str) -> None:
        """Close a channel for everybody, as at a limit."""

        async def close() -> None:
            system = {"message": said, "status": "error", "extension": "system", "channel": topic}
            await self._tell(topic, "system", system)
            await self._tell(topic, "phx_close", {})

        self.run(close())

    def cut(self) -> None:
        """Cut all connections."""

        async def cut() -> None:
            for member in self.members:
                member.connection.transport.abort()

        self.run(cut())

    def say(self, topic: str, frame: str) -> None:
        """Send a text of any kind to the members of a channel."""

        async def send() -> None:
            for member in self.members:
                if topic in member.topics:
                    await member.connection.send(frame)

        self.run(send())

    def present(self, topic: str) -> set[str]:
        """The keys of the members of a channel."""
        return {key for key, _ in dict(self._present.get(topic, {})).values()}

    # -- the protocol ---------------------------------------------------------------------------

    def _let_in(self, connection: ServerConnection, request: Request) -> Response | None:
        self.addresses.append(request.path)
        asked = urlsplit(request.path)
        if asked.path != "/realtime/v1/websocket":
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        if parse_qs(asked.query).get("apikey") != [API_KEY]:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        member = Member(connection)
        self.members.append(member)
        try:
            async for text in connection:
                await self._take(member, json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.members.remove(member)
            for topic in tuple(member.topics):
                await self._leave(member, topic)

    async def _take(self, member: Member, frame: Frame) -> None:
        topic, event, payload, ref = (frame[k] for k in ("topic", "event", "payload", "ref"))
        if event == "heartbeat":
            assert topic == "phoenix"
            member.heartbeats += 1
            await member.send(topic, "phx_reply", {"status": "ok", "response": {}}, ref)
        elif event == "phx_join":
            assert frame["join_ref"] == ref
            await self._join(member, topic, payload, ref)
        elif topic not in member.topics or frame["join_ref"] is None:
            said = {"status": "error", "response": {"reason": "unmatched topic"}}
            await member.send(topic, "phx_reply", said, ref)
        elif event == "phx_leave":
            await self._leave(member, topic)
            await member.send(topic, "phx_close", {}, ref)
        elif event == "access_token":
            member.tokens.append(payload["access_token"])
        elif event == "presence":
            await self._track(member, topic, payload)
        elif event == "broadcast":
            assert payload["type"] == "broadcast"
            self.broadcasts.append({"topic": topic, **payload})
            told = _broadcast(payload["event"], payload["payload"])
            await self._tell(topic, "broadcast", told, but=member)

    async def _join(self, member: Member, topic: str, payload: Frame, ref: str) -> None:
        token, config = payload["access_token"], payload["config"]
        member.tokens.append(token)
        reason = self.refused.get(topic, "")
        if token not in self.tokens:
            reason = "Unauthorized: You do not have permissions to read from this Channel topic"
        if not config["private"]:
            reason = "Unauthorized: Private channels only"
        if reason:
            said = {"status": "error", "response": {"reason": reason}}
            await member.send(topic, "phx_reply", said, ref)
            return
        member.topics[topic] = config
        joined = {"status": "ok", "response": {"postgres_changes": []}}
        await member.send(topic, "phx_reply", joined, ref)
        state: dict[str, Frame] = {}
        for key, meta in self._present.get(topic, {}).values():
            state.setdefault(key, {"metas": []})["metas"].append(meta)
        await member.send(topic, "presence_state", state)
        for sent in self.stored.get(topic, [])[-config["broadcast"]["replay"]["limit"] :]:
            told = _broadcast(sent["event"], sent["payload"], meta={"id": "r", "replayed": True})
            await member.send(topic, "broadcast", told)

    async def _track(self, member: Member, topic: str, payload: Frame) -> None:
        now = time.monotonic()
        self.presence_calls += 1
        member.calls.append(now)
        while now - member.calls[0] > PRESENCE_WITHIN:
            member.calls.popleft()
        assert len(member.calls) <= MAX_PRESENCE_CALLS
        key = member.topics[topic]["presence"]["key"]
        meta = {"phx_ref": str(next(self._marks)), **payload["payload"]}
        self._present.setdefault(topic, {})[member] = (key, meta)
        await self._tell(topic, "presence_diff", {"joins": {key: {"metas": [meta]}}, "leaves": {}})

    async def _leave(self, member: Member, topic: str) -> None:
        member.topics.pop(topic, None)
        gone = self._present.get(topic, {}).pop(member, None)
        if gone is not None:
            leaves = {gone[0]: {"metas": [gone[1]]}}
            await self._tell(topic, "presence_diff", {"joins": {}, "leaves": leaves})

    async def _tell(
        self, topic: str, event: str, payload: object, *, but: Member | None = None
    ) -> None:
        """Send to everybody in a channel; a sender gets its own only if it asked for it."""
        to = [
            member.send(topic, event, payload)
            for member in self.members
            if topic in member.topics
            and (member is not but or member.topics[topic]["broadcast"]["self"])
        ]
        for result in await asyncio.gather(*to, return_exceptions=True):
            assert result is None or isinstance(result, ConnectionClosed)


def _broadcast(event: str, payload: object, meta: Frame | None = None) -> Frame:
    return {"event": event, "type": "broadcast", "payload": payload} | (
        {"meta": meta} if meta else {}
    )
