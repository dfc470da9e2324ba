"""One of the people who share a kernel, the context of their widgets, and a widget they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient
    from edu_widgets.notebook.viewers.claims import Place


@dataclass(frozen=True, slots=True)
class ViewerContext:
    """The context of a viewer's widget that belongs to no lesson."""

    client: CourseClient
    known: Callable[[], tuple[tuple[str, str], ...]] = tuple

    def headlines(self) -> list[Any]:
        """Return none, since no feature belongs to it."""
        return []

    def close(self) -> None:
        """Nothing runs beside it."""


class SharedWidget(Protocol):
    """A widget with a face for each viewer."""

    def session(self, page: str) -> str:
        """Return the session of one of its pages; "" for a page that is not its own."""

    def settle(self) -> None:
        """Show each page the face of its viewer, where that has changed."""

    def is_watched(self, key: str) -> bool:
        """Return True if a page shows it to this viewer."""

    def told(self) -> None:
        """Send the pages the list of viewers again."""

    def drop(self, key: str) -> None:
        """Close the face of a viewer who is gone."""


@dataclass(slots=True)
class Viewer:
    """A person who is not the owner, or the owner while others look on."""

    key: str
    place: Place
    client: CourseClient | None = None
    """The viewer's connection; None until the service has answered."""
    why: str = ""
    """The reason for reading only: `full`, `refused`, `base`, `removed`, `unknown`, `offline`."""
    context: Any = field(default=None, repr=False)
    member: str = ""
    """The id of the member whom they are linked to; "": nobody."""
    link: str = ""
    """The state of the code they entered: `asking`, `wrong`, `limited`, `refused`, `offline`."""
