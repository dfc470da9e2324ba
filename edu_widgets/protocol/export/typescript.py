"""The protocol as TypeScript, in the format that the formatter of js/ produces."""

import json
import textwrap

from msgspec import inspect as mi

from edu_widgets.protocol.codes import Code
from edu_widgets.protocol.envelope import (
    HEADER,
    MAX_FRAME,
    MAX_SERVICE_FRAME,
    VERSION,
    OutEnvelope,
)
from edu_widgets.protocol.export import descriptions
from edu_widgets.protocol.export.catalogue import Catalogue, Field, Struct, choices, fields

_WIDTH = 100

_HEAD = """\
// Generated from edu_widgets/protocol: change the structs there, then run
// `{command}`.

/** Response header by which a service says that it speaks more than the seed's messages. */
export const HEADER = {header};

/** The version of the protocol, the value of that header. */
export const VERSION = {version};

/** Bytes a client's frame may have. */
export const MAX_FRAME = {max_frame};

/** Bytes a frame of the service may have. */
export const MAX_SERVICE_FRAME = {max_service_frame};
"""

_AFTER_CODES = """\
/** True if a code says *try again*, as unknown numbers outside 4500-4999 do. */
export function isRetry(code: number): boolean {
  return code < 4500 || code > 4999;
}
"""

_UNIONS = """\
type FrameOf<Messages> = {
  [Type in keyof Messages & string]: Envelope<Type, Messages[Type]>;
}[keyof Messages & string];

/** Any frame a client sends; `type` tells which. */
export type ClientFrame = FrameOf<ClientMessages>;

/** Any frame the service sends; `type` tells which. */
export type ServiceFrame = FrameOf<ServiceMessages>;

/** Any frame. */
export type Frame = ClientFrame | ServiceFrame;

/** A kind of document. */
export type Kind = keyof DocumentBodies;

/** A document of a known kind. */
export type DocumentOf<K extends Kind> = KeyedDocument & {
  kind: K;
  body?: DocumentBodies[K] | null;
};
"""


def typescript(catalogue: Catalogue, command: str) -> str:
    """Return the text of the module."""
    head = _HEAD.format(
        command=command,
        header=json.dumps(HEADER),
        version=json.dumps(VERSION),
        max_frame=MAX_FRAME,
        max_service_frame=MAX_SERVICE_FRAME,
    )
    bodies = {kind.name: catalogue.names[kind.body] for kind in catalogue.documents}
    sent, heard = _data(catalogue, "client"), _data(catalogue, "service")
    parts = [
        head,
        _codes(),
        _AFTER_CODES,
        _comment("Commands of one lane keep their order; lanes do not wait for each other.")
        + f"export type Lane = {' | '.join(map(json.dumps, catalogue.registry.lanes()))};\n",
        _envelope(),
        *(_interface(catalogue, struct) for struct in catalogue.structs()),
        _map("ClientMessages", "The data of each message type that clients send.", sent),
        _map("ServiceMessages", "The data of each message type that the service sends.", heard),
        _map("DocumentBodies", "The body of each kind of document.", bodies),
        _UNIONS,
    ]
    return "\n".join(parts)


def _codes() -> str:
    lines = [f"{_comment(c.meaning, '  ')}  {c.name}: {c.value},\n" for c in Code]
    return (
        _comment("The reason for a refusal. 4000-4499: try again. 4500-4999: stop.")
        + f"export const Code = {{\n{''.join(lines)}}} as const;\n\n"
        + "export type Code = (typeof Code)[keyof typeof Code];\n"
    )


def _envelope() -> str:
    described = {field.name: field.description for field in fields(OutEnvelope)}
    types = {"type": "Type", "data": "Data", "timestamp": "number", "userId": "string"}
    lines = [
        _member(name, types.get(name, "string"), text, required=name != "userId")
        for name, text in described.items()
    ]
    opening = "export interface Envelope<Type extends string = string, Data = unknown> {\n"
    return _comment(descriptions.of_struct(OutEnvelope)) + opening + "".join(lines) + "}\n"


def _interface(catalogue: Catalogue, struct: Struct) -> str:
    name = catalogue.names[struct]
    about = _comment(descriptions.of_struct(struct))
    lines = "".join(_field(catalogue, field) for field in fields(struct))
    if not lines:
        return f"{about}export type {name} = Record<string, never>;\n"
    return f"{about}export interface {name} {{\n{lines}}}\n"


def _field(catalogue: Catalogue, field: Field) -> str:
    type_ = type_name(catalogue, field.type)
    return _member(field.name, type_, field.description, required=field.required)


def _member(name: str, type_: str, about: str, *, required: bool) -> str:
    return f"{_comment(about, '  ')}  {name}{'' if required else '?'}: {type_};\n"


def _data(catalogue: Catalogue, sender: str) -> dict[str, str]:
    return {m.name: catalogue.names[m.data] for m in catalogue.sent_by(sender)}


def _map(name: str, about: str, entries: dict[str, str]) -> str:
    lines = "".join(f"  {key}: {value};\n" for key, value in entries.items())
    return f"{_comment(about)}export interface {name} {{\n{lines}}}\n"


def _comment(text: str, indent: str = "") -> str:
    one = f"{indent}/** {text} */\n"
    if len(one) <= _WIDTH and "\n" not in text:
        return one
    lines: list[str] = []
    for part in text.split("\n\n"):
        lines += [*([""] if lines else []), *textwrap.wrap(part, _WIDTH - len(indent) - 3)]
    inner = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{inner}{indent} */\n"


def type_name(catalogue: Catalogue, type_: mi.Type) -> str:
    """Return a type as TypeScript writes it."""
    simple = {
        mi.StrType: "string",
        mi.BoolType: "boolean",
        mi.IntType: "number",
        mi.FloatType: "number",
        mi.NoneType: "null",
        mi.AnyType: "unknown",
        mi.RawType: "unknown",
    }
    if type(type_) in simple:
        return simple[type(type_)]
    values = choices(type_)
    if values is not None:
        return " | ".join(json.dumps(value) for value in values)
    match type_:
        case mi.StructType(cls=cls):
            return catalogue.names[cls]
        case mi.UnionType(types=types):
            return " | ".join(dict.fromkeys(type_name(catalogue, t) for t in types))
        case mi.DictType(value_type=value):
            return f"Record<string, {type_name(catalogue, value)}>"
        case mi.CollectionType(item_type=item):
            inner = type_name(catalogue, item)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
    msg = f"{type_} has no TypeScript yet; add it to edu_widgets.protocol.export."
    raise TypeError(msg)
