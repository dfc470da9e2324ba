"""Frames of Supabase Realtime (Phoenix channels, protocol version 1.0.0), to and from the seed's.

A message of the seed travels whole: it is the payload of a broadcast, its type is the event. No IO.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from edu_widgets.client.transport.base import TransportFailed
from edu_widgets.protocol import Code

REPLAYED = 25
"""Messages that a project may replay to who joins, at most (its own limit)."""

REPLAY_MS = 2 * 3_600_000
"""How far back they may be."""

QUIET_ABOVE = 20
"""People in a channel above whom nobody is told who types: each word of it is a delivery to all of
them, and deliveries count against the project's messages a second."""

MAX_PEOPLE = 2_000
"""People of one channel that are kept; whoever is beyond is not listed."""

_AFTER_LIMIT = 10.0
"""Seconds to wait after a limit of the project was reached."""

_TOPIC = "realtime:"
_TYPING = frozenset({"typing_start", "typing_stop"})
_OF_THE_SERVICE = frozenset(
    {
        "chat_history", "error", "heartbeat_ack", "request_history", "subscribe", "unsubscribe",
        "user_joined", "user_left", "user_presence",
    }
)  # fmt: skip
"""Types that only a service may send: no member's broadcast counts as one of these."""

_REFUSED = ("MalformedJWT", "JwtSignatureError", "Unauthorized")
_SETUP = (
    "TopicNameRequired",
    "TenantNotFound",
    "RealtimeDisabledForTenant",
    "RealtimeDisabledForConfiguration",
)
_MAX_REASON = 200

_log = logging.getLogger(__name__)


class _Frame(msgspec.Struct):
    """A frame of Phoenix; `event` decides the type of `payload`."""

    topic: str
    event: str
    payload: msgspec.Raw = msgspec.Raw(b"{}")
    ref: str | None = None


class _Reply(msgspec.Struct):
    """Payload of `phx_reply`."""

    status: str
    response: dict[str, Any] = {}


class _System(msgspec.Struct):
    """Payload of `system`."""

    status: str = ""
    message: str = ""


class _Broadcast(msgspec.Struct):
    """Payload of `broadcast`."""

    event: str
    payload: dict[str, Any]
    meta: dict[str, Any] = {}


class _Presences(msgspec.Struct):
    """The connections of one person."""

    metas: list[dict[str, Any]] = []


class _Diff(msgspec.Struct):
    """Payload of `presence_diff`."""

    joins: dict[str, _Presences] = {}
    leaves: dict[str, _Presences] = {}


class _Seed(msgspec.Struct):
    """A message of the seed, as the base dialect writes it."""

    type: str
    channel: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _Reaction(msgspec.Struct, rename="camel"):
    """Data of `add_reaction`."""

    message_id: str
    emoji: str
    user_id: str


