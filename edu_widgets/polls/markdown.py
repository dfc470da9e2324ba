"""Questions written as Markdown: text, then a list of options; a file has several.

::

    kind: predict
    seconds: 60
    What does this print?

    ```python
    print([1] * 2)
    ```

    - [x] `[1, 1]`
    - [ ] `[2]`

    ---

    The next question …

Settings are the first lines, if any. `[x]` marks what is right. Without a list people write what
they like (`kind: number`: a number).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from edu_widgets.polls.authoring import Question
from edu_widgets.polls.documents import WITH_OPTIONS
from edu_widgets.polls.entries import SETTINGS, Draft, Entry, fault, meant
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.visible_text import LINE_BREAK

_SETTING = re.compile(rf"({'|'.join(SETTINGS)})\s*:\s*(.*\S)\s*")
_LIKE_SETTING = re.compile(
    r"\W{0,3}([^\W\d][\w ]{1,15}?)\W{0,2}\s*([:=：])\s*(\S{0,40}(?:\s+\S{1,20}){0,2})\s*"
)
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])(?:\s+(.*)|$)")
_LIKE_ITEM = re.compile(
    r"\s*(?:(?:\(?[A-Za-z]\s?[).:]|\(?\d{1,3}\)|\[[ xX]?\])\s*\S"  # a) A. (1) [ ]
    r"|(?:\d{1,3}[.:]|[-*+•‣◦·–—●○▪])\s*[^\s\d]).*"  # not -5 or 12:30
)
_BOX = re.compile(r"\[([ xX])\](?:\s+(.*))?")
_LIKE_BOX = re.compile(r"\[\s*[xX✓✔]?\s*\]")
_FENCE = re.compile(r"\s*(?:(?:[-*+]|\d{1,3}[.)])\s+)?(?:\[[ xX]\]\s+)?(```+|~~~+)")
_RULE = re.compile(r"---+\s*")
_TITLE = re.compile(r"#\s+\S")
_HEADING = re.compile(r"#{1,6}\s+\S")

_LONGEST_SETTING = 100

Line = tuple[int, str]
"""A line's number, from 1, and its text."""


def questions(text: str, where: str = "") -> list[Question]:
    """All questions of a Markdown file, divided by lines of `---`.

    Raises:
        InvalidArgument: one of them is none; the message says which, and in which line.
    """
    parts = [part for part in _parts(text) if any(line.strip() for _, line in part)]
    found = [
        _draft(part, f"{where}question {number}").question() for number, part in enumerate(parts, 1)
    ]
    if not found:
        raise InvalidArgument(f"{where}there is no question in it.")
    return found


def one(text: str, **settings: Any) -> Question:
    """Return the one question of a cell; `settings` come before those in the cell.

    Raises:
        InvalidArgument: it is none; lines count from that of `%%poll`.
    """
    lines = list(enumerate(_lines(text), 2))
    for (number, line), (_, fenced) in zip(
        lines, _fenced([line for _, line in lines]), strict=True
    ):
        if not fenced and _RULE.fullmatch(line):
            msg = "a cell asks one question, and `---` divides questions; a rule is `***`."
            raise fault("%%poll", number, msg)
    return _draft(lines, "%%poll", settings.get("kind")).question(settings)


def _lines(text: str) -> list[str]:
    return LINE_BREAK.sub("\n", text.removeprefix("\ufeff")).split("\n")


def _parts(text: str) -> Iterator[list[Line]]:
    """The questions' lines; a title at the very beginning is the file's, not a question's."""
    part: list[Line] = []
    lines = _lines(text)
    begin = next((n for n, line in enumerate(lines) if line.strip()), 0)
    skip = begin + 1 if _TITLE.match(lines[begin]) else 0
    for number, (line, fenced) in enumerate(_fenced(lines[skip:]), skip + 1):
        if not fenced and _RULE.fullmatch(line):
            yield part
            part = []
        else:
            part.append((number, line))
    yield part


