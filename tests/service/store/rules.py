"""Rules and requests for trying stores."""

from typing import Any

import msgspec

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.protocol.messages import Data
from edu_widgets.service.config import ChannelConfig
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Get,
    Person,
    Request,
    RuleRun,
    Scan,
    Write,
)

CHANNEL = "course:c"
ADA = Person("u1", "Ada", "student")
BOB = Person("u2", "Bob", "student")


class Put(Data):
    """Set documents: `[channel, id, kind, value]`; a value of `None` deletes."""

    docs: list[tuple[str, str, str, int | None]]


def put(request: Request[Put]) -> RuleRun:
    yield from ()
    return Decision(
        [
            Write(channel, name, kind, DELETE if value is None else {"value": value})
            for channel, name, kind, value in request.data.docs
        ]
    )


def refuse(request: Request[Put]) -> RuleRun:
    yield Get(request.channel, ("x",))
    raise refusal(Code.TOO_LATE, "closed")


def broken(request: Request[Put]) -> RuleRun:
    yield Get(request.channel, ("x",))
    raise ZeroDivisionError


def increment(request: Request[Put]) -> RuleRun:
    """Read a counter, write it one higher: loses counts unless it is alone."""
    found = yield Get(request.channel, ("counter",))
    value = msgspec.json.decode(found[0].body)["value"] if found else 0
    return Decision([Write(request.channel, "counter", "counter", {"value": value + 1})])


def count_newest(request: Request[Put]) -> RuleRun:
    """Write the result of a scan."""
    found = yield Scan(request.channel, "k", limit=2, newest=True)
    ids = [doc.id for doc in found]
    return Decision([Write(request.channel, "found", "result", ids)])


def ask(
    mid: str,
    *docs: tuple[str, int | None],
    kind: str = "k",
    channel: str = CHANNEL,
    user: Person = ADA,
    now: int = 1_000,
) -> Request[Any]:
    data = Put([(channel, name, kind, value) for name, value in docs])
    return Request("c", channel, user, "put", data, mid, now, ChannelConfig())


def whisper(request: Request[Put]) -> RuleRun:
    """Write without a note of who did it, and without remembering the command."""
    yield from ()
    docs = [
        Write(c, name, kind, {"value": v}, signed=False) for c, name, kind, v in request.data.docs
    ]
    return Decision(docs, reply=False)


def burn(request: Request[Put]) -> RuleRun:
    """Destroy a channel, and say so in another."""
    yield from ()
    done = Write(request.channel, "burnt", "result", True)
    return Decision([done], destroy=[channel for channel, *_ in request.data.docs])
