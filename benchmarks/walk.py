"""Counts the functions a chat message, a vote and a notification pass on their way.

    python -m benchmarks.walk [--list]

A service and a kernel run in this process, each in threads of its own; the page is a list. Traced
are the functions of `edu_widgets` that are called between a page's intent and the acknowledgement
(*send*), in the service (*service*), and between a frame of somebody else and the batch for the
page (*show*). What the service does by the clock meanwhile is left out. With `--list` each function
is named, in the order of its first call.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import comm
from websockets.asyncio.client import connect

import edu_widgets
import edu_widgets as edu
from edu_widgets.client.runtime.threads import stop_threads
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.channels import course_channel, user_channel
from edu_widgets.service.options import Options
from edu_widgets.service.server import Server
from tests.notebook.doubles import RecordingComm
from tests.waiting import wait_until

COURSE = "walk"
CHANNEL = course_channel(COURSE)
ALERTS = user_channel(COURSE, "owner")
PACKAGE = str(Path(edu_widgets.__file__).parent)
SERVICE = "service"
BY_CLOCK = "Supervisor.every.<locals>.run"
"""What runs below this function is not on anybody's way."""

QUIET = 0.3
"""Seconds after which all effects of a step are done."""


class Trace:
    """The functions called while it is on, by the thread they belong to."""

    def __init__(self) -> None:
        self.on = False
        self.calls: dict[str, dict[CodeType, None]] = {"kernel": {}, SERVICE: {}}

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        del argument
        code = frame.f_code
        ours = code.co_filename.startswith(PACKAGE) and not code.co_name.startswith("<")
        if self.on and event == "call" and ours and not _is_by_clock(frame):
            self.calls[self._side(code.co_filename)].setdefault(code)

    def _side(self, path: str) -> str:
        # The store writes on a thread of its own.
        at_service = threading.current_thread().name in (SERVICE, "edu-widgets-store")
        return SERVICE if at_service or SERVICE in Path(path).parent.parts else "kernel"

    @contextmanager
    def during(self) -> Iterator[None]:
        """Trace what is called in this block and shortly after it."""
        self.calls = {"kernel": {}, SERVICE: {}}
        self.on = True
        try:
            yield
            time.sleep(QUIET)
        finally:
            self.on = False

    def of(self, side: str) -> list[str]:
        """Return the functions called on a side, as `file.py:function`, by their first call."""
        return [
            f"{Path(code.co_filename).relative_to(PACKAGE)}:{code.co_qualname}"
            for code in self.calls[side]
        ]


