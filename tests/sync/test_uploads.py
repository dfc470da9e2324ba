"""Pictures that wait: each before its commands, for as long as these wait, and no longer."""

from __future__ import annotations

import msgspec
import pytest

from edu_widgets.chat.documents import ChatMessage
from edu_widgets.client.sync.commands import Command, CommandState, compose
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.uploads import FRESH, IDLE, MAX_BYTES, UNNAMED, Uploads
from edu_widgets.protocol import Code
from edu_widgets.protocol.blobs import picture
from edu_widgets.protocol.errors import OutboxFull
from tests.pictures import png

CHANNEL = "course:py101"
DATA = png()
REF = picture(DATA)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def uploads(outbox: Outbox, clock: Clock) -> Uploads:
    return Uploads(outbox, None, clock)


def message(id_: str, *marks: str) -> Command:
    refs = [picture(png(mark=mark)) for mark in marks]
    return compose("chat_message", ChatMessage(id_, id_, pictures=refs), CHANNEL, id_, (0, 0))


def put(uploads: Uploads, *marks: str) -> None:
    for mark in marks:
        data = png(mark=mark)
        uploads.add(CHANNEL, picture(data).hash, data)


def due(outbox: Outbox) -> list[str]:
    return [command.id for command in outbox.due(0.0, outbox.ready)]


def finish(uploads: Uploads, mark: str) -> None:
    upload = uploads.due()
    assert upload is not None
    assert upload.data == png(mark=mark)
    uploads.done(upload)


def test_a_command_waits_for_its_pictures_and_those_behind_it_in_their_order(
    outbox: Outbox, uploads: Uploads
) -> None:
    put(uploads, "a", "b", "c")
    for command in (message("1", "a", "b"), message("2"), message("3", "c")):
        outbox.add(command)
    assert due(outbox) == []
    assert outbox.wake_at() is None, "which an upload ends, no time does"
    finish(uploads, "a")
    assert due(outbox) == []
    finish(uploads, "b")
    assert due(outbox) == ["1", "2"]
    finish(uploads, "c")
    assert due(outbox) == ["3"]


def test_one_that_the_service_may_have_forgotten_is_uploaded_again(
    outbox: Outbox, uploads: Uploads, clock: Clock
) -> None:
    put(uploads, "a")
    outbox.add(message("1", "a"))
    finish(uploads, "a")
    assert uploads.due() is None
    clock.now += FRESH
    assert due(outbox) == []
    finish(uploads, "a")
    assert due(outbox) == ["1"]


def test_it_is_forgotten_with_its_last_command(outbox: Outbox, uploads: Uploads) -> None:
    put(uploads, "a")
    outbox.add(message("1", "a"))
    outbox.add(message("2", "a"))
    finish(uploads, "a")
    assert due(outbox) == ["1", "2"]
    hash_ = picture(png(mark="a")).hash
    for id_, left in (("1", png(mark="a")), ("2", None)):
        outbox.acked(id_)
        uploads.tidy()
        assert uploads.get(CHANNEL, hash_) == left


def test_one_that_no_command_names_is_uploaded_at_once_and_forgotten_in_time(
    uploads: Uploads, clock: Clock
) -> None:
    put(uploads, "a")
    finish(uploads, "a")
    clock.now += UNNAMED
    uploads.tidy()
    assert uploads.get(CHANNEL, picture(png(mark="a")).hash) is not None
    clock.now += 1
    uploads.tidy()
    assert uploads.get(CHANNEL, picture(png(mark="a")).hash) is None
    assert uploads.wake_at() is None


def test_a_refused_one_fails_its_command_which_a_retry_tries_again(
    outbox: Outbox, uploads: Uploads
) -> None:
    put(uploads, "a")
    upload = uploads.due()
    assert upload is not None
    upload.refused = (Code.TOO_LARGE, "There is no room.")
    outbox.add(message("1", "a"))
    [(command, code, reason)] = uploads.refused()
    assert (command.id, code, reason) == ("1", Code.TOO_LARGE, "There is no room.")
    outbox.reject("1", code, reason)
    uploads.tidy()
    assert uploads.due() is None
    outbox.retry("1", 0, 0.0)
    finish(uploads, "a")
    assert due(outbox) == ["1"]


def test_what_the_service_has_lost_is_uploaded_again_by_a_retry(
    outbox: Outbox, uploads: Uploads
) -> None:
    put(uploads, "a")
    finish(uploads, "a")
    outbox.add(message("1", "a"))
    failed = outbox.reject("1", Code.NOT_FOUND, "The picture is not there any more.")
    assert failed is not None
    uploads.lost(failed)
    assert uploads.due() is None
    outbox.retry("1", 0, 0.0)
    assert due(outbox) == []
    finish(uploads, "a")
    assert due(outbox) == ["1"]


def test_what_did_not_get_through_waits_until_there_is_a_connection(
    uploads: Uploads, clock: Clock
) -> None:
    put(uploads, "a")
    upload = uploads.due()
    assert upload is not None
    uploads.put_off(upload, 5.0)
    assert (uploads.due(), uploads.wake_at()) == (None, clock.now + 5.0)
    uploads.hurry()
    assert uploads.due() is upload


def test_so_much_may_wait_and_what_none_has_named_makes_room(
    uploads: Uploads, clock: Clock
) -> None:
    uploads.check_room(MAX_BYTES)
    put(uploads, "a")
    with pytest.raises(OutboxFull, match="Pictures"):
        uploads.check_room(MAX_BYTES)
    clock.now += IDLE + 1
    uploads.check_room(MAX_BYTES)
    uploads.add(CHANNEL, "large", bytes(MAX_BYTES))
    assert uploads.get(CHANNEL, picture(png(mark="a")).hash) is None


class Kept:
    """A file with pictures, among them what somebody else has put there."""

    blobs = [  # noqa: RUF012
        (CHANNEL, picture(png(mark="a")).hash, png(mark="a")),
        (CHANNEL, picture(png(mark="b")).hash, png(mark="b")),
        (CHANNEL, "0" * 64, b"not what it says"),
    ]

    def __init__(self) -> None:
        self.removed: list[str] = []

    def put_blob(self, channel: str, hash_: str, data: bytes) -> None:
        raise AssertionError

    def remove_blob(self, channel: str, hash_: str) -> None:
        self.removed.append(hash_)

    def load_blobs(self) -> list[tuple[str, str, bytes]]:
        return self.blobs


def test_after_a_restart_those_with_commands_are_there(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message("1", "a"))
    kept = Kept()
    uploads = Uploads(outbox, kept, clock)
    uploads.load()
    assert kept.removed == [picture(png(mark="b")).hash]
    assert due(outbox) == []
    finish(uploads, "a")
    [sent] = outbox.due(0.0, outbox.ready)
    assert sent.state is CommandState.SENT
    assert msgspec.json.decode(sent.data)["pictures"][0]["width"] == 4
