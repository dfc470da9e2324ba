"""Bytes from kernel to page for one chat message, with 10 and with 10,000 messages of history.

    python -m benchmarks.comm_bytes

Compares the comm message's content with the message's own JSON (the seed's `Message`). Beside
it, the bytes that Jupyter's envelope (header, parent header, signature) adds to any message.
Budget: 1.5 times, the same at any history.
"""

from __future__ import annotations

from typing import Any

import comm
import msgspec
from jupyter_client.session import Session, json_packer

from edu_widgets.chat.documents import Message
from edu_widgets.chat.widget import CourseChat
from edu_widgets.protocol import uuid7
from tests.notebook.doubles import START, FakeClient, RecordingComm, as_client

TEXTS = {
    "a short line": "Works for me as well.",
    "two sentences": "I expected an error here, the lengths are different. Why does it work?",
    "prose with code": "Why does `f` return None here? "
    + "I expected 42, and it says: nothing. " * 7,
    "a block of code": "Look:\n\n```python\na = np.arange(3)\nb = np.arange(4)[:, None]\n"
    "(a + b).shape  # (4, 3)\n```",
}


def measure(text: str, history: int) -> tuple[int, int, int]:
    """Bytes of the message's JSON, of the comm message's content, and of the whole envelope."""
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
    own = len(msgspec.json.encode(msgspec.json.decode(document.body, type=Message)))
    session = Session(key=b"0" * 32)
    parts = session.serialize(session.msg("comm_msg", content, parent=session.msg("comm_msg", {})))
    chat.close()
    return own, len(json_packer(content)), sum(map(len, parts))


def main() -> None:
    comm.create_comm = RecordingComm
    held = True
    for name, text in TEXTS.items():
        for history in (10, 10_000):
            own, content, whole = measure(text, history)
            held = held and content <= 1.5 * own
            print(
                f"{name:<16} history {history:>6}: JSON {own:>4} bytes, comm {content:>4} bytes "
                f"= {content / own:.2f}; with Jupyter's envelope {whole:>4}"
            )
    print("budget held" if held else "budget missed")


if __name__ == "__main__":
    main()
