"""A session's handling of the frames that arrive, wrong ones too."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import pytest

from edu_widgets.client.sync.channel import Grant
from edu_widgets.client.sync.events import (
    ChannelChanged,
    CommandChanged,
    DocumentsChanged,
    PageSettled,
    SignalReceived,
    State,
)
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.protocol import Code, Cursor, decode_data, encode, messages
from tests.client.rig import ROOM, Rig, changes, command, document


def mirror(rig: Rig) -> Mirror:
    return rig.session.channels[ROOM].mirror


def ids(rig: Rig) -> list[str]:
    return [doc.id for doc in mirror(rig).of_kind("message")]


def test_a_subscription_names_cursor_and_floors() -> None:
    rig = Rig()
    rig.live(seq=9, docs=[document("a", 9)])
    rig.session.channels[ROOM].mirror.apply(
        changes(0, 9, [document("a", 9)], reset=True, floors={"message": 5})
    )
    rig.session.lost(0, "cut")
    rig.reconnect()
    asked = decode_data(rig.frames("subscribe")[-1], messages.Subscribe)
    assert asked.since == Cursor("e1", 9)
    assert asked.floors == {"message": 5}
    assert rig.frames("subscribe")[-1].user_id == "ada"


def test_live_changes_move_the_cursor_and_are_told_as_live() -> None:
    rig = Rig()
    rig.live()
    rig.receive("changes", changes(0, 1, [document("a", 1)]))
    assert mirror(rig).cursor == Cursor("e1", 1)
    [event] = rig.of(DocumentsChanged)
    assert [doc.id for doc in event.upserted] == ["a"]
    assert event.live


def test_catching_up_is_not_told_as_live() -> None:
    rig = Rig()
    rig.session.subscribe(ROOM)
    rig.connect()
    rig.grant(seq=2)
    rig.receive("changes", changes(0, 1, [document("a", 1)], reset=True))
    rig.receive("changes", changes(1, 2, [document("b", 2)]))
    rig.receive("changes", changes(2, 3, [document("c", 3)]))
    told = [(event.live, event.caught_up) for event in rig.of(DocumentsChanged)]
    assert told == [(False, False), (False, True), (True, True)]


def test_a_hole_is_asked_about_exactly_once() -> None:
    rig = Rig()
    rig.live(seq=1)
    for seq in (5, 6, 7):
        rig.receive("changes", changes(seq - 1, seq, [document(f"d{seq}", seq)]))
    assert len(rig.frames("subscribe")) == 1
    assert mirror(rig).cursor.seq == 1
    assert ids(rig) == ["d5", "d6", "d7"], "what came is shown meanwhile"
    rig.grant(seq=7)
    rig.receive("changes", changes(1, 7, [document("d3", 3), document("d7", 7)]))
    assert mirror(rig).cursor.seq == 7
    assert ids(rig) == ["d3", "d5", "d6", "d7"]
    rig.run(29)
    assert len(rig.frames("subscribe")) == 1


def test_live_frames_and_acks_during_catch_up_never_move_the_cursor() -> None:
    rig = Rig()
    rig.session.subscribe(ROOM)
    rig.connect()
    rig.grant(seq=10)
    rig.receive("changes", changes(0, 4, [document("a", 4)], reset=True))
    rig.receive("changes", changes(10, 11, [document("z", 11)]))
    rig.submit(command("mine"))
    rig.receive("ack", messages.Ack("mine", 12))
    assert mirror(rig).cursor == Cursor("e1", 4)
    rig.receive("changes", changes(4, 10, [document("b", 10)]))
    assert mirror(rig).cursor == Cursor("e1", 10)
    rig.receive("changes", changes(11, 12, [document("mine", 12)]))
    assert len(rig.frames("subscribe")) == 2, "the live frame of before is asked for"


def test_a_catch_up_that_stays_away_is_asked_for_again() -> None:
    rig = Rig()
    rig.session.subscribe(ROOM)
    rig.connect()
    rig.grant(seq=10)
    rig.receive("changes", changes(0, 4, [], reset=True))
    rig.run(19)
    assert len(rig.frames("subscribe")) == 1
    rig.receive("changes", changes(4, 6, []))
    rig.run(19)
    assert len(rig.frames("subscribe")) == 1, "it goes on, so it is waited for"
    rig.run(2)
    assert len(rig.frames("subscribe")) == 2


def test_frames_of_an_old_epoch_change_nothing_and_are_asked_about_once() -> None:
    rig = Rig()
    rig.live(epoch="e2", seq=3, docs=[document("a", 3)])
    for seq in (4, 5):
        rig.receive("changes", changes(seq - 1, seq, [document("old", seq)], epoch="e1"))
    assert ids(rig) == ["a"]
    assert mirror(rig).cursor == Cursor("e2", 3)
    assert len(rig.frames("subscribe")) == 1


def test_a_new_epoch_replaces_everything() -> None:
    rig = Rig()
    rig.live(seq=9, docs=[document("a", 9)])
    rig.receive("changes", changes(0, 2, [document("b", 2)], epoch="e2", reset=True))
    assert ids(rig) == ["b"]
    assert mirror(rig).cursor == Cursor("e2", 2)
    assert rig.of(DocumentsChanged)[-1].reset


def test_an_answer_to_an_older_question_is_ignored() -> None:
    rig = Rig()
    rig.session.subscribe(ROOM)
    rig.connect()
    first = rig.frames("subscribe")[0].message_id
    rig.run(21)
    data = messages.Subscribed("e1", 0, "instructor", "ada")
    rig.receive("subscribed", data, message_id=first)
    assert rig.session.channels[ROOM].grant is Grant.ASKED


def test_an_error_on_one_channel_never_stops_the_session() -> None:
    rig = Rig()
    rig.live(seq=1, docs=[document("a", 1)])
    rig.session.subscribe("staff:py101")
    asked = rig.frames("subscribe")[-1].message_id
    data = messages.Error("no", Code.FORBIDDEN, asked)
    rig.receive("error", data, channel="staff:py101", message_id=asked)
    assert rig.session.channels["staff:py101"].grant is Grant.REFUSED
    assert rig.state() is State.CONNECTED
    rig.receive("changes", changes(1, 2, [document("b", 2)]))
    assert ids(rig) == ["a", "b"]
    rig.run(300, lambda f: rig.receive("heartbeat_ack", messages.HeartbeatAck(1)))
    asked_for = [f.channel for f in rig.frames("subscribe")]
    assert asked_for == ["staff:py101"], "a refusal is not asked about again"


@pytest.mark.parametrize("retry_after", [None, 0, -5, 2_000, 10**30])
def test_a_channel_refused_for_now_is_asked_for_again_in_good_time(
    retry_after: int | None,
) -> None:
    rig = Rig()
    rig.session.subscribe(ROOM)
    rig.connect()
    asked = rig.frames("subscribe")[-1].message_id
    rig.error(Code.UNAVAILABLE, asked, retry_after)
    rig.run(0.9)
    assert len(rig.frames("subscribe")) == 1
    rig.run(61, lambda f: rig.receive("heartbeat_ack", messages.HeartbeatAck(1)))
    assert len(rig.frames("subscribe")) >= 2


def test_a_subscription_may_fail_after_it_was_granted() -> None:
    rig = Rig()
    rig.session.subscribe(ROOM)
    rig.connect()
    asked = rig.frames("subscribe")[-1].message_id
    rig.grant(seq=0)
    rig.receive("changes", changes(0, 0, reset=True))
    rig.error(Code.UNAVAILABLE, asked)
    rig.run(2)
    assert len(rig.frames("subscribe")) == 2


def test_a_channel_taken_away_is_cleared_and_heard_no_more() -> None:
    rig = Rig()
    rig.live(seq=1, docs=[document("a", 1)])
    rig.receive("unsubscribed", messages.Unsubscribed(ROOM, Code.FORBIDDEN, "role"))
    assert ids(rig) == []
    assert mirror(rig).cursor == Cursor()
    assert rig.of(DocumentsChanged)[-1].reset
    assert ChannelChanged(ROOM) in rig.of(ChannelChanged)
    rig.receive("changes", changes(0, 1, [document("a", 1)], reset=True))
    assert ids(rig) == []
    assert rig.frames("subscribe") == []
    rig.session.lost(0, "cut")
    rig.reconnect()
    assert rig.frames("subscribe") == []


def test_a_late_answer_does_not_give_back_what_was_taken_away() -> None:
    rig = Rig()
    rig.live(seq=1)
    rig.receive("changes", changes(5, 6))
    asked = rig.frames("subscribe")[-1].message_id
    rig.receive("unsubscribed", messages.Unsubscribed(ROOM, Code.FORBIDDEN, "role"))
    rig.receive("subscribed", messages.Subscribed("e1", 6, "student", "ada"), message_id=asked)
    assert rig.session.channels[ROOM].grant is Grant.REFUSED


@pytest.mark.parametrize("code", [Code.FORBIDDEN, Code.NO_SUCH_CHANNEL])
def test_who_may_not_read_it_after_a_reconnect_keeps_nothing(code: Code) -> None:
    rig = Rig()
    rig.live(seq=1, docs=[document("a", 1)])
    rig.session.lost(0, "cut")
    rig.reconnect()
    rig.error(code, rig.frames("subscribe")[-1].message_id)
    assert ids(rig) == []
    assert rig.of(DocumentsChanged)[-1].reset


def test_who_finds_no_room_keeps_what_was_there() -> None:
    rig = Rig()
    rig.live(seq=1, docs=[document("a", 1)])
    rig.session.lost(0, "cut")
    rig.reconnect()
    rig.error(Code.ROOM_FULL, rig.frames("subscribe")[-1].message_id)
    assert ids(rig) == ["a"]


def test_two_who_want_a_channel_leave_it_together() -> None:
    rig = Rig()
    rig.live()
    rig.session.subscribe(ROOM)
    rig.session.unsubscribe(ROOM)
    assert rig.frames("unsubscribe") == []
    rig.session.unsubscribe(ROOM)
    rig.session.unsubscribe(ROOM)
    assert len(rig.frames("unsubscribe")) == 1
    assert ROOM not in rig.session.channels


def test_pages_are_settled_by_arrival_refusal_and_loss() -> None:
    rig = Rig()
    rig.live(seq=100)
    docs = [document("n", 100)]
    rig.receive("changes", changes(0, 100, docs, reset=True, floors={"message": 100}))
    rig.forget()
    assert rig.session.older(ROOM, "message", 50)
    assert not rig.session.older(ROOM, "message", 50), "one at a time"
    asked = rig.frames("request_history")[-1].message_id
    page = messages.Page("message", [document("m", 99)], 99, more=True)
    rig.receive("page", page, message_id="another")
    assert ids(rig) == ["n"]
    rig.receive("page", page, message_id=asked)
    assert ids(rig) == ["m", "n"]
    assert rig.of(PageSettled) == [PageSettled(ROOM, "message")]
    assert rig.session.older(ROOM, "message", 50)
    rig.error(Code.RATE_LIMITED, rig.frames("request_history")[-1].message_id)
    assert rig.of(PageSettled)[-1].code == Code.RATE_LIMITED
    assert rig.session.older(ROOM, "message", 50)
    rig.session.lost(0, "cut")
    assert "lost" in rig.of(PageSettled)[-1].reason
    assert not rig.session.older(ROOM, "message", 50)


def test_the_page_may_be_asked_for_again_after_the_channel_came_back() -> None:
    rig = Rig()
    rig.live(seq=100)
    rig.receive("changes", changes(0, 100, reset=True, floors={"message": 100}))
    assert rig.session.older(ROOM, "message", 50)
    rig.receive("unsubscribed", messages.Unsubscribed(ROOM, Code.FORBIDDEN, "role"))
    rig.session.retry_now()
    rig.grant(seq=100)
    rig.receive("changes", changes(0, 100, reset=True, floors={"message": 100}))
    assert rig.session.older(ROOM, "message", 50)


def test_signals_pass_and_are_never_queued() -> None:
    rig = Rig()
    rig.session.subscribe(ROOM)
    rig.session.signal("typing_start", ROOM, messages.TypingStart("ada"))
    rig.live()
    assert rig.frames("typing_start") == []
    rig.session.signal("typing_start", ROOM, messages.TypingStart("ada"))
    assert len(rig.frames("typing_start")) == 1
    rig.receive("user_typing", messages.UserTyping("bo", is_typing=True))
    rig.receive("user_typing", messages.UserTyping("bo", is_typing=True), channel="course:other")
    assert [event.type for event in rig.of(SignalReceived)] == ["user_typing"]


GOOD = encode("changes", ROOM, changes(1, 2, [document("b", 2)]), timestamp=1)
BAD = [
    b"",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"{}",
    b'{"type":5}',
    b'{"type":"changes","channel":"course:py101","data":null}',
    b'{"type":"changes","channel":"course:py101","data":{"epoch":"e1","prev":"1","seq":2}}',
    b'{"type":"changes","data":{"epoch":"e1","prev":1,"seq":2,"docs":[{"id":1}]}}',
    b'{"type":"changes","channel":"course:py101","data":' + b"[" * 100_000,
    b'{"type":"x","data":' + b"[" * 100_000,
    b'{"type":"unknown","channel":"course:py101","data":{}}',
    b'{"type":"ack","channel":"course:py101","data":{}}',
    b'{"type":"ack","channel":"course:py101","data":{"messageId":"nobody"}}',
    b'{"type":"error","channel":"course:py101","data":{"message":"?","code":4500}}',
    b'{"type":"error","data":{"message":"?","code":0,"retryAfter":' + b"9" * 400 + b"}}",
    encode("subscribed", ROOM, messages.Subscribed("e9", 9, "admin", "x"), timestamp=1),
    b'{"type":"page","channel":"course:py101","messageId":"guess","data":{"kind":"message"}}',
    b'{"type":"unsubscribed","channel":"course:nowhere","data":{"channel":"","code":1}}',
    b'{"type":"room","channel":"course:py101","data":{"people":"many"}}',
    b'{"type":"heartbeat_ack","data":7}',
    # What begins like a change and is none: the last `type` counts.
    GOOD[:-1] + b',"type":"other"}',
    b'{"type":"changes","channel":"course:py101","data":{"epoch":"e1","prev":1,"seq":2}} tail',
]


@pytest.mark.parametrize("frame", BAD)
def test_unknown_and_malformed_frames_change_nothing(
    frame: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    rig = Rig()
    rig.live(seq=1, docs=[document("a", 1)])
    rig.submit(command("mine"))
    rig.forget()
    before = (mirror(rig).cursor, ids(rig), rig.session.state, rig.outbox.get("mine"))
    for form in (frame, frame.decode("latin-1")):
        rig.session.receive(form)
    rig.look()
    after = (mirror(rig).cursor, ids(rig), rig.session.state, rig.outbox.get("mine"))
    assert before == after
    assert rig.sent == []
    rig.session.receive(GOOD)
    assert ids(rig) == ["a", "b"]


def test_frames_as_text_and_as_bytes_mean_the_same() -> None:
    for frame in (GOOD, GOOD.decode(), b" " + GOOD, _shuffled(GOOD)):
        rig = Rig()
        rig.live(seq=1, docs=[document("a", 1)])
        rig.session.receive(frame)
        assert ids(rig) == ["a", "b"]


def _shuffled(frame: bytes) -> bytes:
    fields: dict[str, Any] = msgspec.json.decode(frame)
    return msgspec.json.encode(dict(reversed(fields.items())))


def test_an_ack_tells_the_seq_of_the_change() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("mine"))
    rig.receive("ack", messages.Ack("mine", 17))
    gone = rig.of(CommandChanged)[-1]
    assert (gone.gone, gone.seq) == (True, 17)


def test_frames_without_a_connection_are_not_heard() -> None:
    rig = Rig()
    rig.live()
    rig.session.lost(0, "cut")
    rig.session.receive(encode("changes", ROOM, changes(0, 1, [document("a", 1)]), timestamp=1))
    assert ids(rig) == []
