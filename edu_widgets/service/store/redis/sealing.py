"""Ballots are sealed before they go to Redis, with a key for each poll that is kept outside of it.

What is deleted in Redis stays in its append-only file until that is rewritten, and in each backup.
So the documents of a vault (`vault:<course>:<poll>`) are encrypted, and a ballot is destroyed by
shredding the poll's key. The keys are files of one folder, which all processes share.
"""

import base64
import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Collection
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edu_widgets.protocol import Document
from edu_widgets.protocol.errors import ServiceUnavailable
from edu_widgets.protocol.folders import reason
from edu_widgets.service.rules import Decision, RuleRun, Write

VAULT = "vault:"

_KEY_BYTES = 32
_NONCE_BYTES = 12

_YOUNG_S = 600.0
"""Seconds for which a key may be there before the first document that it seals."""


class Sealed(msgspec.Struct, frozen=True):
    """A sealed document's body: nonce and ciphertext in Base64."""

    sealed: str


class KeyGoneError(Exception):
    """A sealed document has no key any more, or another one: the poll's ballots are destroyed."""


class PollKeys:
    """The keys of polls, each in a file of a folder that only this user can read."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if there is none.

        Raises:
            ServiceUnavailable: it cannot be made.
        """
        self._folder = folder
        self._held: dict[str, bytes] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            msg = (
                f"The folder {folder} for the keys of ballots cannot be made: {reason(error)}. "
                "Name another with --ballot-keys."
            )
            raise ServiceUnavailable(msg) from error

    def sealed(self, run: RuleRun) -> RuleRun:
        """Run a rule that reads and writes plain documents; what is in vaults is sealed outside."""
        try:
            query = next(run)
            while True:
                docs = yield query
                channel = getattr(query, "channel", "")
                if channel.startswith(VAULT):
                    docs = [self._opened(channel, doc) for doc in docs]
                query = run.send(docs)
        except StopIteration as stop:
            return self._decision(stop.value)
        finally:
            run.close()

    def shred(self, channel: str) -> None:
        """Overwrite and delete a poll's key; without one nothing happens.

        Raises:
            OSError: it cannot be deleted.
        """
        self._held.pop(channel, None)
        path = self._path(channel)
        with contextlib.suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()

    def forget(self, channels: Collection[str]) -> None:
        """Forget keys of polls whose ballots another process has destroyed."""
        for channel in channels:
            self._held.pop(channel, None)

    def tidy(self, kept: Collection[str]) -> None:
        """Shred the keys of polls that are no more, as after a crash before a key was shredded."""
        names = {self._path(channel).name for channel in kept}
        for path in self._folder.glob("*.key"):
            with contextlib.suppress(OSError):
                if path.name not in names and time.time() - path.stat().st_mtime > _YOUNG_S:
                    path.unlink()

    def _decision(self, decision: Decision) -> Decision:
        if not any(item.channel.startswith(VAULT) for item in decision.writes):
            return decision
        writes = [self._closed(item) for item in decision.writes]
        return Decision(writes, decision.urgent, decision.reply, decision.destroy)

    def _closed(self, item: Write) -> Write:
        plain = item.encoded() if item.channel.startswith(VAULT) else None
        if plain is None:
            return item
        nonce = secrets.token_bytes(_NONCE_BYTES)
        about = f"{item.channel}\0{item.id}".encode()
        text = nonce + AESGCM(self._key(item.channel, make=True)).encrypt(nonce, plain, about)
        body = Sealed(base64.b64encode(text).decode())
        return Write(item.channel, item.id, item.kind, body, item.signed)

    def _opened(self, channel: str, doc: Document) -> Document:
        if doc.deleted:
            return doc
        raw = base64.b64decode(msgspec.json.decode(doc.body, type=Sealed).sealed)
        about = f"{channel}\0{doc.id}".encode()
        try:
            cipher = AESGCM(self._key(channel, make=False))
            plain = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], about)
        except InvalidTag as error:
            raise KeyGoneError(channel) from error
        return Document(doc.id, doc.kind, doc.born, doc.seq, msgspec.Raw(plain))

    def _key(self, channel: str, *, make: bool) -> bytes:
        key = self._held.get(channel) or self._read(channel)
        if key is None and make:
            # Written whole under another name, then linked: of two processes one makes it.
            path = self._path(channel)
            fresh = path.with_suffix(f".{secrets.token_hex(4)}")
            handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)
            fresh.unlink()
            key = self._read(channel)
        if key is None:
            raise KeyGoneError(channel)
        self._held[channel] = key
        return key

    def _read(self, channel: str) -> bytes | None:
        with contextlib.suppress(FileNotFoundError):
            key = self._path(channel).read_bytes()
            return key if len(key) == _KEY_BYTES else None
        return None

    def _path(self, channel: str) -> Path:
        return self._folder / f"{hashlib.sha256(channel.encode()).hexdigest()[:32]}.key"
