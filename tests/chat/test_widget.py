from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

import msgspec
import pytest
from jupyter_client.session import json_packer

from edu_widgets.chat.documents import Message
from edu_widgets.chat.widget import CourseChat, checked
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.stream import GAP
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument, MessageTooLong, NotConnected, OutboxFull
from tests.inside import client_of
from tests.notebook.doubles import START, FakeClient, RecordingComm, as_client
from tests.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures("named_bundles")


@pytest.fixture
def chat(client: FakeClient, comms: type[RecordingComm]) -> CourseChat:
    del comms
    return CourseChat(as_client(client))


def sent(chat: CourseChat) -> list[dict[str, Any]]:
    client_of(chat).run()  # type: ignore[attr-defined]
    return json.loads(json.dumps(chat.comm.take()))  # type: ignore[no-any-return]


def ready(chat: CourseChat, page: str = "p1") -> dict[str, Any]:
    chat.comm.receive({"op": "ready", "page": page, "lang": ""})
    (snapshot,) = sent(chat)
    return snapshot


def intend(chat: CourseChat, do: str, **args: Any) -> list[dict[str, Any]]:
    chat.comm.receive({"op": "intent", "page": "p1", "id": uuid7(), "do": do, "args": args})
    messages = sent(chat)
    assert [m["op"] for m in messages].count("got") == 1
    return [m for m in messages if m["op"] != "got"]


