"""The chat from Python: arguments, receipts, export, cells."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from edu_widgets.chat.cells import cell_code, fenced, without_call
from edu_widgets.chat.commands import Found
from edu_widgets.chat.message import COLUMNS, plain
from edu_widgets.chat.widget import CourseChat
from edu_widgets.client.runtime.receipts import Answer
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, MessageTooLong, NotConnected, Refused
from tests.chat.page import made
from tests.notebook.doubles import START, FakeClient, RecordingComm, keyed, message, reaction


@pytest.fixture
def chat(client: FakeClient, comms: type[RecordingComm]) -> CourseChat:
    del comms
    client.load(client.document("hello", id="m1"), client.document("mine", user_id="u-ada"))
    return made(client)


def last(client: FakeClient) -> tuple[str, dict[str, Any]]:
    client.run()
    command = list(client.outbox.values())[-1]
    return command.type, msgspec.json.decode(command.data)


def test_every_call_sends_its_command(chat: CourseChat, client: FakeClient) -> None:
    client.arrive(
        keyed("question:m1", "question", 3, {
            "messageId": "m1", "userId": "u-mira", "userName": "Mira", "content": "Why?", "at": 1,
        })
    )  # fmt: skip
    (hello, _), (question,) = chat.messages, chat.questions
    calls: list[tuple[Any, str, dict[str, Any]]] = [
        (chat.ask("Why?"), "chat_message", {"content": "Why?", "question": True}),
        (chat.edit(hello, "HELLO"), "edit_message", {"messageId": "m1", "content": "HELLO"}),
        (chat.delete("m1"), "delete_message", {"messageId": "m1"}),
        (chat.react(hello, "👍"), "add_reaction", {"emoji": "👍", "action": "add"}),
        (chat.unreact(hello, "👍"), "add_reaction", {"emoji": "👍", "action": "remove"}),
        (chat.upvote(question), "upvote_question", {"messageId": "m1", "on": True}),
        (chat.take_back(question), "upvote_question", {"messageId": "m1", "on": False}),
        (chat.answered(question), "answer_question", {"answered": True}),
        (chat.answered(question, False), "answer_question", {"answered": False}),
        (chat.pin(hello), "pin_message", {"messageId": "m1", "pinned": True}),
        (chat.unpin("m1"), "pin_message", {"messageId": "m1", "pinned": False}),
        (chat.mute("Mira"), "mute_user", {"userId": "u-mira", "userName": "Mira", "minutes": 10}),
        (chat.mute(hello, 0), "mute_user", {"userId": "u-mira"}),
        (chat.unmute("u-mira"), "mute_user", {"userId": "u-mira", "muted": False}),
        (chat.slow_mode(5), "set_slow_mode", {"seconds": 5}),
    ]
    client.run()
    for receipt, type_, data in calls:
        command = client.outbox[receipt.id]
        sent = msgspec.json.decode(command.data)
        if type_ == "add_reaction":
            sent.setdefault("action", "add")
        assert command.type == type_
        assert data.items() <= sent.items()


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("send", ("x", 5), "reply_to must be a message or its id"),
        ("edit", ("m1", ""), "empty"),
        ("edit", (None, "x"), "message must be"),
        ("delete", ("pin:m1",), "message must be"),
        ("react", ("m1", "+1"), "one emoji"),
        ("react", ("m1", 5), "one emoji"),
        ("upvote", ("m1",), "no such question"),
        ("answered", (5,), "question must be"),
        ("mute", ("",), "a name or an id"),
        ("mute", ("Mira", -1), "minutes is 1 to"),
        ("mute", ("Mira", 1.5), "whole number"),
        ("mute", (5,), "a name or an id; not "),
        ("slow_mode", (9_999,), "0 to 3,600"),
        ("slow_mode", ("5",), "whole number"),
        ("search", ("",), "at least one character"),
        ("search", (5,), "a string"),
        ("retry", ("no id!",), "message must be"),
    ],
)
def test_wrong_arguments_say_what_is_allowed(
    chat: CourseChat, client: FakeClient, name: str, args: Any, words: str
) -> None:
    with pytest.raises(InvalidArgument, match=words):
        getattr(chat, name)(*args)
    client.run()
    assert client.outbox == {}


def test_retry_and_discard_take_messages(chat: CourseChat, client: FakeClient) -> None:
    chat.retry(chat.messages[0])
    chat.discard("m1")
    assert client.asked == [("retry", "m1"), ("discard", "m1")]


def test_an_edit_names_the_version_that_was_seen(chat: CourseChat, client: FakeClient) -> None:
    (seen, _) = chat.messages
    client.arrive(client.document("hey", born=1, id="m1", version=1, edited=True))
    _ = chat.edit(seen, "hello?")
    assert "version" not in last(client)[1], "0: what was seen is what counts"
    client.outbox.clear()
    _ = chat.edit("m1", "hello?")
    assert last(client)[1]["version"] == 1


def test_reading_marks(chat: CourseChat, client: FakeClient) -> None:
    assert chat.unread == 1
    chat.mark_read()
    assert chat.unread == 0
    assert last(client) == ("mark_read", {"born": 2})


def test_a_search_waits_for_the_service(chat: CourseChat, client: FakeClient) -> None:
    asked = client.ask

    def answering(settle: Callable[[Answer], None]) -> None:
        def answer(type_: str, data: Any, *, channel: str | None = None) -> Answer:
            made = asked(type_, data, channel=channel)
            settle(made)
            return made

        client.ask = answer  # type: ignore[method-assign]

    found = Found("hi", [message("hi", 7, 7)])
    answering(lambda one: one.answer(msgspec.Raw(msgspec.json.encode(found))))
    assert [m.content for m in chat.search("hi")] == ["hi"]
    answering(lambda one: one.fail(NotConnected("offline")))
    assert [m.content for m in chat.search("HELLO")] == ["hello"]
    answering(lambda one: one.fail(Refused("Too many searches.")))
    with pytest.raises(Refused, match="Too many"):
        chat.search("x")
    limited = Refused("Too many questions; again in 12 s.", Code.RATE_LIMITED, 12_000)
    answering(lambda one: one.fail(limited))
    assert [m.content for m in chat.search("HELLO")] == ["hello"]


def test_loading_all_goes_on_until_everything_is_here(client: FakeClient, comms: Any) -> None:
    del comms
    client.seq = 100
    client.load(client.document("new"), floor=101)
    chat = made(client)
    receipt = chat.load_all()
    client.run()
    client.arrive_older([message("older", 60, 60)], floor=60)
    client.run()
    assert not receipt.done()
    client.arrive_older([message("oldest", 5, 5)])
    client.run()
    assert receipt.error is None
    assert receipt.done()
    assert [m.content for m in chat.messages] == ["oldest", "older", "new"]


def test_loading_all_tells_why_it_cannot(client: FakeClient, comms: Any) -> None:
    del comms
    client.seq = 100
    client.load(client.document("new"), floor=101)
    receipt = made(client).load_all()
    client.run()
    client.receipts["older"].fail(NotConnected("offline"))
    assert isinstance(receipt.error, NotConnected)


def test_export_is_plain_values(chat: CourseChat, client: FakeClient) -> None:
    client.arrive(
        client.document(
            "*a*", id="m9", version=2, edited=True, reply_to="m1", question=True, role="instructor",
            mentions=["Ada"], reactions=[reaction("👍", "u1", "u2")],
        )
    )  # fmt: skip
    _ = chat.send("waiting")
    rows = chat.to_dicts()
    assert [row["content"] for row in rows] == ["hello", "mine", "*a*", "waiting"]
    assert rows[2] == {
        "id": "m9", "time": datetime.fromtimestamp((START + 3) / 1000, UTC), "user_id": "u-mira",
        "user_name": "Mira", "role": "instructor", "content": "*a*", "type": "text",
        "reply_to": "m1", "edited": True, "version": 2, "question": True, "mentions": ["Ada"],
        "reactions": {"👍": 2}, "state": "sent",
    }  # fmt: skip
    assert rows[0]["time"].utcoffset() == timedelta(0)
    assert rows[3]["state"] == "pending"
    assert tuple(plain(chat.messages[0])) == COLUMNS


def test_a_dataframe_where_there_is_pandas(
    chat: CourseChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = SimpleNamespace(DataFrame=lambda rows, columns: (rows, columns))
    monkeypatch.setitem(sys.modules, "pandas", fake)
    frame: Any = chat.to_dataframe()
    assert frame == (chat.to_dicts(), list(COLUMNS))
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InvalidArgument, match="pip install pandas"):
        chat.to_dataframe()


# -- cells ------------------------------------------------------------------------------


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources of the cells that have run; the last one is running."""
    history = [""]
    shell = SimpleNamespace(history_manager=SimpleNamespace(input_hist_raw=history))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    return history


