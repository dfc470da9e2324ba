"""Kernels that run what a notebook or a page says, and the students who are in the room then."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.client.runtime.threads import stop_threads
from tests.conftest import ROOT
from tests.waiting import PATIENCE, wait_until


@contextmanager
def data_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of a test's own; its services end a second after their last member.

    No process is left afterwards.
    """
    before = set(psutil.Process().children(recursive=True))
    monkeypatch.setenv(folders.VARIABLE, str(folder))
    monkeypatch.setenv("EDU_WIDGETS_LINGER", "1")
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    yield folder
    stop_threads()
    for path in folder.glob("services/*/service.json"):
        pid = json.loads(path.read_text("utf-8"))["pid"]
        wait_until(lambda pid=pid: not psutil.pid_exists(pid), "the service has ended")  # type: ignore[misc]
    wait_until(
        lambda: set(psutil.Process().children(recursive=True)) <= before, "no process is left"
    )


class Kernel:
    """A kernel that runs the cells of a notebook, one after the other."""

    def __init__(self, client: NotebookClient) -> None:
        self._client = client

    def run(self, cell: nbformat.NotebookNode, index: int = 0) -> str:
        """Run a cell and return its outputs as text; an error in it is raised."""
        self._client.execute_cell(cell, index)
        return shown(cell)

    def until(self, expression: str, index: int = 0) -> None:
        """Wait until it is true in the kernel; the cell at `index` is put back when it is run."""

        def true() -> bool:
            ask = nbformat.v4.new_code_cell(f"print(bool({expression}))")
            self._client.execute_cell(ask, index, store_history=False)
            return shown(ask).strip() == "True"

        wait_until(true, expression)


@contextmanager
def running_kernel(notebook: nbformat.NotebookNode, folder: Path) -> Iterator[Kernel]:
    """A kernel in this folder for the cells of a notebook, until the block ends."""
    client = NotebookClient(
        notebook,
        timeout=PATIENCE,
        startup_timeout=PATIENCE,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel():
        yield Kernel(client)


def shown(cell: nbformat.NotebookNode) -> str:
    return "\n".join(
        str(output.get("text") or output.get("data", {}).get("text/plain", ""))
        for output in cell.get("outputs", ())
    )


def invite(folder: Path, course_name: str = "py101") -> str:
    """The invite of a course that is hosted from this data folder."""
    state = json.loads((folder / f"services/{course_name}/service.json").read_text("utf-8"))
    return f"{state['url']}/{course_name}?code={state['invites'][course_name]}"


class Students:
    """Some students in the room; they come when they are first needed."""

    def __init__(self, folder: Path, *names: str) -> None:
        self._folder = folder
        self._names = names
        self._lessons: list[edu.Lesson] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for lesson in self._lessons:
            lesson.close()

    @property
    def lessons(self) -> list[edu.Lesson]:
        if not self._lessons:
            door = invite(self._folder)
            self._lessons = [edu.join(door, name=name) for name in self._names]
            for lesson in self._lessons:
                lesson.wait_connected(PATIENCE)
        return self._lessons

    def vote(self, question: str, *choices: Any, round_: int = 1) -> Callable[[], None]:
        """An act: each waits for the poll and votes; `question` is a part of it."""

        def act() -> None:
            for lesson, choice in zip(self.lessons, choices, strict=True):

                def asked(lesson: edu.Lesson = lesson) -> bool:
                    poll = lesson.polls.current
                    return (
                        poll is not None
                        and question in poll.question
                        and (poll.state, poll.round) == ("open", round_)
                    )

                wait_until(asked, f"round {round_} of {question!r} is open")
                poll = lesson.polls.current
                assert poll is not None
                _ = poll.vote(choice).wait()

        return act

    def find(self, text: str) -> None:
        """Wait until everybody has a message with this in it."""
        for lesson in self.lessons:
            wait_until(
                lambda lesson=lesson: any(text in m.content for m in lesson.chat.messages),  # type: ignore[misc]
                f"{text!r} is in the chat",
            )

    def stuck(self, error: str) -> Callable[[], None]:
        """An act: the first one is stuck, and raises a hand with an error."""

        def act() -> None:
            people = self.lessons[0].people
            people.set_status("stuck").wait()
            people.raise_with("Please help", error).wait()

        return act
