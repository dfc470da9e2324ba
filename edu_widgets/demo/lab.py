"""The demo's own JupyterLab: its folders, its server, and two notebooks side by side."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edu_widgets.protocol.errors import ServiceUnavailable

WORKSPACE = "lesson"
_START_WITHIN = 60.0
_STOP_WITHIN = 10.0
_PORTS = 50
"""Number of other ports that JupyterLab may try."""


class Lab:
    """A JupyterLab server on loopback, in a session of its own so that Ctrl-C is ours."""

    def __init__(self, folder: Path, port: int, environment: dict[str, str]) -> None:
        """Prepare a server; it listens on `port` if that is free, else on one near it."""
        self.folder = folder / "lesson"
        self._state = folder / "jupyter"
        self._log = folder / "jupyterlab.log"
        self._token = secrets.token_urlsafe(24)
        self._port = port
        self._environment = {**environment, **self._jupyter_environment()}
        self._process: subprocess.Popen[bytes] | None = None

    def _jupyter_environment(self) -> dict[str, str]:
        state = self._state
        return {
            "JUPYTER_CONFIG_DIR": str(state / "config"),
            "JUPYTER_DATA_DIR": str(state / "data"),
            "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
            "IPYTHONDIR": str(state / "ipython"),
        }

    @property
    def url(self) -> str:
        """The lesson's URL; it has the server's token, as Jupyter's own URLs do."""
        return f"{self._base}/lab/workspaces/{WORKSPACE}?token={self._token}"

    @property
    def _base(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def data_dir(self) -> Path:
        """The server's JUPYTER_DATA_DIR."""
        return self._state / "data"

    def connection_file(self, kernel_id: str) -> Path:
        """Return the path of a kernel's connection file."""
        return self._state / "runtime" / f"kernel-{kernel_id}.json"

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            ServiceUnavailable: it does not answer; the message quotes its log.
        """
        for name in ("config", "data", "runtime", "settings", "workspaces", "ipython"):
            (self._state / name).mkdir(parents=True, exist_ok=True)
        # No dialog above the lesson, and no requests to the internet.
        quiet = self._state / "settings" / "@jupyterlab" / "apputils-extension"
        quiet.mkdir(parents=True, exist_ok=True)
        quiet.joinpath("notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self._port}", f"--ServerApp.port_retries={_PORTS}",
            f"--ServerApp.root_dir={self.folder}",
            f"--IdentityProvider.token={self._token}",
            "--ServerApp.allow_root=True",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.expose_app_in_browser=True",
        ]  # fmt: skip
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_WITHIN
        while not (self._listens(self._process.pid) and self._answers()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                tail = self._log.read_text("utf-8", "replace")[-1500:]
                msg = f"JupyterLab did not start. Its log ends:\n{tail}"
                raise ServiceUnavailable(msg)
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the kernels, then the server; in this order it takes one second, not fifteen."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(OSError, ValueError):
            for kernel in self.request("GET", "/api/kernels"):
                self.request("DELETE", f"/api/kernels/{kernel['id']}")
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._process = None

    def start_kernel(self, notebook: str) -> str:
        """Start a notebook's kernel, as opening it would; return the kernel's id."""
        body = {
            "path": notebook,
            "name": notebook,
            "type": "notebook",
            "kernel": {"name": "python3"},
        }
        return str(self.request("POST", "/api/sessions", body)["kernel"]["id"])

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the server's REST interface; return the decoded answer."""
        request = urllib.request.Request(  # noqa: S310 - http to our own server
            self._base + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"token {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            text = response.read()
        return json.loads(text) if text else None

    def _listens(self, pid: int) -> bool:
        """Return True once the server has written its port, and use that from then on."""
        said = self._state / "runtime" / f"jpserver-{pid}.json"
        try:
            self._port = int(json.loads(said.read_bytes())["port"])
        except (FileNotFoundError, json.JSONDecodeError):
            return False  # not written yet, or only in part
        return True

    def _answers(self) -> bool:
        try:
            self.request("GET", "/api/status")
        except (OSError, urllib.error.URLError):
            return False
        return True

    def lay_out(self, left: str, right: str) -> None:
        """Save a workspace with two notebooks side by side."""

        def area(notebook: str) -> dict[str, object]:
            return {
                "type": "tab-area",
                "currentIndex": 0,
                "widgets": [f"notebook:{notebook}"],
            }

        data = {
            "layout-restorer:data": {
                "main": {
                    "dock": {
                        "type": "split-area",
                        "orientation": "horizontal",
                        "sizes": [0.5, 0.5],
                        "children": [area(left), area(right)],
                    },
                    "current": f"notebook:{left}",
                },
                "left": {"collapsed": True, "widgets": []},
                "right": {"collapsed": True, "widgets": []},
                "relativeSizes": [0, 1, 0],
            },
            **{
                f"notebook:{name}": {"data": {"path": name, "factory": "Notebook"}}
                for name in (left, right)
            },
        }
        body = {"data": data, "metadata": {"id": WORKSPACE}}
        self.request("PUT", f"/lab/api/workspaces/{WORKSPACE}", body)


def notebooks_folder() -> Path:
    """Return the folder of the lessons' notebooks: beside the package in a checkout, else in it."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / "first-lesson-instructor.ipynb").is_file():
            return folder
    msg = "The lesson's notebooks are missing from this installation. Install edu-widgets again."
    raise ServiceUnavailable(msg)


@contextlib.contextmanager
def running_lab(folder: Path, port: int, environment: dict[str, str]) -> Iterator[Lab]:
    """Run a lab with a copy of the notebooks' folder; it is stopped at the end."""
    lab = Lab(folder, port, environment)
    shutil.copytree(notebooks_folder(), lab.folder, ignore=shutil.ignore_patterns(".*"))
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()


def plain_environment() -> dict[str, str]:
    """Return this process's environment without the variables of another Jupyter."""
    return {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")}
