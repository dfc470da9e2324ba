"""The two sides: a server with its processes, and two people's pages with the chat open."""

from __future__ import annotations

import json
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Locator, Page, Playwright

from tests.lab.classroom import Class, Person
from tests.lab.harness import Lab
from tests.waiting import wait_until

from . import watch
from .processes import Groups

VIEWPORT = {"width": 1280, "height": 900}


def line(number: int, token: str) -> str:
    """Make a typical message of a class, about 64 characters long."""
    return f"{number}: why does the slice not contain its last element? {token}"


class Side(ABC):
    """Ada writes, Mira reads; both have the chat open."""

    name: str
    ada: Page
    mira: Page

    @abstractmethod
    def box(self) -> Locator:
        """Return the box that Ada writes in."""

    @abstractmethod
    def groups(self) -> Groups:
        """Return the server's processes, by role."""

    def send(self, number: int, token: str) -> tuple[float, float]:
        """Measure ms from Ada's Enter to the message in Mira's page, and to it in sight."""
        watch.expect(self.mira, token)
        box = self.box()
        box.fill(line(number, token))
        box.press("Enter", no_wait_after=True)
        shown = watch.shown(self.mira)
        entered = watch.entered(self.ada)
        return shown.there - entered, shown.at - entered

    def reopen(self, token: str) -> float:
        """Measure ms until Mira's page, reloaded, shows the newest message."""
        return watch.reload_until_shown(self.mira, token)


class Ours(Side):
    """Two notebooks, each with its kernel, and the service the first one hosts."""

    name = "edu-widgets"

    def __init__(self, lesson: Class) -> None:
        self._lesson = lesson
        self._mira = lesson.instructor()
        self._ada = lesson.student("Ada")
        self.lab = self._mira.lab.lab
        self.mira, self.ada = self._mira.lab.page, self._ada.lab.page
        for person in (self._mira, self._ada):
            self._watch(person)

    def _watch(self, person: Person) -> None:
        watch.install(person.lab.context)
        person.lab.page.on("dialog", lambda dialog: dialog.accept())
        person.lab.reload()  # with the watch in it
        person.light("Live")

    def box(self) -> Locator:
        return self._ada.chat.get_by_role("textbox", name="Message the class")

    def fill(self, first: int, count: int) -> None:
        """Send `count` messages from Ada's kernel, and wait until Mira sees the last one."""
        last = f"filled{first + count}to"
        watch.expect(self.mira, last)
        texts = [line(first + n, last if n == count - 1 else "") for n in range(count)]
        for start in range(0, count, 250):  # the outbox holds 500
            part = texts[start : start + 250]
            self._ada.lab.execute(
                f"for _r in [lesson.chat.send(_t) for _t in {part!r}]:\n    _r.wait(120)"
            )
        watch.shown(self.mira, timeout=300)

    def groups(self) -> Groups:
        server = psutil.Process(self.lab.server_pid)
        service = psutil.Process(int(str(self._lesson.state()["pid"])))
        kernels = [one for one in server.children(recursive=True) if one.pid != service.pid]
        return {"jupyter server": [server], "service": [service], "2 kernels": kernels}

    def reopen(self, token: str) -> float:
        self._mira.lab.save()  # a reloaded page shows the outputs in the file
        return super().reopen(token)

    @contextmanager
    def bare_kernel(self) -> Iterator[psutil.Process]:
        """Run an empty kernel, to compare with kernels that have a lesson; yields its process."""
        before = {kernel.pid for kernel in self.groups()["2 kernels"]}
        made = self.lab.api("POST", "/api/kernels", {"name": self.lab.default_kernel})

        def new() -> psutil.Process | None:
            kernels = self.groups()["2 kernels"]
            return next((one for one in kernels if one.pid not in before), None)

        found = wait_until(new, "one more kernel")
        assert found is not None
        try:
            yield found
        finally:
            self.lab.delete_kernel(made["id"])


class Peer(Side):
    """jupyterlab-chat over jupyter-collaboration: two pages on one chat document."""

    name = "jupyterlab-chat"
    _FILE = "class.chat"

    def __init__(self, lab: Lab, history: int) -> None:
        """Write the history into the file, and open it in two pages.

        Sent one by one, a thousand messages would take half a minute, each longer than the one
        before, and would leave more data behind than the file has.
        """
        self.lab = lab
        (lab.work / self._FILE).write_text(chat_file(history) if history else "")
        self.mira, self.ada = self._open(), self._open()

    def _open(self) -> Page:
        page = self.lab.new_page(viewport=VIEWPORT)
        page.on("dialog", lambda dialog: dialog.accept())
        watch.install(page.context)
        page.goto(f"{self.lab.url}/doc/tree/{self._FILE}?token={self.lab.token}")
        self._box(page).wait_for(timeout=300_000)
        return page

    def _box(self, page: Page) -> Locator:
        return page.get_by_placeholder("Type a chat message")

    def box(self) -> Locator:
        return self._box(self.ada)

    def groups(self) -> Groups:
        server = psutil.Process(self.lab.server_pid)
        return {"jupyter server": [server, *server.children(recursive=True)]}


def chat_file(messages: int) -> str:
    """Make a `.chat` file as jupyterlab-chat saves it; its last message is a minute old."""
    now = time.time() - 60
    user = {
        "username": "eve",
        "name": "Eve",
        "display_name": "Eve",
        "initials": "E",
        "color": "var(--jp-collaborator-color1)",
    }
    return json.dumps(
        {
            "messages": [
                {
                    "id": str(uuid.uuid4()),
                    "type": "msg",
                    "body": line(number, ""),
                    "time": now - (messages - number),
                    "sender": user["username"],
                    "raw_time": False,
                }
                for number in range(messages)
            ],
            "users": {user["username"]: user},
            "attachments": {},
            "metadata": {"id": str(uuid.uuid4())},
        }
    )


@contextmanager
def peer(playwright: Playwright, root: Path, python: Path, history: int) -> Iterator[Peer]:
    """Run the peer with its own server and browser, and `history` messages in the chat."""
    with Lab(playwright, root, python=str(python)) as lab:
        yield Peer(lab, history)
