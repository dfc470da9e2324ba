"""The progress of the class and of each person in a lesson's report; its record has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from edu_widgets.client.bodies import when
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.records import RecordEntry, ReportTable
from edu_widgets.progress.mirror import ProgressMirror
from edu_widgets.progress.results import COLUMNS, Standing, row_of, standings

_REPORT = {
    "en": {
        "exercises": "Exercises",
        "progress": "Progress",
        "exercise": "Exercise",
        "title": "Title",
        "name": "Name",
        "user": "Id",
        "ran": "Have run it",
        "done": "Done",
        "attempts": "Attempts",
        "passed": "Passed",
        "checks": "Checks",
        "last_run": "Last run",
        "failed_check": "Failed check",
        "error": "Error",
        "message": "Message",
        "failing": "Most frequent error",
        "failing_people": "People with it",
        "solved": "Exercises done by people",
    },
    "tr": {
        "exercises": "Alıştırmalar",
        "progress": "İlerleme",
        "exercise": "Alıştırma",
        "title": "Başlık",
        "name": "Ad",
        "user": "Kimlik",
        "ran": "Çalıştıran",
        "done": "Bitiren",
        "attempts": "Deneme",
        "passed": "Geçen",
        "checks": "Denetim",
        "last_run": "Son çalıştırma",
        "failed_check": "Kalan denetim",
        "error": "Hata",
        "message": "İleti",
        "failing": "En sık hata",
        "failing_people": "Bu hatayı alan",
        "solved": "Kişilerin bitirdiği alıştırmalar",
    },
}
_CLASS = (
    *("exercise", "title", "checks", "ran", "done", "attempts"),
    *("failed_check", "failing", "failing_people"),
)


class ProgressOfRecord:
    """The progress of people; without entries on the timeline."""

    def __init__(self, client: CourseClient) -> None:
        self._mirror = ProgressMirror(client)

    def load(self, since: int) -> None:
        """Do nothing: all progress of a course is loaded."""

    def entries(self, lang: str) -> Iterator[RecordEntry]:
        """Return none: how far somebody is, is no event for everybody."""
        del lang
        return iter(())

    def tables(self, since: int, lang: str) -> Iterator[ReportTable]:
        """Return what the class came to, and each person, in exercises that were run since then."""
        words, begin = _REPORT[lang], when(since)
        found = [one for one in standings(self._mirror) if one.last_run >= begin]
        names = [one for one in self._mirror.exercises() if one.created_at >= since]
        order = {one.name: one.title for one in names} | {one.exercise: one.title for one in found}
        rows = []
        for name, title in order.items():
            people = [one for one in found if one.exercise == name]
            exercise = self._mirror.exercise(name)
            (check, error), count = _most_frequent(people)
            rows.append(
                {
                    "exercise": name,
                    "title": title,
                    "checks": len(exercise.checks) if exercise is not None else 0,
                    "ran": len(people),
                    "done": sum(one.done for one in people),
                    "attempts": sum(one.attempts for one in people),
                    "failed_check": check,
                    "failing": error,
                    "failing_people": count,
                }
            )
        figures = {
            words["exercises"]: len(rows),
            words["solved"]: sum(one.done for one in found),
        }
        columns = {column: words[column] for column in _CLASS}
        yield ReportTable("exercises", words["exercises"], columns, rows, figures)
        columns = {column: words[column] for column in COLUMNS}
        each = [row_of(one) for one in found]
        yield ReportTable("progress", words["progress"], columns, each)


def _most_frequent(people: list[Standing]) -> tuple[tuple[str, str], int]:
    """Return the failed check and error that most people have, and how many."""
    errors = Counter(
        (one.failed_check, f"{one.error}: {one.message}" if one.message else one.error)
        for one in people
        if one.failed_check
    )
    return max(errors.items(), key=lambda pair: pair[1], default=(("", ""), 0))
