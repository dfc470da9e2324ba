"""LiveStream: what Python and the pages see of a stream, on the real rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from edu_widgets.client.sync.events import SignalReceived
from edu_widgets.notebook.questions import Asker, Question
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument, Refused
from edu_widgets.service import rules
from edu_widgets.stream.addresses import playable
from edu_widgets.stream.commands import StreamAudience, StreamWatching
from edu_widgets.stream.documents import Stream
from edu_widgets.stream.notification_sources import Beginnings
from edu_widgets.stream.widget import PLAYS_FOR, LiveStream
from tests.in_memory.service import MIRA, ROOM, START
from tests.notebook.doubles import as_client
from tests.stream.studio import ADA, URL, StreamClient, Studio

pytestmark = pytest.mark.usefixtures("named_bundles")

Open = Callable[[rules.Person], tuple[StreamClient, LiveStream]]


@pytest.fixture
def open_(studio: Studio) -> Open:
    def make(person: rules.Person) -> tuple[StreamClient, LiveStream]:
        client = StreamClient(studio, person)
        stream = LiveStream(as_client(client))
        stream._clock = client.monotonic
        return client, stream

    return make


def sent(client: StreamClient, stream: LiveStream) -> list[dict[str, Any]]:
    client.run()
    client.advance(0.1)
    return json.loads(json.dumps(stream.comm.take()))  # type: ignore[no-any-return]


def stage(client: StreamClient, stream: LiveStream) -> dict[str, Any]:
    stream.comm.receive({"op": "ready", "page": "p1", "lang": ""})
    found = next(m for m in sent(client, stream) if m["op"] == "snapshot")["collections"]
    (shown,) = found["stage"]["docs"]
    return dict(shown)


def intend(
    client: StreamClient, stream: LiveStream, do: str, page: str = "p1", **args: Any
) -> list[dict[str, Any]]:
    message = {"op": "intent", "page": page, "id": uuid7(), "do": do, "args": args}
    stream.comm.receive(message)
    return [m for m in sent(client, stream) if m["op"] in {"refused", "signal"}]


def test_a_stream_is_announced_begins_and_ends(open_: Open, studio: Studio) -> None:
    mira, desk = open_(MIRA)
    ada, seat = open_(ADA)
    heard: list[str] = []
    for event in ("announced", "live", "ended"):
        seat.on(event, lambda stream: heard.append(f"{stream.state} {stream.title}"))
    assert desk.current is None
    assert "no stream yet" in repr(desk)
    receipt = desk.start(URL, "Months", starts=timedelta(minutes=5))
    mira.settle()
    ada.settle()
    assert receipt.done()
    assert seat.current is not None
    assert (seat.current.kind, seat.current.by) == ("hls", "Mira")
    assert seat.current.starts == datetime.fromtimestamp(START / 1000 + 300, UTC)
    assert "announced" in repr(seat.current)
    shown = stage(ada, seat)["stream"]
    assert (shown["state"], shown["starts"]) == ("announced", START + 300_000)
    assert intend(ada, seat, "stream.remind", on=True) == []
    ada.settle()
    assert stage(ada, seat)["stream"]["reminded"] is True
    studio.pass_time(300_000)
    ada.settle()
    mira.settle()
    assert seat.summary() == {"note": True}
    _ = desk.stop("https://media.example/r.mp4")
    mira.settle()
    ada.settle()
    assert heard == ["announced Months", "live Months", "ended Months"]
    shown = stage(ada, seat)["stream"]
    assert (shown.get("url"), shown["recording"]) == (None, "https://media.example/r.mp4")
    assert (seat.summary(), seat.unread) == ({}, 0)


def test_whoever_wished_it_is_reminded_when_it_begins(open_: Open, studio: Studio) -> None:
    ada, seat = open_(ADA)
    source = Beginnings(as_client(ada))
    studio.start(starts=START + 1000, title="Months", id_="s1")
    ada.settle()
    _ = seat.remind()
    ada.settle()

    def headline() -> Any:
        document = studio.document(ROOM, Stream.ID)
        assert document is not None
        return source.headline(document)

    assert headline() is None
    studio.pass_time(1000)
    ada.settle()
    found = headline()
    assert (found.kind, found.text, found.feature) == ("stream", "Months", "stream")
    assert not source.seen(found)
    _ = seat.remind(wanted=False)
    ada.settle()
    assert headline() is None
    with pytest.raises(InvalidArgument, match="announced"):
        _ = seat.remind()


def test_what_cannot_be_started_is_said_at_once(open_: Open) -> None:
    mira, desk = open_(MIRA)
    _, seat = open_(ADA)
    with pytest.raises(Refused, match="Only instructors"):
        _ = seat.start(URL)
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: desk.start("javascript:alert(1)"), "http or https"),
        (lambda: desk.start(URL, "x" * 200), "A title"),
        (lambda: desk.start(URL, starts=datetime(2030, 1, 1)), "aware"),  # noqa: DTZ001
        (desk.stop, "no stream"),
        (lambda: desk.stop("file:///etc/passwd"), "recording"),
    ]
    for call, words in calls:
        with pytest.raises(InvalidArgument, match=words):
            _ = call()
    refused = intend(mira, desk, "stream.start", url="x:y", title="", kind="", minutes=0)
    assert refused[0]["op"] == "refused"
    assert intend(mira, desk, "stream.start", url=URL, title="Now", kind="", minutes=0) == []
    mira.settle()
    assert stage(mira, desk)["can"] == ["run"]
    assert intend(mira, desk, "stream.stop", recording="") == []
    mira.settle()
    assert desk.current is not None
    assert desk.current.state == "ended"


def test_a_kernel_counts_once_while_a_page_of_it_plays(open_: Open, studio: Studio) -> None:
    studio.start()
    ada, seat = open_(ADA)

    def said() -> list[StreamWatching]:
        return [data for type_, data in ada.signals if type_ == "stream_watching"]

    intend(ada, seat, "stream.watching", on=True, delay=3_000)
    intend(ada, seat, "stream.watching", "p2", on=True, delay=9_000)
    intend(ada, seat, "stream.watching", on=False, delay=0)
    assert said() == [StreamWatching(on=True, delay=3_000), StreamWatching(on=True, delay=9_000)]
    # The page is closed without a word.
    ada.advance(PLAYS_FOR + 1)
    assert said()[-1] == StreamWatching()
    count = msgspec.json.encode(StreamAudience(7, 3_000))
    ada.emit(SignalReceived("stream_audience", ROOM, msgspec.Raw(count)))
    assert (seat.watching, stage(ada, seat)["watching"]) == (7, 7)


class Asked:
    """The questions to the class, as the polls feature would give them."""

    documents = "question"

    def __init__(self, *asked: Question) -> None:
        self.asked = list(asked)

    def open(self) -> Question | None:
        return self.asked[-1] if self.asked else None

    def between(self, start: int, end: int) -> list[Question]:
        return [one for one in self.asked if start <= one.opened <= end]


def test_a_class_is_asked_over_the_picture_and_finds_it_in_the_recording(studio: Studio) -> None:
    studio.start()
    asked = Asked(Question("q1", 2, START + 4_000, "How many bars?"))
    asker = Asker(asked, lambda: LiveStream(as_client(StreamClient(studio, ADA))))
    shown: list[dict[str, Any]] = []
    for person in (ADA, MIRA):
        client = StreamClient(studio, person)
        client.settle()
        stream = LiveStream(as_client(client), [asker])
        stream._clock = client.monotonic
        shown.append(stage(client, stream))
    seat, desk = shown
    assert seat["asked"].keys() == {"id", "round", "since"}
    assert (seat["asked"]["id"], seat["asked"]["round"]) == ("q1", 2)
    assert "asked" not in desk, "who runs the polls is not asked"
    studio.pass_time(10_000)
    studio.do(MIRA, "stop_stream", id=studio.stream().id, recording="https://m.example/a.mp4")
    client = StreamClient(studio, ADA)
    client.settle()
    stream = LiveStream(as_client(client), [asker])
    stream._clock = client.monotonic
    over = stage(client, stream)
    assert over["chapters"] == [{"at": START + 4_000, "text": "How many bars?"}]
    assert "asked" not in over
    assert over["stream"]["recordingAs"] == "file"


def test_a_poll_waits_as_long_as_the_class_sees_late(open_: Open, studio: Studio) -> None:
    mira, desk = open_(MIRA)
    assert desk.grace == 0, "there is no stream"
    studio.start()
    mira.settle()
    assert desk.grace == 10, "nobody has told yet"
    for delay, grace in ((4_200, 4.2), (90_000, 30)):
        desk._heard(
            SignalReceived(
                "stream_audience", ROOM, msgspec.Raw(msgspec.json.encode({"delay": delay}))
            )
        )
        assert desk.grace == grace
    desk.grace = 12
    assert desk.grace == 12
    for wrong in (-1, 31, float("nan"), True, "5"):
        with pytest.raises(InvalidArgument, match="grace is 0 to 30"):
            desk.grace = wrong  # type: ignore[assignment]
    desk.grace = None
    assert desk.grace == 30
    studio.start(url="https://media.example/live/whep", source="whep")
    mira.settle()
    desk._heard(
        SignalReceived("stream_audience", ROOM, msgspec.Raw(msgspec.json.encode({"delay": 0})))
    )
    assert desk.grace == 0


@pytest.mark.parametrize(
    ("url", "played_as"),
    [
        ("https://m.example/a.m3u8", ("https://m.example/a.m3u8", "hls")),
        ("https://m.example/a.webm?x=1", ("https://m.example/a.webm?x=1", "file")),
        ("https://m.example/watch", ("https://m.example/watch", "page")),
        (
            "https://youtu.be/aaaaaaaaaaa",
            ("https://www.youtube-nocookie.com/embed/aaaaaaaaaaa", "embed"),
        ),
    ],
)
def test_a_recording_is_played_as_its_address_says(url: str, played_as: tuple[str, str]) -> None:
    assert playable(url) == played_as
