"""The frames of a base service as documents, wrong ones too."""

from __future__ import annotations

import json
import logging
from typing import Any

import msgspec
import pytest

from edu_widgets.client.dialects.base import room
from edu_widgets.client.sync.events import PageSettled, SignalReceived
from edu_widgets.protocol import messages
from tests.client.dialects.base.rig import MINE, STREAM, BaseRig, said
from tests.client.rig import ROOM


@pytest.fixture
def rig() -> BaseRig:
    rig = BaseRig()
    rig.join(said("a"), said("b", at=10))
    return rig


# -- order and identity ---------------------------------------------------------------------


def test_a_first_load_is_a_reset_and_told_as_history(rig: BaseRig) -> None:
    (first,) = rig.told()
    assert (first.reset, first.live) == (True, False)
    assert [doc.id for doc in first.upserted] == ["a", "b"]
    rig.hear("chat_message", said("c", at=20))
    assert [event.live for event in rig.told()] == [False, True]


def test_an_empty_history_is_a_first_load_too() -> None:
    rig = BaseRig()
    rig.join()
    assert [event.reset for event in rig.told()] == [True]
    rig.cut()
    rig.history(said("a"))
    assert [event.reset for event in rig.told()] == [True, False], "missed, and so news"


def test_places_are_unique_and_safe_in_a_browser(rig: BaseRig) -> None:
    rig.hear("chat_message", said("far", timestamp=8_640_000_000_000_000))
    for n in range(40):
        rig.hear("chat_message", said(f"m{n}", timestamp=0))
    docs = rig.mirror.of_kind("message")
    assert len({doc.born for doc in docs}) == len(docs) == 43
    assert all(0 < doc.born < 2**53 for doc in docs)
    assert rig.shown()[:3] == ["a", "b", "far"]


def test_who_speaks_now_stands_last_whatever_their_clock_says(rig: BaseRig) -> None:
    rig.hear("chat_message", said("late", at=-600))
    assert rig.shown() == ["a", "b", "late"]


def test_a_late_history_brings_what_is_older() -> None:
    rig = BaseRig()
    rig.join(history=False)
    rig.hear("chat_message", said("new", at=50))
    rig.history(said("old", at=1), said("new", at=50))
    assert rig.shown() == ["old", "new"]


def test_told_again_nothing_changes(rig: BaseRig) -> None:
    before = len(rig.told())
    rig.hear("chat_message", said("b", at=10))
    rig.hear("message", {"type": "chat_message", "channel": ROOM, "data": said("b", at=10)})
    rig.history(said("a"), said("b", at=10))
    assert len(rig.told()) == before


