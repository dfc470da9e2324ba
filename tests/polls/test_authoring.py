"""Questions as people write them: calls, Markdown, YAML, cells."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.polls import files, markdown
from edu_widgets.polls.authoring import Question, choice_of, question
from edu_widgets.polls.magic import poll_cell, register
from edu_widgets.polls.widget import LivePolls
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument
from tests.in_memory.service import MIRA
from tests.inside import client_of
from tests.notebook.doubles import RecordingComm, as_client, name_bundles
from tests.polls.kernel import PollClient
from tests.polls.school import School

FILE = """# Week 3

seconds: 60
Which is **mutable**?

- [ ] tuple
- [x] list
- [ ] str

---

kind: predict
What does this print?

```python
- not an option
---
print([1] * 2)
```

1. `[1, 1]`
2. ```python
   [2]
   ```

---
kind: number
answer: 3.14
tolerance: 0.01
How much is pi?
---
kind: ordering
correct: 2, 1
Put in order:

Some text between.

* second
* first
"""


def test_a_markdown_file_has_several_questions() -> None:
    mutable, prints, pi, order = markdown.questions(FILE)
    assert mutable == Question(
        "Which is **mutable**?", ("tuple", "list", "str"), "single", (1,), seconds=60
    )
    assert prints.text.startswith("What does this print?\n\n```python\n- not an option\n---")
    assert prints.options == ("`[1, 1]`", "```python\n[2]\n```")
    assert (pi.kind, pi.correct, pi.tolerance, pi.options) == ("number", (3.14,), 0.01, ())
    assert (order.text, order.correct) == ("Put in order:\n\nSome text between.", (1, 0))


def test_a_cell_of_markdown() -> None:
    asked = markdown.one("Which?\n\n- a\n- b\n\n", kind="multiple", seconds=30)
    assert asked == Question("Which?", ("a", "b"), "multiple", seconds=30)
    several = markdown.one("Which two?\n- [x] a\n- [X] b\n- [ ] c")
    assert (several.kind, several.correct) == ("multiple", (0, 1))
    assert markdown.one("What is unclear?").kind == "text"
    # An intermediate list belongs to the question; the last one are the options.
    asked = markdown.one("Given\n- x\n- y\n\nwhich?\n- a\n- b")
    assert asked == Question("Given\n- x\n- y\n\nwhich?", ("a", "b"))
    assert markdown.one("?\n- `[x]` a\n- b").options == ("`[x]` a", "b")


YAML = """
polls:
  - question: Which?
    options: [tuple, 2, yes it is]
    answer: 2
    seconds: 45
  - question: One word?
    correct: 42
    anonymous: yes
  - question: How was the pace?
    kind: scale
    options: [slow, fast]
