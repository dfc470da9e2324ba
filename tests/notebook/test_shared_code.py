from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances

from edu_widgets.notebook.shared_code import SharedCode, reference, send_ahead
from edu_widgets.notebook.widget import LiveWidget
from tests.notebook.doubles import FakeClient, RecordingComm, as_client
from tests.notebook.test_widget import Things

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Polls(LiveWidget):
    kind_: ClassVar[str] = "polls"

    def __init__(self) -> None:
        super().__init__(as_client(FakeClient()), Things(), {})


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, comms: type[RecordingComm]) -> Iterator[None]:
    """No code is held yet; what this test opens is closed after it."""
    del comms
    held: dict[object, SharedCode] = {}
    monkeypatch.setattr("edu_widgets.notebook.shared_code._models", held)
    monkeypatch.setattr("edu_widgets.notebook.widget.bundle", lambda name: f"// {name}")
    yield
    for model in held.values():
        model.close()


def model_of(said: str) -> Any:
    return _instances[said.removeprefix("IPY_MODEL_")]


def opened() -> list[str]:
    """What was opened since the test began, in order: names of code, else of models."""
    states = [data["state"] for c in RecordingComm.opened for _, data in c.published[:1]]
    return [state.get("name", state["_model_name"]) for state in states]


def test_the_model_of_code_holds_its_text_and_needs_no_view() -> None:
    model = model_of(reference("core", "export {}"))
    state = model.get_state()
    assert state["name"] == "core"
    assert state["text"] == "export {}"
    assert state["version"] == hashlib.sha256(b"export {}").hexdigest()[:12]
    assert (state["_model_module"], state["_model_name"]) == (
        "@jupyter-widgets/base",
        "WidgetModel",
    )
    assert state["_view_name"] is None
    assert repr(model) == f"SharedCode('core', {state['version']!r})"


def test_the_code_is_opened_once_and_before_the_first_widget_that_needs_it() -> None:
    widgets = [Polls() for _ in range(3)]
    assert [name for name in opened() if name != "LayoutModel"] == [
        "core",
        "polls",
        *["AnyModel"] * 3,
    ]
    assert len({tuple(widget._code) for widget in widgets}) == 1
    assert [model_of(said).name for said in widgets[0]._code] == ["core", "polls"]


def test_a_notebook_saved_with_its_widgets_holds_the_code_once() -> None:
    widgets = [Polls() for _ in range(3)]
    saved = json.dumps(Widget.get_manager_state())
    assert saved.count("// loader") == len(widgets)
    assert [saved.count(f'"// {n}"') for n in ("core", "polls")] == [1, 1]


def test_other_code_of_the_same_name_is_another_model() -> None:
    assert reference("core", "1") != reference("core", "2")
    assert reference("core", "1") == reference("core", "1")


def test_closing_a_widget_leaves_the_code_to_the_others() -> None:
    first, second = Polls(), Polls()
    first.close()
    assert [model_of(said).text for said in second._code] == [
        "// core",
        "// polls",
    ]


@pytest.mark.parametrize("closed_by", ["page", "kernel"])
def test_closed_code_is_opened_anew_and_the_old_is_not_kept(closed_by: str) -> None:
    old = reference("core", "// core")
    model = model_of(old)
    if closed_by == "page":
        model.comm._closed = True
    else:
        model.close()
    new = reference("core", "// core")
    assert new != old
    assert model_of(new).text == "// core"
    assert old.removeprefix("IPY_MODEL_") not in _instances


def test_a_widget_that_is_shown_again_tells_its_pages_where_the_code_is_now() -> None:
    widget = Polls()
    before = widget._code
    for said in before:
        model_of(said).comm._closed = True
    widget.comm.published.clear()
    assert widget._repr_mimebundle_() is not None
    assert set(widget._code).isdisjoint(before)
    updates = [data["state"] for _, data in widget.comm.published if data["method"] == "update"]
    assert updates == [{"_code": widget._code}]


def test_a_widget_opened_anew_has_code_that_is_open() -> None:
    widget = Polls()
    for model in [widget, *map(model_of, widget._code)]:
        model.comm._closed = True
    RecordingComm.opened.clear()
    assert widget._repr_mimebundle_() is not None
    assert opened() == ["core", "polls", "AnyModel"]
    (_, data) = widget.comm.published[0]
    assert data["state"]["_code"] == widget._code
    assert not any(model_of(said).comm._closed for said in widget._code)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_forked_child_leaves_its_parents_code_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = reference("core", "// core")
    monkeypatch.setattr(os, "getpid", lambda: -1)
    theirs = reference("core", "// core")
    assert ours != theirs
    assert not model_of(ours).comm._closed


class _Shell:
    def __init__(self, *, kernel: bool) -> None:
        self.kernel = object() if kernel else None


@pytest.mark.parametrize("kernel", [True, False])
def test_code_is_sent_before_a_widget_needs_it_where_there_is_a_kernel(
    monkeypatch: pytest.MonkeyPatch, *, kernel: bool
) -> None:
    monkeypatch.setattr("edu_widgets.notebook.shared_code.bundle", lambda name: f"// {name}")
    monkeypatch.setattr("IPython.get_ipython", lambda: _Shell(kernel=kernel))
    send_ahead("polls")
    code = ["core", "polls"] if kernel else []
    assert opened() == code
    Polls().close()
    assert [name for name in opened() if not name.endswith("Model")] == [
        "core",
        "polls",
    ]
    send_ahead("polls")
    assert len(opened()) == 4, "the code, a layout and a widget, once each"


def test_missing_code_is_not_this_ones_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.get_ipython", lambda: _Shell(kernel=True))
    send_ahead("nosuch")
    assert "nosuch" not in opened()
