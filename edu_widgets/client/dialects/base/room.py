"""The messages of one channel of a base service, as documents of a mirror.

The seed's messages have no sequence numbers, so they get some here: `born` from their time,
which is their place in the order, `seq` from a counter of our own. A message that a platform
sends twice, under one id, under two, or under none, is one document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from edu_widgets.client.dialects.base.people import Names
from edu_widgets.client.dialects.base.reading import MAX_KINDS, Said, Tally
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.protocol import Document, is_id
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.messages import Changes

KIND = "message"

PER_MS = 1024
"""Places for messages of one millisecond; with them a time stays below 2**53 until 2248."""

TOLERANCE = 2_000
"""Milliseconds by which the time of one message may differ between two frames with it."""

MAX_HELD = 10_000
"""Messages kept of a room, the newest: some 10 MB, and weeks of a lively course. The platform
keeps the others; here nobody could scroll to them, and a kernel may run for months."""

DROPPED_AT_ONCE = 500
"""Messages above `MAX_HELD` that come before the oldest are dropped, as finding them is slow."""

_LAST_MS = 2**53 // PER_MS - 1
_DAY_MS = 86_400_000
_SHOWN_USERS = 12


@dataclass(slots=True)
class Held:
    """One message. `arrived`: its number in the order of arrival; `unconfirmed`: only we know it.

    `reached`: for an unconfirmed message, True if the service has read it.
    """

    said: Said
    born: int
    seq: int
    arrived: int
    unconfirmed: bool = False
    reached: bool = True


@dataclass(frozen=True, slots=True)
class ToldHistory:
    """The extent of a history: its messages that were known, all of them, and its oldest time."""

    known: frozenset[str]
    all: frozenset[str]
    oldest: int
    count: int


class BaseRoom:
    """Messages by our id of them. The network thread owns it."""

    def __init__(self, name: str, mirror: Mirror, names: Names, new_id: Callable[[], str]) -> None:
        self.name = name
        self.arrivals = 0
        """Number of messages that have come so far."""
        self._mirror = mirror
        self._names = names
        self._new_id = new_id
        self._held: dict[str, Held] = {}
        self._ours: dict[str, str] = {}
        self._theirs: dict[str, str] = {}
        self._taken: set[int] = set()
        self._newest = 0
        self._seq = 0
        self._dirty: dict[str, None] = {}
        self._unconfirmed: dict[str, None] = {}
        self._dropped: dict[str, None] = {}
        """The service's ids of the messages that were dropped last."""
        self._told = False
        self._epoch = ""

    def begin(self) -> bool:
        """Take over the mirror; return True if it held documents of another service."""
        if self._epoch and self._mirror.cursor.epoch == self._epoch:
            return False
        held = self._mirror.cursor.epoch != ""
        self._forget(())
        self._mirror.clear()
        self._reset()
        return held

    # -- reading ------------------------------------------------------------------------

    def get(self, id_: str) -> Held | None:
        """Return the message with this id of ours."""
        return self._held.get(id_)

    def our_id(self, id_: str) -> str | None:
        """Return our id of a message by the service's id; None if it is not here."""
        return self._ours.get(id_)

    def their_id(self, id_: str) -> str:
        """Return the service's id of a message of this room."""
        return self._theirs.get(id_, id_)

    def has(self, before: int) -> bool:
        """Return True if messages are here of the first `before` arrivals."""
        return any(held.arrived <= before for held in self._held.values())

    def same(self, said: Said, within: int, but: Iterable[str] = ()) -> str | None:
        """Return the id of the message with the same words at about the same time, except `but`."""
        exclude = set(but)
        for id_, held in reversed(self._held.items()):
            near = abs(held.said.timestamp - said.timestamp) <= within
            if near and id_ not in exclude and held.said.same_words(said.user_id, said.content):
                return id_
        return None

    def unconfirmed(self) -> list[tuple[str, Held]]:
        """Return my own messages that only we know of, oldest first."""
        return [(id_, self._held[id_]) for id_ in self._unconfirmed]

    # -- writing ------------------------------------------------------------------------

    def put(self, said: Said, now: int, *, id_: str = "", live: bool, told: bool = True) -> str:
        """Take a message, known or new; return our id of it.

        A `live` message is the newest: its `born` is above all others, whatever its sender's clock
        shows. `id_` is our id of it, if we have one; `told`: False for one the service never sent.
        """
        id_ = id_ or self._ours.get(said.id, "") or self._local(said)
        held = self._held.get(id_)
        if held is not None and held.said.user_id != said.user_id:
            return id_  # somebody else's message cannot be replaced by using its id
        if held is None and said.id in self._dropped:
            return id_  # a dropped message, edited or sent again: it is not new
        self._ours.setdefault(id_, id_)
        if said.id:
            self._ours[said.id] = id_
            self._theirs[id_] = said.id
        self._names.learn(said.user_id, said.user_name)
        if held is None:
            self.arrivals += 1
            place = self._place(min(said.timestamp, now + _DAY_MS), after=live)
            self._held[id_] = Held(said, place, 0, self.arrivals, not told)
            self._dirty[id_] = None
            if not told:
                self._unconfirmed[id_] = None
            return id_
        tallies = held.said.tallies if said.tallies is None else said.tallies
        fresh = replace(said, tallies=tallies)
        if fresh != held.said or (held.unconfirmed and told):
            held.said = fresh
            if told:
                held.unconfirmed = False
                self._unconfirmed.pop(id_, None)
            self._dirty[id_] = None
        return id_

    def react(self, id_: str, emoji: str, user_id: str, *, on: bool) -> None:
        """Add or remove a person's reaction to a message."""
        held = self._held.get(id_)
        if held is None:
            return
        tallies = dict(held.said.tallies or {})
        if emoji not in tallies and len(tallies) >= MAX_KINDS:
            return
        before = tallies.get(emoji, Tally(0))
        there = user_id in before.users
        users = [user for user in before.users if on or user != user_id]
        users += [user_id] * (on and not there)
        count = before.count + (on and not there) - (not on and before.count > 0)
        if not on and not there and before.count <= len(before.users):
            count = before.count  # all who reacted are known, and this person is not among them
        tallies[emoji] = Tally(max(count, len(users)), tuple(users))
        if tallies[emoji].count <= 0:
            del tallies[emoji]
        if tallies != (held.said.tallies or {}):
            held.said = replace(held.said, tallies=tallies)
            self._dirty[id_] = None

    def reacted(self, user_id: str, id_: str) -> list[str] | None:
        """Return the emojis that a person has set on a message; None if it is not here."""
        held = self._held.get(id_)
        if held is None:
            return None
        return [e for e, tally in (held.said.tallies or {}).items() if user_id in tally.users]

    def tell(self, before: int, told: ToldHistory, oldest_kept: int) -> bool:
        """Join a history to the messages held; return False if it does not reach back to them.

        `before`: the number of arrivals before this connection. If the history has none of those
        messages, there may be others between: only its own, and later arrivals, are kept.
        """
        earlier = {id_ for id_, held in self._held.items() if held.arrived <= before}
        if not told.count or not earlier or told.known & earlier:
            return True
        stale = {
            id_
            for id_ in earlier - told.all
            if not (self._held[id_].unconfirmed and self._held[id_].said.timestamp >= oldest_kept)
        }
        if not stale:
            return True
        self._forget(self._held.keys() - stale)
        self._reset()
        return False

    def publish(self, *, live: bool, reset: bool = False) -> DocumentsChanged | None:
        """Bring the mirror up to date; return the event about it, None if nothing changed."""
        dropped = self._drop_oldest()
        self._mirror.unconfirmed = frozenset(self._unconfirmed)
        ids = [id_ for id_ in self._dirty if id_ in self._held]
        self._dirty.clear()
        reset = reset or not (self._told or live)
        if not ids and not reset and not dropped:
            return None
        self._told = True
        docs = [self._document(id_) for id_ in ids]
        frame = Changes(self._epoch, self._mirror.cursor.seq, self._seq, docs, reset=reset)
        applied = self._mirror.apply(frame)
        return DocumentsChanged(
            self.name,
            applied.upserted,
            applied.removed,
            reset,
            live=live and not reset,
            caught_up=True,
            dropped=dropped,
        )

    # -- inside -------------------------------------------------------------------------

    def _local(self, said: Said) -> str:
        """Return an id of ours: the service's own if it is valid, else a hash of the content."""
        held = self._held.get(said.id)
        if is_id(said.id) and (held is None or held.said.user_id == said.user_id):
            return said.id
        seed = said.id or f"{said.user_id}\n{said.timestamp}\n{plain_of(said)}"
        return "b-" + sha256(seed.encode()).hexdigest()[:40]

    def _place(self, ms: int, *, after: bool) -> int:
        born = max(1, min(ms, _LAST_MS) * PER_MS)
        if after:
            born = max(born, self._newest + 1)
        while born in self._taken:
            born += 1
        self._taken.add(born)
        self._newest = max(self._newest, born)
        return born

    def _forget(self, keep: Iterable[str]) -> None:
        kept = set(keep)
        self._held = {id_: held for id_, held in self._held.items() if id_ in kept}
        self._unconfirmed = {id_: None for id_ in self._unconfirmed if id_ in kept}
        self._ours = {theirs: ours for theirs, ours in self._ours.items() if ours in self._held}
        self._theirs = {o: t for o, t in self._theirs.items() if o in self._held}
        self._taken = {held.born for held in self._held.values()}
        self._newest = max(self._taken, default=0)

    def _drop_oldest(self) -> tuple[Document, ...]:
        """Keep the newest messages only; return the documents dropped from the mirror."""
        if len(self._held) < MAX_HELD + DROPPED_AT_ONCE:
            return ()
        by_birth = sorted(self._held, key=lambda id_: self._held[id_].born)
        gone = by_birth[:-MAX_HELD]
        self._dropped |= dict.fromkeys(self.their_id(id_) for id_ in gone)
        while len(self._dropped) > MAX_HELD:
            del self._dropped[next(iter(self._dropped))]
        self._forget(by_birth[-MAX_HELD:])
        return self._mirror.drop(gone)

    def _reset(self) -> None:
        """Begin a new history of the mirror, with all messages held."""
        self._epoch = f"base-{self._new_id()}"
        self._dirty = dict.fromkeys(self._held)
        if not self._held:
            self._told = False
            self._seq = 0
            self._mirror.apply(Changes(self._epoch, 0, 0, reset=True))

    def _document(self, id_: str) -> Document:
        self._seq += 1
        held = self._held[id_]
        held.seq = self._seq
        return Document(id_, KIND, held.born, held.seq, body(self._body(id_, held.said)))

    def _body(self, id_: str, said: Said) -> dict[str, Any]:
        """Return the body in the form a service of ours sends."""
        reply = said.reply_to
        optional = {
            "type": said.type if said.type != "text" else None,
            "userAvatar": said.avatar,
            "edited": said.edited or None,
            "editedAt": said.edited_at,
            "replyTo": self._ours.get(reply, reply) if reply else None,
            "reactions": [self._reaction(e, t) for e, t in (said.tallies or {}).items()] or None,
        }
        return {
            "id": id_,
            "userId": said.user_id,
            "userName": said.user_name,
            "content": said.content,
            "timestamp": said.timestamp,
        } | {key: value for key, value in optional.items() if value is not None}

    def _reaction(self, emoji: str, tally: Tally) -> dict[str, Any]:
        users = list(tally.users[:_SHOWN_USERS])
        names = [self._names.of(user) or user for user in users]
        return {"emoji": emoji, "count": tally.count, "users": users, "names": names}


def plain_of(said: Said) -> str:
    """Return the words of a message in the form that its id is made of, if it has none."""
    return " ".join(said.content.split())
