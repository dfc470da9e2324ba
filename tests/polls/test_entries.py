"""Questions of files and cells are asked as written, or are an error with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edu_widgets.polls import files, markdown
from edu_widgets.polls.authoring import Question
from edu_widgets.protocol.errors import InvalidArgument


def yaml(tmp_path: Path, text: str) -> Question:
    path = tmp_path / "a.yaml"
    path.write_text(text, "utf-8")
    (found,) = files.load(path)
    return found


@pytest.mark.parametrize(
    ("text", "kind", "correct"),
    [
        ("kind: text\nanswer: Hello, World\nWhat?", "text", ("Hello, World",)),
        ("kind: text\nanswer: 007\nWhat?", "text", ("007",)),
        ("kind: text\nanswer: no\nWhat?", "text", ("no",)),
        ("kind: text\nanswer: tea\nanswer: çay\nWhat?", "text", ("tea", "çay")),
        ("kind: number\nanswer: 12000\nWhat?", "number", (12000.0,)),
        ("kind: number\nanswer: 1_000\nanswer: 1e-3\nWhat?", "number", (1000.0, 0.001)),
        ("kind: number\nanswer: −3.5\nWhat?", "number", (-3.5,)),
        ("answer: 2\nWhat?\n- a\n- b", "single", (1,)),
        ("answer: b, c\nWhat?\n- a\n- b, c", "single", (1,)),
        ('answer: "3"\nWhat?\n- 2\n- 3\n- 4', "single", (1,)),
        ("kind: multiple\nanswer: 1, c\nWhat?\n- a\n- b\n- c", "multiple", (0, 2)),
        ("What?\n- [ ] 2\n- [ ] 3\n- [x] 4", "single", (2,)),
    ],
)
def test_what_is_written_in_markdown(text: str, kind: str, correct: tuple[Any, ...]) -> None:
    asked = markdown.one(text)
    assert (asked.text, asked.kind, asked.correct) == ("What?", kind, correct)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("kind: number\nanswer: 12,000\nWhat?", 3, "12000 or 12.000"),
        ("kind: number\nanswer: 3,14\nWhat?", 3, "314 or 3.14"),
        ("kind: number\nanswer: three\nWhat?", 3, "'three'"),
        ("kind: number\nanswer: 1.234,5\nWhat?", 3, "write 1234.5."),
        ("kind: number\nanswer: 1,234,567\nWhat?", 3, "write 1234567."),
        ("kind: number\ntolerance: 0,5\nWhat?", 3, "write 0.5."),
        ("kind: number\nanswer: 1e400\nWhat?", 3, "too large"),
        ("seconds：30\nWhat?\n- a\n- b", 2, "`seconds: 30`"),
        ("**seconds:** 30\nWhat?\n- a\n- b", 2, "`seconds: 30`"),
        ("seconds: 2\nWhat?\n- a\n- b", 2, "5 to 86,400"),
        ("What?\n- a\n-\n- b\n- c", 2, "option is empty"),
        ("What?\n```\nx = 1\n\n- a\n- b", 3, "no end"),
        ("What?\n- a\n- b\n---\nWhy?\n- c\n- d", 5, "one question"),
        ("kind: number\nanswer: 0.12345678901234567890\nWhat?", 3, "more digits"),
        ("kind: number\nanswer: nan\nWhat?", 3, "'nan'"),
        ("answer: 3\nMode?\n- 2\n- 3\n- 4", 2, "'3' or '4'"),
        ("time: 60\nWhat?\n- a\n- b", 2, "`seconds: 60`"),
        ("Seconds: 30\nWhat?\n- a\n- b", 2, "`seconds: 30`"),
        ("secnds: 30\nWhat?\n- a\n- b", 2, "`seconds: 30`"),
        ("**Kind**: number\nWhat?", 2, "`kind: number`"),
        ("seconds = 30\nWhat?\n- a\n- b", 2, "`seconds: 30`"),
        ("seconds: 1 min\nWhat?", 2, "'1 min'"),
        ("seconds: 30\nseconds: 60\nWhat?", 3, "twice"),
        ("anonymous: perhaps\nWhat?", 2, "yes or no"),
        ("kind: poll\nWhat?", 2, "'poll'"),
        ("What?\nseconds: 30\n- a\n- b", 3, "`seconds: 30`"),
        ("What?\n- a\n- b\nanswer: b", 5, "`answer: b`"),
        ("What?\na) one\nb) two", 4, "looks like an option"),
        ("What?\nA. 5\nB. 6", 4, "looks like an option"),
        ("What?\n• one\n• two", 4, "looks like an option"),
        ("What?\n[ ] one\n[x] two", 4, "looks like an option"),
        ("What?\n- a\n- b\nThink first.", 5, "text follows the list"),
        ("What?\n- [x] a\n- b", 4, "'b' has no box"),
        ("What?\n- [x]a\n- [ ]b", 3, "has no box"),
        ("answer: 1\nWhat?\n- [x] a\n- [ ] b", 2, "twice"),
        ("What?\n- a\n- a", 2, "look the same"),
    ],
)
def test_what_is_not_understood_says_where(text: str, line: int, words: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        markdown.one(text)
    assert f"line {line}: " in str(caught.value)
    assert words in str(caught.value)


def test_lines_count_from_the_beginning_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "week.md"
    path.write_text("# Week\n\nOne?\n- a\n- b\n---\nkind: number\nanswer: 3,1\nTwo?\n")
    with pytest.raises(InvalidArgument, match=r"week\.md, question 2, line 8: "):
        files.load(path)


@pytest.mark.parametrize(
    "text",
    [
        "Note: what does this print?",
        "kind: text\nGiven x = 3\na) one\nb) two",
        "Time: how long does a list of n items take to sort?",
        "What?\n\n```yaml\nseconds: 30\na) one\nb) two\n```",
    ],
)
def test_what_is_a_question_after_all(text: str) -> None:
    assert markdown.one(text).kind == "text"


def test_yaml_is_what_is_written(tmp_path: Path) -> None:
    options = "[yes, no, 0x10, 1_000, 12:30, null, 1.10, 007, '3']"
    asked = yaml(tmp_path, f"- question: What?\n  options: {options}\n  answer: no\n")
    assert asked.options == ("yes", "no", "0x10", "1_000", "12:30", "null", "1.10", "007", "3")
    assert asked.correct == (1,)
    for answer in ("no", "null", "007", "12:30", "Hello, World", "2020-01-01"):
        text = f"- question: What?\n  kind: text\n  answer: {answer}\n"
        assert yaml(tmp_path, text).correct == (answer,)
    several = "- question: What?\n  kind: text\n  answer: [tea, no]\n  anonymous: yes\n"
    assert yaml(tmp_path, several).correct == ("tea", "no")
    quoted = "- question: Mode?\n  options: [2, 3, 4]\n  correct: '3'\n"
    assert yaml(tmp_path, quoted).correct == (1,)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("- question: x\n  kind: number\n  answer: 12,000", 3, "12000 or 12.000"),
        ("- question: x\n  time: 60", 2, "Did you mean `seconds`?"),
        ("- question: x\n  seconds: 30\n  seconds: 60", 3, "twice"),
        ("- question: x\n  options:\n    - a: b\n    - c", 3, "in quotes"),
        ("- question: x\n  options: [2, 3, 4]\n  correct: 3", 3, "'3' or '4'"),
        ("- question: x\n  options: !!set {a, b}", 2, "is a list"),
        ("- question: 5", 1, "in quotes"),
        ("- options: [a, b]", 1, "`question` is missing"),
    ],
)
def test_yaml_that_is_not_understood(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        yaml(tmp_path, text)
    assert f"line {line}: " in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["q.csv", "q.xlsx", "q.json", "q.py"])
def test_other_files_are_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Which?\n- a\n- b\n")
    with pytest.raises(InvalidArgument, match="Markdown"):
        files.load(tmp_path / name)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\x0b", "\x85"], ids=ascii)
def test_lines_end_as_editors_end_them(end: str) -> None:
    asked = markdown.one(end.join(["seconds: 30", "What?", "", "- a", "- [b]"]))
    assert (asked.text, asked.options, asked.seconds) == ("What?", ("a", "[b]"), 30)


@pytest.mark.parametrize(
    "text", ["? [a, b]\n: c\n", "- ? [question]\n  : c\n", "- {? {a: b} : c}\n"]
)
def test_a_key_that_is_no_text_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidArgument, match="list"):
        yaml(tmp_path, text)


@pytest.mark.parametrize("path", ["\ud800.md", "a\0b.md", "x" * 5000])
def test_a_path_that_cannot_be_is_an_error(path: str) -> None:
    with pytest.raises(InvalidArgument, match=r"cannot be read|no path|is not read"):
        files.load(path)


def test_a_file_that_is_too_large_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"x" * 1024 * 1025)
    with pytest.raises(InvalidArgument, match="over a megabyte"):
        files.load(path)
