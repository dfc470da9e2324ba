"""The stream, checked against a page that follows docs/widget-protocol.md to the letter."""

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from edu_widgets.notebook.stream import ANSWER_WITHIN, ATTENDED, GAP, PULSE, Stream, Window
from tests.nightly import examples

Json = dict[str, Any]


class Truth:
    """The documents that there are; `state` stands for the lesson."""

    def __init__(self) -> None:
        self.docs: dict[str, Json] = {}
        self.state = 0
        self.next_try: int | None = None
        self.seq = 0

    def lesson(self) -> Json:
        return {"course": "py101", "state": self.state, "nextTry": self.next_try}

    def windows(self) -> Mapping[str, Window]:
        docs = sorted(self.docs.values(), key=lambda doc: doc["born"])
        more = len(docs) > 3
        return {"messages": Window(docs[-3:], docs[-3]["born"] if more else 0, more)}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        assert collection == "messages"
        ids = list(ids)
        return [self.docs[i] for i in ids if i in self.docs], [i for i in ids if i not in self.docs]

    def older(self, collection: str, before: int) -> Window:
        assert collection == "messages"
        docs = sorted(self.docs.values(), key=lambda doc: doc["born"])
        docs = [doc for doc in docs if doc["born"] < before]
        more = len(docs) > 2
        return Window(docs[-2:], docs[-2]["born"] if more else 0, more)

    def write(self, id_: str) -> None:
        self.seq += 1
        born = self.docs[id_]["born"] if id_ in self.docs else self.seq
        self.docs[id_] = {"id": id_, "born": born, "seq": self.seq}


