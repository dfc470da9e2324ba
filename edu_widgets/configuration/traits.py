"""Traits of settings: checks of values, descriptions of valid ones, and display of values."""

from __future__ import annotations

import json
import math
import re
from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from traitlets import TraitError, TraitType

from edu_widgets.client.invites import base_url
from edu_widgets.protocol.channels import course_name, parse_channel, user_channel
from edu_widgets.protocol.errors import InvalidArgument

T = TypeVar("T")

_SHOWN = 120
_MOST_SAID = 300


# Before traitlets 5.10 TraitType takes no types.
class Value(TraitType, Generic[T]):  # type: ignore[type-arg]
    """A trait for a setting. `allowed` completes the sentence "it has to be …"."""

    secret = False
    """True if the value is never shown, only that it is set."""

    def __init__(self, default: T, allowed: str, help: str) -> None:  # noqa: A002 - as traitlets says
        super().__init__(default, help=help, config=True)
        self.allowed = allowed

    def validate(self, obj: Any, value: Any) -> T:
        """Check a value and return it as it is used.

        Raises:
            TraitError: it cannot be used; the message describes valid values, and never quotes it.
        """
        del obj
        try:
            return self.checked(value)
        except (InvalidArgument, ValueError, TypeError):
            raise TraitError(f"it has to be {self.allowed}") from None

    @abstractmethod
    def checked(self, value: Any) -> T:
        """Check a value and return it as it is used.

        Raises:
            ValueError: it cannot be used.
            TypeError: it has the wrong type.
        """

    def info(self) -> str:
        """Describe the valid values."""
        return self.allowed

    def from_string(self, s: str) -> Any:
        """Convert the text of an environment variable; it is checked later, as other values."""
        return s

    def shown(self, value: Any) -> str:
        """Return the value for display."""
        text = repr(value)
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class Whole(Value[int]):
    """A whole number in a range."""

    def __init__(self, default: int, low: int, high: int, unit: str, help: str) -> None:  # noqa: A002
        super().__init__(default, f"a whole number{unit} from {low} to {high}", help)
        self._low, self._high = low, high

    def checked(self, value: Any) -> int:
        if type(value) is not int:
            raise TypeError
        if not self._low <= value <= self._high:
            raise ValueError
        return value

    def from_string(self, s: str) -> Any:
        # int() would also take 1_000 and other scripts' digits.
        return int(s) if re.fullmatch(r"[+-]?[0-9]{1,18}", s.strip()) else s


class Seconds(Value[float]):
    """A time in seconds, zero or more."""

    def __init__(self, default: float, help: str) -> None:  # noqa: A002
        super().__init__(default, "a number of seconds, 0 or more, such as 600", help)

    def checked(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError
        if not (math.isfinite(value) and value >= 0):
            raise ValueError
        return float(value)

    def from_string(self, s: str) -> Any:
        return float(s) if re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]*)?", s.strip()) else s