def test_only_the_newest_messages_are_kept_and_none_comes_back_as_new(
    rig: BaseRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAX_HELD", 10)
    monkeypatch.setattr(room, "DROPPED_AT_ONCE", 5)
    rig.hear(
        "message_reaction",
        {"messageId": "a", "emoji": "👍", "userId": "ada", "action": "add"},
    )
    for number in range(200):
        rig.hear("chat_message", said(f"m{number}", at=20 + number))
    assert 10 <= len(rig.shown()) < 15
    assert rig.shown() == [f"m{number}" for number in range(200)][-len(rig.shown()) :]
    dropped = [doc.id for event in rig.told() for doc in event.dropped]
    assert dropped[:3] == ["a", "b", "m0"]
    assert not any(event.removed for event in rig.told()), "nobody has deleted anything"
    held = rig.session.dialect._state.rooms[ROOM]  # type: ignore[attr-defined]
    for table in (held._held, held._ours, held._theirs, held._taken, held._dropped):
        assert len(table) < 15
    assert rig.session.channels[MINE].mirror.count("own_reactions") == 0
    before = rig.shown()
    rig.hear("chat_message", said("m180", "edited long after", at=200))
    rig.history(said("m182", at=202), said("m199", at=219))
    assert rig.shown() == before


def test_an_edit_is_a_newer_version_of_the_same(rig: BaseRig) -> None:
    rig.hear("chat_message", said("a", "better", edited=True, editedAt=1_700_001_050_000))
    assert rig.shown() == ["better", "b"]
    assert rig.body("a")["edited"] is True


def test_without_ids_words_and_time_tell_messages_apart(rig: BaseRig) -> None:
    for at in (20, 20, 21):
        rig.hear("chat_message", {**said("", "ok", at=at), "id": None})
    assert rig.shown() == ["a", "b", "ok", "ok"]
    rig.history(said("a"), said("b", at=10), *({**said("", "ok", at=t)} for t in (20, 21)))
    assert rig.shown() == ["a", "b", "ok", "ok"]


def test_ids_that_change_between_live_and_history_are_one_message(rig: BaseRig) -> None:
    rig.hear("chat_message", said("live-1", "hi", at=20))
    rig.hear("chat_message", said("live-2", "hi", at=21))
    rig.cut()
    rig.history(said("a"), said("b", at=10), said("7", "hi", at=20), said("8", "hi", at=21))
    assert rig.shown() == ["a", "b", "hi", "hi"]


def test_ids_that_are_none_of_ours_get_one_and_keep_theirs(rig: BaseRig) -> None:
    rig.hear("chat_message", said("msg:{17}/é", "odd", at=20))
    odd = rig.mirror.of_kind("message")[-1]
    rig.hear("chat_message", said("c", at=21, replyTo="msg:{17}/é"))
    assert rig.body("c")["replyTo"] == odd.id
    rig.say("x", reply_to=odd.id)
    rig.react("r", odd.id)
    (message,), (reaction,) = rig.frames("chat_message"), rig.frames("add_reaction")
    assert msgspec.json.decode(message.data)["replyTo"] == "msg:{17}/é"
    assert msgspec.json.decode(reaction.data) == {
        "messageId": "msg:{17}/é",
        "emoji": "👍",
        "userId": "ada",
    }


def test_numbers_as_ids(rig: BaseRig) -> None:
    rig.hear("chat_message", said("", "n", at=20) | {"id": 17, "userId": 4})
    assert rig.body("17")["userId"] == "4"


def test_what_is_sent_has_the_documents_fields(rig: BaseRig) -> None:
    rig.say("x", "hello")
    (frame,) = rig.frames("chat_message")
    sent = msgspec.json.decode(frame.data)
    created = sent.pop("timestamp")
    assert isinstance(created, int)
    assert sent == {"id": "x", "userId": "ada", "userName": "Ada", "content": "hello"} | {
        "type": "text"
    }
    asked = [(f.type, msgspec.json.decode(f.data)) for f in rig.sent[:2]]
    assert asked == [("subscribe", {"userId": "ada"}), ("request_history", {"limit": 50})]


# -- holes ------------------------------------------------------------------------------------


def test_a_history_that_joins_on_fills_what_was_missed(rig: BaseRig) -> None:
    rig.cut()
    rig.hear("chat_message", said("d", at=40))
    rig.history(said("b", at=10), said("c", at=30), said("d", at=40))
    assert rig.shown() == ["a", "b", "c", "d"]
    assert not rig.mirror.more("message")


def test_a_hole_is_not_papered_over(rig: BaseRig) -> None:
    rig.cut()
    rig.hear("chat_message", said("live", at=900))
    newest = [said(f"n{n}", at=800 + n) for n in range(50)]
    rig.history(*newest)
    rig.history(*newest)
    assert rig.shown() == [*(f"n{n}" for n in range(50)), "live"]
    assert rig.told()[-1].reset
    assert not rig.mirror.more("message"), "nobody could bring older ones"


def asked(rig: BaseRig) -> list[int]:
    """The limits of the histories that were asked for."""
    return [msgspec.json.decode(f.data)["limit"] for f in rig.frames("request_history")]


def test_a_history_that_does_not_reach_back_is_asked_for_further_back(rig: BaseRig) -> None:
    rig.cut()
    rig.hear("chat_message", said("live", at=900))
    missed = [said(f"n{n}", at=100 + n) for n in range(300)]
    kept = rig.shown()
    rig.history(*missed[-50:])
    assert asked(rig)[-1] == 200
    rig.history(*missed[-200:])
    assert asked(rig)[-1] == 1_000
    assert rig.shown() == kept, "nothing is shown with a hole in it"
    rig.history(said("a"), said("b", at=10), *missed)
    assert rig.shown() == ["a", "b", *(f"n{n}" for n in range(300)), "live"]
    assert not rig.told()[-1].reset, "what is on screen stays"


def test_what_came_counts_where_a_service_tells_no_more(rig: BaseRig) -> None:
    for name in ("n", "m"):
        rig.cut()
        newest = [said(f"{name}{n}", at=800 + n) for n in range(50)]
        rig.history(*newest)
        assert asked(rig)[-1] == 200
        if name == "n":
            rig.history(*newest)
        else:
            rig.run(31)
        assert rig.shown() == [f"{name}{n}" for n in range(50)]


def test_more_than_fits_into_a_frame_is_not_asked_for(rig: BaseRig) -> None:
    rig.cut()
    rig.history(*(said(f"n{n}", "é" * 20_000, at=800 + n) for n in range(50)))
    assert asked(rig)[-1] == 50


def test_unconfirmed_words_stay_where_a_hole_is_closed(rig: BaseRig) -> None:
    rig.say("x", "mine")
    rig.run(11)
    rig.cut()
    rig.history(*(said(f"n{n}", at=-60 + n) for n in range(50)))
    assert rig.shown()[-1] == "mine?"


def test_older_pages_are_not_asked_for(rig: BaseRig) -> None:
    assert not rig.session.older(ROOM, "message", 50)
    assert not rig.of(PageSettled)


# -- reactions ----------------------------------------------------------------------------------


def react(rig: BaseRig, user: str, emoji: str = "👍", action: str = "add") -> None:
    data = {"messageId": "a", "emoji": emoji, "userId": user, "action": action}
    rig.hear("message_reaction", data)


def test_reactions_come_and_go(rig: BaseRig) -> None:
    for user in ("bob", "ada", "bob"):
        react(rig, user)
    assert rig.body("a")["reactions"] == [
        {"emoji": "👍", "count": 2, "users": ["bob", "ada"], "names": ["bob", "ada"]}
    ]
    react(rig, "bob", action="remove")
    react(rig, "bob", action="remove")
    assert rig.body("a")["reactions"][0]["count"] == 1
    react(rig, "ada", action="remove")
    assert "reactions" not in rig.body("a")


def test_a_thousand_people_are_a_number_and_twelve_names(rig: BaseRig) -> None:
    for n in range(100):
        react(rig, f"u{n}")
    (tally,) = rig.body("a")["reactions"]
    assert (tally["count"], len(tally["users"]), len(tally["names"])) == (100, 12, 12)


def test_ones_own_reactions_are_told_as_our_service_would(rig: BaseRig) -> None:
    react(rig, "ada")
    react(rig, "ada", "🎉")
    mine = rig.session.channels[MINE].mirror
    (doc,) = mine.of_kind("own_reactions")
    assert doc.id == "reactions:a"
    assert msgspec.json.decode(doc.body) == {"messageId": "a", "emojis": ["👍", "🎉"]}
    react(rig, "ada", action="remove")
    assert msgspec.json.decode(mine.of_kind("own_reactions")[0].body)["emojis"] == ["🎉"]
    assert {channel.name for channel in rig.session.channels.values() if channel.ours} == {MINE}


def test_reactions_of_a_message_live_on_when_it_comes_again_without_them(rig: BaseRig) -> None:
    react(rig, "bob")
    rig.hear("chat_message", said("a", "edited", edited=True))
    assert rig.body("a")["reactions"][0]["count"] == 1


# -- people --------------------------------------------------------------------------------


def test_who_is_here_as_far_as_one_is_told(rig: BaseRig) -> None:
    def people() -> tuple[int | None, tuple[str, ...]]:
        channel = rig.session.channels[ROOM]
        return channel.people, channel.names

    assert people()[0] is None
    rig.hear("user_presence", {"userId": "grace", "online": True})
    rig.hear("user_joined", {"userId": "bob", "userName": "Bob B."})
    assert people() == (3, ("Grace", "Bob B."))
    rig.hear("user_left", {"userId": "bob"})
    rig.hear("user_presence", {"userId": "grace", "online": False})
    assert people()[0] == 1
    rig.session.lost(0, "cut")
    assert people()[0] is None, "nobody tells any more"


HIDING = "\x1b[31m\u202eB\u2066ob\u200b\x1b[0m\n"


def test_names_are_what_people_may_see_wherever_they_are_told(rig: BaseRig) -> None:
    for type_ in ("user_joined", "user_typing"):
        rig.hear(type_, {"userId": f"b-{type_}", "userName": HIDING, "isTyping": True})
    rig.hear("chat_message", said("c", at=20, user="b-x", userName=HIDING))
    rig.hear("chat_message", said("d", at=21, user="\u202eid\u200b", userName="\u200b"))
    assert rig.session.channels[ROOM].names[-1] == "Bob"
    (signal,) = rig.of(SignalReceived)
    assert msgspec.json.decode(signal.data, type=messages.UserTyping).user_name == "Bob"
    docs = rig.mirror.of_kind("message")[-2:]
    assert [json.loads(bytes(doc.body))["userName"] for doc in docs] == ["Bob", "id"]


@pytest.mark.parametrize("content", [" \n", "\u200b\u200d", "\u202e", "\x1b[0m", "\u2800"])
def test_a_message_in_which_nothing_is_seen_is_none(rig: BaseRig, content: str) -> None:
    rig.hear("chat_message", said("c", content, at=20))
    assert rig.shown() == ["a", "b"]


def test_typing_is_told_with_the_name_but_never_ones_own(rig: BaseRig) -> None:
    rig.hear("user_typing", {"userId": "grace", "isTyping": True})
    rig.hear("user_typing", {"userId": "ada", "isTyping": True})
    (signal,) = rig.of(SignalReceived)
    assert signal.type == "user_typing"
    heard = msgspec.json.decode(signal.data, type=messages.UserTyping)
    assert (heard.user_id, heard.is_typing, heard.user_name) == ("grace", True, "Grace")
    rig.session.signal("typing_start", ROOM, None)
    assert [msgspec.json.decode(f.data) for f in rig.frames("typing_start")] == [{"userId": "ada"}]


def test_the_service_knows_our_name() -> None:
    rig = BaseRig()
    rig.join(said("a", user="ada", userName="Ada Lovelace"))
    assert rig.session.channels[ROOM].user_name == "Ada Lovelace"


# -- errors and hostile frames --------------------------------------------------------------------


def test_an_error_is_a_notice_and_ends_nothing(rig: BaseRig) -> None:
    rig.hear("error", {"message": "Slow down"})
    rig.hear("error", {"message": "Slow down"})
    (signal,) = rig.of(SignalReceived)
    assert signal.type == "error"
    assert msgspec.json.decode(signal.data)["message"] == "Slow down"
    rig.hear("chat_message", said("c", at=20))
    assert rig.shown() == ["a", "b", "c"]


HOSTILE: list[Any] = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"\xff\xfe",
    b'{"type": 1}',
    b'{"type": "chat_message"}',
    b"[" * 5_000,
    b'{"type":"chat_message","data":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
    {"type": "chat_message", "data": None},
    {"type": "chat_message", "data": {"id": "z"}},
    {"type": "chat_message", "data": {"id": "z", "userId": "u", "content": 5}},
    {"type": "chat_message", "data": {"id": "z", "userId": {"a": 1}, "content": "x"}},
    {"type": "chat_message", "channel": "course:other", "data": said("z")},
    {"type": "chat_history", "data": {"messages": "no"}},
    {"type": "chat_history", "data": {"messages": [None, 1, "x", {}, []]}},
    {"type": "message_reaction", "data": {"messageId": "a", "emoji": "x" * 99, "userId": "u"}},
    {"type": "message_reaction", "data": {"messageId": "a", "emoji": "\n", "userId": "u"}},
    {"type": "message_reaction", "data": {"messageId": "nope", "emoji": "x", "userId": "u"}},
    {"type": "message_reaction", "data": {"messageId": {}, "emoji": [], "userId": None}},
    {"type": "user_presence", "data": {"userId": None, "online": True}},
    {"type": "user_typing", "data": []},
    {"type": "message", "data": {"type": "message", "data": {"type": "message"}}},
    {"type": "message", "data": {"type": "changes", "data": {"epoch": "e", "prev": 0}}},
    {"type": "subscribed", "data": {"epoch": "e", "seq": 1, "role": "admin", "userId": "x"}},
    {"type": "changes", "data": {"epoch": "e", "prev": 0, "seq": 1, "reset": True}},
    {"type": "unsubscribed", "data": {"channel": ROOM, "code": 4501}},
    {"type": "ack", "data": {"messageId": "x"}},
    {"type": "heartbeat_ack", "data": None},
    {"type": "notification", "data": {"id": 1}},
    {"type": "whatever", "data": {"x": 1}},
]


