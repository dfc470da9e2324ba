"""Exercises in a file beside the questions: Markdown or YAML.

::

    # Weather

    name: clean
    Clean the table

    ```python
    temp_has_no_gaps: df["temp"].notna().all()
    assert len(df) == 12, "twelve months"
    ```

    ---

    The next one …

Divided by lines of `---`. A title at the very beginning is the file's. YAML has a list of mappings
with `name`, `title` and `checks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from edu_widgets.progress.authoring import Draft, draft
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument
from edu_widgets.protocol.folders import content
from edu_widgets.protocol.validation import shown
from edu_widgets.protocol.visible_text import LINE_BREAK

_YAML = frozenset({".yaml", ".yml"})
_MARKDOWN = frozenset({".md", ".markdown", ".txt", ""})
_FENCE = re.compile(r"\s*(```+|~~~+)\s*(\S*)\s*$")
_RULE = re.compile(r"---+\s*$")
_NAME = re.compile(r"name\s*:\s*(.*\S)\s*$")
_KEYS = frozenset({"name", "title", "checks"})


def load(path: object) -> list[Draft]:
    """The exercises of a file, in order: `.yaml` and `.yml`, or Markdown (`.md`).

    Raises:
        InvalidArgument: it cannot be read, or something in it is no exercise; the message says
            which.
        EduWidgetsError: PyYAML is missing.
    """
    if not isinstance(path, str | Path):
        msg = f"path must be a file's, such as 'exercises.md', not {shown(path)}."
        raise InvalidArgument(msg)
    path = Path(path)
    if path.suffix.lower() not in _YAML | _MARKDOWN:
        msg = f"{path.name} is not read: exercises are written as Markdown (.md) or YAML (.yaml)."
        raise InvalidArgument(msg)
    try:
        text = content(path, "The file").decode("utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{path.name} cannot be read: it is no text in UTF-8."
        raise InvalidArgument(msg) from None
    written = _from_yaml if path.suffix.lower() in _YAML else _from_markdown
    found = list(written(text, path.name))
    if not found:
        raise InvalidArgument(f"{path.name}: there is no exercise in it.")
    names = [one.name for one in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidArgument(f"{path.name}: there are two exercises called {twice!r}.")
    return found


def _from_markdown(text: str, file: str) -> Iterator[Draft]:
    lines = LINE_BREAK.sub("\n", text).split("\n")
    begin = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[begin].startswith("# "):
        lines = lines[begin + 1 :]
    number = 0
    for part in _parts(lines):
        if any(line.strip() for line in part):
            number += 1
            yield _exercise(part, f"{file}, exercise {number}: ")


def _parts(lines: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not mark[2]:
            fence = ""
        if not fence and _RULE.match(line):
            yield part
            part = []
        else:
            part.append(line)
    yield part


def _exercise(lines: list[str], where: str) -> Draft:
    name, title, code, fence = "", [], [], ""
    for line in lines:
        mark, named = _FENCE.match(line), _NAME.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2]:
                fence = ""
            else:
                code.append(line)
        elif mark:
            fence = mark[1]
        elif named and not name:
            name = named[1]
        elif line.strip():
            title.append(line.strip(" #"))
    if not name:
        raise InvalidArgument(f"{where}its name is missing: a first line such as `name: clean`.")
    return draft(name, " ".join(title), "\n".join(code) if code else None, where)


def _from_yaml(text: str, file: str) -> Iterator[Draft]:
    try:
        yaml = import_module("yaml")
    except ImportError:
        msg = "Exercises in YAML need PyYAML: run %pip install pyyaml, or write them as Markdown."
        raise EduWidgetsError(msg) from None
    try:
        # Only strings: `no` or `12` stay what is written.
        found: Any = yaml.load(text, Loader=yaml.BaseLoader)  # it makes no objects
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"{file} is not valid YAML: {error}") from error
    if isinstance(found, dict) and len(found) == 1:
        found = found.get("exercises")
    if not isinstance(found, list):
        raise InvalidArgument(f"{file} has no list of exercises.")
    for number, one in enumerate(found, 1):
        where = f"{file}, exercise {number}: "
        unknown = sorted(set(one) - _KEYS) if isinstance(one, dict) else ["it"]
        if unknown:
            msg = f"{where}{unknown[0]!r:.40} is not known: there are name, title and checks."
            raise InvalidArgument(msg)
        yield draft(one.get("name"), one.get("title"), one.get("checks"), where)
