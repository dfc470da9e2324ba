"""The board in a kernel, on the real rules: checks, reports, hints, and what pages see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.progress import magic
from edu_widgets.progress.page_content import group_id
from edu_widgets.progress.widget import ProgressBoard
from edu_widgets.protocol.errors import Forbidden, InvalidArgument
from edu_widgets.service.rules import Person
from tests.in_memory.service import MIRA
from tests.inside import content_of
from tests.progress.course import ADA, BO, PEOPLE, Course, Kernel

pytestmark = pytest.mark.usefixtures("named_bundles")

CHECKS = {"two rows": "len(df) == 2", "no gaps": "None not in df"}


class Said:
    """The statuses of people, as presence would tell them."""

    documents = "status"

    def __init__(self, **stuck: int) -> None:
        self.words = {id_.replace("_", "-"): ("stuck", at) for id_, at in stuck.items()}
        self.said_here: list[str | None] = []

    def said(self) -> dict[str, tuple[str, int]]:
        return self.words

    def say(self, status: str | None) -> None:
        self.said_here.append(status)
        self.words[ADA.id] = (status or "", 0)

    def raise_hand(self, note: str) -> None:
        self.said_here.append(note)


def board(course: Course, person: Person, said: Said | None = None) -> tuple[ProgressBoard, Kernel]:
    kernel = Kernel(course, person)
    return ProgressBoard(kernel, [said] if said is not None else []), kernel


def settle(*kernels: Kernel) -> None:
    for _ in range(2):
        for kernel in kernels:
            kernel.advance(3)
            kernel.settle()
            kernel.advance(3)


def given(course: Course) -> tuple[ProgressBoard, Kernel, ProgressBoard, Kernel]:
    """Mira's board with an exercise, and Ada's."""
    mira, desk = board(course, MIRA)
    mira.exercise("clean", "Clean the table", CHECKS)
    ada, kernel = board(course, ADA)
    settle(desk, kernel)
    return mira, desk, ada, kernel


def test_an_exercise_is_given_and_read(course: Course) -> None:
    mira, _, ada, _ = given(course)
    assert repr(mira["clean"]) == "Exercise('clean', 'Clean the table', 2 checks)"
    assert ada["clean"].checks == ["two rows", "no gaps"]
    assert ada["clean"].code == "two_rows: len(df) == 2\nno_gaps: None not in df"
    with pytest.raises(Forbidden):
        ada.exercise("mine")
    with pytest.raises(InvalidArgument, match="there is clean"):
        ada["cleen"]


def test_an_exercise_is_there_as_soon_as_it_is_given(course: Course) -> None:
    mira, desk = board(course, MIRA)
    mira.exercise("clean", "Clean the table", CHECKS)
    mira.exercise("clean", "Clean it", CHECKS, counts=True)
    assert (mira["clean"].title, mira["clean"].checks) == ("Clean it", list(CHECKS))
    assert (len(mira), [one.name for one in mira.exercises]) == (1, ["clean"])
    settle(desk)
    assert [one.title for one in mira] == ["Clean it"]


def test_own_checks_are_run_and_reported_without_values(course: Course) -> None:
    mira, desk, ada, kernel = given(course)
    code = "assert len(df) == 2\nassert df[0] == 'x', f'got {df[0]}'"
    results = ada.check("clean", code, {"df": ["hunter2", 1]})
    assert [result.state for result in results] == ["passed", "failed"]
    assert str(results[1].error) == "got hunter2"
    settle(kernel, desk)
    [standing] = mira.people
    assert (standing.passed, standing.checks, standing.failed_check) == (1, 2, "no gaps")
    assert (standing.error, standing.message) == ("AssertionError", "got …")
    assert b"hunter2" not in course.ever_told(MIRA) + course.ever_told(ADA)
    assert ada.mine == [standing]


def test_runs_in_a_row_are_one_command_and_all_are_counted(course: Course) -> None:
    mira, desk = board(course, MIRA)
    for n in range(40):
        mira.exercise(f"e{n}", checks="n > 0")
    ada, kernel = board(course, ADA)
    settle(desk, kernel)
    for n in range(40):
        ada.check(f"e{n}", "n > 0", {"n": n})
        ada.check(f"e{n}", "n > 0", {"n": n})
    kernel.advance(3)
    [told] = kernel.sent("report_progress")
    assert len(told["results"]) == 40
    settle(kernel, desk)
    assert len(mira.people) == 40
    assert {one.attempts for one in mira.people} == {2}
    assert sum(one.done for one in mira.people) == 39


def test_runs_while_offline_replace_the_report_that_waits(course: Course) -> None:
    mira, desk, ada, kernel = given(course)
    for n in range(3):
        ada.check("clean", "n == 2\nTrue", {"n": n})
        kernel.advance(3)
    settle(kernel, desk)
    [standing] = mira.people
    assert (standing.attempts, standing.done) == (3, True)


def test_what_is_run_before_the_exercise_is_there_is_told_once_it_is(course: Course) -> None:
    ada, kernel = board(course, ADA)
    ada.check("clean", "True", {})
    settle(kernel)
    assert kernel.sent("report_progress") == []
    mira, desk = board(course, MIRA)
    mira.exercise("clean")
    settle(desk, kernel, desk)
    assert [one.name for one in mira.people] == ["Ada"]


def test_done_is_said_and_taken_back_and_stuck_is_never_said(course: Course) -> None:
    mira, desk = board(course, MIRA)
    mira.exercise("a", checks="n")
    mira.exercise("b", checks="n")
    said = Said()
    ada, kernel = board(course, ADA, said)
    settle(desk, kernel)
    ada.check("a", "n", {"n": 0})
    assert said.said_here == []
    ada.check("a", "n", {"n": 1})
    ada.check("a", "n", {"n": 1})
    ada.check("b", "n", {"n": 0})
    assert said.said_here == ["done", None]


def failing(course: Course, kernels: list[Kernel] | None = None) -> None:
    for n, person in enumerate(PEOPLE[:7]):
        message = "'temp'" if n < 5 else "other"
        failure = {"check": 1, "type": "KeyError", "message": message}
        course.report(person, "pf", failures=[failure])


def test_failures_are_grouped_and_get_one_hint(course: Course) -> None:
    mira, desk, ada, kernel = given(course)
    failing(course)
    settle(desk, kernel)
    first, second = mira.failures
    assert repr(first) == "5 in clean, no gaps: KeyError: 'temp'"
    assert len(second.people) == 2
    _ = first.hint("Look at `df.columns`")
    settle(desk, kernel)
    assert ada.unread == 1
    assert mira.unread == 0
    course.report(ADA, "pp")
    settle(desk)
    content = content_of(mira).groups()
    shown = {id_: content_of(mira).read("groups", [id_])[0][0] for id_ in content}
    assert shown[group_id(first.failing.group)]["hint"][1:] == [1, 5]
    assert ada.failures == []


def test_a_hint_to_nobody_is_refused_by_a_sentence(course: Course) -> None:
    mira, desk, _, _ = given(course)
    failing(course)
    settle(desk)
    [first, *_] = mira.failures
    for person in PEOPLE[:7]:
        course.report(person, "pp")
    settle(desk)
    with pytest.raises(InvalidArgument, match="reach nobody"):
        _ = first.hint("Look")
    with pytest.raises(InvalidArgument, match="reach nobody"):
        _ = mira.hint_group("unknown", "Look")


def test_hidden_names_leave_no_person_and_no_small_group(course: Course) -> None:
    mira, desk, _, _ = given(course)
    failing(course)
    settle(desk)
    mira.hide_names = True
    told = {name: list(window.docs) for name, window in content_of(mira).windows().items()}
    assert told["people"] == []
    [group] = told["groups"]
    assert (group["people"], group["message"], group["check"]) == (5, "…", "")
    text = json.dumps(told)
    assert "temp" not in text
    assert "Ada" not in text


def test_a_student_is_told_of_nobody_else(course: Course) -> None:
    _, desk, ada, kernel = given(course)
    failing(course)
    settle(desk, kernel)
    told = {name: list(window.docs) for name, window in content_of(ada).windows().items()}
    assert (told["people"], told["groups"]) == ([], [])
    assert "Bo" not in json.dumps(told)
    [exercise] = told["exercises"]
    assert (exercise["results"], exercise["attempts"]) == ("pf", 1)
    assert "class" not in exercise


def test_a_row_says_who_is_stuck_and_who_makes_no_progress(course: Course) -> None:
    mira, desk = board(course, MIRA, Said(u_ada=0))
    mira.exercise("clean", "Clean", CHECKS)
    settle(desk)
    failing(course)
    settle(desk)
    rows = {row["id"]: row for row in content_of(mira).windows()["people"].docs}
    assert rows[ADA.id]["cells"] == [[1, 2]]
    assert "stuck" in rows[ADA.id]
    assert "stuck" not in rows[BO.id]
    assert "idle" in rows[BO.id]
    counts = mira["clean"].counts
    assert counts == {"done": 0, "stuck": 1, "working": 6, "none": 0}


def test_a_table_of_everybody(course: Course) -> None:
    mira, desk, _, _ = given(course)
    failing(course)
    settle(desk)
    lines = mira.to_csv().splitlines()
    assert lines[0].startswith("exercise,title,name,user,passed,checks,done,attempts,last_run")
    assert len(lines) == 8
    assert "clean,Clean the table,Ada,u-ada,1,2,False,1," in lines[1]
    assert len(mira.to_dataframe()) == 7


def test_names_are_no_formulas_in_the_csv(course: Course) -> None:
    mira, desk, _, _ = given(course)
    course.report(Person("u-x", "=1+1", "student"), "p")
    settle(desk)
    assert "'=1+1" in mira.to_csv()


def test_events_are_told_once(course: Course) -> None:
    mira, desk, _, _ = given(course)
    heard: list[str] = []
    mira.on("done", lambda standing: heard.append(standing.name))
    course.report(ADA, "pp")
    settle(desk)
    course.report(ADA, "pp")
    settle(desk)
    assert [args[1].name for args in desk.called] == ["Ada"]


# -- files -----------------------------------------------------------------------------

MARKDOWN = """# Weather

