"""Read marks, searches, and the count of unread messages."""

from typing import Any

import msgspec

from edu_widgets.chat.commands import (
    MAX_FOUND,
    MAX_QUERY,
    MAX_UNREAD,
    CountUnread,
    Found,
    MarkRead,
    Search,
    UnreadCount,
)
from edu_widgets.chat.documents import Message, ReadMark
from edu_widgets.chat.folding import matches
from edu_widgets.chat.service.preconditions import own_channel
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import parse_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.protocol.text_normalization import search_key
from edu_widgets.service.rules import Decision, Get, Person, Request, RuleRun, Scan, Write, read
from edu_widgets.service.stage import Stage

_COUNTED_AT_ONCE, _MOST_LOOKS = 200, 10


class _Written(msgspec.Struct, rename="camel"):
    """The only part of a message that is counted by: its author."""

    user_id: str = ""


_WRITTEN = msgspec.json.Decoder(_Written)


class _Described(msgspec.Struct):
    """The only part of a picture that is searched."""

    alt: str = ""


class _Searched(msgspec.Struct, rename="camel"):
    """The only parts of a message that are searched."""

    content: str = ""
    user_name: str = ""
    pictures: list[_Described] = []


_SEARCHED = msgspec.json.Decoder(_Searched)


def mark_read(request: Request[MarkRead]) -> RuleRun:
    """Move the read mark up, at most to the newest message. Without a move nothing is written.

    Raises:
        Refused: `INVALID` for a negative number, or in a channel that is not a course's.
    """
    if parse_channel(request.channel).kind != "course":
        raise refusal(Code.INVALID, "Read marks are kept for a course's channel.")
    if request.data.born < 0:
        raise refusal(Code.INVALID, "`born` is the number of a message.")
    newest = yield Scan(request.channel, Message.kind, limit=1, newest=True)
    born = min(request.data.born, newest[0].born if newest else 0)
    own = own_channel(request)
    mark = read((yield Get(own, (ReadMark.ID,))), ReadMark.ID, ReadMark)
    if born <= (mark.born if mark is not None else 0):
        return Decision()
    write = Write(own, ReadMark.ID, ReadMark.kind, ReadMark(born))
    return Decision([write], urgent=False)


async def search(stage: Stage, channel: str, person: Person, data: Any) -> tuple[str, Found]:
    """Find messages by their text or their author, newest first.

    Raises:
        Refused: `INVALID` for an empty or too long query, or a `before` out of range.
    """
    del person
    ask: Search = data
    query = search_key(ask.query.strip()) if len(ask.query) <= MAX_QUERY else ""
    if not query:
        raise refusal(Code.INVALID, f"A search is for 1 to {MAX_QUERY} characters.")
    if ask.before is not None and not 0 <= ask.before < 2**62:
        raise refusal(Code.INVALID, "`before` is a document's `born`.")
    limit = max(1, min(ask.limit, MAX_FOUND))

    def fits(body: bytes) -> bool:
        message = _SEARCHED.decode(body)
        alts = (picture.alt for picture in message.pictures)
        return matches(query, message.content, message.user_name, *alts)

    seen = await stage.search(channel, Message.kind, fits, ask.before, limit)
    return "found", Found(ask.query, list(seen.docs), seen.more, seen.floor)


async def count_unread(
    stage: Stage, channel: str, person: Person, data: Any
) -> tuple[str, UnreadCount]:
    """Count others' messages between two sequence numbers, at most 1,000.

    Raises:
        Refused: `INVALID` for numbers that are out of range or out of order.
    """
    ask: CountUnread = data
    if not 0 <= ask.after <= ask.before < 2**62:
        raise refusal(Code.INVALID, "`after` and `before` are a document's `born`.")

    def is_of_others(body: bytes) -> bool:
        written: _Written = _WRITTEN.decode(body)
        return written.user_id != person.id

    count, before = 0, ask.before
    for _ in range(_MOST_LOOKS):
        seen = await stage.search(channel, Message.kind, is_of_others, before, _COUNTED_AT_ONCE)
        newer = sum(1 for document in seen.docs if document.born > ask.after)
        count, before = count + newer, seen.floor
        if newer < len(seen.docs) or not seen.more or before <= ask.after or count >= MAX_UNREAD:
            break
    return "unread_count", UnreadCount(min(count, MAX_UNREAD))
