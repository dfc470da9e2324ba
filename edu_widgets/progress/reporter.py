"""Telling the service what one's own checks came to: one command every two seconds at most."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import Command, InPlaceOf
from edu_widgets.progress.checking import Result
from edu_widgets.progress.commands import REPORT_PROGRESS, ExerciseResult, ReportProgress
from edu_widgets.progress.documents import (
    FAILED,
    LEFT_OUT,
    MAX_FAILURES,
    PASSED,
    STOPPED,
    CheckFailure,
)
from edu_widgets.protocol.errors import EduWidgetsError

BETWEEN = 2.0
"""Seconds between two reports."""

AFTER = 0.5
"""Seconds that a run waits for the next one, as when all cells are run."""

_MOST_BYTES = 24_000
"""Bytes of one report; two together are within a frame."""

_LETTERS = {"passed": PASSED, "failed": FAILED, "stopped": STOPPED, "not run": LEFT_OUT}


@dataclass(slots=True)
class OwnRun:
    """The last run of an exercise in this kernel, and whether the service has it."""

    results: Sequence[Result]
    checks: str
    runs: int = 0
    """Number of runs that the service has not acknowledged."""
    error: str = ""
    """The reason why it is not counted, as a sentence."""


@dataclass(slots=True)
class _Sent:
    """The report that was handed over last."""

    id: str
    receipt: Receipt
    results: dict[str, ExerciseResult] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    """The exercises that are settled with it, those of reports before it among them."""


def letters(results: Sequence[Result]) -> str:
    """Return the results of checks as they are stored."""
    return "".join(_LETTERS[result.state] for result in results)


def failures(results: Sequence[Result]) -> list[CheckFailure]:
    """Return what may be told of the first failed checks."""
    failed = [(n, one) for n, one in enumerate(results) if one.state == "failed"]
    return [CheckFailure(n, one.type, one.message) for n, one in failed[:MAX_FAILURES]]


def merged(before: ExerciseResult | None, after: ExerciseResult) -> ExerciseResult:
    """Return two reports of an exercise as one: the later result, and all runs."""
    if before is None:
        return after
    return msgspec.structs.replace(after, runs=before.runs + after.runs)


class Reporter:
    """Sends a person's results, each once its exercise has come.

    Args:
        client: The connection to the course.
        published: Returns whether the course has an exercise of this name.
        changed: Called on the network thread when more is told.
        clock: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        client: CourseClient,
        published: Callable[[str], bool],
        changed: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._published = published
        self._changed = changed
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[str, ExerciseResult] = {}
        self.runs: dict[str, OwnRun] = {}
        self._sent: _Sent | None = None
        self._sent_at = float("-inf")
        self._timer: Callable[[], None] | None = None
        self._cancel = client.before_close(self.flush)

    def close(self) -> None:
        """Send the results that wait, and nothing after that."""
        self._cancel()
        self.flush()

    def note(self, name: str, results: Sequence[Result]) -> None:
        """Note a run (any thread)."""
        checks = letters(results)
        with self._lock:
            own = self.runs.setdefault(name, OwnRun(results, checks))
            own.results, own.checks, own.error = results, checks, ""
            own.runs += 1
            if not self._client.me().is_staff:
                result = ExerciseResult(name, checks, 1, failures(results))
                self._waiting[name] = merged(self._waiting.get(name), result)
        self._client.on_network(self.soon)

    def soon(self) -> None:
        """Tell what waits, within two seconds (network thread)."""
        with self._lock:
            ready = any(map(self._published, self._waiting))
        self._changed()
        if ready and self._timer is None:
            wait = max(AFTER, self._sent_at + BETWEEN - self._clock())
            self._timer = self._client.later(wait, self.flush)

    def flush(self) -> None:
        """Tell what waits, now."""
        self._timer = None
        with self._lock:
            names = [name for name in self._waiting if self._published(name)]
            ready = {name: self._waiting.pop(name) for name in names}
        for part in _parts(ready):
            try:
                self._send(part)
            except EduWidgetsError as error:  # kept, and told with the next run
                with self._lock:
                    for name, result in part.items():
                        later = self._waiting.get(name)
                        self._waiting[name] = merged(result, later) if later else result
                        self.runs[name].error = str(error)
        self._changed()

    def _send(self, part: dict[str, ExerciseResult]) -> None:
        sent, told = self._sent, dict(part)
        instead, names = None, frozenset(part)
        if sent is not None and not sent.receipt.done():
            names |= sent.names
            both = {n: merged(sent.results.get(n), one) for n, one in part.items()}
            both = {**sent.results, **both}
            if _size(both) <= 2 * _MOST_BYTES:
                instead = InPlaceOf(sent.id, lambda before, gone: _replacing(part, before, gone))
                told = both
        receipt = self._client.send(
            REPORT_PROGRESS.name, ReportProgress(list(part.values())), instead=instead
        )
        self._sent, self._sent_at = _Sent(receipt.id, receipt, told, names), self._clock()
        receipt.when_settled(lambda: self._settled(receipt))

    def _settled(self, receipt: Receipt) -> None:
        sent = self._sent
        if sent is None or sent.receipt is not receipt:
            return  # replaced, or followed: the last one tells of all
        with self._lock:
            for name in sent.names:
                own, waits = self.runs.get(name), self._waiting.get(name)
                if own is not None:
                    own.error = str(receipt.error or "")
                    if receipt.error is None:
                        own.runs = waits.runs if waits is not None else 0
        self._changed()


def _replacing(
    part: dict[str, ExerciseResult],
    before: Command | None,
    gone: bool,  # noqa: FBT001 - its call
) -> ReportProgress:
    """Return the report for one that was not sent yet; without one only the news."""
    if before is None or not gone:
        return ReportProgress(list(part.values()))
    held = msgspec.json.decode(before.data, type=ReportProgress)
    found = {result.exercise: result for result in held.results}
    for name, result in part.items():
        found[name] = merged(found.get(name), result)
    return ReportProgress(list(found.values()))


def _parts(results: dict[str, ExerciseResult]) -> list[dict[str, ExerciseResult]]:
    parts: list[dict[str, ExerciseResult]] = []
    room = 0
    for name, result in results.items():
        size = _size({name: result})
        if size > room:
            parts.append({})
            room = _MOST_BYTES
        parts[-1][name] = result
        room -= size
    return parts


def _size(results: dict[str, ExerciseResult]) -> int:
    return len(msgspec.json.encode(list(results.values())))
