"""Storage of the secrets by which services recognise the people who joined from this account."""

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
from edu_widgets.protocol.folders import read_file, using
from edu_widgets.protocol.ids import uuid7
from edu_widgets.protocol.proofs import Verifier, new_secret
from edu_widgets.protocol.text_normalization import name_key

_PATIENCE = 2.0
"""Seconds to wait for the content of an empty file, which another kernel may have just made."""

_FIELDS = ("user_id", "name", "role", "secret")


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's identity at a service, and the secret that proves it."""

    user_id: str
    """"" until the service has let us in."""
    name: str
    role: str
    secret: str = field(repr=False)
    service_id: str = ""
    """The service's id, the same at any address; "" in a file of an earlier version."""
    service: str = ""
    """The service's last known address."""
    former: str = ""
    """The service's address by which an earlier version stored this; "" for none."""
    invite: str = field(repr=False, default="")
    """For staff: the invite for students. It is not stored."""
    way: str = ""
    """The transport that reached the service last, where a WebSocket did not; "" for none."""

    @property
    def place(self) -> str:
        """The key for storing this person's data, unique to them; "" without a service id."""
        if not self.service_id:
            return ""
        return place(self.service_id, self.secret)


def place(service_id: str, secret: str) -> str:
    """Return the key for storing one person's data of one service, the same at any address."""
    return f"{service_id} {Verifier.of(secret).key_id}"


class MembershipFiles:
    """Secrets of the people who joined from this account, one file each, mode 0600.

    The same name from the same folder is the same person again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recall(self, service_id: str, course: str, name: str) -> Membership | None:
        """Return the membership stored for this service, course and name; None if there is none."""
        path = self._path(service_id, course, name)
        used(path)
        return _read(path)

    def kept_by_address(self, base: str, course: str, name: str) -> list[Membership]:
        """Return an earlier version's memberships for a course and name, this address's first."""
        found = [one for one in self._all(course, name) if not one.service_id]
        return sorted(found, key=lambda one: one.service != base)

    def last_at(self, base: str, course: str, name: str) -> Membership | None:
        """Return the membership at this address, for use while no service answers; else None."""
        found = (one for one in self._all(course, name) if one.service == base and one.user_id)
        return max(found, key=lambda one: bool(one.service_id), default=None)

    def known(self, service_id: str, course: str = "") -> list[Membership]:
        """Return the memberships at a service, of one course or of any, the last used first."""
        found = []
        with contextlib.suppress(OSError):
            paths = sorted(self._folder.glob("*.json"), key=_changed, reverse=True)
            for path in paths:
                one = _read(path)
                if one is None or not one.user_id or one.service_id != service_id:
                    continue
                with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
                    of = json.loads(read_file(path))["course"]
                    found += [one] if course in ("", of) else []
        return found

    def prepare(self, service_id: str, base: str, course: str, name: str) -> Membership:
        """Make and store a secret before its first use, or return the one that is stored.

        A person who is let in without a stored secret would be somebody else next time. Kernels
        that do this at the same time get the same secret without a lock: only one makes the file.

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
        """Store the identity beside the secret, atomically.

        Raises:
            FolderUnusable: the folder cannot be written.
        """
        with using(self._folder):
            self._replace(self._path(member.service_id, course, name), _row(course, member))
            if member.former:
                self._path(member.former, course, name).unlink(missing_ok=True)
        forget_unused(self._folder)

    def keep_way(self, course: str, name: str, member: Membership, way: str) -> None:
        """Store the transport that reaches the service, if the same secret is still stored."""
        path = self._path(member.service_id, course, name)
        known = _read(path)
        if known is not None and known.secret == member.secret and known.way != way:
            with contextlib.suppress(FolderUnusable), using(self._folder):
                self._replace(path, _row(course, replace(known, way=way)))

    def forget(self, course: str, name: str, member: Membership) -> None:
        """Delete a secret that was never used to enter the course; any other stays."""
        path = self._path(member.service_id, course, name)
        if not member.user_id and _read(path) == member:
            with using(self._folder):
                path.unlink(missing_ok=True)

    def erase(self, course: str, user_id: str) -> list[Membership]:
        """Delete the secrets of a person who was erased from a course; returns the memberships."""
        erased = []
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
                kept = json.loads(read_file(path))
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


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # removed by another kernel meanwhile
        return 0.0


def _row(course: str, member: Membership) -> dict[str, str]:
    kept = {name: str(getattr(member, name)) for name in _FIELDS}
    places = {"service_id": member.service_id, "former": member.former}
    return {"service": member.service, "course": course, **kept, **places, "way": member.way}


def _read(path: Path) -> Membership | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        kept: dict[str, Any] = json.loads(read_file(path))
        fields = (str(kept[name]) for name in _FIELDS)
        places = (str(kept.get(name, "")) for name in ("service_id", "service", "former"))
        return replace(Membership(*fields, *places), way=str(kept.get("way", "")))
    return None


def _patiently_read(path: Path) -> Membership | None:
    """Read a file that another kernel may be writing just now; None if it is damaged."""
    end = time.monotonic() + _PATIENCE
    while (found := _read(path)) is None and not path.lstat().st_size and time.monotonic() < end:
        time.sleep(0.02)
    return found


def _write(path: Path, content: dict[str, str]) -> None:
    """Write a new file; none is left if that fails."""
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
    """Delete the secrets and the waiting messages of a person who was erased.

    Args:
        people: The folder of secrets.
        outbox: The folder of waiting messages.
        course: The course they were erased from.
        user_id: The person.
    """
    from edu_widgets.client.runtime.outbox_file import forget_commands  # noqa: PLC0415 - sqlite3

    for member in MembershipFiles(people).erase(course, user_id):
        addresses = [websocket_url(one) for one in (member.former, member.service) if one]
        for service in (member.place, *addresses):
            forget_commands(outbox, service, user_id, course)
