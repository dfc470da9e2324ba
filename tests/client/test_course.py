"""CourseClient over a real socket: connecting, sending, receipts, roles, endings."""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from concurrent.futures import Future

import msgspec
import pytest

from edu_widgets.chat.documents import ChatMessage
from edu_widgets.client.course import CourseClient, CourseEvent, ViewChanged
from edu_widgets.client.runtime.pool import Pool
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.runtime.threads import NetworkThread
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.protocol import Code, Document, messages, uuid7
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.errors import (
    Forbidden,
    IdConflict,
    InvalidArgument,
    MessageTooLong,
    NotConnected,
    OutboxFull,
    Unauthorized,
    WouldDeadlock,
)
from tests.client.conftest import Join
from tests.client.fake_service import FakeService, Script, eventually
from tests.waiting import PATIENCE

ROOM = "course:py101"


def say(client: CourseClient, text: str, id_: str | None = None) -> Receipt:
    id_ = id_ or uuid7()
    return client.send("chat_message", ChatMessage(id_, text), id=id_)


def texts(client: CourseClient) -> list[str]:
    docs = client.mirror().of_kind("message")
    return [msgspec.json.decode(doc.body)["content"] for doc in docs]


def test_send_and_receive(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    assert say(client, "hello").wait(PATIENCE) == 1
    assert texts(client) == ["hello"]
    assert client.view().queued == 0
    assert client.view().online == 1
    assert client.view().students == 1
    assert client.numbers().transport == "websocket"
    assert fake.requests[0].headers["Authorization"] == "Bearer s3cret-token"


def test_caught_up_is_who_has_all_pages(join: Join) -> None:
    with FakeService(Script(to_come=2)) as fake:
        client = join(fake)
        own = "user:py101:ada"
        eventually(lambda: client.mirror().cursor.epoch and client.mirror(own).cursor.epoch)
        assert not client.wait_caught_up(timeout=0)
        one, two = (Document(f"m{n}", "message", n, n, body({"content": f"{n}"})) for n in (1, 2))
        fake.say("changes", ROOM, messages.Changes("e1", 0, 1, [one]))
        eventually(lambda: len(texts(client)) == 1)
        assert not client.caught_up()
        fake.say("changes", ROOM, messages.Changes("e1", 1, 2, [two]))
        assert client.wait_caught_up(timeout=PATIENCE)
        assert texts(client) == ["1", "2"]
        assert not client.wait_caught_up(ROOM, own, timeout=0)
    eventually(lambda: client.view().state == "reconnecting")
    assert client.wait_caught_up(timeout=0), "there is nobody to ask"


def test_what_is_written_offline_is_sent_once_in_order(join: Join) -> None:
    with FakeService() as first:
        port = first.port
        client = join(first)
        client.wait_connected(PATIENCE)
    eventually(lambda: client.view().state == "reconnecting")
    receipts = [say(client, str(n)) for n in range(20)]
    assert client.view().queued <= 20
    with FakeService(port=port) as again:
        for receipt in receipts:
            receipt.wait(PATIENCE)
        sent = [frame.message_id for frame in again.of("chat_message")]
        assert sent == [receipt.id for receipt in receipts]
        eventually(lambda: texts(client) == [str(n) for n in range(20)])


def test_a_cut_connection_resends_with_the_same_ids(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    fake.script.answer = False
    receipts = [say(client, str(n)) for n in range(5)]
    eventually(lambda: len(fake.of("chat_message")) == 5)
    fake.script.answer = True
    fake.abort_all()
    for receipt in receipts:
        receipt.wait(PATIENCE)
    assert texts(client) == [str(n) for n in range(5)]
    assert client.numbers().reconnects == 1


def test_handing_over_the_same_command_twice_settles_both(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    fake.script.answer = False
    one, two = say(client, "x", "same"), say(client, "x", "same")
    other = say(client, "y", "same")
    with pytest.raises(IdConflict):
        other.wait(PATIENCE)
    fake.script.answer = True
    fake.abort_all()
    assert (one.wait(PATIENCE), two.wait(PATIENCE)) == (1, 1)


def test_receipts_can_be_awaited_in_any_loop_and_given_up(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    fake.script.answer = False
    receipt = say(client, "x")

    async def impatient() -> None:
        async with asyncio.timeout(0.05):
            await receipt

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())
    assert receipt.state == "pending"
    with pytest.raises(NotConnected, match="kept"):
        receipt.wait(0.01)
    fake.script.answer = True
    fake.abort_all()

    async def patient() -> int:
        return await receipt

    assert asyncio.run(patient()) == 1
    assert receipt.state == "done"
    assert receipt.error is None


def test_a_refused_command_fails_its_receipt_and_can_be_retried(
    fake: FakeService, join: Join
) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    fake.script.answer = False
    receipt = say(client, "x")
    eventually(lambda: fake.of("chat_message"))
    error = messages.Error("not here", Code.FORBIDDEN, receipt.id)
    fake.say("error", ROOM, error, receipt.id)
    with pytest.raises(Forbidden, match="not here"):
        receipt.wait(PATIENCE)
    assert receipt.state == "failed"
    assert [c.state for c in client.commands("chat_message")] == ["failed"]
    fake.script.answer = True
    client.retry(receipt.id)
    eventually(lambda: texts(client) == ["x"])


def test_a_discarded_command_says_so(join: Join) -> None:
    with FakeService() as fake:
        client = join(fake)
        client.wait_connected(PATIENCE)
    eventually(lambda: client.view().state == "reconnecting")
    receipt = say(client, "x")
    client.discard(receipt.id)
    with pytest.raises(NotConnected, match="discarded"):
        receipt.wait(PATIENCE)


def test_closing_fails_what_waits_and_keeps_it(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    fake.script.answer = False
    receipt = say(client, "x")
    eventually(lambda: fake.of("chat_message"))
    client.close()
    client.close()
    with pytest.raises(NotConnected, match="kept"):
        receipt.wait(1)
    with pytest.raises(NotConnected, match="closed"):
        _ = say(client, "y")
    with pytest.raises(NotConnected, match="closed"):
        client.wait_connected(1)
    fake.script.answer = True
    again = join(fake)
    eventually(lambda: texts(again) == ["x"])


def test_limits_are_raised_in_the_callers_thread(join: Join) -> None:
    with FakeService() as fake:
        client = join(fake)
        client.wait_connected(PATIENCE)
    eventually(lambda: client.view().state == "reconnecting")
    with pytest.raises(MessageTooLong):
        _ = say(client, "x" * 70_000)
    with pytest.raises(InvalidArgument):
        _ = say(client, "x", "not an id")
    with pytest.raises(InvalidArgument, match="half of a pair"):
        _ = say(client, "\ud800")
    for n in range(500):
        _ = say(client, str(n))
    with pytest.raises(OutboxFull, match="500"):
        _ = say(client, "one too many")


def test_a_stop_code_is_raised_by_wait_connected(fake: FakeService, join: Join) -> None:
    payload = b'{"code":4500,"message":"Who are you?"}'
    fake.script.refuse = (401, {"Edu-Widgets": "1"}, payload)
    client = join(fake)
    with pytest.raises(Unauthorized, match="Who are you"):
        client.wait_connected(PATIENCE)
    assert client.view().state == "stopped"
    fake.script.refuse = None
    client.retry_now()
    client.wait_connected(PATIENCE)


def test_nobody_there_says_why(join: Join) -> None:
    with FakeService() as fake:
        pass
    client = join(fake)
    with pytest.raises(NotConnected, match="Nothing listens"):
        client.wait_connected(0.5)


def test_a_role_document_changes_who_i_am_and_what_i_see(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    assert client.me().role == "student"
    eventually(lambda: len(fake.of("subscribe")) == 2)
    role = Document("role", "role", 1, 1, body(messages.Role("instructor", "Ada L.")))
    fake.say("changes", "user:py101:ada", messages.Changes("e1", 0, 1, [role]))
    eventually(lambda: client.me().role == "instructor")
    assert client.me().name == "Ada L."
    eventually(lambda: [f.channel for f in fake.of("subscribe")][-1] == "staff:py101")


def test_staff_by_the_services_word_see_the_staff_channel_at_once(join: Join) -> None:
    with FakeService(Script(role="instructor")) as fake:
        client = join(fake)
        client.wait_connected(PATIENCE)
        eventually(lambda: "staff:py101" in [f.channel for f in fake.of("subscribe")])
        assert client.me().is_staff


def test_events_come_in_order_on_the_network_thread(fake: FakeService, join: Join) -> None:
    client = join(fake)
    seen: list[tuple[str, CourseEvent]] = []

    def bad(event: CourseEvent) -> None:
        raise ValueError(event)

    client.listen(bad)
    stop = client.listen(lambda event: seen.append((threading.current_thread().name, event)))
    client.wait_connected(PATIENCE)
    logging.disable(logging.CRITICAL)
    try:
        for n in range(5):
            _ = say(client, str(n)).wait(PATIENCE)
    finally:
        logging.disable(logging.NOTSET)
    stop()
    stop()
    _ = say(client, "unheard").wait(PATIENCE)
    assert {name for name, _ in seen} == {"edu-widgets-network"}
    docs = [d for _, e in seen if isinstance(e, DocumentsChanged) for d in e.upserted]
    assert [doc.seq for doc in docs] == [1, 2, 3, 4, 5]
    views = [e.view for _, e in seen if isinstance(e, ViewChanged)]
    assert all(one != other for one, other in itertools.pairwise(views))


def test_waiting_on_the_network_thread_raises_instead_of_hanging(
    fake: FakeService, join: Join, network: NetworkThread
) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    fake.script.answer = False
    receipt = say(client, "x")
    results: list[Future[str]] = [Future(), Future()]

    def attempt(slot: int) -> None:
        try:
            if slot == 0:
                receipt.wait(1)
            client.wait_connected(1)
            results[slot].set_result("waited")
        except WouldDeadlock as error:
            results[slot].set_result(str(error))

    network.post(attempt, 0)
    network.post(attempt, 1)
    assert all("thread" in result.result(PATIENCE) for result in results)


def test_one_connection_serves_two_courses_and_the_last_one_closes_it(
    fake: FakeService, join: Join, pool: Pool
) -> None:
    one, two = join(fake), join(fake, course="py102")
    one.wait_connected(PATIENCE)
    two.wait_connected(PATIENCE)
    assert len(fake.connections) == 1
    one.close()
    say(two, "still here").wait(PATIENCE)
    two.close()
    eventually(lambda: not fake.connections)
    assert not pool._open


def test_a_second_course_on_an_old_connection_is_live_only_when_granted(
    fake: FakeService, join: Join
) -> None:
    one = join(fake)
    one.wait_connected(PATIENCE)
    fake.abort_all()
    eventually(lambda: one.numbers().reconnects == 1)
    fake.script.answer = False
    two = join(fake, course="py102")
    assert two.view().state == "connecting"
    with pytest.raises(NotConnected):
        two.wait_connected(0.1)


def test_ten_connections_are_enough(fake: FakeService, join: Join) -> None:
    for n in range(10):
        join(fake, user=f"user{n}")
    with pytest.raises(NotConnected, match="10 connections"):
        join(fake, user="one-too-many")


def test_older_pages_settle_even_if_the_connection_is_lost(fake: FakeService, join: Join) -> None:
    doc = Document("n", "message", 100, 100, body({"content": "n"}))
    client = join(fake)
    client.wait_connected(PATIENCE)
    assert client.older("message").wait(PATIENCE) == 0, "all is here"
    change = messages.Changes("e2", 0, 100, [doc], reset=True, floors={"message": 100})
    fake.say("changes", ROOM, change)
    eventually(lambda: client.mirror().more("message"))
    fake.script.answer = False
    receipt = client.older("message")
    eventually(lambda: fake.of("request_history"))
    fake.abort_all()
    with pytest.raises(NotConnected, match="lost"):
        receipt.wait(PATIENCE)
