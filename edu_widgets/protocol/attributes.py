"""What Tab shows of an object, and what is said of a name that it has not."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, ClassVar

_PACKAGE = __name__.partition(".")[0] + "."


def no_attribute(owner: str, name: str, known: list[str]) -> AttributeError:
    """The error for a wrong name; it says which one may be meant."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.65)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    error = AttributeError(f"{owner} has no {name!r}.{hint}")
    error.name = ""  # Python would look for a near one itself, and say it twice
    return error


def public_names(cls: type) -> list[str]:
    """The names of a class and its bases that are meant for people; not those of libraries."""
    ours = [b for b in cls.__mro__ if issubclass(b, Tidy) or b.__module__.startswith(_PACKAGE)]
    inner = {name for base in ours for name in vars(base).get("_inner", "").split()}
    names = {name for base in ours for name in vars(base) if not name.startswith("_")}
    return sorted(names - inner)


class Tidy:
    """Shows in completion what is meant for people, and no base class's machinery.

    Everything else is still there for whoever knows its name.
    """

    __slots__ = ()
    _inner: ClassVar[str] = ""
    """Public names that only other modules of the package use."""

    def __dir__(self) -> list[str]:
        return public_names(type(self))

    if not TYPE_CHECKING:  # or a checker would believe in every name

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_") or hasattr(type(self), name):
                return object.__getattribute__(self, name)  # says itself what is wrong
            raise no_attribute(type(self).__name__, name, dir(self))