@pytest.mark.parametrize("frame", HOSTILE, ids=lambda f: str(f)[:50])
def test_what_makes_no_sense_changes_nothing(
    rig: BaseRig, frame: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        rig.say("x")
        envelope = {"channel": ROOM} | frame if isinstance(frame, dict) else None
        rig.raw(json.dumps(envelope).encode() if envelope else frame)
    assert rig.shown() == ["a", "b"]
    assert rig.last("x") == ("sent", False), "only its own echo is its echo"
    assert rig.session.channels[ROOM].role == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": "yesterday"},
        {"timestamp": 1e308},
        {"timestamp": -5},
        {"timestamp": True},
        {"userName": None},
        {"userName": ["x"]},
        {"type": "exotic"},
        {"reactions": [{"emoji": "👍", "count": 10**30, "users": [1, None, {}]}, "x", None]},
        {"replyTo": {"id": "a"}},
        {"userAvatar": 5},
        {"content": "x" * 500_000},
        {"id": "y" * 5_000},
    ],
    ids=str,
)
def test_odd_fields_cost_no_more_than_themselves(rig: BaseRig, changes: dict[str, Any]) -> None:
    from edu_widgets.chat.documents import Message

    rig.hear("chat_message", said("c", at=20) | changes)
    docs = rig.mirror.of_kind("message")
    assert len(docs) == 3
    message: Message = docs[-1].as_(Message)
    assert message.user_id == "grace"
    assert len(message.content) <= 20_001


