"""The chat's messages in the record of a lesson, and the number of each student's in its report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import Any

from edu_widgets.chat.documents import Message, Question, question_id
from edu_widgets.client.bodies import decoded, when
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.nodes import plain_text, to_nodes
from edu_widgets.notebook.nodes_html import nodes_html
from edu_widgets.notebook.records import (
    Author,
    RecordEntry,
    ReportTable,
    load_back,
    picture_place,
)
from edu_widgets.protocol.channels import STAFF_ROLES
from edu_widgets.protocol.shortening import shorten

_QUOTED = 120
_WORDS = {
    "en": {
        "question": "Question",
        "answered": "Answered",
        "votes": "{n} want to know",
        "anonymous": "asked anonymously",
    },
    "tr": {
        "question": "Soru",
        "answered": "Yanıtlandı",
        "votes": "Bilmek isteyen: {n}",
        "anonymous": "adsız soruldu",
    },
}
_REPORT = {
    "en": {
        "participation": "Participation",
        "name": "Name",
        "user": "Id",
        "messages": "Messages",
        "questions": "Questions",
        "reactions": "Reactions received",
        "first": "First message",
        "last": "Last message",
        "open": "Open questions",
        "anonymous": "Anonymous",
        "asked": "Asked",
        "question": "Question",
        "votes": "Want to know",
    },
    "tr": {
        "participation": "Katılım",
        "name": "Ad",
        "user": "Kimlik",
        "messages": "İletiler",
        "questions": "Sorular",
        "reactions": "Alınan tepkiler",
        "first": "İlk ileti",
        "last": "Son ileti",
        "open": "Açık sorular",
        "anonymous": "Adsız",
        "asked": "Soruldu",
        "question": "Soru",
        "votes": "Bilmek isteyen",
    },
}
_PARTICIPATION = ("name", "user", "messages", "questions", "reactions", "first", "last")
_OPEN = ("asked", "name", "user", "question", "votes")


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
                _html(message, messages.get(message.reply_to or ""), words),
                _author(message),
                foot=self._foot(message, words),
                pictures=message.pictures,
            )

    def tables(self, since: int, lang: str) -> Iterator[ReportTable]:
        """Return the number of messages of each student, and the unanswered questions."""
        words = _REPORT[lang]
        load_back(self._client, Question.kind, self._oldest_question, since)
        questions = [one for one in self._questions() if one.at >= since]
        messages = [one for one in self._messages() if one.timestamp >= since]
        rows = sorted(
            _participation(messages), key=lambda row: (row["name"].casefold(), row["user"])
        )
        figures = {words["messages"]: len(messages), words["questions"]: len(questions)}
        columns = {name: words[name] for name in _PARTICIPATION}
        yield ReportTable("participation", words["participation"], columns, rows, figures)
        still = [_open(one, words["anonymous"]) for one in questions if one.answered is None]
        columns = {name: words[name] for name in _OPEN}
        yield ReportTable("questions", words["open"], columns, still, {words["open"]: len(still)})

    def _questions(self) -> Iterator[Question]:
        for document in self._client.mirror().of_kind(Question.kind):
            question = decoded(document, Question)
            if question is not None:
                yield question

    def _oldest_question(self) -> int | None:
        return min((question.at for question in self._questions()), default=None)

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
        if message.anonymous:
            parts.append(words["anonymous"])
        parts += [f"{reaction.emoji} {reaction.count}" for reaction in message.reactions]
        return " · ".join(parts)


def _author(message: Message) -> Author | None:
    if message.anonymous:
        return None
    return Author(message.user_id, message.user_name, message.role or "student")


def _participation(messages: Iterable[Message]) -> Iterable[dict[str, Any]]:
    """Return how much each student wrote."""
    people: dict[str, dict[str, Any]] = {}
    for message in messages:
        if message.role in STAFF_ROLES or message.anonymous:
            continue
        at = when(message.timestamp)
        new = {"user": message.user_id, "messages": 0, "questions": 0, "reactions": 0, "first": at}
        row = people.setdefault(message.user_id, new)
        row["name"], row["last"] = message.user_name, at
        row["messages"] += 1
        row["questions"] += message.question
        row["reactions"] += sum(reaction.count for reaction in message.reactions)
    return people.values()


def _open(question: Question, anonymous: str) -> dict[str, Any]:
    return {
        "asked": when(question.at),
        "name": anonymous if question.anonymous else question.user_name,
        "user": question.user_id,
        "question": " ".join(question.content.split()),
        "votes": question.votes,
    }


def _html(
    message: Message, answered: Message | None, words: dict[str, str]
) -> Callable[[Callable[[str], str]], str]:
    def make(called: Callable[[str], str]) -> str:
        quote = ""
        if answered is not None:
            text = shorten(" ".join(plain_text(to_nodes(answered.content)).split()), _QUOTED)
            named = not answered.anonymous
            name = escape(called(answered.user_name) if named else words["anonymous"])
            quote = f"<blockquote><b>{name}</b> {escape(text)}</blockquote>"
        body = to_nodes(message.content, tuple(message.mentions))
        return quote + nodes_html(body, called) + "".join(map(picture_place, message.pictures))

    return make
