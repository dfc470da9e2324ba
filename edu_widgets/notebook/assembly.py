"""The widgets of one lesson, made by their features' manifests."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.notification_sources import NotificationSource
from edu_widgets.notebook.questions import Asker
from edu_widgets.notebook.records import RecordSource
from edu_widgets.notebook.statuses import Statuses
from edu_widgets.notebook.viewers.company import company_of
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.notebook.widget_context import Directory, Late
from edu_widgets.protocol import manifest as manifests
from edu_widgets.protocol.errors import InvalidArgument, Unsupported
from edu_widgets.protocol.features import installed
from edu_widgets.protocol.manifest import Manifest

_log = logging.getLogger(__name__)

W = TypeVar("W", bound=LiveWidget)


@dataclass(frozen=True, slots=True)
class Part:
    """A feature that has a tab, and its widget."""

    manifest: Manifest
    widget: LiveWidget


class Assembly:
    """A lesson's widgets: each made when it is asked for, and anew once it was closed.

    Args:
        client: The participant's connection to the course.
        features: The features that the lesson has.
    """

    def __init__(self, client: CourseClient, features: Sequence[Manifest]) -> None:
        self.client = client
        self._features = {feature.called: feature for feature in features}
        self._made: dict[str, LiveWidget] = {}
        self._broken: set[str] = set()
        if not client.viewer:
            company_of(client).for_viewer = partial(ViewerAssembly, self)

    def __contains__(self, called: object) -> bool:
        return called in self._features

    @property
    def features(self) -> list[Manifest]:
        """The features that the lesson has."""
        return list(self._features.values())

    def __iter__(self) -> Iterator[str]:
        """The names of the features that have a widget, as a lesson calls them."""
        return (called for called, feature in self._features.items() if feature.widget)

    def opened(self, called: str) -> LiveWidget | None:
        """A feature's widget, if there is one that is not closed."""
        widget = self._made.get(called)
        return None if widget is None or widget.closed else widget

    def get(self, called: str) -> LiveWidget:
        """A feature's widget.

        Raises:
            Unsupported: the lesson has no such feature.
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self.client.check()
        widget = self.opened(called)
        if widget is None:
            feature = self._features.get(called)
            if feature is None:
                raise Unsupported(_why_not(called))
            widget = self._made[called] = manifests.load(feature.widget).made_for(self)
        return widget

    def of(self, kind: type[W]) -> W:
        """The widget of this class.

        Raises:
            InvalidArgument: no feature of the lesson has this class as its widget.
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        name = f"{kind.__module__}:{kind.__qualname__}"
        for called, feature in self._features.items():
            if feature.widget == name or feature.name == kind.kind_:
                widget = self.get(called)
                if isinstance(widget, kind):
                    return widget
        msg = f"No feature of this lesson has {kind.__qualname__} as its widget."
        raise InvalidArgument(msg)

    def tabs(self) -> dict[str, Part]:
        """The parts that have a tab, in order; a widget that cannot be made is logged and left out.

        Raises:
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self.client.check()
        parts = {}
        for called, feature in self._features.items():
            if feature.tab is not None:
                widget = self._tried(feature, partial(self.get, called))
                if widget is not None:
                    parts[called] = Part(feature, widget)
        return parts

    def known(self) -> Sequence[tuple[str, str]]:
        """Return the ids and names of the people here, as far as open widgets know them."""
        opened = [self.opened(called) for called in self._directories()]
        found = [widget.known_people() for widget in opened if isinstance(widget, Directory)]
        return [person for people in found for person in people]

    def everybody(self) -> Sequence[tuple[str, str]]:
        """Return the same, after making the widgets that list people where there are none yet."""
        for called in self._directories():
            self._tried(self._features[called], partial(self.get, called))
        return self.known()

    def identify(self, who: object) -> str:
        """Return the id of a person.

        Raises:
            InvalidArgument: nobody, or more than one, is called so.
            Unsupported: the lesson has no list of people.
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        for called in self._directories():
            widget: object = self.get(called)
            if isinstance(widget, Directory):
                return widget.identify(who)
        raise Unsupported(_why_not("list of people"))

    def _directories(self) -> list[str]:
        return [called for called, feature in self._features.items() if feature.directory]

    def headlines(self) -> list[NotificationSource]:
        """Return the sources that make headlines of features' documents."""
        return self._each(lambda feature: feature.headlines)

    def records(self) -> Iterator[tuple[Manifest, RecordSource]]:
        """Return what each feature has for the record of the lesson, in the order of their tabs."""
        for feature in self._features.values():
            if feature.record:
                make = partial(manifests.load(feature.record), self.client)
                source: RecordSource | None = self._tried(feature, make)
                if source is not None:
                    yield feature, source

    def position(self) -> int:
        """Return the number of the cell that the lesson is at; 0 if no feature knows one."""
        return max(self._each(lambda feature: feature.position), default=0)

    def statuses(self) -> list[Statuses]:
        """Return what tells how people say they are."""
        return self._each(lambda feature: feature.statuses)

    def askers(self) -> list[Asker]:
        """Return what tells what the class is asked, each with the widget to answer in."""
        found = []
        for called, feature in self._features.items():
            if feature.asks:
                make = partial(manifests.load(feature.asks), self.client)
                questions = self._tried(feature, make)
                if questions is not None:
                    found.append(Asker(questions, partial(self.get, called)))
        return found

    def grace(self) -> float:
        """Return the seconds by which the class's picture of the lesson is late; 0 if none is."""
        late = [called for called, feature in self._features.items() if feature.late]
        widgets: list[object] = [self.get(called) for called in late]
        return max((widget.grace for widget in widgets if isinstance(widget, Late)), default=0)

    def background(self) -> list[Any]:
        """Begin what runs beside the lesson, to be closed with it."""
        return self._each(lambda feature: feature.background)

    def _each(self, named: Callable[[Manifest], str]) -> list[Any]:
        def make(name: str) -> Any:
            return manifests.load(name)(self.client)

        found = [
            self._tried(feature, partial(make, named(feature)))
            for feature in self._features.values()
            if named(feature)
        ]
        return [one for one in found if one is not None]

    def _tried(self, feature: Manifest, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except Exception as error:
            if feature.is_built_in:
                raise
            if feature.name not in self._broken:
                self._broken.add(feature.name)
                _log.warning(
                    "The feature %s does not work and is left out: %r", feature.name, error
                )
            return None


class ViewerAssembly(Assembly):
    """The lesson's widgets for the eyes of another who shares the kernel: twins of its own.

    Args:
        owner: The widgets of whoever runs the lesson.
        client: The viewer's connection to the course.
    """

    def __init__(self, owner: Assembly, client: CourseClient) -> None:
        super().__init__(client, owner.features)
        self._owner = owner
        # Of a connection that is the owner's too, the owner's own says whether they are there.
        self._background = self.background() if client.target.viewer else []

    def get(self, called: str) -> LiveWidget:
        """A feature's widget as this viewer sees it."""
        return self._owner.get(called).seen_by(self.client.viewer)

    def known(self) -> Sequence[tuple[str, str]]:
        """Return whom the owner's widgets know."""
        return self._owner.known()

    def close(self) -> None:
        """End what runs beside it."""
        for one in self._background:
            one.close()


def _why_not(called: str) -> str:
    if any(feature.called == called for feature in installed()):
        return f"This lesson has no {called}: the setting EduWidgets.features leaves it out."
    return f"This lesson has no {called}: no such feature is installed."
