"""The state of a lesson's connection, as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edu_widgets.protocol import meaning
from edu_widgets.protocol.attributes import Tidy

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient


@dataclass(frozen=True, slots=True)
class Status(Tidy):
    """The state of a lesson's connection; prints as one sentence.

    `round_trip` is in seconds, None before the first measurement; `queued` counts messages
    and changes that are kept and not yet acknowledged.
    """

    state: str
    transport: str
    round_trip: float | None
    queued: int
    reconnects: int
    detail: str = ""

    def __str__(self) -> str:
        parts = [self.state.capitalize()]
        live = self.state == "live"
        if live and self.transport:
            parts[0] += f" over {self.transport}"
        if live and self.round_trip is not None:
            parts.append(f"round trip {self.round_trip * 1000:.0f} ms")
        if self.queued:
            parts.append(f"{self.queued} kept, to be sent")
        if self.reconnects:
            times = "once" if self.reconnects == 1 else f"{self.reconnects} times"
            parts.append(f"reconnected {times}")
        sentence = ", ".join(parts) + "."
        return f"{sentence} {self.detail}".rstrip()

    __repr__ = __str__


def status_of(client: CourseClient) -> Status:
    """Return the state of a client's connection, and the causes of trouble."""
    from edu_widgets.doctor.causes import causes
    from edu_widgets.notebook import comms, inside

    numbers, view = client.numbers(), client.view()
    detail = view.reason or (meaning(view.code) if view.code else "")
    if numbers.proxy not in detail:
        detail = f"{detail} {numbers.proxy}".strip()
    if view.restart:
        detail = f"The service has ended: run {view.restart} to start it again."
    subshells = inside.kernel() is None or comms.subshells_supported()
    told = [detail, *causes(numbers, subshells=subshells), numbers.problem]
    return Status(
        numbers.state,
        numbers.transport,
        numbers.round_trip,
        numbers.queued,
        numbers.reconnects,
        " ".join(part for part in told if part),
    )
