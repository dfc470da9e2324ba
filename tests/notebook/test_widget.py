from __future__ import annotations

import json
import logging
import math
import subprocess
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edu_widgets.notebook import bundles, lesson_payload
from edu_widgets.notebook.fallback import sentences
from edu_widgets.notebook.inside import is_closed
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.shared_code import reference
from edu_widgets.notebook.stream import GAP, PULSE, Window
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument, OutboxFull
from tests.inside import channel_of, client_of
from tests.nightly import examples
from tests.notebook.doubles import FakeClient, RecordingComm, as_client, as_fake, name_bundles
from tests.waiting import PATIENCE

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Things:
    """Content of a widget that shows things."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.broken = False

    def windows(self) -> dict[str, Window]:
        return {"things": Window(list(self.things.values()))}

    def read(self, collection: str, ids: Any) -> tuple[list[dict[str, Any]], list[str]]:
        del collection
        if self.broken:
            raise RuntimeError("broken")
        ids = list(ids)
        found = [self.things[i] for i in ids if i in self.things]
        return found, [i for i in ids if i not in self.things]

    def older(self, collection: str, before: int) -> Window:
        del collection, before
        return Window(())


class ThingWidget(LiveWidget):
    kind_: ClassVar[str] = "things"

    def __init__(self, client: FakeClient, **options: Any) -> None:
        self.things = Things()
        self.done: list[Intent] = []
        super().__init__(as_client(client), self.things, **options)

    @on_intent("thing.do")
    def do(self, intent: Intent) -> None:
        self.done.append(intent)

    @on_intent("thing.fail")
    def fail(self, intent: Intent) -> None:
        raise ZeroDivisionError(intent.do)

    @on_intent("thing.full")
    def full(self, intent: Intent) -> None:
        raise OutboxFull("Too much is waiting.")

    def put(self, id_: str, seq: int = 1) -> None:
        self.things.things[id_] = {"id": id_, "born": 1, "seq": seq}
        channel_of(self).changed("things", [id_])


pytestmark = pytest.mark.usefixtures("named_bundles")


@pytest.fixture
def widget(client: FakeClient, comms: type[RecordingComm]) -> ThingWidget:
    del comms
    return ThingWidget(client)


def ready(widget: ThingWidget, page: str = "p1") -> list[dict[str, Any]]:
    widget.comm.receive({"op": "ready", "page": page, "lang": "en"})
    return sent(widget)


def sent(widget: ThingWidget) -> list[dict[str, Any]]:
    as_fake(client_of(widget)).run()
    messages: list[dict[str, Any]] = widget.comm.take()
    return json.loads(json.dumps(messages))  # type: ignore[no-any-return]


def intent(do: str, id_: str = "i1", **args: Any) -> dict[str, Any]:
    return {"op": "intent", "page": "p1", "id": id_, "do": do, "args": args}


def test_a_saved_notebook_holds_nothing_but_these(widget: ThingWidget) -> None:
    ready(widget)
    widget.put("secret")
    state = widget.get_state()
    own = {
        k: v
        for k, v in state.items()
        if not k.startswith("_") or k in ("_esm", "_code", "_says", "_instance")
    }
    layout = {"layout", "tabbable", "tooltip"}
    assert {k: v for k, v in own.items() if k not in layout} == {
        "_esm": "// loader",
        "_says": sentences(),
        "_instance": state["_instance"],
        "_code": [reference(name, f"// {name}") for name in ("core", "things")],
        "kind": "things",
        "course": "py101",
        "options": {"height": 420, "lang": ""},
    }
    assert "secret" not in json.dumps(state)


def test_a_page_gets_a_snapshot_and_then_batches(
    widget: ThingWidget, client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget.put("a")
    assert sent(widget) == []
    (snapshot,) = ready(widget)
    assert snapshot["lesson"].pop("subshells") is False
    assert snapshot == {
        "op": "snapshot",
        "to": "p1",
        "n": 0,
        "collections": {
            "things": {"docs": [{"id": "a", "born": 1, "seq": 1}], "floor": 0, "more": False}
        },
        "lesson": {
            "course": "py101",
            "rehearsal": False,
            "host": "127.0.0.1:8765",
            "scope": "ada-in-py101",
            "me": {"id": "u-ada", "name": "Ada", "role": "student"},
            "state": "live",
            "code": None,
            "reason": "",
            "restart": None,
            "nextTryIn": None,
            "queued": 0,
            "messages": 0,
            "online": None,
            "students": None,
            "here": [],
            "readonly": False,
            "features": ["chat"],
            "viewer": None,
        },
    }
    widget.put("b")
    assert [m["n"] for m in sent(widget)] == [1]
    monkeypatch.setattr(lesson_payload, "time", SimpleNamespace(time=lambda: 1_000.0))
    client.become(state="offline", next_try=1_030_000, reason="Wi-Fi")
    assert sent(widget) == []
    client.advance(GAP)
    assert sent(widget) == [
        {
            "op": "batch",
            "n": 2,
            "lesson": {"state": "offline", "reason": "Wi-Fi", "nextTryIn": 30_000},
        }
    ]


def test_a_burst_is_one_message_every_33_ms(widget: ThingWidget, client: FakeClient) -> None:
    ready(widget)
    for step in range(1_000):
        widget.put(f"t{step % 7}", seq=step)
        client.advance(0.001)
    client.advance(GAP)
    batches = sent(widget)
    assert 25 <= len(batches) <= 32
    assert [m["n"] for m in batches] == list(range(1, len(batches) + 1))
    last = {d["id"]: d["seq"] for m in batches for d in m["set"]["things"]}
    assert last == {f"t{k}": max(s for s in range(1_000) if s % 7 == k) for k in range(7)}


def test_a_timer_that_could_not_be_set_is_set_with_the_next_change(
    widget: ThingWidget, client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(widget)
    widget.put("a")
    sent(widget)
    with monkeypatch.context() as patch:
        patch.delattr(FakeClient, "later")
        widget.put("b")
    widget.put("c")
    client.advance(1)
    told = [doc["id"] for m in sent(widget) if m["op"] == "batch" for doc in m["set"]["things"]]
    assert told == ["b", "c"]


def test_pulse_every_ten_seconds_while_a_page_is_known(
    widget: ThingWidget, client: FakeClient
) -> None:
    client.advance(3 * PULSE)
    assert sent(widget) == []
    assert client.timers == 0
    ready(widget)
    client.advance(2 * PULSE + 1)
    assert sent(widget) == [{"op": "pulse", "n": 0}, {"op": "pulse", "n": 0}]


def test_an_intent_is_confirmed_and_acts_once(widget: ThingWidget) -> None:
    got = {"op": "got", "to": "p1", "ids": ["i1"]}
    for _ in range(3):
        widget.comm.receive(intent("thing.do", thing="a"))
        assert sent(widget) == [got]
    assert [i.args for i in widget.done] == [{"thing": "a"}]


@pytest.mark.parametrize(
    ("do", "code", "words"),
    [
        ("thing.full", 4006, "Too much is waiting."),
        ("thing.fail", 4006, "log"),
        ("thing.nosuch", 4513, "thing.nosuch"),
        ("x" * 100_000, 4513, "does not know"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    widget: ThingWidget, do: str, code: int, words: str
) -> None:
    widget.comm.receive(intent(do))
    got, refused = sent(widget)
    assert got["op"] == "got"
    assert (refused["op"], refused["to"], refused["id"]) == ("refused", "p1", "i1")
    assert refused["code"] == code
    assert words in refused["message"]
    assert len(refused["message"]) < 200
    widget.comm.receive(intent(do))
    assert sent(widget) == [got, refused], "a resent intent is refused again"


def test_a_click_that_a_busy_kernel_hears_too_late_is_not_done(widget: ThingWidget) -> None:
    def told(op: str, ago: float, **more: Any) -> dict[str, Any]:
        clocks = [(now - ago) * 1000 for now in (time.time() + 86_400, time.monotonic() - 500)]
        return {"op": op, "page": "p1", "sent": clocks, **more}

    def click(id_: str, ago: float) -> dict[str, Any]:
        return intent("thing.do", id_) | told("intent", ago, lives=120_000)

    ready(widget)
    widget.comm.receive(told("seen", 0, visible=True))
    widget.comm.receive(click("i1", ago=119))
    assert sent(widget) == [{"op": "got", "to": "p1", "ids": ["i1"]}]
    widget.comm.receive(click("i2", ago=121))
    refused = sent(widget)[-1]
    assert (refused["op"], refused["id"], refused["code"]) == ("refused", "i2", 4510)
    assert refused["message"] == "Not done: the kernel did not answer."
    assert [i.id for i in widget.done] == ["i1"]
    widget.comm.receive(intent("thing.do", "i3"))
    assert [i.id for i in widget.done] == ["i1", "i3"], (
        "what a person has written has no such limit"
    )


@pytest.mark.parametrize(
    "sent_", [None, 5, [], [1], [1, 2, 3], ["1", "2"], [math.nan, 1], [1e300, 1]]
)
def test_a_click_of_a_page_that_tells_no_time_is_done(widget: ThingWidget, sent_: Any) -> None:
    widget.comm.receive(intent("thing.do", "i1") | {"sent": sent_, "lives": 1})
    assert [i.id for i in widget.done] == ["i1"]


def test_every_widget_can_be_told_to_connect_now(widget: ThingWidget, client: FakeClient) -> None:
    widget.comm.receive(intent("lesson.retry"))
    assert client.asked == [("retry_now", "")]


MALFORMED: list[Any] = [
    None,
    17,
    "ready",
    [],
    {},
    {"op": None},
    {"op": ["ready"]},
    {"op": "nosuch", "page": "p1"},
    {"op": "ready"},
    {"op": "ready", "page": 5},
    {"op": "ready", "page": "x" * 65},
    {"op": "ready", "page": "a b"},
    {"op": "intent"},
    {"op": "intent", "page": "p1", "id": "i1"},
    {"op": "intent", "page": "p1", "id": {}, "do": "thing.do", "args": {}},
    {"op": "intent", "page": "p1", "id": "x" * 1_000_000, "do": "thing.do", "args": {}},
    {"op": "intent", "page": None, "id": "i1", "do": "thing.do", "args": {}},
    {"op": "intent", "page": "p1", "id": "i1", "do": 3, "args": {}},
]


@pytest.mark.parametrize("content", MALFORMED, ids=lambda c: repr(c)[:40])
def test_a_malformed_message_is_ignored_with_a_record(
    widget: ThingWidget, content: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="edu_widgets"):
        widget.comm.receive(content)
    assert sent(widget) == []
    assert widget.done == []
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert len(caplog.text) < 1_000


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@settings(max_examples=examples(150))
@given(st.dictionaries(st.sampled_from(["op", "page", "id", "do", "args", "lang"]), anything))
def test_no_message_of_a_page_raises(content: dict[str, Any]) -> None:
    widget = SHARED[0]
    logging.getLogger("edu_widgets").setLevel(logging.CRITICAL)
    try:
        for op in ("ready", "intent", content.get("op")):
            widget._handle_custom_msg({**content, "op": op}, [])
    finally:
        logging.getLogger("edu_widgets").setLevel(logging.NOTSET)


SHARED: list[ThingWidget] = []


@pytest.fixture(autouse=True, scope="module")
def _shared() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        name_bundles(patch)
        SHARED.append(ThingWidget(FakeClient()))
    yield
    SHARED.pop().close()


def test_many_intents_are_forgotten_in_the_end(widget: ThingWidget) -> None:
    for number in range(5_000):
        widget.comm.receive(intent("thing.do", f"i{number}"))
    assert len(widget._intents._seen) <= 2_000
    widget.comm.receive(intent("thing.do", "i4999"))
    assert len(widget.done) == 5_000


def test_eight_threads_at_once(widget: ThingWidget) -> None:
    ready(widget)
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for turn in range(50):
            widget.comm.receive(intent("thing.do", f"i{turn}", thread=number))
            channel_of(widget).welcome(f"p{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    messages = sent(widget)
    assert len(widget.done) == 50, "each intent acts once, whoever sends it again"
    assert sum(m["op"] == "got" for m in messages) == 400
    assert sum(m["op"] == "snapshot" for m in messages) == 400


def test_an_exception_is_reported_once_and_leaves_a_hole(
    widget: ThingWidget, client: FakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    ready(widget)
    widget.things.broken = True
    with caplog.at_level(logging.WARNING, logger="edu_widgets"):
        for step in range(5):
            widget.put(f"t{step}")
            client.advance(1)
    assert len(caplog.records) == 1
    widget.things.broken = False
    assert sent(widget) == []
    widget.put("fine")
    assert [m["n"] for m in sent(widget)] == [6], "pages notice what they missed"


def test_an_exception_in_following_the_course_ends_nobody_else(
    widget: ThingWidget, client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    client.listen(heard.append)
    monkeypatch.setattr(widget, "_heard", lambda _: 1 / 0)
    client.become(state="offline")
    assert len(heard) == 1


def test_nothing_is_left_after_close(widget: ThingWidget, client: FakeClient) -> None:
    ready(widget)
    widget.put("a")
    widget.put("b")
    the_comm = widget.comm
    sent(widget)
    widget.close()
    client.run()
    assert client.listeners == []
    assert client.timers == 0
    assert widget.closed
    types = [type_ for type_, _ in the_comm.published]
    assert types == ["comm_close"]
    assert all(is_closed(comm) for comm in RecordingComm.opened), "its layout is closed, too"
    channel_of(widget).changed("things", ["a"])
    widget.close()
    client.advance(2 * PULSE)
    assert [type_ for type_, _ in the_comm.published] == types
    assert repr(widget) == "ThingWidget('py101', closed)"


def test_a_comm_closed_by_the_page_stops_it_until_it_is_shown_again(
    widget: ThingWidget, client: FakeClient
) -> None:
    bundle = widget._repr_mimebundle_()
    assert bundle is not None
    first, old = widget.comm, bundle[0][WIDGET_VIEW]["model_id"]
    ready(widget)
    first.close_in_pages()
    widget.layout.comm.close_in_pages()
    widget.put("a")
    client.advance(2 * PULSE)
    assert first.take() == []
    bundle = widget._repr_mimebundle_()
    assert bundle is not None
    assert bundle[0][WIDGET_VIEW]["model_id"] == widget.comm.comm_id != old
    assert not is_closed(widget.layout.comm), "a page needs it to make the widget"
    (_, opened) = widget.comm.published[0]
    assert opened["state"]["layout"] == f"IPY_MODEL_{widget.layout.model_id}"
    (snapshot,) = ready(widget, "p2")
    assert [d["id"] for d in snapshot["collections"]["things"]["docs"]] == ["a"]


def test_shown_again_it_is_the_same_view(widget: ThingWidget) -> None:
    assert widget._repr_mimebundle_() == widget._repr_mimebundle_()


def test_the_fallback_says_what_it_was_and_nothing_of_what_it_showed(
    client: FakeClient, comms: type[RecordingComm]
) -> None:
    del comms
    client.course = "x<y"
    widget = ThingWidget(client)
    widget.put("secret")
    shown = widget._repr_mimebundle_()
    assert shown is not None
    data, metadata = shown
    assert set(data) == {"text/plain", "text/html", WIDGET_VIEW}
    assert metadata == {}
    for text in (data["text/plain"], data["text/html"]):
        assert "Trust Notebook" in text
        assert "run this cell again" in text
        assert "secret" not in text
        assert "Ada" not in text
    assert "x<y" in data["text/plain"]
    assert "x&lt;y" in data["text/html"]
    assert "color" not in data["text/html"]


def test_the_fallback_speaks_turkish(client: FakeClient, comms: type[RecordingComm]) -> None:
    del comms
    shown = ThingWidget(client, lang="tr")._repr_mimebundle_()
    assert shown is not None
    assert "py101" in shown[0]["text/plain"]
    assert 'lang="tr"' in shown[0]["text/html"]


@pytest.mark.parametrize(
    "options", [{"height": 10}, {"height": 9_999}, {"height": "x"}, {"height": True}, {"lang": 5}]
)
def test_options_are_checked(
    client: FakeClient, comms: type[RecordingComm], options: dict[str, Any]
) -> None:
    del comms
    with pytest.raises(InvalidArgument):
        ThingWidget(client, **options)
    assert client.listeners == []
    widget = ThingWidget(client)
    with pytest.raises(InvalidArgument):
        widget.options = options
    widget.options = {"height": 300}
    assert widget.options == {"height": 300, "lang": ""}


def test_a_missing_bundle_says_how_to_build_it() -> None:
    with pytest.raises(EduWidgetsError, match="npm run build"):
        bundles.bundle("nosuch")


def test_the_first_intent_tells_whether_it_had_to_wait_for_a_cell(
    widget: ThingWidget, client: FakeClient
) -> None:
    assert ready(widget)[0]["lesson"]["subshells"] is False
    client.advance(1)
    thread = threading.Thread(target=lambda: widget.comm.receive(intent("thing.do")))
    thread.start()
    thread.join(PATIENCE)
    assert [m.get("lesson") for m in sent(widget) if m["op"] == "batch"] == [{"subshells": True}]


def test_in_a_script_there_is_no_thread_and_no_error() -> None:
    program = """
