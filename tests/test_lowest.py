"""The lowest versions that pyproject.toml allows: a lesson in a Python that has these."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tests.kernels import data_folder
from tests.waiting import PATIENCE

LOWEST = ROOT / "tests" / "lowest.txt"
VERSIONS = dict(line.split("==") for line in LOWEST.read_text("utf-8").split())


def test_they_are_what_the_project_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["lab"]]
    for one in map(Requirement, wanted):
        if one.name != "jupyterlab":  # the kernel needs none
            [floor] = [bound.version for bound in one.specifier if bound.operator == ">="]
            assert floor == VERSIONS[canonicalize_name(one.name)], one.name


@pytest.fixture(scope="module")
def lowest() -> Path:
    """A Python with these versions; made once for as long as they and this Python stay."""
    folder = ROOT / ".cache" / "lowest"
    stamp = folder / "versions.json"
    wanted = json.dumps([VERSIONS, sys.version])
    python = folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet"]
        pip += ["--no-deps", "--no-compile"]
        done = subprocess.run(
            [*pip, "-r", LOWEST], capture_output=True, text=True, check=False, timeout=5 * PATIENCE
        )
        assert done.returncode == 0, done.stderr
        # The tests' own tools are those that run this; what is installed here comes before them.
        [own] = folder.glob("lib/python*/site-packages")
        own.joinpath("tools.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
        stamp.write_text(wanted, "utf-8")
    return python


PROGRAM = """
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.io import capture_output

import edu_widgets as edu
from tests.waiting import wait_until

shell = InteractiveShell.instance()
lesson = edu.host("py101", name="Mira").wait_connected(120)
for view in (lesson.chat, lesson.polls, lesson.people, lesson.notifications, lesson.panel()):
    shown, _ = view._repr_mimebundle_()
    assert {"text/html", "application/vnd.jupyter.widget-view+json"} <= set(shown), shown
poll = lesson.polls.ask("Is it?", ["yes", "no"]).wait(120)
poll.reveal(answer=1).wait(120)
lesson.chat.send("It is.").wait(120)
shell.user_ns["lesson"] = lesson
with capture_output():
    edu.load_ipython_extension(shell)
    shell.run_cell("%%poll\\nWhat is `2 ** 3`?\\n\\n- 6\\n- 8\\n").raise_error()
wait_until(
    lambda: str(lesson.polls.current.question) == "What is `2 ** 3`?", "the cell's poll is open"
)
print("done")
lesson.close()
"""


def test_settings_are_read(lowest: Path, tmp_path: Path) -> None:
    command: list[str | Path] = [lowest, "-m", "pytest", "--quiet", "--basetemp", tmp_path / "u"]
    # One process, and no error for what old libraries warn of.
    options = ["-p", "no:cacheprovider", "-o", "addopts=", "-o", "filterwarnings="]
    tests = ["tests/configuration/test_sources.py", "tests/configuration/test_wrong_values.py"]
    done = subprocess.run(
        [*command, *options, *tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=4 * PATIENCE,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_a_lesson_runs(
    lowest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path
) -> None:
    del bundles
    with data_folder(tmp_path, monkeypatch):
        done = subprocess.run(
            [lowest, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * PATIENCE,
        )
        assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