def _fenced(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is part of a code block."""
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if fence:
            yield line, True
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        else:
            # A pair on one line, as in `` ```x``` ``, is code in a line.
            opens = mark is not None and mark[1] not in line[mark.end() :]
            fence = mark[1] if mark is not None and opens else ""
            yield line, bool(fence) and not _ITEM.match(line)


def _draft(lines: list[Line], where: str, kind: str | None = None) -> Draft:
    _check_fences(where, lines)
    settings, rest = _settings(lines, where)
    text, items, lost = _list_at_end(rest)
    entry = Entry("\n".join(line for _, line in text).strip("\n"), _first(text or lines))
    draft = Draft(where, entry, settings=settings)
    kind = kind or (settings["kind"][0].text if "kind" in settings else None)
    _check_text(where, text)
    if items:
        _check_one_list(where, text)
    elif kind is None or kind in WITH_OPTIONS:
        _check_no_options(where, text, lost)
    _take_boxes(draft, items)
    return draft


def _check_fences(where: str, lines: list[Line]) -> None:
    """See that no code block takes in all that follows, as it has no end."""
    marks = [fenced for _, fenced in _fenced([*(line for _, line in lines), ""])]
    if marks[-1]:
        begin = max((place for place, fenced in enumerate(marks) if not fenced), default=-1) + 1
        number = lines[min(begin, len(lines) - 1)][0]
        raise fault(where, number, "a code block has no end: close it by a line of ```.")


def _first(lines: list[Line]) -> int:
    return next((number for number, line in lines if line.strip()), 1)


def _settings(lines: list[Line], where: str) -> tuple[dict[str, list[Entry]], list[Line]]:
    settings: dict[str, list[Entry]] = {}
    start = next((n for n, (_, line) in enumerate(lines) if line.strip()), len(lines))
    for place in range(start, len(lines)):
        number, line = lines[place]
        setting = _SETTING.fullmatch(line)
        if setting is None:
            _check_setting(where, number, line, meant)
            return settings, lines[place:]
        settings.setdefault(setting[1], []).append(Entry(setting[2], number))
    return settings, []


def _check_setting(where: str, number: int, line: str, known: Any) -> None:
    """See that a line is no setting that was written otherwise."""
    like = _LIKE_SETTING.fullmatch(line) if len(line) <= _LONGEST_SETTING else None
    name = known(like[1]) if like else None
    if like is None or name is None or (like[2] == "=" and like[1].casefold() != name):
        return
    if like[3].endswith("?"):
        return
    value = like[3].strip("*_` ") or "…"
    msg = f"{line.strip()[:60]!r} looks like a setting: write `{name}: {value}`"
    raise fault(where, number, f"{msg} in the first lines, each in a line of its own.")


def _check_text(where: str, text: list[Line]) -> None:
    """See that no setting stands behind the beginning of a question."""
    for (number, line), (_, fenced) in zip(text, _fenced([line for _, line in text]), strict=True):
        if not fenced:
            _check_setting(where, number, line, _exactly)


def _exactly(word: str) -> str | None:
    return word.casefold() if word.casefold() in SETTINGS else None


def _check_one_list(where: str, text: list[Line]) -> None:
    """See that a list within the text is none of another question's options."""
    asked = listed = False
    for (number, line), (_, fenced) in zip(text, _fenced([line for _, line in text]), strict=True):
        item = None if fenced else _ITEM.fullmatch(line.rstrip())
        asks = not fenced and (line.rstrip().endswith("?") or _HEADING.match(line) is not None)
        if (item and _BOX.fullmatch(item[1])) or (asked and listed and asks):
            msg = "this looks like more than one question: divide questions by a line `---`."
            more = "A list within a question has a blank before each `-`, and no boxes."
            raise fault(where, number, f"{msg} {more}")
        listed = listed or item is not None
        asked = asked or (asks and not listed)


def _check_no_options(where: str, text: list[Line], lost: int | None) -> None:
    """See that nothing was meant as options that is not read as such."""
    said = "A question without options begins with the line `kind: text`."
    if lost is not None:
        msg = f"text follows the list, so the list is not read as options: they come last. {said}"
        raise fault(where, lost, msg)
    before = False
    for (number, line), (_, fenced) in zip(text, _fenced([line for _, line in text]), strict=True):
        like = not fenced and _LIKE_ITEM.fullmatch(line) is not None
        if like and before:
            msg = f"{line.strip()[:40]!r} looks like an option: options are lines with `- ` before."
            raise fault(where, number, f"{msg} {said}")
        before = like or (before and not line.strip())


def _take_boxes(draft: Draft, items: list[list[Line]]) -> None:
    """The options, and which of them are ticked."""
    boxes = [_BOX.fullmatch(item[0][1]) for item in items]
    if any(boxes) or (items and all(_LIKE_BOX.match(item[0][1]) for item in items)):
        for box, item in zip(boxes, items, strict=True):
            if box is None:
                msg = (
                    f"{item[0][1][:40]!r} has no box that is read: all options have one, `[ ]` or "
                    "`[x]` with a blank behind it, or none has. A text with brackets stands in `…`."
                )
                raise fault(draft.where, item[0][0], msg)
        draft.ticked = [n for n, box in enumerate(boxes, 1) if box and box[1] != " "]
    for box, item in zip(boxes, items, strict=True):
        first = item[0][1] if box is None else box[2] or ""
        text = "\n".join([first, *(line for _, line in item[1:])]).strip()
        draft.options.append(Entry(text, item[0][0]))


def _list_at_end(lines: list[Line]) -> tuple[list[Line], list[list[Line]], int | None]:
    """The text before the last list, its items with their lines, and where text follows it."""
    items: list[list[Line]] = []
    begin, lost = len(lines), None
    marked = zip(lines, _fenced([line for _, line in lines]), strict=True)
    for place, ((number, line), (_, fenced)) in enumerate(marked):
        item = None if fenced else _ITEM.fullmatch(line.rstrip())
        if item:
            if not items:
                begin, lost = place, None
            items.append([(number, item[1] or "")])
        elif items and (not line.strip() or line[0] in " \t"):
            items[-1].append((number, _outdented(line)))
        elif items:
            items, begin, lost = [], len(lines), number  # it was not the last list
    return lines[:begin], items, lost


def _outdented(line: str) -> str:
    for depth in ("    ", "\t", "   ", "  ", " "):
        if line.startswith(depth):
            return line.removeprefix(depth)
    return line
