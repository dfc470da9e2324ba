"""Every code block of the documentation runs, in order: a page is a notebook.

A page has a kernel, a service and a data folder of its own. What joins by an invite is a
student's notebook and has another kernel; what does so in a `with` is a script. In place of the
addresses that stand for the reader's own are those of services that run here, and the class does
meanwhile what the page says that it does.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from tests.base_service import Running, Variants
from tests.bell.package_of import install
from tests.docs.blocks import PAGES, Block, blocks, is_cell, name
from tests.kernels import Kernel, Students, data_folder, invite, running_kernel
from tests.supabase.project import Project
from tests.waiting import PATIENCE, wait_until

INVITE = re.compile(r"http://[\d.]+:8765/py101\?code=K7QX4M2P")
PLATFORM = re.compile(r"wss://(rt|class)\.example\.org")
PROJECT = re.compile(r"wss://PROJECT\.supabase\.co/\S+?(?=\")")
"""Addresses that stand for the reader's own."""

HOST = "import edu_widgets as edu\nlesson = edu.host('py101', name='Mira')"

HUB = """import os
from pathlib import Path
from tests.service.jupyterhub.double import Hub, user
from tests.service.jupyterhub.running import HubClass
hub = Hub()
hub.knows(user("ada"))
service = HubClass(Path("service"), hub).__enter__()
os.environ |= service.environment("ada")"""
"""A server of a JupyterHub that has a class."""

Act = Callable[[Students], object] | str
"""What somebody does; or as text, what the page's kernel has to see by then."""


Services = Mapping[re.Pattern[str], str]
"""The addresses of services that run here, by those that stand for them."""


@dataclass(frozen=True)
class Scene:
    """The part of a lesson that a page leaves out; acts by a part of a block's text."""

    setup: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    bell: bool = False
    """Whether the feature of docs/extending.md is installed."""
    before: Mapping[str, Sequence[Act]] = field(default_factory=dict)
    after: Mapping[str, Sequence[Act]] = field(default_factory=dict)


def votes(part: str, *choices: int | str, round_: int = 1) -> Callable[[Students], object]:
    return lambda students: students.vote(part, *choices, round_=round_)()


def said(students: Students) -> None:
    students.lessons[0].chat.send("Is that so, @Mira?").wait(PATIENCE)


def hand_raised(students: Students) -> None:
    students.lessons[0].people.raise_hand("Where does it stop?").wait(PATIENCE)


def chosen(students: Students) -> None:
    pane = students.lessons[0].notifications
    (asked,) = wait_until(
        lambda: [item for item in pane.items if item.title == "Done with 3.2?"], "Ada is asked"
    )
    pane.act(asked, "done").wait(PATIENCE)


