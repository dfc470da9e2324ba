"""Progress as this process knows it: exercises, how far people are, hints, and one's own runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import PendingCommands
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.notebook.statuses import Statuses
from edu_widgets.progress.commands import SET_EXERCISE, SetExercise
from edu_widgets.progress.documents import (
    Exercise,
    ExerciseCounts,
    ExerciseProgress,
    Hint,
    counts_id,
    exercise_id,
)
from edu_widgets.progress.tally import Failing, Group, Tally
from edu_widgets.protocol.channels import staff_channel, user_channel


@dataclass(frozen=True, slots=True)
class Counted:
    """The numbers of people by their progress in an exercise."""

    done: int
    stuck: int
    working: int
    none: int


class ProgressMirror:
    """Reads progress from the mirrors of the course, of staff and of this person. Any thread."""

    def __init__(self, client: CourseClient, statuses: Sequence[Statuses] = ()) -> None:
        self._client = client
        self._statuses = statuses
        self._lock = threading.Lock()
        self._held: Tally | None = None
        self.given = PendingCommands[SetExercise](client, SET_EXERCISE)
        """The exercises that I am giving the class."""

    @property
    def channel(self) -> str:
        """The channel of the progress that this person may see: all of it, or their own."""
        course, me = self._client.course, self._client.me()
        return staff_channel(course) if me.is_staff else user_channel(course, me.user_id)

    @property
    def offered(self) -> bool:
        """True if the course offers progress."""
        return "progress" in self._client.view().features

    # -- exercises ----------------------------------------------------------------------

    def exercises(self) -> list[Exercise]:
        """Every exercise, in order."""
        docs = self._client.mirror().of_kind(Exercise.kind)
        found = [one for doc in docs if (one := decoded(doc, Exercise)) is not None]
        return sorted(found, key=lambda one: (one.place, one.name))

    def known(self) -> dict[str, Exercise]:
        """Every exercise by name, in order, as it will be once what I give has arrived."""
        known = {one.name: one for one in self.exercises()}
        for command in self.given.waiting():
            if command.hopeful:
                data = command.data
                held = known.get(data.name)
                if held is None:
                    held = Exercise(data.name, data.title, len(known) + 1, command.created)
                counts = held.counts if data.counts is None else data.counts
                known[data.name] = replace(
                    held, title=data.title, checks=data.checks, counts=counts
                )
        return known

    def exercise(self, name: str) -> Exercise | None:
        """The exercise of this name, if there is one."""
        return decoded(self._client.mirror().get(exercise_id(name)), Exercise)

    def published(self, name: str) -> bool:
        """Return True if the course has an exercise of this name."""
        return self.exercise(name) is not None

    def told_counts(self, name: str) -> ExerciseCounts | None:
        """The counts of an exercise that the class is told."""
        return decoded(self._client.mirror().get(counts_id(name)), ExerciseCounts)

    # -- people -------------------------------------------------------------------------

    def people(self) -> Mapping[str, Mapping[str, ExerciseProgress]]:
        """By person and exercise how far they are: for staff everybody, for others oneself."""
        with self._lock:
            return dict(self._tally().people)

    def _tally(self) -> Tally:
        """The tally, made at its first use; with the lock held."""
        if self._held is None:
            docs = self._client.mirror(self.channel).of_kind(ExerciseProgress.kind)
            found = (decoded(doc, ExerciseProgress) for doc in docs)
            self._held = Tally(one for one in found if one is not None)
        return self._held

    def mine(self) -> Mapping[str, ExerciseProgress]:
        """By exercise how far I am, as it is stored."""
        return self.people().get(self._client.me().user_id, {})

    def take(self, event: DocumentsChanged) -> set[str]:
        """Apply a change of documents; return the ids of the people it is about."""
        changed = [d for d in (*event.upserted, *event.removed) if d.kind == ExerciseProgress.kind]
        if event.channel != self.channel or not (changed or event.reset):
            return set()
        mirror, ids = self._client.mirror(self.channel), set()
        with self._lock:
            if event.reset:
                self._held = None
                return set(self._tally().people)
            tally = self._tally()
            for doc in changed:
                _, exercise, person = doc.id.split(":", 2)
                ids.add(person)
                tally.put(person, exercise, decoded(mirror.get(doc.id), ExerciseProgress))
        return ids

    def forget(self) -> None:
        """Read everything anew, as after a change of role."""
        with self._lock:
            self._held = None

    def stuck(self) -> Mapping[str, int]:
        """By id who says to be stuck, and since when in ms since 1970."""
        said = [one.said() for one in self._statuses]
        return {id_: at for of in said for id_, (status, at) in of.items() if status == "stuck"}

    def say(self, *, done: bool) -> None:
        """Say *done* once one's exercise is, and no longer when another one is not."""
        me = self._client.me()
        for one in self._statuses:
            status = one.said().get(me.user_id, ("", 0))[0]
            if done and status != "done":
                one.say("done")
            elif not done and status == "done":
                one.say(None)

    @property
    def status_kinds(self) -> frozenset[str]:
        """The kinds of documents by which people say how far they are."""
        return frozenset(one.documents for one in self._statuses)

    # -- summaries ----------------------------------------------------------------------

    def counted(self, name: str) -> Counted:
        """The numbers of people by their progress; *stuck* say so, and ran it last."""
        stuck = self.stuck()
        with self._lock:
            tally = self._tally()
            started, done = tally.started[name], tally.done[name]
            here = sum(
                tally.latest.get(id_) == name and not tally.people[id_][name].done for id_ in stuck
            )
        return Counted(done, here, started - done - here, max(0, self.count() - started))

    def latest(self) -> str:
        """The exercise that most people ran last; "" if nobody has run any."""
        with self._lock:
            last_of = +self._tally().latest_of
        return max(sorted(last_of), key=last_of.__getitem__, default="")

    def count(self) -> int:
        """Number of students who are here, or of all who have run anything if these are more."""
        with self._lock:
            people = len(self._tally().people)
        return max(self._client.view().students or 0, people)

    def failing(self) -> list[Failing]:
        """The failures, those of most people first."""
        with self._lock:
            return self._tally().failing()

    def hints(self) -> list[tuple[str, Hint]]:
        """The hints that this person may see, with their documents' ids, oldest first."""
        docs = self._client.mirror(self.channel).of_kind(Hint.kind)
        found = [(doc.id, one) for doc in docs if (one := decoded(doc, Hint)) is not None]
        return sorted(found, key=lambda pair: pair[1].at)

    def hint_for(self, group: Group) -> Hint | None:
        """The newest hint about a group of failures."""
        found = [one for _, one in self.hints() if _group_of(one) == group]
        return found[-1] if found else None

    def done_since(self, hint: Hint) -> int:
        """Number of those who got a hint and have done the exercise by now."""
        people = self.people()
        return sum(
            one.done
            for id_ in hint.to
            if (one := people.get(id_, {}).get(hint.exercise)) is not None
        )


def _group_of(hint: Hint) -> Group:
    return hint.exercise, hint.check, hint.type, hint.message
