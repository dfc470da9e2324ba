"""A widget whose events people can hang functions on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, overload

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.callbacks import Callback, Callbacks, F
from edu_widgets.notebook.stream import Content
from edu_widgets.notebook.widget import LiveWidget


class EventWidget(LiveWidget):
    """A widget with events; its docstring lists them and the arguments of their handlers."""

    events_: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        client: CourseClient,
        content: Content,
        *handlers: object,
        **options: Any,
    ) -> None:
        # The base begins to listen to the course before its constructor has returned.
        self._callbacks = Callbacks(*self.events_)
        super().__init__(client, content, *handlers, **options)

    @overload
    def on(self, event: str, fn: F) -> F: ...

    @overload
    def on(self, event: str) -> Callable[[F], F]: ...

    def on(self, event: str, fn: F | None = None) -> F | Callable[[F], F]:
        """Call `fn` whenever `event` happens, one's own doing too, in order, on its own thread.

        Which events there are, the docstring of the class tells. What was so already is not told;
        what was missed while disconnected is, once, in its latest state. Run again, a cell replaces
        what it has hung on before. Without `fn` it is a decorator: `@chat.on("message")`. Returns
        `fn`; see `off`.

        Raises:
            InvalidArgument: there is no such event, or `fn` is not a function.
            NotConnected: the lesson is closed.
        """
        self._client.check_open()
        return self._callbacks.add(event, fn)

    def off(self, event: str | None = None, fn: Callback | None = None) -> None:
        """Take `fn` off `event`; without `fn` everything, without `event` off all of them.

        Raises:
            InvalidArgument: there is no such event.
        """
        self._callbacks.remove(event, fn)

    def close(self) -> None:
        """Close the widget: its views go, nothing is called any more."""
        callbacks = getattr(self, "_callbacks", None)
        if callbacks is not None:  # also called where the constructor did not get far
            callbacks.remove()
        super().close()

    def _call(self, event: str, *args: object) -> None:
        """Have what hangs on `event` called, on the callback thread."""
        for fn in self._callbacks.on(event):
            self._client.call_back(fn, *args)
