"""Settlement of my own commands at a service that acknowledges nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from edu_widgets.client.dialects.base import reading
from edu_widgets.client.dialects.base.own_commands import OwnCommands, Sent, seed_data
from edu_widgets.client.dialects.base.reading import Said
from edu_widgets.client.dialects.base.room import BaseRoom, ToldHistory
from edu_widgets.client.dialects.base.waits import Waits
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.dialect import SessionPort
from edu_widgets.client.sync.events import CommandChanged

HISTORY = 50
"""Messages asked for (the seed's limit)."""


class Reconciliation:
    """Settles commands as found or unconfirmed. `publish` reports the news of a room."""

    def __init__(
        self,
        session: SessionPort,
        own: OwnCommands,
        waits: Waits,
        rooms: dict[str, BaseRoom],
        publish: Callable[[BaseRoom], None],
    ) -> None:
        self._session = session
        self._own = own
        self._waits = waits
        self._rooms = rooms
        self._publish = publish

    def look(self, room: BaseRoom) -> None:
        """Acknowledge in our outbox the commands whose effect the room has."""
        for one in self._own:
            command = one.command
            if command.channel == room.name and self._is_there(one, room):
                self.found(one, self._seq(room, one))
        self._session.flush()

    def found(self, one: Sent, seq: int = 0) -> None:
        """Acknowledge a command whose effect was seen."""
        self.end(one)
        acked = self._session.outbox.acked(one.command.id)
        if acked is not None:
            stored = replace(acked, state=CommandState.SENT)
            self._session.emit(CommandChanged(stored, gone=True, seq=seq))

    def _is_there(self, one: Sent, room: BaseRoom) -> bool:
        if one.is_unregistered:
            return False
        if one.command.type == "chat_message":
            return room.get(one.command.id) is not None
        fields = one.fields
        emojis = room.reacted(self._session.user_id, str(fields.get("messageId", "")))
        return emojis is not None and fields.get("emoji") in emojis

    def _seq(self, room: BaseRoom, one: Sent) -> int:
        target = one.command.id
        if one.command.type == "add_reaction":
            target = str(one.fields.get("messageId", ""))
        held = room.get(target)
        return held.seq if held is not None else 0

    def end(self, one: Sent) -> None:
        """Forget a settled command and its deadline."""
        self._own.forget(one.command.id)
        self._waits.stop(one.command.id)

    def give_up(self, id_: str, *, reached: bool = False) -> None:
        """Settle a command as unconfirmed: it was sent, and no answer will ever come.

        `reached`: the service has read it, whatever it did with it then.
        """
        one = self._own.sent.get(id_) or self._own.doubt.get(id_)
        room = self._rooms.get(one.command.channel) if one is not None else None
        if one is None or room is None:
            return
        self.end(one)
        gone = self._session.outbox.unconfirmed(id_)
        if gone is None:
            return
        if gone.type == "chat_message":
            wall = int(self._session.now()[1] * 1000)
            room.put(self._as_said(one, room, wall), wall, id_=id_, live=True, told=False)
            held = room.get(id_)
            if held is not None:
                held.reached = reached
        elif not one.is_unregistered:
            fields, me = one.fields, self._session.user_id
            room.react(str(fields.get("messageId")), str(fields.get("emoji")), me, on=True)
        self._publish(room)
        self._session.emit(CommandChanged(gone, gone=True, seq=self._seq(room, one)))
        self._session.flush()

    def _as_said(self, one: Sent, room: BaseRoom, wall: int) -> Said:
        data = seed_data(one, room, self._session.user_id, "")
        return replace(reading.said(data, wall), id="")

    def leave(self, name: str) -> None:
        """Put a left channel's sent commands in doubt, until the channel is asked for again."""
        for id_, one in tuple(self._own.sent.items()):
            if one.command.channel == name:
                self.end(one)
                self._own.doubt[id_] = one
                self._session.outbox.again(id_)

    def no_history(self, name: str) -> None:
        """Settle a channel's doubtful commands as unconfirmed: the service sends no history."""
        for one in tuple(self._own.doubt.values()):
            if one.command.channel == name:
                self.give_up(one.command.id)
        self._session.flush()

    def judge(self, room: BaseRoom, told: ToldHistory, arrived: list[int], asked: int) -> None:
        """Release doubtful commands that a history proves missing; settle others as unconfirmed.

        `asked`: the number of messages asked for; a history with fewer is the whole of it.
        """
        for one in tuple(self._own.doubt.values()):
            if one.command.channel != room.name:
                continue
            known = self._own.missing(one, told, arrived, asked)
            if one.command.type == "add_reaction":
                # Only a history that contains the message tells its reactions.
                known = str(one.fields.get("messageId", "")) in told.all
            if known and not one.is_unregistered:
                self._own.doubt.pop(one.command.id)
            else:
                self.give_up(one.command.id)
        self._session.flush()
