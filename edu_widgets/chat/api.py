"""The chat's methods and properties in Python."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from edu_widgets.chat import cells, commands, searching
from edu_widgets.chat.documents import WINDOW, Message, Question, question_id
from edu_widgets.chat.documents import ChatMessage as ChatMessageData
from edu_widgets.chat.editing import Editing
from edu_widgets.chat.emoji import is_emoji
from edu_widgets.chat.message import (
    COLUMNS,
    AskedQuestion,
    ChatMessage,
    MutedPerson,
    PinnedMessage,
    from_document,
    plain,
)
from edu_widgets.chat.moderation import Moderation
from edu_widgets.chat.read_receipts import ReadReceipts
from edu_widgets.chat.typists import Typists
from edu_widgets.chat.validation import Pointed, check_number, checked, id_of
from edu_widgets.client.blobs import picture_bytes
from edu_widgets.client.bodies import decoded
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.notebook.nodes import mentioned
from edu_widgets.notebook.pictures import fetch
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument

if TYPE_CHECKING:
    import pandas as pd


class ChatApi(Moderation):
    """The chat's methods and properties; a method that sends returns a receipt at once.

    A receipt may be ignored, waited for (`.wait()`) or awaited. A command that cannot be sent now
    is kept, also over a restart of the kernel. Every method raises `InvalidArgument` for an
    invalid argument, `NotConnected` once the lesson is closed, and `OutboxFull` where too much is
    waiting; the service's own refusals (`Forbidden`, `Refused`) come with the receipt.
    """

    _editing: Editing
    _marks: ReadReceipts
    _typists: Typists

    # -- writing -------------------------------------------------------------------------

    def send(
        self,
        text: str = "",
        reply_to: Pointed | None = None,
        question: bool = False,  # noqa: FBT001, FBT002
        picture: object = None,
        alt: str = "",
    ) -> Receipt:
        """Send a message; a message that cannot be sent now is kept, also over a restart.

        Args:
            text: Markdown, at most 8,000 characters; may be empty beside a picture. `@Name`
                mentions a person who is present or wrote a loaded message.
            reply_to: The message that is answered, or its id.
            question: True to list the message among the questions, too.
            picture: A figure with `savefig()`, the bytes of a PNG, JPEG, WebP, GIF or SVG, a path
                to a picture, or a list of at most four of these.
            alt: The description of the pictures.

        Returns:
            A receipt, at once: wait for it (`.wait()`), `await` it, or ignore it.

        Raises:
            InvalidArgument: `text` has no visible character and there is no picture, `reply_to` is
                no message, or `picture` is none that can be shared.
            MessageTooLong: it has more than 8,000 characters, or a picture more than 1 MiB.
            OutboxFull: too much is waiting already.
            NotConnected: the lesson is closed.
            Refused: this is a base service, which takes no pictures.
        """
        answered = None if reply_to is None else id_of(reply_to, "reply_to")
        several = picture if isinstance(picture, (list, tuple)) else [picture]
        given = [picture_bytes(one) for one in several if one is not None]
        check_number(given)
        content = checked(text, empty=bool(given))
        refs = [self._client.blobs.put(data, alt=alt) for data in given]
        return self._hand_over(content, answered, uuid7(), question=question, pictures=refs)

    def ask(self, text: str, *, anonymous: bool = False) -> Receipt:
        """Ask a question: a message that others can vote for, and that can be answered.

        Args:
            text: The question.
            anonymous: True to hide the author from everybody in the course, instructors included.

        Raises:
            InvalidArgument: no instructor has allowed anonymous questions; nothing was sent.
        """
        if not anonymous:
            return self.send(text, question=True)
        return self._hand_over(checked(text), None, uuid7(), question=True, anonymous=True)

    def edit(self, message: Pointed, text: str) -> Receipt:
        """Replace the text of one's own message; staff may edit anybody's.

        If somebody has edited it since, the receipt fails with `Refused`, code `STALE`.
        """
        version = message.version if isinstance(message, ChatMessage) else None
        found = self._chat.message(id_of(message))
        text = checked(text, empty=found is not None and bool(found.pictures))
        return self._edit(id_of(message), text, version)

    def delete(self, message: Pointed) -> Receipt:
        """Delete one's own message, with its pin and its question; staff may delete anybody's."""
        return self._chat.ask(
            commands.DELETE_MESSAGE.name, commands.DeleteMessage(self._chat.sent_id(message))
        )

    def send_cell(self, cell: int | None = None, note: str = "") -> Receipt:
        """Send the code of a cell, with a note above it.

        Without `cell` it is the code of the calling cell, minus the statement with this call; if
        nothing is left, that of the cell run before. With a number it is that of `In[cell]`.

        Raises:
            InvalidArgument: there are no cells here, or that one has no code.
            MessageTooLong: note and code have more than 8,000 characters.
        """
        return self.send(cells.fenced(cells.cell_code(cell), note))

    def retry(self, message: Pointed) -> None:
        """Send a message that failed, or was written in an earlier session, after all."""
        self._client.check_open()
        self._client.retry(id_of(message))

    def discard(self, message: Pointed) -> None:
        """Forget a message of one's own that was not sent."""
        self._client.check_open()
        self._client.discard(id_of(message))

    def withdraw(self, message: Pointed) -> None:
        """Withdraw a waiting message of one's own: it is never sent, and stored nowhere.

        Raises:
            TooLate: it was handed to the service already; `delete` it once it is sent.
        """
        self._client.withdraw(id_of(message)).wait()

    # -- reacting --------------------------------------------------------------------------

    def react(self, message: Pointed, emoji: str) -> Receipt:
        """React to a message with one emoji. Doing it twice changes nothing."""
        return self._react(id_of(message), emoji, on=True)

    def unreact(self, message: Pointed, emoji: str) -> Receipt:
        """Take a reaction of one's own back."""
        return self._react(id_of(message), emoji, on=False)

    def upvote(self, question: Pointed) -> Receipt:
        """Vote for a question of another person; a repetition changes nothing."""
        return self._upvote(id_of(question, "question"), on=True)

    def take_back(self, question: Pointed) -> Receipt:
        """Take one's vote for a question back."""
        return self._upvote(id_of(question, "question"), on=False)

    def answered(self, question: Pointed, answered: bool = True) -> Receipt:  # noqa: FBT001, FBT002
        """Mark a question as answered or as open. For staff and for the author of the question."""
        data = commands.AnswerQuestion(id_of(question, "question"), answered)
        return self._client.send(commands.ANSWER_QUESTION.name, data)

    # -- reading ---------------------------------------------------------------------------

    @property
    def messages(self) -> list[ChatMessage]:
        """The loaded messages, oldest first, then one's own that are on their way."""
        return self._chat.messages()

    @property
    def pinned(self) -> list[PinnedMessage]:
        """The pinned messages, the one pinned last at the end."""
        return self._chat.pinned()

    @property
    def questions(self) -> list[AskedQuestion]:
        """The questions, in the order they were asked."""
        return self._chat.questions()

    @property
    def unread(self) -> int:
        """Number of others' messages after the last one read, at most 1,000."""
        return self._chat.room.unread()

    @property
    def typing(self) -> list[str]:
        """Names of the others who type now."""
        return self._typists.names()

    @property
    def muted(self) -> list[MutedPerson]:
        """The muted people: for staff everybody, for others at most themselves."""
        return self._chat.muted()

    def picture(self, picture: BlobRef, timeout: float = 10.0) -> bytes:
        """Return the bytes of a picture of a message, waiting `timeout` seconds at most.

        Raises:
            NotConnected: it cannot be fetched now.
            Refused: it is not there any more.
            WouldDeadlock: called on the network thread.
        """
        return fetch(self._client, picture, timeout)

    def mark_read(self) -> None:
        """Note that everything loaded was read, also for one's other devices."""
        self._client.check_open()
        newest = self._client.mirror().newest(Message.kind, 1)
        if newest and self._marks.read(newest[0].born):
            self._marks.flush()
            self._client.on_network(self._look_at_room)

    def search(self, text: str, timeout: float = 10.0) -> list[ChatMessage]:
        """Return the newest 50 messages with `text` in their text or author's name, newest first.

        Case, accents and the Turkish ı and i are not told apart.

        Args:
            text: The text to search for, at most 200 characters.
            timeout: Seconds to wait for the service. If it does not answer, or limits the rate of
                searches, only the loaded messages are searched.

        Raises:
            InvalidArgument: `text` has no character to search for, or more than 200.
            Refused: the service refused, for example because one was removed from the course.
            NotConnected: the lesson is closed.
            ProtocolError: the service's answer cannot be read.
            WouldDeadlock: called on the network thread.
        """
        found = searching.wait(self._client, searching.checked_query(text), timeout)
        me = self._client.me().name
        return [message for d in found.docs if (message := from_document(d, me))]

    def older(self) -> Receipt:
        """Load 50 older messages into `messages`; `.wait()` until they are there."""
        return self._client.older(Message.kind, WINDOW)

    def load_all(self) -> Receipt:
        """Load all older messages into `messages`; `.wait(timeout=…)` until they are there."""
        self._client.check_open()
        receipt = self._client.promise()
        self._client.on_network(lambda: self._load_on(receipt))
        return receipt

    def _load_on(self, receipt: Receipt) -> None:
        if not self._client.mirror().more(Message.kind):
            receipt.settle(0)
            return
        try:
            page = self.older()
        except EduWidgetsError as error:
            receipt.fail(error)
            return

        def loaded() -> None:
            if page.error is not None:
                receipt.fail(page.error)
            else:
                self._client.on_network(lambda: self._load_on(receipt))

        page.when_settled(loaded)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return the loaded messages as dicts, oldest first; times are aware datetimes, in UTC.

        Call `load_all().wait()` first to get all messages.
        """
        return [plain(message) for message in self._chat.messages()]

    def to_dataframe(self) -> pd.DataFrame:
        """Return the loaded messages as a pandas DataFrame, one a row.

        Raises:
            InvalidArgument: pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - optional
        except ImportError as error:
            msg = "to_dataframe() needs pandas: run `pip install pandas`, or use to_dicts()."
            raise InvalidArgument(msg) from error
        return pd.DataFrame(self.to_dicts(), columns=list(COLUMNS))

    # -- shared by Python and the pages ------------------------------------------------------

    @abstractmethod
    def _look_at_room(self) -> None:
        """Send the pages the document `room` if it changed (network thread)."""

    def _hand_over(
        self,
        text: str,
        reply_to: str | None,
        id_: str,
        *,
        question: bool = False,
        anonymous: bool = False,
        pictures: Sequence[BlobRef] = (),
    ) -> Receipt:
        # A service that knows no anonymous questions would tell who asks: it is not sent there.
        if anonymous and not self._chat.room.anonymous():
            raise InvalidArgument(
                "Anonymous questions are turned off in this chat, so nothing was sent. An "
                "instructor turns them on with chat.anonymous_questions(True)."
            )
        me, created = self._client.me(), int(time.time() * 1000)
        data = ChatMessageData(
            id_,
            text,
            me.user_id,
            me.name,
            created,
            reply_to=reply_to,
            question=question,
            mentions=self._mentions(text),
            pictures=list(pictures),
            anonymous=anonymous,
        )
        return self._chat.send(data, created)

    def _mentions(self, text: str) -> list[str]:
        return mentioned(text, self._chat.names()) if "@" in text else []

    def _edit(self, id_: str, text: str, seen: int | None) -> Receipt:
        return self._editing.edit(self._chat.sent_id(id_), text, self._mentions(text), seen)

    def _react(self, id_: str, emoji: object, *, on: bool) -> Receipt:
        if not isinstance(emoji, str) or not is_emoji(emoji):
            msg = f"A reaction is one emoji, such as '👍'; not {emoji!r:.40}."
            raise InvalidArgument(msg)
        me = self._client.me().user_id
        action = "add" if on else "remove"
        data = commands.AddReaction(self._chat.sent_id(id_), emoji, me, action)
        return self._chat.ask(commands.ADD_REACTION.name, data)

    def _upvote(self, id_: str, *, on: bool) -> Receipt:
        question = decoded(self._client.mirror().get(question_id(id_)), Question)
        if question is None:
            raise InvalidArgument("There is no such question; `questions` has them all.")
        return self._chat.ask(commands.UPVOTE_QUESTION.name, commands.UpvoteQuestion(id_, on))
