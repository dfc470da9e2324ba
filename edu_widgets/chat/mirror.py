"""The chat as this process knows it: the course's mirror with one's own pending commands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from edu_widgets.chat import documents, rendering
from edu_widgets.chat.documents import (
    CHAT_MESSAGE,
    WINDOW,
    Message,
    Mute,
    Pin,
    Question,
    mute_id,
    pin_id,
    question_id,
)
from edu_widgets.chat.message import (
    AskedQuestion,
    ChatMessage,
    MutedPerson,
    PinnedMessage,
    from_document,
    from_mute,
    from_pin,
    from_question,
    shown,
)
from edu_widgets.chat.overlay import NOTHING, TYPES, Overlay, Pending, edited, reacted, votes
from edu_widgets.chat.state import RoomState
from edu_widgets.chat.validation import Pointed, id_of
from edu_widgets.client.bodies import decoded, when
from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import PendingCommand, PendingCommands
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import InPlaceOf
from edu_widgets.client.sync.events import CommandChanged
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.notebook.lesson_payload import ms_until
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.protocol import REGISTRY, Document
from edu_widgets.protocol.errors import InvalidArgument

__all__ = ["MESSAGES", "MUTES", "PINS", "QUESTIONS", "ROOM", "Chat", "ChatMessage", "from_document"]

MESSAGES = "messages"
PINS = "pins"
QUESTIONS = "questions"
MUTES = "mutes"
ROOM = "room"
"""The collections' names in the page."""

_KIND = Message.kind
_MAX_REVISED = 1_000


class Revisions:
    """Numbers the renderings that differ from the service's document. Any thread.

    A rendering equal to the service's document has no `rev`. A document once rendered differently
    keeps having one until it has a newer `seq`, since a page holds the other rendering.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, tuple[Json, int]] = {}

    def number(self, key: str, doc: Json, *, ours: bool) -> Json:
        """Return the document with its `rev`, if any; `ours`: it may differ from the service's."""
        with self._lock:
            held = self._held.get(key)
            if held is None and not ours:
                return doc
            if held is None:
                rev = 1 if "seq" in doc else 0
            elif doc.get("seq", 0) > held[0].get("seq", 0):
                if not ours:
                    del self._held[key]
                    return doc
                rev = 1
            else:
                rev = held[1] if held[0] == doc else held[1] + 1
            self._held[key] = (doc, rev)
            while len(self._held) > _MAX_REVISED:
                del self._held[next(iter(self._held))]
        return {**doc, "rev": rev}

    def forget(self, key: str) -> None:
        """Forget a document that is gone."""
        with self._lock:
            self._held.pop(key, None)


