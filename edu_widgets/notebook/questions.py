"""What the class is asked, kept by one feature, for others that show it over their own content.

A feature whose manifest names its `asks` offers it, with its widget to answer in; whoever composes
the lesson hands both on, and neither feature knows the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the class, in one of its rounds."""

    id: str
    round: int
    opened: int
    """Time at which the round was opened, in ms since 1970."""
    text: str
    """Its beginning, in one line."""


class Questions(Protocol):
    """What the class is asked. Any thread."""

    @property
    def documents(self) -> str:
        """The kind of documents that they are read from."""

    def open(self) -> Question | None:
        """Return the newest question that takes answers; None if there is none."""

    def between(self, start: int, end: int) -> Sequence[Question]:
        """Return the questions that were opened within a time in ms since 1970, oldest first."""
