"""Pictures that wait to be uploaded, each before the commands that name it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from edu_widgets.client.sync.commands import Command, CommandState
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.protocol import REGISTRY
from edu_widgets.protocol.blobs import MAX_BLOB, named_in
from edu_widgets.protocol.errors import OutboxFull

MAX_BYTES = 16 * MAX_BLOB
"""Bytes of the pictures that may wait."""

FRESH = 300.0
"""Seconds for which an upload counts: the service keeps one that nothing names for ten minutes."""

UNNAMED = 3_600.0
"""Seconds for which a picture waits for a command that names it: one may write so long …"""

IDLE = 600.0
"""… and so long, where others need the room."""

Key = tuple[str, str]
"""A channel, and the hash of a picture for it."""


class BlobStorage(Protocol):
    """Storage of waiting pictures beyond the process."""

    def put_blob(self, channel: str, hash_: str, data: bytes) -> None:
        """Store a picture."""

    def remove_blob(self, channel: str, hash_: str) -> None:
        """Delete a picture."""

    def load_blobs(self) -> Iterable[tuple[str, str, bytes]]:
        """Return channel, hash and bytes of all stored pictures."""


@dataclass(slots=True, eq=False)
class Upload:
    """A picture that waits; times are seconds of the clock that `Uploads` is given."""

    channel: str
    hash: str
    data: bytes
    since: float
    done_at: float | None = None
    not_before: float = 0.0
    named: bool = False
    """True if a command has named it."""
    refused: tuple[int, str] | None = None
    """The code and the sentence with which the service has refused it for good."""

    @property
    def key(self) -> Key:
        """The channel and the hash."""
        return self.channel, self.hash


class Uploads:
    """The pictures of one outbox. The network thread owns it; `check_room` may be called anywhere.

    A picture is kept until the commands that name it are settled. One whose upload is older than
    `FRESH` is uploaded again before such a command is sent.
    """

    def __init__(
        self, outbox: Outbox, storage: BlobStorage | None, now: Callable[[], float]
    ) -> None:
        self._outbox = outbox
        self._storage = storage
        self.now = now
        self._held: dict[Key, Upload] = {}
        self._bytes = 0
        self._names: dict[str, tuple[Key, ...]] = {}
        outbox.ready = self.ready

    def __len__(self) -> int:
        """The number of pictures that wait, or that a waiting command names."""
        return len(self._held)

    def load(self) -> None:
        """Load the pictures that earlier processes have left with their commands."""
        for channel, hash_, data in self._storage.load_blobs() if self._storage else ():
            if self._bytes + len(data) <= MAX_BYTES and sha256(data).hexdigest() == hash_:
                self._hold(Upload(channel, hash_, data, self.now()))
        for command in self._outbox:
            for key in self._named_by(command):
                if key in self._held:
                    self._held[key].named = True
        for upload in [upload for upload in self._held.values() if not upload.named]:
            self._forget(upload)

    def check_room(self, size: int) -> None:
        """Check that there is room for a picture of `size` bytes.

        Raises:
            OutboxFull: 16 MiB of pictures are waiting.
        """
        idle = sum(
            len(upload.data) for upload in tuple(self._held.values()) if self._is_idle(upload)
        )
        if self._bytes - idle + size > MAX_BYTES:
            msg = (
                f"Pictures of {self._bytes >> 20} MiB already wait to be sent. Wait for the "
                "connection, or discard messages that have some."
            )
            raise OutboxFull(msg)

    def add(self, channel: str, hash_: str, data: bytes) -> None:
        """Keep a picture for the commands that will name it."""
        self.tidy()
        held = self._held.get((channel, hash_))
        if held is not None:
            held.since, held.refused = self.now(), None
            return
        for idle in filter(self._is_idle, tuple(self._held.values())):
            if self._bytes + len(data) > MAX_BYTES:
                self._forget(idle)
        self._hold(Upload(channel, hash_, data, self.now()))
        if self._storage is not None:
            self._storage.put_blob(channel, hash_, data)

    def get(self, channel: str, hash_: str) -> bytes | None:
        """Return a picture that waits; None if it does not."""
        held = self._held.get((channel, hash_))
        return held.data if held is not None else None

    def ready(self, command: Command) -> bool:
        """Return True if the pictures that a command names are uploaded, so that it may be sent."""
        return all(map(self._is_done, self._waiting_for(command)))

    def due(self) -> Upload | None:
        """Return the next picture to upload, those of the earliest command first."""
        moving = (CommandState.QUEUED, CommandState.SLOWED)
        named = (
            upload
            for command in self._outbox
            if self._held and command.state in moving
            for upload in self._waiting_for(command)
        )
        new = (upload for upload in self._held.values() if not upload.named and not upload.done_at)
        now = self.now()
        for upload in (*named, *new):
            if not self._is_done(upload) and not upload.refused and upload.not_before <= now:
                return upload
        return None

    def wake_at(self) -> float | None:
        """Return the time at which a picture is due again, or to be forgotten."""
        now = self.now()
        times = [u.done_at + FRESH if u.done_at else u.not_before for u in self._held.values()]
        times += [u.since + UNNAMED for u in self._held.values() if not u.named]
        return min((at for at in times if at > now), default=None)

    def done(self, upload: Upload) -> None:
        """Note that a picture is uploaded."""
        upload.done_at = self.now()

    def put_off(self, upload: Upload, wait: float) -> None:
        """Note that an upload did not work, and may be tried again after `wait` seconds."""
        upload.not_before = self.now() + wait

    def hurry(self) -> None:
        """Try all that was put off at once, as there is a new connection."""
        for upload in self._held.values():
            upload.not_before = 0.0

    def refused(self) -> Iterator[tuple[Command, int, str]]:
        """Yield the commands that cannot be sent since a picture was refused, and why, once."""
        for command in self._outbox if self._held else ():
            if command.state is CommandState.FAILED:
                continue
            for upload in self._waiting_for(command):
                if upload.refused is not None:
                    code, reason = upload.refused
                    upload.refused = None  # it is tried again if the user wants to
                    upload.named = True
                    yield command, code, reason
                    break

    def lost(self, command: Command) -> None:
        """Note that the service lacks a command's picture, so that a retry uploads it again."""
        for upload in self._waiting_for(command):
            upload.done_at = None

    def tidy(self) -> None:
        """Forget the pictures whose commands are settled, and those that none has named."""
        if not self._held:
            self._names.clear()
            return
        commands = tuple(self._outbox)
        wanted = {key for command in commands for key in self._named_by(command)}
        self._names = {c.id: self._names[c.id] for c in commands if c.id in self._names}
        for upload in tuple(self._held.values()):
            if upload.key in wanted:
                upload.named = True
            elif upload.named or self.now() - upload.since > UNNAMED:
                self._forget(upload)

    def _is_idle(self, upload: Upload) -> bool:
        return not upload.named and self.now() - upload.since > IDLE

    def _is_done(self, upload: Upload) -> bool:
        return upload.done_at is not None and self.now() - upload.done_at < FRESH

    def _waiting_for(self, command: Command) -> list[Upload]:
        if not self._held:
            return []
        found = [self._held[key] for key in self._named_by(command) if key in self._held]
        for upload in found:
            upload.named = True
        return found

    def _named_by(self, command: Command) -> tuple[Key, ...]:
        known = self._names.get(command.id)
        if known is None:
            kind = REGISTRY.commands.get(command.type)
            refs = named_in(command.data, kind.data) if kind is not None else ()
            known = self._names[command.id] = tuple((command.channel, ref.hash) for ref in refs)
        return known

    def _hold(self, upload: Upload) -> None:
        self._held[upload.key] = upload
        self._bytes += len(upload.data)

    def _forget(self, upload: Upload) -> None:
        del self._held[upload.key]
        self._bytes -= len(upload.data)
        if self._storage is not None:
            self._storage.remove_blob(*upload.key)
