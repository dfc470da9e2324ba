"""Lessons of a test's own: hosted by a service in a process of its own, and left afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets import connections, folders
from edu_widgets.client.runtime.threads import stop_threads
from edu_widgets.open_lessons import close_lessons
from edu_widgets.service import owner, state
from tests.notebook.doubles import record_comms
from tests.waiting import PATIENCE, wait_until


@contextmanager
def hosted(folder: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Iterator[edu.Lesson]:
    """Mira's lesson with everything in `folder`; closed afterwards, and its service ended.

    `options` are those of `edu.host`.
    """
    monkeypatch.setenv(folders.VARIABLE, str(folder))
    record_comms(monkeypatch)
    lesson = edu.host("py101", name="Mira", **options)
    try:
        yield lesson.wait_connected(PATIENCE)
    finally:
        lesson.close()
        stop_threads()
        service = folders.service_folder("py101")
        about = state.read(service)
        assert about is not None
        os.kill(about.pid, signal.SIGTERM)
        wait_until(lambda: owner.find(service) is None, "the service ends")


def leave_lessons() -> None:
    """Leave every lesson of this process, and stop its threads."""
    close_lessons()
    stop_threads()
    connections.forget()
