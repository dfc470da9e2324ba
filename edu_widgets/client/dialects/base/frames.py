"""Handlers of a base service's frames, and the checks before their content is believed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec

from edu_widgets.client.dialects.base import reading
from edu_widgets.client.dialects.base.reading import BaseFrame, Said
from edu_widgets.client.dialects.base.room import TOLERANCE, BaseRoom, ToldHistory
from edu_widgets.client.dialects.base.state import BaseState
from edu_widgets.client.sync.events import ChannelChanged, CommandChanged, SignalReceived
from edu_widgets.client.sync.liveness import Link
from edu_widgets.protocol import REGISTRY, Code, messages
from edu_widgets.protocol.errors import ProtocolError

_log = logging.getLogger(__name__)

_MOST = 200
_REFUSED = "The service refused it."
_SAME_NOTICE = 5.0


def take(state: BaseState, link: Link, frame: bytes | str) -> None:
    """Act on a frame; one that cannot be understood is logged and changes nothing."""
    try:
        found = reading.read(frame)
        if found.type != "error":
            state.prove()
        handler = _HANDLERS.get(found.type)
        known = REGISTRY.frames.get(found.type)
        if handler is not None:
            handler(state, link, found)
        elif known is not None and known.of_seed and known.signal:
            _hand_on(state, found)
        else:
            _log.debug("A frame of type %r was ignored", found.type)
    except ProtocolError as error:
        _log.warning("A frame from the service was ignored: %s", error)


def _room(state: BaseState, frame: BaseFrame) -> BaseRoom | None:
    """Return the room a frame is about; without a channel in it, the only room there is."""
    if frame.channel:
        return state.rooms.get(frame.channel)
    return next(iter(state.rooms.values())) if len(state.rooms) == 1 else None


def _on_chat_message(state: BaseState, _link: Link, frame: BaseFrame) -> None:
    room = _room(state, frame)
    if room is None:
        return
    # Some platforms put the message one level deeper.
    data = frame.data.get("message") if "content" not in frame.data else frame.data
    if not isinstance(data, dict):
        data = frame.data
    said = reading.said(data, frame.stamp or state.wall())
    id_ = _known(state, said, room) or _by_words(state, said, room, set())
    if not id_ and not said.id:
        id_ = room.same(said, 0 if said.timed else TOLERANCE) or ""
    room.put(said, state.wall(), id_=id_, live=True)
    _learn_name(state, said, room)
    state.publish(room, live=True)
    state.reconciliation.look(room)


def _known(state: BaseState, said: Said, room: BaseRoom) -> str:
    """Return our id of a message by the service's id of it."""
    if not said.id:
        return ""
    return state.own.named(said) or room.our_id(said.id) or ""


def _by_words(state: BaseState, said: Said, room: BaseRoom, but: set[str]) -> str:
    """Return our id of my own message that the service has under another id.

    Of several messages with the same words the first that the service must have counts: one it
    has read, then one under way, and last one that may be lost.
    """
    if said.user_id != state.session.user_id:
        return ""
    unconfirmed = [(id_, held) for id_, held in room.unconfirmed() if id_ not in but]
    return (
        state.own.recall(said, [one for one in unconfirmed if one[1].reached])
        or state.own.message(said, room.name, but)
        or state.own.recall(said, unconfirmed)
        or ""
    )


def _on_chat_history(state: BaseState, _link: Link, frame: BaseFrame) -> None:
    room = _room(state, frame)
    listed = frame.data.get("messages")
    if room is None or not isinstance(listed, list):
        return
    if frame.stamp is not None:
        state.own.clock(state.wall(), frame.stamp)
    before = state.before.get(room.name, 0)
    read = _read_all(state, listed[-_MOST:], frame.stamp or state.wall())
    told = _take_history(state, room, read, before)
    arrived = [h.arrived for id_ in told.known if (h := room.get(id_)) is not None]
    oldest = told.oldest if told.count else 0
    joined = room.tell(before, told, oldest)
    state.publish(room, live=False, reset=not joined)
    state.waits.stop(("history", room.name))
    state.reconciliation.look(room)
    state.reconciliation.judge(room, told, arrived)


def _read_all(state: BaseState, listed: list[Any], arrived: int) -> list[Said]:
    found: list[Said] = []
    for data in listed:
        try:
            said = reading.said(data if isinstance(data, dict) else {}, arrived)
            state.own.named(said)
            found.append(said)
        except ProtocolError as error:
            _log.warning("A message of the history was ignored: %s", error)
    return sorted(found, key=lambda said: said.timestamp)


