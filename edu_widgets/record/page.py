"""The page of a record: HTML that loads nothing, and is searched where it is read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files

from edu_widgets.notebook.records import Author, RecordEntry

WORDS = {
    "en": {
        "title": "Record of {course}",
        "search": "Search",
        "show": "Show",
        "found": "{n} of {all}",
        "unnamed": "Student {n}",
        "hidden": "Names of students are not written; what people wrote may have some in it.",
        "nothing": "Nothing was said or shown in this time.",
        "left_out": "{n} of {all} pictures are left out; a line stands in the place of each.",
        "no_room": "A picture for which there was no room",
        "not_loaded": "A picture that could not be loaded",
        "instructor": "Instructor",
        "admin": "Administrator",
    },
    "tr": {
        "title": "{course} kaydı",
        "search": "Ara",
        "show": "Göster",
        "found": "{n}/{all}",
        "unnamed": "{n}. öğrenci",
        "hidden": "Öğrenci adları yazılmadı; yazılanların içinde geçebilir.",
        "nothing": "Bu sürede bir şey söylenmedi ve gösterilmedi.",
        "left_out": "Alınmayan resim: {n}/{all}. Her birinin yerinde bir satır var.",
        "no_room": "Yer kalmadığı için alınmayan bir resim",
        "not_loaded": "Yüklenemeyen bir resim",
        "instructor": "Eğitmen",
        "admin": "Yönetici",
    },
}


LEFT_OUT = "<!-- pictures -->"
"""The place of the line that says how many pictures are left out."""


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of one feature, and its label."""

    name: str
    label: str
    entries: Sequence[RecordEntry]


class Names:
    """The names that a record writes: of students only if that is asked for.

    Args:
        authors: Everybody of whom there is an entry, in the order of their first.
        student: The words for a student without a name, with `{n}`.
        shown: True to write everybody's name.
    """

    def __init__(self, authors: Iterable[Author], student: str, *, shown: bool) -> None:
        self._by_name: dict[str, str] = {}
        self._by_id: dict[str, str] = {}
        self._student, self._shown = student, shown
        for author in authors:
            self.of(author)

    def of(self, author: Author) -> str:
        """Return the name to write for a person."""
        if self._shown or author.is_staff:
            self._by_name.setdefault(author.name, author.name)
            return author.name
        if author.id not in self._by_id:
            self._by_id[author.id] = self._student.format(n=len(self._by_id) + 1)
            self._by_name.setdefault(author.name, self._by_id[author.id])
        return self._by_id[author.id]

    def called(self, name: str) -> str:
        """Return the name to write where a text mentions somebody."""
        return name if self._shown else self._by_name.get(name, "…")


def page(course: str, parts: Sequence[Part], lang: str, *, names: bool) -> str:
    """Return the record as a page of HTML.

    Args:
        course: The course's name.
        parts: The entries by feature, in the order of their tabs.
        lang: `en` or `tr`.
        names: True to write the names of students.
    """
    words = WORDS[lang]
    ordered = sorted(
        ((entry, part) for part in parts for entry in part.entries), key=lambda pair: pair[0].at
    )
    authors = [entry.author for entry, _ in ordered if entry.author is not None]
    written = Names(authors, words["unnamed"], shown=names)
    rows = "\n".join(_row(entry, part, written, words, lang) for entry, part in ordered)
    title = escape(words["title"].format(course=course))
    head = _head([entry.at for entry, _ in ordered], parts, words, names=names)
    empty = "" if ordered else f"<p>{escape(words['nothing'])}</p>"
    return whole_page(title, head, f"{rows}{empty}", lang, _resource("page.js"))


def whole_page(title: str, head: str, body: str, lang: str, script: str = "") -> str:
    """Return a page that loads nothing from anywhere, and runs no script but this one.

    Args:
        title: The title, escaped.
        head: What stands below the title, as HTML.
        body: The content, as HTML.
        lang: `en` or `tr`.
        script: Its script; "" for none.
    """
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    if script:
        policy += f"; script-src 'sha256-{_digest(script)}'"
        script = f"<script>{script}</script>\n"
    return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_resource("page.css")}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{head}
{LEFT_OUT}
</header>
<main>
{body}
</main>
{script}</body>
</html>
"""


def _head(times: list[int], parts: Sequence[Part], words: dict[str, str], *, names: bool) -> str:
    """Return the time that a record spans, and the form that searches in it."""
    when = ""
    if times:
        first, last = _local(times[0]), _local(times[-1])
        when = f"{first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M}"
    hint = "" if names else f"<p>{escape(words['hidden'])}</p>"
    boxes = "".join(
        f'<label><input type="checkbox" value="{escape(part.name, quote=True)}" checked>'
        f" {escape(part.label)} <span>{len(part.entries)}</span></label>"
        for part in parts
        if part.entries
    )
    search, found = escape(words["search"]), escape(words["found"], quote=True)
    return f"""<p>{when}</p>
{hint}
<form role="search">
<input type="search" aria-label="{search}" placeholder="{search}">
<fieldset><legend>{escape(words["show"])}</legend>{boxes}</fieldset>
<output data-words="{found}" role="status"></output>
</form>"""


def _row(entry: RecordEntry, part: Part, names: Names, words: dict[str, str], lang: str) -> str:
    at = _local(entry.at)
    who = ""
    if entry.author is not None:
        role = words.get(entry.author.role, "")
        tail = f' <span class="role">{escape(role)}</span>' if role else ""
        who = f'<h2 dir="auto">{escape(names.of(entry.author))}{tail}</h2>'
    place = f'<span class="place">{escape(entry.place)}</span>' if entry.place else ""
    foot = f"<footer>{escape(entry.foot)}</footer>" if entry.foot else ""
    return (
        f'<article data-part="{escape(part.name, quote=True)}" lang="{lang}">'
        f'<div class="when">{place}<time datetime="{at.isoformat()}">{at:%H:%M}</time>'
        f"<span>{escape(part.label)}</span></div>"
        f'<div class="what">{who}<div dir="auto">{entry.html(names.called)}</div>{foot}</div>'
        "</article>"
    )


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000).astimezone()


def _resource(name: str) -> str:
    return files("edu_widgets.record").joinpath(name).read_text("utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
