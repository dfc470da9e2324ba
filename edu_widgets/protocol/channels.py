"""Names of courses and channels.

Every channel belongs to one course: `course:py101`, `lesson:py101:3`, `staff:py101` (read by
instructors only) and `user:py101:<id>` (read by one person only).
"""

import unicodedata
from typing import NamedTuple

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.validation import text_argument
from edu_widgets.protocol.visible_text import checked, is_ignorable, shows

STAFF_ROLES = frozenset({"instructor", "admin"})
ROLES = ("student", "instructor", "admin")

_KINDS = frozenset({"course", "lesson", "staff", "user"})
_MAX_NAME = 64
_LONGEST = 4 * _MAX_NAME
_MAX_PART = 128
_REHEARSAL = ".rehearsal"


class Channel(NamedTuple):
    """A channel's name, taken apart. `rest` is the lesson or the user id, else ""."""

    kind: str
    course: str
    rest: str = ""

    def __str__(self) -> str:
        return ":".join(part for part in self if part)


def course_name(text: str) -> str:
    """Check a course's name and return it normalised (NFC).

    1 to 64 letters (of any script), digits, `.`, `-` and `_`, beginning with a letter or digit.

    Raises:
        InvalidArgument: the name cannot be used; the message says what is allowed.
    """
    text = text_argument(text, "course", "py101")
    # Length first: normalising takes time that grows with the square of the length.
    name = unicodedata.normalize("NFC", text) if len(text) <= _LONGEST else ""
    if not (0 < len(name) <= _MAX_NAME and name[0].isalnum() and all(map(_in_course, name))):
        msg = (
            f"{text[:80]!r} cannot be a course's name: use 1 to 64 letters, digits, '.', '-' or "
            "'_', beginning with a letter or a digit, for example 'py101'."
        )
        raise InvalidArgument(msg)
    return name


def rehearsal_of(course: str) -> str:
    """Return the name of a course's rehearsal room: a course of its own, beside the real one."""
    return course[: _MAX_NAME - len(_REHEARSAL)] + _REHEARSAL


def is_rehearsal(course: str) -> bool:
    """Return True if a course is the rehearsal room of another one."""
    return course.endswith(_REHEARSAL)


def _in_course(char: str) -> bool:
    """Return True for letters, digits, marks that scripts write vowels with, `.`, `_` and `-`."""
    if unicodedata.category(char).startswith("M"):
        return not is_ignorable(char)
    return char in "._-" or (char.isalnum() and shows(char))


def person_name(text: str) -> str:
    """Check a person's display name and return it cleaned: 1 to 64 characters, trimmed.

    Raises:
        InvalidArgument: nothing visible is left, it is too long, or it is not a string.
    """
    return checked(text_argument(text, "name", "Ada"), "A name", _MAX_NAME, lines=False)


def _invisible(char: str) -> bool:
    """Return True for control and format characters, bidirectional overrides among them."""
    return unicodedata.category(char).startswith("C")


def parse_channel(name: str) -> Channel:
    """Split a channel's name into its parts.

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
    """Return True if a lesson or user id can be in a channel's name; ids are not normalised."""
    return 0 < len(text) <= _MAX_PART and not any(
        c == ":" or c.isspace() or _invisible(c) for c in text
    )


def course_channel(course: str) -> str:
    """Return the channel that everyone in a course reads."""
    return f"course:{course}"


def staff_channel(course: str) -> str:
    """Return the channel that only instructors of a course read."""
    return f"staff:{course}"


def user_channel(course: str, user_id: str) -> str:
    """Return the channel that only one person reads."""
    return f"user:{course}:{user_id}"
