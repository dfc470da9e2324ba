from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from edu_widgets.notebook.callbacks import Callbacks
from edu_widgets.notebook.identity import Cell, running_cell
from edu_widgets.protocol.errors import InvalidArgument


class Kernel:
    """Stands in for an ipykernel that runs a cell."""

    def __init__(self) -> None:
        self.parent: Any = {}

    def run(self, cell: str, run: str) -> None:
        header = {"msg_type": "execute_request", "msg_id": run, "session": "s1"}
        self.parent = {"header": header, "metadata": {"cellId": cell}}

    def get_parent(self) -> Any:
        if isinstance(self.parent, Exception):
            raise self.parent
        return self.parent


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    kernel = Kernel()
    shell = SimpleNamespace(kernel=kernel)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    return kernel


def test_the_running_cell(kernel: Kernel) -> None:
    kernel.run("c1", "m1")
    assert running_cell() == Cell("c1", "m1", "s1")


@pytest.mark.parametrize(
    "parent",
    [
        {},
        None,
        5,
        LookupError(),
        {"header": {}, "metadata": {}},
        {"header": None, "metadata": {"cellId": "c"}},
        {"header": {"msg_type": "comm_msg", "msg_id": "m", "session": "s"}, "metadata": {}},
        {"header": {"msg_type": "execute_request", "msg_id": "m", "session": "s"}, "metadata": {}},
        {"header": {"msg_type": "execute_request"}, "metadata": {"cellId": "c"}},
    ],
)
def test_no_cell_where_none_is_known(kernel: Kernel, parent: Any) -> None:
    kernel.parent = parent
    assert running_cell() is None


@pytest.mark.parametrize("shell", [None, object(), SimpleNamespace(kernel=None)])
def test_no_cell_outside_a_notebook(monkeypatch: pytest.MonkeyPatch, shell: object) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert running_cell() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert running_cell() is None


def function(name: str) -> Any:
    def made() -> str:
        return name

    made.__qualname__ = name
    return made


def test_a_cell_run_again_replaces_what_it_hung_on(kernel: Kernel) -> None:
    callbacks = Callbacks("message", "other")
    first, second, third, elsewhere = map(function, ["a", "b", "c", "d"])
    kernel.run("c1", "m1")
    callbacks.add("message", first)
    callbacks.add("message", second)
    callbacks.add("other", second)
    kernel.run("c2", "m2")
    callbacks.add("message", elsewhere)
    assert callbacks.on("message") == [first, second, elsewhere], "two of one run both stay"
    kernel.run("c1", "m3")
    callbacks.add("message", third)
    assert callbacks.on("message") == [elsewhere, third]
    assert callbacks.on("other") == []


def test_without_cells_a_redefined_function_is_replaced_and_lambdas_add_up() -> None:
    callbacks = Callbacks("message")
    old, new, named = function("show"), function("show"), function("other")
    for fn in (old, new, named):
        fn.__module__ = "__main__"
    anonymous = [lambda: 1, lambda: 2]
    for fn in (old, *anonymous, named, new):
        callbacks.add("message", fn)
    assert callbacks.on("message") == [*anonymous, named, new]


def test_the_same_function_is_called_once_and_can_be_removed() -> None:
    callbacks = Callbacks("message", "other")
    one, two = function("one"), function("two")
    for fn in (one, two, one):
        callbacks.add("message", fn)
    callbacks.add("other", one)
    assert callbacks.on("message") == [two, one]
    callbacks.remove("message", one)
    assert (callbacks.on("message"), callbacks.on("other")) == ([two], [one])
    callbacks.remove(fn=one)
    assert callbacks.on("other") == []
    callbacks.remove()
    assert callbacks.on("message") == []


def test_what_cannot_be_hung_on_is_said() -> None:
    with pytest.raises(InvalidArgument, match="'message'"):
        Callbacks("message").add("mesage", print)
    with pytest.raises(InvalidArgument, match="function"):
        Callbacks("message").add("message", "print")  # type: ignore[arg-type]
