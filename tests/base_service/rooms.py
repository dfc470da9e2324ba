"""The channels of a base service: their members, their messages, and the frames these cause."""

from __future__ import annotations

import itertools
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.base_service.variants import Variants

Frame = dict[str, Any]

KEPT = 500
"""Messages a channel keeps, and events a stream can be resumed from."""


class Lost(Exception):  # noqa: N818 - not an error: the line is to go dead
    """The connection is to be lost here."""


class Member:
    """One connection of one person: a WebSocket or an event stream."""

    def __init__(self, user_id: str, send: Callable[[str], Awaitable[None]]) -> None:
        self.user_id = user_id
        self.channels: set[str] = set()
        self._send = send

    async def send(self, frame: Frame) -> None:
        """Write a frame; a connection that has just ended is no error."""
        try:
            await self._send(json.dumps(frame))
        except ConnectionError:
            self.channels.clear()


@dataclass
class Channel:
    """The messages and events of a channel, in order."""

    messages: list[Frame] = field(default_factory=list)
    own: list[Frame] = field(default_factory=list)
    """Frames of the platform's own types."""
    events: deque[tuple[int, Frame]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def find(self, message_id: str) -> Frame | None:
        return next((m for m in self.messages if m["id"] == message_id), None)


class Rooms:
    """All channels, and the rules of the document's messages."""

    def __init__(self, variants: Variants) -> None:
        self.variants = variants
        self.channels: dict[str, Channel] = {}
        self.members: list[Member] = []
        self._numbers = itertools.count(1)
        self._handlers: dict[str, Callable[[Member, str, Frame, str], Awaitable[None]]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "heartbeat": self._heartbeat,
            "chat_message": self._chat_message,
            "request_history": self._request_history,
            "typing_start": self._typing,
            "typing_stop": self._typing,
            "add_reaction": self._add_reaction,
        }

    def channel(self, name: str) -> Channel:
        """A channel, which begins to exist when it is first named."""
        return self.channels.setdefault(name, Channel())

    def frame(self, type_: str, channel: str, data: Any) -> Frame:
        """A message of the service, in the document's envelope."""
        number = next(self._numbers)
        stamp = int(time.time() * 1000)
        return {
            "type": type_,
            "channel": channel,
            "data": data,
            "timestamp": stamp,
            "messageId": f"{stamp}-{number}",
        }

    async def take(self, member: Member, text: str | bytes) -> None:
        """Act on what a client has sent.

        Raises:
            Lost: the connection is to go dead now (see `Variants`).
        """
        try:
            frame = json.loads(text)
            type_, channel, data = frame["type"], frame.get("channel", ""), frame.get("data") or {}
            if type_ in self.variants.own_types:
                await self._relay(channel, frame)
                return
            handler = self._handlers[type_]
        except (ValueError, KeyError, TypeError, RecursionError):
            await member.send(self.frame("error", "", {"message": "Unknown message."}))
            return
        if self.variants.noise:
            await member.send(self.frame("server_stats", channel, {"load": 0.5}))
        await handler(member, channel, data, type_)

    async def tell(self, channel: str, type_: str, data: Any, but: Member | None = None) -> None:
        """Send something to everybody in a channel, and keep it for streams that resume."""
        frame = self.frame(type_, channel, data)
        if type_ == "chat_message" and self.variants.wrap:
            frame = self.frame("message", channel, {"type": type_, "data": data})
        self.channel(channel).events.append((next(self._numbers), frame))
        for member in tuple(self.members):
            if channel in member.channels and member is not but:
                await member.send(frame)

    # -- coming and going -----------------------------------------------------------------

    async def enter(self, member: Member, channel: str) -> None:
        """Add a member to a channel, and tell them of the others in it."""
        if channel in member.channels:
            return
        there = {m.user_id for m in self.members if channel in m.channels}
        member.channels.add(channel)
        for user_id in sorted(there - {member.user_id}):
            data = {"userId": user_id, "online": True}
            await member.send(self.frame("user_presence", channel, data))
        if member.user_id not in there:
            await self.tell(channel, "user_joined", {"userId": member.user_id}, but=member)
            await self.tell(channel, "user_presence", {"userId": member.user_id, "online": True})

    async def leave(self, member: Member, channel: str) -> None:
        """Somebody is in a channel no more, unless with another connection."""
        member.channels.discard(channel)
        if not any(m.user_id == member.user_id and channel in m.channels for m in self.members):
            await self.tell(channel, "user_left", {"userId": member.user_id})
            await self.tell(channel, "user_presence", {"userId": member.user_id, "online": False})

    async def gone(self, member: Member) -> None:
        """A connection has ended."""
        self.members.remove(member)
        for channel in tuple(member.channels):
            await self.leave(member, channel)

    async def _relay(self, channel: str, frame: Frame) -> None:
        """Keep a message of the platform's own, and hand it to everybody as it came."""
        self.channel(channel).own.append(frame)
        if self.variants.lose_after_storing > 0:
            self.variants.lose_after_storing -= 1
            raise Lost
        for member in tuple(self.members):
            if channel in member.channels:
                await member.send(frame)

    async def _subscribe(self, member: Member, channel: str, data: Frame, type_: str) -> None:
        await self.enter(member, channel)

    async def _unsubscribe(self, member: Member, channel: str, data: Frame, type_: str) -> None:
        await self.leave(member, channel)

    async def _heartbeat(self, member: Member, channel: str, data: Frame, type_: str) -> None:
        if self.variants.acknowledge_heartbeats:
            await member.send(self.frame("heartbeat_ack", "system", data))

    # -- chat --------------------------------------------------------------------------------

    async def _chat_message(self, member: Member, channel: str, data: Frame, type_: str) -> None:
        content = data.get("content")
        if not isinstance(content, str) or not content.strip():
            await member.send(self.frame("error", channel, {"message": "The message is empty."}))
            return
        if self.variants.lose_before_storing > 0:
            self.variants.lose_before_storing -= 1
            raise Lost
        message = {**data, "userId": member.user_id}
        if self.variants.rewrite_ids:
            message |= {"id": f"db-{next(self._numbers)}", "timestamp": int(time.time() * 1000)}
        self.channel(channel).messages.append(message)
        lost = self.variants.lose_after_storing > 0
        silent = lost or self.variants.echo_to_others_only
        await self.tell(channel, type_, message, but=member if silent else None)
        if lost:
            self.variants.lose_after_storing -= 1
            raise Lost

    async def _request_history(self, member: Member, channel: str, data: Frame, type_: str) -> None:
        if not self.variants.has_history:
            return
        limit = data.get("limit")
        limit = limit if isinstance(limit, int) and 0 < limit <= KEPT else 50
        told = {"messages": self.channel(channel).messages[-limit:]}
        await member.send(self.frame("chat_history", channel, told))

    async def _typing(self, member: Member, channel: str, data: Frame, type_: str) -> None:
        told = {"userId": member.user_id, "isTyping": type_ == "typing_start"}
        await self.tell(channel, "user_typing", told, but=member)

    async def _add_reaction(self, member: Member, channel: str, data: Frame, type_: str) -> None:
        message = self.channel(channel).find(str(data.get("messageId")))
        emoji = data.get("emoji")
        if message is None or not isinstance(emoji, str):
            await member.send(self.frame("error", channel, {"message": "No such message."}))
            return
        reactions = message.setdefault("reactions", [])
        found = next((r for r in reactions if r["emoji"] == emoji), None)
        if found is None:
            found = {"emoji": emoji, "count": 0, "users": []}
            reactions.append(found)
        if member.user_id not in found["users"]:
            found["users"].append(member.user_id)
            found["count"] += 1
        told = {"messageId": message["id"], "emoji": emoji, "userId": member.user_id}
        await self.tell(channel, "message_reaction", told | {"action": "add"})
