"""A page that shows a widget whose client is a fake: what it hears and what it asks for."""

from __future__ import annotations

import json
from typing import Any

from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.protocol import uuid7
from tests.board.packed_things import unpack
from tests.inside import client_of
from tests.notebook.doubles import as_fake

Message = dict[str, Any]


def sent(widget: LiveWidget) -> list[Message]:
    """Return what its pages were sent since the last call, once the next batch is due."""
    client = as_fake(client_of(widget))
    client.run()
    client.advance(0.1)
    messages = [_unpacked(message) for message in widget.comm.take()]
    return json.loads(json.dumps(messages))  # type: ignore[no-any-return]


def _unpacked(message: Message) -> Message:
    """Put the things of a board, which come in a buffer, where the message says."""
    buffers = message.pop("buffers", [])

    def expanded(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: expanded(inner) for key, inner in value.items()}
        if not isinstance(value, list):
            return value
        lists = [unpack(buffers[one]) if isinstance(one, int) else [one] for one in value]
        return [doc for docs in lists for doc in docs]

    return expanded(message) if buffers else message


def ready(widget: LiveWidget, page: str = "p1") -> Message:
    """Open a page and return its snapshot."""
    widget.comm.receive({"op": "ready", "page": page, "lang": ""})
    return next(message for message in sent(widget) if message["op"] == "snapshot")


def collections(widget: LiveWidget) -> Message:
    """Open a page and return the collections of its snapshot."""
    found: Message = ready(widget)["collections"]
    return found


def intend(widget: LiveWidget, do: str, id_: str = "", **args: Any) -> list[Message]:
    """Have the page ask for something; return what followed, besides that it was received."""
    asked = {"op": "intent", "page": "p1", "id": id_ or uuid7(), "do": do, "args": args}
    widget.comm.receive(asked)
    messages = sent(widget)
    assert [message["op"] for message in messages].count("got") == 1
    return [message for message in messages if message["op"] != "got"]