SCENES: Mapping[str, Scene] = {
    "README.md": Scene(
        before={"poll.reveal": [votes("2 ** 3", 1, 2), "poll.answered == 2"]},
        after={
            "poll.reveal": ["poll.state == 'revealed' and poll.correct == 2"],
            "edu.join": [
                "any('[:, None]' in m.content for m in lesson.chat.messages)",
                "lesson.people.counts['stuck'] == 1",
            ],
        },
    ),
    "docs/board.md": Scene(
        HOST,
        before={'find("Ada")': [lambda students: students.lessons]},
        after={
            "give_pen": ["lesson.board.pens == {}"],
            "Why not": ["[s.tool for s in lesson.board.strokes] == ['pen', 'arrow', 'sticky']"],
            "add_figure": ["len(lesson.board.pages) == 2"],
        },
    ),
    "docs/cells.md": Scene(HOST),
    "docs/streaming.md": Scene(
        HOST,
        after={
            "timedelta": ["lesson.stream.current.state == 'announced'"],
            "stream.stop": ["lesson.stream.current.recording.endswith('.mp4')"],
        },
    ),
    "docs/chat.md": Scene(
        HOST,
        after={
            "send_cell": ["any('words.most' in m.content for m in lesson.chat.messages)"],
            '.on("mention")': [said, "any('so, @Mira' in m.content for m in lesson.chat.messages)"],
        },
    ),
    "docs/configuration.md": Scene(
        "import edu_widgets as edu",
        {
            "EDU_WIDGETS_USER_ID": "u17",
            "EDU_WIDGETS_COURSE": "py101",
            "EDU_WIDGETS_TOKEN": Variants().token,
        },
        after={"edu.connect": ["lesson.status().state == 'live'"]},
    ),
    "docs/connecting.md": Scene(
        f"my_token = {Variants().token!r}",
        after={"edu.connect": ["lesson.status().state == 'live'"]},
    ),
    "docs/extending.md": Scene(HOST, bell=True, after={"ring()": ["lesson.bell.count == 1"]}),
    "docs/getting-started.md": Scene(
        f"token = {Variants().token!r}",
        before={
            "poll.close": [votes("[1, 2] * 2", 2, 1), "poll.answered == 2"],
            "poll.reveal": [votes("[1, 2] * 2", 2, 2, round_=2), "poll.answered == 2"],
        },
        after={
            "poll.revote": ["poll.round == 2 and poll.state == 'open'"],
            "poll.reveal": ["poll.results(2).people.sum() == 2 and poll.correct == 2"],
            "edu.connect": ["lesson.status().state == 'live'"],
            "green": ["lesson.wait_connected()"],
        },
    ),
    "docs/campus.md": Scene(
        HUB.replace('user("ada")', 'user("ada", "teachers")'),
        after={
            "edu.connect": ["lesson.status().state == 'live'"],
            "poll = ": ["poll.state == 'open'"],
        },
    ),
    "docs/jupyterhub.md": Scene(
        HUB,
        after={"edu.connect": ["lesson.status().state == 'live'", "lesson.user.user_id == 'ada'"]},
    ),
    "docs/lessons.md": Scene(
        "import edu_widgets as edu",
        after={"rehearse=True": ["'Rehearsal' in repr(lesson)", "lesson.wait_connected()"]},
    ),
    "docs/notes.md": Scene(
        HOST,
        after={
            "lesson.notes.write": ["[n.cell for n in lesson.notes.mine] == [9]"],
            "note = ": ["lesson.notes.mine == [] and lesson.notes.shared == []"],
        },
    ),
    "docs/notifications.md": Scene(
        HOST,
        before={'find("Ada")': [lambda students: students.lessons]},
        after={
            "5 minutes left": [
                "any(i.title == '5 minutes left' for i in lesson.notifications.items)"
            ],
            "def taken": [chosen, "lesson.notifications.taken"],
        },
    ),
    "docs/panel.md": Scene(HOST),
    "docs/record.md": Scene(HOST, after={"lesson.record": ["path.exists()"]}),
    "docs/polls.md": Scene(
        HOST,
        before={
            "poll.close": [votes("mutable", 2, 1), "poll.answered == 2"],
            "poll.suggestion": ["poll.suggestion"],
            "poll.reveal": [votes("mutable", 2, 2, round_=2), "poll.answered == 2"],
            "poll.merge_answers": [votes("called", "lists", "asdf"), "poll.answered == 2"],
            "poll.remove_answer": [votes("Which word", "Rude words", "loop"), "poll.answered == 2"],
        },
        after={
            "poll.reveal": ["poll.results(2).people.sum() == 2 and poll.correct == 2"],
            "[[1, 1], [2]]": ["lesson.polls.current.options == ['[1, 1]', '[2]']"],
            "poll.edit": ["poll.question.startswith('Which') and poll.correct == 2"],
            "poll.remove_answer": [
                "list(poll.results().answer) == ['loop', '(removed by an instructor)']"
            ],
            "%%poll": ["poll.kind == 'multiple' and poll.state == 'open'"],
        },
    ),
    "docs/presence.md": Scene(
        HOST, after={'.on("hand")': [hand_raised, "lesson.people.hands[0].user_name == 'Ada'"]}
    ),
    "docs/progress.md": Scene(
        f"{HOST}\nimport pandas as pd\ndf = pd.DataFrame({{'temp': range(12)}})",
        after={"progress.exercise": ["lesson.progress['clean'].checks[1] == 'twelve months'"]},
    ),
    "docs/shared-notebooks.md": Scene(
        f"{HOST.replace('lesson =', 'taught =')}\nlesson = edu.join(taught.invite, name='Lina')"
    ),
    "docs/supabase.md": Scene(
        "access_token = 'of-ada'", after={"edu.connect": ["lesson.status().state == 'live'"]}
    ),
}

