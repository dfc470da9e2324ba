"""Handlers of a base service's frames, and the checks before their content is believed."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from edu_widgets.client.dialects.base import history, reading
from edu_widgets.client.dialects.base.reading import BaseFrame
from edu_widgets.client.dialects.base.room import TOLERANCE, BaseRoom
from edu_widgets.client.dialects.base.state import BaseState
from edu_widgets.client.sync.events import CommandChanged, FrameReceived, SignalReceived
from edu_widgets.client.sync.liveness import Link
from edu_widgets.protocol import REGISTRY, Code, messages
from edu_widgets.protocol.errors import ProtocolError

_log = logging.getLogger(__name__)

_REFUSED = "The service refused it."
_SAME_NOTICE = 5.0


def take(state: BaseState, link: Link, frame: bytes | str) -> None:
    """Act on a frame; one that cannot be understood is logged and changes nothing."""
    try:
        found = reading.read(frame)
        if found.type != "error":
            state.prove()
        _confirm(state, found)
        told = FrameReceived(found.channel, found.type, found.data, found.message_id, found.stamp)
        state.session.emit(told)
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


def _confirm(state: BaseState, frame: BaseFrame) -> None:
    """Settle a command of a type that no feature knows, whose frame comes back under its id."""
    one = state.own.sent.get(frame.message_id) or state.own.doubt.get(frame.message_id)
    if one is not None and one.is_unregistered and one.command.type == frame.type:
        state.reconciliation.found(one)


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
    id_ = history.known_id(state, said, room) or history.by_words(state, said, room, set())
    if not id_ and not said.id:
        id_ = room.same(said, 0 if said.timed else TOLERANCE) or ""
    room.put(said, state.wall(), id_=id_, live=True)
    history.learn_name(state, said, room)
    state.publish(room, live=True)
    state.reconciliation.look(room)


def _on_chat_history(state: BaseState, _link: Link, frame: BaseFrame) -> None:
    room = _room(state, frame)
    if room is not None and isinstance(frame.data.get("messages"), list):
        history.take(state, room, frame)


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
