"""Bytes from kernel to pages for one chat message, with 1, 2 and 10 people in one kernel.

    python -m benchmarks.viewer_bytes

Each viewer is a person of their own, with a connection of their own to a real service in this
process; a recording comm stands for the pages. The message is somebody's in another notebook. Every
batch reaches every page, so what is said once for each viewer grows with their number.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import comm
from jupyter_client.session import json_packer

import edu_widgets as edu
from edu_widgets.chat.widget import CourseChat
from edu_widgets.notebook import comms
from edu_widgets.notebook.comms import CommSender
from edu_widgets.protocol import uuid7
from tests.client.real_service import RealService
from tests.notebook.doubles import RecordingComm
from tests.waiting import PATIENCE, wait_until

TEXT = "I expected an error here, the lengths are different. Why does it work?"


def opened(chat: CourseChat, name: str) -> None:
    """Let a page of somebody begin to show the chat."""
    comms.sender = lambda: CommSender(name, None)
    who = {"username": name.lower(), "name": name}
    chat.comm.receive({"op": "ready", "page": uuid7(), "lang": "en", "who": who})


def measure(folder: Path, people: int) -> tuple[int, int]:
    """Return how many comm messages carry one chat message, and their bytes."""
    with RealService(folder) as service:
        invite = service.invite(service.server.state.url)
        lesson = edu.join(invite, name="Ada")
        chat = lesson.wait_connected(PATIENCE).chat
        for name in ("Ada", *(f"Viewer {n}" for n in range(1, people))):
            opened(chat, name)
        os.environ["EDU_WIDGETS_DATA_DIR"] += "-grace"
        grace = edu.join(invite, name="Grace").wait_connected(PATIENCE)
        shown = chat.comm.published

        def told() -> list[dict[str, Any]]:
            return [data["content"] for _, data in tuple(shown) if "content" in data]

        def ready() -> set[str]:
            live = (one for one in told() if one.get("lesson", {}).get("state") == "live")
            return {one["to"] for one in live if one["op"] == "snapshot"}

        wait_until(lambda: len(ready()) == people, "everybody has a live snapshot")
        time.sleep(1)  # what follows on a first snapshot is not the message's
        shown.clear()
        grace.chat.send(TEXT).wait(PATIENCE)

        def carried() -> list[dict[str, Any]]:
            return [one for one in told() if TEXT in str(one)]

        def reached() -> set[str]:
            return {key for one in carried() for key in one.get("by", {one.get("for", ""): one})}

        wait_until(lambda: len(reached()) == people, "everybody has the message")
        found = [json_packer({"method": "custom", "content": one}) for one in carried()]
        grace.close()
        lesson.close()
        return len(found), sum(map(len, found))


def main() -> None:
    comm.create_comm = RecordingComm
    with tempfile.TemporaryDirectory() as name:
        for people in (1, 2, 10):
            os.environ["EDU_WIDGETS_DATA_DIR"] = str(Path(name, f"data{people}"))
            messages, size = measure(Path(name, f"service{people}"), people)
            print(f"{people:>2} people: {messages} comm messages, {size} bytes")


if __name__ == "__main__":
    main()
