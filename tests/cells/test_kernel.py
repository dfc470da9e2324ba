"""Cells of a real kernel: shared as they are run, and followed by a student."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

import edu_widgets as edu
from edu_widgets.cells.documents import Cell
from edu_widgets.client.bodies import decoded
from tests.inside import client_of
from tests.kernels import Kernel, data_folder, invite, running_kernel
from tests.pictures import SVG as SVGS
from tests.pictures import png
from tests.waiting import PATIENCE, wait_until

HOST = f"""
import edu_widgets as edu
lesson = edu.host("py101", name="Mira").wait_connected({PATIENCE})
lesson.cells.share()
"""


class Class:
    """An instructor's kernel, and a student here."""

    def __init__(self, kernel: Kernel, ada: edu.Lesson) -> None:
        self.kernel = kernel
        self.ada = ada

    def run(self, source: str, **metadata: object) -> str:
        cell = nbformat.v4.new_code_cell(source, metadata=metadata)
        return self.kernel.run(cell)

    def sources(self) -> list[str]:
        return [cell.source for cell in self.ada.cells]

    def comes(self, source: str) -> edu.Lesson:
        wait_until(
            lambda: [c for c in self.ada.cells if c.source == source and c.status != "running"],
            source,
        )
        return self.ada


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cells")
        with data_folder(folder, patch):
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
            with running_kernel(notebook, folder) as kernel:
                kernel.run(nbformat.v4.new_code_cell(HOST))
                ada = edu.join(invite(folder), name="Ada").wait_connected(PATIENCE)
                yield Class(kernel, ada)
                kernel.run(nbformat.v4.new_code_cell("lesson.close()"))
                ada.close()


def test_a_class_sees_what_is_run(room: Class, tmp_path: Path) -> None:
    heard: list[str] = []
    room.ada.cells.on("cell", lambda cell: heard.append(cell.source))
    room.run("print('hello', lesson.invite)\n6 * 7")
    with pytest.raises(CellExecutionError):
        room.run("1 / 0")
    room.run("%%private\nprint('for me')")
    room.run("import time\nprint('seen')\nfor n in range(3): print(n, flush=True)")
    room.run("'last'")
    room.comes("'last'")
    cells = list(room.ada.cells)
    assert [cell.source.split("\n")[0] for cell in cells] == [
        "print('hello', lesson.invite)", "1 / 0", "import time", "'last'"
    ]  # fmt: skip
    first, failed, *_ = cells
    assert [output.text[-8:] for output in first.outputs] == ["••••••••", "42"]
    assert (failed.status, failed.outputs[0].name) == ("error", "ZeroDivisionError")
    assert "HOST" not in "".join(room.sources())
    assert room.ada.cells[-1].source == "'last'"
    assert len(room.ada.cells) == 4
    wait_until(lambda: len(heard) == 4, "each was told once")
    path = room.ada.cells.to_notebook(tmp_path / "lesson.ipynb")
    read = nbformat.read(path, as_version=4)
    nbformat.validate(read)
    assert [cell.source for cell in read.cells] == [cell.source for cell in cells]


def test_pictures_are_seen_by_the_class_and_stand_in_what_is_written(
    room: Class, tmp_path: Path
) -> None:
    picture = b64encode(png(mark="cells")).decode()
    source = (
        "from IPython.display import SVG, Image, display; import base64\n"
        f"display(Image(data=base64.b64decode({picture!r}), alt='A plot'))\n"
        f"display(SVG({SVGS.decode()!r}))"
    )
    room.run(source)
    room.comes(source)
    *_, cell = room.ada.cells
    plot, drawing = cell.outputs
    assert (plot.type, plot.text, drawing.type) == ("picture", "A plot", "picture")
    assert plot.picture is not None
    assert room.ada.cells.picture(plot.picture, PATIENCE) == png(mark="cells")
    path = room.ada.cells.to_notebook(tmp_path / "lesson.ipynb")
    *_, written = nbformat.read(path, as_version=4).cells
    assert b64decode(written.outputs[0].data["image/png"]) == png(mark="cells")
    assert written.outputs[1].data["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    page = room.ada.record(tmp_path / "lesson.html").read_text("utf-8")
    assert f'<img src="data:image/png;base64,{picture}" alt="A plot"' in page
    assert "data-picture" not in page


def test_a_pause_keeps_back_and_may_be_shared_later(room: Class) -> None:
    room.run("lesson.cells.pause()")
    room.run("'in the pause'")
    room.run("%%private\n'never'")
    room.run("lesson.cells.resume()")
    room.run("'after it'")
    room.comes("'after it'")
    assert "'in the pause'" not in room.sources()
    room.run("lesson.cells.pause()")
    room.run("'told later'")
    room.run("lesson.cells.resume(share_held=True)")
    room.comes("'told later'")
    assert "'never'" not in "".join(room.sources())


def test_what_is_taken_back_goes(room: Class) -> None:
    room.run("'a slip'")
    room.comes("'a slip'")
    room.run("lesson.cells.take_back(lesson.cells[-1])")
    wait_until(lambda: "'a slip'" not in room.sources(), "it is gone")


def test_quick_cells_arrive_in_order(room: Class) -> None:
    before = len(room.ada.cells)
    for n in range(40):
        room.run(f"{n} + 1000")
    room.comes("39 + 1000")
    assert room.sources()[before:] == [f"{n} + 1000" for n in range(40)]


def test_stopped_the_kernel_is_as_it_was(room: Class) -> None:
    said = room.run(
        "lesson.cells.stop()\n"
        "print('send' in vars(get_ipython().kernel.session), lesson.cells.state)"
    )
    assert said.strip() == "False off"
    room.run("'unseen'")
    room.run("lesson.cells.share()")
    room.run("'seen again'")
    room.comes("'seen again'")
    assert "'unseen'" not in room.sources()
    docs = client_of(room.ada).mirror().of_kind(Cell.kind)
    assert all((cell := decoded(doc, Cell)) and cell.status != "running" for doc in docs)


def test_without_a_kernel_share_says_so(room: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    me = client_of(room.ada).me()
    monkeypatch.setattr(client_of(room.ada)._membership, "me", edu.Person(me.user_id, "A", "admin"))
    with pytest.raises(edu.Unsupported, match="ipykernel"):
        room.ada.cells.share()