def test_the_cell_it_stands_in_without_the_line_that_calls_it(
    chat: CourseChat, client: FakeClient, ran: list[str]
) -> None:
    ran += ["x = 1", "for i in range(3):\n    print(i)\nlesson.chat.send_cell(note='Look:')"]
    _ = chat.send_cell(note="Look:")
    expected = "Look:\n\n```python\nfor i in range(3):\n    print(i)\n```"
    assert last(client)[1]["content"] == expected


def test_alone_it_sends_the_cell_before(
    chat: CourseChat, client: FakeClient, ran: list[str]
) -> None:
    ran += ["x = '```'\n", "_ = lesson.chat.send_cell(\n    note='',\n)"]
    _ = chat.send_cell()
    assert last(client)[1]["content"] == "````python\nx = '```'\n````"


def test_a_cell_by_its_number(ran: list[str]) -> None:
    ran += ["one", "", "chat.send_cell(1)"]
    assert cell_code(1) == "one"
    for number in (0, 2, 4, -1):
        with pytest.raises(InvalidArgument, match="up to In"):
            cell_code(number)
    for wrong in ("1", 1.0, True):
        with pytest.raises(InvalidArgument, match="number of a cell"):
            cell_code(wrong)  # type: ignore[arg-type]


def test_nothing_to_send(ran: list[str]) -> None:
    ran += ["chat.send_cell()"]
    with pytest.raises(InvalidArgument, match="No cell was run"):
        cell_code(None)


