"""One message for several viewers of a widget: what their batches have in common stands in it once.

Every message reaches every page of the kernel. What is in the common part was in the batch of each
viewer who is named, so no page is shown what its viewer would not have been told alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from edu_widgets.notebook.stream import Json

WAIT = 0.02
"""Seconds that a batch waits for those of others: less than lies between two of one viewer."""


def join(batches: dict[str, Json]) -> Json:
    """Return one message for the batches of some viewers, by the viewers' keys."""
    if len(batches) == 1:
        [(key, batch)] = batches.items()
        return addressed(key, batch)
    flat = {key: _flat(batch) for key, batch in batches.items()}
    first, *others = flat.values()
    same = {place for place, told in first.items() if all(_has(o, place, told) for o in others)}
    by = {
        key: {"n": batches[key]["n"], **_nested({k: v for k, v in told.items() if k not in same})}
        for key, told in flat.items()
    }
    return {"op": "batch", **_nested({k: v for k, v in first.items() if k in same}), "by": by}


def addressed(key: str, message: Json) -> Json:
    """Return a message for the pages of one viewer."""
    return message | ({"for": key} if key else {})


_Place = tuple[str, str, str]
"""The place of something in a batch: its part, its collection and its id, or a field's name."""


def _flat(batch: Json) -> dict[_Place, Any]:
    found: dict[_Place, Any] = {}
    for name, docs in batch.get("set", {}).items():
        found |= {("set", name, doc["id"]): doc for doc in docs}
    for name, ids in batch.get("del", {}).items():
        found |= {("del", name, id_): id_ for id_ in ids}
    return found | {("lesson", "", name): told for name, told in batch.get("lesson", {}).items()}


def _has(other: dict[_Place, Any], place: _Place, told: Any) -> bool:
    return place in other and other[place] == told


def _nested(flat: dict[_Place, Any]) -> Json:
    parts: Json = {}
    for (part, collection, name), told in flat.items():
        if part == "lesson":
            parts.setdefault(part, {})[name] = told
        else:
            parts.setdefault(part, {}).setdefault(collection, []).append(told)
    return parts


class JointBatches:
    """Collects the batches of a widget's viewers for a moment. Any thread.

    Args:
        send: Sends a message to all pages.
        later: Runs a function after so many seconds; raises where nothing is run any more.
        viewers: Returns the number of viewers that have a page.
    """

    def __init__(
        self,
        send: Callable[[Json], None],
        later: Callable[[float, Callable[[], None]], object],
        viewers: Callable[[], int],
    ) -> None:
        self._send = send
        self._later = later
        self._viewers = viewers
        self._lock = threading.RLock()
        self._waiting: dict[str, Json] = {}

    def push(self, key: str, message: Json) -> None:
        """Send a viewer's message after their earlier ones; a batch may wait for others."""
        viewers = self._viewers()
        with self._lock:
            if key in self._waiting:
                self.flush()
            if message["op"] != "batch" or viewers <= 1:
                self._send(addressed(key, message))
                return
            self._waiting[key] = message
            if len(self._waiting) < viewers and (len(self._waiting) > 1 or self._arm()):
                return
            self.flush()

    def flush(self) -> None:
        """Send what waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            if waiting:
                self._send(join(waiting))

    def _arm(self) -> bool:
        try:
            self._later(WAIT, self.flush)
        except Exception:  # noqa: BLE001 - the network thread may have ended: it is sent at once
            return False
        return True
