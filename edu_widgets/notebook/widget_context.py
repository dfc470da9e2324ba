"""The interfaces between widgets and their lesson, in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.notification_sources import NotificationSource
from edu_widgets.notebook.questions import Asker
from edu_widgets.notebook.statuses import Statuses


class WidgetContext(Protocol):
    """The parts of a lesson that a widget may use."""

    @property
    def client(self) -> CourseClient:
        """The participant's connection to the course."""

    def known(self) -> Sequence[tuple[str, str]]:
        """Return the ids and names of the people here, as far as known without asking."""

    def everybody(self) -> Sequence[tuple[str, str]]:
        """Return the same after making, if need be, the widgets that list people."""

    def headlines(self) -> list[NotificationSource]:
        """Return the sources that make headlines of features' documents."""

    def position(self) -> int:
        """Return the number of the cell that the lesson is at; 0 if it is at none."""

    def statuses(self) -> list[Statuses]:
        """Return the people's own statuses: none, or the list of the one feature that has them."""

    def askers(self) -> list[Asker]:
        """Return the features' questions to the class, each with the widget to answer in."""

    def grace(self) -> float:
        """Return the seconds by which the class's picture of the lesson is late; 0 if none is."""


@runtime_checkable
class Late(Protocol):
    """A widget that shows the lesson later than it happens; its feature's manifest says so."""

    @property
    def grace(self) -> float:
        """Seconds after its end for which a question that is asked now has to take answers."""


@runtime_checkable
class Directory(Protocol):
    """A widget that knows people by name; its feature's manifest says so."""

    def known_people(self) -> Sequence[tuple[str, str]]:
        """Return the ids and names of the people here, without asking the service."""

    def identify(self, who: object) -> str:
        """Return the id of a person: of somebody here or removed.

        Args:
            who: A name or an id.

        Raises:
            InvalidArgument: nobody, or more than one, is called so.
        """
