"""LiveStream: the picture of a lesson in a notebook."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec
import traitlets

from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.news import News
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.questions import Asker
from edu_widgets.notebook.stream import Json
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.notebook.widget_context import WidgetContext
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument, Refused
from edu_widgets.protocol.visible_text import checked
from edu_widgets.stream import commands
from edu_widgets.stream.addresses import checked_stream, checked_url
from edu_widgets.stream.commands import (
    STREAM_AUDIENCE,
    STREAM_WATCHING,
    RemindStream,
    StartStream,
    StopStream,
    StreamAudience,
    StreamWatching,
)
from edu_widgets.stream.documents import FEATURE, MAX_DELAY, MAX_TITLE, Stream, StreamReminder
from edu_widgets.stream.mirror import CourseStream, StreamItem
from edu_widgets.stream.page_content import STAGE, StageContent

__all__ = ["LiveStream", "StreamItem"]

PLAYS_FOR = 75.0
"""Seconds for which a page counts as playing without saying so again; it does so every 30."""

MAX_GRACE = 30
"""Most seconds for which a poll takes votes after its end."""

_UNKNOWN = {"hls": 10.0, "embed": 10.0, "whep": 0.0}
"""By protocol: the seconds by which a picture is taken to be late while nobody has told."""

_MAX_PAGES = 64
_OWN = frozenset({"start_stream", "stop_stream", "remind_stream"})
_KINDS = frozenset({Stream.kind, StreamReminder.kind})


class LiveStream(EventWidget):
    """The live stream of a course, displayed by being the last line of a cell.

    The picture comes from a media server; edu-widgets carries none. `stream.options = {"height":
    420, "lang": "tr"}` sets the widget's height in pixels and its language (default: the page's).

    `stream.on(event, fn)` has `fn` called:

    | event | when | called with |
    |---|---|---|
    | `announced` | a stream is announced | the stream |
    | `live` | one has begun | the stream |
    | `ended` | it is over | the stream |

    Methods that send return a receipt at once. They raise `NotConnected` once the lesson is closed,
    and `OutboxFull` where too much is waiting.
    """

    kind_: ClassVar[str] = "stream"
    events_: ClassVar[tuple[str, ...]] = ("announced", "live", "ended")

    _asks = traitlets.Unicode("").tag(sync=True)
    """The reference to the widget in which what is asked meanwhile is answered; "": none."""

    def __init__(self, client: CourseClient, askers: Sequence[Asker] = (), **options: Any) -> None:
        self._stream = CourseStream(client)
        self._askers = askers
        questions = [asker.questions for asker in askers]
        self._kinds = _KINDS | {one.documents for one in questions}
        self._shown = StageContent(client, self._stream, questions)
        self._grace: float | None = None
        self._news = News[str](client, [client.channel], self._known())
        self._players: dict[str, tuple[float, int]] = {}
        """By page: the time until which it counts as playing, and its delay in ms."""
        self._clock = time.monotonic
        self._told: StreamWatching | None = None
        self._looks: Callable[[], None] | None = None
        super().__init__(client, self._shown, **options)

    @classmethod
    def made_for(cls, lesson: WidgetContext) -> LiveWidget:
        """Return the stream of a lesson, over which its questions are shown."""
        return cls(lesson.client, lesson.askers())

    def reopen(self) -> None:
        """Open comms again that a page has closed, that of the questions first."""
        if self._askers and not self._client.viewer:
            widget = self._askers[0].widget()
            widget.reopen()
            self._asks = f"IPY_MODEL_{widget.model_id}"
        super().reopen()

    # -- for people ----------------------------------------------------------------------

    @property
    def current(self) -> StreamItem | None:
        """The latest stream of the course, also one that is over; None if there never was one."""
        return self._stream.item()

    @property
    def watching(self) -> int:
        """Number of people whose player plays; 0 under five."""
        return self._shown.audience.count

    @property
    def grace(self) -> float:
        """Seconds after its end for which a poll that is opened now takes votes.

        So that those who see the lesson late can vote: while a stream is live it is the median
        delay that players report, at most 30; with HLS and embedded players 10 as long as none is
        known. Assign another number of seconds, or None for this again. It is the same for
        everybody, and counts and right answers wait for it.
        """
        stream = self._stream.body()
        if stream is None or stream.state != "live":
            return 0
        if self._grace is not None:
            return self._grace
        known = self._shown.audience.delay / 1000
        return min(known, MAX_GRACE) if known else _UNKNOWN[stream.source]

    @grace.setter
    def grace(self, seconds: float | None) -> None:
        if seconds is not None:
            isnt = isinstance(seconds, bool) or not isinstance(seconds, int | float)
            if isnt or not 0 <= seconds <= MAX_GRACE:
                msg = f"grace is 0 to {MAX_GRACE} seconds or None, not {seconds!r:.40}."
                raise InvalidArgument(msg)
        self._grace = seconds

    @property
    def unread(self) -> int:
        """Return 0: the tab of a live stream has a dot instead."""
        return 0

    def summary(self) -> Json:
        """Return a dot for the tab while a stream is live."""
        stream = self._stream.body()
        return {"note": True} if stream is not None and stream.state == "live" else {}

    def start(
        self,
        url: str,
        title: str = "",
        *,
        starts: datetime | timedelta | None = None,
        kind: str | None = None,
    ) -> Receipt:
        """Show the class a stream, in place of the one before. Staff only.

        Args:
            url: The address of its picture at the media server: HLS (`….m3u8`), WHEP, or a page
                of YouTube or Vimeo.
            title: The title in plain text, at most 120 characters.
            starts: When it goes live by itself: an aware datetime, or a timedelta from now.
                Default: at once.
            kind: The protocol, `"hls"`, `"whep"` or `"embed"`; None to tell by the address.

        Raises:
            InvalidArgument: an argument is invalid; the message says which.
            Refused: only instructors may.
            NotConnected: the lesson is closed.
        """
        address, source = checked_stream(url, kind)
        title = checked(title, "A title", MAX_TITLE, least=0, lines=False)
        data = StartStream(address, source, title, self._time(starts))
        return self._run(commands.START_STREAM.name, data)

    def stop(self, recording: str = "") -> Receipt:
        """End the stream. Staff only.

        Args:
            recording: The address of its recording, if there is one; it may also be given later,
                by another `stop(recording)`.

        Raises:
            InvalidArgument: there is no stream, or the address is invalid.
            Refused: only instructors may.
            NotConnected: the lesson is closed.
        """
        address = checked_url(recording, "The recording's address") if recording else ""
        return self._run(commands.STOP_STREAM.name, StopStream(self._needed().id, address))

    def remind(self, wanted: bool = True) -> Receipt:  # noqa: FBT001, FBT002
        """Have me notified when the announced stream begins; with False not any more.

        Raises:
            InvalidArgument: no stream is announced.
            NotConnected: the lesson is closed.
        """
        stream = self._needed()
        if wanted and stream.state != "announced":
            raise InvalidArgument("No stream is announced at the moment.")
        self._client.check_open()
        data = RemindStream(stream.id, bool(wanted))
        return self._client.send(commands.REMIND_STREAM.name, data)

    def _contents(self) -> str:
        stream = self.current
        return "no stream yet" if stream is None else f"stream {stream.state}"

    def _needed(self) -> Stream:
        self._client.check()
        stream = self._stream.body()
        if stream is None:
            raise InvalidArgument("There is no stream here yet.")
        return stream

    def _run(self, type_: str, data: StartStream | StopStream) -> Receipt:
        self._client.check_open()
        if not self._client.me().is_staff:
            raise Refused("Only instructors may start or stop a stream.")
        return self._client.send(type_, data)

    def _time(self, starts: object) -> int:
        if starts is None:
            return 0
        if isinstance(starts, timedelta):
            return round(self._client.service_now() + starts.total_seconds() * 1000)
        if isinstance(starts, datetime) and starts.tzinfo is not None:
            return round(starts.timestamp() * 1000)
        msg = f"starts must be an aware datetime or a timedelta, not {starts!r:.60}."
        raise InvalidArgument(msg)

    # -- intents of the pages (any thread) -------------------------------------------------

    @on_intent("stream.start")
    def _on_start(self, intent: Intent) -> None:
        minutes = intent.number("minutes")
        starts = timedelta(minutes=min(minutes, 10**6)) if minutes else None
        kind = intent.text("kind") or None
        _ = self.start(intent.text("url"), intent.text("title"), starts=starts, kind=kind)

    @on_intent("stream.stop")
    def _on_stop(self, intent: Intent) -> None:
        _ = self.stop(intent.text("recording"))

    @on_intent("stream.remind")
    def _on_remind(self, intent: Intent) -> None:
        _ = self.remind(intent.switch())

    @on_intent("stream.watching")
    def _on_watching(self, intent: Intent) -> None:
        """A page's player plays, or does no more; said again every 30 s while it plays."""
        page, on = intent.page, intent.switch()
        delay = min(intent.number("delay"), MAX_DELAY) if on else 0
        self._on_network(lambda: self._plays(page, on=on, delay=delay))

    # -- from the course (network thread) ----------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case DocumentsChanged():
                if event.channel == self._client.channel:
                    self._tell(event)
                docs = (*event.upserted, *event.removed, *event.dropped)
                if not event.reset and not self._kinds & {doc.kind for doc in docs}:
                    return
            case SignalReceived(STREAM_AUDIENCE.name, channel, data):
                if channel != self._client.channel:
                    return
                self._shown.audience = msgspec.json.decode(data, type=StreamAudience)
            case CommandChanged(command) if command.type in _OWN:
                if command.state is CommandState.FAILED and not event.gone:
                    self._client.discard(command.id)
                    self._channel.signal("notice", {"message": command.error})
            case SignalReceived() | CommandChanged():
                return  # of other features
            case _:
                self._look()
        self._channel.changed(STAGE, [STAGE])

    def _known(self) -> dict[str, str]:
        stream = self._stream.body()
        return {} if stream is None else {Stream.ID: _version(stream)}

    def _tell(self, event: DocumentsChanged) -> None:
        began = self._news.has_begun(event.channel)
        self._news.heard(event)
        stream = self._stream.body()
        version = None if stream is None else _version(stream)
        if self._news.swap(Stream.ID, version) != version and began and stream is not None:
            self._call(stream.state, self.current)

    # -- who watches here (network thread) -------------------------------------------------------

    def _plays(self, page: str, *, on: bool, delay: int) -> None:
        self._players.pop(page, None)
        if on:
            self._players[page] = (self._clock() + PLAYS_FOR, delay)
            while len(self._players) > _MAX_PAGES:
                del self._players[next(iter(self._players))]
        self._tell_watching()

    def _tell_watching(self) -> None:
        """Tell the service whether a page here plays; look again when one may have gone."""
        if self._looks is not None:
            self._looks()
            self._looks = None
        now = self._clock()
        self._players = {page: held for page, held in self._players.items() if held[0] > now}
        if self._players and not self.closed:
            self._looks = self._client.later(PLAYS_FOR, self._tell_watching)
        view = self._client.view()
        if view.state != "live" or FEATURE not in view.features or self._client.me().is_staff:
            return
        delays = [delay for _, delay in self._players.values()]
        said = StreamWatching(bool(delays), max(delays, default=0))
        if said == (self._told or StreamWatching()):
            return
        with suppress(EduWidgetsError):  # the lesson is being closed
            self._client.signal(STREAM_WATCHING.name, said)
            self._told = said

    def _look(self) -> None:
        """A new connection is told anew who watches here."""
        if self._client.view().state == "live":
            self._tell_watching()
        else:
            self._told = None


def _version(stream: Stream) -> str:
    return f"{stream.id} {stream.state}"
