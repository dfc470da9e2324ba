"""The mirror against a model of the channel, whatever the order in which frames come."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edu_widgets.client.sync import mirror as mirror_module
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.protocol import Cursor, Document
from edu_widgets.protocol.messages import Changes, Page
from tests.client.rig import changes, document
from tests.nightly import examples

WINDOW = 3


class Channel:
    """A service's side of a channel: the documents, and the frames it has sent."""

    def __init__(self) -> None:
        self.seq = 0
        self.docs: dict[str, Document] = {}
        self.frames: list[Changes] = []

    def change(self, id_: str, *, delete: bool) -> None:
        held = self.docs.get(id_)
        if delete and (held is None or held.deleted):
            return
        self.seq += 1
        born = held.born if held else self.seq
        kind = "message" if id_ < "m5" else "role"
        self.docs[id_] = document(id_, self.seq, born=born, kind=kind, deleted=delete)
        self.frames.append(changes(self.seq - 1, self.seq, [self.docs[id_]]))

    def alive(self, kind: str) -> list[Document]:
        docs = [d for d in self.docs.values() if d.kind == kind and not d.deleted]
        return sorted(docs, key=lambda d: d.born)

    def window(self) -> Changes:
        """A first join: the newest messages, all the rest, no tombstones."""
        messages_ = self.alive("message")
        floors = {"message": messages_[-WINDOW].born} if len(messages_) > WINDOW else {}
        docs = [*messages_[-WINDOW:], *self.alive("role")]
        docs.sort(key=lambda d: d.seq)
        return changes(0, self.seq, docs, reset=True, floors=floors)

    def since(self, cursor: Cursor, floors: dict[str, int]) -> Changes:
        newer = [d for d in self.docs.values() if d.seq > cursor.seq]
        newer = sorted(newer, key=lambda d: d.seq)
        docs = [d for d in newer if d.born >= floors.get(d.kind, 0)]
        return changes(cursor.seq, self.seq, docs)

    def page(self, before: int, limit: int) -> Page:
        older = [d for d in self.alive("message") if d.born < before]
        docs = older[-limit:]
        more = len(older) > limit
        return Page("message", docs, docs[0].born if docs and more else 0, more=more)


IDS = st.sampled_from(["m0", "m1", "m2", "m3", "m4", "m5", "m6"])
STEP = st.one_of(
    st.tuples(st.just("change"), IDS),
    st.tuples(st.just("change"), IDS),
    st.tuples(st.just("delete"), IDS),
    st.tuples(st.sampled_from(["deliver", "lose", "again", "swap"]), st.integers(0, 20)),
    st.tuples(st.sampled_from(["reset", "catch up", "ask page", "page"]), st.integers(1, 3)),
)


class Play:
    """A mirror, what is on its way to it, and what must stay true of it."""

    def __init__(self) -> None:
        self.channel, self.mirror = Channel(), Mirror()
        self.mirror.apply(self.channel.window())
        self.waiting: list[Changes] = []
        self.past: list[Changes] = []
        self.asked: Page | None = None
        self.deaths: dict[str, int] = {}

    def check(self) -> None:
        for kind in ("message", "role"):
            for doc in self.mirror.of_kind(kind):
                assert doc.seq > self.deaths.get(doc.id, 0), "a tombstone was overruled"
        order = [d.born for d in self.mirror.of_kind("message")]
        assert order == sorted(order)
        assert all(born >= self.mirror.floor("message") for born in order)

    def deliver(self, frame: Changes) -> None:
        before = self.mirror.cursor
        applied = self.mirror.apply(frame)
        if not frame.reset:  # an older window cannot come after a newer one
            self.past.append(frame)
        assert not applied.hole or self.mirror.cursor == before
        for doc in frame.docs:
            if doc.deleted:
                self.deaths[doc.id] = max(self.deaths.get(doc.id, 0), doc.seq)
        self.check()

    def change(self, id_: str, *, delete: bool) -> None:
        count = len(self.channel.frames)
        self.channel.change(id_, delete=delete)
        self.waiting += self.channel.frames[count:]

    def move(self, name: str, at: int) -> None:
        """Something happens to a frame on its way, or to one of the past."""
        match name:
            case "deliver" if self.waiting:
                self.deliver(self.waiting.pop(0 if at < 15 else at % len(self.waiting)))
            case "lose" if self.waiting:
                self.waiting.pop(at % len(self.waiting))
            case "again" if self.past:
                self.deliver(self.past[at % len(self.past)])
            case "swap" if len(self.waiting) > 1:
                i = at % (len(self.waiting) - 1)
                pair = self.waiting[i : i + 2]
                self.waiting[i : i + 2] = reversed(pair)

    def ask(self, name: str, limit: int) -> None:
        match name:
            case "reset":
                self.asked = None
                self.deliver(self.channel.window())
            case "catch up":
                self.deliver(self.channel.since(self.mirror.cursor, self.mirror.floors()))
            case "ask page":
                before = self.mirror.await_page("message")
                self.asked = self.channel.page(before, limit) if before else None
            case "page" if self.asked is not None:
                self.mirror.add_page(self.asked)
                self.asked = None
                self.check()

    def finish(self) -> None:
        """Let everything arrive: then mirror and model are equal, above the floor."""
        channel, mirror = self.channel, self.mirror
        if self.asked is not None:
            mirror.add_page(self.asked)
        for frame in self.waiting:
            mirror.apply(frame)
        mirror.apply(channel.since(mirror.cursor, mirror.floors()))
        for frame in [*channel.frames, *self.waiting]:
            mirror.apply(frame)
        assert mirror.cursor == Cursor("e1", channel.seq)
        floor = mirror.floor("message")
        assert mirror.of_kind("message") == [d for d in channel.alive("message") if d.born >= floor]
        assert mirror.of_kind("role") == channel.alive("role")
        while (before := mirror.await_page("message")) is not None:
            mirror.add_page(channel.page(before, 2))
        assert mirror.of_kind("message") == channel.alive("message")


