"""The rules of the stream, and the number of viewers."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, Refused
from edu_widgets.service.features import Sender
from edu_widgets.service.rules import Person
from edu_widgets.stream.addresses import checked_stream
from edu_widgets.stream.commands import StreamAudience, StreamWatching
from edu_widgets.stream.documents import LONGEST_MS, MAX_DELAY
from edu_widgets.stream.service import due_at, left, watch
from tests.in_memory.service import MIRA, ROOM, STAFF, START
from tests.stream.studio import ADA, BO, URL, Hall, Studio


def refused(code: Code, studio: Studio, person: Person, type_: str, **fields: Any) -> str:
    with pytest.raises(Refused) as caught:
        studio.do(person, type_, **fields)
    assert caught.value.code == code
    return str(caught.value)


def test_a_stream_is_live_until_it_is_stopped_and_then_has_a_recording(studio: Studio) -> None:
    stream = studio.start(title="Group by month\n", id_="s1")
    assert (stream.state, stream.title, stream.url) == ("live", "Group by month", URL)
    assert (stream.id, stream.by_name, stream.began) == ("s1", "Mira", START)
    studio.now += 60_000
    for _ in range(2):
        studio.do(MIRA, "stop_stream", id="s1")
        stream = studio.stream()
        assert (stream.state, stream.url, stream.ended) == ("ended", "", START + 60_000)
    studio.now += 60_000
    studio.do(MIRA, "stop_stream", id="s1", recording="https://media.example/r.mp4")
    stream = studio.stream()
    assert (stream.recording, stream.ended) == ("https://media.example/r.mp4", START + 60_000)
    assert studio.start(title="Group by month\n", id_="s1").state == "ended", "it came again"
    assert studio.start(id_="s2").recording == ""
    assert "any more" in refused(Code.NOT_FOUND, studio, MIRA, "stop_stream", id="s1")


def test_an_announced_stream_begins_by_itself_and_ends_when_left_alone(studio: Studio) -> None:
    stream = studio.start(starts=START + 300_000)
    assert (stream.state, stream.began, due_at(stream)) == ("announced", None, START + 300_000)
    studio.pass_time(299_000)
    assert studio.stream().state == "announced"
    studio.pass_time(1_000)
    assert (studio.stream().state, studio.stream().began) == ("live", START + 300_000)
    studio.pass_time(LONGEST_MS - 1)
    assert studio.stream().state == "live"
    studio.pass_time(1)
    assert (studio.stream().state, due_at(studio.stream())) == ("ended", None)


def test_a_reminder_is_ones_own_and_of_one_stream(studio: Studio) -> None:
    studio.start(starts=START + 300_000, id_="s1")
    for _ in range(2):
        studio.do(ADA, "remind_stream", id="s1", on=True)
    assert (studio.reminder(ADA), studio.reminder(BO)) == ("s1", "")
    assert b"stream_reminder" not in studio.ever_told(MIRA)
    for _ in range(2):
        studio.do(ADA, "remind_stream", id="s1", on=False)
        assert studio.reminder(ADA) == ""
    studio.start(id_="s2")
    for id_ in ("s1", "s2"):
        refused(Code.TOO_LATE, studio, ADA, "remind_stream", id=id_, on=True)


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "javascript:alert(1)"},
        {"url": "https://ada:secret@media.example/live.m3u8"},
        {"url": "https://media.example/" + "x" * 2_000},
        {"url": "https://evil.example/page", "source": "embed"},
        {"title": "x" * 121},
        {"starts": -1},
        {"starts": START + 400 * 86_400_000},
    ],
)
def test_what_is_no_stream_is_refused(studio: Studio, fields: dict[str, Any]) -> None:
    refused(Code.INVALID, studio, MIRA, "start_stream", **{"url": URL, "source": "hls", **fields})
    assert studio.document(ROOM, "stream") is None


def test_only_staff_starts_and_stops(studio: Studio) -> None:
    refused(Code.FORBIDDEN, studio, ADA, "start_stream", url=URL, source="hls")
    studio.start(id_="s1")
    refused(Code.FORBIDDEN, studio, ADA, "stop_stream", id="s1")
    bad = {"id": "s1", "recording": "javascript:alert(1)"}
    refused(Code.INVALID, studio, MIRA, "stop_stream", **bad)
    assert studio.stream().state == "live"


def test_an_erased_instructor_leaves_no_stream(studio: Studio) -> None:
    studio.start(starts=START + 300_000, id_="s1")
    studio.do(ADA, "remind_stream", id="s1", on=True)
    studio.erase(ADA)
    assert (studio.stream().by_name, studio.reminder(ADA)) == ("Mira", "")
    studio.erase(MIRA)
    assert studio.document(ROOM, "stream") is None


@pytest.mark.parametrize(
    ("url", "kind", "expected"),
    [
        (" https://m.example/a/index.M3U8?k=1 ", None, "hls"),
        ("http://127.0.0.1:8889/live/whep", None, "whep"),
        ("https://m.example/x", "whep", "whep"),
        ("https://youtu.be/dQw4w9WgXcQ?t=3", None, "embed"),
        ("https://www.youtube.com/live/dQw4w9WgXcQ", None, "embed"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3", "embed", "embed"),
        ("https://vimeo.com/76979871", None, "embed"),
    ],
)
def test_the_protocol_is_told_by_the_address(url: str, kind: str | None, expected: str) -> None:
    address, source = checked_stream(url, kind)
    assert source == expected
    hosts = ("https://www.youtube-nocookie.com/embed/", "https://player.vimeo.com/video/")
    assert address == url.strip() or (source == "embed" and address.startswith(hosts))


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        (3, None, "must be a string"),
        ("", None, "needs 1 to 2,000"),
        ("ftp://m.example/a.m3u8", None, "http or https"),
        ("https://[::1/a.m3u8", None, "http or https"),
        ("https://m.example/\u202ea.m3u8", None, "http or https"),
        ("https://m.example/x", None, "Add kind='hls' or kind='whep'"),
        ("https://m.example/x", "rtmp", "kind must be"),
        ("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", "embed", "cannot be embedded"),
        ("https://www.youtube.com/watch?v=<x>", None, "http or https"),
    ],
)
def test_what_cannot_be_played_is_said_in_a_sentence(url: Any, kind: Any, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words.replace("(", r"\(")):
        checked_stream(url, kind)


def test_people_are_counted_while_their_player_plays_from_five_on() -> None:
    hall: Any = Hall()
    people = [Person(f"u{n}", f"P{n}", "student") for n in range(6)]

    def say(person: Person, device: str = "d", *, on: bool = True, delay: int = 0) -> None:
        hall.here.setdefault(person.id, set()).add(device)
        watch(hall, ROOM, Sender(person, device), StreamWatching(on, delay))

    for n, person in enumerate(people[:4]):
        say(person, delay=1000 * n)
    assert hall.told[-1] == StreamAudience(0, 2_000)
    say(people[4], delay=10**9)
    assert hall.told[-1] == StreamAudience(5, 2_000)
    say(people[4], "another")
    say(MIRA)
    assert hall.told[-1].count == 5
    say(people[5])
    assert hall.told[-1].count == 6
    say(people[5], on=False)
    assert hall.told[-1].count == 5
    # One who is gone counts no more, and one who is not here never did.
    hall.here["u4"].clear()
    left(hall, ROOM, people[4])
    assert hall.told[-1].count == 0
    watch(hall, ROOM, Sender(people[4], "d"), StreamWatching(on=True))
    watch(hall, STAFF, Sender(people[0], "d"), StreamWatching(on=True))
    assert len(hall.told) == 9
    say(people[5], delay=10**9)
    assert hall.told[-1].delay <= MAX_DELAY
