"""Frames of Phoenix channels, to and from the seed's messages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edu_widgets.client.transport.base import TransportFailed
from edu_widgets.client.transport.phoenix import MAX_PEOPLE, QUIET_ABOVE, PhoenixChannels
from edu_widgets.protocol import Code, encode

ROOM = "course:py101"
TOPIC = f"realtime:{ROOM}"


def frame(event: str, payload: object, *, topic: str = TOPIC, ref: str | None = None) -> bytes:
    return json.dumps({"topic": topic, "event": event, "payload": payload, "ref": ref}).encode()


def reply(ref: str, status: str = "ok", **response: str) -> bytes:
    return frame("phx_reply", {"status": status, "response": response}, ref=ref)


@pytest.fixture
def channels() -> PhoenixChannels:
    made = PhoenixChannels("ada", "Ada")
    asked = json.loads(made.join(ROOM, "t0ken", 1_000_000_000))
    assert made.received(reply(asked["ref"])) == []
    assert made.joined == {ROOM}
    return made


def sent(channels: PhoenixChannels, type_: str, data: dict[str, Any]) -> dict[str, Any] | None:
    made = channels.sent(encode(type_, ROOM, data, timestamp=7, message_id="m1", user_id="ada"))
    return None if made is None else json.loads(made)


def received(channels: PhoenixChannels, event: str, payload: object) -> list[dict[str, Any]]:
    return [json.loads(message) for message in channels.received(frame(event, payload))]


def test_a_join_asks_for_a_private_channel_with_presence_and_ones_own_messages() -> None:
    asked = json.loads(PhoenixChannels("ada", "Ada").join(ROOM, "t0ken", 10_000_000))
    assert asked["topic"] == TOPIC
    assert asked["ref"] == asked["join_ref"]
    assert asked["payload"]["access_token"] == "t0ken"
    config = asked["payload"]["config"]
    assert config["private"] is True
    assert config["broadcast"]["self"] is True
    assert config["broadcast"]["replay"] == {"since": 2_800_000, "limit": 25}
    assert config["presence"] == {"enabled": True, "key": "ada"}


def test_a_message_travels_whole_and_comes_back_as_it_was(channels: PhoenixChannels) -> None:
    out = sent(channels, "chat_message", {"id": "m1", "content": "hi"})
    assert out is not None
    assert (out["topic"], out["event"], out["join_ref"]) == (TOPIC, "broadcast", "1")
    back = received(channels, "broadcast", out["payload"])
    assert back == [out["payload"]["payload"]]
    assert back[0]["messageId"] == "m1"
    assert back[0]["data"] == {"id": "m1", "content": "hi"}


def test_signals_travel_as_a_service_would_tell_them(channels: PhoenixChannels) -> None:
    typing = sent(channels, "typing_start", {"userId": "ada"})
    assert typing is not None
    told = received(channels, "broadcast", typing["payload"])
    assert (told[0]["type"], told[0]["data"]) == (
        "user_typing",
        {"userId": "ada", "isTyping": True},
    )
    reaction = {"messageId": "m1", "emoji": "🎉", "userId": "ada"}
    reacted = sent(channels, "add_reaction", reaction)
    assert reacted is not None
    told = received(channels, "broadcast", reacted["payload"])
    assert told[0]["type"] == "message_reaction"
    assert told[0]["data"] == reaction | {"action": "add"}


@pytest.mark.parametrize("type_", ["subscribe", "heartbeat_ack", "request_history"])
def test_a_project_is_not_told_what_only_a_service_answers(
    channels: PhoenixChannels, type_: str
) -> None:
    assert sent(channels, type_, {}) is None


@pytest.mark.parametrize(
    "type_", ["error", "chat_history", "user_joined", "user_left", "user_presence", "heartbeat_ack"]
)
def test_no_member_speaks_for_the_service(channels: PhoenixChannels, type_: str) -> None:
    whole = {"type": type_, "channel": ROOM, "data": {"message": "x", "userId": "bob"}}
    forged = {"type": "broadcast", "event": type_, "payload": whole}
    assert received(channels, "broadcast", forged) == []


def test_a_message_cannot_name_another_channel_or_type(channels: PhoenixChannels) -> None:
    whole = {"type": "chat_message", "channel": "course:other", "data": {"content": "hi"}}
    told = received(
        channels, "broadcast", {"type": "broadcast", "event": "chat_message", "payload": whole}
    )
    assert told[0]["channel"] == ROOM
    inner = {"type": "error", "data": {"message": "x"}}
    told = received(
        channels, "broadcast", {"type": "broadcast", "event": "chat_message", "payload": inner}
    )
    assert told[0]["type"] == "chat_message"


def test_a_database_may_send_a_messages_data_alone(channels: PhoenixChannels) -> None:
    payload = {"id": "m9", "content": "hi", "userId": "bob"}
    meta = {"id": "9b8", "replayed": True}
    event = {"type": "broadcast", "event": "chat_message", "payload": payload, "meta": meta}
    told = received(channels, "broadcast", event)
    assert told == [{"type": "chat_message", "channel": ROOM, "data": payload, "messageId": "9b8"}]


def test_a_person_leaves_with_the_last_connection(channels: PhoenixChannels) -> None:
    def metas(*marks: str) -> dict[str, Any]:
        return {"metas": [{"phx_ref": mark, "userName": "Bob"} for mark in marks]}

    came = received(channels, "presence_state", {"bob": metas("1")})
    assert [(m["type"], m["data"]) for m in came] == [
        ("user_joined", {"userId": "bob", "userName": "Bob"})
    ]
    assert received(channels, "presence_diff", {"joins": {"bob": metas("2")}, "leaves": {}}) == []
    assert received(channels, "presence_diff", {"joins": {}, "leaves": {"bob": metas("1")}}) == []
    went = received(channels, "presence_diff", {"joins": {}, "leaves": {"bob": metas("2")}})
    assert [(m["type"], m["data"]) for m in went] == [("user_left", {"userId": "bob"})]


def test_a_channel_of_many_tells_nobody_who_types(channels: PhoenixChannels) -> None:
    crowd = {f"u{n}": {"metas": [{"phx_ref": str(n)}]} for n in range(QUIET_ABOVE + 1)}
    received(channels, "presence_state", crowd)
    assert sent(channels, "typing_start", {"userId": "ada"}) is None
    assert sent(channels, "chat_message", {"content": "hi"}) is not None


def test_people_are_bounded(channels: PhoenixChannels) -> None:
    crowd = {f"u{n}": {"metas": [{"phx_ref": str(n)}]} for n in range(MAX_PEOPLE + 50)}
    assert len(received(channels, "presence_state", crowd)) == MAX_PEOPLE


def test_a_channel_that_was_left_is_not_closed_on_us(channels: PhoenixChannels) -> None:
    left = sent(channels, "unsubscribe", {"userId": "ada"})
    assert left is not None
    assert left["event"] == "phx_leave"
    assert received(channels, "phx_close", {}) == []
    assert sent(channels, "chat_message", {"content": "late"}) is None


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Unauthorized: You do not have permissions", Code.UNAUTHORIZED),
        ("JwtSignatureError: x", Code.UNAUTHORIZED),
        ("InvalidJWTExpiration: Token has expired 300 seconds ago", Code.TOKEN_EXPIRED),
        ("RealtimeDisabledForTenant: x", Code.FORBIDDEN),
        ("DatabaseLackOfConnections: x", 0),
        ("Unknown Error on Channel", 0),
        ("", 0),
    ],
)
def test_a_refused_join_says_whether_trying_again_can_help(reason: str, code: int) -> None:
    made = PhoenixChannels("ada", "Ada")
    ref = json.loads(made.join(ROOM, "t0ken", 0))["ref"]
    with pytest.raises(TransportFailed) as refused:
        made.received(reply(ref, "error", reason=reason))
    assert refused.value.code == code
    assert (reason or "no reason") in refused.value.reason
    assert "t0ken" not in refused.value.reason


def test_a_limit_that_was_reached_is_waited_for() -> None:
    made = PhoenixChannels("ada", "Ada")
    ref = json.loads(made.join(ROOM, "t0ken", 0))["ref"]
    with pytest.raises(TransportFailed) as refused:
        made.received(reply(ref, "error", reason="ChannelRateLimitReached: Too many channels"))
    assert refused.value.retry_after == 10


def test_a_closed_channel_ends_the_connection_with_the_reason(channels: PhoenixChannels) -> None:
    said = {"status": "error", "message": "Too many messages per second", "extension": "system"}
    assert received(channels, "system", said) == []
    with pytest.raises(TransportFailed, match="Too many messages per second") as closed:
        received(channels, "phx_close", {})
    assert (closed.value.code, closed.value.retry_after) == (0, 10)


@pytest.mark.parametrize(
    "odd",
    [
        b"", b"[", b"\xff", b"[]", b"null", b'{"topic":1}', b"[" * 10_000,
        frame("broadcast", []), frame("broadcast", {"event": 1, "payload": {}}),
        frame("broadcast", {"event": "chat_message", "payload": "text"}),
        frame("presence_state", {"bob": []}), frame("presence_diff", {"joins": [1]}),
        frame("phx_close", {}, topic="realtime:else"), frame("chat_message", {}),
        frame("phx_reply", {"status": "error", "response": {}}, ref="99"),
    ],
)  # fmt: skip
def test_odd_frames_change_nothing(channels: PhoenixChannels, odd: bytes) -> None:
    assert channels.received(odd) == []
    assert channels.joined == {ROOM}
