"""Pictures between kernels and a real service: kept, uploaded before their message, fetched."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edu_widgets.chat.documents import ChatMessage, Message
from edu_widgets.client.blobs import picture_bytes
from edu_widgets.client.course import CourseClient
from edu_widgets.client.invites import MembershipFiles, join, parse_invite
from edu_widgets.client.runtime.pool import Settings
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.liveness import Limits
from edu_widgets.client.view import Person
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.errors import InvalidArgument, NotConnected, Refused
from edu_widgets.service.store import blobs
from tests.client.conftest import Join
from tests.client.real_service import COURSE, RealService
from tests.pictures import png
from tests.waiting import PATIENCE, wait_until

DATA = png()
Make = Callable[..., CourseClient]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RealService]:
    with RealService(tmp_path / "service") as running:
        yield running


@pytest.fixture
def make(service: RealService, join: Join, tmp_path: Path) -> Make:
    def member(name: str, *, offline: bool = False) -> CourseClient:
        invite = parse_invite(service.invite(f"http://127.0.0.1:{service.port}"))
        who, target = joined(invite, name, MembershipFiles(tmp_path / name))
        if offline:
            target = replace(target, url="ws://127.0.0.1:9/api/realtime/ws")  # nobody is there
        settings = Settings(tmp_path / f"outbox-{name}", Limits(reconnect_interval=0.05))
        client = CourseClient(
            COURSE, target, Person(who.user_id, name), join.pool, join.network,
            join.callbacks, settings, host="127.0.0.1",
        )  # fmt: skip
        join.stack.callback(client.close)
        client.start()
        return client

    return member


joined = join


def say(client: CourseClient, text: str, *refs: BlobRef) -> Receipt:
    id_ = uuid7()
    return client.send("chat_message", ChatMessage(id_, text, pictures=list(refs)), id=id_)


def shown(client: CourseClient) -> list[Message]:
    return [doc.as_(Message) for doc in client.mirror().of_kind(Message.kind)]


def test_a_picture_comes_to_others_once_its_message_does(make: Make) -> None:
    ada, bob = make("Ada"), make("Bob")
    ref = ada.blobs.put(DATA, alt="A plot")
    say(ada, "see", ref).wait(PATIENCE)
    wait_until(lambda: [m.content for m in shown(bob)] == ["see"], "what was sent")
    [message] = shown(bob)
    assert message.pictures == [ref]
    assert bob.blobs.get(message.pictures[0]).result(PATIENCE) == DATA
    assert ada.blobs.get(ref.hash).result(PATIENCE) == DATA
    with pytest.raises(Refused) as missing:
        bob.blobs.get("0" * 64).result(PATIENCE)
    assert missing.value.code == Code.NOT_FOUND
    with pytest.raises(InvalidArgument):
        bob.blobs.get("no hash")
    with pytest.raises(InvalidArgument):
        ada.blobs.put(b"no picture")


def test_what_was_put_offline_outlives_a_kernel_that_is_killed(
    service: RealService, make: Make, join: Join, tmp_path: Path
) -> None:
    ada = make("Ada", offline=True)
    with pytest.raises(NotConnected):
        ada.blobs.get("0" * 64).result(PATIENCE)
    refs = [ada.blobs.put(png(mark=mark)) for mark in "ab"]
    _ = say(ada, "first", *refs)
    _ = say(ada, "second")
    wait_until(lambda: len(ada.commands("chat_message")) == 2, "what waits")
    # What a kernel leaves that is killed now: its file as it is, and no word.
    shutil.copytree(tmp_path / "outbox-Ada", tmp_path / "left")
    ada.close()
    invite = parse_invite(service.invite(f"http://127.0.0.1:{service.port}"))
    _, target = joined(invite, "Ada", MembershipFiles(tmp_path / "Ada"))
    anew = CourseClient(
        COURSE, target, ada.me(), join.pool, join.network, join.callbacks,
        Settings(tmp_path / "left"), host="127.0.0.1",
    )  # fmt: skip
    join.stack.callback(anew.close)
    anew.start()
    wait_until(lambda: [m.content for m in shown(anew)] == ["first", "second"], "both, in order")
    assert shown(anew)[0].pictures == refs
    assert anew.blobs.get(refs[1]).result(PATIENCE) == png(mark="b")


def test_what_the_service_has_no_room_for_fails_with_its_sentence(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make("Ada")
    monkeypatch.setattr(blobs, "COURSE_BYTES", 10)
    receipt = say(ada, "see", ada.blobs.put(DATA))
    with pytest.raises(Refused, match="Delete messages"):
        receipt.wait(PATIENCE)
    monkeypatch.setattr(blobs, "COURSE_BYTES", 10_000)
    ada.retry(receipt.id)
    wait_until(lambda: [m.content for m in shown(ada)] == ["see"], "what was sent")


def test_a_base_service_has_none(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = make("Ada")
    monkeypatch.setattr(CourseClient, "base", True)
    with pytest.raises(Refused, match="takes no pictures"):
        ada.blobs.put(DATA)


def test_a_figure_is_drawn_as_small_as_it_has_to_be() -> None:
    class Figure:
        def savefig(self, file: io.BytesIO, *, dpi: int, **_: object) -> None:
            file.write(bytes(dpi * 10_000))

    assert len(picture_bytes(Figure())) == 100 * 10_000
