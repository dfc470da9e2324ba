"""The class's counts as `course_update`: news alone, and four times a second at most."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.progress.documents import Exercise, ExerciseCounts, counts_id, exercise_id
from edu_widgets.progress.realtime import EVERY, ProgressMessages
from edu_widgets.protocol import Document


class Channel:
    """A channel whose time passes when told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, object]] = []
        self.due: list[Callable[[], object]] = []

    def later(self, delay: float, fn: Callable[[], object], /) -> Callable[[], None]:
        assert delay == EVERY
        self.due.append(fn)
        return lambda: self.due.remove(fn)

    def tell(self, type_: str, data: object, /) -> None:
        self.told.append((type_, data))

    def pass_time(self) -> None:
        due, self.due = self.due, []
        for fn in due:
            fn()


def document(id_: str, kind: str, body: object, seq: int) -> Document:
    return Document(id_, kind, seq, seq, msgspec.Raw(msgspec.json.encode(body)))


def counted(done: int, *, live: bool = True) -> DocumentsChanged:
    body = ExerciseCounts("clean", done, 30, 0)
    doc = document(counts_id("clean"), ExerciseCounts.kind, body, 2 + done)
    return DocumentsChanged("course:c", (doc,), live=live)


def test_counts_are_course_updates_and_the_last_of_a_moment_is_told() -> None:
    channel = Channel()
    messages = ProgressMessages(channel)
    exercise = document(exercise_id("clean"), Exercise.kind, Exercise("clean", "Clean it", 1, 0), 1)
    messages.heard(DocumentsChanged("course:c", (exercise,)))
    messages.heard(counted(1, live=False))
    assert channel.told == [], "what was there before is no news"
    for done in range(2, 20):
        messages.heard(counted(done))
    channel.pass_time()
    channel.pass_time()
    head = {"exercise": "clean", "title": "Clean it", "people": 30}
    assert channel.told == [
        ("course_update", {**head, "done": 2}),
        ("course_update", {**head, "done": 19}),
    ]
    messages.heard(counted(20))
    messages.heard(counted(21))
    messages.close()
    assert channel.due == []
    assert len(channel.told) == 3