@dataclass(slots=True)
class PhoenixChannels:
    """The channels of one connection to a project, and the people in them.

    Args:
        user_id: The person, as the presence's key.
        name: What others see.
    """

    user_id: str
    name: str
    joined: set[str] = field(default_factory=set)
    """Channels whose join was confirmed."""
    _refs: int = 0
    _joins: dict[str, str] = field(default_factory=dict)
    _here: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    _said: str = ""

    # -- to the project -------------------------------------------------------------------------

    def join(self, channel: str, token: str, now_ms: int) -> bytes:
        """Return the frame that asks to join a private channel.

        Args:
            channel: The seed's channel; the topic is named after it.
            token: The person's token, by which the project's policies decide.
            now_ms: The time in ms since 1970, for the messages to replay.
        """
        ref = self._joins[channel] = self._ref()
        config = {
            "private": True,
            "broadcast": {
                "ack": False,
                "self": True,
                "replay": {"since": now_ms - REPLAY_MS, "limit": REPLAYED},
            },
            "presence": {"enabled": True, "key": self.user_id},
            "postgres_changes": [],
        }
        payload = {"config": config, "access_token": token}
        return _frame(_TOPIC + channel, "phx_join", payload, ref, ref)

    def track(self, channel: str) -> bytes:
        """Return the frame that adds this person to the presence of a channel."""
        about = {"userId": self.user_id, "userName": self.name}
        payload = {"type": "presence", "event": "track", "payload": about}
        return self._push(channel, "presence", payload)

    def renew(self, token: str) -> list[bytes]:
        """Return the frames that give a fresh token to all channels."""
        payload = {"access_token": token}
        return [self._push(channel, "access_token", payload) for channel in sorted(self.joined)]

    def heartbeat(self) -> bytes:
        """Return a heartbeat, without which a project hangs up."""
        return _frame("phoenix", "heartbeat", {}, self._ref())

    def sent(self, frame: bytes) -> bytes | None:
        """Return a message of the base dialect as a frame for the project; None: nothing is sent.

        Channels are joined before, heartbeats have their own time, and a project keeps no history
        that could be asked for.
        """
        seed = msgspec.json.decode(frame, type=_Seed)
        if seed.type == "unsubscribe" and seed.channel in self.joined:
            self.joined.discard(seed.channel)
            self._here.pop(seed.channel, None)
            return self._push(seed.channel, "phx_leave", {})
        quiet = len(self._here.get(seed.channel, ())) > QUIET_ABOVE
        if seed.channel not in self.joined or (quiet and seed.type in _TYPING):
            return None
        event, whole = seed.type, msgspec.Raw(frame)
        if seed.type in _TYPING:  # what a service would make of it
            event = "user_typing"
            data = {"isTyping": seed.type == "typing_start"}
            whole = self._message(event, seed.channel, data)
        elif seed.type == "add_reaction":
            asked = msgspec.json.decode(seed.data, type=_Reaction)
            event = "message_reaction"
            told = {"messageId": asked.message_id, "action": "add", "emoji": asked.emoji}
            whole = self._message(event, seed.channel, told)
        elif seed.type in _OF_THE_SERVICE:
            return None
        payload = {"type": "broadcast", "event": event, "payload": whole}
        return self._push(seed.channel, "broadcast", payload)

    def _message(self, type_: str, channel: str, data: Mapping[str, object]) -> msgspec.Raw:
        whole = {"type": type_, "channel": channel, "data": {"userId": self.user_id, **data}}
        return msgspec.Raw(msgspec.json.encode(whole))

    def _push(self, channel: str, event: str, payload: dict[str, Any]) -> bytes:
        return _frame(_TOPIC + channel, event, payload, self._ref(), self._joins.get(channel))

    def _ref(self) -> str:
        self._refs += 1
        return str(self._refs)

    # -- from the project -----------------------------------------------------------------------

    def received(self, frame: bytes | str) -> list[bytes]:
        """Return the messages of the seed that a project's frame stands for.

        Raises:
            TransportFailed: the project has refused or closed a channel; it says why.
        """
        try:
            found = msgspec.json.decode(frame, type=_Frame)
            channel = found.topic.removeprefix(_TOPIC)
            if found.event == "phx_reply":
                self._replied(found)
            elif channel in self._joins:
                return self._told(channel, found)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            _log.warning("A frame of Supabase that cannot be read was ignored")
        return []

    def _replied(self, found: _Frame) -> None:
        """Note that a channel was joined; replies to other frames have no meaning here."""
        channel = next((name for name, ref in self._joins.items() if ref == found.ref), None)
        if channel is None or channel in self.joined:
            return
        reply = msgspec.json.decode(found.payload, type=_Reply)
        if reply.status == "ok":
            self.joined.add(channel)
            return
        raise refused(channel, str(reply.response.get("reason", "")))

    def _told(self, channel: str, found: _Frame) -> list[bytes]:
        if channel not in self.joined:  # we have left it
            return []
        if found.event == "broadcast":
            return self._broadcast(channel, msgspec.json.decode(found.payload, type=_Broadcast))
        if found.event == "presence_state":
            state = msgspec.json.decode(found.payload, type=dict[str, _Presences])
            return self._changed(channel, _Diff(joins=state))
        if found.event == "presence_diff":
            return self._changed(channel, msgspec.json.decode(found.payload, type=_Diff))
        if found.event == "system":
            system = msgspec.json.decode(found.payload, type=_System)
            self._said = system.message if system.status == "error" else self._said
        if found.event in ("phx_close", "phx_error"):
            raise _closed(channel, self._said)
        return []

    def _broadcast(self, channel: str, told: _Broadcast) -> list[bytes]:
        """A message of the seed, whole or, as a database's trigger may send it, its data alone."""
        if told.event in _OF_THE_SERVICE:
            return []
        whole = told.payload
        if whole.get("type") != told.event or not isinstance(whole.get("data"), dict):
            whole = {"data": told.payload, "messageId": str(told.meta.get("id", ""))}
        return [msgspec.json.encode(whole | {"type": told.event, "channel": channel})]

    def _changed(self, channel: str, diff: _Diff) -> list[bytes]:
        """Return messages on arrivals and departures; a person leaves with the last connection."""
        here = self._here.setdefault(channel, {})
        messages: list[dict[str, Any]] = []
        for user, one in diff.joins.items():
            if user not in here and len(here) >= MAX_PEOPLE:
                continue
            if user not in here:
                name = next((meta.get("userName") for meta in one.metas), None)
                data = {"userId": user} | ({"userName": name} if isinstance(name, str) else {})
                messages.append({"type": "user_joined", "channel": channel, "data": data})
            here.setdefault(user, set()).update(_marks(one.metas))
        for user, one in diff.leaves.items():
            left = here.get(user, set()) - set(_marks(one.metas))
            if user in here and not left:
                del here[user]
                data = {"userId": user}
                messages.append({"type": "user_left", "channel": channel, "data": data})
            elif user in here:
                here[user] = left
        return [msgspec.json.encode(message) for message in messages]


def _marks(metas: Iterable[dict[str, Any]]) -> Iterable[str]:
    """The marks of a person's connections; there are few."""
    return [str(meta.get("phx_ref", "")) for meta in metas][:MAX_PEOPLE]


def _frame(topic: str, event: str, payload: object, ref: str, join_ref: str | None = None) -> bytes:
    whole = {"topic": topic, "event": event, "payload": payload, "ref": ref, "join_ref": join_ref}
    return msgspec.json.encode(whole)


def refused(channel: str, reason: str) -> TransportFailed:
    """Return the failure for a refused join; its code says whether trying again can help."""
    name, said = reason.partition(":")[0], reason[:_MAX_REASON] or "no reason is given"
    told = f"Supabase does not let you join {channel!r:.80} ({said})."
    if name in _REFUSED:
        return TransportFailed(Code.UNAUTHORIZED, f"{told} See docs/supabase.md for the policies.")
    if name in _SETUP:
        return TransportFailed(Code.FORBIDDEN, f"{told} It is for the project's owner to change.")
    if name.startswith("InvalidJWT"):
        return TransportFailed(Code.TOKEN_EXPIRED, told)
    return TransportFailed(0, told, _AFTER_LIMIT if name.endswith("LimitReached") else None)


def _closed(channel: str, said: str) -> TransportFailed:
    """Return the failure for a channel that was closed; the next connection joins it anew."""
    why = said[:_MAX_REASON] or "no reason is given"
    limit = "too many" in said.lower() or "exceeded" in said.lower()
    reason = f"Supabase has closed {channel!r:.80} ({why})."
    return TransportFailed(0, reason, _AFTER_LIMIT if limit else None)
