"""My own commands at a base service, which acknowledges nothing, and the search for their echo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from edu_widgets.client.dialects.base.reading import Said, plain
from edu_widgets.client.dialects.base.room import BaseRoom, Held, ToldHistory
from edu_widgets.client.sync.commands import UNREGISTERED, Command
from edu_widgets.protocol.errors import ProtocolError

SLACK = 60_000
"""Milliseconds by which a service may date a message before it was written here."""

LATE = 600_000
"""Milliseconds after its sending in which a message may appear for the first time."""

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A sent command. `at`: its time on the monotonic clock; `wall`: the same in ms since 1970.

    `mark`: the number of messages in its room when it was first sent. A command of an earlier
    session has neither `wall` nor `mark`.
    """

    command: Command
    at: float = 0.0
    wall: int | None = None
    mark: int = 0

    @property
    def is_unregistered(self) -> bool:
        """True if no feature knows its type: only its own frame can tell of it."""
        return self.command.lane == UNREGISTERED

    @property
    def fields(self) -> dict[str, Any]:
        """The command's data, decoded."""
        return msgspec.json.decode(self.command.data, type=dict[str, Any])


class OwnCommands:
    """Commands `sent` on this connection, and those in `doubt`: sent on one that was lost.

    A command in doubt is not sent again before a history is read that would contain it.
    """

    def __init__(self, me: str) -> None:
        self._me = me
        self._behind = 0
        self.sent: dict[str, Sent] = {}
        self.doubt: dict[str, Sent] = {}

    def __iter__(self) -> Iterator[Sent]:
        yield from tuple(self.doubt.values())
        yield from tuple(self.sent.values())

    def lost(self) -> None:
        """Put all sent commands in doubt, as the connection is gone."""
        self.doubt |= self.sent
        self.sent.clear()

    def forget(self, id_: str) -> None:
        """Forget a command that is settled."""
        self.sent.pop(id_, None)
        self.doubt.pop(id_, None)

    def clock(self, ours: int, theirs: int) -> None:
        """Set the clocks' difference from a frame dated `theirs` that arrived at `ours` (ms)."""
        self._behind = max(-_DAY_MS, min(ours - theirs, _DAY_MS))

    def named(self, said: Said) -> str | None:
        """Return the id of my own message if the service names that very id, else None.

        Raises:
            ProtocolError: the message has the id of mine, but is somebody else's.
        """
        one = self.sent.get(said.id) or self.doubt.get(said.id)
        if one is None or one.command.type != "chat_message":
            return None
        content = str(one.fields.get("content", ""))
        if said.user_id != self._me and plain(said.content) != plain(content):
            msg = f"The message {said.id:.80} has the id of one of ours, but is not."
            raise ProtocolError(msg)
        return said.id

    def message(self, said: Said, channel: str, but: Iterable[str]) -> str | None:
        """Return the id of my own message with the same author, words and time, else None."""
        exclude = set(but)
        for one in self:
            command = one.command
            if command.type != "chat_message" or command.channel != channel:
                continue
            if command.id not in exclude and self._is(said, one):
                return command.id
        return None

    def _is(self, said: Said, one: Sent) -> bool:
        content = str(one.fields.get("content", ""))
        return said.same_words(self._me, content) and self.in_time(
            said.timestamp, one.command.created, one.wall
        )

    def recall(self, said: Said, unconfirmed: Iterable[tuple[str, Held]]) -> str | None:
        """Return the id of my own unconfirmed message with the same words and time, else None."""
        for id_, held in unconfirmed:
            time = held.said.timestamp
            if said.same_words(self._me, held.said.content) and self.in_time(
                said.timestamp, time, time
            ):
                return id_
        return None

    def in_time(self, told: int, created: int, sent: int | None) -> bool:
        """Return True if a service may date a message `told` if it was made and sent then (ms)."""
        earliest = created - SLACK - max(0, self._behind)
        latest = None if sent is None else max(sent, created) + LATE - min(0, self._behind)
        return earliest <= told and (latest is None or told <= latest)

    def missing(self, one: Sent, told: ToldHistory, arrived: Iterable[int], limit: int) -> bool:
        """Return True if a history that lacks the command proves that the service does not have it.

        The history has to reach back to before the sending. `arrived`: the arrival numbers of its
        messages that were known before.
        """
        if any(number <= one.mark for number in arrived):
            return True
        if told.count and told.oldest + max(0, self._behind) <= one.command.created:
            return True
        return one.mark == 0 and told.count < limit


def seed_data(sent: Sent, room: BaseRoom, me: str, my_name: str) -> dict[str, Any]:
    """Return a command's data in the seed's fields."""
    fields = sent.fields
    if sent.is_unregistered:
        return fields
    if sent.command.type == "add_reaction":
        message = room.their_id(str(fields.get("messageId", "")))
        return {"messageId": message, "emoji": fields.get("emoji", ""), "userId": me}
    written = fields.get("userName")
    data = {
        "id": sent.command.id,
        "userId": me,
        "userName": written if written and written != me else my_name or me,
        "content": fields.get("content", ""),
        "timestamp": sent.command.created,
        "type": "text",
    }
    reply = fields.get("replyTo")
    return {**data, "replyTo": room.their_id(reply)} if isinstance(reply, str) else data
