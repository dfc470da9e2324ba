"""Presence at this end: pages in sight, cells that run, and the time at which it is told."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.page_visibility import SILENT_AFTER, Kernel, PageVisibility, visibility_of
from edu_widgets.presence.away import HIDDEN_FOR, IDLE_FOR, LOOK_EVERY, Away, AwayReporter
from edu_widgets.presence.commands import Attention
from tests.notebook.doubles import FakeClient


class Shell:
    """IPython's events, and a clock."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.callbacks: dict[str, list[Callable[..., None]]] = {}
        self.events = SimpleNamespace(register=self._register, unregister=lambda *_: None)

    def _register(self, event: str, fn: Callable[..., None]) -> None:
        self.callbacks.setdefault(event, []).append(fn)

    def clock(self) -> float:
        return self.now

    def happen(self, event: str) -> None:
        for fn in self.callbacks[event]:
            fn(None)


@pytest.fixture
def shell() -> Shell:
    return Shell()


@pytest.fixture
def pages() -> PageVisibility:
    return PageVisibility()


@pytest.fixture
def away(shell: Shell, pages: PageVisibility) -> Callable[[float], bool | None]:
    kernel = Kernel(shell, shell.clock)
    seen = Away(pages, kernel)
    seen_by_nobody_else = (kernel, seen)

    def after(seconds: float) -> bool | None:
        shell.now += seconds
        return seen_by_nobody_else[1].look(shell.now)

    return after


def test_every_page_hidden_for_a_minute(
    shell: Shell, pages: PageVisibility, away: Callable[[float], bool | None]
) -> None:
    pages.heard("a", visible=True, now=shell.now)
    assert away(30) is False
    pages.heard("a", visible=True, now=shell.now)
    assert away(100) is False, "in sight all the while"
    pages.heard("b", visible=True, now=shell.now)
    pages.heard("a", visible=False, now=shell.now)
    assert away(90) is False, "the other one is in sight"
    pages.heard("b", visible=False, now=shell.now)
    assert away(HIDDEN_FOR - 1) is False
    assert away(2) is True
    pages.heard("b", visible=True, now=shell.now)
    assert away(0) is False


def test_without_a_page_when_nothing_was_run_for_ten_minutes(
    shell: Shell, away: Callable[[float], bool | None]
) -> None:
    assert away(IDLE_FOR - 1) is False
    shell.happen("pre_run_cell")
    assert away(3 * IDLE_FOR) is False, "a cell is running"
    shell.happen("post_run_cell")
    assert away(IDLE_FOR - 1) is False
    assert away(2) is True
    shell.happen("pre_run_cell")
    assert away(1) is False


def test_a_cell_begun_is_a_sign_though_the_page_is_hidden(
    shell: Shell, pages: PageVisibility, away: Callable[[float], bool | None]
) -> None:
    pages.heard("a", visible=True, now=shell.now)
    pages.heard("a", visible=False, now=shell.now)
    assert away(HIDDEN_FOR + 1) is True
    shell.happen("pre_run_cell")
    assert away(1) is False, "from another page, perhaps"
    assert away(HIDDEN_FOR) is True, "the cell runs on, nobody looks"


def test_whoever_is_away_stays_so_when_the_page_goes(
    shell: Shell, pages: PageVisibility, away: Callable[[float], bool | None]
) -> None:
    pages.heard("a", visible=True, now=shell.now)
    pages.heard("a", visible=False, now=shell.now)
    assert away(HIDDEN_FOR + 1) is True
    assert away(SILENT_AFTER) is True, "the page is gone by now, which is no sign of anybody"


def test_a_page_that_says_nothing_is_gone(pages: PageVisibility) -> None:
    pages.heard("a", visible=True, now=0)
    assert pages.any(SILENT_AFTER)
    assert not pages.any(SILENT_AFTER + 1)
    assert pages.seen(SILENT_AFTER + 1) == 0


def test_pages_are_not_kept_without_end(pages: PageVisibility) -> None:
    for number in range(1_000):
        pages.heard(str(number), visible=False, now=number)
    assert len(pages._heard) == 64


def test_in_a_script_nothing_is_known() -> None:
    assert Away(PageVisibility(), None).look(10_000) is None


def test_pages_belong_to_their_lesson() -> None:
    one, two = FakeClient(), FakeClient()
    visibility_of(one).heard("a", visible=True, now=1)
    assert not visibility_of(two).any(1)
    assert visibility_of(one) is visibility_of(one)


class Line(FakeClient):
    """A client that remembers the questions it sent."""

    usable = True

    def said(self) -> list[bool]:
        return [data.away for name, data in self.signals if isinstance(data, Attention)]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, shell: Shell) -> Line:
    client = Line()
    client.become(features=("chat", "presence"))
    module: Any = SimpleNamespace(get_ipython=lambda: shell)
    shell.kernel = object()  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "IPython", module)
    return client


def watched(line: Line) -> AwayReporter:
    watch = AwayReporter(cast("CourseClient", line), line.monotonic)
    line.run()
    return watch


def test_it_is_said_once_and_on_each_new_connection(line: Line) -> None:
    watch = watched(line)
    assert line.said() == [False]
    line.advance(5 * LOOK_EVERY)
    assert line.said() == [False]
    line.advance(IDLE_FOR)
    assert line.said() == [False, True]
    line.become(state="reconnecting")
    line.become(state="live")
    assert line.said() == [False, True, True]
    visibility_of(line).heard("a", visible=True, now=line.now)
    line.advance(LOOK_EVERY)
    assert line.said()[-1] is False
    watch.close()
    line.become(state="reconnecting")
    line.usable = False
    line.advance(2 * IDLE_FOR)
    assert len(line.said()) == 4


def test_nothing_is_said_where_it_is_not_offered(line: Line) -> None:
    line.become(features=("chat",))
    watched(line)
    line.advance(2 * IDLE_FOR)
    assert line.said() == []


def test_nothing_is_said_from_a_script(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(__import__("sys").modules, "IPython")
    watched(line)
    line.advance(2 * IDLE_FOR)
    assert line.said() == []
