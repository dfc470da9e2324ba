"""Pictures between a widget and its pages: in order, at their pace, and again where one failed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edu_widgets.notebook.pace import Pace, Turns, share_of
from edu_widgets.notebook.pictures import Pictures, read_picture, shown
from edu_widgets.protocol import Code
from edu_widgets.protocol.blobs import picture
from edu_widgets.protocol.errors import InvalidArgument, NotConnected, refusal
from tests.notebook.doubles import Shelf
from tests.pictures import png

Json = dict[str, Any]


A, B, C, D = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)


class Stage:
    """The pictures of a widget, and what its pages were sent, with the time of each."""

    def __init__(self, client: Shelf, turns: Turns) -> None:
        self.client = client
        self.sent: list[tuple[float, Json]] = []
        start = client.now
        self.pictures = Pictures(
            client, lambda message: self.sent.append((round(client.now - start, 3), message)), turns
        )

    def ask(self, *hashes: str, channel: str = "") -> None:
        blobs = [{"hash": hash_} | ({"channel": channel} if channel else {}) for hash_ in hashes]
        self.pictures.asked({"op": "blobs", "page": "p1", "blobs": blobs})
        self.client.run()

    def hashes(self) -> list[tuple[float, str]]:
        return [(at, message["hash"][0]) for at, message in self.sent]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def turns(shelf: Shelf) -> Turns:
    return Turns(shelf.monotonic)


@pytest.fixture
def stage(shelf: Shelf, turns: Turns) -> Stage:
    return Stage(shelf, turns)


def test_small_pictures_leave_twenty_a_second_in_their_order(shelf: Shelf, stage: Stage) -> None:
    stage.ask(A, B, C)
    for hash_ in (A, B, C):
        shelf.come(hash_)
    shelf.advance(0.04)
    assert stage.hashes() == [(0.0, "a")]
    shelf.advance(1)
    assert stage.hashes() == [(0.0, "a"), (0.05, "b"), (0.1, "c")]
    [message] = [message for _, message in stage.sent if message["hash"] == A]
    assert message == {"op": "blob", "channel": "", "hash": A, "buffers": [b"x"]}


def test_large_ones_leave_at_four_megabytes_a_second_over_all_widgets(
    shelf: Shelf, turns: Turns
) -> None:
    one, other = Stage(shelf, turns), Stage(shelf, turns)
    one.ask(A, B)
    other.ask(C, D)
    for hash_ in (A, C, B, D):
        shelf.come(hash_, bytes(1_000_000))
    shelf.advance(5)
    assert one.hashes() == [(0.0, "a"), (0.5, "b")]
    assert other.hashes() == [(0.25, "c"), (0.75, "d")]


def test_one_that_is_on_its_way_is_fetched_and_sent_once(shelf: Shelf, stage: Stage) -> None:
    stage.ask(A)
    stage.ask(A, A)
    assert shelf.fetched == [A]
    shelf.come(A)
    stage.ask(A)  # it waits for its turn
    shelf.advance(1)
    assert stage.hashes() == [(0.0, "a")]
    stage.ask(A)  # a page lacks it all the same
    shelf.advance(1)
    assert [hash_ for _, hash_ in stage.hashes()] == ["a", "a"]


def test_what_cannot_come_says_why_and_may_be_asked_for_again(shelf: Shelf, stage: Stage) -> None:
    stage.ask(A, B)
    shelf.fail(A, refusal(Code.NOT_FOUND, "The picture is not there any more."))
    shelf.fail(B, NotConnected("There is no connection."))
    (_, gone), (_, offline) = stage.sent
    assert (gone["hash"], gone["code"]) == (A, Code.NOT_FOUND)
    assert "not there any more" in gone["message"]
    assert (offline["hash"], offline["code"]) == (B, 0)
    shelf.refuse_with = refusal(Code.UNKNOWN_TYPE, "No pictures here.")
    stage.ask(C)
    assert (stage.sent[-1][1]["hash"], stage.sent[-1][1]["code"]) == (C, Code.UNKNOWN_TYPE)
    shelf.refuse_with = None
    stage.ask(A)
    shelf.come(A)
    shelf.advance(1)
    assert stage.sent[-1][1]["buffers"] == [b"x"]


def test_a_picture_of_another_channel_is_fetched_from_there(shelf: Shelf, stage: Stage) -> None:
    stage.ask(A, channel="course:py101:board")
    shelf.come(A, channel="course:py101:board")
    shelf.advance(1)
    assert [message["channel"] for _, message in stage.sent] == ["course:py101:board"]


@pytest.mark.parametrize(
    "blobs",
    [None, "x", 5, [5], [None], [{}], [{"hash": 5}], [{"hash": "../x"}], [{"hash": "A" * 64}], {}],
)
def test_what_asks_for_no_picture_is_left_alone(shelf: Shelf, stage: Stage, blobs: object) -> None:
    stage.pictures.asked({"op": "blobs", "page": "p1", "blobs": blobs})
    assert (shelf.fetched, stage.sent) == ([], [])


def test_pages_wait_for_so_many_at_most(shelf: Shelf, stage: Stage) -> None:
    for step in range(3):
        stage.ask(*(f"{step}{number:063x}" for number in range(60)))
    assert len(shelf.fetched) == 64


def test_what_a_page_gives_is_answered_with_its_reference(shelf: Shelf, stage: Stage) -> None:
    stage.pictures.given({"op": "put", "page": "p1", "id": "i1", "data": png()})
    stage.pictures.given(
        {"op": "put", "page": "p1", "id": "i2", "data": png(), "channel": "course:py101:board"}
    )
    first, second = (message for _, message in stage.sent)
    ref = picture(png())
    assert first == {"op": "put", "to": "p1", "id": "i1", "ref": msgspec.to_builtins(ref)}
    assert second["ref"] == shown(ref, "course:py101:board")
    assert [channel for channel, _ in shelf.given] == ["course:py101", "course:py101:board"]
    assert read_picture(first["ref"]) == ref


@pytest.mark.parametrize(
    "more", [{}, {"data": "text"}, {"data": b"no picture"}, {"data": png(size=1024 * 1024 + 1)}]
)
def test_what_is_no_picture_is_refused_in_words(shelf: Shelf, stage: Stage, more: Json) -> None:
    stage.pictures.given({"op": "put", "page": "p1", "id": "i1"} | more)
    [(_, answer)] = stage.sent
    assert (answer["to"], answer["id"], shelf.given) == ("p1", "i1", [])
    assert "ref" not in answer
    assert answer["message"].endswith(".")


@pytest.mark.parametrize("value", [None, 5, {}, {"hash": 5}, [], {"hash": A, "type": "image/png"}])
def test_a_page_names_a_picture_whole(value: object) -> None:
    with pytest.raises(InvalidArgument):
        read_picture(value)


def test_a_pace_lets_a_second_of_it_go_at_once_then_its_rate() -> None:
    now = 100.0
    pace = Pace(300, lambda: now)
    gone = 0
    while not pace.wait():
        pace.spend()
        gone += 1
    assert gone == pytest.approx(300, abs=2)
    for _ in range(300):  # each as soon as it may
        now += pace.wait() + 1e-9
        pace.spend()
    assert now == pytest.approx(101, abs=0.02)
    pace.spend(600)  # answers, which do not wait: the others make up for it
    assert pace.wait() == pytest.approx(2, abs=0.02)
    now += 60
    assert pace.wait() == 0


def test_a_picture_takes_the_longer_of_its_two_shares() -> None:
    assert share_of(70) == share_of(200_000) == 1 / 20
    assert share_of(1_000_000) == 0.25


def test_turns_that_nobody_took_are_not_made_up_for() -> None:
    now = 0.0
    turns = Turns(lambda: now)
    assert [turns.take(0.25) for _ in range(3)] == [0, 0.25, 0.5]
    now = 10
    assert [turns.take(0.05) for _ in range(2)] == [0, pytest.approx(0.05)]
