"""Hosts that are no JupyterLab, by their rules: marimo, Voilà."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from ipywidgets import Widget

import edu_widgets as edu
from edu_widgets.notebook import hosts
from tests.hosting import hosted
from tests.notebook.doubles import FakeClient, RecordingComm
from tests.notebook.test_widget import ThingWidget, ready
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.usefixtures("named_bundles")


class Session:
    """A visitor's session of marimo."""

    here = threading.local()

    def __init__(self, parent: Session | None = None) -> None:
        self.parent = parent

    @contextmanager
    def install(self) -> Iterator[None]:
        before = getattr(self.here, "session", None)
        self.here.session = self
        try:
            yield
        finally:
            self.here.session = before


class MarimoComm(RecordingComm):
    """A comm of the session in which it was opened; a message from another session is lost."""

    def publish_msg(self, msg_type: str, data: Any = None, *args: Any, **keys: Any) -> None:
        if getattr(Session.here, "session", None) is not None:
            super().publish_msg(msg_type, data, *args, **keys)


@dataclass
class MarimoView:
    """What marimo shows of a widget; it complains, on the page, to whoever asks for its truth."""

    model_id: str

    def __bool__(self) -> NoReturn:
        msg = "The truth value of a UIElement is always True."
        raise AssertionError(msg)


def give_comm(model: Any) -> None:
    """As marimo does with each widget that is made."""
    if getattr(model, "_model_id", None) is None:
        model._model_id = uuid4().hex
    state = {"state": model.get_state(), "method": "open"}
    model.comm = MarimoComm(comm_id=model._model_id, data=state)
    model.comm.on_msg(model._handle_msg)


