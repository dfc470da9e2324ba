"""A real service in a thread of this process, for clients that are the thing tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edu_widgets.service.options import Options
from edu_widgets.service.server import Server
from tests.loop_thread import LoopThread

COURSE = "py101"


class RealService(LoopThread):
    """A server of one course, with its data in `folder`; `options` are those of `Options`."""

    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__()
        chosen: dict[str, Any] = {"courses": (COURSE,), "data_dir": folder, "port": 0}
        self.server = Server(Options(**(chosen | options)))

    def serving(self) -> Server:
        return self.server

    @property
    def port(self) -> int:
        return self.server.state.port

    @property
    def code(self) -> str:
        return self.server.state.invites[COURSE]

    def invite(self, base: str, more: str = "") -> str:
        return f"{base}/{COURSE}?code={self.code}{more}"