class Text(Value[str]):
    """A text that a function accepts; empty: not set."""

    def __init__(self, accepts: Callable[[str], Any], allowed: str, help: str) -> None:  # noqa: A002
        super().__init__("", allowed, help)
        self._accepts = accepts

    def checked(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        if value:
            self._accepts(value)
        return value


class Secret(Text):
    """A text that is never shown."""

    secret = True

    def shown(self, value: Any) -> str:
        return "set" if value else "not set"


class Folder(Text):
    """A whole path; `~` is the home folder."""

    def __init__(self, help: str, what: str = "folder") -> None:  # noqa: A002
        super().__init__(_whole_path, f"the whole path of a {what}; '~' is the home folder", help)

    def shown(self, value: Any) -> str:
        # By mistake a token may be written here instead of in `token`.
        is_path = isinstance(value, str) and (not value or value.startswith(("/", "~", "\\")))
        drive = isinstance(value, str) and bool(re.match(r"[A-Za-z]:[\\/]", value))
        return super().shown(value) if is_path or drive else "something that is no whole path"


class Address(Value[str]):
    """A service's address."""

    def __init__(self, default: str, help: str) -> None:  # noqa: A002
        allowed = "a service's address, ws(s):// or http(s)://, such as wss://example.org"
        super().__init__(default, allowed, help)

    def checked(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        base_url(value)
        return value.strip()

    def shown(self, value: Any) -> str:
        return super().shown(_plain(value))


class Endpoint(Value[str]):
    """A path of the service, or an address of its own."""

    def __init__(self, default: str, help: str) -> None:  # noqa: A002
        allowed = "a path of the service that begins with '/', or an http(s):// address"
        super().__init__(default, allowed, help)

    def checked(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        parts = urlsplit(value)
        own = parts.scheme in ("http", "https") and bool(parts.hostname)
        path = value.startswith("/") and not value.startswith("//")
        if not (own or path) or any(c.isspace() for c in value):
            raise ValueError
        return value

    def shown(self, value: Any) -> str:
        return super().shown(_plain(value))


class Row(Value[dict[str, Any]]):
    """One row of the channel table; fields that it leaves out keep their values.

    The defaults and the checks are the service's own (`edu_widgets.service.config`).
    """

    def __init__(self, kind: str, help: str) -> None:  # noqa: A002
        super().__init__({}, f"a {kind} row of the channel table", help)
        self.kind = kind

    def validate(self, obj: Any, value: Any) -> dict[str, Any]:
        del obj
        return self.checked(value)

    def checked(self, value: Any) -> dict[str, Any]:
        """Check a row and complete it by the defaults.

        Raises:
            TraitError: a field of it is wrong; the message names it.
        """
        from edu_widgets.service import config

        if not isinstance(value, Mapping):
            fields = ", ".join(self.default())
            raise TraitError(f"it has to be a table (a dict, a JSON object) of {fields}")
        try:
            table = config.from_table({self.kind: dict(value)})
        except InvalidArgument as error:
            raise TraitError(str(error).removeprefix("Configuration: ").rstrip(".")) from None
        return config.row(table, self.kind)

    def default(self, obj: Any = None) -> dict[str, Any]:
        """Return the row in the service's default table."""
        del obj
        from edu_widgets.service import config

        return config.row(config.ServiceConfig(), self.kind)

    def over(self, row: Mapping[str, Any], value: Any) -> Any:
        """Return a row updated by the fields in `value`."""
        from edu_widgets.service import config

        return config.merged(dict(row), value) if isinstance(value, dict) else value

    def from_string(self, s: str) -> Any:
        try:
            return json.loads(s)
        except ValueError:
            return s


def _plain(value: Any) -> Any:
    """Return an address without its user and query, which may hold a password or a token."""
    return value.partition("?")[0].rpartition("@")[2] if isinstance(value, str) else value


def _whole_path(text: str) -> None:
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # there is no such user
        raise ValueError from None
    if "\0" in text or not path.is_absolute():
        raise ValueError


def user_id(text: str) -> None:
    """Check a user's id.

    Raises:
        ValueError: it cannot be one.
    """
    parse_channel(user_channel("c", text))


def course(text: str) -> None:
    """Check a course's name.

    Raises:
        ValueError: it cannot be one.
    """
    course_name(text)


def line(text: str) -> None:
    """Check a text that is one line without blanks.

    Raises:
        ValueError: it is not.
    """
    if not text.isprintable() or any(c.isspace() for c in text):
        raise ValueError


def names(text: str) -> None:
    """Check names of features, such as `chat, polls` or `-bell`.

    Raises:
        ValueError: they cannot be.
    """
    found = [name.strip() for name in text.split(",")]
    without = [name.startswith("-") for name in found]
    if any(without) != all(without) or not all(n.removeprefix("-").isidentifier() for n in found):
        raise ValueError


def role(text: str) -> None:
    """Check what a visitor is.

    Raises:
        ValueError: it is another word.
    """
    if text not in ("student", "instructor"):
        raise ValueError


def sentence(text: str) -> None:
    """Check a text that is one line for people.

    Raises:
        ValueError: it is not.
    """
    if not text.isprintable() or len(text) > _MOST_SAID:
        raise ValueError


def token(text: str) -> None:
    """Check a token's characters.

    Raises:
        ValueError: no token has them.
    """
    bare = text.strip()
    if not bare or not bare.isascii() or not bare.isprintable():
        raise ValueError
