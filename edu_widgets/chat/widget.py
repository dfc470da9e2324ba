"""CourseChat: the course's chat in a notebook."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, overload

from edu_widgets.chat.documents import CHAT_MESSAGE, MAX_CONTENT, WINDOW, Message
from edu_widgets.chat.documents import ChatMessage as ChatMessageData
from edu_widgets.chat.mirror import MESSAGES, Chat, ChatMessage
from edu_widgets.chat.news import News
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.events import CommandChanged, DocumentsChanged
from edu_widgets.client.outbox import CommandState
from edu_widgets.client.receipts import Receipt
from edu_widgets.notebook.callbacks import Callback, Callbacks
from edu_widgets.notebook.intents import Intent
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.protocol import is_id, uuid7
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    InvalidArgument,
    MessageTooLong,
    NotConnected,
)

_PATIENCE = 10.0
"""Seconds that a page of older messages may take."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
F = TypeVar("F", bound=Callback)


class CourseChat(LiveWidget):
    """The chat of a course; displayed by being the last line of a cell.

    `chat.options = {"height": 300, "lang": "tr"}` sets its height in pixels and its language
    (default: the page's).
    """

    kind_: ClassVar[str] = "chat"

    def __init__(self, client: CourseClient, **options: Any) -> None:
        self._chat = Chat(client)
        self._news = News(client)
        self._callbacks = Callbacks("message")
        self._state = client.view().state
        handlers = {
            "chat.send": self._on_send,
            "chat.retry": self._on_retry,
            "chat.discard": self._on_discard,
            "chat.older": self._on_older,
        }
        super().__init__(client, self._chat, handlers, **options)

    def __repr__(self) -> str:
        try:
            count = self._chat.count()
        except EduWidgetsError:  # a forked child may look, but has nothing
            return super().__repr__()
        return f"{super().__repr__()[:-1]}, {count} message{'s' * (count != 1)})"

    # -- for people ----------------------------------------------------------------------

    def send(self, text: str, reply_to: str | ChatMessage | None = None) -> Receipt:
        """Send a message; returns at once with a receipt (`.wait()`, awaitable).

        `text` is Markdown, 1 to 8,000 characters; `reply_to` a message or its id. What cannot
        be sent now is kept, also over a restart of the kernel.

        Raises:
            InvalidArgument: there is nothing in `text`, or `reply_to` is no message.
            MessageTooLong: it has more than 8,000 characters.
            OutboxFull: too much is waiting already.
            NotConnected: the lesson is closed.
        """
        if isinstance(reply_to, ChatMessage):
            reply_to = reply_to.id
        if reply_to is not None and not is_id(reply_to):
            msg = f"reply_to must be a message or its id, not {reply_to!r:.80}."
            raise InvalidArgument(msg)
        return self._hand_over(checked(text), reply_to, uuid7())

    @property
    def messages(self) -> list[ChatMessage]:
        """The loaded messages, oldest first, then one's own that are on their way."""
        return self._chat.messages()

    def older(self) -> Receipt:
        """Load 50 older messages into `messages`; `.wait()` until they are there."""
        return self._client.older(Message.kind, WINDOW)

    @overload
    def on(self, event: str, fn: F) -> F: ...

    @overload
    def on(self, event: str) -> Callable[[F], F]: ...

    def on(self, event: str, fn: F | None = None) -> F | Callable[[F], F]:
        """Call `fn(message)` for each new message, one's own too, in order, on its own thread.

        `event` is `"message"`. Messages that were there already are not told; those missed
        while disconnected are, once. Run again, a cell replaces what it has hung on before.
        Without `fn` it is a decorator: `@chat.on("message")`. Returns `fn`; see `off`.

        Raises:
            InvalidArgument: there is no such event, or `fn` is not a function.
        """
        if fn is not None:
            self._callbacks.add(event, fn)
            return fn

        def decorate(decorated: F) -> F:
            self._callbacks.add(event, decorated)
            return decorated

        return decorate

    def off(self, event: str | None = None, fn: Callback | None = None) -> None:
        """Take `fn` off `event`; without `fn` everything, without `event` off all of them."""
        self._callbacks.remove(event, fn)

    def close(self) -> None:
        """Close the widget: its views go, nothing is called any more."""
        callbacks = getattr(self, "_callbacks", None)
        if callbacks is not None:
            callbacks.remove()
        super().close()

    # -- sending --------------------------------------------------------------------------

    def _hand_over(self, text: str, reply_to: str | None, id_: str) -> Receipt:
        me, created = self._client.me(), int(time.time() * 1000)
        data = ChatMessageData(id_, text, me.user_id, me.name, created, reply_to=reply_to)
        return self._chat.send(data, created)

    # -- from the pages (any thread) ---------------------------------------------------------

    def _on_send(self, intent: Intent) -> None:
        id_, text = intent.id_of("id"), checked(intent.text("text"))
        reply_to = intent.id_of("replyTo") if intent.args.get("replyTo") else None
        # A page that was reloaded, or talks to a new kernel, sends again what is known.
        if not self._chat.knows(id_):
            _ = self._hand_over(text, reply_to, id_)

    def _on_retry(self, intent: Intent) -> None:
        self._client.retry(intent.id_of("id"))

    def _on_discard(self, intent: Intent) -> None:
        self._client.discard(intent.id_of("id"))

    def _on_older(self, intent: Intent) -> None:
        before = intent.number("before")
        mirror = self._client.mirror()
        if mirror.before(Message.kind, before, 1) or not mirror.more(Message.kind):
            self._channel.send_older(intent.page, MESSAGES, before)
            return
        receipt = self.older()
        self._client.on_network(lambda: self._await_older(receipt, intent, before))

    def _await_older(self, receipt: Receipt, intent: Intent, before: int) -> None:
        """Answer once the page is loaded, or after ten seconds without it (network thread)."""
        late = NotConnected("Older messages could not be loaded now.")
        cancel = self._client.later(_PATIENCE, lambda: self._intents.refuse(intent, late))

        def answer() -> None:
            cancel()
            if receipt.error is None:
                self._channel.send_older(intent.page, MESSAGES, before)
            else:
                self._intents.refuse(intent, receipt.error)

        receipt.when_settled(answer)

    def _welcomed(self) -> None:
        # Loads the parser and a lexer here: the first message should not wait for it.
        to_nodes("```python\n1\n```")

    # -- from the course (network thread) ------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case DocumentsChanged() if event.channel == self._client.channel:
                self._tell(event)
                changed = (*event.upserted, *event.removed)
                ids = [doc.id for doc in changed if doc.kind == Message.kind]
                self._channel.changed(MESSAGES, ids, reset=event.reset)
            case CommandChanged(command, gone) if command.type == CHAT_MESSAGE.name:
                self._chat.moved(command, gone=gone)
                # The page that sent it shows it as pending by itself.
                moving = command.state in (CommandState.QUEUED, CommandState.SENT)
                self._channel.changed(MESSAGES, [command.id], news=not moving)
            case _:
                state, self._state = self._state, self._client.view().state
                # What waits is shown as kept, or as under way, by the connection's state.
                turned = state != self._state
                ids = self._chat.own_ids() if turned else []
                self._channel.changed(MESSAGES, ids, news=turned)

    def _tell(self, event: DocumentsChanged) -> None:
        for message in self._news.of(event):
            for fn in self._callbacks.on("message"):
                self._client.call_back(fn, message)


def checked(text: object) -> str:
    """A message's text as it is sent: without blanks at its end, valid Unicode.

    Raises:
        InvalidArgument: it is no string, or nothing is in it.
        MessageTooLong: it has more than 8,000 characters.
    """
    if not isinstance(text, str):
        msg = f"A message is a string, not {type(text).__name__}; for a value send str(value)."
        raise InvalidArgument(msg)
    text = text.rstrip()
    if not text.strip():
        raise InvalidArgument("The message is empty. Write at least one character.")
    if len(text) > MAX_CONTENT:
        msg = (
            f"The message has {len(text):,} characters; at most {MAX_CONTENT:,} fit. "
            "Send it in parts, or share it as a file."
        )
        raise MessageTooLong(msg)
    return _LONE_SURROGATE.sub("\ufffd", text)
