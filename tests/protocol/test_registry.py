"""The registry: one meaning a name."""

from __future__ import annotations

import msgspec
import pytest

from edu_widgets.protocol import REGISTRY, CommandType, DocumentKind, FrameType, Registry
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.messages import Ack, Heartbeat, Role


@pytest.fixture
def registry() -> Registry:
    return Registry()


def command(data: type[msgspec.Struct] = Ack, lane: str = "chat") -> CommandType:
    return CommandType("wave", data, lane, feature="chat")


def test_what_is_registered_is_found(registry: Registry) -> None:
    assert registry.command(command()) is registry.commands["wave"]
    assert registry.document(DocumentKind("role", Role)) is registry.documents["role"]
    assert registry.frame(FrameType("nod", Ack, "service")) is registry.frames["nod"]


def test_the_same_meaning_may_be_registered_again(registry: Registry) -> None:
    for _ in range(2):
        registry.command(command())
        registry.document(DocumentKind("role", Role))
        registry.frame(FrameType("nod", Ack, "service"))
    assert len(registry.commands) == len(registry.documents) == len(registry.frames) == 1


def test_another_meaning_is_refused_and_changes_nothing(registry: Registry) -> None:
    kept = registry.command(command())
    for other in (command(Heartbeat), command(lane="vote")):
        with pytest.raises(InvalidArgument, match="'wave'"):
            registry.command(other)
    registry.document(DocumentKind("role", Role))
    with pytest.raises(InvalidArgument, match="'role'"):
        registry.document(DocumentKind("role", Role, window=50))
    registry.frame(FrameType("nod", Ack, "service"))
    with pytest.raises(InvalidArgument, match="'nod'"):
        registry.frame(FrameType("nod", Ack, "service", signal=True))
    assert registry.commands == {"wave": kept}


def test_a_client_says_one_thing_by_one_name(registry: Registry) -> None:
    """What a client sends is a command or not; the service has to know by the name."""
    registry.command(command())
    with pytest.raises(InvalidArgument, match="'wave'"):
        registry.frame(FrameType("wave", Ack, "client"))
    registry.frame(FrameType("nod", Ack, "client"))
    with pytest.raises(InvalidArgument, match="'nod'"):
        registry.command(CommandType("nod", Ack, "chat", feature="chat"))
    assert not registry.frames.keys() & registry.commands.keys()


def test_the_service_may_answer_by_the_name_of_a_command(registry: Registry) -> None:
    """As the seed's `chat_message`, which goes both ways."""
    registry.command(command())
    registry.frame(FrameType("wave", Ack, "service"))


def test_names_of_documents_and_messages_are_apart(registry: Registry) -> None:
    registry.document(DocumentKind("wave", Role))
    registry.command(command())


def test_windows(registry: Registry) -> None:
    registry.document(DocumentKind("message", Role, window=50))
    registry.document(DocumentKind("poll", Role))
    assert [kind.name for kind in registry.windows()] == ["message"]


def test_registries_are_apart() -> None:
    Registry().command(command())
    assert "wave" not in REGISTRY.commands
    assert "wave" not in Registry().commands


def test_everybody_sends_what_is_theirs() -> None:
    assert {frame.sender for frame in REGISTRY.frames.values()} == {"client", "service"}
