"""Names of courses and channels.

Every channel belongs to one course: `course:py101`, `lesson:py101:3`, `staff:py101` (what only
instructors may see) and `user:py101:<id>` (what only one person may see).
"""

import re
import unicodedata
from typing import NamedTuple

from edu_widgets.protocol.arguments import text_argument
from edu_widgets.protocol.errors import InvalidArgument

STAFF_ROLES = frozenset({"instructor", "admin"})
ROLES = ("student", "instructor", "admin")

_KINDS = frozenset({"course", "lesson", "staff", "user"})
_MAX_NAME = 64
_MAX_PART = 128
_REHEARSAL = ".rehearsal"
_JOINERS = "\u200c\u200d"
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters, marks and symbols that show nothing of their own."""


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
    name = unicodedata.normalize("NFC", text_argument(text, "course", "py101"))
    if not (0 < len(name) <= _MAX_NAME and name[0].isalnum() and all(map(_in_course, name))):
        msg = (
            f"{text[:80]!r} cannot be a course's name: use 1 to 64 letters, digits, '.', '-' or "
            "'_', beginning with a letter or a digit, for example 'py101'."
        )
        raise InvalidArgument(msg)
    return name


def rehearsal_of(course: str) -> str:
    """The room in which a course is rehearsed: a course of its own, beside the real one."""
    return course[: _MAX_NAME - len(_REHEARSAL)] + _REHEARSAL


def is_rehearsal(course: str) -> bool:
    """Whether a course is the room in which another one is rehearsed."""
    return course.endswith(_REHEARSAL)


def _in_course(char: str) -> bool:
    """Letters, digits, the marks many scripts write vowels with, and a few signs."""
    if _BLANK.match(char):
        return False
    return char.isalnum() or char in "._-" or unicodedata.category(char).startswith("M")


def person_name(text: str) -> str:
    """Check a person's display name: 1 to 64 characters, no control characters, trimmed.

    Raises:
        InvalidArgument: nothing printable is left, or it is too long.
    """
    text = text_argument(text, "name", "Ada")
    kept = "".join(c for c in text if c in _JOINERS + "\n\t " or not _invisible(c))
    words = (word.strip(_JOINERS) for word in unicodedata.normalize("NFC", kept).split())
    name = " ".join(word for word in words if word)
    if not any(map(_shows, name)) or len(name) > _MAX_NAME:
        msg = f"A name needs 1 to {_MAX_NAME} visible characters, not {text[:80]!r}."
        raise InvalidArgument(msg)
    return name


def _shows(char: str) -> bool:
    """Whether there is something to see that does not need another character under it."""
    return unicodedata.category(char)[0] in "LNPS" and not _BLANK.match(char)


def _invisible(char: str) -> bool:
    """Control and format characters, bidirectional overrides among them."""
    return unicodedata.category(char).startswith("C")


def parse_channel(name: str) -> Channel:
    """Take a channel's name apart.

    Raises:
        InvalidArgument: it is not `kind:course` or `kind:course:rest` with a kind we know.
    """
    kind, _, tail = name.partition(":")
    course, colon, rest = tail.partition(":")
    needs_rest = kind in {"lesson", "user"}
    if kind not in _KINDS or needs_rest != bool(colon) or (colon and not _is_part(rest)):
        msg = (
            f"{name[:200]!r} is not a channel: expected course:…, lesson:…:…, staff:… or user:…:…."
        )
        raise InvalidArgument(msg)
    return Channel(kind, course_name(course), rest)


def _is_part(text: str) -> bool:
    """Whether a lesson or user id can stand in a channel's name; ids are taken as they are."""
    return 0 < len(text) <= _MAX_PART and not any(
        c == ":" or c.isspace() or _invisible(c) for c in text
    )


def course_channel(course: str) -> str:
    """The channel everyone in a course reads."""
    return f"course:{course}"


def staff_channel(course: str) -> str:
    """The channel only instructors of a course read."""
    return f"staff:{course}"


def user_channel(course: str, user_id: str) -> str:
    """The channel only one person reads."""
    return f"user:{course}:{user_id}"
