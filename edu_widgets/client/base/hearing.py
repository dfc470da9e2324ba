"""What is believed of a base service's frames."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from edu_widgets.client.base import reading
from edu_widgets.client.base.reading import Frame, Said
from edu_widgets.client.base.room import TOLERANCE, Room, Told
from edu_widgets.client.events import ChannelChanged, CommandChanged, SignalReceived
from edu_widgets.protocol import REGISTRY, Code, messages
from edu_widgets.protocol.errors import ProtocolError

if TYPE_CHECKING:
    from edu_widgets.client.base.dialect import Base
    from edu_widgets.client.link import Link

_log = logging.getLogger(__name__)

_MOST = 200
_REFUSED = "The service refused it."
_SAME_NOTICE = 5.0


def take(base: Base, link: Link, frame: bytes | str) -> None:
    """Act on a frame; one that cannot be understood is logged and changes nothing."""
    try:
        found = reading.read(frame)
        if found.type != "error":
            base.prove()
        handler = _HANDLERS.get(found.type)
        known = REGISTRY.frames.get(found.type)
        if handler is not None:
            handler(base, link, found)
        elif known is not None and known.of_seed and known.signal:
            _hand_on(base, found)
        else:
            _log.debug("A frame of type %r was ignored", found.type)
    except ProtocolError as error:
        _log.warning("A frame from the service was ignored: %s", error)


def _room(base: Base, frame: Frame) -> Room | None:
    """The room a frame is about; the only one, if it does not say."""
    if frame.channel:
        return base.rooms.get(frame.channel)
    return next(iter(base.rooms.values())) if len(base.rooms) == 1 else None


def _on_chat_message(base: Base, _link: Link, frame: Frame) -> None:
    room = _room(base, frame)
    if room is None:
        return
    # Some platforms put the message one level deeper.
    data = frame.data.get("message") if "content" not in frame.data else frame.data
    if not isinstance(data, dict):
        data = frame.data
    said = reading.said(data, frame.stamp or base.wall())
    id_ = _known(base, said, room) or _by_words(base, said, room, set())
    if not id_ and not said.id:
        id_ = room.same(said, 0 if said.timed else TOLERANCE) or ""
    room.put(said, base.wall(), id_=id_, live=True)
    _learn_name(base, said, room)
    base.publish(room, live=True)
    base.settling.look(room)


def _known(base: Base, said: Said, room: Room) -> str:
    """Our id of a message, by the service's id of it."""
    if not said.id:
        return ""
    return base.own.named(said) or room.our_id(said.id) or ""


def _by_words(base: Base, said: Said, room: Room, but: set[str]) -> str:
    """Our id of a message of one's own that the service calls otherwise.

    Of several with the same words it is the first that the service must have: what it has read,
    then what is under way, and last what may be lost.
    """
    if said.user_id != base.session.user_id:
        return ""
    unconfirmed = [(id_, held) for id_, held in room.unconfirmed() if id_ not in but]
    return (
        base.own.recall(said, [one for one in unconfirmed if one[1].reached])
        or base.own.message(said, room.name, but)
        or base.own.recall(said, unconfirmed)
        or ""
    )


def _on_chat_history(base: Base, _link: Link, frame: Frame) -> None:
    room = _room(base, frame)
    listed = frame.data.get("messages")
    if room is None or not isinstance(listed, list):
        return
    if frame.stamp is not None:
        base.own.clock(base.wall(), frame.stamp)
    before = base.before.get(room.name, 0)
    read = _read_all(base, listed[-_MOST:], frame.stamp or base.wall())
    told = _take_history(base, room, read, before)
    arrived = [h.arrived for id_ in told.known if (h := room.get(id_)) is not None]
    oldest = told.oldest if told.count else 0
    joined = room.tell(before, told, oldest)
    base.publish(room, live=False, reset=not joined)
    base.waits.stop(("history", room.name))
    base.settling.look(room)
    base.settling.judge(room, told, arrived)


def _read_all(base: Base, listed: list[Any], arrived: int) -> list[Said]:
    found: list[Said] = []
    for data in listed:
        try:
            said = reading.said(data if isinstance(data, dict) else {}, arrived)
            base.own.named(said)
            found.append(said)
        except ProtocolError as error:
            _log.warning("A message of the history was ignored: %s", error)
    return sorted(found, key=lambda said: said.timestamp)


