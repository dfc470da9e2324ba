"""The class's counts: kept in memory, and told once a second where they changed."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from edu_widgets.progress.documents import (
    FEWEST,
    Exercise,
    ExerciseCounts,
    ExerciseProgress,
    counts_id,
    exercise_id,
)
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import course_channel
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import DELETE, Decision, Get, Request, RuleRun, Write, read
from edu_widgets.service.stage import Stage


@dataclass
class Tally:
    """One course's people by exercise."""

    done: dict[str, dict[str, bool]] = field(default_factory=dict)
    """By exercise and person: whether they have done it."""
    runs_in: Counter[str] = field(default_factory=Counter)
    """By person: the number of exercises they have run."""
    counted: set[str] = field(default_factory=set)
    """The exercises of which the counts may be seen."""
    changed: set[str] = field(default_factory=set)

    def note(self, exercise: str, person: str, *, done: bool | None) -> None:
        """Note how far a person is; None: nothing is kept of it any more."""
        held = self.done.get(exercise, {})
        before = held.get(person)
        if before == done:
            return
        if done is None:
            del held[person]
            self.runs_in[person] -= 1
        else:
            self.runs_in[person] += before is None
            self.done.setdefault(exercise, held)[person] = done
        if self.runs_in[person] <= 0:
            del self.runs_in[person]
        if (before is None) != (done is None):
            self.changed |= self.counted  # `people` may have changed, in all of them
        self.changed.add(exercise)
        if not held:
            del self.done[exercise]

    def counts(self, exercise: str) -> ExerciseCounts:
        """Return the counts of an exercise, without a time."""
        done = sum(self.done.get(exercise, {}).values())
        return ExerciseCounts(exercise, done, len(self.runs_in), 0)


@dataclass
class Counts:
    """The tallies of a service, by course."""

    courses: dict[str, Tally] = field(default_factory=dict)

    def of(self, course: str) -> Tally:
        """Return a course's tally."""
        return self.courses.setdefault(course, Tally())


def note(stage: Stage, course: str, doc: Document) -> None:
    """Note a person's progress."""
    _, exercise, person = doc.id.split(":", 2)
    done = None if doc.deleted else doc.as_(ExerciseProgress).done
    stage.state(Counts).of(course).note(exercise, person, done=done)


def note_exercise(stage: Stage, course: str, doc: Document) -> None:
    """Note whether an exercise's counts may be seen."""
    tally, name = stage.state(Counts).of(course), doc.id.partition(":")[2]
    if not doc.deleted and doc.as_(Exercise).counts:
        tally.counted.add(name)
        tally.changed.add(name)
    else:
        tally.counted.discard(name)


def on_tick(stage: Stage, now: int) -> None:
    """Tell the counts that have changed."""
    del now
    for course, tally in stage.state(Counts).courses.items():
        tally.changed &= tally.counted
        if tally.changed:
            stage.soon(("progress", course), partial(_tell, stage, course))


async def _tell(stage: Stage, course: str) -> None:
    tally = stage.state(Counts).of(course)
    changed, tally.changed = tally.changed, set()
    told = [tally.counts(name) for name in sorted(changed)]
    try:
        await stage.commit(course_channel(course), tell, told)
    except Refused:
        tally.changed |= changed  # said at the next tick
        raise


def tell(request: Request[list[ExerciseCounts]]) -> RuleRun:
    """Write counts that may be seen and differ; delete those of too few people."""
    counts = {one.exercise: one for one in request.data}
    ids = [id_ for name in counts for id_ in (exercise_id(name), counts_id(name))]
    found = yield Get(request.channel, tuple(ids))
    writes: list[Write] = []
    for name, count in counts.items():
        exercise = read(found, exercise_id(name), Exercise)
        held = read(found, counts_id(name), ExerciseCounts)
        may = exercise is not None and exercise.counts and count.people >= FEWEST
        same = held is not None and (held.done, held.people) == (count.done, count.people)
        if may and not same:
            count.at = request.now
            writes.append(Write(request.channel, counts_id(name), ExerciseCounts.kind, count))
        elif not may and held is not None:
            writes.append(Write(request.channel, counts_id(name), ExerciseCounts.kind, DELETE))
    return Decision(writes, urgent=False, reply=False)
