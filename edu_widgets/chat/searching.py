"""Search for messages: by the service if it can be asked, else among the loaded ones."""

from __future__ import annotations

from collections.abc import Callable

from edu_widgets.chat.commands import MAX_FOUND, MAX_QUERY, SEARCH, Found, Search
from edu_widgets.chat.documents import Message
from edu_widgets.chat.folding import matches
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.receipts import Answer
from edu_widgets.protocol import Code, is_retry
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument, NotConnected, Refused
from edu_widgets.protocol.text_normalization import search_key
from edu_widgets.protocol.visible_text import clean


def checked_query(query: object) -> str:
    """Return a valid search query, without blanks around it.

    Raises:
        InvalidArgument: it is no string, empty, or too long.
    """
    if not isinstance(query, str):
        raise InvalidArgument("Search for a string of at least one character.")
    query = query.strip()
    if len(query) > MAX_QUERY:
        msg = f"Search for at most {MAX_QUERY} characters, not {len(query):,}."
        raise InvalidArgument(msg)
    query = clean(query)
    if not search_key(query):
        raise InvalidArgument("Search for a string of at least one character.")
    return query


def search(
    client: CourseClient,
    query: str,
    before: int | None,
    found: Callable[[Found, EduWidgetsError | None], object],
) -> None:
    """Search for messages and call `found` with the result (network thread).

    Its second argument is the error for which only loaded messages were searched, or None.
    """
    try:
        answer = client.ask(SEARCH.name, Search(query, MAX_FOUND, before))
    except EduWidgetsError as error:  # the lesson is closed; loaded messages are still here
        found(among_loaded(client, query, before), error)
        return
    answer.when_settled(lambda: found(*result(client, answer, query, before)))


def result(
    client: CourseClient, answer: Answer, query: str, before: int | None
) -> tuple[Found, EduWidgetsError | None]:
    """Return the messages of a settled answer; on an error, loaded messages and the error."""
    error = answer.error
    try:
        if error is None:
            return answer.read(Found), None
    except EduWidgetsError as unreadable:
        error = unreadable
    return among_loaded(client, query, before), error


def wait(client: CourseClient, query: str, timeout: float) -> Found:
    """Search for messages and wait for the answer, at most `timeout` seconds.

    Raises:
        Refused: the service refused, for a reason that a retry does not change.
        NotConnected: the lesson is closed.
        ProtocolError: the service's answer cannot be read.
        WouldDeadlock: called on the network thread.
    """
    answer = client.ask(SEARCH.name, Search(query, MAX_FOUND))
    try:
        _ = answer.wait(timeout)
    except NotConnected:
        return among_loaded(client, query, None)
    except Refused as refused:
        if not is_retry(refused.code) and refused.code != Code.UNKNOWN_TYPE:
            raise
        return among_loaded(client, query, None)
    return answer.read(Found)


def among_loaded(client: CourseClient, query: str, before: int | None) -> Found:
    """Return the newest loaded messages with `query` in their text or their author's name."""
    wanted, docs = search_key(query), []
    for document in reversed(client.mirror().of_kind(Message.kind)):
        message = decoded(document, Message)
        if message is None or (before is not None and document.born >= before):
            continue
        alts = (picture.alt for picture in message.pictures)
        if matches(wanted, message.content, message.user_name, *alts):
            docs.append(document)
    more = len(docs) > MAX_FOUND
    docs = docs[:MAX_FOUND]
    return Found(query, docs, more, docs[-1].born if more else 0)
