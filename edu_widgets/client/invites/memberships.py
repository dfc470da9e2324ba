"""The secrets of those who joined from this account: how a service knows a person again."""

import contextlib
import json
import os
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from edu_widgets.protocol.folders import using
from edu_widgets.protocol.folding import name_key
from edu_widgets.protocol.ids import uuid7

_SIZE = 1024
"""Characters that a kept secret takes with all that is beside it."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Who a service says we are; the secret proves it."""

    user_id: str
    name: str
    role: str
    secret: str = field(repr=False)
    invite: str = field(repr=False, default="")
    """For staff: what students join with. Not kept."""


class People:
    """Secrets of the people who joined from this account, one file each, mode 0600.

    The same name from the same folder is the same person again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recall(self, base: str, course: str, name: str) -> Membership | None:
        """What was kept for this service, course and name; None if nothing usable."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(self._path(base, course, name).read_text("utf-8"))
            fields = (kept["user_id"], kept["name"], kept["role"], kept["secret"])
            return Membership(*(str(value) for value in fields))
        return None

    def check(self) -> None:
        """See that a secret could be kept.

        Raises:
            FolderUnusable: it could not.
        """
        with using(self._folder):
            fresh = self._written("", {"": "x" * _SIZE})
            fresh.unlink()

    def keep(self, base: str, course: str, name: str, member: Membership) -> None:
        """Keep a secret, whole or not at all.

        Raises:
            FolderUnusable: the folder cannot be written.
        """
        path = self._path(base, course, name)
        with using(self._folder):
            fresh = self._written(
                path.stem,
                {
                    "service": base,
                    "course": course,
                    "user_id": member.user_id,
                    "name": member.name,
                    "role": member.role,
                    "secret": member.secret,
                },
            )
            fresh.replace(path)

    def _written(self, stem: str, content: dict[str, str]) -> Path:
        """A new file with this content; none is left if that fails."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._folder / f"{stem}.{uuid7()}"
        try:
            with open(fresh, "x", encoding="utf-8", opener=_private) as file:
                json.dump(content, file)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        return fresh

    def _path(self, base: str, course: str, name: str) -> Path:
        digest = sha256(f"{base}\n{course}\n{name_key(name)}".encode()).hexdigest()[:32]
        return self._folder / f"{digest}.json"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
