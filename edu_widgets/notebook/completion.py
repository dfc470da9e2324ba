"""Completion in IPython: of our objects what they say themselves, and no base class's names."""

from __future__ import annotations

from edu_widgets.protocol.attributes import Tidy


def tidy() -> None:
    """Have IPython ask our objects; else it adds what it finds in their classes."""
    from IPython.utils.generics import complete_object  # noqa: PLC0415 - only in its shell

    complete_object.register(Tidy, _names)


def _names(shown: Tidy, _found: list[str]) -> list[str]:
    return dir(shown)