def _is_by_clock(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_qualname == BY_CLOCK:
            return True
        frame = frame.f_back
    return False


class Classroom:
    """A service on a thread of its own, Ada's lesson in this kernel, and Mira on a bare socket."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name=SERVICE, daemon=True).start()
        self.server = Server(Options(data_dir=folder / SERVICE, port=0, courses=(COURSE,)))
        self.run(self.server.__aenter__())
        state = self.server.state
        self.lesson = edu.join(f"{state.url}/{COURSE}?code={state.invites[COURSE]}", name="Ada")
        self.lesson.wait_connected(30)
        self._mira = self.run(
            connect(
                state.url.replace("http", "ws") + "/api/realtime/ws",
                additional_headers={"Authorization": f"Bearer {state.owner_secret}"},
                proxy=None,
            )
        )
        self.mira("subscribe")

    def run(self, work: Any) -> Any:
        """Run a coroutine on the service's loop."""

        async def wait() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(wait(), self._loop).result(30)

    def mira(self, type_: str, data: dict[str, Any] | None = None, channel: str = CHANNEL) -> str:
        """The instructor sends a frame; returns its id."""
        id_ = str((data or {}).get("id") or uuid7())
        frame = {"type": type_, "channel": channel, "data": data or {}, "timestamp": 0}
        self.run(self._mira.send(json.dumps(frame | {"messageId": id_})))
        self.run(self._answered(id_))
        return id_

    async def _answered(self, id_: str) -> None:
        async for text in self._mira:
            answer = json.loads(text)
            if answer.get("type") == "error":
                raise RuntimeError(text)
            if answer.get("type") in ("ack", "subscribed"):
                return

    def close(self) -> None:
        self.run(self._mira.close())
        self.lesson.close()
        stop_threads()
        self.run(self.server.__aexit__(None, None, None))


class Page:
    """A page on a widget: records messages to it, and acts as a person in it."""

    def __init__(self, widget: Any) -> None:
        self._comm: RecordingComm = widget.comm
        self._page = uuid7()
        self.heard = ""
        self._comm.receive({"op": "ready", "page": self._page, "lang": "en"})
        wait_until(lambda: '"snapshot"' in self.look(), "the page has its snapshot")
        (self._scope,) = {
            content["lesson"]["scope"]
            for content in self._messages
            if content.get("op") == "snapshot"
        }

    def look(self) -> str:
        """Return all messages sent to it so far."""
        self._messages = [
            data["content"]
            for type_, data in self._comm.published
            if type_ == "comm_msg" and data.get("method") == "custom"
        ]
        return json.dumps(self._messages)

    def does(self, what: str, args: dict[str, Any], id_: str = "") -> None:
        """Send a person's intent; `id_` is its id, if its arguments have it, too."""
        self._comm.receive(
            {
                "op": "intent",
                "page": self._page,
                "id": id_ or uuid7(),
                "do": what,
                "args": args,
                "scope": self._scope,
            }
        )

    def sees(self, text: str) -> None:
        wait_until(lambda: text in self.look(), f"the page shows {text}")


def walks(trace: Trace, room: Classroom) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Return the functions of each walk's legs, by the walk's name."""
    chat = Page(room.lesson.chat)

    def walk(does: Callable[[], None]) -> dict[str, list[str]]:
        with trace.during():
            does()
        return {side: trace.of(side) for side in trace.calls}

    def ada_says() -> None:
        id_ = uuid7()
        chat.does("chat.send", {"id": id_, "text": "Why a view?"}, id_)
        chat.sees('"born"')

    def mira_says() -> None:
        room.mira("chat_message", {"id": uuid7(), "content": "Look at its base."})
        chat.sees("Look at its base.")

    send, show = walk(ada_says), walk(mira_says)
    yield (
        "a message",
        {"send": send["kernel"], "service": show[SERVICE], "show": show["kernel"]},
    )
    polls = Page(room.lesson.polls)
    options = {"question": "Copy?", "options": ["Yes", "No"], "open": True}
    poll = room.mira("create_poll", options)
    polls.sees("Copy?")

    def ada_votes() -> None:
        polls.does("polls.vote", {"id": poll, "round": 1, "choice": 0})
        polls.sees("counted")

    vote = walk(ada_votes)
    yield "a vote", {"send": vote["kernel"], "service": vote[SERVICE]}
    bell = Page(room.lesson.notifications)

    def mira_notifies() -> None:
        room.mira("send_notification", {"title": "Break", "message": "Ten minutes"}, ALERTS)
        bell.sees("Ten minutes")

    news = walk(mira_notifies)
    yield "a notification", {"service": news[SERVICE], "show": news["kernel"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="name each function")
    named = parser.parse_args().list
    trace = Trace()
    threading.setprofile(trace)
    sys.setprofile(trace)
    comm.create_comm = RecordingComm
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EDU_WIDGETS_DATA_DIR"] = folder
        room = Classroom(Path(folder))
        try:
            for name, legs in walks(trace, room):
                seen = [call for calls in legs.values() for call in calls]
                files = len({call.partition(":")[0] for call in seen})
                each = ", ".join(f"{leg} {len(calls)}" for leg, calls in legs.items())
                print(f"{name}: {len(seen)} functions in {files} files ({each})")
                for leg, calls in legs.items() if named else ():
                    print(f"  {leg}:", *calls, sep="\n    ")
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            room.close()


if __name__ == "__main__":
    main()