def play(steps: list[tuple[str, str | int]]) -> None:
    game = Play()
    for name, value in steps:
        if isinstance(value, str):
            game.change(value, delete=name == "delete")
        elif name in ("deliver", "lose", "again", "swap"):
            game.move(name, value)
        else:
            game.ask(name, value)
    game.finish()


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(STEP, max_size=60))
def test_the_mirror_ends_equal_to_the_channel(steps: list[tuple[str, str | int]]) -> None:
    play(steps)


def test_long_histories_too() -> None:
    rng = random.Random(11)
    for _ in range(20):
        steps: list[tuple[str, str | int]] = []
        for _ in range(400):
            name = rng.choice(
                ["change"] * 6 + ["delete", "deliver", "deliver", "again", "swap", "lose"]
                + ["reset", "catch up", "ask page", "page"]
            )  # fmt: skip
            value = f"m{rng.randrange(7)}" if name in ("change", "delete") else rng.randrange(1, 4)
            steps.append((name, value))
        play(steps)


def test_applying_twice_changes_nothing() -> None:
    mirror = Mirror()
    frame = changes(0, 2, [document("a", 1), document("b", 2)], reset=True)
    mirror.apply(frame)
    again = mirror.apply(changes(0, 2, frame.docs))
    assert (again.upserted, again.removed, again.hole) == ((), (), False)


def test_a_change_outside_the_window_is_not_inserted() -> None:
    mirror = Mirror()
    mirror.apply(changes(0, 9, [document("new", 9)], reset=True, floors={"message": 9}))
    applied = mirror.apply(changes(9, 10, [document("old", 10, born=2)]))
    assert applied.upserted == ()
    assert mirror.get("old") is None
    assert mirror.cursor.seq == 10
    assert mirror.more("message")


def test_an_edit_that_arrives_before_the_page_with_the_older_version_wins() -> None:
    mirror = Mirror()
    mirror.apply(changes(0, 9, [document("new", 9)], reset=True, floors={"message": 9}))
    assert mirror.await_page("message") == 9
    mirror.apply(changes(9, 10, [document("old", 10, born=2)]))
    applied = mirror.add_page(Page("message", [document("old", 2)], 2, more=True))
    assert [d.seq for d in applied.upserted] == [10]
    assert mirror.get("old") == document("old", 10, born=2)


def test_a_deletion_that_arrives_before_the_page_wins_too() -> None:
    mirror = Mirror()
    mirror.apply(changes(0, 9, [document("new", 9)], reset=True, floors={"message": 9}))
    mirror.await_page("message")
    mirror.apply(changes(9, 10, [document("old", 10, born=2, deleted=True)]))
    applied = mirror.add_page(Page("message", [document("old", 2)], 0, more=False))
    assert applied.upserted == ()
    assert mirror.get("old") is None
    assert not mirror.more("message")


def test_a_page_asked_for_before_a_reset_changes_nothing() -> None:
    mirror = Mirror()
    mirror.apply(changes(0, 9, [document("new", 9)], reset=True, floors={"message": 9}))
    mirror.await_page("message")
    mirror.apply(changes(0, 20, [document("x", 20)], reset=True, floors={"message": 20}))
    applied = mirror.add_page(Page("message", [document("old", 2)], 0, more=False))
    assert applied.upserted == ()
    assert mirror.floor("message") == 20


def test_a_late_frame_does_not_bring_back_what_a_reset_left_out() -> None:
    mirror = Mirror()
    late = changes(4, 5, [document("x", 5)])
    mirror.apply(changes(0, 10, [document("y", 10)], reset=True))
    applied = mirror.apply(late)
    assert applied.upserted == ()
    assert mirror.get("x") is None


def test_a_document_that_changes_its_birth_or_kind_does_not_break_the_order() -> None:
    mirror = Mirror()
    mirror.apply(changes(0, 1, [document("a", 1)], reset=True))
    mirror.apply(changes(1, 2, [document("a", 2, born=7, kind="role")]))
    mirror.apply(changes(2, 3, [document("a", 3, born=7, kind="role", deleted=True)]))
    assert mirror.of_kind("message") == mirror.of_kind("role") == []


def test_reading_a_part() -> None:
    mirror = Mirror()
    docs = [document(f"d{n}", n) for n in range(1, 8)]
    mirror.apply(changes(0, 7, docs, reset=True, floors={"message": 1, "other": 0}))
    assert [d.id for d in mirror.newest("message", 2)] == ["d6", "d7"]
    assert mirror.newest("message", 0) == []
    assert [d.id for d in mirror.before("message", 4, 2)] == ["d2", "d3"]
    assert mirror.before("message", 1, 2) == []
    assert mirror.count("message") == 7
    assert mirror.floors() == {"message": 1}


def test_of_very_many_deleted_documents_the_newest_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mirror_module, "MAX_TOMBSTONES", 3)
    mirror = Mirror()
    gone = [document(f"d{n}", n, deleted=True) for n in range(1, 10)]
    mirror.apply(changes(0, 9, gone, reset=True))
    assert sorted(mirror._tombstones) == ["d7", "d8", "d9"]
