"""People in a class: what they see in the chat and do there, in words of the lesson."""

from __future__ import annotations

import itertools
import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect, sync_playwright

from tests.ports import own_port
from tests.waiting import wait_until

from .harness import Lab, LabPage, install_kernels

SETUP = """
import os
os.environ["EDU_WIDGETS_DATA_DIR"] = {folder!r}
import edu_widgets as edu
"""


@contextmanager
def classroom(course: str) -> Iterator[Class]:
    """A course with a JupyterLab and a Chromium of its own; for what is not run by pytest."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        lab = Lab(playwright, folder / "lab")
        lab.kernels = install_kernels(lab.data_dir, ["ipykernel-7.4"])
        with lab:
            numbers = itertools.count()

            def open_notebook(
                cells: Sequence[str], kernel: str | None = None, **context: Any
            ) -> LabPage:
                notebook = f"n{next(numbers)}/notebook.ipynb"
                lab.write_notebook(notebook, cells, kernel)
                return lab.open(notebook, **context)

            made = Class(course, folder, open_notebook)
            try:
                yield made
            finally:
                made.stop()


@dataclass
class Person:
    """A person at a notebook whose cell shows the chat."""

    lab: LabPage

    @property
    def chat(self) -> Locator:
        """The first chat on the page."""
        return self.lab.page.locator(".edu.chat").first

    @property
    def box(self) -> Locator:
        """The box that messages are written in."""
        return self.chat.locator("textarea")

    def says(self, text: str) -> None:
        """Type a message, key by key, and send it."""
        self.box.click()
        self.box.press_sequentially(text)
        self.box.press("Enter")

    def message(self, text: str) -> Locator:
        """The messages that contain a text."""
        return self.chat.locator("article", has_text=text)

    def sees(self, *texts: str, times: int = 1) -> None:
        """Each of these messages is shown exactly so many times."""
        for text in texts:
            expect(self.message(text)).to_have_count(times)

    def messages(self) -> list[str]:
        """The texts shown, from top to bottom."""
        return self.chat.locator("article .text").all_inner_texts()

    def light(self, word: str) -> None:
        """The connection light says this."""
        expect(self.chat.locator(".light")).to_have_text(word)


@dataclass
class Class:
    """A course with its service, and people who join it, each with a notebook of their own."""

    course: str
    folder: Path
    open_notebook: Callable[..., LabPage]
    invite: str = ""
    port: int = field(default_factory=own_port)
    """Where its service comes back if it was killed, whoever else starts one meanwhile."""

    @property
    def host_call(self) -> str:
        """The call by which the instructor's notebook hosts the course."""
        return f"edu.host({self.course!r}, name='Mira', port={self.port}, rate_limits=False)"

    def instructor(self, kernel: str | None = None, **context: object) -> Person:
        """The person who hosts the course."""
        cells = [
            SETUP.format(folder=str(self.folder / "data")),
            f"lesson = {self.host_call}.wait_connected(180)",
            "lesson.chat",
        ]
        page = self.open_notebook(cells, kernel, **context).run_all()
        self.invite = f"{self.state()['url']}/{self.course}?code={self.code()}"
        return self._in_chat(page)

    def student(
        self, name: str, kernel: str | None = None, *, invite: str = "", **context: object
    ) -> Person:
        """A student who joins by the invite, or by one of their own."""
        cells = [
            SETUP.format(folder=str(self.folder / "data")),
            f"lesson = edu.join({invite or self.invite!r}, name={name!r}).wait_connected(180)",
            "lesson.chat",
        ]
        return self._in_chat(self.open_notebook(cells, kernel, **context).run_all())

    def _in_chat(self, page: LabPage) -> Person:
        person = Person(page)
        person.light("Live")
        return person

    # -- the service ------------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """The state that the running service has written down."""
        path = self.folder / "data" / "services" / self.course / "service.json"
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def code(self) -> str:
        """The invite's code."""
        invites = self.state()["invites"]
        assert isinstance(invites, dict)
        return str(invites[self.course])

    def kill_service(self) -> None:
        """End the service without a word to anybody."""
        pid = int(str(self.state()["pid"]))
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not _alive(pid), "the service is gone")

    def stop(self) -> None:
        """End the service, if it runs."""
        try:
            pid = int(str(self.state()["pid"]))
            os.kill(pid, signal.SIGTERM)
        except (FileNotFoundError, ProcessLookupError):
            return
        wait_until(lambda: not _alive(pid), "the service has ended")


def _alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
