"""Editing and deleting messages, and what points at them."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.chat.documents import MAX_CONTENT, MAX_EXCERPT, MAX_MENTIONS
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Forbidden, Refused
from edu_widgets.service.rules import Person
from tests.service.desk import ADA, BO, MIRA, Desk

RENAMED = Person(ADA.id, "Ada L.", "student")


async def refused(code: Code, desk: Desk, person: Person, type_: str, **fields: Any) -> str:
    """A command is refused, and changes nothing."""
    before = await desk.heads()
    with pytest.raises(Refused) as caught:
        await desk.do(person, type_, **fields)
    assert caught.value.code == code
    assert await desk.heads() == before
    return str(caught.value)


async def test_an_edit_is_a_new_version_of_the_same_message(desk: Desk) -> None:
    id_ = await desk.say(ADA, "teh", reply_to=await desk.say(BO, "first"))
    desk.now += 5
    await desk.do(RENAMED, "edit_message", messageId=id_, content="the  ", version=0)
    message = await desk.message(id_)
    assert (message.content, message.version, message.edited) == ("the", 1, True)
    assert (message.edited_at, message.timestamp) == (desk.now, desk.now - 5)
    assert (message.user_name, message.reply_to is not None) == ("Ada", True)
    await desk.do(MIRA, "edit_message", messageId=id_, content="The", version=1)
    message = await desk.message(id_)
    assert (message.user_id, message.content, message.version) == (ADA.id, "The", 2)


async def test_an_edit_of_what_was_edited_meanwhile_is_stale(desk: Desk) -> None:
    id_ = await desk.say(ADA, "one")
    edit: dict[str, Any] = {"messageId": id_, "content": "two", "version": 0}
    first = await desk.do(ADA, "edit_message", "e1", **edit)
    again = await desk.do(ADA, "edit_message", "e1", **edit)
    assert again.replayed
    assert again.seq == first.seq
    await refused(Code.STALE, desk, MIRA, "edit_message", **(edit | {"content": "three"}))
    assert (await desk.message(id_)).content == "two"


async def test_an_unchanged_text_changes_nothing(desk: Desk) -> None:
    id_ = await desk.say(ADA, "one")
    await desk.do(ADA, "edit_message", messageId=id_, content="two", version=0)
    before = await desk.heads()
    done = await desk.do(ADA, "edit_message", messageId=id_, content="two \n", version=0)
    assert not done.changes
    assert await desk.heads() == before
    assert (await desk.message(id_)).version == 1


async def test_who_may_edit_and_delete(desk: Desk) -> None:
    id_ = await desk.say(MIRA, "mine")
    edit: dict[str, Any] = {"messageId": id_, "content": "yours", "version": 0}
    await refused(Code.FORBIDDEN, desk, ADA, "edit_message", **edit)
    await refused(Code.FORBIDDEN, desk, ADA, "delete_message", messageId=id_)
    await refused(Code.INVALID, desk, MIRA, "edit_message", **(edit | {"content": " \n"}))
    long = "x" * (MAX_CONTENT + 1)
    await refused(Code.INVALID, desk, MIRA, "edit_message", **(edit | {"content": long}))
    file = await desk.say(MIRA, "a.py", type="file")
    await refused(Code.INVALID, desk, MIRA, "edit_message", **(edit | {"messageId": file}))


async def test_pin_and_question_follow_in_the_same_commit(desk: Desk) -> None:
    id_ = await desk.say(ADA, "Why?", question=True)
    await desk.do(MIRA, "pin_message", messageId=id_, pinned=True)
    text = "But why? " + "x" * 1_000
    done = await desk.do(ADA, "edit_message", messageId=id_, content=text, version=0)
    (change,) = done.changes
    assert {doc.kind for doc in change.docs} == {"message", "pin", "question"}
    (pin,), (question,) = await desk.all("pin"), await desk.all("question")
    assert pin.content == question.content
    assert pin.content.startswith("But why? x")
    assert len(pin.content) == MAX_EXCERPT
    done = await desk.do(ADA, "delete_message", messageId=id_)
    (change,) = done.changes
    assert [(doc.kind, doc.deleted) for doc in change.docs] == [
        ("message", True),
        ("pin", True),
        ("question", True),
    ]
    assert not (await desk.all("pin") + await desk.all("question") + await desk.all("message"))


async def test_deleting_twice_is_done_and_what_never_was_is_not_found(desk: Desk) -> None:
    id_ = await desk.say(ADA, "one")
    await desk.do(MIRA, "delete_message", messageId=id_)
    before = await desk.heads()
    await desk.do(ADA, "delete_message", messageId=id_)
    await desk.do(BO, "delete_message", messageId=id_)
    assert await desk.heads() == before
    await refused(Code.NOT_FOUND, desk, ADA, "delete_message", messageId="nothing")


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("edit_message", {"content": "x", "version": 0}),
        ("delete_message", {}),
        ("add_reaction", {"emoji": "👍"}),
        ("pin_message", {"pinned": True}),
        ("upvote_question", {"on": True}),
        ("answer_question", {"answered": True}),
    ],
)
@pytest.mark.parametrize(
    "target", ["pin:m1", "question:m1", "chat", "gone", "", "nobody", "x" * 999]
)
async def test_only_messages_that_are_there_can_be_addressed(
    desk: Desk, type_: str, fields: dict[str, Any], target: str
) -> None:
    await desk.say(MIRA, "one", "m1", question=True)
    await desk.do(MIRA, "pin_message", messageId="m1", pinned=True)
    await desk.do(MIRA, "set_slow_mode", seconds=5)
    await desk.say(MIRA, "two", "gone")
    await desk.do(MIRA, "delete_message", messageId="gone")
    if (type_, target) == ("delete_message", "gone"):
        assert not (await desk.do(MIRA, type_, messageId=target)).changes
    else:
        await refused(Code.NOT_FOUND, desk, MIRA, type_, messageId=target, **fields)


async def test_mentions_that_do_not_stand_in_the_text_are_not_kept(desk: Desk) -> None:
    names = ["Bo", "Mira", "Bo", "", " ", *[f"p{n}" for n in range(40)]]
    text = "Look @Bo! @p1 " + " ".join(f"@p{n}" for n in range(40))
    id_ = await desk.say(ADA, text, mentions=names)
    kept = (await desk.message(id_)).mentions
    assert kept[:2] == ["Bo", "p0"]
    assert len(kept) == MAX_MENTIONS
    await desk.do(ADA, "edit_message", messageId=id_, content="@Mira", version=0, mentions=names)
    assert (await desk.message(id_)).mentions == ["Mira"]


async def test_a_frame_full_of_names_is_not_searched_to_its_end(desk: Desk) -> None:
    names = [*map(str, range(5_000)), "Bo"]
    assert (await desk.message(await desk.say(ADA, "@Bo", mentions=names))).mentions == []


async def test_questions_only_where_they_are_offered(desk: Desk) -> None:
    await desk.say(ADA, "Why?", "m1", question=True)
    (question,) = await desk.all("question")
    assert (question.message_id, question.user_name, question.votes) == ("m1", "Ada", 0)
    assert (await desk.message("m1")).question
    desk.config = type(desk.config)(features=("chat",))
    with pytest.raises(Forbidden):
        await desk.say(ADA, "Why not?", question=True)
