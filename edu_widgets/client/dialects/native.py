"""The native dialect (docs/protocol.md): cursors, acks, codes, and its frames' handlers."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from edu_widgets.client.sync.channel import ChannelState, Grant
from edu_widgets.client.sync.dialect import SessionPort
from edu_widgets.client.sync.events import (
    ChannelChanged,
    CommandChanged,
    DocumentsChanged,
    FrameReceived,
    PageSettled,
    Service,
    SignalReceived,
)
from edu_widgets.client.sync.liveness import LATE, PATIENCE, Link
from edu_widgets.client.sync.mirror import Applied
from edu_widgets.protocol import (
    MAX_SERVICE_FRAME,
    REGISTRY,
    Code,
    Envelope,
    decode,
    decode_data,
    is_retry,
    meaning,
    messages,
)
from edu_widgets.protocol.errors import ProtocolError

_log = logging.getLogger(__name__)

ANSWER_WITHIN = 20.0
"""Seconds after which a subscription without an answer is repeated."""

_ASK_AGAIN_MS = 1_000
_MAX_ASK_AGAIN_MS = 60_000


class _ChangesFrame(msgspec.Struct):
    """A `changes` frame, which is by far the most frequent: decoded in one step."""

    type: str
    data: messages.Changes
    channel: str = ""


_CHANGES = msgspec.json.Decoder(_ChangesFrame)
_MARK = b'{"type":"changes",'


class Native:
    """The protocol of docs/protocol.md."""

    name = "ours"
    readonly = False
    answers = True
    lacking = ""

    def __init__(self, session: SessionPort) -> None:
        self._session = session

    def opened(self, link: Link, service: Service) -> None:
        """Do nothing: every query carries a cursor."""

    def lost(self) -> None:
        """Do nothing: commands under way are sent again under the same id."""

    def ask(self, link: Link, channel: ChannelState, now: float) -> None:
        """Subscribe to a channel, for all changes since our cursor."""
        del link
        session = self._session
        id_ = session.new_id()
        session.send("subscribe", channel.name, channel.ask(id_, session.user_id), id_)
        channel.ask_again_at = now + ANSWER_WITHIN
        channel.asked_at = now

    def leave(self, channel: ChannelState) -> None:
        """Leave a channel."""
        data = messages.Unsubscribe(self._session.user_id)
        self._session.send("unsubscribe", channel.name, data)

    def take(self, link: Link, frame: bytes | str) -> None:
        """Act on a frame."""
        take(self._session, link, frame)

    def pong(self, link: Link, asked_at: float) -> None:
        """Start the last wait for an overdue answer, which should have come before the pong."""
        del asked_at
        if link.probed and link.overdue_at is None:
            link.overdue_at = self._session.now()[0] + PATIENCE

    def flush(self, now: float) -> None:
        """Send the commands that are due."""
        outbox = self._session.outbox
        for command in outbox.due(now, outbox.ready):
            self._session.send(command.type, command.channel, command.data, command.id)
            self._session.emit(CommandChanged(command))

    def older(self, channel: ChannelState, kind: str, limit: int) -> bool:
        """Request a page of older documents; return False if all are loaded."""
        before = channel.mirror.await_page(kind)
        if before is None:
            return False
        data = messages.RequestHistory(limit=limit, before=before, kind=kind)
        channel.pages[kind] = self._session.send("request_history", channel.name, data)
        return True

    def signal(self, type_: str, name: str, data: object) -> None:
        """Send a short-lived message."""
        self._session.send(type_, name, data)

    def beat(self, link: Link, stamp: int) -> None:
        """Send a heartbeat."""
        self._session.send("heartbeat", "system", messages.Heartbeat(stamp))
        link.beat_at = self._session.now()[0]

    def gone(self, link: Link, now: float, *, silent: bool) -> bool:
        """Return True if nothing was heard, or a command stays unanswered for good."""
        return silent or self._overdue(link, now)

    def _overdue(self, link: Link, now: float) -> bool:
        """Return True if a command stays unanswered for good; a slow answer has time to arrive."""
        if not self._session.outbox.unanswered(now):
            link.overdue_at, link.probed = None, False
            return False
        if not link.probed:
            link.probed = True
            self._session.ping()
        if link.overdue_at is None:
            return False  # the answer may come before the pong, or silence ends it
        if now > link.overdue_at + LATE:
            link.overdue_at = now + PATIENCE
        return now >= link.overdue_at

    def tick(self, link: Link, now: float) -> None:
        """Repeat subscriptions that got no answer."""
        for channel in self._session.channels.values():
            if channel.ask_again_at is not None and now >= channel.ask_again_at:
                self.ask(link, channel, now)

    def due(self, link: Link) -> float | None:
        """Return when an answer is overdue, a lane resumes, or a channel is asked for again."""
        waits = link.probed and self._session.outbox.unanswered(self._session.now()[0])
        times = [link.overdue_at if waits else self._session.outbox.wake_at()]
        times += [channel.ask_again_at for channel in self._session.channels.values()]
        return min((t for t in times if t is not None), default=None)


def take(session: SessionPort, link: Link, frame: bytes | str) -> None:
    """Act on a frame; one that cannot be understood is logged and changes nothing."""
    try:
        if isinstance(frame, bytes) and frame.startswith(_MARK):
            _take_changes(session, link, frame)
            return
        envelope = decode(frame, limit=MAX_SERVICE_FRAME)
        handler = _HANDLERS.get(envelope.type, _on_other)
        handler(session, link, envelope)
    except ProtocolError as error:
        _log.warning("A frame from the service was ignored: %s", error)


def _take_changes(session: SessionPort, link: Link, frame: bytes) -> None:
    """Decode a frame that begins like `changes` in one step; its type is checked afterwards."""
    try:
        read = _CHANGES.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = f"changes: {error}."
        raise ProtocolError(msg) from error
    if read.type == "changes" and len(frame) <= MAX_SERVICE_FRAME:
        _apply(session, link, read.channel, read.data)


def _on_changes(session: SessionPort, link: Link, envelope: Envelope) -> None:
    _apply(session, link, envelope.channel, decode_data(envelope, messages.Changes))


def _apply(session: SessionPort, link: Link, name: str, frame: messages.Changes) -> None:
    channel = session.channels.get(name)
    if channel is None or channel.grant is Grant.REFUSED:
        return
    if not link.answered:
        session.answered()
    if channel.catching_up:
        applied = channel.catch_up(frame, session.now()[0] + ANSWER_WITHIN)
        _tell(session, channel, applied, live=False)
        return
    applied = channel.mirror.apply(frame)
    if applied.hole:
        session.ask(channel)
    _tell(session, channel, applied, live=not frame.reset)


def _tell(session: SessionPort, channel: ChannelState, applied: Applied, *, live: bool) -> None:
    upserted, removed, reset = applied.upserted, applied.removed, applied.reset
    if upserted or removed or reset:
        session.emit(
            DocumentsChanged(channel.name, upserted, removed, reset, live, channel.caught_up)
        )


def _on_subscribed(session: SessionPort, _link: Link, envelope: Envelope) -> None:
    channel = session.channels.get(envelope.channel)
    data = decode_data(envelope, messages.Subscribed)
    if channel is not None and channel.granted(envelope.message_id, data):
        session.answered()
        session.measure(channel.asked_at, envelope.timestamp)
        session.emit(ChannelChanged(channel.name))


def _on_unsubscribed(session: SessionPort, _link: Link, envelope: Envelope) -> None:
    data = decode_data(envelope, messages.Unsubscribed)
    channel = session.channels.get(data.channel or envelope.channel)
    if channel is None:
        return
    for kind in channel.take_pages():
        session.emit(PageSettled(channel.name, kind, data.code, data.message))
    if data.code == Code.REMOVED:
        session.drop(data.code, data.message, channel.name)
    channel.taken_away(data)
    session.emit(DocumentsChanged(channel.name, reset=True))
    session.emit(ChannelChanged(channel.name))


def _on_ack(session: SessionPort, _link: Link, envelope: Envelope) -> None:
    data = decode_data(envelope, messages.Ack)
    command = session.outbox.acked(data.message_id)
    if command is not None:
        session.answered()
        heads = {command.channel: data.seq, **data.heads}
        session.emit(CommandChanged(command, gone=True, seq=data.seq, heads=heads))
        session.flush()


def _on_error(session: SessionPort, _link: Link, envelope: Envelope) -> None:
    data = decode_data(envelope, messages.Error)
    now, wall = session.now()
    command = session.outbox.refused(
        data.message_id, data.code, data.message, data.retry_after, now, wall
    )
    if command is not None:
        session.emit(CommandChanged(command, gone=session.outbox.get(command.id) is None))
        for follower in session.outbox.fail_with(command):
            session.emit(CommandChanged(follower))
        session.flush()
    elif session.questions.refused(
        data.message_id, data.code, data.message or meaning(data.code), data.retry_after
    ):
        pass
    elif not _refuses(session, envelope.channel, data, now):
        _log.warning("The service reports: %s (%s)", data.message, data.code)


def _refuses(session: SessionPort, name: str, data: messages.Error, now: float) -> bool:
    """Note an error about a channel's page or subscription; return False if it is about neither."""
    channel = session.channels.get(name)
    if channel is None:
        return False
    reason = data.message or meaning(data.code)
    for kind in [k for k, id_ in channel.pages.items() if id_ == data.message_id]:
        del channel.pages[kind]
        channel.mirror.forget_page(kind)
        session.emit(PageSettled(name, kind, data.code, reason))
        return True
    held = channel.mirror.cursor.epoch
    if not channel.refused(data.message_id, data.code, reason):
        return False
    if is_retry(data.code):
        channel.grant = Grant.WANTED
        wait = min(max(data.retry_after or 0, _ASK_AGAIN_MS), _MAX_ASK_AGAIN_MS)
        channel.ask_again_at = now + wait / 1000
    if channel.mirror.cursor.epoch != held:
        session.emit(DocumentsChanged(name, reset=True))
    session.emit(ChannelChanged(name))
    return True


