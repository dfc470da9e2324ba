from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from edu_widgets.chat.documents import ChatMessage as Data
from edu_widgets.chat.event_diff import EventDiff
from edu_widgets.chat.mirror import MESSAGES, Chat, from_document
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged
from edu_widgets.notebook import lesson_payload
from edu_widgets.protocol import Document, uuid7
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.errors import OutboxFull
from tests.nightly import examples
from tests.notebook.doubles import START, FakeClient, as_client, message, reaction


@pytest.fixture
def chat(client: FakeClient) -> Chat:
    made = Chat(as_client(client), client.monotonic)

    def hear(event: Any) -> None:
        if isinstance(event, CommandChanged):
            made.moved(event)

    client.listen(hear)
    return made


def send(chat: Chat, text: str, created: int = START) -> str:
    data = Data(uuid7(), text)
    _ = chat.send(data, created)
    return data.id


def rendered(chat: Chat, *ids: str) -> list[dict[str, Any]]:
    docs, _ = chat.read(MESSAGES, ids)
    return json.loads(json.dumps(docs))  # type: ignore[no-any-return]


def test_a_document_becomes_a_message() -> None:
    document = message(
        "hello\n*you*",
        1,
        4,
        user_id="u-1",
        user_name="Ada",
        reply_to="m0",
        edited=True,
        role="instructor",
        reactions=[reaction("👍", "u-1", "u-2")],
    )
    found = from_document(document)
    assert found is not None
    assert (found.user_id, found.user_name, found.content) == ("u-1", "Ada", "hello\n*you*")
    assert found.timestamp == datetime.fromtimestamp((START + 1) / 1000, UTC)
    assert (found.reply_to, found.edited, found.role, found.state) == (
        "m0", True, "instructor", "sent",
    )  # fmt: skip
    assert found.reactions[0].emoji == "👍"
    when = found.timestamp.astimezone().strftime("%Y-%m-%d %H:%M")
    assert repr(found) == f"<'Ada' {when}: 'hello *you*' (edited)>"


def test_a_repr_is_short_and_writes_no_control_sequences() -> None:
    found = from_document(message("\x1b[2J" + "x" * 9_000, 1, 1, user_name="\x1b]0;evil\x07"))
    assert "\x1b" not in repr(found)
    assert len(repr(found)) < 120


@pytest.mark.parametrize("timestamp", [10**18, -(10**18)])
def test_a_time_beyond_all_calendars_raises_nothing(timestamp: int) -> None:
    found = from_document(message("x", 1, 1, timestamp=timestamp))
    assert found is not None
    assert found.timestamp.year == 1970


