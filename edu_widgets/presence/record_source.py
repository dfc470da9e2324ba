"""Attendance and hands in the report of a lesson. The record has neither."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from edu_widgets.client.bodies import decoded, when
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.records import RecordEntry, ReportTable
from edu_widgets.presence.documents import Attendance, Hand
from edu_widgets.protocol.channels import staff_channel

_REPORT = {
    "en": {
        "attendance": "Attendance",
        "name": "Name",
        "user": "Id",
        "first": "From",
        "last": "To",
        "minutes": "Minutes",
        "students": "Students",
        "median": "Minutes, median",
        "hands": "Hands",
        "raised": "Raised",
        "waited": "Waited, minutes",
        "helped_by": "Helped by",
        "up": "Hands still up",
    },
    "tr": {
        "attendance": "Yoklama",
        "name": "Ad",
        "user": "Kimlik",
        "first": "Başlangıç",
        "last": "Bitiş",
        "minutes": "Dakika",
        "students": "Öğrenciler",
        "median": "Dakika, ortanca",
        "hands": "Eller",
        "raised": "Kaldırıldı",
        "waited": "Bekleme, dakika",
        "helped_by": "Yardım eden",
        "up": "Hâlâ kalkık eller",
    },
}
_ATTENDANCE = ("name", "user", "first", "last", "minutes")
_HANDS = ("raised", "name", "user", "waited", "helped_by")


class AttendanceOfRecord:
    """The time that people were here, and hands that waited; without entries on the timeline."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def load(self, since: int) -> None:
        """Do nothing: attendance of the people who were here last is loaded."""

    def entries(self, lang: str) -> Iterator[RecordEntry]:
        """Return none: who was here is for staff alone."""
        del lang
        return iter(())

    def tables(self, since: int, lang: str) -> Iterator[ReportTable]:
        """Return each student's minutes, and the hands that are kept."""
        words, staff = _REPORT[lang], self._client.mirror(staff_channel(self._client.course))
        rows = []
        for document in staff.of_kind(Attendance.kind):
            one = decoded(document, Attendance)
            if one is not None and (row := _attended(one, since)) is not None:
                rows.append(row)
        rows.sort(key=lambda row: (row["name"].casefold(), row["user"]))
        figures = {words["students"]: len(rows)}
        if rows:
            figures[words["median"]] = round(median(row["minutes"] for row in rows))
        columns = {name: words[name] for name in _ATTENDANCE}
        yield ReportTable("attendance", words["attendance"], columns, rows, figures)
        hands = [decoded(document, Hand) for document in staff.of_kind(Hand.kind)]
        found = [hand for hand in hands if hand is not None and hand.at >= since]
        waits = [self._wait(hand) for hand in sorted(found, key=lambda hand: hand.at)]
        up = sum(hand.taken is None and hand.solved is None for hand in found)
        columns = {name: words[name] for name in _HANDS}
        yield ReportTable("hands", words["hands"], columns, waits, {words["up"]: up})

    def _wait(self, hand: Hand) -> dict[str, Any]:
        until = hand.taken or hand.solved or round(self._client.service_now())
        return {
            "raised": when(hand.at),
            "name": hand.user_name,
            "user": hand.user_id,
            "waited": _minutes(until - hand.at),
            "helped_by": hand.taken_by_name or "",
        }


def _attended(one: Attendance, since: int) -> dict[str, Any] | None:
    stays = [(max(begin, since), end) for begin, end in one.stays if end > since]
    if not stays:
        return None
    return {
        "name": one.user_name,
        "user": one.user_id,
        "first": when(stays[0][0]),
        "last": when(stays[-1][1]),
        "minutes": _minutes(sum(end - begin for begin, end in stays)),
    }


def _minutes(ms: int) -> int:
    return max(0, round(ms / 60_000))
