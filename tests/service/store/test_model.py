"""A store against a model: any commands, any cursors, mirrors end equal."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edu_widgets.protocol import Cursor
from edu_widgets.protocol.errors import IdConflict
from edu_widgets.service.store.sqlite import SqliteStore
from tests.nightly import examples

from .rules import CHANNEL, ask, put

NAMES = st.sampled_from("abcd")
COMMANDS = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.lists(st.tuples(NAMES, st.none() | st.integers(0, 3)), max_size=3),
        st.booleans(),
    ),
    max_size=12,
)


class Mirror:
    """A client's mirror by design §2."""

    def __init__(self) -> None:
        self.cursor = Cursor()
        self.docs: dict[str, tuple[int, bytes | None]] = {}

    async def catch_up(self, store: SqliteStore) -> None:
        caught = await store.changes_since(CHANNEL, self.cursor, {})
        for frame in caught.frames:
            if frame.reset:
                self.docs.clear()
            else:
                assert frame.prev <= self.cursor.seq
            for doc in frame.docs:
                assert doc.seq > self.docs.get(doc.id, (0, None))[0]
                self.docs[doc.id] = (doc.seq, None if doc.deleted else bytes(doc.body))
            self.cursor = Cursor(frame.epoch, frame.seq)

    def live(self) -> dict[str, bytes]:
        return {name: body for name, (_, body) in self.docs.items() if body is not None}


async def run(path: Path, commands: list[tuple[int, list[tuple[str, int | None]], bool]]) -> None:
    store = SqliteStore(path)
    model: dict[str, bytes] = {}
    answered: dict[str, tuple[object, int]] = {}
    often, seldom = Mirror(), Mirror()
    head = 0
    for number, (mid, changes, sweep) in enumerate(commands):
        request = ask(f"c{mid}", *changes, now=number)
        if answered.get(f"c{mid}", (changes, 0))[0] != changes:
            with pytest.raises(IdConflict):
                await store.commit(request, put)
        elif f"c{mid}" in answered:
            done = await store.commit(request, put)
            assert done.replayed
            assert answered[f"c{mid}"] == (changes, done.seq)
        else:
            latest = dict(changes)
            head += len(latest)
            assert (await store.commit(request, put)).seq == head
            answered[f"c{mid}"] = (changes, head)
            model |= {name: b'{"value":%d}' % v for name, v in latest.items() if v is not None}
            for name in [name for name, value in latest.items() if value is None]:
                model.pop(name, None)
        if sweep:
            await store.sweep(0, tombstones_before=number)
        await often.catch_up(store)
        assert often.live() == model
        if number % 4 == 0:
            await seldom.catch_up(store)
    await seldom.catch_up(store)
    assert seldom.live() == model
    fresh = Mirror()
    await fresh.catch_up(store)
    assert fresh.live() == model
    await store.close()


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COMMANDS)
def test_mirrors_end_equal(
    commands: list[tuple[int, list[tuple[str, int | None]], bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder) / "s.db", commands))
