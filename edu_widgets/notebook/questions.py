"""The questions that one feature asks the class, for other features that show them.

The feature that asks, as polls do, names a class of `Questions` under `asks` in its manifest. A
lesson hands these to the other features, with the widget in which a question is answered; so
neither feature imports the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the class, in one of its rounds."""

    id: str
    round: int
    opened: int
    """Time at which the round was opened, in ms since 1970."""
    text: str
    """The beginning of the question's text, in one line."""


class Questions(Protocol):
    """A feature's questions to the class, read from the course's documents. Any thread."""

    @property
    def documents(self) -> str:
        """The kind of the documents that the questions are read from."""

    def open(self) -> Question | None:
        """Return the newest question that takes answers; None if there is none."""

    def between(self, start: int, end: int) -> Sequence[Question]:
        """Return the questions that were opened within a time, oldest first.

        Args:
            start: The beginning of the time, in ms since 1970.
            end: Its end, in ms since 1970.
        """


class AnswerWidget(Protocol):
    """A widget in which questions are answered."""

    @property
    def model_id(self) -> str:
        """The id under which pages refer to the widget."""

    def reopen(self) -> None:
        """Open the widget's comm anew if it was closed."""


class Asker(NamedTuple):
    """A feature's questions, and the widget in which they are answered."""

    questions: Questions
    widget: Callable[[], AnswerWidget]
    """Returns the widget; it is made at the first call."""
