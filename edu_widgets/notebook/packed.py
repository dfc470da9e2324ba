"""Documents that travel to the pages in a buffer beside their message, packed by their feature.

In the lists of documents of a message a number stands for all that is in the buffer of that number.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from edu_widgets.notebook.stream import Json

Pack = Callable[[Sequence[Json]], tuple[bytes, list[Json]]]
"""Packs documents of a collection: returns the bytes, and the documents that stay as they are."""


def with_buffers(message: Json, packs: Mapping[str, Pack]) -> Json:
    """Return a message whose documents are packed, with the field `buffers` if there are any.

    Args:
        message: A `snapshot`, `batch` or `page`; any other is returned as it is.
        packs: How documents are packed, by the names of their collections.
    """
    if not packs:
        return message
    buffers: list[bytes] = []

    def packed(name: str, docs: list[Any]) -> list[Any]:
        raw, others = packs[name](docs) if name in packs else (b"", docs)
        if not raw:
            return docs
        buffers.append(raw)
        return [*others, len(buffers) - 1]

    def with_sets(told: Json) -> Json:
        sets = {name: packed(name, docs) for name, docs in told.get("set", {}).items()}
        return told | ({"set": sets} if sets else {})

    made = message
    match message["op"]:
        case "batch":
            made = with_sets(message)
            if "by" in made:
                made["by"] = {key: with_sets(own) for key, own in message["by"].items()}
        case "snapshot":
            collections = message["collections"].items()
            docs = {name: told | {"docs": packed(name, told["docs"])} for name, told in collections}
            made = message | {"collections": docs}
        case "page":
            made = message | {"docs": packed(message["in"], message["docs"])}
    return made | ({"buffers": buffers} if buffers else {})
