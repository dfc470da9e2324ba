"""Speaking with a service of ours: cursors, acks, codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edu_widgets.client import incoming
from edu_widgets.client.events import CommandChanged
from edu_widgets.client.liveness import LATE, PATIENCE
from edu_widgets.protocol import messages

if TYPE_CHECKING:
    from edu_widgets.client.channel import ChannelState
    from edu_widgets.client.link import Link
    from edu_widgets.client.session import Session
    from edu_widgets.client.transport import Service


class Ours:
    """The protocol of docs/protocol.md."""

    name = "ours"
    readonly = False
    answers = True
    lacking = ""

    def __init__(self, session: Session) -> None:
        self._session = session

    def opened(self, link: Link, service: Service) -> None:
        """Nothing to prepare: what is asked carries a cursor."""

    def lost(self) -> None:
        """Nothing to forget: what was under way comes again under the same id."""

    def ask(self, link: Link, channel: ChannelState, now: float) -> None:
        """Ask for everything of a channel since our cursor."""
        del link
        session = self._session
        id_ = session.new_id()
        session.send("subscribe", channel.name, channel.ask(id_, session.user_id), id_)
        channel.ask_again_at = now + incoming.ANSWER_WITHIN
        channel.asked_at = now

    def leave(self, channel: ChannelState) -> None:
        """Leave a channel."""
        data = messages.Unsubscribe(self._session.user_id)
        self._session.send("unsubscribe", channel.name, data)

    def take(self, link: Link, frame: bytes | str) -> None:
        """Act on a frame."""
        incoming.take(self._session, link, frame)

    def pong(self, link: Link, asked_at: float) -> None:
        """An answer that was written before has come by now, or will not come."""
        del asked_at
        if link.probed and link.overdue_at is None:
            link.overdue_at = self._session.now()[0] + PATIENCE

    def flush(self, now: float) -> None:
        """Send the commands whose turn it is."""
        for command in self._session.outbox.due(now):
            self._session.send(command.type, command.channel, command.data, command.id)
            self._session.emit(CommandChanged(command))

    def older(self, channel: ChannelState, kind: str, limit: int) -> bool:
        """Ask for a page of older documents; False if all are here."""
        before = channel.mirror.await_page(kind)
        if before is None:
            return False
        data = messages.RequestHistory(limit=limit, before=before, kind=kind)
        channel.pages[kind] = self._session.send("request_history", channel.name, data)
        return True

    def signal(self, type_: str, name: str, data: object) -> None:
        """Send something short-lived."""
        self._session.send(type_, name, data)

    def beat(self, link: Link, stamp: int) -> None:
        """Send a heartbeat."""
        self._session.send("heartbeat", "system", messages.Heartbeat(stamp))
        link.beat_at = self._session.now()[0]

    def gone(self, link: Link, now: float, *, silent: bool) -> bool:
        """Whether nothing is heard, or a command stays unanswered for good."""
        return silent or self._overdue(link, now)

    def _overdue(self, link: Link, now: float) -> bool:
        """Whether a command stays unanswered for good; its answer may be long on its way."""
        if not self._session.outbox.unanswered(now):
            link.overdue_at, link.probed = None, False
            return False
        if not link.probed:
            link.probed = True
            self._session.ping()
        if link.overdue_at is None:
            return False  # what is before the pong still comes, or silence will tell
        if now > link.overdue_at + LATE:
            link.overdue_at = now + PATIENCE
        return now >= link.overdue_at

    def tick(self, link: Link, now: float) -> None:
        """Ask again for channels that were not answered for."""
        for channel in self._session.channels.values():
            if channel.ask_again_at is not None and now >= channel.ask_again_at:
                self.ask(link, channel, now)

    def due(self, link: Link) -> float | None:
        """When an answer is overdue, a lane goes on, or a channel is asked for again."""
        waits = link.probed and self._session.outbox.unanswered(self._session.now()[0])
        times = [link.overdue_at if waits else self._session.outbox.wake_at()]
        times += [channel.ask_again_at for channel in self._session.channels.values()]
        return min((t for t in times if t is not None), default=None)