NAMES_SHOWN = {"docs/chat.md": "to_dataframe() shows what was said, and by whom"}
"""Pages of which a saved notebook holds names, and why."""

TAUGHT = {name(page): cells for page in PAGES if (cells := [b for b in blocks(page) if is_cell(b)])}


def test_every_page_with_cells_is_a_scene() -> None:
    assert set(TAUGHT) == set(SCENES)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Iterator[Path]:
    """A data folder of this page's own, and no process that is left after it."""
    del bundles
    with data_folder(tmp_path, monkeypatch) as folder:
        yield folder


@pytest.mark.parametrize("page", TAUGHT)
def test_the_page_runs(page: str, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = SCENES[page]
    if scene.bell:
        path = [str(install(room / "bell")), os.environ["PYTHONPATH"]]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    for variable, value in scene.environment.items():
        monkeypatch.setenv(variable, value)
    with ExitStack() as stack:
        platform = stack.enter_context(Running(Variants()))
        monkeypatch.setenv("EDU_WIDGETS_URL", platform.url)
        project = stack.enter_context(Project({"of-ada": "ada"}))
        students = stack.enter_context(Students(room, "Ada", "Bo"))
        reader = Reader(
            scene, room, students, {PLATFORM: platform.url, PROJECT: project.url}, stack
        )
        reader.read(TAUGHT[page])
    names = re.findall(r"\b(Mira|Ada|Bo)\b", json.dumps(reader.outputs))
    assert bool(names) == (page in NAMES_SHOWN), f"it is saved with the names {names}"


class Reader:
    """Runs the cells of a page as somebody does who reads it with a class."""

    def __init__(
        self, scene: Scene, room: Path, students: Students, services: Services, stack: ExitStack
    ) -> None:
        self._scene = scene
        self._room = room
        self._students = students
        self._services = services
        self._stack = stack
        self._kernel = self._new_kernel()
        self.outputs: list[nbformat.NotebookNode] = []
        """What a notebook with the cells of the page would be saved with."""
        if scene.setup:
            self._kernel.run(nbformat.v4.new_code_cell(scene.setup))
        self._kernel.run(nbformat.v4.new_code_cell("%load_ext edu_widgets"))

    def read(self, cells: Sequence[Block]) -> None:
        unused = {*self._scene.before, *self._scene.after}
        for block in cells:
            unused -= {part for part in unused if part in block.text}
            self._act(self._scene.before, block)
            self._run(block)
            self._act(self._scene.after, block)
        assert not unused, "the page has no such blocks any more"

    def _act(self, acts: Mapping[str, Sequence[Act]], block: Block) -> None:
        for act in (act for part, them in acts.items() if part in block.text for act in them):
            if isinstance(act, str):
                self._kernel.until(act)
            else:
                act(self._students)

    def _run(self, block: Block) -> None:
        source = block.text
        for address, url in self._services.items():
            source = address.sub(url, source)
        if INVITE.search(source):
            source = INVITE.sub(invite(self._room), source)
            if "with edu.join" in source:
                self._script(source)
                return
            self._cell(self._new_kernel(), block, source)
        else:
            self._cell(self._kernel, block, source)

    def _cell(self, kernel: Kernel, block: Block, source: str) -> None:
        cell = nbformat.v4.new_code_cell(source)
        try:
            told = kernel.run(cell)
        except CellExecutionError as error:
            pytest.fail(f"{block}: {error}", pytrace=False)
        self.outputs += cell.outputs
        complaints = [one.text for one in cell.outputs if one.get("name") == "stderr"]
        assert not complaints, f"{block} complains"
        promised = re.search(r"  # (['\"\[(\d].*)\Z", block.text.rstrip())
        if promised:
            assert ast.literal_eval(told) == ast.literal_eval(promised[1]), str(block)

    def _script(self, source: str) -> None:
        path = self._room / "script.py"
        path.write_text(source, "utf-8")
        subprocess.run([sys.executable, path], check=True, timeout=PATIENCE, cwd=self._room)

    def _new_kernel(self) -> Kernel:
        # The cells that are run are put into it, one after the other.
        empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()])
        return self._stack.enter_context(running_kernel(empty, self._room))