"""


def test_a_yaml_file(tmp_path: Path) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(YAML)
    which, word, pace = files.load(path)
    assert which == Question("Which?", ("tuple", "2", "yes it is"), correct=(1,), seconds=45)
    assert (word.kind, word.correct, word.anonymous) == ("text", ("42",), True)
    assert pace.options == ("slow", "", "", "", "fast")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.yaml", "- question: [", "not valid YAML"),
        ("a.yaml", "question: x", "no list of questions"),
        ("a.yaml", "- 5", "question 1"),
        ("a.yaml", "- {question: x, option: [a, b]}", "'option' is not known"),
        ("a.yaml", "- {question: x, options: a}", "is a list"),
        ("a.yaml", "- {question: x}\n- {question: y, options: [a]}", "question 2"),
        ("a.yaml", "- {question: x, seconds: soon}", "`seconds`"),
        ("a.yaml", "- {question: x, anonymous: perhaps}", "`anonymous`"),
        ("a.yaml", "- {question: 5}", "is a string"),
        ("a.yaml", "- !!python/object/apply:os.system ['true']", "not valid YAML"),
        ("a.md", "", "no question"),
        ("a.md", "x\n- a\n", "question 1"),
        ("a.md", "x\n---\nkind: auction\ny", "question 2"),
        ("a.md", "1?\n- a\n- b\n\n2?\n- c\n- d", "line 5: this looks like more than one question"),
        ("a.md", "## A\nx\n- a\n- b\n\n## B\ny\n- c\n- d", "line 6: .*divide questions by .*---"),
        ("a.md", "x\n- [ ] a\n- [x] b\n\ny\n- [x] c\n- [ ] d", "line 2: .*divide questions"),
        ("a.md", "answer: 9\nx\n- a\n- b", "no 9"),
    ],
)
def test_a_file_that_is_none_says_where(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidArgument, match=words) as caught:
        files.load(tmp_path / name)
    assert name in str(caught.value)


def test_a_question_may_have_a_list_of_its_own() -> None:
    asked = markdown.one("Given:\n- p\n- q\n\nWhat follows?\n- a\n- b")
    assert (asked.text, asked.options) == ("Given:\n- p\n- q\n\nWhat follows?", ("a", "b"))
    asked = markdown.one("Which?\n - p\n - q\n\nOr so?\n- a\n- b")
    assert (asked.text, asked.options) == ("Which?\n - p\n - q\n\nOr so?", ("a", "b"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="cannot be read"):
        files.load(tmp_path / "none.md")
    (tmp_path / "latin.md").write_bytes(b"\xe4?")
    with pytest.raises(InvalidArgument, match="cannot be read"):
        files.load(tmp_path / "latin.md")


def test_a_file_that_may_not_be_read_is_not_said_to_be_unwritable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text("x?")
    mine = PermissionError(errno.EACCES, "Permission denied")
    monkeypatch.setattr("edu_widgets.protocol.folders.os.open", Mock(side_effect=mine))
    with pytest.raises(InvalidArgument, match=r"read: this account may not read it\.$"):
        files.load(tmp_path / "a.md")


def test_without_pyyaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yml").write_text("[]")
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(EduWidgetsError, match="pip install pyyaml"):
        files.load(tmp_path / "a.yml")


@given(st.text(alphabet="ab \n-*1.[x]`#:", max_size=80))
def test_no_markdown_breaks_it(text: str) -> None:
    try:
        found = markdown.questions(text)
    except InvalidArgument:
        return
    assert all(one.text.strip() for one in found)


# -- in a call ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"text": 5}, "is a string"),
        ({"options": "ab"}, "not one string"),
        ({"kind": "auction"}, "no kind"),
        ({"correct": "c"}, "'a', 'b'"),
        ({"correct": 0}, "1 to 2"),
        ({"correct": True}, "number or its text"),
        ({"correct": []}, "missing"),
        ({"kind": "number", "options": (), "correct": "three"}, "not a number"),
        ({"tolerance": 1}, "tolerance"),
        ({"seconds": 1}, "5 to"),
    ],
)
def test_what_cannot_be_asked(arguments: dict[str, Any], words: str) -> None:
    whole: dict[str, Any] = {"text": "Which?", "options": ["a", "b"]} | arguments
    with pytest.raises(InvalidArgument, match=words):
        question(whole.pop("text"), **whole)


def test_options_that_are_no_strings_are_shown_as_python_writes_them() -> None:
    asked = question("What is it?", [[1, 2], "x", 3], kind="predict", correct="[1, 2]")
    assert (asked.options, asked.correct) == (("[1, 2]", "x", "3"), (0,))


def test_options_by_number_or_text() -> None:
    assert question("?", ["a", "b"], correct=2).correct == (1,)
    assert question("?", ["3", "1"], correct="1").correct == (1,), "a text, not a number"
    assert question("?", ["İki", "bir"], correct="IKI").correct == (0,)
    assert question("?", kind="scale").options == ("",) * 5
    assert choice_of("scale", [""] * 5, 5) == 4
    with pytest.raises(InvalidArgument):
        choice_of("single", ["A", "a"], "á")


# -- in a cell -------------------------------------------------------------------------------------


class Lesson:
    """A lesson as the magic knows one: it has polls."""

    def __init__(self, polls: LivePolls) -> None:
        self._held = polls

    @property
    def polls(self) -> LivePolls:
        return self._held


@pytest.fixture
def polls(school: School, comms: type[RecordingComm], monkeypatch: pytest.MonkeyPatch) -> LivePolls:
    name_bundles(monkeypatch)
    return LivePolls(as_client(PollClient(school, MIRA)))


CELL = "Which?\n\n- a\n- b\n"


def test_a_cell_asks(polls: LivePolls) -> None:
    shell = SimpleNamespace(user_ns={"lesson": Lesson(polls), "again": polls, "n": 5})
    shell.register_magic_function = lambda fn, **names: setattr(shell, names["magic_name"], fn)
    register(shell)
    poll = shell.poll("--seconds 60", CELL)
    assert (poll.question, poll.options, shell.user_ns["poll"]) == ("Which?", ["a", "b"], poll)
    assert shell.poll("lesson --as mine", CELL) is poll
    assert shell.user_ns["mine"] is poll
    assert shell.poll("--again", CELL) is not poll
    draft = shell.poll("--draft --kind multiple --anonymous", CELL)
    assert (draft.kind, draft.anonymous) == ("multiple", True)
    client = cast("PollClient", client_of(polls))
    client.settle()
    assert draft.state == "draft"


@pytest.mark.parametrize(
    ("line", "cell", "words"),
    [
        ("--kind auction", CELL, "auction"),
        ("--what", CELL, "%%poll: .*--what"),
        ("'", CELL, "^%%poll: "),
        ("nothing", CELL, "'nothing'"),
        ("", "", "question"),
        ("", "Which?\n- a", "options"),
    ],
)
def test_a_cell_that_asks_nothing(polls: LivePolls, line: str, cell: str, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        poll_cell(line, cell, {"lesson": Lesson(polls)})


def test_a_cell_needs_a_lesson(polls: LivePolls) -> None:
    class Tempting:
        @property
        def polls(self) -> None:
            return None

    with pytest.raises(InvalidArgument, match="no lesson yet"):
        poll_cell("", CELL, {"x": Tempting()})
