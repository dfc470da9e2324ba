"""Runs of cells, put together from the messages that a kernel sends. No threads, no clocks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edu_widgets.cells.screen import Screen
from edu_widgets.protocol import uuid7

PRIVATE = "private"
"""The tag of a cell that is kept back, and the magic that does the same."""

MOST_RUNS = 200
"""Runs that are remembered; what an older one still prints is not shared."""

_MAX_OUTPUTS = 200
"""Outputs of a run that are remembered; of a document some fifty."""


@dataclass(slots=True)
class Display:
    """Something displayed: its representations by MIME type."""

    data: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    display_id: str = ""
    shared: Any = None
    """A picture as it was shared; its bytes are not kept beside it."""


@dataclass(slots=True)
class Failure:
    """An exception as it was shown."""

    name: str
    value: str
    traceback: str


@dataclass(slots=True)
class Printed:
    """Text printed on `stdout` or `stderr`, without anything else between."""

    name: str
    screen: Screen = field(default_factory=Screen)


Item = Display | Failure | Printed


@dataclass(slots=True)
class Run:
    """One run of a cell."""

    msg_id: str
    source: str
    number: int
    started: int
    cell_id: str = ""
    private: bool = False
    concurrent: bool = False
    """True if it runs beside other cells, on a subshell."""
    id: str = field(default_factory=uuid7)
    """The id of its document."""
    status: str = "running"
    ended: int = 0
    items: list[Item] = field(default_factory=list)
    left_out: int = 0
    """Number of outputs that were too many."""
    clear_next: bool = False
    """True if the next output takes the place of all before it."""
    failed: bool = False

    @property
    def is_over(self) -> bool:
        """True once it has ended."""
        return self.ended > 0


def is_private(source: str, tags: object) -> bool:
    """Return True for a cell that begins with `%%private`, or has that tag."""
    first = source.lstrip().split("\n", 1)[0].split()
    tagged = isinstance(tags, list | tuple) and PRIVATE in tags
    return tagged or first[:1] == [f"%%{PRIVATE}"]


class Runs:
    """The newest runs of a kernel's cells."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def take(self, kind: str, content: Any, parent: Any, at: int) -> list[Run]:
        """Take one message of a kernel; return the runs that it changed."""
        header = parent.get("header", parent) if isinstance(parent, Mapping) else {}
        msg_id = str(header.get("msg_id", "")) if isinstance(header, Mapping) else ""
        if kind == "execute_input":
            return self._begin(content, parent, header, msg_id, at)
        if kind == "update_display_data":
            return self._update(content)
        run = self._runs.get(msg_id)
        return [run] if run is not None and self._change(run, kind, content, at) else []

    def _change(self, run: Run, kind: str, content: Any, at: int) -> bool:
        """Take a message about a run; return True if the run looks different."""
        match kind:
            case "status":
                if run.is_over or content.get("execution_state") != "idle":
                    return False
                run.ended = max(at, 1)
                run.status = "error" if run.failed else "ok"
            case "execute_reply":
                run.failed = content.get("status") != "ok"
                return False
            case "stream":
                self._print(run, content)
            case "display_data" | "execute_result":
                self._add(run, _display(content))
            case "error":
                self._add(run, _failure(content))
                run.failed = True
            case "clear_output":
                run.clear_next = True
                if content.get("wait"):
                    return False
                self._clear_if_due(run)
        return True

    def end_all(self, at: int) -> list[Run]:
        """End what still runs: nothing more will be heard of it."""
        ended = [run for run in self._runs.values() if not run.is_over]
        for run in ended:
            run.ended, run.status = max(at, 1), "error" if run.failed else "ok"
        return ended

    def _begin(
        self, content: Any, parent: Any, header: Mapping[str, Any], msg_id: str, at: int
    ) -> list[Run]:
        asked = parent.get("content") or {}
        if not msg_id or msg_id in self._runs or asked.get("store_history") is False:
            return []
        concurrent = bool(header.get("subshell_id"))
        # A cell that another one runs, by letting the kernel go on with its requests.
        if not concurrent and any(not r.is_over and not r.concurrent for r in self._runs.values()):
            return []
        metadata = parent.get("metadata") or {}
        source = str(content.get("code", ""))
        if not source.strip():
            return []
        run = Run(
            msg_id,
            source,
            int(content.get("execution_count") or 0),
            at,
            str(metadata.get("cellId") or metadata.get("cell_id") or "")[:128],
            is_private(source, metadata.get("tags")),
            concurrent,
        )
        self._runs[msg_id] = run
        while len(self._runs) > MOST_RUNS:
            self._runs.popitem(last=False)
        return [run]

    def _add(self, run: Run, item: Item) -> None:
        self._clear_if_due(run)
        if len(run.items) >= _MAX_OUTPUTS:
            run.left_out += 1
            # The last one is shown in any case: it is the result, or the error.
            run.items[-1] = item
            return
        run.items.append(item)

    def _print(self, run: Run, content: Any) -> None:
        self._clear_if_due(run)
        name = str(content.get("name", "stdout"))
        last = run.items[-1] if run.items else None
        if not isinstance(last, Printed) or last.name != name:
            last = Printed(name)
            self._add(run, last)
        last.screen.write(str(content.get("text", "")), lost=int(content.get("lost") or 0))

    @staticmethod
    def _clear_if_due(run: Run) -> None:
        if run.clear_next:
            run.clear_next = False
            run.items.clear()
            run.left_out = 0

    def _update(self, content: Any) -> list[Run]:
        new = _display(content)
        changed = []
        for run in self._runs.values() if new.display_id else ():
            for place, item in enumerate(run.items):
                if isinstance(item, Display) and item.display_id == new.display_id:
                    run.items[place] = new
                    changed.append(run)
        return list({id(run): run for run in changed}.values())


def _display(content: Any) -> Display:
    transient = content.get("transient") or {}
    return Display(
        content.get("data") or {},
        content.get("metadata") or {},
        str(transient.get("display_id") or ""),
    )


def _failure(content: Any) -> Failure:
    lines = content.get("traceback") or []
    return Failure(
        str(content.get("ename", "")), str(content.get("evalue", "")), "\n".join(map(str, lines))
    )
