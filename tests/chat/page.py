"""A page of a chat, by the rules of docs/widget-protocol.md."""

from __future__ import annotations

import json
from typing import Any

from edu_widgets.chat.widget import CourseChat
from edu_widgets.protocol import uuid7
from tests.notebook.doubles import FakeClient, as_client

Json = dict[str, Any]


def made(client: FakeClient) -> CourseChat:
    """A chat whose clocks are the client's."""
    chat = CourseChat(as_client(client))
    for part in (chat._channel, chat._marks, chat._mine, chat._typists, chat._chat._commands):
        part._clock = client.monotonic
    return chat


class Page:
    """Holds every collection; hears what the kernel sends once `settle` lets time pass."""

    def __init__(self, chat: CourseChat, client: FakeClient, name: str = "p1") -> None:
        self.chat = chat
        self.client = client
        self.name = name
        self.n = -1
        self.docs: dict[str, Json] = {}
        self.floors: dict[str, int] = {}
        self.heard: list[Json] = []
        chat.comm.receive({"op": "ready", "page": name, "lang": ""})
        self.settle()

    def settle(self) -> None:
        """Let all that is due be sent, and hear it."""
        self.client.run()
        self.client.advance(0.04)
        for message in json.loads(json.dumps(self.chat.comm.take())):
            if message.get("to", self.name) == self.name:
                self.heard.append(message)
                self._hear(message)

    def intend(self, do: str, **args: Any) -> Json | None:
        """Ask for something; the refusal, if there is one."""
        id_ = uuid7()
        intent = {"op": "intent", "page": self.name, "id": id_, "do": do, "args": args}
        self.chat.comm.receive(intent)
        self.settle()
        return next((m for m in self.heard if m["op"] == "refused" and m["id"] == id_), None)

    def doc(self, id_: str) -> Json:
        """A message as it is shown."""
        found: Json = self.docs["messages"][id_]
        return found

    @property
    def room(self) -> Json:
        """The document `room`."""
        found: Json = self.docs["room"]["room"]
        return found

    def signals(self, name: str) -> list[Any]:
        """The signals of a name."""
        return [m["data"] for m in self.heard if m["op"] == "signal" and m["name"] == name]

    def _hear(self, message: Json) -> None:
        match message["op"]:
            case "snapshot":
                self.n = message["n"]
                self.docs = {
                    name: {doc["id"]: doc for doc in content["docs"]}
                    for name, content in message["collections"].items()
                }
                self.floors = {n: c["floor"] for n, c in message["collections"].items()}
            case "page":
                self.floors[message["in"]] = message["floor"]
                self._put(message["in"], message["docs"])
            case "batch":
                assert message["n"] == self.n + 1
                self.n += 1
                for name, docs in message.get("set", {}).items():
                    self._put(name, docs)
                for name, ids in message.get("del", {}).items():
                    for id_ in ids:
                        self.docs[name].pop(id_, None)

    def _put(self, name: str, docs: list[Json]) -> None:
        for doc in docs:
            held = self.docs[name].get(doc["id"])
            if held is None:
                if doc.get("born", self.floors[name]) >= self.floors[name]:
                    self.docs[name][doc["id"]] = doc
            elif self._version(doc) > self._version(held):
                self.docs[name][doc["id"]] = doc

    @staticmethod
    def _version(doc: Json) -> tuple[int, int]:
        return doc.get("seq", 0), doc.get("rev", 0)
