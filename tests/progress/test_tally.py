"""The tally of a class: whatever comes in whatever order, it is as if counted anew."""

from __future__ import annotations

import random

from edu_widgets.progress.documents import CheckFailure, ExerciseProgress
from edu_widgets.progress.tally import Tally


def summary(tally: Tally) -> object:
    """All that a tally tells, without exercises of which nothing is left."""
    failing = [(one.group, sorted(one.people), one.since) for one in tally.failing()]
    counts = [dict(+counter) for counter in (tally.started, tally.done, tally.latest_of)]
    return tally.people, tally.latest, counts, failing


def test_changes_come_to_the_same_as_counting_anew() -> None:
    rng = random.Random(7)
    tally, held = Tally(), dict[tuple[str, str], ExerciseProgress]()
    for step in range(400):
        person, exercise = f"u-{rng.randrange(6)}", f"e{rng.randrange(4)}"
        if rng.random() < 0.2:
            held.pop((person, exercise), None)
            tally.put(person, exercise, None)
            continue
        errors = ["KeyError", "NameError", "TypeError"]
        failures = [CheckFailure(0, rng.choice(errors))] if rng.random() < 0.5 else []
        checks = "fp" if failures else "pp"
        one = ExerciseProgress(exercise, person, "N", checks, 1, step, step, failures)
        held[person, exercise] = one
        tally.put(person, exercise, one)
    assert summary(tally) == summary(Tally(held.values()))
    for person, exercise in list(held):
        tally.put(person, exercise, None)
    assert summary(tally) == summary(Tally())