import threading
import time
import edu_widgets.notebook.shared_code as s
import edu_widgets.notebook.widget as w
s.bundle = w.bundle = lambda name: "//"
from tests.notebook.doubles import FakeClient, as_client
from tests.notebook.test_widget import Things
before = threading.active_count()
widget = w.LiveWidget(as_client(FakeClient()), Things(), {})
assert "text/html" in widget._repr_mimebundle_()[0]
widget._channel.changed()
print(widget)
widget.close()
assert threading.active_count() == before
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        check=False, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "LiveWidget('py101', live)\n"


def test_no_name_of_ours_hides_one_of_the_base() -> None:
    """ipywidgets' own `_send`, for one, must stay what it is."""
    import anywidget

    from edu_widgets.chat.widget import CourseChat

    meant = {"__init__", "__repr__", "_repr_mimebundle_", "open", "close"}
    # `chat.send` is people's; the base's is reached by its own name.
    meant |= {"send", "comm", "_esm"}
    meant |= {
        "__dict__",
        "__weakref__",
    }  # of any class
    of_traitlets = {name for name in vars(LiveWidget) if name in vars(anywidget.AnyWidget)}
    set_by_us = (
        vars(CourseChat(as_client(FakeClient()))).keys() - vars(anywidget.AnyWidget()).keys()
    )
    of_base = {*dir(anywidget.AnyWidget), *vars(anywidget.AnyWidget())}
    names = {*vars(LiveWidget), *vars(CourseChat), *set_by_us}
    assert (names & of_base) - meant - of_traitlets == set()
    assert {"_send", "_state", "_channel"}.isdisjoint(of_traitlets)


def test_what_another_person_wrote_is_refused(widget: ThingWidget) -> None:
    ready(widget)
    for whose, is_done in (("ada-in-py101", True), ("mira-in-py101", False), ("", True)):
        widget.comm.receive(intent("thing.do", f"i-{whose}") | {"scope": whose})
        answers = [message["op"] for message in sent(widget)]
        assert ("refused" not in answers) is is_done
