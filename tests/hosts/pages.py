"""How each host shows a notebook: its server, its page, its theme, and running a cell again."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from playwright.sync_api import Browser, Page, expect

from tests.lab.harness import notebook_of
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until

_TOKEN = "t0ken"


@dataclass
class HostPage:
    """A host with a notebook of these cells: the base of all."""

    python: Path
    folder: Path
    cells: Sequence[str]
    browser: Browser

    reruns: ClassVar[bool] = True
    """Whether its visitors can run a cell again."""
    visitors: ClassVar[int] = 1

    def __post_init__(self) -> None:
        self.port = own_port()
        self.pages: list[Page] = []
        self.write()

    # -- what differs

    def write(self) -> None:
        """Write the notebook: as Jupyter's, unless told otherwise."""
        book = notebook_of(self.cells, "python3")
        (self.folder / "n.ipynb").write_text(json.dumps(book), encoding="utf-8")

    def command(self) -> list[str]:
        """The arguments of Python that start it."""
        raise NotImplementedError

    def address(self) -> str:
        """The notebook's page."""
        raise NotImplementedError

    def ready(self, page: Page) -> None:
        """See that the page's cells are run."""

    def make_dark(self, page: Page) -> None:
        """Change to a dark theme."""
        page.emulate_media(color_scheme="dark")

    def rerun(self, page: Page) -> None:
        """Run the cells again that show widgets."""
        raise NotImplementedError

    # -- what is the same

    def __enter__(self) -> Self:
        self.log = (self.folder / "host.log").open("wb")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON"))}
        own = {"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"}
        own |= {"JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "XDG_CONFIG_HOME"}
        self.server = subprocess.Popen(
            [str(self.python), *self.command()],
            cwd=self.folder,
            env=kept | {name: str(self.folder / name.lower()) for name in own},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        wait_until(self._answers, "the host answers")
        return self

    def _answers(self) -> bool:
        if self.server.poll() is not None:
            raise AssertionError((self.folder / "host.log").read_text()[-3000:])
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for page in self.pages:
            page.context.close()
        self.server.terminate()
        self.server.wait(PATIENCE)
        self.log.close()

    def open(self) -> Page:
        """The notebook in a browser of its own."""
        context = self.browser.new_context(viewport={"width": 1000, "height": 1100})
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        self.pages.append(page)
        page.goto(self.address(), wait_until="domcontentloaded")
        self.ready(page)
        return page

    def reload(self, page: Page) -> None:
        """Load the page anew, as its reader does."""
        page.reload(wait_until="domcontentloaded")


class Jupyter(HostPage):
    """JupyterLab and Notebook 7."""

    module: ClassVar[str] = "jupyterlab"
    path: ClassVar[str] = "doc/tree"

    def command(self) -> list[str]:
        own = ["--no-browser", "--ServerApp.allow_root=True", f"--ServerApp.port={self.port}"]
        seen = [
            "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]
        return ["-m", self.module, *own, *seen, f"--IdentityProvider.token={_TOKEN}"]

    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.path}/n.ipynb?token={_TOKEN}"

    def _run(self, page: Page, command: str, arguments: dict[str, Any] | None = None) -> None:
        page.evaluate(
            "([c, a]) => globalThis.jupyterapp.commands.execute(c, a)", [command, arguments or {}]
        )

    def _connected(self, page: Page) -> None:
        page.wait_for_function(
            "() => globalThis.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
            "?.connectionStatus === 'connected'"
        )

    def ready(self, page: Page) -> None:
        self._connected(page)
        self._run(page, "notebook:run-all-cells")

    def make_dark(self, page: Page) -> None:
        self._run(page, "apputils:change-theme", {"theme": "JupyterLab Dark"})

    def reload(self, page: Page) -> None:
        self._run(page, "docmanager:save")
        super().reload(page)
        self._connected(page)

    def rerun(self, page: Page) -> None:
        self._run(page, "notebook:run-all-cells")


class Notebook(Jupyter):
    """Notebook 7."""

    module = "notebook"
    path = "notebooks"


class Voila(HostPage):
    """A page of Voilà: each visitor has a kernel of their own."""

    reruns = False
    visitors = 2
    template: ClassVar[str] = "lab"

    def command(self) -> list[str]:
        look = [f"--template={self.template}"]
        return ["-m", "voila", "n.ipynb", "--no-browser", f"--port={self.port}", *look]

    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def make_dark(self, page: Page) -> None:
        page.goto(f"{self.address()}?voila-theme=dark", wait_until="domcontentloaded")


class VoilaClassic(Voila):
    """Its classic template, which knows no theme but a light one."""

    template = "classic"

    def make_dark(self, page: Page) -> None:
        page.add_style_tag(content=":root { color-scheme: dark; background: #111 }")


class Marimo(HostPage):
    """marimo's editor."""

    mode: ClassVar[str] = "edit"

    def write(self) -> None:
        first, *rest = self.cells
        lines = ["import marimo", "app = marimo.App()", "@app.cell", "def _():"]
        lines += [f"    {line}" for line in first.strip().splitlines()]
        lines += ["    return (lesson,)"]
        for cell in rest:
            lines += ["@app.cell", "def _(lesson):", f"    {cell.strip()}", "    return"]
        look = '[tool.marimo.display]\ntheme = "system"\n'
        (self.folder / "pyproject.toml").write_text(look)
        (self.folder / "n.py").write_text(
            "\n".join([*lines, 'if __name__ == "__main__":', "    app.run()", ""])
        )

    def command(self) -> list[str]:
        own = ["--headless", "--no-token", f"--port={self.port}"]
        return ["-m", "marimo", self.mode, "n.py", *own]

    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ready(self, page: Page) -> None:
        if self.mode == "edit":  # a notebook that is opened waits to be run
            expect(page.locator(".cm-content").nth(len(self.cells) - 1)).to_be_visible()
            page.keyboard.press("Control+Shift+r")

    def rerun(self, page: Page) -> None:
        for text in ("lesson.chat", "lesson.polls"):
            page.locator(".cm-content", has_text=text).last.click()
            page.keyboard.press("Control+Enter")


class MarimoRun(Marimo):
    """`marimo run`: an app of several visitors in one process."""

    mode = "run"
    reruns = False
    visitors = 2


class Static(HostPage):
    """A page that nbconvert makes of a notebook that was run and saved with its widgets."""

    reruns = False
    saved: ClassVar[str] = "run.ipynb"

    def __enter__(self) -> Self:
        kept = ["--execute", "--ExecutePreprocessor.store_widget_state=True"]
        for more in (
            [*kept, "--to=notebook", f"--output={self.saved}", "n.ipynb"],
            ["--to=html", self.saved],
        ):
            subprocess.run(
                [str(self.python), "-m", "nbconvert", *more], check=True, cwd=self.folder
            )
        return self

    def __exit__(self, *_: object) -> None:
        for page in self.pages:
            page.context.close()

    def address(self) -> str:
        return (self.folder / "run.html").as_uri()

    def code(self) -> list[int]:
        """How many characters of code each saved model carries."""
        book = json.loads((self.folder / self.saved).read_text())
        (kept,) = book["metadata"]["widgets"].values()
        states = [model["state"] for model in kept["state"].values()]
        return [len(str(state)) for state in states if "_esm" in state or "text" in state]


def shown(page: Page) -> None:
    """The chat is there and live."""
    expect(page.locator(".edu.chat .light").first).to_have_text("Live")
