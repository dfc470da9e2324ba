"""Writing the record of a lesson: loading what is older, and the file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.records import RecordSource
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folders import reason
from edu_widgets.protocol.manifest import Manifest
from edu_widgets.record.page import WORDS, Part, page
from edu_widgets.record.pictures import with_pictures

_USUAL_MS = 12 * 3_600_000


def write(
    client: CourseClient,
    sources: Iterable[tuple[Manifest, RecordSource]],
    path: object,
    since: object,
    lang: object,
    *,
    names: bool,
) -> Path:
    """Write a record and return its path.

    Args:
        client: The participant's connection to the course.
        sources: What each feature has, in the order of their tabs.
        path: The file; one that is there is replaced.
        since: The time it begins at, aware; None for the last 12 hours.
        lang: `en` or `tr`.
        names: True to write the names of students.

    Raises:
        InvalidArgument: an argument is invalid, or the file cannot be written.
        NotConnected: something older could not be loaded.
    """
    target = checked_path(path)
    lang, start = checked_lang(lang), start_of(client, since)
    parts = []
    for feature, source in sources:
        source.load(start)
        entries = [entry for entry in source.entries(lang) if entry.at >= start]
        parts.append(Part(feature.called, feature.says(lang).tab, entries))
    text = page(client.course, parts, lang, names=bool(names))
    return written(target, with_pictures(client, text, parts, lang))


def written(target: Path, text: str) -> Path:
    """Write a page into a file and return its path.

    Raises:
        InvalidArgument: the file cannot be written.
    """
    try:
        target.write_text(text, "utf-8")
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no path of a file"
        raise InvalidArgument(f"{str(target)[:200]!r} cannot be written: {why}.") from error
    return target


def checked_path(path: object) -> Path:
    """Return the path of a page.

    Raises:
        InvalidArgument: it does not end as that of a page does.
    """
    if not isinstance(path, (str, Path)) or Path(path).suffix not in {".html", ".htm"}:
        msg = f"A page's name ends with .html, such as 'lesson.html'; not {path!r:.80}."
        raise InvalidArgument(msg)
    return Path(path)


def checked_lang(lang: object) -> str:
    """Return the language of a page.

    Raises:
        InvalidArgument: it is none that there is.
    """
    if not isinstance(lang, str) or lang not in WORDS:
        raise InvalidArgument(f"lang must be 'en' or 'tr', not {lang!r:.40}.")
    return lang


def start_of(client: CourseClient, since: object) -> int:
    """Return the time at which a record begins, in ms since 1970.

    Raises:
        InvalidArgument: `since` is no aware datetime.
    """
    if since is None:
        return int(client.service_now()) - _USUAL_MS
    if not isinstance(since, datetime) or since.tzinfo is None:
        raise InvalidArgument(f"since must be an aware datetime, not {since!r:.60}.")
    return round(since.timestamp() * 1000)
