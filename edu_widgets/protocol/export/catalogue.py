"""The content of a registry, under the names that the generated files use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from edu_widgets.protocol import seed
from edu_widgets.protocol.documents import Document
from edu_widgets.protocol.envelope import OutEnvelope
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.export import descriptions
from edu_widgets.protocol.registry import CommandType, DocumentKind, FrameType, Registry

Struct = type[msgspec.Struct]


@dataclass(frozen=True, slots=True)
class Field:
    """A field as it stands on the wire."""

    name: str
    type: msgspec.inspect.Type
    required: bool
    default: object
    """`msgspec.NODEFAULT` if there is none, or none that JSON has."""
    description: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message type: a command, or any other frame."""

    name: str
    sender: str
    data: Struct
    of_seed: bool
    signal: bool = False
    command: CommandType | None = None

    @property
    def description(self) -> str:
        """The docstring of the message's data."""
        return descriptions.of_struct(self.data)


class Catalogue:
    """A registry's messages, documents and structs, in the order they were registered."""

    def __init__(self, registry: Registry) -> None:
        frames = [_frame(frame) for frame in registry.frames.values()]
        self.messages = [_command(command) for command in registry.commands.values()] + frames
        self.documents: list[DocumentKind] = list(registry.documents.values())
        self.registry = registry
        self.names: dict[Struct, str] = {Document: "KeyedDocument", OutEnvelope: "Envelope"}
        for kind in self.documents:
            self._name(kind.body, "Body")
        for message in self.messages:
            self._name(message.data, "Data")
        for struct in [d.body for d in self.documents] + [m.data for m in self.messages]:
            for inner in _within(struct):
                self._name(inner, "")

    def sent_by(self, sender: str) -> list[Message]:
        """The messages of `client` or `service`."""
        return [message for message in self.messages if message.sender == sender]

    def structs(self) -> list[Struct]:
        """All structs but the envelope, each once."""
        return [struct for struct in self.names if struct is not OutEnvelope]

    def _name(self, struct: Struct, suffix: str) -> None:
        if struct in self.names:
            return
        name = struct.__name__ + suffix
        if name in self.names.values():
            where = f"{struct.__qualname__} of {struct.__module__}"
            msg = f"Two structs of the protocol would be called {name}; rename {where}."
            raise InvalidArgument(msg)
        self.names[struct] = name


def fields(struct: Struct) -> list[Field]:
    """A struct's fields, as they stand on the wire."""
    info = msgspec.inspect.type_info(struct)
    if not isinstance(info, msgspec.inspect.StructType):
        raise TypeError(struct)
    return [
        Field(
            field.encode_name,
            field.type,
            field.required,
            _default(field),
            descriptions.of_field(struct, field.name),
        )
        for field in info.fields
    ]


def _default(field: msgspec.inspect.Field) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        value: object = field.default_factory()
    else:
        value = field.default
    return value if isinstance(value, str | int | float | list | dict) else msgspec.NODEFAULT


def choices(type_: msgspec.inspect.Type) -> list[object] | None:
    """The values of an enumeration or a literal type; `None` for any other."""
    match type_:
        case msgspec.inspect.EnumType(cls=enum):
            return [member.value for member in enum]
        case msgspec.inspect.LiteralType(values=values):
            return list(values)
    return None


def _command(command: CommandType) -> Message:
    of_seed = command.name in seed.TYPES
    return Message(command.name, "client", command.data, of_seed, command=command)


def _frame(frame: FrameType) -> Message:
    return Message(frame.name, frame.sender, frame.data, frame.of_seed, frame.signal)


def _within(struct: Struct) -> Iterator[Struct]:
    for field in fields(struct):
        for inner in _structs_of(field.type):
            yield inner
            yield from _within(inner)


def _structs_of(type_: msgspec.inspect.Type) -> Iterable[Struct]:
    match type_:
        case msgspec.inspect.StructType(cls=cls):
            yield cls
        case msgspec.inspect.UnionType(types=types) | msgspec.inspect.TupleType(item_types=types):
            for inner in types:
                yield from _structs_of(inner)
        case msgspec.inspect.DictType(value_type=inner):
            yield from _structs_of(inner)
        case msgspec.inspect.CollectionType(item_type=inner):
            yield from _structs_of(inner)
