"""One's own pending edits, deletions, reactions and votes, applied on top of the documents."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from edu_widgets.chat import commands
from edu_widgets.chat.commands import AddReaction, UpvoteQuestion
from edu_widgets.chat.documents import (
    NAMED_REACTIONS,
    Message,
    OwnQuestion,
    OwnReactions,
    OwnVote,
    Question,
    Reaction,
    asked_id,
    reactions_id,
    vote_id,
)
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import PendingCommand
from edu_widgets.client.view import Person
from edu_widgets.protocol.channels import user_channel

TYPES = (
    commands.EDIT_MESSAGE.name,
    commands.DELETE_MESSAGE.name,
    commands.ADD_REACTION.name,
    commands.UPVOTE_QUESTION.name,
)
"""Commands whose effect is shown before the mirror has it."""


@dataclass(slots=True)
class Wish:
    """A reaction or vote with pending commands: its state before the first and after the last."""

    was: bool
    on: bool


@dataclass(slots=True)
class Pending:
    """One's own pending changes of one message."""

    edit: PendingCommand[Any] | None = None
    deleting: bool = False
    reactions: dict[str, Wish] = field(default_factory=dict)
    vote: Wish | None = None

    @property
    def editing(self) -> str:
        """State of one's own pending edit; empty for none, or once it is acknowledged."""
        return self.edit.state if self.edit is not None and self.edit.state != "sent" else ""


NOTHING = Pending()


class Overlay:
    """One's own pending changes, by message. Any thread.

    Until the mirror's cursor reaches the sequence numbers of a command's acknowledgement, its
    counts exclude my reaction or vote, so it is added here. The document does not say if it is
    included; the mirror as it was when the command was first seen, and this order do.
    """

    def __init__(self, client: CourseClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._was: dict[str, bool] = {}

    def over(self, own: Iterable[PendingCommand[Any]]) -> dict[str, Pending]:
        """Return the changes that these commands, oldest first, will make, by message id."""
        found: dict[str, Pending] = {}
        with self._lock:
            seen: dict[str, bool] = {}
            for command in own:
                if not command.hopeful or command.type not in TYPES:
                    continue
                entry = found.setdefault(command.data.message_id, Pending())
                match command.data:
                    case AddReaction() as data:
                        wish = entry.reactions.get(data.emoji)
                        was = self._before(command, seen, wish, data)
                        on = data.action != "remove"
                        entry.reactions[data.emoji] = Wish(wish.was if wish else was, on)
                    case UpvoteQuestion() as data:
                        was = self._before(command, seen, entry.vote, data)
                        entry.vote = Wish(entry.vote.was if entry.vote else was, data.on)
                    case commands.EditMessage():
                        entry.edit = command
                    case _:
                        entry.deleting = True
            self._was = seen
        return found

    def _before(
        self,
        command: PendingCommand[Any],
        seen: dict[str, bool],
        earlier: Wish | None,
        data: AddReaction | UpvoteQuestion,
    ) -> bool:
        """Return the state of the reaction or vote from when the command was first seen."""
        was = self._was.get(command.id)
        if was is None and earlier is not None:
            was = earlier.on
        if was is None:
            was = (
                data.emoji in self.reactions(data.message_id)
                if isinstance(data, AddReaction)
                else self.voted(data.message_id)
            )
        seen[command.id] = was
        return was

    # -- one's own reactions and votes in the mirror ------------------------------------------

    def reactions(self, message_id: str) -> frozenset[str]:
        """Return the emoji I have set on a message, as far as the mirror knows."""
        mirror = self._client.mirror(self._own_channel())
        mine = decoded(mirror.get(reactions_id(message_id, self._room())), OwnReactions)
        if mine is not None:
            return frozenset(mine.emojis)
        # A base service has no channel of one's own, and names everybody.
        message = decoded(self._client.mirror().get(message_id), Message)
        me = self._client.me().user_id
        if message is None or not self._client.base:
            return frozenset()
        return frozenset(r.emoji for r in message.reactions if me in r.users)

    def voted(self, message_id: str) -> bool:
        """Return True if I have voted for a question, as far as the mirror knows."""
        mirror = self._client.mirror(self._own_channel())
        return decoded(mirror.get(vote_id(message_id, self._room())), OwnVote) is not None

    def asked(self, message_id: str) -> bool:
        """Return True if I asked a question anonymously, as far as the mirror knows."""
        mirror = self._client.mirror(self._own_channel())
        return decoded(mirror.get(asked_id(message_id, self._room())), OwnQuestion) is not None

    def is_mine(self, body: Message | Question, message_id: str) -> bool:
        """Return True if I wrote a message or asked a question, also if I did so anonymously."""
        if body.anonymous:
            return self.asked(message_id)
        return body.user_id == self._client.me().user_id

    def _room(self) -> str:
        # With a base service these documents are made here, of one channel only.
        return "" if self._client.base else self._client.channel

    def _own_channel(self) -> str:
        return user_channel(self._client.course, self._client.me().user_id)


def edited(message: Message, pending: Pending) -> Message:
    """Return a message with one's own pending edit applied."""
    if pending.edit is None:
        return message
    data = pending.edit.data
    return msgspec.structs.replace(message, content=data.content, mentions=list(data.mentions))


def reacted(message: Message, pending: Pending, me: Person) -> list[Reaction]:
    """Return the reactions to a message, with one's own pending ones applied."""
    wishes = {emoji: w for emoji, w in pending.reactions.items() if w.was != w.on}
    result = []
    for reaction in message.reactions:
        wish = wishes.pop(reaction.emoji, None)
        changed = reaction if wish is None else _changed(reaction, me, on=wish.on)
        if changed.count > 0:
            result.append(changed)
    fresh = [emoji for emoji, wish in wishes.items() if wish.on]
    return result + [Reaction(emoji, 1, [me.user_id], [me.name]) for emoji in fresh]


def _changed(reaction: Reaction, me: Person, *, on: bool) -> Reaction:
    if on:
        users, names = list(reaction.users), list(reaction.names)
        if len(users) < NAMED_REACTIONS and me.user_id not in users:
            users, names = [*users, me.user_id], [*names, me.name]
        return Reaction(reaction.emoji, reaction.count + 1, users, names)
    kept = [
        (user, name)
        for user, name in zip(reaction.users, reaction.names, strict=False)
        if user != me.user_id
    ]
    users, names = [user for user, _ in kept], [name for _, name in kept]
    return Reaction(reaction.emoji, reaction.count - 1, users, names)


def votes(question: Question, pending: Pending) -> int:
    """Return a question's number of votes, with one's own pending vote applied."""
    wish = pending.vote
    return question.votes if wish is None else max(0, question.votes + wish.on - wish.was)
