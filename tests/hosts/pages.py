"""How each host shows a notebook: its server, its page, its theme, and running a cell again."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import psutil
from playwright.sync_api import Browser, Page, expect

from tests.lab.harness import notebook_of
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until

_TOKEN = "t0ken"


@dataclass
class HostPage(ABC):
    """A notebook of these cells, and its pages in a browser."""

    python: Path
    folder: Path
    cells: Sequence[str]
    browser: Browser

    def __post_init__(self) -> None:
        self.pages: list[Page] = []
        self.write()

    def write(self) -> None:
        """Write the notebook: as Jupyter's, unless told otherwise."""
        book = notebook_of(self.cells, "python3")
        (self.folder / "n.ipynb").write_text(json.dumps(book), encoding="utf-8")

    @abstractmethod
    def __enter__(self) -> Self:
        """Make its pages ready to be opened."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for page in self.pages:
            page.context.close()

    def browse(self) -> Page:
        """A page of a browser of its own."""
        context = self.browser.new_context(viewport={"width": 900, "height": 1000})
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        self.pages.append(page)
        return page


class Served(HostPage):
    """A notebook behind a server, with a kernel."""

    visitors: ClassVar[int] = 1
    """How many people look at it at once, each with a lesson of their own."""
    kernels: ClassVar[int] = 1
    """How many processes they have for that, besides the server."""
    has_dark_theme: ClassVar[bool] = True

    def __post_init__(self) -> None:
        self.port = own_port()
        super().__post_init__()

    @abstractmethod
    def command(self) -> list[str]:
        """The arguments of Python that start the server."""

    def address(self) -> str:
        """The notebook's page."""
        return f"http://127.0.0.1:{self.port}/"

    def ready(self, page: Page) -> None:
        """See that the page's cells are run."""
        page.wait_for_load_state()

    def open(self) -> Page:
        """The notebook in a browser of its own."""
        page = self.browse()
        page.goto(self.address(), wait_until="domcontentloaded")
        self.ready(page)
        return page

    def make_dark(self, page: Page) -> None:
        """Change to a dark theme."""
        page.emulate_media(color_scheme="dark")

    def reload(self, page: Page) -> None:
        """Load the page anew, as its reader does."""
        page.reload(wait_until="domcontentloaded")

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
            # Not the page itself: where each visitor has a kernel, that would be one more visitor.
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/no-page", timeout=5).close()
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
        super().__exit__(kind, error, trace)
        kernels = psutil.Process(self.server.pid).children(recursive=True)
        self.server.terminate()
        self.server.wait(PATIENCE)
        for kernel in kernels:  # what is left of them still writes into the folder
            with suppress(psutil.NoSuchProcess):
                kernel.kill()
        psutil.wait_procs(kernels, PATIENCE)
        self.log.close()


class Editor(Served):
    """Where the reader can run a cell again."""

    @abstractmethod
    def rerun(self, page: Page) -> None:
        """Run the cells again that show widgets."""


class Jupyter(Editor):
    """JupyterLab and Notebook 7."""

    module: ClassVar[str] = "jupyterlab"
    path: ClassVar[str] = "doc/tree"

    def write(self) -> None:
        super().write()
        settings = self.folder / "jupyterlab_settings_dir/@jupyterlab/apputils-extension"
        settings.mkdir(parents=True)
        told = settings / "notification.jupyterlab-settings"
        told.write_text('{"fetchNews": "false"}', encoding="utf-8")

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


class Voila(Served):
    """A page of Voilà: each visitor has a kernel of their own."""

    visitors = kernels = 2
    template: ClassVar[str] = "lab"

    def command(self) -> list[str]:
        look = [f"--template={self.template}"]
        return ["-m", "voila", "n.ipynb", "--no-browser", f"--port={self.port}", *look]

    def make_dark(self, page: Page) -> None:
        page.goto(f"{self.address()}?theme=dark", wait_until="domcontentloaded")


class VoilaClassic(Voila):
    """Its classic template, which knows no theme but a light one."""

    template = "classic"
    has_dark_theme = False


class MarimoRun(Served):
    """`marimo run`: an app of several visitors in one process."""

    visitors = 2
    kernels = 0
    mode: ClassVar[str] = "run"

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


class Marimo(MarimoRun, Editor):
    """marimo's editor."""

    visitors = 1
    mode = "edit"

    def ready(self, page: Page) -> None:
        # A notebook that is opened waits to be run.
        expect(page.locator(".cm-content").nth(len(self.cells) - 1)).to_be_visible()
        page.keyboard.press("Control+Shift+r")

    def rerun(self, page: Page) -> None:
        for text in ("lesson.chat", "lesson.polls"):
            page.locator(".cm-content", has_text=text).last.click()
            page.keyboard.press("Control+Enter")


def shown(page: Page) -> None:
    """The chat is there and live."""
    expect(page.locator(".edu.chat .light").first).to_have_text("Live")
