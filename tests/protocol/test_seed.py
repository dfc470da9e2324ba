"""Frames of the platform's own clients and services are understood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edu_widgets.protocol import REGISTRY, decode, decode_data, is_id, seed
from edu_widgets.protocol.export.__main__ import register_features

register_features()

NOW = 1_700_000_000_000
ID = "1700000000000-k3j9x2m1q"
CHANNEL = "course:py101"

MESSAGE = {
    "id": ID,
    "userId": "5f7c",
    "userName": "Ada Öğrenci",
    "userAvatar": None,
    "content": "Merhaba 👋",
    "timestamp": NOW,
    "type": "text",
}
NOTIFICATION = {
    "id": ID,
    "userId": "5f7c",
    "type": "course_update",
    "title": "Yeni ders",
    "message": "Ders 3 yayında.",
    "data": {"lesson": 3},
    "read": False,
    "createdAt": NOW,
    "expiresAt": NOW + 60_000,
    "actions": [{"label": "Aç", "action": "open", "style": "primary"}],
}

DATA: dict[str, dict[str, Any]] = {
    "subscribe": {"userId": "5f7c"},
    "unsubscribe": {"userId": "5f7c"},
    "heartbeat": {"timestamp": NOW},
    "heartbeat_ack": {"timestamp": NOW},
    "error": {"message": "Invalid authentication token"},
    "message": MESSAGE,
    "notification": NOTIFICATION,
    "user_joined": {"userId": "5f7c"},
    "user_left": {"userId": "5f7c"},
    "user_presence": {"userId": "5f7c", "online": True},
    "user_typing": {"userId": "5f7c", "isTyping": True},
    "user_activity": {"userId": "5f7c", "action": "lesson_completed"},
    "course_update": {"courseId": "py101", "title": "Ders 3"},
    "chat_message": MESSAGE,
    "request_history": {"limit": 50},
    "chat_history": {"messages": [MESSAGE]},
    "typing_start": {"userId": "5f7c"},
    "typing_stop": {"userId": "5f7c"},
    "add_reaction": {"messageId": ID, "emoji": "👍", "userId": "5f7c"},
    "message_reaction": {"messageId": ID, "emoji": "👍", "userId": "5f7c", "action": "add"},
}


def frame(type_: str, **more: object) -> str:
    """As `JSON.stringify` of the seed's `WebSocketManager` writes it."""
    envelope = {"type": type_, "channel": CHANNEL, "data": DATA[type_], "timestamp": NOW}
    return json.dumps(
        envelope | more | {"messageId": ID}, ensure_ascii=False, separators=(",", ":")
    )


def test_there_is_an_example_of_every_type() -> None:
    assert DATA.keys() == seed.TYPES.keys()


@pytest.mark.parametrize("more", [{}, {"userId": "5f7c"}], ids=["send", "sendMessage"])
@pytest.mark.parametrize("type_", DATA)
def test_every_type_of_the_seed_is_read(type_: str, more: dict[str, object]) -> None:
    envelope = decode(frame(type_, **more))
    assert (envelope.type, envelope.channel, envelope.timestamp) == (type_, CHANNEL, NOW)
    assert envelope.user_id == more.get("userId")
    assert is_id(envelope.message_id)
    known = [table[type_].data for table in (REGISTRY.commands, REGISTRY.frames) if type_ in table]
    for struct in known:
        data = decode_data(envelope, struct)
        for name, value in DATA[type_].items():
            field = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
            if isinstance(value, str | int) and hasattr(data, field):
                assert getattr(data, field) == value


def test_a_message_of_the_seed_is_a_document() -> None:
    reactions = [{"emoji": "👍", "count": 1, "users": ["5f7c"]}]
    full = MESSAGE | {"edited": True, "editedAt": NOW + 1, "replyTo": ID, "reactions": reactions}
    envelope = decode(json.dumps({"type": "chat_message", "data": full}))
    message = decode_data(envelope, REGISTRY.documents["message"].body)
    assert getattr(message, "edited_at", None) == NOW + 1
    assert getattr(message, "content", None) == "Merhaba 👋"


def test_the_registry_knows_whose_a_type_is() -> None:
    for name, entry in REGISTRY.frames.items():
        assert entry.of_seed == (name in seed.TYPES), name
        if entry.of_seed:
            assert seed.TYPES[name].sender in {entry.sender, "both"}, name
    for name in REGISTRY.commands.keys() & seed.TYPES.keys():
        assert seed.TYPES[name].sender in {"client", "both"}, name


def test_fields_a_browser_leaves_out_are_left_out() -> None:
    """`JSON.stringify` drops what is `undefined`: only required fields are ever certain."""
    least = {"id": ID, "content": "Merhaba"}
    envelope = decode(json.dumps({"type": "chat_message", "data": least, "messageId": ID}))
    data = decode_data(envelope, REGISTRY.commands["chat_message"].data)
    assert getattr(data, "id", None) == ID
