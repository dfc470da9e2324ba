"""The sync session: the client's state machine, without sockets, clocks or randomness of its own.

Its owner reports what happens (see `LinkedSession`); the session answers with `actions` for the
transport and `events` for listeners. Clock and random generator are passed in, so every behaviour
can be tested without waiting.
"""

from edu_widgets.client.sync.channel import ChannelState, Grant
from edu_widgets.client.sync.commands import Command
from edu_widgets.client.sync.events import Answered, CommandChanged, State
from edu_widgets.client.sync.linked_session import LinkedSession
from edu_widgets.protocol import MAX_FRAME, Code
from edu_widgets.protocol.errors import MessageTooLong


class Session(LinkedSession):
    """One person's session with one service: channels, commands, questions and signals."""

    def subscribe(self, name: str, *, ours: bool = False) -> ChannelState:
        """Add a subscriber of a channel; return its state, the same object for the same name.

        `ours`: only services of ours have such a channel.
        """
        channel = self.channels.get(name)
        if channel is None:
            channel = self.channels[name] = ChannelState(name, ours=ours)
        channel.users += 1
        if self._link is not None and channel.grant in (Grant.WANTED, Grant.REFUSED):
            self.ask(channel)
        return channel

    def wanted(self) -> list[str]:
        """Return the subscribed channels that a base service has, too."""
        return [name for name, channel in self.channels.items() if not channel.ours]

    def unsubscribe(self, name: str) -> None:
        """Remove a subscriber of a channel; without any the channel is left."""
        channel = self.channels.get(name)
        if channel is None:
            return
        channel.users -= 1
        if channel.users > 0:
            return
        del self.channels[name]
        if self._link is not None and channel.grant is not Grant.REFUSED:
            self.dialect.leave(channel)

    def ask_again(self, name: str) -> None:
        """Subscribe again to a channel that was refused, as the person's rights have changed."""
        channel = self.channels.get(name)
        if channel is not None and channel.grant is Grant.REFUSED:
            channel.grant = Grant.WANTED
            if self._link is not None:
                self.ask(channel)

    def submit(self, command: Command) -> None:
        """Add a command to the outbox, which has room for it, and send it in its turn.

        Raises:
            IdConflict: its id is in use for something else.
        """
        for old in self.outbox.add(command):
            self.emit(CommandChanged(old, gone=True))
        kept = self.outbox.get(command.id)
        if kept is not None:
            self.emit(CommandChanged(kept))
        if self.state is State.STOPPED and self.code == Code.REMOVED:
            self.drop(self.code, self.reason)
        self._send_or_probe()

    def retry(self, id: str) -> None:  # noqa: A002
        """Queue a failed or held command again."""
        command = self.outbox.retry(id, int(self._clock.wall() * 1000), self._clock.elapsed())
        if command is not None:
            self.emit(CommandChanged(command))
            self._send_or_probe()

    def hurry(self, lane: str) -> None:
        """End a lane's pause and send its commands."""
        self.outbox.hurry(lane)
        self.flush()

    def _send_or_probe(self) -> None:
        if self._link is not None:
            self.flush()
        elif self.state is State.OFFLINE:
            self.try_now()

    def discard(self, id: str) -> None:  # noqa: A002
        """Forget a command that is not under way."""
        command = self.outbox.discard(id)
        if command is not None:
            self.emit(CommandChanged(command, gone=True))
            self.flush()

    def withdraw(self, id: str, why: str) -> bool:  # noqa: A002
        """Forget a command, if the service cannot have it; `why` becomes its error."""
        command = self.outbox.withdraw(id, why)
        if command is not None:
            self.emit(CommandChanged(command, gone=True))
            self.flush()
        return command is not None

    def older(self, name: str, kind: str, limit: int) -> bool:
        """Request older documents of a window; return False if none can be requested."""
        channel = self.channels.get(name)
        if channel is None or self._link is None or kind in channel.pages:
            return False
        return self.dialect.older(channel, kind, limit)

    def signal(self, type_: str, name: str, data: object) -> None:
        """Send a signal, if there is a connection."""
        if self._link is not None:
            self.dialect.signal(type_, name, data)

    def question(self, type_: str, name: str, data: object) -> str | None:
        """Send a question; return its frame's id, None without a connection.

        The answer comes as an `Answered` event.

        Raises:
            MessageTooLong: the service would end the connection over a frame of this size.
        """
        if self._link is None:
            return None
        if not self.dialect.answers:
            id_ = self.new_id()
            self.emit(Answered(name, id_, code=Code.UNKNOWN_TYPE, reason=self.dialect.lacking))
            return id_
        id_ = self.new_id()
        size = len(self.frame(type_, name, data, id_))
        if size > MAX_FRAME:
            msg = f"This has {size:,} bytes; at most {MAX_FRAME:,} can be sent at once. Shorten it."
            raise MessageTooLong(msg)
        self.send(type_, name, data, id_)
        self.questions.asked(id_, name)
        return id_
