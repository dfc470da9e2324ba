"""Sharing: what an instructor's kernel runs, as documents of the course, on a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from edu_widgets.cells.again import Again
from edu_widgets.cells.capture import Capture
from edu_widgets.cells.commands import (
    SET_SHARING,
    SHARE_CELL,
    TAKE_BACK_CELL,
    SetSharing,
    ShareCell,
    TakeBackCell,
)
from edu_widgets.cells.documents import Cell, SharingState
from edu_widgets.cells.masking import Masking
from edu_widgets.cells.outputs import document
from edu_widgets.cells.pictures import Put, is_picture
from edu_widgets.cells.runs import Display, Run, Runs
from edu_widgets.cells.sending import Sending
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.transport.base import SteppedSource
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    Forbidden,
    OutboxFull,
    Refused,
    Unsupported,
)

_log = logging.getLogger(__name__)

SOON = 0.02
"""Seconds from a message of the kernel to reading it: most cells have ended by then."""

GAP = 0.25
"""Seconds between two updates of one cell while it runs."""

PICTURE_GAP = 1.0
"""The same for a cell with pictures."""

_MOST_HELD = 100
"""Cells that were not shared and are remembered."""

_MOST_SHOWN = 2_000
"""Characters of a source that is kept of one of them."""

_NO_KERNEL = (
    "Cells are shared from a notebook that runs in ipykernel (Jupyter, VS Code, Colab); this "
    "Python runs in something else, so nothing is shared."
)


@dataclass(frozen=True, slots=True)
class HeldCell:
    """A cell of mine that was not shared: `why` is `private`, `paused`, or `many`.

    `many`: more cells were run than the service takes, and this one waited longest.
    """

    id: str
    number: int
    at: int
    why: str
    source: str = ""
    """Its source; empty for a private cell, of which nothing is kept."""


class Sharing:
    """Shares this kernel's cells. Any thread.

    Args:
        client: The instructor's connection to the course.
        changed: Called, on any thread, when `state` or `held` has changed.
    """

    def __init__(self, client: CourseClient, changed: Callable[[], object]) -> None:
        self._client = client
        self._changed = changed
        self._capture = Capture()
        self._lock = threading.RLock()
        self._runs = Runs()
        self._again = Again()
        self._masking = Masking()
        self._state: SharingState = "off"
        self._thread: threading.Thread | None = None
        self._ends = threading.Event()
        self._held: dict[str, tuple[HeldCell, Run | None]] = {}
        self._taken_back: set[str] = set()
        self._sent: dict[str, tuple[float, str]] = {}
        """By run: when its last state was made, on the monotonic clock, and its status then."""
        self._due: dict[str, Run] = {}
        self._sending = Sending(self._hand_over, self._capture.wake.set)
        self._reported = False
        self._forget: Callable[[], None] = lambda: None

    @property
    def state(self) -> SharingState:
        """The state of this kernel's sharing."""
        return self._state

    def held(self) -> list[HeldCell]:
        """Return the cells that were not shared, oldest first."""
        with self._lock:
            return [cell for cell, _ in self._held.values()]

    # -- what an instructor does ---------------------------------------------------------

    def share(self) -> None:
        """Begin to share, or go on.

        Raises:
            Forbidden: I am not staff here.
            Unsupported: there is no kernel here whose cells could be shared.
            Refused: the course does not offer cells.
        """
        self._check()
        if self._state == "paused":
            self.resume()
            return
        if self._state == "on":
            return
        self._again.learn(self._client)
        if not self._capture.begin():
            raise Unsupported(_NO_KERNEL)
        self._forget = self._client.before_close(self.stop)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._work, name="edu-cells", daemon=True)
        self._thread.start()
        self._become("on")
        self._end_old()

    def pause(self) -> None:
        """Keep back the cells that begin from now on; one that runs is shared to its end."""
        self._check()
        if self._state == "on":
            self._read()  # what began before this belongs to before
            self._become("paused")

    def resume(self, *, share_held: bool = False) -> None:
        """Go on sharing, if `share_held` also what was run in the pause.

        Raises:
            Refused: nothing is paused.
        """
        self._check()
        if self._state != "paused":
            raise Refused("The sharing is not paused: lesson.cells.share() begins it.")
        self._read()
        self._become("on")
        if share_held:
            self.share_held()

    def share_held(self) -> None:
        """Share the cells that were run in a pause."""
        with self._lock:
            runs = [run for cell, run in self._held.values() if run and cell.why == "paused"]
            for run in runs:
                del self._held[run.id]
                self._due[run.id] = run
        self._capture.wake.set()
        self._changed()

    def take_back(self, id_: str) -> None:
        """Delete a shared cell for everybody."""
        self._check()
        with self._lock:
            self._taken_back.add(id_)
            self._due.pop(id_, None)
            self._sending.forget(id_)
        _ = self._client.send(TAKE_BACK_CELL.name, TakeBackCell(id_))

    def stop(self) -> None:
        """End the sharing; what was shared stays."""
        if self._state == "off":
            return
        self._capture.end()
        self._read()
        self._forget()
        thread, self._thread = self._thread, None
        self._ends.set()
        self._capture.wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(2)
        with self._lock:
            for run in self._runs.end_all(_now()):
                self._note(run)
        self._send_due(all_=True)
        with self._lock:
            left = len(self._sending)
        if left:
            self._report(OutboxFull(f"No room: {left} cells are not shared any more."))
        self._become("off")

    def _check(self) -> None:
        client = self._client
        client.check_open()
        if not client.me().is_staff or client.viewer:
            raise Forbidden("Only instructors share cells.")
        offered = client.view().features
        if client.base or (offered and "cells" not in offered):
            raise Refused("This service does not offer cells: nothing can be shared here.")

    def _become(self, state: SharingState) -> None:
        self._state = state
        self._try(lambda: self._client.send(SET_SHARING.name, SetSharing(state)))
        self._changed()

    def _end_old(self) -> None:
        """End the cells of mine that an earlier kernel left running."""
        me = self._client.me().user_id
        for doc in self._client.mirror().of_kind(Cell.kind):
            cell = decoded(doc, Cell)
            if cell is not None and cell.by_id == me and cell.status == "running":
                cell.status, cell.ended = "error", _now()
                self._put_aside(doc.id, cell)
        self._go_on()

    # -- the thread ------------------------------------------------------------------------

    def _work(self) -> None:
        ends, wake = self._ends, self._capture.wake
        masking = Masking(_secrets(self._client))  # here, since a token may have to be asked for
        with self._lock:
            self._masking = masking
        while not ends.is_set():
            wake.wait(self._wait())
            if ends.wait(SOON):
                return
            try:
                self._read()
                self._send_due()
            except Exception as error:  # noqa: BLE001 - one odd output must not end the sharing
                self._report(error)

    def _wait(self) -> float | None:
        with self._lock:
            now = time.monotonic()
            waits = [
                self._sent.get(id_, (0.0, ""))[0] + _gap(run) - now
                for id_, run in self._due.items()
            ]
            wait = self._sending.wait()
        waits += [wait] if wait is not None else []
        return max(0.0, min(waits)) if waits else None

    def _read(self) -> None:
        with self._lock:
            for kind, content, parent, at in self._capture.read():
                try:
                    changed = self._runs.take(kind, content, parent, at)
                except Exception as error:  # noqa: BLE001 - as above
                    self._report(error)
                    continue
                for run in changed:
                    self._note(run)

    def _note(self, run: Run) -> None:
        held = self._held.get(run.id)
        is_new = run.id not in self._sent and run.id not in self._due
        if held is None and is_new and (run.private or self._state == "paused"):
            why = "private" if run.private else "paused"
            cell = HeldCell(
                run.id,
                run.number,
                run.started,
                why,
                "" if run.private else run.source[:_MOST_SHOWN],
            )
            self._hold(cell, None if run.private else run)
        elif held is None and not run.private and run.id not in self._taken_back:
            self._due[run.id] = run

    def _hold(self, cell: HeldCell, run: Run | None) -> None:
        self._held[cell.id] = (cell, run)
        while len(self._held) > _MOST_HELD:
            del self._held[next(iter(self._held))]
        self._changed()

    def _send_due(self, *, all_: bool = False) -> None:
        now = time.monotonic()
        with self._lock:
            due = [run for run in self._due.values() if all_ or self._is_due(run, now)]
            for run in due:
                del self._due[run.id]
                self._sent[run.id] = (now, run.status)
            while len(self._sent) > 2 * _MOST_HELD:
                del self._sent[next(iter(self._sent))]
        for run in due:
            with self._lock:
                cell = document(run, self._masking, self._put())
                self._again.relate(run.id, cell)
                self._put_aside(run.id, cell)
        self._go_on(at_once=all_)

    def _put(self) -> Put | None:
        """Return what puts a picture; None if this service takes none."""
        if "pictures" not in self._client.view().features:
            return None
        return lambda data, alt: self._client.blobs.put(data, alt=alt)

    def _put_aside(self, id_: str, cell: Cell) -> None:
        with self._lock:
            for gone, lost in self._sending.put(id_, cell):
                held = HeldCell(gone, lost.number, lost.started, "many", lost.source[:_MOST_SHOWN])
                self._hold(held, None)

    def _go_on(self, *, at_once: bool = False) -> None:
        with self._lock:
            self._try(lambda: self._sending.go_on(at_once=at_once))

    def _hand_over(self, data: ShareCell) -> Receipt:
        return self._client.send(SHARE_CELL.name, data)

    def _is_due(self, run: Run, now: float) -> bool:
        """Return True at a run's start and end, and otherwise some time after the last."""
        at, status = self._sent.get(run.id, (0.0, ""))
        return status != run.status or now >= at + _gap(run)

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except EduWidgetsError as error:
            self._report(error)

    def _report(self, error: Exception) -> None:
        level = logging.DEBUG if self._reported else logging.WARNING
        self._reported = True
        _log.log(level, "A cell could not be shared (reported once): %s", error, exc_info=error)


def _gap(run: Run) -> float:
    pictures = any(
        isinstance(item, Display) and (item.shared or is_picture(item.data)) for item in run.items
    )
    return PICTURE_GAP if pictures else GAP


def _secrets(client: CourseClient) -> Iterable[str]:
    """Yield the codes and tokens that this lesson knows."""
    for invite in (client.invite, client.entrance.invite):
        if invite:
            yield from parse_qs(urlsplit(invite).query).get("code", ())
    source = client.target.token
    if not isinstance(source, SteppedSource):  # one of those makes a new one each time
        try:
            yield source()
        except Exception:  # noqa: BLE001 - anybody's function
            _log.debug("The lesson's token is not known.", exc_info=True)


def _now() -> int:
    return int(time.time() * 1000)