def _take_history(base: Base, room: Room, listed: list[Said], before: int) -> Told:
    """Put a history into the room: first what is known by its id, then by its words."""
    known: set[str] = set()
    seen: set[str] = set()

    def put(said: Said, id_: str) -> None:
        held = room.get(id_)
        if held is not None and held.arrived <= before and not held.unconfirmed:
            known.add(id_)
        seen.add(room.put(said, base.wall(), id_=id_, live=False))
        _learn_name(base, said, room)

    rest: list[Said] = []
    for said in listed:
        if id_ := _known(base, said, room):
            put(said, id_)
        else:
            rest.append(said)
    for said in rest:
        put(said, _by_words(base, said, room, seen) or room.same(said, TOLERANCE, seen) or "")
    oldest = listed[0].timestamp if listed else 0
    return Told(frozenset(known), frozenset(seen), oldest, len(listed))


def _learn_name(base: Base, said: Said, room: Room) -> None:
    """What the service calls us is what we are called."""
    channel = base.session.channels.get(room.name)
    mine = said.user_id == base.session.user_id and said.user_name != said.user_id
    if channel is not None and mine and channel.user_name != said.user_name:
        channel.user_name = said.user_name
        base.session.emit(ChannelChanged(room.name))


def _on_reaction(base: Base, _link: Link, frame: Frame) -> None:
    room, data = _room(base, frame), frame.data
    target, user = reading.name(data.get("messageId")), reading.name(data.get("userId"))
    emoji = reading.emoji_of(data.get("emoji"))
    id_ = room.our_id(target) if room is not None else None
    if room is None or id_ is None or not user or not emoji:
        return
    room.react(id_, emoji, user, on=data.get("action") != "remove")
    base.publish(room, live=True)
    base.settling.look(room)


def _on_typing(base: Base, _link: Link, frame: Frame) -> None:
    room, user = _room(base, frame), reading.name(frame.data.get("userId"))
    if room is None or not user or user == base.session.user_id:
        return
    base.names.learn(user, reading.person(frame.data.get("userName")))
    is_typing = frame.data.get("isTyping") is True
    signal = messages.UserTyping(user, is_typing, base.names.of(user))
    _signal(base, "user_typing", room.name, signal)


def _on_presence(base: Base, _link: Link, frame: Frame) -> None:
    room, user = _room(base, frame), reading.name(frame.data.get("userId"))
    if room is None or not user:
        return
    base.names.learn(user, reading.person(frame.data.get("userName")))
    online = frame.data.get("online") is True
    here = {"user_joined": True, "user_left": False}.get(frame.type, online)
    base.here[room.name].note(user, here=here)
    base.tell_people(room.name)


def _on_error(base: Base, _link: Link, frame: Frame) -> None:
    """Something was refused: a command, if it is named; else whoever looks is told."""
    message = reading.text(frame.data.get("message"), 300) or _REFUSED
    named = (frame.data.get("messageId"), frame.data.get("id"), frame.message_id)
    for id_ in map(reading.name, named):
        if id_ in base.own.sent:
            base.settling.end(base.own.sent[id_])
            failed = base.session.outbox.reject(id_, Code.INVALID, message)
            if failed is not None:
                base.session.emit(CommandChanged(failed))
            return
    now, (last, at) = base.session.now()[0], base.notice
    if message == last and now - at < _SAME_NOTICE:
        return
    base.notice = (message, now)
    _log.info("The service reports an error")  # what it says may quote the token
    room = _room(base, frame)
    for name in [room.name] if room is not None else list(base.rooms):
        _signal(base, "error", name, messages.Error(message))


def _on_heartbeat_ack(base: Base, link: Link, _frame: Frame) -> None:
    base.acked = True
    asked_at, link.beat_at = link.beat_at, None
    if asked_at is not None:
        base.session.measure(asked_at)
        base.pong(link, asked_at)


def _hand_on(base: Base, frame: Frame) -> None:
    """What only a feature reads: to the room it names, or to all, as with one person's channel.

    What the message itself does not say of its id and time, its envelope does.
    """
    outer = {"id": frame.message_id or None, "timestamp": frame.stamp}
    data = {key: value for key, value in outer.items() if value is not None} | dict(frame.data)
    room = _room(base, frame)
    raw = msgspec.Raw(msgspec.json.encode(data))
    for name in [room.name] if room is not None else list(base.rooms):
        base.session.emit(SignalReceived(frame.type, name, raw))


def _signal(base: Base, type_: str, name: str, data: msgspec.Struct) -> None:
    raw = msgspec.Raw(msgspec.json.encode(data))
    base.session.emit(SignalReceived(type_, name, raw))


_Handler = Callable[["Base", "Link", Frame], None]

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
