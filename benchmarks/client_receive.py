"""Messages a kernel client receives, beside bare websockets with msgspec, in the same run.

    python benchmarks/client_receive.py [runs] [messages]

The client is the whole path: WebSocketTransport, session, mirror, a listener. The bare one is
websockets' asyncio client with a typed decode of the same frames. Both read from a server in a
process of its own, alternating; the ratio is of medians of the processor time a message.
Budget: 50 %: the library's queue, task and parser are in both.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import statistics
import sys
import time
from multiprocessing.connection import Connection as Pipe
from typing import Any

import msgspec
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from edu_widgets.client.dialects import dialect_of
from edu_widgets.client.runtime.connection import Connection
from edu_widgets.client.sync.clock import SystemClock
from edu_widgets.client.sync.events import DocumentsChanged, SessionEvent
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.client.transport.base import Target
from edu_widgets.client.transport.websocket import WebSocketTransport
from edu_widgets.protocol import Document, encode, messages, uuid7
from edu_widgets.protocol.documents import body

BUDGET = 0.50
ROOM = "course:py101"
TEXT = "What does `yield from` do that a loop does not? " * 2
BATCH = 50


class Envelope(msgspec.Struct):
    """The envelope with its data, which the bare client decodes in one step."""

    type: str
    channel: str
    data: messages.Changes
    timestamp: int


def frame(seq: int) -> bytes:
    """Encode one chat message as the service sends it."""
    id_ = uuid7()
    message = {"id": id_, "userId": "u", "userName": "Ada", "content": TEXT, "timestamp": 1}
    doc = Document(id_, "message", seq, seq, body(message))
    return encode("changes", ROOM, messages.Changes("e1", seq - 1, seq, [doc]), timestamp=1)


def run_server(pipe: Pipe, count: int) -> None:
    """Serve `count` messages to each subscriber, as fast as they are read."""
    frames = [frame(n) for n in range(1, count + 1)]

    async def one(connection: ServerConnection) -> None:
        asked = json.loads(await connection.recv())
        granted = messages.Subscribed("e1", 0, "student", "u")
        answers: list[tuple[str, Any, str]] = [
            ("subscribed", granted, asked["messageId"]),
            ("changes", messages.Changes("e1", 0, 0, [], reset=True), ""),
        ]
        for type_, data, id_ in answers:
            await connection.send(encode(type_, ROOM, data, timestamp=1, message_id=id_), text=True)
        for start in range(0, count, BATCH):
            for out in frames[start : start + BATCH]:
                await connection.send(out, text=True)
        await connection.wait_closed()

    def mark(_c: object, _r: object, response: Any) -> None:
        response.headers["Edu-Widgets"] = "1"

    async def main() -> None:
        async with serve(one, "127.0.0.1", 0, process_response=mark, compression=None) as server:
            pipe.send(next(iter(server.sockets)).getsockname()[1])
            await asyncio.to_thread(pipe.recv)

    asyncio.run(main())


async def bare(url: str, count: int) -> float:
    """Measure seconds of processor time for `count` messages with the bare client."""
    decoder = msgspec.json.Decoder(Envelope)
    seen = 0
    async with connect(url, compression=None, ping_interval=None, max_queue=256) as socket:
        await socket.send(json.dumps({"messageId": "x"}))
        await socket.recv()
        started = time.process_time()
        while seen < count:
            seen += len(decoder.decode(await socket.recv(decode=False)).data.docs)
        return time.process_time() - started


async def ours(url: str, count: int) -> float:
    """Measure the same with the kernel client."""
    clock, done = SystemClock(), asyncio.Event()
    session = Session("u", Outbox(), clock, random.Random(1), uuid7, dialect_of)
    target = Target(url, "u", lambda: "token")
    connection = Connection(session, lambda: WebSocketTransport(target), clock)
    seen, started = 0, 0.0

    def hear(event: SessionEvent) -> None:
        nonlocal seen, started
        if isinstance(event, DocumentsChanged):
            started = started or time.process_time()
            seen += len(event.upserted)
            if seen >= count:
                done.set()

    connection.listen(hear)
    with connection.act():
        session.subscribe(ROOM)
        session.open()
    await done.wait()
    used = time.process_time() - started
    await connection.close()
    return used


def main() -> None:
    """Measure both in turn, and print the ratio with its spread."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    pipe, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=run_server, args=(theirs, count))
    server.start()
    url = f"ws://127.0.0.1:{pipe.recv()}/api/realtime/ws"
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    for _ in range(runs):
        times["bare"].append(asyncio.run(bare(url, count)) / count * 1e6)
        times["ours"].append(asyncio.run(ours(url, count)) / count * 1e6)
    pipe.send("stop")
    server.join()
    for name, values in times.items():
        middle = statistics.median(values)
        print(
            f"{name}: {middle:.1f} µs a message (min {min(values):.1f}, max {max(values):.1f}), "
            f"{1e6 / middle:,.0f} messages/s of processor time"
        )
    ratios = [b / o for b, o in zip(times["bare"], times["ours"], strict=True)]
    ratio = statistics.median(ratios)
    spread = f"min {min(ratios):.0%}, max {max(ratios):.0%}, n={runs} of {count:,} messages"
    print(f"ours reaches {ratio:.0%} of bare ({spread}); budget {BUDGET:.0%}")


if __name__ == "__main__":
    main()
