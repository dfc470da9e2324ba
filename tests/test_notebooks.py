"""The lessons' notebooks run from top to bottom, without a browser, and leave no process."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from tests.base_service.running import running
from tests.base_service.variants import Variants
from tests.conftest import ROOT
from tests.waiting import wait_until

NOTEBOOKS = ROOT / "notebooks"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of this test's own; its service ends a second after its last member."""
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EDU_WIDGETS_LINGER", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    yield tmp_path
    for path in tmp_path.glob("services/*/service.json"):
        pid = json.loads(path.read_text("utf-8"))["pid"]
        wait_until(lambda pid=pid: not psutil.pid_exists(pid), "the service has ended")  # type: ignore[misc]


@contextmanager
def executed(name: str) -> Iterator[nbformat.NotebookNode]:
    """The notebook after its last cell; its kernel lives until the block ends."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    where = {"metadata": {"path": str(NOTEBOOKS)}}
    client = NotebookClient(notebook, timeout=60, kernel_name="python3", resources=where)
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        yield notebook


def outputs(notebook: nbformat.NotebookNode) -> str:
    return "\n".join(
        str(output.get("text") or output.get("data", {}).get("text/plain", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    )


def test_both_sides_of_the_first_lesson(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(psutil.Process().children(recursive=True))
    with executed("first-lesson-instructor.ipynb") as mira:
        assert "Students join with: http://127.0.0.1:" in outputs(mira)
        assert "[1, 2, 3, 4]" in outputs(mira)
        assert "Counter({'Mira': 1})" in outputs(mira)
        state = json.loads((course / "services/py101/service.json").read_text("utf-8"))
        invite = f"{state['url']}/py101?code={state['invites']['py101']}"
        monkeypatch.setenv("EDU_WIDGETS_INVITE", invite)
        with executed("first-lesson-student.ipynb") as ada:
            assert "[1, 2, 3, 4] [1, 2, 3, 4, 5]" in outputs(ada)
    wait_until(
        lambda: set(psutil.Process().children(recursive=True)) <= before, "no process is left"
    )


@pytest.mark.parametrize(
    "variants",
    [Variants(), Variants(rewrite_ids=True, wrap=True, acknowledge_heartbeats=False, noise=True)],
    ids=["plain", "its own ids"],
)
def test_connecting_to_a_platform(
    course: Path, monkeypatch: pytest.MonkeyPatch, variants: Variants
) -> None:
    assert course.is_dir()
    with running(variants) as platform:
        monkeypatch.setenv("EDU_WIDGETS_URL", platform.url)
        monkeypatch.setenv("EDU_WIDGETS_TOKEN", variants.token)
        monkeypatch.setenv("EDU_WIDGETS_USER_ID", "ada")
        monkeypatch.setenv("EDU_WIDGETS_COURSE", "py101")
        with executed("connecting-to-your-platform.ipynb") as notebook:
            text = outputs(notebook)
        said = [message["content"] for message in platform.messages("course:py101")]
    assert "Live over websocket" in text
    assert "'done'" in text
    assert "Ada: Hello from a notebook: `1 + 1` is still 2." in text
    assert "\n6\n" in text, "the words of one message, counted once"
    assert "this service" in text.lower(), "what it has not is refused with a reason"
    assert text.rstrip().startswith("Live")
    assert "Closed" in text
    assert said == [
        "Hello from a notebook: `1 + 1` is still 2.",
        "Words are counted from here on",
    ]
    assert variants.token not in nbformat.writes(notebook)


def test_notebooks_are_saved_without_outputs() -> None:
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            assert not cell.get("outputs"), f"{path.name} holds outputs"
            assert cell.get("execution_count") is None, f"{path.name} holds execution counts"


def test_every_notebook_is_executed_here() -> None:
    text = Path(__file__).read_text("utf-8")
    for path in NOTEBOOKS.glob("*.ipynb"):
        assert f'executed("{path.name}")' in text, f"{path.name} is not executed by any test"
