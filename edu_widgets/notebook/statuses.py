"""People's statuses, kept by one feature, for others that show or set them.

A feature whose manifest names its `statuses` offers them; whoever composes the lesson hands them
on, and neither feature knows the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Statuses(Protocol):
    """People's own words on how far they are. Any thread."""

    @property
    def documents(self) -> str:
        """The kind of documents that they are read from."""

    def said(self) -> Mapping[str, tuple[str, int]]:
        """By id what people say, and since when in ms since 1970: staff all, others their own."""

    def say(self, status: str | None) -> None:
        """Say it for whoever uses this kernel; None: nothing any more. Never raises."""

    def raise_hand(self, note: str) -> None:
        """Raise the hand of whoever uses this kernel.

        Raises:
            EduWidgetsError: it was not taken.
        """
