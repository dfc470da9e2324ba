"""Pictures in the chat's Python names, and what a page is told of them and may ask."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from edu_widgets.chat import commands
from edu_widgets.chat.documents import ChatSettings
from edu_widgets.chat.widget import CourseChat
from edu_widgets.notebook.pictures import shown
from edu_widgets.protocol.blobs import picture
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    InvalidArgument,
    MessageTooLong,
    NotConnected,
)
from tests.chat.test_widget import intend, ready, sent
from tests.notebook.doubles import RecordingComm, Shelf, as_client, keyed
from tests.pictures import JPEG, png

pytestmark = pytest.mark.usefixtures("named_bundles")

REF = picture(png(), "A plot")


class Figure:
    """As matplotlib's, as far as the chat needs it."""

    def savefig(self, file: io.BytesIO, **options: object) -> None:
        assert options["format"] == "png"
        _ = file.write(png())


@pytest.fixture
def client() -> Shelf:
    client = Shelf()
    client.become(features=("chat", "pictures"))
    client.load()
    return client


@pytest.fixture
def chat(client: Shelf, comms: type[RecordingComm]) -> CourseChat:
    del comms
    return CourseChat(as_client(client))


def data_of(client: Shelf, id_: str) -> Any:
    client.run()
    return msgspec.json.decode(client.outbox[id_].data)


def can(chat: CourseChat) -> list[str]:
    chat.comm.receive({"op": "ready", "page": "p1", "lang": ""})
    *_, snapshot = (message for message in sent(chat) if message["op"] == "snapshot")
    [room] = snapshot["collections"]["room"]["docs"]
    return list(room["can"])


def test_a_figure_bytes_and_a_path_are_sent(
    chat: CourseChat, client: Shelf, tmp_path: Path
) -> None:
    (tmp_path / "p.jpg").write_bytes(JPEG)
    for given in (Figure(), png(), bytearray(png()), tmp_path / "p.jpg", str(tmp_path / "p.jpg")):
        receipt = chat.send("see", picture=given, alt="A plot")
        [ref] = data_of(client, receipt.id)["pictures"]
        assert ref["alt"] == "A plot"
        assert chat.messages[-1].pictures[0].hash == ref["hash"]
    assert len(client.given) == 5
    assert "pictures: 1" in repr(chat.messages[-1])


def test_four_go_with_one_message_and_its_text_may_be_empty(
    chat: CourseChat, client: Shelf
) -> None:
    receipt = chat.send(picture=[png(mark=mark) for mark in "abcd"])
    data = data_of(client, receipt.id)
    assert (data["content"], len(data["pictures"])) == ("", 4)
    with pytest.raises(InvalidArgument, match="at most 4"):
        _ = chat.send("see", picture=[png()] * 5)
    with pytest.raises(InvalidArgument, match="empty"):
        _ = chat.send(picture=[])


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (5, InvalidArgument),
        ("no/such/file.png", InvalidArgument),
        ("no\0path.png", InvalidArgument),
        ("/dev/zero", InvalidArgument),
        (b"text", InvalidArgument),
    ],
)
def test_what_is_no_picture_sends_nothing(
    chat: CourseChat, client: Shelf, given: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        _ = chat.send("see", picture=given)
    client.run()
    assert (client.outbox, client.given, chat.messages) == ({}, [], [])


def test_a_file_that_is_too_large_is_not_read(chat: CourseChat, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(png(size=1024 * 1024 + 1))
    with pytest.raises(MessageTooLong):
        _ = chat.send("see", picture=tmp_path / "p.png")


def test_a_message_with_a_picture_may_lose_its_text(chat: CourseChat, client: Shelf) -> None:
    client.arrive(client.document("see", user_id="u-ada", pictures=[REF]), client.document("text"))
    _ = chat.edit(chat.messages[0], "")
    with pytest.raises(InvalidArgument, match="empty"):
        _ = chat.edit(chat.messages[1], "")


def test_a_page_sends_what_it_gave(chat: CourseChat, client: Shelf) -> None:
    ready(chat)
    id_ = "01900000-0000-7000-8000-00000000000a"
    intend(chat, "chat.send", id=id_, text="", pictures=[shown(REF)])
    assert data_of(client, id_)["pictures"][0]["alt"] == "A plot"
    told = [doc for m in sent(chat) for doc in m.get("set", {}).get("messages", [])]
    shown_now = ready(chat)["collections"]["messages"]["docs"] or told
    assert shown_now[-1]["pictures"] == [shown(REF)]


@pytest.mark.parametrize("pictures", [[{"hash": "x"}], [5], [shown(REF)] * 5])
def test_what_a_page_names_wrongly_is_refused(
    chat: CourseChat, client: Shelf, pictures: list[object]
) -> None:
    ready(chat)
    id_ = "01900000-0000-7000-8000-00000000000b"
    answers = intend(chat, "chat.send", id=id_, text="see", pictures=pictures)
    assert [answer["op"] for answer in answers] == ["refused"]
    assert client.outbox == {}


def test_instructors_turn_pictures_off(chat: CourseChat, client: Shelf) -> None:
    assert "picture" in can(chat)
    receipt = chat.pictures(allowed=False)
    client.run()
    assert client.outbox[receipt.id].type == commands.SET_PICTURES.name
    assert data_of(client, receipt.id) == {"allowed": False}
    settings = ChatSettings(pictures=False)
    client.seq += 1
    client.arrive(keyed(ChatSettings.ID, ChatSettings.kind, client.seq, settings))
    assert "picture" not in can(chat)
    with pytest.raises(InvalidArgument):
        _ = chat.pictures("yes")  # type: ignore[arg-type]


def test_a_service_without_pictures_offers_none(chat: CourseChat, client: Shelf) -> None:
    client.become(features=("chat",))
    assert "picture" not in can(chat)


def test_the_bytes_of_one_are_had_in_python(
    chat: CourseChat, client: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Waiting is allowed: this is not the network's thread.
    threads = SimpleNamespace(network=SimpleNamespace(forbid_waiting=lambda: None))
    monkeypatch.setattr(Shelf, "connections", threads)
    client.come(REF.hash, png())
    assert chat.picture(REF) == png()
    with pytest.raises(NotConnected, match="in time"):
        chat.picture(picture(JPEG), timeout=0)
    client.refuse_with = NotConnected("The lesson is closed.")
    with pytest.raises(EduWidgetsError):
        chat.picture(REF)
