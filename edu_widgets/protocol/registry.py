"""The registry of the kinds of documents, commands and signals that features define.

A feature's `documents.py` registers its types when it is imported; engines only look types up
here, so a new feature needs no line in an engine.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeVar

import msgspec

from edu_widgets.protocol import messages
from edu_widgets.protocol.errors import InvalidArgument

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of document.

    `window`: the number of documents that a first join gets: the newest by `born`, or with `recent`
    those that were changed last, which reach down to no floor: older ones come as they change.
    `only`: the id of the one document of this kind in a channel; no command may have it, since a
    created document has the id of its command.
    """

    name: str
    body: type[msgspec.Struct]
    window: int | None = None
    recent: bool = False
    only: str = ""


@dataclass(frozen=True, slots=True)
class CommandType:
    """A type of client message that is answered with an `ack` or an `error`.

    `lane`: commands of one lane keep their order; lanes do not wait for each other.
    `limited`: counts against the channel's rate limit (the seed's: new and edited messages).
    `most`: at most so many of one person in 10 s, staff included; 0: the limit of all other
    commands, which is not for staff.
    `feature`: the channel has to offer it (seed: `ChannelConfig.features`).
    `latest`: a waiting command is replaced by a newer one with the same `outbox_key()` of its
    data (votes, statuses).
    `one_by_one`: a command waits for the answer to the one before it with the same `outbox_key()`
    and fails with it; for commands that name the version they build on.
    `momentary`: a command that could not be sent for two minutes fails, however long the outbox
    keeps others. Data with `of_the_moment()` decides that for each command.
    `moderation`: the audit trail records the command if staff sends it: the actor, and the target
    that the field `about` names.
    `kept_as`: the word for it in the count of waiting commands: a `message`, a `change`, or not
    counted ("") where nobody asked for it, such as a read mark.
    `private`: after its acknowledgement no byte of it stays in the outbox's file (votes).
    """

    name: str
    data: type[msgspec.Struct]
    lane: str
    feature: str
    limited: bool = False
    most: int = 0
    latest: bool = False
    one_by_one: bool = False
    momentary: bool = False
    moderation: bool = False
    about: str = ""
    kept_as: Literal["message", "change", ""] = "change"
    private: bool = False


@dataclass(frozen=True, slots=True)
class FrameType:
    """Any other message: its sender and its data."""

    name: str
    data: type[msgspec.Struct]
    sender: str
    """`client` or `service`."""
    of_seed: bool = True
    signal: bool = False
    """Short-lived: never queued, has no seq, may be coalesced or lost."""


@dataclass(slots=True)
class Registry:
    """All types of the protocol, by name."""

    documents: dict[str, DocumentKind] = field(default_factory=dict)
    commands: dict[str, CommandType] = field(default_factory=dict)
    frames: dict[str, FrameType] = field(default_factory=dict)
    _reserved: set[str] = field(default_factory=set)

    def document(self, kind: DocumentKind) -> DocumentKind:
        """Add a kind of document."""
        _add(self.documents, kind.name, kind)
        self._reserved.add(kind.only)
        return kind

    def command(self, command: CommandType) -> CommandType:
        """Add a command."""
        _refuse_if(command.name, taken=command.name in self._said_by_clients())
        _add(self.commands, command.name, command)
        return command

    def frame(self, frame: FrameType) -> FrameType:
        """Add any other message."""
        said = frame.sender == "client" and frame.name in self.commands
        _refuse_if(frame.name, taken=said)
        _add(self.frames, frame.name, frame)
        return frame

    def _said_by_clients(self) -> set[str]:
        return {frame.name for frame in self.frames.values() if frame.sender == "client"}

    def lanes(self) -> list[str]:
        """Return the lanes that commands are in."""
        return list(dict.fromkeys(command.lane for command in self.commands.values()))

    def is_reserved(self, id_: str) -> bool:
        """Return True if an id belongs to the only document of some kind."""
        return id_ in self._reserved

    def windows(self) -> list[DocumentKind]:
        """Return the kinds kept in a window."""
        return [kind for kind in self.documents.values() if kind.window]


def _add(table: dict[str, Entry], name: str, entry: Entry) -> None:
    _refuse_if(name, taken=table.setdefault(name, entry) != entry)


def _refuse_if(name: str, *, taken: bool) -> None:
    if taken:
        msg = f"{name!r} is registered twice in the protocol, with different meanings."
        raise InvalidArgument(msg)


REGISTRY = Registry()
"""The registry of this process."""


def _register_shared() -> None:
    seed: list[tuple[str, type[msgspec.Struct], str]] = [
        ("subscribe", messages.Subscribe, "client"),
        ("unsubscribe", messages.Unsubscribe, "client"),
        ("heartbeat", messages.Heartbeat, "client"),
        ("request_history", messages.RequestHistory, "client"),
        ("heartbeat_ack", messages.HeartbeatAck, "service"),
        ("error", messages.Error, "service"),
    ]
    signals: list[tuple[str, type[msgspec.Struct], str]] = [
        ("typing_start", messages.TypingStart, "client"),
        ("typing_stop", messages.TypingStop, "client"),
        ("user_typing", messages.UserTyping, "service"),
        ("user_joined", messages.UserJoined, "service"),
        ("user_left", messages.UserLeft, "service"),
        ("user_presence", messages.UserPresence, "service"),
    ]
    ours: list[tuple[str, type[msgspec.Struct]]] = [
        ("subscribed", messages.Subscribed),
        ("unsubscribed", messages.Unsubscribed),
        ("changes", messages.Changes),
        ("page", messages.Page),
        ("ack", messages.Ack),
        ("goodbye", messages.Goodbye),
    ]
    for name, data, sender in seed:
        REGISTRY.frame(FrameType(name, data, sender))
    for name, data, sender in signals:
        REGISTRY.frame(FrameType(name, data, sender, signal=True))
    for name, data in ours:
        REGISTRY.frame(FrameType(name, data, "service", of_seed=False))
    REGISTRY.frame(FrameType("room", messages.Room, "service", of_seed=False, signal=True))
    REGISTRY.document(DocumentKind(messages.Role.kind, messages.Role, only=messages.Role.kind))


_register_shared()
