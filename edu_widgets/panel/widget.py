"""CoursePanel: chat, polls, people and notifications of a lesson as tabs of one widget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

import traitlets

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.panel import Tab
from edu_widgets.panel.parts import TABS, Parts
from edu_widgets.panel.shown import PANEL, ShownPanel
from edu_widgets.protocol.errors import InvalidArgument

_GAP = 0.1
"""Seconds that what changed in a tab may wait until its count says so."""


class CoursePanel(LiveWidget):
    """The whole lesson; displayed by being the last line of a cell.

    `panel.options = {"height": 600, "lang": "tr"}` sets the height of what is in its tabs, in
    pixels, and the language of its own words. What it does not show stays as it is: the tabs hold
    the same widgets as `lesson.chat`, `lesson.polls`, `lesson.people`, `lesson.notifications`.
    """

    kind_: ClassVar[str] = "panel"
    _inner: ClassVar[str] = "compose"

    _parts = traitlets.Dict(traitlets.Unicode()).tag(sync=True)
    """The models of what is in the tabs, by tab, in order."""

    def __init__(
        self, client: CourseClient, parts: Parts, tabs: Iterable[str] = TABS, **options: Any
    ) -> None:
        self._tabs = checked(tabs)
        self._shown = ShownPanel(client, parts)
        self._lock = threading.RLock()
        self._before: tuple[bool, bool] | None = None
        self._looking = False
        self._stop_watching: list[Callable[[], None]] = []
        super().__init__(client, self._shown, **options)
        self._watch()

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}: {', '.join(self._tabs)})"

    # -- for people ----------------------------------------------------------------------

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The tabs it has, in order."""
        return self._tabs

    def show(self, tab: str) -> None:
        """Bring a tab to the front, wherever the panel is on screen.

        Raises:
            InvalidArgument: the panel has no such tab.
        """
        if tab not in self._tabs:
            msg = f"This panel has the tabs {', '.join(self._tabs)}, not {tab!r:.40}."
            raise InvalidArgument(msg)
        with self._lock:
            self._shown.front = tab
            self._shown.asked += 1
        self._look_soon()

    @property
    def projector(self) -> bool:
        """Whether a whole class sees it: the question large, no names, no chat, no pop-ups.

        While it does, names are hidden in the list of people too, and nothing is disturbed;
        both are as before once it ends.
        """
        return self._shown.projector

    @projector.setter
    def projector(self, on: bool) -> None:
        people, notifications = self._shown.parts.people, self._shown.parts.notifications
        with self._lock:
            if on and self._before is None:
                self._before = (people.hide_names, notifications.do_not_disturb)
                people.hide_names = notifications.do_not_disturb = True
            elif not on and self._before is not None:
                people.hide_names, notifications.do_not_disturb = self._before
                self._before = None
            self._shown.projector = bool(on)
        self._look_soon()

    @property
    def hide_names(self) -> bool:
        """Whether the list of people shows only how many there are; as `lesson.people`."""
        return self._shown.parts.people.hide_names

    @hide_names.setter
    def hide_names(self, hide: bool) -> None:
        self._shown.parts.people.hide_names = bool(hide)

    @property
    def quiet(self) -> bool:
        """Whether nothing pops up; as `lesson.notifications.do_not_disturb`."""
        return self._shown.parts.notifications.do_not_disturb

    @quiet.setter
    def quiet(self, quiet: bool) -> None:
        self._shown.parts.notifications.do_not_disturb = bool(quiet)

    def compose(self, parts: Parts) -> None:
        """Be made of these, where some of the lesson's widgets were closed and made anew."""
        if parts == self._shown.parts:
            return
        self._shown.parts = parts
        self._watch()
        self._refer_to_parts()
        self._look_soon()

    # -- life --------------------------------------------------------------------------------

    def open(self) -> None:
        """Open a comm to the front end, if none is open, and before it those of its parts."""
        self._refer_to_parts()
        super().open()

    def reopen(self) -> None:
        """Open anew what a page has closed, the parts first: their ids are what it tells."""
        self._refer_to_parts()
        super().reopen()

    def close(self) -> None:
        """Close the panel: its views go. What is in its tabs stays open."""
        for stop in getattr(self, "_stop_watching", ()):
            stop()
        super().close()

    def _refer_to_parts(self) -> None:
        widgets = {tab: self._shown.parts.of(tab) for tab in self._tabs}
        for widget in widgets.values():
            widget.reopen()
        self._parts = {tab: f"IPY_MODEL_{widget.model_id}" for tab, widget in widgets.items()}

    # -- what changes in the tabs (any thread) --------------------------------------------------

    def _watch(self) -> None:
        for stop in self._stop_watching:
            stop()
        self._stop_watching = [part.watch(self._look_soon) for part in self._shown.parts.all()]

    def _look_soon(self) -> None:
        with self._lock:
            looking, self._looking = self._looking, True
        if not looking:
            self._on_network(lambda: self._client.later(_GAP, self._look))

    def _look(self) -> None:
        """Tell the pages what is new by now (network thread)."""
        with self._lock:
            self._looking = False
        if self._shown.changed():
            self._channel.changed(PANEL, [PANEL])

    # -- what pages ask for (any thread) ---------------------------------------------------

    @on_intent("panel.projector")
    def _on_projector(self, intent: Intent) -> None:
        self.projector = self._flag(intent)

    @on_intent("panel.hide")
    def _on_hide(self, intent: Intent) -> None:
        self.hide_names = self._flag(intent)

    @on_intent("panel.quiet")
    def _on_quiet(self, intent: Intent) -> None:
        self.quiet = self._flag(intent)

    def _flag(self, intent: Intent) -> bool:
        on = intent.switch()
        self._shown.overtaken()
        self._look_soon()
        return on


def checked(tabs: object) -> tuple[Tab, ...]:
    """The tabs that were asked for.

    Raises:
        InvalidArgument: there is no such tab, one is named twice, or there is none at all.
    """
    asked = (tabs,) if not isinstance(tabs, Iterable) or isinstance(tabs, str) else tuple(tabs)
    known = [tab for tab in TABS if tab in asked]
    if not asked or len(known) != len(asked):
        msg = f"tabs must be some of {', '.join(map(repr, TABS))}, each once, not {tabs!r:.80}."
        raise InvalidArgument(msg)
    return cast("tuple[Tab, ...]", asked)
