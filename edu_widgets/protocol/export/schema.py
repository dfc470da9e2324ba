"""The protocol as JSON Schema (draft 2020-12).

`msgspec.json.schema_components` does not take `Raw` defaults and knows no descriptions of
fields, so the schemas are made from `msgspec.inspect` here.
"""

from typing import Any, TypeAlias

import msgspec
from msgspec import inspect as mi

from edu_widgets.protocol.codes import Code
from edu_widgets.protocol.documents import Document
from edu_widgets.protocol.envelope import VERSION, OutEnvelope
from edu_widgets.protocol.export import descriptions
from edu_widgets.protocol.export.catalogue import (
    Catalogue,
    Field,
    Message,
    Struct,
    choices,
    fields,
)

Schema: TypeAlias = dict[str, Any]


def schema(catalogue: Catalogue) -> str:
    """Return the schema of any frame; `$defs` has one schema a message, document and struct."""
    messages = {f"{m.sender}.{m.name}": _message(catalogue, m) for m in catalogue.messages}
    documents = {
        f"document.{kind.name}": _document(catalogue, kind.name, kind.body)
        for kind in catalogue.documents
    }
    structs = {catalogue.names[s]: _struct(catalogue, s) for s in catalogue.structs()}
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A frame of the edu-widgets protocol",
        "description": f"Version {VERSION}. Generated; see protocol.md.",
        "anyOf": [_ref(name) for name in messages],
        "$defs": {
            "Envelope": _struct(catalogue, OutEnvelope),
            "Code": _codes(),
            **messages,
            **documents,
            **structs,
        },
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _message(catalogue: Catalogue, message: Message) -> Schema:
    about: Schema = {"sender": message.sender, "ofSeed": message.of_seed, "signal": message.signal}
    if message.command is not None:
        about |= {"lane": message.command.lane, "feature": message.command.feature}
    data = _ref(catalogue.names[message.data])
    return {
        "title": message.name,
        "description": message.description,
        "allOf": [
            _ref("Envelope"),
            {"properties": {"type": {"const": message.name}, "data": data}},
        ],
        "x-edu-widgets": about,
    }


def _document(catalogue: Catalogue, kind: str, body: Struct) -> Schema:
    either = {"anyOf": [_ref(catalogue.names[body]), {"type": "null"}]}
    return {
        "title": f"A document of kind {kind}",
        "description": descriptions.of_struct(body),
        "allOf": [
            _ref(catalogue.names[Document]),
            {"properties": {"kind": {"const": kind}, "body": either}},
        ],
    }


def _codes() -> Schema:
    table = [{"const": c.value, "title": c.name, "description": c.meaning} for c in Code]
    return {"description": " ".join((Code.__doc__ or "").split()), "oneOf": table}


def _struct(catalogue: Catalogue, struct: Struct) -> Schema:
    found = fields(struct)
    result: Schema = {
        "title": catalogue.names[struct],
        "description": descriptions.of_struct(struct),
        "type": "object",
        "properties": {field.name: _field(catalogue, field) for field in found},
    }
    if required := [field.name for field in found if field.required]:
        result["required"] = required
    return result


def _field(catalogue: Catalogue, field: Field) -> Schema:
    result = _type(catalogue, field.type) | {"description": field.description}
    if field.default is not msgspec.NODEFAULT:
        result["default"] = field.default
    return result


def _type(catalogue: Catalogue, type_: mi.Type) -> Schema:
    simple = {
        mi.StrType: "string",
        mi.BoolType: "boolean",
        mi.IntType: "integer",
        mi.FloatType: "number",
        mi.NoneType: "null",
    }
    if type(type_) in simple:
        return {"type": simple[type(type_)]}
    values = choices(type_)
    return _compound(catalogue, type_) if values is None else {"enum": values}


def _compound(catalogue: Catalogue, type_: mi.Type) -> Schema:
    match type_:
        case mi.AnyType() | mi.RawType():
            return {}
        case mi.StructType(cls=cls):
            return _ref(catalogue.names[cls])
        case mi.UnionType(types=types):
            return {"anyOf": [_type(catalogue, t) for t in types]}
        case mi.DictType(value_type=value):
            return {"type": "object", "additionalProperties": _type(catalogue, value)}
        case mi.CollectionType(item_type=item):
            return {"type": "array", "items": _type(catalogue, item)}
    msg = f"{type_} has no schema yet; add it to edu_widgets.protocol.export."
    raise TypeError(msg)