name: load
Load the file

---

name: clean
Clean the table

```python
two_rows: len(df) == 2
assert None not in df, "no gaps"
---
```
"""


def test_exercises_of_a_file(course: Course, tmp_path: Path) -> None:
    mira, desk = board(course, MIRA)
    path = tmp_path / "exercises.md"
    path.write_text(MARKDOWN.replace("---\n```", "```"), "utf-8")
    mira.load(path)
    (tmp_path / "more.yaml").write_text(
        "- name: '3'\n  title: no\n  checks:\n    five rows: len(df) == 5\n", "utf-8"
    )
    mira.load(tmp_path / "more.yaml")
    settle(desk)
    assert [(one.name, one.title, one.checks) for one in mira] == [
        ("load", "Load the file", []),
        ("clean", "Clean the table", ["two rows", "no gaps"]),
        ("3", "no", ["five rows"]),
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.md", "Load the file", "its name is missing"),
        ("a.md", "name: a\n```\nif\n```", "no Python, line 1"),
        ("a.md", "name: a b\n", "cannot be an exercise's name"),
        ("a.md", "name: a\n---\nname: a", "two exercises called 'a'"),
        ("a.md", "", "no exercise in it"),
        ("a.yaml", "a: [", "not valid YAML"),
        ("a.yaml", "- nme: x", "'nme' is not known"),
        ("a.yaml", "- name: x\n  checks: {a: 'x = 1'}", "no Python|no expression"),
        ("a.pdf", "", "is not read"),
    ],
)
def test_what_is_no_file_of_exercises(
    course: Course, tmp_path: Path, name: str, text: str, said: str
) -> None:
    mira, _ = board(course, MIRA)
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(InvalidArgument, match=said):
        mira.load(tmp_path / name)
    assert len(mira) == 0


@pytest.mark.parametrize(
    "checks", [5, b"x", {"a": 5}, {"": "x"}, {"a": "x = 1"}, {"a": "x\ny"}, ["", {}], "if"]
)
def test_what_cannot_be_checks(course: Course, checks: Any) -> None:
    mira, _ = board(course, MIRA)
    with pytest.raises(InvalidArgument):
        mira.exercise("clean", "Clean", checks)
    assert len(mira) == 0


# -- the magic -------------------------------------------------------------------------


class Shell:
    """An IPython shell, as far as a magic needs it."""

    def __init__(self, **variables: Any) -> None:
        self.user_ns = variables
        self.shown: list[str] = []

    def showtraceback(self, of: tuple[Any, BaseException, Any]) -> None:
        self.shown.append(f"{of[0].__name__}: {of[1]}")


def test_own_checks_of_a_cell(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    _, desk, ada, kernel = given(course)
    shell = Shell(progress=ada, df=[1, None])
    magic.check("clean", "two_rows: len(df) == 2\ngaps: df['x']\nlate: True", shell)
    assert capsys.readouterr().out == (
        "Clean the table: 2 of 3\n  ✓ two rows\n  ✗ gaps\n  ✓ late\n"
    )
    assert shell.shown == ["TypeError: list indices must be integers or slices, not str"]
    settle(kernel, desk)


def test_anothers_checks_run_only_once_they_were_shown(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    mira, desk, ada, kernel = given(course)
    shell = Shell(progress=ada, df=[1, 2])
    magic.check("clean", None, shell)
    told = capsys.readouterr().out
    assert "two_rows: len(df) == 2" in told
    assert "Run the cell again" in told
    assert "✓" not in told
    magic.check("clean", None, shell)
    told = capsys.readouterr().out
    assert told.startswith("# Clean the table\ntwo_rows: len(df) == 2")
    assert "✓ two rows" in told
    mira.exercise("clean", "Clean the table", {"two rows": "spy(df)"})
    settle(desk, kernel)
    magic.check("clean", None, shell)
    told = capsys.readouterr().out
    assert "spy(df)" in told
    assert "✗" not in told, "what was changed is shown again, and not run"


@pytest.mark.parametrize(
    ("line", "said"),
    [("", "needs an exercise's name"), ("clean a b", "needs"), ("gone", "no exercise 'gone'")],
)
def test_what_the_magic_cannot_do(course: Course, line: str, said: str) -> None:
    _, _, ada, _ = given(course)
    with pytest.raises(InvalidArgument, match=said):
        magic.check(line, None, Shell(progress=ada))
    with pytest.raises(InvalidArgument, match="no lesson yet"):
        magic.check("clean", "True", Shell())


def test_an_instructors_own_run_is_told_to_nobody(course: Course) -> None:
    mira, desk, _, _ = given(course)
    results = mira.check("clean", "True", {})
    settle(desk)
    assert [result.state for result in results] == ["passed"]
    assert mira.people == []
