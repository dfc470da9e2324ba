"""A person's kernel with polls in it, and a page of their notebook."""

from __future__ import annotations

import json
import time
from typing import Any

from edu_widgets.polls.widget import LivePolls
from edu_widgets.protocol import uuid7
from tests.notebook.doubles import as_client
from tests.polls.kernel import PollClient
from tests.polls.school import School


class Desk:
    """A person's kernel, and one page of their notebook."""

    def __init__(self, school: School, person: Any) -> None:
        school.now = max(school.now, int(time.time() * 1000))
        self.client = PollClient(school, person)
        self.polls = LivePolls(as_client(self.client))
        self.heard: list[dict[str, Any]] = []
        self.polls.comm.receive({"op": "ready", "page": "p1", "lang": ""})

    def settle(self) -> None:
        self.client.settle()
        self.client.advance(1)
        self.listen()

    def listen(self) -> list[dict[str, Any]]:
        self.client.run()
        new: list[dict[str, Any]] = json.loads(json.dumps(self.polls.comm.take()))
        self.heard += new
        return new

    def intend(self, do: str, page: str = "p1", **args: Any) -> list[dict[str, Any]]:
        """Send an intent as a page does; return its refusal, if there is one."""
        intent = {"op": "intent", "page": page, "id": uuid7(), "do": f"polls.{do}", "args": args}
        self.polls.comm.receive(intent)
        messages = self.listen()
        return [m for m in messages if m["op"] == "refused"]

    def shown(self) -> list[dict[str, Any]]:
        """The polls, as a page would have them now."""
        self.polls.comm.receive({"op": "ready", "page": "p1", "lang": ""})
        *_, snapshot = [m for m in self.listen() if m["op"] == "snapshot"]
        docs: list[dict[str, Any]] = snapshot["collections"]["polls"]["docs"]
        return docs

    def desk(self) -> dict[str, Any]:
        self.polls.comm.receive({"op": "ready", "page": "p1", "lang": ""})
        *_, snapshot = [m for m in self.listen() if m["op"] == "snapshot"]
        (doc,) = snapshot["collections"]["desk"]["docs"]
        return dict(doc)


def both(*desks: Desk) -> None:
    for desk in desks:
        desk.settle()
    for poll in desks[0].client.service.told["course:c"]:
        if poll.kind == "poll":
            desks[0].client.service.refresh(poll.id)
    for desk in desks:
        desk.settle()