class Chat:
    """The chat for its pages and for Python, pending commands of one's own included. Any thread.

    Acknowledged messages come first, by `born`; then one's own pending ones, by creation.
    """

    def __init__(self, client: CourseClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        types = [REGISTRY.commands[name] for name in (CHAT_MESSAGE.name, *TYPES)]
        self._commands = PendingCommands[Any](client, *types, clock=clock)
        self._overlay = Overlay(client)
        self._revisions = Revisions()
        self.room = RoomState(client)

    # -- for people ---------------------------------------------------------------------

    def messages(self) -> list[ChatMessage]:
        """Return all loaded messages, oldest first, then one's own pending ones."""
        mirror, pending = self._client.mirror(), self.pending()
        found = [
            message
            for document in mirror.of_kind(_KIND)
            if (message := self._shown(document, pending, mirror))
        ]
        return found + [self._from_own(own) for own in self._messages().values()]

    def message(self, id_: str) -> ChatMessage | None:
        """Return the message with this id, loaded or pending; None if there is none."""
        mirror = self._client.mirror()
        document = mirror.get(id_)
        if document is not None:
            return self._shown(document, self.pending(), mirror)
        own = self._messages().get(id_)
        return self._from_own(own) if own is not None else None

    def sent_id(self, message: Pointed) -> str:
        """Return the id of a message that the service has.

        Raises:
            InvalidArgument: the message has not been sent yet.
        """
        id_ = id_of(message)
        if self._client.mirror().get(id_) is None and id_ in self._messages():
            raise InvalidArgument("This message is still on its way; wait until it is sent.")
        return id_

    def count(self) -> int:
        """Return the number of `messages`."""
        return self._client.mirror().count(_KIND) + len(self._messages())

    def pinned(self) -> list[PinnedMessage]:
        """Return the pinned messages, the one pinned last at the end."""
        pins = [pin for d in self._pins() if (pin := decoded(d, Pin))]
        return [from_pin(pin) for pin in pins]

    def questions(self) -> list[AskedQuestion]:
        """Return the questions, in the order they were asked."""
        pending, found = self.pending(), []
        for document in self._client.mirror().of_kind(Question.kind):
            question = decoded(document, Question)
            if question is not None:
                found.append(self.question_of(question, pending))
        return found

    def question_of(
        self, question: Question, pending: dict[str, Pending] | None = None
    ) -> AskedQuestion:
        """Return a question for Python, with one's own pending vote applied."""
        id_ = question.message_id
        mine = (self.pending() if pending is None else pending).get(id_, NOTHING)
        voted = mine.vote.on if mine.vote is not None else self._overlay.voted(id_)
        asked_by_me = self._overlay.is_mine(question, id_)
        return replace(
            from_question(question, own=voted, mine=asked_by_me), votes=votes(question, mine)
        )

    def muted(self) -> list[MutedPerson]:
        """Return the muted people; for students only themselves, since mutes are confidential."""
        found = [mute for d in self.room.mutes() if (mute := decoded(d, Mute))]
        return [from_mute(mute) for mute in found]

    def names(self) -> set[str]:
        """Return the names that a message can mention: of people present and of loaded authors."""
        names = set(self._client.view().here)
        for document in self._client.mirror().of_kind(_KIND):
            message = decoded(document, Message)
            if message is not None and not message.anonymous:
                names.add(message.user_name)
        return names

    def _shown(
        self, document: Document, pending: dict[str, Pending], mirror: Mirror
    ) -> ChatMessage | None:
        message = decoded(document, Message)
        if message is None:
            return None
        me = self._client.me()
        mine = pending.get(document.id, NOTHING)
        result = shown(
            edited(message, mine),
            document.id,
            me.name,
            unconfirmed=document.id in mirror.unconfirmed,
        )
        return replace(result, reactions=tuple(reacted(message, mine, me)))

    def _from_own(self, own: PendingCommand[Any]) -> ChatMessage:
        me, data = self._client.me(), own.data
        return ChatMessage(
            own.id,
            "" if data.anonymous else me.user_id,
            "" if data.anonymous else me.name,
            data.content,
            when(own.created),
            data.reply_to,
            state=own.state,
            role="student" if data.anonymous else me.role,
            via="" if data.anonymous else me.via,
            anonymous=data.anonymous,
            error=own.error,
            mentions=tuple(data.mentions),
            question=data.question,
            pictures=tuple(data.pictures),
        )

    # -- one's own ------------------------------------------------------------------------

    def send(self, data: documents.ChatMessage, created: int) -> Receipt:
        """Hand a message to the client; it is shown even before the outbox reports it.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        return self._commands.send(CHAT_MESSAGE.name, data, data.id, created)

    def ask(self, type_: str, data: object, instead: InPlaceOf | None = None) -> Receipt:
        """Hand over a command whose effect is shown before it is acknowledged; see `overlay.TYPES`.

        `instead`: the waiting command of one's own that this one replaces.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        return self._commands.send(type_, data, instead=instead)

    def knows(self, id_: str) -> bool:
        """Return True if a message with this id is loaded or pending."""
        return self._client.mirror().get(id_) is not None or id_ in self._messages()

    def moved(self, event: CommandChanged) -> None:
        """Note the outbox's report that a command moved, was acknowledged or was discarded."""
        self._commands.heard(event)

    def own_ids(self) -> list[str]:
        """Return the ids of messages that show a pending command of one's own."""
        return [*self._messages(), *self.pending()]

    def pending(self) -> dict[str, Pending]:
        """Return one's own pending changes, by the id of the message they change."""
        return self._overlay.over(self._commands.waiting(*TYPES))

    def _messages(self) -> dict[str, PendingCommand[Any]]:
        return {own.id: own for own in self._commands.waiting(CHAT_MESSAGE.name)}

    # -- for the page ------------------------------------------------------------------------

    def windows(self) -> dict[str, Window]:
        """Return the newest documents of every collection, for a page's snapshot."""
        mirror = self._client.mirror()
        docs = mirror.newest(_KIND, WINDOW + 1)
        more = len(docs) > WINDOW or mirror.more(_KIND)
        docs = docs[-WINDOW:]
        floor = docs[0].born if more and docs else mirror.floor(_KIND)
        own = [self._render_own(own) for own in self._messages().values()]
        ids = [question.id for question in self.questions()]
        return {
            MESSAGES: Window([*self._render_all(docs), *own], floor, more),
            PINS: Window([doc for d in self._pins() if (doc := rendering.pin(d))]),
            QUESTIONS: Window(self._read_questions(ids)[0]),
            MUTES: Window(self._render_mutes()),
            ROOM: Window([self.room.render(to_all=False)]),
        }

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return these documents in their current state, in order, and the ids of missing ones."""
        if collection == MESSAGES:
            return self._read_messages(ids)
        if collection == QUESTIONS:
            return self._read_questions(ids)
        if collection == ROOM:
            return [self.room.render(to_all=True)], []
        if collection == PINS:
            docs = {d.id: doc for d in self._pins() if (doc := rendering.pin(d))}
            keys = {id_: pin_id(id_) for id_ in ids}
        else:
            docs = {mute_id(doc["id"]): doc for doc in self._render_mutes()}
            keys = {id_: mute_id(id_) for id_ in ids}
        held = [doc for key, doc in docs.items() if key in keys.values()]
        return held, [id_ for id_, key in keys.items() if key not in docs]

    def older(self, collection: str, before: int) -> Window:
        """Return the newest loaded messages born before `before`, at most a window of them."""
        del collection
        mirror = self._client.mirror()
        docs = mirror.before(_KIND, before, WINDOW + 1)
        more = len(docs) > WINDOW or mirror.more(_KIND)
        docs = docs[-WINDOW:]
        floor = docs[0].born if more and docs else min(before, mirror.floor(_KIND))
        return Window(self._render_all(docs), floor, more)

    def render_found(self, docs: Iterable[Document]) -> list[Json]:
        """Render messages that a search found; they need not be loaded."""
        found = (rendering.message(d, self._reader(d.id)) for d in docs)
        return [doc for doc in found if doc is not None]

    def _read_messages(self, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        mirror, own = self._client.mirror(), self._messages()
        docs: list[Document] = []
        gone: list[str] = []
        for id_ in (asked := dict.fromkeys(ids)):
            doc = mirror.get(id_)
            if doc is not None:
                docs.append(doc)
            elif id_ not in own:
                gone.append(id_)
                self._revisions.forget(id_)
        docs.sort(key=lambda doc: doc.born)
        kept = [command for id_, command in own.items() if id_ in asked]
        return [*self._render_all(docs), *(self._render_own(own) for own in kept)], gone

    def _render_all(self, docs: Iterable[Document]) -> list[Json]:
        pending, mirror = self.pending(), self._client.mirror()
        result = []
        for document in docs:
            mine = pending.get(document.id, NOTHING)
            doc = rendering.message(
                document,
                self._reader(document.id),
                mine,
                unconfirmed=document.id in mirror.unconfirmed,
            )
            if doc is not None:
                # That it is one's own, which no name says, may come later than the message.
                ours = mine is not NOTHING or not doc["user"]
                result.append(self._revisions.number(document.id, doc, ours=ours))
        return result

    def _reader(self, id_: str) -> rendering.MessageReader:
        asked = self._overlay.asked(id_)
        return rendering.MessageReader(self._client.me(), self._overlay.reactions(id_), asked=asked)

    def _render_own(self, own: PendingCommand[Any]) -> Json:
        """Render one's own pending message; `rev` grows whenever the rendering changes."""
        doc = rendering.own_message(own, self._client.me())
        doc = self._revisions.number(own.id, doc, ours=True)
        # Added after numbering: the passing of time makes no new version.
        return doc if own.state != "slowed" else {**doc, "retryIn": ms_until(own.retry_at) or 0}

    def _read_questions(self, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        mirror, pending = self._client.mirror(), self.pending()
        found: list[Json] = []
        gone: list[str] = []
        for id_ in ids:
            document = mirror.get(question_id(id_))
            mine = pending.get(id_, NOTHING)
            doc = self._question(document, mine) if document else None
            if doc is None:
                gone.append(id_)
                self._revisions.forget(question_id(id_))
            else:
                # One's own vote is in another channel: it changes the rendering without a new seq.
                found.append(self._revisions.number(question_id(id_), doc, ours=True))
        return sorted(found, key=lambda doc: int(doc["born"])), gone

    def _question(self, document: Document, pending: Pending) -> Json | None:
        body = decoded(document, Question)
        if body is None:
            return None
        id_ = body.message_id
        asked, voted = self._overlay.is_mine(body, id_), self._overlay.voted(id_)
        return rendering.question(document, body, pending, mine=asked, voted=voted)

    def _render_mutes(self) -> list[Json]:
        if not self._client.me().is_staff:
            return []
        return [doc for d in self.room.mutes() if (doc := rendering.mute(d))]

    def _pins(self) -> list[Document]:
        held = self._client.mirror().of_kind(Pin.kind)
        pins = [(pin.at, document) for document in held if (pin := decoded(document, Pin))]
        return [document for _, document in sorted(pins, key=lambda pair: pair[0])]
