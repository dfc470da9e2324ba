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
        """There are none."""
        return []

    def close(self) -> None:
        """Nothing runs beside it."""


class SharedWidget(Protocol):
    """A widget with a face for each viewer."""

    def session(self, page: str) -> str:
        """The session of a page of it; "": it has none such."""

    def settle(self) -> None:
        """Show each page what is for whoever looks at it now."""

    def is_watched(self, key: str) -> bool:
        """Return True if a page shows it to this viewer."""

    def told(self) -> None:
        """Tell the pages anew about the viewers."""

    def drop(self, key: str) -> None:
        """This viewer is gone."""


@dataclass(slots=True)
class Viewer:
    """Somebody who is not the owner, or the owner while others look on."""

    key: str
    place: Place
    client: CourseClient | None = None
    """None while it is not known whether they may take part."""
    why: str = ""
    """The reason for reading only: `full`, `refused`, `base`, `removed`, `unknown`, `offline`."""
    context: Any = field(default=None, repr=False)
    member: str = ""
    """The id of the member whom they are linked to; "": nobody."""
    link: str = ""
    """What came of the code they entered: `asking`, `wrong`, `limited`, `refused`, `offline`."""
