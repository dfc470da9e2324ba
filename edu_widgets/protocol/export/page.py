"""The page about the protocol: prose from `page.md`, tables and examples from the structs."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import inspect as mi

from edu_widgets.protocol import seed
from edu_widgets.protocol.codes import Code
from edu_widgets.protocol.documents import Document
from edu_widgets.protocol.envelope import (
    HEADER,
    MAX_FRAME,
    MAX_SERVICE_FRAME,
    VERSION,
    OutEnvelope,
)
from edu_widgets.protocol.export import descriptions, example
from edu_widgets.protocol.export.catalogue import Catalogue, Message, Struct, choices, fields

_TEMPLATE = Path(__file__).with_name("page.md")
_WIDTH = 90


def page(catalogue: Catalogue, command: str) -> str:
    """Return the page's Markdown."""
    parts = {
        "command": command,
        "header": HEADER,
        "version": VERSION,
        "max_frame": f"{MAX_FRAME // 1024} KiB",
        "max_service_frame": f"{MAX_SERVICE_FRAME // 1024**2} MiB",
        "envelope": _fields(catalogue, OutEnvelope),
        "keyed_document": _fields(catalogue, Document),
        "session": _session(catalogue),
        "overview": _overview(catalogue),
        "client_messages": _messages(catalogue, "client"),
        "service_messages": _messages(catalogue, "service"),
        "structs": _structs(catalogue),
        "seed_only": _seed_only(catalogue),
        "documents": _documents(catalogue),
        "lanes": _lanes(catalogue),
        "retry_codes": _codes(code for code in Code if code.retry),
        "stop_codes": _codes(code for code in Code if not code.retry),
    }
    text = _TEMPLATE.read_text("utf-8")
    for name, part in parts.items():
        text = text.replace("{{ " + name + " }}", part)
    return text


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '∣') for cell in row)} |" for row in lines)


def _fields(catalogue: Catalogue, struct: Struct) -> str:
    rows = [
        (
            f"`{field.name}`",
            words(catalogue, field.type) + ("" if field.required else ", optional"),
            field.description,
        )
        for field in fields(struct)
    ]
    return _table(("field", "type", "meaning"), rows)


def _overview(catalogue: Catalogue) -> str:
    rows = [
        (
            f"[`{m.name}`](#{m.name})",
            "client → service" if m.sender == "client" else "service → client",
            "the seed's" if m.of_seed else "ours",
            _kind(m),
            _first_sentence(m.description),
        )
        for m in sorted(catalogue.messages, key=lambda m: m.sender)
    ]
    return _table(("type", "direction", "whose", "what it is", "says"), rows)


def _kind(message: Message) -> str:
    if message.command is not None:
        return f"command, lane `{message.command.lane}`"
    return "signal" if message.signal else "frame"


def _first_sentence(text: str) -> str:
    return text.split("\n\n", maxsplit=1)[0].split(". ", maxsplit=1)[0].rstrip(".") + "."


def _messages(catalogue: Catalogue, sender: str) -> str:
    return "\n\n".join(
        f"#### {m.name}\n\n{m.description}{_rules(m)}\n\n{_fields(catalogue, m.data)}"
        for m in catalogue.sent_by(sender)
    )


def _rules(message: Message) -> str:
    command = message.command
    if command is None:
        return ""
    rules = [f"the channel offers `{command.feature}`"]
    if command.limited:
        rules.append("it counts against the channel's rate limit")
    if command.most:
        rules.append(f"at most {command.most} of one person in 10 s, staff included")
    if command.latest:
        rules.append("a newer one replaces one that still waits")
    return f"\n\nCommand in lane `{command.lane}`: {', '.join(rules)}."


def _structs(catalogue: Catalogue) -> str:
    used = {k.body for k in catalogue.documents} | {m.data for m in catalogue.messages} | {Document}
    return "\n\n".join(
        f"**{catalogue.names[s]}**: {descriptions.of_struct(s)}\n\n{_fields(catalogue, s)}"
        for s in catalogue.structs()
        if s not in used
    )


def _documents(catalogue: Catalogue) -> str:
    parts = []
    for kind in catalogue.documents:
        window = "all of them"
        if kind.window:
            which = "that were changed last" if kind.recent else "that are the newest by `born`"
            window = f"the {kind.window:,} {which}"
        about = f"{descriptions.of_struct(kind.body)}\n\nA first join gets {window}."
        parts.append(f"#### `{kind.name}`\n\n{about}\n\n{_fields(catalogue, kind.body)}")
    return "\n\n".join(parts)


def _seed_only(catalogue: Catalogue) -> str:
    known = {message.name for message in catalogue.messages}
    rows = [
        (f"`{name}`", type_.sender, type_.meaning)
        for name, type_ in seed.TYPES.items()
        if name not in known
    ]
    return _table(("type", "sent by", "says"), rows)


def _lanes(catalogue: Catalogue) -> str:
    commands = catalogue.registry.commands.values()
    rows = [
        (f"`{lane}`", ", ".join(f"`{c.name}`" for c in commands if c.lane == lane) or "–")
        for lane in catalogue.registry.lanes()
    ]
    return _table(("lane", "commands"), rows)


def _codes(codes: Iterable[Code]) -> str:
    rows = [(str(code.value), f"`{code.name}`", code.meaning) for code in codes]
    return _table(("code", "name", "meaning"), rows)


def _session(catalogue: Catalogue) -> str:
    parts = []
    for step in example.steps(catalogue.registry):
        arrow = "Ada →" if step.sender == "client" else "→ Ada"
        parts.append(f"**{arrow}** {step.says}\n\n```json\n{_pretty(json.loads(step.frame))}\n```")
    return "\n\n".join(parts)


def _pretty(value: object, indent: str = "", used: int = 0) -> str:
    """Return JSON with each value on one line where it fits; the envelope has a line per field."""
    line = json.dumps(value, ensure_ascii=False)
    if (used and used + len(line) <= _WIDTH) or not isinstance(value, dict | list) or not value:
        return line
    deeper = indent + "  "
    if isinstance(value, list):
        items = [deeper + _pretty(item, deeper, len(deeper)) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    heads = {f"{deeper}{json.dumps(key)}: ": item for key, item in value.items()}
    entries = [head + _pretty(item, deeper, len(head)) for head, item in heads.items()]
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def words(catalogue: Catalogue, type_: mi.Type) -> str:
    """Return the words for a type, for people."""
    simple = {
        mi.StrType: "string",
        mi.BoolType: "boolean",
        mi.IntType: "integer",
        mi.FloatType: "number",
        mi.NoneType: "null",
        mi.AnyType: "anything",
        mi.RawType: "anything",
    }
    if type(type_) in simple:
        return simple[type(type_)]
    values = choices(type_)
    if values is not None:
        return " or ".join(f"`{value}`" for value in values)
    match type_:
        case mi.StructType(cls=cls):
            return catalogue.names[cls]
        case mi.UnionType(types=types):
            return " or ".join(dict.fromkeys(words(catalogue, t) for t in types))
        case mi.DictType(value_type=value):
            return f"object of {words(catalogue, value)}"
        case mi.CollectionType(item_type=item):
            return f"list of {words(catalogue, item)}"
    msg = f"{type_} has no words yet; add it to edu_widgets.protocol.export."
    raise TypeError(msg)
