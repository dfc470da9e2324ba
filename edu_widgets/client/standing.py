"""The present view of a course, and waiting for it to change. Any thread."""

import threading
import time
from collections.abc import Callable

from edu_widgets.client.view import CourseView, Entrance
from edu_widgets.protocol import meaning
from edu_widgets.protocol.errors import NotConnected, refusal


class Standing:
    """How a course stands now."""

    def __init__(self) -> None:
        self.view = CourseView()
        self._changed = threading.Condition()

    def show(self, view: CourseView) -> bool:
        """Set the view; whether it is another than before."""
        if view == self.view:
            return False
        with self._changed:
            self.view = view
            self._changed.notify_all()
        return True

    def wait_live(self, timeout: float, service: str, entrance: Entrance) -> None:
        """Wait until the course is live. `service` is how errors call it, `entrance` the way back.

        Raises:
            Refused: the service said no.
            NotConnected: it was not reached within `timeout` seconds, or the lesson is closed.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while self.view.state != "live":
                left = deadline - time.monotonic()
                self._give_up(self.view, timeout if left <= 0 else None, service, entrance)
                self._changed.wait(left)

    def moved(self) -> None:
        """Something beside the view has changed that somebody may wait for."""
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, so: Callable[[], bool], timeout: float) -> bool:
        """Wait until `so`, at most `timeout` seconds, or the course is closed; whether it is so."""
        with self._changed:
            self._changed.wait_for(lambda: so() or self.view.state == "closed", timeout)
            return so()

    @staticmethod
    def _give_up(view: CourseView, waited: float | None, service: str, entrance: Entrance) -> None:
        if view.state == "stopped":
            raise refusal(view.code, view.reason or meaning(view.code))
        if view.state == "closed":
            raise NotConnected(entrance.closed)
        if waited is not None and view.restart:
            raise NotConnected(f"The service has ended. Run {view.restart} to start it again.")
        if waited is not None:
            why = (view.reason or f"it is {view.state}").rstrip(".")
            msg = (
                f"{service} was not reached within {waited:g} s: {why}. "
                "Trying goes on in the background."
            )
            raise NotConnected(msg)
