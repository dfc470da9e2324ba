"""The bell as pip installs it, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bell.package_of import install
from tests.conftest import ROOT
from tests.waiting import PATIENCE

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def bell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the path of Python, with the bell installed in it."""
    return install(tmp_path_factory.mktemp("bell"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run Python with these folders on its path, and data of its own."""

    def run(*arguments: str | Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "EDU_WIDGETS_DATA_DIR": str(tmp_path / "data"),
            "EDU_WIDGETS_LINGER": "0",
            "PYTHONPATH": os.pathsep.join(map(str, [*([path] if path else []), ROOT])),
        }
        return subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=4 * PATIENCE,
        )

    return run