def test_send_returns_at_once_and_shows_at_once(chat: CourseChat, client: FakeClient) -> None:
    receipt = chat.send("hello \n")
    assert not receipt.done()
    (message,) = chat.messages
    assert (message.content, message.user_name, message.state) == ("hello", "Ada", "pending")
    client.run()
    assert chat.messages[0].id == receipt.id
    reply = chat.send("again", reply_to=message)
    client.run()
    data = msgspec.json.decode(client.outbox[reply.id].data)
    assert data["replyTo"] == receipt.id
    assert data["id"] == reply.id


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", InvalidArgument, "empty"),
        (" \n\t ", InvalidArgument, "empty"),
        ("x" * 8_001, MessageTooLong, "8,001"),
        (5, InvalidArgument, "str"),
        (None, InvalidArgument, "must be a string, not None"),
    ],
)
def test_what_is_no_message(
    chat: CourseChat, text: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        _ = chat.send(text)
    assert chat.messages == []


def test_text_is_sent_as_it_is_but_for_its_end() -> None:
    assert checked("  a\n" + "x" * 7_996 + "  \n") == "  a\n" + "x" * 7_996
    assert checked("\x1b[1mbold\x1b[0m\u200b") == "bold"
    with pytest.raises(InvalidArgument, match="half a character"):
        checked("a\ud800b")


@pytest.mark.parametrize("reply_to", ["", "no id", 5, "x" * 65])
def test_a_reply_goes_to_a_message(chat: CourseChat, reply_to: Any) -> None:
    with pytest.raises(InvalidArgument, match="reply_to"):
        _ = chat.send("x", reply_to=reply_to)


def test_send_passes_on_what_the_client_says(chat: CourseChat, client: FakeClient) -> None:
    client.refuse_with = NotConnected("closed")
    with pytest.raises(NotConnected):
        _ = chat.send("x")


def test_eight_threads_send(chat: CourseChat, client: FakeClient) -> None:
    ready(chat)
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for turn in range(25):
            _ = chat.send(f"{number} {turn}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    client.run()
    client.advance(1)
    batches = [m for m in sent(chat) if m["op"] == "batch"]
    shown = [doc["body"] for batch in batches for doc in batch["set"]["messages"]]
    expected = {f"{number} {turn}" for number in range(8) for turn in range(25)}
    assert {m.content for m in chat.messages} == expected
    assert set(shown) == expected


def test_new_messages_are_told_once(chat: CourseChat, client: FakeClient) -> None:
    heard: list[str] = []
    client.load(client.document("history"))
    returned = chat.on("message", lambda m: heard.append(m.content))

    @chat.on("message")
    def count(message: Any) -> None:
        heard.append(message.id)

    one = client.document("one", id="m1")
    client.arrive(one)
    client.arrive(one)
    id_ = chat.send("mine").id
    client.run()
    client.move(client.outbox[id_], state=CommandState.SENT)
    client.acknowledge(id_)
    assert heard == ["one", "m1"], "one's own not before it is there"
    client.arrive(client.document("mine", id=id_, user_id="u-ada"))
    assert heard == ["one", "m1", "mine", id_]
    chat.off("message", returned)
    chat.off("message", count)
    client.arrive(client.document("two"))
    assert len(heard) == 4


def test_another_channel_is_not_the_chat(chat: CourseChat, client: FakeClient) -> None:
    from edu_widgets.client.sync.events import DocumentsChanged

    heard: list[Any] = []
    chat.on("message", heard.append)
    document = client.document("secret")
    client.emit(DocumentsChanged("staff:py101", (document,), live=True))
    assert heard == []


def test_a_page_sends(chat: CourseChat, client: FakeClient) -> None:
    ready(chat)
    id_ = uuid7()
    assert intend(chat, "chat.send", id=id_, text="from *here*", replyTo="m1") == []
    client.advance(GAP)
    (batch,) = sent(chat)
    (doc,) = batch["set"]["messages"]
    assert (doc["id"], doc["state"], doc["replyTo"]) == (id_, "pending", "m1")
    assert doc["body"] == [["p", "from ", ["em", "here"]]]
    assert client.outbox[id_].id == id_
    assert intend(chat, "chat.send", id=id_, text="from *here*") == []
    assert len(client.receipts) == 1, "under a new intent it is still the same message"


def test_a_page_sends_again_what_has_arrived_long_ago(chat: CourseChat, client: FakeClient) -> None:
    client.load(client.document("x", id="m1"))
    assert intend(chat, "chat.send", id="m1", text="x") == []
    assert client.receipts == {}


@pytest.mark.parametrize(
    ("do", "args", "code"),
    [
        ("chat.send", {}, 4514),
        ("chat.send", {"id": "m1"}, 4514),
        ("chat.send", {"id": "m1", "text": ""}, 4514),
        ("chat.send", {"id": "m1", "text": ["x"]}, 4514),
        ("chat.send", {"id": "m 1", "text": "x"}, 4514),
        ("chat.send", {"id": "m1", "text": "x" * 1_000_000}, 4503),
        ("chat.send", {"id": "m1", "text": "x", "replyTo": {}}, None),
        ("chat.send", {"id": "m1", "text": "x", "replyTo": "a b"}, 4514),
        ("chat.retry", {"id": 5}, 4514),
        ("chat.discard", {}, 4514),
        ("chat.older", {}, 4514),
        ("chat.older", {"before": -1}, 4514),
        ("chat.older", {"before": True}, 4514),
        ("chat.older", {"before": "5"}, 4514),
    ],
)
def test_bad_arguments_are_refused(
    chat: CourseChat, do: str, args: dict[str, Any], code: int | None
) -> None:
    refused = [m for m in intend(chat, do, **args) if m["op"] == "refused"]
    assert [m["code"] for m in refused] == ([] if code is None else [code])
    assert all(m["message"] for m in refused)


def test_a_full_outbox_is_said_in_the_page(chat: CourseChat, client: FakeClient) -> None:
    client.refuse_with = OutboxFull("500 are waiting.")
    (refused,) = intend(chat, "chat.send", id="m1", text="x")
    assert (refused["code"], refused["message"]) == (4006, "500 are waiting.")
    assert chat.messages == []


def test_retry_and_discard_reach_the_client(chat: CourseChat, client: FakeClient) -> None:
    intend(chat, "chat.retry", id="m1")
    intend(chat, "chat.discard", id="m2")
    intend(chat, "lesson.retry")
    assert client.asked == [("retry", "m1"), ("discard", "m2"), ("retry_now", "")]


def test_a_discarded_message_leaves_the_page(chat: CourseChat, client: FakeClient) -> None:
    ready(chat)
    id_ = chat.send("x").id
    client.run()
    client.drop(id_)
    client.advance(GAP)
    assert sent(chat)[-1]["del"] == {"messages": [id_]}


def test_a_message_acknowledged_at_once_is_told_once(chat: CourseChat, client: FakeClient) -> None:
    ready(chat)
    id_ = uuid7()
    assert intend(chat, "chat.send", id=id_, text="quick") == []
    client.arrive(client.document("quick", id=id_))
    client.acknowledge(id_)
    client.advance(GAP)
    batches = [m for m in sent(chat) if m["op"] == "batch"]
    docs = [doc for batch in batches for doc in batch.get("set", {}).get("messages", ())]
    assert [doc["id"] for doc in docs] == [id_] * len(docs)
    assert "state" not in docs[-1]
    assert len(batches) <= 2


def test_behind_a_slowed_message_the_others_wait(chat: CourseChat, client: FakeClient) -> None:
    ready(chat)
    first, second = chat.send("one").id, chat.send("two").id
    client.run()
    client.move(client.outbox[first], state=CommandState.SLOWED, retry_at=START + 60_000)
    client.advance(GAP)
    shown = {message.id: message.state for message in chat.messages}
    assert shown == {first: "slowed", second: "queued"}


def test_going_offline_changes_what_waits(chat: CourseChat, client: FakeClient) -> None:
    ready(chat)
    _ = chat.send("x")
    client.advance(GAP)
    sent(chat)
    client.become(state="offline")
    client.advance(GAP)
    (batch,) = sent(chat)
    assert [d["state"] for d in batch["set"]["messages"]] == ["queued"]
    client.become(state="live")
    client.advance(GAP)
    (batch,) = sent(chat)
    assert [(d["state"], d["rev"]) for d in batch["set"]["messages"]] == [("pending", 2)]


def test_older_messages_from_what_is_loaded(chat: CourseChat, client: FakeClient) -> None:
    client.load(*(client.document(str(i)) for i in range(70)))
    snapshot = ready(chat)["collections"]["messages"]
    assert (snapshot["floor"], snapshot["more"]) == (21, True)
    (page,) = intend(chat, "chat.older", before=21)
    assert [d["born"] for d in page["docs"]] == list(range(1, 21))
    del page["docs"]
    assert page == {"op": "page", "to": "p1", "in": "messages", "floor": 0, "more": False}
    assert client.asked == []


def test_older_messages_from_the_service(chat: CourseChat, client: FakeClient) -> None:
    client.seq = 100
    client.load(client.document("here"), floor=101)
    ready(chat)
    assert intend(chat, "chat.older", before=101) == []
    assert client.asked == [("older", "message 50")]
    client.advance(1)
    assert sent(chat) == []
    from tests.notebook.doubles import message

    client.arrive_older([message("old", 90, 90)], floor=90)
    client.advance(0.1)
    page = next(m for m in sent(chat) if m["op"] == "page")
    assert ([d["body"] for d in page["docs"]], page["floor"], page["more"]) == (["old"], 90, True)


def test_older_messages_that_cannot_be_had(chat: CourseChat, client: FakeClient) -> None:
    client.seq = 100
    client.load(client.document("here"), floor=101)
    intend(chat, "chat.older", before=101)
    client.receipts["older"].fail(NotConnected("Offline."))
    client.advance(0.1)
    assert [(m["op"], m["message"]) for m in sent(chat)] == [("refused", "Offline.")]
    intend(chat, "chat.older", before=101)
    client.advance(11)
    assert [m["op"] for m in sent(chat)] == ["refused"], "it does not wait for ever"
    assert client.timers == 0


def test_an_edit_of_what_no_page_shows_is_not_sent(chat: CourseChat, client: FakeClient) -> None:
    client.load(*(client.document(str(i)) for i in range(70)))
    ready(chat)
    client.arrive(client.document("edited", born=5))
    client.advance(1)
    assert sent(chat) == []
    intend(chat, "chat.older", before=21)
    client.arrive(client.document("edited again", born=5))
    client.advance(1)
    assert [d["body"] for m in sent(chat) for d in m["set"]["messages"]] == ["edited again"]


def test_a_reset_is_a_snapshot_for_each_page(chat: CourseChat, client: FakeClient) -> None:
    client.load(client.document("old"))
    ready(chat, "p1")
    ready(chat, "p2")
    client.seq = 0
    client.load(client.document("new"), epoch="two")
    messages = sent(chat)
    assert [(m["op"], m["to"], m["n"]) for m in messages] == [
        ("snapshot", "p1", 1),
        ("snapshot", "p2", 1),
    ]
    docs = messages[0]["collections"]["messages"]["docs"]
    assert [(d["body"], d["seq"]) for d in docs] == [("new", 1)]


@pytest.mark.parametrize("history", [10, 10_000])
def test_bytes_of_one_message(chat: CourseChat, client: FakeClient, history: int) -> None:
    client.load(*(client.document(str(i)) for i in range(history)))
    ready(chat)
    client.advance(1)
    client.seq = 20_000
    text = "Why does `f` return None here? " + "I expected 42, and it says: nothing. " * 7
    document = client.document(
        text, id=uuid7(), user_id=uuid7(), user_name="Mira Lindgren", timestamp=START
    )
    client.arrive(document)
    client_of(chat).run()  # type: ignore[attr-defined]
    ((_, data),) = chat.comm.published
    on_the_wire = len(json_packer({"comm_id": chat.comm.comm_id, "data": data}))
    decoded = msgspec.json.decode(document.body, type=Message)
    own = len(msgspec.json.encode(decoded))
    assert isinstance(to_nodes(text), tuple)
    assert on_the_wire <= 1.5 * own, f"{on_the_wire} bytes for {own}"
    BYTES[history] = on_the_wire
    assert len(set(BYTES.values())) == 1, "it does not grow with the history"


BYTES: dict[int, int] = {}


def test_a_repr_says_course_state_and_count(chat: CourseChat, client: FakeClient) -> None:
    assert repr(chat) == "CourseChat('py101', live, 0 messages)"
    client.load(client.document("secret"))
    assert repr(chat) == "CourseChat('py101', live, 1 message)"
    chat.close()
    assert repr(chat) == "CourseChat('py101', closed, 1 message)"


def test_nothing_is_called_after_close(chat: CourseChat, client: FakeClient) -> None:
    heard: list[Any] = []
    chat.on("message", heard.append)
    client.load()
    chat.close()
    client.arrive(client.document("x"))
    assert heard == []
    assert client.listeners == []


def test_a_notebook_saved_with_its_state_holds_no_chat(
    chat: CourseChat, client: FakeClient
) -> None:
    client.load(client.document("secret text", user_name="Secret Name"))
    ready(chat)
    client.arrive(client.document("secret too"))
    shown = chat._repr_mimebundle_()
    saved = json.dumps([chat.get_state(), shown]).lower()
    assert "secret" not in saved
    assert "Course chat of py101" in json.dumps(shown)


def test_what_it_costs_to_import() -> None:
    program = (
        "import anywidget, sys; before = set(sys.modules); import edu_widgets.chat.widget;"
        "new = set(sys.modules) - before;"
        "print(sorted({'markdown_it', 'pygments.lexers', 'aiohttp.web', 'IPython'} & new))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.stdout == "[]\n"
