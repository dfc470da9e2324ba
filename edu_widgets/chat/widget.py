"""CourseChat: the course's chat in a notebook."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import msgspec

from edu_widgets.chat import commands, documents
from edu_widgets.chat.editing import Editing
from edu_widgets.chat.event_diff import EVENTS, EventDiff, Happening
from edu_widgets.chat.intent_handlers import IntentHandlers
from edu_widgets.chat.mirror import MESSAGES, MUTES, PINS, QUESTIONS, ROOM, Chat
from edu_widgets.chat.read_receipts import ReadReceipts
from edu_widgets.chat.typists import Typing, Typists
from edu_widgets.chat.validation import checked
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.sync.commands import Command, CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.client.view import ViewChanged
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.protocol.messages import Error, UserTyping

__all__ = ["CourseChat", "checked"]

_log = logging.getLogger(__name__)

_UNREAD_GAP = 1.0
"""Seconds after which pages get a new number of unread messages if nothing else changed."""

_MESSAGE = documents.CHAT_MESSAGE.name
_LANE = documents.CHAT_MESSAGE.lane
_MARK = commands.MARK_READ.name
_OTHERS = tuple(
    command.name
    for command in (
        commands.EDIT_MESSAGE, commands.DELETE_MESSAGE, commands.ADD_REACTION,
        commands.PIN_MESSAGE, commands.SET_SLOW_MODE, commands.MUTE_USER,
        commands.SET_PICTURES, commands.SET_ANONYMOUS,
        commands.UPVOTE_QUESTION, commands.ANSWER_QUESTION, commands.MARK_READ,
    )
)  # fmt: skip
"""Commands other than messages: once refused for good, they are discarded without asking."""

_COLLECTIONS = {
    documents.Message.kind: (MESSAGES, ""),
    documents.Pin.kind: (PINS, "pin:"),
    documents.Question.kind: (QUESTIONS, "question:"),
    documents.Mute.kind: (MUTES, "mute:"),
    documents.OwnReactions.kind: (MESSAGES, "reactions:"),
    documents.OwnVote.kind: (QUESTIONS, "vote:"),
    documents.OwnQuestion.kind: (MESSAGES, "asked:"),
}
"""By kind of document: the page's collection it changes, and its prefix to the id there."""

_OF_ROOM = frozenset({documents.ChatSettings.kind, documents.Mute.kind, documents.ReadMark.kind})
"""Kinds of documents that `room` is made of, besides the messages it counts."""


class _About(msgspec.Struct):
    """The id of the message in a command's data; empty for data without one."""

    message_id: str = msgspec.field(name="messageId", default="")


