"""A real JupyterHub with the example's configuration: its proxy, the service, people's servers.

Beyond `docs/jupyterhub_config.py` there is only what a test needs: ports, folders, a login without
a password, servers that run as this account, and a service that may start them.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from tests.conftest import ROOT
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until

EXAMPLE = ROOT / "docs/jupyterhub_config.py"
PROXY = ROOT / "js/node_modules/configurable-http-proxy/bin/configurable-http-proxy"
SERVER = Path(__file__).with_name("server.py")

_CONFIG = """
load_subconfig({example!r})
c = get_config()
c.JupyterHub.bind_url, c.JupyterHub.public_url = {bind!r}, {url!r}
c.JupyterHub.hub_port = {hub_port}
for service in c.JupyterHub.services:
    if "command" in service:
        service |= {{"url": "http://127.0.0.1:{service_port}"}}
        service["command"][-1] = {data!r}
c.JupyterHub.services.append({{"name": "tests", "api_token": {token!r}}})
c.JupyterHub.load_roles.append(
    {{"name": "tests", "scopes": ["admin:users", "admin:servers", "groups"], "services": ["tests"]}}
)
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {home!r}
c.Spawner.cmd = {server!r}
c.Spawner.http_timeout = c.Spawner.start_timeout = {patience}
c.Spawner.environment |= {environment!r}
for name, by_person in {of_people!r}.items():
    default = c.Spawner.environment.get(name, "")
    c.Spawner.environment[name] = lambda s, who=by_person, or_=default: who.get(s.user.name, or_)
c.Spawner.env_keep.append("PYTHONPATH")
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.pid_file = {pid_file!r}
c.JupyterHub.db_url = {database!r}
c.JupyterHub.cookie_secret_file = {secret!r}
"""


class RealHub:
    """One Hub, from the beginning of a `with` block to its end.

    Args:
        folder: Where it keeps everything.
        node: An environment in which Node.js is found, with js/node_modules as they should be.
        base: Its base URL's path.
        server: The command of each person's server.
        environment: Further variables of their servers.
        public: The port of the proxy before the Hub, if there is one.
        example: The configuration that is tried.
    """

    def __init__(
        self,
        folder: Path,
        node: Mapping[str, str],
        base: str = "/",
        server: Sequence[str] = (sys.executable, str(SERVER)),
        environment: Mapping[str, str] | None = None,
        public: int = 0,
        example: Path = EXAMPLE,
    ) -> None:
        self.folder = folder
        self.port = own_port()
        self.hub_port = own_port()
        """The port of the Hub itself, behind its proxy."""
        self._bind = f"http://127.0.0.1:{self.port}{base}"
        self.url = f"http://127.0.0.1:{public or self.port}{base}"
        self._example = example
        self.of_people: dict[str, dict[str, str]] = {}
        """Of some variables, what they are for some people; set before the Hub begins."""
        self._node = shutil.which("node", path=node["PATH"])
        self._server = list(server)
        self._environment = dict(environment or {})
        self._token = secrets.token_hex(16)
        self._hub: subprocess.Popen[bytes] | None = None
        self.family: list[psutil.Process] = []

    @property
    def log(self) -> str:
        return (self.folder / "hub.log").read_text("utf-8", errors="replace")

    @property
    def service(self) -> str:
        """The address of the class."""
        return f"{self.url}services/class"

    def home(self, name: str) -> Path:
        """The home folder of somebody."""
        return self.folder / "home" / name

    def __enter__(self) -> Self:
        assert self._node is not None, "Node.js is missing"
        assert PROXY.is_file(), "npm ci in js/ brings configurable-http-proxy"
        self.home("").mkdir(parents=True)
        config = self.folder / "jupyterhub_config.py"
        folder = self.folder
        config.write_text(
            _CONFIG.format(
                example=str(self._example),
                bind=self._bind,
                url=self.url,
                hub_port=self.hub_port,
                patience=int(PATIENCE),
                service_port=own_port(),
                proxy_port=own_port(),
                data=str(folder / "class"),
                token=self._token,
                home=str(folder / "home/{username}"),
                server=self._server,
                environment=self._environment,
                of_people=self.of_people,
                proxy=[self._node, str(PROXY)],
                pid_file=str(folder / "proxy.pid"),
                database=f"sqlite:///{folder / 'hub.sqlite'}",
                secret=str(folder / "secret"),
            ),
            "utf-8",
        )
        drop = ("JUPYTER", "PYTEST_", "EDU_WIDGETS_")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(drop)}
        path = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
        python_path = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
        self._log = (folder / "hub.log").open("wb")
        self._hub = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            env=environment | {"PATH": path, "PYTHONPATH": python_path},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until(self._is_up, "JupyterHub and its service answer")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the Hub and all that it has started."""
        assert self._hub is not None
        self.family = [psutil.Process(self._hub.pid)] if self._hub.poll() is None else []
        self.family += self.family[0].children(recursive=True) if self.family else []
        self._hub.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs(self.family, timeout=20)
        for process in alive:
            process.kill()
        self._hub.wait(PATIENCE)
        self._log.close()

    def _is_up(self) -> bool:
        assert self._hub is not None
        assert self._hub.poll() is None, self.log[-3000:]
        # Nobody is asked before there is somebody: through a proxy each question costs.
        ready = "JupyterHub is now running" in self.log
        return ready and self.status(f"{self.service}/health") == HTTPStatus.OK

    @staticmethod
    def status(url: str, **headers: str) -> int:
        """The status with which an address answers; 0 if it does not."""
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the Hub's REST API as the service of the tests."""
        request = urllib.request.Request(
            f"{self.url}hub/api{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def start(self, *names: str) -> None:
        """Let people log in, and start their servers; returns once these answer."""
        known = {user["name"] for user in self.api("GET", "/users")}
        for name in names:
            if name not in known:  # a group of the example has made some
                self.api("POST", f"/users/{name}")
            self.api("POST", f"/users/{name}/server")
        for name in names:
            wait_until(partial(self._is_ready, name), f"{name}'s server")

    def _is_ready(self, name: str) -> bool:
        servers = self.api("GET", f"/users/{name}")["servers"]
        return bool(servers.get("", {}).get("ready"))

    def ask(self, name: str, path: str = "") -> Any:
        """Return the answer of a person's server."""
        url = f"{self.url}user/{name}/{path}"
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return json.loads(answer.read())