def _take_history(state: BaseState, room: BaseRoom, listed: list[Said], before: int) -> ToldHistory:
    """Put a history into the room: first the messages known by id, then those known by words."""
    known: set[str] = set()
    seen: set[str] = set()

    def put(said: Said, id_: str) -> None:
        held = room.get(id_)
        if held is not None and held.arrived <= before and not held.unconfirmed:
            known.add(id_)
        seen.add(room.put(said, state.wall(), id_=id_, live=False))
        _learn_name(state, said, room)

    rest: list[Said] = []
    for said in listed:
        if id_ := _known(state, said, room):
            put(said, id_)
        else:
            rest.append(said)
    for said in rest:
        put(said, _by_words(state, said, room, seen) or room.same(said, TOLERANCE, seen) or "")
    oldest = listed[0].timestamp if listed else 0
    return ToldHistory(frozenset(known), frozenset(seen), oldest, len(listed))


def _learn_name(state: BaseState, said: Said, room: BaseRoom) -> None:
    """Take over my display name as the service writes it."""
    channel = state.session.channels.get(room.name)
    mine = said.user_id == state.session.user_id and said.user_name != said.user_id
    if channel is not None and mine and channel.user_name != said.user_name:
        channel.user_name = said.user_name
        state.session.emit(ChannelChanged(room.name))


def _on_reaction(state: BaseState, _link: Link, frame: BaseFrame) -> None:
    room, data = _room(state, frame), frame.data
    target, user = reading.name(data.get("messageId")), reading.name(data.get("userId"))
    emoji = reading.emoji_of(data.get("emoji"))
    id_ = room.our_id(target) if room is not None else None
    if room is None or id_ is None or not user or not emoji:
        return
    room.react(id_, emoji, user, on=data.get("action") != "remove")
    state.publish(room, live=True)
    state.reconciliation.look(room)


def _on_typing(state: BaseState, _link: Link, frame: BaseFrame) -> None:
    room, user = _room(state, frame), reading.name(frame.data.get("userId"))
    if room is None or not user or user == state.session.user_id:
        return
    state.names.learn(user, reading.person(frame.data.get("userName")))
    is_typing = frame.data.get("isTyping") is True
    signal = messages.UserTyping(user, is_typing, state.names.of(user))
    _signal(state, "user_typing", room.name, signal)


def _on_presence(state: BaseState, _link: Link, frame: BaseFrame) -> None:
    room, user = _room(state, frame), reading.name(frame.data.get("userId"))
    if room is None or not user:
        return
    state.names.learn(user, reading.person(frame.data.get("userName")))
    online = frame.data.get("online") is True
    here = {"user_joined": True, "user_left": False}.get(frame.type, online)
    state.here[room.name].note(user, here=here)
    state.tell_people(room.name)


def _on_error(state: BaseState, _link: Link, frame: BaseFrame) -> None:
    """Fail the command that an error names; an error about no command becomes a signal."""
    message = reading.text(frame.data.get("message"), 300) or _REFUSED
    named = (frame.data.get("messageId"), frame.data.get("id"), frame.message_id)
    for id_ in map(reading.name, named):
        if id_ in state.own.sent:
            state.reconciliation.end(state.own.sent[id_])
            failed = state.session.outbox.reject(id_, Code.INVALID, message)
            if failed is not None:
                state.session.emit(CommandChanged(failed))
            return
    now, (last, at) = state.session.now()[0], state.notice
    if message == last and now - at < _SAME_NOTICE:
        return
    state.notice = (message, now)
    _log.info("The service reports an error")  # without its text, which may quote the token
    room = _room(state, frame)
    for name in [room.name] if room is not None else list(state.rooms):
        _signal(state, "error", name, messages.Error(message))


def _on_heartbeat_ack(state: BaseState, link: Link, _frame: BaseFrame) -> None:
    state.acked = True
    asked_at, link.beat_at = link.beat_at, None
    if asked_at is not None:
        state.session.measure(asked_at)
        state.waits.answered(asked_at)


def _hand_on(state: BaseState, frame: BaseFrame) -> None:
    """Pass a signal that only features read to its room, or to all rooms if it names none.

    The envelope's id and time stand in for those that the message itself lacks.
    """
    outer = {"id": frame.message_id or None, "timestamp": frame.stamp}
    data = {key: value for key, value in outer.items() if value is not None} | dict(frame.data)
    room = _room(state, frame)
    raw = msgspec.Raw(msgspec.json.encode(data))
    for name in [room.name] if room is not None else list(state.rooms):
        state.session.emit(SignalReceived(frame.type, name, raw))


def _signal(state: BaseState, type_: str, name: str, data: msgspec.Struct) -> None:
    raw = msgspec.Raw(msgspec.json.encode(data))
    state.session.emit(SignalReceived(type_, name, raw))


_Handler = Callable[[BaseState, Link, BaseFrame], None]

_HANDLERS: dict[str, _Handler] = {
    "chat_message": _on_chat_message,
    "chat_history": _on_chat_history,
    "message_reaction": _on_reaction,
    "user_typing": _on_typing,
    "user_presence": _on_presence,
    "user_joined": _on_presence,
    "user_left": _on_presence,
    "error": _on_error,
    "heartbeat_ack": _on_heartbeat_ack,
}