class CourseChat(IntentHandlers, EventWidget):
    """The chat of a course; displayed by being the last line of a cell.

    `chat.options = {"height": 300, "lang": "tr"}` sets its height in pixels and its language
    (default: the page's).

    `chat.on(event, fn)` has `fn` called:

    | event | when | called with |
    |---|---|---|
    | `message` | there is a new message | the message |
    | `mention` | somebody else's new message names me | the message |
    | `edit`, `reaction` | a loaded message was edited, or reacted to | the message |
    | `delete` | a loaded message was deleted | the message as it was |
    | `pin` | a message was pinned or unpinned | the pin; `.pinned` tells |
    | `question`, `answered` | a question was asked, or marked as answered | the question |
    | `typing` | others began or stopped typing | the names of those who type |
    | `mute` | somebody was muted or unmuted (for students: oneself) | the person; `.muted` tells |
    | `slow_mode` | slow mode was changed | its seconds |
    | `state` | the connection's state changed | the state |
    """

    kind_: ClassVar[str] = "chat"
    events_: ClassVar[tuple[str, ...]] = EVENTS

    def __init__(self, client: CourseClient, **options: Any) -> None:
        self._chat = Chat(client)
        self._editing = Editing(client, self._chat)
        self._happenings = EventDiff(client)
        self._marks = ReadReceipts(client, self._chat.room)
        self._mine = Typing(client)
        self._typists = Typists(client, self._tell_typing)
        self._state, self._me = client.view().state, client.me()
        self._slow = self._chat.room.slow()
        self._unread_later = False
        self._chat.room.when_counted(self._show_unread)
        self._mute_ends: Callable[[], None] | None = None
        self._pending: frozenset[str] = frozenset()
        self._dropped = _drop_old(client)
        super().__init__(client, self._chat, **options)

    def _contents(self) -> str:
        count = self._chat.count()
        return f"{count} message{'s' * (count != 1)}"

    # -- for people ----------------------------------------------------------------------

    def close(self) -> None:
        """Close the widget: its views disappear, and no callback is called any more."""
        if hasattr(self, "_typists"):  # also called where the constructor did not get far
            self._on_network(self._end_timers)
        super().close()

    def _end_timers(self) -> None:
        self._typists.close()
        self._mine.close()
        self._marks.close()
        if self._mute_ends is not None:
            self._mute_ends()

    # -- to the pages ------------------------------------------------------------------------

    def _welcomed(self) -> None:
        # Loads the parser and a lexer now, so that the first message need not wait for them.
        to_nodes("```python\n1\n```")
        dropped, self._dropped = self._dropped, 0
        if dropped:
            what = "a change" if dropped == 1 else f"{dropped} changes"
            self._notice(f"Not made, since it was asked for long ago: {what}.")

    def _notice(self, message: str, **about: Any) -> None:
        self._channel.signal("notice", {"message": message, **about})

    def _tell_typing(self, names: list[str]) -> None:
        self._channel.signal("typing", {"names": names, "count": len(names)})
        self._tell([("typing", names)])

    # -- from the course (network thread) ------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        room = True
        match event:
            case DocumentsChanged():
                told = (*event.upserted, *event.removed)
                room = event.reset or any(doc.kind in _OF_ROOM for doc in told)
                self._documents_changed(event, room=room)
            case CommandChanged(command) if command.type in (_MESSAGE, *_OTHERS):
                room = command.type != _MESSAGE
                self._command_changed(event, command)
            case SignalReceived("user_typing", channel, data) if channel == self._client.channel:
                self._typed(data)
            case SignalReceived("error", channel, data) if channel == self._client.channel:
                # A base service's errors name no command.
                with contextlib.suppress(msgspec.DecodeError):
                    self._notice(msgspec.json.decode(data, type=Error).message)
            case _:
                self._view_changed(event)
        self._look_at_room(settings=room)

    def _documents_changed(self, event: DocumentsChanged, *, room: bool) -> None:
        self._tell(self._happenings.of(event))
        for document in event.upserted if event.live else ():
            message = decoded(document, documents.Message) if _is_new(document) else None
            if message is not None:
                self._typists.wrote(message.user_id)
        if event.reset and event.channel == self._client.channel:
            self._chat.room.forget_read()
        if room:
            slow, self._slow = self._slow, self._chat.room.slow()
            if self._slow < slow:
                self._client.hurry(_LANE)
        changed = _by_collection((*event.upserted, *event.removed, *event.dropped))
        # A pending change is no longer shown on top once the mirror includes it.
        before, self._pending = self._pending, frozenset(self._chat.pending())
        settled = before - self._pending
        if settled:
            changed[MESSAGES] = [*changed.get(MESSAGES, ()), *settled]
            changed[QUESTIONS] = [*changed.get(QUESTIONS, ()), *settled]
        self._channel.changed(reset=event.reset, also=changed)
        if event.reset or MUTES in changed:
            self._wait_for_mutes()

    def _command_changed(self, event: CommandChanged, command: Command) -> None:
        self._chat.moved(event)
        # The page that asked for it shows it as pending by itself.
        moving = command.state in (CommandState.QUEUED, CommandState.SENT)
        if command.type == _MESSAGE:
            self._channel.changed(MESSAGES, [command.id], news=not moving)
            return
        now = frozenset(self._chat.pending())
        touched, self._pending = now | self._pending, now
        self._channel.changed(MESSAGES, touched, news=True, also={QUESTIONS: touched})
        if command.state is CommandState.FAILED and not event.gone:
            self._client.discard(command.id)
            if command.type != _MARK:
                about = msgspec.json.decode(command.data, type=_About).message_id
                self._notice(command.error, code=command.code, what=command.type, id=about)

    def _typed(self, data: msgspec.Raw) -> None:
        try:
            news = msgspec.json.decode(data, type=UserTyping)
        except msgspec.DecodeError as error:
            _log.debug("A signal was ignored: %s", error)
        else:
            self._typists.heard(news)

    def _view_changed(self, event: CourseEvent) -> None:
        state, self._state = self._state, self._client.view().state
        me, self._me = self._me, self._client.me()
        # The connection's state decides if a waiting command is shown as kept or as under way.
        turned = state != self._state
        ids = self._chat.own_ids() if turned else []
        if turned and isinstance(event, ViewChanged):
            self._tell([("state", self._state)])
        # Every rendered message says if it mentions the reader, or is their own.
        self._channel.changed(MESSAGES, ids, news=turned, reset=me != self._me)

    def _look_at_room(self, *, settings: bool = True) -> None:
        """Tell the pages if `room` changed; if only `unread` did, at most once a second.

        Args:
            settings: False if nothing but `unread` can have changed.
        """
        if settings and self._chat.room.news():
            self._channel.changed(ROOM, ["room"])
        elif not self._unread_later:
            self._unread_later = True
            self._client.later(_UNREAD_GAP, self._show_unread)

    def _show_unread(self) -> None:
        self._unread_later = False
        if self._chat.room.more_unread():
            self._channel.changed(ROOM, ["room"])

    def _wait_for_mutes(self) -> None:
        """Set a timer for the end of the next mute, which no event reports."""
        cancel, self._mute_ends = self._mute_ends, None
        if cancel is not None:
            cancel()
        ends = self._chat.room.next_end()
        if ends is not None:
            self._mute_ends = self._client.later(ends + 0.05, self._mute_ended)

    def _mute_ended(self) -> None:
        self._mute_ends = None
        staff = self._client.mirror(staff_channel(self._client.course))
        self._channel.changed(also=_by_collection(staff.of_kind(documents.Mute.kind)))
        self._look_at_room()
        self._wait_for_mutes()

    def _tell(self, happenings: Iterable[Happening]) -> None:
        for event, what in happenings:
            self._call(event, what)


def _is_new(document: Document) -> bool:
    return document.kind == documents.Message.kind and document.born == document.seq


def _by_collection(docs: Iterable[Document]) -> dict[str, list[str]]:
    """Return the ids of the page's documents that these documents change, by collection."""
    changed: dict[str, list[str]] = {}
    for document in docs:
        collection, prefix = _COLLECTIONS.get(document.kind, ("", ""))
        if collection:
            # Ids of one's own reactions and votes may have a channel before the message's id.
            id_ = document.id.removeprefix(prefix).rpartition("/")[2]
            changed.setdefault(collection, []).append(id_)
            if document.kind == documents.OwnQuestion.kind:
                changed.setdefault(QUESTIONS, []).append(id_)
    return changed


def _drop_old(client: CourseClient) -> int:
    """Discard the held and failed commands of an earlier session, except messages; count them.

    A held message is shown and waits for confirmation; a held reaction or mute has no such place.
    Read marks are discarded, too, but not counted.
    """
    dropped = 0
    for type_ in _OTHERS:
        for command in client.commands(type_):
            if command.state in (CommandState.HELD, CommandState.FAILED):
                client.discard(command.id)
                dropped += type_ != _MARK
    return dropped
