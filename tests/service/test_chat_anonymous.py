"""Questions that are asked anonymously: what the service tells, and to whom."""

from __future__ import annotations

import re

import msgspec
import pytest

from edu_widgets.chat.documents import Question, asked_id, question_id
from edu_widgets.chat.service import FEATURE
from edu_widgets.protocol import REGISTRY, Code
from edu_widgets.protocol.errors import Forbidden, Refused
from tests.service.desk import ADA, BO, MIRA, ROOM, STAFF, Desk, own
from tests.service.test_chat_messages import refused


async def allowed(desk: Desk, text: str = "Is it hard?") -> str:
    await desk.do(MIRA, "set_anonymous", allowed=True)
    return await desk.say(ADA, text, question=True, anonymous=True)


async def everything(desk: Desk, *channels: str) -> str:
    """All that is stored in these channels, as it is sent to who reads them."""
    pages = [
        await desk.store.page(channel, kind, None, 1_000)
        for channel in channels
        for kind in REGISTRY.documents
    ]
    return msgspec.json.encode([doc for page in pages for doc in page.docs]).decode()


def names_ada(told: str) -> bool:
    """Return whether her name or id is in a text; ids made at random may hold the letters, too."""
    return re.search(r"\bada\b", told, re.IGNORECASE) is not None


async def test_nobody_else_is_told_who_asks(desk: Desk) -> None:
    id_ = await allowed(desk)
    await desk.do(BO, "upvote_question", messageId=id_, on=True)
    await desk.do(MIRA, "pin_message", messageId=id_, pinned=True)
    await desk.do(ADA, "edit_message", messageId=id_, content="Is it *hard*?", version=0)
    await desk.do(ADA, "answer_question", messageId=id_, answered=True)
    told = await everything(desk, ROOM, STAFF, own(BO), own(MIRA))
    assert "Is it *hard*?" in told
    assert not names_ada(told)
    message = await desk.message(id_)
    assert (message.anonymous, message.question, message.role, message.via) == (
        True, True, None, None,
    )  # fmt: skip
    (question,) = await desk.all("question")
    assert (question.votes, question.answered_by) == (1, None)
    assert question.answered is not None
    assert asked_id(id_) in await everything(desk, own(ADA))


async def test_an_instructor_who_asks_is_not_marked_as_one(desk: Desk) -> None:
    await desk.do(MIRA, "set_anonymous", allowed=True)
    id_ = await desk.say(MIRA, "Is anybody lost?", question=True, anonymous=True)
    assert "mira" not in (await everything(desk, ROOM)).lower()
    assert (await desk.message(id_)).role is None


async def test_it_is_refused_where_it_is_not_allowed_and_shown_to_nobody(desk: Desk) -> None:
    with pytest.raises(Forbidden, match="turned off"):
        await desk.say(ADA, "Who?", question=True, anonymous=True)
    before = await allowed(desk, "first")
    await desk.do(MIRA, "set_anonymous", allowed=False)
    with pytest.raises(Forbidden, match="turned off"):
        await desk.say(ADA, "Who?", question=True, anonymous=True)
    assert [message.content for message in await desk.all("message")] == ["first"]
    assert (await desk.message(before)).user_id == "", "what was asked so stays so"
    await refused(Code.FORBIDDEN, desk, ADA, "set_anonymous", allowed=True)


async def test_only_a_question_is_anonymous(desk: Desk) -> None:
    await allowed(desk)
    with pytest.raises(Refused) as caught:
        await desk.say(ADA, "boo", anonymous=True)
    assert caught.value.code == Code.INVALID
    assert len(await desk.all("message")) == 1


async def test_who_asked_may_do_what_is_theirs_and_nobody_else_may(desk: Desk) -> None:
    id_ = await allowed(desk)
    edit = {"messageId": id_, "content": "other", "version": 0}
    await refused(Code.FORBIDDEN, desk, BO, "edit_message", **edit)
    await refused(Code.FORBIDDEN, desk, BO, "delete_message", messageId=id_)
    await refused(Code.FORBIDDEN, desk, BO, "answer_question", messageId=id_, answered=True)
    await refused(Code.FORBIDDEN, desk, ADA, "upvote_question", messageId=id_, on=True)
    await desk.do(ADA, "delete_message", messageId=id_)
    assert await desk.all("message") == await desk.all("question") == []
    assert await desk.all("own_question", own(ADA)) == []


async def test_a_muted_person_does_not_get_round_it(desk: Desk) -> None:
    await desk.do(MIRA, "set_anonymous", allowed=True)
    await desk.do(MIRA, "mute_user", userId=ADA.id, userName="Ada", minutes=10)
    with pytest.raises(Forbidden, match="muted"):
        await desk.say(ADA, "still", question=True, anonymous=True)


async def test_an_instructor_removes_a_question_without_learning_whose_it_is(desk: Desk) -> None:
    id_ = await allowed(desk)
    done = await desk.do(MIRA, "delete_message", messageId=id_)
    assert not names_ada(str(done.changes))
    assert await desk.all("question") == []


async def test_it_goes_with_the_person_who_is_erased_also_where_it_is_pinned(desk: Desk) -> None:
    id_ = await allowed(desk, "of hers")
    other = await desk.say(BO, "of his", question=True, anonymous=True)
    for one in (id_, other):
        await desk.do(MIRA, "pin_message", messageId=one, pinned=True)
    assert FEATURE.erase is not None
    await desk.store.erase("c", ADA.id, desk.now, [FEATURE.erase])
    assert "of hers" not in await everything(desk, ROOM)
    assert [pin.content for pin in await desk.all("pin")] == ["of his"]
    (left,) = await desk.all("question")
    assert question_id(other) == question_id(left.message_id)
    assert isinstance(left, Question)
