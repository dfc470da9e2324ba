"""The tasks of the store's thread, and its reports to the event loop."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from edu_widgets.service.rules import Request, Rule
from edu_widgets.service.store import Committed

Work = Callable[[sqlite3.Connection], Any]


@dataclass(slots=True)
class Task:
    """Something to do in the thread, with its result or error.

    A command has `request` and `rule`; `work` changes any rows; `ask` uses the connection.
    """

    future: asyncio.Future[Any]
    request: Request[Any] | None = None
    rule: Rule | None = None
    work: Work | None = None
    ask: Callable[[], Any] | None = None
    tries: int = 0
    since: float = field(default_factory=time.monotonic)
    result: Any = None
    error: BaseException | None = None
    done: bool = False
    """True once a change is stored, whose result may be `None`."""


@dataclass(slots=True)
class News:
    """A report to the event loop: commits and finished tasks since the last report."""

    commits: list[Committed] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    """The ids of the people whose admission has changed; "" for everybody."""
    generation: str = ""


@dataclass(slots=True)
class Heard:
    """An entry of a course's log, as published; an empty `entry` says that some may be missing."""

    course: str = ""
    entry: bytes = b""
