"""Tab completion of an object's public names, and the error for a name it does not have."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, ClassVar

_PACKAGE = __name__.partition(".")[0] + "."


def no_attribute(owner: str, name: str, known: list[str]) -> AttributeError:
    """Return the error for a wrong name; its message suggests the nearest known name."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.65)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    error = AttributeError(f"{owner} has no {name!r}.{hint}")
    error.name = ""  # otherwise Python adds a suggestion of its own
    return error


def public_names(cls: type) -> list[str]:
    """Return the public names of a class and its bases, except those of libraries."""
    ours = [b for b in cls.__mro__ if issubclass(b, Tidy) or b.__module__.startswith(_PACKAGE)]
    inner = {name for base in ours for name in vars(base).get("_inner", "").split()}
    names = {name for base in ours for name in vars(base) if not name.startswith("_")}
    return sorted(names - inner)


class Tidy:
    """Shows in completion the names meant for people, without the machinery of base classes.

    All other attributes can still be used by anybody who knows their names.
    """

    __slots__ = ()
    _inner: ClassVar[str] = ""
    """Public names that only other modules of the package use."""

    def __dir__(self) -> list[str]:
        return public_names(type(self))

    if not TYPE_CHECKING:  # with it, a type checker would accept every name

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_") or hasattr(type(self), name):
                return object.__getattribute__(self, name)  # raises the proper error
            raise no_attribute(type(self).__name__, name, dir(self))