def test_somebody_elses_message_cannot_be_replaced_or_claimed(rig: BaseRig) -> None:
    rig.hear("chat_message", said("a", "forged", user="mallory"))
    assert rig.shown() == ["a", "b"]
    rig.say("x", "mine")
    rig.hear("chat_message", said("x", "forged", user="mallory"))
    rig.history(said("a"), said("b", at=10), said("x", "forged", user="mallory"))
    assert rig.last("x") == ("sent", False)
    assert rig.shown() == ["a", "b"]


# -- being let in ---------------------------------------------------------------------------


def test_one_is_not_in_before_the_service_says_something() -> None:
    rig = BaseRig()
    rig.deaf = True
    rig.join(history=False)
    rig.say("x")
    rig.run(3)
    assert rig.sent_ids() == []
    rig.hear("error", {"message": "Invalid token"})
    assert not rig.session.channels[ROOM].was_granted
    rig.history()
    assert rig.sent_ids() == ["x"]


def test_a_service_that_says_nothing_has_two_seconds_to_throw_us_out() -> None:
    rig = BaseRig()
    rig.join(history=False)
    rig.say("x")
    rig.run(1.9)
    assert rig.sent_ids() == []
    rig.run(0.2)
    assert rig.sent_ids() == ["x"]


def test_silence_is_death_only_where_there_would_be_an_answer(rig: BaseRig) -> None:
    rig.run(300)
    assert rig.state() == "connected", "pings are answered"
    assert len(rig.frames("heartbeat")) == 10
    rig.deaf = True
    rig.run(70)
    assert rig.state() != "connected"
    quiet = BaseRig()
    quiet.join(service=STREAM)
    quiet.run(600)
    assert quiet.state() == "connected"
    assert quiet.sent == [], "nothing can be sent there"


def test_after_sleep_the_line_is_probed(rig: BaseRig) -> None:
    rig.clock.sleep(3_600)
    rig.deaf = True
    rig.run(9)
    assert rig.state() != "connected"
