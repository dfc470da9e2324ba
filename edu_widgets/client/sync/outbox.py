"""The outbox: commands are kept until acknowledged, and sent in order, always under their id."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

from edu_widgets.client.sync.commands import Command, CommandState, NoStorage, Storage
from edu_widgets.client.sync.lanes import Lanes
from edu_widgets.protocol import MAX_FRAME, REGISTRY, Code, is_retry, meaning
from edu_widgets.protocol.errors import IdConflict, MessageTooLong, OutboxFull

MAX_COMMANDS = 500
MAX_BYTES = 5 * 1024 * 1024
STALE_AFTER = 12 * 3600
"""Seconds after which a command of an earlier session is sent only with the user's consent."""

MOMENT = 120.0
"""Seconds for which a momentary command (`CommandType.momentary`) waits to be sent."""

_NOT_DONE = "Not done: there was no connection for two minutes."
_UNKNOWN = "The connection was lost before it was confirmed: look whether it was done."

STORE_AGAIN = 5.0
"""Seconds between attempts to write to the storage after a failure."""

_SENDABLE = (CommandState.QUEUED, CommandState.SLOWED)

REPLACED = "A newer one has taken its place."
"""`error` of a command that was replaced by a newer one with the same key."""

WITHDRAWN = "It was withdrawn before it was sent."
"""`error` of a command that its author has withdrawn."""


