"""Pins, mutes, slow mode, read marks, search, and erasing who was there."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edu_widgets.chat.commands import Search
from edu_widgets.chat.documents import MAX_PINS
from edu_widgets.chat.service import FEATURE
from edu_widgets.chat.service.reading import search
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import Forbidden, Refused
from edu_widgets.protocol.messages import Role
from edu_widgets.protocol.text_normalization import search_key
from edu_widgets.service.roles import write_role
from edu_widgets.service.rules import RateLimited
from tests.service.desk import ADA, BO, MIRA, STAFF, Desk, own
from tests.service.harness import CHANNEL, Service
from tests.service.test_chat_messages import refused

MINUTE = 60_000


async def test_only_staff_moderates(desk: Desk) -> None:
    id_ = await desk.say(ADA, "one")
    await refused(Code.FORBIDDEN, desk, ADA, "pin_message", messageId=id_, pinned=True)
    await refused(Code.FORBIDDEN, desk, ADA, "set_slow_mode", seconds=5)
    await refused(Code.FORBIDDEN, desk, ADA, "mute_user", userId=BO.id, userName="Bo", minutes=1)


async def test_pins_are_twenty_at_most(desk: Desk) -> None:
    ids = [await desk.say(MIRA, f"{n}") for n in range(MAX_PINS + 1)]
    for id_ in ids[:-1]:
        await desk.do(MIRA, "pin_message", messageId=id_, pinned=True)
    assert not (await desk.do(MIRA, "pin_message", messageId=ids[0], pinned=True)).changes
    text = await refused(Code.INVALID, desk, MIRA, "pin_message", messageId=ids[-1], pinned=True)
    assert "unpin one" in text
    await desk.do(MIRA, "pin_message", messageId=ids[0], pinned=False)
    await desk.do(MIRA, "pin_message", messageId=ids[-1], pinned=True)
    assert len(await desk.all("pin")) == MAX_PINS


async def test_who_is_muted_says_nothing_until_it_is_over(desk: Desk) -> None:
    before = await desk.say(ADA, "before")
    other = await desk.say(BO, "Why?", question=True)
    await desk.do(MIRA, "mute_user", userId=ADA.id, userName="Ada", minutes=10)
    (mute,) = await desk.all("mute", STAFF)
    assert mute == (await desk.all("mute", own(ADA)))[0]
    assert (mute.until, mute.by_name) == (desk.now + 10 * MINUTE, "Mira")
    with pytest.raises(Forbidden, match="muted until 2023-11-14 22:23 UTC"):
        await desk.say(ADA, "during")
    edit: dict[str, Any] = {"messageId": before, "content": "during", "version": 0}
    await refused(Code.FORBIDDEN, desk, ADA, "edit_message", **edit)
    await refused(Code.FORBIDDEN, desk, ADA, "add_reaction", messageId=other, emoji="👍")
    await refused(Code.FORBIDDEN, desk, ADA, "upvote_question", messageId=other, on=True)
    await desk.do(ADA, "delete_message", messageId=before)
    await desk.say(BO, "others may")
    desk.now += 10 * MINUTE
    await desk.say(ADA, "after")


async def test_a_mute_without_end_is_lifted(desk: Desk) -> None:
    await desk.do(MIRA, "mute_user", userId=ADA.id, userName="Ada", minutes=0)
    desk.now += 999 * MINUTE
    with pytest.raises(Forbidden, match="until an instructor lifts it"):
        await desk.say(ADA, "x")
    for _ in range(2):
        await desk.do(MIRA, "mute_user", userId=ADA.id, userName="Ada", muted=False)
    await desk.say(ADA, "x")
    assert await desk.all("mute", STAFF) == await desk.all("mute", own(ADA)) == []


async def test_a_member_is_muted_by_id_or_name_without_having_said_anything(desk: Desk) -> None:
    for person in (ADA, BO, MIRA):
        await desk.store.enter("c", person.id, person.name, person.role)
    await desk.do(MIRA, "mute_user", userId="ada", minutes=10)
    await desk.do(MIRA, "mute_user", userId=BO.id, minutes=10)
    assert [mute.user_name for mute in await desk.all("mute", STAFF)] == ["Ada", "Bo"]
    await refused(Code.FORBIDDEN, desk, MIRA, "mute_user", userId="Mira", minutes=1)
    text = await refused(Code.NOT_FOUND, desk, MIRA, "mute_user", userId="Adda", minutes=1)
    assert "Adda" in text
    await desk.do(MIRA, "mute_user", userId="Ada", muted=False)
    assert [mute.user_name for mute in await desk.all("mute", own(ADA))] == []


async def test_who_is_muted_neither_writes_nor_edits_nor_reacts_nor_asks_nor_votes(
    desk: Desk,
) -> None:
    other = await desk.say(BO, "a question", question=True)
    mine = await desk.say(ADA, "before")
    await desk.do(MIRA, "mute_user", userId=ADA.id, userName="Ada", minutes=10)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("edit_message", {"messageId": mine, "content": "after", "version": 1}),
        ("add_reaction", {"messageId": other, "emoji": "👍"}),
        ("upvote_question", {"messageId": other, "on": True}),
    ]
    for type_, fields in asked:
        await refused(Code.FORBIDDEN, desk, ADA, type_, **fields)
    told: list[dict[str, Any]] = [{}, {"question": True}, {"reply_to": other}]
    for more in told:
        with pytest.raises(Forbidden):
            await desk.say(ADA, "still", **more)


async def test_staff_is_not_muted(desk: Desk) -> None:
    await refused(
        Code.FORBIDDEN, desk, MIRA, "mute_user", userId=MIRA.id, userName="Mira", minutes=1
    )
    role = desk.request(MIRA, "role", Role("instructor", "Bo"), room=own(BO))
    await desk.store.commit(role, write_role)
    await refused(Code.FORBIDDEN, desk, MIRA, "mute_user", userId=BO.id, userName="Bo", minutes=1)
    for id_ in ("", "a:b", "a b", "x" * 500, "\u202e"):
        await refused(Code.INVALID, desk, MIRA, "mute_user", userId=id_, userName="X", minutes=1)
    for minutes in (-1, 10**9):
        await refused(
            Code.INVALID, desk, MIRA, "mute_user", userId=ADA.id, userName="Ada", minutes=minutes
        )


async def test_slow_mode_spares_staff_and_what_is_sent_again(desk: Desk) -> None:
    await desk.say(ADA, "free")
    assert await desk.all("last_message", own(ADA)) == [], "nothing is noted without slow mode"
    await desk.do(MIRA, "set_slow_mode", seconds=30)
    first = await desk.say(ADA, "one")
    desk.now += 10_000
    with pytest.raises(RateLimited, match="every 30 s; again in 20 s") as caught:
        await desk.say(ADA, "two")
    assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 20_000)
    await desk.say(ADA, "one", first)
    await desk.say(BO, "everybody has a time of their own")
    await desk.say(MIRA, "staff")
    await desk.say(MIRA, "has none")
    edit: dict[str, Any] = {"messageId": first, "content": "1", "version": 0}
    await desk.do(ADA, "edit_message", **edit)
    desk.now += 20_000
    await desk.say(ADA, "two")
    desk.now -= 3_600_000
    await desk.say(ADA, "the clock was set back")
    await desk.do(MIRA, "set_slow_mode", seconds=0)
    await desk.say(ADA, "three")
    for seconds in (-1, 3_601):
        await refused(Code.INVALID, desk, MIRA, "set_slow_mode", seconds=seconds)


async def test_a_read_mark_only_moves_up(desk: Desk) -> None:
    for n in range(5):
        await desk.say(BO, str(n))
    await desk.do(ADA, "mark_read", born=3)
    before = await desk.heads()
    for born in (3, 2, 0):
        await desk.do(ADA, "mark_read", born=born)
    assert await desk.heads() == before
    await desk.do(ADA, "mark_read", born=10**15)
    assert [mark.born for mark in await desk.all("read_mark", own(ADA))] == [5]
    await refused(Code.INVALID, desk, ADA, "mark_read", born=-1)
    await refused(Code.INVALID, desk, ADA, "mark_read", born=1, room="lesson:c:1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İSTANBUL", "istanbul"), ("ISPARTA", "ısparta"), ("Ağaç", "agac"), ("Straße", "STRASSE"),
        ("Tomás", "TOMAS"), ("é", "e\u0301"), ("plain", "PLAIN"), ("Iı", "iİ"),
    ],
)  # fmt: skip
def test_what_a_search_takes_for_the_same(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


def stage(desk: Desk) -> Any:
    """Of a stage only what a search needs."""
    return SimpleNamespace(search=desk.store.search)


async def found(desk: Desk, query: str, **more: int) -> list[str]:
    _, answer = await search(stage(desk), "course:c", ADA, Search(query, **more))
    return [doc.as_(dict)["content"] for doc in answer.docs]


async def test_a_search_finds_text_and_author_newest_first(desk: Desk) -> None:
    for text in ("Isı kaybı", "ilk ders", "a list", "a LIST of lists"):
        await desk.say(ADA, text)
    gone = await desk.say(BO, "a list, deleted")
    await desk.do(BO, "delete_message", messageId=gone)
    await desk.say(BO, "nothing")
    assert await found(desk, "list") == ["a LIST of lists", "a list"]
    assert await found(desk, "list", limit=1) == ["a LIST of lists"]
    assert await found(desk, "İSI") == ["Isı kaybı"]
    assert await found(desk, " bo ") == ["nothing"]
    assert await found(desk, "userName") == [], "the JSON around it is not looked through"
    for query in ("", "  ", "x" * 201):
        with pytest.raises(Refused):
            await found(desk, query)
    with pytest.raises(Refused):
        await found(desk, "x", before=-1)


async def test_a_search_goes_on_where_it_stopped(desk: Desk) -> None:
    for n in range(120):
        await desk.say(ADA, f"needle {n}" if n % 2 else "hay")
    seen: list[str] = []
    before: int | None = None
    while True:
        _, answer = await search(
            stage(desk),
            "course:c",
            ADA,
            Search("needle", 25, before),
        )
        seen += [doc.as_(dict)["content"] for doc in answer.docs]
        if not answer.more:
            break
        before = answer.floor
    assert seen == [f"needle {n}" for n in range(119, 0, -2)]


@pytest.mark.parametrize("query", ["", " \n", "\u0301", "x" * 201])
async def test_a_search_for_nothing_is_refused(desk: Desk, query: str) -> None:
    with pytest.raises(Refused) as caught:
        await search(SimpleNamespace(search=desk.store.search), "course:c", ADA, Search(query))
    assert caught.value.code == Code.INVALID


async def test_over_the_wire_a_search_is_answered_by_its_id(service: Service) -> None:
    async with await service.student() as ada:
        await ada.enter()
        await ada.answer(await ada.say("Find me"))
        mid = await ada.send("search", data={"query": "FIND"})
        reply = await ada.until_reply(mid)
        assert reply["type"] == "found"
        assert [doc["body"]["content"] for doc in reply["data"]["docs"]] == ["Find me"]
        mid = await ada.send("search", data={"query": ""})
        assert (await ada.until_reply(mid))["data"]["code"] == Code.INVALID
        mid = await ada.send("search", data={"query": "x"}, channel="staff:py101")
        assert (await ada.until_reply(mid))["data"]["code"] == Code.FORBIDDEN
        mids = [await ada.send("search", data={"query": "x"}) for _ in range(70)]
        answers = [await ada.until_reply(mid) for mid in mids]
        late = [a["data"] for a in answers if a["type"] == "error"]
        assert late
        assert {error["code"] for error in late} == {Code.RATE_LIMITED}
        assert all(error["retryAfter"] > 0 for error in late)


async def test_over_the_wire_slow_mode_tells_when(service: Service) -> None:
    prof, ada = await service.owner(), await service.student()
    await ada.enter()
    await prof.answer(await prof.send("set_slow_mode", CHANNEL, {"seconds": 60}))
    await ada.answer(await ada.say("one"))
    error = (await ada.answer(await ada.say("two")))["data"]
    assert error["code"] == Code.RATE_LIMITED
    assert 0 < error["retryAfter"] <= 60_000


async def test_erasing_a_person_takes_what_they_left_elsewhere(desk: Desk) -> None:
    await desk.store.enter("c", ADA.id, ADA.name, ADA.role)
    await desk.store.enter("c", BO.id, BO.name, BO.role)
    theirs = await desk.say(ADA, "@Bo Why?", question=True)
    other = await desk.say(BO, "And why not?", question=True)
    for person in (ADA, BO):
        await desk.do(person, "add_reaction", messageId=other, emoji="👍")
    await desk.do(ADA, "add_reaction", messageId=other, emoji="🎉")
    await desk.do(ADA, "upvote_question", messageId=other, on=True)
    await desk.do(MIRA, "upvote_question", messageId=other, on=True)
    for id_ in (theirs, other):
        await desk.do(MIRA, "pin_message", messageId=id_, pinned=True)
    await desk.do(ADA, "answer_question", messageId=theirs, answered=True)
    await desk.do(MIRA, "mute_user", userId=ADA.id, userName="Ada", minutes=10)
    heard: list[str] = []
    desk.store.listen(lambda commit: heard.extend(c.channel for c in commit.changes))
    assert FEATURE.erase is not None
    await desk.store.erase("c", ADA.id, desk.now, [FEATURE.erase])
    message = await desk.message(other)
    assert [(r.emoji, r.count, r.names) for r in message.reactions] == [("👍", 1, ["Bo"])]
    (question,) = await desk.all("question")
    assert (question.message_id, question.votes) == (other, 1)
    assert [pin.message_id for pin in await desk.all("pin")] == [other]
    assert await desk.all("mute", STAFF) == []
    everything = [await desk.all(kind) for kind in ("message", "pin", "question")]
    assert ADA.id not in repr(everything)
    assert "Ada" not in repr(everything)
    for kind in ("mute", "own_reactions", "own_vote"):
        assert await desk.all(kind, user_channel("c", ADA.id)) == []
    assert {"course:c", STAFF} <= set(heard)


async def test_erasing_a_person_leaves_no_mention_to_whoever_takes_their_name(desk: Desk) -> None:
    await desk.store.enter("c", ADA.id, ADA.name, ADA.role)
    both = await desk.say(BO, "@Ada and @Mira, look", mentions=["Ada", "Mira"])
    one = await desk.say(BO, "@Mira, look", mentions=["Mira"])
    await desk.do(ADA, "add_reaction", messageId=both, emoji="👍")
    before = (await desk.store.heads("course:c")).seq
    assert FEATURE.erase is not None
    await desk.store.erase("c", ADA.id, desk.now, [FEATURE.erase])
    message = await desk.message(both)
    assert (message.mentions, message.reactions) == (["Mira"], [])
    assert (await desk.message(one)).mentions == ["Mira"]
    assert (await desk.store.heads("course:c")).seq == before + 1, "one message changed"


async def test_what_an_erased_instructor_decided_holds_without_their_name(desk: Desk) -> None:
    await desk.store.enter("c", MIRA.id, MIRA.name, MIRA.role)
    await desk.do(MIRA, "set_slow_mode", seconds=30)
    await desk.do(MIRA, "mute_user", userId=BO.id, userName="Bo", minutes=10)
    assert FEATURE.erase is not None
    await desk.store.erase("c", MIRA.id, desk.now, [FEATURE.erase])
    assert [settings.slow_mode for settings in await desk.all("chat_settings")] == [30]
    for channel in (STAFF, own(BO)):
        (mute,) = await desk.all("mute", channel)
        assert (mute.user_id, mute.by_name) == (BO.id, "")
    with pytest.raises(Forbidden):
        await desk.say(BO, "I am muted still")


async def test_the_audit_trail_tells_who_moderated_and_no_text(
    tmp_path: Path, service: Service
) -> None:
    prof, ada = await service.owner(), await service.student()
    id_ = await ada.say("secret words")
    await ada.answer(id_)
    own = await ada.say("more")
    await ada.answer(own)
    await ada.answer(await ada.send("delete_message", CHANNEL, {"messageId": own}))
    muted = {"userId": ada.user_id, "userName": "Ada", "minutes": 5}
    for type_, data in (
        ("mute_user", muted), ("pin_message", {"messageId": id_, "pinned": True}),
        ("set_slow_mode", {"seconds": 9}), ("set_slow_mode", {"seconds": 9}),
        ("delete_message", {"messageId": id_}),
    ):  # fmt: skip
        await prof.answer(await prof.send(type_, CHANNEL, data))
    text = trail(tmp_path)
    lines = [json.loads(line) for line in text.splitlines()]
    found = [line for line in lines if line["action"] == "MODERATION"]
    assert [(line["kind"], line["about"]) for line in found] == [
        ("mute_user", ada.user_id), ("pin_message", id_), ("set_slow_mode", ""),
        ("delete_message", id_),
    ]  # fmt: skip
    assert "secret" not in text
    assert "Ada" not in text


def trail(folder: Path) -> str:
    (path,) = folder.rglob("audit.jsonl")
    return path.read_text()
