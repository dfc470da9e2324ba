"""Sets of questions in a file: YAML or Markdown."""

from __future__ import annotations

import errno
from importlib import import_module
from pathlib import Path
from typing import Any

from edu_widgets.polls import markdown
from edu_widgets.polls.authoring import Question
from edu_widgets.polls.entries import SETTINGS, Draft, Entry, fault, meant
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument
from edu_widgets.protocol.folders import read_file, words
from edu_widgets.protocol.validation import shown

_MAX_BYTES = 1024 * 1024
_YAML = frozenset({".yaml", ".yml"})
_MARKDOWN = frozenset({".md", ".markdown", ".txt", ""})
_TAG = "tag:yaml.org,2002:"


def load(path: object) -> list[Question]:
    """Return the questions of a file, in order: `.yaml` and `.yml`, or Markdown (`.md`).

    Raises:
        InvalidArgument: it cannot be read, or something in it is no question; the message says
            which, and in which line.
        EduWidgetsError: PyYAML is missing.
    """
    if not isinstance(path, str | Path):
        msg = f"path must be a file's, such as 'questions.md', not {shown(path)}."
        raise InvalidArgument(msg)
    path = Path(path)
    if path.suffix.lower() not in _YAML | _MARKDOWN:
        msg = f"{path.name} is not read: questions are written as Markdown (.md) or YAML (.yaml)."
        raise InvalidArgument(msg)
    text = _text_of(path)
    if path.suffix.lower() in _YAML:
        return _from_yaml(text, path.name)
    return markdown.questions(text, f"{path.name}, ")


def _text_of(path: Path) -> str:
    try:
        found = read_file(path, _MAX_BYTES)
    except OSError as error:
        if error.errno == errno.EFBIG:
            msg = f"{path.name} has over a megabyte: that is no set of questions."
            raise InvalidArgument(msg) from error
        raise InvalidArgument(f"{path.name[:200]} cannot be read: {words(error)}.") from error
    except ValueError as error:
        raise InvalidArgument(f"{str(path)[:200]!r} is no path of a file.") from error
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = found[: error.start].count(b"\n") + 1
        msg = f"{path.name} cannot be read: it is no text in UTF-8, as line {line} shows."
        raise InvalidArgument(msg) from error


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
        # Not loaded: `no`, `12:30` or `007` would become something else than what is written.
        found: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"{name} is not valid YAML: {error}") from error
    if _is(found, "map"):
        lists = [value for key, value in found.value if str(key.value) in {"polls", "questions"}]
        found = lists[0] if len(lists) == 1 else None
    if not _is(found, "seq") or not found.value:
        raise InvalidArgument(f"{name} has no list of questions.")
    where = (f"{name}, question {number}" for number in range(1, len(found.value) + 1))
    return [_draft(node, place).question() for node, place in zip(found.value, where, strict=True)]


def _draft(node: Any, where: str) -> Draft:
    if not _is(node, "map"):
        msg = "a question is a mapping with `question` and, mostly, `options`."
        raise fault(where, _line(node), _tagged(node) or msg)
    draft = Draft(where, Entry("", _line(node)))
    keys: dict[str, int] = {}
    for key_node, value in node.value:
        key, line = _scalar(where, key_node, "question").text, _line(key_node)
        if key in keys:
            raise fault(where, line, f"`{key}` is there twice.")
        keys[key] = line
        if key == "question":
            draft.text = _scalar(where, value, key)
            if value.style is None and not value.tag.startswith(f"{_TAG}str"):
                msg = f"`question` is a string: write it in quotes, as in '{value.value[:40]}'."
                raise fault(where, line, msg)
        elif key == "options":
            if not _is(value, "seq"):
                raise fault(where, line, "`options` is a list.")
            draft.options = [_scalar(where, one, "options") for one in value.value]
        elif key in SETTINGS:
            several = key in {"correct", "answer"} and _is(value, "seq")
            nodes = value.value if several else [value]
            entries = [_scalar(where, one, key) for one in nodes]
            # Nothing behind the colon is nothing that is said.
            draft.settings[key] = [one for one in entries if one.text or one.quoted]
        else:
            known = ", ".join(sorted({"question", "options", *SETTINGS}))
            near = meant(key)
            hint = f"Did you mean `{near}`? " if near else ""
            raise fault(where, line, f"{key!r:.40} is not known. {hint}There is {known}.")
    if "question" not in keys:
        raise fault(where, _line(node), "`question` is missing.")
    return draft


def _scalar(where: str, node: Any, name: str) -> Entry:
    tagged = _tagged(node)
    if tagged or not isinstance(node.value, str):
        msg = f"`{name}` has a text that YAML reads as a list or a mapping: write it in quotes."
        raise fault(where, _line(node), tagged or msg)
    return Entry(node.value, _line(node), quoted=node.style is not None)


def _is(node: Any, kind: str) -> bool:
    return node is not None and node.tag == f"{_TAG}{kind}"


def _tagged(node: Any) -> str:
    """Return the error of a node that tells its own type."""
    plain = node.tag.startswith(_TAG) and "/" not in node.tag.removeprefix(_TAG)
    return "" if plain else f"this is not valid YAML for questions: {node.tag[:80]!r}."


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