@pytest.fixture
def marimo(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """marimo, as far as it is known here; `mode` is how it was started."""
    made = SimpleNamespace(mode="edit")
    made.app_meta = lambda: SimpleNamespace(mode=made.mode)
    made.ui = SimpleNamespace(anywidget=lambda widget: MarimoView(widget.model_id))
    context = SimpleNamespace(safe_get_context=lambda: getattr(Session.here, "session", None))
    monkeypatch.setitem(sys.modules, "marimo", made)
    monkeypatch.setitem(sys.modules, "marimo._runtime.context.types", context)
    monkeypatch.setattr(Widget, "_widget_construction_callback", staticmethod(give_comm))
    return made


@pytest.mark.usefixtures("marimo")
def test_a_cell_that_is_run_again_shows_its_widget_again(client: FakeClient) -> None:
    with Session().install():
        widget = ThingWidget(client)
        (opened,) = [data for type_, data in widget.comm.published if type_ == "comm_open"]
        assert [code.split("@")[0] for code in opened["state"]["_code"]] == ["core", "things"]
        assert widget._display_() == MarimoView(widget.model_id)
        first = widget.model_id
        widget.comm.close()
        widget.layout.comm.close()
        assert widget._display_() == MarimoView(widget.model_id)
        assert widget.model_id != first
        widget.comm.take()
        assert ready(widget)[0]["op"] == "snapshot"


@pytest.mark.usefixtures("marimo")
def test_what_our_thread_sends_is_of_the_session_that_opened_the_widget(
    client: FakeClient,
) -> None:
    with Session().install():
        widget = ThingWidget(client)
        ready(widget)
    widget.put("a")
    thread = threading.Thread(target=client.run)
    thread.start()
    thread.join()
    assert [message["op"] for message in widget.comm.take()] == ["batch"]


@pytest.mark.usefixtures("marimo")
def test_visitors_are_told_apart_and_stay_the_same() -> None:
    ada, bob = Session(), Session()
    assert hosts.visitor() is None
    with ada.install():
        first = hosts.visitor()
        with Session(parent=ada).install():
            assert hosts.visitor() == first, "an app within the app"
    with bob.install():
        assert hosts.visitor() not in (None, first)
    with ada.install():
        assert hosts.visitor() == first
        assert hash(hosts.visitor()) == hash(first)


def test_each_visitor_of_marimo_run_has_a_lesson_of_their_own(
    marimo: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("edu_widgets.open_lessons._LOOK", 0.05)
    with hosted(tmp_path, monkeypatch) as lesson:
        marimo.mode = "run"
        entered: dict[str, list[edu.Lesson]] = {"one": [], "two": []}
        stay = threading.Event()

        def visit(name: str) -> None:
            with Session().install():
                entered[name] += [edu.join(lesson.invite) for _ in range(2)]
                stay.wait(PATIENCE)

        threads = [threading.Thread(target=visit, args=(name,)) for name in entered]
        for thread in threads:
            thread.start()
        try:
            wait_until(lambda: all(len(found) == 2 for found in entered.values()), "they are in")
            (one, again), (two, _) = entered.values()
            assert one is again
            assert one is not two
            assert {one.user.name.split()[0], two.user.name.split()[0]} == {"Guest"}
            assert one.user.user_id != two.user.user_id
        finally:
            stay.set()
        wait_until(lambda: not (one.usable or two.usable), "a visitor who went has left")


def test_a_page_of_voila_has_students_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with hosted(tmp_path, monkeypatch) as lesson:
        course = lesson.course
        monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
        with edu.host(course, name="Mira") as visiting:
            assert visiting.user.role == "student"
            assert visiting.user.name.startswith("Guest ")
            assert edu.host(course) is visiting
        with edu.host(course, config={"EduWidgets": {"visitorRole": "instructor"}}) as mira:
            assert mira.user.role == "instructor"


class ColabComm(RecordingComm):
    """What a thread sends is lost; what is sent while a page's message is handled arrives."""

    handling: int | None = None

    def handle_msg(self, msg: Any) -> None:
        self.handling = threading.get_ident()
        try:
            super().handle_msg(msg)
        finally:
            self.handling = None

    def publish_msg(self, msg_type: str, data: Any = None, *args: Any, **keys: Any) -> None:
        if msg_type == "comm_open" or self.handling == threading.get_ident():
            super().publish_msg(msg_type, data, *args, **keys)


class ThreadedClient(FakeClient):
    """Its network is a thread."""

    def on_network(self, fn: Any) -> None:
        super().on_network(fn)
        threading.Thread(target=self.run).start()


def test_in_colab_a_page_that_asks_gets_what_a_thread_had_to_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab_20260801")
    monkeypatch.setattr("comm.create_comm", ColabComm)
    widget = ThingWidget(ThreadedClient())
    page = {"page": "p1"}
    widget.comm.receive({"op": "ready", "lang": "en", **page})
    (snapshot,) = widget.comm.take()
    assert (snapshot["op"], snapshot["lesson"]["asks"]) == ("snapshot", 2_000)
    widget.put("a")
    seen = {"op": "seen", "visible": True, "sent": [0, 0], **page}
    told: list[Any] = []

    def asks() -> list[Any]:
        widget.comm.receive(seen)
        told.extend(m for m in widget.comm.take() if m["op"] == "batch")
        return told

    wait_until(asks, "the batch is an answer")
    assert [doc["id"] for doc in told[0]["set"]["things"]] == ["a"]
    widget.comm.receive({"op": "intent", "id": "i1", "do": "thing.full", "args": {}, **page})
    assert "refused" in [message["op"] for message in widget.comm.take()]


def test_elsewhere_no_page_has_to_ask(client: FakeClient) -> None:
    widget = ThingWidget(client)
    (snapshot,) = ready(widget)
    assert "asks" not in snapshot["lesson"]


def test_a_window_of_vs_code_that_was_loaded_anew_gets_a_comm_that_it_knows(
    client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = "before"

    def parent() -> dict[str, Any]:
        header = {"msg_type": "execute_request", "msg_id": "m", "session": session}
        return {"header": header, "metadata": {"cellId": "vscode-notebook-cell:/n.ipynb#W0"}}

    events = SimpleNamespace(trigger=lambda _: None)
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=parent), events=events)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    widget = ThingWidget(client)
    widget._repr_mimebundle_()
    first = widget.model_id
    widget._repr_mimebundle_()
    assert widget.model_id == first, "the same window"
    session = "after"
    widget._repr_mimebundle_()
    assert widget.model_id != first
    assert ready(widget)[0]["op"] == "snapshot"