def _on_page(session: SessionPort, _link: Link, envelope: Envelope) -> None:
    channel = session.channels.get(envelope.channel)
    page = decode_data(envelope, messages.Page)
    if channel is None or channel.pages.get(page.kind) != envelope.message_id:
        return
    applied = channel.add_page(envelope.message_id, page)
    _tell(session, channel, applied, live=False)
    session.emit(ChannelChanged(channel.name))
    session.emit(PageSettled(channel.name, page.kind))


def _on_room(session: SessionPort, _link: Link, envelope: Envelope) -> None:
    channel = session.channels.get(envelope.channel)
    if channel is not None:
        room = decode_data(envelope, messages.Room)
        channel.people, channel.names = room.people, tuple(room.names)
        channel.staff = room.staff
        session.emit(ChannelChanged(channel.name))


def _on_heartbeat_ack(session: SessionPort, link: Link, envelope: Envelope) -> None:
    decode_data(envelope, messages.HeartbeatAck)
    session.answered()
    session.measure(link.beat_at, envelope.timestamp)
    link.beat_at = None


def _on_goodbye(session: SessionPort, _link: Link, envelope: Envelope) -> None:
    session.move_within(decode_data(envelope, messages.Goodbye).spread_ms / 1000)


def _on_other(session: SessionPort, _link: Link, envelope: Envelope) -> None:
    if session.questions.answered(envelope.message_id, envelope.data):
        return
    known = REGISTRY.frames.get(envelope.type)
    if known is not None and known.signal and envelope.channel in session.channels:
        session.emit(SignalReceived(envelope.type, envelope.channel, envelope.data))
    elif known is None:
        try:
            data = msgspec.json.decode(envelope.data)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise ProtocolError(f"{envelope.type}: {error}.") from error
        stamp = int(envelope.timestamp) if envelope.timestamp else None
        told = FrameReceived(envelope.channel, envelope.type, data, envelope.message_id, stamp)
        session.emit(told)


_HANDLERS: dict[str, Callable[[SessionPort, Link, Envelope], None]] = {
    "changes": _on_changes,
    "subscribed": _on_subscribed,
    "unsubscribed": _on_unsubscribed,
    "ack": _on_ack,
    "goodbye": _on_goodbye,
    "error": _on_error,
    "page": _on_page,
    "room": _on_room,
    "heartbeat_ack": _on_heartbeat_ack,
}
