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

from edu_widgets.polls.authoring import Question, from_mapping
from edu_widgets.protocol.errors import InvalidArgument

_SETTING = re.compile(r"(kind|seconds|anonymous|named|tolerance|correct|answer)\s*:\s*(.*\S)\s*")
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s+(.*)")
_BOX = re.compile(r"\[([ xX])\](?:\s+(.*))?")
_FENCE = re.compile(r"\s*(?:(?:[-*+]|\d{1,3}[.)])\s+)?(?:\[[ xX]\]\s+)?(```+|~~~+)")
_RULE = re.compile(r"---+\s*")
_TITLE = re.compile(r"#\s+\S")
_YES = frozenset({"yes", "true", "on", "1"})


def questions(text: str, where: str = "") -> list[Question]:
    """All questions of a Markdown file, divided by lines of `---`.

    Raises:
        InvalidArgument: one of them is none; the message says which.
    """
    parts = [part for part in _parts(text) if any(line.strip() for line in part)]
    found = [
        _question(part, f"{where}question {number}".strip()) for number, part in enumerate(parts, 1)
    ]
    if not found:
        raise InvalidArgument(f"{where}there is no question in it.")
    return found


def one(text: str, **settings: Any) -> Question:
    """The one question of a cell; `settings` come before what stands in it.

    Raises:
        InvalidArgument: it is none.
    """
    return _question(text.split("\n"), "%%poll", settings)


def _parts(text: str) -> Iterator[list[str]]:
    """The questions' lines; a title at the very beginning is the file's, not a question's."""
    part: list[str] = []
    lines = text.removeprefix("\ufeff").splitlines()
    begin = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines and _TITLE.match(lines[begin]):
        lines = lines[begin + 1 :]
    for line, fenced in _fenced(lines):
        if not fenced and _RULE.fullmatch(line):
            yield part
            part = []
        else:
            part.append(line)
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


def _question(lines: list[str], where: str, given: dict[str, Any] | None = None) -> Question:
    settings, rest = _settings(lines)
    text, items = _list_at_end(rest)
    boxes = [_BOX.fullmatch(item[0]) for item in items]
    found: dict[str, Any] = {"question": text}
    if items and all(boxes):
        ticked = [n for n, box in enumerate(boxes, 1) if box and box[1] != " "]
        items = [
            [(box[2] or "") if box else "", *item[1:]]
            for box, item in zip(boxes, items, strict=True)
        ]
        if ticked:
            found["correct"] = ticked
            found |= {"kind": "multiple"} if len(ticked) > 1 else {}
    if items:
        found["options"] = ["\n".join(item).strip() for item in items]
    return from_mapping(found | settings | (given or {}), where)


def _settings(lines: list[str]) -> tuple[dict[str, Any], list[str]]:
    settings: dict[str, Any] = {}
    start = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    while start < len(lines) and (setting := _SETTING.fullmatch(lines[start])):
        settings[setting[1]] = _value(setting[1], setting[2])
        start += 1
    return settings, lines[start:]


def _value(name: str, text: str) -> Any:
    if name in {"anonymous", "named"}:
        return text.lower() in _YES
    if name in {"correct", "answer"}:
        several = [_number(part.strip()) for part in text.split(",")]
        return several if len(several) > 1 else several[0]
    return _number(text)


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _list_at_end(lines: list[str]) -> tuple[str, list[list[str]]]:
    """The text before the last list, and the list's items with the lines that belong to them."""
    items: list[list[str]] = []
    begin = len(lines)
    marked = list(_fenced(lines))
    for number, (line, fenced) in enumerate(marked):
        item = None if fenced else _ITEM.fullmatch(line.rstrip())
        if item:
            if not items:
                begin = number
            items.append([item[1]])
        elif items and (not line.strip() or line[0] in " \t"):
            items[-1].append(_outdented(line))
        elif items:
            items, begin = [], len(lines)  # text follows: it was not the last list
    return "\n".join(lines[:begin]).strip("\n"), items


def _outdented(line: str) -> str:
    for depth in ("    ", "\t", "   ", "  ", " "):
        if line.startswith(depth):
            return line.removeprefix(depth)
    return line
