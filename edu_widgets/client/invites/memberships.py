"""The secrets of those who joined from this account: how a service knows a person again."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from edu_widgets.client.invites.parsing import websocket_url
from edu_widgets.client.runtime.unused_files import forget_unused, used
from edu_widgets.protocol.errors import FolderUnusable
from edu_widgets.protocol.folders import using
from edu_widgets.protocol.ids import uuid7
from edu_widgets.protocol.proofs import Verifier, new_secret
from edu_widgets.protocol.text_normalization import name_key

_PATIENCE = 2.0
"""Seconds that a file may be empty which another kernel has just made."""

_FIELDS = ("user_id", "name", "role", "secret")


@dataclass(frozen=True, slots=True)
class Membership:
    """Who a service says we are; the secret proves it."""

    user_id: str
    """"" until the service has let us in."""
    name: str
    role: str
    secret: str = field(repr=False)
    service_id: str = ""
    """Which service, wherever it is reached; "" as an earlier version kept it, by address."""
    service: str = ""
    """Where it was reached last."""
    former: str = ""
    """Where it was reached when an earlier version knew it by that address."""
    invite: str = field(repr=False, default="")
    """For staff: what students join with. Not kept."""
    way: str = ""
    """What got through to the service last, where a WebSocket did not."""

    @property
    def place(self) -> str:
        """What is kept for this person is kept by this: nobody else has the key's id."""
        if not self.service_id:
            return ""
        return place(self.service_id, self.secret)


def place(service_id: str, secret: str) -> str:
    """What things of one person at one service are kept by, wherever that is reached."""
    return f"{service_id} {Verifier.of(secret).key_id}"


class MembershipFiles:
    """Secrets of the people who joined from this account, one file each, mode 0600.

    The same name from the same folder is the same person again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recall(self, service_id: str, course: str, name: str) -> Membership | None:
        """What was kept for this service, course and name; None if nothing usable."""
        path = self._path(service_id, course, name)
        used(path)
        return _read(path)

    def kept_by_address(self, base: str, course: str, name: str) -> list[Membership]:
        """What an earlier version kept for this course and name, first that of this address."""
        found = [one for one in self._all(course, name) if not one.service_id]
        return sorted(found, key=lambda one: one.service != base)

    def last_at(self, base: str, course: str, name: str) -> Membership | None:
        """Who one was at this address last, for when nobody answers there; None: nobody."""
        found = (one for one in self._all(course, name) if one.service == base and one.user_id)
        return max(found, key=lambda one: bool(one.service_id), default=None)

    def prepare(self, service_id: str, base: str, course: str, name: str) -> Membership:
        """Make a secret, and keep it, before it is used; if there is one, also by now, that one.

        Whoever is let in without a secret kept is somebody else next time. Of kernels that do
        this at once all come to the same, without a lock: only one can make the file.

        Raises:
            FolderUnusable: the folder cannot be written.
        """
        path = self._path(service_id, course, name)
        fresh = Membership("", name, "student", new_secret(), service_id, base)
        with using(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                _write(path, _row(course, fresh))
            except FileExistsError:
                found = _patiently_read(path)
                if found is not None:
                    return found
                self._replace(path, _row(course, fresh))
        return fresh

    def keep(self, course: str, name: str, member: Membership) -> None:
        """Keep who one is beside the secret, whole or not at all.

        Raises:
            FolderUnusable: the folder cannot be written.
        """
        with using(self._folder):
            self._replace(self._path(member.service_id, course, name), _row(course, member))
            if member.former:
                self._path(member.former, course, name).unlink(missing_ok=True)
        forget_unused(self._folder)

    def keep_way(self, course: str, name: str, member: Membership, way: str) -> None:
        """Keep what gets through to the service, beside the secret that is there."""
        path = self._path(member.service_id, course, name)
        known = _read(path)
        if known is not None and known.secret == member.secret and known.way != way:
            with contextlib.suppress(FolderUnusable), using(self._folder):
                self._replace(path, _row(course, replace(known, way=way)))

    def forget(self, course: str, name: str, member: Membership) -> None:
        """Take back a secret that let nobody in; one that ever did stays."""
        path = self._path(member.service_id, course, name)
        if not member.user_id and _read(path) == member:
            with using(self._folder):
                path.unlink(missing_ok=True)

    def erase(self, course: str, user_id: str) -> list[Membership]:
        """Delete the secrets of somebody who was erased from a course; what they were."""
        erased = []
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                kept = json.loads(path.read_text("utf-8"))
                member = _read(path)
                if member and (kept["course"], member.user_id) == (course, user_id):
                    path.unlink()
                    erased.append(member)
        return erased

    def _all(self, course: str, name: str) -> Iterator[Membership]:
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.json"):
                one = _read(path)
                key = one and (one.service_id or one.service)
                if one is not None and key and path == self._path(key, course, name):
                    yield one

    def _replace(self, path: Path, content: dict[str, str]) -> None:
        fresh = path.with_name(f"{path.stem}.{uuid7()}")
        _write(fresh, content)
        fresh.replace(path)

    def _path(self, service: str, course: str, name: str) -> Path:
        digest = sha256(f"{service}\n{course}\n{name_key(name)}".encode()).hexdigest()[:32]
        return self._folder / f"{digest}.json"


def _row(course: str, member: Membership) -> dict[str, str]:
    kept = {name: str(getattr(member, name)) for name in _FIELDS}
    places = {"service_id": member.service_id, "former": member.former}
    return {"service": member.service, "course": course, **kept, **places, "way": member.way}


def _read(path: Path) -> Membership | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
        fields = (str(kept[name]) for name in _FIELDS)
        places = (str(kept.get(name, "")) for name in ("service_id", "service", "former"))
        return replace(Membership(*fields, *places), way=str(kept.get("way", "")))
    return None


def _patiently_read(path: Path) -> Membership | None:
    """What another kernel has just begun to write; None for a file that is damaged."""
    end = time.monotonic() + _PATIENCE
    while (found := _read(path)) is None and not path.stat().st_size and time.monotonic() < end:
        time.sleep(0.02)
    return found


def _write(path: Path, content: dict[str, str]) -> None:
    """Write a new file, at once; none is left if that fails."""
    with open(path, "x", encoding="utf-8", opener=_private) as file:
        try:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def forget(people: Path, outbox: Path, course: str, user_id: str) -> None:
    """Delete the secrets and the waiting messages of somebody who was erased.

    Args:
        people: The folder of secrets.
        outbox: The folder of waiting messages.
        course: The course they were erased from.
        user_id: Who.
    """
    from edu_widgets.client.runtime.outbox_file import forget_commands  # noqa: PLC0415 - sqlite3

    for member in MembershipFiles(people).erase(course, user_id):
        addresses = [websocket_url(one) for one in (member.former, member.service) if one]
        for service in (member.place, *addresses):
            forget_commands(outbox, service, user_id, course)
