"""A room's history: requests for it, further back until it joins the known messages."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import msgspec

from edu_widgets.client.dialects.base import reading
from edu_widgets.client.dialects.base.reading import BaseFrame, Said
from edu_widgets.client.dialects.base.reconciliation import HISTORY
from edu_widgets.client.dialects.base.room import TOLERANCE, BaseRoom, ToldHistory
from edu_widgets.client.dialects.base.state import BaseState
from edu_widgets.client.sync.events import ChannelChanged
from edu_widgets.protocol import MAX_SERVICE_FRAME
from edu_widgets.protocol.errors import ProtocolError

_log = logging.getLogger(__name__)

_FURTHER = {HISTORY: 200, 200: 1_000}
"""Number of messages to request next, by the number that did not reach the known messages."""

_MOST = 1_000


def request(state: BaseState, name: str, limit: int = HISTORY) -> None:
    """Request a room's newest `limit` messages; go on without them if no answer comes."""
    session = state.session
    session.send("request_history", name, {"limit": limit})
    state.asked[name] = limit
    until = session.now()[0] + session.limits.base.history
    state.waits.wait(("history", name), until, partial(_none_came, state, name))


def _none_came(state: BaseState, name: str) -> None:
    """Take the shorter history that came before; without one, publish the live messages."""
    room, narrower = state.rooms.get(name), state.narrower.pop(name, None)
    if room is not None and narrower is not None:
        _take(state, room, narrower)
        return
    state.reconciliation.no_history(name)
    if room is not None:
        state.publish(room, live=False)


def take(state: BaseState, room: BaseRoom, frame: BaseFrame) -> None:
    """Take a history, or request a longer one if messages may be missing between it and ours."""
    asked, listed = state.asked.get(room.name, HISTORY), frame.data["messages"]
    before = state.narrower.pop(room.name, None)
    further = _FURTHER.get(asked)
    if (
        further is not None
        and len(listed) >= asked
        and (before is None or len(listed) > len(before.data["messages"]))
        and not _joins(state, room, frame)
        and len(msgspec.json.encode(listed)) * further < MAX_SERVICE_FRAME * asked
    ):
        state.narrower[room.name] = frame
        request(state, room.name, further)
        return
    _take(state, room, frame)


def _joins(state: BaseState, room: BaseRoom, frame: BaseFrame) -> bool:
    """Return True if a message of the history was known before this connection, or none was."""
    before = state.before.get(room.name, 0)
    if not room.has(before):
        return True
    for said in _read_all(state, frame.data["messages"], frame.stamp or state.wall()):
        id_ = known_id(state, said, room) or room.same(said, TOLERANCE)
        held = room.get(id_) if id_ else None
        if held is not None and held.arrived <= before and not held.unconfirmed:
            return True
    return False


def _take(state: BaseState, room: BaseRoom, frame: BaseFrame) -> None:
    asked, listed = state.asked.get(room.name, HISTORY), frame.data["messages"]
    if frame.stamp is not None:
        state.own.clock(state.wall(), frame.stamp)
    before = state.before.get(room.name, 0)
    read = _read_all(state, listed[-_MOST:], frame.stamp or state.wall())
    told = _put_all(state, room, read, before)
    arrived = [h.arrived for id_ in told.known if (h := room.get(id_)) is not None]
    oldest = told.oldest if told.count else 0
    joined = room.tell(before, told, oldest)
    state.publish(room, live=False, reset=not joined)
    state.waits.stop(("history", room.name))
    state.reconciliation.look(room)
    state.reconciliation.judge(room, told, arrived, asked)


def known_id(state: BaseState, said: Said, room: BaseRoom) -> str:
    """Return our id of a message by the service's id of it."""
    if not said.id:
        return ""
    return state.own.named(said) or room.our_id(said.id) or ""


def by_words(state: BaseState, said: Said, room: BaseRoom, but: set[str]) -> str:
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


def _put_all(state: BaseState, room: BaseRoom, listed: list[Said], before: int) -> ToldHistory:
    """Put a history into the room: first the messages known by id, then those known by words."""
    known: set[str] = set()
    seen: set[str] = set()

    def put(said: Said, id_: str) -> None:
        held = room.get(id_)
        if held is not None and held.arrived <= before and not held.unconfirmed:
            known.add(id_)
        seen.add(room.put(said, state.wall(), id_=id_, live=False))
        learn_name(state, said, room)

    rest: list[Said] = []
    for said in listed:
        if id_ := known_id(state, said, room):
            put(said, id_)
        else:
            rest.append(said)
    for said in rest:
        put(said, by_words(state, said, room, seen) or room.same(said, TOLERANCE, seen) or "")
    oldest = listed[0].timestamp if listed else 0
    return ToldHistory(frozenset(known), frozenset(seen), oldest, len(listed))


def learn_name(state: BaseState, said: Said, room: BaseRoom) -> None:
    """Take over my display name as the service writes it."""
    channel = state.session.channels.get(room.name)
    mine = said.user_id == state.session.user_id and said.user_name != said.user_id
    if channel is not None and mine and channel.user_name != said.user_name:
        channel.user_name = said.user_name
        state.session.emit(ChannelChanged(room.name))