class Outbox:
    """Commands in lanes. The network thread owns it; `check_room` may be called anywhere.

    Rules: first in, first out within a lane; a lane that is slowed down does not delay others; a
    command leaves only by its ack, by `discard` or `withdraw`, or by a newer one with the same key
    (votes, statuses) while it waits.
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._storage: Storage = storage or NoStorage()
        self._commands: dict[str, Command] = {}
        self._lanes = Lanes()
        self.arriving: deque[Command] = deque()
        """Commands that other threads have handed over, and that are not added yet."""
        self._bytes = 0
        self._store_at: float | None = None
        self.ready: Callable[[Command], bool] = lambda _: True
        """False for a command that waits for the upload of a picture that it names."""
        self.tried: set[str] = set()
        """Ids of commands that an earlier session has sent without getting an answer."""

    def load(self, elapsed: float) -> None:
        """Load commands of earlier processes; those older than 12 h wait for the user's consent.

        `elapsed`, here and below, is the time of `Clock.elapsed`, a clock that nobody can set.
        """
        for kept in self._storage.load():
            if kept.id in self._commands:
                continue
            command = replace(kept, retry_at=None)
            if command.state is not CommandState.FAILED:
                if command.state is CommandState.SENT:
                    self.tried.add(command.id)
                    command = replace(command, handed=True)
                stale = elapsed - command.since > STALE_AFTER
                command = replace(
                    command, state=CommandState.HELD if stale else CommandState.QUEUED
                )
            self._commands[command.id] = command
            self._bytes += command.size

    # -- any thread ---------------------------------------------------------------

    def check_room(self, size: int) -> None:
        """Check that there is room for a command of `size` bytes, before it is handed over.

        Raises:
            MessageTooLong: a frame of this size would be refused.
            OutboxFull: 500 commands or 5 MiB are waiting.
        """
        if size > MAX_FRAME:
            msg = f"This has {size} bytes; at most {MAX_FRAME} can be sent at once. Shorten it."
            raise MessageTooLong(msg)
        arriving = tuple(self.arriving)
        count = len(self._commands) + len(arriving)
        size_of_all = self._bytes + sum(command.size for command in arriving)
        if count >= MAX_COMMANDS or size_of_all + size > MAX_BYTES:
            msg = (
                f"{count} messages and changes ({size_of_all // 1024} KiB) are already "
                "waiting to be sent. Wait for the connection, or discard some."
            )
            raise OutboxFull(msg)

    # -- reading --------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._commands)

    def __iter__(self) -> Iterator[Command]:
        return iter(tuple(self._commands.values()))

    def get(self, id: str) -> Command | None:  # noqa: A002
        """Return the command with this id, if it is still here."""
        return self._commands.get(id)

    @property
    def waiting(self) -> int:
        """Number of commands that will be sent without the user's help."""
        return len(self._waiting())

    def kept(self) -> tuple[int, int]:
        """Return the numbers of waiting messages and of other waiting changes by the user."""
        kinds = [command.kept_as for command in self._waiting()]
        return kinds.count("message"), kinds.count("change")

    def _waiting(self) -> list[Command]:
        parked = (CommandState.FAILED, CommandState.HELD)
        return [c for c in tuple(self._commands.values()) if c.state not in parked]

    # -- network thread ---------------------------------------------------------------

    def add(self, command: Command) -> list[Command]:
        """Add a command; return those it replaces.

        Raises:
            IdConflict: the id is in use for another command.
        """
        known = self._commands.get(command.id)
        if known is not None:
            if known.says_the_same(command):
                return []
            msg = f"The id {command.id!r} was used before for something else. Make a new one."
            raise IdConflict(msg, Code.ID_CONFLICT)
        replaced = [c for c in self._commands.values() if command.outdates(c)]
        replaced = [c for c in replaced if c.state is not CommandState.SENT]
        self._commands[command.id] = command
        self._bytes += command.size
        self._storage.put(command)
        return [self._replaced(old) for old in replaced]

    def _replaced(self, old: Command) -> Command:
        self._forget(old)
        return replace(old, error=REPLACED)

    def _outdated(self, command: Command) -> bool:
        """Return True if a newer command with the same key exists, so this is not sent again."""
        if command.key is None:
            return False
        same = [c for c in self._commands.values() if command.outdates(c)]
        return bool(same) and same[-1].id != command.id

    def due(self, now: float, ready: Callable[[Command], bool] | None = None) -> list[Command]:
        """Return the commands to send now, and mark them as sent, in the storage too.

        A command that is not `ready` delays those behind it in its lane and channel.
        """
        result = []
        blocked: set[str | tuple[str, str]] = set()
        for command in self._in_turn():
            place = (command.lane, command.channel)
            if not blocked.isdisjoint((command.lane, place)):
                continue
            if ready is not None and not ready(command):
                blocked.add(place)
                continue
            if not self._lanes.take(command, now):
                blocked.add(command.lane)
                continue
            result.append(self._move(replace(command, handed=True), CommandState.SENT))
            if not command.handed:
                self._storage.put(result[-1])
        return result

    def _in_turn(self) -> Iterator[Command]:
        """Yield the sendable commands, except those that wait for one they build on."""
        blocked: set[tuple[str, str]] = set()
        for command in tuple(self._commands.values()):
            place = (command.lane, command.channel)
            if command.state not in _SENDABLE or place in blocked:
                continue
            if command.is_one_by_one and any(
                command.shares_key(other) and other.state is CommandState.SENT
                for other in self._commands.values()
            ):
                blocked.add(place)
            else:
                yield command

    def acked(self, id: str) -> Command | None:  # noqa: A002
        """Remove a command that the service has acknowledged; return it."""
        command = self._commands.get(id)
        if command is not None:
            self._lanes.answered(command)
            self._forget(command)
        return command

    def unconfirmed(self, id: str) -> Command | None:  # noqa: A002
        """Remove a sent command that will never be acknowledged; return it as unconfirmed."""
        command = self.acked(id)
        return replace(command, state=CommandState.UNCONFIRMED) if command is not None else None

    def again(self, id: str) -> None:  # noqa: A002
        """Queue a sent command again."""
        command = self._commands.get(id)
        if command is not None and command.state is CommandState.SENT:
            self._lanes.answered(command)
            self._move(command, CommandState.QUEUED)

    def reject(self, id: str, code: int, message: str) -> Command | None:  # noqa: A002
        """Mark a command as failed, as this service does not take it; return it."""
        command = self._commands.get(id)
        if command is None:
            return None
        self._lanes.answered(command)
        return self._move(replace(command, handed=False), CommandState.FAILED, code, message)

    def refused(
        self,
        id: str,  # noqa: A002
        code: int,
        message: str,
        retry_after: int | None,
        now: float,
        wall: float,
    ) -> Command | None:
        """Note a refusal by the service; return the command, None if it was not under way.

        With a retry code its lane pauses: the service accepts no other command of the lane, and
        answers those under way with `BEHIND`, until this command is sent again. A command that is
        outdated by a newer one is not sent again; it is returned, but no longer kept.
        `retry_after` is in ms, `now` and `wall` in s of the monotonic and the system clock.
        """
        command = self._commands.get(id)
        if command is None or command.state is not CommandState.SENT:
            return None
        self._lanes.answered(command)
        command = replace(command, handed=False)
        if not is_retry(code):
            return self._move(command, CommandState.FAILED, code, message or meaning(code))
        if self._outdated(command):
            return self._replaced(self._move(command, CommandState.QUEUED))
        self._lanes.halt(command.lane)
        if code == Code.BEHIND and self._follows(command):
            return self._move(command, CommandState.QUEUED)
        pause = self._lanes.pause(command.lane, now, retry_after)
        if code == Code.BEHIND:
            return self._move(command, CommandState.QUEUED)
        retry_at = int(wall * 1000) + pause
        return self._move(command, CommandState.SLOWED, code, message, retry_at)

    def fail_with(self, failed: Command) -> list[Command]:
        """Fail the waiting commands that build on a failed one; return them."""
        if failed.state is not CommandState.FAILED or not failed.is_one_by_one:
            return []
        behind = [c for c in self._commands.values() if failed.shares_key(c)]
        return [
            self._move(command, CommandState.FAILED, failed.code, failed.error)
            for command in behind
            if command.state in _SENDABLE
        ]

    def fail_all(self, code: int, message: str, channel: str = "") -> list[Command]:
        """Fail all commands, or those of one channel; only the user can retry them."""
        waiting = [
            c
            for c in self._commands.values()
            if c.state is not CommandState.FAILED and channel in ("", c.channel)
        ]
        for command in waiting:
            self._lanes.answered(command)
        return [self._move(c, CommandState.FAILED, code, message) for c in waiting]

    def hurry(self, lane: str) -> None:
        """End a lane's pause, as its reason is over."""
        self._lanes.hurry(lane)

    def _follows(self, command: Command) -> bool:
        """Return True if an earlier command of its lane will be sent before it."""
        for earlier in self._commands.values():
            if earlier.id == command.id:
                return False
            if earlier.lane == command.lane and earlier.state in (*_SENDABLE, CommandState.SENT):
                return True
        return False

    def disconnected(self) -> list[Command]:
        """Queue all sent and slowed commands again, under the same ids; return them.

        A command that is outdated by a newer one is returned with an `error`, and no longer kept.
        """
        self._lanes.disconnected()
        under_way = (CommandState.SENT, CommandState.SLOWED)
        again = [c for c in self._commands.values() if c.state in under_way]
        moved = [self._move(c, CommandState.QUEUED) for c in again]
        return [self._replaced(c) if self._outdated(c) else c for c in moved]

    def unanswered(self, now: float) -> bool:
        """Return True if a sent command has had no answer for `lanes.RESEND_AFTER` seconds."""
        return self._lanes.overdue(now)

    def expire(self, elapsed: float) -> list[Command]:
        """Fail momentary commands whose time (`MOMENT`) is over; return them."""
        return [
            self._move(command, CommandState.FAILED, Code.TOO_LATE, why)
            for command in self._momentary()
            if elapsed >= command.since + MOMENT
            for why in (_UNKNOWN if command.handed else _NOT_DONE,)
        ]

    def expires_at(self) -> float | None:
        """Return the time at which the first momentary command expires, on the `elapsed` clock."""
        return min((c.since + MOMENT for c in self._momentary()), default=None)

    def _momentary(self) -> list[Command]:
        waiting = (*_SENDABLE, CommandState.HELD)
        return [c for c in self._commands.values() if c.state in waiting and c.is_momentary()]

    def retry(self, id: str, created: int, elapsed: float) -> Command | None:  # noqa: A002
        """Queue a failed or held command again, behind the waiting ones."""
        command = self._commands.get(id)
        if command is None or command.state not in (CommandState.FAILED, CommandState.HELD):
            return None
        del self._commands[id]
        fresh = self._commands[id] = command.anew(created, elapsed)
        self._storage.remove(id)
        self._storage.put(fresh)
        return fresh

    def discard(self, id: str) -> Command | None:  # noqa: A002
        """Forget a command that is not under way."""
        command = self._commands.get(id)
        if command is None or command.state is CommandState.SENT:
            return None
        self._forget(command)
        return command

    def withdraw(self, id: str, why: str) -> Command | None:  # noqa: A002
        """Forget a command that the service cannot have; None if it may have it."""
        command = self._commands.get(id)
        if command is None or command.handed:
            return None
        self._forget(command)
        return replace(command, error=why)

    def wake_at(self) -> float | None:
        """Return the time at which a lane resumes or an answer is overdue; maybe in the past."""
        waiting, held = set[str](), set[tuple[str, str]]()
        for command in self._in_turn():
            place = (command.lane, command.channel)
            if place in held or not self.ready(command):
                held.add(place)
            else:
                waiting.add(command.lane)
        return self._lanes.wake_at(waiting)

    def store_at(self, now: float) -> float | None:
        """Return the time of the next attempt to write to the storage; None if all is written."""
        if not self._storage.behind:
            self._store_at = None
        elif self._store_at is None:
            self._store_at = now + STORE_AGAIN
        return self._store_at

    def store_again(self, now: float) -> None:
        """Retry to write to the storage, if it is due."""
        at = self.store_at(now)
        if at is not None and now >= at:
            self._storage.catch_up()
            self._store_at = None

    def close(self) -> None:
        """Close the storage; waiting commands stay in it."""
        self._storage.close()

    def _forget(self, command: Command) -> None:
        del self._commands[command.id]
        self._bytes -= command.size
        known = REGISTRY.commands.get(command.type)
        self._storage.remove(command.id, wipe=known is not None and known.private)

    def _move(
        self,
        command: Command,
        state: CommandState,
        code: int = 0,
        error: str = "",
        retry_at: int | None = None,
    ) -> Command:
        moved = replace(command, state=state, code=code, error=error, retry_at=retry_at)
        self._commands[command.id] = moved
        if state is CommandState.FAILED:
            self._storage.put(moved)
        return moved


__all__ = ["Command", "CommandState", "NoStorage", "Outbox", "Storage"]
