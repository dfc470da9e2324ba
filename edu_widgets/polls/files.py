"""Sets of questions in a file: YAML or Markdown."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from edu_widgets.polls import markdown
from edu_widgets.polls.authoring import Question, from_mapping
from edu_widgets.protocol.arguments import shown
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument
from edu_widgets.protocol.folders import reason

_MAX_BYTES = 1024 * 1024


def load(path: object) -> list[Question]:
    """The questions of a file, in order: `.yaml` and `.yml`, or Markdown.

    Raises:
        InvalidArgument: it cannot be read, or something in it is no question; the message says
            which.
        EduWidgetsError: PyYAML is missing.
    """
    if not isinstance(path, str | Path):
        msg = f"path must be a file's, such as 'questions.md', not {shown(path)}."
        raise InvalidArgument(msg)
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InvalidArgument(f"{path.name} has over a megabyte: that is no set of questions.")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no text in UTF-8"
        raise InvalidArgument(f"{path.name} cannot be read: {why}.") from error
    if path.suffix.lower() in {".yaml", ".yml"}:
        return _from_yaml(text, path.name)
    return markdown.questions(text, f"{path.name}, ")


def _from_yaml(text: str, name: str) -> list[Question]:
    try:
        yaml = import_module("yaml")
    except ImportError:
        msg = (
            "A set of questions in YAML needs PyYAML: run %pip install pyyaml, or write "
            "it as Markdown."
        )
        raise EduWidgetsError(msg) from None
    try:
        found: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"{name} is not valid YAML: {error}") from error
    if isinstance(found, dict):
        found = found.get("polls", found.get("questions"))
    if not isinstance(found, list) or not found:
        raise InvalidArgument(f"{name} has no list of questions.")
    return [from_mapping(one, f"{name}, question {n}") for n, one in enumerate(found, 1)]
