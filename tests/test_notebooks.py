"""The lessons' notebooks run from top to bottom, without a browser, and leave no process.

Where a lesson waits for the class, the class is here: students join by the lesson's invite and
act before a cell is run, as they would while the instructor waits.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.polls import files
from edu_widgets.polls.authoring import Question
from edu_widgets.presence.people import RaisedHand
from edu_widgets.service import launch
from tests.base_service import Running, Variants
from tests.conftest import ROOT
from tests.kernels import Students, data_folder, invite, running_kernel, shown
from tests.waiting import PATIENCE, wait_until

NOTEBOOKS = ROOT / "notebooks"

Act = Callable[[], object] | str
"""What somebody does in class; or as text, what the instructor's kernel has to see by then."""

Acts = Mapping[str, Sequence[Act]]
"""What happens in class before the cell with this id is run."""


@contextmanager
def executed(name: str, acts: Acts | None = None) -> Iterator[nbformat.NotebookNode]:
    """The notebook after its last cell; its kernel lives until the block ends.

    It is run in a copy of the folder, since lessons write files.
    """
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    acts = acts or {}
    assert set(acts) <= {cell.id for cell in notebook.cells}
    folder = Path(os.environ["EDU_WIDGETS_DATA_DIR"]) / "notebooks"
    shutil.copytree(NOTEBOOKS, folder, dirs_exist_ok=True)
    with running_kernel(notebook, folder) as kernel:
        for index, cell in enumerate(notebook.cells):
            for act in acts.get(cell.id, ()):
                if isinstance(act, str):
                    kernel.until(act, index)
                else:
                    act()
            kernel.run(cell, index)
        yield notebook


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Iterator[Path]:
    """A data folder of this test's own, and no process that is left after it."""
    del bundles
    with data_folder(tmp_path, monkeypatch) as folder:
        yield folder


def outputs(notebook: nbformat.NotebookNode) -> str:
    return "\n".join(shown(cell) for cell in notebook.cells)


def output(notebook: nbformat.NotebookNode, id_: str) -> str:
    """The output of a cell, as text."""
    return shown(next(cell for cell in notebook.cells if cell.id == id_))


def written_html(notebook: nbformat.NotebookNode, id_: str) -> str:
    """The output of a cell, as HTML."""
    cell = next(cell for cell in notebook.cells if cell.id == id_)
    return "\n".join(str(one.get("data", {}).get("text/html", "")) for one in cell.outputs)


