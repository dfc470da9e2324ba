"""Progress as the page gets it. Times leave as ages in ms, since clocks differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import sha256

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.progress.documents import FEWEST, Exercise, ExerciseProgress, Hint
from edu_widgets.progress.mirror import ProgressMirror
from edu_widgets.progress.reporter import Reporter
from edu_widgets.progress.results import check_name_of, code_of
from edu_widgets.progress.tally import Failing, Group, last

DESK = "desk"
EXERCISES = "exercises"
GROUPS = "groups"
PEOPLE = "people"
"""The names of the collections, and of the one document in the first."""

MOST_GROUPS = 60
"""Groups of failures that a page is told, those of most people."""


def group_id(group: Group) -> str:
    """The id of a group of failures: opaque, and the same in every kernel."""
    return sha256("\n".join(map(str, group)).encode()).hexdigest()[:16]


class ProgressContent:
    """The content of the board (`Content`).

    While names are hidden no person and no small group leaves the kernel, nor any message.
    """

    def __init__(self, client: CourseClient, mirror: ProgressMirror, reporter: Reporter) -> None:
        self._client = client
        self._mirror = mirror
        self._reporter = reporter
        self._versions = Versions()
        self.hidden = False
        self.running = ""
        """The exercise whose checks run now."""

    # -- Content -------------------------------------------------------------------------

    def windows(self) -> Mapping[str, Window]:
        """Every collection, whole."""
        return {name: Window(list(make().values())) for name, make in self._made().items()}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return documents as they are now, and the ids of those that are gone."""
        wanted = list(dict.fromkeys(ids))
        make = partial(self._rows, wanted) if collection == PEOPLE else self._made().get(collection)
        found = make() if make is not None else {}
        docs = [found[id_] for id_ in wanted if id_ in found]
        return docs, [id_ for id_ in wanted if id_ not in found]

    def older(self, collection: str, before: int) -> Window:
        """Return nothing, since all documents are loaded."""
        del collection, before
        return Window([])

    def _made(self) -> dict[str, Callable[[], dict[str, Json]]]:
        return {
            DESK: self._desk,
            EXERCISES: self._exercises,
            GROUPS: self._groups,
            PEOPLE: self._rows,
        }

    def _is_staff(self) -> bool:
        return self._client.me().is_staff

    def _age(self, at: int) -> int:
        return max(0, round(self._client.service_now()) - at)

    # -- documents -----------------------------------------------------------------------

    def _desk(self) -> dict[str, Json]:
        staff, offered = self._is_staff(), self._mirror.offered
        doc: Json = {
            "id": DESK,
            "can": (["manage"] if staff else ["check"]) if offered else [],
            "people": self._mirror.count() if staff else 0,
            "hidden": self.hidden,
        }
        return {DESK: self._stamped(DESK, doc)}

    def _exercises(self) -> dict[str, Json]:
        make = self._for_staff if self._is_staff() else self._for_oneself
        exercises = self._mirror.exercises()
        now = self._now()
        return {
            one.name: self._stamped(
                EXERCISES, make(one) | ({"now": True} if one.name == now else {})
            )
            for one in exercises
        }

    def _now(self) -> str:
        """The exercise that most people ran last; for a student their own last one."""
        if self._is_staff():
            return self._mirror.latest()
        own = list(self._reporter.runs)
        return own[-1] if own else last(self._mirror.mine())

    def _for_staff(self, exercise: Exercise) -> Json:
        counted = self._mirror.counted(exercise.name)
        return {
            **self._told(exercise),
            "shared": exercise.counts,
            "counts": [counted.done, counted.stuck, counted.working, counted.none],
        }

    def _told(self, exercise: Exercise) -> Json:
        return {
            "id": exercise.name,
            "place": exercise.place,
            "title": exercise.title,
            "checks": len(exercise.checks),
        }

    def _for_oneself(self, exercise: Exercise) -> Json:
        doc, name = self._told(exercise), exercise.name
        stored, own = self._mirror.mine().get(name), self._reporter.runs.get(name)
        checks = own.checks if own is not None else stored.checks if stored is not None else ""
        attempts = (stored.attempts if stored is not None else 0) + (own.runs if own else 0)
        doc |= {"results": checks, "attempts": attempts, "given": bool(code_of(exercise))}
        if self.running == name:
            doc["running"] = True
        if own is not None and (own.error or own.runs):
            doc |= {"error": own.error} if own.error else {"waits": True}
        if "f" in checks:
            doc["failed"] = self._failure(exercise, checks.index("f"), stored)
        hints = [hint for _, hint in self._mirror.hints() if hint.exercise == name]
        if hints:
            doc["hint"] = self._hint(hints[-1])
        counts = self._mirror.told_counts(name)
        if exercise.counts and counts is not None and counts.people >= FEWEST:
            doc["class"] = [counts.done, counts.people]
        return doc

    def _failure(self, exercise: Exercise, number: int, stored: ExerciseProgress | None) -> Json:
        own = self._reporter.runs.get(exercise.name)
        if own is not None:
            result = own.results[number]
            said = str(result.error)[:300] if result.error is not None else ""
            type_ = type(result.error).__name__ if result.error is not None else ""
            return {"check": result.name, "number": number, "type": type_, "message": said}
        told = stored.failures[0] if stored is not None and stored.failures else None
        name = check_name_of(exercise, number)
        message, type_ = (told.message, told.type) if told is not None else ("", "")
        return {"check": name, "number": number, "type": type_, "message": message}

    def _hint(self, hint: Hint) -> Json:
        return {"by": hint.by_name, "at": hint.at, "body": to_nodes(hint.text)}

    # -- for staff ------------------------------------------------------------------------

    def groups(self) -> dict[str, Failing]:
        """The groups of failures that are shown, by id."""
        if not self._is_staff():
            return {}
        found = self._mirror.failing()[:MOST_GROUPS]
        least = FEWEST if self.hidden else 1
        return {group_id(one.group): one for one in found if len(one.people) >= least}

    def _groups(self) -> dict[str, Json]:
        found = enumerate(self.groups().items())
        return {id_: self._stamped(GROUPS, self._group(id_, n, one)) for n, (id_, one) in found}

    def _group(self, id_: str, place: int, failing: Failing) -> Json:
        name, number, type_, message = failing.group
        exercise = self._mirror.exercise(name)
        doc: Json = {
            "id": id_,
            "place": place,
            "exercise": exercise.title if exercise is not None else name,
            "number": number,
            "check": "" if self.hidden else check_name_of(exercise, number),
            "type": type_,
            "message": "…" if self.hidden and message else message,
            "people": len(failing.people),
            "age": self._age(failing.since),
        }
        hint = self._mirror.hint_for(failing.group)
        if hint is not None:
            doc["hint"] = [hint.at, self._mirror.done_since(hint), len(hint.to)]
        return doc

    def _rows(self, wanted: Iterable[str] | None = None) -> dict[str, Json]:
        """Return the rows of these people, by default of all."""
        if self.hidden or not self._is_staff():
            return {}
        people, stuck = self._mirror.people(), self._mirror.stuck()
        order = [one.name for one in self._mirror.exercises()]
        return {
            id_: self._stamped(PEOPLE, self._row(id_, people[id_], order, stuck))
            for id_ in (people if wanted is None else wanted)
            if id_ in people
        }

    def _row(
        self,
        id_: str,
        found: Mapping[str, ExerciseProgress],
        order: list[str],
        stuck: Mapping[str, int],
    ) -> Json:
        cells = [[found[n].passed, len(found[n].checks)] if n in found else 0 for n in order]
        latest = last(found)
        # The newest name, should they have changed it.
        doc: Json = {"id": id_, "name": found[latest].user_name, "cells": cells}
        if latest in order:
            doc["last"] = order.index(latest)
        if not found[latest].done:
            doc["idle"] = self._age(found[latest].progressed)
        if id_ in stuck:
            doc["stuck"] = self._age(stuck[id_])
        return doc

    def _stamped(self, collection: str, doc: Json) -> Json:
        """The document with its `rev`, for which ages do not count."""
        ages = {key: doc[key] for key in ("age", "idle", "stuck") if key in doc}
        timeless = doc | dict.fromkeys(ages, True)
        return self._versions.stamped(f"{collection}:{doc['id']}", timeless) | ages
