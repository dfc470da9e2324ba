"""Names of courses and channels.

Every channel belongs to one course: `course:py101`, `lesson:py101:3`, `staff:py101` (what only
instructors may see) and `user:py101:<id>` (what only one person may see).
"""

import re
import unicodedata
from typing import NamedTuple

from edu_widgets.protocol.errors import InvalidArgument

STAFF_ROLES = frozenset({"instructor", "admin"})
ROLES = ("student", "instructor", "admin")

_COURSE = re.compile(r"[^\W_][\w.\-]{0,63}")
_KINDS = frozenset({"course", "lesson", "staff", "user"})
_PART = re.compile(r"[^\s:]{1,128}")
_MAX_NAME = 64


class Channel(NamedTuple):
    """A channel's name, taken apart. `rest` is the lesson or the user id, else ""."""

    kind: str
    course: str
    rest: str = ""

    def __str__(self) -> str:
        return ":".join(part for part in self if part)


def course_name(text: str) -> str:
    """Check a course's name and return it in its one spelling (NFC).

    1 to 64 letters (of any script), digits, `.`, `-` and `_`, beginning with a letter or digit.

    Raises:
        InvalidArgument: the name cannot be used; the message says what is allowed.
    """
    name = unicodedata.normalize("NFC", text)
    if not _COURSE.fullmatch(name):
        msg = (
            f"{text!r} cannot be a course's name: use 1 to 64 letters, digits, '.', '-' or '_', "
            "beginning with a letter or a digit, for example 'py101'."
        )
        raise InvalidArgument(msg)
    return name


def person_name(text: str) -> str:
    """Check a person's display name: 1 to 64 characters, no control characters, trimmed.

    Raises:
        InvalidArgument: nothing printable is left, or it is too long.
    """
    raw = unicodedata.normalize("NFC", text)
    kept = "".join(c for c in raw if not _invisible(c))
    name = " ".join(kept.split())
    if not name or len(name) > _MAX_NAME:
        msg = f"A name needs 1 to {_MAX_NAME} visible characters, not {text!r:.80}."
        raise InvalidArgument(msg)
    return name


def _invisible(char: str) -> bool:
    """Control and format characters (bidirectional overrides among them), except joiners."""
    return (
        unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}
        and char not in "\u200c\u200d\n\t "
    )


def parse_channel(name: str) -> Channel:
    """Take a channel's name apart.

    Raises:
        InvalidArgument: it is not `kind:course` or `kind:course:rest` with a kind we know.
    """
    kind, _, tail = name.partition(":")
    course, _, rest = tail.partition(":")
    needs_rest = kind in {"lesson", "user"}
    if kind not in _KINDS or needs_rest != bool(rest) or (rest and not _PART.fullmatch(rest)):
        msg = f"{name!r:.200} is not a channel: expected course:…, lesson:…:…, staff:… or user:…:…."
        raise InvalidArgument(msg)
    return Channel(kind, course_name(course), rest)


def course_channel(course: str) -> str:
    """The channel everyone in a course reads."""
    return f"course:{course}"


def staff_channel(course: str) -> str:
    """The channel only instructors of a course read."""
    return f"staff:{course}"


def user_channel(course: str, user_id: str) -> str:
    """The channel only one person reads."""
    return f"user:{course}:{user_id}"
