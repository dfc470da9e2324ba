"""A configuration of the test's own, and what is said of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edu_widgets import configuration
from edu_widgets.configuration import sources
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service import launch, owner, state
from tests.client.conftest import fake
from tests.hosting import leave_lessons
from tests.waiting import PATIENCE, wait_until

__all__ = ["fake"]

TOKEN = "eyJhbGciOi-n0b0dy-sh0uld-see"

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's configuration; two folders of our own."""
    for name in list(os.environ):
        if name.startswith(("EDU_WIDGETS_", "JUPYTERHUB_")):
            monkeypatch.delenv(name)
    paths = [str(tmp_path / "user"), str(tmp_path / "system")]
    monkeypatch.setattr(sources, "jupyter_config_path", lambda: paths)
    monkeypatch.setattr("edu_widgets.configuration.command.jupyter_config_dir", lambda: paths[0])
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a configuration file; returns its path."""

    def make(text: str, folder: str = "user", ending: str = ".py") -> Path:
        path = tmp_path / folder / f"{sources.FILE}{ending}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o600)
        return path

    return make


@pytest.fixture
def leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lessons of the test are left afterwards, its services ended."""
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path / "data"))
    yield
    leave_lessons()
    for folder in (tmp_path / "data" / "services").glob("*"):
        about = state.read(folder)
        if about is not None and owner.find(folder):
            os.kill(about.pid, signal.SIGTERM)
            wait_until(lambda at=folder: owner.find(at) is None, "the service ends")  # type: ignore[misc]
    for process in launch.STARTED:
        process.wait(PATIENCE)
    launch.STARTED.clear()


def refused(**arguments: Any) -> str:
    """The message about the settings."""
    with pytest.raises(InvalidArgument) as raised:
        configuration.load(**arguments)
    return str(raised.value)
