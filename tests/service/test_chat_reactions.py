"""Reactions and votes: set and unset, by however many, however often."""

from __future__ import annotations

import asyncio
import random

import msgspec
import pytest

from edu_widgets.chat.commands import AddReaction
from edu_widgets.chat.documents import MAX_REACTIONS, NAMED_REACTIONS, ChatMessage, Message
from edu_widgets.chat.emoji import is_emoji
from edu_widgets.chat.service import FEATURE
from edu_widgets.protocol import Code, uuid7
from edu_widgets.service.rules import Person
from tests.service.desk import ADA, BO, MIRA, Desk, own
from tests.service.test_chat_messages import refused

EMOJI = ["👍", "❤️", "👩‍💻", "🇹🇷", "1️⃣", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "©", "☺", "🫠"]
NO_EMOJI = [
    "", "a", "ok", "👍a", "<b>", "1", "#", "\u200d", "\ufe0f", "👍" * 9, "👍👍", "\ud83d",
    "🇹", "👍\u202e", " 👍", "👍\n", "javascript:", "e\u0301", "漢", "👩‍", "\U000e0041",
]  # fmt: skip


def summary(message: Message) -> list[tuple[str, int, list[str]]]:
    return [(r.emoji, r.count, r.names) for r in message.reactions]


@pytest.mark.parametrize("text", EMOJI)
def test_emoji(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize("text", NO_EMOJI)
def test_what_is_none(text: str) -> None:
    assert not is_emoji(text)


async def test_no_emoji_no_reaction(desk: Desk) -> None:
    id_ = await desk.say(ADA, "one")
    for text in ("ok", "<img src=x>", "👍" * 20):
        await refused(Code.INVALID, desk, BO, "add_reaction", messageId=id_, emoji=text)
    more = {"messageId": id_, "emoji": "👍", "action": "toggle"}
    await refused(Code.INVALID, desk, BO, "add_reaction", **more)


async def test_setting_and_unsetting_twice_is_once(desk: Desk) -> None:
    id_ = await desk.say(ADA, "one")
    for person in (BO, BO, ADA):
        await desk.do(person, "add_reaction", messageId=id_, emoji="👍")
    await desk.do(BO, "add_reaction", messageId=id_, emoji="🎉", userId=ADA.id)
    message = await desk.message(id_)
    assert summary(message) == [("👍", 2, ["Bo", "Ada"]), ("🎉", 1, ["Bo"])]
    assert message.reactions[0].users == [BO.id, ADA.id]
    (mine,) = await desk.all("own_reactions", own(BO))
    assert mine.emojis == ["👍", "🎉"]
    for _ in range(2):
        await desk.do(BO, "add_reaction", messageId=id_, emoji="👍", action="remove")
    await desk.do(MIRA, "add_reaction", messageId=id_, emoji="👍", action="remove")
    assert summary(await desk.message(id_)) == [("👍", 1, ["Ada"]), ("🎉", 1, ["Bo"])]
    await desk.do(BO, "add_reaction", messageId=id_, emoji="🎉", action="remove")
    assert await desk.all("own_reactions", own(BO)) == []
    assert (await desk.message(id_)).version == 0


async def test_a_thousand_people_are_a_number_and_twelve_names(desk: Desk) -> None:
    id_ = await desk.say(ADA, "one")
    crowd = [Person(f"u{n}", f"Person {n}", "student") for n in range(1_000)]

    def ask(person: Person, action: str) -> asyncio.Future[object]:
        data = AddReaction(id_, "👍", action=action)
        request = desk.request(person, "add_reaction", data)
        return asyncio.ensure_future(desk.store.commit(request, FEATURE.rules["add_reaction"]))

    done = await asyncio.gather(*(ask(person, "add") for person in crowd))
    assert not any(commit.urgent for commit in done)  # type: ignore[attr-defined]
    (reaction,) = (await desk.message(id_)).reactions
    assert reaction.count == 1_000
    assert len(reaction.users) == len(reaction.names) == NAMED_REACTIONS
    assert len(msgspec.json.encode(await desk.message(id_))) < 1_000
    # Whether somebody has reacted is known of those who are not named, too.
    await asyncio.gather(*(ask(person, "add") for person in crowd[500:]))
    await asyncio.gather(*(ask(person, "remove") for person in crowd[5:]))
    (reaction,) = (await desk.message(id_)).reactions
    assert (reaction.count, reaction.names) == (5, [person.name for person in crowd[:5]])
    await asyncio.gather(*(ask(person, "remove") for person in crowd))
    assert (await desk.message(id_)).reactions == []


@pytest.mark.parametrize("seed", range(5))
async def test_counts_are_how_many_have_it_set(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    id_ = await desk.say(MIRA, "one")
    crowd = [Person(f"u{n}", f"P{n}", "student") for n in range(20)]
    held: set[tuple[str, str]] = set()
    for _ in range(200):
        person, emoji = rng.choice(crowd), rng.choice("👍🎉😀")
        add = rng.random() < 0.6
        action = "add" if add else "remove"
        await desk.do(person, "add_reaction", messageId=id_, emoji=emoji, action=action)
        (held.add if add else held.discard)((person.id, emoji))
    message = await desk.message(id_)
    counts = {r.emoji: r.count for r in message.reactions}
    assert counts == {e: n for e in "👍🎉😀" if (n := sum(x[1] == e for x in held))}
    for reaction in message.reactions:
        assert {(user, reaction.emoji) for user in reaction.users} <= held
        assert [f"P{user[1:]}" for user in reaction.users] == reaction.names


async def test_at_most_twenty_kinds(desk: Desk) -> None:
    id_ = await desk.say(ADA, "one")
    for n in range(MAX_REACTIONS):
        await desk.do(BO, "add_reaction", messageId=id_, emoji=chr(0x1F600 + n))
    await refused(Code.INVALID, desk, BO, "add_reaction", messageId=id_, emoji="👍")
    await desk.do(ADA, "add_reaction", messageId=id_, emoji=chr(0x1F600))
    assert len((await desk.message(id_)).reactions) == MAX_REACTIONS


async def test_votes_are_set_and_taken_back_once(desk: Desk) -> None:
    id_ = await desk.say(ADA, "Why?", question=True)
    for _ in range(2):
        await desk.do(BO, "upvote_question", messageId=id_, on=True)
    await desk.do(MIRA, "upvote_question", messageId=id_, on=True)
    (question,) = await desk.all("question")
    assert question.votes == 2
    await refused(Code.FORBIDDEN, desk, ADA, "upvote_question", messageId=id_, on=True)
    for _ in range(2):
        await desk.do(BO, "upvote_question", messageId=id_, on=False)
    (question,) = await desk.all("question")
    assert question.votes == 1
    assert await desk.all("own_vote", own(BO)) == []
    plain = await desk.say(ADA, "no question")
    await refused(Code.NOT_FOUND, desk, BO, "upvote_question", messageId=plain, on=True)


async def test_a_command_that_comes_again_is_acknowledged_and_nothing_else(desk: Desk) -> None:
    id_ = await desk.say(ADA, "one")
    command = uuid7()
    await desk.do(BO, "add_reaction", command, messageId=id_, emoji="👍")
    await desk.do(BO, "add_reaction", messageId=id_, emoji="👍", action="remove")
    again = await desk.do(BO, "add_reaction", command, messageId=id_, emoji="👍")
    assert again.replayed
    assert (await desk.message(id_)).reactions == []


async def test_questions_are_answered_by_staff_and_who_asked(desk: Desk) -> None:
    id_ = await desk.say(ADA, "Why?", question=True)
    await refused(Code.FORBIDDEN, desk, BO, "answer_question", messageId=id_, answered=True)
    await desk.do(MIRA, "answer_question", messageId=id_, answered=True)
    first = desk.now
    desk.now += 9
    assert not (await desk.do(ADA, "answer_question", messageId=id_, answered=True)).changes
    (question,) = await desk.all("question")
    assert (question.answered, question.answered_by) == (first, "Mira")
    await desk.do(ADA, "answer_question", messageId=id_, answered=False)
    (question,) = await desk.all("question")
    assert (question.answered, question.answered_by) == (None, None)


async def test_a_question_of_the_same_id_elsewhere_has_votes_of_its_own(desk: Desk) -> None:
    """Whoever makes up a second question of this id must not give anybody a second vote."""
    id_ = await desk.say(BO, "Why?", question=True)
    there = "lesson:c:1"
    message = ChatMessage(id_, "Why?", question=True)
    request = desk.request(MIRA, "chat_message", message, id_, there)
    await desk.store.commit(request, FEATURE.rules["chat_message"])
    for _ in range(3):
        await desk.do(ADA, "upvote_question", messageId=id_, on=True)
        await desk.do(ADA, "upvote_question", room=there, messageId=id_, on=False)
        await desk.do(ADA, "add_reaction", messageId=id_, emoji="👍")
        await desk.do(ADA, "add_reaction", room=there, messageId=id_, emoji="👍", action="remove")
    await desk.do(ADA, "add_reaction", room=there, messageId=id_, emoji="🎉")
    (question,) = await desk.all("question")
    assert question.votes == 1
    assert [(r.emoji, r.count) for r in (await desk.message(id_)).reactions] == [("👍", 1)]
    assert FEATURE.erase is not None
    await desk.store.erase("c", ADA.id, desk.now, [FEATURE.erase])
    assert [q.votes for q in await desk.all("question")] == [0]
    for room in ("course:c", there):
        assert [m.reactions for m in await desk.all("message", room)] == [[]]
