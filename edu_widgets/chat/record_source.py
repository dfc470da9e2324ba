"""The chat's messages in the record of a lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from edu_widgets.chat.documents import Message, Question, question_id
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.nodes import plain_text, to_nodes
from edu_widgets.notebook.nodes_html import nodes_html
from edu_widgets.notebook.records import Author, RecordEntry, load_back
from edu_widgets.protocol.shortening import shorten

_QUOTED = 120
_WORDS = {
    "en": {"question": "Question", "answered": "Answered", "votes": "{n} want to know"},
    "tr": {"question": "Soru", "answered": "Yanıtlandı", "votes": "Bilmek isteyen: {n}"},
}


class MessagesOfRecord:
    """The messages that are there; a deleted one leaves nothing."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def load(self, since: int) -> None:
        """Load older messages down to a time."""

        def oldest() -> int | None:
            first = next(iter(self._messages()), None)
            return None if first is None else first.timestamp

        load_back(self._client, Message.kind, oldest, since)

    def entries(self, lang: str) -> Iterator[RecordEntry]:
        """Return an entry for each message, with the one it answers, and its reactions."""
        words = _WORDS[lang]
        messages = {message.id: message for message in self._messages()}
        for message in messages.values():
            yield RecordEntry(
                message.timestamp,
                _html(message, messages.get(message.reply_to or "")),
                Author(message.user_id, message.user_name, message.role or "student"),
                foot=self._foot(message, words),
            )

    def _messages(self) -> Iterator[Message]:
        for document in self._client.mirror().of_kind(Message.kind):
            message = decoded(document, Message)
            if message is not None:
                yield message

    def _foot(self, message: Message, words: dict[str, str]) -> str:
        parts = []
        question = decoded(self._client.mirror().get(question_id(message.id)), Question)
        if message.question and question is not None:
            parts.append(words["question"] if question.answered is None else words["answered"])
            if question.votes:
                parts.append(words["votes"].format(n=question.votes))
        parts += [f"{reaction.emoji} {reaction.count}" for reaction in message.reactions]
        return " · ".join(parts)


def _html(message: Message, answered: Message | None) -> Callable[[Callable[[str], str]], str]:
    def make(called: Callable[[str], str]) -> str:
        quote = ""
        if answered is not None:
            text = shorten(" ".join(plain_text(to_nodes(answered.content)).split()), _QUOTED)
            name = escape(called(answered.user_name))
            quote = f"<blockquote><b>{name}</b> {escape(text)}</blockquote>"
        body = to_nodes(message.content, tuple(message.mentions))
        return quote + nodes_html(body, called)

    return make