class ModelPage:
    """A page, by the rules."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.n = -1
        self.docs: dict[str, Json] = {}
        self.floor = 0
        self.lesson: Json = {}
        self.holes = False

    def hear(self, message: Json) -> None:
        if message.get("to", self.name) != self.name:
            return
        op = message["op"]
        if op == "snapshot":
            self.n, self.lesson, self.holes = message["n"], dict(message["lesson"]), False
            collection = message["collections"]["messages"]
            self.docs = {doc["id"]: doc for doc in collection["docs"]}
            self.floor = collection["floor"]
        elif op == "page":
            self.floor = message["floor"]
            self.put(message["docs"])
        elif op == "pulse":
            self.holes |= message["n"] > self.n
        elif op == "batch" and message["n"] > self.n + 1:
            self.holes = True
        elif op == "batch" and message["n"] == self.n + 1:
            self.n += 1
            self.lesson |= message.get("lesson", {})
            self.put(message.get("set", {}).get("messages", []))
            for id_ in message.get("del", {}).get("messages", []):
                self.docs.pop(id_, None)

    def put(self, docs: list[Json]) -> None:
        for doc in docs:
            held = self.docs.get(doc["id"])
            if doc["seq"] > held["seq"] if held else doc["born"] >= self.floor:
                self.docs[doc["id"]] = doc


class StreamMachine(RuleBasedStateMachine):
    """Any order of changes, pages, losses and time: once quiet, every page shows what is."""

    @initialize()
    def begin(self) -> None:
        self.truth = Truth()
        self.stream = Stream(self.truth, self.truth.lesson)
        self.now = 100.0
        self.pages: list[ModelPage] = []
        self.sent_at: list[float] = []

    @rule(id_=st.sampled_from("abcdefgh"))
    def write(self, id_: str) -> None:
        self.truth.write(id_)
        self.stream.touch("messages", [id_])

    @rule(id_=st.sampled_from("abcdefgh"))
    def remove(self, id_: str) -> None:
        if self.truth.docs.pop(id_, None):
            self.stream.touch("messages", [id_])

    @rule(state=st.integers(0, 2))
    def stand(self, state: int) -> None:
        self.truth.state = state
        self.stream.touch_lesson()

    @rule()
    def renew(self) -> None:
        self.truth.docs.clear()
        self.truth.seq = 0
        self.truth.write("a")
        self.stream.reset()

    @rule()
    def open_page(self) -> None:
        if len(self.pages) < 3:
            self.pages.append(ModelPage(f"p{len(self.pages)}"))
            self.ask(self.pages[-1])

    @rule()
    def page_back(self) -> None:
        for page in self.pages[:1]:
            self.say([self.stream.older(page.name, "messages", page.floor, self.now)])

    @rule(
        seconds=st.sampled_from([0.0, 0.01, GAP, 1.0, PULSE, 2 * ANSWER_WITHIN]), lost=st.booleans()
    )
    def pass_time(self, seconds: float, *, lost: bool) -> None:
        self.now += seconds
        messages = self.stream.take(self.now)
        self.note(messages)
        if not lost:
            self.say(messages)

    def ask(self, page: ModelPage) -> None:
        self.say([self.stream.snapshot(page.name, self.now)])

    def say(self, messages: list[Json]) -> None:
        for message in messages:
            for page in self.pages:
                page.hear(message)

    def note(self, messages: list[Json]) -> None:
        assert self.pages or not messages, "something was sent to nobody"
        batches = [m for m in messages if m["op"] == "batch"]
        assert len(batches) <= 1
        if batches:
            assert not self.sent_at or self.now - self.sent_at[-1] >= GAP - 1e-9
            self.sent_at.append(self.now)

    def teardown(self) -> None:
        if hasattr(self, "stream"):
            self.settle()

    @rule()
    def settle(self) -> None:
        for page in self.pages:
            if not self.stream.spoke(page.name, self.now):
                page.hear(self.stream.pulse(self.now))
        for _ in range(3):
            self.now += PULSE
            messages = self.stream.take(self.now)
            self.note(messages)
            self.say(messages)
            for page in self.pages:
                if page.holes:
                    self.ask(page)
        for page in self.pages:
            truth = self.truth.docs
            assert page.lesson == self.truth.lesson()
            assert page.docs == {k: d for k, d in truth.items() if d["born"] >= page.floor}


TestStream = StreamMachine.TestCase
TestStream.settings = settings(max_examples=examples(150), stateful_step_count=30, deadline=None)


def stream_with_page() -> tuple[Stream, Truth]:
    truth = Truth()
    stream = Stream(truth, truth.lesson)
    stream.snapshot("p", 0.0)
    return stream, truth


def test_nobody_asked_so_nothing_is_sent() -> None:
    truth = Truth()
    stream = Stream(truth, truth.lesson)
    truth.write("a")
    stream.touch("messages", ["a"])
    stream.touch_lesson()
    stream.reset()
    assert stream.due() is None
    assert stream.take(1_000.0) == []
    assert stream.snapshot("p", 1_000.0)["n"] == 0


def test_the_first_change_goes_at_once_and_the_rest_together() -> None:
    stream, truth = stream_with_page()
    truth.write("a")
    stream.touch("messages", ["a"])
    assert stream.due() <= 5.0  # type: ignore[operator]
    assert [m["n"] for m in stream.take(5.0)] == [1]
    for id_ in "bcbc":
        truth.write(id_)
        stream.touch("messages", [id_])
        assert stream.take(5.001) == []
    assert stream.due() == 5.0 + GAP
    (batch,) = stream.take(5.0 + GAP)
    assert batch == {"op": "batch", "n": 2, "set": {"messages": [truth.docs["b"], truth.docs["c"]]}}


def test_a_pulse_only_after_silence() -> None:
    stream, truth = stream_with_page()
    assert stream.take(PULSE - 0.1) == []
    assert stream.take(PULSE) == [{"op": "pulse", "n": 0}]
    assert stream.take(PULSE + 1) == []
    truth.write("a")
    stream.touch("messages", ["a"])
    assert len(stream.take(PULSE + 2)) == 1
    stream.said(PULSE + 5)
    assert stream.due() == 2 * PULSE + 5


def test_what_changed_back_is_told_to_a_page_that_saw_it() -> None:
    stream, truth = stream_with_page()
    truth.state = 1
    stream.touch_lesson()
    assert stream.snapshot("q", 1.0)["lesson"]["state"] == 1
    truth.state = 0
    stream.touch_lesson()
    assert stream.take(2.0) == [{"op": "batch", "n": 1, "lesson": {"state": 0}}]


def test_a_change_of_nothing_sends_nothing() -> None:
    stream, _ = stream_with_page()
    stream.touch_lesson()
    assert stream.take(1.0) == []
    assert stream.due() == PULSE


def test_forgotten_pages_notice_a_reset() -> None:
    stream, truth = stream_with_page()
    page = ModelPage("p")
    page.hear(stream.snapshot("p", 0.0))
    for number in range(100):
        stream.snapshot(f"other{number}", 0.0)
    truth.write("a")
    stream.reset()
    messages = stream.take(1.0)
    assert "p" not in {m["to"] for m in messages}
    for message in [*messages, *stream.take(20.0)]:
        page.hear(message)
    assert page.holes


def test_after_a_reset_only_what_pages_then_show_is_sent() -> None:
    stream, truth = stream_with_page()
    for id_ in "abcdef":
        truth.write(id_)
    stream.reset()
    (snapshot,) = stream.take(1.0)
    assert snapshot["collections"]["messages"]["floor"] == 4
    truth.write("a")
    stream.touch("messages", ["a"])
    assert stream.take(2.0) == []


def batches(stream: Stream, truth: Truth, now: float, *, busy: bool = False) -> list[str]:
    truth.write("a")
    stream.touch("messages", ["a"])
    return [message["op"] for message in stream.take(now, busy=busy)]


def test_nobody_asks_so_nothing_is_said() -> None:
    stream, _ = stream_with_page()
    told = [now for now in range(3_600) if stream.take(float(now))]
    assert told == [10, 20, 30, 40], "the page has asked at 0"
    assert stream.spoke("p", 3_600.0)
    assert [now for now in range(3_600, 7_200) if stream.take(float(now))] == [
        3_600 + PULSE * n for n in range(int(ATTENDED // PULSE) + 1)
    ]
    assert all(stream.take(float(now), busy=True) for now in range(7_200, 8_000, 10))


def test_a_batch_is_followed_by_one_pulse_that_names_it() -> None:
    stream, truth = stream_with_page()
    assert batches(stream, truth, 50.0) == ["batch"]
    told = [(now, stream.take(float(now))) for now in range(51, 600)]
    assert [(now, said) for now, said in told if said] == [(60, [{"op": "pulse", "n": 1}])]


def test_a_page_that_never_answers_is_told_nothing_and_notices_when_it_is_back() -> None:
    stream, truth = stream_with_page()
    page = ModelPage("p")
    page.hear(stream.snapshot("p", 0.0))
    told = [now for now in range(0, 600, 5) if batches(stream, truth, float(now)) == ["batch"]]
    assert told[-1] == 2 * ANSWER_WITHIN + 5
    assert not stream.awaited
    assert not stream.spoke("p", 600.0)
    page.hear(stream.pulse(600.0))
    assert page.holes


def test_a_page_that_answers_and_one_whose_kernel_is_busy_are_told_on() -> None:
    stream, truth = stream_with_page()
    for now in range(0, 1_000, 5):
        assert batches(stream, truth, float(now)) == ["batch"]
        if now % 65 == 0:
            stream.spoke("p", float(now))
    for now in range(1_000, 3_000, 5):
        assert batches(stream, truth, float(now), busy=True) == ["batch"]


def test_when_it_is_tried_again_is_told_only_to_who_attends() -> None:
    stream, truth = stream_with_page()
    truth.next_try = 5
    stream.touch_lesson()
    assert [m["op"] for m in stream.take(1.0)] == ["batch"]
    stream.take(ATTENDED)
    for now in range(100, 1_000, 10):
        truth.next_try = now
        stream.touch_lesson()
        assert stream.take(float(now)) == []
    stream.spoke("p", 1_000.0)
    (batch,) = stream.take(1_000.1)
    assert batch["lesson"] == {"nextTry": 990}


def test_what_is_as_it_was_told_is_not_told_again() -> None:
    stream, truth = stream_with_page()
    assert batches(stream, truth, 1.0) == ["batch"]
    for now in range(2, 100):
        stream.touch("messages", ["a"])
        assert all(message["op"] == "pulse" for message in stream.take(float(now)))
    stream.spoke("p", 100.0)
    stream.spoke("", 100.0)
    stream.touch("messages", ["a"])
    assert [m["op"] for m in stream.take(100.0)] == ["batch"], "it ends what the page shows"
    assert batches(stream, truth, 200.0) == ["batch"]
    stream.reset()
    assert [message["op"] for message in stream.take(201.0)] == ["snapshot"]
    stream.touch("messages", ["a"])
    assert [message["op"] for message in stream.take(202.0)] == ["batch"], "others may be new"
