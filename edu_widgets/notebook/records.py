"""The parts that features bring to a lesson: a timeline to its record, tables to its report.

A feature's manifest names its source; `edu_widgets.record` makes pages of all of them, and knows
no feature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Protocol, runtime_checkable

from edu_widgets.client.course import CourseClient
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.channels import STAFF_ROLES

PATIENCE = 60.0
"""Seconds that loading one older page may take."""


@dataclass(frozen=True, slots=True)
class Author:
    """The person an entry is of. Names of staff are written; others' only if that is asked for."""

    id: str
    name: str
    role: str = "student"

    @property
    def is_staff(self) -> bool:
        """True for instructors and administrators."""
        return self.role in STAFF_ROLES


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One entry of a record.

    Args:
        at: Its time in ms since 1970.
        html: Makes its content, given a function that gives the name to write for a name. Whatever
            people wrote in it is escaped.
        author: The person it is of, if it is of one.
        place: What stands beside its time, such as the number of a cell; "" for nothing.
        foot: A line below it, in the page's muted colour; "" for none.
        pictures: The pictures in it, each in the place that `picture_place` has made.
    """

    at: int
    html: Callable[[Callable[[str], str]], str]
    author: Author | None = None
    place: str = ""
    foot: str = ""
    pictures: Sequence[BlobRef] = ()


def picture_place(picture: BlobRef) -> str:
    """Return the place of a picture in an entry's content: it is put there if there is room."""
    return (
        f'<img data-picture="{escape(picture.hash)}" alt="{escape(picture.alt)}" '
        f'width="{picture.width}" height="{picture.height}">'
    )


def as_it_is(html: str) -> Callable[[Callable[[str], str]], str]:
    """Return what makes this content, in which no names are."""
    return lambda _: html


class RecordSource(Protocol):
    """The entries of one feature. Any thread but the network's."""

    def load(self, since: int) -> None:
        """Load what is older than what is here, down to a time in ms since 1970.

        Raises:
            EduWidgetsError: it could not be loaded.
        """

    def entries(self, lang: str) -> Iterable[RecordEntry]:
        """Return the loaded entries in any order, in words of a language: `en` or `tr`."""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table of a report.

    Args:
        name: Its name in Python: `attendance`.
        label: Its title in words of the report's language.
        columns: The keys of the rows in order, each with its words. Where `user` is among them a
            row is of that person, called `name`.
        rows: The values by column: texts, numbers, aware datetimes, True, False or None.
        figures: What it comes to, by words; without a name or a text of anybody.
    """

    name: str
    label: str
    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    figures: Mapping[str, int | float] = field(default_factory=dict)


@runtime_checkable
class ReportSource(Protocol):
    """The tables of one feature. Any thread but the network's; only of an instructor's lesson."""

    def tables(self, since: int, lang: str) -> Iterable[ReportTable]:
        """Return what has happened from a time on, in ms since 1970, in words of a language.

        It tells nobody's answers in an anonymous poll.
        """


def load_back(
    client: CourseClient, kind: str, oldest: Callable[[], int | None], since: int
) -> None:
    """Load older documents of a kind until the oldest is from before `since`, or none is left.

    Args:
        client: The participant's connection to the course.
        kind: The kind of documents.
        oldest: Returns the time of the oldest one that is loaded, in ms since 1970.
        since: A time in ms since 1970.

    Raises:
        EduWidgetsError: they could not be loaded.
    """
    while client.mirror().more(kind):
        first = oldest()
        if first is not None and first < since:
            return
        _ = client.older(kind, 200).wait(PATIENCE)
