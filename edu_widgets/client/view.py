"""The state of a course, as everything that shows it sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.channels import STAFF_ROLES

if TYPE_CHECKING:
    from edu_widgets.client.sync.channel import ChannelState
    from edu_widgets.client.sync.events import (
        CommandChanged,
        DocumentsChanged,
        ReconnectFailed,
        SignalReceived,
    )
    from edu_widgets.client.sync.session import Session

import threading
import time

from edu_widgets.protocol import meaning
from edu_widgets.protocol.errors import NotConnected, refusal


@dataclass(frozen=True, slots=True)
class Person(Tidy):
    """A person in a course."""

    user_id: str
    name: str
    role: str = "student"
    via: str = ""
    """The name of the person through whose notebook they take part; "": their own."""

    @property
    def is_staff(self) -> bool:
        """True for instructors and administrators, who read the staff channel."""
        return self.role in STAFF_ROLES


@dataclass(frozen=True, slots=True)
class Entrance:
    """The way by which somebody came into a course."""

    call: str = "edu.join(…)"
    """The line of code that enters the course again."""
    service_ended: Callable[[], bool] = lambda: False
    """Tells if the service is this computer's own and does not run any more; quick."""
    invite: str = field(repr=False, default="")
    """The invite it was joined by, by which others may join too; "" if there is none to show."""

    @property
    def closed(self) -> str:
        """The sentence for a lesson that was left."""
        return f"The lesson is closed. Run {self.call} again."


@dataclass(frozen=True, slots=True)
class CourseView:
    """The state of a course, as every view shows it.

    `state`: idle, connecting, live, reconnecting, offline, stopped or closed. `next_try` is in
    ms since 1970. `queued` counts the commands kept for sending, `messages` the messages among
    them; commands nobody asked for, such as read marks, count in neither.
    """

    state: str = "idle"
    code: int = 0
    reason: str = ""
    next_try: int | None = None
    queued: int = 0
    messages: int = 0
    online: int | None = None
    readonly: bool = False
    features: tuple[str, ...] = ()
    dialect: str = "ours"
    """`ours`, or `base`: a service that speaks only the seed's messages (docs/connecting.md)."""
    students: int | None = None
    """Number of people of `online` who are no staff; None where the service does not tell."""
    here: tuple[str, ...] = ()
    """Names of the people online, staff first; at most 50, none in large rooms."""
    restart: str = ""
    """The line of code that starts the service again, if it is this computer's and has ended."""


@dataclass(frozen=True, slots=True)
class ViewChanged:
    """The view of the course changed."""

    view: CourseView


CourseEvent: TypeAlias = (
    "ViewChanged | DocumentsChanged | CommandChanged | SignalReceived | ReconnectFailed"
)


@dataclass(frozen=True, slots=True)
class ClientNumbers:
    """Numbers about the connection, for `lesson.status()`."""

    state: str
    transport: str
    round_trip: float | None
    queued: int
    reconnects: int
    problem: str
    proxy: str = ""
    """A sentence that names the proxy on the way, if there is one."""
    why_not: str = ""
    """The reason why no WebSocket got through when one was tried last."""
    ahead: float = 0.0
    """Seconds that the service's clock is ahead of this computer's; 0 while that is not known."""


def look(session: Session, state: ChannelState | None) -> CourseView:
    """Return the view of a course whose channel is `state`."""
    # `Person` is imported with the package, and must not import mirrors or an outbox.
    from edu_widgets.client.sync.channel import Grant  # noqa: PLC0415
    from edu_widgets.client.sync.events import State  # noqa: PLC0415

    messages, others = session.outbox.kept()
    queued = messages + others
    features = state.features if state is not None else ()
    base = session.dialect.name == "base"
    common = CourseView(
        queued=queued,
        messages=messages,
        features=features,
        dialect=session.dialect.name,
        readonly=base and session.dialect.readonly,
    )
    if state is None or not (session.state is State.CONNECTED or session.calm):
        return replace(
            common,
            state=session.state.value,
            code=session.code,
            reason=session.reason,
            next_try=session.next_try(),
        )
    if state.grant is Grant.REFUSED:
        return CourseView("stopped", state.code, state.reason, queued=queued, messages=messages)
    if not state.was_granted:
        return replace(common, state="connecting", code=state.code, reason=state.reason)
    if base and state.grant is not Grant.GRANTED:  # connected, but the service has not answered yet
        return replace(common, state="reconnecting")
    if state.code and state.grant is not Grant.GRANTED:  # there was no place; it is asked again
        return replace(common, state="reconnecting", code=state.code, reason=state.reason)
    told = state.people is not None and state.staff is not None
    students = max(0, (state.people or 0) - (state.staff or 0)) if told else None
    return replace(common, state="live", online=state.people, students=students, here=state.names)


class CurrentView:
    """The present state of a course, for any thread to wait on."""

    def __init__(self) -> None:
        self.view = CourseView()
        self._changed = threading.Condition()

    def show(self, view: CourseView) -> bool:
        """Set the view; return True if it differs from the one before."""
        if view == self.view:
            return False
        with self._changed:
            self.view = view
            self._changed.notify_all()
        return True

    def wait_live(self, timeout: float, service: str, entrance: Entrance) -> None:
        """Wait until the course is live. `service`: its name in errors, `entrance`: the way back.

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
        """Wake waiting threads: something other than the view has changed."""
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, so: Callable[[], bool], timeout: float) -> bool:
        """Wait until `so()` or the course is closed, at most `timeout` seconds; return `so()`."""
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