@pytest.mark.parametrize("value", [None, 5, [], {}, {"id": "x"}, {"content": 5}])
def test_a_document_that_cannot_be_read_is_left_out(
    chat: Chat, client: FakeClient, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client.load(client.document("fine"), Document("bad", "message", 2, 2, body(value)))
    assert [m.content for m in chat.messages()] == ["fine"]
    assert [d["body"] for d in chat.windows()[MESSAGES].docs] == ["fine"]
    assert caplog.text.count("could not be read") <= 1


def test_the_page_gets_only_what_differs_from_the_usual(chat: Chat, client: FakeClient) -> None:
    client.load(
        client.document("plain", id="m1"),
        client.document(
            "*a*",
            id="m2",
            role="instructor",
            edited=True,
            edited_at=START + 9,
            reply_to="m1",
            reactions=[reaction("👍", "u-1")],
        ),
        client.document("*joined*", id="m3", type="system"),
    )
    common = {"user": "u-mira", "name": "Mira"}
    assert rendered(chat, "m3", "m2", "m1") == [
        {"id": "m1", "born": 1, "seq": 1, "at": START + 1, "body": "plain", **common},
        {
            "id": "m2",
            "born": 2,
            "seq": 2,
            "at": START + 2,
            "body": [["p", ["em", "a"]]],
            "role": "instructor",
            "edited": START + 9,
            "replyTo": "m1",
            "reactions": [{"emoji": "👍", "count": 1, "names": ["One"], "own": False}],
            **common,
        },
        {"id": "m3", "born": 3, "seq": 3, "at": START + 3, "body": "*joined*", "type": "system"}
        | common,
    ]


def test_one_s_own_message_from_enter_to_its_document(chat: Chat, client: FakeClient) -> None:
    client.load(client.document("before"))
    id_ = send(chat, "mine")
    (doc,) = rendered(chat, id_)
    assert doc == {
        "id": id_, "user": "u-ada", "name": "Ada", "at": START, "body": "mine",
        "state": "pending", "rev": 0,
    }  # fmt: skip
    client.run()
    states = [chat.messages()[-1].state]
    client.move(client.outbox[id_], state=CommandState.SENT)
    states.append(chat.messages()[-1].state)
    client.acknowledge(id_)
    states.append(chat.messages()[-1].state)
    assert states == ["pending", "pending", "sent"], "acknowledged, though not yet back"
    (doc,) = rendered(chat, id_)
    assert "state" not in doc
    assert "born" not in doc
    assert doc["rev"] > 0
    client.arrive(client.document("mine", id=id_, user_id="u-ada"))
    assert [m.content for m in chat.messages()] == ["before", "mine"]
    (doc,) = rendered(chat, id_)
    assert (doc["born"], doc["seq"]) == (2, 2)
    assert "rev" not in doc


def test_every_state_has_what_the_page_needs(
    chat: Chat, client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = SimpleNamespace(time=lambda: START / 1000 + 3)
    monkeypatch.setattr(lesson_payload, "time", now)
    id_ = send(chat, "mine")
    client.run()
    command = client.outbox[id_]
    seen = []
    client.become(state="offline")
    seen.append(rendered(chat, id_)[0])
    client.become(state="live")
    client.move(
        command, state=CommandState.SLOWED, retry_at=START + 8_000, error="Too many", code=4004
    )
    seen.append(rendered(chat, id_)[0])
    client.move(command, state=CommandState.FAILED, error="Not allowed.", code=4501)
    seen.append(rendered(chat, id_)[0])
    client.move(command, state=CommandState.HELD)
    seen.append(rendered(chat, id_)[0])
    keys = ("state", "retryIn", "error", "code", "rev")
    picked = [{k: d[k] for k in keys if k in d} for d in seen]
    assert picked == [
        {"state": "queued", "rev": 0},
        {"state": "slowed", "retryIn": 5_000, "rev": 1},
        {"state": "failed", "error": "Not allowed.", "code": 4501, "rev": 2},
        {"state": "held", "rev": 3},
    ]
    assert rendered(chat, id_)[0]["rev"] == 3, "looking again changes nothing"


def test_a_discarded_message_is_gone(chat: Chat, client: FakeClient) -> None:
    id_ = send(chat, "mine")
    client.run()
    client.move(client.outbox[id_], state=CommandState.FAILED)
    client.drop(id_)
    assert chat.read(MESSAGES, [id_]) == ([], [id_])
    assert chat.messages() == []


def test_what_the_client_does_not_take_is_not_shown(chat: Chat, client: FakeClient) -> None:
    client.refuse_with = OutboxFull("full")
    with pytest.raises(OutboxFull):
        send(chat, "mine")
    assert chat.messages() == []
    client.refuse_with = None
    id_ = send(chat, "mine")
    client.receipts[id_].fail(OutboxFull("later"))
    assert chat.messages() == []


def test_an_acknowledged_message_that_never_comes_back_goes_in_the_end(
    chat: Chat, client: FakeClient
) -> None:
    id_ = send(chat, "mine")
    client.run()
    client.move(client.outbox[id_], state=CommandState.SENT)
    client.acknowledge(id_)
    client.now += 29
    assert chat.count() == 1
    client.now += 2
    assert chat.count() == 0


def test_own_messages_stand_last_in_the_order_they_were_sent_whatever_the_clock_says(
    chat: Chat, client: FakeClient
) -> None:
    ids = [send(chat, text, START - at) for at, text in enumerate("abc")]
    client.load(client.document("first"))
    assert [m.content for m in chat.messages()] == ["first", "a", "b", "c"]
    window = chat.windows()[MESSAGES]
    assert [d["body"] for d in window.docs] == ["first", "a", "b", "c"]
    assert [d["body"] for d in rendered(chat, *ids)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("loaded", "floor", "expected"),
    [
        (3, 0, (3, 0, False)),
        (3, 40, (3, None, True)),
        (50, 0, (50, 0, False)),
        (50, 40, (50, None, True)),
        (51, 0, (50, None, True)),
        (120, 40, (50, None, True)),
    ],
)
def test_a_page_begins_with_the_newest(
    chat: Chat, client: FakeClient, loaded: int, floor: int, expected: tuple[int, int | None, bool]
) -> None:
    client.seq = 100
    client.load(*(client.document(str(i)) for i in range(loaded)), floor=floor)
    window = chat.windows()[MESSAGES]
    count, expected_floor, more = expected
    first = window.docs[0]["born"]
    assert (len(window.docs), window.more) == (count, more)
    assert window.floor == (first if expected_floor is None else expected_floor)
    assert window.docs[-1]["born"] == 100 + loaded


def test_paging_back_to_the_beginning(chat: Chat, client: FakeClient) -> None:
    client.load(*(client.document(str(i)) for i in range(130)))
    window = chat.windows()[MESSAGES]
    seen = [doc["born"] for doc in window.docs]
    turns = 0
    while window.more:
        window = chat.older(MESSAGES, window.floor)
        seen = [doc["born"] for doc in window.docs] + seen
        turns += 1
    assert seen == list(range(1, 131))
    assert (window.floor, turns) == (0, 2)


def test_paging_back_stops_at_what_is_loaded(chat: Chat, client: FakeClient) -> None:
    client.seq = 100
    client.load(*(client.document(str(i)) for i in range(3)), floor=101)
    window = chat.older(MESSAGES, 101)
    assert (list(window.docs), window.floor, window.more) == ([], 101, True)


def new(diff: EventDiff, event: Any) -> list[Any]:
    """Return the messages that are told as new."""
    return [message for what, message in diff.of(event) if what == "message"]


class NewsMachine(RuleBasedStateMachine):
    """Each new message is told once, in order, over frames that repeat, go missing and reset."""

    @initialize(history=st.integers(0, 3))
    def begin(self, history: int) -> None:
        self.client = FakeClient()
        self.news = EventDiff(as_client(self.client))
        self.told: list[str] = []
        self.expected: list[str] = []
        self.clock = START
        self.times: dict[str, int] = {}
        self.stored = [self.write() for _ in range(history)]
        self.connected = True
        self.epoch = 0
        self.client.listen(self.hear)
        self.client.load(*self.stored, epoch="e0")

    def hear(self, event: Any) -> None:
        assert isinstance(event, DocumentsChanged)
        self.told += [message.id for message in new(self.news, event)]

    def write(self, **fields: Any) -> Document:
        self.clock += 10
        document = self.client.document("x", id=uuid7(), timestamp=self.clock, **fields)
        self.times[document.id] = self.clock
        return document

    @rule()
    def say(self) -> None:
        document = self.write()
        self.stored.append(document)
        self.expected.append(document.id)
        if self.connected:
            self.client.arrive(document)

    @rule(index=st.integers(0, 20))
    def edit(self, index: int) -> None:
        if self.connected and self.stored:
            index %= len(self.stored)
            old = self.stored[index]
            new = self.client.document(
                "edited", born=old.born, id=old.id, timestamp=self.times[old.id]
            )
            self.stored[index] = new
            self.client.arrive(new)

    @rule()
    def disconnect(self) -> None:
        self.connected = False

    @rule(how=st.sampled_from(["catch up", "reset", "renew"]))
    def connect(self, how: str) -> None:
        self.connected = True
        if how == "catch up":
            seq = self.client.held.cursor.seq
            self.client.arrive(*(d for d in self.stored if d.seq > seq), live=False)
            return
        if how == "renew":
            # A store restored from a backup: the same messages under new numbers.
            self.epoch += 1
            self.client.seq = 0
            self.stored = [
                self.client.document("x", id=d.id, timestamp=self.times[d.id]) for d in self.stored
            ]
        self.client.load(*self.stored, epoch=f"e{self.epoch}")

    def teardown(self) -> None:
        if hasattr(self, "news"):
            if not self.connected:
                self.connect("catch up")
            assert self.told == self.expected


TestNews = NewsMachine.TestCase
TestNews.settings = settings(max_examples=examples(100), stateful_step_count=25, deadline=None)


def test_what_is_loaded_before_or_paged_back_to_is_history(client: FakeClient) -> None:
    client.seq = 50
    client.load(client.document("here"), floor=51)
    news = EventDiff(as_client(client))
    told: list[Any] = []
    client.listen(lambda event: told.extend(new(news, event)))
    _ = client.older("message")
    client.arrive_older([message("old", 7, 7)])
    assert told == []
    client.arrive(client.document("new"), live=False)
    assert [m.content for m in told] == ["new"]


def test_the_first_message_ever_in_an_empty_course_is_news(client: FakeClient) -> None:
    news = EventDiff(as_client(client))
    told: list[Any] = []
    client.listen(lambda event: told.extend(new(news, event)))
    client.load()
    client.arrive(client.document("first"))
    assert [m.content for m in told] == ["first"]


def test_a_wider_window_after_a_reset_is_no_news(client: FakeClient) -> None:
    news = EventDiff(as_client(client))
    told: list[Any] = []
    client.listen(lambda event: told.extend(new(news, event)))
    old, here = client.document("never seen"), client.document("here")
    client.load(here, floor=2)
    missed = client.document("missed")
    client.load(old, here, missed, epoch="two")
    assert [m.content for m in told] == ["missed"]
