"""Lessons in the variables of a notebook, for magics that need to know which one is meant."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isdatadescriptor
from typing import Any, TypeVar

from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.protocol.errors import InvalidArgument

W = TypeVar("W", bound=LiveWidget)


def widget_in(
    variables: Mapping[str, Any], name: str | None, kind: type[W], attribute: str, magic: str
) -> W:
    """The widget of the lesson in a variable; without a name, of the only lesson there is.

    Args:
        variables: The notebook's variables.
        name: The variable's name, or None.
        kind: The widget's class.
        attribute: What a lesson calls it.
        magic: The magic's name, for errors.

    Raises:
        InvalidArgument: there is none, or several.
    """
    if name is not None:
        found_one = _widget(variables.get(name), kind, attribute)
        if found_one is None:
            msg = (
                f"{magic} {name}: the variable {name!r:.40} holds no lesson. edu.host(…) makes one."
            )
            raise InvalidArgument(msg)
        return found_one
    names: dict[int, str] = {}
    found: dict[int, W] = {}
    for key, value in list(variables.items()):
        left = key.startswith("_") or _is_left(value)
        widget = None if left else _widget(value, kind, attribute)
        if widget is not None:
            names.setdefault(id(widget), key)
            found[id(widget)] = widget
    if not found:
        msg = f"{magic}: there is no lesson yet. Run lesson = edu.host(…) or edu.join(…) first."
        raise InvalidArgument(msg)
    if len(found) > 1:
        say = " or ".join(f"{magic} {name}" for name in names.values())
        raise InvalidArgument(f"{magic}: there are several lessons. Say which one: {say}.")
    return next(iter(found.values()))


def _is_left(value: object) -> bool:
    """Return True for a lesson that was closed."""
    return getattr(type(value), "usable", None) is not None and not getattr(value, "usable", True)


def _widget(value: object, kind: type[W], attribute: str) -> W | None:
    """A lesson's widget; None for anything else, of which no attribute is touched."""
    if isinstance(value, kind):
        return value
    if not isdatadescriptor(getattr(type(value), attribute, None)):
        return None
    widget = getattr(value, attribute, None)
    return widget if isinstance(widget, kind) else None
