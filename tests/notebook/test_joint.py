"""One message for several viewers: each gets what they would have got alone, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.notebook.viewers.joint import JointBatches, join

Json = dict[str, Any]

_NAMES = st.sampled_from("abc")
_VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.lists(st.integers(0, 1)))


@st.composite
def _batches(draw: st.DrawFn) -> Json:
    docs = draw(st.dictionaries(_NAMES, st.dictionaries(_NAMES, _VALUES), max_size=2))
    gone = draw(st.dictionaries(_NAMES, st.lists(st.sampled_from("xyz"), unique=True, min_size=1)))
    sets = {name: [{"id": id_, "v": v} for id_, v in of.items()] for name, of in docs.items() if of}
    parts = {"set": sets, "del": gone, "lesson": draw(st.dictionaries(_NAMES, _VALUES))}
    batch = {"op": "batch", "n": draw(st.integers(1, 9))}
    return batch | {name: part for name, part in parts.items() if part}


def told(message: Json, key: str) -> Json | None:
    """The part of a message that a viewer's page reads; None: it is not for them."""
    if "by" not in message:
        return message if message.get("for", "") == key else None
    if key not in message["by"]:
        return None
    read = copy.deepcopy({name: part for name, part in message.items() if name != "by"})
    for name, part in copy.deepcopy(message["by"][key]).items():
        if name == "n":
            read[name] = part
        elif name == "lesson":
            read[name] = read.get(name, {}) | part
        else:
            mine = read.setdefault(name, {})
            for collection, more in part.items():
                mine[collection] = mine.get(collection, []) + more
    return read


def _sorted(batch: Json) -> Json:
    """A batch whose lists have one order: within a batch there is none."""
    found = dict(batch)
    for part in ("set", "del"):
        if part in batch:
            found[part] = {n: sorted(of, key=repr) for n, of in batch[part].items()}
    return found


@given(st.dictionaries(st.sampled_from(["", "k1", "k2", "k3"]), _batches(), min_size=1))
def test_each_reads_their_own_batch(batches: dict[str, Json]) -> None:
    message = join(copy.deepcopy(batches))
    for key, batch in batches.items():
        read = told(message, key)
        assert read is not None
        read.pop("for", None)
        assert _sorted(read) == _sorted(batch)
    assert told(message, "somebody else") is None


class Timer:
    """Sends when told to."""

    def __init__(self, viewers: int) -> None:
        self.sent: list[Json] = []
        self.due: list[Callable[[], None]] = []
        self.ended = False
        self.joint = JointBatches(self.sent.append, self._later, lambda: viewers)

    def _later(self, _: float, fn: Callable[[], None]) -> None:
        if self.ended:
            raise OSError
        self.due.append(fn)

    def push(self, key: str, n: int, op: str = "batch") -> None:
        self.joint.push(key, {"op": op, "n": n, "lesson": {"online": 1}})


def test_alone_nothing_waits() -> None:
    timer = Timer(1)
    timer.push("", 1)
    assert timer.sent == [{"op": "batch", "n": 1, "lesson": {"online": 1}}]


def test_what_all_have_sent_waits_no_longer() -> None:
    timer = Timer(2)
    timer.push("", 1)
    assert not timer.sent
    timer.push("k1", 5)
    by = {"": {"n": 1}, "k1": {"n": 5}}
    assert timer.sent == [{"op": "batch", "lesson": {"online": 1}, "by": by}]
    timer.due[0]()
    assert len(timer.sent) == 1


def test_the_order_of_what_one_is_told_stays() -> None:
    timer = Timer(3)
    timer.push("k1", 1)
    timer.push("k1", 2, "snapshot")
    timer.push("k2", 1, "snapshot")
    timer.push("k1", 3)
    timer.push("k1", 4)
    timer.due[-1]()
    of_k1 = [message["n"] for message in timer.sent if message["for"] == "k1"]
    assert of_k1 == [1, 2, 3, 4]


def test_once_nothing_is_run_any_more_it_is_sent_at_once() -> None:
    timer = Timer(2)
    timer.ended = True
    timer.push("k1", 1)
    assert [message["for"] for message in timer.sent] == ["k1"]
