"""The bell, installed as anybody's package is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def install(folder: Path) -> Path:
    """Install the bell into a folder for the path of Python, by pip and without a network."""
    source, target = folder / "source", folder / "installed"
    # A copy, so that nothing is built beside the sources.
    shutil.copytree(ROOT / "tests" / "bell" / "package", source)
    pip: list[str | Path] = [sys.executable, "-m", "pip", "install", "--quiet"]
    pip += ["--no-index", "--no-deps", "--no-build-isolation", "--target", target, source]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target
