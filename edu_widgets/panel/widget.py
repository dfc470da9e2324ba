"""CoursePanel: the features of a lesson as tabs of one widget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import traitlets

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.assembly import Assembly, Part
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.notebook.widget_context import WidgetContext
from edu_widgets.panel.shown import PANEL, ShownPanel, tab_of
from edu_widgets.protocol.errors import InvalidArgument

_GAP = 0.1
"""Seconds that a change in a tab may wait until its count is updated."""


class CoursePanel(LiveWidget):
    """The whole lesson; displayed as the last line of a cell.

    `panel.options = {"height": 600, "lang": "tr"}` sets the height of the tabs' content, in
    pixels, and the language of its own words. The tabs hold the same widgets as `lesson.chat`,
    `lesson.polls` and so on.
    """

    kind_: ClassVar[str] = "panel"
    _inner: ClassVar[str] = "compose"

    _parts = traitlets.Dict(traitlets.Dict()).tag(sync=True)
    """Constant data of the parts for pages, by name; those in tabs come first, in order."""

    def __init__(
        self,
        client: CourseClient,
        parts: Mapping[str, Part],
        tabs: Iterable[str] | None = None,
        **options: Any,
    ) -> None:
        self._tabs = checked(tabs, parts)
        self._shown = ShownPanel(client, parts)
        self._lock = threading.RLock()
        self._before: dict[str, bool] | None = None
        self._looking = False
        self._stop_watching: list[Callable[[], None]] = []
        super().__init__(client, self._shown, **options)
        self._watch()

    def twin_for(self, context: WidgetContext) -> CoursePanel:
        """Make the same panel for another viewer of the kernel, with that viewer's widgets."""
        if not isinstance(context, Assembly):
            raise InvalidArgument("A panel is of a lesson's widgets.")
        return CoursePanel(context.client, context.tabs(), self._tabs)

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}: {', '.join(self._tabs)})"

    # -- for people ----------------------------------------------------------------------

    @property
    def tabs(self) -> tuple[str, ...]:
        """The panel's tabs, in order."""
        return self._tabs

    def show(self, tab: str) -> None:
        """Bring a tab to the front in all views of the panel.

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
        """True while the panel is shown to a class: large question, no names, chat or pop-ups.

        Meanwhile names are hidden in the list of people, too, and *do not disturb* is on; both are
        as before once it ends.
        """
        return self._shown.projector

    @projector.setter
    def projector(self, on: bool) -> None:
        with self._lock:
            if on and self._before is None:
                self._before = {name: self._switched(name) for name in self._switches()}
                for name in self._before:
                    self._switch(name, on=True)
            elif not on and self._before is not None:
                for name, was_on in self._before.items():
                    self._switch(name, on=was_on)
                self._before = None
            self._shown.projector = bool(on)
        self._look_soon()

    @property
    def hide_names(self) -> bool:
        """True if the list of people shows only their number; as `lesson.people.hide_names`."""
        return self._switched("hide_names")

    @hide_names.setter
    def hide_names(self, hide: bool) -> None:
        self._switch("hide_names", on=bool(hide))

    @property
    def quiet(self) -> bool:
        """True if notifications do not pop up; as `lesson.notifications.do_not_disturb`."""
        return self._switched("quiet")

    @quiet.setter
    def quiet(self, quiet: bool) -> None:
        self._switch("quiet", on=bool(quiet))

    def _switches(self) -> dict[str, tuple[LiveWidget, str]]:
        """Return the switches of all parts by name, each with its widget and attribute."""
        return {
            name: (part.widget, switch.attribute)
            for part in self._shown.parts.values()
            for name, switch in tab_of(part).switches.items()
        }

    def _switched(self, name: str) -> bool:
        found = self._switches().get(name)
        return found is not None and bool(getattr(*found))

    def _switch(self, name: str, *, on: bool) -> None:
        found = self._switches().get(name)
        if found is None:
            raise InvalidArgument(f"This panel has no switch {name!r:.40}.")
        setattr(*found, on)

    def compose(self, parts: Mapping[str, Part]) -> None:
        """Use other parts, after some of the lesson's widgets were closed and made anew."""
        if parts == self._shown.parts:
            return
        self._shown.parts = parts
        self._watch()
        self._refer_to_parts()
        self._look_soon()

    # -- life --------------------------------------------------------------------------------

    def open(self) -> None:
        """Open comms to the front end, if none is open: first its parts', then its own."""
        self._refer_to_parts()
        super().open()

    def offer_code(self) -> None:
        """Send the code of all its tabs, and its own: see the base."""
        for tab in self._tabs:
            self._shown.parts[tab].widget.offer_code()
        super().offer_code()

    def reopen(self) -> None:
        """Open comms again that a page has closed, the parts' first: their ids go to the page."""
        self._refer_to_parts()
        super().reopen()

    def close(self) -> None:
        """Close the panel and its views. The widgets in its tabs stay open."""
        for stop in getattr(self, "_stop_watching", ()):
            stop()
        super().close()

    def _refer_to_parts(self) -> None:
        if self._client.viewer:
            return  # its pages have the models of the panel that it is a twin of
        parts = self._shown.parts
        for tab in self._tabs:
            parts[tab].widget.reopen()
        models = {tab: f"IPY_MODEL_{parts[tab].widget.model_id}" for tab in self._tabs}
        models |= {name: "" for name in parts if name not in models}
        self._parts = {n: {"model": m, **parts[n].manifest.face()} for n, m in models.items()}

    # -- changes in the tabs (any thread) -------------------------------------------------------

    def _watch(self) -> None:
        for stop in self._stop_watching:
            stop()
        parts = self._shown.parts.values()
        self._stop_watching = [part.widget.watch(self._look_soon) for part in parts]

    def _look_soon(self) -> None:
        with self._lock:
            looking, self._looking = self._looking, True
        if not looking:
            self._on_network(lambda: self._client.later(_GAP, self._look))

    def _look(self) -> None:
        """Send the pages the document if it has changed (network thread)."""
        with self._lock:
            self._looking = False
        if self._shown.changed():
            self._channel.changed(PANEL, [PANEL])

    # -- requests of pages (any thread) ----------------------------------------------------

    @on_intent("panel.projector")
    def _on_projector(self, intent: Intent) -> None:
        self.projector = self._flag(intent)

    @on_intent("panel.switch")
    def _on_switch(self, intent: Intent) -> None:
        self._switch(str(intent.args.get("name")), on=self._flag(intent))

    def _flag(self, intent: Intent) -> bool:
        on = intent.switch()
        self._shown.overtaken()
        self._look_soon()
        return on


def checked(tabs: object, parts: Mapping[str, Part]) -> tuple[str, ...]:
    """Return the requested tabs; all tabs for None.

    Raises:
        InvalidArgument: a tab does not exist or is named twice, or the list is empty.
    """
    if tabs is None:
        return tuple(parts)
    asked = (tabs,) if not isinstance(tabs, Iterable) or isinstance(tabs, str) else tuple(tabs)
    known = [tab for tab in parts if tab in asked]
    if not asked or len(known) != len(asked):
        msg = f"tabs must be some of {', '.join(map(repr, parts))}, each once, not {tabs!r:.80}."
        raise InvalidArgument(msg)
    return asked
