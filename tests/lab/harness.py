"""Drive a real JupyterLab in a real Chromium.

`Lab` is one Jupyter server whose every directory is its own; `Lab.open` opens a notebook
as one more person (a browser context of its own) and returns a `LabPage`. Starting JupyterLab's
page costs eight seconds of a processor, so a page whose test has ended is emptied and waits for
the next notebook, as a person's page does all day. Kernels of several ipykernel versions stand
side by side: `install_kernels`.

Nothing here sleeps for a fixed time: every wait is for a condition, with a deadline.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import psutil
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    ViewportSize,
    expect,
)
from playwright.sync_api import Error as PlaywrightError

from tests.nightly import NIGHTLY
from tests.waiting import PATIENCE, wait_until

expect.set_options(timeout=PATIENCE * 1000)

T = TypeVar("T")

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / ".cache" / "kernels"

#: kernelspec name → what pip installs for it, without dependencies: those are the test
#: environment's own. nest-asyncio is what ipykernel 6 and 7.0 need beyond 7.4's.
KERNELS: dict[str, tuple[str, ...]] = {
    "ipykernel-6.31": ("ipykernel==6.31.*", "nest-asyncio==1.6.*"),
    "ipykernel-7.0": ("ipykernel==7.0.*", "nest-asyncio==1.6.*"),
    "ipykernel-7.3": ("ipykernel==7.3.*",),
    "ipykernel-7.4": ("ipykernel==7.4.*",),
}

TRIED = list(KERNELS) if NIGHTLY else ["ipykernel-7.4"]
"""The kernels of tests that hold for each."""

OLD = "ipykernel-6.31"
"""One without subshells."""

VIEWPORT: ViewportSize = {"width": 1280, "height": 900}

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class LabError(RuntimeError):
    """The laboratory itself (server, browser, kernel) did not do what was asked."""


def find_chromium() -> str | None:
    """The browser to drive: `$CHROMIUM`, else the system's Chromium or Chrome.

    First the one without windows: its own tabs and buttons cost a quarter of a page's start.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    return None


# ---------------------------------------------------------------------------- kernels


def install_kernels(data_dir: Path, names: Iterable[str] = KERNELS) -> dict[str, str]:
    """Make the kernels available to a server with this JUPYTER_DATA_DIR.

    Each ipykernel is installed once, in a directory of its own in front of the test
    environment's packages, and kept in `.cache/kernels` for as long as the pins and the
    Python stay the same. Returns kernelspec name → ipykernel version.
    """
    versions: dict[str, str] = {}
    for name in names:
        packages = install_kernel(name)
        versions[name] = _installed_version(packages)
        spec = data_dir / "kernels" / name
        spec.mkdir(parents=True, exist_ok=True)
        path = os.pathsep.join([str(packages), str(REPOSITORY)])
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec.joinpath("kernel.json").write_text(
            json.dumps(
                {
                    "argv": argv,
                    "display_name": name,
                    "language": "python",
                    "env": {"PYTHONPATH": path},
                    "metadata": {"debugger": False},
                }
            )
        )
    return versions