@pytest.mark.parametrize("module", [None, SimpleNamespace(get_ipython=lambda: None)])
def test_outside_of_notebooks_there_are_no_cells(
    module: Any, monkeypatch: pytest.MonkeyPatch, chat: CourseChat
) -> None:
    if module is None:
        monkeypatch.delitem(sys.modules, "IPython", raising=False)
    else:
        monkeypatch.setitem(sys.modules, "IPython", module)
    with pytest.raises(InvalidArgument, match="no cells here"):
        _ = chat.send_cell()


def test_too_much_code(chat: CourseChat, ran: list[str]) -> None:
    ran += ["x" * 9_000, "chat.send_cell()"]
    with pytest.raises(MessageTooLong):
        _ = chat.send_cell()


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("a = 1\nchat.send_cell()\nb = 2", "a = 1\nb = 2"),
        ("%timeit x\nchat.send_cell()", "%timeit x"),
        ("chat.send_cell(); print(1)", ""),
        ("chat.send_cell()", ""),
        ("\n\nchat.send_cell()\n", ""),
        ("x = 1", "x = 1"),
    ],
)
def test_the_line_that_calls_is_left_out(code: str, left: str) -> None:
    assert without_call(code) == left


def test_a_fence_is_longer_than_any_in_the_code() -> None:
    assert fenced("a") == "```python\na\n```"
    assert fenced("`````", "n ").startswith("n\n\n``````python\n")