def test_both_sides_of_the_first_lesson(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with executed("first-lesson-instructor.ipynb") as mira:
        assert "Students join with: http://127.0.0.1:" in outputs(mira)
        assert "[1, 2, 3, 4]" in outputs(mira)
        assert "Counter({'Mira': 1})" in outputs(mira)
        monkeypatch.setenv("EDU_WIDGETS_INVITE", invite(course))
        with executed("first-lesson-student.ipynb") as ada:
            assert "[1, 2, 3, 4] [1, 2, 3, 4, 5]" in outputs(ada)


def test_both_sides_of_exercises(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def works() -> None:
        monkeypatch.setenv("EDU_WIDGETS_INVITE", invite(course))
        acts: Acts = {
            "look": ["len(lesson.progress) == 2"],
            "mine": ["sum(one.done for one in lesson.progress.mine) == 2"],
        }
        with executed("exercises-student.ipynb", acts) as ada:
            assert "Load the readings: 2 of 2" in output(ada, "check-load")
            assert "Run the cell again" in output(ada, "look")
            assert "✓" not in output(ada, "look")
            assert "Leave out what is missing: 3 of 3" in output(ada, "check-clean")

    acts: Acts = {
        "failures": [works, "sum(one.done for one in lesson.progress.people) == 2"],
    }
    with executed("exercises-instructor.ipynb", acts) as mira:
        assert output(mira, "failures") == "[]"
        assert output(mira, "counts") == "{'load': 1, 'clean': 1}"


def test_a_class_follows_code_and_plots(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def follows() -> None:
        monkeypatch.setenv("EDU_WIDGETS_INVITE", invite(course))
        acts: Acts = {"last": ["any(o.picture for cell in lesson.cells for o in cell.outputs)"]}
        with executed("cells-student.ipynb", acts) as ada:
            (image,) = next(cell for cell in ada.cells if cell.id == "picture").outputs
            assert image.data["image/png"].startswith("iVBORw0KGgo")
            book = nbformat.read(course / "notebooks/from-the-lesson.ipynb", as_version=4)
            sources = [cell.source for cell in book.cells]
            assert "private" not in "".join(sources)
            assert any("image/png" in output.data for output in book.cells[-1].outputs)

    shared = "[cell.status for cell in lesson.cells] == ['ok'] * 3"
    with executed("cells-instructor.ipynb", {"shared": [shared, follows]}) as mira:
        assert output(mira, "shared").count("ok") == 3
        assert (course / "notebooks/look-before-you-compute.ipynb").exists()


@pytest.mark.nightly
def test_a_lesson_is_drawn_over_a_figure(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def marks() -> None:
        monkeypatch.setenv("EDU_WIDGETS_INVITE", invite(course))
        drawn = "lesson.board.strokes[-1].state == 'sent'"
        acts: Acts = {"mark": ["len(lesson.board.pens) == 1"], "again": [drawn]}
        with executed("board-student.ipynb", acts) as ada:
            assert "('Mira', 'sticky'), ('Ada', 'ellipse')" in output(ada, "again")

    with Students(course, "Ada") as students:
        # The student is there before the pen is given.
        there = "len(lesson.board.strokes) == 2"
        acts: Acts = {"pen": [lambda: students.lessons], "marked": [marks, there]}
        with executed("board-instructor.ipynb", acts) as mira:
            kept = {id_: output(mira, id_) for id_ in ("pen", "marked", "turns", "save")}
        assert kept["pen"] == "['Ada']"
        assert kept["marked"] == "[('ellipse', 'blue', (220.0, 90.0))]"
        assert kept["turns"] == "(1.91, 4.37)"
        assert kept["save"] == r"(True, b'\x89PNG')"
        assert (course / "notebooks/turns.svg").stat().st_size > 10_000


def test_an_instructor_rehearses_alone(course: Path) -> None:
    acts: Acts = {
        "answer-send": ["len(lesson.chat.questions) == 1"],
        "take": ["lesson.people.hands[0].user_name == 'Robin'"],
        "solve": ["lesson.people.hands[0].taken_by == 'Mira'"],
        "projector": ["not lesson.people.hands"],
        "poll-close": ["poll.results().people.sum() == 1"],
        "notify-pane": ["lesson.notifications.items"],
    }
    with executed("instructor-tour.ipynb", acts) as tour:
        assert "as instructor" in written_html(tour, "host")
        assert "[1, 2, 1, 2]  (correct)" in output(tour, "poll-freeze")
        assert "1  [1, 2, 1, 2]" in output(tour, "poll-freeze")
        assert '1,2,"[1, 2, 1, 2]",1,1.0,True' in output(tour, "export-results")
        assert output(tour, "export-open") == "[]"
        assert output(tour, "status").startswith("Live over websocket")
        said = json.loads((course / "notebooks/rehearsal-chat.json").read_text("utf-8"))
        assert [message["user_name"] for message in said] == ["Robin", "Robin", "Mira"]
    # None of it is in the real course.
    assert [path.name for path in (course / "services").iterdir()] == ["rehearsal"]


@pytest.mark.usefixtures("course")
def test_the_rehearsal_runs_through_in_one_go() -> None:
    with executed("instructor-tour.ipynb") as tour:
        assert "(correct)" in output(tour, "poll-freeze")


@pytest.fixture
def mira(course: Path) -> Iterator[edu.Lesson]:
    """The instructor of a course, in this process."""
    about = launch.start("py101", folders.service_folder("py101"))
    with edu.host("py101", name="Mira").wait_connected(PATIENCE) as lesson:
        yield lesson
    launch.stop(about)


def test_a_student_learns_the_tool(mira: edu.Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDU_WIDGETS_INVITE", mira.invite)
    poll = mira.polls.ask("Ready?", ["No", "Yes"]).wait()
    acts: Acts = {
        "vote-cast": ["lesson.polls.current is not None"],
        "help-fixed": [lambda: wait_until(lambda: mira.people.hands, "the hand is up")],
    }
    hands: list[RaisedHand] = []
    mira.people.on("hand", hands.append)
    with executed("student-tour.ipynb", acts) as tour:
        (hand,) = hands
        assert (hand.user_name, hand.note) == ("Ada", "I wanted 7.")
        assert "price + 4" in hand.traceback
        assert "TypeError" in hand.traceback
        wait_until(lambda: poll.answered == 1, "the vote is counted")
        wait_until(lambda: not mira.people.hands, "the hand is down again")
        wait_until(lambda: [n.user_name for n in mira.notes.shared] == ["Ada"], "a note is shared")
        wait_until(lambda: mira.people.counts["done"] == 1, "Ada is done")
        (question,) = mira.chat.questions
        assert question.answered_by == "Ada"
        assert any("sum([0.1] * 10)" in message.content for message in mira.chat.messages)
        assert output(tour, "help-fixed") == "7"


def test_a_class_votes_discusses_and_votes_again(course: Path) -> None:
    with Students(course, "Ada", "Bo", "Cy", "Dee") as students:
        names = "a = a + [5]"
        acts: Acts = {
            "q1-close": [students.vote(names, 1, 2, 3, 1)],
            "q1-suggestion": ["names.results().people.sum() == 4"],
            "q1-close-again": [students.vote(names, 2, 2, 3, 2, round_=2)],
            "q2-close": [students.vote("basket", 1, 2, 3, 4)],
            "q4-close": [students.vote("grid", 4, 4, 4, 4)],
            "q4-suggestion": ["rows.results().people.sum() == 4"],
            "freeze": ["names.state == 'revealed'"],
        }
        with executed("live-polls-references.ipynb", acts) as lesson:
            assert "explain" in output(lesson, "q1-suggestion").lower()  # one of four was right
            assert "move on" in output(lesson, "q4-suggestion").lower()
            kept = output(lesson, "freeze")
            one, two = kept.split("Round 2: 4 answered")
            assert "Round 1: 4 answered" in one
            assert "1  [1, 2, 3, 4]  (correct)" in one
            assert "3  [1, 2, 3, 4]  (correct)" in two
            assert "Round 1 → 2" in written_html(lesson, "freeze")
            assert "Ada" not in kept
            ran = [output(lesson, f"q{number}-run").strip() for number in range(1, 5)]
            poll = students.lessons[0].polls.history[0]
            assert poll.correct == 2
            assert poll.options[1].strip("`") == ran[0]
    right = [right_options(one) for one in questions("references.md")]
    assert right == [[printed] for printed in ran], "what is marked is what Python prints"


@pytest.mark.usefixtures("course")
def test_references_run_alone() -> None:
    with executed("live-polls-references.ipynb") as lesson:
        assert "0  [1, 2, 3, 4]  (correct)" in output(lesson, "freeze")


def test_missing_data_with_a_class_that_computes(course: Path) -> None:
    with Students(course, "Ada", "Bo", "Cy") as students:
        acts: Acts = {
            "show": [lambda: students.find("read_csv")],
            "q1-close": [students.vote("s.mean()", 3, 3, 1)],
            "q3-close": [students.vote("Harbour", 0.95, 0.76, 0.954)],
            "hands": [students.stuck("ValueError: my last line"), "lesson.people.hands"],
            "after-results": ["mean.answered == 3 and rain.state == 'revealed'"],
        }
        with executed("missing-data-pandas.ipynb", acts) as lesson:
            assert "<Poll 'What does this print?" in output(lesson, "after-results")
            assert "revealed, round 1, 3 answered" in output(lesson, "after-results")
            assert "Ada · Please help" in output(lesson, "hands")
            assert "ValueError: my last line" in output(lesson, "hands")
            assert "7.18" in output(lesson, "solution-run")
            assert "4.13" in output(lesson, "solution-run")
            bo = students.lessons[1]
            wait_until(lambda: "5 minutes left" in titles(bo), "the warning has come")
            assert len(bo.chat.pinned) == 2
            found = bo.polls.history[2].results()
            right = {row.answer: bool(row.correct) for row in found.itertuples()}
            assert right == {0.76: False, 0.95: True, 0.954: True}
    mean, kept, rain, line, groups = questions("missing-data.md")
    ran = output(lesson, "q1-run").split()[0]
    assert [ran] == right_options(mean)
    assert output(lesson, "q2-run").startswith(f"({kept.correct[0]:g},")
    assert output(lesson, "q3-run").split()[0] == f"{rain.correct[0]:g}"
    assert output(lesson, "q4-run").split()[:1] == right_options(line)
    assert output(lesson, "q5-run").split()[:1] == right_options(groups)


@pytest.mark.usefixtures("course")
def test_missing_data_runs_alone() -> None:
    with executed("missing-data-pandas.ipynb") as lesson:
        assert "0 answered" in output(lesson, "after-results")


def test_broadcasting_with_a_class_that_gets_stuck(course: Path) -> None:
    error = "ValueError: operands could not be broadcast together with shapes (4,2) (4,)"
    with Students(course, "Ada", "Bo", "Cy") as students:
        acts: Acts = {
            "q1-close": [students.vote("shape of `a + b`", 1, 4, 4)],
            "q1-suggestion": ["shape.results().people.sum() == 3"],
            "q1-close-again": [students.vote("shape of `a + b`", 1, 1, 1, round_=2)],
            "q3-close": [students.vote("shape `(3, 3)`", 1, 3, 2)],
            "q4-close": [students.vote("1,000 numbers", 1_000_000, 2000, 1e6)],
            "hands": [students.stuck(error), "lesson.people.hands"],
        }
        with executed("broadcasting-numpy.ipynb", acts) as lesson:
            assert "discuss" in output(lesson, "q1-suggestion")
            assert error in output(lesson, "hands")
            assert "(4,3) (4,)" in failure(lesson)
            assert output(lesson, "check") == "array([0., 0., 0., 0.])"
            assert "[ 5.  ,  0.  ,  5.  ,  3.16]" in output(lesson, "solution-run")
            ada = students.lessons[0]
            polls = {poll.question: poll for poll in ada.polls.history}
            (first,) = (poll for text, poll in polls.items() if "a + b`" in text)
            wait_until(lambda: first.state == "revealed", "the first question is revealed")
            shares = first.results().query("option == 1")["share"].round(2).tolist()
            assert shares == [0.33, 1.0]
    shape, rule, _, outer = questions("broadcasting.md")
    assert [output(lesson, "q1-run")] == right_options(shape)
    assert right_options(rule) == ["(8, 7, 6)"]
    assert output(lesson, "memory").split()[0] == f"{outer.correct[0]:.0f}"


@pytest.mark.usefixtures("course")
def test_broadcasting_runs_alone() -> None:
    with executed("broadcasting-numpy.ipynb") as lesson:
        assert "8.0 MB" in output(lesson, "memory")


@pytest.mark.usefixtures("course")
def test_connecting_to_a_service_of_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with Running(Variants(token="s3cret", own_types=frozenset({"grade_request"}))) as service:
        monkeypatch.setenv("EDU_WIDGETS_URL", service.url)
        monkeypatch.setenv("EDU_WIDGETS_TOKEN", "s3cret")
        monkeypatch.setenv("EDU_WIDGETS_USER_ID", "ada")
        monkeypatch.setenv("EDU_WIDGETS_COURSE", "py101")
        with executed("connecting-to-your-platform.ipynb") as notebook:
            assert output(notebook, "cell-03").startswith("Live over websocket")
            assert output(notebook, "cell-07") == "'done'"
            assert "Ada: Hello from a notebook" in output(notebook, "cell-09")
            assert output(notebook, "cell-12") == "6"
            assert output(notebook, "cell-14").strip(), "what cannot be done is said"
            assert output(notebook, "own-send") == "'done'"
            assert output(notebook, "cell-16").startswith("Closed")
        said = [message["content"] for message in service.messages("course:py101")]
        assert said == [
            "Hello from a notebook: `1 + 1` is still 2.",
            "Words are counted from here on",
        ]


def questions(name: str) -> list[Question]:
    return files.load(NOTEBOOKS / "questions" / name)


def right_options(question: Question) -> list[str]:
    """The right options as Python would print them."""
    return [question.options[int(one)].strip("`") for one in question.correct]  # type: ignore[arg-type]


def titles(lesson: edu.Lesson) -> list[str]:
    return [item.title for item in lesson.notifications.items]


def failure(notebook: nbformat.NotebookNode) -> str:
    """The texts of the errors in a notebook that belong to the lesson."""
    return "\n".join(
        one.evalue
        for cell in notebook.cells
        for one in cell.get("outputs", ())
        if one.output_type == "error"
    )


def test_notebooks_are_saved_without_outputs() -> None:
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert not cell.get("outputs"), f"{path.name} holds outputs"
            assert cell.get("execution_count") is None, f"{path.name} holds execution counts"


def test_every_notebook_is_executed_by_a_test() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for path in NOTEBOOKS.glob("*.ipynb"):
        assert f'"{path.name}"' in text, f"{path.name} is not executed by any test"


def test_no_answer_is_in_sight_before_the_vote() -> None:
    """Right answers stand in files, in what is folded, and in what reveals them."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            assert not re.search(r"\bcorrect\s*=|\[x\]", cell.source), f"{path.name}: {cell.id}"
    marked = {
        "references.md": "live-polls-references.ipynb",
        "broadcasting.md": "broadcasting-numpy.ipynb",
    }
    for name, lesson in marked.items():
        seen = "\n".join(in_sight(nbformat.read(NOTEBOOKS / lesson, as_version=4)))
        for question in questions(name):
            for right in right_options(question) if question.kind == "predict" else []:
                assert seen.count(right) == 0, f"{right} is in sight in {lesson}"


def in_sight(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """The cells that JupyterLab shows when the notebook is opened."""
    folded = 0
    for cell in notebook.cells:
        heading = re.match(r"(#+) ", cell.source) if cell.cell_type == "markdown" else None
        if heading and len(heading[1]) <= (folded or 7):
            folded = len(heading[1]) if cell.metadata.get("jp-MarkdownHeadingCollapsed") else 0
        if not folded:
            yield cell.source
