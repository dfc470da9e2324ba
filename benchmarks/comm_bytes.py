"""Bytes from kernel to page for one chat message, with 10 and with 10,000 messages of history.

    python -m benchmarks.comm_bytes

Compares our part, the custom message that a page is sent (all that is within `content`), with
the JSON that the platform would send of the same message: the seed's `Message` with `id`,
`userId`, `userName`, `content`, `timestamp` and `type`. Beside it what is not ours to choose:
ipywidgets' part of the comm message (`comm_id`, `method`, `content`'s own name) and Jupyter's
envelope of any message (header, parent header, signature).
Budget: our part 1.5 times, the same at any history; ours has Jupyter's blanks after each comma
and colon, the platform's JSON has none. Code of nothing but one-letter names and operators goes
beyond it, by its runs of colour: it is measured as well, not judged.

Before the messages, what it takes to open 1, 5 and 20 chats in a kernel: the code once, then the
loader with each. It needs the built files (`npm run build` in js/).

After them strokes of the board, alone and in a late join to 5,000: a stroke in its packed form,
which is all that a page is told of it, with the names and pages that it refers to, against its
points as the protocol has them, delta-coded in base64. Budget: 1.2 times for one of 60 points,
which takes a second to draw. Beside it the same with the JSON of its message, which several
strokes of one moment share.
"""

from __future__ import annotations

import inspect
import math
from typing import Any, NamedTuple
from uuid import UUID

import comm
import msgspec
from ipywidgets import Widget
from jupyter_client.session import Session, json_packer

from edu_widgets.board.packing import pack
from edu_widgets.board.points import encode
from edu_widgets.chat.documents import Message
from edu_widgets.chat.widget import CourseChat
from edu_widgets.notebook.packed import with_buffers
from edu_widgets.protocol import uuid7
from tests.notebook.doubles import START, FakeClient, RecordingComm, as_client

BUDGET = 1.5
BUDGET_STROKE = 1.2
DENSE = "dense code"

TEXTS = {
    "a short line": "Works for me as well.",
    "two sentences": "I expected an error here, the lengths are different. Why does it work?",
    "prose with code": "Why does `f` return None here? "
    + "I expected 42, and it says: nothing. " * 7,
    "a block of code": "Look:\n\n```python\na = np.arange(3)\nb = np.arange(4)[:, None]\n"
    "(a + b).shape  # (4, 3)\n```",
    "a page of code": f"```python\n{inspect.getsource(uuid7)}```",
    DENSE: "```python\n" + "x = [i ** 2 for i in (1, 2, 3)] + y * z\n" * 10 + "```",
}


class Bytes(NamedTuple):
    """Bytes of one message: the platform's form, our part, the comm message, and the total."""

    plain: int
    ours: int
    comm: int
    whole: int


def plain(message: Message) -> dict[str, Any]:
    """Return the message as the platform sends it."""
    return {
        "id": message.id,
        "userId": message.user_id,
        "userName": message.user_name,
        "content": message.content,
        "timestamp": message.timestamp,
        "type": message.type,
    }


def measure(text: str, history: int) -> Bytes:
    """Let one message of `text` arrive after `history` others."""
    client = FakeClient()
    chat = CourseChat(as_client(client))
    client.load(*(client.document(str(i)) for i in range(history)))
    chat.comm.receive({"op": "ready", "page": uuid7(), "lang": "en"})
    client.advance(1)
    chat.comm.published.clear()
    client.seq = 20_000
    made: dict[str, Any] = {"user_id": uuid7(), "user_name": "Mira Lindgren", "timestamp": START}
    document = client.document(text, id=uuid7(), **made)
    client.arrive(document)
    client.run()
    ((_, data),) = chat.comm.published
    content = {"comm_id": chat.comm.comm_id, "data": data}
    session = Session(key=b"0" * 32)
    parts = session.serialize(session.msg("comm_msg", content, parent=session.msg("comm_msg", {})))
    chat.close()
    message = plain(msgspec.json.decode(document.body, type=Message))
    return Bytes(
        len(msgspec.json.encode(message)),
        len(json_packer(data["content"])),
        len(json_packer(content)),
        sum(map(len, parts)),
    )


def opening(count: int) -> int:
    """Return the bytes of opening `count` chats in a kernel that has none yet."""
    Widget.close_all()
    RecordingComm.opened.clear()
    for _ in range(count):
        CourseChat(as_client(FakeClient()))
    opened = [data for made in RecordingComm.opened for _, data in made.published[:1]]
    return sum(len(json_packer(data)) for data in opened)


def stroke(points: int, number: int) -> dict[str, Any]:
    """Return a stroke as the board tells it to a page: a curve of 6 pixels a step."""
    id_ = uuid7()
    places = [(24 * n, round(160 * math.sin(n / 8))) for n in range(points)]
    looks = {"id": id_, "page": "first", "tool": "pen", "ink": "ink", "width": 2}
    at = (UUID(id_).int >> 80) + 700 + number % 900
    said = {"name": f"Student {number % 30}", "at": at, "born": 20_000 + number}
    place = {"x": 40 * (number % 90), "y": 25 * (number % 70), "points": encode(places)}
    return {**looks, **place, **said, "seq": 20_000 + number}


def strokes() -> bool:
    """Print the bytes of strokes to a page; return whether the budget is held."""
    held = True
    for points in (20, 60, 200):
        docs = [stroke(points, n) for n in range(5_000)]
        coded = len(docs[0]["points"])
        as_json = len(json_packer(docs[0]))
        one = with_buffers({"op": "batch", "n": 1234, "set": {"items": docs[:1]}}, {"items": pack})
        [alone] = map(len, one.pop("buffers"))
        late = sum(len(pack(docs[n : n + 1_000])[0]) for n in range(0, 5_000, 1_000)) / 5_000
        message = alone + len(json_packer(one))
        held = held and (points != 60 or max(alone, late) <= BUDGET_STROKE * coded)
        print(
            f"a stroke of {points:>3} points, {coded} bytes: as JSON {as_json} "
            f"= {as_json / coded:.2f}; packed alone {alone} = {alone / coded:.2f}, with its "
            f"message {message} = {message / coded:.2f}; "
            f"in a late join {late:.0f} = {late / coded:.2f}"
        )
    return held


def main() -> None:
    comm.create_comm = RecordingComm
    for count in (1, 5, 20):
        print(f"opening {count:>2} chats: {opening(count) / 1000:.1f} kB")
    Widget.close_all()
    held = True
    for name, text in TEXTS.items():
        for history in (10, 10_000):
            found = measure(text, history)
            held = held and (name == DENSE or found.ours <= BUDGET * found.plain)
            print(
                f"{name:<16} history {history:>6}: "
                f"JSON {found.plain:>4} bytes, ours {found.ours:>4} "
                f"= {found.ours / found.plain:.2f}{' (not judged)' if name == DENSE else ''}; "
                f"with ipywidgets' part {found.comm:>4}, "
                f"with Jupyter's envelope {found.whole:>4}"
            )
    held = strokes() and held
    print("budget held" if held else "budget missed")


if __name__ == "__main__":
    main()