def install_kernel(name: str) -> Path:
    """The folder of an ipykernel's packages, which go in front of the environment's."""
    pins = KERNELS[name]
    wanted = json.dumps({"pins": pins, "python": sys.version_info[:2]})
    packages = CACHE / name
    stamp = packages / "pins.json"
    if stamp.exists() and stamp.read_text() == wanted:
        return packages
    CACHE.mkdir(parents=True, exist_ok=True)
    CACHE.joinpath(".gitignore").write_text("*\n")
    made = CACHE / f"{name}.{os.getpid()}"
    shutil.rmtree(made, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    done = subprocess.run(
        [*pip, "--target", str(made), *pins], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LabError(f"pip could not install {' '.join(pins)}:\n{done.stderr}")
    (made / "pins.json").write_text(wanted)
    shutil.rmtree(packages, ignore_errors=True)
    try:
        made.rename(packages)
    except OSError:  # another run was faster
        shutil.rmtree(made, ignore_errors=True)
    return packages


def _installed_version(packages: Path) -> str:
    (found,) = packages.glob("ipykernel-*.dist-info")
    return found.name.removeprefix("ipykernel-").removesuffix(".dist-info")


def notebook_of(cells: Sequence[str], kernel: str) -> dict[str, Any]:
    """The content of a notebook of code cells; `kernel` is a kernelspec's name."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": kernel, "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "source": source,
                "metadata": {},
                "outputs": [],
                "execution_count": None,
            }
            for number, source in enumerate(cells)
        ],
    }


# ----------------------------------------------------------------------------- server


#: A browser context may have a name: `extra_http_headers={NAMED: "Bob"}`. Without one it is
#: anonymous, as with any token.
NAMED = "Edu-Person"

_CONFIG = f"""
import dataclasses, inspect
from jupyter_server.auth.identity import PasswordIdentityProvider

class Named(PasswordIdentityProvider):
    async def get_user(self, handler):
        user = super().get_user(handler)
        user = await user if inspect.isawaitable(user) else user
        name = handler.request.headers.get("{NAMED}")
        if user is None or not name:
            return user
        return dataclasses.replace(user, username=name.lower(), name=name, display_name=name)

c.ServerApp.identity_provider_class = Named
"""


class Lab:
    """One JupyterLab server with directories of its own, and a Chromium.

    `python` runs the server from another environment, which then sees nothing of this one's.
    """

    def __init__(self, playwright: Playwright, root: Path, python: str | None = None) -> None:
        self.root = root
        self.work = root / "work"
        self.data_dir = root / "data"
        self.token = secrets.token_hex(16)
        self.kernels: dict[str, str] = {}
        self.playwright = playwright
        self._python = python or sys.executable
        self._browser: Browser | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._pages: list[LabPage] = []
        self._empty: list[Page] = []
        self.url = ""
        self._env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTEST_"))},
            "JUPYTER_CONFIG_DIR": str(root / "config"),
            "JUPYTER_DATA_DIR": str(self.data_dir),
            "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
            "IPYTHONDIR": str(root / "ipython"),
            "JUPYTER_PREFER_ENV_PATH": "0",
        }
        if python is not None:
            self._env.pop("PYTHONPATH", None)
        for made in ("work", "config", "data", "runtime", "settings", "workspaces", "ipython"):
            (root / made).mkdir(parents=True, exist_ok=True)
        # Two people on one notebook: neither saves behind the other's back.
        self.write_setting("@jupyterlab/docmanager-extension", "plugin", {"autosave": False})
        self.write_setting("@jupyterlab/apputils-extension", "notification", {"fetchNews": "false"})
        (root / "config" / "jupyter_server_config.py").write_text(_CONFIG, encoding="utf-8")

    # -- files

    def write_setting(self, package: str, plugin: str, values: dict[str, Any]) -> None:
        """A user's setting in JupyterLab's Settings Editor; write it before a page is opened."""
        path = self.root / "settings" / package / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))

    def write_notebook(self, name: str, cells: Sequence[str], kernel: str | None = None) -> Path:
        """A notebook of these code cells; `kernel` is a kernelspec's name."""
        kernel = kernel or self.default_kernel
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook_of(cells, kernel)), encoding="utf-8")
        return path

    @property
    def default_kernel(self) -> str:
        return next(reversed(self.kernels)) if self.kernels else "python3"

    # -- the server

    def start(self) -> Self:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = (self.root / "server.log").open("wb")
        self._server = subprocess.Popen(
            [
                *(
                    self._python,
                    "-m",
                    "jupyterlab",
                    "--no-browser",
                    "--ServerApp.allow_root=True",
                ),
                *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
                *("--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={self.work}"),
                f"--IdentityProvider.token={self.token}",
                "--LabApp.expose_app_in_browser=True",
                "--LabApp.news_url=None",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                "--LanguageServerManager.autodetect=False",
            ],
            env=self._env,
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        # The browser starts while the server does.
        self._browser = self.playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        wait_until(self._answers, "JupyterLab answers")
        return self

    def _answers(self) -> bool:
        assert self._server is not None
        if self._server.poll() is not None:
            raise LabError(f"JupyterLab stopped at once:\n{self.server_log()[-3000:]}")
        try:
            self.api("GET", "/api/status")
        except OSError:
            return False
        return True

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the server's REST interface."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    @property
    def server_pid(self) -> int:
        """The server's process; its kernels are children of it."""
        assert self._server is not None
        return self._server.pid

    def server_log(self) -> str:
        return (self.root / "server.log").read_text(errors="replace")

    def open(
        self, name: str, kernel: str | None = None, *, own: bool = False, **context: Any
    ) -> LabPage:
        """Open a notebook as one more person: a browser context of its own.

        `kernel` changes the notebook's kernel first; it cannot while the notebook has one.
        The page is a new one, that nobody uses afterwards, if it has to be the test's `own` or is
        unlike the others: `context` goes to Playwright (`reduced_motion=`, `locale=`, …).
        """
        assert self._browser is not None
        if kernel is not None:
            self._choose_kernel(name, kernel)
        fresh = not any(page.name == name for page in self._pages)
        plain = not (own or context)
        if not (plain and self._empty):
            settings = {"viewport": VIEWPORT, **context}
            page = self._browser.new_context(**settings).new_page()
            page.context.add_init_script(_PAGE_SCRIPT)
        else:
            page = self._empty.pop()
        made = LabPage(self, name, page, is_plain=plain)
        self._pages.append(made)
        made.open_again()
        return made.wake_kernel() if fresh else made

    def new_page(self, **context: Any) -> Page:
        """A page of a browser context of its own, for what is not on this server."""
        assert self._browser is not None
        return self._browser.new_context(**context).new_page()

    def _choose_kernel(self, name: str, kernel: str) -> None:
        path = self.work / name
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if notebook["metadata"]["kernelspec"]["name"] == kernel:
            return
        if any(session["path"] == name for session in self.api("GET", "/api/sessions")):
            raise LabError(f"{name} already has a kernel")
        notebook["metadata"]["kernelspec"].update({"name": kernel, "display_name": kernel})
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def close(self, pages: Iterable[LabPage]) -> None:
        """Close these pages and end their notebooks' kernels: what a test leaves behind."""
        closing = list(pages)
        for page in closing:
            if page.is_plain and page.empty():
                self._empty.append(page.page)
            else:
                page.close()
        names = {page.name for page in closing}
        for session in self.api("GET", "/api/sessions"):
            if session["path"] in names:
                self._delete(f"/api/sessions/{session['id']}")
        self._pages = [page for page in self._pages if page not in closing]

    def close_pages(self) -> None:
        """Close every page and delete every kernel."""
        self.close(self._pages)
        for page in self._empty:
            page.context.close()
        self._empty.clear()
        self.delete_kernels()

    def delete_kernel(self, kernel_id: str) -> None:
        """Shut a kernel down, as the list of running kernels does."""
        self._delete(f"/api/kernels/{kernel_id}")

    def delete_kernels(self) -> None:
        for session in self.api("GET", "/api/sessions"):
            self._delete(f"/api/sessions/{session['id']}")
        for kernel in self.api("GET", "/api/kernels"):
            self._delete(f"/api/kernels/{kernel['id']}")

    def _delete(self, path: str) -> None:
        try:
            self.api("DELETE", path)
        except urllib.error.HTTPError as error:
            if error.code not in (404, 410):  # gone meanwhile
                raise

    def stop(self) -> None:
        """Stop kernels, browser and server, and make sure that no process is left."""
        if self._server is None:
            return
        family = [psutil.Process(self._server.pid)] if self._server.poll() is None else []
        try:
            if family:
                self.close_pages()
                family += family[0].children(recursive=True)
                self.api("POST", "/api/shutdown")
        except OSError:
            pass
        finally:
            if self._browser is not None:
                self._browser.close()
            _, alive = psutil.wait_procs(family, timeout=PATIENCE)
            for process in alive:
                process.kill()
            self._server.wait(PATIENCE)
            self._log.close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


# ------------------------------------------------------------------------------- page

# Everything the page is asked goes through these few functions.
_PAGE_SCRIPT = """
(() => {
  const lab = (window.__lab = {});
  lab.panel = () => window.jupyterapp?.shell?.currentWidget;
  lab.context = () => lab.panel()?.sessionContext;
  lab.kernel = () => lab.context()?.session?.kernel;
  lab.ready = () => {
    const kernel = lab.kernel();
    const isReady = lab.panel()?.content?.model != null && lab.context()?.isReady === true
      && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
    if (!isReady) knock();
    return isReady;
  };
  // ipykernel 7.0 to 7.3 may not see a request that comes while they answer another one, until
  // one more comes: the first too, with which JupyterLab asks who they are.
  let knocked = performance.now();
  const knock = () => {
    if (performance.now() - knocked < 5_000) return;
    knocked = performance.now();
    lab.kernel()?.requestKernelInfo().catch(() => {});  // it may be gone by then
  };
  // The promise, for an answer of the kernel's. ipykernel 7.0 to 7.3 may not see a request that
  // comes while they answer another one, until one more comes: so one comes.
  lab.answered = async (answer) => {
    const ask = () => lab.kernel()?.requestKernelInfo().catch(() => {});  // it may be gone by then
    const knock = setInterval(ask, 10_000);
    try {
      return await answer;
    } finally {
      clearInterval(knock);
    }
  };
  lab.command = (id, args) => lab.answered(window.jupyterapp.commands.execute(id, args));
  lab.runCell = (i) => {
    const panel = lab.panel();
    panel.content.deselectAll();
    panel.content.activeCellIndex = i;
    return lab.command('notebook:run-cell', {});
  };
  lab.execute = async (code) => {
    const future = lab.kernel().requestExecute(
      { code, store_history: false, stop_on_error: false });
    const out = { stdout: '', stderr: '', result: '', error: null };
    future.onIOPub = (message) => {
      const { msg_type } = message.header, content = message.content;
      if (msg_type === 'stream') out[content.name] += content.text;
      else if (msg_type === 'execute_result') out.result += content.data['text/plain'];
      else if (msg_type === 'error') out.error = content.traceback.join('\\n');
    };
    await lab.answered(future.done);
    return out;
  };
  lab.empty = async () => {
    const { commands, shell } = window.jupyterapp;
    for (const panel of [...shell.widgets('main')]) {
      if (panel.context) panel.context.model.dirty = false;
      panel.dispose();
    }
    shell.collapseLeft();
    shell.collapseRight();
    // What a test and the code that kernels sent have kept in the page.
    for (const name of Object.keys(window)) {
      if (name.startsWith('__') && name !== '__lab') delete window[name];
    }
    delete globalThis[Symbol.for('edu-widgets')];
    localStorage.clear();
    sessionStorage.clear();
    const theme = 'JupyterLab Light';
    if (document.body.dataset.jpThemeName !== theme) {
      await commands.execute('apputils:change-theme', { theme });
    }
    return true;
  };
  lab.outputs = (i) => lab.panel().content.widgets[i].model.outputs.toJSON();
})();
"""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")

# Chromium's and JupyterLab's own remarks, which tell nothing about a widget.
_NOISE = re.compile(r"favicon|/lab/api/(workspaces|news|settings)|Failed to load resource")


class KernelError(LabError):
    """Code run by `LabPage.execute` raised."""


class LabPage:
    """One person's browser on one notebook."""

    def __init__(self, lab: Lab, name: str, page: Page, *, is_plain: bool = True) -> None:
        self.lab = lab
        self.name = name
        self.page = page
        self.context: BrowserContext = page.context
        self.is_plain = is_plain
        """It is as every page is, and may serve another notebook later."""
        self.errors: list[str] = []
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", self._on_error)
        if importlib.util.find_spec("jupyter_collaboration"):
            # It asks after 5 s what to do with a document that is not there yet.
            slow = page.get_by_role("dialog", name="Loading").get_by_text("Continue waiting")
            page.add_locator_handler(slow, lambda button: button.click())

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location
            at = f"{where.get('url', '')}:{where.get('lineNumber', '')}"
            self.errors.append(f"{message.text}\n    at {at}")

    def _on_error(self, error: PlaywrightError) -> None:
        self.errors.append(f"{error}\n{error.stack}")

    @property
    def folder(self) -> Path:
        """The notebook's folder, which is its kernel's working directory."""
        return (self.lab.work / self.name).parent

    def open_again(self) -> Self:
        if self.page.evaluate("() => !!window.jupyterapp"):
            self._command("docmanager:open", {"path": self.name}, wait=False)
        else:
            self.page.goto(f"{self.lab.url}/doc/tree/{self.name}?token={self.lab.token}")
        return self.wait_kernel()

    def empty(self) -> bool:
        """Close all that is open in the page, unsaved, so that it can serve another notebook."""
        self.page.remove_listener("console", self._on_console)
        self.page.remove_listener("pageerror", self._on_error)
        try:
            self.page.set_viewport_size(VIEWPORT)
            return bool(self.page.evaluate("() => __lab.empty()"))
        except PlaywrightError:  # it is closed, or nothing is in it
            return False

    # -- state

    def wake_kernel(self) -> Self:
        """See that a new kernel runs what it is sent."""
        self.page.evaluate("() => __lab.execute('')")
        return self.wait_kernel()

    def wait_kernel(self) -> Self:
        """Wait until the notebook is open and its kernel is connected and idle."""
        self.wait_for("() => !!window.__lab?.ready()")
        return self

    def wait_for(self, function: str, arg: Any = None) -> Any:
        """Wait until a JavaScript function, written `() => …` or `(arg) => …`, is true."""
        return self.page.wait_for_function(function, arg=arg).json_value()

    def breathe(self) -> Self:
        """Let events of the page arrive here: Playwright hears them only while it is asked."""
        self.page.evaluate("() => 0")
        return self

    @property
    def kernel_id(self) -> str:
        return str(self.page.evaluate("() => __lab.kernel().id"))

    @property
    def client_id(self) -> str:
        """This page's session with the kernel: `header.session` of what it sends."""
        return str(self.page.evaluate("() => __lab.kernel().clientId"))

    @property
    def kernel_status(self) -> str:
        return str(self.page.evaluate("() => __lab.kernel()?.status ?? 'none'"))

    def wait_busy(self) -> Self:
        """Wait until the kernel runs a cell."""
        self.wait_for("() => __lab.kernel()?.status === 'busy'")
        return self

    def our_errors(self) -> list[str]:
        """Console errors and uncaught exceptions, but for the host's own known remarks."""
        self.breathe()
        return [error for error in self.errors if not _NOISE.search(error)]

    # -- running

    def run_all(self, *, wait: bool = True) -> Self:
        """Run every cell; with `wait=False` return while they run."""
        self._command("notebook:run-all-cells", wait=wait)
        return self

    def run_cell(self, index: int, *, wait: bool = True) -> Self:
        """Run one cell where it is, as Ctrl+Enter does; with `wait=False` return at once."""
        run = "(i) => __lab.runCell(i)" if wait else "(i) => void __lab.runCell(i)"
        self.page.evaluate(run, index)
        return self

    def show(self, index: int, source: str, *, wait: bool = True) -> Self:
        """Write `source` into a cell and run it."""
        self.page.evaluate(
            """([index, source]) => {
              const { content } = window.jupyterapp.shell.currentWidget;
              content.widgets[index].model.sharedModel.setSource(source);
            }""",
            [index, source],
        )
        return self.run_cell(index, wait=wait)

    def _command(
        self, command: str, args: dict[str, Any] | None = None, *, wait: bool = True
    ) -> None:
        given = [command, args or {}]
        do = "([c, a]) => __lab.command(c, a)"
        self.page.evaluate(f"async (x) => {{ {'await' if wait else 'void'} ({do})(x); }}", given)

    def command(self, command: str, args: dict[str, Any] | None = None) -> None:
        """A command of JupyterLab's, by its id."""
        self._command(command, args)

    def execute(self, code: str) -> str:
        """Run code in the notebook's kernel, beside its cells; what it printed, and its value.

        It waits for a running cell, as any code does."""
        out = self.page.evaluate("(code) => __lab.execute(code)", code)
        if out["error"]:
            raise KernelError(_ANSI.sub("", out["error"]))
        return str(out["stdout"] + out["result"]).strip()

    # -- the notebook

    def cell_count(self) -> int:
        return int(self.page.evaluate("() => __lab.panel().content.model.cells.length"))

    def notebook_source(self) -> list[str]:
        """The sources of the cells now."""
        count = "__lab.panel().content.model.sharedModel.cells.map((cell) => cell.getSource())"
        return list(self.page.evaluate(f"() => {count}"))

    def outputs(self, index: int) -> list[dict[str, Any]]:
        return list(self.page.evaluate("(i) => __lab.outputs(i)", index))

    def execution_counts(self) -> list[int | None]:
        cells = "[...__lab.panel().content.model.cells]"
        return list(self.page.evaluate(f"() => {cells}.map((cell) => cell.executionCount ?? null)"))

    def save(self) -> Self:
        self.page.evaluate("() => __lab.panel().context.save()")
        return self

    def reload(self, *, save: bool = True) -> Self:
        """Load the page anew; outputs come back only from a saved notebook."""
        if save:
            self.save()
        self.page.reload()
        return self.wait_kernel()

    def restart_kernel(self) -> Self:
        """Restart the kernel, as the menu does after its question."""
        self.page.evaluate("() => __lab.kernel().restart()")
        return self.wait_kernel()

    def close(self) -> None:
        self.context.close()

    # -- looks

    def set_theme(self, theme: str) -> Self:
        """`JupyterLab Light`, `JupyterLab Dark` or `JupyterLab Dark High Contrast`."""
        self._command("apputils:change-theme", {"theme": theme})
        self.wait_for("(theme) => document.body.dataset.jpThemeName === theme", theme)
        return self

    def screenshot(
        self, path: str | Path, *, width: int | None = None, selector: str | None = None
    ) -> Path:
        """A picture of the page, or of one element of it, at this width."""
        if width is not None:
            size = self.page.viewport_size or {"width": width, "height": 900}
            self.page.set_viewport_size({"width": width, "height": size["height"]})
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if selector is None:
            self.page.screenshot(path=path)
        else:
            self.page.locator(selector).first.screenshot(path=path)
        return path

    # -- accessibility

    def axe(self, selector: str, *, impacts: Sequence[str] = ("serious", "critical")) -> list[str]:
        """Run axe-core on what `selector` finds (shadow roots included): one line a violation."""
        script = find_axe()
        if script is None:
            raise LabError(
                "axe-core is not installed: npm ci in js/, or pip: axe-playwright-python"
            )
        self.wait_for("(s) => !!document.querySelector(s)", selector)
        if not self.page.evaluate("() => !!window.axe"):
            self.page.evaluate(script.read_text(encoding="utf-8"))
        # What the page around it lacks (landmarks, headings) is not the widget's business.
        found = self.page.evaluate(
            """(selector) => axe.run({ include: [selector] }, { resultTypes: ['violations'],
                 rules: { region: { enabled: false } } })""",
            selector,
        )
        return [
            f"{violation['impact']}: {violation['id']}: {violation['help']}: {node['html'][:200]}"
            for violation in found["violations"]
            if violation["impact"] in impacts
            for node in violation["nodes"]
        ]


def find_axe() -> Path | None:
    """axe.min.js, of `js/node_modules`, else of a Python package that carries it."""
    script = REPOSITORY / "js" / "node_modules" / "axe-core" / "axe.min.js"
    if script.exists():
        return script
    try:
        import axe_playwright_python
    except ImportError:
        return None
    return next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"), None)
